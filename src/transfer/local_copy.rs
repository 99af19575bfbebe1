//! [`read`]: a local file that may have the content of files of the cloud, read once: what its digest is, and which of
//! several keys it proves. Proofs that need no download ask it. Which files those keys are of is the caller's to know.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::disk;
use super::error::TransferError;
use super::limits::Limits;
use crate::crypto::chunk;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::local::LocalError;
use crate::offset_io::read_at;

/// What a file of the cloud says of its content, which the local file may have.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its key, which holds the meta-MAC.
    pub key: FileKey,
    /// The samples of its fingerprint, where it has one: others than the local file's are another content.
    pub samples: Option<[u8; 16]>,
}

/// What a local file has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// SHA-256 of its content.
    pub digest: [u8; 32],
    /// Places of the claims that are proven: those contents are this one.
    pub proven: Vec<usize>,
    /// Places of the claims that are refuted: those contents are others.
    pub refuted: Vec<usize>,
}

/// Reads a local file of `size` bytes, whole, and tells which claims are true of it: those whose meta-MAC its bytes
/// give under their keys. `None` where the size is another by now, or where no claim's samples fit, which costs 8 KiB.
///
/// Digest and proofs are of the same bytes, so that a file that changes meanwhile proves nothing wrong. Reads off the
/// async threads, and stops when `cancel` says so.
pub async fn read(
    path: &Path,
    size: u64,
    claims: &[Claim],
    limits: &Limits,
    cancel: &CancellationToken,
) -> Result<Option<Shown>, TransferError> {
    let step = usize::try_from(size).unwrap_or(usize::MAX).clamp(1, STEP);
    let mut buffer = limits.buffers.lend(2 * step).await;
    let (path, claims, cancel) = (path.to_path_buf(), claims.to_vec(), cancel.clone());
    disk::blocking(move || {
        let file = disk::open(&path)?;
        let failed = || LocalError::io("read", &path);
        if file.metadata().map_err(failed())?.len() != size {
            return Ok(None);
        }
        let mut proofs =
            fitting(&claims, size, |offset, bytes| read_at(&file, bytes, offset)).map_err(failed())?;
        if proofs.is_empty() {
            return Ok(None);
        }
        let mut hasher = Sha256::new();
        let (plain, scratch) = buffer.split_at_mut(step);
        for (offset, len) in chunk::pieces(size, STEP_TARGET) {
            if cancel.is_cancelled() {
                return Err(TransferError::Cancelled);
            }
            let len = usize::try_from(len).unwrap_or(usize::MAX).min(step);
            let piece = &mut plain[..len];
            match read_at(&file, piece, offset) {
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
                read => read.map_err(failed())?,
            }
            hasher.update(&*piece);
            for Proof { at, macs } in &mut proofs {
                let (key, scratch) = (&claims[*at].key, &mut scratch[..len]);
                scratch.copy_from_slice(piece);
                macs.extend(mac::encrypt_chunks(key.aes(), key.nonce(), offset, scratch));
            }
        }
        let is_proven = |proof: &Proof| mac::verify(&claims[proof.at].key, size, &proof.macs);
        let (proven, refuted): (Vec<Proof>, Vec<Proof>) = proofs.into_iter().partition(is_proven);
        let places = |proofs: Vec<Proof>| proofs.iter().map(|proof| proof.at).collect();
        let digest = hasher.finalize().into();
        Ok(Some(Shown { digest, proven: places(proven), refuted: places(refuted) }))
    })
    .await
}

/// A claim that is in question.
struct Proof {
    /// Its place.
    at: usize,
    macs: Vec<ChunkMac>,
}

/// Returns the claims that the samples do not rule out. Old clients sampled large files at other places.
fn fitting(
    claims: &[Claim],
    size: u64,
    mut read: impl FnMut(u64, &mut [u8]) -> std::io::Result<()>,
) -> std::io::Result<Vec<Proof>> {
    let samples =
        [Fingerprint::compute(size, 0, &mut read)?.crc, Fingerprint::compute_legacy(size, 0, &mut read)?.crc];
    let fits = |claim: &Claim| claim.samples.is_none_or(|crc| samples.contains(&crc));
    let places = claims.iter().enumerate().filter(|(_, claim)| fits(claim));
    Ok(places.map(|(at, _)| Proof { at, macs: Vec::new() }).collect())
}

/// Bytes to aim at in one step.
const STEP_TARGET: u64 = 4 << 20;
/// The longest step: the last chunk may begin just before the target. Bytes.
const STEP: usize = 5 << 20;
