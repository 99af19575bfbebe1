//! Where nodes lie in memory ([`Store`]): one record each in one vector, keys in another, all names in one text. Nodes
//! are named by index, found by handle. It knows nothing of who stands below whom; `placement` keeps that in the
//! branches here.
//!
//! A node takes 72 bytes of record, 32 of key, 13 where its handle is found, 4 among its siblings, and its name in UTF-8:
//! some 146 bytes with a name of 25. A folder takes 56 more for its branch.

mod handles;
mod saved;

use std::collections::HashMap;

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

/// Index of a record.
pub(super) type Index = u32;

/// No index, no branch, no name.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Default)]
pub(super) struct Store {
    records: Vec<Record>,
    /// Clear keys beside the records; folders use the first half.
    keys: Zeroizing<Vec<[u8; 32]>>,
    handles: Handles,
    /// Of a listing that is still arriving: nodes that are not among the handles yet.
    arriving: Vec<(NodeHandle, Index)>,
    free: Vec<Index>,
    names: String,
    /// Clear attributes as JSON, of nodes that have more than a plain name and fingerprint.
    others: HashMap<Index, Box<str>>,
    /// What came for nodes that cannot be decrypted (yet).
    sealed: HashMap<Index, Sealed>,
    branches: Vec<Branch>,
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
    pub(super) fn arrive(&mut self, facts: Facts) -> Option<Index> {
        let index = self.new_record(facts)?;
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
        self.records.shrink_to_fit();
        self.keys.shrink_to_fit();
        self.names.shrink_to_fit();
    }

    fn new_record(&mut self, facts: Facts) -> Option<Index> {
        let record = Record {
            size: facts.size,
            uploaded: facts.uploaded,
            modified: 0,
            crc: [0; 16],
            name_start: 0,
            name_len: NONE,
            branch: NONE,
            handle: facts.handle,
            parent: facts.parent,
            kind: facts.kind,
            place: Place::Nowhere,
            has_key: false,
            has_fingerprint: false,
        };
        let index = if let Some(index) = self.free.pop() {
            *self.record_mut(index) = record;
            index
        } else {
            let index = u32::try_from(self.records.len()).ok().filter(|&index| index != NONE)?;
            self.records.push(record);
            self.keys.push([0; 32]);
            index
        };
        Some(index)
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
        if !self.sealed.is_empty() {
            self.sealed.remove(&index);
        }
        match content {
            Content::Nothing => {
                self.set_key(index, None);
                self.clear_attributes(index);
            }
            Content::Clear { key, attributes } => {
                self.set_key(index, Some(&key));
                self.set_attributes(index, attributes);
            }
            Content::Sealed { key, sealed } => {
                self.set_key(index, key.as_ref());
                self.clear_attributes(index);
                self.sealed.insert(index, sealed);
            }
        }
    }

    fn set_key(&mut self, index: Index, key: Option<&NodeKey>) {
        let bytes = &mut self.keys[index as usize];
        *bytes = [0; 32];
        match key {
            None => {}
            Some(NodeKey::File(key)) => *bytes = key.node_key(),
            Some(NodeKey::Folder(key)) => bytes[..16].copy_from_slice(key.bytes()),
        }
        self.record_mut(index).has_key = key.is_some();
    }

    pub(super) fn set_attributes(&mut self, index: Index, attributes: ClearAttributes) {
        let kept = (self.name(index) == attributes.name.as_deref()).then(|| self.record(index).name_len);
        self.clear_attributes(index);
        match (kept, &attributes.name) {
            (Some(len), _) => self.record_mut(index).name_len = len,
            (None, Some(name)) => self.set_name(index, name),
            (None, None) => {}
        }
        if let Some(fingerprint) = attributes.fingerprint {
            let record = self.record_mut(index);
            record.crc = fingerprint.crc;
            record.modified = fingerprint.modified;
            record.has_fingerprint = true;
        }
        if let Some(json) = attributes.others {
            self.others.insert(index, json);
        }
    }

    fn clear_attributes(&mut self, index: Index) {
        if !self.others.is_empty() {
            self.others.remove(&index); // nearly no node has any: an empty table is not worth a hash
        }
        let record = self.record_mut(index);
        record.name_len = NONE;
        record.has_fingerprint = false;
    }

    /// Writes a name at the end of the text. What an older name took stays unused until the tree is fetched anew. A name
    /// beyond 4 GiB of text is lost: its node reads as undecryptable.
    fn set_name(&mut self, index: Index, name: &str) {
        let start = u32::try_from(self.names.len());
        let end = u32::try_from(self.names.len() + name.len());
        let (Ok(start), Ok(_), Ok(len)) = (start, end, u32::try_from(name.len())) else { return };
        self.names.push_str(name);
        let record = self.record_mut(index);
        record.name_start = start;
        record.name_len = len;
    }

    pub(super) fn name(&self, index: Index) -> Option<&str> {
        let record = self.record(index);
        let start = record.name_start as usize;
        if record.name_len == NONE {
            return None;
        }
        self.names.get(start..start + record.name_len as usize)
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
        if let Some(json) = self.others.get(&index) {
            return Attributes::from_json(json);
        }
        let fingerprint = self.fingerprint(index);
        self.name(index).map(|name| rebuild(name, fingerprint))
    }

    /// Indices and contents of the nodes that cannot be decrypted yet.
    pub(super) fn sealed(&self) -> impl Iterator<Item = (Index, &Sealed)> {
        self.sealed.iter().map(|(&index, sealed)| (index, sealed))
    }

    /// The key field of a node that cannot be decrypted yet.
    pub(super) fn sealed_keys(&self, index: Index) -> Option<&str> {
        self.sealed.get(&index).map(|sealed| &*sealed.keys)
    }

    pub(super) fn branch(&self, index: Index) -> Option<&Branch> {
        self.branches.get(self.record(index).branch as usize)
    }

    /// Returns a store of these nodes alone, none of them placed. Of several with one handle the last stays.
    pub(super) fn part(&self, indices: &[Index]) -> Self {
        let mut part = Self::default();
        for &index in indices {
            let Record { handle, parent, kind, size, uploaded, .. } = *self.record(index);
            if let Some(new) = part.arrive(Facts { handle, parent, kind, size, uploaded }) {
                part.set_content(new, self.content(index));
            }
        }
        part.all_arrived();
        part
    }

    fn content(&self, index: Index) -> Content {
        let key = self.key(index);
        match (self.sealed.get(&index), key) {
            (Some(sealed), key) => Content::Sealed { key, sealed: sealed.clone() },
            (None, Some(key)) => {
                let name = self.name(index).map(str::to_owned);
                let (fingerprint, others) = (self.fingerprint(index), self.others.get(&index).cloned());
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
                self.branches.push(Branch::default());
                // A node has at most one branch, so there are no more of them than records, whose number fits.
                u32::try_from(self.branches.len() - 1).unwrap_or(NONE)
            });
            self.record_mut(index).branch = slot;
        }
        &mut self.branches[slot as usize]
    }

    /// Takes every node from its place and forgets all branches.
    pub(super) fn unplace_all(&mut self) {
        self.branches.clear();
        self.free_branches.clear();
        for record in &mut self.records {
            record.branch = NONE;
            record.place = Place::Nowhere;
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
        let mut children = std::mem::take(&mut self.branch_mut(parent).children);
        self.insert_by_handle(&mut children, child);
        self.branch_mut(parent).children = children;
    }

    /// Takes a child out, which may have a million siblings: they are not gone through.
    pub(super) fn remove_child(&mut self, parent: Index, child: Index) {
        let mut children = std::mem::take(&mut self.branch_mut(parent).children);
        let handle = self.record(child).handle;
        let at = children.partition_point(|&other| self.record(other).handle < handle);
        if children.get(at) == Some(&child) {
            children.remove(at);
        } else {
            children.retain(|&other| other != child);
        }
        self.branch_mut(parent).children = children;
    }

    pub(super) fn sort_branches(&mut self) {
        let mut branches = std::mem::take(&mut self.branches);
        branches.par_iter_mut().for_each(|branch| {
            self.sort_by_handle(&mut branch.children);
            branch.children.shrink_to_fit();
        });
        self.branches = branches;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_no_more_than_is_said_above() {
        assert_eq!(size_of::<Record>(), 72);
        assert_eq!(size_of::<(NodeHandle, Index)>(), 12, "and a byte of the table of first bits");
        assert_eq!(size_of::<Branch>(), 56);
    }
}
