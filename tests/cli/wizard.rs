//! The questions of `config` in a pseudo-terminal, answered as one answers rclone's.
#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use megapane::emulator::{NewAccount, PASSWORD};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::scene::{EMAIL, JUNE, Scene};

/// The program in a terminal: what it has shown so far, and a way to type.
pub(crate) struct Terminal {
    keys: Box<dyn Write + Send>,
    shown: Receiver<Vec<u8>>,
    text: String,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Terminal {
    pub(crate) fn open(scene: &Scene, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_megapane"));
        command.env_clear();
        for (name, value) in scene.environment() {
            command.env(name, value);
        }
        command.env("TERM", "xterm");
        command.cwd(scene.path(""));
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (send, shown) = channel();
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { keys, shown, text: String::new(), child }
    }

    /// Waits until the last thing shown is `prompt`.
    pub(crate) fn until(&mut self, prompt: &str) {
        while !self.text.ends_with(prompt) {
            match self.shown.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Err(error) => panic!("{prompt:?} never came ({error}) after:\n{}", self.text),
            }
        }
    }

    /// Waits until the last thing shown is `prompt`, then types an answer.
    pub(crate) fn answer(&mut self, prompt: &str, answer: &str) -> &mut Self {
        self.until(prompt);
        self.keys.write_all(format!("{answer}\r").as_bytes()).unwrap();
        self.text.push('\u{1}'); // the prompt is answered: it does not count for the next one
        self
    }

    /// Waits until the last thing shown is `prompt`, then presses Ctrl and a letter.
    pub(crate) fn control(&mut self, prompt: &str, letter: char) {
        self.until(prompt);
        self.keys.write_all(&[letter as u8 - b'a' + 1]).unwrap();
    }

    /// Everything so far, as it came.
    pub(crate) fn shown(&self) -> &str {
        &self.text
    }

    pub(crate) fn end(mut self) -> (u32, String) {
        let code = self.child.wait().unwrap().exit_code();
        while let Ok(bytes) = self.shown.recv_timeout(Duration::from_secs(5)) {
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        }
        (code, self.text.replace(['\r', '\u{1}'], ""))
    }
}

#[test]
fn the_answers_that_one_gives_rclone_make_a_remote() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
    terminal.answer("user> ", EMAIL).answer("y/g> ", "y");
    terminal.answer("password:", PASSWORD).answer("password:", PASSWORD);
    terminal.answer("2fa> ", "").answer("y/n> ", "n").answer("y/e/d> ", "y").answer("e/n/d/r/c/s/q> ", "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("No remotes found, make a new one?\nn) New remote\n"), "{text}");
    assert!(text.contains("Logged in as ann <ann@example.org>: "), "{text}");
    assert!(text.contains("- type: mega\n- user: ann@example.org\n"), "{text}");
    assert!(text.contains("remote               mega\n"), "{text}");
    assert!(!text.contains(PASSWORD), "the password was shown");
    scene.ann.file("a", b"a", JUNE);
    assert_eq!(scene.run(&["lsf", "remote:"]).clean(), "a\n");
}

/// Answers the questions about a remote up to "Keep this remote?"; Enter takes the user where there is one.
pub(crate) fn answer_login(terminal: &mut Terminal, user: &str) {
    terminal.answer("user> ", user).answer("y/g> ", "y");
    terminal.answer("password:", PASSWORD).answer("password:", PASSWORD);
    terminal.answer("2fa> ", "").answer("y/n> ", "n");
}

#[test]
fn secrets_are_asked_for_at_the_left() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
    terminal.answer("user> ", EMAIL).answer("y/g> ", "y").answer("password:", "").answer("password:", "one");
    terminal.until("\npassword:");
    for line in
        ["Enter the password:", "This value is required and it has no default.", "Confirm the password:"]
    {
        assert!(terminal.shown().contains(&format!("{line}\r\n")), "{line}: {:?}", terminal.shown());
    }
    terminal.control("password:", 'c');
    assert_eq!(terminal.end().0, 130);
}

#[test]
fn a_remote_that_is_left_at_the_last_question_leaves_no_session() {
    for letter in ['c', 'd'] {
        let scene = Scene::new();
        let mut terminal = Terminal::open(&scene, &["config"]);
        terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
        answer_login(&mut terminal, EMAIL);
        terminal.until("y/e/d> ");
        assert_eq!(scene.ann.session_count(), 1);
        terminal.control("y/e/d> ", letter);
        let (code, text) = terminal.end();
        assert_eq!(code, 130, "{text}");
        assert_eq!(scene.ann.session_count(), 0, "Ctrl-{letter}");
        assert!(!scene.own("config").exists());
    }
}

#[test]
fn a_name_that_somebody_else_takes_meanwhile_keeps_its_login() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "n").answer("name> ", "ann").answer("Storage> ", "mega");
    answer_login(&mut terminal, EMAIL);
    terminal.until("y/e/d> ");
    scene.log_in();
    terminal.answer("y/e/d> ", "y").answer("s/q> ", "q");
    let (_, text) = terminal.end();
    assert!(text.contains("There is a remote \"ann\" already"), "{text}");
    assert_eq!(scene.ann.session_count(), 1);
    scene.run(&["lsf", "ann:"]).clean();
}

#[test]
fn after_a_failed_login_the_user_that_was_typed_is_the_default() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
    terminal
        .answer("user> ", EMAIL)
        .answer("y/g> ", "y")
        .answer("password:", "wrong")
        .answer("password:", "wrong");
    terminal.answer("2fa> ", "").answer("y/n> ", "").answer("e/d> ", "e");
    answer_login(&mut terminal, "");
    terminal.answer("y/e/d> ", "y").answer("s/q> ", "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("Press Enter for the default ({EMAIL}).")), "{text}");
    scene.run(&["lsf", "remote:"]).clean();
}

#[test]
fn the_server_that_is_typed_is_the_one_that_is_logged_in_to() {
    let scene = Scene::new();
    let mut terminal =
        Terminal::open(&scene, &["config", "--api-url", "http://127.0.0.1:1/", "--max-wait", "0"]);
    terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
    terminal.answer("user> ", EMAIL).answer("y/g> ", "y");
    terminal
        .answer("password:", PASSWORD)
        .answer("password:", PASSWORD)
        .answer("2fa> ", "")
        .answer("y/n> ", "y");
    let url = scene.url.clone();
    terminal.answer("api_url> ", &url).answer("y/n> ", "").answer("y/e/d> ", "y").answer("s/q> ", "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("- api_url: {url}\n")), "{text}");
    scene.run_with(&["lsf", "remote:"], &[("MEGAPANE_API_URL", "")], "").clean();
}

#[test]
fn wrong_answers_are_told_and_nothing_is_saved_before_it_works() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "x").answer("n/q> ", "N").answer("name> ", "").answer("name> ", "a/b");
    terminal.answer("name> ", "remote").answer("Storage> ", "s3").answer("Storage> ", "1");
    terminal.answer("user> ", EMAIL).answer("y/g> ", "g").answer("y/g> ", "y");
    terminal.answer("password:", "one").answer("password:", "other");
    terminal.answer("password:", "wrong").answer("password:", "wrong");
    terminal.answer("2fa> ", "").answer("y/n> ", "").answer("e/d> ", "d").answer("n/q> ", "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("This value must be one of the following characters: n, q."), "{text}");
    assert!(text.contains("This value is required and it has no default."), "{text}");
    assert!(text.contains("password is wrong"), "{text}");
    assert!(!scene.own("config").exists());
}

#[test]
fn the_code_is_asked_for_when_the_server_wants_it_and_the_account_can_be_given_up() {
    let scene = Scene::with(NewAccount::new(EMAIL).second_factor(&["123456"]));
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer("n/q> ", "n").answer("name> ", "remote").answer("Storage> ", "mega");
    terminal.answer("user> ", EMAIL).answer("y/g> ", "y");
    terminal.answer("password:", PASSWORD).answer("password:", PASSWORD);
    terminal.answer("2fa> ", "").answer("y/n> ", "").answer(&format!("One-time code of {EMAIL}: "), "");
    terminal.answer(&format!("One-time code of {EMAIL}: "), "000000");
    terminal.answer(&format!("One-time code of {EMAIL}: "), "123456");
    terminal.answer("y/e/d> ", "d").answer("n/q> ", "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert_eq!(scene.ann.session_count(), 0, "the session of a remote that was not kept lives on");
    assert!(!scene.own("config").exists());
}

#[test]
fn a_session_ended_elsewhere_asks_for_the_password_once() {
    let scene = Scene::logged_in();
    scene.ann.file("a", b"a", JUNE);
    scene.ann.end_sessions();
    let mut terminal = Terminal::open(&scene, &["lsf", "ann:"]);
    terminal.answer(&format!("Password of {EMAIL}: "), PASSWORD);
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with("a\n"), "{text}");
    assert_eq!(scene.run(&["lsf", "ann:"]).clean(), "a\n");
}
