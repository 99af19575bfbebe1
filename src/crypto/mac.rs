//! Chunk MACs and the meta-MAC, and the content cipher they go with. Transfers call it on whole chunks, from any thread
//! and in any order; only the final fold needs the order of the file.

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher, StreamCipherSeek};
use aes::{Aes128, Block};

use super::chunk;
use super::key::{FileKey, KeyBytes};

/// MAC of one chunk: AES-CBC-MAC over its plaintext, starting from nonce ‖ nonce.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChunkMac(pub [u8; 16]);

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
    let macs = chunk_macs(key, *nonce, offset, data);
    apply_ctr(key, nonce, offset, data);
    macs
}

/// Decrypts whole chunks in place, and MACs what comes out; the rules are those of [`encrypt_chunks`].
#[must_use]
pub fn decrypt_chunks(key: &KeyBytes, nonce: &[u8; 8], offset: u64, data: &mut [u8]) -> Vec<ChunkMac> {
    apply_ctr(key, nonce, offset, data);
    chunk_macs(key, *nonce, offset, data)
}

fn chunk_macs(key: &KeyBytes, nonce: [u8; 8], offset: u64, data: &[u8]) -> Vec<ChunkMac> {
    let cipher = Aes128::new(key.into());
    let mut data = data;
    let mut macs = Vec::new();
    for chunk in chunk::chunks_from(offset, offset + data.len() as u64) {
        let (head, rest) = data.split_at(chunk.len as usize);
        data = rest;
        let mut state = Block::from(start(nonce));
        for part in head.chunks(16) {
            for (s, b) in state.iter_mut().zip(part) {
                *s ^= b;
            }
            cipher.encrypt_block(&mut state);
        }
        macs.push(ChunkMac(state.into()));
    }
    macs
}

/// Folds chunk MACs (in file order) into the meta-MAC. Of no chunks it is zero, as in the official client.
#[must_use]
pub fn meta_mac(key: &KeyBytes, macs: &[ChunkMac]) -> [u8; 8] {
    condense(fold(&Aes128::new(key.into()), [0; 16], macs))
}

/// Whether a downloaded file of `size` bytes with these chunk MACs is what its key promises.
///
/// Empty files are not verified, because clients disagree on their meta-MAC. Files whose size, rounded up to 16, is a
/// chunk boundary may carry one more chunk MAC of nonce ‖ nonce, as megajs writes them (mega-protocol 5.3).
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
