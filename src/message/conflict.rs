//! Conflicts at the border: a name that is taken, the policy given beforehand, and the question and answer where there
//! is none. `transfer::conflict` decides by these; the conflict dialog and the command line's question ask with them.

use serde::{Deserialize, Serialize};

use super::copy::CopyId;
use super::problem::Problem;
use crate::handle::NodeHandle;

/// What happens where the target has a file of the same name that is not the same by size and time. Of a file and a
/// folder only `Ask`, `Skip` and `Rename` dispose; the others count them as an error.
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

/// What happens where both sides have a folder of the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FolderPolicy {
    /// What is in the one goes into the other.
    #[default]
    Merge,
    /// Ask: `Event::Conflict`.
    Ask,
    /// Leave the target's alone, with all that is in it.
    Skip,
    /// The target's goes to the bin as it is, then the new one is made.
    Replace,
    /// Keep both: the new one becomes `name (2)`.
    Rename,
}

/// The answer to one conflict. Of a file and a folder, and of two folders, some make no sense: [`super::choices`] knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// The new file takes the name; in the cloud the old one becomes a version, locally it goes to the trash.
    Overwrite,
    /// The new one takes the name, the old one goes to the bin. Where a folder is among the two, the old one goes first.
    Replace,
    /// What is in the source folder goes into the target's.
    Merge,
    /// The target's file is taken as the beginning of the cloud's, and the rest is fetched. Where the whole then does not
    /// check, all of it is.
    Resume,
    /// Leave the target alone.
    Skip,
    /// The new one gets this free name.
    KeepBoth {
        /// The name, `name (2).ext` where the user did not choose another.
        name: String,
    },
    /// Overwrite if the source is newer, else skip.
    OverwriteIfNewer,
    /// Overwrite if the sizes differ, else skip.
    OverwriteIfSizeDiffers,
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
    /// This one and all that the copy still meets: two folders of a name, where it is about two folders, else all others.
    /// `KeepBoth` then makes each its own free name.
    Rest,
}

/// Two entries that want one name.
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
    /// The contents were looked into already: there is no more to find out.
    pub is_examined: bool,
    /// The old one goes to the backup folder of the copy, whichever way it makes room.
    pub is_backed_up: bool,
    /// A free name for the new one.
    pub free_name: String,
    /// The name that the user gave the new one, where that is taken, too: they are asked again.
    pub refused_name: Option<String>,
    /// Conflicts of this copy that are known to come after it.
    pub remaining_count: u64,
}

/// Which kinds of entries meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pair {
    /// Two files.
    Files,
    /// Two folders.
    Folders,
    /// A file and a folder, either way round: neither can take the other's place silently.
    Mismatch,
}

impl Pair {
    /// Tells from whether each is a folder.
    #[must_use]
    pub const fn of(source_is_folder: bool, existing_is_folder: bool) -> Self {
        match (source_is_folder, existing_is_folder) {
            (false, false) => Self::Files,
            (true, true) => Self::Folders,
            (true, false) | (false, true) => Self::Mismatch,
        }
    }
}

#[cfg(test)]
impl ConflictSide {
    /// One of which only kind, size and node are said.
    pub(crate) fn sample(is_folder: bool, size: u64, node: Option<u8>) -> Self {
        Self {
            place: "x".into(),
            is_folder,
            size,
            file_count: None,
            modified: None,
            uploaded: None,
            version_count: 0,
            node: node.map(|number| NodeHandle::from_bytes([number; 6])),
        }
    }
}

#[cfg(test)]
impl Conflict {
    /// One about `castle.jpg` of which nothing is known yet.
    pub(crate) fn sample(source: ConflictSide, existing: ConflictSide) -> Self {
        Self {
            conflict: 7,
            copy: CopyId(1),
            path: "castle.jpg".into(),
            target: "work:/".into(),
            source,
            existing,
            verdict: Verdict::Unknown,
            is_examined: false,
            is_backed_up: false,
            free_name: "castle (2).jpg".into(),
            refused_name: None,
            remaining_count: 0,
        }
    }
}

impl Conflict {
    /// Returns which kinds of entries meet.
    #[must_use]
    pub const fn pair(&self) -> Pair {
        Pair::of(self.source.is_folder, self.existing.is_folder)
    }

    /// Takes what a look into the two sides came to.
    pub const fn take(&mut self, compared: &Compared) {
        match compared {
            Compared::Verdict(verdict) => {
                self.verdict = *verdict;
                self.is_examined = true;
            }
            Compared::Lines(_) | Compared::Failed(_) => {}
        }
    }

    /// Returns what is known of the two contents, in words. A hint is never called a proof.
    #[must_use]
    pub const fn known(&self) -> &'static str {
        match self.verdict {
            Verdict::Identical => "identical, proven (nothing downloaded)",
            Verdict::SameFingerprint => "same fingerprint, not proven",
            Verdict::Different => "different, proven (nothing downloaded)",
            Verdict::Unknown if self.source.size != self.existing.size => "different: the sizes differ",
            Verdict::Unknown if self.is_examined => "unknown: they cannot be compared",
            Verdict::Unknown => "unknown: not compared yet",
        }
    }

    /// Returns whether a look at the contents could tell more than is known.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        let is_open = matches!(self.verdict, Verdict::Unknown | Verdict::SameFingerprint);
        let is_even = self.source.size == self.existing.size;
        self.pair() == Pair::Files && is_open && is_even && !self.is_examined
    }

    /// Returns whether the lines of the two may be held against each other: they differ, as far as is known, and both are
    /// small.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        let is_small = self.source.size.max(self.existing.size) <= MOST_LINE_BYTES;
        self.pair() == Pair::Files && self.verdict != Verdict::Identical && is_small
    }
}

/// Bytes of a text that is compared line by line; above that nobody reads it.
pub const MOST_LINE_BYTES: u64 = 256 << 10;

/// Returns why a text cannot be a name in a folder, if so. The worker checks again, for its side's own rules.
#[must_use]
pub fn name_problem(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("type a name first"),
        "." | ".." => Some("that name stands for a folder itself"),
        _ if name.contains('/') => Some("a name cannot contain /"),
        _ if name.contains('\0') => Some("a name cannot contain a NUL character"),
        _ => None,
    }
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSide {
    /// Where it is, as people write it (`local`, `work:`).
    pub place: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; of a folder in the cloud those of all that is in it.
    pub size: u64,
    /// Files in it, of a folder in the cloud.
    pub file_count: Option<u64>,
    /// Time of the last change, Unix seconds, where known.
    pub modified: Option<i64>,
    /// Time of arrival in the cloud, Unix seconds.
    pub uploaded: Option<i64>,
    /// Older versions behind it, in the cloud.
    pub version_count: u32,
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

/// How far two contents are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Depth {
    /// Whether they are the same: nothing is downloaded.
    Content,
    /// Which lines differ: the cloud's side is downloaded into memory.
    Lines,
}

/// What a comparison of two contents came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compared {
    /// What is known of them now.
    Verdict(Verdict),
    /// Their lines, those around a difference.
    Lines(Vec<DiffLine>),
    /// It was not possible.
    Failed(Problem),
}

/// A line of two texts that are held against each other. Escape it before drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiffLine {
    /// Both have it.
    Both(String),
    /// Only what stands there has it.
    Existing(String),
    /// Only what is copied has it.
    Source(String),
    /// So many lines are left out here.
    LeftOut(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_are_refused() {
        for name in ["", ".", "..", "a/b", "a\0b"] {
            assert!(name_problem(name).is_some(), "{name:?}");
        }
        assert_eq!(name_problem("Lisbon 2024.d"), None);
    }
}
