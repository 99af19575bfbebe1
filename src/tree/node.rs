//! One node of the cloud: what kind it is ([`NodeKind`]) and what can be asked of it ([`Node`]). The tree lends it to
//! session, worker and command line; it changes nothing, and its name and label are hostile until escaped.

use super::Tree;
use super::store::{Index, Place};
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;

/// What a node is (`t` on the wire).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// 0: a file, or an old version of one.
    File,
    /// 1: a folder.
    Folder,
    /// 2: the cloud drive.
    Root,
    /// 3: the inbox (vault), where backups live.
    Inbox,
    /// 4: the rubbish bin.
    Rubbish,
}

impl NodeKind {
    /// Reads the wire's number; `None` for kinds that are not known.
    #[must_use]
    pub const fn from_wire(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::File),
            1 => Some(Self::Folder),
            2 => Some(Self::Root),
            3 => Some(Self::Inbox),
            4 => Some(Self::Rubbish),
            _ => None,
        }
    }

    /// Returns the wire's number.
    pub(super) const fn to_wire(self) -> u8 {
        match self {
            Self::File => 0,
            Self::Folder => 1,
            Self::Root => 2,
            Self::Inbox => 3,
            Self::Rubbish => 4,
        }
    }
}

/// A node as the tree lends it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    pub(super) tree: &'t Tree,
    pub(super) index: Index,
}

impl<'t> Node<'t> {
    fn record(&self) -> &'t super::store::Record {
        self.tree.store.record(self.index)
    }

    /// Returns its handle.
    #[must_use]
    pub fn handle(&self) -> NodeHandle {
        self.record().handle
    }

    /// Returns its parent as the server said; of the top of an incoming share that is a folder we cannot see.
    #[must_use]
    pub fn parent(&self) -> Option<NodeHandle> {
        self.record().parent
    }

    /// Returns what it is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        self.record().kind
    }

    /// Returns whether it is a file (or an old version of one), not a folder or root.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind() == NodeKind::File
    }

    /// Returns whether it is an old version of a file.
    #[must_use]
    pub fn is_version(&self) -> bool {
        self.record().place == Place::Version
    }

    /// Returns the name exactly as it was given, hostile characters included; `None` for roots and undecryptable nodes.
    #[must_use]
    pub fn name(&self) -> Option<&'t str> {
        self.tree.store.name(self.index)
    }

    /// Returns what to show: the name, `?undecryptable H:…`, or what a root is called. Escape it before drawing.
    #[must_use]
    pub fn label(&self) -> String {
        match (self.kind(), self.name()) {
            (NodeKind::Root, _) => "Cloud drive".to_owned(),
            (NodeKind::Inbox, _) => "Inbox".to_owned(),
            (NodeKind::Rubbish, _) => "Rubbish bin".to_owned(),
            (NodeKind::File | NodeKind::Folder, Some(name)) => name.to_owned(),
            (NodeKind::File | NodeKind::Folder, None) => format!("?undecryptable H:{}", self.handle()),
        }
    }

    /// Returns its bytes; 0 for folders.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.record().size
    }

    /// Returns the time of the content's last change, Unix seconds, from the fingerprint; many clients write none.
    #[must_use]
    pub fn modified(&self) -> Option<i64> {
        self.fingerprint().map(|fingerprint| fingerprint.modified)
    }

    /// Returns the time of arrival in the cloud, Unix seconds.
    #[must_use]
    pub fn uploaded(&self) -> i64 {
        self.record().uploaded
    }

    /// Returns the fingerprint: a hint at equal content, never a proof.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.tree.store.fingerprint(self.index)
    }

    /// Returns all attributes, those that we do not know included.
    #[must_use]
    pub fn attributes(&self) -> Option<Attributes> {
        self.tree.store.attributes(self.index)
    }

    /// Returns the key, where it is known. A node may have a key and still be undecryptable by its attributes.
    #[must_use]
    pub fn key(&self) -> Option<NodeKey> {
        self.tree.store.key(self.index)
    }

    /// Returns whether key or attributes cannot be read. Moving, deleting and listing work all the same.
    #[must_use]
    pub fn is_undecryptable(&self) -> bool {
        matches!(self.kind(), NodeKind::File | NodeKind::Folder) && self.name().is_none()
    }

    /// Returns how many old versions stand behind it.
    #[must_use]
    pub fn version_count(&self) -> u32 {
        if !self.is_file() || self.tree.store.branch(self.index).is_none() {
            return 0;
        }
        u32::try_from(self.tree.versions(self.handle()).len()).unwrap_or(u32::MAX)
    }

    /// Returns whether we share it with others or it has a public link.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.tree.shares.is_given(self.handle())
    }
}
