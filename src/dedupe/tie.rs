//! [`Tie`]: what makes two files one content, or perhaps one; and [`Sets`], the sets that ties join files into. Finding
//! groups and sorting them into classes both go by it.

use std::collections::HashMap;

use super::evidence::{Digest, Evidence};
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::tree::{Node, Tree};

/// What files of one size can share.
#[derive(PartialEq, Eq, Hash)]
enum Tie {
    /// Key and meta-MAC: one content, proven.
    Key([u8; 32]),
    /// One content, read.
    Digest(Digest),
    /// The samples of the fingerprint: a hint.
    Samples([u8; 16]),
}

/// How strong a tie has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    Proof,
    Hint,
}

/// Joins files of one size by what they share. Returns the sets, each in the order of the files, in the order of their
/// firsts. A file that could not be read is tied to nothing.
pub(super) fn tied(
    tree: &Tree,
    files: &[NodeHandle],
    evidence: &Evidence,
    strength: Strength,
) -> Vec<Vec<NodeHandle>> {
    let mut sets = Sets::new(files.len());
    let mut firsts: HashMap<Tie, usize> = HashMap::new();
    for (at, &file) in files.iter().enumerate() {
        let Some(node) = tree.node(file).filter(|_| !evidence.is_unreadable(file)) else { continue };
        for tie in ties(node, evidence, strength) {
            let first = *firsts.entry(tie).or_insert(at);
            sets.join(first, at);
        }
    }
    let mut found: Vec<Vec<NodeHandle>> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (at, &file) in files.iter().enumerate() {
        let place = *places.entry(sets.first(at)).or_insert(found.len());
        if place == found.len() {
            found.push(Vec::new());
        }
        found[place].push(file);
    }
    found
}

fn ties(node: Node<'_>, evidence: &Evidence, strength: Strength) -> impl Iterator<Item = Tie> {
    let key = match node.key() {
        Some(NodeKey::File(key)) => Some(Tie::Key(key.node_key())),
        Some(NodeKey::Folder(_)) | None => None,
    };
    let digest = evidence.digest(node.handle()).map(Tie::Digest);
    let samples = node.fingerprint().filter(|_| strength == Strength::Hint);
    let samples = samples.map(|fingerprint| Tie::Samples(fingerprint.crc));
    key.into_iter().chain(digest).chain(samples)
}

/// Disjoint sets of the numbers below a length.
struct Sets {
    above: Vec<usize>,
}

impl Sets {
    fn new(length: usize) -> Self {
        Self { above: (0..length).collect() }
    }

    /// Returns the smallest number of a set.
    fn first(&mut self, mut at: usize) -> usize {
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        self.above[one.max(other)] = one.min(other);
    }
}
