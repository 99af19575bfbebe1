//! [`Remaining`]: the pieces of a file that have not moved yet, cut along its chunks. Pure arithmetic; both movers take
//! their work from it, whether they begin or go on.

use std::collections::BTreeSet;

use crate::crypto::chunk;

/// Pieces that are still to be moved, `(offset, length)` in order.
pub(crate) struct Remaining {
    size: u64,
    /// Bytes to aim at.
    piece: u64,
    /// Offsets of chunks that have moved.
    moved: BTreeSet<u64>,
    at: u64,
}

impl Remaining {
    /// Cuts what is left of a file of `size` bytes into pieces of at least `piece` bytes, where what has moved leaves
    /// that much together.
    pub(crate) const fn new(size: u64, piece: u64, moved: BTreeSet<u64>) -> Self {
        Self { size, piece, moved, at: 0 }
    }
}

impl Iterator for Remaining {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let mut missing = chunk::chunks_from(self.at, self.size)
            .skip_while(|chunk| self.moved.contains(&chunk.offset))
            .take_while(|chunk| !self.moved.contains(&chunk.offset));
        let first = missing.next()?;
        let begin = first.offset;
        let mut end = first.end();
        while end - begin < self.piece
            && let Some(chunk) = missing.next()
        {
            end = chunk.end();
        }
        self.at = end;
        Some((begin, end - begin))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_of_which_nothing_moved_is_cut_as_usual() {
        for size in [0, 1, 131_073, (9 << 20) + 5] {
            let pieces: Vec<_> = Remaining::new(size, 1 << 20, BTreeSet::new()).collect();
            assert_eq!(pieces, chunk::pieces(size, 1 << 20).collect::<Vec<_>>(), "{size}");
        }
    }

    proptest! {
        #[test]
        fn every_chunk_has_moved_or_is_in_one_piece(
            size in 0u64..(12 << 20),
            piece in 1u64..(4 << 20),
            moved in proptest::collection::vec(any::<bool>(), 20),
        ) {
            let chunks = || chunk::chunks(size).zip(&moved);
            let offsets: BTreeSet<u64> =
                chunks().filter(|(_, moved)| **moved).map(|(chunk, _)| chunk.offset).collect();
            let covered: Vec<_> = Remaining::new(size, piece, offsets)
                .flat_map(|(offset, len)| chunk::chunks_from(offset, offset + len))
                .collect();
            let missing: Vec<_> = chunks().filter(|(_, moved)| !**moved).map(|(chunk, _)| chunk).collect();
            prop_assert_eq!(covered, missing);
        }
    }
}
