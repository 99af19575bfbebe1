//! The worker's loop. It waits for commands, finished jobs, news, room in the event channel and the clock; everything
//! else is done at once, by the parts of the worker that are `impl Actor` in their own files.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio::time::{Duration, Instant, sleep_until};

use super::account::Account;
use super::copying::Copy;
use super::deletion::Deletion;
use super::editing::Edit;
use super::jobs::{Done, Jobs, News};
use super::measuring::Measuring;
use super::outbox::Outbox;
use super::pane::Pane;
use super::renames::Renames;
use super::reviewing::Reviewing;
use super::schedule::Schedule;
use super::search::Search;
use super::sharing::Watched;
use super::signs::{Comparing, Proofs};
use super::titles::Titles;
use super::transfers::Moving;
use super::undoing::Undoing;
use super::unfinished::LeftCopy;
use super::usage::OpenUsage;
use super::viewing::Viewed;
use super::{Copies, Parts};
use crate::api::transport::Transport;
use crate::config::Config;
use crate::local::Trash;
use crate::message::{
    Command, ContentId, CopyId, DeletionId, EditId, Event, Problem, RenamesId, TransferAction, TransferId,
    UnfinishedId, ViewId,
};
use crate::store::bookmarks::BookmarkFile;
use crate::store::copy_journal::CopyJournals;
use crate::store::undo::UndoJournal;
use crate::transfer::Limits;
use crate::transfer::queue::Queue;

/// The state that the worker's task owns.
pub(crate) struct Actor {
    pub(crate) config: Config,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) home: Option<PathBuf>,
    pub(crate) trash: Trash,
    pub(crate) give_up: Option<Duration>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) panes: BTreeMap<ViewId, Pane>,
    pub(crate) copies: BTreeMap<CopyId, Copy>,
    /// Copies of earlier runs that the user has not decided on.
    pub(crate) unfinished: BTreeMap<UnfinishedId, LeftCopy>,
    pub(super) bookmarks: BookmarkFile,
    /// Two views that are held against each other, and how many have been before.
    pub(super) comparing: Option<Comparing>,
    pub(super) comparisons: u64,
    pub(super) searching: Option<Search>,
    /// The folder whose usage is looked at, and how many scans there have been.
    pub(super) usage: Option<OpenUsage>,
    pub(super) usage_scans: u64,
    /// What checks by content have found.
    pub(super) proofs: BTreeMap<CopyId, Proofs>,
    /// Where copies are written down.
    pub(crate) copy_journals: CopyJournals,
    /// Copies that were refused before they began, until the front end has heard of it twice.
    pub(crate) refused: BTreeMap<CopyId, Problem>,
    /// Conflicts that the user was asked about so far.
    pub(crate) conflicts: u64,
    /// What may be deleted for good once the user has said so.
    pub(crate) deletions: BTreeMap<DeletionId, Deletion>,
    /// Names that are in the user's editor, or wait for their word.
    pub(crate) renames: BTreeMap<RenamesId, Renames>,
    /// The duplicates review.
    pub(super) reviewing: Reviewing,
    /// What is taken back or done again.
    pub(crate) undoing: Undoing,
    /// Where changes on the disk are written down.
    pub(crate) disk_journal: UndoJournal,
    pub(crate) queue: Queue,
    pub(crate) moving: BTreeMap<TransferId, Moving>,
    /// What the copies of listed transfers are called.
    pub(crate) titles: BTreeMap<CopyId, Titles>,
    pub(crate) limits: Limits,
    pub(super) schedule: Schedule,
    /// Folders that were looked through for what killed processes left.
    pub(crate) swept: HashSet<PathBuf>,
    /// Files that are being looked into.
    pub(crate) contents: BTreeMap<ContentId, Viewed>,
    /// Files that the user's programs work on.
    pub(crate) edits: BTreeMap<EditId, Edit>,
    /// Ends the walk for what is being measured.
    pub(crate) measuring: Measuring,
    /// What is told again when it changes.
    pub(crate) watched: Option<Watched>,
    pub(crate) jobs: Jobs,
    outbox: Outbox,
    news: UnboundedReceiver<News>,
    /// When the counters of transfers are looked at next.
    watch_at: Instant,
    /// When stale views may be read again.
    read_again_at: Instant,
    /// Set once the worker is to end: when it stops waiting for what still runs.
    ends_at: Option<Instant>,
}

/// Why the loop went round.
enum Turn {
    Command(Option<Command>),
    Done(Done),
    News(News),
    Clock,
    /// The front end has dropped its end.
    Deaf,
}

impl Actor {
    /// Makes a worker's state.
    pub(crate) fn new(parts: Parts) -> Self {
        let (jobs, news) = Jobs::new();
        let copy_journals = match parts.copies {
            Copies::Kept => CopyJournals::in_folder(&parts.config.folders.copy_journals()),
            Copies::Forgotten => CopyJournals::none(),
        };
        let mut actor = Self {
            accounts: BTreeMap::new(),
            comparing: None,
            comparisons: 0,
            searching: None,
            usage: None,
            usage_scans: 0,
            proofs: BTreeMap::new(),
            bookmarks: BookmarkFile::new(&parts.config.folders.bookmarks()),
            config: parts.config,
            transport: parts.transport,
            home: parts.home,
            trash: parts.trash,
            give_up: parts.give_up,
            panes: BTreeMap::new(),
            copies: BTreeMap::new(),
            refused: BTreeMap::new(),
            unfinished: BTreeMap::new(),
            copy_journals,
            conflicts: 0,
            deletions: BTreeMap::new(),
            renames: BTreeMap::new(),
            reviewing: Reviewing::default(),
            undoing: Undoing::default(),
            disk_journal: UndoJournal::in_memory(),
            queue: Queue::default(),
            moving: BTreeMap::new(),
            titles: BTreeMap::new(),
            limits: Limits::default(),
            schedule: Schedule::default(),
            swept: HashSet::new(),
            contents: BTreeMap::new(),
            measuring: None,
            watched: None,
            edits: BTreeMap::new(),
            jobs,
            outbox: Outbox::default(),
            news,
            watch_at: Instant::now(),
            read_again_at: Instant::now(),
            ends_at: None,
        };
        actor.disk_journal = actor.open_disk_journal(parts.copies);
        let mut presets: BTreeMap<String, _> =
            parts.presets.into_iter().map(|preset| (preset.account, preset.password)).collect();
        let mut opened: BTreeMap<String, _> =
            parts.opened.into_iter().map(|opened| (opened.account.clone(), opened)).collect();
        for config in actor.config.accounts.clone() {
            let name = config.name.clone();
            let account = match opened.remove(&name) {
                Some(opened) => {
                    let journal = actor.journal_of(&config);
                    Account::opened(config, opened, journal)
                }
                None => Account::new(config, presets.remove(&name)),
            };
            actor.accounts.insert(name, account);
        }
        actor.accounts.extend(opened.into_iter().map(|(name, opened)| (name, Account::visited(opened))));
        actor
    }

    /// Runs until the front end quits or is gone.
    pub(crate) async fn run(mut self, mut commands: UnboundedReceiver<Command>, events: Sender<Event>) {
        self.keep_to_schedule();
        self.find_unfinished();
        self.find_edits();
        self.follow_opened();
        loop {
            let deadline = self.deadline();
            let (is_ending, is_marking) = (self.ends_at.is_some(), self.is_marking());
            let turn = tokio::select! {
                biased;
                permit = events.reserve(), if !self.outbox.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.outbox.pop() {
                            permit.send(event);
                        }
                        continue;
                    }
                    Err(_closed) => Turn::Deaf,
                },
                command = commands.recv(), if !is_ending && !is_marking => Turn::Command(command),
                done = self.jobs.next() => match done {
                    Ok(done) => Turn::Done(done),
                    Err(error) => {
                        tracing::error!(%error, "a job was ended from outside");
                        continue;
                    }
                },
                Some(news) = self.news.recv() => Turn::News(news),
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => Turn::Clock,
                () = events.closed() => Turn::Deaf,
            };
            if matches!(turn, Turn::Deaf) {
                return self.jobs.abort();
            }
            self.take(turn);
            if self.is_over() {
                break;
            }
        }
        self.jobs.abort();
        self.send(Event::Ended);
        while let Some(event) = self.outbox.pop() {
            if events.send(event).await.is_err() {
                return;
            }
        }
    }

    /// Puts an event on its way.
    pub(crate) fn send(&mut self, event: Event) {
        self.outbox.push(event);
    }

    /// Returns whether the front end is so far behind that copies must not go on telling it more.
    pub(crate) fn is_outbox_full(&self) -> bool {
        self.outbox.len() >= OUTBOX_FULL
    }

    /// Returns whether the worker has been told to end.
    pub(crate) const fn is_ending(&self) -> bool {
        self.ends_at.is_some()
    }

    fn take(&mut self, turn: Turn) {
        match turn {
            Turn::Command(Some(command)) => self.obey(command),
            Turn::Command(None) => self.quit(),
            Turn::Done(done) => self.take_done(done),
            Turn::News(news) => self.take_news(news),
            Turn::Clock | Turn::Deaf => {}
        }
        self.pump();
    }

    /// Does what is due, whatever the loop went round for.
    fn pump(&mut self) {
        if self.ends_at.is_none() {
            if !self.is_outbox_full() {
                self.drive_copies();
            }
            self.start_transfers();
        }
        self.go_on_searching();
        self.tell_signs();
        self.review_again();
        self.keep_due_reviews();
        self.keep_to_schedule();
        self.check_budgets();
        let now = Instant::now();
        if now >= self.watch_at {
            self.watch_at = now + WATCH;
            self.watch_transfers();
        }
        if now >= self.read_again_at && self.has_stale() {
            self.read_again_at = now + self.stale_pause();
            self.read_stale();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::ListAccounts => self.list_accounts(),
            Command::Login(login) => self.login(login),
            Command::Unlock { account, passphrase } => self.unlock(&account, passphrase),
            Command::Logout { account } => self.logout(&account),
            Command::RetryNow { account } => self.retry_now(&account),
            Command::Open { view, location, focus } => self.open(view, location, focus),
            Command::OpenParent { view } => self.open_parent(view),
            Command::OpenPath { view, path } => self.open_path(view, &path),
            Command::OpenChild { view, name } => self.open_child(view, &name),
            Command::OpenKept { view, location, path } => self.open_kept(view, location, &path),
            Command::ChangeBookmarks(change) => self.change_bookmarks(change),
            Command::Complete { number, here, text } => self.complete(number, &here, &text),
            Command::Close { view } => self.close(view),
            Command::Refresh { view } => self.refresh(view),
            Command::Rows { view, start, count } => self.rows(view, start, count),
            Command::Focus { view, key } => self.focus(view, key),
            Command::Arrange { view, arrangement } => self.arrange(view, arrangement),
            Command::Mark { view, change } => self.mark(view, &change),
            Command::Find { view, text, from, backwards } => self.find(view, &text, from, backwards),
            Command::CompareFolders { views } => self.compare_views(views),
            Command::Search { search, place, reach, text } => self.search(search, (place, reach), &text),
            Command::RestoreScreen => self.restore_screen(),
            Command::KeepScreen(screen) => self.keep_screen(&screen),
            Command::EndSearch => self.end_search(),
            Command::Usage(question) => self.watch_usage(question),
            Command::EndUsage => self.end_usage(),
            Command::EndComparison => self.end_comparing(),
            Command::FindDifference { view, from, backwards } => self.find_difference(view, from, backwards),
            Command::WhenAnswered { view, number } => self.when_answered(view, number),
            Command::CreateFolder { parent, name } => self.create_folder(parent, &name),
            Command::Rename { parent, key, name } => self.rename(parent, key, &name),
            Command::Trash { selection } => self.trash(selection),
            Command::PlanDeletion { deletion, selection } => self.plan_deletion(deletion, selection),
            Command::Delete { deletion } => self.delete(deletion),
            Command::DropDeletion { deletion } => self.drop_deletion(deletion),
            Command::Restore { selection } => self.restore(selection),
            Command::WriteNames { renames, selection } => self.write_names(renames, selection),
            Command::ReadNames { renames } => self.read_names(renames),
            Command::StartRenames { renames } => self.start_renames(renames),
            Command::DropRenames { renames } => self.drop_renames(renames),
            Command::MoveInside { selection, target } => self.move_inside(selection, target),
            Command::Undo(request) => self.undo(request),
            Command::Sharing(command) => self.sharing(command),
            Command::Versions(command) => self.versions(command),
            Command::ListChanges => self.list_changes(),
            Command::Examine { account } => self.check_up(account),
            Command::PlanCopy { copy, request } => {
                self.expect_proofs(copy, &request);
                self.plan_copy(copy, &request);
            }
            Command::StartCopy { copy } => self.start_copy(copy),
            Command::CancelCopy { copy } => self.cancel_copy(copy),
            Command::ContinueCopy { unfinished, copy, paused } => {
                self.continue_copy(unfinished, copy, paused);
            }
            Command::DiscardUnfinished { copies, leftovers } => self.discard_unfinished(&copies, leftovers),
            Command::Resolve { conflict, resolution, scope } => self.resolve(conflict, &resolution, scope),
            Command::Compare { conflict, depth } => self.compare(conflict, depth),
            Command::Dedupe(command) => self.dedupe(command),
            Command::Content { content, command } => self.look_into(content, command),
            Command::Edit { edit, command } => self.edit(edit, command),
            Command::Measure { measure, selection } => self.measure(measure, selection),
            Command::Transfers(action) => self.act_on_transfers(&action),
            Command::DescribeTransfer { transfer } => self.describe_transfer(transfer),
            Command::Quit => self.quit(),
        }
    }

    fn take_done(&mut self, done: Done) {
        match done {
            Done::Abandoned => {}
            Done::Broken(problem) => self.send(Event::Failed(problem)),
            Done::View(done) => self.view_done(done),
            Done::Change(done) => self.change_done(done),
            Done::Weighed(weighed) => self.weighed(weighed),
            Done::Renames(done) => self.renames_done(done),
            Done::Undo(done) => self.undo_done(done),
            Done::Copy(copy, done) => self.copy_done(copy, done),
            Done::Content(content, done) => self.content_done(content, done),
            Done::Edit(edit, done) => self.edit_done(edit, done),
            Done::Review(done) => self.review_done(done),
            Done::Examined(findings) => self.send(Event::Findings(findings)),
            Done::Sharing(event) => self.send(Event::Sharing(event)),
            Done::Moved(transfer, moved) => self.moved(transfer, moved),
            Done::Screen(screen) => self.screen_read(screen),
            Done::PairRead(read) => self.pair_read(read),
            Done::Bookmarks(result) => self.bookmarks_done(result),
            Done::Offers(number, offers) => self.send(Event::Offers { number, offers }),
            Done::UsageAdded(sheet) => self.usage_added(*sheet),
            Done::UsageListed(usage, entries) => self.usage_listed(usage, entries),
            Done::Unfinished(found) => self.found_unfinished(found),
            Done::Visited(visited) => self.visited(*visited),
            Done::Account(name, done) => self.account_done(&name, done),
        }
    }

    fn take_news(&mut self, news: News) {
        match news {
            News::Hits { search, hits, progress } => self.found_on_disk(search, hits, progress),
            News::Scanned(scanned) => self.usage_scanned(scanned),
            News::Loading { account, received, total } => self.loading(&account, received, total),
            News::Glimpse { account, attempt, glimpse } => self.take_glimpse(&account, attempt, glimpse),
            News::Stretch { account, attempt, stretch } => self.take_stretch(&account, attempt, *stretch),
            News::Content(content, event) => self.content_news(content, event),
            News::Edit(edit, done) => self.edit_news(edit, done),
            News::Proving(done) => self.proof_news(done),
            News::ProvingBy(path) => self.local_proof_news(path),
            News::Measured(measure, measured) => self.measured(measure, measured),
            News::Wait { account, wait } => self.waits(account, wait),
        }
    }

    /// Begins to end: what can be left is left, the rest has a while to end cleanly.
    fn quit(&mut self) {
        self.ends_at.get_or_insert(Instant::now() + ENDING);
        self.keep_trees();
        self.keep_reviews_now();
        let copies: Vec<CopyId> = self.copies.keys().copied().collect();
        for copy in copies {
            self.cancel_copy(copy);
        }
        let acted = self.queue.act(&TransferAction::CancelAll);
        self.follow_up(&acted);
        self.jobs.stop();
    }

    fn is_over(&self) -> bool {
        self.ends_at.is_some_and(|at| self.jobs.is_empty() || Instant::now() >= at)
    }

    /// When the loop has something to do though nothing happens.
    fn deadline(&self) -> Option<Instant> {
        let stale = self.has_stale().then_some(self.read_again_at);
        let watch = (self.queue.is_busy() || self.queue.has_changes()).then_some(self.watch_at);
        let queue = self.queue.wake_at().map(Instant::from_std);
        let copies = self.has_more_to_copy().then(|| {
            let pause = if self.is_outbox_full() { WATCH } else { Duration::ZERO };
            Instant::now() + pause
        });
        let search = self.has_more_to_search().then(Instant::now);
        let others = [self.signs_due(), self.review_due(), self.keeping_due()];
        let others = others.into_iter().chain([self.budget_ends(), self.schedule.due()]);
        [search, stale, watch, queue, copies, self.ends_at].into_iter().chain(others).flatten().min()
    }
}

/// How often the counters of transfers are looked at, and told.
const WATCH: Duration = Duration::from_millis(100);

/// Notes of copies stop coming while so many events wait for a front end that does not take them; transfers go on.
const OUTBOX_FULL: usize = 50_000;

/// How long the worker waits for transfers to end cleanly when it is to end.
const ENDING: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
