//! All that lies on this machine under an account's name, known here and nowhere else (`Kept`): forgotten when the
//! account goes, moved when it gets another name. The command line's `config` and the worker's logout call it.
//! It opens nothing that is sealed, ends no session, and leaves config.toml alone: that is `account_change`'s. All of it
//! blocks on the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::problem;
use crate::config::{Folders, private_file};
use crate::message::Problem;
use crate::store::bookmarks::{BookmarkError, BookmarkFile};
use crate::store::copy_journal::CopyJournals;
use crate::store::credentials;
use crate::store::loans::LoanNotes;
use crate::store::review::ReviewFile;
use crate::store::screen;
use crate::store::tree_cache::TreeCache;
use crate::transfer::leftover;

/// What is kept under an account's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// The sealed session.
    Login,
    /// The sealed list of its files.
    FileList,
    /// The decisions about its duplicates.
    Decisions,
    /// What was done to it, to be undone.
    UndoJournal,
    /// How far its transfers are: a folder.
    Transfers,
    /// Which of its files are lent: a folder.
    Loans,
}

/// Removes the stored login of an account; none is fine.
pub fn forget_login(folders: &Folders, account: &str) -> Result<(), Problem> {
    let removed = credentials::remove(&folders.credentials(account));
    removed.map_err(|error| problem::of_credentials(account, &error))
}

/// Removes the kept list of an account's files; none is fine.
pub fn forget_file_list(folders: &Folders, account: &str) -> Result<(), Problem> {
    Kept::FileList.forget(folders, account)
}

/// Removes all but the login: decisions, the undo journal, unfinished transfers with their parts, copies that only this
/// account could go on with. What cannot be removed is told, and the rest goes all the same.
#[must_use]
pub fn forget_all_but_login(folders: &Folders, account: &str) -> Vec<Problem> {
    let rest = Kept::ALL.into_iter().filter(|kept| *kept != Kept::Login);
    let mut problems: Vec<Problem> = rest.filter_map(|kept| kept.forget(folders, account).err()).collect();
    if let Err(error) = forget_copies(folders, account) {
        problems.push(problem::of_io("remove its unfinished copies", &error));
    }
    problems
}

/// Takes away what lies under the name `to`, which no account has: what moves there from `from` must not stop at it.
pub(super) fn make_room(folders: &Folders, from: &str, to: &str) -> Result<(), Problem> {
    for kept in Kept::ALL {
        if kept.is_folder() {
            kept.clear(folders, from, to)
                .map_err(|error| problem::of_io(&format!("make room for its {}", kept.words()), &error))?;
        } else {
            kept.forget(folders, to)?;
        }
    }
    Ok(())
}

/// Moves everything from one name to another; what is there already under the other one stays. It may be called again
/// after it was broken off.
pub(super) fn rename(folders: &Folders, from: &str, to: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for kept in Kept::ALL {
        if let Err(error) = kept.rename(folders, from, to) {
            problems.push(problem::of_io(&format!("move its {}", kept.words()), &error));
        }
    }
    if let Err(problem) = rename_mentions(folders, from, to) {
        problems.push(problem);
    }
    problems
}

/// Where a link is left its note stays: it is ended by the next remote of that name.
fn forget_loans(notes: &LoanNotes) -> io::Result<()> {
    if notes.files()?.is_empty() { notes.remove() } else { Ok(()) }
}

impl Kept {
    /// The login first: without it nothing else is of use.
    const ALL: [Self; 6] =
        [Self::Login, Self::UndoJournal, Self::Transfers, Self::Loans, Self::Decisions, Self::FileList];

    fn path(self, folders: &Folders, account: &str) -> PathBuf {
        match self {
            Self::Login => folders.credentials(account),
            Self::FileList => folders.tree_cache(account),
            Self::Decisions => folders.review(account),
            Self::UndoJournal => folders.undo_journal(account),
            Self::Transfers => folders.transfer_journals(account),
            Self::Loans => folders.loans(account),
        }
    }

    const fn is_folder(self) -> bool {
        match self {
            Self::Transfers | Self::Loans => true,
            Self::Login | Self::FileList | Self::Decisions | Self::UndoJournal => false,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Login => "stored login",
            Self::FileList => "kept file list",
            Self::Decisions => "decisions about duplicates",
            Self::UndoJournal => "undo journal",
            Self::Transfers => "unfinished transfers",
            Self::Loans => "notes of loans",
        }
    }

    fn forget(self, folders: &Folders, account: &str) -> Result<(), Problem> {
        let path = self.path(folders, account);
        let removed = match self {
            Self::Login => return forget_login(folders, account),
            Self::FileList => TreeCache::remove(&path),
            Self::Decisions => ReviewFile::remove(&path),
            Self::UndoJournal => none_is_fine(fs::remove_file(&path)),
            Self::Transfers => leftover::forget(&path),
            Self::Loans => forget_loans(&LoanNotes::in_folder(&path)),
        };
        removed.map_err(|error| problem::of_io(&format!("remove its {}", self.words()), &error))
    }

    /// Removes the files of a folder that have the names of those that come.
    fn clear(self, folders: &Folders, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path(folders, from), self.path(folders, to));
        let entries = match fs::read_dir(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            none_is_fine(fs::remove_file(to.join(entry?.file_name())))?;
        }
        Ok(())
    }

    fn rename(self, folders: &Folders, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path(folders, from), self.path(folders, to));
        if !self.is_folder() {
            return move_new(&from, &to);
        }
        let entries = match fs::read_dir(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        private_file::create_folder(&to)?;
        for entry in entries {
            let entry = entry?;
            move_new(&entry.path(), &to.join(entry.file_name()))?;
            none_is_fine(fs::remove_file(entry.path()))?; // where a newer one stays: nobody would look for it here
        }
        match fs::remove_dir(&from) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            removed => none_is_fine(removed),
        }
    }
}

/// Gives a file another path. One that is there already is newer, and stays.
fn move_new(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        return Ok(());
    }
    none_is_fine(fs::rename(from, to))
}

fn none_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Ends the copies of the screen that nobody carries out and that name the account: nothing goes on with them.
fn forget_copies(folders: &Folders, account: &str) -> io::Result<()> {
    for (record, copy) in CopyJournals::in_folder(&folders.copy_journals()).take_free()? {
        if renamed(copy, account, "").1 > 0 {
            record.remove();
        }
    }
    Ok(())
}

/// Gives the account its new name where others name it: unfinished copies, bookmarks, the folders of the last screen.
fn rename_mentions(folders: &Folders, from: &str, to: &str) -> Result<(), Problem> {
    let refused = |error| problem::of_io("write its new name into unfinished copies", &error);
    for (record, copy) in CopyJournals::in_folder(&folders.copy_journals()).take_free().map_err(refused)? {
        if let (copy, 1..) = renamed(copy, from, to) {
            record.write(&copy).map_err(refused)?;
        }
    }
    if let Err(error) = rename_bookmarks(&BookmarkFile::new(&folders.bookmarks()), from, to) {
        tracing::warn!(%error, "bookmarks keep the old name of an account"); // the screen tells what ails them
    }
    if let Some((screen, 1..)) = screen::read(&folders.screen()).map(|shown| renamed(shown, from, to)) {
        screen::write(&folders.screen(), &screen)
            .map_err(|error| problem::of_io("write its new name into the folders of the screen", &error))?;
    }
    Ok(())
}

fn rename_bookmarks(file: &BookmarkFile, from: &str, to: &str) -> Result<(), BookmarkError> {
    let names_it = |bookmark: &Value| renamed(bookmark.clone(), from, to).1 > 0;
    if file.read()?.iter().any(names_it) {
        file.change(|bookmarks| {
            for bookmark in bookmarks {
                *bookmark = renamed(bookmark.take(), from, to).0;
            }
        })?;
    }
    Ok(())
}

/// Replaces the account's name wherever a record has one, and counts how often.
fn renamed(mut record: Value, from: &str, to: &str) -> (Value, usize) {
    let count = rename_in(&mut record, from, to);
    (record, count)
}

fn rename_in(value: &mut Value, from: &str, to: &str) -> usize {
    match value {
        Value::Object(fields) => {
            let mut count = 0;
            for (key, field) in fields {
                let rest = field.as_str().and_then(|text| text.strip_prefix(from)?.strip_prefix(':'));
                if ACCOUNT_KEYS.contains(&key.as_str()) && field == from {
                    *field = to.into();
                    count += 1;
                } else if let Some(rest) = rest.filter(|_| PATH_KEYS.contains(&key.as_str())) {
                    *field = format!("{to}:{rest}").into();
                    count += 1;
                } else {
                    count += rename_in(field, from, to);
                }
            }
            count
        }
        Value::Array(fields) => fields.iter_mut().map(|field| rename_in(field, from, to)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// What records call the field of an account: `Location::Cloud` and the kept copies.
const ACCOUNT_KEYS: [&str; 2] = ["account", "source"];

/// What they call a path as people write it: those of bookmarks and kept copies.
const PATH_KEYS: [&str; 3] = ["path", "what", "target"];
