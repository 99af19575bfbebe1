#![cfg(test)]
//! The real program in a pseudo-terminal: it starts, copies, quits, and gives the terminal back, also after a signal, a
//! hangup and a panic. Nothing is waited for longer than it takes; the limit is there for a broken program only.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use megapane::ui::terminal::TerminalGuard;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

#[test]
fn the_demo_copies_a_file_down_and_quits() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.wait_for("Welcome to megapane.txt");
    session.wait_for("left.txt");
    session.type_in("\t/Welcome\rc");
    session.wait_for("1 file");
    session.type_in("c");
    session.wait_for("is a real folder of yours");
    session.type_in("y");
    session.wait_for("copied 1 file");
    session.type_in("q");
    assert_eq!(session.finish(), 0);
    let copied = fs::read_to_string(home.folder().join("Welcome to megapane.txt")).unwrap();
    assert!(!copied.is_empty());
}

#[test]
fn a_signal_ends_the_screen_and_gives_the_terminal_back() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.signal("TERM");
    assert_eq!(session.finish(), 130);
}

#[test]
fn a_terminal_that_goes_away_takes_the_program_with_it() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.signal("HUP");
    let Session { mut child, master, .. } = session;
    drop(master);
    child.wait().unwrap();
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let mut child = CommandBuilder::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", "panics_with_the_screen_up", "--nocapture"]);
    let mut session = Session::start(child);
    session.wait_for("panicked");
    session.wait_for("the reason");
    session.finish();
}

#[test]
#[ignore = "run by the test above, in a terminal of its own"]
fn panics_with_the_screen_up() {
    let _guard = TerminalGuard::enter().unwrap();
    panic!("the reason");
}

/// Folders of a person who has just come.
struct Home {
    root: TempDir,
}

impl Home {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        fs::write(root.path().join("work/left.txt"), "from the left").unwrap();
        Self { root }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn demo(&self) -> Session {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_megapane"));
        command.arg("demo");
        command.env_clear();
        let root = self.root.path();
        for (name, folder) in [("CONFIG", "config"), ("CACHE", "cache"), ("STATE", "state")] {
            command.env(format!("MEGAPANE_{name}_DIR"), root.join(folder));
        }
        command.env("HOME", root);
        command.env("LANG", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        command.cwd(self.folder());
        Session::start(command)
    }
}

/// A program in a terminal of 80x24.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: mpsc::Receiver<Vec<u8>>,
    terminal: vt100::Parser,
}

impl Session {
    fn start(command: CommandBuilder) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            master: pair.master,
            keyboard,
            output,
            terminal: vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0),
        }
    }

    fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn signal(&self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &process]).status().unwrap().success());
    }

    /// Reads until the screen shows a text.
    fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + LIMIT;
        while !self.terminal.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.terminal.process(&bytes),
                Err(error) => panic!("no {text:?} ({error}) on\n{}", self.terminal.screen().contents()),
            }
        }
    }

    /// Reads to the end, and checks that the terminal is as it was before; returns the exit code.
    fn finish(mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        while let Ok(bytes) = self.output.recv_timeout(SHORT) {
            self.terminal.process(&bytes);
        }
        let screen = self.terminal.screen();
        assert!(!screen.alternate_screen(), "the screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        code
    }
}

/// How long a screen may take to show something; a loaded machine with a debug build takes seconds.
const LIMIT: Duration = Duration::from_mins(2);

/// How long the terminal may hold back bytes of a program that has ended; it closes at once where it can.
const SHORT: Duration = Duration::from_secs(2);
