//! [`Evidence`]: what is known of contents beyond what the nodes say of themselves. Groups ask it how two files compare;
//! the worker adds what it has read. It believes no fingerprint.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::tie::{Strength, tied};
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::message::Verdict;
use crate::tree::{Node, Tree};

/// SHA-256 of a whole content, from bytes that agreed with the file's meta-MAC.
pub type Digest = [u8; 32];

/// What reading has shown of files. It stays true: what a node holds never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    contents: HashMap<NodeHandle, Shown>,
    /// Contents that a file is shown not to have.
    refuted: HashSet<(NodeHandle, Digest)>,
}

/// What reading a file has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Shown {
    /// Its whole content.
    Content(Digest),
    /// That it cannot be read, or is not what its key says.
    Unreadable,
}

impl Evidence {
    /// Takes note of the content of a file that was read whole, or that a local file with this content was proven equal to.
    pub fn add(&mut self, file: NodeHandle, content: Digest) {
        self.contents.insert(file, Shown::Content(content));
    }

    /// Takes note that a file could not be read whole.
    pub fn add_unreadable(&mut self, file: NodeHandle) {
        self.contents.insert(file, Shown::Unreadable);
    }

    /// Takes note that a file has not this content: a local file that has it gives another meta-MAC under its key.
    pub fn refute(&mut self, file: NodeHandle, content: Digest) {
        self.refuted.insert((file, content));
    }

    /// Takes what other evidence shows; what is known already stays.
    pub fn absorb(&mut self, other: Self) {
        for (file, shown) in other.contents {
            self.contents.entry(file).or_insert(shown);
        }
        self.refuted.extend(other.refuted);
    }

    /// Returns what is about files that are wanted.
    #[must_use]
    pub fn about(&self, is_wanted: impl Fn(NodeHandle) -> bool) -> Self {
        let contents = self.contents.iter().filter(|(file, _)| is_wanted(**file));
        let refuted = self.refuted.iter().filter(|(file, _)| is_wanted(*file));
        Self {
            contents: contents.map(|(file, shown)| (*file, *shown)).collect(),
            refuted: refuted.copied().collect(),
        }
    }

    /// Returns of how many files the content is known.
    #[must_use]
    pub fn content_count(&self) -> usize {
        self.contents.values().filter(|shown| matches!(shown, Shown::Content(_))).count()
    }

    /// Returns whether the file has been read, or has been tried to.
    #[must_use]
    pub fn covers(&self, file: NodeHandle) -> bool {
        self.contents.contains_key(&file)
    }

    /// Returns the content of a file that was read.
    pub(super) fn digest(&self, file: NodeHandle) -> Option<Digest> {
        match self.contents.get(&file)? {
            Shown::Content(digest) => Some(*digest),
            Shown::Unreadable => None,
        }
    }

    /// Returns whether reading has shown that the file cannot be read.
    #[must_use]
    pub fn is_unreadable(&self, file: NodeHandle) -> bool {
        self.contents.get(&file) == Some(&Shown::Unreadable)
    }

    /// Compares two files. Equal sizes and equal keys are equal contents, for the key holds the meta-MAC; so are equal
    /// digests. Equal samples are a hint. A file that turned out to be unreadable is equal to nothing.
    #[must_use]
    pub fn compare(&self, tree: &Tree, one: NodeHandle, other: NodeHandle) -> Verdict {
        let (Some(one), Some(other)) = (tree.node(one), tree.node(other)) else { return Verdict::Unknown };
        if !one.is_file() || !other.is_file() {
            return Verdict::Different;
        }
        match (self.contents.get(&one.handle()), self.contents.get(&other.handle())) {
            (Some(Shown::Unreadable), _) | (_, Some(Shown::Unreadable)) => Verdict::Unknown,
            (Some(Shown::Content(one)), Some(Shown::Content(other))) if one == other => Verdict::Identical,
            (Some(Shown::Content(_)), Some(Shown::Content(_))) => Verdict::Different,
            (None, _) | (_, None) if self.are_refuted(one.handle(), other.handle()) => Verdict::Different,
            (None, _) | (_, None) => by_node(one, other),
        }
    }

    /// Returns whether reading has shown that two files are not equal.
    #[must_use]
    pub fn are_refuted(&self, one: NodeHandle, other: NodeHandle) -> bool {
        match (self.digest(one), self.digest(other)) {
            (Some(one), Some(other)) => one != other,
            (Some(content), None) => self.refuted.contains(&(other, content)),
            (None, Some(content)) => self.refuted.contains(&(one, content)),
            (None, None) => false,
        }
    }

    /// Sorts files into classes of contents that are proven equal, in the order of their first members.
    #[must_use]
    pub fn classes(&self, tree: &Tree, files: &[NodeHandle]) -> Vec<Vec<NodeHandle>> {
        let nodes: Vec<Option<Node<'_>>> = files.iter().map(|&file| tree.node(file)).collect();
        let classes = tied(&nodes, self, Strength::Proof).into_iter();
        classes.map(|class| class.into_iter().map(|at| files[at]).collect()).collect()
    }
}

/// What two nodes say of themselves.
fn by_node(one: Node<'_>, other: Node<'_>) -> Verdict {
    let (Some(NodeKey::File(key)), Some(NodeKey::File(other_key))) = (one.key(), other.key()) else {
        return Verdict::Unknown;
    };
    if one.size() != other.size() {
        return Verdict::Different;
    }
    if key == other_key {
        return Verdict::Identical;
    }
    match (one.fingerprint(), other.fingerprint()) {
        // The samples of equal contents are equal, whatever their times.
        (Some(one), Some(other)) if one.crc == other.crc => Verdict::SameFingerprint,
        (Some(_), Some(_)) => Verdict::Different,
        (None, _) | (_, None) => Verdict::Unknown,
    }
}
