//! `config` on a terminal: the questions and letters of `rclone config`, so that fingers know the way. Unlike there the
//! login is tried at once, the account is shown, and only then anything is saved.

use std::collections::BTreeMap;
use std::fs;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::{Failure, Outcome};
use super::super::{login, terminal};
use super::questions::{ask, choose, new_secret, required, tell};
use super::{delete, greeting, log_out, save, stored_account};
use crate::config::{self, Account, ConfigError};
use crate::message::ProblemKind;
use crate::secret::Secret;
use crate::session::Session;
use crate::store::credentials::{self, Opener};
use crate::store::loans::LoanNotes;
use crate::worker::problem;

/// Runs the questions until the user quits.
pub(super) async fn run(context: &mut Context) -> Outcome {
    if !terminal::is_attended() {
        return Err(Failure::usage(
            "cannot ask questions: there is no terminal",
            "`megapane config create NAME --user EMAIL --password-stdin` asks none.",
        ));
    }
    loop {
        let step = match menu(context).await? {
            'n' => add(context).await,
            'e' => edit(context).await,
            'd' => remove(context).await,
            'r' => rename(context).await,
            'c' => copy(context).await,
            's' => reseal(context).await,
            _ => return Ok(ExitCode::Success),
        };
        match step {
            Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                tell(context, &problem)?;
            }
            Err(failure) => return Err(failure),
            Ok(()) => {}
        }
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
    loop {
        let draft = questions(context, &name, old).await?;
        match log_in(context, &draft).await {
            Ok((session, greeting)) => {
                show(context, &draft, &greeting)?;
                context.output.line(format!("Keep this \"{name}\" remote?"))?;
                match choose(context, &KEEP_MENU, Some('y')).await? {
                    'y' => return keep(context, draft, &session, old.is_some()).await,
                    'e' => log_out(&context.messages, &session).await,
                    _ => {
                        log_out(&context.messages, &session).await;
                        return Ok(());
                    }
                }
            }
            Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                tell(context, &problem)?;
                context.output.line("Nothing was saved.")?;
                if choose(context, &RETRY_MENU, Some('e')).await? == 'd' {
                    return Ok(());
                }
            }
            Err(failure) => return Err(failure),
        }
    }
}

async fn questions(context: &mut Context, name: &str, old: Option<&Account>) -> Result<Draft, Failure> {
    context.output.line("\nOption user.\nUser name.\nEnter a value.")?;
    let email = required(context, "user> ", old.map(|old| old.email.as_str())).await?;
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
        api_url: old.map_or_else(|| context.options.api_url.clone(), |old| old.api_url.clone()),
        passphrase: None,
    };
    context.output.line("\nEdit advanced config?")?;
    if choose(context, &YES_NO, Some('n')).await? == 'y' {
        advanced(context, &mut draft).await?;
    }
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

async fn advanced(context: &mut Context, draft: &mut Draft) -> Result<(), Failure> {
    context.output.line(
        "\nOption api_url.\nThe server to talk to, MEGA's if left empty.\n\
         Enter a value. Press Enter to leave empty.",
    )?;
    loop {
        let url = ask(context, "api_url> ").await?;
        let url = url.trim();
        match if url.is_empty() { Ok(()) } else { config::server_url(url).map(drop) } {
            Ok(()) => break draft.api_url = (!url.is_empty()).then(|| url.to_owned()),
            Err(error) => tell(context, &problem::of_config(&error))?,
        }
    }
    context.output.line(
        "\nOption passphrase.\nSeal the login by a passphrase, which is then asked for at each use,\n\
         rather than by a key file on this machine.",
    )?;
    if choose(context, &YES_NO, Some('n')).await? == 'y' {
        draft.passphrase = Some(new_secret(context, "passphrase").await?);
    }
    Ok(())
}

async fn log_in(context: &mut Context, draft: &Draft) -> Result<(Session, String), Failure> {
    context.output.line("\nLogging in…")?;
    context.output.flush()?;
    let client = login::client(context, &draft.account())?;
    let session = login::log_in(context, &client, &draft.email, &draft.password, draft.code.clone()).await?;
    let greeting = greeting(&session).await?;
    Ok((session, greeting))
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

async fn keep(context: &mut Context, draft: Draft, session: &Session, is_edit: bool) -> Result<(), Failure> {
    if is_edit {
        delete(context, &draft.name).await?;
    }
    let saved = save(context, draft.account(), session, draft.passphrase).await;
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
    duplicate(context, &old, &name)?;
    credentials::remove(&context.config.folders.credentials(&old.name))
        .map_err(|error| problem::of_credentials(&old.name, &error))?;
    let notes = |name: &str| LoanNotes::in_folder(&context.config.folders.loans(name));
    if let Err(error) = notes(&old.name).move_to(&notes(&name)) {
        context.messages.notice(&problem::of_io("keep its notes of loans", &error).message);
    }
    context.config.remove(&old.name)?;
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
    let folders = &context.config.folders;
    let (from, to) = (folders.credentials(&old.name), folders.credentials(name));
    if from.exists() {
        let copied = fs::read(&from).and_then(|sealed| config::private_file::write(&to, &sealed));
        copied.map_err(|source| ConfigError::Disk { action: "write", path: to, source })?;
    }
    context.config.add(Account { name: name.to_owned(), ..old.clone() })?;
    Ok(())
}

/// Seals the login of a remote by a new passphrase, or by the key file again.
async fn reseal(context: &mut Context) -> Result<(), Failure> {
    let mut account = pick(context).await?;
    let open = if account.passphrase { Some(login::passphrase(context, &account.name).await?) } else { None };
    let path = context.config.folders.credentials(&account.name);
    let key = context.config.folders.key_file();
    let refused = |error| Failure::from(problem::of_credentials(&account.name, &error));
    let opener = open.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
    let sealed = credentials::load(&path, opener).map_err(refused)?;
    context.output.line("Seal this login by a passphrase?")?;
    let passphrase = match choose(context, &YES_NO, Some('y')).await? {
        'y' => Some(new_secret(context, "passphrase").await?),
        _ => None,
    };
    let opener = passphrase.as_ref().map_or(Opener::KeyFile(&key), Opener::Passphrase);
    credentials::save(&path, &sealed, opener).map_err(refused)?;
    account.passphrase = passphrase.is_some();
    context.config.remove(&account.name)?;
    context.config.add(account)?;
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
        let checked = config::check_name(&name).and_then(|()| match context.config.account(&name) {
            Ok(_) => Err(ConfigError::NameTaken { name: name.clone() }),
            Err(_) => Ok(()),
        });
        match checked {
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

const KEEP_MENU: [(char, &str); 3] =
    [('y', "Yes this is OK"), ('e', "Edit this remote"), ('d', "Delete this remote")];

const RETRY_MENU: [(char, &str); 2] = [('e', "Edit this remote"), ('d', "Delete this remote")];
