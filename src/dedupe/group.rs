//! [`Group`]: files or folders that are duplicates of each other in one way or another ([`GroupKind`]). Made by the survey,
//! shown to the user, decided on; it says nothing of what is done about it.

use std::cmp::Reverse;

use super::evidence::Evidence;
use crate::handle::NodeHandle;
use crate::message::Verdict;
use crate::tree::{Access, Tree};

/// Duplicates of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// In which way.
    pub kind: GroupKind,
    /// The folder that they are in, once twin folders are merged; `None` where they stand all over.
    pub folder: Option<NodeHandle>,
    /// The name that they share, that of the first where only the form is the same, or where it is about content.
    pub name: String,
    /// Two or more, the one that came first to the cloud first; of equal times the smaller handle.
    pub members: Vec<NodeHandle>,
}

/// In which way they are duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKind {
    /// Files of one name in one folder.
    Files,
    /// A file and a folder of one name in one folder; never decided by a rule.
    Mixed,
    /// Names that differ only by case or Unicode form, and are one name on other disks; never decided by a rule.
    Form,
    /// Equal contents in any place, or candidates for it.
    Content,
}

impl Group {
    /// Returns what the group makes free if only `kept` stays, in bytes. Old versions go along and count.
    #[must_use]
    pub fn freed_bytes(&self, tree: &Tree, kept: &[NodeHandle]) -> u64 {
        let gone = self.members.iter().filter(|member| !kept.contains(member));
        gone.map(|&member| bytes_of(tree, member)).fold(0, u64::saturating_add)
    }

    /// Returns what proof alone makes free: all but one of each class of equal contents.
    #[must_use]
    pub fn proven_bytes(&self, tree: &Tree, evidence: &Evidence) -> u64 {
        let kept: Vec<NodeHandle> =
            evidence.classes(tree, &self.members).iter().filter_map(|class| class.first().copied()).collect();
        self.freed_bytes(tree, &kept)
    }

    /// Returns how the members compare with one of them, itself included.
    #[must_use]
    pub fn verdicts(&self, tree: &Tree, evidence: &Evidence, with: NodeHandle) -> Vec<Verdict> {
        self.members.iter().map(|&member| evidence.compare(tree, member, with)).collect()
    }

    /// Returns whether a rule can decide on it.
    #[must_use]
    pub const fn is_judged(&self) -> bool {
        match self.kind {
            GroupKind::Files | GroupKind::Content => true,
            GroupKind::Mixed | GroupKind::Form => false,
        }
    }

    /// Returns whether we may move and remove all members.
    #[must_use]
    pub fn is_changeable(&self, tree: &Tree) -> bool {
        self.members.iter().all(|&member| tree.access(member) >= Access::Full)
    }
}

/// Returns the bytes of a file and of all its old versions, or of all that a folder holds.
pub(super) fn bytes_of(tree: &Tree, node: NodeHandle) -> u64 {
    let usage = tree.usage(node);
    usage.bytes.saturating_add(usage.version_bytes)
}

/// Brings members into the order that a group has them in.
pub(super) fn sort_members(tree: &Tree, members: &mut [NodeHandle]) {
    members.sort_by_key(|&member| (tree.node(member).map(|node| node.uploaded()), member));
}

/// Returns what tells which of several folders the others are merged into: the most files, then the most bytes, then the
/// one that was there first.
pub(super) fn weight(tree: &Tree, folder: NodeHandle) -> impl Ord + use<> {
    let usage = tree.usage(folder);
    let uploaded = tree.node(folder).map(|node| node.uploaded());
    (Reverse(usage.file_count), Reverse(usage.bytes), uploaded, folder)
}
