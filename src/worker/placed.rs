//! [`Placed`]: a file that a transfer puts onto the disk, as it was then: undo takes it back only while it is still that one.
//! `foretold` makes one before the file has its name, `disk` checks it before the file goes.

use std::fs::File;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::crypto::fingerprint::Fingerprint;
use crate::local::LocalError;
use crate::local::entry::unix_seconds;
use crate::store::transfer_journal::PathText;
use crate::transfer::disk::read_at;

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
        let is_link = path.symlink_metadata().is_ok_and(|facts| facts.is_symlink());
        let now = File::open(&path).and_then(|file| Self::of_file(&file, &path));
        let now = now.map_err(LocalError::io("read", &path))?;
        if is_link || now != *self {
            let changed = io::Error::other("it has changed since it was put there");
            return Err(LocalError::io("take back", &path)(changed));
        }
        Ok(())
    }
}
