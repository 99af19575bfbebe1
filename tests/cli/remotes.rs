//! Remotes that there are, changed by the questions of `config`: edited, renamed, copied, sealed, deleted. What is kept of
//! them goes along, and nothing of it is lost or inherited.
#![cfg(unix)]

use std::fs;

use megapane::emulator::{NewAccount, PASSWORD};

use crate::scene::{EMAIL, JUNE, Scene};
use crate::wizard::{Terminal, answer_login};

const MENU: &str = "e/n/d/r/c/s/q> ";

/// What the other tests begin with: a change that can be undone, and a comment in the configuration.
fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.run(&["mkdir", "ann:one"]).clean();
    let path = scene.own("config/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("[[account]]", "# mine\n[[account]] # first")).unwrap();
    scene
}

fn config(scene: &Scene) -> String {
    fs::read_to_string(scene.own("config/config.toml")).unwrap()
}

/// Ends the questions; returns what was shown.
fn quit(mut terminal: Terminal) -> String {
    terminal.answer(MENU, "q");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    text
}

#[test]
fn with_n_nothing_of_all_this_happens() {
    let scene = scene();
    let conf = format!("[mine]\ntype = mega\nuser = {EMAIL}\npass = x\n");
    scene.write("rclone.conf", &conf);
    let before = config(&scene);
    for (arguments, said) in [
        (&["config", "delete", "ann"][..], "Would log out of \"ann\""),
        (&["config", "create", "ben", "--user", EMAIL], "Would log in as"),
        (&["config", "reconnect", "ann"], "Would log in again"),
        (&["config", "import-rclone", "rclone.conf"], "mine: would be taken over"),
        (&["config", "import-session", "mine"], "Would save the session"),
        (&["man", "pages"], "Would write the manual pages to \"pages\""),
    ] {
        for flag in ["-n", "--dry-run"] {
            let ran = scene.run(&[arguments, &[flag]].concat());
            assert!(ran.code == 0 && ran.err.contains(said), "{arguments:?}: {} {}", ran.code, ran.err);
        }
    }
    scene.run(&["config", "-n"]).refused(2, "change nothing");
    scene.run(&["config", "delete", "nobody", "-n"]).refused(1, "nobody");
    assert_eq!((config(&scene), scene.ann.session_count()), (before, 1));
    assert!(!scene.path("pages").exists());
    scene.run(&["lsf", "ann:"]).clean();
}

#[test]
fn an_edit_with_enter_keeps_passphrase_server_comments_and_what_undoes() {
    let scene = Scene::new();
    let passphrase = ["--passphrase-command", "echo sesame"];
    let create = ["config", "create", "ann", "--user", EMAIL, "--password-stdin", "--api-url", &scene.url];
    assert_eq!(scene.run_with(&[&create[..], &passphrase].concat(), &[], PASSWORD).code, 0);
    scene.run(&[&["mkdir", "ann:one"], &passphrase[..]].concat()).clean();
    let before = config(&scene);

    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer(MENU, "e").answer("remote> ", "1").answer("user> ", "").answer("y/g> ", "y");
    terminal
        .answer("password:", PASSWORD)
        .answer("password:", PASSWORD)
        .answer("2fa> ", "")
        .answer("y/n> ", "y");
    terminal.answer("api_url> ", "").answer("y/n> ", "");
    terminal.answer("\npassphrase:", "open").answer("\npassphrase:", "sesame").answer("y/e/d> ", "");
    let text = quit(terminal);
    assert!(text.contains(&format!("Press Enter for the default ({}).", scene.url)), "{text}");
    assert!(text.contains("The passphrase is wrong."), "{text}");
    assert!(text.contains("d) Leave it as it was\n"), "{text}");
    assert_eq!((config(&scene), scene.ann.session_count()), (before, 1));
    scene.run(&["lsf", "ann:"]).refused(13, "passphrase");
    assert_eq!(scene.run(&[&["lsf", "ann:"], &passphrase[..]].concat()).clean(), "one/\n");
    let listed = scene.run(&["undo", "--list"]).out;
    assert!(listed.contains("one"), "{listed}");
}

#[test]
fn an_edit_to_another_account_leaves_nothing_of_the_first() {
    let scene = scene();
    let ben = scene.emulator.add_account(NewAccount::new("ben@example.org"));
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer(MENU, "e").answer("remote> ", "ann");
    answer_login(&mut terminal, "ben@example.org");
    terminal.answer("y/e/d> ", "y");
    quit(terminal);
    assert_eq!((scene.ann.session_count(), ben.session_count()), (0, 1));
    assert_eq!(scene.run(&["lsf", "ann:"]).clean(), "");
    assert_eq!(scene.run(&["undo", "--list"]).out, "");
    assert!(config(&scene).contains("# mine\n[[account]] # first\n"), "{}", config(&scene));
}

#[test]
fn what_undoes_goes_along_with_a_new_name_and_comments_stay() {
    let scene = scene();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer(MENU, "r").answer("remote> ", "ann").answer("name> ", "new");
    quit(terminal);
    assert!(config(&scene).contains("# mine\n[[account]] # first\nname = \"new\"\n"), "{}", config(&scene));
    assert_eq!(scene.run(&["lsf", "new:"]).clean(), "one/\n");
    scene.run(&["lsf", "ann:"]).refused(1, "ann");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.run(&["lsf", "new:"]).clean(), "");
    scene.run(&["config", "delete", "new"]).clean();
    assert!(config(&scene).contains("# mine\n"), "{}", config(&scene));
}

#[test]
fn a_start_ends_the_new_name_that_a_killed_run_began() {
    let scene = scene();
    fs::write(scene.own("state/account-change.json"), r#"{"Rename":{"from":"ann","to":"new"}}"#).unwrap();
    std::process::Command::new("chmod")
        .arg("600")
        .arg(scene.own("state/account-change.json"))
        .status()
        .unwrap();
    let renamed = config(&scene).replace("name = \"ann\"", "name = \"new\"");
    fs::write(scene.own("config/config.toml"), renamed).unwrap();
    assert_eq!(scene.run(&["lsf", "new:"]).clean(), "one/\n");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert!(!scene.own("state/account-change.json").exists());
}

#[test]
fn the_session_of_a_copy_ends_with_the_last_of_them() {
    let scene = scene();
    let mut terminal = Terminal::open(&scene, &["config"]);
    terminal.answer(MENU, "c").answer("remote> ", "ann").answer("name> ", "copy");
    quit(terminal);
    let ran = scene.run(&["config", "delete", "copy"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("not logged out: the remote \"ann\" has the same session"), "{}", ran.err);
    assert_eq!(scene.run(&["lsf", "ann:"]).clean(), "one/\n");
    scene.run(&["config", "delete", "ann"]).clean();
    assert_eq!(scene.ann.session_count(), 0);
}

#[test]
fn a_remote_of_the_same_name_inherits_nothing() {
    let scene = scene();
    scene.run(&["config", "delete", "ann"]).clean();
    scene.log_in();
    assert_eq!(scene.run(&["undo", "--list"]).out, "");
}

#[test]
fn a_deletion_that_is_stopped_at_the_passphrase_deletes_nothing() {
    let scene = Scene::new();
    let passphrase = ["--passphrase-command", "echo sesame"];
    let create = ["config", "create", "ann", "--user", EMAIL, "--password-stdin"];
    assert_eq!(scene.run_with(&[&create[..], &passphrase].concat(), &[], PASSWORD).code, 0);
    let before = config(&scene);
    let asked = "Passphrase of the remote \"ann\": ";
    for by_questions in [false, true] {
        let mut terminal = if by_questions {
            let mut terminal = Terminal::open(&scene, &["config"]);
            terminal.answer(MENU, "d").answer("remote> ", "ann");
            terminal
        } else {
            Terminal::open(&scene, &["config", "delete", "ann"])
        };
        terminal.control(asked, 'c');
        let (code, text) = terminal.end();
        assert!(code != 0 && !text.contains("not logged out"), "{text}");
        assert_eq!((config(&scene), scene.ann.session_count()), (before.clone(), 1));
        assert!(scene.own("config/credentials/ann.sealed").exists());
    }
}

#[test]
fn a_wrong_passphrase_is_called_so_and_asked_for_again() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &["config", "create", "ann", "--user", EMAIL, "--passphrase"]);
    let asked = "New passphrase of the remote \"ann\": ";
    terminal.answer(&format!("Password of {EMAIL}: "), PASSWORD).answer(asked, "").answer(asked, "one");
    terminal.answer("The same passphrase again: ", "other").answer(asked, "sesame");
    terminal.answer("The same passphrase again: ", "sesame");
    assert_eq!(terminal.end().0, 0);

    scene.ann.file("a", b"a", JUNE);
    let told = scene
        .run(&["lsf", "ann:", "--passphrase-command", "echo open"])
        .refused(13, "the passphrase is wrong");
    assert!(!told.contains("damaged"), "{told}");
    let mut terminal = Terminal::open(&scene, &["lsf", "ann:"]);
    let asked = "Passphrase of the remote \"ann\": ";
    terminal.answer(asked, "open").answer(asked, "sesame");
    let (code, text) = terminal.end();
    assert!(code == 0 && text.ends_with("a\n"), "{text}");
}
