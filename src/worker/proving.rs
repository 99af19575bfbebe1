//! Proof by reading: which contents have to be read to know which files are equal ([`candidates`]), and reading one of
//! them whole, checked against its key. Called by `dedupe --verify` and by the review screen. Nothing is kept of what is
//! downloaded; what it came to is [`Evidence`].

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::crypto::key::{FileKey, NodeKey};
use crate::dedupe::{Digest, Evidence, Group, GroupKind};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError};
use crate::tree::Tree;

/// A content that may be that of others, as the tree knew it when it was asked.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The file that is read.
    pub node: NodeHandle,
    /// Its path, without the account.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Files that are proven to have its content already, itself among them: what it comes to is theirs, too.
    pub(super) class: Vec<NodeHandle>,
    /// `None` where its key cannot be read.
    pub(super) key: Option<FileKey>,
}

/// Returns what has to be read to know which members of a group are equal: of each class one, for it speaks for the
/// others, and only what has the size of another class. Nothing where all is known, or is no question of contents.
#[must_use]
pub fn candidates(tree: &Tree, evidence: &Evidence, group: &Group) -> Vec<Candidate> {
    if !matches!(group.kind, GroupKind::Files | GroupKind::Content) {
        return Vec::new();
    }
    let classes = evidence.classes(tree, &group.members);
    let size = |node: NodeHandle| tree.node(node).map(|node| node.size()).unwrap_or_default();
    let firsts = classes.iter().filter_map(|class| class.first().copied());
    let firsts: Vec<NodeHandle> = firsts.filter(|&first| !evidence.is_unreadable(first)).collect();
    let mut sizes: HashMap<u64, usize> = HashMap::new();
    for &first in &firsts {
        *sizes.entry(size(first)).or_default() += 1;
    }
    let is_alone = |one: u64| sizes.get(&one).is_none_or(|&count| count < 2);
    let known = |node: NodeHandle| evidence.covers(node);
    let may_be_one = |node: NodeHandle| {
        let mut others = firsts.iter().filter(|&&other| other != node && size(other) == size(node));
        others.any(|&other| !evidence.are_refuted(node, other))
    };
    let open = classes.iter().filter_map(|class| {
        let &node = class.first()?;
        let is_known = class.iter().any(|&member| known(member));
        let is_open = !is_known && !is_alone(size(node)) && may_be_one(node);
        is_open.then(|| Candidate::new(tree, node, class.clone()))
    });
    open.collect()
}

impl Candidate {
    fn new(tree: &Tree, node: NodeHandle, class: Vec<NodeHandle>) -> Self {
        let found = tree.node(node);
        let key = found.and_then(|found| found.key()).and_then(|key| match key {
            NodeKey::File(key) => Some(key),
            NodeKey::Folder(_) => None,
        });
        let size = found.map(|found| found.size()).unwrap_or_default();
        Self { node, path: tree.path(node), size, class, key }
    }

    /// Reads it to its end. `progress` hears of the bytes so far, after each piece.
    ///
    /// # Errors
    /// [`TransferError::Damaged`] where it has no key, or is not what its key says; others where it cannot be had now.
    pub async fn read(
        &self,
        session: &Session,
        limits: &Limits,
        mut progress: impl FnMut(u64),
    ) -> Result<Digest, TransferError> {
        let damaged = || TransferError::Damaged { name: self.path.clone() };
        let key = self.key.clone().ok_or_else(damaged)?;
        let mut reader = Reader::new(session.clone(), self.node, key, self.size, limits.clone());
        let (mut hasher, mut done) = (Sha256::new(), 0_u64);
        while let Some(piece) = reader.next().await? {
            hasher.update(&piece);
            done = done.saturating_add(piece.len() as u64);
            progress(done);
        }
        if reader.is_intact() { Ok(hasher.finalize().into()) } else { Err(damaged()) }
    }

    /// Takes note of what it came to.
    ///
    /// # Errors
    /// What says nothing of the content is given back: it could not be had now.
    pub fn note(
        &self,
        evidence: &mut Evidence,
        read: Result<Digest, TransferError>,
    ) -> Result<Proven, TransferError> {
        match read {
            Ok(digest) => {
                self.class.iter().for_each(|&member| evidence.add(member, digest));
                Ok(Proven::Content)
            }
            Err(error @ TransferError::Damaged { .. }) => {
                evidence.add_unreadable(self.node);
                Ok(Proven::Unreadable(error))
            }
            Err(error) => Err(error),
        }
    }
}

/// What reading a candidate has shown.
#[derive(Debug)]
pub enum Proven {
    /// Its content.
    Content,
    /// That it cannot be read, or is not what its key says.
    Unreadable(TransferError),
}
