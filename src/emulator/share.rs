//! Folders shared with other users, and public links. Commands `s2` and `l` make them; who may see what is decided in
//! the world.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::handle::{NodeHandle, UserHandle};

/// What a user may do with a node. Ordered: each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Access {
    /// List and download.
    Read,
    /// Also add nodes.
    Write,
    /// Also rename, move and delete.
    Full,
    /// It is the user's own tree.
    Owner,
}

impl Access {
    /// Reads `r` of a share: 0, 1 or 2.
    pub(crate) const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Read),
            1 => Some(Self::Write),
            2 => Some(Self::Full),
            _ => None,
        }
    }

    /// The number in `r`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Read => 0,
            Self::Write => 1,
            Self::Full | Self::Owner => 2,
        }
    }
}

/// One folder that is shared: with users, with the public, or both.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Share {
    /// Whose folder it is.
    pub(crate) owner: UserHandle,
    /// `ok`: the share key under the owner's master key, or all zero when it is kept in `^!keys`.
    pub(crate) sealed_key: String,
    /// `ha`: the proof that `ok` is the owner's.
    pub(crate) proof: String,
    /// When the public may read it through a link, since when (Unix seconds).
    pub(crate) public_since: Option<i64>,
    /// Who else may use it.
    pub(crate) members: BTreeMap<UserHandle, Membership>,
}

/// One user's part in a share.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    /// What the user may do.
    pub(crate) access: Access,
    /// Since when, Unix seconds.
    pub(crate) since: i64,
    /// `sk`: the share key for this user, when the sharer sent it that way.
    pub(crate) sealed_key: Option<String>,
}

/// One public link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    /// What it shows.
    pub(crate) node: NodeHandle,
    /// When it was made, Unix seconds.
    pub(crate) created: i64,
    /// When it ends, Unix seconds; 0 for never.
    pub(crate) expires: i64,
    /// What must follow the link's handle in `n=` to be allowed to write.
    pub(crate) write_auth: Option<String>,
    /// Whether it was taken down.
    pub(crate) taken_down: bool,
}
