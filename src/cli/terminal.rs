//! Questions at the terminal: a line, one of several letters, a secret that is not shown. Without a terminal nothing
//! is ever asked; who calls decides what that means.

use std::io::{self, BufRead, IsTerminal};

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroizing;

use super::output::Failure;
use crate::message::ProblemKind;
use crate::secret::Secret;

/// Returns whether somebody can be asked: keys come from a terminal, and questions reach one.
pub(crate) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads one line of the answer, without its end. The question has been printed.
pub(crate) async fn line() -> Result<String, Failure> {
    blocking(|| {
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) => Err(Failure::interrupted()),
            Ok(_) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
            Err(error) => Err(unreadable(&error)),
        }
    })
    .await
}

/// A terminal that shows nothing of what is typed. It begins before the question is printed, so that not even the
/// fastest answer is seen.
pub(crate) struct Hidden(());

impl Hidden {
    /// Stops showing what is typed, until the value is dropped. Questions printed meanwhile are one line without an end.
    pub(crate) fn begin() -> Result<Self, Failure> {
        enable_raw_mode().map_err(|error| unreadable(&error))?;
        Ok(Self(()))
    }

    /// Reads one line that is typed or pasted. The question has been printed.
    pub(crate) async fn secret(self) -> Result<Secret, Failure> {
        let secret = blocking(read_hidden).await;
        drop(self);
        // Enter was not shown either.
        let _ = io::Write::write_all(&mut io::stderr(), b"\n");
        secret
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // What could be done about it? The next prompt of the shell sets its own mode.
        let _ = disable_raw_mode();
    }
}

/// A terminal that shows nothing of the lines that are typed, until the value is dropped. For whoever reads lines anyway;
/// [`Hidden`] reads by itself.
#[cfg(unix)]
pub(crate) struct Silence {
    before: rustix::termios::Termios,
}

/// Elsewhere no line can be read so.
#[cfg(not(unix))]
pub(crate) enum Silence {}

impl Silence {
    /// Stops showing what is typed; `None` where that cannot be done.
    #[cfg(unix)]
    pub(crate) fn begin() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent).ok()?;
        Some(Self { before })
    }

    /// Stops showing what is typed; `None` where that cannot be done.
    #[cfg(not(unix))]
    pub(crate) const fn begin() -> Option<Self> {
        None
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // What could be done about it? The next prompt of the shell sets its own mode.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

fn read_hidden() -> Result<Secret, Failure> {
    let mut typed = Zeroizing::new(String::with_capacity(MAX_SECRET_CHARS * 4));
    loop {
        let Event::Key(key) = event::read().map_err(|error| unreadable(&error))? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Secret::new(std::mem::take(&mut *typed))),
            KeyCode::Char('j' | 'm') if control => return Ok(Secret::new(std::mem::take(&mut *typed))),
            KeyCode::Char('c' | 'd') if control => return Err(Failure::interrupted()),
            KeyCode::Char('u') if control => typed.clear(),
            KeyCode::Char(c) if !control && typed.len() < MAX_SECRET_CHARS => typed.push(c),
            KeyCode::Backspace => drop(typed.pop()),
            // Arrows and the like do nothing while one types blind.
            _ => {}
        }
    }
}

/// Waits on a thread of its own: a question may stay open for hours.
async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(ask).await.unwrap_or_else(|_| Err(Failure::interrupted()))
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(ProblemKind::Other, format!("cannot read the answer: {error}"), "")
}

/// Longer than any password that MEGA takes; the buffer is made once so that growing leaves no copies behind.
const MAX_SECRET_CHARS: usize = 4096;
