//! Sends checked changes ([`Steps`]) and journals them around that. Attributes always go out whole; what is put below a
//! share carries share keys.

use std::future::Future;

use serde_json::Value;

use super::{Change, ChangeError, Outcome, ShareKeys};
use crate::api::error::ApiError;
use crate::api::wire::{MoveNode, NewNode, PutNodes, SetAttributes, StoredNode};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::{FileKey, FolderKey, NodeKey, ShareKey, random};
use crate::handle::{NodeHandle, base64_encode};
use crate::session::Session;
use crate::store::undo::UndoJournal;
use crate::tree::{NodeKind, NodeUpdate, PutNode};

/// What has to be sent for a change.
#[derive(Clone)]
pub(super) enum Steps {
    CreateFolder {
        parent: NodeHandle,
        attributes: Attributes,
        shares: Vec<(NodeHandle, ShareKey)>,
    },
    SetAttributes {
        node: NodeHandle,
        key: NodeKey,
        attributes: Attributes,
    },
    /// Attributes, where there are any to write, follow the move.
    Move {
        node: NodeHandle,
        to: NodeHandle,
        share_keys: Option<ShareKeys>,
        attributes: Option<(NodeKey, Attributes)>,
    },
    /// Attributes, where they can be written, go before the move, in one batch.
    Trash {
        node: NodeHandle,
        bin: NodeHandle,
        attributes: Option<(NodeKey, Attributes)>,
    },
    Revert {
        parent: NodeHandle,
        file: NodeHandle,
        version: NodeHandle,
        size: u64,
        key: FileKey,
        attributes: Attributes,
        shares: Vec<(NodeHandle, ShareKey)>,
    },
}

/// A node to be made: what all kinds of it have in common.
pub(super) struct Making {
    /// Token of an upload, handle of a node that is copied, or a placeholder.
    pub(super) source: String,
    pub(super) parent: NodeHandle,
    pub(super) key: NodeKey,
    pub(super) attributes: Attributes,
    pub(super) size: u64,
    pub(super) replaces: Option<NodeHandle>,
}

impl Session {
    /// Journals `change`, drives `sending`, and journals how that ended.
    pub(super) async fn journalled(
        &self,
        change: &Change,
        journal: &UndoJournal,
        sending: impl Future<Output = Result<Outcome, ChangeError>>,
    ) -> Result<Outcome, ChangeError> {
        let record = serde_json::to_value(change).map_err(|error| ChangeError::Journal(error.into()))?;
        let id =
            on_disk(journal, move |journal| journal.begin(&record)).await.map_err(ChangeError::Journal)?;
        let ended = sending.await;
        let noted = match &ended {
            Ok(outcome) => {
                let inverse: Option<Value> =
                    change.inverse(outcome.created).and_then(|inverse| serde_json::to_value(inverse).ok());
                on_disk(journal, move |journal| journal.end(id, inverse.as_ref())).await
            }
            Err(error) if is_refusal(error) => on_disk(journal, move |journal| journal.refused(id)).await,
            Err(_) => Ok(()), // the server may have acted: the record stays without an end
        };
        if let Err(error) = noted {
            // The change itself is done, and saying otherwise would make the user repeat it.
            tracing::warn!(%error, "cannot note in the undo journal how a change ended");
        }
        ended
    }

    pub(super) async fn send(&self, steps: Steps) -> Result<Outcome, ChangeError> {
        match steps {
            Steps::CreateFolder { parent, attributes, shares } => {
                let key = NodeKey::Folder(FolderKey::from_bytes(random()));
                let source = PLACEHOLDER.to_owned();
                self.make(Making { source, parent, key, attributes, size: 0, replaces: None }, &shares).await
            }
            Steps::SetAttributes { node, key, attributes } => {
                self.client().call(&set_attributes(node, &key, &attributes)).await?;
                Ok(changed([NodeUpdate::Attributes(node, attributes)]))
            }
            Steps::Move { node, to, share_keys, attributes } => {
                self.send_move(node, to, share_keys, attributes).await
            }
            Steps::Trash { node, bin, attributes } => self.send_trash(node, bin, attributes).await,
            Steps::Revert { parent, file, version, size, key, attributes, shares } => {
                let (source, key) = (version.to_string(), NodeKey::File(key));
                let making = Making { source, parent, key, attributes, size, replaces: Some(file) };
                self.make(making, &shares).await
            }
        }
    }

    async fn send_move(
        &self,
        node: NodeHandle,
        to: NodeHandle,
        share_keys: Option<ShareKeys>,
        attributes: Option<(NodeKey, Attributes)>,
    ) -> Result<Outcome, ChangeError> {
        let share_keys = share_keys.map(ShareKeys::into_table);
        self.client().call(&MoveNode { node, target: to, share_keys }).await?;
        let mut outcome = changed([NodeUpdate::Moved(node, to)]);
        if let Some((key, attributes)) = attributes {
            // The move stands, whatever becomes of this: an origin that is left over does no harm.
            match self.client().call(&set_attributes(node, &key, &attributes)).await {
                Ok(_) => outcome.updates.push(NodeUpdate::Attributes(node, attributes)),
                Err(error) => tracing::warn!(%error, %node, "cannot take the origin off a restored node"),
            }
        }
        Ok(outcome)
    }

    async fn send_trash(
        &self,
        node: NodeHandle,
        bin: NodeHandle,
        attributes: Option<(NodeKey, Attributes)>,
    ) -> Result<Outcome, ChangeError> {
        let to_bin = MoveNode { node, target: bin, share_keys: None };
        let Some((key, attributes)) = attributes else {
            self.client().call(&to_bin).await?;
            return Ok(changed([NodeUpdate::Moved(node, bin)]));
        };
        let (noted, moved) =
            self.client().call_both(&set_attributes(node, &key, &attributes), &to_bin).await?;
        moved?;
        let mut outcome = changed([NodeUpdate::Moved(node, bin)]);
        match noted {
            Ok(_) => outcome.updates.push(NodeUpdate::Attributes(node, attributes)),
            Err(error) => tracing::warn!(%error, %node, "cannot note where a trashed node came from"),
        }
        Ok(outcome)
    }

    /// Makes one node. [`ChangeError::Gone`] when its folder went away meanwhile: the server then puts it into the bin.
    pub(super) async fn make(
        &self,
        making: Making,
        shares: &[(NodeHandle, ShareKey)],
    ) -> Result<Outcome, ChangeError> {
        let Making { source, parent, key, attributes, size, replaces } = making;
        let kind = if matches!(key, NodeKey::File(_)) { NodeKind::File } else { NodeKind::Folder };
        let node = NewNode {
            source,
            parent: None,
            kind: u8::from(kind == NodeKind::Folder),
            attributes: base64_encode(&attributes.encrypt(key.attribute_key())),
            key: base64_encode(&key.wrap(self.master_key().bytes())),
            replaces,
        };
        let share_keys = ShareKeys::of_new(&key, shares).map(ShareKeys::into_table);
        let command = PutNodes::new(parent, vec![node], share_keys);
        let answer = self.client().call(&command).await?;
        let made = answer.nodes.first().ok_or(ApiError::Malformed { command: "p" })?;
        let &StoredNode { handle, parent: place, uploaded } = made;
        if place != parent {
            return Err(ChangeError::Gone(parent));
        }
        let uploaded = uploaded.unwrap_or_default();
        let put = PutNode { handle, parent, kind, key, attributes, size, uploaded, replaces };
        Ok(Outcome { updates: vec![NodeUpdate::Put(vec![put])], created: Some(handle) })
    }
}

fn set_attributes(node: NodeHandle, key: &NodeKey, attributes: &Attributes) -> SetAttributes {
    SetAttributes { node, attributes: base64_encode(&attributes.encrypt(key.attribute_key())) }
}

fn changed<const N: usize>(updates: [NodeUpdate; N]) -> Outcome {
    Outcome { updates: updates.into(), created: None }
}

/// Whether the change certainly did not happen. With a broken line or a muddled answer nobody knows, and a node whose
/// folder had gone ([`ChangeError::Gone`]) was made, if in the bin.
fn is_refusal(error: &ChangeError) -> bool {
    let ChangeError::Api(error) = error else { return false };
    match error {
        ApiError::Refused { .. } | ApiError::SessionEnded | ApiError::Blocked => true,
        ApiError::Malformed { .. }
        | ApiError::Status(_)
        | ApiError::Transport(_)
        | ApiError::GaveUp(_)
        | ApiError::Cancelled => false,
    }
}

/// Writes to the journal off the async threads: it waits for the disk.
async fn on_disk<T: Send + 'static>(
    journal: &UndoJournal,
    write: impl FnOnce(&UndoJournal) -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let journal = journal.clone();
    tokio::task::spawn_blocking(move || write(&journal)).await.map_err(std::io::Error::other)?
}

/// Stands for the handle of a folder that has none yet.
const PLACEHOLDER: &str = "xxxxxxxx";
