//! [`TransferError`]: why one file could not be moved. The movers return it, the worker turns it into what the user is
//! told. No error holds an address, a key or a token.

use std::path::PathBuf;

use crate::api::error::ApiError;
use crate::api::storage::StorageError;
use crate::api::wait::Reason;
use crate::local::LocalError;
use crate::session::change::ChangeError;

/// A transfer failed. Nothing stands under the target's name that was not there before.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The local side: unreadable, unwritable, no room, something in the way.
    #[error(transparent)]
    Disk(#[from] LocalError),
    /// The file's size or time changed while it was read.
    #[error("\"{}\" changed while it was read", path.display())]
    SourceChanged {
        /// The local file.
        path: PathBuf,
    },
    /// The whole file's MAC is not the one in its key: damaged on the way or at the server, or forged.
    #[error("\"{name}\" arrived damaged: its content does not match its key")]
    Damaged {
        /// Name of the local target.
        name: String,
    },
    /// The server now has another size for the node than it listed.
    #[error("\"{name}\" has {stored} bytes on the server but is listed with {listed}")]
    SizeDiffers {
        /// Name of the local target.
        name: String,
        /// Size in the listing, bytes.
        listed: u64,
        /// Size in the answer of `g`, bytes.
        stored: u64,
    },
    /// The finished upload could not become a file of the account.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The API refused: node gone, taken down, storage full…
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The storage server refused, again and again.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Waited longer than [`Limits::max_wait`](super::limits::Limits::max_wait).
    #[error("gave up waiting")]
    GaveUp(Reason),
    /// Stopped by the user.
    #[error("cancelled")]
    Cancelled,
}
