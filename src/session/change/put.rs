//! The end of an upload: where it will go ([`PutTarget`], from the tree before the first byte) and the command that makes
//! it a file. An overwrite is one command: the old file becomes a version, there are never two siblings, and nothing is
//! deleted first.

use super::check::{self, Checked};
use super::putter::Finished;
use super::send::{Making, own};
use super::{Change, ChangeError, Outcome, Prepared};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::{FileKey, NodeKey, ShareKey};
use crate::handle::{NodeHandle, base64_encode};
use crate::session::Session;
use crate::store::undo::UndoJournal;
use crate::tree::{Cause, Node, NodeUpdate, PutNode, Tree};

/// Where an upload will go: collected on the tree before the first byte, used when it is complete.
#[derive(Clone)]
pub struct PutTarget {
    /// The folder.
    pub parent: NodeHandle,
    /// The file's name, in NFC.
    pub name: String,
    /// The file that becomes a version of the new one.
    pub replaces: Option<NodeHandle>,
    /// What makes way for it: done when all bytes are there, before they become a file. Dead in between, the name is free
    /// and the next run takes it.
    pub first: Vec<Prepared>,
    /// What moves to the rubbish bin once the new one stands: a prepared [`Change::Trash`], journalled on its own.
    pub then_trash: Option<Box<Prepared>>,
    /// Attributes of the replaced file that the new one keeps: favourite, label, description, tags. No name, no time.
    pub carried: Attributes,
    /// Keys of the shares above.
    pub share_keys: Vec<(NodeHandle, ShareKey)>,
}

impl PutTarget {
    /// A new file of a name (in NFC) in a folder that nobody shares.
    #[must_use]
    pub fn new(parent: NodeHandle, name: String) -> Self {
        Self {
            parent,
            name,
            replaces: None,
            first: Vec::new(),
            then_trash: None,
            carried: Attributes::default(),
            share_keys: Vec::new(),
        }
    }
}

/// An upload whose bytes the server has.
pub struct Uploaded<'a> {
    /// The completion token: 36 raw bytes, or another number of them as text.
    pub token: &'a [u8],
    /// The key that the content is encrypted with, with its meta-MAC.
    pub key: &'a FileKey,
    /// Bytes.
    pub size: u64,
    /// All attributes of the new file: name, fingerprint, and what the target says is carried over.
    pub attributes: Attributes,
}

/// An upload that has become a file.
#[derive(Debug)]
pub struct Put {
    /// What it did.
    pub outcome: Outcome,
    /// Why the file that it replaces did not go to the rubbish bin ([`PutTarget::then_trash`]): both have the name now.
    pub not_trashed: Option<ChangeError>,
}

impl Session {
    /// Checks the target of an upload. `replaces` is a file of that folder.
    pub fn prepare_put(
        &self,
        tree: &Tree,
        parent: NodeHandle,
        name: &str,
        replaces: Option<NodeHandle>,
    ) -> Result<PutTarget, ChangeError> {
        let checked = Checked(tree);
        checked.target(parent)?;
        let name = check::name(name)?;
        let mut carried = Attributes::default();
        if let Some(old) = replaces {
            checked.replaceable(old, parent)?;
            if let Ok((_, attributes)) = checked.open(old) {
                for (name, value) in attributes.iter().filter(|(name, _)| CARRIED.contains(name)) {
                    carried.set(name, value);
                }
            }
        }
        let share_keys = tree.share_keys_above(parent);
        Ok(PutTarget { replaces, carried, share_keys, ..PutTarget::new(parent, name) })
    }

    /// Makes a finished upload a file (`p`), journalled; others that are ready at the same time travel with it.
    ///
    /// When it is dropped before it was sent, nothing happens; afterwards it goes on to its end all the same.
    pub async fn put_file(
        &self,
        target: &PutTarget,
        uploaded: Uploaded<'_>,
        journal: &UndoJournal,
    ) -> Result<Put, ChangeError> {
        let Uploaded { token, key, size, attributes } = uploaded;
        let &PutTarget { parent, replaces, .. } = target;
        let making = Making {
            source: token_text(token),
            parent,
            key: NodeKey::File(key.clone()),
            attributes,
            size,
            replaces,
        };
        let change = Change::PutFile { parent, name: target.name.clone(), size, replaces };
        let (shares, journal) = (target.share_keys.clone(), journal.clone());
        let finished = Finished { making, change, shares, journal: journal.clone() };
        let mut updates = Vec::new();
        for change in &target.first {
            updates.extend(self.commit(change.clone(), &journal).await?.updates);
        }
        let mut outcome = self.put_with_others(finished).await?;
        outcome.updates.splice(..0, updates);
        self.follow_put(target, outcome, &journal).await
    }

    /// Looks whether an upload that was about to become a file has become one: no other file of the folder can have its
    /// key. Asks for all nodes, so it is for the rare case that nobody heard the answer.
    pub async fn find_put(
        &self,
        target: &PutTarget,
        key: &FileKey,
        journal: &UndoJournal,
    ) -> Result<Option<Put>, ChangeError> {
        let tree = self.fetch_tree(|_, _| ()).await?;
        let (parent, replaces) = (target.parent, target.replaces);
        let key = NodeKey::File(key.clone());
        let Some(outcome) = found(&tree, &self.new_cause(), (parent, &key), replaces, |_| true) else {
            return Ok(None);
        };
        self.follow_put(target, outcome, journal).await.map(Some)
    }

    /// Does what is to follow once the file stands.
    async fn follow_put(
        &self,
        target: &PutTarget,
        mut outcome: Outcome,
        journal: &UndoJournal,
    ) -> Result<Put, ChangeError> {
        let Some(trash) = &target.then_trash else { return Ok(Put { outcome, not_trashed: None }) };
        match self.commit((**trash).clone(), journal).await {
            Ok(trashed) => {
                outcome.updates.extend(trashed.updates);
                Ok(Put { outcome, not_trashed: None })
            }
            Err(error) => Ok(Put { outcome, not_trashed: Some(error) }),
        }
    }
}

impl Making {
    /// Looks whether it was made: by its key, its name, and where it stands. What it is a copy of, or takes the place of,
    /// is not it.
    pub(super) fn found(&self, tree: &Tree, cause: &Cause) -> Option<Outcome> {
        let is_new = |node: &Node<'_>| {
            node.name() == self.attributes.value("n")
                && Some(node.handle()) != self.replaces
                && node.handle().to_string() != self.source
        };
        found(tree, cause, (self.parent, &self.key), self.replaces, is_new)
    }
}

/// Looks for a node of a folder by its key.
fn found(
    tree: &Tree,
    cause: &Cause,
    (parent, key): (NodeHandle, &NodeKey),
    replaces: Option<NodeHandle>,
    is_it: impl Fn(&Node<'_>) -> bool,
) -> Option<Outcome> {
    let node = tree.children(parent).find(|node| node.key().as_ref() == Some(key) && is_it(node))?;
    let put = PutNode {
        handle: node.handle(),
        parent,
        kind: node.kind(),
        attributes: node.attributes().unwrap_or_default(),
        size: node.size(),
        uploaded: node.uploaded(),
        replaces,
        key: key.clone(),
    };
    Some(Outcome { created: Some(put.handle), updates: vec![own(NodeUpdate::Put(vec![put]), cause)] })
}

/// A binary token travels as base64, a text one as it is.
fn token_text(token: &[u8]) -> String {
    if token.len() == BINARY_TOKEN {
        base64_encode(token)
    } else {
        String::from_utf8_lossy(token).into_owned()
    }
}

/// Bytes of a completion token in binary form.
const BINARY_TOKEN: usize = 36;

/// What the official client copies to a new version: favourite, label, sensitive, description, tags.
const CARRIED: [&str; 5] = ["fav", "lbl", "sen", "des", "t"];
