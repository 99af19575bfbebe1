//! Renaming many at once at the border: the names go out as a file that the user's editor changes, and come back as a
//! [`RenamePlan`], which says what would be called what, or why not. The worker's `renames` fills it in.

use serde::{Deserialize, Serialize};

/// One renaming of many, numbered by the front end that asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RenamesId(pub u32);

/// What would be called what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenamePlan {
    /// The renaming.
    pub renames: RenamesId,
    /// The folder, as people write it.
    pub place: String,
    /// What gets another name, in the order of the file.
    pub rows: Vec<RenameRow>,
    /// How many keep theirs.
    pub unchanged_count: u64,
    /// Why it cannot be, a sentence for each line at fault; nothing is renamed while there are any.
    pub faults: Vec<String>,
}

/// One entry that gets another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenameRow {
    /// Its name now.
    pub from: String,
    /// Its name then.
    pub to: String,
}
