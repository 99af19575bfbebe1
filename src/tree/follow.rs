//! How the tree follows what happens in the account ([`Tree::follow`]): action packets in their order, and beside them
//! the answers to our own commands ([`OwnUpdate`]), which tell the same earlier or later.
//!
//! The channel has the last word. Each of our commands carries an id that its packets bring back: an answer that comes
//! before them is taken in at once and told again by the channel; one that comes after them is old and passed over, and so
//! is one to a command that was sent before this very listing came, or before the channel told of the same node: either
//! that has it, or the channel will tell. So any order of all these ends in the tree that the server has.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::value::RawValue;

use super::Tree;
use super::build::{open, unseal};
use super::content::{ClearAttributes, Content, Sealed};
use super::node::NodeKind;
use super::share::{Access, Inbound};
use super::store::Index;
use super::update::NodeUpdate;
use crate::api::channel::{Action, News, Packet};
use crate::api::listing::WireNode;
use crate::crypto::attributes::Attributes;
use crate::crypto::node_key::Keyring;
use crate::handle::{NodeHandle, base64_decode};

/// What a command of ours did, as its answer says.
#[derive(Clone, Debug)]
pub struct OwnUpdate {
    /// What it did.
    pub update: NodeUpdate,
    /// Which command.
    pub cause: Cause,
}

/// Tells a command of ours from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The id that it carries, and that its packets bring back.
    pub id: Box<str>,
    /// Which of the session's commands it is, counted from 0.
    pub number: u64,
}

/// Ids of commands that were heard of lately; those before them are forgotten.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentCauses(VecDeque<Arc<str>>);

impl RecentCauses {
    /// Notes one.
    pub(crate) fn note(&mut self, cause: &str) {
        if self.0.back().is_some_and(|last| &**last == cause) {
            return;
        }
        if self.0.len() == CAUSES_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(cause.into());
    }

    /// Returns whether it was noted lately.
    pub(crate) fn has(&self, cause: &str) -> bool {
        self.0.iter().rev().any(|known| &**known == cause)
    }
}

/// Commands of ours that were answered lately, each with how many of ours were sent by then: the later ones came after it.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentAnswers(VecDeque<(Arc<str>, u64)>);

impl RecentAnswers {
    fn note(&mut self, cause: &str, commands: u64) {
        if self.0.back().is_some_and(|(last, _)| &**last == cause) {
            return;
        }
        if self.0.len() == CAUSES_KEPT {
            self.0.pop_front();
        }
        self.0.push_back((cause.into(), commands));
    }

    fn commands_by(&self, cause: &str) -> Option<u64> {
        self.0.iter().rev().find(|(known, _)| &**known == cause).map(|(_, commands)| *commands)
    }
}

/// Nodes that the channel told of lately, each with how many commands of ours were sent by the time that it is of.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentNodes {
    nodes: VecDeque<(NodeHandle, u64)>,
    /// The highest number of those that are forgotten.
    forgotten: u64,
}

impl RecentNodes {
    fn note(&mut self, node: NodeHandle, commands: u64) {
        if self.nodes.len() == NODES_KEPT
            && let Some((_, commands)) = self.nodes.pop_front()
        {
            self.forgotten = self.forgotten.max(commands);
        }
        self.nodes.push_back((node, commands));
    }

    /// Whether it may have been told of after the server did that command.
    fn has_since(&self, node: NodeHandle, command: u64) -> bool {
        command < self.forgotten || self.nodes.iter().any(|&(known, by)| known == node && command < by)
    }
}

impl Tree {
    /// Takes in what our own command did, unless it is old.
    pub fn apply_own(&mut self, own: OwnUpdate) {
        if self.is_old(&own) {
            return;
        }
        if let (NodeUpdate::Removed(node), false) = (&own.update, self.sequence.is_empty()) {
            self.note_removed_ahead(*node);
        }
        self.apply(own.update);
    }

    /// The channel has yet to tell what came into a folder before we removed it, and then of that folder only: what is to go
    /// with it has to be known by then.
    fn note_removed_ahead(&mut self, node: NodeHandle) {
        if let Some(index) = self.store.index(node) {
            let below = self.below(index).into_iter().map(|index| self.store.record(index).handle).collect();
            self.removed_ahead.insert(node, below);
        }
    }

    /// Returns whether the listing or the channel has told, or is about to tell, what a command of ours did, or what came
    /// of it since. A command that found its work done is never told: its answer must not undo what came later.
    #[must_use]
    pub fn is_old(&self, own: &OwnUpdate) -> bool {
        let OwnUpdate { update, cause: Cause { id, number } } = own;
        let is_told_since = match update {
            NodeUpdate::Moved(node, _)
            | NodeUpdate::Attributes(node, _)
            | NodeUpdate::Linked(node, _)
            | NodeUpdate::Shared(node, ..)
            | NodeUpdate::Unshared(node, _) => self.told.has_since(*node, *number),
            NodeUpdate::Put(_) | NodeUpdate::Removed(_) | NodeUpdate::Known(..) => false,
        };
        let is_followed = !self.sequence.is_empty();
        is_followed && (*number < self.own_since || self.causes.has(id) || is_told_since)
    }

    /// Notes that a command of ours was answered by the time that so many of ours were sent. What the channel tells of it
    /// is older than what the answers to all later ones say.
    pub fn note_answer(&mut self, cause: &Cause, commands: u64) {
        self.answers.note(&cause.id, commands);
    }

    /// Notes that this listing came after so many commands of ours were sent.
    pub fn came_after(&mut self, commands: u64) {
        self.own_since = commands;
    }

    /// Takes in news, which must begin where this tree stands; returns whether they do. Others are of no use: they were
    /// taken in already, or belong to another listing.
    ///
    /// `keyring` has the account's own keys and the share keys that are known; so many `commands` of ours were sent by now.
    pub fn follow(&mut self, mut keyring: Keyring, news: &News, commands: u64) -> bool {
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
            let by = cause.as_ref().and_then(|cause| self.answers.commands_by(cause));
            self.take_packet(&mut keyring, packet, by.unwrap_or(commands));
        }
        if keyring.share_keys().any(|(folder, key)| self.shares.keys.get(&folder) != Some(key)) {
            self.retry_sealed(&keyring);
        }
        self.shares.keys = keyring.share_keys().map(|(folder, key)| (folder, key.clone())).collect();
        self.shares.source = keyring.trust();
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

/// Ids that are remembered: far more commands than are ever on their way at once.
const CAUSES_KEPT: usize = 4096;

/// Nodes that are remembered: what the packets of one answer tell of, as a rule.
const NODES_KEPT: usize = 4096;

/// So many nodes in one packet are placed together.
const BULK: usize = 2000;
