//! Two contents held against each other: whether they are the same, proven without a download, and in which lines two
//! short texts differ. Made by `question` of what a copy knows; changes nothing, and believes no fingerprint.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

use super::jobs::blocking;
use super::problem;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::{FileKey, NodeKey};
use crate::handle::NodeHandle;
use crate::local::is_same_content;
use crate::message::{DiffLine, MOST_LINE_BYTES, Problem, ProblemKind, Verdict};
use crate::session::Session;
use crate::transfer::compare::prove_identical;
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError, lines};
use crate::tree::Tree;

/// The content of one side.
pub(super) enum Content {
    /// A file on the disk.
    Disk(PathBuf),
    /// A file in the cloud.
    Cloud(Box<CloudContent>),
    /// Nothing that could be looked into.
    Unreadable,
}

/// A file in the cloud as the tree knew it.
pub(super) struct CloudContent {
    session: Session,
    node: NodeHandle,
    name: String,
    key: FileKey,
    size: u64,
    fingerprint: Option<Fingerprint>,
}

/// What is copied, and what stands there.
pub(super) struct Contents {
    pub(super) source: Content,
    pub(super) existing: Content,
}

impl Content {
    /// The content of a node, where it is a file whose key is known.
    pub(super) fn of_node(session: &Session, tree: &Tree, node: NodeHandle) -> Self {
        let Some((found, (key, size))) = tree.node(node).zip(file_key(tree, node)) else {
            return Self::Unreadable;
        };
        let (name, fingerprint) = (found.label(), found.fingerprint());
        Self::Cloud(Box::new(CloudContent { session: session.clone(), node, name, key, size, fingerprint }))
    }

    /// Reads it into memory; a long one is refused.
    async fn read(&self, limits: &Limits) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Disk(path) => read_file(path).await,
            Self::Cloud(cloud) => cloud.read(limits).await,
            Self::Unreadable => Err(refused("it cannot be decrypted")),
        }
    }
}

impl CloudContent {
    /// Equal key and size are equal content, for the key holds the meta-MAC. Of different keys nothing is known.
    fn verdict(&self, other: &Self) -> Verdict {
        let is_hinted = self.fingerprint.is_some() && self.fingerprint == other.fingerprint;
        match (self.size == other.size, self.key == other.key) {
            (true, true) => Verdict::Identical,
            (false, _) => Verdict::Different,
            (true, false) if is_hinted => Verdict::SameFingerprint,
            (true, false) => Verdict::Unknown,
        }
    }

    /// Reads it from its beginning, when asked to.
    pub(super) fn reader(&self, limits: &Limits) -> Reader {
        Reader::new(self.session.clone(), self.node, self.key.clone(), self.size, limits.clone())
    }

    async fn read(&self, limits: &Limits) -> Result<Vec<u8>, Problem> {
        if self.size > MOST_LINE_BYTES {
            return Err(too_long());
        }
        let (name, mut reader) = (&self.name, self.reader(limits));
        let failed = |error| problem::of_transfer(&format!("read \"{name}\""), &error);
        let mut bytes = Vec::new();
        while let Some(piece) = reader.next().await.map_err(failed)? {
            bytes.extend(piece);
        }
        if reader.is_intact() {
            Ok(bytes)
        } else {
            Err(failed(TransferError::Damaged { name: name.clone() }))
        }
    }
}

impl Contents {
    /// Returns what is known of them without reading anything; `None` where reading a local file tells more.
    pub(super) fn known(&self) -> Option<Verdict> {
        match (&self.source, &self.existing) {
            (Content::Cloud(one), Content::Cloud(other)) => Some(one.verdict(other)),
            (Content::Disk(_), Content::Cloud(_) | Content::Disk(_))
            | (Content::Cloud(_), Content::Disk(_)) => None,
            (Content::Unreadable, _) | (_, Content::Unreadable) => Some(Verdict::Unknown),
        }
    }

    /// Compares them: a local file is run through the cloud file's key, and must come to its meta-MAC. Two local files
    /// are read.
    pub(super) async fn verdict(&self, limits: &Limits, cancel: &CancellationToken) -> Verdict {
        if let (Content::Disk(one), Content::Disk(other)) = (&self.source, &self.existing) {
            return verdict_of_files(one.clone(), other.clone(), limits, cancel.clone()).await;
        }
        let ((Content::Disk(path), Content::Cloud(cloud)) | (Content::Cloud(cloud), Content::Disk(path))) =
            (&self.source, &self.existing)
        else {
            return self.known().unwrap_or(Verdict::Unknown);
        };
        match prove_identical(path, &cloud.key, cloud.size, limits, cancel).await {
            Ok(true) => Verdict::Identical,
            Ok(false) => Verdict::Different,
            Err(_unreadable) => Verdict::Unknown,
        }
    }

    /// Returns the lines that differ. The cloud's side is fetched for it, and kept nowhere.
    pub(super) async fn lines(&self, limits: &Limits) -> Result<Vec<DiffLine>, Problem> {
        let (existing, source) = (self.existing.read(limits).await?, self.source.read(limits).await?);
        lines::differing(&existing, &source).ok_or_else(|| refused("they are not text"))
    }
}

async fn verdict_of_files(
    one: PathBuf,
    other: PathBuf,
    limits: &Limits,
    cancel: CancellationToken,
) -> Verdict {
    let _turn = Arc::clone(&limits.readers).acquire_owned().await;
    let stopped = cancel.clone();
    let compared = blocking(move || is_same_content(&one, &other, &mut || !cancel.is_cancelled())).await;
    match compared {
        Ok(_) if stopped.is_cancelled() => Verdict::Unknown,
        Ok(true) => Verdict::Identical,
        Ok(false) => Verdict::Different,
        Err(_unreadable) => Verdict::Unknown,
    }
}

/// Returns a file's key and size, where its key is known.
pub(crate) fn file_key(tree: &Tree, node: NodeHandle) -> Option<(FileKey, u64)> {
    let node = tree.node(node)?;
    match node.key()? {
        NodeKey::File(key) => Some((key, node.size())),
        NodeKey::Folder(_) => None,
    }
}

async fn read_file(path: &Path) -> Result<Vec<u8>, Problem> {
    let failed = |error: std::io::Error| problem::of_io(&format!("read \"{}\"", path.display()), &error);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MOST_LINE_BYTES + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    if bytes.len() as u64 > MOST_LINE_BYTES { Err(too_long()) } else { Ok(bytes) }
}

fn too_long() -> Problem {
    refused("they are longer than 256 KiB")
}

fn refused(reason: &str) -> Problem {
    Problem::new(ProblemKind::Other, format!("Their lines cannot be compared: {reason}"), "")
}
