//! What a public link leads to, as a tree of its own: one folder, made up, that holds the linked file or folder, and may
//! only be looked at. The session makes it of what the link tells; panes and commands show it like an account.

use super::Tree;
use super::content::Content;
use super::node::NodeKind;
use super::share::{Access, Inbound};
use super::store::Facts;
use super::update::{NodeUpdate, PutNode};
use crate::crypto::key::random;
use crate::handle::{NodeHandle, UserHandle};

impl Tree {
    /// Makes the tree of a folder link from its listing, of which `top` is the root. With `inside`, a node below it, only
    /// that is shown. `None` where there is no such node.
    #[must_use]
    pub fn of_folder_link(mut self, top: NodeHandle, inside: Option<NodeHandle>) -> Option<Self> {
        let shown = inside.unwrap_or(top);
        if !self.is_inside(shown, top) {
            return None;
        }
        let place = self.make_place();
        let index = self.store.index(shown)?;
        self.move_to(index, place);
        if shown != top {
            let rest = self.store.index(top)?;
            self.remove(rest);
        }
        self.sequence.clear(); // nobody follows it
        Some(self)
    }

    /// Makes the tree of a file link.
    #[must_use]
    pub fn of_file_link(file: PutNode) -> Self {
        let mut tree = Self::default();
        let parent = tree.make_place();
        tree.apply(NodeUpdate::Put(vec![PutNode { parent, ..file }]));
        tree
    }

    /// Makes the folder that stands above what a link shows.
    fn make_place(&mut self) -> NodeHandle {
        let mut handle = NodeHandle::from_bytes(random());
        while self.store.index(handle).is_some() {
            handle = NodeHandle::from_bytes(random());
        }
        let facts = Facts { handle, parent: None, kind: NodeKind::Root, size: 0, uploaded: 0 };
        self.upsert(facts, Content::Nothing);
        let nobody = UserHandle::from_bytes([0; 8]);
        self.shares.inbound.insert(handle, Inbound { sharer: nobody, access: Access::Read });
        handle
    }
}
