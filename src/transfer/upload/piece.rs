//! [`Sealed`]: an encrypted piece of an upload, as a body that counts its bytes while they leave, with the checksum that
//! the server compares. Attempts make and send them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream;

use super::source::DiskFile;
use crate::api::transport::RequestBody;
use crate::crypto::key::KeyBytes;
use crate::crypto::mac::{self, ChunkMac, Feed};
use crate::message::Direction;
use crate::transfer::buffer::Buffer;
use crate::transfer::error::TransferError;
use crate::transfer::limits::Limits;
use crate::transfer::progress::Progress;

/// An encrypted piece.
pub(super) struct Sealed {
    pub(super) offset: u64,
    pub(super) body: Bytes,
    pub(super) checksum: [u8; 12],
    pub(super) macs: Vec<ChunkMac>,
}

impl Sealed {
    /// Makes one of encrypted bytes and the MACs of their chunks.
    pub(super) fn new(offset: u64, bytes: Buffer, macs: Vec<ChunkMac>) -> Self {
        let mut columns = Columns::default();
        columns.add(0, &bytes);
        Self { offset, body: Bytes::from_owner(bytes), checksum: columns.0, macs }
    }

    /// Fills a buffer with what a file has from `offset` on, the start of a chunk, encrypted. Blocks.
    pub(super) fn of_disk(
        file: &DiskFile,
        (key, nonce): (&KeyBytes, &[u8; 8]),
        offset: u64,
        mut buffer: Buffer,
    ) -> Result<Self, TransferError> {
        let mut passage = Passage { file, offset, columns: Columns::default() };
        let macs = mac::encrypt_fed(key, nonce, offset, &mut buffer, &mut passage)?;
        let checksum = passage.columns.0;
        file.require_same()?;
        Ok(Self { offset, body: Bytes::from_owner(buffer), checksum, macs })
    }
}

/// The way of a piece from the disk through the cipher into its checksum.
struct Passage<'a> {
    file: &'a DiskFile,
    offset: u64,
    columns: Columns,
}

impl Feed for Passage<'_> {
    type Error = TransferError;

    fn fill(&mut self, at: usize, bytes: &mut [u8]) -> Result<(), TransferError> {
        self.file.read(bytes, self.offset + at as u64)
    }

    fn passed(&mut self, at: usize, bytes: &[u8]) {
        self.columns.add(at, bytes);
    }
}

/// A body in slices of the same memory; each leaves when the limits let it, and is counted then.
pub(super) fn counted(
    body: Bytes,
    limits: &Limits,
    progress: &Arc<Progress>,
    left: &Arc<AtomicU64>,
) -> RequestBody {
    if body.is_empty() {
        return RequestBody::Bytes(body);
    }
    let len = body.len() as u64;
    let rest = (body, limits.clone(), Arc::clone(progress), Arc::clone(left));
    let slices = stream::unfold(rest, |(mut body, limits, progress, left)| async {
        if body.is_empty() {
            return None;
        }
        let bucket = limits.bandwidth.of(Direction::Up);
        let slice = body.split_to(bucket.slice(body.len().min(SLICE)));
        limits.pass(Direction::Up, slice.len()).await;
        progress.add(slice.len() as u64);
        left.fetch_add(slice.len() as u64, Ordering::Relaxed);
        Some((Ok(slice), (body, limits, progress, left)))
    });
    RequestBody::Stream { len, stream: Box::pin(slices) }
}

/// XOR of the ciphertext in columns of 12 bytes, which the server compares (`crypto::checksum`).
#[derive(Default)]
struct Columns([u8; 12]);

impl Columns {
    /// Adds bytes that lie `at` bytes into the piece. Each is added once, in any order.
    fn add(&mut self, at: usize, bytes: &[u8]) {
        let mut wide = [0; 8 * 12]; // eight rows at once
        let mut rows = bytes.chunks_exact(wide.len());
        for row in &mut rows {
            wide.iter_mut().zip(row).for_each(|(column, byte)| *column ^= byte);
        }
        for (index, byte) in wide.iter().chain(rows.remainder()).enumerate() {
            self.0[(at + index) % 12] ^= byte;
        }
    }
}

/// Bytes handed to the connection at a time, which is how finely progress is counted.
const SLICE: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_xor_of_columns_for_any_length() {
        for len in [0, 1, 11, 12, 13, 95, 96, 97, 1000] {
            let bytes: Vec<u8> = (0..len).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
            let mut expected = [0; 12];
            bytes.iter().enumerate().for_each(|(i, byte)| expected[i % 12] ^= byte);
            for cut in [0, len / 3, len] {
                let mut columns = Columns::default();
                columns.add(cut, &bytes[cut..]);
                columns.add(0, &bytes[..cut]);
                assert_eq!(columns.0, expected, "{len} bytes, cut at {cut}");
            }
        }
    }

    #[tokio::test]
    async fn a_body_leaves_whole_and_is_counted() {
        use futures_util::TryStreamExt;
        let bytes: Vec<u8> = (0..300_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let (progress, left) = (Arc::new(Progress::default()), Arc::new(AtomicU64::new(0)));
        let body = counted(bytes.clone().into(), &Limits::default(), &progress, &left);
        assert_eq!(body.len(), 300_000);
        let sent: Vec<Bytes> = body.into_stream().try_collect().await.unwrap();
        assert_eq!(sent.concat(), bytes);
        assert_eq!((progress.done(), left.load(Ordering::Relaxed)), (300_000, 300_000));
    }
}
