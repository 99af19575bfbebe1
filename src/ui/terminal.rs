//! The terminal: taken over by a [`TerminalGuard`] and given back whatever happens (return, error, panic); and the
//! [`Control`] over what is not drawing: frames in one piece, the clipboard, suspending.

use std::io::{self, PipeWriter, Stdout, Write};
use std::panic::PanicHookInfo;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::thread::{self, ThreadId};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, terminal};

use super::errand::{Errand, ErrandEnd};
use super::gate::Gate;
use super::meter::Meter;

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

    /// Gives the terminal to a program of the user's, waits for its end, and takes it over again. The screen has to be
    /// drawn anew then. The worker goes on meanwhile: it runs on other threads.
    ///
    /// # Errors
    /// Where the terminal cannot be taken over again; that the program cannot be started is an [`ErrandEnd`].
    fn run(&mut self, errand: &Errand) -> io::Result<ErrandEnd> {
        Ok(ErrandEnd::NotStarted(format!("no terminal to run {} in", errand.program.display())))
    }

    /// Lets go of a terminal that is gone: nothing is read from it or written to it any more.
    fn let_go(&mut self) {}

    /// Returns how many bytes were drawn so far; 0 where that is not counted.
    fn written(&self) -> u64 {
        0
    }
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
    meter: Meter,
    gate: Gate,
    /// What stands in for the keyboard of a terminal that is gone: nobody writes to it.
    silence: Option<PipeWriter>,
}

impl OwnTerminal {
    /// Makes the control of the terminal on standard output, which a [`TerminalGuard`] holds. What is drawn is counted
    /// by the meter; who reads the keyboard passes the gate.
    #[must_use]
    pub fn new(meter: Meter, gate: Gate) -> Self {
        Self { out: io::stdout(), meter, gate, silence: None }
    }

    /// The reader of a terminal that is gone reads its end over and over, and would take a whole core for it: it gets a
    /// pipe to wait at. What is written goes nowhere.
    #[cfg(unix)]
    fn stand_in(&mut self) -> io::Result<()> {
        let (reader, writer) = io::pipe()?;
        let nowhere = std::fs::File::options().write(true).open("/dev/null")?;
        rustix::stdio::dup2_stdin(reader)?;
        rustix::stdio::dup2_stdout(&nowhere)?;
        self.silence = Some(writer);
        Ok(())
    }

    #[cfg(not(unix))]
    fn stand_in(&mut self) -> io::Result<()> {
        Ok(())
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

    /// The program gets the same streams and stands in the same process group, so that C-z stops both of us and the
    /// shell's `fg` calls both back; C-c is its own, see [`Gate`].
    fn run(&mut self, errand: &Errand) -> io::Result<ErrandEnd> {
        self.gate.shut();
        give_back();
        let ended = Command::new(&errand.program).args(&errand.arguments).status();
        let taken = take_over();
        self.gate.open();
        taken.map(|()| ended.map_or_else(|error| ErrandEnd::NotStarted(error.to_string()), end_of))
    }

    fn let_go(&mut self) {
        give_back(); // where only the signal came and the terminal is still there
        if let Err(error) = self.stand_in() {
            tracing::warn!(%error, "the terminal that is gone stays open");
        }
    }

    fn written(&self) -> u64 {
        self.meter.written()
    }
}

fn end_of(status: ExitStatus) -> ErrandEnd {
    if status.success() { ErrandEnd::Well } else { ErrandEnd::Badly(status.code()) }
}
