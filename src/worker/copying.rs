//! Copies as the worker carries them out: it scans for their plans, does what the plans say, and tells how far they are.
//! Decisions are the plan's, order is the queue's; here are only the hands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::account::Account;
use super::across::{RenameDone, Sources};
use super::actor::Actor;
use super::backup::{Aside, Backup, BackupFolderMade, replaced};
use super::between::TakenOver;
use super::ends::Way;
use super::inside::InsideDone;
use super::jobs::Done;
use super::problem;
use super::question::OpenQuestion;
use super::removal::RemovalDone;
use super::scan::{Goal, Origin, Picked, Wholes};
use super::titles::Titles;
use super::unfinished::KeptCopy;
use crate::handle::NodeHandle;
use crate::local::{self, DiskEntry, Trash};
use crate::message::{
    Compared, CopyId, CopyReport, CopyRequest, Cutoff, Event, OrderBy, PlanSummary, Problem, ProblemKind,
    Verdict,
};
use crate::session::change::{Change, ChangeError, Outcome};
use crate::store::copy_journal::CopyRecord;
use crate::store::undo::GroupTag;
use crate::transfer::Limits;
use crate::transfer::plan::{Action, FileId, FolderId, Plan, Scanned};

/// One copy.
pub(crate) struct Copy {
    pub(crate) plan: Plan<Origin, Goal>,
    /// The account of the target, or of the source where the target is on the disk. Empty where both ends are on the disk:
    /// no account has that name.
    pub(crate) account: String,
    /// The account that is read; the same, but for a copy between accounts.
    pub(crate) source: String,
    pub(crate) way: Way,
    pub(crate) large_limit: u16,
    pub(crate) order_by: Option<OrderBy>,
    pub(crate) limits: Limits,
    /// When it has taken as long as it may, and how it ends then.
    pub(super) ends_at: Option<Instant>,
    pub(super) cutoff: Cutoff,
    /// Where to what makes way goes, in the cloud and on the disk.
    pub(super) backup: Option<Backup>,
    pub(super) trash: Trash,
    pub(super) wholes: Wholes,
    pub(super) picked: Picked,
    pub(super) rename: Option<String>,
    /// What is read on the disk.
    pub(super) sources: Sources,
    pub(crate) titles: Titles,
    /// All that it changes is taken back at once.
    pub(crate) undo_group: GroupTag,
    /// The same group in the journal of the disk, or of the account that is read.
    pub(crate) disk_group: GroupTag,
    /// The top folder of a target on the disk.
    pub(super) root: local::Target,
    pub(super) stage: Stage,
    /// Neither a dry run nor a check.
    pub(super) changes_target: bool,
    pub(super) scanning: usize,
    pub(super) making: usize,
    /// What the user has before them.
    pub(super) question: Option<OpenQuestion>,
    pub(super) told: Option<PlanSummary>,
    /// Bytes that earlier runs had moved of its files.
    pub(super) kept_bytes: u64,
    pub(super) cancel: CancellationToken,
    /// Its transfers are held back until the user lets them go.
    pub(crate) is_held: bool,
    /// What the next start finds of it.
    pub(super) record: Option<Arc<CopyRecord>>,
    pub(super) kept: Arc<KeptCopy>,
    /// Whether the record says less than `kept`.
    pub(super) is_kept_stale: bool,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The user has not said yes yet.
    Planned,
    /// It is written down, and the top folder of the target is made.
    Beginning,
    /// It is carried out.
    Running,
}

/// What a job of a copy brings.
pub(crate) enum CopyDone {
    /// A source folder on the disk was listed.
    Children(FolderId, Option<Goal>, Result<Vec<(PathBuf, DiskEntry)>, Problem>),
    /// A cloud folder was held against the disk.
    Scanned(FolderId, Result<Scanned<Origin, Goal>, Problem>),
    /// It is written down, where it is kept, and the top folder of the target is there.
    Begun(Option<CopyRecord>, Result<(), Problem>),
    /// A folder was made on the disk.
    FolderMade(FolderId, Result<Goal, Problem>),
    /// A folder was made in the cloud.
    NodeMade {
        /// Which.
        folder: FolderId,
        /// The attempt to open the account whose session was used.
        attempt: u64,
        /// What was tried, in words.
        what: String,
        /// How it went.
        made: Result<Outcome, ChangeError>,
    },
    /// Two contents were compared.
    Examined(FileId, Verdict),
    /// Two contents were compared for the user, who has this conflict before them.
    Compared(u64, Compared),
    /// A file was copied or moved inside the account.
    Inside(InsideDone),
    /// A file was taken over from another account.
    TakenOver(Box<TakenOver>),
    /// An entry of the disk was renamed into its target, or could not be.
    Renamed(Box<RenameDone>),
    /// Something was removed.
    Removed(RemovalDone),
    /// A folder was made for what is put aside.
    BackupFolder(BackupFolderMade),
}

impl Actor {
    /// Begins to work a copy out.
    pub(crate) fn plan_copy(&mut self, id: CopyId, request: &CopyRequest) {
        if self.copies.contains_key(&id) {
            return self.send(Event::Failed(is_under_way(id)));
        }
        self.refused.remove(&id);
        match self.new_copy(id, request) {
            Ok(copy) => {
                self.copies.insert(id, copy);
                self.drive_copy(id);
            }
            Err(problem) => {
                let summary = PlanSummary {
                    copy: id,
                    complete: true,
                    problem: Some(problem.clone()),
                    ..PlanSummary::default()
                };
                self.refused.insert(id, problem);
                self.send(Event::Plan(summary));
            }
        }
    }

    /// Carries a planned copy out.
    pub(crate) fn start_copy(&mut self, id: CopyId) {
        if let Some(problem) = self.refused.remove(&id) {
            let report =
                CopyReport { copy: id, failed_count: 1, problem: Some(problem), ..CopyReport::default() };
            return self.send(Event::CopyEnded(report));
        }
        let Some(copy) = self.copies.get_mut(&id) else { return self.send(Event::Failed(no_copy(id))) };
        if copy.stage != Stage::Planned {
            return;
        }
        self.begin_copy(id);
        self.drive_copy(id);
    }

    /// Drops a plan, or stops a copy.
    pub(crate) fn cancel_copy(&mut self, id: CopyId) {
        if let Some(problem) = self.refused.remove(&id) {
            let report =
                CopyReport { copy: id, cancelled: true, problem: Some(problem), ..CopyReport::default() };
            return self.send(Event::CopyEnded(report));
        }
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.plan.cancel();
        self.stop_copy(id);
        self.drive_copy(id);
    }

    /// Stops all copies of an account that is left.
    pub(crate) fn cancel_account(&mut self, name: &str) {
        let ids: Vec<CopyId> =
            self.copies.iter().filter(|(_, copy)| copy.uses(name)).map(|(id, _)| *id).collect();
        for id in ids {
            self.cancel_copy(id);
        }
    }

    /// Takes what a job of a copy brings.
    pub(crate) fn copy_done(&mut self, id: CopyId, done: CopyDone) {
        if let CopyDone::NodeMade { folder, attempt, what, made } = done {
            return self.node_made(id, folder, attempt, (&what, made));
        }
        let done = match done {
            CopyDone::Inside(done) => return self.inside_done(id, done),
            CopyDone::TakenOver(done) => return self.taken_over(id, *done),
            CopyDone::Renamed(done) => return self.renamed_across(id, *done),
            CopyDone::Removed(done) => return self.removal_done(id, done),
            CopyDone::BackupFolder(done) => return self.backup_folder_made(id, done),
            CopyDone::Compared(conflict, compared) => return self.compared(id, conflict, compared),
            other => other,
        };
        let Some(copy) = self.copies.get_mut(&id) else { return };
        let mut made_in: Option<PathBuf> = None;
        match done {
            CopyDone::Children(folder, target, found) => self.hold_against(id, (folder, target), found),
            CopyDone::Scanned(folder, found) => self.scanned(id, folder, found),
            CopyDone::Begun(record, rooted) => {
                copy.stage = Stage::Running;
                copy.record = copy.record.take().or(record.map(Arc::new));
                match rooted {
                    Ok(()) => made_in = copy.root.path().parent().map(Path::to_path_buf),
                    Err(problem) => copy.plan.refuse(problem),
                }
            }
            CopyDone::FolderMade(folder, Ok(goal)) => {
                copy.making -= 1;
                made_in = match &goal {
                    Goal::Disk(target) => Some(target.folder()),
                    Goal::Node(_) => None,
                };
                copy.plan.folder_made(folder, goal);
            }
            CopyDone::FolderMade(folder, Err(problem)) => {
                copy.making -= 1;
                copy.plan.folder_failed(folder, &problem);
            }
            CopyDone::Examined(file, verdict) => copy.plan.examined(file, verdict),
            CopyDone::NodeMade { .. }
            | CopyDone::Inside(_)
            | CopyDone::TakenOver(_)
            | CopyDone::Renamed(_)
            | CopyDone::Removed(_)
            | CopyDone::BackupFolder(_)
            | CopyDone::Compared(..) => {}
        }
        if let Some(folder) = made_in {
            self.local_changed(&folder);
        }
        self.drive_copy(id);
    }

    /// Goes on with every copy that was left in the middle.
    pub(crate) fn drive_copies(&mut self) {
        let ids: Vec<CopyId> =
            self.copies.iter().filter(|(_, copy)| copy.has_more()).map(|(id, _)| *id).collect();
        for id in ids {
            self.drive_copy(id);
        }
    }

    /// Returns whether a copy was left in the middle.
    pub(crate) fn has_more_to_copy(&self) -> bool {
        self.copies.values().any(Copy::has_more)
    }

    /// Does what a copy's plan wants: scans, actions, a word about it, and the end.
    pub(crate) fn drive_copy(&mut self, id: CopyId) {
        self.start_scans(id);
        let is_full = self.is_outbox_full();
        for _ in 0..ACTIONS_AT_ONCE {
            let Some(copy) = self.copies.get_mut(&id) else { return };
            if copy.stage != Stage::Running || !copy.has_room() || is_full {
                break;
            }
            let Some(action) = copy.plan.next_action() else { break };
            self.act_for_copy(id, action);
        }
        let Some(copy) = self.copies.get_mut(&id) else { return };
        if copy.way.moves_bytes() {
            self.queue.set_ahead(id, copy.way.direction(), copy.plan.ahead());
        }
        let summary = copy.plan.summary();
        if copy.told.as_ref() != Some(summary) {
            copy.told = Some(summary.clone());
            let event = Event::Plan(summary.clone());
            self.send(event);
        }
        self.note_copy(id);
        self.end_copy(id);
    }

    fn act_for_copy(&mut self, id: CopyId, action: Action<Origin, Goal>) {
        match action {
            Action::Note { path, size, note } => self.tell_note(id, path, size, note),
            Action::Transfer(file) if self.backs_up(id) && replaced(&file).is_some() => {
                self.put_aside(id, Aside::Replaced(file));
            }
            Action::Transfer(file) if self.may_rename(id, &file) => self.rename_across(id, file),
            Action::Transfer(file) if self.is_inside(id) => self.copy_inside(id, &file, None),
            Action::Transfer(file) if self.is_between(id) => self.copy_between(id, file, None),
            Action::Transfer(file) => self.add_transfer(id, file, None),
            Action::Remove { removal, path, doomed } => self.remove(id, removal, &path, doomed),
            Action::Ask(question) => self.ask(id, question),
            Action::Examine { file, source, existing } => self.examine(id, file, &source, &existing),
            Action::MakeFolder { folder, parent, name } => {
                if let Some(copy) = self.copies.get_mut(&id) {
                    copy.making += 1;
                }
                match parent {
                    Goal::Disk(parent) => self.make_disk_folder(id, folder, parent, name),
                    Goal::Node(parent) => self.make_node(id, folder, parent, name),
                }
            }
        }
    }

    fn make_node(&mut self, id: CopyId, folder: FolderId, parent: NodeHandle, name: String) {
        let what = format!("make the folder \"{name}\"");
        let account = self.copies.get(&id).and_then(|copy| self.accounts.get(&copy.account));
        let attempt = account.map_or(0, Account::attempt);
        let prepared = match account.and_then(Account::ready) {
            Some((session, tree)) => session
                .prepare(tree, Change::CreateFolder { parent, name })
                .map(|prepared| (session.clone(), self.journal_of_copy(id), prepared)),
            None => Err(ChangeError::Api(crate::api::error::ApiError::SessionEnded)),
        };
        let broken = CopyDone::FolderMade(folder, Err(problem::broke_down(&what)));
        self.jobs.start_kept(Done::Copy(id, broken), async move {
            let made = match prepared {
                Ok((session, journal, prepared)) => session.commit(prepared, &journal).await,
                Err(error) => Err(error),
            };
            Done::Copy(id, CopyDone::NodeMade { folder, attempt, what, made })
        });
    }

    fn node_made(
        &mut self,
        id: CopyId,
        folder: FolderId,
        attempt: u64,
        (what, made): (&str, Result<Outcome, ChangeError>),
    ) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making -= 1;
        let name = copy.account.clone();
        match made {
            Ok(Outcome { updates, created }) => {
                match created {
                    Some(node) => copy.plan.folder_made(folder, Goal::Node(node)),
                    None => copy.plan.folder_failed(folder, &nothing_made(what)),
                }
                if let Some(account) = self.accounts.get_mut(&name) {
                    account.apply(updates);
                }
                self.account_changed(&name);
            }
            Err(error) => {
                copy.plan.folder_failed(folder, &problem::of_change(what, &error));
                if matches!(error, ChangeError::Api(crate::api::error::ApiError::SessionEnded)) {
                    self.session_ended(&name, attempt);
                }
            }
        }
        self.drive_copy(id);
    }

    /// Stops what a stopped plan has on its way.
    pub(super) fn stop_copy(&mut self, id: CopyId) {
        if let Some(copy) = self.copies.get_mut(&id) {
            copy.question = None;
            copy.cancel.cancel();
            if copy.stage == Stage::Planned {
                copy.stage = Stage::Running; // to its end; a folder that is being made is waited for
            }
        }
        let acted = self.queue.cancel_copy(id);
        self.follow_up(&acted);
        self.drive_backup(id);
    }

    fn end_copy(&mut self, id: CopyId) {
        let is_over = |copy: &Copy| copy.stage == Stage::Running && copy.plan.is_over();
        if !self.copies.get(&id).is_some_and(is_over) {
            return;
        }
        self.tell_transfers();
        if let Some(copy) = self.copies.remove(&id) {
            self.forget_copy(&copy);
            self.tell_end(id, self.report_of(id, &copy));
            if !copy.way.ends_on_disk() {
                self.ask_quota(&copy.account);
            }
        }
    }
}

impl Actor {
    /// What a copy has done, with what moved of files that did not arrive.
    fn report_of(&self, id: CopyId, copy: &Copy) -> CopyReport {
        let unfinished = self.moving.values().filter(|moving| moving.copy == id).map(|moving| moving.done);
        let partial_bytes = unfinished.fold(0, u64::saturating_add);
        CopyReport { partial_bytes, kept_bytes: copy.kept_bytes, ..copy.plan.report() }
    }
}

impl Copy {
    fn has_more(&self) -> bool {
        self.stage == Stage::Running && self.has_room() && self.plan.has_action()
    }

    /// Whether more changes to the account or the disk may be under way.
    const fn has_room(&self) -> bool {
        match self.way {
            Way::Up | Way::Down | Way::Across => self.making < FOLDERS_AT_ONCE,
            Way::Inside | Way::Between => self.making < INSIDE_AT_ONCE,
        }
    }

    /// Beside what was picked nothing matters.
    pub(super) fn wants_others(&self, folder: FolderId) -> bool {
        let is_picked = !matches!(self.picked, Picked::Nothing);
        self.plan.wants_others() && !(is_picked && self.is_top(folder))
    }

    /// Only what was picked is renamed, not what is in it.
    pub(super) fn is_top(&self, folder: FolderId) -> bool {
        self.plan.is_top(folder)
    }
}

fn is_under_way(id: CopyId) -> Problem {
    Problem::new(ProblemKind::Other, format!("Copy {} is under way already", id.0), "")
}

fn no_copy(id: CopyId) -> Problem {
    Problem::new(ProblemKind::Other, format!("There is no copy {}", id.0), "")
}

fn nothing_made(what: &str) -> Problem {
    Problem::new(ProblemKind::Integrity, format!("Cannot {what}: the server made nothing"), "")
}

/// Folders made at once for one copy; the client puts them into batches.
const FOLDERS_AT_ONCE: usize = 32;

/// Changes under way at once of a copy inside an account: files of one folder travel with one command.
const INSIDE_AT_ONCE: usize = 500;

/// Actions of one copy before the loop looks at other things.
const ACTIONS_AT_ONCE: usize = 1000;
