//! [`Placed`]: a file that a download put onto the disk, and the folders that were made for it. It is written to the disk's undo journal, so that undo puts it into
//! the trash, if it is still what was put there, and brings back what had its name. `transfers` notes it, `disk` takes
//! it back. It is noted once it is there: of what a crash cuts off in between the file is there, and nothing knows it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::across;
use super::actor::Actor;
use super::copying::CopyDone;
use super::disk::{self, DiskChange};
use super::ends::Way;
use super::jobs::{Done, blocking};
use super::problem;
use super::scan::Goal;
use crate::crypto::fingerprint::Fingerprint;
use crate::local::entry::unix_seconds;
use crate::local::{self, LocalError, MadeWay, SafeName};
use crate::message::CopyId;
use crate::store::transfer_journal::PathText;
use crate::store::undo::UndoJournal;
use crate::transfer::plan::FolderId;

/// A file as it was when it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) path: PathText,
    /// Bytes.
    size: u64,
    /// Its time and samples of its content, as MEGA writes them.
    fingerprint: String,
}

impl Actor {
    /// Makes a folder for a copy, and notes it.
    pub(super) fn make_disk_folder(
        &mut self,
        id: CopyId,
        folder: FolderId,
        parent: local::Target,
        name: String,
    ) {
        let what = format!("make the folder \"{name}\"");
        let broken = CopyDone::FolderMade(folder, Err(problem::broke_down(&what)));
        let Some(way) = self.copies.get(&id).map(|copy| copy.way) else { return };
        let journal = self.disk_journal_of_copy(id);
        self.jobs.start_kept(Done::Copy(id, broken), async move {
            let made = blocking(move || {
                let target = match way {
                    Way::Across => across::named(&parent, &name)?,
                    Way::Up | Way::Down | Way::Inside | Way::Between => {
                        let safe =
                            SafeName::from_cloud(&name).map_err(|error| problem::of_name(&name, &error));
                        parent.join(&safe?)
                    }
                };
                let missing = target.missing_folders();
                target.make_folder().map_err(|error| problem::of_local(&what, &error))?;
                note_folders(&journal, &missing);
                Ok(Goal::Disk(target))
            });
            Done::Copy(id, CopyDone::FolderMade(folder, made.await))
        });
    }
}

impl Placed {
    /// Looks at a file. Blocks; reads 8 KiB at most.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        let (size, modified) = (facts.len(), unix_seconds(facts.modified()?));
        let fingerprint =
            Fingerprint::compute(size, modified, |offset, bytes| read_at(&mut file, offset, bytes))?;
        Ok(Self { path: path.into(), size, fingerprint: fingerprint.text() })
    }

    /// Checks that the file is still what was placed.
    pub(super) fn check(&self) -> Result<(), LocalError> {
        let path = self.path.path();
        let is_link = path.symlink_metadata().is_ok_and(|facts| facts.is_symlink());
        let now = Self::of(&path).map_err(LocalError::io("read", &path))?;
        if is_link || now != *self {
            let changed = io::Error::other("it has changed since it was put there");
            return Err(LocalError::io("take back", &path)(changed));
        }
        Ok(())
    }
}

/// Notes a file that was placed, and what made way for it. Blocks.
pub(super) fn note(journal: &UndoJournal, path: &Path, made_way: MadeWay) {
    match Placed::of(path) {
        Ok(placed) => {
            let taken = change("placed", path, &DiskChange::Unplace(placed));
            note_all(journal, restored(path, made_way).into_iter().chain(taken).collect());
        }
        Err(error) => tracing::warn!(%error, "cannot look at a file that was put here"),
    }
}

/// Notes a file that was moved to another disk, and what made way for it there. Blocks.
pub(super) fn note_moved(journal: &UndoJournal, from: &Path, to: &Path, made_way: MadeWay) {
    let back = change("moved", from, &disk::rename(to, from));
    note_all(journal, restored(to, made_way).into_iter().chain(back).collect());
}

/// Notes folders that were made, the outermost first. Blocks.
pub(super) fn note_folders(journal: &UndoJournal, folders: &[PathBuf]) {
    let made = |path: &PathBuf| change("made", path, &DiskChange::RemoveFolder(path.as_path().into()));
    note_all(journal, folders.iter().filter_map(made).collect());
}

/// Notes that an empty folder was removed. Blocks.
pub(super) fn note_removed_folder(journal: &UndoJournal, path: &Path) {
    let made_again = change("removed", path, &DiskChange::CreateFolder(path.into()));
    note_all(journal, made_again.into_iter().collect());
}

/// What brings back that which had the name of a file that was placed.
fn restored(path: &Path, made_way: MadeWay) -> Option<(Value, Value)> {
    let kept = match made_way {
        MadeWay::Nothing => return None,
        MadeWay::Kept(kept) => Some(kept.as_path().into()),
        MadeWay::InSystemTrash => None,
    };
    change("replaced", path, &DiskChange::Restore { path: path.into(), kept })
}

fn note_all(journal: &UndoJournal, changes: Vec<(Value, Value)>) {
    if let Err(error) = journal.note_all(changes) {
        tracing::warn!(%error, "cannot note in the undo journal what was done on the disk");
    }
}

/// What happened, and what takes it back.
fn change(verb: &str, path: &Path, inverse: &DiskChange) -> Option<(Value, Value)> {
    Some((json!({ verb: PathText::from(path) }), serde_json::to_value(inverse).ok()?))
}

fn read_at(file: &mut File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    io::Seek::seek(file, io::SeekFrom::Start(offset))?;
    io::Read::read_exact(file, bytes)
}
