//! The terminal: taken over by a [`TerminalGuard`] and given back whatever happens (return, error, panic); and the
//! [`Control`] over what is not drawing: frames in one piece, the clipboard, suspending.

use std::io::{self, Stdout, Write};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, terminal};

/// What the run loop needs of a terminal besides drawing on it.
pub trait Control {
    /// Puts a text on the clipboard.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal back to the shell and stops the program until the shell calls it again.
    ///
    /// # Errors
    /// Where the terminal cannot be given back or taken over again.
    fn suspend(&mut self) -> io::Result<()>;
}

/// Holds the terminal in its full-screen state; dropping it gives the terminal back.
pub struct TerminalGuard {
    earlier_hook: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>,
}

impl TerminalGuard {
    /// Takes the terminal over. To be called on the thread that runs the screen: a panic there gives the terminal back
    /// before it is reported; one elsewhere goes to the log alone, the screen is still up.
    ///
    /// # Errors
    /// Where there is no terminal.
    pub fn enter() -> io::Result<Self> {
        let earlier_hook: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = Arc::from(std::panic::take_hook());
        let hook = Arc::clone(&earlier_hook);
        let screen = thread::current().id();
        std::panic::set_hook(Box::new(move |panic| report_panic(panic, screen, &*hook)));
        let guard = Self { earlier_hook };
        take_over()?;
        Ok(guard)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
        if !thread::panicking() {
            let hook = Arc::clone(&self.earlier_hook);
            std::panic::set_hook(Box::new(move |panic| hook(panic)));
        }
    }
}

fn report_panic(panic: &PanicHookInfo<'_>, screen: ThreadId, earlier: &dyn Fn(&PanicHookInfo<'_>)) {
    if thread::current().id() == screen {
        give_back();
        earlier(panic);
    } else {
        tracing::error!("{panic}");
    }
}

fn take_over() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Gives the terminal back; failures are past caring about, the terminal may be gone.
fn give_back() {
    let mut out = io::stdout();
    let _ =
        execute!(out, EndSynchronizedUpdate, ResetColor, Show, DisableBracketedPaste, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

/// The terminal that the program was started in.
#[derive(Debug)]
pub struct OwnTerminal {
    out: Stdout,
}

impl OwnTerminal {
    /// Makes the control of the terminal on standard output, which a [`TerminalGuard`] holds.
    #[must_use]
    pub fn new() -> Self {
        Self { out: io::stdout() }
    }
}

impl Default for OwnTerminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Control for OwnTerminal {
    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.out, CopyToClipboard::to_clipboard_from(text))?;
        self.out.flush()
    }

    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        give_back();
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        take_over()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}
