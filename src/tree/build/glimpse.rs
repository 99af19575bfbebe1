//! What has come of a listing so far ([`Glimpse`]), for whoever wants to look before the rest is there: some folders, all
//! that stands above them, and what is known to be in them. `session::listing` asks for it between two pieces of the body.
//! Nodes may come in any order: what does not hang together with a root yet is not shown.
//!
//! It costs one pass over the records, and no more memory than what is shown: nothing at all where nobody looks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::TreeBuilder;
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::tree::Tree;
use crate::tree::node::NodeKind;
use crate::tree::placement::Tops;
use crate::tree::share::Shares;
use crate::tree::store::{Index, Store};

/// A part of a tree whose listing is still arriving: to be looked at, never to be changed or kept.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// The folders, all that stand above them, and what has come of their children; nothing else is in it, and its sums
    /// are those of that part.
    pub tree: Arc<Tree>,
    /// Which of the wanted folders are in it.
    pub folders: Vec<CloudFolder>,
    /// Nodes that had come by then, shown or not.
    pub node_count: usize,
}

/// The folders and roots that have come, by handle. Filled only where somebody looks.
#[derive(Default)]
pub(super) struct Folders {
    known: HashMap<NodeHandle, Index>,
    /// The first of each kind of root, as in the whole tree.
    roots: [Option<NodeHandle>; 3],
    /// Records that were gone through.
    seen: Index,
}

impl TreeBuilder {
    /// Returns what has come of these folders; `None` where none of them hangs together with a root yet. Of a folder with
    /// very many entries only some are in it.
    #[must_use]
    pub fn glimpse(&mut self, wanted: &[CloudFolder]) -> Option<Glimpse> {
        self.flush();
        let Self { tree: Tree { store, shares, .. }, folders: known, .. } = self;
        known.learn(store);
        let (mut folders, mut shown, mut part) = (Vec::new(), BTreeMap::new(), Vec::new());
        for &folder in wanted {
            if let Some(chain) = known.chain(store, shares, folder) {
                shown.insert(store.record(chain[0]).handle, 0);
                part.extend(chain);
                folders.push(folder);
            }
        }
        if folders.is_empty() {
            return None;
        }
        part.extend(children(store, &mut shown));
        part.sort_unstable();
        part.dedup();
        let node_count = store.indices().len();
        let mut tree = Tree { store: store.part(&part), ..Tree::default() };
        tree.shares.inbound = shares.inbound_among(part.iter().map(|&index| store.record(index).handle));
        tree.place_all();
        Some(Glimpse { tree: Arc::new(tree), folders, node_count })
    }
}

impl Folders {
    /// Takes in what has come since the last time.
    fn learn(&mut self, store: &Store) {
        for index in self.seen..store.indices().end {
            let record = store.record(index);
            if record.kind == NodeKind::File {
                continue;
            }
            self.known.insert(record.handle, index);
            if let Some(slot) = Tops::root_slot(record.kind) {
                self.roots[slot].get_or_insert(record.handle);
            }
        }
        self.seen = store.indices().end;
    }

    /// Returns a folder and all above it up to a root or to the top of a share; `None` where something is missing there.
    fn chain(&self, store: &Store, shares: &Shares, folder: CloudFolder) -> Option<Vec<Index>> {
        let root = |kind| self.roots[Tops::root_slot(kind)?];
        let start = match folder {
            CloudFolder::Root => root(NodeKind::Root)?,
            CloudFolder::Rubbish => root(NodeKind::Rubbish)?,
            CloudFolder::Inbox => root(NodeKind::Inbox)?,
            CloudFolder::Node(handle) => handle,
            CloudFolder::Shares | CloudFolder::Orphans => return None,
        };
        let mut chain = vec![*self.known.get(&start)?];
        while chain.len() < DEEPEST {
            let record = store.record(*chain.last()?);
            if Tops::root_slot(record.kind).is_some() {
                return self.roots.contains(&Some(record.handle)).then_some(chain);
            }
            match record.parent.and_then(|parent| self.known.get(&parent)) {
                Some(&above) => chain.push(above),
                None => return shares.inbound.contains_key(&record.handle).then_some(chain),
            }
        }
        None // a chain that bites its tail, or a tree that nobody would look at in this way
    }
}

/// Returns what has come of the children of these folders, the first of each, and counts them.
fn children(store: &Store, shown: &mut BTreeMap<NodeHandle, usize>) -> Vec<Index> {
    let is_shown =
        |index: &Index| store.record(*index).parent.is_some_and(|parent| shown.contains_key(&parent));
    let mut found: Vec<Index> = store.indices().into_par_iter().filter(is_shown).collect();
    found.retain(|&index| {
        let count = store.record(index).parent.and_then(|parent| shown.get_mut(&parent));
        count.is_some_and(|count| {
            *count += 1;
            *count <= MOST_CHILDREN
        })
    });
    found
}

/// More entries of one folder are not shown before all are there: they are made anew for each look.
const MOST_CHILDREN: usize = 5_000;

/// Folders deeper than this are not shown before all are there.
const DEEPEST: usize = 1_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::listing::ListingRest;
    use crate::crypto::key::MasterKey;
    use crate::crypto::node_key::{Keyring, ShareKeySource};
    use crate::handle::UserHandle;

    fn handle(number: u32) -> NodeHandle {
        let [a, b, c, d] = number.to_be_bytes();
        NodeHandle::from_bytes([1, 1, a, b, c, d])
    }

    fn builder() -> TreeBuilder {
        let master = MasterKey::from_bytes([7; 16]);
        TreeBuilder::new(Keyring::new(UserHandle::from_bytes([1; 8]), &master, None, ShareKeySource::Listing))
    }

    /// Node 0 is the root; names stay closed, which changes nothing here.
    fn json(number: u32, parent: u32, is_folder: bool) -> String {
        let (node, parent) = (handle(number), handle(parent));
        match number {
            0 => format!(r#"{{"h":"{node}","p":"","t":2,"ts":1}}"#),
            _ => format!(
                r#"{{"h":"{node}","p":"{parent}","t":{},"a":"x","k":"y","ts":1,"s":5}}"#,
                u8::from(is_folder)
            ),
        }
    }

    fn contents(tree: &Tree, folder: CloudFolder) -> Vec<NodeHandle> {
        tree.contents(folder).map(|node| node.handle()).collect()
    }

    #[test]
    fn what_does_not_hang_together_with_the_root_is_not_shown_until_it_does() {
        let mut builder = builder();
        let inner = CloudFolder::Node(handle(2));
        builder.push(json(2, 1, true).as_bytes());
        builder.push(json(3, 2, false).as_bytes());
        assert!(builder.glimpse(&[CloudFolder::Root, inner]).is_none());
        builder.push(json(0, 0, true).as_bytes());
        let seen = builder.glimpse(&[CloudFolder::Root, inner]).unwrap();
        assert_eq!(
            (seen.folders, contents(&seen.tree, CloudFolder::Root)),
            (vec![CloudFolder::Root], vec![])
        );
        builder.push(json(1, 0, true).as_bytes());
        let seen = builder.glimpse(&[CloudFolder::Root, inner]).unwrap();
        assert_eq!(seen.folders, [CloudFolder::Root, inner]);
        assert_eq!(contents(&seen.tree, CloudFolder::Root), [handle(1)]);
        assert_eq!(contents(&seen.tree, inner), [handle(3)]);
        assert_eq!(seen.node_count, 4);
        assert_eq!(builder.finish(&ListingRest::default()).len(), 4, "looking takes nothing away");
    }

    #[test]
    fn parents_that_bite_their_tail_end_the_look_and_not_the_program() {
        let mut builder = builder();
        for (number, parent) in [(0, 0), (1, 2), (2, 1)] {
            builder.push(json(number, parent, true).as_bytes());
        }
        assert!(builder.glimpse(&[CloudFolder::Node(handle(1))]).is_none());
    }

    #[test]
    fn of_a_huge_folder_some_entries_are_shown() {
        let mut builder = builder();
        builder.push(json(0, 0, true).as_bytes());
        let count = u32::try_from(MOST_CHILDREN).unwrap() + 10;
        (1..=count).for_each(|number| builder.push(json(number, 0, false).as_bytes()));
        let seen = builder.glimpse(&[CloudFolder::Root]).unwrap();
        assert_eq!(contents(&seen.tree, CloudFolder::Root).len(), MOST_CHILDREN);
    }

    proptest! {
        /// Whatever the order and wherever it is cut: what is shown is where the whole tree has it, and once all has come
        /// all of it is shown.
        #[test]
        fn what_is_shown_is_what_the_whole_tree_has(
            parents in prop::collection::vec((0u32..30, any::<bool>()), 1..30),
            order in prop::collection::vec(any::<u32>(), 30),
            cut in 0usize..31,
        ) {
            let nodes = (1..).zip(&parents).map(|(number, (parent, is_folder))| json(number, *parent, *is_folder));
            let mut nodes: Vec<(u32, String)> =
                order.iter().copied().zip(std::iter::once(json(0, 0, true)).chain(nodes)).collect();
            nodes.sort();
            let wanted: Vec<CloudFolder> =
                std::iter::once(CloudFolder::Root).chain((1..30).map(|n| CloudFolder::Node(handle(n)))).collect();
            let mut builder = builder();
            let mut early = None;
            for (at, (_, node)) in nodes.iter().enumerate() {
                if at == cut {
                    early = builder.glimpse(&wanted);
                }
                builder.push(node.as_bytes());
            }
            let late = builder.glimpse(&wanted).unwrap();
            let whole = builder.finish(&ListingRest::default());
            for (seen, is_all) in early.iter().map(|seen| (seen, false)).chain([(&late, true)]) {
                for &folder in &seen.folders {
                    let (shown, real) = (contents(&seen.tree, folder), contents(&whole, folder));
                    prop_assert!(shown.iter().all(|node| real.contains(node)));
                    prop_assert!(!is_all || shown == real);
                }
                prop_assert_eq!(contents(&seen.tree, CloudFolder::Orphans), []);
            }
        }
    }
}
