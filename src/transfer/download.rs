//! One file down.
use super::{progress::Progress, upload::TransferError};
use crate::crypto::key::FileKey;
use crate::handle::NodeHandle;
use crate::session::Session;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
/// What to download.
pub struct Download {
    /// Account.
    pub session: Session,
    /// Node.
    pub node: NodeHandle,
    /// Its key.
    pub key: FileKey,
    /// Its size as listed.
    pub size: u64,
    /// Time to set, Unix seconds.
    pub modified: Option<i64>,
    /// Final name; its folder exists.
    pub target: PathBuf,
    /// What to do with a file that has the name.
    pub existing: Existing,
    /// Counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}
/// What to do with a file that has the target's name when the download is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// There was none when planned: if one appeared, fail.
    Fail,
    /// To the system's trash, then take the name.
    Trash,
}
/// Downloads to a temporary name beside the target, verifies, renames, sets times.
pub async fn download(_download: Download) -> Result<(), TransferError> {
    todo!()
}
