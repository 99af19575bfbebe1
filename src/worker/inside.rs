//! Copies and moves inside an account: the server makes the new node of the content that it has, no byte is moved. The
//! plan decides as for every copy; here its files, and folders taken as they are, become changes. What is in the source is
//! held against the target here for copies between accounts, too.

use super::account::Account;
use super::actor::Actor;
use super::backup::{Depot, replaced};
use super::copying::CopyDone;
use super::ends::Way;
use super::jobs::Done;
use super::problem;
use super::scan::{self, Goal, Origin};
use super::scanning::has_many;
use crate::api::error::ApiError;
use crate::entry::CloudFolder;
use crate::message::{CopyId, Task};
use crate::session::Session;
use crate::session::change::{Change, ChangeError, Prepared};
use crate::store::undo::UndoJournal;
use crate::transfer::plan::{FileEnd, FileId, FileTransfer, Replaces, Scan};
use crate::tree::{OwnUpdate, Tree};

/// What a job brings that copied or moved something inside an account.
pub(crate) struct InsideDone {
    file: FileId,
    /// The attempt to open the account whose session was used.
    attempt: u64,
    end: FileEnd,
    made: Made,
}

/// What changes did before they were over, or before one failed.
#[derive(Default)]
pub(super) struct Made {
    pub(super) updates: Vec<OwnUpdate>,
    pub(super) session_ended: bool,
}

impl Actor {
    /// Whether a copy moves no bytes.
    pub(super) fn is_inside(&self, id: CopyId) -> bool {
        self.copies.get(&id).is_some_and(|copy| copy.way == Way::Inside)
    }

    /// Holds a folder of an account against another, of the same account or not; the trees know both.
    pub(super) fn scan_inside(&mut self, id: CopyId, scan: Scan<Origin, Goal>) {
        let Some(copy) = self.copies.get(&id) else { return };
        let Scan { folder, source, target } = scan;
        let target = match target {
            Some(Goal::Node(node)) => Some(node),
            Some(Goal::Disk(_)) | None => None,
        };
        let rename = copy.rename.clone().filter(|_| copy.is_top(folder));
        let (wholes, wants_others) = (copy.wholes, copy.wants_others(folder));
        let tree = self.accounts.get(&copy.account).and_then(|account| account.tree.clone());
        let tree = tree.ok_or_else(|| super::refusal::not_ready(&copy.account));
        let (source, tree) = match (self.cloud_source(copy, &source), tree) {
            (Ok(source), Ok(tree)) => (source, tree),
            (Err(problem), _) | (Ok(_), Err(problem)) => return self.scanned(id, folder, Err(problem)),
        };
        let is_large = source.is_deep() || has_many(&tree, target);
        self.scan_by_size(id, folder, is_large, move || {
            let children = (source.children(), wholes);
            Ok(scan::offers_inside(&tree, children, target, rename.as_deref(), wants_others))
        });
    }

    /// Copies or moves one file, or a folder as it is.
    pub(super) fn copy_inside(
        &mut self,
        id: CopyId,
        file: &FileTransfer<Origin, Goal>,
        depot: Option<&Depot>,
    ) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making += 1;
        let is_move = matches!(copy.plan.task(), Task::Move { .. });
        let what = format!("{} \"{}\"", if is_move { "move" } else { "copy" }, file.path);
        let account = self.accounts.get(&copy.account);
        let attempt = account.map_or(0, Account::attempt);
        let prepared = match account.and_then(Account::ready) {
            Some(ready) => prepare(ready, file, is_move, depot)
                .map(|changes| (ready.0.clone(), self.journal_of_copy(id), changes))
                .map_err(|refused| match refused {
                    Refused::Taken => problem::appeared(&what),
                    Refused::Change(error) => problem::of_change(&what, &error),
                }),
            None => Err(problem::of_api(&what, &ApiError::SessionEnded)),
        };
        let file = file.file;
        let done = move |end, made| Done::Copy(id, CopyDone::Inside(InsideDone { file, attempt, end, made }));
        let broken = done(FileEnd::Failed(problem::broke_down(&what)), Made::default());
        self.jobs.start_kept(broken, async move {
            let mut made = Made::default();
            let end = match prepared {
                Ok((session, journal, changes)) => {
                    match commit_all(&session, &journal, changes, &mut made).await {
                        Ok(()) if is_move => FileEnd::MovedInside,
                        Ok(()) => FileEnd::CopiedInside,
                        Err(error) => FileEnd::Failed(problem::of_change(&what, &error)),
                    }
                }
                Err(problem) => FileEnd::Failed(problem),
            };
            done(end, made)
        });
    }

    /// Takes what a job brings.
    pub(super) fn inside_done(&mut self, id: CopyId, done: InsideDone) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making -= 1;
        copy.plan.file_ended(done.file, done.end);
        let name = copy.account.clone();
        self.take_made(&name, done.attempt, done.made);
        self.drive_copy(id);
    }

    /// Takes into the tree what changes of a copy did.
    pub(super) fn take_made(&mut self, name: &str, attempt: u64, made: Made) {
        if let Some(account) = self.accounts.get_mut(name) {
            account.apply(made.updates);
        }
        self.account_changed(name);
        if made.session_ended {
            self.session_ended(name, attempt);
        }
    }
}

enum Refused {
    /// Something got the name since the copy was planned.
    Taken,
    Change(ChangeError),
}

impl From<ChangeError> for Refused {
    fn from(error: ChangeError) -> Self {
        Self::Change(error)
    }
}

/// The changes, in order. Where the name is free a move is a move; else the new one becomes a version of the old, or the
/// old one goes to the bin, and the source of a move goes last.
fn prepare(
    (session, tree): (&Session, &Tree),
    file: &FileTransfer<Origin, Goal>,
    is_move: bool,
    depot: Option<&Depot>,
) -> Result<Vec<Prepared>, Refused> {
    let (Origin::Cloud(CloudFolder::Node(node)), Goal::Node(to)) = (&file.source, &file.folder) else {
        return Err(ChangeError::Api(ApiError::SessionEnded).into());
    };
    let (node, to) = (*node, *to);
    let found = tree.node(node).ok_or(ChangeError::Gone(node))?;
    let from = found.parent().ok_or_else(|| ChangeError::Fixed { name: found.label() })?;
    let (old, replaces) = match &file.replaces {
        _ if depot.is_some() => (None, None), // it makes way before
        Replaces::Version(Goal::Node(old)) | Replaces::Beginning(Goal::Node(old)) => (None, Some(*old)),
        Replaces::ToBin(Goal::Node(old)) => (Some(*old), None),
        Replaces::Nothing
        | Replaces::Version(Goal::Disk(_))
        | Replaces::Beginning(Goal::Disk(_))
        | Replaces::ToBin(Goal::Disk(_)) => (None, None),
    };
    if file.replaces == Replaces::Nothing && !tree.named(to, &file.name).is_empty() {
        return Err(Refused::Taken);
    }
    let label = found.name().unwrap_or_default().to_owned();
    let aside =
        depot.zip(replaced(file)).map(|(depot, old)| depot.take(session, tree, old, Some(&file.name)));
    let mut changes = Vec::new();
    if is_move && replaces.is_none() && tree.owner(node) == tree.owner(to) {
        if from != to {
            changes.push(Change::Move { node, from, to });
        }
        if label != file.name && !found.is_undecryptable() {
            changes.push(Change::Rename { node, from: label, to: file.name.clone() });
        }
        changes.extend(old.map(|node| Change::Trash { node, from: to }));
    } else {
        changes.push(Change::Copy { node, to, name: file.name.clone(), replaces });
        changes.extend(old.map(|node| Change::Trash { node, from: to }));
        changes.extend(is_move.then_some(Change::Trash { node, from }));
    }
    let mut prepared = aside.transpose()?.unwrap_or_default();
    for change in changes {
        prepared.push(session.prepare(tree, change)?);
    }
    Ok(prepared)
}

/// Commits changes one after the other until one fails.
pub(super) async fn commit_all(
    session: &Session,
    journal: &UndoJournal,
    changes: Vec<Prepared>,
    made: &mut Made,
) -> Result<(), ChangeError> {
    for change in changes {
        match session.commit(change, journal).await {
            Ok(outcome) => made.updates.extend(outcome.updates),
            Err(mut error) => {
                if let ChangeError::CutShort { made: part, .. } = &mut error {
                    made.updates.append(&mut part.updates);
                }
                made.session_ended = is_session_end(&error);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Whether the session was found to be over.
pub(super) fn is_session_end(error: &ChangeError) -> bool {
    match error {
        ChangeError::CutShort { error, .. } => is_session_end(error),
        error => matches!(error, ChangeError::Api(ApiError::SessionEnded)),
    }
}
