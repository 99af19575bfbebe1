//! [`Model`]: an account as the server has it, without its cipher, on which the steps of a plan are carried out one by one.

use std::collections::{BTreeMap, BTreeSet};

use megapane::crypto::attributes::Attributes;
use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::key::{FileKey, NodeKey};
use megapane::dedupe::{Evidence, Step};
use megapane::handle::NodeHandle;
use megapane::tree::Tree;
use proptest::prelude::*;
use serde_json::Value;

use crate::wire::{self, MASTER, ME, h, handle, tree_of, with_roots};

/// An account as the server has it, without its cipher.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) nodes: BTreeMap<NodeHandle, Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) parent: NodeHandle,
    pub(crate) name: String,
    /// `None` is a folder.
    pub(crate) file: Option<File>,
}

/// What is in a file, and which of the keys for that content it has: copies made by the server share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    pub(crate) content: u8,
    pub(crate) key: u8,
    pub(crate) time: i64,
}

impl File {
    /// Pairs of contents have one size and one set of samples: the fingerprint is no proof.
    pub(crate) fn size(self) -> u64 {
        100 + u64::from(self.content / 2)
    }

    pub(crate) fn key(self) -> FileKey {
        FileKey::new([self.content; 16], [self.key; 8], [self.content; 8])
    }

    pub(crate) fn attributes(self, name: &str) -> Attributes {
        let mut attributes = Attributes::named(name);
        let fingerprint = Fingerprint { crc: [self.content / 2; 16], modified: self.time };
        attributes.set("c", &fingerprint.text());
        attributes
    }

    /// What reading it would show.
    pub(crate) fn digest(self) -> [u8; 32] {
        [self.content; 32]
    }
}

pub(crate) fn root() -> NodeHandle {
    h("rootroot")
}

pub(crate) fn bin() -> NodeHandle {
    h("rootrubb")
}

impl Model {
    pub(crate) fn new() -> Self {
        Self { nodes: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, parent: NodeHandle, name: &str, file: Option<File>) -> NodeHandle {
        let node = h(&handle(self.nodes.len() + 1));
        self.nodes.insert(node, Item { parent, name: name.to_owned(), file });
        node
    }

    pub(crate) fn folder(&mut self, parent: NodeHandle, name: &str) -> NodeHandle {
        self.add(parent, name, None)
    }

    pub(crate) fn file(&mut self, parent: NodeHandle, name: &str, content: u8) -> NodeHandle {
        let key = self.nodes.len().to_le_bytes()[0];
        self.add(parent, name, Some(File { content, key, time: 1_600_000_000 + i64::from(key) }))
    }

    pub(crate) fn tree(&self) -> Tree {
        let nodes = self.nodes.iter().map(|(node, item)| wire_item(*node, item));
        tree_of(with_roots(nodes))
    }

    /// Carries a step out as the server would; checks what a step promises.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let node = step.node();
        prop_assert_eq!(self.nodes[&node].parent, step.folder(), "{:?}", step);
        match step {
            Step::Move { to, .. } => {
                prop_assert!(!self.is_below(*to, node), "a folder into itself: {step:?}");
                self.item(node).parent = *to;
            }
            Step::RemoveEmptied { .. } => {
                let held = self.nodes.values().filter(|item| item.parent == node).count();
                prop_assert_eq!(held, 0, "a folder that holds something: {:?}", step);
                self.item(node).parent = bin();
            }
            Step::Trash { .. } => self.item(node).parent = bin(),
            Step::Rename { name, .. } => self.item(node).name.clone_from(name),
        }
        Ok(())
    }

    pub(crate) fn item(&mut self, node: NodeHandle) -> &mut Item {
        self.nodes.get_mut(&node).unwrap()
    }

    pub(crate) fn is_below(&self, node: NodeHandle, folder: NodeHandle) -> bool {
        node == folder || self.nodes.get(&node).is_some_and(|item| self.is_below(item.parent, folder))
    }

    /// Contents of files that are not in the bin.
    pub(crate) fn contents(&self) -> BTreeSet<u8> {
        let shown = self.nodes.iter().filter(|(node, _)| !self.is_below(**node, bin()));
        shown.filter_map(|(_, item)| item.file.map(|file| file.content)).collect()
    }

    /// Names that several files, or several folders, of one folder have.
    pub(crate) fn repeated(&self) -> BTreeSet<(NodeHandle, String, bool)> {
        let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        for (node, item) in &self.nodes {
            let name = (item.parent, item.name.clone(), item.file.is_some());
            if !self.is_below(*node, bin()) && !seen.insert(name.clone()) {
                repeated.insert(name);
            }
        }
        repeated
    }

    pub(crate) fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (node, item) in &self.nodes {
            if let Some(file) = item.file {
                evidence.add(*node, file.digest());
            }
        }
        evidence
    }
}

pub(crate) fn wire_item(node: NodeHandle, item: &Item) -> Value {
    let (node, parent) = (node.to_string(), item.parent.to_string());
    let Some(file) = item.file else { return wire::folder(&node, &parent, &item.name) };
    let key = NodeKey::File(file.key());
    let mut wire = wire::node_of(&node, &parent, 0, &key, &file.attributes(&item.name), &[(ME, MASTER)]);
    wire["s"] = file.size().into();
    wire["ts"] = (1_700_000_000 + i64::from(file.key)).into();
    wire
}

pub(crate) fn any_model() -> impl Strategy<Value = Model> {
    let item = (any::<prop::sample::Index>(), 0..4_u8, any::<bool>(), 0..6_u8, 0..3_u8, 0..5_i64);
    prop::collection::vec(item, 0..24).prop_map(|items| {
        let mut model = Model::new();
        let mut folders = vec![root()];
        for (parent, name, is_file, content, key, time) in items {
            let parent = folders[parent.index(folders.len())];
            let name = ["a", "b.txt", "A", "e\u{301}"][usize::from(name)];
            let file = is_file.then_some(File { content, key, time: 1_600_000_000 + time });
            let node = model.add(parent, name, file);
            if file.is_none() {
                folders.push(node);
            }
        }
        model
    })
}
