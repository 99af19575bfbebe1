//! Undo and redo: finds the group of changes that is next in the journals of the open accounts and of the disk, and takes
//! it back, journal by journal, in an account wave by wave. One at a time, in the order in which they were asked for.
//! What a group is, and whether it may still be taken back, is `session::change`'s to say.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt};

use super::Copies;
use super::account::Account;
use super::actor::Actor;
use super::changes::{CHANGES_AT_ONCE, Refused, one_of};
use super::chosen::{Chosen, Part, Place, beyond_undo, find, list, lost_part, opened};
pub(crate) use super::chosen::{disk_history, newest_before};
use super::disk;
use super::inside::is_session_end;
use super::jobs::{Done, blocking};
use super::problem;
use super::refusal::not_ready;
use crate::local::{Thrown, Trash};
use crate::message::{ChangeRow, CopyId, Event, Partly, Problem, ProblemKind, UndoDirection, UndoRequest};
use crate::session::change::{Lost, Outcome, UndoPlan, lost as lost_in_account};
use crate::store::undo::{GroupKind, GroupTag, UndoGroup, UndoId, UndoJournal, UndoRecord};

/// What is taken back, and what waits for it.
#[derive(Default)]
pub(crate) struct Undoing {
    running: Option<Running>,
    waiting: VecDeque<UndoRequest>,
    /// Changes that were asked for before and are on their way: what is last is known when they are over.
    changes: usize,
    /// Groups that can never be taken back, as a whole or any more, and that the user was told about: those before them
    /// come next.
    passed: HashSet<UndoId>,
    /// Groups some of which can never be taken back, and that the user was told about: the rest goes when asked again.
    told: HashSet<UndoId>,
}

/// A group on its way.
enum Running {
    /// The journals are read.
    Looking,
    /// Its changes are taken back.
    Taking(Box<Taking>),
}

/// How far a group is.
struct Taking {
    direction: UndoDirection,
    group: UndoId,
    label: String,
    /// What is done for it, in the journals of both sides.
    tag: GroupTag,
    /// What no turn has come to yet.
    parts: VecDeque<Part>,
    /// What is being taken back in an account.
    wave: Option<Wave>,
    done_count: usize,
    problems: Vec<Problem>,
}

/// What is taken back in one account.
struct Wave {
    account: String,
    attempt: u64,
    plan: UndoPlan,
    journal: UndoJournal,
}

/// What a job of undoing brings.
pub(crate) enum UndoDone {
    /// The journals were read; and which of the changes on the disk have lost what they are about.
    Found(UndoDirection, Partly, Result<(Chosen, Vec<Lost>), Problem>),
    /// Changes on the disk were taken back, as far as that went.
    Disk {
        /// Folders that look different now.
        folders: BTreeSet<PathBuf>,
        /// How each change went.
        results: Vec<Result<(), Problem>>,
    },
    /// The last changes were looked up.
    Listed(Result<Vec<ChangeRow>, Problem>),
    /// Changes were sent.
    Wave(Vec<Result<Outcome, Refused>>),
}

impl Actor {
    /// Returns the journal of an account; one that is not stored has none that lasts. A command whose journal cannot be
    /// opened changes nothing: it would be over before anybody could take that back.
    pub(super) fn journal_of(&mut self, account: &crate::config::Account) -> UndoJournal {
        if account.password.is_some() {
            return UndoJournal::in_memory();
        }
        let path = self.config.folders.undo_journal(&account.name);
        if self.copy_journals.is_none() {
            return UndoJournal::open(&path).unwrap_or_else(|error| UndoJournal::closed(&error));
        }
        self.open_journal(&path)
    }

    /// Opens a journal of changes; where that fails it says so, and what is done is remembered until the end.
    pub(super) fn open_journal(&mut self, path: &Path) -> UndoJournal {
        UndoJournal::open(path).unwrap_or_else(|error| {
            let what = format!("open the undo journal \"{}\"", path.display());
            self.send(Event::Failed(problem::of_io(&what, &error)));
            UndoJournal::in_memory()
        })
    }

    /// Takes back what was done last, or does it again, once what was asked for before is over.
    pub(crate) fn undo(&mut self, request: UndoRequest) {
        self.undoing.waiting.push_back(request);
        self.next_undo();
    }

    /// The undo journal of a copy's account, for what the copy changes.
    pub(super) fn journal_of_copy(&self, id: CopyId) -> UndoJournal {
        let copy = self.copies.get(&id);
        let account = copy.and_then(|copy| self.accounts.get(&copy.account));
        account
            .zip(copy)
            .map_or_else(UndoJournal::none, |(account, copy)| account.journal.in_group(&copy.undo_group))
    }

    /// The undo journal of the account that a copy reads, for what it removes there. It is the same one, but for a copy between
    /// accounts.
    pub(super) fn journal_of_source(&self, id: CopyId) -> UndoJournal {
        let Some(copy) = self.copies.get(&id) else { return UndoJournal::none() };
        if copy.source == copy.account {
            return self.journal_of_copy(id);
        }
        let account = self.accounts.get(&copy.source);
        account.map_or_else(UndoJournal::none, |account| account.journal.in_group(&copy.disk_group))
    }

    /// The undo journal of the disk, for what a copy puts there.
    pub(super) fn disk_journal_of_copy(&self, id: CopyId) -> UndoJournal {
        let copy = self.copies.get(&id);
        copy.map_or_else(UndoJournal::none, |copy| self.disk_journal.in_group(&copy.disk_group))
    }

    /// Opens the undo journal of the disk. A command goes on where nothing can be kept: what it does cannot be taken back
    /// then.
    pub(super) fn open_disk_journal(&mut self, copies: Copies) -> UndoJournal {
        let path = self.config.folders.disk_undo_journal();
        match copies {
            Copies::Kept => self.open_journal(&path),
            Copies::Forgotten => UndoJournal::open(&path).unwrap_or_else(|error| {
                tracing::warn!(%error, path = %path.display(), "no undo journal");
                UndoJournal::in_memory()
            }),
        }
    }

    /// A change is on its way.
    pub(super) const fn change_begins(&mut self) {
        self.undoing.changes += 1;
    }

    /// A change that was on its way is over.
    pub(super) fn change_ends(&mut self) {
        self.undoing.changes = self.undoing.changes.saturating_sub(1);
        self.next_undo();
    }

    /// Lists the last changes.
    pub(crate) fn list_changes(&mut self) {
        let journals = self.undo_journals();
        let broken = Done::Broken(problem::broke_down("list the changes"));
        self.jobs.start_blocking(broken, move || Done::Undo(UndoDone::Listed(list(&journals))));
    }

    fn next_undo(&mut self) {
        if self.undoing.running.is_some() || self.undoing.changes > 0 {
            return;
        }
        let Some(UndoRequest { direction, group, partly }) = self.undoing.waiting.pop_front() else {
            return;
        };
        let (mut journals, closed) = (self.undo_journals(), self.closed_journals());
        self.undoing.running = Some(Running::Looking);
        let broken = Err(problem::broke_down("undo that"));
        let broken = Done::Undo(UndoDone::Found(direction, partly, broken));
        let passed = self.undoing.passed.clone();
        self.jobs.start(broken, async move {
            let look = move || {
                journals.extend(opened(closed));
                let chosen = find(&journals, direction, group.map(UndoId), &passed)?;
                let on_disk = chosen.0.iter().filter(|part| matches!(part.place, Place::Disk));
                let lost = on_disk.flat_map(|Part { group, finals, .. }| {
                    let gone = disk::gone_for_good(group.id, finals);
                    disk::lost(group).into_iter().chain(gone)
                });
                let lost = lost.collect();
                Ok((chosen, lost))
            };
            let found = blocking(look).await;
            Done::Undo(UndoDone::Found(direction, partly, found))
        });
    }

    /// The journals in which the next group may stand, that of the disk last.
    fn undo_journals(&self) -> Vec<(Place, UndoJournal)> {
        let open = self.accounts.iter().filter(|(_, account)| account.ready().is_some());
        let accounts = open.map(|(name, account)| (Place::Account(name.clone()), account.journal.clone()));
        accounts.chain([(Place::Disk, self.disk_journal.clone())]).collect()
    }

    /// The files of journals of accounts that are not open: a group may stand there, too.
    fn closed_journals(&self) -> Vec<(String, PathBuf)> {
        let is_open =
            |name: &String| self.accounts.get(name).is_some_and(|account| account.ready().is_some());
        let names = self.config.accounts.iter().map(|account| &account.name).filter(|name| !is_open(name));
        names.map(|name| (name.clone(), self.config.folders.undo_journal(name))).collect()
    }

    /// Takes what a job of undoing brings.
    pub(crate) fn undo_done(&mut self, done: UndoDone) {
        match done {
            UndoDone::Found(direction, partly, Ok((chosen, lost))) => {
                self.take_back(direction, partly, chosen, lost);
            }
            UndoDone::Disk { folders, results } => self.disk_done(&folders, results),
            UndoDone::Found(_, _, Err(problem)) => self.end_undo(Event::Failed(problem)),
            UndoDone::Listed(Ok(rows)) => self.send(Event::Changes(rows)),
            UndoDone::Listed(Err(problem)) => self.send(Event::Failed(problem)),
            UndoDone::Wave(results) => self.wave_done(results),
        }
    }

    /// Begins to take a group back, unless something of it is lost and nobody has asked for the rest.
    fn take_back(&mut self, direction: UndoDirection, partly: Partly, chosen: Chosen, mut lost: Vec<Lost>) {
        let Chosen(mut parts) = chosen;
        let Some(group) = parts.first().map(|part| part.group.clone()) else { return self.next_undo() };
        if !parts.iter().any(|part| part.group.stands()) {
            return self.tell_lost(group.id, false, beyond_undo(partly, &group));
        }
        let groups = |copy: &super::copying::Copy| [copy.undo_group.id(), copy.disk_group.id()];
        if self.copies.values().any(|copy| groups(copy).contains(&Some(group.id))) {
            return self.end_undo(Event::Failed(still_copying(group.shown_label())));
        }
        for part in &parts {
            let Place::Account(name) = &part.place else { continue };
            let Some((_, tree)) = self.accounts.get(name).and_then(Account::ready) else {
                return self.end_undo(Event::Failed(not_ready(name)));
            };
            lost.extend(lost_in_account(tree, &part.group, &part.finals));
        }
        let lost_records: HashSet<UndoId> = lost.iter().map(|lost| lost.record).collect();
        let is_there = |record: &UndoRecord| !lost_records.contains(&record.id);
        let has_rest = parts.iter().flat_map(|part| &part.group.standing).any(is_there);
        let takes_rest = partly == Partly::Rest || self.undoing.told.contains(&group.id);
        if !lost.is_empty() {
            if !takes_rest || !has_rest {
                return self.tell_lost(group.id, has_rest, lost_part(direction, partly, &lost, has_rest));
            }
            self.undoing.passed.insert(group.id);
            for part in &mut parts {
                part.group.standing.retain(is_there);
            }
        }
        parts.retain(|part| part.group.stands());
        let is_shared = parts.len() > 1;
        let tag = if is_shared { GroupTag::shared } else { GroupTag::new };
        self.undoing.running = Some(Running::Taking(Box::new(Taking {
            direction,
            group: group.id,
            label: group.shown_label().to_owned(),
            tag: tag(kind_of(direction), &group.label),
            parts: parts.into(),
            wave: None,
            done_count: 0,
            problems: Vec::new(),
        })));
        self.next_journal();
    }

    /// Says that something can never be taken back, and remembers that it was said.
    fn tell_lost(&mut self, group: UndoId, has_rest: bool, problem: Problem) {
        let said = if has_rest { &mut self.undoing.told } else { &mut self.undoing.passed };
        said.insert(group);
        self.end_undo(Event::Failed(problem));
    }

    /// Goes on with the next journal, unless something went wrong in the one before.
    fn next_journal(&mut self) {
        let Some(Running::Taking(taking)) = &mut self.undoing.running else { return };
        taking.wave = None;
        if !taking.problems.is_empty() {
            return self.finish_undo();
        }
        let Some(Part { place, group, .. }) = taking.parts.pop_front() else { return self.finish_undo() };
        let tag = taking.tag.elsewhere();
        let name = match place {
            Place::Disk => return self.undo_on_disk(group, &tag),
            Place::Account(name) | Place::Closed(name) => name,
        };
        let ready = self.accounts.get(&name).and_then(|account| Some((account, account.ready()?)));
        let Some((account, (_, tree))) = ready else {
            taking.problems.push(not_ready(&name));
            return self.finish_undo();
        };
        let plan = UndoPlan::new(tree, &group);
        let (attempt, journal) = (account.attempt(), account.journal.in_group(&tag));
        taking.wave = Some(Wave { account: name, attempt, plan, journal });
        self.next_wave();
    }

    fn next_wave(&mut self) {
        let Some(Running::Taking(taking)) = &mut self.undoing.running else { return };
        let Some(wave) = &mut taking.wave else { return };
        let Some(records) = wave.plan.next_wave() else { return self.next_journal() };
        let Some((session, tree)) = self.accounts.get(&wave.account).and_then(Account::ready) else {
            taking.problems.push(not_ready(&wave.account));
            return self.finish_undo();
        };
        let what = format!("{} that", taking.direction.verb());
        let prepared: Vec<_> = records
            .iter()
            .map(|record| {
                let prepared = wave.plan.prepare(session, tree, record);
                prepared.map_err(|error| Refused::before(problem::of_change(&what, &error)))
            })
            .collect();
        let (session, journal) = (session.clone(), wave.journal.clone());
        let broken = vec![Err(Refused::before(problem::broke_down(&what)))];
        self.jobs.start_kept(Done::Undo(UndoDone::Wave(broken)), async move {
            let commit = |prepared| async {
                session.commit_undo(prepared?, &journal).await.map_err(|error| Refused {
                    session_ended: is_session_end(&error),
                    problem: problem::of_change(&what, &error),
                })
            };
            let results = stream::iter(prepared).map(commit).buffered(CHANGES_AT_ONCE).collect().await;
            Done::Undo(UndoDone::Wave(results))
        });
    }

    fn wave_done(&mut self, results: Vec<Result<Outcome, Refused>>) {
        let Some(Running::Taking(taking)) = &mut self.undoing.running else { return };
        let Some(wave) = &taking.wave else { return };
        let (name, attempt) = (wave.account.clone(), wave.attempt);
        taking.done_count += results.iter().filter(|result| result.is_ok()).count();
        let taken = self.take_results(&name, attempt, results);
        if let Some(Running::Taking(taking)) = &mut self.undoing.running {
            taking.problems.extend(taken.problems);
        }
        if taken.session_ended { self.finish_undo() } else { self.next_wave() }
    }

    fn undo_on_disk(&mut self, group: UndoGroup, tag: &GroupTag) {
        let Some(Running::Taking(taking)) = &self.undoing.running else { return };
        let what = format!("{} that", taking.direction.verb());
        let done = |folders, results| Done::Undo(UndoDone::Disk { folders, results });
        let broken = done(BTreeSet::new(), vec![Err(problem::broke_down(&what))]);
        let (journal, trash) = (self.disk_journal.in_group(tag), self.trash.clone());
        self.jobs.start_kept(broken, async move {
            let (folders, results) = blocking(move || take_back(&group, &what, &journal, &trash)).await;
            done(folders, results)
        });
    }

    fn disk_done(&mut self, folders: &BTreeSet<PathBuf>, results: Vec<Result<(), Problem>>) {
        for folder in folders {
            self.local_changed(folder);
        }
        let Some(Running::Taking(taking)) = &mut self.undoing.running else { return };
        taking.done_count += results.iter().filter(|result| result.is_ok()).count();
        taking.problems.extend(results.into_iter().filter_map(Result::err));
        self.next_journal();
    }

    fn finish_undo(&mut self) {
        let Some(Running::Taking(taking)) = self.undoing.running.take() else { return };
        let Taking { direction, group, label, done_count, problems, .. } = *taking;
        if problems.is_empty() && direction == UndoDirection::Undo {
            self.send(Event::Undone { group: group.0 });
        }
        self.end_undo(ended(direction, &label, done_count, problems));
    }

    fn end_undo(&mut self, event: Event) {
        self.undoing.running = None;
        self.send(event);
        self.next_undo();
    }
}

/// Takes changes on the disk back, the last first. Blocks.
fn take_back(
    group: &UndoGroup,
    what: &str,
    journal: &UndoJournal,
    trash: &Trash,
) -> (BTreeSet<PathBuf>, Vec<Result<(), Problem>>) {
    let mut folders = BTreeSet::new();
    let mut results = Vec::with_capacity(group.standing.len());
    let mut thrown = Thrown::default();
    for record in group.standing.iter().rev() {
        let inverse = disk::inverse(record, what);
        folders.extend(inverse.iter().flat_map(|(_, change)| change.folders()));
        results.push(disk::commit_one(inverse, &journal.taking_back(record.id), (trash, &mut thrown)));
    }
    (folders, results)
}

/// Returns what the changes that are made for it are.
#[must_use]
pub const fn kind_of(direction: UndoDirection) -> GroupKind {
    match direction {
        UndoDirection::Undo => GroupKind::Undoing,
        UndoDirection::Redo => GroupKind::Redoing,
    }
}

/// What is told at the end.
fn ended(direction: UndoDirection, label: &str, done_count: usize, problems: Vec<Problem>) -> Event {
    match one_of(problems) {
        None => Event::Done { text: format!("{}: {label}", participle(direction)) },
        Some(problem) => {
            let part = if done_count > 0 { "; the rest of it was" } else { "" };
            let message = format!("{}{part}", problem.message);
            Event::Failed(Problem { message, ..problem })
        }
    }
}

const fn participle(direction: UndoDirection) -> &'static str {
    match direction {
        UndoDirection::Undo => "undone",
        UndoDirection::Redo => "done again",
    }
}

fn still_copying(label: &str) -> Problem {
    let message = format!("Cannot undo that: \"{label}\" is still under way");
    Problem::new(ProblemKind::Temporary, message, "Let it end, or cancel it in the transfers.")
}
