//! [`Options`]: how the screen begins, and [`UiError`]: why it ends other than by the user's wish.
//! The command line makes the one and tells the other; the run loop is between them.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{ColorDepth, OnHangup, UserProgram};
use crate::ui::settings::Settings;

/// How the screen begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder on the left.
    pub folder: PathBuf,
    /// The account on the right; without one the first of the configuration is shown, or the login form.
    pub account: Option<String>,
    /// A folder, `account:path` or an absolute path of the disk, whose usage is shown first.
    pub usage: Option<String>,
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder of the log files.
    pub log: PathBuf,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// Draw without colours.
    pub no_color: bool,
    /// How long an Esc waits for what may follow it: [`super::ESC_TIMEOUT`], over a network [`super::SSH_ESC_TIMEOUT`].
    pub esc_timeout: Duration,
    /// A sentence for the status line while nothing else is there.
    pub banner: Option<String>,
    /// What becomes of transfers when the terminal goes away.
    pub on_hangup: OnHangup,
    /// What the user has set about the screen.
    pub settings: Settings,
    /// Set in the demo: the user is asked once before local files outside this folder are changed.
    pub sample_folder: Option<PathBuf>,
    /// The user's editor.
    pub editor: UserProgram,
    /// The user's shell.
    pub shell: UserProgram,
    /// How many colours a picture may have.
    pub depth: ColorDepth,
    /// Whether programs with windows can be seen.
    pub has_desktop: bool,
}

impl Options {
    /// A screen as it is where nobody has set anything.
    #[must_use]
    pub fn new(folder: PathBuf, home: PathBuf) -> Self {
        Self {
            folder,
            account: None,
            usage: None,
            home,
            log: PathBuf::new(),
            ascii: false,
            no_color: false,
            esc_timeout: super::ESC_TIMEOUT,
            banner: None,
            on_hangup: OnHangup::default(),
            settings: Settings::default(),
            sample_folder: None,
            editor: UserProgram::parse("vi"),
            shell: UserProgram::parse("/bin/sh"),
            depth: ColorDepth::default(),
            has_desktop: false,
        }
    }
}

/// Why the screen ended other than by the user's wish.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// The terminal cannot be set up, read or written.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[source] io::Error),
    /// The worker has ended by itself.
    #[error("the part that does the work has stopped; the log says why")]
    WorkerGone,
    /// The system asked the program to end (SIGTERM, SIGINT), or the terminal went away while nothing moved, and it did.
    #[error("ended by a signal")]
    Terminated,
}
