//! How the tree follows what happens in the account ([`Tree::follow`]): action packets in their order. The answers to our
//! own commands tell the same earlier or later: `own` has them.

use std::collections::HashSet;

use rayon::prelude::*;
use serde_json::value::RawValue;

use super::Tree;
use super::build::{open, unseal};
use super::content::{ClearAttributes, Content, Sealed};
use super::node::NodeKind;
use super::share::{Access, Inbound};
use super::store::Index;
use crate::api::channel::{Action, News, Packet};
use crate::api::listing::WireNode;
use crate::crypto::attributes::Attributes;
use crate::crypto::node_key::Keyring;
use crate::handle::{NodeHandle, base64_decode};

impl Tree {
    /// Takes in news, which must begin where this tree stands; returns whether they do. Others are of no use: they were
    /// taken in already, or belong to another listing.
    ///
    /// `keyring` has the account's own keys and the share keys that are known. `commands` says how many commands of ours the
    /// server had by the time of what a cause brought: our commands reach it in their order, so of our own causes that is
    /// known; of all else it is how many were sent by now.
    pub fn follow(
        &mut self,
        mut keyring: Keyring,
        news: &News,
        commands: impl Fn(Option<&str>) -> u64,
    ) -> bool {
        if news.from != self.sequence {
            return false;
        }
        // Keys may come after the shares that they are of.
        for (folder, share) in &self.shares.inbound {
            keyring.take_waiting_share(*folder, share.sharer);
        }
        for Action { cause, packet } in &news.packets {
            if let Some(cause) = cause {
                self.causes.note(cause);
            }
            self.take_packet(&mut keyring, packet, commands(cause.as_deref()));
        }
        if keyring.share_keys().any(|(folder, key)| self.shares.keys.get(&folder) != Some(key)) {
            self.retry_sealed(&keyring);
        }
        self.shares.keys = keyring.share_keys().map(|(folder, key)| (folder, key.clone())).collect();
        self.shares.source = keyring.trust();
        self.stay_ahead();
        self.sequence.clone_from(&news.to);
        true
    }

    /// Returns whether what is to come can be understood from the nodes alone: no node is between the two halves of its
    /// move, and none was removed that the channel has yet to tell of.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.departing.is_none() && self.removed_ahead.is_empty()
    }

    fn take_packet(&mut self, keyring: &mut Keyring, packet: &Packet, commands: u64) {
        match packet {
            Packet::Nodes { nodes, users } => {
                self.shares.emails.extend(users.iter().map(|user| (user.handle, user.email.clone())));
                for node in self.take_nodes(keyring, nodes) {
                    self.told.note(node, commands);
                }
            }
            Packet::Removed { node, moves } => {
                self.settle_departing(&HashSet::new());
                match moves {
                    true => self.departing = Some(*node),
                    false => self.remove_handle(*node),
                }
            }
            Packet::Attributes { node, attributes, uploaded } => {
                self.told.note(*node, commands);
                self.take_attributes(*node, attributes, *uploaded);
            }
            Packet::Share(share) => {
                self.told.note(share.node, commands);
                self.take_share(keyring, share);
            }
            Packet::Link { node, link } => {
                self.told.note(*node, commands);
                self.take_link(*node, *link);
            }
            Packet::Users(users) => {
                self.shares.emails.extend(users.iter().map(|user| (user.handle, user.email.clone())));
            }
            Packet::KeyStore | Packet::Quota => {}
        }
    }

    /// A node that was said to move, and is not among those that came, is gone.
    fn settle_departing(&mut self, come: &HashSet<NodeHandle>) {
        if let Some(node) = self.departing.take().filter(|node| !come.contains(node)) {
            self.remove_handle(node);
        }
    }

    /// Takes in nodes, new or known, and returns which.
    fn take_nodes(&mut self, keyring: &mut Keyring, texts: &[Box<RawValue>]) -> Vec<NodeHandle> {
        let nodes: Vec<WireNode<'_>> =
            texts.par_iter().filter_map(|text| WireNode::parse(text.get().as_bytes())).collect();
        self.settle_departing(&nodes.iter().filter_map(|node| node.handle.handle()).collect());
        let (mut shared, mut keyed) = (false, Vec::new());
        for node in &nodes {
            let (Some(handle), Ok(owner)) = (node.handle.handle(), node.sharer.as_str().parse()) else {
                continue;
            };
            shared = true;
            let access = Access::from_wire(node.access.0);
            self.shares.inbound.insert(handle, Inbound { sharer: owner, access });
            if keyring.take_inbound_share(handle, node.share_key.as_str()) {
                keyed.push(handle);
            }
        }
        let ring = &*keyring;
        let opened: Vec<_> = nodes.into_par_iter().filter_map(|node| open(ring, &node)).collect();
        let handles = opened.iter().map(|(facts, _)| facts.handle).collect();
        let is_bulk = opened.len() > BULK;
        for (facts, content) in opened {
            if is_bulk {
                if let Some(index) = self.store.put(facts) {
                    self.store.set_content(index, content);
                }
            } else {
                self.upsert(facts, content);
            }
        }
        if is_bulk {
            self.place_all();
        }
        if shared {
            self.refuse_shares_of_own_folders(keyring, &keyed);
        }
        handles
    }

    pub(super) fn refuse_shares_of_own_folders(&mut self, keyring: &mut Keyring, keyed: &[NodeHandle]) {
        let claimed = self.forget_shares_of_own_folders();
        keyed.iter().filter(|handle| claimed.contains(handle)).for_each(|handle| keyring.forget(*handle));
    }

    /// Removes a node with all below it, and what waits below a node that is gone already.
    pub(super) fn remove_handle(&mut self, handle: NodeHandle) {
        if let Some(index) = self.store.index(handle) {
            self.remove(index);
        }
        let gone = self.removed_ahead.remove(&handle).unwrap_or_else(|| HashSet::from([handle]));
        let waits = |index: &Index| {
            let parent = self.store.record(*index).parent;
            parent.is_some_and(|parent| gone.contains(&parent))
        };
        for index in self.tops.orphans.iter().copied().filter(waits).collect::<Vec<_>>() {
            self.remove(index);
        }
    }

    fn take_attributes(&mut self, handle: NodeHandle, text: &str, uploaded: Option<i64>) {
        let Some(index) = self.store.index(handle) else { return };
        if let Some(uploaded) = uploaded {
            self.store.record_mut(index).uploaded = uploaded;
        }
        if !matches!(self.store.record(index).kind, NodeKind::File | NodeKind::Folder) {
            return;
        }
        let key = self.store.key(index);
        let opened =
            key.as_ref().and_then(|key| Attributes::decrypt(&base64_decode(text), key.attribute_key()));
        let content = match (key, opened) {
            (Some(key), Some(attributes)) => {
                Content::Clear { key, attributes: ClearAttributes::from(&attributes) }
            }
            (key, _) => {
                let keys = self.store.sealed_keys(index).unwrap_or_default().into();
                Content::Sealed { key, sealed: Sealed { keys, attributes: text.into() } }
            }
        };
        self.store.set_content(index, content);
    }

    /// Tries what could not be decrypted with the keys that are known now.
    pub(super) fn retry_sealed(&mut self, keyring: &Keyring) {
        let sealed: Vec<(Index, Sealed)> =
            self.store.sealed().map(|(index, sealed)| (index, sealed.clone())).collect();
        let store = &self.store;
        let opened: Vec<(Index, Content)> = sealed
            .into_par_iter()
            .filter(|(_, sealed)| !sealed.keys.is_empty())
            .map(|(index, sealed)| {
                (index, unseal(keyring, store.record(index).kind, &sealed.keys, &sealed.attributes))
            })
            .collect();
        for (index, content) in opened {
            self.store.set_content(index, content);
        }
    }
}

/// So many nodes in one packet are placed together.
const BULK: usize = 2000;
