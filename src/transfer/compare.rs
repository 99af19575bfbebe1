//! Whether a local and a cloud file are the same: by size and time where both are known, by proof where not. Plans call
//! [`compare`], and [`prove_identical`] where it asks for a proof.
//!
//! A fingerprint proves nothing (it samples 8 KiB). The proof is MEGA's own: the MACs of the local bytes under the cloud
//! file's key. It reads the local file and downloads nothing.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::disk;
use super::error::TransferError;
use super::limits::Limits;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::local::LocalError;
use crate::offset_io::read_at;

/// What is known of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Bytes.
    pub size: u64,
    /// Time of the content's last change, whole Unix seconds; `None` where a cloud file carries none (rclone, megatools
    /// and older programs write none).
    pub modified: Option<i64>,
}

/// What two sides tell without a look at the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Same size and time: taken as the same.
    Same,
    /// Another size, or clearly another time.
    Different,
    /// Size agrees and time does not decide: [`prove_identical`] does.
    NeedsProof,
}

/// Compares by size and time.
///
/// Times that differ by at most `COARSEST_CLOCK` seconds may be one time kept by a coarse disk, or a quick edit; a
/// missing time may be anything. Neither is guessed at, so a changed file is never missed and nothing is sent twice.
#[must_use]
pub fn compare(one: Side, other: Side) -> Comparison {
    if one.size != other.size {
        return Comparison::Different;
    }
    match (one.modified, other.modified) {
        (Some(one), Some(other)) => match one.abs_diff(other) {
            0 => Comparison::Same,
            1..=COARSEST_CLOCK => Comparison::NeedsProof,
            _ => Comparison::Different,
        },
        (None, _) | (_, None) if one.size == 0 => Comparison::Same,
        (None, _) | (_, None) => Comparison::NeedsProof,
    }
}

/// Returns whether the local file's whole content is that of the cloud file with this key and size.
///
/// Reads off the async threads and stops when `cancel` says so. An empty file is identical to an empty file.
pub async fn prove_identical(
    path: &Path,
    key: &FileKey,
    size: u64,
    limits: &Limits,
    cancel: &CancellationToken,
) -> Result<bool, TransferError> {
    let mut buffer = limits.buffers.lend(usize::try_from(size).unwrap_or(usize::MAX).clamp(1, STEP)).await;
    let (path, key, cancel) = (path.to_path_buf(), key.clone(), cancel.clone());
    disk::blocking(move || {
        let file = disk::open(&path)?;
        if file.metadata().map_err(LocalError::io("read", &path))?.len() != size {
            return Ok(false);
        }
        let mut macs: Vec<ChunkMac> = Vec::new();
        for (offset, len) in chunk::pieces(size, STEP_TARGET) {
            if cancel.is_cancelled() {
                return Err(TransferError::Cancelled);
            }
            let len = usize::try_from(len).unwrap_or(usize::MAX).min(buffer.len());
            let piece = &mut buffer[..len];
            match read_at(&file, piece, offset) {
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
                read => read.map_err(LocalError::io("read", &path))?,
            }
            macs.extend(mac::encrypt_chunks(key.aes(), key.nonce(), offset, piece));
        }
        Ok(mac::verify(&key, size, &macs))
    })
    .await
}

/// FAT keeps times to 2 s, in seconds.
const COARSEST_CLOCK: u64 = 2;
/// Bytes to aim at in one step of a proof.
const STEP_TARGET: u64 = 4 << 20;
/// The longest step: the last chunk may begin just before the target. Bytes.
const STEP: usize = 5 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_time_decide_and_doubt_asks_for_proof() {
        let side = |size, modified| Side { size, modified };
        let cases = [
            (side(5, Some(100)), side(5, Some(100)), Comparison::Same),
            (side(5, Some(100)), side(6, Some(100)), Comparison::Different),
            (side(5, Some(100)), side(5, Some(101)), Comparison::NeedsProof),
            (side(5, Some(102)), side(5, Some(100)), Comparison::NeedsProof),
            (side(5, Some(103)), side(5, Some(100)), Comparison::Different),
            (side(5, Some(i64::MIN)), side(5, Some(i64::MAX)), Comparison::Different),
            (side(5, Some(100)), side(5, None), Comparison::NeedsProof),
            (side(5, None), side(6, None), Comparison::Different),
            (side(0, Some(100)), side(0, None), Comparison::Same),
            (side(0, Some(100)), side(0, Some(500)), Comparison::Different),
        ];
        for (one, other, expected) in cases {
            assert_eq!(compare(one, other), expected, "{one:?} {other:?}");
            assert_eq!(compare(other, one), expected, "{other:?} {one:?}");
        }
    }
}
