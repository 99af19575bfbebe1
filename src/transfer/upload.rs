//! One file up.
use super::progress::Progress;
use crate::session::{
    Session,
    change::{ChangeError, Outcome, PutTarget},
};
use crate::store::undo::UndoJournal;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
/// What to upload.
pub struct Upload {
    /// Account.
    pub session: Session,
    /// File on disk.
    pub source: PathBuf,
    /// Where to.
    pub target: PutTarget,
    /// Journal of changes.
    pub journal: UndoJournal,
    /// Counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}
/// A transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Local side.
    #[error("cannot {action} \"{}\"", path.display())]
    Disk {
        /// read, write, rename…
        action: &'static str,
        /// File.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Changed while reading.
    #[error("\"{}\" changed while it was read", path.display())]
    SourceChanged {
        /// File.
        path: PathBuf,
    },
    /// MAC.
    #[error("\"{name}\" arrived damaged: its content does not match its key")]
    Damaged {
        /// Name.
        name: String,
    },
    /// Gone, taken down…
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// Server.
    #[error(transparent)]
    Api(#[from] crate::api::error::ApiError),
    /// Storage server.
    #[error(transparent)]
    Storage(#[from] crate::api::storage::StorageError),
    /// Waited longer than allowed.
    #[error("gave up waiting")]
    GaveUp(crate::api::wait::Reason),
    /// Stopped.
    #[error("cancelled")]
    Cancelled,
}
/// Uploads; returns what to apply to the tree.
pub async fn upload(_upload: Upload) -> Result<Outcome, TransferError> {
    todo!()
}
