//! Transfers as the worker carries them out: the queue says which may run, a job moves each, and ten times a second it
//! is told what has changed.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::account::Account;
use super::actor::Actor;
use super::backup::Depot;
use super::ends::Way;
use super::jobs::Done;
use super::problem;
use super::scan::{Goal, Origin};
use super::wait::shown_wait;
use crate::api::error::ApiError;
use crate::api::wait::Wait;
use crate::entry::{CloudFolder, LINK_MARK};
use crate::local::{self, MadeWay, SafeName};
use crate::message::{
    CopyId, Event, Note, Problem, TransferAction, TransferId, TransferState, Wait as ShownWait,
};
use crate::session::change::{ChangeError, Put};
use crate::store::transfer_journal::{JournalName, TransferJournals};
use crate::store::undo::GroupTag;
use crate::transfer::download::download as move_down;
use crate::transfer::plan::{FileEnd, FileTransfer};
use crate::transfer::queue::{Acted, Activity, End, NewTransfer, Runs};
use crate::transfer::spending::Need;
use crate::transfer::upload::upload as move_up;
use crate::transfer::{Keep, Limits, Progress, TransferError, leftover};

/// A file of the queue: what is moved where.
pub(crate) struct Moving {
    pub(super) copy: CopyId,
    pub(super) account: String,
    /// The account that is read; the same, but between accounts.
    pub(super) source: String,
    pub(super) file: FileTransfer<Origin, Goal>,
    /// Where what it replaces in the cloud goes, if not to its versions or to the bin.
    pub(super) depot: Option<Depot>,
    pub(super) limits: Limits,
    /// What it changes belongs to this.
    pub(super) undo_group: GroupTag,
    /// The same for what it puts onto the disk.
    pub(super) disk_group: GroupTag,
    /// Where it is written down; nowhere for accounts that keep nothing.
    pub(super) keep: Keep,
    /// Bytes that the last run had done when it ended.
    pub(super) done: u64,
    /// There while it runs.
    pub(super) run: Option<Box<Run>>,
}

/// One run of a transfer.
pub(super) struct Run {
    /// The attempt to open the account whose session it uses.
    attempt: u64,
    progress: Arc<Progress>,
    cancel: CancellationToken,
    /// Bytes of an earlier run, and changes of the source, that the queue and the front end know of.
    told: (u64, u32),
    /// The wait that was seen last, and how it is shown: worked out once, so that it does not seem to change.
    wait: Option<(Wait, ShownWait)>,
}

/// How a run ended.
pub(crate) enum Moved {
    Up(Result<Put, TransferError>),
    Down(Result<MadeWay, TransferError>),
    Across(Result<FileEnd, TransferError>),
    /// It broke down.
    Broken,
}

impl Moving {
    /// What it takes of the budget of its copy.
    pub(super) const fn need(&self) -> Need {
        let size = self.file.size;
        if self.keep.is_kept(size) { Need::AtMost(size) } else { Need::Exact(size) }
    }

    /// What is tried, in words.
    pub(super) fn what(&self) -> String {
        let verb = match (&self.file.source, &self.file.folder) {
            (Origin::Disk(_) | Origin::Picked, Goal::Node(_)) => "upload",
            (Origin::Cloud(_), Goal::Disk(_)) => "download",
            (Origin::Cloud(_), Goal::Node(_)) | (Origin::Disk(_) | Origin::Picked, Goal::Disk(_)) => "copy",
        };
        format!("{verb} \"{}\"", self.file.path)
    }
}

impl Actor {
    /// Where the transfers of an account are written down.
    pub(crate) fn keep_of(&self, account: &str, copy: Option<u64>) -> Keep {
        let found = self.accounts.get(account);
        let is_visit = || found.and_then(Account::ready).is_some_and(|(session, _)| session.is_visit());
        let name = match found {
            Some(found) if found.is_stored => Some(account),
            Some(_) if is_visit() => Some(LINK_MARK), // one folder for all links
            Some(_) | None => None,
        };
        let journals = name.map_or_else(TransferJournals::none, |name| {
            TransferJournals::in_folder(&self.config.folders.transfer_journals(name))
        });
        Keep { journals, copy }
    }

    /// Puts a file into the queue.
    pub(super) fn add_transfer(
        &mut self,
        id: CopyId,
        file: FileTransfer<Origin, Goal>,
        depot: Option<Depot>,
    ) {
        let Some(copy) = self.copies.get(&id) else { return };
        let (account, source, limits) = (copy.account.clone(), copy.source.clone(), copy.limits.clone());
        let (undo_group, disk_group) = (copy.undo_group.clone(), copy.disk_group.clone());
        let keep = match copy.way {
            Way::Between => Keep::default(),
            Way::Up | Way::Down | Way::Inside | Way::Across => self.keep_of(&account, copy.record_id()),
        };
        self.titles.entry(id).or_insert_with(|| copy.titles.clone());
        let transfer = self.queue.add(NewTransfer {
            copy: id,
            direction: copy.way.direction(),
            path: file.path.clone(),
            new_name: file.new_name(),
            size: file.size,
            modified: file.modified,
            order_by: copy.order_by,
            large_limit: copy.large_limit,
            runs: if keep.is_kept(file.size) { Runs::GoOn } else { Runs::Apart },
            held: copy.is_held,
        });
        let moving = Moving {
            copy: id,
            account,
            source,
            file,
            depot,
            limits,
            undo_group,
            disk_group,
            keep,
            done: 0,
            run: None,
        };
        self.moving.insert(transfer, moving);
    }

    /// Starts all transfers that may start.
    pub(crate) fn start_transfers(&mut self) {
        while let Some(id) = self.queue.start(Instant::now().into_std()) {
            if !self.may_move(id) {
                self.run_ended(id, End::Stopped, FileEnd::Copied);
            } else if let Err(problem) = self.start_transfer(id) {
                self.run_ended(id, End::Failed(problem), FileEnd::Copied);
            }
        }
    }

    /// Lets go of what waits for a server, or for the end of a used-up allowance.
    pub(crate) fn retry_transfers(&mut self) {
        self.queue.retry_now();
        self.tell_transfers();
    }

    /// Does what the user asks for.
    pub(crate) fn act_on_transfers(&mut self, action: &TransferAction) {
        if *action == TransferAction::ResumeAll {
            self.copies.values_mut().for_each(|copy| copy.is_held = false);
        }
        if *action == TransferAction::CancelAll {
            self.copies.values_mut().for_each(|copy| copy.plan.cancel_ahead());
        }
        if let TransferAction::Limit(limit) = action {
            self.limits.bandwidth.set(*limit);
        }
        let acted = self.queue.act(action);
        self.follow_up(&acted);
        self.tell_transfers();
    }

    /// Does what follows of an action on the queue.
    pub(crate) fn follow_up(&mut self, acted: &Acted) {
        for id in &acted.stop {
            if let Some(run) = self.moving.get(id).and_then(|moving| moving.run.as_ref()) {
                run.cancel.cancel();
            }
        }
        for id in &acted.cancelled {
            self.discard_part(*id);
            self.file_ended(*id, FileEnd::Cancelled);
        }
        for id in &acted.again {
            let Some(moving) = self.moving.get(id) else { continue };
            if let Some(copy) = self.copies.get_mut(&moving.copy) {
                copy.plan.file_again(moving.file.file);
            }
        }
        for id in &acted.removed {
            self.moving.remove(id);
        }
        self.forget_titles(&acted.removed);
    }

    /// Reads the counters of running transfers and tells what has changed.
    pub(crate) fn watch_transfers(&mut self) {
        for id in self.queue.running() {
            self.watch(id);
        }
        self.tell_transfers();
    }

    /// Hands the counters of a running transfer to the queue.
    fn watch(&mut self, id: TransferId) {
        self.tell_source_changes(id);
        let Some(run) = self.moving.get_mut(&id).and_then(|moving| moving.run.as_mut()) else { return };
        let wait = run.progress.wait();
        if run.wait.as_ref().map(|(seen, _)| *seen) != wait {
            run.wait = wait.map(|wait| (wait, shown_wait(wait)));
        }
        if run.progress.is_checking() {
            return; // what an earlier run has moved is not known yet
        }
        // In this order: what an earlier run moved must never look as if it had moved now.
        let mut done = run.progress.done();
        let kept = run.progress.kept();
        if std::mem::replace(&mut run.told.0, kept) != kept {
            self.queue.resumed(id, kept);
            done = done.max(kept);
        }
        let activity = match &run.wait {
            Some((wait, shown)) => Activity::Waiting(shown.clone(), wait.until.map(Instant::into_std)),
            None if run.progress.is_finishing() => Activity::Finishing,
            None => Activity::Moving,
        };
        self.queue.report(id, done, &activity, Instant::now().into_std());
    }

    /// Says that a file changed while it was read, and starts over.
    fn tell_source_changes(&mut self, id: TransferId) {
        let Some(moving) = self.moving.get_mut(&id) else { return };
        let Some(run) = &mut moving.run else { return };
        let count = run.progress.source_changes();
        if std::mem::replace(&mut run.told.1, count) != count {
            let note = Note::StartedOver(problem::source_changed(&moving.file.path));
            let (copy, path, size) = (moving.copy, moving.file.path.clone(), moving.file.size);
            self.send(Event::CopyNote { copy, path, size, note });
        }
    }

    /// Removes what a cancelled transfer has on this machine. At the end of the program, and of a copy that is cut short,
    /// everything stays for the next start.
    fn discard_part(&mut self, id: TransferId) {
        let Some(moving) = self.moving.get(&id) else { return };
        let is_cut_short = self.copies.get(&moving.copy).is_some_and(|copy| copy.plan.is_cut_short());
        if self.is_ending() || is_cut_short {
            return;
        }
        let name = match (&moving.file.source, &moving.file.folder) {
            (Origin::Disk(path), Goal::Node(folder)) => JournalName::upload(path, *folder, &moving.file.name),
            (Origin::Cloud(CloudFolder::Node(node)), Goal::Disk(folder)) => {
                let Ok(name) = SafeName::from_cloud(&moving.file.name) else { return };
                JournalName::download(*node, &folder.join(&name).path())
            }
            (Origin::Disk(_) | Origin::Cloud(_) | Origin::Picked, Goal::Node(_) | Goal::Disk(_)) => return,
        };
        let (keep, size) = (moving.keep.clone(), moving.file.size);
        self.jobs.start_kept(Done::Abandoned, async move {
            leftover::discard(&keep, name, size).await;
            Done::Abandoned
        });
    }

    /// Tells what has changed in the queue.
    pub(crate) fn tell_transfers(&mut self) {
        if let Some(event) = self.queue.changes(Instant::now().into_std()) {
            self.send(event);
        }
    }

    /// Takes what the job of a transfer brings.
    pub(crate) fn moved(&mut self, id: TransferId, moved: Moved) {
        self.watch(id); // what moved since the last look; of a small file that is all of it
        let is_first = self.queue.attempts(id) <= 1;
        let Some(moving) = self.moving.get_mut(&id) else { return };
        let run = moving.run.take();
        moving.done = run.as_ref().map_or(0, |run| run.progress.done());
        if let (Some(run), true, Some(copy)) = (&run, is_first, self.copies.get_mut(&moving.copy)) {
            copy.kept_bytes = copy.kept_bytes.saturating_add(run.progress.kept());
        }
        let attempt = run.map_or(0, |run| run.attempt);
        let what = moving.what();
        match moved {
            Moved::Up(Ok(put)) => self.uploaded(id, &what, put),
            Moved::Down(Ok(_noted)) => {
                if let Goal::Disk(folder) = &moving.file.folder {
                    let folder = folder.path();
                    self.local_changed(&folder);
                }
                self.run_ended(id, End::Done, FileEnd::Copied);
            }
            Moved::Across(Ok(end)) => {
                let file = moving.file.clone();
                self.moved_away(&file);
                self.run_ended(id, End::Done, end);
            }
            Moved::Up(Err(error)) | Moved::Down(Err(error)) | Moved::Across(Err(error)) => {
                if is_session_end(&error) {
                    let account = moving.account.clone();
                    self.session_ended(&account, attempt);
                }
                self.run_ended(id, end_of(&what, error), FileEnd::Copied);
            }
            Moved::Broken => self.run_ended(id, End::Failed(problem::broke_down(&what)), FileEnd::Copied),
        }
    }

    fn uploaded(&mut self, id: TransferId, what: &str, put: Put) {
        let Some(account) = self.moving.get(&id).map(|moving| moving.account.clone()) else { return };
        if let Some(account) = self.accounts.get_mut(&account) {
            account.apply(put.outcome.updates);
        }
        self.account_changed(&account);
        let copied = match put.not_trashed {
            None => FileEnd::Copied,
            Some(error) => FileEnd::CopiedBeside(problem::not_trashed(what, &error)),
        };
        self.run_ended(id, End::Done, copied);
    }

    /// A run has ended; `copied` says how, should it be done.
    fn run_ended(&mut self, id: TransferId, end: End, copied: FileEnd) {
        if let Some(moving) = self.moving.get_mut(&id) {
            moving.limits.spending.settle();
        }
        match self.queue.ended(id, end) {
            Some(TransferState::Done) => {
                self.file_ended(id, copied);
                self.moving.remove(&id); // nothing can be done with it any more: only its row is left
            }
            Some(TransferState::Failed(problem)) => self.file_ended(id, FileEnd::Failed(problem)),
            Some(
                TransferState::Cancelled
                | TransferState::Queued
                | TransferState::Running
                | TransferState::Paused
                | TransferState::Waiting(_)
                | TransferState::Finishing,
            ) => {
                self.discard_part(id);
                self.file_ended(id, FileEnd::Cancelled);
            }
            None => {}
        }
    }

    fn file_ended(&mut self, id: TransferId, end: FileEnd) {
        let Some(moving) = self.moving.get(&id) else { return };
        let (copy, file) = (moving.copy, moving.file.file);
        if let Some(planned) = self.copies.get_mut(&copy) {
            planned.plan.file_ended(file, end);
            self.drive_copy(copy);
        }
    }

    fn start_transfer(&mut self, id: TransferId) -> Result<(), Problem> {
        self.require_free_name(id)?;
        let Some(moving) = self.moving.get(&id) else { return Ok(()) };
        let (progress, cancel) = (Arc::new(Progress::default()), CancellationToken::new());
        let attempt = self.accounts.get(&moving.account).map_or(0, Account::attempt);
        let run = Run {
            attempt,
            progress: Arc::clone(&progress),
            cancel: cancel.clone(),
            told: (0, 0),
            wait: None,
        };
        let broken = Done::Moved(id, Moved::Broken);
        match &moving.file.folder {
            Goal::Node(folder) => {
                let upload = self.prepare_upload(moving, *folder, progress, cancel)?;
                self.jobs
                    .start_kept(broken, async move { Done::Moved(id, Moved::Up(move_up(upload).await)) });
            }
            Goal::Disk(folder) if matches!(moving.file.source, Origin::Disk(_)) => {
                let folder = folder.path();
                let copy = self.prepare_across(moving, progress, cancel)?;
                self.jobs.start_kept(broken, async move {
                    Done::Moved(id, Moved::Across(copy.carry_out().await))
                });
                self.sweep(folder);
            }
            Goal::Disk(folder) => {
                let folder = folder.path();
                let download = self.prepare_download(moving, progress, cancel)?;
                self.jobs.start_kept(broken, async move {
                    Done::Moved(id, Moved::Down(move_down(download).await))
                });
                self.sweep(folder);
            }
        }
        if let Some(moving) = self.moving.get_mut(&id) {
            moving.run = Some(Box::new(run));
        }
        Ok(())
    }

    /// Removes what a killed process left in a folder, the first time that something comes into it.
    fn sweep(&mut self, folder: PathBuf) {
        if self.swept.insert(folder.clone()) {
            self.jobs.start_blocking(Done::Abandoned, move || {
                match local::leftover::sweep(&folder) {
                    Ok(0) => {}
                    Ok(count) => {
                        tracing::info!(folder = %folder.display(), count, "removed dead temporary files");
                    }
                    Err(error) => tracing::debug!(folder = %folder.display(), %error, "not swept"),
                }
                Done::Abandoned
            });
        }
    }
}

fn end_of(what: &str, error: TransferError) -> End {
    match error {
        TransferError::Cancelled => End::Stopped,
        error => End::Failed(problem::of_transfer(what, &error)),
    }
}

/// Whether the session was found to be over.
fn is_session_end(error: &TransferError) -> bool {
    matches!(
        error,
        TransferError::Api(ApiError::SessionEnded)
            | TransferError::Change(ChangeError::Api(ApiError::SessionEnded))
    )
}
