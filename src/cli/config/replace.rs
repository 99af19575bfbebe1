//! Another login for a remote that there is: the wizard's "Edit". The new one takes the place of the old one, whose session
//! then ends; what is kept under the remote's name stays, unless it is another account from now on. It asks nothing.

use super::super::context::Context;
use super::super::login;
use super::super::output::Failure;
use super::{log_out, tell_holder};
use crate::config::Account;
use crate::secret::Secret;
use crate::session::{Session, StoredSession};
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
    let (before, stored) = (old_login(context, old, passphrase), session.stored());
    let holder = before.as_ref().and_then(|before| other_holder(&context.config, old, before));
    let is_another = match &before {
        Some(before) => before.user != stored.user,
        None => !old.email.eq_ignore_ascii_case(&account.email) || old.api_url != account.api_url,
    };
    let problems =
        account_change::replace_login(&mut context.config, account, is_another, |folders, name| {
            let sealed = connect::store(&stored, folders, name, passphrase);
            sealed.map_err(|error| problem::of_credentials(&account.name, &error))
        })?;
    for problem in problems {
        context.messages.notice(&problem.message);
    }
    match (before, holder) {
        (Some(_), Some(holder)) => tell_holder(&context.messages, &holder),
        (Some(before), None) => end(context, old, &before).await,
        (None, _) => {}
    }
    Ok(())
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

/// Ends the old session on the server. One that ended before is fine; one that cannot be reached is told.
async fn end(context: &Context, old: &Account, before: &StoredSession) {
    let Ok(client) = login::client(context, old) else { return };
    let stop = context.stop.clone();
    let ending = async {
        if let Ok(session) = Session::resume(&client, before).await {
            log_out(&context.messages, &session).await;
        }
    };
    tokio::select! {
        () = ending => {}
        () = stop.cancelled() => {}
    }
}
