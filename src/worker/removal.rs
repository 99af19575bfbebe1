//! What goes at the end of a copy, as the plan says: sources of a move, what a sync deletes, folders left empty. In the
//! cloud everything goes to the rubbish bin. On the disk a sync puts away to the trash; the source of a move is removed
//! for good, unless the user is to be able to undo it: its whole content is proven to be in the cloud, and what
//! is moved away to make room must not keep the room in the trash.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::account::Account;
use super::actor::Actor;
use super::backup::{Aside, Depot};
use super::copying::{Copy, CopyDone};
use super::disk::{self, DiskChange};
use super::ends::Way;
use super::inside::{Made, commit_all};
use super::jobs::{Done, blocking};
use super::problem;
use super::scan::{Goal, Origin};
use crate::api::error::ApiError;
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::local::{self, Target, Trash};
use crate::message::{CopyId, Problem, ProblemKind};
use crate::session::change::Change;
use crate::store::transfer_journal::PathText;
use crate::store::undo::{Ending, UndoJournal};
use crate::transfer::plan::{Doomed, RemovalId, Removed};

/// What a job brings that removed something.
pub(crate) struct RemovalDone {
    removal: RemovalId,
    removed: Removed,
    place: Place,
    made: Made,
}

/// What looks different now.
enum Place {
    /// A folder of the disk.
    Disk(PathBuf),
    /// An account, and the attempt to open it whose session was used.
    Account(String, u64),
    Unknown,
}

/// An end of a copy, where both are in the cloud: each may be in an account of its own.
#[derive(Clone, Copy)]
pub(super) enum End {
    Source,
    Target,
}

impl Actor {
    /// Removes something for a copy.
    pub(super) fn remove(
        &mut self,
        id: CopyId,
        removal: RemovalId,
        path: &str,
        doomed: Doomed<Origin, Goal>,
    ) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making += 1;
        let has_backup = copy.backup.is_some();
        let (ids, what) = ((id, removal), format!("remove \"{path}\""));
        match doomed {
            Doomed::Source { source: Origin::Disk(path), size, modified } => {
                self.remove_disk_source(ids, path, (size, modified), what);
            }
            Doomed::EmptySource(Origin::Disk(path)) => self.remove_disk_source_folder(ids, path, what),
            Doomed::Target(Goal::Disk(target)) => self.put_disk_target_away(ids, target, what),
            Doomed::EmptyTarget(Goal::Disk(target)) => {
                self.remove_on_disk(ids, move || (target.folder(), remove_target_folder(&target, &what)));
            }
            Doomed::Target(Goal::Node(node)) if has_backup => {
                self.put_aside(id, Aside::Extra { removal, path: path.to_owned(), node });
            }
            Doomed::Source { source: Origin::Cloud(CloudFolder::Node(node)), .. } => {
                self.remove_node(ids, (End::Source, node), &what, None);
            }
            Doomed::Target(Goal::Node(node)) => self.remove_node(ids, (End::Target, node), &what, None),
            Doomed::EmptySource(Origin::Cloud(CloudFolder::Node(node)))
                if self.is_empty(id, End::Source, node) =>
            {
                self.remove_node(ids, (End::Source, node), &what, None);
            }
            Doomed::EmptyTarget(Goal::Node(node)) if self.is_empty(id, End::Target, node) => {
                self.remove_node(ids, (End::Target, node), &what, None);
            }
            // Places and what the user picked stay.
            Doomed::Source { source: Origin::Cloud(_) | Origin::Picked, .. }
            | Doomed::EmptyTarget(Goal::Node(_))
            | Doomed::EmptySource(Origin::Cloud(_) | Origin::Picked) => {
                let (removed, place, made) = (Removed::Kept, Place::Unknown, Made::default());
                self.removal_done(id, RemovalDone { removal, removed, place, made });
            }
        }
    }

    /// Removes a file that was moved away: into the trash, where the user is to be able to undo it, or for good.
    fn remove_disk_source(
        &mut self,
        ids: (CopyId, RemovalId),
        path: PathBuf,
        found: (u64, Option<i64>),
        what: String,
    ) {
        let Some(copy) = self.copies.get(&ids.0) else { return };
        let trash = copy.sources.to_trash.then(|| copy.trash.clone());
        let journal = self.disk_journal_of_copy(ids.0);
        self.remove_on_disk(ids, move || {
            let removed = match trash {
                Some(trash) => put_source_away(&path, found, &what, (&journal, &trash)),
                None => remove_for_good(&path, found, &what, &journal),
            };
            (folder_of(&path), removed)
        });
    }

    /// Removes a folder that a move has left empty. Where the rest of the move can be taken back its folders can, too.
    fn remove_disk_source_folder(&mut self, ids: (CopyId, RemovalId), path: PathBuf, what: String) {
        let Some(copy) = self.copies.get(&ids.0) else { return };
        let is_noted = copy.sources.to_trash || copy.way == Way::Across;
        let journal = if is_noted { self.disk_journal_of_copy(ids.0) } else { UndoJournal::none() };
        self.remove_on_disk(ids, move || {
            let removed = remove_folder(&path, &what);
            if removed == Removed::Gone {
                note_removed(&journal, &path);
            }
            (folder_of(&path), removed)
        });
    }

    /// Puts away what a sync deletes.
    fn put_disk_target_away(&mut self, ids: (CopyId, RemovalId), target: Target, what: String) {
        let Some(copy) = self.copies.get(&ids.0) else { return };
        let (trash, journal) = (copy.trash.clone(), self.disk_journal_of_copy(ids.0));
        self.remove_on_disk(ids, move || {
            let checked = target.check_folders().map_err(|error| problem::of_local(&what, &error));
            let put = checked.and_then(|()| {
                let change = DiskChange::Trash(target.path().as_path().into());
                disk::commit(Ok((what, change)), &journal, &trash)
            });
            (target.folder(), put.map_or_else(Removed::Failed, |()| Removed::Gone))
        });
    }

    /// Takes what a job brings.
    pub(super) fn removal_done(&mut self, id: CopyId, done: RemovalDone) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making -= 1;
        copy.plan.removed(done.removal, done.removed);
        match done.place {
            Place::Disk(folder) => self.local_changed(&folder),
            Place::Account(name, attempt) => self.take_made(&name, attempt, done.made),
            Place::Unknown => {}
        }
        self.drive_copy(id);
    }

    fn remove_on_disk(
        &mut self,
        (id, removal): (CopyId, RemovalId),
        work: impl FnOnce() -> (PathBuf, Removed) + Send + 'static,
    ) {
        let done = move |place, removed| {
            let made = Made::default();
            Done::Copy(id, CopyDone::Removed(RemovalDone { removal, removed, place, made }))
        };
        let broken = done(Place::Unknown, Removed::Failed(problem::broke_down("remove it")));
        self.jobs.start_kept(broken, async move {
            let (folder, removed) = blocking(work).await;
            done(Place::Disk(folder), removed)
        });
    }

    /// Removes a node: into the backup folder, or to the rubbish bin where it has none.
    pub(super) fn remove_node(
        &mut self,
        (id, removal): (CopyId, RemovalId),
        (end, node): (End, NodeHandle),
        what: &str,
        depot: Option<&Depot>,
    ) {
        let Some(name) = self.copies.get(&id).map(|copy| copy.account_of(end).to_owned()) else { return };
        let account = self.accounts.get(&name);
        let attempt = account.map_or(0, Account::attempt);
        let journal = match end {
            End::Source => self.journal_of_source(id),
            End::Target => self.journal_of_copy(id),
        };
        let prepared = match account.and_then(Account::ready) {
            Some((session, tree)) => {
                let from = tree.node(node).and_then(|node| node.parent()).unwrap_or(node);
                let to_bin = || Ok(vec![session.prepare(tree, Change::Trash { node, from })?]);
                depot
                    .map_or_else(to_bin, |depot| depot.take(session, tree, node, None))
                    .map(|changes| (session.clone(), journal, changes))
                    .map_err(|error| problem::of_change(what, &error))
            }
            None => Err(problem::of_api(what, &ApiError::SessionEnded)),
        };
        let what = what.to_owned();
        let done = move |removed, made| {
            let place = Place::Account(name.clone(), attempt);
            Done::Copy(id, CopyDone::Removed(RemovalDone { removal, removed, place, made }))
        };
        let broken = done(Removed::Failed(problem::broke_down(&what)), Made::default());
        self.jobs.start_kept(broken, async move {
            let mut made = Made::default();
            let removed = match prepared {
                Ok((session, journal, changes)) => {
                    match commit_all(&session, &journal, changes, &mut made).await {
                        Ok(()) => Removed::Gone,
                        Err(error) => Removed::Failed(problem::of_change(&what, &error)),
                    }
                }
                Err(problem) => Removed::Failed(problem),
            };
            done(removed, made)
        });
    }

    fn is_empty(&self, id: CopyId, end: End, folder: NodeHandle) -> bool {
        let account = self.copies.get(&id).and_then(|copy| self.accounts.get(copy.account_of(end)));
        account
            .and_then(|account| account.tree.as_deref())
            .is_some_and(|tree| tree.node(folder).is_some() && tree.children(folder).next().is_none())
    }
}

impl Copy {
    /// Returns the account that an end of it is in, where that is in the cloud.
    fn account_of(&self, end: End) -> &str {
        match end {
            End::Source => &self.source,
            End::Target => &self.account,
        }
    }
}

/// Removes a file for good, unless it is another one by now. Blocks.
pub(super) fn remove_source(path: &Path, size: u64, modified: Option<i64>, what: &str) -> Removed {
    match require_as_found(path, (size, modified), what) {
        Ok(()) => outcome(fs::remove_file(path), what),
        Err(problem) => Removed::Failed(problem),
    }
}

/// Removes a file for good, unless it is another one by now, between two entries in the journal: undo would put the only
/// copy that is left into the bin if it did not know of it. Where that cannot be noted, the file stays. Blocks.
fn remove_for_good(
    path: &Path,
    (size, modified): (u64, Option<i64>),
    what: &str,
    journal: &UndoJournal,
) -> Removed {
    let change = serde_json::to_value(DiskChange::Delete(path.into())).map_err(io::Error::other);
    let foretold = match change.and_then(|change| journal.foretell(vec![change])) {
        Ok(foretold) => foretold,
        Err(error) => {
            return Removed::Failed(problem::of_io(&format!("note in the undo journal: {what}"), &error));
        }
    };
    let removed = remove_source(path, size, modified, what);
    let is_gone = removed == Removed::Gone;
    let ending = || if is_gone { Ending::Happened(None) } else { Ending::Refused };
    if let Err(error) = journal.end_all(foretold.into_iter().map(|id| (id, ending())).collect()) {
        tracing::warn!(%error, "cannot note in the undo journal whether a file was removed for good");
    }
    removed
}

/// Puts a file into the trash, unless it is another one by now. Blocks.
fn put_source_away(
    path: &Path,
    found: (u64, Option<i64>),
    what: &str,
    (journal, trash): (&UndoJournal, &Trash),
) -> Removed {
    let put = require_as_found(path, found, what)
        .and_then(|()| disk::commit(Ok((what.to_owned(), DiskChange::Trash(path.into()))), journal, trash));
    put.map_or_else(Removed::Failed, |()| Removed::Gone)
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_path_buf()
}

fn require_as_found(path: &Path, (size, modified): (u64, Option<i64>), what: &str) -> Result<(), Problem> {
    let is_as_found = fs::metadata(path).is_ok_and(|facts| facts.is_file())
        && local::stat(path).is_ok_and(|entry| entry.size == Some(size) && entry.modified == modified);
    if !is_as_found {
        let message = format!("Cannot {what}: it has changed since it was copied");
        return Err(Problem::new(ProblemKind::Temporary, message, "Move it again."));
    }
    Ok(())
}

/// Removes a folder if it is empty. Blocks.
fn remove_folder(path: &Path, what: &str) -> Removed {
    match fs::remove_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Removed::Kept,
        result => outcome(result, what),
    }
}

/// Removes an empty folder of the target, unless a link leads there by now. Blocks.
fn remove_target_folder(target: &Target, what: &str) -> Removed {
    match target.check_folders() {
        Ok(()) => remove_folder(&target.path(), what),
        Err(error) => Removed::Failed(problem::of_local(what, &error)),
    }
}

/// Notes that an empty folder was removed. Blocks.
fn note_removed(journal: &UndoJournal, path: &Path) {
    let noted = serde_json::to_value(DiskChange::CreateFolder(path.into())).map_err(io::Error::other);
    let removed = json!({ "removed": PathText::from(path) });
    if let Err(error) = noted.and_then(|inverse| journal.note_all(vec![(removed, Some(inverse))])) {
        tracing::warn!(%error, "cannot note in the undo journal that an empty folder was removed");
    }
}

fn outcome(result: io::Result<()>, what: &str) -> Removed {
    match result {
        Ok(()) => Removed::Gone,
        Err(error) => Removed::Failed(problem::of_io(what, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::undo::UndoEnd;

    #[test]
    fn a_file_stays_where_it_cannot_be_noted_that_it_goes_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        fs::write(&path, "x").unwrap();
        let found = local::stat(&path).unwrap();
        let found = (found.size.unwrap(), found.modified);
        let remove = |journal: &UndoJournal| remove_for_good(&path, found, "remove it", journal);
        let closed = UndoJournal::closed(&io::Error::other("no room"));
        assert!(matches!(remove(&closed), Removed::Failed(problem) if problem.message.contains("note in")));
        assert!(path.exists());
        let journal = UndoJournal::in_memory();
        assert_eq!(remove(&journal), Removed::Gone);
        assert!(matches!(remove(&journal), Removed::Failed(_)), "it is gone");
        let ends: Vec<UndoEnd> = journal.read().unwrap().into_iter().map(|record| record.end).collect();
        assert_eq!(ends, [UndoEnd::Refused, UndoEnd::Final]);
    }
}
