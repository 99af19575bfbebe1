//! Where nodes lie in memory ([`Store`]): one record each in one vector, keys in another, all names in one text. Nodes
//! are named by index, found by handle. It knows nothing of who stands below whom; `placement` keeps that in the
//! branches here. Clones share what neither has changed since: one is made in no time and costs what changes touch.
//!
//! A node takes 72 bytes of record, 32 of key, 13 where its handle is found, 4 among its siblings, and its name in UTF-8:
//! some 146 bytes with a name of 25. A folder takes 56 more for its branch. Records, keys and branches lie in pieces of
//! 512, the last of which may be empty but for one: 80 KiB of a tree are for nodes that are not there yet.

mod handles;
mod names;
mod pieces;
mod saved;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::Usage;
use super::content::{ClearAttributes, Content, Sealed, rebuild};
use super::node::NodeKind;
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use handles::{Handles, number};
use names::Names;
use pieces::{Pieces, Rare};

/// Index of a record.
pub(super) type Index = u32;

/// No index, no branch, no name.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Default)]
pub(super) struct Store {
    records: Pieces<Record>,
    /// Clear keys beside the records; folders use the first half.
    keys: Pieces<Zeroizing<[u8; 32]>>,
    handles: Handles,
    /// Of a listing that is still arriving: nodes that are not among the handles yet.
    arriving: Vec<(NodeHandle, Index)>,
    free: Vec<Index>,
    names: Names,
    /// Clear attributes as JSON, of nodes that have more than a plain name and fingerprint.
    others: Rare<Box<str>>,
    /// What came for nodes that cannot be decrypted (yet).
    sealed: Rare<Sealed>,
    branches: Pieces<Branch>,
    free_branches: Vec<u32>,
}

/// One node. Ordered so that it takes 72 bytes.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) size: u64,
    pub(super) uploaded: i64,
    modified: i64,
    crc: [u8; 16],
    name_start: u32,
    /// Bytes of the name; [`NONE`] without a name.
    name_len: u32,
    branch: u32,
    pub(super) handle: NodeHandle,
    /// As the server said.
    pub(super) parent: Option<NodeHandle>,
    pub(super) kind: NodeKind,
    pub(super) place: Place,
    has_key: bool,
    has_fingerprint: bool,
}

/// Where a node stands. Every node stands in exactly one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: the record is unused, or not placed yet.
    Nowhere,
    /// Cloud drive, inbox or rubbish bin.
    Root,
    /// In its parent, a folder or root.
    Child,
    /// Behind its parent, a file.
    Version,
    /// Top of an incoming share.
    InShare,
    /// Its parent never came, cannot hold it, or stands below it.
    Orphan,
}

/// What is below a folder, or the versions behind a file.
#[derive(Clone, Default)]
pub(super) struct Branch {
    /// In handle order.
    pub(super) children: Vec<Index>,
    pub(super) usage: Usage,
}

/// What the server said of a node, fields checked, before it has a record.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) handle: NodeHandle,
    pub(super) parent: Option<NodeHandle>,
    pub(super) kind: NodeKind,
    pub(super) size: u64,
    pub(super) uploaded: i64,
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.handles.len()
    }

    pub(super) fn index(&self, handle: NodeHandle) -> Option<Index> {
        self.handles.index(handle)
    }

    pub(super) fn record(&self, index: Index) -> &Record {
        &self.records[index as usize]
    }

    pub(super) fn record_mut(&mut self, index: Index) -> &mut Record {
        &mut self.records[index as usize]
    }

    /// All indices that are or were in use; those of removed nodes have [`Place::Nowhere`].
    pub(super) fn indices(&self) -> std::ops::Range<Index> {
        0..u32::try_from(self.records.len()).unwrap_or(NONE)
    }

    /// Sets a node's facts, in a new record or in the one that the handle has. `None` when four billion are in use.
    pub(super) fn put(&mut self, facts: Facts) -> Option<Index> {
        let Some(index) = self.handles.index(facts.handle) else {
            let index = self.new_record(facts)?;
            self.handles.add(facts.handle, index);
            return Some(index);
        };
        let record = self.record_mut(index);
        record.parent = facts.parent;
        record.kind = facts.kind;
        record.size = facts.size;
        record.uploaded = facts.uploaded;
        Some(index)
    }

    /// Sets a node of a listing in a new record. It is found by its handle after [`Self::all_arrived`].
    pub(super) fn arrive(&mut self, facts: Facts, content: Content) -> Option<Index> {
        let index = self.new_index()?;
        let mut record = Record::of(facts);
        let key = self.fill(index, &mut record, content);
        *self.records.add() = record;
        write_key(self.keys.add(), key.as_ref());
        self.arriving.push((facts.handle, index));
        Some(index)
    }

    /// Ends a listing. Of several nodes with one handle the last stays.
    pub(super) fn all_arrived(&mut self) {
        let (handles, doubles) = Handles::of(std::mem::take(&mut self.arriving));
        self.handles = handles;
        for index in doubles {
            self.set_content(index, Content::Nothing);
            self.free.push(index);
        }
        self.names.all_arrived();
    }

    fn new_record(&mut self, facts: Facts) -> Option<Index> {
        let record = Record::of(facts);
        if let Some(index) = self.free.pop() {
            *self.record_mut(index) = record;
            return Some(index);
        }
        let index = self.new_index()?;
        *self.records.add() = record;
        self.keys.add();
        Some(index)
    }

    /// The index behind all others.
    fn new_index(&self) -> Option<Index> {
        u32::try_from(self.records.len()).ok().filter(|&index| index != NONE)
    }

    /// Forgets a node. It must not be placed, and nothing may be below it.
    pub(super) fn remove(&mut self, index: Index) {
        self.handles.remove(self.records[index as usize].handle);
        self.set_content(index, Content::Nothing);
        let slot = std::mem::replace(&mut self.record_mut(index).branch, NONE);
        if let Some(branch) = self.branches.get_mut(slot as usize) {
            *branch = Branch::default();
            self.free_branches.push(slot);
        }
        self.free.push(index);
    }

    pub(super) fn set_content(&mut self, index: Index, content: Content) {
        let mut record = self.record(index).clone();
        let key = self.fill(index, &mut record, content);
        write_key(&mut self.keys[index as usize], key.as_ref());
        *self.record_mut(index) = record;
    }

    pub(super) fn set_attributes(&mut self, index: Index, attributes: ClearAttributes) {
        let mut record = self.record(index).clone();
        self.fill_attributes(index, &mut record, Some(attributes));
        *self.record_mut(index) = record;
    }

    /// Puts into a node's record what of its content belongs there, and returns its key.
    fn fill(&mut self, index: Index, record: &mut Record, content: Content) -> Option<NodeKey> {
        self.sealed.remove(index);
        let (key, attributes) = match content {
            Content::Nothing => (None, None),
            Content::Clear { key, attributes } => (Some(key), Some(attributes)),
            Content::Sealed { key, sealed } => {
                self.sealed.insert(index, sealed);
                (key, None)
            }
        };
        record.has_key = key.is_some();
        self.fill_attributes(index, record, attributes);
        key
    }

    fn fill_attributes(&mut self, index: Index, record: &mut Record, attributes: Option<ClearAttributes>) {
        let attributes = attributes.unwrap_or_default();
        self.others.remove(index);
        self.put_name(record, attributes.name.as_deref());
        record.has_fingerprint = attributes.fingerprint.is_some();
        if let Some(fingerprint) = attributes.fingerprint {
            record.crc = fingerprint.crc;
            record.modified = fingerprint.modified;
        }
        if let Some(json) = attributes.others {
            self.others.insert(index, json);
        }
    }

    /// Writes a new name at the end of the text. What an older name took stays unused until the tree is fetched anew. A
    /// name beyond 4 GiB of text is lost: its node reads as undecryptable.
    fn put_name(&mut self, record: &mut Record, name: Option<&str>) {
        if name.is_some() && name == self.name_of(record) {
            return;
        }
        record.name_len = NONE;
        let Some(name) = name else { return };
        let start = u32::try_from(self.names.len());
        let end = u32::try_from(self.names.len() + name.len());
        let (Ok(start), Ok(_), Ok(len)) = (start, end, u32::try_from(name.len())) else { return };
        self.names.push(name);
        record.name_start = start;
        record.name_len = len;
    }

    pub(super) fn name(&self, index: Index) -> Option<&str> {
        self.name_of(self.record(index))
    }

    fn name_of(&self, record: &Record) -> Option<&str> {
        let start = record.name_start as usize;
        if record.name_len == NONE { None } else { self.names.get(start, start + record.name_len as usize) }
    }

    pub(super) fn fingerprint(&self, index: Index) -> Option<Fingerprint> {
        let record = self.record(index);
        record.has_fingerprint.then_some(Fingerprint { crc: record.crc, modified: record.modified })
    }

    pub(super) fn key(&self, index: Index) -> Option<NodeKey> {
        let record = self.record(index);
        let bytes = &self.keys[index as usize];
        let len = if record.kind == NodeKind::File { 32 } else { 16 };
        if record.has_key { NodeKey::from_clear(&bytes[..len]) } else { None }
    }

    pub(super) fn attributes(&self, index: Index) -> Option<Attributes> {
        if let Some(json) = self.others.get(index) {
            return Attributes::from_json(json);
        }
        let fingerprint = self.fingerprint(index);
        self.name(index).map(|name| rebuild(name, fingerprint))
    }

    /// Indices and contents of the nodes that cannot be decrypted yet.
    pub(super) fn sealed(&self) -> impl Iterator<Item = (Index, &Sealed)> {
        self.sealed.iter()
    }

    /// The key field of a node that cannot be decrypted yet.
    pub(super) fn sealed_keys(&self, index: Index) -> Option<&str> {
        self.sealed.get(index).map(|sealed| &*sealed.keys)
    }

    pub(super) fn branch(&self, index: Index) -> Option<&Branch> {
        self.branches.get(self.record(index).branch as usize)
    }

    /// Returns a store of these nodes alone, none of them placed. Of several with one handle the last stays.
    pub(super) fn part(&self, indices: &[Index]) -> Self {
        let mut part = Self::default();
        for &index in indices {
            let Record { handle, parent, kind, size, uploaded, .. } = *self.record(index);
            part.arrive(Facts { handle, parent, kind, size, uploaded }, self.content(index));
        }
        part.all_arrived();
        part
    }

    fn content(&self, index: Index) -> Content {
        let key = self.key(index);
        match (self.sealed.get(index), key) {
            (Some(sealed), key) => Content::Sealed { key, sealed: sealed.clone() },
            (None, Some(key)) => {
                let name = self.name(index).map(str::to_owned);
                let (fingerprint, others) = (self.fingerprint(index), self.others.get(index).cloned());
                Content::Clear { key, attributes: ClearAttributes { name, fingerprint, others } }
            }
            (None, None) => Content::Nothing,
        }
    }

    /// The branch of a node, made if it has none yet.
    pub(super) fn branch_mut(&mut self, index: Index) -> &mut Branch {
        let mut slot = self.record(index).branch;
        if slot == NONE {
            slot = self.free_branches.pop().unwrap_or_else(|| {
                self.branches.add();
                // A node has at most one branch, so there are no more of them than records, whose number fits.
                u32::try_from(self.branches.len() - 1).unwrap_or(NONE)
            });
            self.record_mut(index).branch = slot;
        }
        &mut self.branches[slot as usize]
    }

    /// Takes every node from its place and puts it into this one, below this parent if that is not [`NONE`]. Branches are
    /// made anew, without sums.
    pub(super) fn place_all(&mut self, places: &[Place], parents: &[Index]) {
        self.branches = Pieces::default();
        self.free_branches.clear();
        let (mut branches, mut slots) = (Vec::<Branch>::new(), vec![NONE; places.len()]);
        for (index, &parent) in (0..).zip(parents).filter(|(_, parent)| **parent != NONE) {
            let slot = &mut slots[parent as usize];
            if *slot == NONE {
                *slot = u32::try_from(branches.len()).unwrap_or(NONE); // there are no more of them than records
                branches.push(Branch::default());
            }
            branches[*slot as usize].children.push(index);
        }
        branches.par_iter_mut().for_each(|branch| {
            self.sort_by_handle(&mut branch.children);
            branch.children.shrink_to_fit();
        });
        self.branches = Pieces::of(branches);
        for ((record, place), slot) in self.records.iter_mut().zip(places).zip(slots) {
            (record.place, record.branch) = (*place, slot);
        }
    }

    /// Indices of the nodes there are.
    pub(super) fn live_indices(&self) -> impl Iterator<Item = Index> + use<> {
        let mut free = self.free.clone();
        free.sort_unstable();
        self.indices().filter(move |index| free.binary_search(index).is_err())
    }

    pub(super) fn sort_by_handle(&self, indices: &mut [Index]) {
        indices.sort_unstable_by_key(|&index| number(self.record(index).handle));
    }

    pub(super) fn insert_by_handle(&self, sorted: &mut Vec<Index>, index: Index) {
        let handle = self.record(index).handle;
        let at = sorted.partition_point(|&other| self.record(other).handle < handle);
        sorted.insert(at, index);
    }

    pub(super) fn insert_child(&mut self, parent: Index, child: Index) {
        let at = self.place_among(parent, child);
        self.branch_mut(parent).children.insert(at, child);
    }

    /// Takes a child out, which may have a million siblings: they are not gone through.
    pub(super) fn remove_child(&mut self, parent: Index, child: Index) {
        let at = self.place_among(parent, child);
        let children = &mut self.branch_mut(parent).children;
        if children.get(at) == Some(&child) {
            children.remove(at);
        } else {
            children.retain(|&other| other != child);
        }
    }

    /// Where a node stands, or would stand, among the children of another.
    fn place_among(&self, parent: Index, child: Index) -> usize {
        let handle = self.record(child).handle;
        let children = self.branch(parent).map(|branch| &branch.children[..]).unwrap_or_default();
        children.partition_point(|&other| self.record(other).handle < handle)
    }
}

impl Record {
    fn of(Facts { handle, parent, kind, size, uploaded }: Facts) -> Self {
        Self { size, uploaded, handle, parent, kind, ..Self::default() }
    }
}

impl Default for Record {
    /// A record that no node has.
    fn default() -> Self {
        Self {
            size: 0,
            uploaded: 0,
            modified: 0,
            crc: [0; 16],
            name_start: 0,
            name_len: NONE,
            branch: NONE,
            handle: NodeHandle::from_bytes([0; 6]),
            parent: None,
            kind: NodeKind::File,
            place: Place::Nowhere,
            has_key: false,
            has_fingerprint: false,
        }
    }
}

fn write_key(bytes: &mut [u8; 32], key: Option<&NodeKey>) {
    *bytes = [0; 32];
    match key {
        None => {}
        Some(NodeKey::File(key)) => *bytes = key.node_key(),
        Some(NodeKey::Folder(key)) => bytes[..16].copy_from_slice(key.bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{NodeUpdate, Tree};

    #[test]
    fn a_node_takes_no_more_than_is_said_above() {
        assert_eq!(size_of::<Record>(), 72);
        assert_eq!(size_of::<Zeroizing<[u8; 32]>>(), 32);
        assert_eq!(size_of::<(NodeHandle, Index)>(), 12, "and a byte of the table of first bits");
        assert_eq!(size_of::<Branch>(), 56);
        assert_eq!(pieces::LEN * (72 + 32 + 56), 80 << 10, "are empty at most, once in a tree");
    }

    fn handle(number: u32) -> NodeHandle {
        let [a, b, c, d] = number.to_be_bytes();
        NodeHandle::from_bytes([1, 1, a, b, c, d])
    }

    /// A root, in it folders 1 to 40, in these 20,000 files.
    fn tree() -> Tree {
        let mut tree = Tree::default();
        let facts =
            |number, parent, kind| Facts { handle: handle(number), parent, kind, size: 1, uploaded: 0 };
        tree.store.arrive(facts(0, None, NodeKind::Root), Content::Nothing);
        for number in 1..=20_040 {
            let (kind, parent, key_len) =
                if number <= 40 { (NodeKind::Folder, 0, 16) } else { (NodeKind::File, number % 40 + 1, 32) };
            let key = NodeKey::from_clear(&vec![7; key_len]).unwrap();
            let attributes = ClearAttributes { name: Some(number.to_string()), ..ClearAttributes::default() };
            let content = Content::Clear { key, attributes };
            tree.store.arrive(facts(number, Some(handle(parent)), kind), content);
        }
        tree.store.all_arrived();
        tree.place_all();
        tree
    }

    /// Pieces of one tree that are not those of another.
    fn copied(tree: &Tree, held: &Tree) -> usize {
        let (Store { records, keys, branches, .. }, held) = (&tree.store, &held.store);
        let counts = [
            records.shared_with(&held.records),
            keys.shared_with(&held.keys),
            branches.shared_with(&held.branches),
        ];
        counts.iter().map(|(shared, all)| all - shared).sum()
    }

    #[test]
    fn a_change_of_a_tree_that_somebody_else_has_copies_what_it_touches_and_no_more() {
        let mut tree = tree();
        let held = tree.clone();
        assert_eq!(copied(&tree, &held), 0);
        tree.apply(NodeUpdate::Attributes(handle(700), Attributes::named("new")));
        assert_eq!(copied(&tree, &held), 1, "its record");
        tree.apply(NodeUpdate::Moved(handle(9_001), handle(1)));
        assert_eq!(copied(&tree, &held), 3, "its record, and who is in which folder");
        tree.apply(NodeUpdate::Removed(handle(15_001)));
        assert_eq!(copied(&tree, &held), 5, "its record and its key");
        assert_eq!((tree.len(), held.len()), (20_040, 20_041));
        let names = [&tree, &held].map(|tree| tree.node(handle(700)).unwrap().name());
        assert_eq!(names, [Some("new"), Some("700")]);
        let counts = [&tree, &held].map(|tree| tree.children(handle(1)).count());
        assert_eq!(counts, [501, 500]);
        assert!(held.node(handle(15_001)).unwrap().key().is_some());
    }
}
