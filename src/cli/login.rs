//! Opening an account from the command line: the stored session first; a password only where somebody can be asked or
//! the environment has one; the one-time code when the server wants it. It never logs in twice for one failure.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::context::Context;
use super::output::Failure;
use super::{problem, terminal};
use crate::api::client::{Client, ClientOptions};
use crate::api::http::HttpTransport;
use crate::api::transport::Transport;
use crate::config::Account;
use crate::message::{Problem, ProblemKind};
use crate::secret::Secret;
use crate::session::{LoginError, Session, StoredSession};
use crate::store::credentials::{self, Credentials, CredentialsError, Opener};
use crate::tree::Tree;

/// An account that is logged in and listed.
pub(crate) struct Opened {
    /// Its name, as in `name:path`.
    pub(crate) name: String,
    /// Its session.
    pub(crate) session: Session,
    /// Its nodes.
    pub(crate) tree: Tree,
}

/// Opens an account and fetches its list of nodes.
pub(crate) async fn open(context: &Context, name: &str) -> Result<Opened, Failure> {
    let session = session(context, name).await?;
    let tree = list(context, name, &session).await?;
    Ok(Opened { name: name.to_owned(), session, tree })
}

/// Opens an account without listing it.
pub(crate) async fn session(context: &Context, name: &str) -> Result<Session, Failure> {
    let account = context.config.account(name)?;
    let client = client(context, account)?;
    if let Some(password) = &account.password {
        return log_in(context, &client, &account.email, password, None).await;
    }
    match stored_session(context, account).await? {
        Some(stored) => match Session::resume(&client, &stored).await {
            Ok(session) => Ok(session),
            Err(LoginError::SessionEnded) => {
                ask_and_log_in(context, &client, account, "the session was ended elsewhere").await
            }
            Err(error) => Err(login_problem(&account.email, &error).into()),
        },
        None => ask_and_log_in(context, &client, account, "no login is stored").await,
    }
}

/// Goes on with the stored session of an account, `None` where none is stored or it has ended. Asks for no password.
pub(crate) async fn stored(context: &Context, account: &Account) -> Result<Option<Session>, Failure> {
    let Some(stored) = stored_session(context, account).await? else { return Ok(None) };
    match Session::resume(&client(context, account)?, &stored).await {
        Ok(session) => Ok(Some(session)),
        Err(LoginError::SessionEnded) => Ok(None),
        Err(error) => Err(login_problem(&account.email, &error).into()),
    }
}

/// Makes a client for the account's server.
pub(crate) fn client(context: &Context, account: &Account) -> Result<Client, Failure> {
    let base = context.config.server(account)?;
    let options = ClientOptions {
        base,
        waits: context.waits.sink(),
        give_up: Some(context.options.max_wait.unwrap_or(PATIENCE)),
    };
    Ok(Client::new(transport()?, options))
}

/// Makes the transport over HTTPS.
pub(crate) fn transport() -> Result<Arc<dyn Transport>, Failure> {
    let http = HttpTransport::new().map_err(|error| problem::cannot("start", &error.advice()))?;
    Ok(Arc::new(http))
}

/// Logs in with a password. Where the server wants the one-time code, `first_code` is tried first, then it is asked for.
pub(crate) async fn log_in(
    context: &Context,
    client: &Client,
    email: &str,
    password: &Secret,
    mut first_code: Option<Secret>,
) -> Result<Session, Failure> {
    let mut code: Option<Secret> = None;
    for attempt in 0.. {
        match Session::login(client, email, password, code.as_ref()).await {
            Ok(session) => return Ok(session),
            Err(LoginError::CodeNeeded) if code.is_none() => {}
            Err(error @ LoginError::WrongCode) if is_code_asked(context) && attempt < MAX_CODES => {
                context.messages.problem(&login_problem(email, &error));
            }
            Err(error) => return Err(login_problem(email, &error).into()),
        }
        code = match first_code.take() {
            Some(code) => Some(code),
            None => Some(one_time_code(context, email).await?),
        };
    }
    unreachable!("every attempt but the last few ends in one of the returns above")
}

/// Seals and stores a session, so that later commands need no password.
pub(crate) async fn store(
    context: &Context,
    account: &Account,
    session: &Session,
    passphrase: Option<Secret>,
) -> Result<(), Failure> {
    let StoredSession { blob, user } = session.stored();
    let sealed = Credentials { session: blob, user: user.to_string() };
    let path = context.config.folders.credentials(&account.name);
    let key = context.config.folders.key_file();
    let name = account.name.clone();
    let written = off_thread(move || {
        let opener = passphrase.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
        credentials::save(&path, &sealed, opener)
    });
    written.await.map_err(|error| problem::credentials(&name, &error).into())
}

/// Returns the passphrase of an account's sealed login: from the command that prints it, else asked for.
pub(crate) async fn passphrase(context: &Context, account: &str) -> Result<Secret, Failure> {
    let variable = context.environment.text("MEGAPANE_PASSPHRASE_COMMAND");
    if let Some(command) = context.options.passphrase_command.as_ref().or(variable.as_ref()) {
        return command_output(command).await;
    }
    if !terminal::is_attended() {
        return Err(problem::credentials(account, &CredentialsError::PassphraseNeeded).into());
    }
    context.messages.prompt(&format!("Passphrase of the remote \"{account}\": "));
    terminal::secret().await
}

/// Runs a command of the user's and returns the first line that it prints.
pub(crate) async fn command_output(command: &str) -> Result<Secret, Failure> {
    let failed = |why: String| {
        Failure::new(
            ProblemKind::Login,
            format!("cannot get a secret from the command `{command}`: {why}"),
            "",
        )
    };
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let child =
        Command::new(shell).args([flag, command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = child.await.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text = zeroize::Zeroizing::new(output.stdout);
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|error| failed(error.to_string()))?;
    if line.is_empty() {
        return Err(failed("it printed nothing".to_owned()));
    }
    Ok(Secret::from(line))
}

/// Says why a login did not work.
pub(crate) fn login_problem(email: &str, error: &LoginError) -> Problem {
    let mut problem = problem::cannot(&format!("log in as {email}"), &error.advice());
    if matches!(error, LoginError::CodeNeeded) {
        "Give --2fa CODE or --2fa-command COMMAND, or run it on a terminal.".clone_into(&mut problem.hint);
    }
    problem
}

async fn list(context: &Context, name: &str, session: &Session) -> Result<Tree, Failure> {
    let started = Instant::now();
    let mut told = false;
    let messages = context.messages.clone();
    let progress = move |received: u64, total: Option<u64>| {
        if !told && started.elapsed() > TELL_AFTER {
            told = true;
            let of = total.map_or(String::new(), |total| format!(" of {}", total / MB));
            messages.notice(&format!("asking for the file list… {}{of} MB", received / MB));
        }
    };
    let listed = session.fetch_tree(progress).await;
    listed.map_err(|error| problem::api(&format!("list the remote \"{name}\""), &error).into())
}

/// Returns what is stored of the account's session, `None` where it never logged in.
async fn stored_session(context: &Context, account: &Account) -> Result<Option<StoredSession>, Failure> {
    let path = context.config.folders.credentials(&account.name);
    if account.passphrase && !path.exists() {
        return Ok(None);
    }
    let passphrase = if account.passphrase { Some(passphrase(context, &account.name).await?) } else { None };
    let key = context.config.folders.key_file();
    let opened = off_thread(move || {
        let opener = passphrase.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
        credentials::load(&path, opener)
    });
    match opened.await {
        Ok(Credentials { session, user }) => {
            let user = user
                .parse()
                .ok()
                .ok_or_else(|| problem::credentials(&account.name, &CredentialsError::Sealed))?;
            Ok(Some(StoredSession { blob: session, user }))
        }
        Err(CredentialsError::None) => Ok(None),
        Err(error) => Err(problem::credentials(&account.name, &error).into()),
    }
}

async fn ask_and_log_in(
    context: &Context,
    client: &Client,
    account: &Account,
    reason: &str,
) -> Result<Session, Failure> {
    if !terminal::is_attended() {
        return Err(Failure::new(
            ProblemKind::Login,
            format!("cannot open the remote \"{}\": {reason}", account.name),
            format!("`megapane config reconnect {}` logs in; it asks for the password.", account.name),
        ));
    }
    context.messages.notice(&format!("{reason}: log in again"));
    context.messages.prompt(&format!("Password of {}: ", account.email));
    let password = terminal::secret().await?;
    let session = log_in(context, client, &account.email, &password, None).await?;
    let passphrase = if account.passphrase { Some(passphrase(context, &account.name).await?) } else { None };
    store(context, account, &session, passphrase).await?;
    Ok(session)
}

fn is_code_asked(context: &Context) -> bool {
    context.options.code.is_none() && context.options.code_command.is_none() && terminal::is_attended()
}

async fn one_time_code(context: &Context, email: &str) -> Result<Secret, Failure> {
    if let Some(code) = &context.options.code {
        return Ok(Secret::from(code.trim()));
    }
    if let Some(command) = &context.options.code_command {
        return command_output(command).await;
    }
    if !terminal::is_attended() {
        return Err(login_problem(email, &LoginError::CodeNeeded).into());
    }
    context.messages.prompt(&format!("One-time code of {email}: "));
    Ok(Secret::from(terminal::line().await?.trim()))
}

/// Runs work that would hold up other tasks: Argon2id, the disk.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CredentialsError> + Send + 'static,
) -> Result<T, CredentialsError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(CredentialsError::Sealed))
}

/// How long a call is tried where the user has not said: long enough for a hiccup, short enough for a script.
const PATIENCE: Duration = Duration::from_secs(60);

/// A code is asked for at most this often: once is a slip, three times is not.
const MAX_CODES: u32 = 3;

/// A list that takes longer is worth a line.
const TELL_AFTER: Duration = Duration::from_secs(2);

const MB: u64 = 1_000_000;
