//! [`Tie`]: what makes two files one content, or perhaps one; and [`Sets`], the sets that ties join files into. Finding
//! groups and sorting them into classes both go by it.

use super::evidence::{Digest, Evidence};
use crate::crypto::key::NodeKey;
use crate::tree::Node;

/// What files of one size can share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
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

/// Joins files by their sizes and what they share beyond. Returns the sets as places in `files`, each in their order, in the
/// order of their firsts. A file that could not be read, or is gone, is tied to nothing.
pub(super) fn tied(files: &[Option<Node<'_>>], evidence: &Evidence, strength: Strength) -> Vec<Vec<usize>> {
    let mut shared: Vec<(u64, Tie, usize)> = Vec::with_capacity(files.len() * 2);
    for (at, node) in files.iter().enumerate() {
        let Some(node) = node.filter(|node| !evidence.is_unreadable(node.handle())) else { continue };
        shared.extend(ties(node, evidence, strength).map(|tie| (node.size(), tie, at)));
    }
    shared.sort_unstable();
    let mut sets = Sets::new(files.len());
    for pair in shared.windows(2) {
        let ((size, tie, at), (other_size, other_tie, other)) = (&pair[0], &pair[1]);
        if (size, tie) == (other_size, other_tie) {
            sets.join(*at, *other);
        }
    }
    sets.into_classes()
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

    fn into_classes(mut self) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut places: Vec<usize> = Vec::with_capacity(self.above.len());
        for at in 0..self.above.len() {
            let first = self.first(at);
            // The first of a set is its smallest: it has its place already.
            let place = if first == at { found.len() } else { places[first] };
            places.push(place);
            match found.get_mut(place) {
                Some(set) => set.push(at),
                None => found.push(vec![at]),
            }
        }
        found
    }
}
