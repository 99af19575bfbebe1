//! Nodes as the server keeps them: opaque attributes and wrapped keys in a tree. Commands change them through the
//! world. Nothing here can read a name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::content::ContentId;
use crate::handle::{NodeHandle, UserHandle};

/// One node of one account's tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Node {
    /// The account whose tree it is in, who also pays for it.
    pub(crate) owner: UserHandle,
    /// Folder, root, or (for an old version) the file that replaced it. `None` for the three roots.
    pub(crate) parent: Option<NodeHandle>,
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Encrypted attributes, as sent.
    pub(crate) attributes: Box<str>,
    /// The node's key, wrapped once for each of those who may read it.
    pub(crate) keys: Vec<(KeyFor, Box<str>)>,
    /// When it came to the cloud, Unix seconds.
    pub(crate) created: i64,
    /// Thumbnails: `uid:type*handle` joined by `/`; empty for none.
    pub(crate) thumbnails: Box<str>,
    /// What is inside: nodes of a folder, or the next older version of a file.
    #[serde(skip)]
    pub(crate) children: BTreeSet<NodeHandle>,
}

/// The type of a node and what only that type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NodeKind {
    /// A file: its bytes and how many.
    File {
        /// Where the store has the ciphertext.
        content: ContentId,
        /// Bytes.
        size: u64,
    },
    /// An ordinary folder.
    Folder,
    /// The account's cloud drive.
    Root,
    /// The vault, where backups live.
    Vault,
    /// The rubbish bin.
    Rubbish,
}

/// Under whose key a node's key is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum KeyFor {
    /// A user's master key.
    User(UserHandle),
    /// The key of a shared folder, named by that folder.
    Share(NodeHandle),
}

impl NodeKind {
    /// The number in `t`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::File { .. } => 0,
            Self::Folder => 1,
            Self::Root => 2,
            Self::Vault => 3,
            Self::Rubbish => 4,
        }
    }

    /// Whether nodes may be put inside.
    pub(crate) const fn is_container(self) -> bool {
        match self {
            Self::File { .. } => false,
            Self::Folder | Self::Root | Self::Vault | Self::Rubbish => true,
        }
    }

    /// Whether it is one of the three that every account has and nobody can move.
    pub(crate) const fn is_root(self) -> bool {
        match self {
            Self::File { .. } | Self::Folder => false,
            Self::Root | Self::Vault | Self::Rubbish => true,
        }
    }

    /// Bytes of a file; 0 for the rest.
    pub(crate) const fn size(self) -> u64 {
        match self {
            Self::File { size, .. } => size,
            Self::Folder | Self::Root | Self::Vault | Self::Rubbish => 0,
        }
    }
}

impl Node {
    /// Sets the wrapped key for one reader.
    pub(crate) fn set_key(&mut self, reader: KeyFor, key: &str) {
        match self.keys.iter_mut().find(|(old, _)| *old == reader) {
            Some((_, old)) => *old = key.into(),
            None => self.keys.push((reader, key.into())),
        }
    }
}
