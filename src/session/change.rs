//! Every change to an account: what it is, how it is undone, how it is sent. Flow: `prepare` (sync, on the tree: checks,
//! keys) → `commit` (async: journalled, then sent) → `Tree::apply` of the outcome.
use super::Session;
use crate::api::error::ApiError;
use crate::crypto::{
    attributes::Attributes,
    key::{FileKey, ShareKey},
};
use crate::handle::NodeHandle;
use crate::store::undo::UndoJournal;
use crate::tree::{NodeUpdate, Tree};
use serde::{Deserialize, Serialize};
/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A new folder.
    CreateFolder {
        /// Where.
        parent: NodeHandle,
        /// Name.
        name: String,
    },
    /// A new name.
    Rename {
        /// Which.
        node: NodeHandle,
        /// Old.
        from: String,
        /// New.
        to: String,
    },
    /// Another parent.
    Move {
        /// Which.
        node: NodeHandle,
        /// Old parent.
        from: NodeHandle,
        /// New parent.
        to: NodeHandle,
    },
    /// Into the rubbish bin, remembering where from.
    Trash {
        /// Which.
        node: NodeHandle,
        /// Parent.
        from: NodeHandle,
    },
    /// Out of the rubbish bin.
    Restore {
        /// Which.
        node: NodeHandle,
        /// To which folder.
        to: NodeHandle,
    },
    /// A finished upload becomes a file.
    PutFile {
        /// Where.
        parent: NodeHandle,
        /// Name.
        name: String,
        /// Bytes.
        size: u64,
        /// The file that becomes its version.
        replaces: Option<NodeHandle>,
    },
}
/// A change cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Node gone.
    #[error("\"{0}\" is no longer there")]
    Gone(NodeHandle),
    /// Read-only share.
    #[error("\"{name}\" is read-only")]
    ReadOnly {
        /// Which.
        name: String,
    },
    /// Key unknown.
    #[error("\"{0}\" cannot be decrypted")]
    Undecryptable(NodeHandle),
    /// Folder into itself.
    #[error("a folder cannot move into itself")]
    Circular,
    /// Empty or otherwise impossible.
    #[error("\"{name}\" is not a name")]
    BadName {
        /// Which.
        name: String,
    },
    /// A share above has no key known to us.
    #[error("\"{name}\" is shared with a key that is not known here")]
    ShareKeyUnknown {
        /// Folder.
        name: String,
    },
    /// Journal.
    #[error("cannot write the undo journal")]
    Journal(#[source] std::io::Error),
    /// Server.
    #[error(transparent)]
    Api(#[from] ApiError),
}
/// A checked change, ready to send.
pub struct Prepared {
    _p: (),
}
/// What a change did.
#[derive(Clone)]
pub struct Outcome {
    /// For the tree.
    pub updates: Vec<NodeUpdate>,
    /// The node made, for CreateFolder and PutFile.
    pub created: Option<NodeHandle>,
}
/// Where an upload will go: collected on the tree before the first byte, used when it is complete.
#[derive(Clone)]
pub struct PutTarget {
    /// Folder.
    pub parent: NodeHandle,
    /// Name.
    pub name: String,
    /// Becomes a version.
    pub replaces: Option<NodeHandle>,
    /// Move this one to the rubbish bin once the new one stands.
    pub then_trash: Option<NodeHandle>,
    /// Attributes carried over from the old one (fav, lbl, …).
    pub carried: Attributes,
    /// Shares above, for `cr`.
    pub share_keys: Vec<(NodeHandle, ShareKey)>,
}
impl Change {
    /// The change that takes it back. `created` is the node that it made, if any.
    #[must_use]
    pub fn inverse(&self, _created: Option<NodeHandle>) -> Option<Self> {
        todo!()
    }
}
impl Session {
    /// Checks a change on the tree and collects keys.
    pub fn prepare(&self, _tree: &Tree, _change: Change) -> Result<Prepared, ChangeError> {
        todo!()
    }
    /// Writes it to the journal, then sends it.
    pub async fn commit(&self, _prepared: Prepared, _journal: &UndoJournal) -> Result<Outcome, ChangeError> {
        todo!()
    }
    /// Checks the target of an upload.
    pub fn prepare_put(
        &self,
        _tree: &Tree,
        _parent: NodeHandle,
        _name: &str,
        _replaces: Option<NodeHandle>,
    ) -> Result<PutTarget, ChangeError> {
        todo!()
    }
    /// Address for an upload of `size` bytes (`u`).
    pub async fn upload_url(&self, _size: u64, _target: NodeHandle) -> Result<url::Url, ApiError> {
        todo!()
    }
    /// Makes the node of a finished upload (`p`), journalled. `attributes` has name and fingerprint.
    pub async fn put_file(
        &self,
        _target: &PutTarget,
        _token: &[u8],
        _key: &FileKey,
        _size: u64,
        _modified: i64,
        _attributes: Attributes,
        _journal: &UndoJournal,
    ) -> Result<Outcome, ChangeError> {
        todo!()
    }
    /// Address for a download (`g`), and the size the server has.
    pub async fn download_url(&self, _node: NodeHandle) -> Result<(url::Url, u64), DownloadUrlError> {
        todo!()
    }
}
/// `g` failed.
#[derive(Debug, thiserror::Error)]
pub enum DownloadUrlError {
    /// -17 with `tl`.
    #[error("the transfer quota is used up")]
    Quota {
        /// Seconds.
        seconds: u64,
    },
    /// Rest.
    #[error(transparent)]
    Api(#[from] ApiError),
}
