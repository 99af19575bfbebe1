//! Conflicts at the border: a name that is taken, the policy given beforehand, and the question and answer where there
//! is none. `transfer::conflict` decides by these; the conflict dialog and the command line's question ask with them.

use serde::{Deserialize, Serialize};

use super::copy::CopyId;
use crate::handle::NodeHandle;

/// What happens where the target has a file of the same name that is not the same by size and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConflictPolicy {
    /// Ask: `Event::Conflict`.
    Ask,
    /// Leave the target alone.
    Skip,
    /// Overwrite where the source is newer.
    Newer,
    /// Overwrite where the size differs.
    Size,
    /// Skip what is proven identical, overwrite the rest.
    Identical,
    /// Overwrite; in the cloud the old one becomes a version.
    Overwrite,
    /// Replace; the old one goes to the bin.
    Replace,
    /// Keep both: the new one becomes `name (2).ext`.
    Rename,
    /// Count it as an error.
    Fail,
}

/// The answer to one conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// The new one takes the name; in the cloud the old one becomes a version, locally it goes to the trash.
    Overwrite,
    /// The new one takes the name, the old one goes to the bin.
    Replace,
    /// Leave the target alone.
    Skip,
    /// The new one gets this free name.
    KeepBoth {
        /// The name, `name (2).ext` where the user did not choose another.
        name: String,
    },
    /// Overwrite if the source is newer, else skip.
    OverwriteIfNewer,
    /// Skip if proven identical; otherwise ask.
    SkipIfIdentical,
    /// Stop the copy.
    Stop,
}

/// How far an answer reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// This conflict.
    One,
    /// This one and all that the copy still meets. `KeepBoth` then makes each its own free name.
    Rest,
}

/// Two files that want one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Number to answer with.
    pub conflict: u64,
    /// The copy it belongs to.
    pub copy: CopyId,
    /// Path below the source folder.
    pub path: String,
    /// Where it goes, as people write it.
    pub target: String,
    /// What is copied.
    pub source: ConflictSide,
    /// What stands there.
    pub existing: ConflictSide,
    /// What is known of the contents.
    pub verdict: Verdict,
    /// A free name for the new one.
    pub free_name: String,
    /// Conflicts of this copy that are known to come after it.
    pub remaining_count: u64,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSide {
    /// Where it is, as people write it (`local`, `work:`).
    pub place: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, Unix seconds, where known.
    pub modified: Option<i64>,
    /// Its node, in the cloud.
    pub node: Option<NodeHandle>,
}

/// What is known of two contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The whole content is proven equal.
    Identical,
    /// Same fingerprint: a hint, no proof.
    SameFingerprint,
    /// Proven to differ.
    Different,
    /// Not examined.
    Unknown,
}
