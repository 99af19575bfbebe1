//! Looking at a public link without an account ([`Session::visit`]): such a session has no login, reads what the link
//! shows and nothing else, and its tree is read-only, so that every change is refused before it is sent. Transfers,
//! commands and panes take it like any other. What it shows can be taken over into an account: `change::import`.
//!
//! Source: meganz/sdk `src/megaclient.cpp`, `MegaClient::folderaccess`, `openfilelink`.

use sha2::{Digest, Sha256};

use super::listing::Opens;
use super::{Keys, Session};
use crate::api::client::{Client, Identity};
use crate::api::error::{ApiError, Context, ErrorCode};
use crate::api::wire::{ApiCommand, AskLinkedFile};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::{FileKey, KeyBytes, MasterKey, NodeKey, ShareKey, random};
use crate::crypto::link::{Link, LinkKind};
use crate::crypto::session_id::SessionId;
use crate::handle::{NodeHandle, UserHandle, base64_decode};
use crate::tree::{NodeKind, PutNode, Tree};

/// The link that a session looks at.
#[derive(Clone)]
pub(super) enum Visit {
    File { link: NodeHandle, key: FileKey },
    Folder { link: NodeHandle, key: ShareKey, inside: Option<NodeHandle> },
}

impl Session {
    /// Looks at a public link; nothing is asked of the server yet. `None` where the link has no key.
    #[must_use]
    pub fn visit(client: &Client, link: &Link) -> Option<Self> {
        let visit = match link.kind {
            LinkKind::File => Visit::File { link: link.handle, key: link.file_key()? },
            LinkKind::Folder => {
                let inside = link.inside.map(|(_, node)| node);
                Visit::Folder { link: link.handle, key: link.share_key()?, inside }
            }
        };
        let identity = match &visit {
            Visit::File { .. } => Identity::Anonymous,
            Visit::Folder { link, .. } => Identity::FolderLink(*link),
        };
        let keys = Keys {
            user: UserHandle::from_bytes([0; 8]),
            master: journal_key(link.key.as_deref()?),
            private: None,
            id: SessionId::from_bytes([0; 43]),
            session_key: random(),
            visit: Some(visit),
        };
        Some(Self::begun(client.with_identity(identity), keys))
    }

    /// Returns whether nobody is logged in, and a public link is looked at.
    #[must_use]
    pub fn is_visit(&self) -> bool {
        self.keys.visit.is_some()
    }

    /// Returns the handle of the file link that is looked at.
    pub(super) fn linked_file(&self) -> Option<NodeHandle> {
        match &self.keys.visit {
            Some(Visit::File { link, .. }) => Some(*link),
            Some(Visit::Folder { .. }) | None => None,
        }
    }

    /// Returns the handle of the folder link that is looked at.
    pub(super) fn linked_folder(&self) -> Option<NodeHandle> {
        match &self.keys.visit {
            Some(Visit::Folder { link, .. }) => Some(*link),
            Some(Visit::File { .. }) | None => None,
        }
    }

    /// Fetches what a link shows.
    pub(super) async fn fetch_link(
        &self,
        visit: &Visit,
        progress: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<Tree, ApiError> {
        match visit {
            Visit::File { link, key } => self.fetch_linked_file(*link, key).await,
            Visit::Folder { key, inside, .. } => {
                let (tree, first) =
                    self.fetch_with(Opens::Link(key.clone()), progress, None).await.map_err(of_link)?;
                let top = first.ok_or_else(|| refused(ErrorCode::NOT_FOUND))?;
                // A key that opens nothing is not the link's.
                if tree.node(top).is_none_or(|top| top.is_undecryptable()) {
                    return Err(refused(ErrorCode::KEY));
                }
                tree.of_folder_link(top, *inside).ok_or_else(|| refused(ErrorCode::NOT_FOUND))
            }
        }
    }

    async fn fetch_linked_file(&self, link: NodeHandle, key: &FileKey) -> Result<Tree, ApiError> {
        let told = self.client().call(&AskLinkedFile { link }).await.map_err(of_link)?;
        let sealed = base64_decode(&told.attributes.unwrap_or_default());
        let attributes = Attributes::decrypt(&sealed, key.aes()).ok_or_else(|| refused(ErrorCode::KEY))?;
        let size = told.size.ok_or(ApiError::Malformed { command: AskLinkedFile::NAME })?;
        Ok(Tree::of_file_link(PutNode {
            handle: link,
            parent: link,
            kind: NodeKind::File,
            key: NodeKey::File(key.clone()),
            attributes,
            size,
            uploaded: 0,
            replaces: None,
        }))
    }
}

/// Nothing of a link is under a master key but what transfers write down of their own: the same link opens that again, when a
/// download goes on after a kill.
fn journal_key(link_key: &[u8]) -> MasterKey {
    let hash: [u8; 32] = Sha256::digest(link_key).into();
    let mut key = KeyBytes::default();
    key.copy_from_slice(&hash[..16]);
    MasterKey::from_bytes(key)
}

/// What a refusal means where a link is looked at.
fn of_link(error: ApiError) -> ApiError {
    match error {
        ApiError::Refused { code, command, .. } => {
            ApiError::Refused { code, command, context: Context::Link }
        }
        ApiError::Blocked => refused(ErrorCode::BLOCKED),
        ApiError::SessionEnded
        | ApiError::Malformed { .. }
        | ApiError::Status(_)
        | ApiError::Transport(_)
        | ApiError::GaveUp(_)
        | ApiError::Cancelled => error,
    }
}

const fn refused(code: ErrorCode) -> ApiError {
    ApiError::Refused { code, command: "f", context: Context::Link }
}
