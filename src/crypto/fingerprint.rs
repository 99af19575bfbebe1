//! Fingerprint `c`: sampled CRCs and the modification time. A hint, never a proof.
/// CRC lanes and mtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Four CRC lanes.
    pub crc: [u8; 16],
    /// Unix seconds.
    pub modified: i64,
}
impl Fingerprint {
    /// The text for attribute `c`.
    #[must_use]
    pub fn text(&self) -> String {
        todo!()
    }
    /// Reads the text.
    #[must_use]
    pub fn parse(_text: &str) -> Option<Self> {
        todo!()
    }
    /// Computes it from a file of `size` bytes; `read_at` fills the buffer from the offset.
    pub fn compute<E>(
        _size: u64,
        _modified: i64,
        _read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        todo!()
    }
}
