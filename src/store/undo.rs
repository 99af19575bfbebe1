//! The undo journal of one account: each change to it is on disk before it is sent, and how it ended afterwards
//! ([`UndoJournal`]). `session::change` writes it, undoing reads it. What a change is, it does not know: it keeps JSON,
//! which must hold no keys.
//!
//! The file is lines of JSON, only ever added to, by any number of processes at once: lines are written under a lock
//! of the file, in one go, and whoever has it writes for all who wait. A line that a crash cut short ends where the next
//! begins, and is passed over.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::private_file;

/// The journal of one account. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug)]
pub struct UndoJournal {
    /// `None` keeps nothing.
    pages: Option<Arc<Pages>>,
}

/// The file, and what is to be written to it.
#[derive(Debug)]
struct Pages {
    file: Mutex<File>,
    /// What nobody has written yet. Never locked before `file` by who then waits for `file`.
    waiting: Mutex<Page>,
}

/// Lines that are written in one go, and how that went: the first of their writers to get the file does it for all.
#[derive(Debug, Default)]
struct Page {
    text: Vec<u8>,
    must_last: bool,
    written: Arc<OnceLock<Result<(), WriteError>>>,
}

/// What the system said, for each who waited.
#[derive(Clone, Debug)]
struct WriteError(io::ErrorKind, String);

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
        let file = Mutex::new(options.open(path)?);
        Ok(Self { pages: Some(Arc::new(Pages { file, waiting: Mutex::default() })) })
    }

    /// Makes a journal that keeps nothing (demo, tests).
    #[must_use]
    pub const fn none() -> Self {
        Self { pages: None }
    }

    /// Returns whether both write the same open file.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.pages, &other.pages) {
            (Some(own), Some(others)) => Arc::ptr_eq(own, others),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// Writes what is about to be sent; it is on disk when this returns.
    pub fn begin(&self, change: &Value) -> io::Result<UndoId> {
        let id = new_id()?;
        self.append(&[Line::Begin { id, at: unix_seconds(), change: change.clone() }], Lasting::Must)?;
        Ok(id)
    }

    /// Writes several changes that are about to be sent, in one go; all are on disk when this returns.
    pub fn begin_all(&self, changes: Vec<Value>) -> io::Result<Vec<UndoId>> {
        let at = unix_seconds();
        let line = |change| Ok(Line::Begin { id: new_id()?, at, change });
        let lines: Vec<Line> = changes.into_iter().map(line).collect::<io::Result<_>>()?;
        self.append(&lines, Lasting::Must)?;
        Ok(lines.iter().map(Line::id).collect())
    }

    /// Writes that the change happened, and what takes it back, if anything does.
    pub fn end(&self, id: UndoId, inverse: Option<&Value>) -> io::Result<()> {
        self.end_all(vec![(id, Ending::Happened(inverse.cloned()))])
    }

    /// Writes that the change did not happen.
    pub fn refused(&self, id: UndoId) -> io::Result<()> {
        self.end_all(vec![(id, Ending::Refused)])
    }

    /// Writes how several changes ended, in one go.
    pub fn end_all(&self, endings: Vec<(UndoId, Ending)>) -> io::Result<()> {
        let lines: Vec<Line> = endings.into_iter().map(|(id, ending)| Line::end(id, ending)).collect();
        self.append(&lines, Lasting::May)
    }

    /// Reads the records of the last megabytes, the newest first. Lines that make no sense are passed over.
    pub fn read(&self) -> io::Result<Vec<UndoRecord>> {
        let Some(pages) = &self.pages else { return Ok(Vec::new()) };
        let mut file = lock(&pages.file);
        let start = file.metadata()?.len().saturating_sub(READ_LIMIT);
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        // The file may grow meanwhile: the bound holds all the same.
        Read::by_ref(&mut *file).take(READ_LIMIT).read_to_end(&mut text)?;
        Ok(records(&text))
    }

    fn append(&self, lines: &[Line], lasting: Lasting) -> io::Result<()> {
        let Some(pages) = &self.pages else { return Ok(()) };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        let written = {
            let mut waiting = lock(&pages.waiting);
            waiting.text.append(&mut text);
            waiting.must_last |= lasting == Lasting::Must;
            Arc::clone(&waiting.written)
        };
        let mut file = lock(&pages.file);
        let result = written.get_or_init(|| {
            let page = std::mem::take(&mut *lock(&pages.waiting));
            write_page(&mut file, page).map_err(|error| WriteError(error.kind(), error.to_string()))
        });
        result.clone().map_err(|WriteError(kind, text)| io::Error::new(kind, text))
    }
}

/// Whether lines must outlive a crash of the machine when they are written.
///
/// That a change begins must be known afterwards. How it ended need not: a record without an end counts as of unknown
/// end, which every reader has to bear anyway, and what was written is lost only with the machine, not with the process.
/// It reaches the disk with the next beginning, or when the system writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasting {
    Must,
    May,
}

/// How a change ended, for [`UndoJournal::end_all`].
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It happened, and this takes it back, if anything does.
    Happened(Option<Value>),
    /// It did not happen.
    Refused,
}

/// Adds lines while other processes may not; ends a line first that a crash cut short.
fn write_page(file: &mut File, page: Page) -> io::Result<()> {
    file.lock()?;
    let written = write_locked(file, page);
    file.unlock()?;
    written
}

fn write_locked(file: &mut File, Page { mut text, must_last, .. }: Page) -> io::Result<()> {
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, b'\n');
        }
    }
    file.write_all(&text)?;
    if must_last { file.sync_data() } else { Ok(()) }
}

fn new_id() -> io::Result<UndoId> {
    Ok(UndoId(getrandom::u64().map_err(io::Error::other)? >> SPARE_BITS))
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Line {
    fn end(id: UndoId, ending: Ending) -> Self {
        match ending {
            Ending::Happened(inverse) => Self::End { id, happened: true, inverse },
            Ending::Refused => Self::End { id, happened: false, inverse: None },
        }
    }

    const fn id(&self) -> UndoId {
        match self {
            Self::Begin { id, .. } | Self::End { id, .. } => *id,
        }
    }
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
    fn several_changes_are_begun_and_ended_together() {
        let (_folder, path, journal) = journal();
        let ids = journal.begin_all((0..3).map(|n| json!(n)).collect()).unwrap();
        let endings = [Ending::Happened(Some(json!("back"))), Ending::Refused];
        journal.end_all(ids.iter().copied().zip(endings).collect()).unwrap();
        let records = UndoJournal::open(&path).unwrap().read().unwrap();
        assert_eq!(records.iter().rev().map(|record| record.id).collect::<Vec<_>>(), ids);
        let ends: Vec<UndoEnd> = records.into_iter().rev().map(|record| record.end).collect();
        assert_eq!(ends, [UndoEnd::Undoable(json!("back")), UndoEnd::Refused, UndoEnd::Unknown]);
    }

    #[test]
    fn clones_at_once_write_for_each_other_and_lose_no_line() {
        let (_folder, _path, journal) = journal();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let journal = journal.clone();
                scope.spawn(move || {
                    for n in 0..25 {
                        let id = journal.begin(&json!([writer, n])).unwrap();
                        assert!(journal.read().unwrap().iter().any(|record| record.id == id));
                        journal.refused(id).unwrap();
                    }
                });
            }
        });
        let records = journal.read().unwrap();
        assert_eq!(records.len(), 200);
        assert!(records.iter().all(|record| record.end == UndoEnd::Refused));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn all_who_wait_hear_that_the_disk_is_full() {
        let journal = UndoJournal::open(Path::new("/dev/full")).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(journal.begin(&json!(1)).is_err()));
            }
        });
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
