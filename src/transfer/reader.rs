//! [`Reader`]: a file of the cloud, read from its beginning to its end over one connection and decrypted, for who wants
//! its bytes and not a file of them: `cat`, and checks that compare by reading. What breaks off is asked for again.

use futures_util::StreamExt;
use tokio::time::Instant;

use super::error::TransferError;
use super::limits::Limits;
use super::patience::{Patience, Remedy};
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::message::Direction;
use crate::session::Session;

/// A file of the cloud that is being read.
pub struct Reader {
    session: Session,
    node: NodeHandle,
    key: FileKey,
    size: u64,
    limits: Limits,
    origin: Option<Origin>,
    patience: Patience,
    pieces: Box<dyn Iterator<Item = (u64, u64)> + Send + Sync>,
    macs: Vec<ChunkMac>,
}

impl Reader {
    /// Begins to read a file of `size` bytes, as listed.
    #[must_use]
    pub fn new(session: Session, node: NodeHandle, key: FileKey, size: u64, limits: Limits) -> Self {
        let patience = Patience::new(limits.max_wait, 1);
        let (pieces, macs) = (Box::new(chunk::pieces(size, PIECE)), Vec::new());
        Self { session, node, key, size, limits, origin: None, patience, pieces, macs }
    }

    /// Returns the next bytes, a few MiB, or `None` at the end. What came is proven only once all of it has:
    /// [`Self::is_intact`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let Some((offset, len)) = self.pieces.next() else { return Ok(None) };
        let mut piece = self.fetch(offset, len).await?;
        self.macs.extend(mac::decrypt_chunks(self.key.aes(), self.key.nonce(), offset, &mut piece));
        Ok(Some(piece))
    }

    /// Returns whether what was read, from beginning to end, is what was once uploaded.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        mac::verify(&self.key, self.size, &self.macs)
    }

    /// Fetches encrypted bytes, as often as patience allows.
    async fn fetch(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
        loop {
            self.sit_out().await;
            let Some(origin) = &self.origin else {
                match self.session.download_url(self.node).await {
                    Ok((origin, _size)) => self.origin = Some(origin),
                    Err(error) => self.patience.judge_address(error, Instant::now())?,
                }
                continue;
            };
            match self.receive(origin, offset, len).await {
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

    /// Waits where a failure makes that necessary, and says so.
    async fn sit_out(&mut self) {
        let Some(wait) = self.patience.wait(Instant::now()) else { return };
        let waits = self.session.client().waits();
        waits(Some(wait));
        match wait.until {
            Some(until) => tokio::time::sleep_until(until).await,
            None => std::future::pending().await,
        }
        waits(None);
    }

    async fn receive(&self, origin: &Origin, offset: u64, len: u64) -> Result<Vec<u8>, StorageError> {
        let mut body = origin.open(self.session.client().transport(), offset, offset + len - 1).await?;
        let mut bytes = Vec::new();
        while let Some(more) = body.next().await {
            let more = more?;
            self.limits.pass(Direction::Down, more.len()).await;
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
}

/// Bytes of one request: enough to make the way to the server short, little enough to wait for.
const PIECE: u64 = 4 << 20;
