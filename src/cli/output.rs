//! The only place that prints: data on stdout ([`Output`]), everything else on stderr ([`Messages`]). Commands hand it
//! rows and sentences. A reader that went away ends the run without a complaint.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;
use serde::Serialize;

use super::exit::ExitCode;
use crate::config::ConfigError;
use crate::message::{Problem, ProblemKind};
use crate::ui::text::shown;
use crate::worker::problem;

/// Why a command ends before its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to tell the user.
    Problem(Box<Problem>),
    /// The reader of our output went away: that is success.
    BrokenPipe,
}

impl Failure {
    /// A problem of a kind, a sentence and a hint (`""` for none).
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Problem::new(kind, message, hint).into()
    }

    /// The command as typed makes no sense.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ProblemKind::Usage, message, hint)
    }

    /// The user stopped it.
    pub(crate) fn interrupted() -> Self {
        Self::new(ProblemKind::Interrupted, "stopped", "")
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        problem::of_config(&error).into()
    }
}

/// What a command returns: how it ended, or why it could not go on.
pub(crate) type Outcome = Result<ExitCode, Failure>;

/// Data for stdout, buffered: call [`Self::flush`] where somebody waits for it.
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    terminal: bool,
}

impl Output {
    /// Takes over stdout.
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        Self { terminal: stdout.is_terminal(), stdout: BufWriter::with_capacity(BUFFER_BYTES, stdout) }
    }

    /// Returns a name as it is to be printed on stdout.
    pub(crate) fn name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        printable(name, self.terminal)
    }

    /// Prints a line.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) -> Result<(), Failure> {
        self.bytes(line.as_ref().as_bytes())?;
        self.bytes(b"\n")
    }

    /// Prints text without a line's end, at once.
    pub(crate) fn prompt(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())?;
        self.flush()
    }

    /// Prints a value as JSON on lines of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::new(ProblemKind::Other, format!("cannot write JSON: {error}"), ""))?;
        self.line(text)
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stdout.write_all(bytes).map_err(|error| write_failure(&error))
    }

    /// Hands everything to the reader.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().map_err(|error| write_failure(&error))
    }
}

fn write_failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::BrokenPipe;
    }
    Failure::new(ProblemKind::Other, format!("cannot write the output: {error}"), "")
}

/// Sentences for stderr. Clones share the progress bars that lines must not tear.
#[derive(Clone)]
pub(crate) struct Messages {
    level: Level,
    terminal: bool,
    bars: Arc<Mutex<Option<MultiProgress>>>,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// `-q`: errors.
    Quiet,
    /// Errors and notices.
    Normal,
    /// `-v`: what was done to each file.
    Verbose,
    /// `-vv`: also what was left alone.
    Detailed,
}

impl Messages {
    /// Speaks on stderr, as much as `level` says.
    pub(crate) fn new(level: Level) -> Self {
        Self { level, terminal: io::stderr().is_terminal(), bars: Arc::default() }
    }

    /// Returns how much is said.
    pub(crate) const fn level(&self) -> Level {
        self.level
    }

    /// Returns whether a person is looking.
    pub(crate) const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Tells what went wrong: one sentence, and a hint where there is one.
    pub(crate) fn problem(&self, problem: &Problem) {
        // The sentence stands behind a name here, not alone as in a dialog.
        let sentence = match problem.message.strip_prefix("Cannot ") {
            Some(rest) => format!("cannot {rest}"),
            None => problem.message.clone(),
        };
        self.print(&format!("megapane: {sentence}"));
        if !problem.hint.is_empty() {
            self.print(&format!("Hint: {}", problem.hint));
        }
    }

    /// Tells something that the user should know, but that stops nothing.
    pub(crate) fn notice(&self, text: &str) {
        if self.level >= Level::Normal {
            self.print(&format!("megapane: {text}"));
        }
    }

    /// Tells what was done, for `-v`.
    pub(crate) fn info(&self, text: &str) {
        if self.level >= Level::Verbose {
            self.print(text);
        }
    }

    /// Tells what needed nothing, for `-vv`.
    pub(crate) fn detail(&self, text: &str) {
        if self.level >= Level::Detailed {
            self.print(text);
        }
    }

    /// Asks on the terminal, without a line's end.
    pub(crate) fn prompt(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        // Nobody to ask is found out by reading the answer.
        let _ = stderr.write_all(self.name(text).as_bytes()).and_then(|()| stderr.flush());
    }

    /// Lines go above these bars from now on; `None` when they are gone.
    pub(crate) fn keep_clear_of(&self, bars: Option<MultiProgress>) {
        *self.bars.lock().unwrap_or_else(PoisonError::into_inner) = bars;
    }

    /// Returns a name as it is to be printed on stderr.
    pub(crate) fn name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        printable(name, self.terminal)
    }

    /// Prints one line whatever the level. Names in it are escaped on a terminal.
    pub(crate) fn print(&self, line: &str) {
        self.print_raw(&self.name(line));
    }

    /// Prints one line of our own making, which may have tabs.
    pub(crate) fn print_raw(&self, line: &str) {
        // A stderr that is gone has no reader to miss the line.
        let print = || drop(writeln!(io::stderr().lock(), "{line}"));
        match &*self.bars.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}

/// Returns a name escaped for a terminal, where it could do harm, and as it is for anything else that reads.
fn printable(name: &str, terminal: bool) -> Cow<'_, str> {
    if terminal { shown(name) } else { Cow::Borrowed(name) }
}

/// Enough that a listing of a million rows costs few system calls.
const BUFFER_BYTES: usize = 64 * 1024;
