//! One file down: fetched in pieces over several connections, decrypted, checked as a whole, and only then given its
//! name. The worker calls it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::error::TransferError;
use super::limits::Limits;
use super::progress::Progress;
use crate::crypto::key::FileKey;
use crate::handle::NodeHandle;
use crate::local::{Target, Trash};
use crate::session::Session;

/// What to download.
pub struct Download {
    /// The account.
    pub session: Session,
    /// The file's node.
    pub node: NodeHandle,
    /// The node's key.
    pub key: FileKey,
    /// Its size as listed, bytes.
    pub size: u64,
    /// The time to set, Unix seconds; `None` leaves the time of arrival.
    pub modified: Option<i64>,
    /// Where to; its folder exists.
    pub target: Target,
    /// What to do with a file that has the name.
    pub existing: Existing,
    /// What it shares with other transfers.
    pub limits: Limits,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// What to do with a file that has the target's name when the download is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existing {
    /// There was none when planned: if one appeared, fail.
    Fail,
    /// Put it there, then take the name.
    Trash(Trash),
}

/// Downloads to a temporary name beside the target, verifies, sets the time, renames.
pub async fn download(_download: Download) -> Result<(), TransferError> {
    todo!()
}
