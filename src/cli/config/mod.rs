//! `config`: the remotes. Without a further word it asks the questions of `rclone config`; with one it is for scripts.
//! Whatever adds a remote logs in first and saves only what works.

mod create;
mod import;
mod questions;
mod rclone_file;
mod show;
mod wizard;

use clap::{Args, Subcommand};

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Messages, Outcome};
use super::{leftovers, login, quantity};
use crate::config::{Account, ConfigError};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::credentials;
use crate::store::review::ReviewFile;
use crate::store::tree_cache::TreeCache;
use crate::worker::problem;

/// Add, show and delete remotes.
///
/// Without a further word it asks, as `rclone config` does. A remote is saved only after it has logged in. The password
/// is never stored: what is kept is a session, sealed by a key file or by a passphrase.
///
/// The file config.toml may also say what becomes of the screen's transfers when its terminal goes away: with
/// `on_hangup = "continue"`, which is how it is anyway, they go on to their end without it, and the log says how that was;
/// with `on_hangup = "stop"` they stop where they are, and the next start asks whether to go on.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

/// What to do without questions.
#[derive(Subcommand, Debug)]
enum Action {
    Create(create::CreateArgs),
    Reconnect(create::ReconnectArgs),
    ImportRclone(import::RcloneArgs),
    ImportSession(import::SessionArgs),
    Show(show::ShowArgs),
    List(show::ListArgs),
    Delete(DeleteArgs),
}

/// Log out and forget a remote, with the parts of its unfinished transfers.
///
/// A link that a copy to another account was cut off from removing goes first. Where it cannot, it is named: it stays until
/// you remove it at mega.nz, or until a remote of this name opens the account again.
#[derive(Args, Debug)]
struct DeleteArgs {
    /// Its name
    name: String,
}

/// Runs the command.
pub(crate) async fn run(args: ConfigArgs, context: &mut Context) -> Outcome {
    match args.action {
        None => wizard::run(context).await,
        Some(Action::Create(args)) => create::run(args, context).await,
        Some(Action::Reconnect(args)) => create::reconnect(args, context).await,
        Some(Action::ImportRclone(args)) => import::run_rclone(args, context).await,
        Some(Action::ImportSession(args)) => import::run_session(args, context).await,
        Some(Action::Show(args)) => show::run(&args, context),
        Some(Action::List(args)) => show::list(&args, context),
        Some(Action::Delete(args)) => {
            delete(context, args.name.trim_end_matches(':')).await?;
            Ok(ExitCode::Success)
        }
    }
}

/// Ends the session on the server where that can be done without asking, and before it what the account lends; then forgets
/// the remote.
async fn delete(context: &mut Context, name: &str) -> Result<(), Failure> {
    let account = stored_account(context, name)?;
    match login::stored(context, &account).await {
        Ok(Some(session)) => {
            session.end_all_loans().await;
            log_out(&context.messages, &session).await;
        }
        Ok(None) => {}
        Err(Failure::Problem(problem)) => context.messages.notice(&format!("not logged out: {problem}")),
        Err(failure @ Failure::BrokenPipe) => return Err(failure),
    }
    let path = context.config.folders.credentials(&account.name);
    credentials::remove(&path).map_err(|error| problem::of_credentials(&account.name, &error))?;
    if let Err(error) = TreeCache::remove(&context.config.folders.tree_cache(&account.name)) {
        context.messages.notice(&problem::of_io("remove its kept file list", &error).message);
    }
    if let Err(error) = ReviewFile::remove(&context.config.folders.review(&account.name)) {
        let problem = problem::of_io("remove its decisions about duplicates", &error);
        context.messages.notice(&problem.message);
    }
    if let Err(error) = leftovers::forget(&context.config.folders, &account.name) {
        let problem = problem::of_io("remove what its unfinished transfers left", &error);
        context.messages.notice(&problem.message);
    }
    forget_loans(context, &account);
    context.config.remove(&account.name)?;
    Ok(())
}

/// Forgets what the account lent. Where a link is left its note stays, too: a new remote of that name ends it.
fn forget_loans(context: &Context, account: &Account) {
    let (notes, name) = (login::loan_notes(context, account), &account.name);
    let forgotten = notes.files().and_then(|left| match &left[..] {
        [] => notes.remove(),
        left => {
            let hint = format!(
                "Remove it at https://mega.nz; or `megapane config create {name}` again: the next command that opens it \
                 removes the link, whose note stays for that."
            );
            context.messages.problem(&problem::of_standing_loans(name, left, hint));
            Ok(())
        }
    });
    if let Err(error) = forgotten {
        context.messages.notice(&problem::of_io("remove its notes of loans", &error).message);
    }
}

/// Returns an account of the file; those of the environment cannot be changed here.
fn stored_account(context: &Context, name: &str) -> Result<Account, Failure> {
    let account = context.config.account(name)?.clone();
    if account.password.is_some() {
        return Err(ConfigError::FromEnvironment { name: account.name }.into());
    }
    Ok(account)
}

/// Ends a session on the server; one that cannot be ended is told and stops nothing.
async fn log_out(messages: &Messages, session: &Session) {
    if let Err(error) = session.logout().await {
        messages.notice(&problem::of_api("log out", &error).message);
    }
}

/// Returns one line about whose account it is and how full: the proof that the login works.
async fn greeting(session: &Session) -> Result<String, Failure> {
    let profile =
        session.profile().await.map_err(|error| problem::of_api("ask who the account is", &error))?;
    let quota = session.quota().await.map_err(|error| problem::of_api("ask for the storage", &error))?;
    let who =
        if profile.name.is_empty() { profile.email } else { format!("{} <{}>", profile.name, profile.email) };
    let (used, total) = (quantity::size_with_unit(quota.used), quantity::size_with_unit(quota.total));
    Ok(format!("Logged in as {who}: {used} of {total} used."))
}

/// Saves a remote that has logged in: first its session, then its row, so that a row always has what it needs.
async fn save(
    context: &mut Context,
    account: Account,
    session: &Session,
    passphrase: Option<Secret>,
) -> Result<(), Failure> {
    login::store(context, &account, session, passphrase).await?;
    let name = account.name.clone();
    if let Err(error) = context.config.add(account) {
        // A row that cannot be written must not leave a login behind.
        let _ = credentials::remove(&context.config.folders.credentials(&name));
        return Err(error.into());
    }
    Ok(())
}
