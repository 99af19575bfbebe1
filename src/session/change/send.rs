//! Sends checked changes ([`Steps`]) and journals them around that. Attributes always go out whole; what is put below a
//! share carries share keys.

use std::future::Future;

use super::answered::Answered;
use super::duplicate::Duplicate;
use super::publish::Publishing;
use super::{Change, ChangeError, Outcome, ShareKeys};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::wire::{Caused, DeleteNode, MoveNode, NewNode, PutNodes, SetAttributes, StoredNode};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::{FileKey, FolderKey, NodeKey, ShareKey, random};
use crate::handle::{NodeHandle, base64_encode};
use crate::session::Session;
use crate::store::undo::{Ending, UndoJournal};
use crate::tree::{Cause, NodeKind, NodeUpdate, OwnUpdate, PutNode};

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
    /// One that is gone already is what was wanted. Of an old version only itself goes, and these older ones stay, behind
    /// what it stood behind.
    Delete {
        node: NodeHandle,
        version: Option<(NodeHandle, Vec<NodeHandle>)>,
    },
    Publish(Publishing),
    Duplicate(Duplicate),
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
        let noted = match ending(change, &ended) {
            Some(ending) => on_disk(journal, move |journal| journal.end_all(vec![(id, ending)])).await,
            None => Ok(()),
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
                let cause = self.new_cause();
                let command = &set_attributes(node, &key, &attributes);
                self.client().call(&Caused { command, cause: &cause.id }).await?;
                Ok(changed([NodeUpdate::Attributes(node, attributes)], &cause))
            }
            Steps::Move { node, to, share_keys, attributes } => {
                self.send_move(node, to, share_keys, attributes).await
            }
            Steps::Trash { node, bin, attributes } => self.send_trash(node, bin, attributes).await,
            Steps::Delete { node, version } => self.send_delete(node, version).await,
            Steps::Publish(publishing) => self.send_publishing(publishing).await,
            Steps::Duplicate(duplicate) => self.send_duplicate(duplicate).await,
            Steps::Revert { parent, file, version, size, key, attributes, shares } => {
                let (source, key) = (version.to_string(), NodeKey::File(key));
                let making = Making { source, parent, key, attributes, size, replaces: Some(file) };
                self.make(making, &shares).await
            }
        }
    }

    async fn send_delete(
        &self,
        node: NodeHandle,
        version: Option<(NodeHandle, Vec<NodeHandle>)>,
    ) -> Result<Outcome, ChangeError> {
        let cause = &self.new_cause();
        let command = match version {
            Some(_) => DeleteNode::version(node),
            None => DeleteNode::whole(node),
        };
        match self.client().call(&Caused { command: &command, cause: &cause.id }).await {
            Ok(_) => {}
            // Somebody else removed it, or a folder above it: the channel tells which.
            Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => return Ok(changed([], cause)),
            Err(error) => return Err(error.into()),
        }
        let older =
            version.into_iter().flat_map(|(newer, older)| older.into_iter().map(move |old| (old, newer)));
        let mut updates: Vec<OwnUpdate> =
            older.map(|(old, newer)| own(NodeUpdate::Moved(old, newer), cause)).collect();
        updates.push(own(NodeUpdate::Removed(node), cause));
        Ok(Outcome { updates, created: None })
    }

    async fn send_move(
        &self,
        node: NodeHandle,
        to: NodeHandle,
        share_keys: Option<ShareKeys>,
        attributes: Option<(NodeKey, Attributes)>,
    ) -> Result<Outcome, ChangeError> {
        let share_keys = share_keys.map(ShareKeys::into_table);
        let cause = &self.new_cause();
        let command = &MoveNode { node, target: to, share_keys };
        self.client().call(&Caused { command, cause: &cause.id }).await?;
        let mut outcome = changed([NodeUpdate::Moved(node, to)], cause);
        if let Some((key, attributes)) = attributes {
            // The move stands, whatever becomes of this: an origin that is left over does no harm.
            let command = &set_attributes(node, &key, &attributes);
            match self.client().call(&Caused { command, cause: &cause.id }).await {
                Ok(_) => outcome.updates.push(own(NodeUpdate::Attributes(node, attributes), cause)),
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
        let cause = &self.new_cause();
        let to_bin = Caused { command: &MoveNode { node, target: bin, share_keys: None }, cause: &cause.id };
        let Some((key, attributes)) = attributes else {
            self.client().call(&to_bin).await?;
            return Ok(changed([NodeUpdate::Moved(node, bin)], cause));
        };
        let command = &set_attributes(node, &key, &attributes);
        let (noted, moved) = self.client().call_both(&Caused { command, cause: &cause.id }, &to_bin).await?;
        moved?;
        let mut outcome = changed([NodeUpdate::Moved(node, bin)], cause);
        match noted {
            Ok(_) => outcome.updates.push(own(NodeUpdate::Attributes(node, attributes), cause)),
            Err(error) => tracing::warn!(%error, %node, "cannot note where a trashed node came from"),
        }
        Ok(outcome)
    }

    /// Makes one node.
    async fn make(&self, making: Making, shares: &[(NodeHandle, ShareKey)]) -> Result<Outcome, ChangeError> {
        let made = self.make_all(&[making], shares).await.pop();
        made.unwrap_or(Err(ApiError::Malformed { command: "p" }.into()))
    }

    /// Makes nodes of one folder with one command. Returns an outcome for each, in order; those that the answer does not
    /// have are of unknown end.
    pub(super) async fn make_all(
        &self,
        makings: &[Making],
        shares: &[(NodeHandle, ShareKey)],
    ) -> Vec<Result<Outcome, ChangeError>> {
        let Some(first) = makings.first() else { return Vec::new() };
        let nodes = makings.iter().map(|making| self.new_node(making)).collect();
        let share_keys = ShareKeys::of_new(makings.iter().map(|making| &making.key), shares);
        let command = PutNodes::new(first.parent, nodes, share_keys.map(ShareKeys::into_table));
        let cause = &self.new_cause();
        match self.client().call(&Caused { command: &command, cause: &cause.id }).await {
            Ok(answer) => {
                let stored = Answered::new(&command, answer.nodes).in_order();
                let made = |(making, stored): (&Making, Option<StoredNode>)| match stored {
                    Some(stored) => making.made(&stored, cause),
                    None => Err(ApiError::Malformed { command: "p" }.into()),
                };
                makings.iter().zip(stored).map(made).collect()
            }
            Err(error) => makings.iter().map(|_| Err(error.clone().into())).collect(),
        }
    }

    pub(super) fn new_node(&self, making: &Making) -> NewNode {
        NewNode {
            source: making.source.clone(),
            link: None,
            parent: None,
            kind: u8::from(making.kind() == NodeKind::Folder),
            attributes: base64_encode(&making.attributes.encrypt(making.key.attribute_key())),
            key: base64_encode(&making.key.wrap(self.master_key().bytes())),
            replaces: making.replaces,
        }
    }
}

impl Making {
    const fn kind(&self) -> NodeKind {
        match self.key {
            NodeKey::File(_) => NodeKind::File,
            NodeKey::Folder(_) => NodeKind::Folder,
        }
    }

    /// Returns what became of it. [`ChangeError::Gone`] when its folder went away meanwhile: the server then puts it
    /// into the bin.
    fn made(&self, stored: &StoredNode, cause: &Cause) -> Result<Outcome, ChangeError> {
        if stored.parent != self.parent {
            return Err(ChangeError::Gone(self.parent));
        }
        let update = own(NodeUpdate::Put(vec![self.put_node(stored)]), cause);
        Ok(Outcome { updates: vec![update], created: Some(stored.handle) })
    }

    /// Returns the node that it became, where the server put it.
    pub(super) fn put_node(&self, stored: &StoredNode) -> PutNode {
        let &StoredNode { handle, parent, uploaded, .. } = stored;
        PutNode {
            handle,
            parent,
            kind: self.kind(),
            key: self.key.clone(),
            attributes: self.attributes.clone(),
            size: self.size,
            uploaded: uploaded.unwrap_or_default(),
            replaces: self.replaces,
        }
    }
}

fn set_attributes(node: NodeHandle, key: &NodeKey, attributes: &Attributes) -> SetAttributes {
    SetAttributes { node, attributes: base64_encode(&attributes.encrypt(key.attribute_key())) }
}

fn changed<const N: usize>(updates: [NodeUpdate; N], cause: &Cause) -> Outcome {
    Outcome { updates: updates.map(|update| own(update, cause)).into(), created: None }
}

/// What a command of ours did.
pub(super) fn own(update: NodeUpdate, cause: &Cause) -> OwnUpdate {
    OwnUpdate { update, cause: cause.clone() }
}

/// Returns how a change ended as the journal is to have it; nothing where the server may have acted and nobody knows.
pub(super) fn ending(change: &Change, ended: &Result<Outcome, ChangeError>) -> Option<Ending> {
    match ended {
        Ok(outcome) | Err(ChangeError::CutShort { made: outcome, .. }) => {
            let inverse = change.inverse(outcome.created);
            Some(Ending::Happened(inverse.and_then(|inverse| serde_json::to_value(inverse).ok())))
        }
        Err(error) => is_refusal(error).then_some(Ending::Refused),
    }
}

/// Whether the change certainly did not happen. With a broken line or a muddled answer nobody knows, and a node whose
/// folder had gone ([`ChangeError::Gone`]) was made, if in the bin.
const fn is_refusal(error: &ChangeError) -> bool {
    match error {
        ChangeError::Api(
            ApiError::Malformed { .. }
            | ApiError::Status(_)
            | ApiError::Transport(_)
            | ApiError::GaveUp(_)
            | ApiError::Cancelled,
        )
        | ChangeError::CutShort { .. }
        | ChangeError::Gone(_) => false,
        ChangeError::Api(ApiError::Refused { .. } | ApiError::SessionEnded | ApiError::Blocked)
        | ChangeError::ReadOnly { .. }
        | ChangeError::Undecryptable(_)
        | ChangeError::Circular { .. }
        | ChangeError::NotAFolder { .. }
        | ChangeError::NotReplaceable { .. }
        | ChangeError::Fixed { .. }
        | ChangeError::Foreign { .. }
        | ChangeError::NotForOurBin { .. }
        | ChangeError::InBin { .. }
        | ChangeError::ThrownAway { .. }
        | ChangeError::NoBin
        | ChangeError::BadName { .. }
        | ChangeError::ShareKeyUnknown { .. }
        | ChangeError::ChangedSince { .. }
        | ChangeError::NothingKnown
        | ChangeError::NoContent
        | ChangeError::NotOurs { .. }
        | ChangeError::NotLinked { .. }
        | ChangeError::NotSharedWith { .. }
        | ChangeError::NoSuchUser { .. }
        | ChangeError::Oneself
        | ChangeError::KeyStore { .. }
        | ChangeError::ExpiryRefused
        | ChangeError::LoanNote(_)
        | ChangeError::Journal(_) => true,
    }
}

/// Writes to the journal off the async threads: it waits for the disk.
pub(super) async fn on_disk<T: Send + 'static>(
    journal: &UndoJournal,
    write: impl FnOnce(&UndoJournal) -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let journal = journal.clone();
    tokio::task::spawn_blocking(move || write(&journal)).await.map_err(std::io::Error::other)?
}

/// Stands for the handle of a folder that has none yet.
const PLACEHOLDER: &str = "xxxxxxxx";
