//! Thumbnails and previews as the server keeps them: small opaque blobs by handle. Reached through `ufa` and `pfa`, kept in
//! memory only; what is in them the server cannot know.

use std::collections::HashMap;

use bytes::Bytes;

use crate::crypto::key::random;

/// All thumbnails. Gone after a restart.
#[derive(Default)]
pub(crate) struct Thumbnails {
    blobs: HashMap<[u8; 8], Bytes>,
}

impl Thumbnails {
    /// Keeps a blob and returns its handle.
    pub(crate) fn keep(&mut self, blob: Bytes) -> [u8; 8] {
        let handle = random();
        self.blobs.insert(handle, blob);
        handle
    }

    /// Answers a read: for each known handle of `wanted` (8 bytes each) the handle, a length (32-bit little-endian)
    /// and the blob.
    pub(crate) fn read(&self, wanted: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for handle in wanted.chunks_exact(8) {
            let blob = <[u8; 8]>::try_from(handle).ok().and_then(|handle| self.blobs.get(&handle));
            if let Some(blob) = blob {
                out.extend_from_slice(handle);
                out.extend_from_slice(&u32::try_from(blob.len()).unwrap_or_default().to_le_bytes());
                out.extend_from_slice(blob);
            }
        }
        out
    }
}
