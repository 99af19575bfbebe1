//! Opening an account from the command line: the stored session first; a password only where somebody can be asked or
//! the environment has one; the one-time code when the server wants it. It never logs in twice for one failure.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::context::Context;
use super::output::Failure;
use super::terminal;
use crate::api::client::Client;
use crate::api::http::HttpTransport;
use crate::api::transport::Transport;
use crate::config::Account;
use crate::config::environment::withhold_secrets;
use crate::message::{Problem, ProblemKind};
use crate::secret::Secret;
use crate::session::{LoginError, Session};
use crate::store::credentials::CredentialsError;
use crate::store::loans::LoanNotes;
use crate::store::tree_cache::TreeCache;
use crate::tree::Tree;
use crate::worker::connect::{self, StoredLoginError};
use crate::worker::problem;

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
    let mut opened = Opened { name: name.to_owned(), session, tree };
    if !context.options.dry_run {
        opened.end_left_loans().await;
    }
    Ok(opened)
}

/// Returns where it is noted what an account lends.
pub(crate) fn loan_notes(context: &Context, account: &Account) -> LoanNotes {
    match account.password {
        None => LoanNotes::in_folder(&context.config.folders.loans(&account.name)),
        Some(_) => LoanNotes::none(),
    }
}

impl Opened {
    /// Ends what a killed process lent of the account; returns how many links that were removed.
    pub(crate) async fn end_left_loans(&mut self) -> usize {
        let updates = self.session.end_left_loans().await;
        let count = updates.len();
        for update in updates {
            self.tree.apply_own(update);
        }
        count
    }
}

/// Opens an account without listing it.
pub(crate) async fn session(context: &Context, name: &str) -> Result<Session, Failure> {
    let account = context.config.account(name)?;
    let client = client(context, account)?;
    let session = match &account.password {
        Some(password) => log_in(context, &client, &account.email, password, None).await?,
        None => match resume(context, &client, account).await? {
            Resumed::Session(session) => session,
            Resumed::Ended => {
                ask_and_log_in(context, &client, account, "the session was ended elsewhere").await?
            }
            Resumed::Nothing => ask_and_log_in(context, &client, account, "no login is stored").await?,
        },
    };
    Ok(session.noting_loans(loan_notes(context, account)))
}

/// Goes on with the stored session of an account, `None` where none is stored or it has ended. Asks for no password.
pub(crate) async fn stored(context: &Context, account: &Account) -> Result<Option<Session>, Failure> {
    let client = client(context, account)?;
    match resume(context, &client, account).await? {
        Resumed::Session(session) => Ok(Some(session.noting_loans(loan_notes(context, account)))),
        Resumed::Ended | Resumed::Nothing => Ok(None),
    }
}

/// Makes a client for the account's server.
pub(crate) fn client(context: &Context, account: &Account) -> Result<Client, Failure> {
    let give_up = context.options.max_wait.unwrap_or(context.patience);
    Ok(connect::client(&context.config, account, transport(context), context.waits.sink(), Some(give_up))?)
}

/// Makes a client for the server that the account has of its own, else for MEGA's, whatever this run is told to talk to.
pub(crate) fn client_of_own_server(context: &Context, account: &Account) -> Result<Client, Failure> {
    let give_up = context.options.max_wait.unwrap_or(context.patience);
    let mut config = context.config.clone();
    config.api_url = None;
    Ok(connect::client(&config, account, transport(context), context.waits.sink(), Some(give_up))?)
}

/// Makes a client for public links: of the server that is configured, for nobody.
pub(crate) fn anonymous(context: &Context) -> Result<Client, Failure> {
    let nobody = Account {
        name: String::new(),
        email: String::new(),
        api_url: None,
        passphrase: false,
        password: None,
    };
    client(context, &nobody)
}

/// Returns the way to the servers: HTTPS, but for the demo.
pub(crate) fn transport(context: &Context) -> Arc<dyn Transport> {
    match &context.transport {
        Some(transport) => Arc::clone(transport),
        None => Arc::new(HttpTransport::new()),
    }
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
    let mut codes = 0;
    loop {
        match Session::login(client, email, password, code.as_ref()).await {
            Ok(session) => return Ok(session),
            Err(LoginError::CodeNeeded) if code.is_none() => {}
            Err(error @ LoginError::WrongCode) if is_code_asked(context) && codes < MAX_CODES => {
                context.messages.problem(&login_problem(email, &error));
            }
            Err(error) => return Err(login_problem(email, &error).into()),
        }
        code = match first_code.take() {
            Some(code) => Some(code),
            None => Some(one_time_code(context, email).await?),
        };
        codes += 1;
    }
}

/// Seals and stores a session, so that later commands need no password.
pub(crate) async fn store(
    context: &Context,
    account: &Account,
    session: &Session,
    passphrase: Option<Secret>,
) -> Result<(), Failure> {
    let (stored, folders, name) = (session.stored(), context.config.folders.clone(), account.name.clone());
    let written =
        tokio::task::spawn_blocking(move || connect::store(&stored, &folders, &name, passphrase.as_ref()));
    let written = written.await.unwrap_or(Err(CredentialsError::Sealed));
    written.map_err(|error| problem::of_credentials(&account.name, &error).into())
}

/// Returns the passphrase of an account's sealed login: from the command that prints it, else asked for.
pub(crate) async fn passphrase(context: &Context, account: &str) -> Result<Secret, Failure> {
    if let Some(command) = passphrase_command(context) {
        return command_output(&command).await;
    }
    if !terminal::is_attended() {
        return Err(stored_problem(account, &CredentialsError::PassphraseNeeded));
    }
    let hidden = terminal::Hidden::begin()?;
    context.messages.prompt(&format!("Passphrase of the remote \"{account}\": "));
    hidden.secret().await
}

fn passphrase_command(context: &Context) -> Option<String> {
    let variable = || context.environment.text("MEGAPANE_PASSPHRASE_COMMAND");
    context.options.passphrase_command.clone().or_else(variable)
}

/// Returns whether passphrases are typed: there is a terminal, and no command that prints them.
pub(crate) fn is_passphrase_asked(context: &Context) -> bool {
    passphrase_command(context).is_none() && terminal::is_attended()
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
    let mut program = Command::new(shell);
    withhold_secrets(program.as_std_mut());
    let child = program.args([flag, command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
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
    let mut problem = problem::of_login(email, error);
    if matches!(error, LoginError::CodeNeeded) {
        "Give --2fa CODE or --2fa-command COMMAND, or run it on a terminal.".clone_into(&mut problem.hint);
    }
    problem
}

/// Fetches the list of nodes.
pub(crate) async fn list(context: &Context, name: &str, session: &Session) -> Result<Tree, Failure> {
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
    let account = context.config.account(name)?;
    let cache = connect::tree_cache(&context.config.folders, account, session);
    let current = connect::current_tree(session, cache.clone(), progress, None).await;
    let current = current
        .map_err(|error| Failure::from(problem::of_api(&format!("list the remote \"{name}\""), &error)))?;
    match cache.filter(|_| current.is_worth_keeping) {
        Some(cache) => Ok(kept(cache, current.tree).await?),
        None => Ok(current.tree),
    }
}

/// Keeps a tree for the next command. One that cannot be kept costs that command a listing, no more.
async fn kept(cache: TreeCache, tree: Tree) -> Result<Tree, Failure> {
    let keeping = tokio::task::spawn_blocking(move || {
        if let Err(error) = cache.save(&tree) {
            tracing::warn!(%error, "cannot keep the file list");
        }
        tree
    });
    keeping.await.map_err(|_stopped| Failure::interrupted())
}

/// How far the stored login of an account leads.
enum Resumed {
    Session(Session),
    /// It was ended elsewhere.
    Ended,
    /// There is none.
    Nothing,
}

async fn resume(context: &Context, client: &Client, account: &Account) -> Result<Resumed, Failure> {
    let folders = &context.config.folders;
    if !folders.credentials(&account.name).exists() {
        return Ok(Resumed::Nothing);
    }
    let mut attempt = 1;
    loop {
        let passphrase =
            if account.passphrase { Some(passphrase(context, &account.name).await?) } else { None };
        return match connect::resume(client, folders, &account.name, passphrase.as_ref()).await {
            Ok(session) => Ok(Resumed::Session(session)),
            Err(StoredLoginError::Credentials(CredentialsError::None)) => Ok(Resumed::Nothing),
            Err(StoredLoginError::Login(LoginError::SessionEnded)) => Ok(Resumed::Ended),
            Err(StoredLoginError::Login(error)) => Err(login_problem(&account.email, &error).into()),
            Err(StoredLoginError::Credentials(CredentialsError::WrongPassphrase))
                if is_passphrase_asked(context) && attempt < MAX_PASSPHRASES =>
            {
                context.messages.print("megapane: the passphrase is wrong: enter it again");
                attempt += 1;
                continue;
            }
            Err(StoredLoginError::Credentials(error)) => Err(stored_problem(&account.name, &error)),
        };
    }
}

/// Says why a stored login does not open, and what to type about it.
fn stored_problem(account: &str, error: &CredentialsError) -> Failure {
    let mut problem = problem::of_credentials(account, error);
    problem.hint = match error {
        CredentialsError::Exposed { path } => format!(
            "`chmod 600 '{}'` closes it; then `megapane config reconnect {account}`, in case somebody read it.",
            path.display()
        ),
        CredentialsError::None | CredentialsError::Sealed => {
            format!("`megapane config reconnect {account}` logs in anew.")
        }
        CredentialsError::WrongPassphrase => {
            format!("Try again; `megapane config reconnect {account}` logs in anew, with another passphrase.")
        }
        CredentialsError::PassphraseNeeded => {
            "Run it on a terminal, or give --passphrase-command.".to_owned()
        }
        CredentialsError::Io { .. } => problem.hint,
    };
    problem.into()
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
    let hidden = terminal::Hidden::begin()?;
    context.messages.prompt(&format!("Password of {}: ", account.email));
    let password = hidden.secret().await?;
    let session = log_in(context, client, &account.email, &password, None).await?;
    let passphrase = if account.passphrase { Some(passphrase(context, &account.name).await?) } else { None };
    if let Err(failure) = store(context, account, &session, passphrase).await {
        let _ = session.logout().await; // nobody could go on with it
        return Err(failure);
    }
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
    loop {
        context.messages.prompt(&format!("One-time code of {email}: "));
        let code = terminal::line().await?;
        if !code.trim().is_empty() {
            return Ok(Secret::from(code.trim()));
        }
    }
}

/// A code is asked for at most this often: once is a slip, three times is not.
const MAX_CODES: u32 = 3;

/// So often is a passphrase typed.
const MAX_PASSPHRASES: u32 = 3;

/// A list that takes longer is worth a line.
const TELL_AFTER: Duration = Duration::from_secs(2);

const MB: u64 = 1_000_000;
