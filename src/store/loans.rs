//! Notes of loans ([`LoanNotes`]): of each file that gets a public link for as long as another account takes its content
//! over, one file that is there before the link and goes after it. `session::change::lend` writes them; the next start finds
//! by them what a killed process left. A link that the user takes into use loses its notes, so that nobody removes it.
//!
//! A note says which file it is of, whose and where. Whoever lends has it locked, and the system lets go of it when that
//! process dies. It does not wait for the disk: a killed process loses none, a power cut may.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::private_file;
use crate::crypto::key::random;
use crate::handle::{NodeHandle, UserHandle};

/// The notes of one account. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug, Default)]
pub struct LoanNotes {
    /// `None` keeps nothing.
    folder: Option<Arc<Path>>,
}

/// A file that gets a link for a while. Displayed it is its path, or its handle where no path was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LentFile {
    /// The file.
    pub file: NodeHandle,
    /// Whose it is; `None` where that was not noted.
    pub owner: Option<UserHandle>,
    /// Where it was in the account, raw; empty where that was not noted.
    pub path: String,
}

/// The note of one loan, ours alone. Dropped, it stays on the disk and is found by the next start.
#[derive(Debug)]
pub struct LoanNote {
    lent: LentFile,
    path: PathBuf,
    /// Locked for as long as this lives.
    _lock: File,
}

impl LoanNotes {
    /// Keeps notes in a folder, which is made when needed.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Keeps nothing (accounts of the environment).
    #[must_use]
    pub const fn none() -> Self {
        Self { folder: None }
    }

    /// Notes that a file is about to be lent; `None` where this account keeps no notes.
    pub fn write(&self, lent: LentFile) -> io::Result<Option<LoanNote>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        private_file::create_folder(folder)?;
        for _ in 0..TRIES {
            let mark = u32::from_le_bytes(random());
            let path = folder.join(format!("{}-{mark:08x}.{EXTENSION}", lent.file));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut lock = options.open(&path)?;
            // Whoever looked for what was left may have been quicker than the lock.
            if lock.try_lock().is_ok() && path.exists() {
                lock.write_all(lent.text().as_bytes())?;
                return Ok(Some(LoanNote { lent, path, _lock: lock }));
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Takes the notes that nobody holds any more, but for those of files that somebody lends now.
    pub fn take_left(&self) -> io::Result<Vec<LoanNote>> {
        let (mut left, mut held) = (Vec::new(), HashSet::new());
        for (file, path) in self.paths()? {
            let mut lock = match OpenOptions::new().read(true).write(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue, // its loan has ended just now
                lock => lock?,
            };
            match lock.try_lock() {
                Ok(()) => {
                    let noted = LentFile::read(file, &mut lock);
                    left.push(LoanNote { lent: noted, path, _lock: lock });
                }
                Err(TryLockError::WouldBlock) => drop(held.insert(file)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        left.retain(|note| !held.contains(&note.lent.file));
        Ok(left)
    }

    /// Returns the files that have notes, whoever holds them, by path.
    pub fn files(&self) -> io::Result<Vec<LentFile>> {
        let read = |(file, path): (NodeHandle, PathBuf)| match File::open(path) {
            Ok(mut note) => Some(LentFile::read(file, &mut note)),
            Err(_ended_just_now) => None,
        };
        let mut files: Vec<LentFile> = self.paths()?.into_iter().filter_map(read).collect();
        files.sort_by(|one, other| (&one.path, one.file).cmp(&(&other.path, other.file)));
        files.dedup_by_key(|lent| lent.file);
        Ok(files)
    }

    /// Removes the notes of a file, held ones too: its link is not a loan's any more.
    pub fn forget(&self, file: NodeHandle) -> io::Result<()> {
        for (_, path) in self.paths()?.into_iter().filter(|(of, _)| *of == file) {
            gone(fs::remove_file(path))?;
        }
        Ok(())
    }

    /// Removes the folder, with all in it: nobody will open this account any more, and no link is left.
    pub fn remove(&self) -> io::Result<()> {
        self.folder.as_ref().map_or(Ok(()), |folder| gone(fs::remove_dir_all(folder)))
    }

    /// The notes that are there, with the file that each is of.
    fn paths(&self) -> io::Result<Vec<(NodeHandle, PathBuf)>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut notes = Vec::new();
        for entry in entries {
            let path = entry?.path();
            notes.extend(file_of(&path).map(|file| (file, path)));
        }
        Ok(notes)
    }
}

impl LentFile {
    /// What stands in its note: the owner on a line, then the path, which may be of several.
    fn text(&self) -> String {
        format!("{}\n{}", self.owner.map_or_else(String::new, |owner| owner.to_string()), self.path)
    }

    /// Reads a note. One that was cut off, or cannot be read, says no more than its name.
    fn read(file: NodeHandle, note: &mut File) -> Self {
        let mut text = String::new();
        let _ = note.take(LONGEST).read_to_string(&mut text);
        let (owner, path) = text.split_once('\n').unwrap_or_default();
        Self { file, owner: owner.parse().ok(), path: path.to_owned() }
    }
}

impl fmt::Display for LentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { write!(f, "H:{}", self.file) } else { f.write_str(&self.path) }
    }
}

impl LoanNote {
    /// Returns what is lent.
    #[must_use]
    pub const fn lent(&self) -> &LentFile {
        &self.lent
    }

    /// Whether it is still on the disk: else the user took the link into use, and it stays.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// Takes it off the disk: the link is gone, or never was.
    pub fn remove(self) {
        if let Err(error) = gone(fs::remove_file(&self.path)) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the note of a loan");
        }
    }
}

fn file_of(path: &Path) -> Option<NodeHandle> {
    let is_note = path.extension().is_some_and(|extension| extension == EXTENSION);
    let name = path.file_stem()?.to_str()?;
    name.get(..HANDLE).filter(|_| is_note)?.parse().ok()
}

/// What is gone already is as wanted.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

const EXTENSION: &str = "loan";

/// Letters of a handle.
const HANDLE: usize = 8;

/// How often a note is written anew that somebody took for one that was left.
const TRIES: usize = 3;

/// Bytes of a note that are read: more than any path has that a server lets be.
const LONGEST: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> NodeHandle {
        text.parse().unwrap()
    }

    fn lent(file: &str) -> LentFile {
        let owner = Some("AQIDBAUGBwg".parse().unwrap());
        LentFile { file: node(file), owner, path: "a\nb/c.txt".to_owned() }
    }

    fn left(notes: &LoanNotes) -> Vec<LentFile> {
        notes.take_left().unwrap().iter().map(|note| note.lent().clone()).collect()
    }

    #[test]
    fn a_note_is_found_once_nobody_holds_it_and_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(&folder.path().join("loans/work"));
        assert_eq!(left(&notes), []);
        let note = notes.write(lent("Ab-d_fgh")).unwrap().unwrap();
        assert_eq!(left(&notes), [], "it is held");
        #[cfg(unix)] // elsewhere a lock keeps others from reading, too
        assert_eq!(notes.files().unwrap(), [lent("Ab-d_fgh")]);
        drop(note);
        assert_eq!(left(&notes), [lent("Ab-d_fgh")]);
        notes.take_left().unwrap().into_iter().for_each(LoanNote::remove);
        assert_eq!((left(&notes), notes.files().unwrap()), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_somebody_lends_again_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(folder.path());
        drop(notes.write(lent("AAAAAAAA")).unwrap());
        let again = notes.write(lent("AAAAAAAA")).unwrap();
        drop(notes.write(lent("BBBBBBBB")).unwrap());
        assert_eq!(left(&notes), [lent("BBBBBBBB")]);
        drop(again);
        assert_eq!(left(&notes).len(), 3);
        assert_eq!(notes.files().unwrap(), [lent("AAAAAAAA"), lent("BBBBBBBB")]);
    }

    #[test]
    fn a_link_that_is_taken_into_use_loses_its_notes_even_while_it_is_lent() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(folder.path());
        drop(notes.write(lent("AAAAAAAA")).unwrap());
        let held = notes.write(lent("AAAAAAAA")).unwrap().unwrap();
        let other = notes.write(lent("BBBBBBBB")).unwrap().unwrap();
        notes.forget(node("AAAAAAAA")).unwrap();
        assert_eq!((held.is_there(), other.is_there()), (false, true));
        held.remove();
        drop(other);
        assert_eq!(left(&notes), [lent("BBBBBBBB")]);
    }

    #[test]
    fn what_is_no_note_is_passed_over_and_one_that_says_nothing_is_told_by_its_handle() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("AAAAAAAA-1.txt"), "").unwrap();
        fs::write(folder.path().join("ä.loan"), "").unwrap();
        let notes = LoanNotes::in_folder(folder.path());
        assert_eq!(left(&notes), []);
        fs::write(folder.path().join("CCCCCCCC-1.loan"), "").unwrap();
        let told: Vec<String> = notes.files().unwrap().iter().map(LentFile::to_string).collect();
        assert_eq!(told, ["H:CCCCCCCC"]);
        assert!(LoanNotes::none().write(lent("AAAAAAAA")).unwrap().is_none());
    }

    #[test]
    fn the_notes_of_an_account_go_off_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(&folder.path().join("work"));
        drop(notes.write(lent("AAAAAAAA")).unwrap());
        notes.remove().unwrap();
        notes.remove().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
