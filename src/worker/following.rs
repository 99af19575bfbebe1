//! The nodes of an account in the worker: listed, and from then on kept up by its event channel ([`Following`]). A listing
//! is asked for once; again only when the server says that the channel cannot tell what happened since.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::account::{Account, AccountDone};
use super::actor::Actor;
use super::arriving::Arriving;
use super::connect::{self, Current, is_much};
use super::jobs::{Done, News, blocking};
use super::problem;
use super::taking::{Facts, Taking};
use crate::api::channel::ChannelError;
use crate::api::error::ApiError;
use crate::config::Folders;
use crate::message::{AccountState, Event, Problem};
use crate::session::{FollowEnd, Onlooker};
use crate::store::tree_cache::TreeCache;
use crate::tree::{OwnUpdate, RecentCauses};

/// How the channel of an account is followed.
#[derive(Default)]
pub(super) struct Following {
    /// Ends the job that follows.
    guard: Option<DropGuard>,
    /// How many have followed: what one of them says that was replaced is no news.
    follower: u64,
    /// Our own changes whose answers came lately.
    own: RecentCauses,
    /// Listings in a row that were too old from the start.
    outdated: u32,
    /// Packets that what is kept on disk does not have.
    unkept: usize,
    /// When they were written last.
    kept: Option<Instant>,
    /// Held while the file on disk is written, or removed.
    kept_file: Arc<Mutex<()>>,
    /// There while much is taken in beside the loop.
    pub(super) taking: Option<Taking>,
    /// How often that was so.
    takings: u64,
}

impl Following {
    /// Follows no more.
    pub(super) fn stop(&mut self) {
        self.guard = None;
        self.outdated = 0;
        self.taking = None;
    }

    /// Returns what is held while the kept file is written or removed, so that none comes after a removal.
    pub(super) fn kept_file(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.kept_file)
    }

    /// Notes that a change of ours was answered.
    pub(super) fn answered(&mut self, cause: &str) {
        self.own.note(cause);
    }

    /// Returns whether a change was ours, and was answered lately.
    pub(super) fn is_own(&self, cause: &str) -> bool {
        self.own.has(cause)
    }

    /// Notes what changes of ours did, where the tree will be another one soon.
    pub(super) fn keep_own(&mut self, updates: &[OwnUpdate]) {
        if let Some(taking) = &mut self.taking {
            taking.own.extend_from_slice(updates);
        }
    }

    /// Returns a number that no other taking has.
    pub(super) const fn next_taking(&mut self) -> u64 {
        self.takings += 1;
        self.takings
    }
}

impl Account {
    /// Returns where its nodes are kept; `None` where nothing of it is written to disk.
    fn cache(&self, folders: &Folders) -> Option<TreeCache> {
        let session = self.session.as_ref().filter(|_| self.is_stored)?;
        connect::tree_cache(folders, &self.config, session)
    }
}

impl Actor {
    /// Asks for the nodes of an account: at first for those that were kept, where they are of use, and of the server
    /// otherwise and whenever there are some already.
    pub(crate) fn list_account(&mut self, name: &str) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let Some(session) = account.session.clone() else { return };
        if account.since_listing.is_some() {
            return;
        }
        account.since_listing = Some(Vec::new());
        let is_again = account.tree.is_some();
        let cache = account.cache(&self.config.folders).filter(|_| !is_again);
        let (attempt, name, news) = (account.attempt, name.to_owned(), self.jobs.news());
        let onlooker = if is_again { None } else { self.onlooker(&name) };
        if !is_again {
            self.set_state(&name, AccountState::Loading { received: 0, total: None });
        }
        let broken = AccountDone::Broken(attempt, problem::broke_down(&format!("list \"{name}:\"")));
        self.jobs.start(Done::Account(name.clone(), broken), async move {
            let account = name.clone();
            let mut told: Option<Instant> = None;
            let progress = move |received, total| {
                let now = Instant::now();
                if told.is_none_or(|at| now.duration_since(at) >= LOADING_STEP) {
                    told = Some(now);
                    // The worker is gone where this fails, and with it whoever would look.
                    let _ = news.send(News::Loading { account: account.clone(), received, total });
                }
            };
            let mut listed = connect::current_tree(&session, cache, progress, onlooker).await;
            if let (Ok(Current { tree, .. }), true) = (&mut listed, is_again)
                && let Err(error) = session.catch_up(tree).await
            {
                // What is missing comes by the channel, or makes for another listing.
                tracing::warn!(%error, "the new list may lack what was changed meanwhile");
            }
            Done::Account(name, AccountDone::Listed(attempt, Box::new(listed)))
        });
    }

    /// Begins to look at the first list of an account while it arrives.
    fn onlooker(&mut self, name: &str) -> Option<Onlooker> {
        let arriving = Arriving::new(self.wanted_folders(name));
        let account = self.accounts.get_mut(name)?;
        let (attempt, name, news) = (account.attempt, name.to_owned(), self.jobs.news());
        let arriving = account.arriving.insert(arriving);
        Some(arriving.onlooker(move |glimpse| {
            // The worker is gone where this fails, and with it whoever would look.
            let _ = news.send(News::Glimpse { account: name.clone(), attempt, glimpse });
        }))
    }

    /// Asks what has happened in an account, now, because the user wants to know.
    pub(crate) fn refresh_account(&mut self, name: &str) {
        let Some(account) = self.accounts.get(name) else { return };
        let is_followed = account.following.guard.is_some() && account.since_listing.is_none();
        let Some((session, tree)) = account.ready().filter(|_| is_followed) else {
            return self.list_account(name);
        };
        let (session, mut position) = (session.clone(), tree.sequence().to_owned());
        let (attempt, name, news) = (account.attempt, name.to_owned(), self.jobs.news());
        let broken = AccountDone::Broken(attempt, problem::broke_down(&format!("list \"{name}:\"")));
        self.jobs.start(Done::Account(name.clone(), broken), async move {
            let asked = loop {
                let stretch = match session.news(&position).await {
                    Ok(stretch) => stretch,
                    Err(error) => break Err(error),
                };
                let next = stretch.next().map(str::to_owned);
                // The worker is gone where this fails, and with it whoever would look.
                let _ =
                    news.send(News::Stretch { account: name.clone(), attempt, stretch: Box::new(stretch) });
                match next {
                    Some(next) => position = next,
                    None => break Ok(()),
                }
            };
            Done::Account(name, AccountDone::CaughtUp(attempt, asked))
        });
    }

    /// Follows the accounts that came with a tree.
    pub(crate) fn follow_opened(&mut self) {
        let opened: Vec<String> = self
            .accounts
            .iter()
            .filter(|(_, account)| account.ready().is_some())
            .map(|(name, _)| name.clone())
            .collect();
        for name in opened {
            self.follow_account(&name);
        }
    }

    /// Follows the channel of an account from where its tree stands, and no other any more.
    pub(super) fn follow_account(&mut self, name: &str) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let Some((session, tree)) = account.ready() else { return };
        if session.is_visit() {
            return;
        }
        if tree.sequence().is_empty() {
            tracing::warn!(
                name,
                "the server says no position: changes of others will not be seen by themselves"
            );
            return;
        }
        let (session, position) = (session.clone(), tree.sequence().to_owned());
        let (attempt, name, news) = (account.attempt, name.to_owned(), self.jobs.news());
        let stop = CancellationToken::new();
        account.following.guard = Some(stop.clone().drop_guard());
        account.following.follower += 1;
        let follower = account.following.follower;
        self.jobs.start(Done::Abandoned, async move {
            let account = name.clone();
            let hand_out = move |stretch| {
                // The worker is gone where this fails, and with it whoever would look.
                let _ = news.send(News::Stretch {
                    account: account.clone(),
                    attempt,
                    stretch: Box::new(stretch),
                });
            };
            match stop.run_until_cancelled(session.follow(position, hand_out)).await {
                Some(end) => Done::Account(name, AccountDone::Unfollowed(attempt, follower, end)),
                None => Done::Abandoned,
            }
        });
    }

    /// Something that happened is in the tree now: whoever shows it is told, and it is kept once that is due.
    pub(super) fn stretch_taken(&mut self, name: &str, facts: Facts) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let nodes = account.node_count();
        let following = &mut account.following;
        following.outdated = 0;
        following.unkept += facts.packet_count;
        let is_long_ago = following.kept.is_none_or(|at| at.elapsed() >= KEPT_AGAIN);
        let is_due = is_long_ago && following.unkept >= MANY && is_much(following.unkept, nodes);
        if facts.is_news {
            self.account_changed(name);
        }
        if is_due {
            self.keep_tree(name);
        }
        if facts.changes_quota {
            self.ask_quota(name);
        }
    }

    /// Writes the nodes of an account to disk, for the next run.
    fn keep_tree(&mut self, name: &str) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let (Some(cache), Some(tree)) = (account.cache(&self.config.folders), account.tree.clone()) else {
            return;
        };
        let Ok(held) = account.following.kept_file().try_lock_owned() else { return };
        (account.following.unkept, account.following.kept) = (0, Some(Instant::now()));
        self.jobs.start_kept(Done::Abandoned, async move {
            let saved = blocking(move || {
                let _held = held;
                cache.save(&tree)
            });
            if let Err(error) = saved.await {
                tracing::warn!(%error, "cannot keep the file list");
            }
            Done::Abandoned
        });
    }

    /// Writes down, before the end, what has changed since it was written.
    pub(crate) fn keep_trees(&mut self) {
        let is_due = |account: &Account| is_much(account.following.unkept, account.node_count());
        let due: Vec<String> = self
            .accounts
            .iter()
            .filter(|(_, account)| is_due(account))
            .map(|(name, _)| name.clone())
            .collect();
        for name in due {
            self.keep_tree(&name);
        }
    }

    /// All is known that had happened when the user asked.
    pub(super) fn caught_up(&mut self, name: &str, result: Result<(), ChannelError>) {
        match result {
            Ok(()) => self.account_changed(name),
            Err(ChannelError::TooOld | ChannelError::Api(ApiError::Refused { .. })) => {
                self.list_account(name);
            }
            Err(ChannelError::Api(error)) => self.not_listed(name, &error),
        }
    }

    /// The channel is followed no further.
    pub(super) fn unfollowed(&mut self, name: &str, follower: u64, end: FollowEnd) {
        let Some(account) =
            self.accounts.get_mut(name).filter(|account| account.following.follower == follower)
        else {
            return;
        };
        account.following.guard = None;
        match end {
            FollowEnd::TooOld => {
                tracing::info!(name, "too much has changed: the account is listed anew");
                let pause = RELIST_PAUSE * account.following.outdated.min(MOST_PAUSES);
                account.following.outdated += 1;
                let (attempt, name) = (account.attempt, name.to_owned());
                self.jobs.start(Done::Abandoned, async move {
                    sleep(pause).await;
                    Done::Account(name, AccountDone::Outdated(attempt))
                });
            }
            FollowEnd::Refused(ApiError::SessionEnded) => {
                let attempt = account.attempt;
                self.session_ended(name, attempt);
            }
            FollowEnd::Refused(error) => {
                tracing::warn!(name, %error, "changes of others are not seen by themselves any more");
            }
        }
    }

    /// Takes note of how far the file list of an account is.
    pub(super) fn loading(&mut self, account: &str, received: u64, total: Option<u64>) {
        if matches!(self.told(account), Some(AccountState::Loading { .. })) {
            self.set_state(account, AccountState::Loading { received, total });
        }
    }

    pub(super) fn listed(&mut self, name: &str, listed: Result<Current, ApiError>) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let later = account.since_listing.take().unwrap_or_default();
        account.arriving = None;
        match listed {
            Ok(Current { tree, is_worth_keeping }) => {
                let (left, count) = (account.tree.replace(Arc::new(tree)), account.node_count());
                account.names.forget();
                (account.following.unkept, account.following.taking) = (0, None);
                self.let_go(left, count);
                if is_worth_keeping {
                    self.keep_tree(name);
                }
                let Some(account) = self.accounts.get_mut(name) else { return };
                account.apply(later);
                self.set_state(name, AccountState::Ready);
                self.follow_account(name);
                self.continue_copies(name);
                self.account_changed(name);
                self.ask_quota(name);
            }
            Err(error) => self.not_listed(name, &error),
        }
    }

    fn not_listed(&mut self, name: &str, error: &ApiError) {
        match error {
            ApiError::SessionEnded => {
                let attempt = self.accounts.get(name).map_or(0, Account::attempt);
                self.session_ended(name, attempt);
            }
            error => self.stays_unlisted(name, problem::of_api(&format!("list \"{name}:\""), error)),
        }
    }

    pub(super) fn broke_down(&mut self, name: &str, problem: Problem) {
        if let Some(account) = self.accounts.get_mut(name) {
            (account.since_listing, account.arriving) = (None, None);
            self.stays_unlisted(name, problem);
        }
    }

    /// No new file list comes: what shows an older one goes on showing it.
    fn stays_unlisted(&mut self, name: &str, problem: Problem) {
        if self.accounts.get(name).is_some_and(|account| account.tree.is_some()) {
            self.send(Event::Failed(problem));
            self.account_changed(name);
        } else {
            self.set_state(name, AccountState::Failed(problem));
        }
    }
}

/// How often a listing tells how far it is.
const LOADING_STEP: Duration = Duration::from_millis(100);

/// Fewer packets are not worth a write while the program runs.
const MANY: usize = 100;

/// While much happens the nodes are written no more often.
const KEPT_AGAIN: Duration = Duration::from_secs(30);

/// When list after list is too old at once, the next one waits for so many of these.
const RELIST_PAUSE: Duration = Duration::from_mins(1);
const MOST_PAUSES: u32 = 10;
