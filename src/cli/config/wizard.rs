//! `config` on a terminal: the questions and letters of `rclone config`, so that fingers know the way. Unlike there the
//! login is tried at once, the account is shown, and only then anything is saved.

use std::collections::BTreeMap;
use std::fs;

use tokio_util::sync::CancellationToken;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::{Failure, Outcome};
use super::super::{login, terminal};
use super::questions::{ask, ask_hidden, choose, new_secret, offer, required, tell};
use super::replace::replace;
use super::{delete, greeting, log_out, save, stored_account};
use crate::config::{self, Account, ConfigError};
use crate::message::ProblemKind;
use crate::secret::Secret;
use crate::session::Session;
use crate::store::credentials::{self, CredentialsError, Opener};
use crate::worker::{account_change, problem};

/// Runs the questions until the user quits.
pub(super) async fn run(context: &mut Context) -> Outcome {
    if context.options.dry_run {
        return Err(Failure::usage(
            "cannot ask questions and change nothing: whatever is answered is saved",
            "`megapane config create NAME --user EMAIL -n` says what it would do.",
        ));
    }
    if !terminal::is_attended() {
        return Err(Failure::usage(
            "cannot ask questions: there is no terminal",
            "`megapane config create NAME --user EMAIL --password-stdin` asks none.",
        ));
    }
    let stop = context.stop.clone();
    loop {
        let done = match menu(context).await? {
            // These log in, and end by themselves what is not to be kept.
            'n' => add(context).await,
            'e' => edit(context).await,
            'd' => unless(&stop, remove(context)).await,
            'r' => unless(&stop, rename(context)).await,
            'c' => unless(&stop, copy(context)).await,
            's' => unless(&stop, reseal(context)).await,
            _ => return Ok(ExitCode::Success),
        };
        match done {
            Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                tell(context, &problem)?;
            }
            Err(failure) => return Err(failure),
            Ok(()) => {}
        }
    }
}

/// Does something unless the user stops it.
pub(super) async fn unless<T>(
    stop: &CancellationToken,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        done = work => done,
        () = stop.cancelled() => Err(Failure::interrupted()),
    }
}

/// What was answered about a remote.
struct Draft {
    name: String,
    email: String,
    password: Secret,
    code: Option<Secret>,
    api_url: Option<String>,
    passphrase: Option<Secret>,
}

async fn menu(context: &mut Context) -> Result<char, Failure> {
    context.config.read_again()?; // a step may have told of a remote that another process added
    let out = &mut context.output;
    if context.config.accounts.is_empty() {
        out.line("No remotes found, make a new one?")?;
        return choose(context, &NEW_MENU, None).await;
    }
    out.line("Current remotes:\n")?;
    out.line(format!("{:<20} {}\n{:<20} {}", "Name", "Type", "====", "===="))?;
    for account in &context.config.accounts {
        out.line(format!("{:<20} mega", account.name))?;
    }
    out.line("")?;
    choose(context, &FULL_MENU, None).await
}

async fn add(context: &mut Context) -> Result<(), Failure> {
    context.output.line("\nEnter name for new remote.")?;
    let name = new_name(context).await?;
    ask_storage(context).await?;
    enter(context, name, None).await
}

/// Asks for everything again with what stands there as the default, and logs in anew.
async fn edit(context: &mut Context) -> Result<(), Failure> {
    let old = pick(context).await?;
    enter(context, old.name.clone(), Some(&old)).await
}

/// Asks about a remote until it logs in and is kept, or is given up.
async fn enter(context: &mut Context, name: String, old: Option<&Account>) -> Result<(), Failure> {
    let mut email = old.map(|old| old.email.clone());
    loop {
        let draft = questions(context, &name, old, email.as_deref()).await?;
        email = Some(draft.email.clone());
        match log_in(context, &draft).await {
            Ok((session, greeting)) => match decide(context, &draft, &greeting, old).await {
                Ok('y') => return keep(context, draft, &session, old).await,
                Ok('e') => log_out(&context.messages, &session).await,
                decided => {
                    log_out(&context.messages, &session).await; // nobody would go on with it
                    return decided.map(drop);
                }
            },
            Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                tell(context, &problem)?;
                context.output.line("Nothing was saved.")?;
                let menu = if old.is_some() { RETRY_OLD_MENU } else { RETRY_NEW_MENU };
                if choose(context, &menu, Some('e')).await? == 'd' {
                    return Ok(());
                }
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Shows what would be kept and asks whether it is to be.
async fn decide(
    context: &mut Context,
    draft: &Draft,
    greeting: &str,
    old: Option<&Account>,
) -> Result<char, Failure> {
    show(context, draft, greeting)?;
    context.output.line(format!("Keep this \"{}\" remote?", draft.name))?;
    let menu = if old.is_some() { KEEP_OLD_MENU } else { KEEP_NEW_MENU };
    choose(context, &menu, Some('y')).await
}

/// Asks for all settings. `email` is what Enter takes for the user.
async fn questions(
    context: &mut Context,
    name: &str,
    old: Option<&Account>,
    email: Option<&str>,
) -> Result<Draft, Failure> {
    context.output.line("\nOption user.\nUser name.")?;
    offer(context, email)?;
    let email = required(context, "user> ", email).await?;
    let password = new_password(context).await?;
    context.output.line(
        "\nOption 2fa.\nThe 2FA code of your MEGA account if the account is set up with one\n\
         Enter a value. Press Enter to leave empty.",
    )?;
    let code = ask(context, "2fa> ").await?;
    let code = (!code.trim().is_empty()).then(|| Secret::from(code.trim()));
    let mut draft = Draft {
        name: name.to_owned(),
        email,
        password,
        code,
        api_url: old.and_then(|old| old.api_url.clone()).or_else(|| context.config.api_url.clone()),
        passphrase: None,
    };
    context.output.line("\nEdit advanced config?")?;
    let sealed = old.filter(|old| old.passphrase);
    let is_sealed = match choose(context, &YES_NO, Some('n')).await? {
        'y' => {
            draft.api_url = api_url(context, draft.api_url).await?;
            is_passphrase_wanted(context, sealed.is_some()).await?
        }
        _ => sealed.is_some(),
    };
    draft.passphrase = match sealed {
        _ if !is_sealed => None,
        Some(old) => Some(same_passphrase(context, old).await?),
        None => Some(new_secret(context, "passphrase").await?),
    };
    Ok(draft)
}

async fn ask_storage(context: &mut Context) -> Result<(), Failure> {
    context.output.line(
        "\nOption Storage.\nType of storage to configure.\n\
         Choose a number from below, or type in your own value.\n 1 / Mega\n   \\ (mega)",
    )?;
    loop {
        match ask(context, "Storage> ").await?.trim() {
            "1" | "mega" | "Mega" => return Ok(()),
            "" => context.output.line("This value is required and it has no default.")?,
            _ => context.output.line("Only mega is known here.")?,
        }
    }
}

async fn new_password(context: &mut Context) -> Result<Secret, Failure> {
    context.output.line("\nOption pass.\nPassword.\nChoose an alternative below.")?;
    while choose(context, &PASSWORD_MENU, None).await? == 'g' {
        context.output.line("A new password cannot open an account that exists: type in its own.")?;
    }
    new_secret(context, "password").await
}

/// Asks for the server; Enter keeps what it is.
async fn api_url(context: &mut Context, before: Option<String>) -> Result<Option<String>, Failure> {
    context.output.line(format!("\nOption api_url.\nThe server to talk to; {OWN_SERVER} is MEGA's own."))?;
    offer(context, Some(before.as_deref().unwrap_or(OWN_SERVER)))?;
    loop {
        let url = ask(context, "api_url> ").await?;
        match url.trim() {
            "" => return Ok(before),
            OWN_SERVER => return Ok(None),
            url => match config::server_url(url) {
                Ok(_) => return Ok(Some(url.to_owned())),
                Err(error) => tell(context, &problem::of_config(&error))?,
            },
        }
    }
}

async fn is_passphrase_wanted(context: &mut Context, is_sealed: bool) -> Result<bool, Failure> {
    context.output.line(
        "\nOption passphrase.\nSeal the login by a passphrase, which is then asked for at each use,\n\
         rather than by a key file on this machine.",
    )?;
    Ok(choose(context, &YES_NO, Some(if is_sealed { 'y' } else { 'n' })).await? == 'y')
}

/// Asks for the passphrase that the stored login opens with, so that the next one opens with it, too.
async fn same_passphrase(context: &mut Context, old: &Account) -> Result<Secret, Failure> {
    let path = context.config.folders.credentials(&old.name);
    while path.exists() {
        context.output.line("The passphrase of the login stays. Enter it, or press Enter for a new one:")?;
        let secret = ask_hidden(context, "passphrase:").await?;
        if secret.is_empty() {
            break;
        }
        match credentials::load(&path, Opener::Passphrase(&secret)) {
            Ok(_) => return Ok(secret),
            Err(CredentialsError::WrongPassphrase) => context.output.line("The passphrase is wrong.")?,
            Err(_) => break, // what is there does not tell whether it is right
        }
    }
    new_secret(context, "passphrase").await
}

/// Logs in at the server that was answered, whatever other commands are told to talk to. Stopped, it leaves no session.
async fn log_in(context: &mut Context, draft: &Draft) -> Result<(Session, String), Failure> {
    context.output.line("\nLogging in…")?;
    context.output.flush()?;
    let client = login::client_of_own_server(context, &draft.account())?;
    let logging_in = login::log_in(context, &client, &draft.email, &draft.password, draft.code.clone());
    let session = unless(&context.stop, logging_in).await?;
    match unless(&context.stop, greeting(&session)).await {
        Ok(greeting) => Ok((session, greeting)),
        Err(failure) => {
            log_out(&context.messages, &session).await; // nobody would go on with it
            Err(failure)
        }
    }
}

fn show(context: &mut Context, draft: &Draft, greeting: &str) -> Result<(), Failure> {
    let greeting = context.output.name(greeting).into_owned();
    let sealed = if draft.passphrase.is_some() { "passphrase" } else { "key file" };
    context.output.line(format!("{greeting}\n\nConfiguration complete.\nOptions:"))?;
    context.output.line(format!("- type: mega\n- user: {}", draft.email))?;
    if let Some(url) = &draft.api_url {
        context.output.line(format!("- api_url: {url}"))?;
    }
    context.output.line(format!("- pass: *** NOT STORED ***\n- session: *** SEALED *** ({sealed})"))
}

async fn keep(
    context: &mut Context,
    draft: Draft,
    session: &Session,
    old: Option<&Account>,
) -> Result<(), Failure> {
    let account = draft.account();
    let saved = match old {
        Some(old) => replace(context, old, &account, session, draft.passphrase.as_ref()).await,
        None => save(context, &account, session, draft.passphrase.as_ref()),
    };
    if saved.is_err() {
        log_out(&context.messages, session).await;
    }
    context.output.line("")?;
    saved
}

async fn remove(context: &mut Context) -> Result<(), Failure> {
    let account = pick(context).await?;
    delete(context, &account.name).await
}

async fn rename(context: &mut Context) -> Result<(), Failure> {
    let old = pick(context).await?;
    context.output.line(format!("Enter new name for \"{}\" remote.", old.name))?;
    let name = new_name(context).await?;
    for problem in account_change::rename(&mut context.config, &old.name, &name)? {
        tell(context, &problem)?;
    }
    Ok(())
}

async fn copy(context: &mut Context) -> Result<(), Failure> {
    let old = pick(context).await?;
    context.output.line(format!("Enter name for the copy of \"{}\" remote.", old.name))?;
    let name = new_name(context).await?;
    duplicate(context, &old, &name)
}

/// Adds a remote with the login and settings of another.
fn duplicate(context: &mut Context, old: &Account, name: &str) -> Result<(), Failure> {
    let account = Account { name: name.to_owned(), ..old.clone() };
    account_change::add(&mut context.config, &account, |folders| {
        let (from, to) = (folders.credentials(&old.name), folders.credentials(name));
        if !from.exists() {
            return Ok(());
        }
        let copied = fs::read(&from).and_then(|sealed| config::private_file::write(&to, &sealed));
        let unwritten = |source| ConfigError::Disk { action: "write", path: to, source };
        copied.map_err(|source| problem::of_config(&unwritten(source)))
    })?;
    Ok(())
}

/// Seals the login of a remote by a new passphrase, or by the key file again.
async fn reseal(context: &mut Context) -> Result<(), Failure> {
    let mut account = pick(context).await?;
    let open = if account.passphrase { Some(login::passphrase(context, &account.name).await?) } else { None };
    let path = context.config.folders.credentials(&account.name);
    let key = context.config.folders.key_file();
    let refused = |error| problem::of_credentials(&account.name, &error);
    let opener = open.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
    let sealed = credentials::load(&path, opener).map_err(refused)?;
    context.output.line("Seal this login by a passphrase?")?;
    let passphrase = match choose(context, &YES_NO, Some('y')).await? {
        'y' => Some(new_secret(context, "passphrase").await?),
        _ => None,
    };
    let opener = passphrase.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
    account.passphrase = passphrase.is_some();
    let problems = account_change::replace_login(&mut context.config, &account, false, |folders, name| {
        credentials::save(&folders.credentials(name), &sealed, opener)
            .map_err(|error| problem::of_credentials(&account.name, &error))
    })?;
    for problem in problems {
        tell(context, &problem)?;
    }
    Ok(())
}

/// Lets the user pick one of the remotes by number or name.
async fn pick(context: &mut Context) -> Result<Account, Failure> {
    context.output.line("Select remote.\nChoose a number from below, or type in an existing value.")?;
    let names: BTreeMap<usize, String> = context
        .config
        .accounts
        .iter()
        .enumerate()
        .map(|(at, account)| (at + 1, account.name.clone()))
        .collect();
    for (number, name) in &names {
        context.output.line(format!("{number:>2} > {name}"))?;
    }
    let answer = required(context, "remote> ", None).await?;
    let by_number = answer.parse().ok().and_then(|number: usize| names.get(&number));
    stored_account(context, by_number.unwrap_or(&answer))
}

async fn new_name(context: &mut Context) -> Result<String, Failure> {
    loop {
        let name = required(context, "name> ", None).await?;
        match context.config.require_free(&name) {
            Ok(()) => return Ok(name),
            Err(error) => tell(context, &problem::of_config(&error))?,
        }
    }
}

impl Draft {
    fn account(&self) -> Account {
        Account {
            name: self.name.clone(),
            email: self.email.clone(),
            api_url: self.api_url.clone(),
            passphrase: self.passphrase.is_some(),
            password: None,
        }
    }
}

const NEW_MENU: [(char, &str); 2] = [('n', "New remote"), ('q', "Quit config")];

const FULL_MENU: [(char, &str); 7] = [
    ('e', "Edit existing remote"),
    ('n', "New remote"),
    ('d', "Delete remote"),
    ('r', "Rename remote"),
    ('c', "Copy remote"),
    ('s', "Set configuration password"),
    ('q', "Quit config"),
];

const PASSWORD_MENU: [(char, &str); 2] =
    [('y', "Yes, type in my own password"), ('g', "Generate random password")];

const YES_NO: [(char, &str); 2] = [('y', "Yes"), ('n', "No")];

const KEEP_NEW_MENU: [(char, &str); 3] =
    [('y', "Yes this is OK"), ('e', "Edit this remote"), ('d', "Delete this remote")];

const KEEP_OLD_MENU: [(char, &str); 3] =
    [('y', "Yes this is OK"), ('e', "Edit this remote"), ('d', "Leave it as it was")];

const RETRY_NEW_MENU: [(char, &str); 2] = [('e', "Edit this remote"), ('d', "Delete this remote")];

const RETRY_OLD_MENU: [(char, &str); 2] = [('e', "Edit this remote"), ('d', "Leave it as it was")];

/// What is typed for MEGA's own server.
const OWN_SERVER: &str = "mega";
