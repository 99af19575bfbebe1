//! Changes of a remote that take several steps on the disk: another name ([`rename`]), another login ([`replace_login`]).
//! The command line's `config` makes them. What is to be done is noted before the deed, config.toml decides whether it
//! counts, and the next start of the program ends what a killed one began ([`finish`]): at every moment there is a remote
//! that works. Sessions on the server are none of its business. All of it blocks on the disk.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::account_files;
use super::problem;
use crate::config::private_file::{self, PrivateFileError};
use crate::config::{Account, Config, Editing, Folders};
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

/// Gives a remote another name, with all that is kept under the old one. Returns what could not be moved; the next start
/// tries that again.
///
/// # Errors
/// Nothing has changed then.
pub fn rename(config: &mut Config, from: &str, to: &str) -> Result<Vec<Problem>, Problem> {
    let mut editing = config.edit().map_err(|error| problem::of_config(&error))?;
    editing.rename(from, to).map_err(|error| problem::of_config(&error))?;
    account_files::make_room(&config.folders, to)?;
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
    let mut editing = config.edit().map_err(|error| problem::of_config(&error))?;
    editing.replace(account).map_err(|error| problem::of_config(&error))?;
    seal(&config.folders, &waiting_name(&account.name))?;
    let Account { name, email, api_url, passphrase, password: _ } = account.clone();
    let step = Step::Login { name, email, api_url, passphrase, is_another };
    step.carry_out_with(editing, config)
}

/// Ends what an earlier run began and did not end; returns what could not be done.
#[must_use]
pub fn finish(folders: &Folders) -> Vec<Problem> {
    if !folders.account_change().exists() {
        return Vec::new();
    }
    // Whoever is at it now has the lock, and takes the note away before it lets go.
    let editing = match Editing::begin(folders, Vec::new()) {
        Ok(editing) => editing,
        Err(error) => return vec![problem::of_config(&error)],
    };
    match read_note(folders) {
        Ok(Some(step)) if step.counts(&editing) => step.carry_out(folders),
        Ok(Some(step)) => step.abandon(folders).err().into_iter().collect(),
        Ok(None) => Vec::new(),
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
        match editing.save(config) {
            Ok(_lock) => Ok(self.carry_out(&folders)),
            Err(error) => {
                // It may have been written for all that: the file says which.
                for problem in finish(&folders) {
                    tracing::warn!(problem.message, "a change of a remote is not ended");
                }
                Err(problem::of_config(&error))
            }
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
    match fs::remove_file(folders.account_change()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(problem::of_io("remove the note of what was done about a remote", &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The name of a login that waits: no account can be called so.
fn waiting_name(name: &str) -> String {
    format!(".{name}")
}

/// Bytes of a note, by far.
const MOST_BYTES: u64 = 64 << 10;

#[cfg(test)]
mod tests;
