//! `config`: the remotes. Without a further word it asks the questions of `rclone config`; with one it is for scripts.
//! Whatever adds a remote logs in first and saves only what works.

mod create;
mod import;
mod questions;
mod rclone_file;
mod replace;
mod show;
mod wizard;

use clap::{Args, Subcommand};

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Messages, Outcome};
use super::{login, quantity};
use crate::config::{Account, ConfigError};
use crate::message::ProblemKind;
use crate::secret::Secret;
use crate::session::Session;
use crate::store::loans::LoanNotes;
use crate::worker::shared_login::{OtherHolder, other_holder};
use crate::worker::{account_change, account_files, connect, problem};

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

/// Log out and forget a remote, with what undoes its changes and the parts of its unfinished transfers.
///
/// The session goes on where a copy of the remote has the same. A link that a copy to another account was cut off from
/// removing goes first. Where it cannot, it is named: it stays until you remove it at mega.nz, or until a remote of this
/// name opens the account again.
#[derive(Args, Debug)]
struct DeleteArgs {
    /// Its name
    name: String,
}

/// Runs the command.
pub(crate) async fn run(args: ConfigArgs, context: &mut Context) -> Outcome {
    let Some(action) = args.action else {
        return wizard::run(context).await; // which ends in good order by itself
    };
    let stop = context.stop.clone();
    tokio::select! {
        ended = act(action, context) => ended,
        () = stop.cancelled() => Err(Failure::interrupted()),
    }
}

async fn act(action: Action, context: &mut Context) -> Outcome {
    match action {
        Action::Create(args) => create::run(args, context).await,
        Action::Reconnect(args) => create::reconnect(args, context).await,
        Action::ImportRclone(args) => import::run_rclone(args, context).await,
        Action::ImportSession(args) => import::run_session(args, context).await,
        Action::Show(args) => show::run(&args, context),
        Action::List(args) => show::list(&args, context),
        Action::Delete(args) => {
            delete(context, args.name.trim_end_matches(':')).await?;
            Ok(ExitCode::Success)
        }
    }
}

/// Ends the session on the server where that can be done without asking, and before it what the account lends; then forgets
/// the remote.
async fn delete(context: &mut Context, name: &str) -> Result<(), Failure> {
    let account = stored_account(context, name)?;
    if context.options.dry_run {
        context.messages.notice(&format!(
            "Would log out of \"{}\" and forget it, with what undoes its changes and the parts of its unfinished transfers",
            account.name
        ));
        return Ok(());
    }
    match login::stored(context, &account).await {
        Ok(Some(session)) => {
            session.end_all_loans().await;
            context.config.read_again()?; // another process may have copied the remote meanwhile
            match other_holder(&context.config, &account, &session.stored()) {
                Some(other) => tell_holder(&context.messages, &other),
                None => log_out(&context.messages, &session).await,
            }
        }
        Ok(None) => {}
        Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
            context.messages.notice(&format!("not logged out: {problem}"));
        }
        Err(failure) => return Err(failure),
    }
    forget(context, &account.name)
}

/// Forgets a remote. Its row goes last: until then the same command, given again, finds what is left to do.
fn forget(context: &mut Context, name: &str) -> Result<(), Failure> {
    let mut editing = account_change::begin(&context.config)?; // which removes a login that waits, too
    editing.remove(name)?;
    account_files::forget_login(&context.config.folders, name)?;
    for problem in account_files::forget_all_but_login(&context.config.folders, name) {
        context.messages.notice(&problem.message);
    }
    tell_standing_loans(context, name);
    drop(editing.save(&mut context.config)?);
    Ok(())
}

/// Tells why a session lives on.
fn tell_holder(messages: &Messages, other: &OtherHolder) {
    messages.notice(&other.to_string());
}

/// Tells which links could not be removed. Their notes stay: a new remote of that name ends them.
fn tell_standing_loans(context: &Context, name: &str) {
    match LoanNotes::in_folder(&context.config.folders.loans(name)).files() {
        Ok(left) if left.is_empty() => {}
        Ok(left) => {
            let hint = format!(
                "Remove it at https://mega.nz; or `megapane config create {name}` again: the next command that opens it \
                 removes the link, whose note stays for that."
            );
            context.messages.problem(&problem::of_standing_loans(name, &left, hint));
        }
        Err(error) => context.messages.notice(&problem::of_io("look for loans", &error).message),
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

/// Saves a remote that has logged in. It does not wait in between: nobody can stop it half done.
fn save(
    context: &mut Context,
    account: &Account,
    session: &Session,
    passphrase: Option<&Secret>,
) -> Result<(), Failure> {
    let stored = session.stored();
    account_change::add(&mut context.config, account, |folders| {
        let sealed = connect::store(&stored, folders, &account.name, passphrase);
        sealed.map_err(|error| problem::of_credentials(&account.name, &error))
    })?;
    Ok(())
}
