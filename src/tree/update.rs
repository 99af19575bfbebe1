//! What a change of ours did to the tree ([`NodeUpdate`]), and how the tree takes it ([`Tree::apply`]). The same news
//! come again on the event channel, so applying twice is harmless.

use std::fmt;

use super::Tree;
use super::content::Content;
use super::node::NodeKind;
use super::store::{Facts, Index};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;

/// What a change did to the tree.
#[derive(Clone)]
pub enum NodeUpdate {
    /// Nodes that were made, or replaced under the same handle; parents first.
    Put(Vec<PutNode>),
    /// A node's attributes are now these, as a whole.
    Attributes(NodeHandle, Attributes),
    /// A node (first) now stands in another folder (second).
    Moved(NodeHandle, NodeHandle),
    /// A node is gone with all below it.
    Removed(NodeHandle),
}

/// A node that we just put; all of it is known to us.
#[derive(Clone)]
pub struct PutNode {
    /// The handle that the server gave it.
    pub handle: NodeHandle,
    /// Where the server put it.
    pub parent: NodeHandle,
    /// File or folder.
    pub kind: NodeKind,
    /// Its key.
    pub key: NodeKey,
    /// Its attributes.
    pub attributes: Attributes,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// Time of arrival, Unix seconds.
    pub uploaded: i64,
    /// The file that became its version.
    pub replaces: Option<NodeHandle>,
}

impl fmt::Debug for NodeUpdate {
    /// Shows handles only: names and keys stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(nodes) => {
                f.debug_tuple("Put").field(&nodes.iter().map(|node| node.handle).collect::<Vec<_>>()).finish()
            }
            Self::Attributes(node, _) => f.debug_tuple("Attributes").field(node).finish(),
            Self::Moved(node, to) => f.debug_tuple("Moved").field(node).field(to).finish(),
            Self::Removed(node) => f.debug_tuple("Removed").field(node).finish(),
        }
    }
}

impl Tree {
    /// Takes in what a change did. News of nodes that are not there are passed over.
    pub fn apply(&mut self, update: NodeUpdate) {
        match update {
            NodeUpdate::Put(nodes) => {
                for node in nodes {
                    self.put(node);
                }
            }
            NodeUpdate::Attributes(handle, attributes) => {
                if let Some(index) = self.store.index(handle) {
                    self.store.set_attributes(index, (&attributes).into());
                }
            }
            NodeUpdate::Moved(handle, to) => {
                if let Some(index) = self.store.index(handle) {
                    self.move_to(index, to);
                }
            }
            NodeUpdate::Removed(handle) => {
                if let Some(index) = self.store.index(handle) {
                    let below = self.below(index).into_iter().skip(1);
                    let below = below.map(|index| (self.store.record(index).handle, handle));
                    self.gone_with.extend(below.collect::<Vec<_>>());
                    self.remove(index);
                }
            }
        }
    }

    fn put(&mut self, node: PutNode) {
        let PutNode { handle, parent, kind, key, attributes, size, uploaded, replaces } = node;
        let facts = Facts { handle, parent: Some(parent), kind, size, uploaded };
        let content = Content::Clear { key, attributes: (&attributes).into() };
        self.upsert(facts, content);
        let old = replaces.and_then(|old| self.store.index(old));
        if let Some(old) = old.filter(|&old| self.store.record(old).kind == NodeKind::File) {
            self.move_to(old, handle);
        }
    }

    /// Sets all of a node, new or known, and puts it in its place.
    pub(super) fn upsert(&mut self, facts: Facts, content: Content) {
        let known = self.store.index(facts.handle);
        let changes_kind = known.is_some_and(|index| self.store.record(index).kind != facts.kind);
        if let Some(index) = known {
            self.detach(index);
        }
        let Some(index) = self.store.put(facts) else { return };
        self.store.set_content(index, content);
        if changes_kind {
            self.place_all(); // what stood below it may have to stand elsewhere now
        } else {
            self.attach(index);
        }
    }

    fn move_to(&mut self, index: Index, parent: NodeHandle) {
        self.detach(index);
        self.store.record_mut(index).parent = Some(parent);
        self.attach(index);
    }

    pub(super) fn remove(&mut self, index: Index) {
        let below = self.below(index);
        self.detach(index);
        for index in below.into_iter().rev() {
            self.store.remove(index);
        }
    }
}
