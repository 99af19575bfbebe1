//! The undo journal of one account: each change to it is on disk before it is sent, and how it ended afterwards
//! ([`UndoJournal`]). `session::change` writes it, undoing reads it. What a change is, it does not know: it keeps JSON,
//! which must hold no keys.
//!
//! The file is lines of JSON, only ever added to, by any number of processes at once: each line is written under a lock
//! of the file, in one go. A line that a crash cut short ends where the next begins, and is passed over.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::private_file;

/// The journal of one account. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug)]
pub struct UndoJournal {
    /// `None` keeps nothing.
    file: Option<Arc<Mutex<File>>>,
}

/// A record's number: random, so that processes need not ask each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UndoId(pub u64);

/// A change as the journal has it.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoRecord {
    /// Its number.
    pub id: UndoId,
    /// When it was about to be sent, Unix seconds.
    pub begun: i64,
    /// What it was.
    pub change: Value,
    /// How it ended.
    pub end: UndoEnd,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq)]
pub enum UndoEnd {
    /// Nobody wrote it down: the process or the line broke after it was sent, or it is on its way now. It may have
    /// happened or not.
    Unknown,
    /// The server refused it: nothing to undo.
    Refused,
    /// It happened, and this takes it back.
    Undoable(Value),
    /// It happened, and nothing takes it back.
    Final,
}

impl UndoJournal {
    /// Opens or makes the journal file, readable by its owner only, and its folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private_file::create_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: Some(Arc::new(Mutex::new(options.open(path)?))) })
    }

    /// Makes a journal that keeps nothing (demo, tests).
    #[must_use]
    pub const fn none() -> Self {
        Self { file: None }
    }

    /// Writes what is about to be sent; it is on disk when this returns.
    pub fn begin(&self, change: &Value) -> io::Result<UndoId> {
        let id = UndoId(getrandom::u64().map_err(io::Error::other)? >> SPARE_BITS);
        self.append(&Line::Begin { id, at: unix_seconds(), change: change.clone() })?;
        Ok(id)
    }

    /// Writes that the change happened, and what takes it back, if anything does.
    pub fn end(&self, id: UndoId, inverse: Option<&Value>) -> io::Result<()> {
        self.append(&Line::End { id, happened: true, inverse: inverse.cloned() })
    }

    /// Writes that the change did not happen.
    pub fn refused(&self, id: UndoId) -> io::Result<()> {
        self.append(&Line::End { id, happened: false, inverse: None })
    }

    /// Reads the records of the last megabytes, the newest first. Lines that make no sense are passed over.
    pub fn read(&self) -> io::Result<Vec<UndoRecord>> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let start = file.metadata()?.len().saturating_sub(READ_LIMIT);
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        // The file may grow meanwhile: the bound holds all the same.
        Read::by_ref(&mut *file).take(READ_LIMIT).read_to_end(&mut text)?;
        Ok(records(&text))
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.lock()?;
        let written = append_locked(&mut file, line);
        file.unlock()?;
        written
    }
}

/// Adds a line; ends a line first that a crash cut short.
fn append_locked(file: &mut File, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, b'\n');
        }
    }
    file.write_all(&text)?;
    file.sync_data()
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Begin {
        id: UndoId,
        at: i64,
        change: Value,
    },
    End {
        id: UndoId,
        happened: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inverse: Option<Value>,
    },
}

fn records(text: &[u8]) -> Vec<UndoRecord> {
    let mut records: Vec<UndoRecord> = Vec::new();
    let mut by_id: HashMap<UndoId, usize> = HashMap::new();
    for line in text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
        match line {
            Line::Begin { id, at, change } => {
                by_id.insert(id, records.len());
                records.push(UndoRecord { id, begun: at, change, end: UndoEnd::Unknown });
            }
            Line::End { id, happened, inverse } => {
                let Some(record) = by_id.get(&id).and_then(|&at| records.get_mut(at)) else { continue };
                record.end = match (happened, inverse) {
                    (true, Some(inverse)) => UndoEnd::Undoable(inverse),
                    (true, None) => UndoEnd::Final,
                    (false, _) => UndoEnd::Refused,
                };
            }
        }
    }
    records.reverse();
    records
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Leaves 53 bits, which every reader of JSON keeps exactly.
const SPARE_BITS: u32 = 11;

/// Bytes from the end of the file that are read: some fifty thousand changes.
const READ_LIMIT: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn journal() -> (tempfile::TempDir, std::path::PathBuf, UndoJournal) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("undo.jsonl");
        let journal = UndoJournal::open(&path).unwrap();
        (folder, path, journal)
    }

    #[test]
    fn records_come_newest_first_with_how_they_ended() {
        let (_folder, path, journal) = journal();
        let ids: Vec<UndoId> = (0..4).map(|n| journal.begin(&json!({"n": n})).unwrap()).collect();
        journal.end(ids[0], Some(&json!("back"))).unwrap();
        journal.end(ids[1], None).unwrap();
        journal.refused(ids[2]).unwrap();
        let records = UndoJournal::open(&path).unwrap().read().unwrap();
        let ends: Vec<&UndoEnd> = records.iter().map(|record| &record.end).collect();
        assert_eq!(
            ends,
            [&UndoEnd::Unknown, &UndoEnd::Refused, &UndoEnd::Final, &UndoEnd::Undoable(json!("back"))]
        );
        assert_eq!(records[3].change, json!({"n": 0}));
        assert_eq!(records[3].id, ids[0]);
        assert!(records[0].begun > 1_700_000_000);
    }

    #[test]
    fn a_line_cut_short_is_passed_over_and_does_not_spoil_the_next() {
        let (_folder, path, journal) = journal();
        journal.begin(&json!(1)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for len in 0..whole.len() {
            std::fs::write(&path, [&whole[..], &whole[..len]].concat()).unwrap();
            let journal = UndoJournal::open(&path).unwrap();
            journal.begin(&json!(2)).unwrap();
            let changes: Vec<Value> =
                journal.read().unwrap().into_iter().map(|record| record.change).collect();
            assert_eq!(changes.last(), Some(&json!(1)), "cut at {len}");
            assert_eq!(changes.first(), Some(&json!(2)), "cut at {len}");
        }
    }

    #[test]
    fn garbage_is_passed_over() {
        let (_folder, path, journal) = journal();
        let id = journal.begin(&json!(1)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\xff\xfe\n{}\n[1]\n{\"kind\":\"end\",\"id\":1,\"happened\":true}\n\n").unwrap();
        journal.refused(id).unwrap();
        let records = journal.read().unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].end, UndoEnd::Refused);
    }

    #[test]
    fn several_writers_at_once_lose_no_line() {
        let (_folder, path, journal) = journal();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let journal = UndoJournal::open(path).unwrap();
                    for n in 0..25 {
                        let id = journal.begin(&json!([writer, n, "x".repeat(500)])).unwrap();
                        journal.end(id, None).unwrap();
                    }
                });
            }
        });
        let records = journal.read().unwrap();
        assert_eq!(records.len(), 100);
        assert!(records.iter().all(|record| record.end == UndoEnd::Final));
        let ids: std::collections::HashSet<UndoId> = records.iter().map(|record| record.id).collect();
        assert_eq!(ids.len(), 100);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path, _journal) = journal();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_journal_of_nothing_takes_everything_and_has_nothing() {
        let journal = UndoJournal::none();
        let id = journal.begin(&json!(1)).unwrap();
        journal.end(id, None).unwrap();
        assert!(journal.read().unwrap().is_empty());
    }
}
