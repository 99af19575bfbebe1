//! A node.
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
/// `t` of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// 0
    File,
    /// 1
    Folder,
    /// 2
    Root,
    /// 3
    Inbox,
    /// 4
    Rubbish,
}
/// A node as the tree lends it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    pub(crate) tree: &'t super::Tree,
    pub(crate) index: u32,
}
impl<'t> Node<'t> {
    /// Handle.
    #[must_use]
    pub fn handle(&self) -> NodeHandle {
        let _ = (self.tree, self.index);
        todo!()
    }
    /// Parent, as the server said.
    #[must_use]
    pub fn parent(&self) -> Option<NodeHandle> {
        todo!()
    }
    /// Kind.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        todo!()
    }
    /// File, not a folder or root.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind() == NodeKind::File
    }
    /// The name; of an undecryptable node `None` (show `?undecryptable H:handle`).
    #[must_use]
    pub fn name(&self) -> Option<&'t str> {
        todo!()
    }
    /// Name or `?undecryptable H:…`, or the place's name for roots.
    #[must_use]
    pub fn label(&self) -> String {
        todo!()
    }
    /// Bytes (files).
    #[must_use]
    pub fn size(&self) -> u64 {
        todo!()
    }
    /// Content time from the fingerprint, Unix seconds.
    #[must_use]
    pub fn modified(&self) -> Option<i64> {
        todo!()
    }
    /// Arrival in the cloud, Unix seconds.
    #[must_use]
    pub fn uploaded(&self) -> i64 {
        todo!()
    }
    /// The fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Option<crate::crypto::fingerprint::Fingerprint> {
        todo!()
    }
    /// All attributes (decrypted again when asked for).
    #[must_use]
    pub fn attributes(&self) -> Option<crate::crypto::attributes::Attributes> {
        todo!()
    }
    /// The key, when known.
    #[must_use]
    pub fn key(&self) -> Option<NodeKey> {
        todo!()
    }
    /// Whether key or attributes cannot be read.
    #[must_use]
    pub fn is_undecryptable(&self) -> bool {
        self.name().is_none()
    }
    /// Old versions.
    #[must_use]
    pub fn version_count(&self) -> u32 {
        todo!()
    }
    /// Has an outgoing share or a public link.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        todo!()
    }
}
/// What a change did to the tree; applying it twice is harmless.
#[derive(Clone)]
pub enum NodeUpdate {
    /// Nodes added or replaced, as the server's answer of `p` has them (raw JSON array of nodes).
    Put(Vec<PutNode>),
    /// New attributes (clear).
    Attributes(NodeHandle, crate::crypto::attributes::Attributes),
    /// New parent.
    Moved(NodeHandle, NodeHandle),
    /// Gone with all below it.
    Removed(NodeHandle),
}
/// A node that we just put; all of it is known to us.
#[derive(Clone)]
pub struct PutNode {
    /// Its handle.
    pub handle: NodeHandle,
    /// Its parent.
    pub parent: NodeHandle,
    /// File or folder.
    pub kind: NodeKind,
    /// Clear key.
    pub key: NodeKey,
    /// Clear attributes.
    pub attributes: crate::crypto::attributes::Attributes,
    /// Bytes.
    pub size: u64,
    /// Arrival.
    pub uploaded: i64,
    /// The node that becomes its version.
    pub replaces: Option<NodeHandle>,
}
