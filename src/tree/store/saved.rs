//! Nodes as they are written to disk and read back: for each a row of fixed length, then all names in one piece, then the
//! rarer things by the number of the node. Which node stands where is not written: parents say it.

use std::io::{self, Read, Write};

use super::{NONE, Place, Record, Sealed, Store};
use crate::handle::NodeHandle;
use crate::tree::node::NodeKind;
use crate::tree::words::{bytes, len, put_len, put_text, senseless, text};

impl Store {
    /// Writes all nodes.
    pub(in crate::tree) fn save(&self, out: &mut impl Write) -> io::Result<()> {
        let live: Vec<u32> = self.live_indices().collect();
        put_len(out, live.len())?;
        for &index in &live {
            out.write_all(&row(self.record(index), &self.keys[index as usize]))?;
        }
        let names = || live.iter().filter_map(|&index| self.name(index));
        put_len(out, names().map(str::len).sum())?;
        names().try_for_each(|name| out.write_all(name.as_bytes()))?;
        put_len(out, self.others.len())?;
        put_len(out, self.sealed.len())?;
        for (number, index) in live.iter().enumerate() {
            if let Some(json) = self.others.get(index) {
                put_len(out, number)?;
                put_text(out, json)?;
            }
        }
        for (number, index) in live.iter().enumerate() {
            if let Some(Sealed { keys, attributes }) = self.sealed.get(index) {
                put_len(out, number)?;
                put_text(out, keys)?;
                put_text(out, attributes)?;
            }
        }
        Ok(())
    }

    /// Reads what [`Self::save`] wrote. No node stands anywhere yet.
    pub(in crate::tree) fn restore(from: &mut impl Read) -> io::Result<Self> {
        let count = len(from)?;
        let mut store = Self::default();
        let room = count.min(MOST_ROOM); // the count is not believed before the rows are there
        store.records.reserve_exact(room);
        store.keys.reserve_exact(room);
        store.by_handle.reserve(room);
        let mut names_len: u32 = 0;
        for number in 0..count {
            let (record, key) = record(&bytes(from)?, &mut names_len).ok_or_else(senseless)?;
            store.by_handle.insert(record.handle, u32::try_from(number).map_err(|_too_many| senseless())?);
            store.records.push(record);
            store.keys.push(key);
        }
        store.names = text(from)?;
        if store.names.len() != names_len as usize || store.by_handle.len() != count {
            return Err(senseless());
        }
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
        Ok(store)
    }
}

/// One node: handle 6, parent 6, flags 1, size 8, arrival 8, time 8, checksums 16, length of the name 4, key 32.
fn row(record: &Record, key: &[u8; 32]) -> [u8; ROW] {
    let mut row = [0; ROW];
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    let name_len = if record.name_len == NONE { 0 } else { record.name_len };
    row[..6].copy_from_slice(&record.handle.bytes());
    row[6..12].copy_from_slice(&record.parent.map(NodeHandle::bytes).unwrap_or_default());
    row[12] = record.kind.to_wire()
        | flag(record.parent.is_some(), HAS_PARENT)
        | flag(record.has_key, HAS_KEY)
        | flag(record.has_fingerprint, HAS_FINGERPRINT)
        | flag(record.name_len != NONE, HAS_NAME);
    row[13..21].copy_from_slice(&record.size.to_le_bytes());
    row[21..29].copy_from_slice(&record.uploaded.to_le_bytes());
    row[29..37].copy_from_slice(&record.modified.to_le_bytes());
    row[37..53].copy_from_slice(&record.crc);
    row[53..57].copy_from_slice(&name_len.to_le_bytes());
    row[57..].copy_from_slice(key);
    row
}

fn record(row: &[u8; ROW], names_end: &mut u32) -> Option<(Record, [u8; 32])> {
    let flags = row[12];
    let number = |at: usize| row[at..at + 8].try_into().ok();
    let handle = |at: usize| row[at..at + 6].try_into().ok().map(NodeHandle::from_bytes);
    let (start, name_len) = (*names_end, u32::from_le_bytes(row[53..57].try_into().ok()?));
    *names_end = start.checked_add(name_len)?;
    let record = Record {
        size: u64::from_le_bytes(number(13)?),
        uploaded: i64::from_le_bytes(number(21)?),
        modified: i64::from_le_bytes(number(29)?),
        crc: row[37..53].try_into().ok()?,
        name_start: start,
        name_len: if flags & HAS_NAME == 0 { NONE } else { name_len },
        branch: NONE,
        handle: handle(0)?,
        parent: if flags & HAS_PARENT == 0 { None } else { Some(handle(6)?) },
        kind: NodeKind::from_wire(i64::from(flags & KIND))?,
        place: Place::Nowhere,
        has_key: flags & HAS_KEY != 0,
        has_fingerprint: flags & HAS_FINGERPRINT != 0,
    };
    Some((record, row[57..].try_into().ok()?))
}

/// Nodes for which room is made before they are read: accounts of more are few.
const MOST_ROOM: usize = 4 << 20;

/// Bytes of a row.
const ROW: usize = 89;

const KIND: u8 = 0b111;
const HAS_PARENT: u8 = 1 << 3;
const HAS_KEY: u8 = 1 << 4;
const HAS_FINGERPRINT: u8 = 1 << 5;
const HAS_NAME: u8 = 1 << 6;
