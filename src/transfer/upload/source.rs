//! [`Source`]: what an upload sends: a local file ([`DiskFile`]), open, as it was when the upload began, and whether it
//! still is; or a file of the cloud ([`CloudFile`], `relay`). Nothing here writes to either.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::relay::CloudFile;
use super::{Upload, UploadSource};
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::FileKey;
use crate::local::{LocalError, entry::unix_seconds};
use crate::offset_io::read_at;
use crate::store::transfer_journal::SourceFacts;
use crate::transfer::disk;
use crate::transfer::error::TransferError;

/// What is being uploaded.
pub(super) enum Source {
    Disk(Arc<DiskFile>),
    Cloud(Box<CloudFile>),
}

impl Source {
    /// Opens the source of an upload.
    pub(super) async fn of(upload: &Upload) -> Result<Arc<Self>, TransferError> {
        match &upload.source {
            UploadSource::Disk(path) => {
                let path = path.clone();
                disk::blocking(move || DiskFile::open(path).map(|file| Arc::new(Self::Disk(Arc::new(file)))))
                    .await
            }
            UploadSource::Cloud(lent) => {
                Ok(Arc::new(Self::Cloud(Box::new(CloudFile::new((**lent).clone(), upload.limits.clone())))))
            }
        }
    }

    /// Returns its size, bytes.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Disk(file) => file.size,
            Self::Cloud(file) => file.size(),
        }
    }

    /// Returns the key that its bytes are sent under, where that is not for the upload to choose.
    pub(super) const fn own_key(&self) -> Option<&FileKey> {
        match self {
            Self::Disk(_) => None,
            Self::Cloud(file) => Some(file.key()),
        }
    }

    /// Returns all attributes of the file that it becomes.
    pub(super) fn attributes(&self, upload: &Upload) -> Attributes {
        match self {
            Self::Disk(file) => {
                let mut attributes = Attributes::named(&upload.target.name);
                for (name, value) in upload.target.carried.iter() {
                    attributes.set(name, value);
                }
                attributes.set("c", &file.fingerprint.text());
                attributes
            }
            Self::Cloud(file) => {
                let mut attributes = file.attributes().clone();
                attributes.set("n", &upload.target.name);
                attributes
            }
        }
    }

    /// Checks that what was sent under this key is one content: of a local file, that its name still has it; of a file of
    /// the cloud, that it is what was once uploaded there. Blocks.
    pub(super) fn require_sent(&self, key: &FileKey) -> Result<(), TransferError> {
        match self {
            Self::Disk(file) => file.require_unchanged(),
            Self::Cloud(file) => file.require_whole(key),
        }
    }
}

/// A local file that is being uploaded.
pub(super) struct DiskFile {
    file: Arc<File>,
    path: PathBuf,
    size: u64,
    found: Metadata,
    fingerprint: Fingerprint,
}

impl DiskFile {
    /// Opens a file and reads its fingerprint. Blocks.
    pub(super) fn open(path: PathBuf) -> Result<Self, TransferError> {
        let failed = || LocalError::io("read", &path);
        let file = disk::open(&path)?;
        let found = file.metadata().map_err(failed())?;
        let modified = unix_seconds(found.modified().map_err(failed())?);
        let size = found.len();
        let fingerprint =
            Fingerprint::compute(size, modified, |offset, bytes| read(&file, &path, bytes, offset))?;
        Ok(Self { file: Arc::new(file), path, size, found, fingerprint })
    }

    /// Returns the open file, for readers on other threads.
    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Returns what tells this content from another.
    pub(super) fn facts(&self) -> SourceFacts {
        SourceFacts {
            size: self.size,
            modified: self.found.modified().map(exact).unwrap_or_default(),
            inode: inode(&self.found),
            fingerprint: self.fingerprint.text(),
        }
    }

    /// Reads all of `bytes`. Blocks.
    pub(super) fn read(&self, bytes: &mut [u8], offset: u64) -> Result<(), TransferError> {
        read(&self.file, &self.path, bytes, offset)
    }

    /// Checks that the open file is what it was: asked after each piece, where it costs nothing to notice a change before
    /// that has cost hours. Blocks.
    pub(super) fn require_same(&self) -> Result<(), TransferError> {
        self.require(&self.file.metadata().map_err(LocalError::io("read", &self.path))?)
    }

    /// Checks that the bytes sent are one content, and that the name still has it. Blocks.
    fn require_unchanged(&self) -> Result<(), TransferError> {
        self.require(&self.file.metadata().map_err(LocalError::io("read", &self.path))?)?;
        match std::fs::metadata(&self.path) {
            Ok(now) => self.require(&now),
            Err(_gone) => Ok(()), // what was sent is what it was
        }
    }

    fn require(&self, now: &Metadata) -> Result<(), TransferError> {
        let is_same = now.len() == self.size
            && now.modified().ok() == self.found.modified().ok()
            && inode(now) == inode(&self.found);
        if is_same { Ok(()) } else { Err(TransferError::SourceChanged { path: self.path.clone() }) }
    }
}

/// Reads all of `bytes`; a file that has become shorter has changed.
fn read(file: &File, path: &Path, bytes: &mut [u8], offset: u64) -> Result<(), TransferError> {
    read_at(file, bytes, offset).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => TransferError::SourceChanged { path: path.to_path_buf() },
        _ => LocalError::io("read", path)(error).into(),
    })
}

/// Unix seconds, rounded down, and nanoseconds.
fn exact(time: SystemTime) -> (i64, u32) {
    let seconds = unix_seconds(time);
    let nanoseconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.subsec_nanos(),
        Err(before) => (1_000_000_000 - before.duration().subsec_nanos()) % 1_000_000_000,
    };
    (seconds, nanoseconds)
}

/// The file's number on its disk, where there are such numbers.
fn inode(facts: &Metadata) -> Option<u64> {
    #[cfg(unix)]
    let number = Some(std::os::unix::fs::MetadataExt::ino(facts));
    #[cfg(not(unix))]
    let (number, _) = (None, facts);
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_told_to_the_nanosecond() {
        assert_eq!(exact(UNIX_EPOCH + Duration::new(5, 7)), (5, 7));
        assert_eq!(exact(UNIX_EPOCH - Duration::new(5, 7)), (-6, 999_999_993));
        assert_eq!(exact(UNIX_EPOCH - Duration::new(5, 0)), (-5, 0));
    }

    #[test]
    fn another_file_under_the_same_name_is_another_source() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"one").unwrap();
        let source = DiskFile::open(path.clone()).unwrap();
        source.require_unchanged().unwrap();
        std::fs::remove_file(&path).unwrap();
        source.require_unchanged().unwrap();
        std::fs::write(&path, b"another").unwrap();
        assert!(matches!(source.require_unchanged(), Err(TransferError::SourceChanged { .. })));
        assert_ne!(DiskFile::open(path).unwrap().facts(), source.facts());
    }
}
