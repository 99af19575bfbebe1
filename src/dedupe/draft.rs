//! [`Draft`]: the account as it would be after the steps planned so far, and those steps. Merges and decisions are worked
//! out in it, so that what one of them leads to is seen by the next; the tree itself stays as it is.

use std::collections::{HashMap, HashSet};

use super::plan::Step;
use crate::handle::NodeHandle;
use crate::tree::{Node, Tree};

/// A tree and what is planned for it.
#[derive(Clone)]
pub(super) struct Draft<'t> {
    pub(super) tree: &'t Tree,
    /// Where nodes are that are moved.
    parents: HashMap<NodeHandle, NodeHandle>,
    /// What comes to a folder, in the order of the moves.
    gained: HashMap<NodeHandle, Vec<NodeHandle>>,
    names: HashMap<NodeHandle, String>,
    gone: HashSet<NodeHandle>,
    steps: Vec<Step>,
}

impl<'t> Draft<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            parents: HashMap::new(),
            gained: HashMap::new(),
            names: HashMap::new(),
            gone: HashSet::new(),
            steps: Vec::new(),
        }
    }

    /// Returns the folder that a node is in.
    pub(super) fn parent(&self, node: NodeHandle) -> Option<NodeHandle> {
        self.parents.get(&node).copied().or_else(|| self.tree.node(node)?.parent())
    }

    /// Returns what a folder holds: what it has now and keeps, then what it gains.
    pub(super) fn children(&self, folder: NodeHandle) -> impl Iterator<Item = Node<'t>> + '_ {
        let own = self.tree.children(folder).filter(|node| !self.parents.contains_key(&node.handle()));
        let gained = self.gained.get(&folder).into_iter().flatten().copied();
        let gained = gained.filter(move |node| self.parents.get(node) == Some(&folder));
        let gained = gained.filter_map(|node| self.tree.node(node));
        own.chain(gained).filter(|node| !self.gone.contains(&node.handle()))
    }

    /// Returns whether anything comes to a folder.
    pub(super) fn gains(&self, folder: NodeHandle) -> bool {
        self.gained.contains_key(&folder)
    }

    /// Returns a name, as it will be; `None` for what cannot be read.
    pub(super) fn name<'a>(&'a self, node: Node<'t>) -> Option<&'a str>
    where
        't: 'a,
    {
        self.names.get(&node.handle()).map(String::as_str).or_else(|| node.name())
    }

    pub(super) fn move_to(&mut self, node: NodeHandle, to: NodeHandle) {
        let Some(from) = self.parent(node) else { return };
        self.parents.insert(node, to);
        self.gained.entry(to).or_default().push(node);
        self.steps.push(Step::Move { node, from, to });
    }

    pub(super) fn rename(&mut self, node: NodeHandle, name: String) {
        let Some(folder) = self.parent(node) else { return };
        self.names.insert(node, name.clone());
        self.steps.push(Step::Rename { node, folder, name });
    }

    /// Puts a file into the bin.
    pub(super) fn trash(&mut self, node: NodeHandle) {
        let Some(folder) = self.parent(node) else { return };
        self.gone.insert(node);
        self.steps.push(Step::Trash { node, folder });
    }

    /// Puts a folder into the bin that holds nothing any more.
    pub(super) fn remove_emptied(&mut self, node: NodeHandle) {
        let Some(folder) = self.parent(node) else { return };
        if self.children(node).next().is_none() {
            self.gone.insert(node);
            self.steps.push(Step::RemoveEmptied { node, folder });
        }
    }

    pub(super) fn is_gone(&self, node: NodeHandle) -> bool {
        self.gone.contains(&node)
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}
