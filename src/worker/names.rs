//! [`Names`]: what is called how in the cloud folders that were asked about last. A copy asks once for each file that it
//! puts into a folder; going through the folder each time, or whenever something in the account has changed, would make
//! thousands of files a matter of minutes.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rayon::prelude::*;

use super::scan::nfc;
use super::sweep::LEAST_SHARE;
use crate::handle::NodeHandle;
use crate::tree::{Node, NodeUpdate, Tree};

/// Who has which name in some folders. It is told of what comes; what is renamed or goes it finds out by asking the tree.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The one that was asked about last at the end.
    folders: Vec<Folder>,
    hashes: RandomState,
}

/// Who may have a name in a folder, by the hash of the name.
#[derive(Debug)]
struct Folder {
    handle: NodeHandle,
    sorted: Vec<(u64, NodeHandle)>,
    /// Those that came since.
    later: HashMap<u64, Vec<NodeHandle>>,
}

impl Names {
    /// Returns whether something in the folder has the name.
    pub(super) fn has(&mut self, tree: &Tree, folder: NodeHandle, name: &str) -> bool {
        let wanted = nfc(name);
        let hash = self.hashes.hash_one(&wanted);
        let has_it = |node: NodeHandle| {
            let node = tree.node(node).filter(|node| is_in(node.parent(), folder));
            node.and_then(|node| node.name()).is_some_and(|name| nfc(name) == wanted)
        };
        self.folder(tree, folder).with(hash).any(has_it)
    }

    /// Takes note of nodes that may be new in the tree, or have another place or name there.
    pub(super) fn touch(&mut self, tree: &Tree, nodes: &[NodeHandle]) {
        if self.folders.is_empty() {
            return;
        }
        for node in nodes.iter().filter_map(|handle| tree.node(*handle)) {
            let folder = self.folders.iter_mut().find(|folder| is_in(node.parent(), folder.handle));
            if let Some((folder, name)) = folder.zip(node.name()) {
                let alike = folder.later.entry(self.hashes.hash_one(nfc(name))).or_default();
                if !alike.contains(&node.handle()) {
                    alike.push(node.handle());
                }
            }
        }
    }

    /// Forgets all: the tree is another one.
    pub(super) fn forget(&mut self) {
        self.folders.clear();
    }

    fn folder(&mut self, tree: &Tree, handle: NodeHandle) -> &Folder {
        let folder = match self.folders.iter().position(|folder| folder.handle == handle) {
            Some(at) => self.folders.remove(at),
            None => Folder::of(tree, handle, &self.hashes),
        };
        if self.folders.len() == MOST_FOLDERS {
            self.folders.remove(0);
        }
        self.folders.push(folder);
        &self.folders[self.folders.len() - 1]
    }
}

impl Folder {
    fn of(tree: &Tree, handle: NodeHandle, hashes: &RandomState) -> Self {
        let nodes: Vec<Node<'_>> = tree.children(handle).collect();
        let nodes = nodes.par_iter().with_min_len(LEAST_SHARE);
        let named = nodes.filter_map(|node| Some((hashes.hash_one(nfc(node.name()?)), node.handle())));
        let mut sorted: Vec<_> = named.collect();
        sorted.par_sort_unstable();
        Self { handle, sorted, later: HashMap::new() }
    }

    fn with(&self, hash: u64) -> impl Iterator<Item = NodeHandle> {
        let first = self.sorted.partition_point(|(known, _)| *known < hash);
        let sorted = self.sorted[first..].iter().take_while(move |(known, _)| *known == hash);
        sorted.map(|(_, node)| *node).chain(self.later.get(&hash).into_iter().flatten().copied())
    }
}

/// Returns the nodes that have another place or name by a change.
pub(super) fn touched_by(update: &NodeUpdate) -> Vec<NodeHandle> {
    match update {
        NodeUpdate::Put(nodes) => nodes.iter().map(|node| node.handle).collect(),
        NodeUpdate::Attributes(node, _) | NodeUpdate::Moved(node, _) => vec![*node],
        NodeUpdate::Removed(_)
        | NodeUpdate::Linked(..)
        | NodeUpdate::Shared(..)
        | NodeUpdate::Unshared(..)
        | NodeUpdate::Known(..) => Vec::new(),
    }
}

fn is_in(parent: Option<NodeHandle>, folder: NodeHandle) -> bool {
    parent == Some(folder)
}

/// Folders that are remembered: copies that run side by side go into few.
const MOST_FOLDERS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::attributes::Attributes;
    use crate::crypto::key::NodeKey;
    use crate::tree::{NodeKind, PutNode};

    fn handle(number: u8) -> NodeHandle {
        NodeHandle::from_bytes([number; 6])
    }

    fn put(number: u8, parent: u8, name: &str) -> NodeUpdate {
        let (kind, len) = if number < 10 { (NodeKind::Folder, 16) } else { (NodeKind::File, 32) };
        NodeUpdate::Put(vec![PutNode {
            handle: handle(number),
            parent: handle(parent),
            kind,
            key: NodeKey::from_clear(&vec![7; len]).unwrap(),
            attributes: Attributes::named(name),
            size: 0,
            uploaded: 0,
            replaces: None,
        }])
    }

    /// Takes changes in, and tells of them.
    fn change(tree: &mut Tree, names: &mut Names, updates: impl IntoIterator<Item = NodeUpdate>) {
        for update in updates {
            let touched = touched_by(&update);
            tree.apply(update);
            names.touch(tree, &touched);
        }
    }

    #[test]
    fn names_come_and_go_with_what_happens_and_no_folder_is_gone_through_again() {
        let (mut tree, mut names) = (Tree::default(), Names::default());
        let begin =
            [put(1, 0, "one"), put(2, 0, "two"), put(10, 1, "a"), put(11, 1, "twin"), put(12, 1, "twin")];
        change(&mut tree, &mut names, begin);
        let has = |tree: &Tree, names: &mut Names, name: &str| names.has(tree, handle(1), name);
        assert!(has(&tree, &mut names, "a") && !has(&tree, &mut names, "b"));
        let counted = names.folders[0].sorted.len();
        change(&mut tree, &mut names, [put(13, 1, "cafe\u{301}"), put(14, 2, "elsewhere")]);
        assert!(has(&tree, &mut names, "caf\u{e9}") && !has(&tree, &mut names, "elsewhere"));
        change(&mut tree, &mut names, [NodeUpdate::Moved(handle(14), handle(1))]);
        change(&mut tree, &mut names, [NodeUpdate::Attributes(handle(10), Attributes::named("new"))]);
        assert!(has(&tree, &mut names, "elsewhere") && has(&tree, &mut names, "new"));
        assert!(!has(&tree, &mut names, "a"));
        change(&mut tree, &mut names, [NodeUpdate::Removed(handle(11))]);
        assert!(has(&tree, &mut names, "twin"), "the other one is still there");
        change(&mut tree, &mut names, [NodeUpdate::Moved(handle(12), handle(2))]);
        assert!(!has(&tree, &mut names, "twin"));
        assert_eq!(names.folders[0].sorted.len(), counted);
    }

    #[test]
    fn few_folders_are_remembered_and_the_one_in_use_among_them() {
        let (mut tree, mut names) = (Tree::default(), Names::default());
        change(&mut tree, &mut names, (1..9).map(|number| put(number, 0, "folder")));
        change(&mut tree, &mut names, [put(20, 1, "a")]);
        for folder in 1..9 {
            assert!(!names.has(&tree, handle(folder), "b") && names.has(&tree, handle(1), "a"));
            assert!(names.folders.len() <= MOST_FOLDERS);
        }
    }
}
