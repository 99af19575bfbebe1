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
}

impl FileMark {
    /// Looks at what has that path; of a link at the link itself. Blocks.
    pub fn of(path: &Path) -> io::Result<Self> {
        let facts = fs::symlink_metadata(path)?;
        let modified = facts.modified().map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
            Ok(since) => nanoseconds(since.as_nanos()),
            Err(before) => -nanoseconds(before.duration().as_nanos()),
        });
        Ok(Self { size: facts.len(), modified, inode: inode(&facts) })
    }

    /// Returns whether `other` may be the same thing on another disk: a trash there had it copied.
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
}
