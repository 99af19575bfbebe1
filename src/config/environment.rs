//! The environment as it was at the start: variables of ours, accounts that exist only there, and what the terminal
//! is like. It is the only reader of environment variables and holds a copy, so tests can make their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::{Account, ConfigError};
use crate::secret::Secret;

/// The variables of the process.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// What the screen wants to know of the place where it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `NO_COLOR` is set: bold, dim and reverse only.
    pub no_color: bool,
    /// The terminal is at the other end of an ssh line: a lone Esc needs longer to be told from a key's beginning.
    pub over_ssh: bool,
    /// The locale has UTF-8; otherwise the signs of the screen are ASCII.
    pub utf8: bool,
    /// The terminal's type (`TERM`), empty where none is told.
    pub terminal: String,
    /// The user's home folder, shown as `~`.
    pub home: Option<PathBuf>,
    /// The user's editor.
    pub editor: UserProgram,
}

/// A program of the user's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserProgram {
    /// Its name or path.
    pub name: OsString,
    /// Arguments that stand before what it is to work on.
    pub arguments: Vec<OsString>,
}

impl UserProgram {
    /// Reads words as a shell would: `code --wait`, `'my editor' -n`. Where the quotes do not match all of it is a name.
    #[must_use]
    pub fn parse(words: &str) -> Self {
        // A path of Windows is full of what quotes the next character elsewhere.
        let quoted = if cfg!(windows) { words.replace('\\', "\\\\") } else { words.to_owned() };
        let mut words = shlex::split(&quoted).unwrap_or_else(|| vec![words.to_owned()]).into_iter();
        let name = words.next().unwrap_or_default().into();
        Self { name, arguments: words.map(OsString::from).collect() }
    }
}

impl Environment {
    /// Copies the variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// Returns the text of a variable, `None` where it is unset, empty or not UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(OsStr::new(name))?.to_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Returns a variable as a path, `None` where it is unset or empty.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(OsStr::new(name)).filter(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// Returns what the screen wants to know.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| self.text(name));
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        Surroundings {
            no_color: self.text("NO_COLOR").is_some(),
            over_ssh: self.text("SSH_TTY").is_some() || self.text("SSH_CONNECTION").is_some(),
            utf8: cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8"),
            terminal: self.text("TERM").unwrap_or_default(),
            home: self.path(if cfg!(windows) { "USERPROFILE" } else { "HOME" }),
            editor: self.editor(),
        }
    }

    /// `VISUAL`, then `EDITOR`, then what every system has.
    fn editor(&self) -> UserProgram {
        let wanted = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
            self.text(name).map(|words| UserProgram::parse(&words)).filter(|program| !program.name.is_empty())
        });
        wanted.unwrap_or_else(|| UserProgram::parse(if cfg!(windows) { "notepad" } else { "vi" }))
    }

    /// Returns the accounts that exist only here: `MEGAPANE_REMOTE_<NAME>_USER`, `…_PASSWORD` and `…_API_URL`.
    ///
    /// Their names are the `<NAME>` in lower case.
    pub fn accounts(&self) -> Result<Vec<Account>, ConfigError> {
        let name_of = |variable: &OsString| {
            let name = variable.to_str()?.strip_prefix(PREFIX)?.strip_suffix("_USER")?;
            (!name.is_empty()).then(|| name.to_owned())
        };
        self.0.keys().filter_map(name_of).map(|name| self.account_of(&name)).collect()
    }

    fn account_of(&self, name: &str) -> Result<Account, ConfigError> {
        let required = |field: &str| {
            let variable = format!("{PREFIX}{name}_{field}");
            self.text(&variable).ok_or(ConfigError::IncompleteEnvironment { missing: variable })
        };
        Ok(Account {
            name: account_name(name),
            email: required("USER")?,
            api_url: self.text(&format!("{PREFIX}{name}_API_URL")),
            passphrase: false,
            password: Some(Secret::new(required("PASSWORD")?)),
        })
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Returns the name that an account of the environment has, for a name as it is typed or stands in a variable.
#[must_use]
pub(super) fn account_name(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

const PREFIX: &str = "MEGAPANE_REMOTE_";
