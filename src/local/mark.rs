//! [`FileMark`]: what tells a file, link or folder from whatever else has had its path. The undo journal keeps one of what
//! goes into a trash, so that just that comes out again. It reads nothing of the content.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// What stays the same of a file, link or folder while it is moved about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// Bytes.
    size: u64,
    /// When it was last modified, Unix nanoseconds; 0 where the disk does not say.
    modified: i64,
    /// The number that its disk knows it by; 0 where the system does not say.
    inode: u64,
    /// It is a folder; notes of before do not say.
    #[serde(default)]
    is_folder: bool,
}

impl FileMark {
    /// Looks at what has that path; of a link at the link itself. Blocks.
    pub fn of(path: &Path) -> io::Result<Self> {
        let facts = fs::symlink_metadata(path)?;
        let modified = facts.modified().map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
            Ok(since) => nanoseconds(since.as_nanos()),
            Err(before) => -nanoseconds(before.duration().as_nanos()),
        });
        Ok(Self { size: facts.len(), modified, inode: inode(&facts), is_folder: facts.is_dir() })
    }

    /// Returns whether `other` is of the same thing under another name. The number alone says so of a folder: some disks
    /// (F2FS) give one a new time where it comes into another folder.
    #[must_use]
    pub const fn is_same(&self, other: &Self) -> bool {
        if self.is_folder && other.is_folder && self.inode != 0 {
            return self.inode == other.inode;
        }
        self.is_alike(other) && self.inode == other.inode
    }

    /// Returns whether `other` may be the same thing although its number is another one: some disks (FAT, FUSE) do not keep
    /// numbers. What was copied is not known by this either, for a copy has a time of its own.
    #[must_use]
    pub const fn is_alike(&self, other: &Self) -> bool {
        self.size == other.size && self.modified == other.modified
    }
}

fn nanoseconds(count: u128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(unix)]
fn inode(facts: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(facts)
}

#[cfg(not(unix))]
const fn inode(_facts: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_mark_under_another_name_and_no_other_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "one").unwrap();
        let mark = FileMark::of(&at("a")).unwrap();
        fs::rename(at("a"), at("b")).unwrap();
        assert_eq!(FileMark::of(&at("b")).unwrap(), mark);
        fs::write(at("a"), "two").unwrap();
        assert_ne!(FileMark::of(&at("a")).unwrap(), mark);
        assert!(FileMark::of(&at("c")).is_err());
    }

    #[test]
    fn a_folder_is_known_by_its_number_alone_unless_the_note_is_of_before() {
        let mark = |modified, inode, is_folder| FileMark { size: 4096, modified, inode, is_folder };
        assert!(mark(1, 7, true).is_same(&mark(2, 7, true)));
        assert!(!mark(1, 7, true).is_same(&mark(1, 8, true)));
        assert!(!mark(1, 0, true).is_same(&mark(2, 0, true)), "the system does not say the number");
        assert!(!mark(1, 7, false).is_same(&mark(2, 7, false)));
        let old: FileMark = serde_json::from_str(r#"{"size":4096,"modified":1,"inode":7}"#).unwrap();
        assert!(old.is_same(&mark(1, 7, true)) && !old.is_same(&mark(2, 7, true)));
    }
}
