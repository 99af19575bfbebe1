//! [`CloudFile`]: a file of one account that goes up into another. Its encrypted bytes pass through as they are, under the key
//! that they have, and never touch the disk; each chunk's MAC is taken on the way, and only where all of them together are
//! what the key says does the upload become a file.

use std::sync::{Mutex, PoisonError};

use crate::crypto::attributes::Attributes;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::transfer::buffer::Buffer;
use crate::transfer::disk;
use crate::transfer::error::TransferError;
use crate::transfer::limits::Limits;
use crate::transfer::ranges::RangeReader;

/// A file of the cloud that is to go into another account.
#[derive(Clone)]
pub struct Relayed {
    /// The session that reads it.
    pub session: Session,
    /// The file.
    pub node: NodeHandle,
    /// Its key.
    pub key: FileKey,
    /// Bytes, as listed.
    pub size: u64,
    /// Its attributes, without what says where it was.
    pub attributes: Attributes,
    /// Its name, for what is told.
    pub name: String,
}

/// Such a file while it is read, by several connections.
pub(super) struct CloudFile {
    file: Relayed,
    limits: Limits,
    /// Those that no connection uses now: each knows an address already.
    readers: Mutex<Vec<RangeReader>>,
}

impl CloudFile {
    pub(super) const fn new(file: Relayed, limits: Limits) -> Self {
        Self { file, limits, readers: Mutex::new(Vec::new()) }
    }

    pub(super) const fn size(&self) -> u64 {
        self.file.size
    }

    pub(super) const fn key(&self) -> &FileKey {
        &self.file.key
    }

    pub(super) const fn attributes(&self) -> &Attributes {
        &self.file.attributes
    }

    /// Fills the buffer with encrypted bytes from `offset` on, the start of a chunk, and returns it with the MACs of its
    /// chunks.
    pub(super) async fn fill(
        &self,
        mut buffer: Buffer,
        offset: u64,
    ) -> Result<(Buffer, Vec<ChunkMac>), TransferError> {
        let mut bytes = self.fetch(offset, buffer.len() as u64).await?;
        let key = self.file.key.clone();
        disk::blocking(move || {
            buffer.copy_from_slice(&bytes);
            let macs = mac::decrypt_chunks(key.aes(), key.nonce(), offset, &mut bytes);
            Ok((buffer, macs))
        })
        .await
    }

    /// Checks that what came of the whole file has the key that the file has.
    pub(super) fn require_whole(&self, key: &FileKey) -> Result<(), TransferError> {
        if *key == self.file.key {
            return Ok(());
        }
        Err(TransferError::Damaged { name: self.file.name.clone() })
    }

    async fn fetch(&self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
        if len == 0 {
            return Ok(Vec::new());
        }
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = idle.unwrap_or_else(|| {
            let Relayed { session, node, key, size, .. } = self.file.clone();
            RangeReader::new(session, node, key, size, self.limits.clone())
        });
        let bytes = reader.fetch(offset, len).await?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        Ok(bytes)
    }
}
