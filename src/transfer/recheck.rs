//! [`recheck`]: which chunks of a file on the disk are still what a journal says of them. Both movers ask before they
//! believe a journal.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use super::disk;
use super::error::TransferError;
use super::limits::Limits;
use crate::crypto::chunk::{self, Chunk};
use crate::crypto::key::KeyBytes;
use crate::crypto::mac::{self, ChunkMac};
use crate::offset_io::read_at;

/// A file's content and the key that its MACs are under.
pub(crate) struct Content {
    pub(crate) file: Arc<File>,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) key: KeyBytes,
    pub(crate) nonce: [u8; 8],
}

/// Returns those of the `claimed` chunks (by offset) whose bytes on the disk have that MAC. A chunk that cannot be read
/// has none.
pub(crate) async fn recheck(
    content: &Content,
    claimed: &BTreeMap<u64, ChunkMac>,
    limits: &Limits,
) -> Result<Vec<(Chunk, ChunkMac)>, TransferError> {
    let mut good = Vec::new();
    for (offset, len) in chunk::pieces(content.size, STEP) {
        if claimed.range(offset..offset + len).next().is_none() {
            continue;
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX); // a few MiB
        let mut buffer = limits.buffers.lend(len).await;
        let (file, key, nonce) = (Arc::clone(&content.file), content.key, content.nonce);
        let macs = disk::blocking(move || {
            if let Err(error) = read_at(&file, &mut buffer, offset) {
                tracing::debug!(%error, offset, "what a journal says cannot be read");
                return Ok(Vec::new());
            }
            // The MACs are over the plaintext; that the buffer is encrypted on the way is of no use.
            Ok(mac::encrypt_chunks(&key, &nonce, offset, &mut buffer))
        });
        let found = chunk::chunks_from(offset, offset + len as u64).zip(macs.await?);
        good.extend(found.filter(|(chunk, mac)| claimed.get(&chunk.offset) == Some(mac)));
    }
    Ok(good)
}

/// Bytes to aim at in one step.
const STEP: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_chunks_whose_bytes_agree_are_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        let bytes: Vec<u8> = (0..9_000_000_u32).map(|i| i.to_le_bytes()[1]).collect();
        let (key, nonce) = ([1; 16], [2; 8]);
        let macs = mac::encrypt_chunks(&key, &nonce, 0, &mut bytes.clone());
        let all: BTreeMap<u64, ChunkMac> =
            chunk::chunks(9_000_000).map(|chunk| chunk.offset).zip(macs).collect();
        let check = |size: u64, claimed: BTreeMap<u64, ChunkMac>| {
            let file = Arc::new(File::open(&path).unwrap());
            async move {
                let content = Content { file, size, key, nonce };
                let good = recheck(&content, &claimed, &Limits::default()).await.unwrap();
                good.into_iter().map(|(chunk, _)| chunk.offset).collect::<Vec<u64>>()
            }
        };
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(check(9_000_000, all.clone()).await, all.keys().copied().collect::<Vec<u64>>());
        let some: BTreeMap<_, _> = all.clone().into_iter().skip(3).step_by(2).collect();
        assert_eq!(check(9_000_000, some.clone()).await, some.keys().copied().collect::<Vec<u64>>());
        let mut spoilt = bytes.clone();
        spoilt[400_000] ^= 1;
        spoilt[8_999_999] ^= 1;
        std::fs::write(&path, &spoilt).unwrap();
        let good = check(9_000_000, all.clone()).await;
        assert_eq!(good.len(), all.len() - 2);
        assert!(!good.contains(&(384 << 10)));
        std::fs::write(&path, &bytes[..5_000_000]).unwrap();
        assert!(!check(9_000_000, all.clone()).await.is_empty(), "what is left of a shorter file counts");
    }
}
