//! `config create` and `config reconnect`: logging in without questions, for scripts. The password comes from stdin, a
//! command or, on a terminal, a prompt, and never from an argument.

use std::io::Read;

use clap::Args;
use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::{Failure, Outcome};
use super::super::{login, terminal};
use super::{greeting, log_out, save, stored_account};
use crate::config::{self, Account, ConfigError};
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

/// Where the password comes from.
#[derive(Args, Debug)]
struct PasswordArgs {
    /// Read the password from standard input, one line
    #[arg(long, conflicts_with = "password_command")]
    password_stdin: bool,

    /// Command that prints the password
    #[arg(long, value_name = "COMMAND")]
    password_command: Option<String>,
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
    config::check_name(&account.name)?;
    if context.config.account(&account.name).is_ok() {
        return Err(ConfigError::NameTaken { name: account.name }.into());
    }
    let client = login::client(context, &account)?;
    let password = password(context, &args.password, &account.email).await?;
    let passphrase = new_passphrase(context, &account).await?;
    let session = login::log_in(context, &client, &account.email, &password, None).await?;
    let saved = match greeting(&session).await {
        Ok(greeting) => save(context, account, &session, passphrase).await.map(|()| greeting),
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
    let client = login::client(context, &account)?;
    let password = password(context, &args.password, &account.email).await?;
    let passphrase = new_passphrase(context, &account).await?;
    let session = login::log_in(context, &client, &account.email, &password, None).await?;
    login::store(context, &account, &session, passphrase).await?;
    let greeting = greeting(&session).await?;
    context.messages.notice(&greeting);
    Ok(ExitCode::Success)
}

async fn new_passphrase(context: &Context, account: &Account) -> Result<Option<Secret>, Failure> {
    if account.passphrase { login::passphrase(context, &account.name).await.map(Some) } else { Ok(None) }
}

async fn password(context: &Context, args: &PasswordArgs, email: &str) -> Result<Secret, Failure> {
    if let Some(command) = &args.password_command {
        return login::command_output(command).await;
    }
    if args.password_stdin {
        return password_from_stdin();
    }
    if !terminal::is_attended() {
        return Err(Failure::new(
            ProblemKind::Login,
            format!("cannot log in as {email}: there is no terminal to ask for the password"),
            "Give --password-stdin or --password-command COMMAND.",
        ));
    }
    let hidden = terminal::Hidden::begin()?;
    context.messages.prompt(&format!("Password of {email}: "));
    hidden.secret().await
}

/// The first line, exactly: spaces may be part of a password.
fn password_from_stdin() -> Result<Secret, Failure> {
    let refused = |why: &str| {
        let message = format!("cannot read the password from standard input: {why}");
        Failure::new(ProblemKind::Login, message, "Pipe it in, one line.")
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD_BYTES));
    let read = std::io::stdin().lock().take(MAX_PASSWORD_BYTES as u64).read_to_end(&mut bytes);
    read.map_err(|error| refused(&error.to_string()))?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok("") => Err(refused("it is empty")),
        Ok(line) => Ok(Secret::from(line)),
        Err(error) => Err(refused(&error.to_string())),
    }
}

/// Room for any password; the buffer never grows, so no copies are left behind.
const MAX_PASSWORD_BYTES: usize = 16 * 1024;
