//! The undo journal of one account, or of the disk ([`UndoJournal`]): each change is written there before it is made, and
//! how it ended afterwards. One to an account is on the disk before it is sent. `session::change` and the worker write it,
//! undoing reads its [`UndoHistory`]. What a change is, it does not know: it keeps JSON, which must hold no keys.
//!
//! The file is lines of JSON, added to by any number of processes at once: lines are written under a lock
//! of the file, in one go, and whoever has it writes for all who wait. A line that a crash cut short ends where the next
//! begins, and is passed over. A file that has grown long is replaced by a shorter one when it is opened.

mod book;
mod history;
mod record;
mod shorten;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::unix_now;
use book::{Book, READ_LIMIT};
pub use history::{UndoGroup, UndoHistory};
use record::{Contents, GroupHead, Line};
pub use record::{GroupKind, UndoEnd, UndoId, UndoRecord};

/// The journal of one account. Clone is cheap. All methods that return a `Result` block on the disk: call them off the
/// async threads.
#[derive(Clone, Debug)]
pub struct UndoJournal {
    /// `None` keeps nothing.
    pages: Option<Arc<Pages>>,
    /// What its changes belong to.
    group: GroupTag,
    /// What its changes take back.
    takes_back: Option<UndoId>,
}

/// What there is of a journal, and what is to be added to it.
#[derive(Debug)]
struct Pages {
    medium: Mutex<Medium>,
    /// What nobody has written yet. Never locked before `medium` by who then waits for `medium`.
    waiting: Mutex<Page>,
}

/// Where the lines are.
#[derive(Debug)]
enum Medium {
    File(Book),
    Memory(Vec<u8>),
    Closed(WriteError),
}

/// A group of changes: what the user does at once, and takes back at once. Clone is cheap, and means the same group.
#[derive(Clone, Debug, Default)]
pub struct GroupTag {
    /// Without one each change is a group of its own.
    group: Option<Arc<Group>>,
}

/// A group whose line comes with its first change.
#[derive(Debug)]
struct Group {
    head: GroupHead,
    is_written: AtomicBool,
}

impl GroupTag {
    /// Makes a new group. `label` says what it is, as in `renamed "a" to "b"`.
    #[must_use]
    pub fn new(kind: GroupKind, label: &str) -> Self {
        Self::of(kind, label, false)
    }

    /// Makes a new group that may have a part in another journal, as a move to an account has.
    #[must_use]
    pub fn shared(kind: GroupKind, label: &str) -> Self {
        Self::of(kind, label, true)
    }

    fn of(kind: GroupKind, label: &str, shared: bool) -> Self {
        // Should there be no random numbers the changes are groups of their own.
        let group = new_id().ok().map(|id| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let at = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
            let head = GroupHead { id, at, label: label.to_owned(), of: kind, shared };
            Arc::new(Group { head, is_written: AtomicBool::new(false) })
        });
        Self { group }
    }

    /// Returns the same group for another journal: what a move changes on both of its sides is one to the user.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        let group = self
            .group
            .as_ref()
            .map(|group| Arc::new(Group { head: group.head.clone(), is_written: AtomicBool::new(false) }));
        Self { group }
    }

    /// Returns its number.
    #[must_use]
    pub fn id(&self) -> Option<UndoId> {
        self.group.as_ref().map(|group| group.head.id)
    }
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

impl WriteError {
    fn of(error: &io::Error) -> Self {
        Self(error.kind(), error.to_string())
    }

    fn again(&self) -> io::Error {
        io::Error::new(self.0, self.1.clone())
    }
}

impl UndoJournal {
    /// Opens or makes the journal file, readable by its owner only, and its folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::on(Medium::File(Book::open(path)?)))
    }

    /// Makes a journal of a file that cannot be opened: nothing can be written to it, and so nothing is done that has to be
    /// written down before.
    #[must_use]
    pub fn closed(error: &io::Error) -> Self {
        Self::on(Medium::Closed(WriteError::of(error)))
    }

    /// Makes a journal that ends with the process (accounts that are not stored on this machine).
    #[must_use]
    pub fn in_memory() -> Self {
        Self::on(Medium::Memory(Vec::new()))
    }

    /// Makes a journal that keeps nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { pages: None, group: GroupTag { group: None }, takes_back: None }
    }

    fn on(medium: Medium) -> Self {
        let pages = Pages { medium: Mutex::new(medium), waiting: Mutex::default() };
        Self { pages: Some(Arc::new(pages)), group: GroupTag::default(), takes_back: None }
    }

    /// Returns the journal for the changes of a group: all that are begun with it, or with a clone of it, belong to it.
    #[must_use]
    pub fn in_group(&self, group: &GroupTag) -> Self {
        Self { pages: self.pages.clone(), group: group.clone(), takes_back: None }
    }

    /// Returns the journal for a change that takes back that of `record`.
    #[must_use]
    pub fn taking_back(&self, record: UndoId) -> Self {
        Self { takes_back: Some(record), ..self.clone() }
    }

    /// Returns the other where this one keeps nothing.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        if self.pages.is_some() { self } else { other.clone() }
    }

    /// Returns whether changes begun with either are the same to the journal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same_group = self.group.id() == other.group.id() && self.takes_back == other.takes_back;
        let is_same_file = match (&self.pages, &other.pages) {
            (Some(own), Some(others)) => Arc::ptr_eq(own, others),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_same_group && is_same_file
    }

    /// Writes what is about to be sent; it is on disk when this returns.
    pub fn begin(&self, change: &Value) -> io::Result<UndoId> {
        let ids = self.begin_all(vec![change.clone()])?;
        ids.into_iter().next().ok_or_else(|| io::Error::other("nothing was begun"))
    }

    /// Writes several changes that are about to be sent, in one go; all are on disk when this returns.
    pub fn begin_all(&self, changes: Vec<Value>) -> io::Result<Vec<UndoId>> {
        self.begin_lasting(changes, Lasting::Must)
    }

    /// Writes several changes that are about to be made on this machine, in one go. They outlive the process; where the
    /// machine crashes, the changes may be as lost as what says so.
    pub fn foretell(&self, changes: Vec<Value>) -> io::Result<Vec<UndoId>> {
        self.begin_lasting(changes, Lasting::May)
    }

    fn begin_lasting(&self, changes: Vec<Value>, lasting: Lasting) -> io::Result<Vec<UndoId>> {
        let at = unix_now();
        let ids: Vec<UndoId> = changes.iter().map(|_| new_id()).collect::<io::Result<_>>()?;
        let (group, takes_back) = (self.group.id(), self.takes_back);
        let begin = |(&id, change)| Line::Begin { id, at, change, group, takes_back };
        let unwritten = self.group.group.as_ref().filter(|group| !group.is_written.load(Ordering::Acquire));
        let head = unwritten.map(|group| Line::Group(group.head.clone()));
        let lines: Vec<Line> = head.into_iter().chain(ids.iter().zip(changes).map(begin)).collect();
        self.append(&lines, lasting)?;
        if let Some(group) = unwritten {
            group.is_written.store(true, Ordering::Release);
        }
        Ok(ids)
    }

    /// Writes what has happened already, and what takes each back, if anything does, in one go.
    pub fn note_all(&self, changes: Vec<(Value, Option<Value>)>) -> io::Result<()> {
        let (at, group, takes_back) = (unix_now(), self.group.id(), self.takes_back);
        let unwritten = self.group.group.as_ref().filter(|group| !group.is_written.load(Ordering::Acquire));
        let mut lines: Vec<Line> =
            unwritten.map(|group| Line::Group(group.head.clone())).into_iter().collect();
        for (change, inverse) in changes {
            let id = new_id()?;
            lines.push(Line::Begin { id, at, change, group, takes_back });
            lines.push(Ending::Happened(inverse).line(id));
        }
        self.append(&lines, Lasting::May)?;
        if let Some(group) = unwritten {
            group.is_written.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Writes that these are taken back along with a change that was journalled, as what is in a folder that goes.
    pub fn taken_along(&self, records: &[UndoId]) -> io::Result<()> {
        let at = unix_now();
        let group = self.group.id();
        let mut lines = Vec::with_capacity(2 * records.len());
        for &record in records {
            let id = new_id()?;
            lines.push(Line::Begin { id, at, change: Value::Null, group, takes_back: Some(record) });
            lines.push(Ending::Happened(None).line(id));
        }
        self.append(&lines, Lasting::May)
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
        let lines: Vec<Line> = endings.into_iter().map(|(id, ending)| ending.line(id)).collect();
        self.append(&lines, Lasting::May)
    }

    /// Writes how changes ended as far as somebody else can tell, in one go: what those say who made them counts for more,
    /// whenever they say it.
    pub fn settle_all(&self, endings: Vec<(UndoId, Ending)>) -> io::Result<()> {
        let lines: Vec<Line> = endings.into_iter().map(|(id, ending)| ending.guessed(id)).collect();
        self.append(&lines, Lasting::May)
    }

    /// Reads the records of the last megabytes, the newest first. Lines that make no sense are passed over.
    pub fn read(&self) -> io::Result<Vec<UndoRecord>> {
        let mut records = self.contents()?.records;
        records.reverse();
        Ok(records)
    }

    /// Reads what the user did, of the last megabytes.
    pub fn history(&self) -> io::Result<UndoHistory> {
        Ok(UndoHistory::of(self.contents()?))
    }

    fn contents(&self) -> io::Result<Contents> {
        let Some(pages) = &self.pages else { return Ok(Contents::default()) };
        match &mut *lock(&pages.medium) {
            Medium::Memory(text) => Ok(Contents::read(text)),
            Medium::Closed(error) => Err(error.again()),
            Medium::File(book) => book.read(),
        }
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
        let mut medium = lock(&pages.medium);
        let result = written.get_or_init(|| {
            let page = std::mem::take(&mut *lock(&pages.waiting));
            write_page(&mut medium, page).map_err(|error| WriteError::of(&error))
        });
        result.as_ref().map_err(WriteError::again).copied()
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

impl Ending {
    fn line(self, id: UndoId) -> Line {
        self.told(id, false)
    }

    /// The line where it was not those who made the change that say so.
    fn guessed(self, id: UndoId) -> Line {
        self.told(id, true)
    }

    fn told(self, id: UndoId, guessed: bool) -> Line {
        match self {
            Self::Happened(inverse) => Line::End { id, happened: true, inverse, guessed },
            Self::Refused => Line::End { id, happened: false, inverse: None, guessed },
        }
    }
}

fn write_page(medium: &mut Medium, mut page: Page) -> io::Result<()> {
    match medium {
        Medium::Memory(text) => {
            text.append(&mut page.text);
            if text.len() as u64 > READ_LIMIT {
                text.drain(..text.len() / 2); // a line that is cut by it is passed over
            }
            Ok(())
        }
        Medium::File(book) => book.add(page.text, page.must_last),
        Medium::Closed(error) => Err(error.again()),
    }
}

fn new_id() -> io::Result<UndoId> {
    Ok(UndoId(getrandom::u64().map_err(io::Error::other)? >> SPARE_BITS))
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leaves 53 bits, which every reader of JSON keeps exactly.
const SPARE_BITS: u32 = 11;

#[cfg(test)]
mod tests;
