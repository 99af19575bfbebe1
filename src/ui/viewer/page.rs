//! A [`Page`]: lines of text out of the bytes that are there, wrapped or cut, with every control character escaped. It says
//! at which byte each row begins, so that the viewer can move by rows without knowing the file's lines. Pure.

use unicode_segmentation::UnicodeSegmentation;

use super::kind::Encoding;
use crate::ui::text;

/// Bytes of a file, to be shown as rows of text.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The bytes that are there.
    pub bytes: &'a [u8],
    /// Where they begin in the file.
    pub offset: u64,
    /// The file ends with them.
    pub reaches_end: bool,
    /// How they are characters.
    pub encoding: Encoding,
    /// Columns to wrap at; without it a row is a line, or a part of [`LONGEST`] bytes of one.
    pub width: Option<usize>,
}

/// A row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first byte in the file.
    pub start: u64,
    /// The first byte of the next.
    pub end: u64,
    /// Its text, escaped, in pieces: those that belong to what was found are true.
    pub pieces: Vec<(String, bool)>,
}

/// Some characters that are drawn together.
struct Cluster {
    shown: String,
    columns: usize,
    bytes: usize,
}

impl Page<'_> {
    /// Returns so many rows from a byte on that begins one; fewer where the bytes or the file end. `left` columns are left
    /// out of each, `hit` is what was found.
    #[must_use]
    pub fn rows(&self, from: u64, count: usize, left: usize, hit: Option<(u64, u64)>) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut start = from;
        while rows.len() < count {
            let Some(row) = self.row(start, left, hit) else { break };
            start = row.end;
            rows.push(row);
        }
        rows
    }

    /// Returns where the row begins that is so many rows above one that begins at `from`, or the first of the file; `None`
    /// where the bytes before are not there.
    #[must_use]
    pub fn back(&self, from: u64, count: usize) -> Option<u64> {
        let (mut from, mut left) = (from, count);
        while left > 0 && from > 0 {
            let begin = self.line_before(from)?;
            let mut starts = Vec::new();
            let mut at = begin;
            while at < from {
                starts.push(at);
                at = self.row(at, 0, None).map_or(from, |row| row.end);
            }
            if starts.len() >= left {
                return starts.get(starts.len() - left).copied();
            }
            left -= starts.len();
            from = begin;
        }
        Some(from)
    }

    /// Returns where the line begins that has a byte, or a place not far before it; `None` where that is not there.
    fn start_of(&self, at: u64) -> Option<u64> {
        let end = self.offset + self.bytes.len() as u64;
        if at > end || at < self.offset || (at == end && !self.reaches_end) {
            return None;
        }
        if at == 0 || self.byte(at - 1) == Some(b'\n') {
            return Some(at);
        }
        self.line_before(at)
    }

    /// Returns where the row begins that shows a byte; `None` where that is not there.
    #[must_use]
    pub fn row_of(&self, at: u64) -> Option<u64> {
        let mut start = self.start_of(at)?;
        while let Some(row) = self.row(start, 0, None) {
            if at < row.end {
                break;
            }
            start = row.end;
        }
        Some(start)
    }

    fn byte(&self, at: u64) -> Option<u8> {
        self.bytes.get(usize::try_from(at.checked_sub(self.offset)?).ok()?).copied()
    }

    /// Returns where the line begins that has the byte before `from`. A line that began long before is taken up at a place
    /// within it.
    fn line_before(&self, from: u64) -> Option<u64> {
        let end = usize::try_from(from.checked_sub(self.offset)?).ok()?.checked_sub(1)?;
        let before = self.bytes.get(..end)?;
        if let Some(newline) = memchr::memrchr(b'\n', before).filter(|newline| end - newline <= FARTHEST) {
            return Some(self.offset + newline as u64 + 1);
        }
        match before.len() {
            // The file begins here.
            length if length <= FARTHEST && self.offset == 0 => Some(0),
            // What is before may be a line's beginning.
            length if length <= FARTHEST => None,
            length => Some(self.offset + self.whole(length - LONGEST) as u64),
        }
    }

    /// Returns the place of a character that begins at or not far before a place among the bytes.
    fn whole(&self, at: usize) -> usize {
        let is_inside = |at: &usize| self.encoding == Encoding::Utf8 && self.bytes[*at] & 0xc0 == 0x80;
        (at.saturating_sub(3)..=at).rev().find(|at| !is_inside(at)).unwrap_or(at)
    }

    /// Returns the row that begins at a byte; `None` where its bytes are not all there, and at the file's end.
    fn row(&self, start: u64, left: usize, hit: Option<(u64, u64)>) -> Option<Row> {
        let skipped = usize::try_from(start.checked_sub(self.offset)?).ok()?;
        let rest = self.bytes.get(skipped..).filter(|rest| !rest.is_empty())?;
        let most = if self.width.is_some() { rest.len() } else { LONGEST };
        let newline = memchr::memchr(b'\n', &rest[..rest.len().min(most)]);
        let (line, ending) = match newline {
            Some(at) => {
                let text = rest[..at].strip_suffix(b"\r").unwrap_or(&rest[..at]);
                (text, at + 1 - text.len())
            }
            None if rest.len() > most => (&rest[..self.whole(skipped + most) - skipped], 0),
            None if self.reaches_end || self.width.is_some() => (rest, 0),
            None => return None,
        };
        let mut built = RowBuilder { start, used: 0, columns: 0, pieces: Vec::new(), left, hit };
        let clusters = Clusters { rest: line, encoding: self.encoding, columns: 0 };
        for cluster in clusters {
            if self.width.is_some_and(|width| built.columns + cluster.columns > width && built.used > 0) {
                return Some(built.end(0));
            }
            built.push(cluster);
        }
        // Without its end, and no wrap in sight, the row may go on.
        let is_cut = newline.is_none() && line.len() == rest.len() && !self.reaches_end;
        (!is_cut).then(|| built.end(ending))
    }
}

/// A row in the making.
struct RowBuilder {
    start: u64,
    used: usize,
    columns: usize,
    pieces: Vec<(String, bool)>,
    left: usize,
    hit: Option<(u64, u64)>,
}

impl RowBuilder {
    fn push(&mut self, cluster: Cluster) {
        let at = self.start + self.used as u64;
        let is_hit = self.hit.is_some_and(|(from, to)| (from..to).contains(&at));
        self.used += cluster.bytes;
        self.columns += cluster.columns;
        if self.columns <= self.left {
            return;
        }
        match self.pieces.last_mut() {
            Some((text, kind)) if *kind == is_hit => text.push_str(&cluster.shown),
            Some(_) | None => self.pieces.push((cluster.shown, is_hit)),
        }
    }

    fn end(self, ending: usize) -> Row {
        Row { start: self.start, end: self.start + (self.used + ending) as u64, pieces: self.pieces }
    }
}

/// The clusters of a line, one after another.
struct Clusters<'a> {
    rest: &'a [u8],
    encoding: Encoding,
    /// Columns so far, for tabs.
    columns: usize,
}

impl Iterator for Clusters<'_> {
    type Item = Cluster;

    fn next(&mut self) -> Option<Cluster> {
        let first = *self.rest.first()?;
        let cluster = match (first, self.encoding) {
            (b'\t', _) => {
                let columns = TAB - self.columns % TAB;
                Cluster { shown: " ".repeat(columns), columns, bytes: 1 }
            }
            (_, Encoding::Latin1) => shown(&char::from(first).to_string(), 1),
            (_, Encoding::Utf8) => utf8_cluster(self.rest),
        };
        self.rest = &self.rest[cluster.bytes..];
        self.columns += cluster.columns;
        Some(cluster)
    }
}

fn utf8_cluster(rest: &[u8]) -> Cluster {
    let near = &rest[..rest.len().min(LONGEST_CLUSTER)];
    let valid = near.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    match valid.graphemes(true).next() {
        Some(grapheme) => shown(grapheme, grapheme.len()),
        None => Cluster { shown: format!("\\x{:02x}", rest[0]), columns: 4, bytes: 1 },
    }
}

fn shown(cluster: &str, bytes: usize) -> Cluster {
    let shown = text::shown(cluster).into_owned();
    Cluster { columns: text::width(&shown), shown, bytes }
}

/// Bytes of a line beyond which it goes on in the next row, where lines do not wrap.
pub const LONGEST: usize = 2 << 10;

/// How far before a place the beginning of its line is looked for, bytes.
const FARTHEST: usize = 7 << 10;

/// Bytes of characters that are drawn together.
const LONGEST_CLUSTER: usize = 64;

/// Columns between the stops of tabs.
const TAB: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(bytes: &[u8], width: Option<usize>) -> Page<'_> {
        Page { bytes, offset: 0, reaches_end: true, encoding: Encoding::Utf8, width }
    }

    fn texts(page: &Page<'_>) -> Vec<String> {
        let rows = page.rows(0, 1000, 0, None);
        rows.into_iter().map(|row| row.pieces.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn lines_wrap_or_are_whole_and_nothing_hostile_is_left() {
        let text = "a\tb\r\n\x1b[2Jred\u{202e}\n\n日本語日本語\nend".as_bytes();
        assert_eq!(
            texts(&page(text, None)),
            ["a       b", "\\x1b[2Jred\\u{202e}", "", "日本語日本語", "end"]
        );
        assert_eq!(texts(&page("日本語日本語\nend".as_bytes(), Some(7))), ["日本語", "日本語", "end"]);
        assert_eq!(texts(&page(b"x\xff\xc3\xa9\xc3", None)), ["x\\xffé\\xc3"]);
    }

    #[test]
    fn what_was_found_is_told_apart() {
        let rows = page(b"one two three\n", None).rows(0, 1, 0, Some((4, 7)));
        assert_eq!(rows[0].pieces, [("one ".into(), false), ("two".into(), true), (" three".into(), false)]);
    }

    #[test]
    fn a_row_whose_end_is_not_there_is_not_shown() {
        let part = Page { reaches_end: false, ..page(b"one\ntwo", None) };
        assert_eq!(texts(&part), ["one"]);
        let part = Page { reaches_end: false, ..page(b"one\ntwo and", Some(4)) };
        assert_eq!(texts(&part), ["one", "two "]);
    }

    proptest! {
        #[test]
        fn rows_cover_every_byte_and_lead_back_the_way_they_came(
            bytes in proptest::collection::vec(prop_oneof![3 => Just(b'a'), 1 => Just(b'\n'), 1 => any::<u8>()], 0..600),
            width in proptest::option::of(1usize..30),
        ) {
            let page = page(&bytes, width);
            let rows = page.rows(0, 10_000, 0, None);
            let mut at = 0;
            for row in &rows {
                prop_assert_eq!(row.start, at);
                prop_assert!(row.end > row.start);
                at = row.end;
            }
            prop_assert_eq!(at, bytes.len() as u64);
            for (index, row) in rows.iter().enumerate() {
                for count in [1, 3, 1000] {
                    let above = rows[index.saturating_sub(count)].start;
                    prop_assert_eq!(page.back(row.start, count), Some(above));
                }
            }
        }
    }
}
