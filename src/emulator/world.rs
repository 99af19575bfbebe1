//! Everything the server knows, and who may see what of it. The commands work on it under one lock; it makes no
//! answers and no packets itself.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::account::{Account, Session};
use super::content::{Content, ContentId, Store};
use super::feed::Packet;
use super::node::{KeyFor, Node, NodeKind};
use super::refusal::Refusal;
use super::replay::Replays;
use super::share::{Access, Link, Share};
use super::table::Table;
use super::thumbnail::Thumbnails;
use super::upload::Upload;
use crate::crypto::key::random;
use crate::handle::{NodeHandle, UserHandle, base64_encode};

/// All accounts, trees, shares, links and contents of one server.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) accounts: Table<UserHandle, Account>,
    /// By the text of `sid`.
    pub(crate) sessions: Table<String, Session>,
    pub(crate) nodes: Table<NodeHandle, Node>,
    /// By the folder that is shared.
    pub(crate) shares: Table<NodeHandle, Share>,
    /// By public handle.
    pub(crate) links: Table<NodeHandle, Link>,
    pub(crate) contents: Table<ContentId, KeptContent>,
    /// By position in the feed.
    pub(crate) packets: Table<u64, Packet>,
    pub(crate) counters: Counters,
    pub(crate) store: Store,
    /// By the last part of their URL; gone after a restart.
    pub(crate) uploads: HashMap<String, Upload>,
    /// By completion token.
    pub(crate) finished: HashMap<String, FinishedUpload>,
    /// By the last part of their URL.
    pub(crate) downloads: HashMap<String, Download>,
    pub(crate) thumbnails: Thumbnails,
    /// Bytes of the files of accounts that have been asked about: added up once, then kept up.
    used: HashMap<UserHandle, u64>,
    pub(crate) replays: Replays,
    /// Tag of the command that is being carried out, and who has been told it.
    pub(crate) tagging: super::feed::Tagging,
    /// Handles are drawn from a fixed row while this is set, so that the sample account is the same each time.
    pub(crate) fixed_handles: Option<u64>,
    /// The next session id begins with a zero byte, as one in 256 does.
    pub(crate) zero_session: bool,
    /// Files of so many bytes or more are given in six parts to clients that understand that.
    pub(crate) parts_from: Option<u64>,
}

/// Numbers that only grow, and the server's identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Counters {
    /// First half of every event position, so that one of another server is not mistaken for ours.
    pub(crate) epoch: u32,
    /// Position of the newest packet.
    pub(crate) sequence: u64,
    /// Oldest position that can still be asked for.
    pub(crate) oldest: u64,
    /// Number of the newest sequence tag.
    pub(crate) tag: u64,
    /// Number of the newest content.
    pub(crate) content: u64,
}

/// A content and how many nodes have it.
pub(crate) struct KeptContent {
    pub(crate) content: Content,
    pub(crate) uses: u32,
}

/// Bytes that are all there, waiting for the `p` that makes a node of them.
#[derive(Clone, Copy)]
pub(crate) struct FinishedUpload {
    pub(crate) content: ContentId,
    pub(crate) size: u64,
}

/// What a download URL stands for.
#[derive(Clone, Copy)]
pub(crate) struct Download {
    pub(crate) content: ContentId,
    /// Whose transfer allowance it uses.
    pub(crate) payer: UserHandle,
    /// The file is given in six parts, not as a whole.
    pub(crate) in_parts: bool,
    pub(crate) expires: Instant,
}

/// Who sends a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Somebody without a session.
    Nobody,
    /// A session, by the text of its id.
    User { sid: String, user: UserHandle },
    /// A visitor of a folder link, who may be logged in as well.
    Link { link: NodeHandle, writes: bool, user: Option<UserHandle> },
}

/// Who reads nodes and packets: decides which keys and which part of the tree there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Viewer {
    /// A user, in any session.
    User(UserHandle),
    /// The visitors of a folder link.
    Link(NodeHandle),
}

impl Default for Counters {
    fn default() -> Self {
        Self { epoch: u32::from_be_bytes(random()), sequence: 0, oldest: 0, tag: 0, content: 0 }
    }
}

impl Caller {
    /// Who that is for the tree and the event channel; `None` for nobody.
    pub(crate) const fn viewer(&self) -> Option<Viewer> {
        match self {
            Self::Nobody => None,
            Self::User { user, .. } => Some(Viewer::User(*user)),
            Self::Link { link, .. } => Some(Viewer::Link(*link)),
        }
    }

    /// The user who is logged in.
    pub(crate) const fn user(&self) -> Option<UserHandle> {
        match self {
            Self::Nobody => None,
            Self::User { user, .. } => Some(*user),
            Self::Link { user, .. } => *user,
        }
    }
}

impl World {
    /// The node and those above it, up to a root.
    pub(crate) fn ancestry(&self, handle: NodeHandle) -> impl Iterator<Item = (NodeHandle, &Node)> {
        let node = |handle: NodeHandle| self.nodes.get(&handle).map(|node| (handle, node));
        std::iter::successors(node(handle), move |(_, below)| below.parent.and_then(node))
    }

    /// What `viewer` may do with a node; `None` when it cannot even be seen.
    pub(crate) fn access(&self, viewer: Viewer, handle: NodeHandle) -> Option<Access> {
        match viewer {
            Viewer::User(user) => {
                if self.nodes.get(&handle)?.owner == user {
                    return Some(Access::Owner);
                }
                self.ancestry(handle)
                    .filter_map(|(above, _)| self.shares.get(&above)?.members.get(&user))
                    .map(|membership| membership.access)
                    .max()
            }
            Viewer::Link(link) => {
                let root = self.links.get(&link)?.node;
                self.ancestry(handle).any(|(above, _)| above == root).then_some(Access::Read)
            }
        }
    }

    /// Looks a node up for a caller who needs at least `needed` of it: −9 unless it can be seen, −11 unless allowed.
    pub(crate) fn permitted(
        &self,
        caller: &Caller,
        handle: NodeHandle,
        needed: Access,
    ) -> Result<&Node, Refusal> {
        let node = self.nodes.get(&handle).ok_or(Refusal::NotFound)?;
        let viewer = caller.viewer().ok_or(Refusal::Access)?;
        let mut access = self.access(viewer, handle);
        if let Caller::Link { writes, user, .. } = caller {
            if *writes && access.is_some() {
                access = Some(Access::Full);
            }
            // Somebody who is logged in and looks at a link still has what is theirs.
            access = access.max(user.and_then(|user| self.access(Viewer::User(user), handle)));
        }
        match access {
            None => Err(Refusal::NotFound),
            Some(access) if access < needed => Err(Refusal::Access),
            Some(_) => Ok(node),
        }
    }

    /// Everybody who sees a node.
    pub(crate) fn viewers(&self, handle: NodeHandle) -> Vec<Viewer> {
        let mut viewers = Vec::new();
        for (above, node) in self.ancestry(handle) {
            viewers.push(Viewer::User(node.owner));
            if let Some(share) = self.shares.get(&above) {
                viewers.extend(share.members.keys().map(|user| Viewer::User(*user)));
            }
            let links = self.links.iter().filter(|(_, link)| link.node == above);
            viewers
                .extend(links.filter(|_| node.kind == NodeKind::Folder).map(|(link, _)| Viewer::Link(*link)));
        }
        viewers.sort_unstable();
        viewers.dedup();
        viewers
    }

    /// The node and all below it, each before what it holds.
    pub(crate) fn subtree(&self, top: NodeHandle) -> Vec<NodeHandle> {
        let mut all = Vec::new();
        let mut next = vec![top];
        while let Some(handle) = next.pop() {
            let Some(node) = self.nodes.get(&handle) else { continue };
            all.push(handle);
            next.extend(node.children.iter().rev());
        }
        all
    }

    /// Whether the node is an old version: its parent is a file.
    pub(crate) fn is_version(&self, node: &Node) -> bool {
        node.parent
            .and_then(|parent| self.nodes.get(&parent))
            .is_some_and(|parent| !parent.kind.is_container())
    }

    /// Adds a node to the tree and counts the use of its content.
    pub(crate) fn add_node(&mut self, handle: NodeHandle, node: Node) {
        if let NodeKind::File { content, .. } = node.kind
            && let Some(kept) = self.contents.edit(&content)
        {
            kept.uses += 1;
        }
        if let Some(parent) = node.parent.and_then(|parent| self.nodes.edit(&parent)) {
            parent.children.insert(handle);
        }
        if let Some(used) = self.used.get_mut(&node.owner) {
            *used = used.saturating_add(node.kind.size());
        }
        self.nodes.insert(handle, node);
    }

    /// Hangs a node below another one.
    pub(crate) fn reparent(&mut self, handle: NodeHandle, to: NodeHandle) {
        let old = self.nodes.get(&handle).and_then(|node| node.parent);
        if let Some(old) = old.and_then(|old| self.nodes.edit(&old)) {
            old.children.remove(&handle);
        }
        if let Some(node) = self.nodes.edit(&handle) {
            node.parent = Some(to);
        }
        if let Some(new) = self.nodes.edit(&to) {
            new.children.insert(handle);
        }
    }

    /// Removes a node and all below it with their shares and links; contents that nobody has any more go too.
    pub(crate) fn remove_subtree(&mut self, top: NodeHandle) {
        for handle in self.subtree(top).into_iter().rev() {
            self.remove_single(handle);
        }
    }

    /// Removes one node that holds nothing (any more).
    pub(crate) fn remove_single(&mut self, handle: NodeHandle) {
        let Some(node) = self.nodes.remove(&handle) else { return };
        if let Some(used) = self.used.get_mut(&node.owner) {
            *used = used.saturating_sub(node.kind.size());
        }
        if let Some(parent) = node.parent.and_then(|parent| self.nodes.edit(&parent)) {
            parent.children.remove(&handle);
        }
        self.shares.remove(&handle);
        let links: Vec<NodeHandle> =
            self.links.iter().filter(|(_, link)| link.node == handle).map(|(link, _)| *link).collect();
        for link in links {
            self.links.remove(&link);
        }
        if let NodeKind::File { content, .. } = node.kind
            && let Some(kept) = self.contents.edit(&content)
        {
            kept.uses = kept.uses.saturating_sub(1);
            if kept.uses == 0
                && let Some(kept) = self.contents.remove(&content)
            {
                kept.content.forget();
            }
        }
    }

    /// Keeps a content that no node has yet.
    pub(crate) fn keep(&mut self, id: ContentId, content: Content) {
        self.contents.insert(id, KeptContent { content, uses: 0 });
    }

    /// Draws a number for a new content.
    pub(crate) fn next_content(&mut self) -> ContentId {
        self.counters.content += 1;
        ContentId(self.counters.content)
    }

    /// Draws a handle that no node and no link has.
    pub(crate) fn next_handle(&mut self) -> NodeHandle {
        loop {
            let handle = match &mut self.fixed_handles {
                None => NodeHandle::from_bytes(random()),
                Some(count) => {
                    *count += 1;
                    let mut block = [0; 16];
                    block[8..].copy_from_slice(&count.to_be_bytes());
                    crate::crypto::key::ecb_encrypt(&[0x2a; 16], &mut block);
                    NodeHandle::from_bytes(std::array::from_fn(|index| block[index]))
                }
            };
            if self.nodes.get(&handle).is_none() && self.links.get(&handle).is_none() {
                return handle;
            }
        }
    }

    /// Bytes that an account's files take, versions and rubbish included.
    pub(crate) fn storage_used(&mut self, owner: UserHandle) -> u64 {
        let nodes = &self.nodes;
        let sum = || nodes.iter().map(|(_, node)| node).filter(|node| node.owner == owner);
        *self.used.entry(owner).or_insert_with(|| sum().map(|node| node.kind.size()).sum())
    }

    /// −17 unless `more` bytes still fit into the account.
    pub(crate) fn check_storage(&mut self, owner: UserHandle, more: u64) -> Result<(), Refusal> {
        let allowance = self.accounts.get(&owner).map_or(0, |account| account.storage);
        match self.storage_used(owner).checked_add(more) {
            Some(needed) if needed <= allowance => Ok(()),
            _ => Err(Refusal::OverQuota),
        }
    }

    /// The account with this e-mail address.
    pub(crate) fn account_of(&self, email: &str) -> Option<(UserHandle, &Account)> {
        let email = email.trim().to_lowercase();
        self.accounts
            .iter()
            .find(|(_, account)| account.email == email)
            .map(|(user, account)| (*user, account))
    }

    /// The user by handle or e-mail address, as commands name users.
    pub(crate) fn user_named(&self, name: &str) -> Option<UserHandle> {
        let by_handle = name.parse().ok().filter(|user| self.accounts.get(user).is_some());
        by_handle.or_else(|| self.account_of(name).map(|(user, _)| user))
    }

    /// Whether a share's key is one that `viewer` may have.
    pub(crate) fn sees_share(&self, viewer: Viewer, folder: NodeHandle) -> bool {
        match viewer {
            Viewer::User(user) => self
                .shares
                .get(&folder)
                .is_some_and(|share| share.owner == user || share.members.contains_key(&user)),
            Viewer::Link(link) => self.links.get(&link).is_some_and(|link| link.node == folder),
        }
    }

    /// The key parts of a node that `viewer` gets; the first of all when none is meant for them.
    pub(crate) fn key_parts<'a>(&self, node: &'a Node, viewer: Viewer) -> Vec<&'a (KeyFor, Box<str>)> {
        let meant = |part: &&(KeyFor, Box<str>)| match part.0 {
            KeyFor::User(user) => viewer == Viewer::User(user),
            KeyFor::Share(folder) => self.sees_share(viewer, folder),
        };
        let parts: Vec<_> = node.keys.iter().filter(meant).collect();
        if parts.is_empty() { node.keys.iter().take(1).collect() } else { parts }
    }

    /// Draws a secret for the end of a URL.
    pub(crate) fn next_token() -> String {
        base64_encode(&random::<15>())
    }
}

/// The time by the wall clock, Unix seconds.
pub(crate) fn unix_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
