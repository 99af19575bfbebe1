//! [`RangeReader`]: any range of a file of the cloud, fetched over one connection and decrypted. What breaks off is asked
//! for again. What it returns is not proven: who reads all of it checks the MACs ([`super::reader`], [`super::proof`]).

use futures_util::StreamExt;
use tokio::time::Instant;

use super::error::TransferError;
use super::limits::Limits;
use super::patience::{Patience, Remedy};
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::crypto::key::FileKey;
use crate::crypto::mac;
use crate::handle::NodeHandle;
use crate::message::Direction;
use crate::session::Session;

/// A file of the cloud of which ranges are read.
pub struct RangeReader {
    session: Session,
    node: NodeHandle,
    key: FileKey,
    size: u64,
    limits: Limits,
    origin: Option<Origin>,
    patience: Patience,
}

impl RangeReader {
    /// Begins to read a file of `size` bytes, as listed. Nothing is asked of the server yet.
    #[must_use]
    pub fn new(session: Session, node: NodeHandle, key: FileKey, size: u64, limits: Limits) -> Self {
        let patience = Patience::new(limits.max_wait, 1);
        Self { session, node, key, size, limits, origin: None, patience }
    }

    /// Returns the file's size as listed, bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the file's key.
    #[must_use]
    pub const fn key(&self) -> &FileKey {
        &self.key
    }

    /// Returns the bytes from `offset` on, `len` of them or as many as the file has. All of them are held in memory.
    pub async fn read(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
        let len = len.min(self.size.saturating_sub(offset));
        if len == 0 {
            return Ok(Vec::new());
        }
        let mut bytes = self.fetch(offset, len).await?;
        mac::apply_ctr(self.key.aes(), self.key.nonce(), offset, &mut bytes);
        Ok(bytes)
    }

    /// Fetches encrypted bytes of the file, at least one, as often as patience allows.
    pub(super) async fn fetch(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
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
