//! Notes of loans ([`LoanNotes`]): of each file that gets a public link for as long as another account takes its content
//! over, one file that is there before the link and goes after it. `session::change::lend` writes them. The links that a
//! killed process left are found by them, and removed by the next one that opens the account: nobody else would.
//!
//! A note is empty and says by its name which file it is of. Whoever lends has it locked, and the system lets go of it when
//! that process dies. It does not wait for the disk: a killed process loses none, a power cut may.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::private_file;
use crate::crypto::key::random;
use crate::handle::NodeHandle;

/// The notes of one account. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug, Default)]
pub struct LoanNotes {
    /// `None` keeps nothing.
    folder: Option<Arc<Path>>,
}

/// The note of one loan, ours alone. Dropped, it stays on the disk and is found by the next start.
#[derive(Debug)]
pub struct LoanNote {
    file: NodeHandle,
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
    pub fn write(&self, file: NodeHandle) -> io::Result<Option<LoanNote>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        private_file::create_folder(folder)?;
        for _ in 0..TRIES {
            let mark = u32::from_le_bytes(random());
            let path = folder.join(format!("{file}-{mark:08x}.{EXTENSION}"));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let lock = options.open(&path)?;
            // Whoever looked for what was left may have been quicker than the lock.
            if lock.try_lock().is_ok() && path.exists() {
                return Ok(Some(LoanNote { file, path, _lock: lock }));
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Takes the notes that nobody holds any more, but for those of files that somebody lends now.
    pub fn take_left(&self) -> io::Result<Vec<LoanNote>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let (mut left, mut held) = (Vec::new(), HashSet::new());
        for entry in entries {
            let path = entry?.path();
            let Some(file) = file_of(&path) else { continue };
            let lock = match OpenOptions::new().write(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue, // its loan has ended just now
                lock => lock?,
            };
            match lock.try_lock() {
                Ok(()) => left.push(LoanNote { file, path, _lock: lock }),
                Err(TryLockError::WouldBlock) => drop(held.insert(file)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        left.retain(|note| !held.contains(&note.file));
        Ok(left)
    }

    /// Removes all notes: nobody will open this account any more.
    pub fn forget(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl LoanNote {
    /// Returns the file that is lent.
    #[must_use]
    pub const fn file(&self) -> NodeHandle {
        self.file
    }

    /// Takes it off the disk: the link is gone, or never was.
    pub fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the note of a loan");
        }
    }
}

fn file_of(path: &Path) -> Option<NodeHandle> {
    let is_note = path.extension().is_some_and(|extension| extension == EXTENSION);
    let name = path.file_stem()?.to_str()?;
    name.get(..HANDLE).filter(|_| is_note)?.parse().ok()
}

const EXTENSION: &str = "loan";

/// Letters of a handle.
const HANDLE: usize = 8;

/// How often a note is written anew that somebody took for one that was left.
const TRIES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> NodeHandle {
        text.parse().unwrap()
    }

    fn left(notes: &LoanNotes) -> Vec<NodeHandle> {
        notes.take_left().unwrap().iter().map(LoanNote::file).collect()
    }

    #[test]
    fn a_note_is_found_once_nobody_holds_it_and_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(&folder.path().join("loans/work"));
        assert_eq!(left(&notes), []);
        let note = notes.write(node("Ab-d_fgh")).unwrap().unwrap();
        assert_eq!(left(&notes), [], "it is held");
        drop(note);
        assert_eq!(left(&notes), [node("Ab-d_fgh")]);
        notes.take_left().unwrap().into_iter().for_each(LoanNote::remove);
        assert_eq!(left(&notes), []);
    }

    #[test]
    fn what_somebody_lends_again_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(folder.path());
        drop(notes.write(node("AAAAAAAA")).unwrap());
        let again = notes.write(node("AAAAAAAA")).unwrap();
        drop(notes.write(node("BBBBBBBB")).unwrap());
        assert_eq!(left(&notes), [node("BBBBBBBB")]);
        drop(again);
        assert_eq!(left(&notes).len(), 3);
    }

    #[test]
    fn what_is_no_note_is_passed_over_and_without_a_folder_there_are_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("AAAAAAAA-1.txt"), "").unwrap();
        fs::write(folder.path().join("ä.loan"), "").unwrap();
        assert_eq!(left(&LoanNotes::in_folder(folder.path())), []);
        assert!(LoanNotes::none().write(node("AAAAAAAA")).unwrap().is_none());
    }

    #[test]
    fn the_notes_of_an_account_that_goes_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let notes = LoanNotes::in_folder(&folder.path().join("work"));
        drop(notes.write(node("AAAAAAAA")).unwrap());
        notes.forget().unwrap();
        notes.forget().unwrap();
        assert!(!folder.path().join("work").exists());
    }
}
