//! Nodes as they are written to disk and read back, laid out so that reading is a few large copies on all cores: for each
//! node a row of fixed length, then all names in one piece, the order of the handles, the branches, and the rarer things by
//! the number of the node. `tree::saved` says in which order nodes are numbered: what stands below nothing, and then
//! level by level, so that what is in one folder lies side by side.

use std::io::{self, Read, Write};

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::{Branch, Handles, Index, NONE, Names, Place, Record, Sealed, Store};
use crate::handle::NodeHandle;
use crate::tree::Usage;
use crate::tree::node::NodeKind;
use crate::tree::words::{bytes, len, put_len, put_text, senseless, text};

impl Store {
    /// Writes all nodes, numbered in this order. Below the first `tops` each node's children stand together, and in the
    /// order of those that they are children of.
    pub(in crate::tree) fn save(&self, order: &[Index], tops: usize, out: &mut impl Write) -> io::Result<()> {
        put_len(out, order.len())?;
        let mut name_start = 0;
        for &index in order {
            out.write_all(&row(self.record(index), &self.keys[index as usize], name_start))?;
            name_start += self.name(index).map_or(0, |name| u32::try_from(name.len()).unwrap_or(0));
        }
        put_len(out, name_start as usize)?;
        order
            .iter()
            .filter_map(|&index| self.name(index))
            .try_for_each(|name| out.write_all(name.as_bytes()))?;
        let mut by_handle: Vec<(NodeHandle, u32)> =
            order.par_iter().map(|&index| self.record(index).handle).zip(0..count(order)?).collect();
        by_handle.par_sort_unstable();
        for (handle, number) in by_handle {
            out.write_all(&handle.bytes())?;
            out.write_all(&number.to_le_bytes())?;
        }
        let branches =
            || order.iter().enumerate().filter_map(|(at, &index)| Some((at, self.filled_branch(index)?)));
        put_len(out, tops)?;
        put_len(out, branches().count())?;
        for (owner, Branch { children, usage }) in branches() {
            put_len(out, owner)?;
            put_len(out, children.len())?;
            for sum in [usage.bytes, usage.file_count, usage.folder_count, usage.version_bytes] {
                out.write_all(&sum.to_le_bytes())?;
            }
        }
        self.save_rare(order, out)
    }

    fn filled_branch(&self, index: Index) -> Option<&Branch> {
        self.branch(index).filter(|branch| !branch.children.is_empty())
    }

    fn save_rare(&self, order: &[Index], out: &mut impl Write) -> io::Result<()> {
        put_len(out, self.others.len())?;
        put_len(out, self.sealed.len())?;
        if self.others.len() + self.sealed.len() == 0 {
            return Ok(());
        }
        for (number, &index) in order.iter().enumerate() {
            if let Some(json) = self.others.get(index) {
                put_len(out, number)?;
                put_text(out, json)?;
            }
        }
        for (number, &index) in order.iter().enumerate() {
            if let Some(Sealed { keys, attributes }) = self.sealed.get(index) {
                put_len(out, number)?;
                put_text(out, keys)?;
                put_text(out, attributes)?;
            }
        }
        Ok(())
    }

    /// Reads what [`Self::save`] wrote, and how many of the first nodes stand below nothing.
    pub(in crate::tree) fn restore(from: &mut impl Read) -> io::Result<(Self, u32)> {
        let count = len(from)?;
        let mut store = Self::default();
        store.read_rows(count, from)?;
        store.names = Names::of(text(from)?);
        store.handles = read_handles(count, from)?;
        let tops = u32::try_from(len(from)?).map_err(|_too_many| senseless())?;
        store.read_branches(tops, from)?;
        let number = |from: &mut _| match len(from)? {
            number if number < count => u32::try_from(number).map_err(|_too_many| senseless()),
            _ => Err(senseless()),
        };
        let (others_count, sealed_count) = (len(from)?, len(from)?);
        for _ in 0..others_count {
            store.others.insert(number(from)?, text(from)?.into());
        }
        for _ in 0..sealed_count {
            let index = number(from)?;
            store.sealed.insert(index, Sealed { keys: text(from)?.into(), attributes: text(from)?.into() });
        }
        Ok((store, tops))
    }

    fn read_rows(&mut self, count: usize, from: &mut impl Read) -> io::Result<()> {
        let mut rows = Zeroizing::new(Vec::new());
        while self.records.len() < count {
            rows.resize(ROW * ROWS_AT_ONCE.min(count - self.records.len()), 0);
            from.read_exact(&mut rows)?;
            let (rows, _) = rows.as_chunks::<ROW>();
            if !rows.par_iter().all(|row| place_of(row[13]).is_some() && kind_of(row[12]).is_some()) {
                return Err(senseless());
            }
            self.records.par_extend(rows.len(), |at| record(&rows[at]));
            self.keys.par_extend(rows.len(), |at| Zeroizing::new(part(&rows[at], KEY_AT)));
        }
        Ok(())
    }

    /// Children follow each other as those do that they stand below, and those come before them: so nothing can stand
    /// below itself, or twice.
    fn read_branches(&mut self, tops: u32, from: &mut impl Read) -> io::Result<()> {
        let (mut next, mut least) = (tops, 0);
        for slot in 0..u32::try_from(len(from)?).map_err(|_too_many| senseless())? {
            let [owner, children] = [u32::from_le_bytes(bytes(from)?), u32::from_le_bytes(bytes(from)?)];
            let [bytes, file_count, folder_count, version_bytes] = sums(from)?;
            let end = next.checked_add(children).filter(|&end| end as usize <= self.records.len());
            let (Some(end), true) = (end, (least..next).contains(&owner)) else { return Err(senseless()) };
            let above = Some(self.record(owner).handle);
            let stands_there = |index: Index| {
                let record = self.record(index);
                matches!(record.place, Place::Child | Place::Version) && record.parent == above
            };
            if !(next..end).all(stands_there) {
                return Err(senseless());
            }
            self.record_mut(owner).branch = slot;
            let usage = Usage { bytes, file_count, folder_count, version_bytes };
            *self.branches.add() = Branch { children: (next..end).collect(), usage };
            (next, least) = (end, owner + 1);
        }
        if next as usize == self.records.len() { Ok(()) } else { Err(senseless()) }
    }
}

fn count(order: &[Index]) -> io::Result<u32> {
    u32::try_from(order.len()).map_err(|_too_many| senseless())
}

fn sums(from: &mut impl Read) -> io::Result<[u64; 4]> {
    let [one, two, three, four] = [bytes(from)?, bytes(from)?, bytes(from)?, bytes(from)?];
    Ok([one, two, three, four].map(u64::from_le_bytes))
}

fn read_handles(count: usize, from: &mut impl Read) -> io::Result<Handles> {
    let (mut sorted, mut pairs) = (Vec::new(), Vec::new());
    sorted.reserve_exact(count.min(MOST_ROOM));
    while sorted.len() < count {
        pairs.resize(PAIR * ROWS_AT_ONCE.min(count - sorted.len()), 0);
        from.read_exact(&mut pairs)?;
        let pair =
            |pair: &[u8; PAIR]| (NodeHandle::from_bytes(part(pair, 0)), u32::from_le_bytes(part(pair, 6)));
        sorted.par_extend(pairs.as_chunks::<PAIR>().0.par_iter().map(pair));
    }
    if sorted.par_iter().any(|&(_, index)| index as usize >= count) {
        return Err(senseless());
    }
    Handles::in_order(sorted).ok_or_else(senseless)
}

/// One node: handle 6, parent 6, flags 1, place 1, size 8, arrival 8, time 8, checksums 16, where its name begins 4 and its
/// length 4, key 32.
fn row(record: &Record, key: &[u8; 32], name_start: u32) -> [u8; ROW] {
    let mut row = [0; ROW];
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    row[..6].copy_from_slice(&record.handle.bytes());
    row[6..12].copy_from_slice(&record.parent.map(NodeHandle::bytes).unwrap_or_default());
    row[12] = record.kind.to_wire()
        | flag(record.parent.is_some(), HAS_PARENT)
        | flag(record.has_key, HAS_KEY)
        | flag(record.has_fingerprint, HAS_FINGERPRINT);
    row[13] = record.place as u8;
    row[14..22].copy_from_slice(&record.size.to_le_bytes());
    row[22..30].copy_from_slice(&record.uploaded.to_le_bytes());
    row[30..38].copy_from_slice(&record.modified.to_le_bytes());
    row[38..54].copy_from_slice(&record.crc);
    row[54..58].copy_from_slice(&name_start.to_le_bytes());
    row[58..KEY_AT].copy_from_slice(&record.name_len.to_le_bytes());
    row[KEY_AT..].copy_from_slice(key);
    row
}

fn record(row: &[u8; ROW]) -> Record {
    let flags = row[12];
    Record {
        size: u64::from_le_bytes(part(row, 14)),
        uploaded: i64::from_le_bytes(part(row, 22)),
        modified: i64::from_le_bytes(part(row, 30)),
        crc: part(row, 38),
        name_start: u32::from_le_bytes(part(row, 54)),
        name_len: u32::from_le_bytes(part(row, 58)),
        branch: NONE,
        handle: NodeHandle::from_bytes(part(row, 0)),
        parent: (flags & HAS_PARENT != 0).then(|| NodeHandle::from_bytes(part(row, 6))),
        kind: kind_of(flags).unwrap_or(NodeKind::File),
        place: place_of(row[13]).unwrap_or(Place::Nowhere),
        has_key: flags & HAS_KEY != 0,
        has_fingerprint: flags & HAS_FINGERPRINT != 0,
    }
}

/// Bytes of a row that are certainly there.
fn part<const N: usize, const ROW: usize>(row: &[u8; ROW], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&row[at..at + N]);
    part
}

fn kind_of(flags: u8) -> Option<NodeKind> {
    NodeKind::from_wire(i64::from(flags & KIND))
}

fn place_of(number: u8) -> Option<Place> {
    let places = [Place::Root, Place::Child, Place::Version, Place::InShare, Place::Orphan];
    places.into_iter().find(|&place| place as u8 == number)
}

/// Nodes for which room is made before they are read: accounts of more are few.
const MOST_ROOM: usize = 4 << 20;

/// Bytes of a row.
const ROW: usize = KEY_AT + 32;
const KEY_AT: usize = 62;

/// Bytes of a handle and the number of its node.
const PAIR: usize = 10;

/// Rows that are read together: some megabytes.
const ROWS_AT_ONCE: usize = 1 << 16;

const KIND: u8 = 0b111;
const HAS_PARENT: u8 = 1 << 3;
const HAS_KEY: u8 = 1 << 4;
const HAS_FINGERPRINT: u8 = 1 << 5;
