//! Another login for a remote that there is: the wizard's "Edit". The new one takes the place of the old one, whose session
//! then ends; what is kept under the remote's name stays, unless it is another account from now on. It asks nothing.

use super::super::context::Context;
use super::super::login;
use super::super::output::Failure;
use super::wizard::unless;
use super::{log_out, tell_holder, tell_standing_loans};
use crate::config::Account;
use crate::secret::Secret;
use crate::session::{LoginError, Session, StoredSession};
use crate::store::credentials::{self, Opener};
use crate::worker::shared_login::other_holder;
use crate::worker::{account_change, connect, problem};

/// Gives `old` the settings of `account`, which has its name, and the login `session`, sealed by the passphrase or the key
/// file. Where that fails the remote is as it was, and the new session lives on.
pub(super) async fn replace(
    context: &mut Context,
    old: &Account,
    account: &Account,
    session: &Session,
    passphrase: Option<&Secret>,
) -> Result<(), Failure> {
    context.config.read_again()?; // another process may have copied the remote meanwhile
    let (before, stored) = (old_login(context, old, passphrase), session.stored());
    let holder = before.as_ref().and_then(|before| other_holder(&context.config, old, before));
    let reached = reached(context, old);
    let is_another = if let Some(before) = &before {
        before.user != stored.user
    } else {
        let is_elsewhere = ![&old.api_url, &reached.api_url].contains(&&account.api_url);
        !old.email.eq_ignore_ascii_case(&account.email) || is_elsewhere
    };
    let old_session = match &before {
        Some(before) if is_another || holder.is_none() => resumed(context, &reached, before).await?,
        Some(_) | None => None,
    };
    if let Some(session) = old_session.as_ref().filter(|_| is_another) {
        // Nothing that the remote is from now on could end what the old account lends.
        tokio::select! {
            () = session.end_all_loans() => {}
            () = context.stop.cancelled() => return Err(Failure::interrupted()),
        }
    }
    let problems =
        account_change::replace_login(&mut context.config, account, is_another, |folders, name| {
            let sealed = connect::store(&stored, folders, name, passphrase);
            sealed.map_err(|error| problem::of_credentials(&account.name, &error))
        })?;
    for problem in problems {
        context.messages.notice(&problem.message);
    }
    if is_another {
        tell_standing_loans(context, &old.name);
    }
    match (holder, old_session) {
        (Some(holder), _) => tell_holder(&context.messages, &holder),
        (None, Some(session)) => {
            // A session that cannot be ended in time is no reason to undo what is done.
            tokio::select! {
                () = log_out(&context.messages, &session) => {}
                () = context.stop.cancelled() => {}
            }
        }
        (None, None) => {}
    }
    Ok(())
}

/// The old remote with the server that its login was for: its own, else the one that this run is told to talk to.
fn reached(context: &Context, old: &Account) -> Account {
    let api_url = old.api_url.clone().or_else(|| context.config.api_url.clone());
    Account { api_url, ..old.clone() }
}

/// Returns what is stored of the old login, where the key file or the passphrase that was just given opens it.
fn old_login(context: &Context, old: &Account, passphrase: Option<&Secret>) -> Option<StoredSession> {
    let folders = &context.config.folders;
    let key = folders.key_file();
    let openers = [Some(Opener::KeyFile(&key)), passphrase.map(Opener::Passphrase)];
    let path = folders.credentials(&old.name);
    let login = openers.into_iter().flatten().find_map(|opener| credentials::load(&path, opener).ok())?;
    Some(StoredSession { blob: login.session, user: login.user.parse().ok()? })
}

/// Goes on with the old session, to end it and what it lends. `None` where it has ended already; one that cannot be reached
/// is told, and lives on.
async fn resumed(
    context: &Context,
    old: &Account,
    before: &StoredSession,
) -> Result<Option<Session>, Failure> {
    let client = login::client_of_own_server(context, old)?;
    match unless(&context.stop, async { Ok(Session::resume(&client, before).await) }).await? {
        Ok(session) => Ok(Some(session.noting_loans(login::loan_notes(context, old)))),
        Err(LoginError::SessionEnded) => Ok(None),
        Err(error) => {
            let problem = login::login_problem(&old.email, &error);
            context.messages.notice(&format!("not logged out: {problem}"));
            Ok(None)
        }
    }
}
