//! `config create` and `config reconnect`: logging in without questions, for scripts. The password comes from stdin, a
//! command or, on a terminal, a prompt, and never from an argument.

use clap::Args;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::{Failure, Outcome};
use super::super::password::PasswordArgs;
use super::super::{login, terminal};
use super::{greeting, log_out, save, stored_account};
use crate::config::Account;
use crate::message::ProblemKind;
use crate::secret::Secret;

/// Log in and save a new remote.
///
/// Logs in at once and saves only what works. Nothing is asked without a terminal. The one-time code comes from --2fa
/// or --2fa-command when the server asks for one; --api-url makes the remote one of that server for good.
///
/// Examples:
///   pass show mega | megapane config create work --user me@example.com --password-stdin
///   megapane config create work --user me@example.com --password-command 'pass show mega'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct CreateArgs {
    /// The name that stands before the colon of name:path
    name: String,

    /// The account's e-mail
    #[arg(long, value_name = "EMAIL")]
    user: String,

    #[command(flatten)]
    password: PasswordArgs,

    /// Seal the login by a passphrase, from --passphrase-command or asked for
    #[arg(long)]
    passphrase: bool,
}

/// Log in again with a remote whose session has ended.
#[derive(Args, Debug)]
pub(super) struct ReconnectArgs {
    /// Its name
    name: String,

    #[command(flatten)]
    password: PasswordArgs,
}

/// Runs `config create`.
pub(super) async fn run(args: CreateArgs, context: &mut Context) -> Outcome {
    let account = Account {
        name: args.name.trim_end_matches(':').to_owned(),
        email: args.user,
        api_url: context.options.api_url.clone(),
        passphrase: args.passphrase || context.options.passphrase_command.is_some(),
        password: None,
    };
    context.config.require_free(&account.name)?;
    if context.options.dry_run {
        let Account { name, email, .. } = &account;
        context.messages.notice(&format!("Would log in as {email} and save that as the remote \"{name}\""));
        return Ok(ExitCode::Success);
    }
    let client = login::client(context, &account)?;
    let password = password(context, &args.password, &account.email).await?;
    let passphrase = new_passphrase(context, &account).await?;
    let session = login::log_in(context, &client, &account.email, &password, None).await?;
    let saved = match greeting(&session).await {
        Ok(greeting) => save(context, &account, &session, passphrase.as_ref()).map(|()| greeting),
        Err(failure) => Err(failure),
    };
    match saved {
        Ok(greeting) => context.messages.notice(&greeting),
        Err(failure) => {
            log_out(&context.messages, &session).await;
            return Err(failure);
        }
    }
    Ok(ExitCode::Success)
}

/// Runs `config reconnect`.
pub(super) async fn reconnect(args: ReconnectArgs, context: &mut Context) -> Outcome {
    let account = stored_account(context, args.name.trim_end_matches(':'))?;
    if context.options.dry_run {
        let Account { name, email, .. } = &account;
        context.messages.notice(&format!("Would log in again as {email} for the remote \"{name}\""));
        return Ok(ExitCode::Success);
    }
    let client = login::client(context, &account)?;
    let password = password(context, &args.password, &account.email).await?;
    let passphrase = new_passphrase(context, &account).await?;
    let session = login::log_in(context, &client, &account.email, &password, None).await?;
    if let Err(failure) = login::store(context, &account, &session, passphrase).await {
        log_out(&context.messages, &session).await; // nobody could go on with it
        return Err(failure);
    }
    let greeting = greeting(&session).await?;
    context.messages.notice(&greeting);
    Ok(ExitCode::Success)
}

/// Returns the passphrase that a login is to be sealed with. Typed blind it is typed twice.
async fn new_passphrase(context: &Context, account: &Account) -> Result<Option<Secret>, Failure> {
    if !account.passphrase {
        return Ok(None);
    }
    if !login::is_passphrase_asked(context) {
        return login::passphrase(context, &account.name).await.map(Some);
    }
    loop {
        let prompt = format!("New passphrase of the remote \"{}\": ", account.name);
        let passphrase = ask_hidden(context, &prompt).await?;
        if passphrase.is_empty() {
            context.messages.print("megapane: an empty passphrase seals nothing: enter one");
        } else if ask_hidden(context, "The same passphrase again: ").await? == passphrase {
            return Ok(Some(passphrase));
        } else {
            context.messages.print("megapane: the passphrases do not match: enter them again");
        }
    }
}

async fn ask_hidden(context: &Context, prompt: &str) -> Result<Secret, Failure> {
    let hidden = terminal::Hidden::begin()?;
    context.messages.prompt(prompt);
    hidden.secret().await
}

async fn password(context: &Context, args: &PasswordArgs, email: &str) -> Result<Secret, Failure> {
    if let Some(password) = args.given().await? {
        return Ok(password);
    }
    if !terminal::is_attended() {
        return Err(Failure::new(
            ProblemKind::Login,
            format!("cannot log in as {email}: there is no terminal to ask for the password"),
            "Give --password-stdin or --password-command COMMAND.",
        ));
    }
    ask_hidden(context, &format!("Password of {email}: ")).await
}
