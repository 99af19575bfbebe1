//! Accounts as the worker has them: their session and tree, and how far they are on the way in. Nothing here asks the
//! user: it says what is needed by [`AccountState`] and goes on when a command brings it.

use std::sync::Arc;

use super::OpenedAccount;
use super::actor::Actor;
use super::arriving::Arriving;
use super::connect::Current;
use super::door::{Refusal, Way, needed};
use super::following::Following;
use super::jobs::{Done, blocking};
use super::names::{Names, touched_by};
use super::problem::{self, unknown_account};
use super::shared_login::OtherHolder;
use super::taking::Taken;
use super::wait::shown_wait;
use crate::api::channel::ChannelError;
use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::wait::Wait;
use crate::config;
use crate::handle::NodeHandle;
use crate::message::{AccountRow, AccountState, Event, Login, Problem};
use crate::secret::Secret;
use crate::session::{FollowEnd, LoginError, Quota, Session};
use crate::store::credentials;
use crate::store::loans::LentFile;
use crate::store::undo::UndoJournal;
use crate::tree::{OwnUpdate, Tree};

/// An account of this run.
pub(crate) struct Account {
    /// What is set of it.
    pub(crate) config: config::Account,
    /// A password at hand, to be tried once.
    password: Option<Secret>,
    /// Whether anything of it may be written to disk.
    pub(super) is_stored: bool,
    pub(super) passphrase: Option<Secret>,
    state: State,
    pub(super) client: Option<Client>,
    /// There from the login on.
    pub(crate) session: Option<Session>,
    /// There from the first listing on. Shared with whoever writes it to disk.
    pub(crate) tree: Option<Arc<Tree>>,
    /// There until then, while that listing is on its way.
    pub(super) arriving: Option<Arriving>,
    /// What is in the tree's folder that files are put into.
    pub(super) names: Names,
    /// What was changed, for undo.
    pub(crate) journal: UndoJournal,
    /// Whether the login that is being tried is to be written down.
    pub(super) is_remembered: bool,
    /// Grows with each attempt; results of older ones are dropped.
    pub(super) attempt: u64,
    /// Updates since the listing that is on its way was asked for, in case no channel tells them.
    pub(super) since_listing: Option<Vec<OwnUpdate>>,
    /// How its channel is followed.
    pub(super) following: Following,
}

/// How far an account is.
#[derive(Clone, Debug, PartialEq)]
enum State {
    /// Nothing has asked for it yet.
    Idle,
    /// As the front ends are told.
    Told(AccountState),
}

/// What a job about an account brings.
pub(crate) enum AccountDone {
    /// A way in was tried.
    Connected(u64, Result<(Session, UndoJournal), Box<Refusal>>),
    /// The job that tries a way in, or lists, broke down.
    Broken(u64, Problem),
    /// The file list came.
    Listed(u64, Box<Result<Current, ApiError>>),
    /// Much that happened was taken into a tree.
    Taken(u64, Taken),
    /// What others did was asked for, up to now.
    CaughtUp(u64, Result<(), ChannelError>),
    /// The channel is followed no further, by the follower of this number.
    Unfollowed(u64, u64, FollowEnd),
    /// The file list is too old to be kept up, and may be asked for again.
    Outdated(u64),
    /// Loans that a killed process left were ended: this is what that did.
    LoansEnded(u64, Vec<OwnUpdate>),
    /// Session and account were written down.
    Stored(Result<Option<config::Account>, Problem>),
    /// Storage was asked for.
    Quota(Result<Quota, ApiError>),
    /// The session was ended. These files still have the link that a copy made.
    LoggedOut(Result<Option<OtherHolder>, Problem>, Vec<LentFile>),
}

impl Account {
    /// Makes an account that nothing has been asked of.
    pub(crate) fn new(config: config::Account, preset: Option<Secret>) -> Self {
        let is_stored = preset.is_none() && config.password.is_none();
        Self {
            password: preset.or_else(|| config.password.clone()),
            config,
            is_stored,
            passphrase: None,
            state: State::Idle,
            client: None,
            session: None,
            tree: None,
            arriving: None,
            names: Names::default(),
            journal: UndoJournal::in_memory(),
            is_remembered: false,
            attempt: 0,
            since_listing: None,
            following: Following::default(),
        }
    }

    /// Makes an account of one that was opened elsewhere.
    pub(crate) fn opened(config: config::Account, opened: OpenedAccount, journal: UndoJournal) -> Self {
        Self {
            state: State::Told(AccountState::Ready),
            client: Some(opened.session.client().clone()),
            session: Some(opened.session),
            tree: Some(Arc::new(opened.tree)),
            journal,
            ..Self::new(config, None)
        }
    }

    /// Makes an account of what a public link shows: nobody is logged in, and nothing of it is written down.
    pub(crate) fn visited(opened: OpenedAccount) -> Self {
        let name = opened.account.clone();
        let config =
            config::Account { name, email: String::new(), api_url: None, passphrase: false, password: None };
        Self { is_stored: false, ..Self::opened(config, opened, UndoJournal::none()) }
    }

    /// Returns the number of the attempt that opened it, or is about to: what is said of an older one is no news.
    pub(crate) const fn attempt(&self) -> u64 {
        self.attempt
    }

    /// Returns session and tree, where both are there.
    pub(crate) fn ready(&self) -> Option<(&Session, &Tree)> {
        self.session.as_ref().zip(self.tree.as_deref())
    }

    /// Returns the tree, or what can be seen of it while it arrives: enough for titles and ways up, not for changes.
    pub(super) fn visible(&self) -> Option<&Tree> {
        self.tree.as_deref().or_else(|| self.arriving.as_ref()?.tree())
    }

    /// Takes what a change did into the tree.
    pub(crate) fn apply(&mut self, updates: Vec<OwnUpdate>) {
        if let Some(later) = &mut self.since_listing {
            later.extend_from_slice(&updates);
        }
        self.following.keep_own(&updates);
        self.take_answers(updates);
    }

    /// The same where no other tree is on its way.
    pub(super) fn take_answers(&mut self, updates: Vec<OwnUpdate>) {
        if let Some(tree) = self.tree.as_mut().map(Arc::make_mut) {
            for own in updates {
                if !tree.is_old(&own) {
                    self.following.answered(&own.cause.id);
                }
                let touched = touched_by(&own.update);
                tree.apply_own(own);
                self.names.touch(tree, &touched);
            }
        }
    }

    /// Returns how many nodes it has; 0 where that is not known yet.
    pub(super) fn node_count(&self) -> usize {
        self.tree.as_ref().map_or(0, |tree| tree.len())
    }

    /// Returns whether something in a folder has the name.
    pub(crate) fn has(&mut self, folder: NodeHandle, name: &str) -> bool {
        self.tree.as_ref().is_some_and(|tree| self.names.has(tree, folder, name))
    }

    /// Why the account's folders cannot be shown, where it cannot go on.
    pub(crate) fn failure(&self) -> Option<&Problem> {
        match &self.state {
            State::Told(AccountState::Failed(problem)) => Some(problem),
            State::Told(_) | State::Idle => None,
        }
    }
}

impl Actor {
    /// Tells the accounts of the configuration.
    pub(crate) fn list_accounts(&mut self) {
        let row = |account: &config::Account| AccountRow {
            name: account.name.clone(),
            email: account.email.clone(),
        };
        self.send(Event::Accounts(self.config.accounts.iter().map(row).collect()));
    }

    /// Makes sure that an account is open or on its way, and says how far it is. `false` where there is no such account.
    pub(crate) fn connect(&mut self, name: &str) -> bool {
        let Some(account) = self.accounts.get_mut(name) else { return false };
        match &account.state {
            State::Idle | State::Told(AccountState::Failed(_)) => {
                let email = account.config.email.clone();
                let way = match account.password.take() {
                    Some(password) => Way::Password(Login {
                        account: name.to_owned(),
                        email,
                        password,
                        code: None,
                        remember: false,
                    }),
                    None if account.session.is_some() => {
                        self.list_account(name);
                        return true;
                    }
                    None if account.is_stored => Way::Stored(account.passphrase.clone()),
                    None => {
                        self.set_state(
                            name,
                            AccountState::NeedsPassword { email: Some(email), problem: None },
                        );
                        return true;
                    }
                };
                self.try_way(name, way);
            }
            State::Told(state) => {
                let event = Event::Account { account: name.to_owned(), state: state.clone() };
                self.send(event);
            }
        }
        true
    }

    /// Logs in with a password, also to an account that is not in the configuration yet.
    pub(crate) fn login(&mut self, login: Login) {
        if let Err(error) = config::check_name(&login.account) {
            let problem = problem::of_config(&error);
            let state = AccountState::NeedsPassword { email: Some(login.email), problem: Some(problem) };
            return self.send(Event::Account { account: login.account, state });
        }
        let new = || {
            let (name, email) = (login.account.clone(), login.email.clone());
            Account::new(
                config::Account { name, email, api_url: None, passphrase: false, password: None },
                None,
            )
        };
        let name = login.account.clone();
        self.accounts.entry(name.clone()).or_insert_with(new).config.email.clone_from(&login.email);
        self.try_way(&name, Way::Password(login));
    }

    /// Opens the stored login with its passphrase.
    pub(crate) fn unlock(&mut self, name: &str, passphrase: Secret) {
        if self.accounts.contains_key(name) {
            self.try_way(name, Way::Stored(Some(passphrase)));
        } else {
            self.send(Event::Failed(unknown_account(name)));
        }
    }

    /// Ends every wait of an account at once.
    pub(crate) fn retry_now(&mut self, name: &str) {
        let Some(account) = self.accounts.get(name) else {
            return self.send(Event::Failed(unknown_account(name)));
        };
        account.client.iter().for_each(Client::retry_now);
        account.session.iter().for_each(|session| session.client().retry_now());
        self.retry_transfers();
        self.connect(name);
    }

    /// Asks how full an account is.
    pub(crate) fn ask_quota(&mut self, name: &str) {
        if let Some(session) = self.accounts.get(name).and_then(|account| account.session.clone()) {
            let name = name.to_owned();
            self.jobs.start(Done::Abandoned, async move {
                Done::Account(name, AccountDone::Quota(session.quota().await))
            });
        }
    }

    /// Takes what a job about an account brings.
    pub(crate) fn account_done(&mut self, name: &str, done: AccountDone) {
        let attempt = self.accounts.get(name).map_or(0, |account| account.attempt);
        match done {
            AccountDone::Connected(of, result) if of == attempt => self.connected(name, result),
            AccountDone::Listed(of, listed) if of == attempt => {
                self.listed(name, *listed);
                self.end_left_loans(name);
            }
            AccountDone::Broken(of, problem) if of == attempt => self.broke_down(name, problem),
            AccountDone::Taken(of, taken) if of == attempt => self.taken(name, taken),
            AccountDone::CaughtUp(of, result) if of == attempt => self.caught_up(name, result),
            AccountDone::Unfollowed(of, follower, end) if of == attempt => {
                self.unfollowed(name, follower, end);
            }
            AccountDone::Outdated(of) if of == attempt => self.list_account(name),
            AccountDone::LoansEnded(of, updates) if of == attempt && !updates.is_empty() => {
                if let Some(account) = self.accounts.get_mut(name) {
                    account.apply(updates);
                }
                self.account_changed(name);
            }
            AccountDone::Connected(..)
            | AccountDone::Listed(..)
            | AccountDone::Broken(..)
            | AccountDone::Taken(..)
            | AccountDone::CaughtUp(..)
            | AccountDone::Unfollowed(..)
            | AccountDone::Outdated(_)
            | AccountDone::LoansEnded(..) => {}
            AccountDone::Stored(Ok(new)) => {
                if let Some(new) = new {
                    self.config.accounts.push(new);
                    self.list_accounts();
                }
                // Logged out while it was written: it must not come back.
                if self.accounts.get(name).is_none_or(|account| account.session.is_none()) {
                    let path = self.config.folders.credentials(name);
                    self.jobs.start_kept(Done::Abandoned, async move {
                        let removed = blocking(move || credentials::remove(&path)).await;
                        tracing::debug!(?removed, "a login that was left");
                        Done::Abandoned
                    });
                }
            }
            AccountDone::Quota(Ok(quota)) => {
                let (account, used, total) = (name.to_owned(), quota.used, quota.total);
                self.send(Event::Quota { account, used, total });
            }
            // Nothing depends on it, and what ails the account shows elsewhere.
            AccountDone::Quota(Err(error)) => tracing::warn!(%error, "no quota"),
            AccountDone::LoggedOut(ended, lent) => self.logged_out(name, ended, &lent),
            AccountDone::Stored(Err(problem)) => self.send(Event::Failed(problem)),
        }
    }

    /// Tells that an account's requests wait, or go on again.
    pub(super) fn waits(&mut self, account: String, wait: Option<Wait>) {
        let state = match wait {
            Some(wait) => Some(AccountState::Waiting(shown_wait(wait))),
            None => self.told(&account).cloned(),
        };
        if let Some(state) = state {
            self.send(Event::Account { account, state });
        }
    }

    /// A call found that the session of an attempt has ended: the password is needed again. A call that was under way
    /// for long may find so when another session stands: that one is left alone.
    pub(crate) fn session_ended(&mut self, name: &str, attempt: u64) {
        let Some(account) = self.accounts.get_mut(name).filter(|account| account.attempt == attempt) else {
            return;
        };
        account.session = None;
        account.attempt += 1;
        (account.since_listing, account.arriving) = (None, None);
        account.following.stop();
        let email = account.config.email.clone();
        let problem = Some(problem::of_login(&email, &LoginError::SessionEnded));
        self.set_state(name, AccountState::NeedsPassword { email: Some(email), problem });
    }

    fn connected(&mut self, name: &str, result: Result<(Session, UndoJournal), Box<Refusal>>) {
        let notes = self.loan_notes(name);
        let Some(account) = self.accounts.get_mut(name) else { return };
        let email = Some(account.config.email.clone());
        match result {
            Ok((session, journal)) => {
                let remember = std::mem::take(&mut account.is_remembered);
                account.session = Some(session.noting_loans(notes));
                account.journal = journal.or(&account.journal);
                (account.tree, account.arriving) = (None, None);
                account.names.forget();
                if remember {
                    self.store_login(name);
                }
                self.list_account(name);
            }
            Err(refusal) => self.set_state(name, needed(name, email, *refusal)),
        }
    }

    pub(super) fn set_state(&mut self, name: &str, state: AccountState) {
        if let Some(account) = self.accounts.get_mut(name) {
            account.state = State::Told(state.clone());
        }
        let failed = matches!(state, AccountState::Failed(_));
        self.send(Event::Account { account: name.to_owned(), state });
        if failed {
            self.account_changed(name);
        }
    }

    pub(super) fn told(&self, name: &str) -> Option<&AccountState> {
        match &self.accounts.get(name)?.state {
            State::Told(state) => Some(state),
            State::Idle => None,
        }
    }
}
