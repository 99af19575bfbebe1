//! What the user has set: folders, accounts, server. Read once at the start by the command line, which hands it to
//! worker and screen. Its `environment` part is the only reader of environment variables; nothing here talks to a
//! server or holds a password that was stored.

pub(crate) mod age;
mod edit;
pub mod environment;
pub mod folders;
pub(crate) mod private_file;
pub mod screen;
pub(crate) mod size;
pub mod timetable;

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use url::{Host, Url};

pub use edit::{ConfigLock, Editing};
pub use environment::{ColorDepth, Environment, Multiplexer, Surroundings, UserProgram};
pub use folders::Folders;
pub(crate) use folders::LOG_PREFIX;
use private_file::PrivateFileError;
pub use screen::ScreenSettings;
pub use timetable::{Speeds, Timetable};

use crate::secret::Secret;

/// Everything that is set.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where files of our own lie.
    pub folders: Folders,
    /// Accounts: those of the environment first, then those of the file in its order. Names are unique.
    pub accounts: Vec<Account>,
    /// The server that `--api-url` or `MEGAPANE_API_URL` asks for; it goes before what an account has.
    pub api_url: Option<String>,
    /// How fast content may move: what `--bwlimit` asks for, else `bwlimit` of the file.
    pub bwlimit: Timetable,
    /// What becomes of transfers when the screen's terminal goes away.
    pub on_hangup: OnHangup,
    /// How the screen looks and behaves.
    pub screen: ScreenSettings,
    /// The screen begins with the folders and tabs of the last one.
    pub restore: bool,
}

/// What becomes of transfers when the terminal goes away: a window that is closed, an ssh line that breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnHangup {
    /// They go on to their end, and the log says how that was.
    #[default]
    Continue,
    /// They stop where they are, and the next start asks about them.
    Stop,
}

/// One account, called a *remote* on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `work` in `work:/Photos`.
    pub name: String,
    /// The e-mail that it logs in with.
    pub email: String,
    /// A server of its own; `None` for MEGA's.
    pub api_url: Option<String>,
    /// Whether its session is sealed by a passphrase rather than by the key file.
    pub passphrase: bool,
    /// Set for accounts of the environment only: the password to log in with. Nothing of such an account is stored.
    pub password: Option<Secret>,
}

/// The configuration cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither the system nor a variable says where our folders are.
    #[error("cannot tell where the configuration is: there is no home folder")]
    NoHome,
    /// The file or its folder cannot be read or written.
    #[error("cannot {action} the configuration \"{}\"", path.display())]
    Disk {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Other users may read or change the file.
    #[error("cannot use the configuration \"{}\": other users may read or change it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what it should be; the place is counted from 1.
    #[error("cannot read the configuration \"{}\": line {line}, column {column}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line.
        line: usize,
        /// Column, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// The name cannot name an account.
    #[error(
        "cannot use \"{name}\" as a remote's name: it may have letters, digits, _ - . + @ and spaces, and begins with none of - . and space"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// There is such an account already.
    #[error("there is a remote \"{name}\" already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such account.
    #[error("cannot find a remote \"{name}\"")]
    UnknownAccount {
        /// The name.
        name: String,
    },
    /// The account exists only in environment variables.
    #[error("cannot change the remote \"{name}\": it comes from the environment")]
    FromEnvironment {
        /// The name.
        name: String,
    },
    /// An account of the environment lacks a variable.
    #[error("cannot use the remote of the environment: {missing} is not set")]
    IncompleteEnvironment {
        /// The variable.
        missing: String,
    },
    /// The server's address cannot be used.
    #[error("cannot use \"{url}\" as the server: {reason}")]
    BadServer {
        /// The address as given.
        url: String,
        /// Why not.
        reason: &'static str,
    },
}

impl Config {
    /// Reads the environment and the configuration file; a file that does not exist has no accounts.
    pub fn load(environment: &Environment) -> Result<Self, ConfigError> {
        let folders = Folders::find(environment)?;
        let mut accounts = environment.accounts()?;
        let File { accounts: stored, bwlimit, on_hangup, restore, screen } =
            read_file(&folders.config_file())?;
        for account in stored {
            if !accounts.iter().any(|known| known.name == account.name) {
                accounts.push(account);
            }
        }
        let api_url = environment.text("MEGAPANE_API_URL");
        Ok(Self { folders, accounts, api_url, bwlimit, on_hangup, screen, restore })
    }

    /// What there is without the configuration file: folders, and those accounts of the environment that are whole.
    pub fn without_file(environment: &Environment) -> Result<Self, ConfigError> {
        let (folders, accounts) = (Folders::find(environment)?, environment.accounts().unwrap_or_default());
        let api_url = environment.text("MEGAPANE_API_URL");
        Ok(Self { folders, accounts, api_url, ..Self::default() })
    }

    /// Returns the account of this name. Names of the environment are found whatever their case, as rclone does.
    pub fn account(&self, name: &str) -> Result<&Account, ConfigError> {
        let exact = self.accounts.iter().find(|account| account.name == name);
        let loose = || {
            self.accounts
                .iter()
                .find(|account| account.password.is_some() && account.name == environment::account_name(name))
        };
        exact.or_else(loose).ok_or_else(|| ConfigError::UnknownAccount { name: name.to_owned() })
    }

    /// Returns the address of the server that an account is on: what `--api-url` or the environment asks for, else
    /// the account's own, else MEGA's.
    pub fn server(&self, account: &Account) -> Result<Url, ConfigError> {
        let chosen = self.api_url.as_deref().or(account.api_url.as_deref());
        server_url(chosen.unwrap_or(DEFAULT_SERVER))
    }
}

/// Checks a server's address: https anywhere, plain http on this machine only.
pub fn server_url(text: &str) -> Result<Url, ConfigError> {
    let bad = |reason| ConfigError::BadServer { url: text.to_owned(), reason };
    let url = Url::parse(text).ok().ok_or_else(|| bad("it is not an address like https://host/"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(bad("plain http is accepted for this machine only (127.0.0.1, ::1, localhost)"));
        }
        _ => return Err(bad("only https is spoken, and http on this machine")),
    }
    if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it must have a host and no user"));
    }
    Ok(url)
}

/// Checks that a name can stand before the colon of `name:path` and be a file's name.
pub fn check_name(name: &str) -> Result<(), ConfigError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '@' | ' ');
    let fits = (1..=64).contains(&name.chars().count())
        && name.chars().all(allowed)
        && !name.starts_with(['-', '.', ' '])
        && !name.ends_with(' ');
    if fits { Ok(()) } else { Err(ConfigError::BadName { name: name.to_owned() }) }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The file as it is read.
#[derive(Default)]
struct File {
    accounts: Vec<Account>,
    bwlimit: Timetable,
    on_hangup: OnHangup,
    screen: ScreenSettings,
    restore: bool,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    bwlimit: Option<Spanned<String>>,
    #[serde(default)]
    on_hangup: OnHangup,
    #[serde(default)]
    restore: bool,
    #[serde(default)]
    screen: ScreenSettings,
    #[serde(default)]
    account: Vec<Spanned<AccountTable>>,
}

/// One `[[account]]` block.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountTable {
    name: String,
    email: String,
    api_url: Option<String>,
    #[serde(default)]
    passphrase: bool,
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    match read_text(path)? {
        Some(text) => parse_file(path, &text),
        None => Ok(File::default()),
    }
}

/// Reads the file's text; the path is for complaints.
fn parse_file(path: &Path, text: &str) -> Result<File, ConfigError> {
    let document: Document = toml::from_str(text)
        .map_err(|error| syntax(path, text, error.span().map_or(0, |span| span.start), error.message()))?;
    let bwlimit = document.bwlimit.map_or_else(
        || Ok(Timetable::default()),
        |limit| {
            limit.get_ref().parse().map_err(|error: String| syntax(path, text, limit.span().start, &error))
        },
    )?;
    let mut accounts: Vec<Account> = Vec::with_capacity(document.account.len());
    for spanned in document.account {
        let start = spanned.span().start;
        let table = spanned.into_inner();
        let checked = check_name(&table.name)
            .and_then(|()| table.api_url.as_deref().map_or(Ok(()), |url| server_url(url).map(drop)))
            .and_then(|()| {
                if accounts.iter().any(|known| known.name == table.name) {
                    return Err(ConfigError::NameTaken { name: table.name.clone() });
                }
                Ok(())
            });
        checked.map_err(|error| syntax(path, text, start, &error.to_string()))?;
        accounts.push(Account {
            name: table.name,
            email: table.email,
            api_url: table.api_url,
            passphrase: table.passphrase,
            password: None,
        });
    }
    let Document { on_hangup, restore, screen, .. } = document;
    Ok(File { accounts, bwlimit, on_hangup, screen, restore })
}

fn read_text(path: &Path) -> Result<Option<String>, ConfigError> {
    let bytes = match private_file::read(path, MAX_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(PrivateFileError::Missing) => return Ok(None),
        Err(PrivateFileError::Exposed) => return Err(ConfigError::Exposed { path: path.to_owned() }),
        Err(PrivateFileError::Io(source)) => {
            return Err(ConfigError::Disk { action: "read", path: path.to_owned(), source });
        }
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        syntax(path, &text, valid, "it is not UTF-8 text")
    })?;
    Ok(Some(text))
}

fn syntax(path: &Path, text: &str, offset: usize, message: &str) -> ConfigError {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    ConfigError::Syntax {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: message.replace('\n', ", "),
    }
}

/// Where accounts live unless they or the user say otherwise.
pub const DEFAULT_SERVER: &str = "https://g.api.mega.co.nz/";

/// A configuration is a page of text; anything above is a mistake.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

#[cfg(test)]
mod tests;
