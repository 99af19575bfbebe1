//! Chunk MACs and the meta-MAC, and the content cipher they go with. Transfers call it on whole chunks, from any thread
//! and in any order; only the final fold needs the order of the file.

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher, StreamCipherSeek};
use aes::{Aes128, Block};

use super::chunk;
use super::key::{FileKey, KeyBytes};
pub use super::lanes::Feed;
use super::lanes::{self, Direction};

/// MAC of one chunk: AES-CBC-MAC over its plaintext, starting from nonce ‖ nonce.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChunkMac(pub [u8; 16]);

impl ChunkMac {
    /// Returns the MAC of a chunk of which nothing was read yet.
    #[must_use]
    pub fn begin(nonce: &[u8; 8]) -> Self {
        Self(start(*nonce))
    }

    /// Returns the MAC after more of the chunk's plaintext: a multiple of 16 bytes, but for the last of a chunk, which is
    /// padded with zeros.
    #[must_use]
    pub fn then(self, key: &KeyBytes, plain: &[u8]) -> Self {
        let cipher = Aes128::new(key.into());
        let mut state = Block::from(self.0);
        for block in plain.chunks(16) {
            state.iter_mut().zip(block).for_each(|(state, byte)| *state ^= byte);
            cipher.encrypt_block(&mut state);
        }
        Self(state.into())
    }
}

/// Applies AES-CTR in place, which encrypts and decrypts; `offset` is that of the first byte in the file, any value.
pub fn apply_ctr(key: &KeyBytes, nonce: &[u8; 8], offset: u64, data: &mut [u8]) {
    let mut iv = [0; 16];
    iv[..8].copy_from_slice(nonce);
    iv[8..].copy_from_slice(&(offset / 16).to_be_bytes());
    let mut ctr = ctr::Ctr64BE::<Aes128>::new(key.into(), &iv.into());
    ctr.seek(offset % 16);
    ctr.apply_keystream(data);
}

/// Encrypts whole chunks in place; `offset` is a chunk boundary and `data` ends on one or at the end of the file.
/// Returns the MACs of the chunks in order.
#[must_use]
pub fn encrypt_chunks(key: &KeyBytes, nonce: &[u8; 8], offset: u64, data: &mut [u8]) -> Vec<ChunkMac> {
    wrap(lanes::run(key, *nonce, offset, data, Direction::Encrypt))
}

/// As [`encrypt_chunks`], of plaintext that `feed` fills in on the way; it sees the ciphertext too.
///
/// # Errors
/// What the feed says; `data` is of no use then.
pub fn encrypt_fed<F: Feed>(
    key: &KeyBytes,
    nonce: &[u8; 8],
    offset: u64,
    data: &mut [u8],
    feed: &mut F,
) -> Result<Vec<ChunkMac>, F::Error> {
    lanes::run_fed(key, *nonce, offset, data, Direction::Encrypt, feed).map(wrap)
}

/// Decrypts whole chunks in place, and MACs what comes out; the rules are those of [`encrypt_chunks`].
#[must_use]
pub fn decrypt_chunks(key: &KeyBytes, nonce: &[u8; 8], offset: u64, data: &mut [u8]) -> Vec<ChunkMac> {
    wrap(lanes::run(key, *nonce, offset, data, Direction::Decrypt))
}

fn wrap(states: Vec<Block>) -> Vec<ChunkMac> {
    states.into_iter().map(|state| ChunkMac(state.0)).collect()
}

/// Folds chunk MACs (in file order) into the meta-MAC. Of no chunks it is zero, as in the official client.
#[must_use]
pub fn meta_mac(key: &KeyBytes, macs: &[ChunkMac]) -> [u8; 8] {
    condense(fold(&Aes128::new(key.into()), [0; 16], macs))
}

/// Whether a downloaded file of `size` bytes with these chunk MACs is what its key promises.
///
/// Empty files are not verified, because clients disagree on their meta-MAC. Files whose size, rounded up to 16, is a
/// chunk boundary may carry one more chunk MAC of nonce ‖ nonce, as megajs writes them (qgustavor/mega
/// `lib/crypto/aes.mjs`, `MAC`).
#[must_use]
pub fn verify(key: &FileKey, size: u64, macs: &[ChunkMac]) -> bool {
    if size == 0 {
        return true;
    }
    if chunk::count(size) != macs.len() as u64 {
        return false;
    }
    let cipher = Aes128::new(key.aes().into());
    let folded = fold(&cipher, [0; 16], macs);
    if condense(folded) == *key.meta_mac() {
        return true;
    }
    let extra = ChunkMac(start(*key.nonce()));
    chunk::is_boundary(size.div_ceil(16) * 16) && condense(fold(&cipher, folded, &[extra])) == *key.meta_mac()
}

fn fold(cipher: &Aes128, from: [u8; 16], macs: &[ChunkMac]) -> [u8; 16] {
    macs.iter().fold(from, |state, mac| {
        let mut block = Block::from(std::array::from_fn(|i| state[i] ^ mac.0[i]));
        cipher.encrypt_block(&mut block);
        block.into()
    })
}

fn condense(folded: [u8; 16]) -> [u8; 8] {
    std::array::from_fn(|i| {
        let word = i / 4 * 8 + i % 4;
        folded[word] ^ folded[word + 4]
    })
}

fn start(nonce: [u8; 8]) -> [u8; 16] {
    std::array::from_fn(|i| nonce[i % 8])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, block by block: keystream by the counter, MAC by CBC over the zero-padded plaintext.
    fn serial(key: &KeyBytes, nonce: [u8; 8], offset: u64, plain: &[u8]) -> (Vec<u8>, Vec<ChunkMac>) {
        let cipher = Aes128::new(key.into());
        let mut encrypted = Vec::new();
        let mut macs = Vec::new();
        let mut rest = plain;
        for chunk in chunk::chunks_from(offset, offset + plain.len() as u64) {
            let (bytes, after) = rest.split_at(chunk.len as usize);
            rest = after;
            let mut mac = Block::from(start(nonce));
            for (counter, part) in (chunk.offset / 16..).zip(bytes.chunks(16)) {
                let mut stream = Block::default();
                stream[..8].copy_from_slice(&nonce);
                stream[8..].copy_from_slice(&counter.to_be_bytes());
                cipher.encrypt_block(&mut stream);
                encrypted.extend(part.iter().zip(stream).map(|(byte, stream)| byte ^ stream));
                mac.iter_mut().zip(part).for_each(|(mac, byte)| *mac ^= byte);
                cipher.encrypt_block(&mut mac);
            }
            macs.push(ChunkMac(mac.into()));
        }
        (encrypted, macs)
    }

    fn sample(len: usize, seed: u32) -> Vec<u8> {
        let mut x = seed | 1;
        let step = |_| {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            x.to_le_bytes()[1]
        };
        (0..len).map(step).collect()
    }

    /// Gives out a plaintext and keeps what becomes of it.
    struct Fed<'a> {
        plain: &'a [u8],
        passed: Vec<u8>,
    }

    impl Feed for Fed<'_> {
        type Error = usize;

        fn fill(&mut self, at: usize, bytes: &mut [u8]) -> Result<(), usize> {
            bytes.copy_from_slice(self.plain.get(at..at + bytes.len()).ok_or(at)?);
            Ok(())
        }

        fn passed(&mut self, at: usize, bytes: &[u8]) {
            self.passed[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    #[test]
    fn a_feed_that_ends_early_ends_the_pass() {
        let mut fed = Fed { plain: &vec![7; 200_000], passed: vec![0; 300_000] };
        let mut data = vec![0; 300_000];
        assert!(encrypt_fed(&[1; 16], &[2; 8], 0, &mut data, &mut fed).is_err());
    }

    /// Compares both directions with the definition, for `len` bytes from `offset` on.
    fn compare(offset: u64, len: usize, seed: u32) {
        let (key, nonce) = ([seed.to_le_bytes()[0]; 16], u64::from(seed).to_be_bytes());
        let plain = sample(len, seed);
        let (encrypted, macs) = serial(&key, nonce, offset, &plain);
        let mut data = plain.clone();
        assert_eq!(encrypt_chunks(&key, &nonce, offset, &mut data), macs, "{len} bytes at {offset}");
        assert!(data == encrypted, "ciphertext of {len} bytes at {offset}");
        assert_eq!(decrypt_chunks(&key, &nonce, offset, &mut data), macs, "{len} bytes at {offset}");
        assert!(data == plain, "plaintext of {len} bytes at {offset}");
        let (mut fed, mut sent) = (Fed { plain: &plain, passed: vec![0; len] }, vec![0; len]);
        assert_eq!(
            encrypt_fed(&key, &nonce, offset, &mut sent, &mut fed),
            Ok(macs),
            "{len} bytes at {offset}"
        );
        assert!(sent == encrypted && fed.passed == encrypted, "fed with {len} bytes at {offset}");
        apply_ctr(&key, &nonce, offset, &mut data);
        assert!(data == encrypted, "plain CTR of {len} bytes at {offset}");
    }

    #[test]
    fn sizes_around_blocks_steps_and_chunks_agree_with_the_definition() {
        for around in [0, 16, 1024, 2048, 128 << 10, 384 << 10, (1280 << 10) + 1024] {
            for len in [around - around.min(1), around, around + 1, around + 17] {
                compare(0, len, 77);
            }
        }
        compare(4608 << 10, (9 << 20) + 5, 78);
        compare((4608 << 10) + (4 << 40), 5, 79);
    }

    #[test]
    fn a_whole_file_in_pieces_gives_the_macs_of_the_whole() {
        let plain = sample((5 << 20) + 100, 5);
        let (key, nonce) = ([3; 16], [4; 8]);
        let mut whole = plain.clone();
        let expected = encrypt_chunks(&key, &nonce, 0, &mut whole);
        for target in [1, 600_000, 1 << 20] {
            let mut macs = Vec::new();
            for (offset, len) in chunk::pieces(plain.len() as u64, target) {
                let range = usize::try_from(offset).unwrap()..usize::try_from(offset + len).unwrap();
                let mut piece = plain[range.clone()].to_vec();
                macs.extend(encrypt_chunks(&key, &nonce, offset, &mut piece));
                assert!(piece == whole[range], "piece at {offset}");
            }
            assert_eq!(macs, expected);
        }
    }

    #[test]
    fn verification_wants_every_chunk_and_the_right_fold() {
        let mut data = sample(200_000, 9);
        let (key, nonce) = ([3; 16], [4; 8]);
        let macs = encrypt_chunks(&key, &nonce, 0, &mut data);
        let file = FileKey::new(key, nonce, meta_mac(&key, &macs));
        assert!(verify(&file, 200_000, &macs));
        assert!(!verify(&file, 100, &macs), "more MACs than the size has chunks");
        assert!(!verify(&file, 200_000, &macs[..1]));
        let swapped: Vec<ChunkMac> = macs.iter().rev().copied().collect();
        assert!(!verify(&file, 200_000, &swapped));
        let with_extra =
            FileKey::new(key, nonce, meta_mac(&key, &[&macs[..], &[ChunkMac(start(nonce))]].concat()));
        assert!(!verify(&with_extra, 200_000, &macs), "an extra MAC is for sizes at a boundary only");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_run_of_chunks_agrees_with_the_definition(
            first in 0usize..14,
            full in 0usize..10,
            cut in 0usize..(300 << 10),
            seed: u32,
        ) {
            let starts: Vec<u64> = chunk::chunks(40 << 20).map(|chunk| chunk.offset).collect();
            let len = usize::try_from(starts[first + full] - starts[first]).unwrap() + cut;
            compare(starts[first], len, seed);
        }

        #[test]
        fn ctr_at_any_offset_is_a_part_of_the_whole(offset in 0usize..5000, len in 0usize..5000) {
            let mut whole = vec![0; offset + len];
            apply_ctr(&[1; 16], &[2; 8], 0, &mut whole);
            let mut part = vec![0; len];
            apply_ctr(&[1; 16], &[2; 8], offset as u64, &mut part);
            prop_assert!(part == whole[offset..]);
        }
    }
}
