//! The transfer journal: what a transfer under way has behind it, on the disk, so that after a crash, a cut line or a
//! closed lid the next start goes on there. The movers write and read it ([`TransferJournals::claim`]); it knows neither
//! files nor servers, and holds no key in the clear.
//!
//! One file for each transfer, named by what is moved where, so that the same command finds its own and touches no other.
//! Whoever moves the file holds the journal's lock, and the system lets go of it when the process dies. Lines of JSON, a
//! head and then only additions; a line that was cut short is passed over.
//!
//! Only the head waits for the disk. Of the lines after it a killed process loses none, because the system has them; after
//! a power cut some may be missing, and then those bytes move again. None is ever believed: what the disk holds is
//! held against the MACs before it counts.

mod record;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::config::private_file;
use crate::handle::NodeHandle;
use record::FORM;
pub use record::{
    DownloadHead, DownloadRecord, Head, Line, PathText, Piece, Range, Record, SourceFacts, UploadHead,
    UploadRecord, WrappedKey,
};

/// The journals of one account. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug, Default)]
pub struct TransferJournals {
    /// `None` keeps nothing.
    folder: Option<Arc<Path>>,
}

/// Which transfer: a digest of direction, local path, and node or folder and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JournalName(String);

/// What came of [`TransferJournals::claim`].
#[derive(Debug)]
pub enum Claim {
    /// It is ours while the journal lives, and this is what it says, if anything of use.
    Ours(TransferJournal, Option<Box<Record>>),
    /// Somebody else moves that file now.
    Held,
    /// This account keeps no journals.
    Unkept,
}

/// The journal of one transfer, ours alone. Clones are the same journal; the last to go frees it.
#[derive(Clone, Debug)]
pub struct TransferJournal(Arc<Locked>);

#[derive(Debug)]
struct Locked {
    path: PathBuf,
    pen: Mutex<Pen>,
}

#[derive(Debug)]
struct Pen {
    file: File,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Without a head: nothing worth keeping.
    Blank,
    /// With one.
    Begun,
    /// The last line may have been cut short.
    Torn,
    /// Off the disk.
    Removed,
}

impl TransferJournals {
    /// Keeps journals in a folder, which is made when needed.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Keeps nothing (demo, accounts of the environment).
    #[must_use]
    pub const fn none() -> Self {
        Self { folder: None }
    }

    /// Returns whether anything is kept.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.folder.is_none()
    }

    /// Takes the journal of a transfer, a blank one where there is none.
    pub fn claim(&self, name: &JournalName) -> io::Result<Claim> {
        let Some(folder) = &self.folder else { return Ok(Claim::Unkept) };
        private_file::create_folder(folder)?;
        let mut options = OpenOptions::new();
        options.create(true);
        take(&folder.join(name.file_name()), options)
    }

    /// Shows every journal that nobody holds to `look`, one at a time.
    pub fn each_free(&self, mut look: impl FnMut(TransferJournal, Option<Box<Record>>)) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            match take(&path, OpenOptions::new()) {
                Ok(Claim::Ours(journal, record)) => look(journal, record),
                Ok(Claim::Held | Claim::Unkept) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "a transfer journal that cannot be read");
                }
            }
        }
        Ok(())
    }
}

impl JournalName {
    /// Names the upload of a local file to a folder, under a name.
    #[must_use]
    pub fn upload(source: &Path, parent: NodeHandle, name: &str) -> Self {
        Self::digest(b"up", source, &[&parent.bytes(), name.as_bytes()])
    }

    /// Names the download of a node to a local file.
    #[must_use]
    pub fn download(node: NodeHandle, target: &Path) -> Self {
        Self::digest(b"down", target, &[&node.bytes()])
    }

    /// Returns the first half of it, which is as good as the whole in one folder.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..SHORT).unwrap_or(&self.0)
    }

    fn digest(direction: &[u8], path: &Path, rest: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        let parts = [direction, path.as_os_str().as_encoded_bytes()].into_iter().chain(rest.iter().copied());
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes()); // so that no two lists of parts read the same
            digest.update(part);
        }
        let hex = |name: String, byte: &u8| name + &format!("{byte:02x}");
        Self(digest.finalize().iter().fold(String::new(), hex))
    }

    fn file_name(&self) -> String {
        format!("{}.{EXTENSION}", self.0)
    }
}

impl TransferJournal {
    /// Forgets what it says and begins anew; that is on the disk when this returns.
    pub fn begin(&self, head: Head) -> io::Result<()> {
        let mut pen = self.pen();
        if pen.state == State::Removed {
            return Err(io::ErrorKind::NotFound.into());
        }
        pen.state = State::Blank; // whatever happens from here on, what was is void
        pen.file.set_len(0)?;
        let mut text = serde_json::to_vec(&Line::Head(FORM, head))?;
        text.push(b'\n');
        pen.file.write_all(&text)?;
        pen.file.sync_all()?;
        pen.state = State::Begun;
        Ok(())
    }

    /// Adds a line. Nothing is added to a journal that was not begun, or is removed.
    pub fn add(&self, line: &Line) -> io::Result<()> {
        let mut pen = self.pen();
        let mut text = match pen.state {
            State::Blank | State::Removed => return Ok(()),
            State::Begun => Vec::new(),
            State::Torn => vec![b'\n'],
        };
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
        pen.state = State::Torn;
        pen.file.write_all(&text)?;
        pen.state = State::Begun;
        Ok(())
    }

    /// Takes it off the disk: the transfer is done, given up, or can no longer be followed.
    pub fn remove(&self) {
        self.0.remove();
    }

    /// Returns whether it has a head and is on the disk: whether the next start will find it.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        matches!(self.pen().state, State::Begun | State::Torn)
    }

    fn pen(&self) -> std::sync::MutexGuard<'_, Pen> {
        self.0.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Locked {
    fn remove(&self) {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        if pen.state == State::Removed {
            return;
        }
        pen.state = State::Removed;
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove a transfer journal");
            // Empty it is as good as gone.
            let _ = pen.file.set_len(0);
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let is_blank = self.pen.lock().unwrap_or_else(PoisonError::into_inner).state == State::Blank;
        if is_blank {
            self.remove();
        }
    }
}

/// Opens a journal file and locks it. A file that was removed between the two is none of ours, and looked for again.
fn take(path: &Path, mut options: OpenOptions) -> io::Result<Claim> {
    options.append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for _ in 0..TRIES {
        let mut file = options.open(path)?;
        match file.try_lock() {
            Ok(()) if is_at(&file, path) => {}
            Ok(()) => continue,
            Err(TryLockError::WouldBlock) => return Ok(Claim::Held),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let record = read(&mut file)?;
        let state = if record.is_some() { State::Torn } else { State::Blank };
        let pen = Mutex::new(Pen { file, state });
        return Ok(Claim::Ours(TransferJournal(Arc::new(Locked { path: path.to_path_buf(), pen })), record));
    }
    Ok(Claim::Held)
}

/// Reads a whole journal; one that is longer than any real one says nothing.
fn read(file: &mut File) -> io::Result<Option<Box<Record>>> {
    file.seek(SeekFrom::Start(0))?;
    let mut text = Vec::new();
    Read::by_ref(file).take(READ_LIMIT + 1).read_to_end(&mut text)?;
    Ok(if text.len() as u64 > READ_LIMIT { None } else { Record::read(&text).map(Box::new) })
}

/// Whether an open file still has its name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |facts: fs::Metadata| (facts.dev(), facts.ino());
    file.metadata().map(identity).ok() == fs::metadata(path).map(identity).ok()
}

/// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

const EXTENSION: &str = "jsonl";

/// Letters of a name's first half.
const SHORT: usize = 32;

/// How often a journal is opened again that its owner removed at that moment.
const TRIES: usize = 3;

/// Bytes of the longest journal: that of a file of some terabytes.
const READ_LIMIT: u64 = 256 << 20;
