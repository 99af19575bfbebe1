//! [`Placed`]: a file that a transfer puts onto the disk, as it was then: undo takes it back only while it is still that one.
//! `foretold` makes one before the file has its name, `disk` checks it before the file goes.

use std::fs::File;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::crypto::fingerprint::Fingerprint;
use crate::local::LocalError;
use crate::local::entry::unix_seconds;
use crate::offset_io::read_at;
use crate::store::transfer_journal::PathText;

/// A file as it was when it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) path: PathText,
    /// Bytes.
    size: u64,
    /// Its time and samples of its content, as MEGA writes them.
    fingerprint: String,
}

impl Placed {
    /// Looks at a file that has, or is to have, that path. Blocks; reads 8 KiB at most.
    pub(super) fn of_file(file: &File, path: &Path) -> io::Result<Self> {
        let facts = file.metadata()?;
        let (size, modified) = (facts.len(), unix_seconds(facts.modified()?));
        let fingerprint = Fingerprint::compute(size, modified, |offset, bytes| read_at(file, bytes, offset))?;
        Ok(Self { path: path.into(), size, fingerprint: fingerprint.text() })
    }

    /// Checks that the file is still what was placed.
    pub(super) fn check(&self) -> Result<(), LocalError> {
        let path = self.path.path();
        let now = Self::at(&path).map_err(LocalError::io("read", &path))?;
        if now.is_none_or(|now| now != *self) {
            let changed = io::Error::other("it has changed since it was put there");
            return Err(LocalError::io("take back", &path)(changed));
        }
        Ok(())
    }

    /// Returns whether the same file stands there, too.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let found = Self::at(path).ok().flatten();
        found.is_some_and(|found| (found.size, &found.fingerprint) == (self.size, &self.fingerprint))
    }

    /// Looks at the file that has that path; `None` where that is a link, or no file: opening a pipe would wait for ever.
    fn at(path: &Path) -> io::Result<Option<Self>> {
        if !path.symlink_metadata()?.is_file() {
            return Ok(None);
        }
        File::open(path).and_then(|file| Self::of_file(&file, path)).map(Some)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_that_has_the_path_now_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        std::fs::write(&path, "x").unwrap();
        let placed = Placed::of_file(&File::open(&path).unwrap(), &path).unwrap();
        assert!(placed.is_at(&path) && placed.check().is_ok());
        std::fs::remove_file(&path).unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(!placed.is_at(&path) && placed.check().is_err());
    }
}
