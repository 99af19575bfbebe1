//! One file up: read, encrypted, sent in pieces over several connections, and made a node at the end. The worker calls
//! it. It never retries a whole account command (the client below does) and never touches the local file.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::error::TransferError;
use super::limits::Limits;
use super::progress::Progress;
use crate::session::Session;
use crate::session::change::{Outcome, PutTarget};
use crate::store::undo::UndoJournal;

/// What to upload.
pub struct Upload {
    /// The account.
    pub session: Session,
    /// The file on disk; a link is followed.
    pub source: PathBuf,
    /// Where to, from [`Session::prepare_put`].
    pub target: PutTarget,
    /// The account's journal of changes.
    pub journal: UndoJournal,
    /// What it shares with other transfers.
    pub limits: Limits,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// Uploads a file and returns what to apply to the tree.
pub async fn upload(_upload: Upload) -> Result<Outcome, TransferError> {
    todo!()
}
