//! Leaving an account for good: its session ends on the server, and nothing of it stays on this machine but what the user
//! set, and notes of links that could not be removed. Part of the actor; how an account is come into is `account`'s.

use super::account::AccountDone;
use super::account_files;
use super::actor::Actor;
use super::jobs::{Done, blocking};
use super::problem::{self, unknown_account};
use super::shared_login::{OtherHolder, other_holder};
use crate::api::error::ApiError;
use crate::config::{self, Config};
use crate::message::{AccountState, Event, Problem};
use crate::session::Session;
use crate::store::loans::{LentFile, LoanNotes};

impl Actor {
    /// Ends the session, and before it what the account lends; forgets what is stored of it.
    pub(crate) fn logout(&mut self, name: &str) {
        let notes = self.loan_notes(name);
        let Some(account) = self.accounts.get_mut(name) else {
            return self.send(Event::Failed(unknown_account(name)));
        };
        let (session, is_stored) = (account.session.take(), account.is_stored);
        let count = account.node_count();
        let left = account.tree.take();
        account.arriving = None;
        account.names.forget();
        account.attempt += 1;
        account.following.stop();
        let kept_file = account.following.kept_file();
        let (config, settings) = (self.config.clone(), account.config.clone());
        let email = Some(account.config.email.clone());
        self.let_go(left, count);
        self.cancel_account(name);
        self.forget_review(name);
        self.set_state(name, AccountState::NeedsPassword { email, problem: None });
        let (folders, name) = (self.config.folders.clone(), name.to_owned());
        let what = format!("end the session of \"{name}\"");
        let broken = AccountDone::LoggedOut(Err(problem::broke_down(&what)), Vec::new());
        self.jobs.start_kept(Done::Account(name.clone(), broken), async move {
            let (ended, still_lent) = leave(config, settings, session, notes).await;
            let ended = ended.map_err(|error| problem::of_api(&what, &error));
            let account = name.clone();
            let held = kept_file.lock_owned().await;
            let removed = blocking(move || {
                let _held = held;
                if let Err(problem) = account_files::forget_file_list(&folders, &account) {
                    tracing::warn!(problem.message, "cannot remove the kept file list");
                }
                match account_files::forget_login(&folders, &account) {
                    Err(problem) if is_stored => Err(problem),
                    Ok(()) | Err(_) => Ok(()),
                }
            });
            let removed = removed.await;
            let ended = ended.and_then(|other| removed.map(|()| other));
            Done::Account(name, AccountDone::LoggedOut(ended, still_lent))
        });
    }

    /// Tells how it went; what is shown last is what the user has to know.
    pub(super) fn logged_out(
        &mut self,
        name: &str,
        ended: Result<Option<OtherHolder>, Problem>,
        lent: &[LentFile],
    ) {
        self.send(match ended {
            Ok(None) => Event::Done { text: format!("logged out of {name}") },
            Ok(Some(other)) => Event::Done { text: format!("forgot the login of {name}; {other}") },
            Err(problem) => Event::Failed(problem),
        });
        if !lent.is_empty() {
            let hint = "The next login removes it; or remove it yourself at https://mega.nz.";
            self.send(Event::Failed(problem::of_standing_loans(name, lent, hint)));
        }
    }
}

/// Ends the loans, then the session: nobody could end them after it. Returns the files that still have a link.
async fn leave(
    config: Config,
    settings: config::Account,
    session: Option<Session>,
    notes: LoanNotes,
) -> (Result<Option<OtherHolder>, ApiError>, Vec<LentFile>) {
    let ended = match session {
        Some(session) => {
            session.end_all_loans().await;
            end(config, settings, session).await
        }
        None => Ok(None),
    };
    let lent = blocking(move || notes.files()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for loans that were left");
        Vec::new()
    });
    (ended, lent)
}

/// Ends a session, unless a copy of the account goes on with it: that would be logged out, too. Returns that copy.
async fn end(
    mut config: Config,
    settings: config::Account,
    session: Session,
) -> Result<Option<OtherHolder>, ApiError> {
    let stored = session.stored();
    let other = blocking(move || {
        // The copy may be younger than the screen.
        if let Err(error) = config.read_again() {
            tracing::warn!(%error, "cannot look for a remote that was added meanwhile");
        }
        other_holder(&config, &settings, &stored)
    });
    match other.await {
        None => session.logout().await.map(|()| None),
        other => Ok(other),
    }
}
