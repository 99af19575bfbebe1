//! The state folder: every change is appended to a log of records before it is answered, and read back at the next
//! start. A line that was cut off by a crash is dropped: it was never answered.
//!
//! ```text
//! DIR/log       a JSON object a line: { table: { key: record or null } }
//! DIR/content/  one file for each larger content, named by number
//! DIR/lock      held while an emulator uses the folder
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::{ContentId, ContentRecord, Store};
use super::table::Table;
use super::world::{Counters, KeptContent, World};

/// The open log.
pub(crate) struct Journal {
    log: File,
    /// Held for as long as the folder is in use.
    _lock: File,
}

/// One line: what changed, table by table. Keys are JSON text.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Line {
    counters: Option<Counters>,
    accounts: Records,
    sessions: Records,
    nodes: Records,
    shares: Records,
    links: Records,
    contents: Records,
    packets: Records,
}

/// `null` for a record that is gone.
type Records = BTreeMap<String, Value>;

/// A content and its uses, as kept.
#[derive(Serialize, Deserialize)]
struct KeptRecord {
    content: ContentRecord,
    uses: u32,
}

impl Journal {
    /// Opens the log in `folder` and brings `world`, which must be empty, to the state it describes.
    ///
    /// The log is then written anew, with one line for everything, under a temporary name that takes the old one's
    /// place.
    pub(crate) fn open(folder: &Path, world: &mut World) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|error| io::Error::other(format!("in use by another emulator: {error}")))?;
        world.store = Store::in_folder(folder.join("content"))?;
        let path = folder.join("log");
        if path.exists() {
            for line in BufReader::new(File::open(&path)?).lines() {
                match serde_json::from_str::<Line>(&line?) {
                    Ok(line) => line.apply(world)?,
                    Err(_cut_off) => break,
                }
            }
            restore_children(world);
        }
        world.watch();
        let fresh = folder.join("log.new");
        let mut log = File::create(&fresh)?;
        write_line(&mut log, &Line::everything(world)?)?;
        log.sync_all()?;
        fs::rename(&fresh, &path)?;
        Ok(Self { log, _lock: lock })
    }

    /// Appends what changed since the last time, if anything did.
    pub(crate) fn append(&mut self, world: &mut World) -> io::Result<()> {
        let line = Line::changes(world)?;
        if line.is_empty() { Ok(()) } else { write_line(&mut self.log, &line) }
    }
}

impl World {
    /// Starts to note changes in every table.
    fn watch(&mut self) {
        self.accounts.watch();
        self.sessions.watch();
        self.nodes.watch();
        self.shares.watch();
        self.links.watch();
        self.contents.watch();
        self.packets.watch();
    }
}

impl Line {
    fn everything(world: &World) -> io::Result<Self> {
        Ok(Self {
            counters: Some(world.counters.clone()),
            accounts: all(&world.accounts)?,
            sessions: all(&world.sessions)?,
            nodes: all(&world.nodes)?,
            shares: all(&world.shares)?,
            links: all(&world.links)?,
            contents: world
                .contents
                .iter()
                .map(|(id, kept)| content_record(*id, kept))
                .collect::<io::Result<_>>()?,
            packets: all(&world.packets)?,
        })
    }

    fn changes(world: &mut World) -> io::Result<Self> {
        let contents = world.contents.drain_changes();
        let contents = contents.into_iter().map(|(id, kept)| match kept {
            Some(kept) => content_record(id, kept),
            None => Ok((key_text(&id)?, Value::Null)),
        });
        Ok(Self {
            contents: contents.collect::<io::Result<_>>()?,
            accounts: changed(&mut world.accounts)?,
            sessions: changed(&mut world.sessions)?,
            nodes: changed(&mut world.nodes)?,
            shares: changed(&mut world.shares)?,
            links: changed(&mut world.links)?,
            packets: changed(&mut world.packets)?,
            counters: Some(world.counters.clone()),
        })
    }

    /// Whether nothing but the counters is in it, which change only together with something else.
    fn is_empty(&self) -> bool {
        let tables = [
            &self.accounts,
            &self.sessions,
            &self.nodes,
            &self.shares,
            &self.links,
            &self.contents,
            &self.packets,
        ];
        tables.iter().all(|records| records.is_empty())
    }

    fn apply(self, world: &mut World) -> io::Result<()> {
        if let Some(counters) = self.counters {
            world.counters = counters;
        }
        restore(&mut world.accounts, self.accounts)?;
        restore(&mut world.sessions, self.sessions)?;
        restore(&mut world.nodes, self.nodes)?;
        restore(&mut world.shares, self.shares)?;
        restore(&mut world.links, self.links)?;
        restore(&mut world.packets, self.packets)?;
        for (key, record) in self.contents {
            let id: ContentId = serde_json::from_str(&key)?;
            match serde_json::from_value::<Option<KeptRecord>>(record)? {
                // A file that is missing was dropped by a later line, or lost: its node then cannot be read.
                Some(kept) => {
                    if let Ok(content) = world.store.open(kept.content) {
                        world.contents.insert(id, KeptContent { content, uses: kept.uses });
                    }
                }
                None => drop(world.contents.remove(&id)),
            }
        }
        Ok(())
    }
}

fn write_line(log: &mut File, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    log.write_all(&text)
}

fn all<K: Serialize + Ord + Clone, V: Serialize>(table: &Table<K, V>) -> io::Result<Records> {
    table.iter().map(|(key, record)| Ok((key_text(key)?, serde_json::to_value(record)?))).collect()
}

fn changed<K: Serialize + Ord + Clone, V: Serialize>(table: &mut Table<K, V>) -> io::Result<Records> {
    let changes = table.drain_changes();
    changes.into_iter().map(|(key, record)| Ok((key_text(&key)?, serde_json::to_value(record)?))).collect()
}

fn restore<K: DeserializeOwned + Ord + Clone, V: DeserializeOwned>(
    table: &mut Table<K, V>,
    records: Records,
) -> io::Result<()> {
    for (key, record) in records {
        let key: K = serde_json::from_str(&key)?;
        match serde_json::from_value::<Option<V>>(record)? {
            Some(record) => table.insert(key, record),
            None => drop(table.remove(&key)),
        }
    }
    Ok(())
}

fn content_record(id: ContentId, kept: &KeptContent) -> io::Result<(String, Value)> {
    let record = KeptRecord { content: kept.content.record(id), uses: kept.uses };
    Ok((key_text(&id)?, serde_json::to_value(record)?))
}

fn key_text<K: Serialize>(key: &K) -> io::Result<String> {
    Ok(serde_json::to_string(key)?)
}

/// What is in a folder is not in its record, so that a folder of a hundred thousand is not written for each of them.
fn restore_children(world: &mut World) {
    let pairs: Vec<_> =
        world.nodes.iter().filter_map(|(handle, node)| node.parent.map(|parent| (parent, *handle))).collect();
    for (parent, handle) in pairs {
        if let Some(parent) = world.nodes.edit(&parent) {
            parent.children.insert(handle);
        }
    }
}
