//! Chunk MACs and the meta-MAC, fused with AES-CTR.
use super::key::{FileKey, KeyBytes};
/// MAC of one chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChunkMac(pub [u8; 16]);
/// AES-CTR at any byte offset, in place.
pub fn apply_ctr(_key: &KeyBytes, _nonce: &[u8; 8], _offset: u64, _data: &mut [u8]) {
    todo!()
}
/// Encrypts whole chunks in place; `offset` is a chunk boundary and `data` ends on one or at the end of the file.
/// Returns the MACs of the chunks in order.
#[must_use]
pub fn encrypt_chunks(_key: &KeyBytes, _nonce: &[u8; 8], _offset: u64, _data: &mut [u8]) -> Vec<ChunkMac> {
    todo!()
}
/// Decrypts likewise.
#[must_use]
pub fn decrypt_chunks(_key: &KeyBytes, _nonce: &[u8; 8], _offset: u64, _data: &mut [u8]) -> Vec<ChunkMac> {
    todo!()
}
/// Folds chunk MACs (in file order) into the meta-MAC.
#[must_use]
pub fn meta_mac(_key: &KeyBytes, _macs: &[ChunkMac]) -> [u8; 8] {
    todo!()
}
/// Whether a downloaded file of `size` bytes with these chunk MACs is what its key promises (with the known variants).
#[must_use]
pub fn verify(_key: &FileKey, _size: u64, _macs: &[ChunkMac]) -> bool {
    todo!()
}
