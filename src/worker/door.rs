//! The door of an account: one attempt to get in, by a stored login or by a password, and what is needed where it stays
//! closed. The worker runs it as a job.

use std::sync::Arc;

use super::account::AccountDone;
use super::account_change;
use super::actor::Actor;
use super::connect::{self, StoredLoginError};
use super::jobs::{Done, News, blocking};
use super::problem;
use crate::api::client::Client;
use crate::api::wait::WaitSink;
use crate::config;
use crate::message::{AccountState, Login, Problem};
use crate::secret::Secret;
use crate::session::{LoginError, Session};
use crate::store::credentials::CredentialsError;
use crate::store::undo::UndoJournal;

/// Why a way in is closed.
pub(crate) enum Refusal {
    /// A stored login.
    Stored(StoredLoginError, Given),
    /// A password.
    Login(LoginError),
    /// Anything else.
    Problem(Problem),
}

/// Whether a passphrase was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Nothing,
    Passphrase,
}

/// A way into an account.
pub(crate) enum Way {
    Stored(Option<Secret>),
    Password(Login),
}

impl Actor {
    /// Tries a way into an account.
    pub(crate) fn try_way(&mut self, name: &str, way: Way) {
        let waits = self.wait_sink(name);
        let Some(account) = self.accounts.get_mut(name) else { return };
        account.attempt += 1;
        account.since_listing = None;
        if let Way::Stored(passphrase) = &way {
            account.passphrase.clone_from(passphrase);
        }
        let made =
            connect::client(&self.config, &account.config, Arc::clone(&self.transport), waits, self.give_up);
        let client = match made {
            Ok(client) => account.client.insert(client).clone(),
            Err(error) => return self.set_state(name, AccountState::Failed(problem::of_config(&error))),
        };
        let door = Door {
            attempt: account.attempt,
            name: name.to_owned(),
            client,
            folders: self.config.folders.clone(),
        };
        let stored = account.is_stored;
        let remember = matches!(&way, Way::Password(login) if login.remember) && stored;
        account.is_remembered = remember;
        self.set_state(name, AccountState::Connecting);
        let broken = AccountDone::Broken(door.attempt, problem::broke_down(&format!("open \"{name}\"")));
        self.jobs.start(Done::Account(name.to_owned(), broken), async move {
            let (attempt, name) = (door.attempt, door.name.clone());
            Done::Account(
                name,
                AccountDone::Connected(attempt, door.go_in(way, stored).await.map_err(Box::new)),
            )
        });
    }

    /// Writes session and, where it is new, account to disk.
    pub(crate) fn store_login(&mut self, name: &str) {
        let Some(account) = self.accounts.get(name) else { return };
        let Some(stored) = account.session.as_ref().map(Session::stored) else { return };
        let is_new = !self.config.accounts.iter().any(|known| known.name == name);
        let new = is_new.then(|| account.config.clone());
        let (mut config, passphrase, name) =
            (self.config.clone(), account.passphrase.clone(), name.to_owned());
        let broken = AccountDone::Stored(Err(problem::broke_down(&format!("store the login of \"{name}\""))));
        self.jobs.start_kept(Done::Account(name.clone(), broken), async move {
            let account = name.clone();
            let written = blocking(move || {
                let seal = |folders: &config::Folders| {
                    connect::store(&stored, folders, &account, passphrase.as_ref())
                        .map_err(|error| problem::of_credentials(&account, &error))
                };
                match &new {
                    Some(new) => account_change::add(&mut config, new, seal)?,
                    None => account_change::keep_login(&config, &account, seal)?,
                }
                Ok(new)
            });
            Done::Account(name, AccountDone::Stored(written.await))
        });
    }

    fn wait_sink(&self, name: &str) -> WaitSink {
        let (news, account) = (self.jobs.news(), name.to_owned());
        Arc::new(move |wait| {
            // The worker is gone where this fails, and with it whoever would look.
            let _ = news.send(News::Wait { account: account.clone(), wait });
        })
    }
}

/// What a job needs to get into an account.
struct Door {
    attempt: u64,
    name: String,
    client: Client,
    folders: config::Folders,
}

impl Door {
    async fn go_in(self, way: Way, stored: bool) -> Result<(Session, UndoJournal), Refusal> {
        let session = match &way {
            Way::Stored(passphrase) => match self.resume(passphrase.as_ref()).await {
                // No passphrase opens this one: another process may have sealed it by the key file since.
                Err(StoredLoginError::Credentials(CredentialsError::Sealed)) if passphrase.is_some() => {
                    self.resume(None).await.map_err(|error| Refusal::Stored(error, Given::Nothing))?
                }
                resumed => {
                    let given = if passphrase.is_some() { Given::Passphrase } else { Given::Nothing };
                    resumed.map_err(|error| Refusal::Stored(error, given))?
                }
            },
            Way::Password(login) => {
                Session::login(&self.client, &login.email, &login.password, login.code.as_ref())
                    .await
                    .map_err(Refusal::Login)?
            }
        };
        let journal = if stored { open_journal(self.folders, self.name).await? } else { UndoJournal::none() };
        Ok((session, journal))
    }

    async fn resume(&self, passphrase: Option<&Secret>) -> Result<Session, StoredLoginError> {
        connect::resume(&self.client, &self.folders, &self.name, passphrase).await
    }
}

async fn open_journal(folders: config::Folders, name: String) -> Result<UndoJournal, Refusal> {
    let path = folders.undo_journal(&name);
    let what = format!("open the undo journal \"{}\"", path.display());
    let opened = blocking(move || UndoJournal::open(&path)).await;
    opened.map_err(|error| Refusal::Problem(problem::of_io(&what, &error)))
}

/// Returns what an account needs after a way in was closed.
pub(crate) fn needed(name: &str, email: Option<String>, refusal: Refusal) -> AccountState {
    let login = |error: &LoginError| {
        let problem = problem::of_login(email.as_deref().unwrap_or(name), error);
        match error {
            LoginError::CodeNeeded => AccountState::NeedsCode { problem: None },
            LoginError::WrongCode => AccountState::NeedsCode { problem: Some(problem) },
            LoginError::WrongPassword | LoginError::SessionEnded => {
                AccountState::NeedsPassword { email: email.clone(), problem: Some(problem) }
            }
            LoginError::TooManyAttempts
            | LoginError::Unconfirmed
            | LoginError::Suspended
            | LoginError::UnknownVersion(_)
            | LoginError::KeyMaterial(_)
            | LoginError::Api(_) => AccountState::Failed(problem),
        }
    };
    match refusal {
        Refusal::Login(error) | Refusal::Stored(StoredLoginError::Login(error), _) => login(&error),
        Refusal::Problem(problem) => AccountState::Failed(problem),
        Refusal::Stored(StoredLoginError::Credentials(error), given) => {
            let problem = problem::of_credentials(name, &error);
            match (error, given) {
                (CredentialsError::PassphraseNeeded, _) => AccountState::NeedsPassphrase { problem: None },
                (CredentialsError::WrongPassphrase, Given::Passphrase) => {
                    AccountState::NeedsPassphrase { problem: Some(problem) }
                }
                (CredentialsError::None, _) => AccountState::NeedsPassword { email, problem: None },
                (
                    CredentialsError::Sealed
                    | CredentialsError::WrongPassphrase
                    | CredentialsError::Exposed { .. }
                    | CredentialsError::Io { .. },
                    _,
                ) => AccountState::NeedsPassword { email, problem: Some(problem) },
            }
        }
    }
}
