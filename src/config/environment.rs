//! The environment as it was at the start: variables of ours, accounts that exist only there, and what the terminal
//! is like. It is the only reader of environment variables and holds a copy, so tests can make their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use super::{Account, ConfigError};
use crate::secret::Secret;

/// The variables of the process.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// What the screen wants to know of the place where it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Surroundings {
    /// `NO_COLOR` is set: bold, dim and reverse only.
    pub no_color: bool,
    /// The terminal is at the other end of an ssh line: a lone Esc needs longer to be told from a key's beginning.
    pub over_ssh: bool,
    /// The locale has UTF-8; otherwise the signs of the screen are ASCII.
    pub utf8: bool,
    /// The terminal's type (`TERM`), empty where none is told.
    pub terminal: String,
    /// What stands between the program and the terminal.
    pub multiplexer: Multiplexer,
    /// The terminal's ground as `COLORFGBG` tells it, where it does.
    pub light_ground: Option<bool>,
    /// The user's home folder, shown as `~`.
    pub home: Option<PathBuf>,
    /// The user's editor.
    pub editor: UserProgram,
    /// The user's shell.
    pub shell: UserProgram,
    /// How many colours a picture may have.
    pub depth: ColorDepth,
    /// Whether programs with windows can be seen: not over ssh, unless it forwards a display.
    pub has_desktop: bool,
}

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorDepth {
    /// Sixteen or fewer, or none are wanted: a picture is drawn in shades.
    #[default]
    Few,
    /// 256 (`TERM` says so).
    Indexed,
    /// 24 bits (`COLORTERM` says so).
    Millions,
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

/// A program that has terminals inside a terminal: it eats what it does not know, unless that is wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Multiplexer {
    /// There is none.
    #[default]
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
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
            multiplexer: self.multiplexer(),
            light_ground: self.text("COLORFGBG").and_then(|colors| is_light(&colors)),
            home: self.path(if cfg!(windows) { "USERPROFILE" } else { "HOME" }),
            editor: self.editor(),
            shell: self.shell(),
            depth: self.depth(),
            has_desktop: self.has_desktop(),
        }
    }

    fn has_desktop(&self) -> bool {
        let has_display = self.text("DISPLAY").is_some() || self.text("WAYLAND_DISPLAY").is_some();
        let is_far = self.text("SSH_TTY").is_some() || self.text("SSH_CONNECTION").is_some();
        has_display || (cfg!(any(windows, target_os = "macos")) && !is_far)
    }

    fn depth(&self) -> ColorDepth {
        let says = |name: &str, words: &[&str]| {
            self.text(name).is_some_and(|text| words.iter().any(|word| text.contains(word)))
        };
        if self.text("NO_COLOR").is_some() {
            ColorDepth::Few
        } else if says("COLORTERM", &["truecolor", "24bit"]) {
            ColorDepth::Millions
        } else if says("TERM", &["256color", "-direct"]) {
            ColorDepth::Indexed
        } else {
            ColorDepth::Few
        }
    }

    /// What the system says, as a path: it may have blanks, and has no arguments.
    fn shell(&self) -> UserProgram {
        let (name, fallback) = if cfg!(windows) { ("COMSPEC", "cmd") } else { ("SHELL", "/bin/sh") };
        let path = self.path(name).unwrap_or_else(|| fallback.into());
        UserProgram { name: path.into(), arguments: Vec::new() }
    }

    /// `VISUAL`, then `EDITOR`, then what every system has.
    fn editor(&self) -> UserProgram {
        let wanted = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
            self.text(name).map(|words| UserProgram::parse(&words)).filter(|program| !program.name.is_empty())
        });
        wanted.unwrap_or_else(|| UserProgram::parse(if cfg!(windows) { "notepad" } else { "vi" }))
    }

    /// Returns the innermost multiplexer. Where one runs inside the other the name of the terminal tells, as far as it can:
    /// screen prints what is wrapped for tmux, while tmux drops what is wrapped for screen.
    fn multiplexer(&self) -> Multiplexer {
        let is_tmux_terminal = self.text("TERM").is_some_and(|terminal| terminal.starts_with("tmux"));
        match (self.text("TMUX"), self.text("STY")) {
            (Some(_), Some(_)) if !is_tmux_terminal => Multiplexer::Screen,
            (Some(_), _) => Multiplexer::Tmux,
            (None, Some(_)) => Multiplexer::Screen,
            (None, None) => Multiplexer::None,
        }
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

/// Takes the passwords of this process's environment from that of a program which it starts: it has no use for them.
pub fn withhold_secrets(program: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(PASSWORD)) {
            program.env_remove(name);
        }
    }
}

/// Returns whether the ground of `COLORFGBG` (`15;0`, `0;default;15`) is light: white or grey, of sixteen.
fn is_light(colors: &str) -> Option<bool> {
    let ground: u8 = colors.rsplit(';').next()?.parse().ok()?;
    (ground < 16).then_some(matches!(ground, 7 | 9..=15))
}

/// Returns the name that an account of the environment has, for a name as it is typed or stands in a variable.
#[must_use]
pub(super) fn account_name(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

const PREFIX: &str = "MEGAPANE_REMOTE_";
const PASSWORD: &str = "_PASSWORD";
