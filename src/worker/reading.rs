//! Contents compared by reading them: what the cloud has is downloaded, and no byte of it is kept. For checks that are
//! asked to look at what the server really stores, and the only way for two files of an account whose keys differ.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::actor::Actor;
use super::comparison::{Content, Contents};
use super::copying::CopyDone;
use super::jobs::{Done, blocking};
use crate::local::LocalError;
use crate::message::{CopyId, Verdict};
use crate::transfer::plan::FileId;
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError};

/// One side of a comparison, as far as it was read.
enum Side {
    Cloud(Box<Reader>),
    /// Opened when its first bytes are wanted.
    Disk(PathBuf, Option<File>),
}

impl Actor {
    /// Compares two contents byte by byte. Where that cannot be done, or is stopped, nothing is known of them.
    pub(super) fn examine_by_reading(&mut self, id: CopyId, file: FileId, contents: Contents) {
        let Some(copy) = self.copies.get(&id) else { return };
        let (cancel, limits) = (copy.cancel.clone(), copy.limits.clone());
        let broken = Done::Copy(id, CopyDone::Examined(file, Verdict::Unknown));
        self.jobs.start(broken, async move {
            let verdict = tokio::select! {
                verdict = read_both(contents, limits) => verdict,
                () = cancel.cancelled() => Verdict::Unknown,
            };
            Done::Copy(id, CopyDone::Examined(file, verdict))
        });
    }
}

async fn read_both(contents: Contents, limits: Limits) -> Verdict {
    let sides = Side::new(contents.source, &limits).zip(Side::new(contents.existing, &limits));
    let Some((mut one, mut other)) = sides else { return Verdict::Unknown };
    let _turn = Arc::clone(&limits.readers).acquire_owned().await;
    match same(&mut one, &mut other).await {
        Ok(true) => Verdict::Identical,
        Ok(false) => Verdict::Different,
        Err(error) => {
            tracing::warn!(%error, "two files could not be compared");
            Verdict::Unknown
        }
    }
}

impl Side {
    /// `None` for what cannot be read.
    fn new(content: Content, limits: &Limits) -> Option<Self> {
        match content {
            Content::Disk(path) => Some(Self::Disk(path, None)),
            Content::Cloud(cloud) => Some(Self::Cloud(Box::new(cloud.reader(limits)))),
            Content::Unreadable => None,
        }
    }

    /// Returns the next bytes: a piece of the cloud's choice, or `most` of a file of the disk; none at the end.
    async fn next(&mut self, most: usize) -> Result<Vec<u8>, TransferError> {
        match self {
            Self::Cloud(reader) => Ok(reader.next().await?.unwrap_or_default()),
            Self::Disk(path, file) => {
                let (taken, path) = (file.take(), path.clone());
                let read = blocking(move || {
                    let failed = || LocalError::io("read", &path);
                    let opened = taken.map_or_else(|| File::open(&path), Ok).map_err(failed())?;
                    let mut bytes = Vec::new();
                    (&opened).take(most as u64).read_to_end(&mut bytes).map_err(failed())?;
                    Ok::<_, LocalError>((opened, bytes))
                });
                let (opened, bytes) = read.await?;
                *file = Some(opened);
                Ok(bytes)
            }
        }
    }

    fn is_intact(&self) -> bool {
        match self {
            Self::Cloud(reader) => reader.is_intact(),
            Self::Disk(..) => true,
        }
    }
}

/// Whether two contents are equal to their ends. What the server stores damaged equals nothing.
async fn same(one: &mut Side, other: &mut Side) -> Result<bool, TransferError> {
    loop {
        // Two readers of the cloud cut alike: sizes were compared before.
        let (mine, theirs) = match (&mut *one, &mut *other) {
            (disk @ Side::Disk(..), cloud) => {
                let theirs = cloud.next(STEP).await?;
                (disk.next(theirs.len().max(1)).await?, theirs)
            }
            (cloud, other) => {
                let mine = cloud.next(STEP).await?;
                let most = mine.len().max(1);
                (mine, other.next(most).await?)
            }
        };
        if mine != theirs {
            return Ok(false);
        }
        if mine.is_empty() {
            return Ok(one.is_intact() && other.is_intact());
        }
    }
}

/// Bytes of the disk at a time where nothing else says.
const STEP: usize = 4 << 20;
