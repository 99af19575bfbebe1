//! [`PartialProof`]: what is known of a file whose parts are read in any order, here and there. Each chunk's MAC grows with
//! the parts that continue it; once every chunk is whole the file is proven, or damaged. Pure; the viewer's reader keeps one.

use std::collections::BTreeMap;

use crate::crypto::chunk::{self, Chunk};
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};

/// What was read of a file, and its MACs so far.
pub struct PartialProof {
    key: FileKey,
    size: u64,
    /// Chunks that were begun, by their offset.
    begun: BTreeMap<u64, Begun>,
    whole_count: u64,
}

/// A chunk of which the beginning was read.
struct Begun {
    /// The first byte that was not read; within the chunk a multiple of 16.
    next: u64,
    mac: ChunkMac,
}

/// What is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Not all of it was read.
    Part,
    /// It is what was once uploaded.
    Intact,
    /// It is not.
    Damaged,
}

impl PartialProof {
    /// Begins with nothing read of a file of `size` bytes.
    #[must_use]
    pub const fn new(key: FileKey, size: u64) -> Self {
        Self { key, size, begun: BTreeMap::new(), whole_count: 0 }
    }

    /// Takes decrypted bytes of the file, as they are from `offset` on.
    pub fn add(&mut self, offset: u64, plain: &[u8]) {
        let end = (offset + plain.len() as u64).min(self.size);
        for chunk in chunk::chunks(self.size).skip_while(|chunk| chunk.end() <= offset) {
            if chunk.offset >= end {
                break;
            }
            self.add_to(chunk, offset, end, plain);
        }
    }

    /// Returns what is known of the whole.
    #[must_use]
    pub fn known(&self) -> Known {
        if self.whole_count < chunk::count(self.size) {
            return Known::Part;
        }
        let macs: Vec<ChunkMac> = self.begun.values().map(|begun| begun.mac).collect();
        if mac::verify(&self.key, self.size, &macs) { Known::Intact } else { Known::Damaged }
    }

    fn add_to(&mut self, chunk: Chunk, offset: u64, end: u64, plain: &[u8]) {
        let fresh = || Begun { next: chunk.offset, mac: ChunkMac::begin(self.key.nonce()) };
        let begun = self.begun.entry(chunk.offset).or_insert_with(fresh);
        let stop = end.min(chunk.end());
        // Inside a chunk the MAC goes on by whole blocks only.
        let stop = if stop == chunk.end() { stop } else { stop / 16 * 16 };
        if begun.next < offset || begun.next >= stop {
            return; // a gap before it, or nothing new
        }
        let range = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
        let Some(new) = plain.get(range(begun.next)..range(stop)) else { return };
        begun.mac = begun.mac.then(self.key.aes(), new);
        begun.next = stop;
        self.whole_count += u64::from(stop == chunk.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: usize) -> (Vec<u8>, FileKey) {
        let plain: Vec<u8> = (0..size).map(|at| (at % 251).to_le_bytes()[0]).collect();
        let (aes, nonce) = ([7; 16], [9; 8]);
        let macs = mac::encrypt_chunks(&aes, &nonce, 0, &mut plain.clone());
        (plain, FileKey::new(aes, nonce, mac::meta_mac(&aes, &macs)))
    }

    #[test]
    fn a_file_read_in_pieces_is_proven_at_its_end() {
        for size in [1, 15, 16, 17, 131_072, 131_073, 1_000_003] {
            let (plain, key) = file(size);
            let mut proof = PartialProof::new(key, size as u64);
            for (index, piece) in plain.chunks(65_536).enumerate() {
                assert_eq!(proof.known(), Known::Part);
                proof.add(index as u64 * 65_536, piece);
            }
            assert_eq!(proof.known(), Known::Intact, "{size}");
        }
    }

    #[test]
    fn parts_that_overlap_or_come_twice_do_no_harm_and_gaps_are_seen() {
        let (plain, key) = file(400_000);
        let mut proof = PartialProof::new(key, 400_000);
        proof.add(100_000, &plain[100_000..300_000]);
        proof.add(0, &plain[..120_000]);
        proof.add(0, &plain[..120_000]);
        assert_eq!(proof.known(), Known::Part);
        proof.add(96_000, &plain[96_000..400_000]);
        assert_eq!(proof.known(), Known::Intact);
    }

    #[test]
    fn one_wrong_byte_is_damage() {
        let (mut plain, key) = file(70_000);
        plain[66_000] ^= 1;
        let mut proof = PartialProof::new(key, 70_000);
        proof.add(0, &plain);
        assert_eq!(proof.known(), Known::Damaged);
    }

    #[test]
    fn an_empty_file_has_nothing_to_prove() {
        let proof = PartialProof::new(file(0).1, 0);
        assert_eq!(proof.known(), Known::Intact);
    }
}
