//! Files of the cloud that a program of the user's works on. Each is fetched whole and checked into a private folder; once
//! the program has ended, a changed one becomes a new version of the file that was fetched, journalled for undo. Before
//! that the account is listed anew: what somebody else changed meanwhile is a question, never overwritten unseen. The copy
//! goes only when the cloud has what is in it.

mod job;
mod scratch;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::actor::Actor;
use super::comparison::file_key;
use super::jobs::{Done, News};
use super::problem;
use super::refusal::{not_ready, writable_folder};
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{EditCommand, EditEvent, EditId, EditPurpose, Event, Problem, ProblemKind, SaveAs};
use crate::store::undo::{GroupKind, GroupTag};
use crate::transfer::TransferError;
use job::{Job, Saved, is_session_end};
use scratch::Scratch;

/// A file that a program works on.
pub(crate) struct Edit {
    subject: Subject,
    /// There once it was fetched.
    scratch: Option<Arc<Scratch>>,
    cancel: CancellationToken,
}

/// Which file of the cloud it is.
#[derive(Clone)]
struct Subject {
    account: String,
    node: NodeHandle,
    parent: NodeHandle,
    name: String,
    size: u64,
    purpose: EditPurpose,
}

/// What a job about such a file brings.
pub(crate) enum EditDone {
    /// It was fetched.
    Fetched(Result<Scratch, Problem>),
    /// It was put back or not, by the session of that attempt.
    Saved(u64, Result<Saved, TransferError>),
    /// Nothing but this.
    Told(EditEvent),
}

impl Actor {
    /// Does what is asked about such a file. One that is not known is passed over: it was given up meanwhile.
    pub(crate) fn edit(&mut self, id: EditId, command: EditCommand) {
        match command {
            EditCommand::Fetch { parent, key, purpose } => {
                if let Err(problem) = self.fetch_to_edit(id, &parent, &key, purpose) {
                    self.tell_edit(id, EditEvent::Failed(problem));
                }
            }
            EditCommand::Stop => {
                if let Some(edit) = self.edits.remove(&id) {
                    edit.cancel.cancel();
                }
            }
            EditCommand::Save(how) => self.save_edit(id, how),
            EditCommand::Leave => self.leave_edit(id),
            EditCommand::Discard => self.remove_copy(id),
        }
    }

    /// Takes what a job about such a file brings.
    pub(crate) fn edit_done(&mut self, id: EditId, done: EditDone) {
        match done {
            EditDone::Told(event) => self.tell_edit(id, event),
            EditDone::Fetched(fetched) => self.fetched_to_edit(id, fetched),
            EditDone::Saved(attempt, saved) => self.saved_edit(id, attempt, saved),
        }
    }

    /// Tells how far a file is.
    pub(crate) fn edit_news(&mut self, id: EditId, done: u64) {
        if let Some(edit) = self.edits.get(&id) {
            let Subject { name, size, .. } = edit.subject.clone();
            self.tell_edit(id, EditEvent::Fetching { name, done, size });
        }
    }

    /// Says where an edit lies that an earlier run did not put back; what was not changed goes.
    pub(crate) fn find_edits(&mut self) {
        if self.copy_journals.is_none() {
            return; // the command line edits nothing
        }
        let folder = self.config.folders.edits();
        self.jobs.start_blocking(Done::Abandoned, move || match scratch::left(&folder).first() {
            Some(path) => {
                let message = format!("An edit was not put back by an earlier run: \"{}\"", path.display());
                let hint = "Copy it to where it belongs; this comes again until it is gone from there.";
                Done::Broken(Problem::new(ProblemKind::Other, message, hint))
            }
            None => Done::Abandoned,
        });
    }

    fn fetch_to_edit(
        &mut self,
        id: EditId,
        parent: &Location,
        key: &EntryKey,
        purpose: EditPurpose,
    ) -> Result<(), Problem> {
        let (Location::Cloud { account: name, folder }, EntryKey::Node(node)) = (parent, key) else {
            return Err(super::refusal::fixed(key, "fetched"));
        };
        let account = self.accounts.get(name).ok_or_else(|| problem::unknown_account(name))?;
        let (session, tree) = account.ready().ok_or_else(|| not_ready(name))?;
        let found = tree.node(*node).ok_or_else(|| gone(key))?;
        let (label, modified) = (found.label(), found.modified());
        let (key, size) = file_key(tree, *node).ok_or_else(|| problem::undecryptable(&label))?;
        let parent = match purpose {
            EditPurpose::Edit => writable_folder(name, tree, *folder)?,
            EditPurpose::Open => found.parent().unwrap_or(*node),
        };
        let subject = Subject { account: name.clone(), node: *node, parent, name: label, size, purpose };
        let cancel = CancellationToken::new();
        let job = Job {
            subject: subject.clone(),
            session: session.clone(),
            limits: self.limits.clone(),
            cancel: cancel.clone(),
        };
        let (news, folder) = (self.jobs.news(), self.config.folders.edits());
        let broken = Err(problem::broke_down(&format!("fetch \"{}\"", subject.name)));
        self.tell_edit(id, EditEvent::Fetching { name: subject.name.clone(), done: 0, size });
        self.edits.insert(id, Edit { subject, scratch: None, cancel });
        self.jobs.start_kept(Done::Edit(id, EditDone::Fetched(broken)), async move {
            let tell = |done| {
                let _ = news.send(News::Edit(id, done)); // refused where the worker ends
            };
            Done::Edit(id, EditDone::Fetched(job.fetch((key, modified), folder, tell).await))
        });
        Ok(())
    }

    fn fetched_to_edit(&mut self, id: EditId, fetched: Result<Scratch, Problem>) {
        let Some(edit) = self.edits.get_mut(&id) else {
            if let Ok(scratch) = fetched {
                self.remove_scratch(scratch); // it was stopped when it was about to be there
            }
            return;
        };
        let Subject { name, purpose, .. } = edit.subject.clone();
        let event = match fetched {
            Ok(scratch) => {
                let path = scratch.path().to_owned();
                edit.scratch = Some(Arc::new(scratch));
                EditEvent::Fetched { name, path, purpose }
            }
            Err(problem) => {
                self.edits.remove(&id);
                EditEvent::Failed(problem)
            }
        };
        self.tell_edit(id, event);
    }

    fn save_edit(&mut self, id: EditId, how: SaveAs) {
        let Some(edit) = self.edits.get(&id) else { return };
        let Some(scratch) = edit.scratch.clone() else { return };
        let subject = edit.subject.clone();
        let Some((account, session)) = self
            .accounts
            .get(&subject.account)
            .and_then(|account| account.ready().map(|(session, _)| (account, session.clone())))
        else {
            return self.failed_edit(id, not_ready(&subject.account));
        };
        let attempt = account.attempt();
        let line = format!("edited \"{}\"", subject.name);
        let journal = account.journal.in_group(&GroupTag::new(GroupKind::Doing, &line));
        let broken = problem::broke_down(&format!("put \"{}\" back", subject.name));
        let broken = self.kept_problem(id, broken);
        let (limits, cancel) = (self.limits.clone(), edit.cancel.clone());
        let job = Job { subject, session, limits, cancel };
        self.jobs.start_kept(Done::Edit(id, EditDone::Told(EditEvent::Failed(broken))), async move {
            Done::Edit(id, EditDone::Saved(attempt, job.save(&scratch, how, journal).await))
        });
    }

    fn saved_edit(&mut self, id: EditId, attempt: u64, saved: Result<Saved, TransferError>) {
        let Some(Subject { name, account, .. }) = self.edits.get(&id).map(|edit| edit.subject.clone()) else {
            return;
        };
        match saved {
            Ok(Saved::Unchanged) => {
                self.remove_copy(id);
                self.tell_edit(id, EditEvent::Unchanged { name });
            }
            Ok(Saved::Conflict(is_there)) => self.tell_edit(id, EditEvent::Conflict { name, is_there }),
            Ok(Saved::Put(put, name, is_version)) => {
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.apply(put.outcome.updates);
                }
                self.account_changed(&account);
                self.remove_copy(id);
                self.tell_edit(id, EditEvent::Saved { name, is_version });
            }
            Err(error) => {
                if is_session_end(&error) {
                    self.session_ended(&account, attempt);
                }
                let problem = problem::of_transfer(&format!("put \"{name}\" back"), &error);
                self.failed_edit(id, problem);
            }
        }
    }

    /// The copy stays for the user to decide, and for the next start to tell of.
    fn failed_edit(&mut self, id: EditId, problem: Problem) {
        let problem = self.kept_problem(id, problem);
        self.edits.remove(&id);
        self.tell_edit(id, EditEvent::Failed(problem));
    }

    fn kept_problem(&self, id: EditId, problem: Problem) -> Problem {
        let path = self.edits.get(&id).and_then(|edit| edit.scratch.as_ref()).map(|scratch| scratch.path());
        let hint = path.map(|path| format!("Your edit is kept: {}", path.display()));
        Problem { hint: hint.unwrap_or_else(|| problem.hint.clone()), ..problem }
    }

    fn leave_edit(&mut self, id: EditId) {
        let Some(Edit { subject, scratch: Some(scratch), .. }) = self.edits.remove(&id) else { return };
        let name = subject.name;
        self.jobs.start_blocking(Done::Abandoned, move || {
            let path = scratch.path().to_owned();
            let event = if scratch.is_changed().unwrap_or(true) {
                EditEvent::Kept { name, path }
            } else {
                if let Some(scratch) = Arc::into_inner(scratch) {
                    scratch.remove();
                }
                EditEvent::Unchanged { name }
            };
            Done::Edit(id, EditDone::Told(event))
        });
    }

    fn remove_copy(&mut self, id: EditId) {
        let scratch = self.edits.remove(&id).and_then(|edit| edit.scratch);
        if let Some(scratch) = scratch.and_then(Arc::into_inner) {
            self.remove_scratch(scratch);
        }
    }

    fn remove_scratch(&mut self, scratch: Scratch) {
        self.jobs.start_kept(Done::Abandoned, async move {
            super::jobs::blocking(move || scratch.remove()).await;
            Done::Abandoned
        });
    }

    fn tell_edit(&mut self, id: EditId, event: EditEvent) {
        self.send(Event::Edit { edit: id, event });
    }
}

impl Subject {
    /// What people call it.
    fn title(&self) -> String {
        format!("{}:{}", self.account, self.name)
    }
}

fn gone(key: &EntryKey) -> Problem {
    let mut problem = super::refusal::fixed(key, "fetched");
    problem.kind = ProblemKind::FileNotFound;
    "The file is no longer there".clone_into(&mut problem.message);
    problem
}
