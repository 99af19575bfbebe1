//! The [`Source`] of a content: a file of the disk, which may grow, or one of the cloud, of which it keeps what proves it.
//! `viewing` reads ranges of it, one at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::crypto::key::FileKey;
use crate::handle::NodeHandle;
use crate::message::{ContentEvent, ContentProof, Problem};
use crate::session::Session;
use crate::transfer::proof::{Known, PartialProof};
use crate::transfer::ranges::RangeReader;
use crate::transfer::{Limits, TransferError};
use crate::worker::jobs::blocking;
use crate::worker::problem;

/// A file of which ranges are read.
pub(crate) enum Source {
    /// On the disk. It is opened for each range: it may have been replaced.
    Disk(PathBuf),
    /// In the cloud.
    Cloud(Box<(RangeReader, PartialProof)>),
}

/// A file of the cloud as it was listed.
#[derive(Clone)]
pub(super) struct CloudFile {
    pub(super) session: Session,
    pub(super) node: NodeHandle,
    pub(super) key: FileKey,
    pub(super) size: u64,
}

/// Why a range cannot be read.
pub(super) enum ReadError {
    Disk(io::Error),
    Cloud(TransferError),
}

/// Some bytes of a file, and its size then.
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) size: u64,
}

impl Source {
    pub(super) const fn disk(path: PathBuf) -> Self {
        Self::Disk(path)
    }

    pub(super) fn cloud(file: &CloudFile, limits: Limits) -> Self {
        let CloudFile { session, node, key, size } = file;
        let ranges = RangeReader::new(session.clone(), *node, key.clone(), *size, limits);
        Self::Cloud(Box::new((ranges, PartialProof::new(key.clone(), *size))))
    }

    /// Reads a range, and says what is known of the whole then.
    pub(super) async fn read(&mut self, offset: u64, len: u32) -> Result<ContentEvent, ReadError> {
        let Part { bytes, size } = self.part(offset, u64::from(len)).await?;
        let proof = match self {
            Self::Disk(_) => ContentProof::Local,
            Self::Cloud(cloud) => {
                cloud.1.add(offset, &bytes);
                proof_of(cloud.1.known())
            }
        };
        Ok(ContentEvent::Bytes { offset, bytes, size, proof })
    }

    /// Reads a range without a thought of what proves it.
    pub(super) async fn part(&mut self, offset: u64, len: u64) -> Result<Part, ReadError> {
        match self {
            Self::Disk(path) => {
                let path = path.clone();
                blocking(move || read_file(&path, offset, len)).await.map_err(ReadError::Disk)
            }
            Self::Cloud(cloud) => {
                let bytes = cloud.0.read(offset, len).await.map_err(ReadError::Cloud)?;
                Ok(Part { bytes, size: cloud.0.size() })
            }
        }
    }

    /// Returns how many bytes it has.
    pub(super) async fn size(&mut self) -> Result<u64, ReadError> {
        Ok(self.part(0, 0).await?.size)
    }

    /// Returns whether reading costs the network.
    pub(super) const fn is_far(&self) -> bool {
        matches!(self, Self::Cloud(_))
    }
}

impl ReadError {
    /// What the user is told.
    pub(super) fn told(&self, what: &str) -> Problem {
        match self {
            Self::Disk(error) => problem::of_io(what, error),
            Self::Cloud(error) => problem::of_transfer(what, error),
        }
    }
}

/// What is known of a file of the cloud, in the words of the border.
pub(super) const fn proof_of(known: Known) -> ContentProof {
    match known {
        Known::Part => ContentProof::NotYet,
        Known::Intact => ContentProof::Proven,
        Known::Damaged => ContentProof::Damaged,
    }
}

/// Reads a range of a file. Pipes and devices are refused: reading them would take what is another's, or never end.
fn read_file(path: &Path, offset: u64, len: u64) -> io::Result<Part> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file with content"));
    }
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(len).read_to_end(&mut bytes)?;
    // Some files say that they are empty and are not; what is behind the end is no byte of any.
    let end = if bytes.is_empty() { 0 } else { offset + bytes.len() as u64 };
    Ok(Part { bytes, size: size.max(end) })
}
