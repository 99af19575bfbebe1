//! Who stands below whom. After any change every node stands in exactly one [`Place`], and the branches have no cycle,
//! whatever the server said: so walks up and down end, and nothing is hidden. A node whose place its parent cannot give
//! (unknown, a file above a folder, or a chain of parents that bites its tail) is an orphan.

use super::node::NodeKind;
use super::store::{Index, NONE, Place, Store};
use super::{Tree, Usage};
use crate::handle::NodeHandle;

/// The nodes that stand below nothing.
#[derive(Clone, Default)]
pub(super) struct Tops {
    /// Cloud drive, inbox, rubbish bin.
    pub(super) roots: [Option<Index>; 3],
    pub(super) in_shares: Vec<Index>,
    pub(super) orphans: Vec<Index>,
}

impl Tops {
    /// The slot of a root kind, `None` for files and folders.
    pub(super) fn root_slot(kind: NodeKind) -> Option<usize> {
        match kind {
            NodeKind::Root => Some(0),
            NodeKind::Inbox => Some(1),
            NodeKind::Rubbish => Some(2),
            NodeKind::File | NodeKind::Folder => None,
        }
    }
}

impl Tree {
    /// Places all nodes anew: for a fresh tree, and where one change touches many.
    pub(super) fn place_all(&mut self) {
        self.tops = Tops::default();
        let mut places = vec![Place::Nowhere; self.store.indices().len()];
        let mut parents: Vec<Index> = vec![NONE; places.len()];
        let mut last: Option<(NodeHandle, Option<Index>)> = None;
        for index in self.store.live_indices() {
            // Siblings mostly come one after another.
            let parent = self.store.record(index).parent.and_then(|parent| match last {
                Some((known, found)) if known == parent => found,
                Some(_) | None => {
                    let found = self.store.index(parent);
                    last = Some((parent, found));
                    found
                }
            });
            let (place, parent) = self.place_below(index, parent);
            places[index as usize] = place;
            if let (Place::Root, Some(slot)) = (place, Tops::root_slot(self.store.record(index).kind)) {
                self.tops.roots[slot] = Some(index);
            }
            parents[index as usize] = parent.unwrap_or(NONE);
        }
        for index in cut_cycles(&self.store, &mut parents) {
            places[index as usize] = self.place_without_parent(index);
        }
        self.store.place_all(&places, &parents);
        for (index, place) in (0..).zip(places) {
            match place {
                Place::InShare => self.tops.in_shares.push(index),
                Place::Orphan => self.tops.orphans.push(index),
                Place::Root | Place::Child | Place::Version | Place::Nowhere => {}
            }
        }
        self.store.sort_by_handle(&mut self.tops.in_shares);
        self.store.sort_by_handle(&mut self.tops.orphans);
        self.sum_all(&parents);
    }

    /// Sums bottom-up: the order from the tops down, read backwards.
    fn sum_all(&mut self, parents: &[Index]) {
        let mut order: Vec<Index> = self.all_tops().collect();
        self.with_all_below(&mut order);
        let (mut of, mut sum) = (NONE, Usage::default());
        // Siblings stand side by side, and the tops in front: each sum is given once, and none is left.
        for index in order.into_iter().rev() {
            let parent = parents[index as usize];
            if parent != of && of != NONE {
                self.store.branch_mut(of).usage.add(sum);
                sum = Usage::default();
            }
            of = parent;
            if parent != NONE {
                sum.add(self.contribution(index));
            }
        }
    }

    pub(super) fn all_tops(&self) -> impl Iterator<Item = Index> {
        let Tops { roots, in_shares, orphans } = &self.tops;
        roots.iter().flatten().chain(in_shares).chain(orphans).copied()
    }

    /// Places one node that stands nowhere, with all that is below it, and those that waited for it.
    pub(super) fn attach(&mut self, index: Index) {
        self.attach_alone(index);
        self.settle_orphans();
    }

    fn attach_alone(&mut self, index: Index) {
        let (mut place, mut parent) = self.wanted_place(index);
        if parent.is_some_and(|parent| self.above(parent).any(|above| above == index)) {
            (place, parent) = (self.place_without_parent(index), None);
        }
        self.store.record_mut(index).place = place;
        if let Some(parent) = parent {
            self.store.insert_child(parent, index);
            self.change_sums(index, Usage::add);
        }
        match place {
            Place::Root => {
                if let Some(slot) = Tops::root_slot(self.store.record(index).kind) {
                    self.tops.roots[slot] = Some(index);
                }
            }
            Place::InShare => self.store.insert_by_handle(&mut self.tops.in_shares, index),
            Place::Orphan => self.store.insert_by_handle(&mut self.tops.orphans, index),
            Place::Child | Place::Version | Place::Nowhere => {}
        }
    }

    /// Takes a node from its place; what is below it stays below it.
    pub(super) fn detach(&mut self, index: Index) {
        match self.store.record(index).place {
            Place::Child | Place::Version => {
                self.change_sums(index, Usage::subtract);
                if let Some(parent) = self.parent_index(index) {
                    self.store.remove_child(parent, index);
                }
            }
            Place::Root => self.tops.roots.iter_mut().for_each(|root| {
                root.take_if(|root| *root == index);
            }),
            Place::InShare => self.tops.in_shares.retain(|&top| top != index),
            Place::Orphan => self.tops.orphans.retain(|&top| top != index),
            Place::Nowhere => {}
        }
        self.store.record_mut(index).place = Place::Nowhere;
    }

    /// Moves tops whose parent has come, or no longer stands below them, to that parent.
    fn settle_orphans(&mut self) {
        let tops: Vec<Index> = self.tops.in_shares.iter().chain(&self.tops.orphans).copied().collect();
        for index in tops {
            if matches!(self.wanted_place(index).0, Place::Child | Place::Version) {
                self.detach(index);
                self.attach_alone(index);
            }
        }
    }

    /// Where a node belongs by what it and its parent are; whether the parent stands below it is not looked at.
    fn wanted_place(&self, index: Index) -> (Place, Option<Index>) {
        self.place_below(index, self.parent_index(index))
    }

    /// The same where the parent that the server said has been looked up.
    fn place_below(&self, index: Index, parent: Option<Index>) -> (Place, Option<Index>) {
        let record = self.store.record(index);
        if let Some(slot) = Tops::root_slot(record.kind) {
            let is_first = self.tops.roots[slot].is_none_or(|root| root == index);
            return (if is_first { Place::Root } else { Place::Orphan }, None);
        }
        let parent = parent.filter(|&parent| parent != index);
        match parent.map(|parent| self.store.record(parent).kind) {
            Some(NodeKind::File) if record.kind == NodeKind::File => (Place::Version, parent),
            Some(NodeKind::File) | None => (self.place_without_parent(index), None),
            Some(NodeKind::Folder | NodeKind::Root | NodeKind::Inbox | NodeKind::Rubbish) => {
                (Place::Child, parent)
            }
        }
    }

    fn place_without_parent(&self, index: Index) -> Place {
        let is_share = self.shares.inbound.contains_key(&self.store.record(index).handle);
        if is_share { Place::InShare } else { Place::Orphan }
    }

    fn parent_index(&self, index: Index) -> Option<Index> {
        self.store.index(self.store.record(index).parent?)
    }

    /// The node itself and all above it, innermost first.
    pub(super) fn above(&self, index: Index) -> impl Iterator<Item = Index> {
        std::iter::successors(Some(index), |&index| match self.store.record(index).place {
            Place::Child | Place::Version => self.parent_index(index),
            Place::Root | Place::InShare | Place::Orphan | Place::Nowhere => None,
        })
    }

    /// The node itself and all below it, old versions included, parents first.
    pub(super) fn below(&self, index: Index) -> Vec<Index> {
        let mut found = vec![index];
        self.with_all_below(&mut found);
        found
    }

    /// Adds all that is below these, level by level.
    pub(super) fn with_all_below(&self, found: &mut Vec<Index>) {
        let mut at = 0;
        while at < found.len() {
            if let Some(branch) = self.store.branch(found[at]) {
                found.extend_from_slice(&branch.children);
            }
            at += 1;
        }
    }

    /// Adds or takes away what a placed node gives to the sums of all above it. Call while it is placed.
    pub(super) fn change_sums(&mut self, index: Index, apply: fn(&mut Usage, Usage)) {
        let share = self.contribution(index);
        for above in self.above(index).skip(1).collect::<Vec<_>>() {
            apply(&mut self.store.branch_mut(above).usage, share);
        }
    }

    /// What a node and all below it give to the sums of its parent.
    pub(super) fn contribution(&self, index: Index) -> Usage {
        let record = self.store.record(index);
        let mut usage = self.store.branch(index).map(|branch| branch.usage).unwrap_or_default();
        usage.add(match (record.kind, record.place) {
            (NodeKind::File, Place::Version) => Usage { version_bytes: record.size, ..Usage::default() },
            (NodeKind::File, _) => Usage { bytes: record.size, file_count: 1, ..Usage::default() },
            _ => Usage { folder_count: 1, ..Usage::default() },
        });
        usage
    }
}

/// Takes one parent out of every chain of parents that bites its tail, and returns the nodes that lost theirs: of each
/// cycle the one with the lowest handle, so that the order of arrival does not matter.
fn cut_cycles(store: &Store, parents: &mut [Index]) -> Vec<Index> {
    let mut seen_from: Vec<Index> = vec![NONE; parents.len()];
    let mut cut = Vec::new();
    for start in store.indices() {
        let mut at = start;
        while at != NONE && seen_from[at as usize] == NONE {
            seen_from[at as usize] = start;
            at = parents[at as usize];
        }
        if at == NONE || seen_from[at as usize] != start {
            continue;
        }
        let mut lowest = at;
        let mut next = parents[at as usize];
        while next != at {
            if store.record(next).handle < store.record(lowest).handle {
                lowest = next;
            }
            next = parents[next as usize];
        }
        parents[lowest as usize] = NONE;
        cut.push(lowest);
    }
    cut
}
