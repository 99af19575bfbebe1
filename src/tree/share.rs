//! Shares: which folders we give to others and get from them, under which keys, and what we may do where ([`Access`]).
//! Changes ask before they put anything anywhere. What a server says of shares is checked here where it can be.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Tree;
use super::store::Place;
use crate::api::channel::SharePacket;
use crate::api::listing::{PublicLink, ShareReceiver};
use crate::crypto::key::{MasterKey, ShareKey};
use crate::crypto::node_key::{Keyring, ShareKeySource, Trust};
use crate::crypto::rsa::PrivateKey;
use crate::handle::{NodeHandle, UserHandle};

/// What we may do in a folder, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Access {
    /// Look and download.
    Read,
    /// Also add.
    Write,
    /// Also rename, move and delete.
    Full,
    /// It is ours.
    Owner,
}

impl Access {
    /// Reads the wire's `r`; anything unknown is the least.
    pub(super) fn from_wire(number: Option<i64>) -> Self {
        match number {
            Some(1) => Self::Write,
            Some(2) => Self::Full,
            _ => Self::Read,
        }
    }

    /// Returns the wire's number; of what is ours that of the most that others can have.
    #[must_use]
    pub const fn to_wire(self) -> u8 {
        match self {
            Self::Read => 0,
            Self::Write => 1,
            Self::Full | Self::Owner => 2,
        }
    }
}

/// All that is known of shares.
#[derive(Clone, Default)]
pub(super) struct Shares {
    pub(super) keys: HashMap<NodeHandle, ShareKey>,
    /// Where they come from.
    pub(super) source: Trust,
    /// Folders that we share, with users or by folder link; with whom, and what they may do.
    pub(super) given: HashMap<NodeHandle, HashMap<ShareReceiver, Access>>,
    /// Files and folders with a public link.
    pub(super) linked: HashMap<NodeHandle, PublicLink>,
    /// Folders that others share with us.
    pub(super) inbound: HashMap<NodeHandle, Inbound>,
    pub(super) emails: HashMap<UserHandle, String>,
}

/// A folder that somebody shares with us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inbound {
    pub(super) sharer: UserHandle,
    pub(super) access: Access,
}

impl Shares {
    pub(super) fn is_given(&self, handle: NodeHandle) -> bool {
        self.given.contains_key(&handle) || self.linked.contains_key(&handle)
    }

    /// What is known of those of these nodes that others share with us.
    pub(super) fn inbound_among(
        &self,
        nodes: impl Iterator<Item = NodeHandle>,
    ) -> HashMap<NodeHandle, Inbound> {
        nodes.filter_map(|node| Some((node, *self.inbound.get(&node)?))).collect()
    }

    /// A folder whose new nodes others want to read: they need each node's key under the share's key.
    fn is_share(&self, handle: NodeHandle) -> bool {
        self.given.contains_key(&handle) || self.inbound.contains_key(&handle)
    }
}

impl Tree {
    /// Returns what we may do with a node and in it: what the nearest share above allows, all where there is none, and
    /// no more than looking where there is no such node.
    #[must_use]
    pub fn access(&self, handle: NodeHandle) -> Access {
        let Some(index) = self.store.index(handle) else { return Access::Read };
        let share =
            self.above(index).find_map(|above| self.shares.inbound.get(&self.store.record(above).handle));
        share.map_or(Access::Owner, |share| share.access)
    }

    /// Returns whether a node has a public link.
    #[must_use]
    pub fn is_linked(&self, handle: NodeHandle) -> bool {
        self.shares.linked.contains_key(&handle)
    }

    /// Returns the public link of a node.
    #[must_use]
    pub fn link(&self, handle: NodeHandle) -> Option<PublicLink> {
        self.shares.linked.get(&handle).copied()
    }

    /// Returns all nodes that have a public link and are there, in handle order.
    #[must_use]
    pub fn links(&self) -> Vec<(NodeHandle, PublicLink)> {
        let is_there = |(node, _): &(NodeHandle, PublicLink)| self.node(*node).is_some();
        let mut links: Vec<_> =
            self.shares.linked.iter().map(|(node, link)| (*node, *link)).filter(is_there).collect();
        links.sort_unstable_by_key(|(node, _)| *node);
        links
    }

    /// Returns the folders that we share and that are there, with whom and how, in handle order.
    #[must_use]
    pub fn given_shares(&self) -> Vec<(NodeHandle, ShareReceiver, Access)> {
        let each = self.shares.given.iter().filter(|(folder, _)| self.node(**folder).is_some());
        let mut shares: Vec<_> = each
            .flat_map(|(folder, to)| to.iter().map(|(receiver, access)| (*folder, *receiver, *access)))
            .collect();
        shares.sort_unstable_by_key(|(folder, _, access)| (*folder, *access));
        shares
    }

    /// Returns what a receiver may do in a folder that we share with them.
    #[must_use]
    pub fn given_to(&self, folder: NodeHandle, receiver: ShareReceiver) -> Option<Access> {
        self.shares.given.get(&folder)?.get(&receiver).copied()
    }

    /// Returns the key of a share, given or got.
    #[must_use]
    pub fn share_key(&self, folder: NodeHandle) -> Option<&ShareKey> {
        self.shares.keys.get(&folder)
    }

    /// Returns whether the account keeps its share keys in a store that only the official client writes (`^!keys`): no
    /// other key can be made known to it.
    #[must_use]
    pub fn keeps_share_keys(&self) -> bool {
        self.shares.source == Trust::Store
    }

    /// Returns the e-mail of a user that the account has to do with.
    #[must_use]
    pub fn email(&self, user: UserHandle) -> Option<&str> {
        self.shares.emails.get(&user).map(String::as_str).filter(|email| !email.is_empty())
    }

    /// Returns who has an e-mail, of the users that the account has to do with.
    #[must_use]
    pub fn user_with(&self, email: &str) -> Option<UserHandle> {
        let has = |known: &String| known.eq_ignore_ascii_case(email);
        self.shares.emails.iter().find(|(_, known)| has(known)).map(|(user, _)| *user)
    }

    /// Takes in that a public link was made, changed or removed.
    pub(super) fn take_link(&mut self, node: NodeHandle, link: Option<PublicLink>) {
        match link {
            Some(link) => {
                let known = self.shares.linked.get(&node).and_then(|known| known.handle);
                let handle = link.handle.or(known);
                self.shares.linked.insert(node, PublicLink { handle, ..link });
            }
            None => drop(self.shares.linked.remove(&node)),
        }
    }

    /// Takes in what our own command did to a share.
    pub(super) fn give_share(
        &mut self,
        folder: NodeHandle,
        key: ShareKey,
        receiver: ShareReceiver,
        access: Access,
    ) {
        self.shares.keys.entry(folder).or_insert(key);
        self.shares.given.entry(folder).or_default().insert(receiver, access);
    }

    /// Takes in that our own command ended a share; the key stays until the server says that it is gone.
    pub(super) fn end_share(&mut self, folder: NodeHandle, receiver: ShareReceiver) {
        let Some(receivers) = self.shares.given.get_mut(&folder) else { return };
        receivers.remove(&receiver);
        if receivers.is_empty() {
            self.shares.given.remove(&folder);
        }
    }

    /// Returns whether a folder is shared with others, or by folder link.
    #[must_use]
    pub fn is_given(&self, handle: NodeHandle) -> bool {
        self.shares.given.contains_key(&handle)
    }

    /// Makes the ring of the account's own keys and of all share keys that are known.
    #[must_use]
    pub fn keyring(&self, user: UserHandle, master: &MasterKey, private: Option<Arc<PrivateKey>>) -> Keyring {
        let source = match self.shares.source {
            Trust::Listing => ShareKeySource::Listing,
            Trust::Store => ShareKeySource::closed_store(),
        };
        let mut keyring = Keyring::new(user, master, private, source);
        for (folder, key) in &self.shares.keys {
            keyring.add_share_key(*folder, key.clone());
        }
        keyring
    }

    /// Returns who owns a node, where that is somebody else: the sharer of the share that it is in.
    #[must_use]
    pub fn owner(&self, handle: NodeHandle) -> Option<UserHandle> {
        let share = self.ancestors(handle).find_map(|node| self.shares.inbound.get(&node.handle()));
        share.map(|share| share.sharer)
    }

    /// Returns the share keys of the node and of all above it, for the `cr` of whatever is put there.
    #[must_use]
    pub fn share_keys_above(&self, handle: NodeHandle) -> Vec<(NodeHandle, ShareKey)> {
        let handles = self.ancestors(handle).map(|node| node.handle());
        handles.filter_map(|above| Some((above, self.shares.keys.get(&above)?.clone()))).collect()
    }

    /// Returns whether a share above has no key known to us: others could not read what we put there.
    #[must_use]
    pub fn has_unknown_share_above(&self, handle: NodeHandle) -> bool {
        self.ancestors(handle)
            .any(|node| self.shares.is_share(node.handle()) && !self.shares.keys.contains_key(&node.handle()))
    }

    /// Forgets that folders in our own places are shared with us by others, which nobody can do, and returns them: keys
    /// that came for it must be forgotten too. A server that lies could make a folder of ours such a "share" under a key
    /// that it knows: whatever is put there next would carry its own key under that one.
    pub(super) fn forget_shares_of_own_folders(&mut self) -> HashSet<NodeHandle> {
        let is_ours = |handle: NodeHandle| {
            let top = self.store.index(handle).and_then(|index| self.above(index).last());
            top.is_some_and(|top| self.store.record(top).place == Place::Root)
        };
        let claimed: HashSet<NodeHandle> =
            self.shares.inbound.keys().copied().filter(|&handle| is_ours(handle)).collect();
        self.shares.inbound.retain(|handle, _| !claimed.contains(handle));
        claimed
    }

    /// Takes in that a share began, changed or ended.
    pub(super) fn take_share(&mut self, keyring: &mut Keyring, share: &SharePacket) {
        let (node, own) = (share.node, keyring.own());
        match (share.owner, share.receiver) {
            (Some(owner), _) if Some(owner) == own => self.take_given_share(keyring, share),
            (Some(sharer), Some(ShareReceiver::User(user))) if Some(user) == own => match share.access {
                Some(access) => {
                    let access = Access::from_wire(Some(access));
                    self.shares.inbound.insert(node, Inbound { sharer, access });
                    let is_keyed = keyring.take_inbound_share(node, &share.key)
                        || keyring.take_waiting_share(node, sharer);
                    self.place_again(node);
                    let keyed = [node];
                    self.refuse_shares_of_own_folders(keyring, if is_keyed { &keyed } else { &[] });
                }
                None => self.lose_share(keyring, node),
            },
            (None, None) => drop(keyring.take_inbound_share(node, &share.key)),
            (Some(_), _) | (None, Some(_)) => {} // somebody else's
        }
    }

    fn take_given_share(&mut self, keyring: &mut Keyring, share: &SharePacket) {
        let (key, proof) = &share.own_key;
        if share.access.is_some() {
            keyring.take_outgoing_share(share.node, key, proof);
            let receivers = self.shares.given.entry(share.node).or_default();
            receivers
                .insert(share.receiver.unwrap_or(ShareReceiver::Unnamed), Access::from_wire(share.access));
            receivers.retain(|receiver, _| Some(*receiver) != share.upgrades);
            return;
        }
        let Some(receivers) = self.shares.given.get_mut(&share.node) else { return };
        receivers.retain(|receiver, _| Some(*receiver) != share.receiver);
        if receivers.is_empty() {
            self.shares.given.remove(&share.node);
            keyring.forget_untrusted(share.node);
        }
    }

    /// A folder is not shared with us any more: it goes, but for one that we see in another share.
    fn lose_share(&mut self, keyring: &mut Keyring, node: NodeHandle) {
        if self.shares.inbound.remove(&node).is_none() {
            return;
        }
        keyring.forget_untrusted(node);
        match self.store.index(node).map(|index| self.store.record(index).place) {
            Some(Place::InShare | Place::Orphan) => self.remove_handle(node),
            Some(Place::Child | Place::Version | Place::Root | Place::Nowhere) | None => {}
        }
    }

    fn place_again(&mut self, node: NodeHandle) {
        if let Some(index) = self.store.index(node) {
            self.detach(index);
            self.attach(index);
        }
    }

    /// Returns the e-mail of whoever shares the top of an incoming share with us.
    #[must_use]
    pub fn sharer(&self, top: NodeHandle) -> Option<&str> {
        let inbound = self.shares.inbound.get(&top)?;
        self.shares.emails.get(&inbound.sharer).map(String::as_str)
    }
}
