//! Shares: which folders we give to others and get from them, under which keys, and what we may do where ([`Access`]).
//! Changes ask before they put anything anywhere. What a server says of shares is checked here where it can be.

use std::collections::{HashMap, HashSet};

use super::Tree;
use super::store::Place;
use crate::crypto::key::ShareKey;
use crate::handle::{NodeHandle, UserHandle};

/// What we may do in a folder, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
}

/// All that is known of shares.
#[derive(Clone, Default)]
pub(super) struct Shares {
    pub(super) keys: HashMap<NodeHandle, ShareKey>,
    /// Folders that we share with users or by folder link.
    pub(super) given: HashSet<NodeHandle>,
    /// Files and folders with a public link.
    pub(super) linked: HashSet<NodeHandle>,
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
        self.given.contains(&handle) || self.linked.contains(&handle)
    }

    /// A folder whose new nodes others want to read: they need each node's key under the share's key.
    fn is_share(&self, handle: NodeHandle) -> bool {
        self.given.contains(&handle) || self.inbound.contains_key(&handle)
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
        self.shares.linked.contains(&handle)
    }

    /// Returns whether a folder is shared with others, or by folder link.
    #[must_use]
    pub fn is_given(&self, handle: NodeHandle) -> bool {
        self.shares.given.contains(&handle)
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

    /// Forgets that folders in our own places are shared with us by others, which nobody can do, with the keys that came
    /// for it. A server that lies could make a folder of ours such a "share" under a key that it knows: whatever is put
    /// there next would carry its own key under that one.
    pub(super) fn forget_shares_of_own_folders(&mut self, keys_from_listing: &[NodeHandle]) {
        let is_ours = |handle: NodeHandle| {
            let top = self.store.index(handle).and_then(|index| self.above(index).last());
            top.is_some_and(|top| self.store.record(top).place == Place::Root)
        };
        let claimed: HashSet<NodeHandle> =
            self.shares.inbound.keys().copied().filter(|&handle| is_ours(handle)).collect();
        self.shares.inbound.retain(|handle, _| !claimed.contains(handle));
        for handle in keys_from_listing.iter().filter(|handle| claimed.contains(handle)) {
            self.shares.keys.remove(handle);
        }
    }

    /// Returns the e-mail of whoever shares the top of an incoming share with us.
    #[must_use]
    pub fn sharer(&self, top: NodeHandle) -> Option<&str> {
        let inbound = self.shares.inbound.get(&top)?;
        self.shares.emails.get(&inbound.sharer).map(String::as_str)
    }
}
