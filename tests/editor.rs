#![cfg(test)]
//! The user's editor in the real program, in a pseudo-terminal: it gets every key that is meant for it, signals of the
//! terminal are its own, and the screen is there again afterwards. The editor is a small script.
#![cfg(unix)]

mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;
use terminal::{Session, demo_command};

#[test]
fn the_editor_gets_its_keys_and_the_screen_comes_back() {
    let home = Home::new(
        "printf 'EDITOR %s on %s\\n' \"$1\" \"$(cat \"$2\")\"\nIFS= read -r line\nprintf '%s' \"$line\" > \"$2\"\n",
    );
    let mut session = home.demo();
    session.wait_for("left.txt");
    session.wait_for("Welcome to megapane.txt");
    for (before, words) in [("from the left", "first"), ("first", "second")] {
        session.type_in("/left\re");
        session.wait_for(&format!("EDITOR --now on {before}"));
        session.type_in(&format!("{words}\r"));
        session.wait_for("Welcome to megapane.txt");
        assert_eq!(fs::read_to_string(home.file()).unwrap(), words);
    }
    session.type_in("q");
    assert_eq!(session.finish(), 0);
}

#[test]
fn an_interrupt_ends_the_editor_and_not_the_program() {
    let home = Home::new("echo EDITOR\nIFS= read -r line\n");
    let mut session = home.demo();
    session.wait_for("left.txt");
    session.wait_for("Welcome to megapane.txt");
    session.type_in("/left\re");
    session.wait_for("EDITOR");
    session.type_in("\x03");
    session.wait_for("was ended by a signal");
    session.type_in("q");
    assert_eq!(session.finish(), 0);
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let home = Home::new("");
    fs::remove_file(home.editor()).unwrap();
    let mut session = home.demo();
    session.wait_for("left.txt");
    session.type_in("/left\r\x1b4"); // Esc and a digit is a function key
    session.wait_for("Cannot edit \"left.txt\" with");
    session.wait_for("$EDITOR");
    session.type_in("q");
    assert_eq!(session.finish(), 0);
}

/// Folders of a person with an editor of their own.
struct Home(TempDir);

impl Home {
    fn new(script: &str) -> Self {
        let home = Self(TempDir::new().unwrap());
        fs::create_dir(home.0.path().join("work")).unwrap();
        fs::write(home.file(), "from the left").unwrap();
        fs::write(home.editor(), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(home.editor(), fs::Permissions::from_mode(0o755)).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("work/left.txt")
    }

    fn editor(&self) -> PathBuf {
        self.0.path().join("my editor")
    }

    fn demo(&self) -> Session {
        let mut command = demo_command(self.0.path());
        command.env("VISUAL", format!("'{}' --now", self.editor().display()));
        command.env("EDITOR", "false");
        Session::start(command)
    }
}
