//! One file from a folder of the disk to another: copied under a temporary name, and given its own when it is whole. The
//! worker calls it where a rename does not do. What becomes of the source of a move is the worker's to say.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::disk;
use super::download::Existing;
use super::error::TransferError;
use super::progress::Progress;
use crate::local::{self, MadeWay, Target, Witness};

/// What to copy.
pub struct Across {
    /// The file.
    pub source: PathBuf,
    /// Where to; its folder exists.
    pub target: Target,
    /// What to do with a file that has the name.
    pub existing: Existing,
    /// The source is to go: what was written is read again and held against it first.
    pub is_move: bool,
    /// Sees it take its name.
    pub witness: Witness,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// Copies, with times and permissions, to a temporary name beside the target, and renames. Returns what had the name
/// before.
///
/// On any error and on cancelling nothing new stands under the target's name, and nothing is left of the copy.
pub async fn across(copy: Across) -> Result<MadeWay, TransferError> {
    disk::blocking(move || copy.run()).await
}

impl Across {
    fn run(self) -> Result<MadeWay, TransferError> {
        let Self { source, target, existing, is_move, witness, progress, cancel } = self;
        let mut heed = |bytes| {
            progress.add(bytes);
            !cancel.is_cancelled()
        };
        let copied = local::copy_file(&source, target, &mut heed)?;
        let partial = copied.ok_or(TransferError::Cancelled)?;
        progress.finish();
        if is_move {
            partial.require_same(&source)?;
        }
        Ok(partial.place(None, existing.trash(), &witness)?)
    }
}
