//! Cuts the body of a listing into node texts and the rest, piece by piece, without parsing either: it only follows
//! strings, escapes and brackets. `listing` wraps it. What it hands out is bounded in size and depth.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use super::ListingError;

/// Follows a JSON body. The elements of `f` and `f2` of the answer's object are nodes; all else is kept as the rest,
/// in which those two lists are empty.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    state: State,
    rest: Rest,
    /// Open brackets inside a node list that do not belong to a node (an array among nodes, say).
    stray_depth: u32,
    /// A string of a node list outside any node.
    stray_string: StringState,
    /// The part of a node that earlier pieces held.
    node: Vec<u8>,
    node_scan: NodeScan,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Rest,
    List,
    Node,
}

impl Splitter {
    pub(super) fn feed(&mut self, piece: &[u8], take: &mut impl FnMut(&[u8])) -> Result<(), ListingError> {
        let mut left = piece;
        while !left.is_empty() {
            let used = match self.state {
                State::Rest => self.feed_rest(left)?,
                State::List => self.feed_list(left)?,
                State::Node => self.feed_node(left, take)?,
            };
            left = &left[used..];
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, ListingError> {
        if self.state == State::Rest && self.rest.depth == 0 {
            Ok(self.rest.text)
        } else {
            Err(ListingError::Malformed)
        }
    }

    fn feed_rest(&mut self, piece: &[u8]) -> Result<usize, ListingError> {
        let (used, end) = self.rest.scan(piece)?;
        self.rest.text.extend_from_slice(&piece[..used]);
        if self.rest.text.len() > REST_LIMIT {
            return Err(ListingError::TooLarge);
        }
        if end == RestEnd::NodeList {
            self.state = State::List;
        }
        Ok(used)
    }

    fn feed_list(&mut self, piece: &[u8]) -> Result<usize, ListingError> {
        let mut at = 0;
        while at < piece.len() {
            if self.stray_string != StringState::Outside {
                at += self.stray_string.skip(&piece[at..]);
                continue;
            }
            match piece[at] {
                b'"' => self.stray_string = StringState::Inside,
                b'{' if self.stray_depth == 0 => {
                    self.state = State::Node;
                    return Ok(at);
                }
                b'{' | b'[' if self.stray_depth == DEPTH_LIMIT => return Err(ListingError::Malformed),
                b'{' | b'[' => self.stray_depth += 1,
                b']' if self.stray_depth == 0 => {
                    self.state = State::Rest;
                    return Ok(at); // the rest gets the bracket
                }
                b'}' | b']' => self.stray_depth = self.stray_depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        Ok(at)
    }

    fn feed_node(&mut self, piece: &[u8], take: &mut impl FnMut(&[u8])) -> Result<usize, ListingError> {
        if self.node.is_empty()
            && let Some(end) = plain_node_end(piece)
        {
            take(&piece[..end]);
            self.state = State::List;
            return Ok(end);
        }
        let end = self.node_scan.scan(piece)?;
        let used = end.unwrap_or(piece.len());
        if self.node.len() + used > NODE_LIMIT {
            return Err(ListingError::TooLarge);
        }
        if end.is_none() {
            self.node.extend_from_slice(piece);
        } else {
            if self.node.is_empty() {
                take(&piece[..used]);
            } else {
                self.node.extend_from_slice(&piece[..used]);
                take(&self.node);
                self.node.clear();
            }
            self.node_scan = NodeScan::default();
            self.state = State::List;
        }
        Ok(used)
    }
}

/// Finds the end of a node that is whole and has no backslash and no inner object, which is nearly every node: then a
/// brace after an even number of quotes is outside all strings. Four passes of SIMD, no byte-wise steps.
fn plain_node_end(piece: &[u8]) -> Option<usize> {
    let end = memchr(b'}', piece)? + 1;
    let node = &piece[..end];
    let is_plain = end <= NODE_LIMIT
        && memchr2(b'\\', b'{', &node[1..]).is_none()
        && memchr_iter(b'"', node).count().is_multiple_of(2);
    is_plain.then_some(end)
}

/// Where in a string the scan stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum StringState {
    #[default]
    Outside,
    Inside,
    /// After a backslash.
    Escape,
}

impl StringState {
    /// Goes on inside a string; returns how many bytes it took (at least one, `piece` is not empty).
    fn skip(&mut self, piece: &[u8]) -> usize {
        if *self == Self::Escape {
            *self = Self::Inside;
            return 1;
        }
        let Some(at) = memchr2(b'"', b'\\', piece) else { return piece.len() };
        *self = if piece[at] == b'"' { Self::Outside } else { Self::Escape };
        at + 1
    }
}

/// Follows one node from its opening brace on.
#[derive(Debug, Default)]
struct NodeScan {
    depth: u32,
    string: StringState,
}

impl NodeScan {
    /// Returns how many bytes of `piece` belong to the node if it ends there.
    fn scan(&mut self, piece: &[u8]) -> Result<Option<usize>, ListingError> {
        let mut at = 0;
        while at < piece.len() {
            if self.string != StringState::Outside {
                at += self.string.skip(&piece[at..]);
                continue;
            }
            let Some(found) = memchr3(b'"', b'{', b'}', &piece[at..]) else { return Ok(None) };
            at += found + 1;
            match piece[at - 1] {
                b'"' => self.string = StringState::Inside,
                b'{' if self.depth == DEPTH_LIMIT => return Err(ListingError::Malformed),
                b'{' => self.depth += 1,
                _ => self.depth -= 1, // the first byte was an opening brace, so it is at least 1
            }
            if self.depth == 0 {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// All outside the node lists, and where in it the scan stands.
#[derive(Debug, Default)]
struct Rest {
    text: Vec<u8>,
    depth: u32,
    /// One bit per open bracket, the innermost lowest: set for an object.
    objects: u64,
    string: StringState,
    /// The last key of the answer's object.
    key: Key,
    position: Position,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Position {
    #[default]
    Key,
    Value,
}

/// The first bytes of a key: as many as tell `f` and `f2` from all others.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    bytes: [u8; 3],
    len: usize,
}

impl Key {
    fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take(self.bytes.len() - self.len) {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    fn is_node_list(self) -> bool {
        matches!(&self.bytes[..self.len], b"f" | b"f2")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestEnd {
    Piece,
    /// The bracket that opens a node list was the last byte taken.
    NodeList,
}

impl Rest {
    fn scan(&mut self, piece: &[u8]) -> Result<(usize, RestEnd), ListingError> {
        let mut at = 0;
        while at < piece.len() {
            if self.string != StringState::Outside {
                let used = self.string.skip(&piece[at..]);
                if self.is_answer() && self.position == Position::Key {
                    let closed = usize::from(self.string == StringState::Outside);
                    self.key.push(&piece[at..at + used - closed]);
                }
                at += used;
                continue;
            }
            at += 1;
            match piece[at - 1] {
                b'"' => self.open_string(),
                b'[' if self.is_answer() && self.position == Position::Value && self.key.is_node_list() => {
                    return Ok((at, RestEnd::NodeList)); // its closing bracket comes back here
                }
                b'{' => self.open(true)?,
                b'[' => self.open(false)?,
                b']' if self.is_answer() => {} // of a node list
                b'}' | b']' => self.close()?,
                b':' if self.is_answer() => self.position = Position::Value,
                b',' if self.is_answer() => self.position = Position::Key,
                _ => {}
            }
        }
        Ok((at, RestEnd::Piece))
    }

    fn open_string(&mut self) {
        self.string = StringState::Inside;
        if self.is_answer() && self.position == Position::Key {
            self.key = Key::default();
        }
    }

    fn open(&mut self, is_object: bool) -> Result<(), ListingError> {
        if self.depth == DEPTH_LIMIT {
            return Err(ListingError::Malformed);
        }
        self.depth += 1;
        self.objects = self.objects << 1 | u64::from(is_object);
        if self.is_answer() {
            self.position = Position::Key;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), ListingError> {
        self.depth = self.depth.checked_sub(1).ok_or(ListingError::Malformed)?;
        self.objects >>= 1;
        Ok(())
    }

    /// Whether the innermost bracket is the answer's object: `{` on its own, or the element of the outermost array.
    fn is_answer(&self) -> bool {
        matches!((self.depth, self.objects), (1, 0b1) | (2, 0b01))
    }
}

/// No honest answer nests deeper; also keeps the parser of the rest far from its own limit.
const DEPTH_LIMIT: u32 = 32;

/// Bytes of one node. Attributes are at most 64 KiB (88 KiB as text), the rest of a node is below 1 KiB, but for many
/// share keys.
const NODE_LIMIT: usize = 1 << 20;

/// Bytes of all that is not a node: shares, links and users, about 100 bytes each, and lists that are ignored.
const REST_LIMIT: usize = 64 << 20;
