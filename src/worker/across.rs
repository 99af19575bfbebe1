//! Copies and moves from one folder of the disk to another: what a scan finds there, and moves that are a mere rename.
//! `scanning` and `copying` call it for copies whose [`Way`] is across. Names stay as the disk has them; what a rename
//! cannot do, because the target is on another disk, is handed back to be copied.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::actor::Actor;
use super::copying::CopyDone;
use super::disk;
use super::ends::Way;
use super::jobs::{Done, blocking};
use super::problem;
use super::removal::remove_source;
use super::scan::{Goal, Origin, Wholes, disk_kind, disk_names, existing_on_disk, other_files};
use crate::entry::EntryKind;
use crate::local::weight::weigh;
use crate::local::{self, DiskEntry};
use crate::message::{CopyId, Problem, ProblemKind, Task};
use crate::store::undo::UndoJournal;
use crate::transfer::TransferError;
use crate::transfer::across::{Across, across};
use crate::transfer::compare::Side;
use crate::transfer::plan::{Existing, FileEnd, FileTransfer, Offer, OfferKind, Removed, Replaces, Scanned};

/// What a job brings that tried to rename an entry into its target.
pub(crate) struct RenameDone {
    file: FileTransfer<Origin, Goal>,
    renamed: Result<Renamed, Problem>,
}

/// What a rename came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renamed {
    /// It is in its target.
    Yes,
    /// It is a folder, and its target is on another disk.
    FolderApart,
    /// It is anything else, and its target is on another disk.
    FileApart,
}

/// A copy of a file that is to be made.
pub(super) struct Prepared {
    pub(super) across: Across,
    size: u64,
    modified: Option<i64>,
    what: String,
}

/// What a copy reads on the disk, and what becomes of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// What the target must be apart from.
    pub(super) paths: Arc<Vec<PathBuf>>,
    /// Something of a whole folder goes, or of what is around it: a move, a sync.
    pub(super) are_changed: bool,
    /// What a move takes goes to the trash, so that undo brings it back; else for good.
    pub(super) to_trash: bool,
}

/// How a folder is held against another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    /// The name that the only source gets.
    pub(super) rename: Option<&'a str>,
    /// What only the target has matters.
    pub(super) wants_others: bool,
    /// Whether folders whose names are free go as they are.
    pub(super) wholes: Wholes,
}

impl Actor {
    /// Whether an entry may go to its target by a rename: moved, to a name that is free.
    pub(super) fn may_rename(&self, id: CopyId, file: &FileTransfer<Origin, Goal>) -> bool {
        let is_move = |task| matches!(task, Task::Move { .. });
        file.replaces == Replaces::Nothing
            && self.copies.get(&id).is_some_and(|copy| copy.way == Way::Across && is_move(copy.plan.task()))
    }

    /// Renames an entry into its target.
    pub(super) fn rename_across(&mut self, id: CopyId, file: FileTransfer<Origin, Goal>) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making += 1;
        let what = format!("move \"{}\"", file.path);
        let journal = self.disk_journal_of_copy(id);
        let done =
            move |file, renamed| Done::Copy(id, CopyDone::Renamed(Box::new(RenameDone { file, renamed })));
        let broken = done(file.clone(), Err(problem::broke_down(&what)));
        self.jobs.start_kept(broken, async move {
            let ends = ends(&file);
            let renamed = blocking(move || {
                let (from, to) = ends?;
                to.check_folders().map_err(|error| problem::of_local(&what, &error))?;
                rename(&what, &from, &to.path(), &journal)
            });
            done(file, renamed.await)
        });
    }

    /// Takes what a rename came to.
    pub(super) fn renamed_across(&mut self, id: CopyId, done: RenameDone) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making -= 1;
        let RenameDone { file, renamed } = done;
        match renamed {
            Ok(Renamed::Yes) => {
                copy.plan.file_ended(file.file, FileEnd::MovedInside);
                self.moved_away(&file);
            }
            Ok(Renamed::FolderApart) => copy.plan.taken_apart(file.file),
            Ok(Renamed::FileApart) => self.add_transfer(id, file, None),
            Err(problem) => copy.plan.file_ended(file.file, FileEnd::Failed(problem)),
        }
        self.drive_copy(id);
    }

    /// Has the folders read again that a file left and came to.
    pub(super) fn moved_away(&mut self, file: &FileTransfer<Origin, Goal>) {
        let Ok((from, to)) = ends(file) else { return };
        if let Some(folder) = from.parent() {
            self.local_changed(folder);
        }
        self.local_changed(&to.folder());
    }
}

impl Prepared {
    /// Makes a copy ready.
    pub(super) const fn new(across: Across, file: &FileTransfer<Origin, Goal>, what: String) -> Self {
        Self { across, size: file.size, modified: file.modified, what }
    }

    /// Copies, and removes the source of a move.
    pub(super) async fn carry_out(self) -> Result<FileEnd, TransferError> {
        let Self { across: copy, size, modified, what } = self;
        let (from, is_move) = (copy.source.clone(), copy.is_move);
        across(copy).await?;
        if !is_move {
            return Ok(FileEnd::Copied);
        }
        let removed = blocking(move || match remove_source(&from, size, modified, &what) {
            Removed::Gone => FileEnd::MovedInside,
            Removed::Kept => FileEnd::CopiedBeside(problem::broke_down(&what)),
            Removed::Failed(problem) => FileEnd::CopiedBeside(problem),
        });
        Ok(removed.await)
    }
}

/// Returns where a file of such a copy is, and where it goes.
pub(super) fn ends(file: &FileTransfer<Origin, Goal>) -> Result<(PathBuf, local::Target), Problem> {
    let (Origin::Disk(from), Goal::Disk(folder)) = (&file.source, &file.folder) else {
        return Err(problem::broke_down(&format!("copy \"{}\"", file.path)));
    };
    // The disk's own name may not be Unicode.
    let own = from.file_name().filter(|_| file.new_name().is_none());
    let to = match own {
        Some(own) => folder.join_found(own),
        None => named(folder, &file.name)?,
    };
    Ok((from.clone(), to))
}

/// Returns the place of that name in a folder; one that would lead elsewhere is refused.
pub(super) fn named(folder: &local::Target, name: &str) -> Result<local::Target, Problem> {
    let checked = disk::checked_join(&folder.path(), name);
    checked.map_err(|error| problem::of_local(&format!("copy to \"{name}\""), &error))?;
    Ok(folder.join_found(name.as_ref()))
}

/// Renames, noted in the journal. Blocks.
fn rename(what: &str, from: &Path, to: &Path, journal: &UndoJournal) -> Result<Renamed, Problem> {
    if disk::rename_here(what, from, to, journal)? {
        return Ok(Renamed::Yes);
    }
    let is_folder = from.symlink_metadata().is_ok_and(|facts| facts.is_dir());
    Ok(if is_folder { Renamed::FolderApart } else { Renamed::FileApart })
}

/// Holds children on the disk against another folder of it. Blocks.
pub(super) fn offers_across(
    children: Vec<(PathBuf, DiskEntry)>,
    target: Option<&local::Target>,
    look: Look<'_>,
) -> Result<Scanned<Origin, Goal>, Problem> {
    let there = target.map(disk_names).transpose()?.unwrap_or_default();
    let target_name = |entry: &DiskEntry| look.rename.map_or_else(|| entry.name.clone(), OsString::from);
    let offered: HashSet<OsString> = children.iter().map(|(_, entry)| target_name(entry)).collect();
    let mut offers = Vec::with_capacity(children.len());
    for (path, entry) in children {
        let (name, target_name) = (entry.name.to_string_lossy().into_owned(), target_name(&entry));
        let side = Side { size: entry.size.unwrap_or(0), modified: entry.modified };
        let found = target.zip(there.get(&target_name));
        let existing: Vec<Existing<Goal>> = found
            .map(|(target, found)| {
                let place = Goal::Disk(target.join_found(&target_name));
                existing_on_disk(place, found, (entry.kind == EntryKind::File).then_some(side))
            })
            .into_iter()
            .collect();
        let is_itself = found
            .is_some_and(|(target, _)| local::is_one_file(&path, &target.join_found(&target_name).path()));
        let kind = if is_itself {
            OfferKind::Unfit(problem::itself(&name))
        } else {
            kind_across(&path, &entry, look.wholes == Wholes::Any && existing.is_empty())
        };
        let target_name = target_name.to_string_lossy().into_owned();
        offers.push(Offer { source: Origin::Disk(path), name, target_name, kind, existing });
    }
    let meets = offers.iter().any(|offer| !offer.existing.is_empty());
    let names = there.keys().map(|name| name.to_string_lossy().into_owned());
    let taken = if meets { names.collect() } else { HashSet::new() };
    let others = match target {
        Some(target) if look.wants_others => other_files(target, &there, &offered)?,
        Some(_) | None => Vec::new(),
    };
    Ok(Scanned { offers, taken, others })
}

/// `as_it_is`: a folder may go with all below it.
fn kind_across(path: &Path, entry: &DiskEntry, as_it_is: bool) -> OfferKind {
    let kind = disk_kind(entry);
    if kind != OfferKind::Folder {
        return kind;
    }
    if let Some(weight) = as_it_is.then(|| weigh(path).ok()).flatten() {
        return OfferKind::Whole { file_count: weight.file_count, bytes: weight.bytes };
    }
    if entry.name.to_str().is_none() {
        let message =
            format!("Cannot copy the folder \"{}\": its name is not Unicode", entry.name.to_string_lossy());
        return OfferKind::Unfit(Problem::new(ProblemKind::Permanent, message, "Rename it."));
    }
    kind
}

/// Refuses a target that is in one of the source folders, and where something of the target goes also one that holds the
/// source, whatever links lead there. Blocks.
pub(super) fn require_apart(sources: &Sources, target: &Path) -> Result<(), Problem> {
    // What is not there yet is in nothing that is not on the way to it.
    let there = target.ancestors().find(|path| path.exists()).unwrap_or(target);
    let Ok(below) = there.canonicalize() else { return Ok(()) };
    let overlap = |source: &&PathBuf| {
        let is_folder = source.metadata().is_ok_and(|facts| facts.is_dir());
        let source = source.canonicalize().ok().filter(|_| is_folder);
        source.is_some_and(|source| {
            below.starts_with(&source)
                || (sources.are_changed && there == target && source.starts_with(&below))
        })
    };
    match sources.paths.iter().find(overlap) {
        Some(source) => Err(overlaps(source)),
        None => Ok(()),
    }
}

fn overlaps(source: &Path) -> Problem {
    let message = format!("\"{}\" and its target overlap", source.display());
    Problem::new(ProblemKind::Harmful, message, "Choose a target outside of it.")
}
