//! Chunk layout.
/// One MAC chunk of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// First byte.
    pub offset: u64,
    /// Bytes, 1 to 1 MiB.
    pub len: u32,
}
/// The chunks of a file of `size` bytes in order.
pub fn chunks(_size: u64) -> impl Iterator<Item = Chunk> {
    std::iter::empty()
}
/// Groups chunks into pieces of at least `target` bytes (the last may be shorter), each on chunk boundaries: (offset, len).
pub fn pieces(_size: u64, _target: u64) -> impl Iterator<Item = (u64, u64)> {
    std::iter::empty()
}
