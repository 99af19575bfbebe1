//! The cloud's nodes in memory ([`Tree`]): who stands below whom, names, sizes, keys, shares. Made from a listing by
//! [`TreeBuilder`], kept up to date by [`Tree::follow`] and [`Tree::apply_own`]; session, worker and command line read it. It does no I/O and no
//! waiting, and nothing that a server sends makes it panic, loop or hide a node.

mod build;
mod content;
mod follow;
mod link;
mod node;
mod own;
mod path;
mod placement;
mod saved;
mod share;
mod store;
mod update;
mod usage;
mod walk;
mod words;

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
pub use build::{Glimpse, TreeBuilder};
pub use node::{Node, NodeKind};
pub(crate) use own::RecentCauses;
use own::{Ahead, RecentNodes};
pub use own::{Cause, OwnUpdate};
pub use path::PathError;
pub(crate) use path::nfc;
use placement::Tops;
pub use share::Access;
use share::Shares;
use store::{Index, Place, Store};
pub use update::{NodeUpdate, PutNode};
pub use usage::Usage;
pub use walk::{Step, TreeWalk};

/// All nodes of one account.
///
/// ```text
///  cloud drive    Photos/    2024/   a.jpg          children(2024) = a.jpg
///                                    └ a.jpg        versions(a.jpg) = the old one, never among children
///  inbox, rubbish bin                               inbox(), rubbish()
///  in-shares      top/ x/                           in_shares() = the tops
///  orphans        ?                                 orphans() = nodes whose parent never came
/// ```
#[derive(Clone, Default)]
pub struct Tree {
    store: Store,
    tops: Tops,
    shares: Shares,
    sequence: String,
    /// A node that was taken from its place, to be put elsewhere by the next packet.
    departing: Option<NodeHandle>,
    /// What our own commands removed, with all that was below, until the channel tells.
    removed_ahead: HashMap<NodeHandle, HashSet<NodeHandle>>,
    causes: RecentCauses,
    told: RecentNodes,
    ahead: Ahead,
    /// Of our own commands the first whose answer may be news.
    own_since: u64,
}

impl Tree {
    /// Returns a node.
    #[must_use]
    pub fn node(&self, handle: NodeHandle) -> Option<Node<'_>> {
        self.store.index(handle).map(|index| self.at(index))
    }

    /// Returns all nodes, old versions included, in no order.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        self.store.live_indices().map(|index| self.at(index))
    }

    /// Returns the cloud drive's root.
    #[must_use]
    pub fn root(&self) -> Option<NodeHandle> {
        self.root_of(NodeKind::Root)
    }

    /// Returns the rubbish bin.
    #[must_use]
    pub fn rubbish(&self) -> Option<NodeHandle> {
        self.root_of(NodeKind::Rubbish)
    }

    /// Returns the inbox (vault).
    #[must_use]
    pub fn inbox(&self) -> Option<NodeHandle> {
        self.root_of(NodeKind::Inbox)
    }

    fn root_of(&self, kind: NodeKind) -> Option<NodeHandle> {
        self.tops.roots[Tops::root_slot(kind)?].map(|index| self.store.record(index).handle)
    }

    /// Returns the tops of incoming shares, in handle order.
    #[must_use]
    pub fn in_shares(&self) -> Vec<NodeHandle> {
        self.handles(&self.tops.in_shares)
    }

    /// Returns the nodes whose parent is unknown or cannot hold them, in handle order.
    #[must_use]
    pub fn orphans(&self) -> Vec<NodeHandle> {
        self.handles(&self.tops.orphans)
    }

    /// Returns the node behind a folder of a pane; `None` for the made-up folders, and for roots that never came.
    #[must_use]
    pub fn folder_node(&self, folder: CloudFolder) -> Option<NodeHandle> {
        match folder {
            CloudFolder::Root => self.root(),
            CloudFolder::Rubbish => self.rubbish(),
            CloudFolder::Inbox => self.inbox(),
            CloudFolder::Node(handle) => Some(handle),
            CloudFolder::Shares | CloudFolder::Orphans => None,
        }
    }

    /// Returns what a folder of a pane holds, in handle order, old versions left out.
    pub fn contents(&self, folder: CloudFolder) -> impl Iterator<Item = Node<'_>> {
        self.content_indices(folder).iter().map(|&index| self.at(index))
    }

    fn content_indices(&self, folder: CloudFolder) -> &[Index] {
        match folder {
            CloudFolder::Shares => &self.tops.in_shares[..],
            CloudFolder::Orphans => &self.tops.orphans[..],
            CloudFolder::Root | CloudFolder::Rubbish | CloudFolder::Inbox | CloudFolder::Node(_) => {
                self.folder_node(folder).map(|handle| self.child_indices(handle)).unwrap_or_default()
            }
        }
    }

    /// Returns the children of a folder in handle order. A file has versions instead, and no children.
    pub fn children(&self, handle: NodeHandle) -> impl Iterator<Item = Node<'_>> {
        self.child_indices(handle).iter().map(|&index| self.at(index))
    }

    fn child_indices(&self, handle: NodeHandle) -> &[Index] {
        let folder =
            self.store.index(handle).filter(|&index| self.store.record(index).kind != NodeKind::File);
        folder
            .and_then(|index| self.store.branch(index))
            .map(|branch| &branch.children[..])
            .unwrap_or_default()
    }

    /// Returns the children with this name, in handle order. Names are compared in NFC.
    #[must_use]
    pub fn named(&self, parent: NodeHandle, name: &str) -> Vec<NodeHandle> {
        let wanted = nfc(name);
        let is_named = |node: &Node<'_>| node.name().is_some_and(|name| nfc(name) == wanted);
        self.children(parent).filter(is_named).map(|node| node.handle()).collect()
    }

    /// Returns the old versions of a file, the newest first.
    #[must_use]
    pub fn versions(&self, file: NodeHandle) -> Vec<NodeHandle> {
        let mut found = Vec::new();
        let mut waiting: Vec<Index> = Vec::new();
        let mut at = self.store.index(file).filter(|&index| self.store.record(index).kind == NodeKind::File);
        while let Some(index) = at {
            if let Some(branch) = self.store.branch(index) {
                let mut newest_last = branch.children.clone();
                newest_last.sort_by_key(|&version| self.store.record(version).uploaded);
                waiting.extend(newest_last);
            }
            at = waiting.pop();
            found.extend(at);
        }
        self.handles(&found)
    }

    /// Returns the old versions that stand right behind a file or a version: one, unless the server made several.
    #[must_use]
    pub fn versions_behind(&self, file: NodeHandle) -> Vec<NodeHandle> {
        let behind = self.store.index(file).and_then(|index| self.store.branch(index));
        behind.map(|branch| self.handles(&branch.children)).unwrap_or_default()
    }

    /// Returns the sums below a folder; of a file its own size and that of its versions.
    #[must_use]
    pub fn usage(&self, handle: NodeHandle) -> Usage {
        let Some(index) = self.store.index(handle) else { return Usage::default() };
        let below = self.store.branch(index).map(|branch| branch.usage).unwrap_or_default();
        let record = self.store.record(index);
        match record.kind {
            NodeKind::File => Usage { bytes: record.size, file_count: 1, ..below },
            NodeKind::Folder | NodeKind::Root | NodeKind::Inbox | NodeKind::Rubbish => below,
        }
    }

    /// Returns whether `inner` is `outer` or stands below it.
    #[must_use]
    pub fn is_inside(&self, inner: NodeHandle, outer: NodeHandle) -> bool {
        let (Some(inner), Some(outer)) = (self.store.index(inner), self.store.index(outer)) else {
            return false;
        };
        self.above(inner).any(|above| above == outer)
    }

    /// Returns the node, its parent, and so on up to the top of its place.
    pub fn ancestors(&self, handle: NodeHandle) -> impl Iterator<Item = Node<'_>> {
        self.store.index(handle).into_iter().flat_map(|index| self.above(index)).map(|index| self.at(index))
    }

    /// Returns the node and all below it, old versions included, parents first.
    pub fn subtree(&self, handle: NodeHandle) -> impl Iterator<Item = Node<'_>> {
        let indices = self.store.index(handle).map(|index| self.below(index)).unwrap_or_default();
        indices.into_iter().map(|index| self.at(index))
    }

    /// Returns the folder of a pane that shows the node; `None` for roots and for nodes that are not there. A version's
    /// folder is that of its file.
    #[must_use]
    pub fn folder_of(&self, handle: NodeHandle) -> Option<CloudFolder> {
        let shown = self
            .above(self.store.index(handle)?)
            .find(|&index| self.store.record(index).place != Place::Version)?;
        match self.store.record(shown).place {
            Place::InShare => Some(CloudFolder::Shares),
            Place::Orphan => Some(CloudFolder::Orphans),
            Place::Child => self.above(shown).nth(1).map(|parent| self.as_folder(parent)),
            Place::Root | Place::Version | Place::Nowhere => None,
        }
    }

    fn as_folder(&self, index: Index) -> CloudFolder {
        let record = self.store.record(index);
        match (record.place, record.kind) {
            (Place::Root, NodeKind::Root) => CloudFolder::Root,
            (Place::Root, NodeKind::Inbox) => CloudFolder::Inbox,
            (Place::Root, NodeKind::Rubbish) => CloudFolder::Rubbish,
            _ => CloudFolder::Node(record.handle),
        }
    }

    /// Returns the event position that this state corresponds to.
    #[must_use]
    pub fn sequence(&self) -> &str {
        &self.sequence
    }

    /// Returns the number of nodes, versions included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Returns whether there is no node at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn at(&self, index: Index) -> Node<'_> {
        Node { tree: self, index }
    }

    fn handles(&self, indices: &[Index]) -> Vec<NodeHandle> {
        indices.iter().map(|&index| self.store.record(index).handle).collect()
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({} nodes)", self.len())
    }
}
