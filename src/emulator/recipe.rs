//! Contents that are computed, not stored: any byte of a file of any size from a few words. The sample account and
//! tests of large files use them.

use serde::{Deserialize, Serialize};

use crate::crypto::chunk;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::{FileKey, KeyBytes, ecb_encrypt};
use crate::crypto::mac;

/// How to compute a file: its first bytes as given, the rest by formula, all encrypted under a key of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Bytes in all.
    pub(crate) size: u64,
    /// How the file begins; the rest comes from `filling`.
    pub(crate) head: Vec<u8>,
    /// What follows.
    pub(crate) filling: Filling,
    /// Makes this filling differ from others.
    pub(crate) seed: u64,
    /// Encrypts content and attributes.
    pub(crate) aes: KeyBytes,
    /// Nonce of the encryption.
    pub(crate) nonce: [u8; 8],
}

/// What a made file is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filling {
    /// Noise: the keystream of AES-CTR under the seed. Does not compress, as a photo does not.
    Noise,
    /// English-looking text in lines of 64 bytes.
    Words,
}

impl Recipe {
    /// A file of `size` bytes that begins with `head` (cut when longer). The same `seed` gives the same plain bytes,
    /// whatever the key; `key_seed` chooses the key.
    #[must_use]
    pub fn new(size: u64, head: &[u8], filling: Filling, seed: u64, key_seed: u64) -> Self {
        let kept = usize::try_from(size).map_or(head.len(), |size| head.len().min(size));
        let mut key: KeyBytes = [0x5a; 16];
        key[..8].copy_from_slice(&key_seed.to_be_bytes());
        ecb_encrypt(&[0x3c; 16], &mut key);
        let mut nonce: KeyBytes = key;
        ecb_encrypt(&key, &mut nonce);
        Self {
            size,
            head: head[..kept].to_vec(),
            filling,
            seed,
            aes: key,
            nonce: std::array::from_fn(|index| nonce[index]),
        }
    }

    /// Writes the plain bytes from `offset` on, which lie inside the file.
    pub fn plain(&self, offset: u64, out: &mut [u8]) {
        match self.filling {
            Filling::Noise => {
                out.fill(0);
                let mut key: KeyBytes = [0; 16];
                key[..8].copy_from_slice(&self.seed.to_be_bytes());
                mac::apply_ctr(&key, &[0; 8], offset, out);
            }
            Filling::Words => words(self.seed, offset, out),
        }
        if let Ok(offset) = usize::try_from(offset)
            && let Some(rest) = self.head.get(offset..)
        {
            let len = rest.len().min(out.len());
            out[..len].copy_from_slice(&rest[..len]);
        }
    }

    /// Writes the encrypted bytes from `offset` on.
    pub(crate) fn encrypted(&self, offset: u64, out: &mut [u8]) {
        self.plain(offset, out);
        mac::apply_ctr(&self.aes, &self.nonce, offset, out);
    }

    /// Computes the meta-MAC over the whole file. Reads it all: a gigabyte takes half a second and more.
    #[must_use]
    pub fn meta_mac(&self) -> [u8; 8] {
        let mut macs = Vec::new();
        let mut piece = Vec::new();
        for (offset, len) in chunk::pieces(self.size, 4 << 20) {
            piece.resize(usize::try_from(len).unwrap_or_default(), 0);
            self.plain(offset, &mut piece);
            macs.extend(mac::encrypt_chunks(&self.aes, &self.nonce, offset, &mut piece));
        }
        mac::meta_mac(&self.aes, &macs)
    }

    /// The node key for a known meta-MAC.
    pub(crate) fn key(&self, meta_mac: [u8; 8]) -> FileKey {
        FileKey::new(self.aes, self.nonce, meta_mac)
    }

    /// The fingerprint for a modification time; reads 8 KiB at most.
    #[must_use]
    pub fn fingerprint(&self, modified: i64) -> Fingerprint {
        let read = |offset, out: &mut [u8]| -> Result<(), std::convert::Infallible> {
            self.plain(offset, out);
            Ok(())
        };
        match Fingerprint::compute(self.size, modified, read) {
            Ok(fingerprint) => fingerprint,
            Err(never) => match never {},
        }
    }
}

/// Fills `out` with text whose line number `offset / 64` depends on that number alone.
fn words(seed: u64, offset: u64, out: &mut [u8]) {
    let mut done = 0;
    while done < out.len() {
        let at = offset + done as u64;
        let line = line(seed, at / LINE as u64);
        let start = usize::try_from(at % LINE as u64).unwrap_or_default();
        let len = (LINE - start).min(out.len() - done);
        out[done..done + len].copy_from_slice(&line[start..start + len]);
        done += len;
    }
}

fn line(seed: u64, number: u64) -> [u8; LINE] {
    let mut line = [b' '; LINE];
    let mut state = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut at = 0;
    loop {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let word = WORDS[usize::try_from(state >> 59).unwrap_or_default()].as_bytes();
        if at + word.len() > LINE - 1 {
            break;
        }
        line[at..at + word.len()].copy_from_slice(word);
        at += word.len() + 1;
    }
    line[LINE - 1] = b'\n';
    line
}

const LINE: usize = 64;

const WORDS: [&str; 32] = [
    "the", "river", "was", "calm", "and", "we", "walked", "along", "its", "bank", "until", "evening", "when",
    "lights", "came", "on", "over", "town", "she", "wrote", "a", "letter", "about", "weather", "to", "her",
    "brother", "in", "north", "who", "never", "answered",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_a_cut_from_the_same_file() {
        for filling in [Filling::Noise, Filling::Words] {
            let recipe = Recipe::new(10_000, b"\xff\xd8head", filling, 3, 4);
            let mut whole = vec![0; 10_000];
            recipe.plain(0, &mut whole);
            assert!(whole.starts_with(b"\xff\xd8head"));
            for (offset, len) in [(0, 3), (2, 10), (5, 1), (63, 130), (4097, 999), (9999, 1)] {
                let mut piece = vec![0xaa; len];
                recipe.plain(offset as u64, &mut piece);
                assert_eq!(piece, whole[offset..offset + len]);
            }
        }
    }

    #[test]
    fn decrypting_gives_the_plain_bytes_and_the_mac_of_the_key() {
        let recipe = Recipe::new(300_000, b"", Filling::Noise, 1, 2);
        let mut bytes = vec![0; 300_000];
        recipe.encrypted(0, &mut bytes);
        let macs = mac::decrypt_chunks(&recipe.aes, &recipe.nonce, 0, &mut bytes);
        let mut plain = vec![0; 300_000];
        recipe.plain(0, &mut plain);
        assert_eq!(bytes, plain);
        assert!(mac::verify(&recipe.key(recipe.meta_mac()), 300_000, &macs));
    }
}
