//! Uploads under way: which bytes are there, whether a piece is where pieces may be, and the token at the end. The
//! storage endpoint feeds them; `p` takes what is finished.

use super::content::{ContentId, Sink};
use crate::crypto::chunk;
use crate::crypto::key::random;
use crate::handle::base64_encode;

/// One upload URL.
pub(crate) struct Upload {
    pub(crate) content: ContentId,
    /// Bytes announced.
    pub(crate) size: u64,
    pub(crate) sink: Sink,
    pub(crate) token_form: TokenForm,
    /// Ranges that are there, sorted, apart.
    present: Vec<(u64, u64)>,
    /// The token's 36 bytes, once all is there.
    pub(crate) token: Option<[u8; 36]>,
}

/// How the completion token is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenForm {
    /// 36 raw bytes, to `u` with `v` 2 or 3.
    Binary,
    /// Text, to `u` without `v`.
    Text,
}

/// A piece that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceError {
    /// −7: beyond the announced size.
    OutOfRange,
    /// −2: it starts or ends off the chunk boundaries.
    OffBoundary,
}

impl Upload {
    /// An upload of which nothing is there yet.
    pub(crate) fn new(content: ContentId, size: u64, sink: Sink, token_form: TokenForm) -> Self {
        Self { content, size, sink, token_form, present: Vec::new(), token: None }
    }

    /// Whether a piece of `len` bytes may go to `offset`: it starts on a chunk boundary, and ends on one or at the end.
    pub(crate) fn check_piece(&self, offset: u64, len: u64) -> Result<(), PieceError> {
        let end = offset.checked_add(len).filter(|end| *end <= self.size).ok_or(PieceError::OutOfRange)?;
        if self.size == 0 {
            return Ok(());
        }
        let boundary = |at: u64| at == self.size || chunk::chunks(self.size).any(|chunk| chunk.offset == at);
        if len > 0 && boundary(offset) && boundary(end) { Ok(()) } else { Err(PieceError::OffBoundary) }
    }

    /// Notes that a piece is there. Returns the token's bytes when that completes the upload, or it was complete.
    pub(crate) fn add(&mut self, offset: u64, len: u64) -> Option<[u8; 36]> {
        self.present.push((offset, offset + len));
        self.present.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (start, end) in self.present.drain(..) {
            match joined.last_mut() {
                Some((_, last)) if start <= *last => *last = end.max(*last),
                _ => joined.push((start, end)),
            }
        }
        self.present = joined;
        if self.present == [(0, self.size)] {
            return Some(*self.token.get_or_insert_with(random));
        }
        None
    }

    /// The token as it is sent back to the client.
    pub(crate) fn token_body(&self, token: [u8; 36]) -> Vec<u8> {
        match self.token_form {
            TokenForm::Binary => token.to_vec(),
            TokenForm::Text => base64_encode(&token).into_bytes(),
        }
    }
}

/// Checksum of a piece: its bytes in 12 columns, each column combined by exclusive or.
#[derive(Default)]
pub(crate) struct Checksum {
    columns: [u8; 12],
    at: usize,
}

impl Checksum {
    /// Takes the next bytes in.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.at != 0 && !bytes.is_empty() {
            self.columns[self.at] ^= bytes[0];
            self.at = (self.at + 1) % 12;
            bytes = &bytes[1..];
        }
        if bytes.is_empty() {
            return;
        }
        let mut wide = [0; 8 * 12]; // eight rows at once
        let mut rows = bytes.chunks_exact(wide.len());
        for row in &mut rows {
            wide.iter_mut().zip(row).for_each(|(column, byte)| *column ^= byte);
        }
        for (index, byte) in wide.iter().chain(rows.remainder()).enumerate() {
            self.columns[index % 12] ^= byte;
        }
        self.at = rows.remainder().len() % 12;
    }

    /// The text in `c=` and `d=`.
    pub(crate) fn text(&self) -> String {
        base64_encode(&self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(size: u64) -> Upload {
        Upload::new(ContentId(1), size, Sink::Memory(Vec::new()), TokenForm::Binary)
    }

    #[test]
    fn pieces_in_any_order_and_twice_complete_once_all_is_there() {
        let mut upload = upload(400_000);
        assert_eq!(upload.add(393_216, 6_784), None);
        assert_eq!(upload.add(0, 131_072), None);
        assert_eq!(upload.add(0, 131_072), None);
        let token = upload.add(131_072, 262_144);
        assert!(token.is_some());
        assert_eq!(upload.add(0, 131_072), token, "a piece sent again gets the token again");
    }

    #[test]
    fn pieces_off_the_boundaries_are_refused() {
        let upload = upload(400_000);
        assert_eq!(upload.check_piece(0, 400_000), Ok(()));
        assert_eq!(upload.check_piece(131_072, 262_144), Ok(()));
        assert_eq!(upload.check_piece(0, 100), Err(PieceError::OffBoundary));
        assert_eq!(upload.check_piece(100, 131_072), Err(PieceError::OffBoundary));
        assert_eq!(upload.check_piece(393_216, 131_072), Err(PieceError::OutOfRange));
        assert_eq!(upload.check_piece(u64::MAX, 2), Err(PieceError::OutOfRange));
    }

    #[test]
    fn checksum_does_not_depend_on_how_the_bytes_arrive() {
        let bytes: Vec<u8> = (0..100u8).map(|byte| byte.wrapping_mul(37)).collect();
        let mut whole = Checksum::default();
        whole.update(&bytes);
        let mut parts = Checksum::default();
        for part in bytes.chunks(7) {
            parts.update(part);
        }
        assert_eq!(whole.text(), parts.text());
        let mut one = Checksum::default();
        one.update(b"2");
        assert_eq!(one.text(), "MgAAAAAAAAAAAAAA"); // as megatools 1.11 sent it
    }
}
