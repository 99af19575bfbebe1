//! Groups of duplicates and their members as rows: what each is, what is proven of it, what becomes of it. Made by
//! `worker::reviewing`, drawn by the dedupe screen.

use serde::{Deserialize, Serialize};

use super::DedupeRule;
use crate::entry::Location;
use crate::handle::NodeHandle;

/// A group as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Whose names or contents are equal.
    pub kind: GroupKind,
    /// The name. Escape before drawing.
    pub name: String,
    /// The folder that they are in, as a path; of contents that stand all over, that of the first.
    pub folder: String,
    /// Members.
    pub member_count: u64,
    /// What is known of their contents.
    pub proof: GroupProof,
    /// Bytes that it makes free if one stays.
    pub spare_bytes: u64,
    /// Its members come together only once folders of one name are merged.
    pub awaits_merge: bool,
    /// What is to become of it.
    pub decision: GroupDecision,
}

/// Whose names or contents are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupKind {
    /// Files of one name.
    Files,
    /// Folders of one name.
    Folders,
    /// A file and a folder of one name.
    Mixed,
    /// Names that are one on other disks.
    Form,
    /// Files of one content, or perhaps of one.
    Content,
}

/// What is known of the contents of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupProof {
    /// All are one, proven.
    Identical,
    /// Some are one, proven; others are not, or not known to be.
    Partly,
    /// Perhaps they are one.
    Candidates,
    /// No two are one.
    Different,
    /// It is no question of contents.
    None,
}

/// What is to become of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupDecision {
    /// Nothing was decided.
    Open,
    /// Nothing happens to it.
    Leave,
    /// So many go.
    Remove {
        /// How many go to the rubbish bin.
        count: u64,
        /// Bytes that this makes free.
        bytes: u64,
        /// By this rule; by hand where there is none.
        rule: Option<DedupeRule>,
    },
    /// All get names of their own.
    Rename,
    /// The folders become one.
    Merge,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Its handle.
    pub node: NodeHandle,
    /// The folder that it is in.
    pub parent: Location,
    /// Its name. Escape before drawing.
    pub name: String,
    /// Its path in the account. Escape before drawing.
    pub path: String,
    /// Files in it, for a folder.
    pub file_count: Option<u64>,
    /// Bytes; of a folder those of all files in it.
    pub size: u64,
    /// When its content was changed, Unix seconds, where that is known.
    pub modified: Option<i64>,
    /// When it came to the cloud, Unix seconds.
    pub uploaded: i64,
    /// Old versions behind it.
    pub version_count: u32,
    /// It has a public link.
    pub is_linked: bool,
    /// It is shared with others.
    pub is_shared: bool,
    /// How it compares with the one that stays.
    pub verdict: MemberVerdict,
    /// In what it differs from that one, but for its content.
    pub differing: Differing,
    /// What becomes of it.
    pub fate: MemberFate,
}

/// How a member compares with the one that stays, or with the first where nothing is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberVerdict {
    /// It is that one.
    Itself,
    /// The contents are equal, proven.
    Identical,
    /// Size and samples are equal, which proves nothing.
    SameFingerprint,
    /// The contents differ.
    Different,
    /// It cannot be read.
    Unreadable,
    /// Nothing is known.
    Unknown,
    /// It is a folder.
    Folder,
}

/// In what a member differs from the one that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differing {
    /// In its size.
    pub size: bool,
    /// In the time of its last change.
    pub modified: bool,
    /// In its name.
    pub name: bool,
}

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberFate {
    /// Nothing was decided.
    Open,
    /// It stays.
    Keep,
    /// It goes to the rubbish bin.
    Bin,
    /// It gets a name of its own.
    Rename,
    /// The others are merged into it.
    Target,
    /// What it holds is moved, and it goes once it is empty.
    Merge,
}
