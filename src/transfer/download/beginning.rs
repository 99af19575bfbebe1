//! The beginning of a download that stands on the disk already: a shorter file of the target's name, left there by some
//! other program. Its whole chunks are taken over as they are; only the MAC of the whole tells whether that was right.
//! `part` calls it where the user said so.

use std::fs::File;
use std::sync::Arc;

use super::Download;
use crate::crypto::chunk::{self, Chunk};
use crate::crypto::mac::{self, ChunkMac};
use crate::local::LocalError;
use crate::offset_io::{read_at, write_at};
use crate::transfer::disk;
use crate::transfer::error::TransferError;

/// Copies the whole chunks of the file that has the target's name into `partial`, and returns their MACs. A file that
/// cannot be read has none.
pub(super) async fn take(
    download: &Download,
    partial: &Arc<File>,
) -> Result<Vec<(Chunk, ChunkMac)>, TransferError> {
    let path = download.target.path();
    let Ok(existing) = disk::blocking(move || Ok(Arc::new(disk::open(&path)?))).await else {
        return Ok(Vec::new());
    };
    let len = existing.metadata().map_or(0, |facts| facts.len());
    let mut taken = Vec::new();
    download.progress.set_checking(true);
    for (offset, len) in chunk::pieces(whole_chunks(len, download.size), STEP) {
        let macs = take_piece(download, partial, &existing, (offset, len)).await;
        match macs.inspect_err(|_| download.progress.set_checking(false))? {
            Some(macs) => taken.extend(chunk::chunks_from(offset, offset + len).zip(macs)),
            None => break, // it became shorter meanwhile
        }
    }
    download.progress.set_checking(false);
    download.progress.keep(taken.iter().map(|(chunk, _)| u64::from(chunk.len)).sum());
    Ok(taken)
}

async fn take_piece(
    download: &Download,
    partial: &Arc<File>,
    existing: &Arc<File>,
    (offset, len): (u64, u64),
) -> Result<Option<Vec<ChunkMac>>, TransferError> {
    let mut buffer = download.limits.buffers.lend(usize::try_from(len).unwrap_or(usize::MAX)).await;
    let (partial, existing) = (Arc::clone(partial), Arc::clone(existing));
    let (key, target) = (download.key.clone(), download.target.clone());
    disk::blocking(move || {
        if let Err(error) = read_at(&existing, &mut buffer, offset) {
            tracing::debug!(%error, offset, "the beginning of a file cannot be read on");
            return Ok(None);
        }
        write_at(&partial, &buffer, offset).map_err(LocalError::io("write", &target.path()))?;
        // The MACs are over the plaintext; that the buffer is encrypted on the way is of no use.
        Ok(Some(mac::encrypt_chunks(key.aes(), key.nonce(), offset, &mut buffer)))
    })
    .await
}

/// Returns how many of the first `len` bytes are whole chunks of a file of `size` bytes.
fn whole_chunks(len: u64, size: u64) -> u64 {
    chunk::chunks(size).map(Chunk::end).take_while(|end| *end <= len).last().unwrap_or(0)
}

/// Bytes to aim at in one step.
const STEP: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_counts_once_it_is_whole() {
        let (size, kib) = (1 << 20, 1 << 10);
        for (len, whole) in [(0, 0), (128 * kib - 1, 0), (128 * kib, 128 * kib), (500 * kib, 384 * kib)] {
            assert_eq!(whole_chunks(len, size), whole, "{len}");
        }
        assert_eq!(whole_chunks(2 << 20, size), size, "no more than the file has");
    }
}
