//! The cloud's nodes in memory.
pub mod node;
pub mod path;
use crate::crypto::key::{NodeKey, ShareKey};
use crate::handle::{NodeHandle, UserHandle};
pub use node::{Node, NodeKind, NodeUpdate};
/// See module.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    _p: (),
}
/// Sums of a folder and all below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of current files.
    pub bytes: u64,
    /// Files.
    pub file_count: u64,
    /// Folders.
    pub folder_count: u64,
    /// Bytes of old versions.
    pub version_bytes: u64,
}
/// What we may do in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// 0.
    Read,
    /// 1.
    Write,
    /// 2.
    Full,
    /// Ours.
    Owner,
}
impl Tree {
    /// The node.
    #[must_use]
    pub fn node(&self, _handle: NodeHandle) -> Option<Node<'_>> {
        todo!()
    }
    /// Cloud drive, rubbish bin, inbox.
    #[must_use]
    pub fn root(&self) -> Option<NodeHandle> {
        todo!()
    }
    /// Rubbish bin.
    #[must_use]
    pub fn rubbish(&self) -> Option<NodeHandle> {
        todo!()
    }
    /// Inbox.
    #[must_use]
    pub fn inbox(&self) -> Option<NodeHandle> {
        todo!()
    }
    /// Tops of incoming shares.
    #[must_use]
    pub fn in_shares(&self) -> Vec<NodeHandle> {
        todo!()
    }
    /// Nodes whose parent is unknown.
    #[must_use]
    pub fn orphans(&self) -> Vec<NodeHandle> {
        todo!()
    }
    /// Children that are not versions, in handle order.
    pub fn children(&self, _handle: NodeHandle) -> impl Iterator<Item = Node<'_>> {
        std::iter::empty()
    }
    /// Children with this exact name (NFC), in handle order.
    #[must_use]
    pub fn named(&self, _parent: NodeHandle, _name: &str) -> Vec<NodeHandle> {
        todo!()
    }
    /// Old versions of a file, newest first.
    #[must_use]
    pub fn versions(&self, _file: NodeHandle) -> Vec<NodeHandle> {
        todo!()
    }
    /// Sums below a folder (a file: itself).
    #[must_use]
    pub fn usage(&self, _handle: NodeHandle) -> Usage {
        todo!()
    }
    /// What we may do there.
    #[must_use]
    pub fn access(&self, _handle: NodeHandle) -> Access {
        todo!()
    }
    /// Share keys of the node and of all above it that have one: for `cr`.
    #[must_use]
    pub fn share_keys_above(&self, _handle: NodeHandle) -> Vec<(NodeHandle, ShareKey)> {
        todo!()
    }
    /// Whether a share above has no key known to us: writing there would make files that others cannot read.
    #[must_use]
    pub fn has_unknown_share_above(&self, _handle: NodeHandle) -> bool {
        todo!()
    }
    /// Whether `inner` is `outer` or below it.
    #[must_use]
    pub fn is_inside(&self, _inner: NodeHandle, _outer: NodeHandle) -> bool {
        todo!()
    }
    /// Applies what a change of ours did.
    pub fn apply(&mut self, _update: NodeUpdate) {
        todo!()
    }
    /// Event position that this state corresponds to.
    #[must_use]
    pub fn sequence(&self) -> &str {
        todo!()
    }
    /// Nodes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        todo!()
    }
    /// No nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
#[allow(dead_code)]
fn _unused(_: NodeKey, _: UserHandle) {}
