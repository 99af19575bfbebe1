//! [`DiskChange`]: a change on the disk that the user asked for, and how it is taken back. `changes` runs them as jobs, for
//! they block; `undoing` takes them back. Nothing is ever replaced, nothing but [`DiskChange::Delete`] removes for good, and
//! no typed name leaves its folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::placed::Placed;
use super::problem;
use super::refusal::fixed;
use crate::entry::EntryKey;
use crate::local::{FileMark, LocalError, Thrown, Trash, move_free, rename_free};
use crate::message::Problem;
use crate::session::change::Lost;
use crate::store::transfer_journal::PathText;
use crate::store::undo::{Ending, UndoEnd, UndoGroup, UndoId, UndoJournal, UndoRecord};

/// A change on the disk, as its undo journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum DiskChange {
    /// A new folder.
    CreateFolder(PathText),
    /// An empty folder goes.
    RemoveFolder(PathText),
    /// Another name, or another folder.
    Rename {
        /// Where it is.
        from: PathText,
        /// Where it goes.
        to: PathText,
    },
    /// Into the trash.
    Trash(PathText),
    /// Gone for good, past the trash, with all below it; of a link only the link.
    Delete(PathText),
    /// A file that a download put there goes into the trash, if it is still that one.
    Unplace(Placed),
    /// A file that was moved here from another disk goes back; where what it was made of is still there, it goes into the
    /// trash, if it is still that one.
    Unmove {
        /// Where it is.
        placed: Placed,
        /// Where it was.
        from: PathText,
    },
    /// Out of the trash.
    Restore {
        /// Where it was.
        path: PathText,
        /// Where it lies, unless the system keeps it.
        kept: Option<PathText>,
        /// What tells it from others that the system has of that path.
        mark: FileMark,
    },
}

/// A change in words, as in `rename "a"`.
pub(super) type WordedDisk = Result<(String, DiskChange), Problem>;

/// Puts an entry away.
pub(super) fn throw_away(parent: &Path, key: &EntryKey) -> WordedDisk {
    let EntryKey::Name(name) = key else { return Err(fixed(key, "thrown away")) };
    let what = format!("throw away \"{}\"", name.to_string_lossy());
    Ok((what, DiskChange::Trash(parent.join(name).as_path().into())))
}

/// Moves an entry to another folder.
pub(super) fn move_to(parent: &Path, target: &Path, key: &EntryKey) -> WordedDisk {
    let EntryKey::Name(name) = key else { return Err(fixed(key, "moved")) };
    let what = format!("move \"{}\"", name.to_string_lossy());
    Ok((what, rename(&parent.join(name), &target.join(name))))
}

/// Removes an entry for good.
pub(super) fn delete_entry(path: &Path) -> (String, DiskChange) {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    (format!("delete \"{name}\""), DiskChange::Delete(path.into()))
}

/// Gives an entry another path.
pub(super) fn rename(from: &Path, to: &Path) -> DiskChange {
    DiskChange::Rename { from: from.into(), to: to.into() }
}

/// Returns the place of a typed name in a folder; one that would lead elsewhere is refused.
pub(super) fn checked_join(folder: &Path, name: &str) -> Result<PathBuf, LocalError> {
    let mut components = Path::new(name).components();
    let path = folder.join(name);
    match (components.next(), components.next()) {
        (Some(std::path::Component::Normal(only)), None) if only == name => Ok(path),
        _ => {
            let refused = io::Error::new(io::ErrorKind::InvalidInput, "it is not a name");
            Err(LocalError::io("use", Path::new(name))(refused))
        }
    }
}

/// Makes a change, written to the journal before and after.
pub(super) fn commit(worded: WordedDisk, journal: &UndoJournal, trash: &Trash) -> Result<(), Problem> {
    commit_one(worded, journal, (trash, &mut Thrown::default()))
}

/// The same for one of several: what the system's trash holds is looked up once for all of them.
pub(super) fn commit_one(
    worded: WordedDisk,
    journal: &UndoJournal,
    (trash, thrown): (&Trash, &mut Thrown),
) -> Result<(), Problem> {
    let (what, change) = worded?;
    let made = journalled(&what, &change, journal, || change.make(trash, thrown))?;
    made.map_err(|error| problem::of_local(&what, &error))
}

/// Gives an entry another path on the same disk, written to the journal; `false` where that path is on another one. Blocks.
pub(super) fn rename_here(
    what: &str,
    from: &Path,
    to: &Path,
    journal: &UndoJournal,
) -> Result<bool, Problem> {
    let make = || match rename_free(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(LocalError::Exists { path: to.to_path_buf() })
        }
        renamed => renamed.map_err(LocalError::io("rename", from)).map(|()| Some(rename(to, from))),
    };
    match journalled(what, &rename(from, to), journal, make)? {
        Ok(()) => Ok(true),
        Err(LocalError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => Ok(false),
        Err(error) => Err(problem::of_local(what, &error)),
    }
}

/// Makes a change between its two entries in the journal. The outer error is the journal's: nothing was made.
fn journalled(
    what: &str,
    change: &DiskChange,
    journal: &UndoJournal,
    work: impl FnOnce() -> Result<Option<DiskChange>, LocalError>,
) -> Result<Result<(), LocalError>, Problem> {
    let unwritten = |error: io::Error| problem::of_io(&format!("note in the undo journal: {what}"), &error);
    let record = serde_json::to_value(change).map_err(|error| unwritten(error.into()))?;
    let id = journal.begin(&record).map_err(unwritten)?;
    let made = work();
    let ending = match &made {
        Ok(inverse) => {
            Ending::Happened(inverse.as_ref().and_then(|inverse| serde_json::to_value(inverse).ok()))
        }
        Err(_) => Ending::Refused,
    };
    if let Err(error) = journal.end_all(vec![(id, ending)]) {
        // The change itself is done, and saying otherwise would make the user repeat it.
        tracing::warn!(%error, "cannot note in the undo journal how a change ended");
    }
    Ok(made.map(drop))
}

/// Returns what takes a recorded change back. What is not known well enough is left alone.
pub(super) fn inverse(record: &UndoRecord, what: &str) -> WordedDisk {
    let read = |value: &serde_json::Value| serde_json::from_value::<DiskChange>(value.clone()).ok();
    let inverse = match &record.end {
        UndoEnd::Undoable(inverse) => read(inverse),
        UndoEnd::Unknown => read(&record.change).and_then(DiskChange::inverse_of_unknown),
        UndoEnd::Refused | UndoEnd::Final => None,
    };
    let unknown = || {
        let message = format!("Cannot {what}: it is not known what it did");
        Problem::new(crate::message::ProblemKind::Permanent, message, "Look there, and change it by hand.")
    };
    inverse.map(|change| (what.to_owned(), change)).ok_or_else(unknown)
}

/// Returns those of a group's standing changes whose files are gone.
pub(super) fn lost(group: &UndoGroup) -> Vec<Lost> {
    // What an earlier step puts there is there for a later one.
    let mut made: HashSet<PathBuf> = HashSet::new();
    let mut lost = Vec::new();
    for record in group.standing.iter().rev() {
        let Ok((_, change)) = inverse(record, "") else { continue };
        if let Some(needed) = change.needs()
            && !made.contains(&needed)
            && fs::symlink_metadata(&needed).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        {
            let name = needed.file_name().unwrap_or(needed.as_os_str()).to_string_lossy().into_owned();
            lost.push(Lost { record: record.id, name, is_deleted: false });
        }
        made.extend(change.makes());
    }
    lost
}

/// Returns those of a group's files that are gone from this machine for good: taking back the rest of it would leave them
/// nowhere but in a bin.
pub(super) fn gone_for_good(group: UndoId, finals: &[UndoRecord]) -> Vec<Lost> {
    let gone = |record: &UndoRecord| match serde_json::from_value(record.change.clone()).ok()? {
        DiskChange::Delete(path) => {
            let path = path.path();
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            Some(Lost { record: record.id, name, is_deleted: true })
        }
        _ => None,
    };
    finals.iter().filter(|record| record.group == Some(group)).filter_map(gone).collect()
}

impl DiskChange {
    /// What must be there for it.
    fn needs(&self) -> Option<PathBuf> {
        match self {
            Self::RemoveFolder(path) | Self::Trash(path) | Self::Delete(path) => Some(path.path()),
            Self::Unplace(placed) | Self::Unmove { placed, .. } => Some(placed.path.path()),
            Self::Rename { from, .. } => Some(from.path()),
            Self::Restore { kept: Some(kept), .. } => Some(kept.path()),
            // Only the system knows what is in its trash.
            Self::Restore { kept: None, .. } | Self::CreateFolder(_) => None,
        }
    }

    /// What is there afterwards.
    fn makes(&self) -> Option<PathBuf> {
        match self {
            Self::CreateFolder(path)
            | Self::Restore { path, .. }
            | Self::Rename { to: path, .. }
            | Self::Unmove { from: path, .. } => Some(path.path()),
            Self::RemoveFolder(_) | Self::Trash(_) | Self::Unplace(_) | Self::Delete(_) => None,
        }
    }

    /// Does it, and returns what takes it back, if anything does. Blocks.
    fn make(&self, trash: &Trash, thrown: &mut Thrown) -> Result<Option<Self>, LocalError> {
        let inverse = match self {
            Self::Delete(path) => {
                delete(&path.path())?;
                return Ok(None);
            }
            Self::CreateFolder(path) => {
                let at = path.path();
                fs::create_dir(&at).map_err(LocalError::io("make", &at))?;
                Self::RemoveFolder(path.clone())
            }
            Self::RemoveFolder(path) => {
                let at = path.path();
                fs::remove_dir(&at).map_err(LocalError::io("remove", &at))?;
                Self::CreateFolder(path.clone())
            }
            Self::Rename { from, to } => {
                move_free(&from.path(), &to.path())?;
                Self::Rename { from: to.clone(), to: from.clone() }
            }
            Self::Trash(path) => put_away(path, trash)?,
            Self::Unplace(placed) => {
                placed.check()?;
                put_away(&placed.path, trash)?
            }
            Self::Unmove { placed, from } if placed.is_at(&from.path()) => {
                placed.check()?;
                put_away(&placed.path, trash)?
            }
            Self::Unmove { placed: Placed { path: to, .. }, from } => {
                move_free(&to.path(), &from.path())?;
                Self::Rename { from: from.clone(), to: to.clone() }
            }
            Self::Restore { path, kept: Some(kept), .. } => {
                move_free(&kept.path(), &path.path())?;
                Self::Trash(path.clone())
            }
            Self::Restore { path, kept: None, mark } => {
                trash.restore(&path.path(), mark, thrown)?;
                Self::Trash(path.clone())
            }
        };
        Ok(Some(inverse))
    }

    /// What takes it back although nobody wrote down how it ended; the disk refuses it where it never happened.
    fn inverse_of_unknown(self) -> Option<Self> {
        match self {
            Self::CreateFolder(path) => Some(Self::RemoveFolder(path)),
            Self::RemoveFolder(path) => Some(Self::CreateFolder(path)),
            Self::Rename { from, to } => Some(Self::Rename { from: to, to: from }),
            // Where it lies was not written down.
            Self::Trash(_)
            | Self::Unplace(_)
            | Self::Unmove { .. }
            | Self::Restore { .. }
            | Self::Delete(_) => None,
        }
    }

    /// Returns the folders that look different afterwards.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let paths = match self {
            Self::CreateFolder(path)
            | Self::RemoveFolder(path)
            | Self::Trash(path)
            | Self::Delete(path)
            | Self::Restore { path, .. } => vec![path],
            Self::Unplace(placed) => vec![&placed.path],
            Self::Unmove { placed, from } => vec![&placed.path, from],
            Self::Rename { from, to } => vec![from, to],
        };
        paths.into_iter().filter_map(|path| path.path().parent().map(Path::to_path_buf)).collect()
    }
}

/// Puts something into a trash, and returns what takes that back.
fn put_away(path: &PathText, trash: &Trash) -> Result<DiskChange, LocalError> {
    let at = path.path();
    let mark = FileMark::of(&at).map_err(LocalError::io("look at", &at))?;
    let kept = trash.put(&at)?.map(|kept| kept.as_path().into());
    Ok(DiskChange::Restore { path: path.clone(), kept, mark })
}

/// Removes a file, a link, or a folder with all below it; no link is followed.
fn delete(path: &Path) -> Result<(), LocalError> {
    let failed = || LocalError::io("delete", path);
    let facts = fs::symlink_metadata(path).map_err(failed())?;
    if facts.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(failed())
}
