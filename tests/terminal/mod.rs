//! A real terminal for the real program: a pseudo-terminal of 80x24, what is typed at it, and what it shows. Nothing is
//! waited for longer than it takes; the limit is there for a broken program only.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// A program in a terminal of 80x24.
pub(crate) struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: mpsc::Receiver<Vec<u8>>,
    terminal: vt100::Parser,
    written: Vec<u8>,
}

/// Returns the command of the demo for somebody whose home is `root`, in its folder `work`, with nothing of the tester's
/// environment.
pub(crate) fn demo_command(root: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_megapane"));
    command.arg("demo");
    command.env_clear();
    for (name, folder) in [("CONFIG", "config"), ("CACHE", "cache"), ("STATE", "state")] {
        command.env(format!("MEGAPANE_{name}_DIR"), root.join(folder));
    }
    for (name, value) in [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("TERM", "xterm-256color")] {
        command.env(name, value);
    }
    command.env("HOME", root);
    command.cwd(root.join("work"));
    command
}

impl Session {
    pub(crate) fn start(command: CommandBuilder) -> Self {
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
            written: Vec::new(),
        }
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Returns whether the program has taken the mouse.
    pub(crate) fn has_mouse(&self) -> bool {
        self.terminal.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    pub(crate) fn signal(&self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &process]).status().unwrap().success());
    }

    /// Reads until the screen shows a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait(&format!("no {text:?}"), |screen| screen.contents().contains(text));
    }

    /// Reads until the screen shows a text no more.
    pub(crate) fn wait_until_gone(&mut self, text: &str) {
        self.wait(&format!("still {text:?}"), |screen| !screen.contents().contains(text));
    }

    pub(crate) fn resize(&mut self, columns: u16, lines: u16) {
        self.terminal.screen_mut().set_size(lines.try_into().unwrap(), columns.try_into().unwrap());
        let size = PtySize { rows: lines, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).unwrap();
    }

    /// Returns all that the program has written.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }

    fn wait(&mut self, complaint: &str, done: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + LIMIT;
        while !done(self.terminal.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => {
                    self.terminal.process(&bytes);
                    self.written.extend(bytes);
                }
                Err(error) => panic!("{complaint} ({error}) on\n{}", self.terminal.screen().contents()),
            }
        }
    }

    /// Closes the terminal, as a window is closed or an ssh line breaks; the program is told by a signal where it is the
    /// terminal's own.
    pub(crate) fn terminal_goes(self) -> Box<dyn Child + Send + Sync> {
        let Self { child, master, keyboard, .. } = self;
        drop((master, keyboard));
        child
    }

    /// Reads to the end, and checks that the terminal is as it was before; returns the exit code.
    pub(crate) fn finish(mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        while let Ok(bytes) = self.output.recv_timeout(SHORT) {
            self.terminal.process(&bytes);
        }
        let screen = self.terminal.screen();
        assert!(!screen.alternate_screen(), "the screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is the terminal's"
        );
        code
    }
}

/// How long a screen may take to show something; a loaded machine with a debug build takes seconds.
const LIMIT: Duration = Duration::from_mins(2);

/// How long the terminal may hold back bytes of a program that has ended; it closes at once where it can.
const SHORT: Duration = Duration::from_secs(2);
