//! [`Evidence`]: what is known of contents beyond what the nodes say of themselves. Groups ask it how two files compare;
//! the worker adds what it has read. It believes no fingerprint.

use std::collections::HashMap;

use super::tie::{Strength, tied};
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::message::Verdict;
use crate::tree::{Node, Tree};

/// SHA-256 of a whole content, from bytes that agreed with the file's meta-MAC.
pub type Digest = [u8; 32];

/// What reading has shown of files.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    contents: HashMap<NodeHandle, Shown>,
}

/// What reading a file has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            (Some(Shown::Content(one)), Some(Shown::Content(other))) => {
                if one == other {
                    Verdict::Identical
                } else {
                    Verdict::Different
                }
            }
            (None, _) | (_, None) => by_node(one, other),
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
