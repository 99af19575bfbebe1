//! Contents compared by reading them: what the cloud has is downloaded, and no byte of it is kept. For checks that are
//! asked to look at what the server really stores, and the only way for two files of an account whose keys differ.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::actor::Actor;
use super::changes::not_ready;
use super::comparison::file_key;
use super::copying::CopyDone;
use super::jobs::{Done, blocking};
use super::problem;
use super::scan::{Goal, Origin};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::local::LocalError;
use crate::message::{CopyId, Problem, Verdict};
use crate::transfer::TransferError;
use crate::transfer::plan::FileId;
use crate::transfer::reader::Reader;

/// One side of a comparison.
enum Content {
    Cloud(Box<Reader>),
    /// Opened when its first bytes are wanted.
    Disk(PathBuf, Option<File>),
}

impl Actor {
    /// Compares two contents byte by byte.
    pub(super) fn examine_by_reading(&mut self, id: CopyId, file: FileId, source: &Origin, existing: &Goal) {
        let sides = self.content_of_source(id, source).and_then(|source| {
            let existing = match existing {
                Goal::Disk(target) => Ok(Content::Disk(target.path(), None)),
                Goal::Node(node) => self.content_of_node(id, *node),
            };
            existing.map(|existing| (source, existing))
        });
        let Some(copy) = self.copies.get(&id) else { return };
        let (cancel, readers) = (copy.cancel.clone(), std::sync::Arc::clone(&copy.limits.readers));
        let broken = Done::Copy(id, CopyDone::Examined(file, Verdict::Unknown));
        self.jobs.start(broken, async move {
            let compared = async {
                let (mut one, mut other) = sides?;
                let _turn = readers.acquire().await;
                same(&mut one, &mut other).await.map_err(|error| problem::of_transfer("compare", &error))
            };
            let compared = tokio::select! {
                compared = compared => compared,
                () = cancel.cancelled() => Ok(false),
            };
            let verdict = match compared {
                Ok(true) => Verdict::Identical,
                Ok(false) => Verdict::Different,
                Err(problem) => {
                    tracing::warn!(problem = problem.message, "two files could not be compared");
                    Verdict::Unknown
                }
            };
            Done::Copy(id, CopyDone::Examined(file, verdict))
        });
    }

    fn content_of_source(&self, id: CopyId, source: &Origin) -> Result<Content, Problem> {
        match source {
            Origin::Disk(path) => Ok(Content::Disk(path.clone(), None)),
            Origin::Cloud(CloudFolder::Node(node)) => self.content_of_node(id, *node),
            Origin::Cloud(_) | Origin::Picked => Err(problem::broke_down("compare")),
        }
    }

    fn content_of_node(&self, id: CopyId, node: NodeHandle) -> Result<Content, Problem> {
        let copy = self.copies.get(&id).ok_or_else(|| problem::broke_down("compare"))?;
        let account = self.accounts.get(&copy.account).and_then(|account| account.ready());
        let (session, tree) = account.ok_or_else(|| not_ready(&copy.account))?;
        let (key, size) = file_key(tree, node).ok_or_else(|| problem::undecryptable(&copy.titles.target))?;
        let reader = Reader::new(session.clone(), node, key, size, copy.limits.clone());
        Ok(Content::Cloud(Box::new(reader)))
    }
}

impl Content {
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
async fn same(one: &mut Content, other: &mut Content) -> Result<bool, TransferError> {
    loop {
        // Two readers of the cloud cut alike: sizes were compared before.
        let (mine, theirs) = match (&mut *one, &mut *other) {
            (disk @ Content::Disk(..), cloud) => {
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
