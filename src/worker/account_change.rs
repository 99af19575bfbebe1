//! Changes of a remote that take several steps on the disk: a new one ([`add`]), another name ([`rename`]), another login
//! ([`replace_login`]). The command line's `config` makes them, and the worker that stores a login. What is to be done is
//! noted before the deed, config.toml decides whether it counts, and the next start of the program, or the next change,
//! ends what a killed one began ([`finish`], [`begin`]): at every moment there is a remote that works. Sessions on the
//! server are none of its business. All of it blocks on the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::account_files;
use super::problem;
use crate::config::private_file::{self, PrivateFileError};
use crate::config::{Account, Config, ConfigError, Editing, Folders, check_name};
use crate::message::Problem;

/// What is noted of a change that is under way.
#[derive(Debug, Serialize, Deserialize)]
enum Step {
    /// A remote gets another name.
    Rename { from: String, to: String },
    /// A remote gets another login, which waits sealed beside the old one, and these settings.
    Login {
        name: String,
        email: String,
        api_url: Option<String>,
        passphrase: bool,
        /// It leads to another account: what is kept of the old one goes.
        is_another: bool,
    },
}

/// Begins a change of config.toml: what an earlier one left is ended first, since a note is worth nothing once its remotes
/// have changed.
///
/// # Errors
/// What could not be ended, too: then nothing may change.
pub fn begin(config: &Config) -> Result<Editing, Problem> {
    let editing = config.edit().map_err(|error| problem::of_config(&error))?;
    settle(&config.folders, &editing).into_iter().next().map_or(Ok(editing), Err)
}

/// Adds a remote: first its login, which `seal` writes, then its row, so that a row always has what it needs. Meanwhile
/// nobody else can take the name.
///
/// # Errors
/// There is neither then.
pub fn add(
    config: &mut Config,
    account: &Account,
    seal: impl FnOnce(&Folders) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut editing = begin(config)?;
    editing.add(account).map_err(|error| problem::of_config(&error))?;
    if let Err(problem) = seal(&config.folders) {
        warn_of(account_files::forget_login(&config.folders, &account.name).err());
        return Err(problem);
    }
    let Err(error) = editing.save(config) else { return Ok(()) };
    // It may have been written for all that: the file says which. A login without a row must not stay.
    let unsaved = Err(problem::of_config(&error));
    let editing = config.edit().ok();
    match editing.as_ref().and_then(|editing| editing.account(&account.name)) {
        Some(row) if row == *account => {
            warn_of(read_again(config).err());
            return Ok(());
        }
        Some(_of_somebody_else) => {}
        None => warn_of(account_files::forget_login(&config.folders, &account.name).err()),
    }
    unsaved
}

/// Stores a login of a remote that there is, by `seal`, while nobody else changes it.
///
/// # Errors
/// Also where the remote has gone meanwhile: no login is kept of one that there is not.
pub fn keep_login(
    config: &Config,
    name: &str,
    seal: impl FnOnce(&Folders) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let editing = begin(config)?;
    if editing.account(name).is_none() {
        return Err(problem::of_config(&ConfigError::UnknownAccount { name: name.to_owned() }));
    }
    seal(&config.folders)
}

/// Gives a remote another name, with all that is kept under the old one. Returns what could not be moved; the next start
/// tries that again.
///
/// # Errors
/// Nothing has changed then.
pub fn rename(config: &mut Config, from: &str, to: &str) -> Result<Vec<Problem>, Problem> {
    let mut editing = begin(config)?;
    editing.rename(from, to).map_err(|error| problem::of_config(&error))?;
    let step = Step::Rename { from: from.to_owned(), to: to.to_owned() };
    step.carry_out_with(editing, config)
}

/// Gives a remote another login and the settings of `account`. `seal` writes the login under the name that it is given.
/// `is_another` says that it leads to another account: then what is kept of the old one goes. Returns what of that could
/// not be removed.
///
/// # Errors
/// Nothing has changed then.
pub fn replace_login(
    config: &mut Config,
    account: &Account,
    is_another: bool,
    seal: impl FnOnce(&Folders, &str) -> Result<(), Problem>,
) -> Result<Vec<Problem>, Problem> {
    let mut editing = begin(config)?;
    editing.replace(account).map_err(|error| problem::of_config(&error))?;
    seal(&config.folders, &waiting_name(&account.name))?;
    let Account { name, email, api_url, passphrase, password: _ } = account.clone();
    let step = Step::Login { name, email, api_url, passphrase, is_another };
    step.carry_out_with(editing, config)
}

/// Ends what an earlier run began and did not end; returns what could not be done.
#[must_use]
pub fn finish(folders: &Folders) -> Vec<Problem> {
    if !folders.account_change().exists() && waiting_logins(folders).is_empty() {
        return Vec::new();
    }
    // Whoever is at it now has the lock, and takes the note away before it lets go.
    match Editing::begin(folders, Vec::new()) {
        Ok(editing) => settle(folders, &editing),
        Err(error) => vec![problem::of_config(&error)],
    }
}

/// Ends what is noted, while nobody else changes a remote; returns what could not be done.
fn settle(folders: &Folders, editing: &Editing) -> Vec<Problem> {
    match read_note(folders) {
        Ok(Some(step)) if step.counts(editing) => step.carry_out(folders),
        Ok(Some(step)) => step.abandon(folders).err().into_iter().collect(),
        Ok(None) => {
            let waiting = waiting_logins(folders);
            waiting
                .iter()
                .filter_map(|path| remove(path, "remove a login that was never used").err())
                .collect()
        }
        Err(problem) => vec![problem],
    }
}

impl Step {
    /// Notes it, saves the file, and does the rest while nobody else changes a remote.
    fn carry_out_with(self, editing: Editing, config: &mut Config) -> Result<Vec<Problem>, Problem> {
        let folders = config.folders.clone();
        let noted = serde_json::to_vec(&self).map_err(io::Error::from);
        let noted = noted.and_then(|note| private_file::write(&folders.account_change(), &note));
        if let Err(error) = noted {
            self.abandon(&folders)?;
            return Err(problem::of_io("note what is to be done", &error));
        }
        if let Err(problem) = self.make_room(&folders) {
            warn_of(self.abandon(&folders).err());
            return Err(problem);
        }
        match editing.save(config) {
            Ok(_lock) => Ok(self.carry_out(&folders)),
            Err(error) => self.end_unsaved(config, &error),
        }
    }

    /// Ends it where the file could not be saved. It may have been written for all that, or had all of it before: the file
    /// says which, and then it is done.
    fn end_unsaved(self, config: &mut Config, error: &ConfigError) -> Result<Vec<Problem>, Problem> {
        let unsaved = Err(problem::of_config(error));
        let Ok(editing) = config.edit() else { return unsaved };
        if self.counts(&editing) {
            warn_of(read_again(config).err());
            return Ok(self.carry_out(&config.folders));
        }
        warn_of(self.abandon(&config.folders).err());
        unsaved
    }

    /// Takes away what lies in the way of it and is nobody's.
    fn make_room(&self, folders: &Folders) -> Result<(), Problem> {
        match self {
            Self::Rename { from, to } => account_files::make_room(folders, from, to),
            Self::Login { .. } => Ok(()),
        }
    }

    /// Whether config.toml has it.
    fn counts(&self, editing: &Editing) -> bool {
        match self {
            Self::Rename { from, to } => editing.account(from).is_none() && editing.account(to).is_some(),
            Self::Login { name, email, api_url, passphrase, .. } => {
                editing.account(name).is_some_and(|account| {
                    account.email == *email
                        && account.api_url == *api_url
                        && account.passphrase == *passphrase
                })
            }
        }
    }

    /// Does what follows from the file; the note stays where something could not be done. It may be done again.
    fn carry_out(&self, folders: &Folders) -> Vec<Problem> {
        let problems = match self {
            Self::Rename { from, to } => account_files::rename(folders, from, to),
            Self::Login { name, is_another, .. } => take_login(folders, name, *is_another),
        };
        if problems.is_empty() { remove_note(folders).err().into_iter().collect() } else { problems }
    }

    /// Leaves everything as it was.
    fn abandon(&self, folders: &Folders) -> Result<(), Problem> {
        match self {
            Self::Rename { .. } => {}
            Self::Login { name, .. } => account_files::forget_login(folders, &waiting_name(name))?,
        }
        remove_note(folders)
    }
}

/// Puts the waiting login in the place of the old one, as the last step of all.
fn take_login(folders: &Folders, name: &str, is_another: bool) -> Vec<Problem> {
    let waiting = folders.credentials(&waiting_name(name));
    if !waiting.exists() {
        return Vec::new();
    }
    let mut problems =
        if is_another { account_files::forget_all_but_login(folders, name) } else { Vec::new() };
    if let Err(error) = fs::rename(&waiting, folders.credentials(name)) {
        problems.push(problem::of_io("put the new login in its place", &error));
    }
    problems
}

fn read_note(folders: &Folders) -> Result<Option<Step>, Problem> {
    let what = "read what is to be done about a remote";
    match private_file::read(&folders.account_change(), MOST_BYTES) {
        Ok(note) => match serde_json::from_slice(&note) {
            Ok(step) => Ok(Some(step)),
            Err(_of_another_form) => remove_note(folders).map(|()| None),
        },
        Err(PrivateFileError::Missing) => Ok(None),
        Err(PrivateFileError::Exposed) => {
            Err(problem::of_io(what, &io::Error::other("other users may read or change it")))
        }
        Err(PrivateFileError::Io(error)) => Err(problem::of_io(what, &error)),
    }
}

fn remove_note(folders: &Folders) -> Result<(), Problem> {
    remove(&folders.account_change(), "remove the note of what was done about a remote")
}

fn remove(path: &Path, what: &str) -> Result<(), Problem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(problem::of_io(what, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The name of a login that waits: no account can be called so.
fn waiting_name(name: &str) -> String {
    format!(".{name}")
}

/// The logins that wait. Without a note they are of somebody who was killed before it: nobody goes on with them.
fn waiting_logins(folders: &Folders) -> Vec<PathBuf> {
    let any = folders.credentials("");
    let entries = any.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten();
    let is_waiting = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let account = name.and_then(|name| name.strip_prefix('.')?.strip_suffix(".sealed"));
        account.is_some_and(|account| check_name(account).is_ok())
    };
    entries.map(|entry| entry.path()).filter(is_waiting).collect()
}

/// Takes the accounts as the file has them, where it was written by halves.
fn read_again(config: &mut Config) -> Result<(), Problem> {
    config.read_again().map_err(|error| problem::of_config(&error))
}

/// Logs what goes wrong while something else is told.
fn warn_of(problem: Option<Problem>) {
    if let Some(problem) = problem {
        tracing::warn!(problem.message, "a change of a remote is not ended");
    }
}

/// Bytes of a note, by far.
const MOST_BYTES: u64 = 64 << 10;

#[cfg(test)]
mod tests;
