//! Deletions for good at the border: what would go ([`DeletionSummary`]) is counted first and shown, and exactly that goes
//! after the user's word. The worker's `deletion` fills it in; the screen's dialog and the command line show it.

use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// One deletion for good, numbered by the front end that asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeletionId(pub u32);

/// What a deletion for good would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionSummary {
    /// The deletion.
    pub deletion: DeletionId,
    /// The folder that it is about, as people write it.
    pub place: String,
    /// Files, links and devices among them.
    pub file_count: u64,
    /// Folders, those that were chosen among them.
    pub folder_count: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Bytes of older versions of the files, which go with them; 0 on the disk.
    pub version_bytes: u64,
    /// All is counted.
    pub complete: bool,
    /// Why it cannot be.
    pub problem: Option<Problem>,
}

impl DeletionSummary {
    /// Returns how many files and folders there are.
    #[must_use]
    pub const fn item_count(&self) -> u64 {
        self.file_count.saturating_add(self.folder_count)
    }
}
