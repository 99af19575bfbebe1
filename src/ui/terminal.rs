//! The terminal: taken over by a [`TerminalGuard`] and given back whatever happens (return, error, panic); and the
//! [`Control`] over what is not drawing: frames in one piece, the clipboard, suspending.

use std::io::{self, PipeWriter, Stdout, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, terminal};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errand::{Errand, ErrandEnd};
use super::gate::Gate;
use super::meter::Meter;
use super::terminal_kind::TerminalKind;
use super::text;
use crate::config::Multiplexer;
use crate::config::environment::withhold_secrets;
use crate::config::screen::Notify;

/// What the run loop needs of a terminal besides drawing on it.
pub trait Control {
    /// Puts a text on the clipboard of the machine that the user sits at.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Returns whether that clipboard can be reached, as far as the terminal's name tells.
    fn has_clipboard(&self) -> bool {
        true
    }

    /// Gives the terminal back to the shell and stops the program until the shell calls it again.
    ///
    /// # Errors
    /// Where the terminal cannot be given back or taken over again.
    fn suspend(&mut self) -> io::Result<()>;

    /// Takes the mouse from the terminal, or leaves it to it.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    fn take_mouse(&mut self, _taken: bool) -> io::Result<()> {
        Ok(())
    }

    /// Calls somebody who looks elsewhere, as is set.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    fn notify(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    /// Names the window, where that is set.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    fn name_window(&mut self, _title: &str) -> io::Result<()> {
        Ok(())
    }

    /// Gives the terminal to a program of the user's, waits for its end, and takes it over again. The screen has to be
    /// drawn anew then. The worker goes on meanwhile: it runs on other threads.
    ///
    /// # Errors
    /// Where the terminal cannot be taken over again; that the program cannot be started is an [`ErrandEnd`].
    fn run(&mut self, errand: &Errand) -> io::Result<ErrandEnd> {
        Ok(ErrandEnd::NotStarted(format!("no terminal to run {} in", errand.program.display())))
    }

    /// Opens a file with what the system has for it; nothing is waited for.
    ///
    /// # Errors
    /// Where the system has nothing that opens files.
    fn open(&mut self, path: &Path) -> io::Result<()> {
        open_detached(path)
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

/// Asks the terminal what its text stands on; the answer comes among the keys, where [`super::escape`] knows it.
pub(super) fn ask_ground() -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(ASK_GROUND)?;
    out.flush()
}

/// Gives the terminal back; failures are past caring about, the terminal may be gone.
fn give_back() {
    let mut out = io::stdout();
    let _ = out.write_all(MOUSE_OFF);
    let _ =
        execute!(out, EndSynchronizedUpdate, ResetColor, Show, DisableBracketedPaste, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

/// The terminal that the program was started in.
#[derive(Debug)]
pub struct OwnTerminal {
    out: Stdout,
    meter: Meter,
    kind: TerminalKind,
    notify: Notify,
    /// Whether the mouse is taken: to be taken again when the shell calls the program back.
    has_mouse: bool,
    gate: Gate,
    /// What stands in for the keyboard of a terminal that is gone: nobody writes to it.
    silence: Option<PipeWriter>,
}

impl OwnTerminal {
    /// Makes the control of the terminal on standard output, which a [`TerminalGuard`] holds. What is drawn is counted
    /// by the meter; who reads the keyboard passes the gate.
    #[must_use]
    pub fn new(meter: Meter, kind: TerminalKind, notify: Notify, gate: Gate) -> Self {
        Self { out: io::stdout(), meter, kind, notify, has_mouse: false, gate, silence: None }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
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
        // An old terminal would print it.
        if self.kind.modern { self.send(clipboard(text, self.kind).as_bytes()) } else { Ok(()) }
    }

    fn has_clipboard(&self) -> bool {
        self.kind.modern
    }

    fn take_mouse(&mut self, taken: bool) -> io::Result<()> {
        self.has_mouse = taken;
        self.send(if taken { MOUSE_ON } else { MOUSE_OFF })
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        let call = call(text, self.notify, self.kind);
        self.send(call.as_bytes())
    }

    fn name_window(&mut self, title: &str) -> io::Result<()> {
        let title = text::cut_end(title, MOST_TITLE);
        if self.kind.modern { self.send(format!("\x1b]2;{title}\x07").as_bytes()) } else { Ok(()) }
    }

    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        give_back();
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        take_over()?;
        if self.has_mouse { self.send(MOUSE_ON) } else { Ok(()) }
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
        let mut program = Command::new(&errand.program);
        withhold_secrets(&mut program);
        program.args(&errand.arguments);
        if let Some(folder) = &errand.folder {
            program.current_dir(folder);
        }
        let ended = program.status();
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

/// Opens a file with the first program of the system that can be started. It lives on when we end, and C-c is not for it.
fn open_detached(path: &Path) -> io::Result<()> {
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for mut program in open::commands(path) {
        withhold_secrets(&mut program);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut program, 0);
        match program.spawn() {
            Ok(mut started) => {
                thread::spawn(move || started.wait()); // a dead child that nobody waits for stays in the system's table
                return Ok(());
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn end_of(status: ExitStatus) -> ErrandEnd {
    if status.success() { ErrandEnd::Well } else { ErrandEnd::Badly(status.code()) }
}

/// Returns what puts a text on the clipboard (OSC 52). tmux takes it itself or, where that is off, may let it through:
/// it gets both.
fn clipboard(text: &str, kind: TerminalKind) -> String {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match kind.multiplexer {
        Multiplexer::None => sequence,
        Multiplexer::Tmux => format!("{sequence}{}", kind.wrapped(&sequence)),
        Multiplexer::Screen => kind.wrapped(&sequence),
    }
}

/// Returns what calls somebody who looks elsewhere.
fn call(text: &str, notify: Notify, kind: TerminalKind) -> String {
    let text = text::cut_end(text, MOST_NOTICE);
    let sequence = match notify {
        Notify::Off => return String::new(),
        _ if !kind.modern => return BELL.to_owned(),
        Notify::Bell => return BELL.to_owned(),
        Notify::Osc9 => format!("\x1b]9;{text}\x07"),
        // The parts of this one are told apart by semicolons.
        Notify::Osc777 => format!("\x1b]777;notify;megapane;{}\x07", text.replace(';', ",")),
    };
    kind.wrapped(&sequence)
}

/// Buttons and the wheel, with places beyond column 223 (DEC 1000 and 1006); not the moves, which would fill a slow line.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

const BELL: &str = "\x07";

/// OSC 11 with a question mark.
const ASK_GROUND: &[u8] = b"\x1b]11;?\x07";

/// Columns of a desktop notice at most.
const MOST_NOTICE: usize = 200;

/// Columns of a window's title at most.
const MOST_TITLE: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(multiplexer: Multiplexer) -> TerminalKind {
        TerminalKind { multiplexer, ..TerminalKind::default() }
    }

    #[test]
    fn the_clipboard_is_reached_through_what_stands_between() {
        assert_eq!(clipboard("hi", inside(Multiplexer::None)), "\x1b]52;c;aGk=\x07");
        let tmux = clipboard("hi", inside(Multiplexer::Tmux));
        assert_eq!(tmux, "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
        assert_eq!(clipboard("hi", inside(Multiplexer::Screen)), "\x1bP\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn a_call_says_nothing_that_the_terminal_could_obey() {
        let hostile = "copied a\x07\x1b]0;x\x07;b";
        let plain = inside(Multiplexer::None);
        assert_eq!(call(hostile, Notify::Osc9, plain), "\x1b]9;copied a\\x07\\x1b]0;x\\x07;b\x07");
        let osc777 = call(hostile, Notify::Osc777, plain);
        assert_eq!(osc777, "\x1b]777;notify;megapane;copied a\\x07\\x1b]0,x\\x07,b\x07");
        assert_eq!(call(hostile, Notify::Bell, inside(Multiplexer::Tmux)), "\x07");
        assert_eq!(call(hostile, Notify::Off, plain), "");
        let old = TerminalKind { modern: false, ..plain };
        assert_eq!(call(hostile, Notify::Osc9, old), "\x07", "an old one would print it");
    }
}
