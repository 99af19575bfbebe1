//! `config import-rclone` and `config import-session`: the login that another program has, taken over without a new one.
//! What is taken is tried first, and only what works is saved.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::{Failure, Outcome};
use super::super::password::line_from_stdin;
use super::super::{login, terminal};
use super::rclone_file::{Remote, Unreadable, remotes};
use super::{greeting, log_out, save};
use crate::api::client::Client;
use crate::config::{self, Account, ConfigError};
use crate::crypto::key::MasterKey;
use crate::crypto::obscured::reveal;
use crate::crypto::session_id::{self, SessionId};
use crate::handle::base64_decode;
use crate::message::{Problem, ProblemKind};
use crate::secret::Secret;
use crate::session::{LoginError, Session, StoredSession};
use crate::worker::problem;

/// Take over the MEGA remotes of rclone, without logging in where rclone has a session.
///
/// Reads rclone.conf: FILE, or where rclone has it. Its session is used where there is one that lives, else its password
/// to log in once. Remotes whose names are taken here are left alone. A session that is taken over is one and the same
/// for both programs: `config delete` ends it for rclone, too. An encrypted rclone.conf is read by rclone itself:
///
///   rclone config show | megapane config import-rclone -
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct RcloneArgs {
    /// The file; - reads it from standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Only the remote of this name
    #[arg(long, value_name = "REMOTE")]
    only: Option<String>,
}

/// Take over the session of MEGA's own program (MEGAcmd, `session`), read from standard input.
///
/// The session is one and the same for both programs: `config delete` ends it there, too.
#[derive(Args, Debug)]
pub(super) struct SessionArgs {
    /// The name that stands before the colon of name:path
    name: String,
}

/// Runs `config import-rclone`.
pub(super) async fn run_rclone(args: RcloneArgs, context: &mut Context) -> Outcome {
    let (text, path) = rclone_text(args.file, context)?;
    let found = remotes(&text).map_err(|unreadable| refusal(&path, &unreadable))?;
    let wanted = |remote: &Remote| args.only.as_ref().is_none_or(|only| *only == remote.name);
    let found: Vec<Remote> = found.into_iter().filter(wanted).collect();
    if found.is_empty() {
        let message = format!("\"{}\" has no such remote of type mega", path.display());
        return Err(Failure::new(ProblemKind::Other, message, "`rclone config show` lists what it has."));
    }
    let mut last = None;
    for remote in found {
        if let Err(ConfigError::NameTaken { name }) = context.config.require_free(&remote.name) {
            let same = if name == remote.name { "of that name".to_owned() } else { format!("\"{name}\"") };
            context.messages.notice(&format!("{}: there is a remote {same} already", remote.name));
            continue;
        }
        let name = remote.name.clone();
        let done = if context.options.dry_run {
            config::check_name(&name).map(|()| "would be taken over".to_owned()).map_err(Failure::from)
        } else {
            import(context, remote).await
        };
        match done {
            Ok(line) => context.messages.notice(&format!("{name}: {line}")),
            Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                context.messages.problem(&of_remote(&name, &problem));
                last = Some(problem.kind);
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(last.map_or(ExitCode::Success, ExitCode::from))
}

/// Runs `config import-session`.
pub(super) async fn run_session(args: SessionArgs, context: &mut Context) -> Outcome {
    let account = account(context, args.name.trim_end_matches(':'), String::new())?;
    if context.options.dry_run {
        context.messages.notice(&format!("Would save the session as the remote \"{}\"", account.name));
        return Ok(ExitCode::Success);
    }
    let client = login::client(context, &account)?;
    let text = if terminal::is_attended() {
        let hidden = terminal::Hidden::begin()?;
        context.messages.prompt("Session: ");
        hidden.secret().await?
    } else {
        line_from_stdin("session")?
    };
    let session = adopt_string(&client, text.expose()).await?;
    let line = keep(context, account, &session).await?;
    context.messages.notice(&line);
    Ok(ExitCode::Success)
}

/// Reads rclone's file.
fn rclone_text(file: Option<PathBuf>, context: &Context) -> Result<(Zeroizing<String>, PathBuf), Failure> {
    let path = match file {
        Some(path) => path,
        None => usual_file(context).ok_or_else(|| {
            let message = "there is no rclone.conf where rclone keeps it";
            Failure::new(
                ProblemKind::FileNotFound,
                message,
                "`rclone config file` tells where it is; name it.",
            )
        })?,
    };
    let refused = |error: std::io::Error| {
        Failure::from(problem::of_io(&format!("read \"{}\"", path.display()), &error))
    };
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin().lock()).map_err(refused)?
    } else {
        fs::read_to_string(&path).map_err(refused)?
    };
    Ok((Zeroizing::new(text), path))
}

/// Returns where rclone keeps its file (rclone/rclone `fs/config/config.go`, `makeConfigPath`).
fn usual_file(context: &Context) -> Option<PathBuf> {
    let variable = |name: &str| context.environment.text(name).map(PathBuf::from);
    let home =
        variable("HOME").or_else(|| directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()));
    let folders =
        [variable("XDG_CONFIG_HOME"), variable("APPDATA"), home.as_ref().map(|home| home.join(".config"))];
    let files = folders.into_iter().flatten().map(|folder| folder.join("rclone").join("rclone.conf"));
    let all =
        variable("RCLONE_CONFIG").into_iter().chain(files).chain(home.map(|home| home.join(".rclone.conf")));
    all.into_iter().find(|path| path.is_file())
}

/// Takes one remote over; returns what is said of it.
async fn import(context: &mut Context, remote: Remote) -> Result<String, Failure> {
    let account = account(context, &remote.name, remote.user.clone())?;
    let client = login::client(context, &account)?;
    if let Some((id, key)) = &remote.session {
        match adopt(&client, id, key).await {
            Ok(session) => return keep(context, account, &session).await,
            Err(error) => tracing::info!(%error, "the session of another program does not open"),
        }
    }
    let password = usable_password(&remote)?;
    let password = Secret::from(password.as_str());
    let session = login::log_in(context, &client, &account.email, &password, None).await?;
    match keep(context, account, &session).await {
        Ok(line) => Ok(line),
        Err(failure) => {
            log_out(&context.messages, &session).await;
            Err(failure)
        }
    }
}

/// Returns the password to log in with, or says what is missing for that.
fn usable_password(remote: &Remote) -> Result<Zeroizing<String>, Failure> {
    let revealed = remote.password.as_deref().map(|obscured| reveal(obscured));
    let password = match revealed {
        _ if remote.user.is_empty() => "it has no user",
        Some(Some(password)) => return Ok(password),
        Some(None) => "its password cannot be read",
        None => "it has no password",
    };
    let session = if remote.session.is_some() { "its session has ended" } else { "it has no session" };
    let user = if remote.user.is_empty() { "EMAIL" } else { &remote.user };
    Err(Failure::new(
        ProblemKind::Login,
        format!("cannot be taken over: {session}, and {password}"),
        format!("`megapane config create {} --user {user}` logs in.", remote.name),
    ))
}

/// The problem with the remote's name before it.
fn of_remote(name: &str, problem: &Problem) -> Problem {
    let message = match problem.message.strip_prefix("Cannot ") {
        Some(rest) => format!("{name}: cannot {rest}"),
        None => format!("{name}: {}", problem.message),
    };
    Problem { message, ..problem.clone() }
}

fn account(context: &Context, name: &str, email: String) -> Result<Account, Failure> {
    context.config.require_free(name)?;
    let passphrase = context.options.passphrase_command.is_some();
    let api_url = context.options.api_url.clone();
    Ok(Account { name: name.to_owned(), email, api_url, passphrase, password: None })
}

/// Opens a session by its id and the master key, and makes sure that it can be stored.
async fn adopt(client: &Client, id: &str, key: &str) -> Result<Session, LoginError> {
    let id = <[u8; 43]>::try_from(base64_decode(id)).map_err(|_length| LoginError::SessionEnded)?;
    let key = Zeroizing::new(base64_decode(key.trim_end_matches('=')));
    let key = <[u8; 16]>::try_from(&key[..]).map_err(|_length| LoginError::SessionEnded)?;
    let session = Session::adopt(client, SessionId::from_bytes(id), MasterKey::from_bytes(key)).await?;
    Session::resume(client, &session.stored()).await
}

/// Opens a session by the text that MEGA's own program gives of it: sealed under a key that the server keeps, or in the
/// older form the master key and the id. Source: meganz/sdk `src/megaclient.cpp`, `MegaClient::dumpsession`.
async fn adopt_string(client: &Client, text: &str) -> Result<Session, Failure> {
    let bytes = Zeroizing::new(base64_decode(text.trim()));
    let refused = |error: LoginError| Failure::from(login::login_problem("the session", &error));
    if let Some(id) = session_id::sealed_session_id(&bytes) {
        let user = id.user().ok_or_else(not_a_session)?;
        let stored = StoredSession { blob: bytes.to_vec(), user };
        return Session::resume(client, &stored).await.map_err(refused);
    }
    let (key, id) = bytes.split_first_chunk::<16>().ok_or_else(not_a_session)?;
    let id = <[u8; 43]>::try_from(id).map_err(|_length| not_a_session())?;
    let session = Session::adopt(client, SessionId::from_bytes(id), MasterKey::from_bytes(*key)).await;
    let session = session.map_err(refused)?;
    Session::resume(client, &session.stored()).await.map_err(refused)
}

fn not_a_session() -> Failure {
    let hint = "It is what the command `session` of MEGAcmd prints: 79 or 80 letters.";
    Failure::new(ProblemKind::Usage, "that is no session of MEGA's own program", hint)
}

/// Tries the session and saves it. An account without an e-mail gets that of the session.
async fn keep(context: &mut Context, account: Account, session: &Session) -> Result<String, Failure> {
    let line = greeting(session).await?;
    let account = if account.email.is_empty() {
        let profile = session.profile().await;
        let email = profile.map_err(|error| problem::of_api("ask who the account is", &error))?.email;
        Account { email, ..account }
    } else {
        account
    };
    let passphrase =
        if account.passphrase { Some(login::passphrase(context, &account.name).await?) } else { None };
    save(context, &account, session, passphrase.as_ref())?;
    Ok(line)
}

fn refusal(path: &Path, unreadable: &Unreadable) -> Failure {
    let message = format!("cannot read \"{}\": {unreadable}", path.display());
    let hint = match unreadable {
        Unreadable::Encrypted => {
            "`rclone config show | megapane config import-rclone -` has rclone decrypt it."
        }
        Unreadable::NotIni { .. } => "Name rclone's own file: `rclone config file` tells where it is.",
    };
    Failure::new(ProblemKind::Other, message, hint)
}
