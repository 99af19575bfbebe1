#![cfg(test)]
//! The real program in a pseudo-terminal: it starts, copies, quits, and gives the terminal back, also after a signal, a
//! hangup and a panic. Nothing is waited for longer than it takes; the limit is there for a broken program only.
#![cfg(unix)]

mod terminal;

use std::fs;
use std::path::PathBuf;

use megapane::ui::terminal::TerminalGuard;
use portable_pty::CommandBuilder;
use tempfile::TempDir;
use terminal::{Session, demo_command};

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
fn the_demo_has_the_users_own_keys() {
    let home = Home::new();
    fs::create_dir(home.root.path().join("config")).unwrap();
    fs::write(home.root.path().join("config/keymap.toml"), "[panes]\nquit = [\"Q\"]\n").unwrap();
    let mut session = home.demo();
    session.wait_for("left.txt");
    session.type_in("Q");
    assert_eq!(session.finish(), 0);
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
fn the_mouse_is_taken_by_a_key_works_and_is_given_back() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.wait_for("left.txt");
    session.type_in("gm");
    session.wait_for("the mouse is on");
    assert!(session.has_mouse());
    session.type_in("\x1b[<0;6;4M\x1b[<0;6;4m"); // press and release: column 6, line 4
    session.wait_for("▌ left.txt");
    session.signal("TERM");
    assert_eq!(session.finish(), 130);
}

#[test]
fn control_c_asks_and_a_lone_escape_closes() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.type_in("\x03");
    session.wait_for("Nothing is under way.");
    session.type_in("\x1b");
    session.wait_until_gone("Nothing is under way.");
    session.type_in("\x1b0");
    assert_eq!(session.finish(), 0, "Esc and 0 are F10");
}

#[test]
fn a_window_that_is_pulled_about_is_followed() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    for (columns, lines) in [(200, 60), (20, 5), (7, 3), (120, 40)] {
        session.resize(columns, lines);
        session.wait_for(if columns < 20 { "small" } else { "left" });
    }
    session.type_in("q");
    assert_eq!(session.finish(), 0);
}

#[test]
fn the_first_key_after_a_change_of_the_size_counts_at_once() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("left.txt");
    for (columns, lines) in [(100, 30), (81, 25), (120, 40)] {
        session.resize(columns, lines);
        session.type_in("?");
        session.wait_for("Files");
        session.resize(columns - 1, lines);
        session.type_in("q");
        session.wait_until_gone("Files");
        session.wait_for("left.txt");
    }
    session.type_in("q");
    assert_eq!(session.finish(), 0);
}

#[test]
fn an_old_terminal_gets_no_colours_and_nothing_that_it_would_print() {
    let home = Home::new();
    let mut session = home.demo_on("vt100");
    session.wait_for("demo:/");
    session.type_in("?");
    session.wait_for("Files");
    let written = session.written();
    for unknown in ["\x1b[?2026", "\x1b]", "\x1b[36m", ";36m", ";31m"] {
        assert!(!written.contains(unknown), "{unknown:?}");
    }
    session.type_in("qq");
    assert_eq!(session.finish(), 0);
}

#[test]
fn a_terminal_that_goes_away_takes_the_program_with_it() {
    let home = Home::new();
    let mut session = home.demo();
    session.wait_for("demo:/");
    session.terminal_goes().wait().unwrap();
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
        self.demo_on("xterm-256color")
    }

    fn demo_on(&self, terminal: &str) -> Session {
        let mut command = demo_command(self.root.path());
        command.env("TERM", terminal);
        Session::start(command)
    }
}
