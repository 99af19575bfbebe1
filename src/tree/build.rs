//! Makes a tree of a listing while it arrives ([`TreeBuilder`]): node texts are collected in batches, parsed and
//! decrypted on all cores, then stored in order. Blocking CPU work: call it off the async threads.

mod glimpse;

use rayon::prelude::*;

use super::Tree;
use super::content::{ClearAttributes, Content, Sealed};
use super::node::NodeKind;
use super::share::{Access, Inbound};
use super::store::Facts;
use crate::api::listing::{ListingRest, WireNode};
use crate::crypto::attributes::{Attributes, decrypt_text};
use crate::crypto::node_key::{KeyKind, Keyring};
use crate::handle::{NodeHandle, base64_decode_into};
use glimpse::Folders;
pub use glimpse::Glimpse;

/// A tree in the making.
pub struct TreeBuilder {
    keyring: Keyring,
    tree: Tree,
    /// Node texts of the batch, one after another.
    batch: Vec<u8>,
    /// Where in the batch each text ends.
    ends: Vec<usize>,
    unreadable_count: u64,
    /// Folders whose share key came with the folder itself (`sk`).
    inbound_keys: Vec<NodeHandle>,
    folders: Folders,
}

impl TreeBuilder {
    /// Makes an empty tree whose nodes are opened with these keys.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        let batch = Vec::with_capacity(BATCH_BYTES + (BATCH_BYTES >> 2));
        Self {
            keyring,
            tree: Tree::default(),
            batch,
            ends: Vec::new(),
            unreadable_count: 0,
            inbound_keys: Vec::new(),
            folders: Folders::default(),
        }
    }

    /// Adds a node by its JSON. Parents may come after their children. Of several nodes with one handle the last stays;
    /// what is no node at all (no handle, unknown kind) is counted and left out.
    pub fn push(&mut self, json: &[u8]) {
        self.batch.extend_from_slice(json);
        self.ends.push(self.batch.len());
        if self.batch.len() >= BATCH_BYTES {
            self.flush();
        }
    }

    /// Ends the listing: takes in share keys and shares, tries again what was undecryptable without them, and puts every
    /// node in its place.
    #[must_use]
    pub fn finish(mut self, rest: &ListingRest) -> Tree {
        self.flush();
        if self.unreadable_count > 0 {
            tracing::warn!(count = self.unreadable_count, "left out nodes without handle or of unknown kind");
        }
        for entry in &rest.share_keys {
            self.keyring.take_outgoing_share(entry.node, &entry.key, &entry.proof);
        }
        let Self { mut keyring, mut tree, inbound_keys, .. } = self;
        tree.store.all_arrived();
        tree.retry_sealed(&keyring);
        for (folder, receiver, access) in &rest.shares {
            let receivers = tree.shares.given.entry(*folder).or_default();
            receivers.insert(*receiver, Access::from_wire(*access));
        }
        tree.shares.linked = rest.links.iter().copied().collect();
        tree.shares.emails = rest.users.iter().map(|user| (user.handle, user.email.clone())).collect();
        tree.sequence.clone_from(&rest.sequence);
        tree.place_all();
        tree.refuse_shares_of_own_folders(&mut keyring, &inbound_keys);
        tree.shares.keys = keyring.share_keys().map(|(folder, key)| (folder, key.clone())).collect();
        tree.shares.source = keyring.trust();
        tree
    }

    fn flush(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let texts: Vec<&[u8]> = starts.zip(&self.ends).map(|(start, &end)| &batch[start..end]).collect();
        let nodes: Vec<Option<WireNode<'_>>> = texts.into_par_iter().map(WireNode::parse).collect();
        for node in nodes.iter().flatten() {
            self.take_inbound_share(node); // its key may open others of this very batch
        }
        let keyring = &self.keyring;
        let opened: Vec<Option<(Facts, Content)>> = nodes
            .into_par_iter()
            .map_init(Opener::default, |opener, node| opener.open(keyring, &node?))
            .collect();
        for node in opened {
            let stored = node.and_then(|(facts, content)| self.tree.store.arrive(facts, content));
            self.unreadable_count += u64::from(stored.is_none());
        }
        self.batch = batch;
        self.batch.clear();
        self.ends.clear();
    }

    fn take_inbound_share(&mut self, node: &WireNode<'_>) {
        let (Some(handle), Ok(sharer)) = (node.handle.handle(), node.sharer.as_str().parse()) else { return };
        let access = Access::from_wire(node.access.0);
        self.tree.shares.inbound.insert(handle, Inbound { sharer, access });
        if self.keyring.take_inbound_share(handle, node.share_key.as_str())
            || self.keyring.take_waiting_share(handle, sharer)
        {
            self.inbound_keys.push(handle);
        }
    }
}

/// Checks a node's fields and decrypts what can be decrypted; `None` where it cannot be a node.
pub(super) fn open(keyring: &Keyring, node: &WireNode<'_>) -> Option<(Facts, Content)> {
    Opener::default().open(keyring, node)
}

/// A key is right when the attributes open with it.
pub(super) fn unseal(keyring: &Keyring, kind: NodeKind, keys: &str, attributes: &str) -> Content {
    Opener::default().unseal(keyring, kind, keys, attributes)
}

/// Opens one node after another in the same memory.
#[derive(Default)]
struct Opener {
    encrypted: Vec<u8>,
    clear: Vec<u8>,
}

impl Opener {
    fn open(&mut self, keyring: &Keyring, node: &WireNode<'_>) -> Option<(Facts, Content)> {
        let kind = NodeKind::from_wire(node.kind.0?)?;
        let size = node.size.0.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        let facts = Facts {
            handle: node.handle.handle()?,
            parent: node.parent.handle(),
            kind,
            size: if kind == NodeKind::File { size } else { 0 },
            uploaded: node.uploaded.0.unwrap_or(0),
        };
        let content = match kind {
            NodeKind::File | NodeKind::Folder => {
                self.unseal(keyring, kind, node.keys.as_str(), node.attributes.as_str())
            }
            NodeKind::Root | NodeKind::Inbox | NodeKind::Rubbish => Content::Nothing,
        };
        Some((facts, content))
    }

    fn unseal(&mut self, keyring: &Keyring, kind: NodeKind, keys: &str, attributes: &str) -> Content {
        let Self { encrypted, clear } = self;
        base64_decode_into(attributes, encrypted);
        let mut likeliest = None;
        let kind = if kind == NodeKind::File { KeyKind::File } else { KeyKind::Folder };
        for key in keyring.candidates(keys, kind) {
            if let Some(json) = decrypt_text(encrypted, key.attribute_key(), clear) {
                let plain = ClearAttributes::read_plain(json);
                let lenient = || Attributes::decrypt(encrypted, key.attribute_key()).map(|all| (&all).into());
                if let Some(attributes) = plain.or_else(lenient) {
                    return Content::Clear { key, attributes };
                }
            }
            likeliest.get_or_insert(key);
        }
        Content::Sealed {
            key: likeliest,
            sealed: Sealed { keys: keys.into(), attributes: attributes.into() },
        }
    }
}

/// Node texts that are opened together: some thousands of nodes, enough to keep all cores busy, little to hold.
const BATCH_BYTES: usize = 1 << 20;
