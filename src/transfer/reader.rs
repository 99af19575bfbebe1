//! A [`Reader`]: a cloud file read from its beginning to its end, decrypted in memory, one piece after another. `cat` and
//! the comparison of texts use it; files that are kept go by `download`. What came is verified only at its end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::Instant;

use super::error::TransferError;
use super::patience::{Patience, Remedy};
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::api::transport::Transport;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::session::Session;

/// What is read.
pub(crate) struct Readable {
    /// The file's node.
    pub(crate) node: NodeHandle,
    /// Its key.
    pub(crate) key: FileKey,
    /// Its size as listed, bytes.
    pub(crate) size: u64,
    /// Its name, for errors.
    pub(crate) name: String,
}

/// A file that is being read.
pub(crate) struct Reader {
    session: Session,
    file: Readable,
    pieces: Box<dyn Iterator<Item = (u64, u64)> + Send>,
    origin: Option<Origin>,
    patience: Patience,
    macs: Vec<ChunkMac>,
}

impl Reader {
    /// Begins at the file's first byte; nothing is asked for yet.
    pub(crate) fn new(session: Session, file: Readable, patience: Patience) -> Self {
        let pieces = Box::new(chunk::pieces(file.size, PIECE_BYTES));
        Self { session, file, pieces, origin: None, patience, macs: Vec::new() }
    }

    /// Returns the next piece, at most a few MiB, or `None` at the end: only then the content is what was uploaded.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let Some((offset, len)) = self.pieces.next() else {
            if mac::verify(&self.file.key, self.file.size, &self.macs) {
                return Ok(None);
            }
            return Err(TransferError::Damaged { name: self.file.name.clone() });
        };
        let mut piece = self.fetch(offset, len).await?;
        let key = &self.file.key;
        self.macs.extend(mac::decrypt_chunks(key.aes(), key.nonce(), offset, &mut piece));
        Ok(Some(piece))
    }

    /// Fetches `len` encrypted bytes, as often as patience allows.
    async fn fetch(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
        let client = self.session.client();
        loop {
            if let Some(wait) = self.patience.wait(Instant::now()) {
                (client.waits())(Some(wait));
                match wait.until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
                (client.waits())(None);
            }
            let Some(origin) = &self.origin else {
                match self.session.download_url(self.file.node).await {
                    Ok((origin, _size)) => self.origin = Some(origin),
                    Err(error) => self.patience.judge_address(error, Instant::now())?,
                }
                continue;
            };
            match receive(client.transport(), origin, offset, len).await {
                Ok(bytes) => {
                    self.patience.moved();
                    return Ok(bytes);
                }
                Err(error) => match self.patience.judge(error, Instant::now())? {
                    Remedy::Again => {}
                    Remedy::NewAddress | Remedy::OtherHost => self.origin = None,
                },
            }
        }
    }
}

async fn receive(
    transport: &Arc<dyn Transport>,
    origin: &Origin,
    offset: u64,
    len: u64,
) -> Result<Vec<u8>, StorageError> {
    let mut body = origin.open(transport, offset, offset + len - 1).await?;
    let mut bytes = Vec::new();
    while let Some(more) = body.next().await {
        let more: Bytes = more?;
        bytes.extend_from_slice(&more);
        if bytes.len() as u64 > len {
            break;
        }
    }
    if bytes.len() as u64 == len {
        return Ok(bytes);
    }
    Err(StorageError::WrongLength { asked: len, sent: bytes.len() as u64 })
}

/// Bytes of one request: enough to make the way to the server short, little enough to wait for.
const PIECE_BYTES: u64 = 4 << 20;
