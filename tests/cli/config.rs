//! `config create`, `show`, `list`, `delete`, `reconnect`: what is saved, and that only what works is.

use std::fs;

use megapane::emulator::{NewAccount, PASSWORD};

use crate::scene::{EMAIL, JUNE, Scene};

const CREATE: [&str; 5] = ["config", "create", "ann", "--user", EMAIL];

#[test]
fn create_logs_in_then_saves_and_later_commands_need_no_password() {
    let scene = Scene::new();
    let ran = scene.run_with(&[&CREATE[..], &["--password-stdin"]].concat(), &[], PASSWORD);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("Logged in as ann <ann@example.org>"), "{}", ran.err);
    scene.ann.file("a.txt", b"a", JUNE);
    scene.emulator.clear_seen();
    assert_eq!(scene.run(&["ls", "ann:"]).clean(), "        1 a.txt\n");
    let seen = scene.emulator.seen();
    let logs_in = |name: &String| name == "us0"; // what a login with a password begins with
    assert!(!seen.iter().any(|request| request.commands.iter().any(logs_in)), "it logged in again");
}

#[test]
fn the_password_may_come_from_a_command() {
    let scene = Scene::new();
    let print = format!("echo {PASSWORD}");
    let ran = scene.run(&[&CREATE[..], &["--password-command", &print]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let none = scene.run(&["config", "create", "b", "--user", EMAIL, "--password-command", "exit 3"]);
    none.refused(13, "exit 3");
}

#[test]
fn a_wrong_password_saves_nothing() {
    let scene = Scene::new();
    let ran = scene.run_with(&[&CREATE[..], &["--password-stdin"]].concat(), &[], "wrong");
    ran.refused(13, "password is wrong");
    assert!(!scene.own("config").exists() && !scene.own("state").join("key").exists());
    assert_eq!(scene.ann.session_count(), 0);
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let scene = Scene::new();
    scene.run(&CREATE).refused(13, "no terminal");
    scene.run(&["config"]).refused(2, "no terminal");
    scene.run(&[]).refused(2, "no terminal");
}

#[test]
fn the_one_time_code_is_given_when_the_server_asks() {
    let scene = Scene::with(NewAccount::new(EMAIL).second_factor(&["123456"]));
    let create =
        |more: &[&str]| scene.run_with(&[&CREATE[..], &["--password-stdin"], more].concat(), &[], PASSWORD);
    let needed = create(&[]).refused(13, "code");
    assert!(needed.contains("--2fa"), "{needed}");
    create(&["--2fa", "999999"]).refused(13, "code");
    assert_eq!(create(&["--2fa-command", "echo 123456"]).code, 0);
    assert_eq!(scene.run(&["config", "delete", "ann"]).clean(), "");
    assert_eq!(create(&["--2fa", "123456"]).code, 0);
}

#[test]
fn show_and_list_have_no_secrets() {
    let scene = Scene::logged_in();
    assert_eq!(scene.run(&["config", "list"]).clean(), "ann:\n");
    assert_eq!(
        scene.run(&["config", "show", "ann"]).clean(),
        "[ann]\ntype = mega\nuser = ann@example.org\nsession = *** SEALED *** (key file)\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["config", "show", "--json"]).clean()).unwrap();
    assert_eq!(json[0]["user"], EMAIL);
}

#[test]
fn delete_logs_out_and_leaves_nothing() {
    let scene = Scene::logged_in();
    assert_eq!(scene.ann.session_count(), 1);
    scene.run(&["config", "delete", "ann"]).clean();
    assert_eq!(scene.ann.session_count(), 0);
    assert!(!scene.own("config/credentials/ann.sealed").exists());
    scene.run(&["ls", "ann:"]).refused(1, "remote \"ann\"");
    scene.run(&["config", "delete", "ann"]).refused(1, "remote \"ann\"");
}

#[test]
fn a_name_is_taken_once_and_must_be_one() {
    let scene = Scene::logged_in();
    let create = |name: &str| {
        let arguments = ["config", "create", name, "--user", EMAIL, "--password-stdin"];
        scene.run_with(&arguments, &[], PASSWORD)
    };
    create("ann").refused(2, "already");
    create("a/b").refused(2, "a/b");
    assert_eq!(scene.ann.session_count(), 1);
}

#[test]
fn a_session_ended_elsewhere_asks_for_a_password_and_never_loops() {
    let scene = Scene::logged_in();
    scene.ann.end_sessions();
    scene.emulator.clear_seen();
    let told = scene.run(&["ls", "ann:"]).refused(13, "ended");
    assert!(told.contains("config reconnect ann"), "{told}");
    assert!(scene.emulator.seen().len() <= 3, "{} requests", scene.emulator.seen().len());
    let back = scene.run_with(&["config", "reconnect", "ann", "--password-stdin"], &[], PASSWORD);
    assert_eq!(back.code, 0, "{}", back.err);
    scene.run(&["ls", "ann:"]).clean();
}

#[test]
fn a_passphrase_seals_and_opens() {
    let scene = Scene::new();
    let passphrase = ["--passphrase-command", "echo open sesame"];
    let create = [&CREATE[..], &["--password-stdin"], &passphrase].concat();
    assert_eq!(scene.run_with(&create, &[], PASSWORD).code, 0);
    assert!(!scene.own("state/key").exists());
    scene.run(&[&["ls", "ann:"], &passphrase[..]].concat()).clean();
    let variable = [("MEGAPANE_PASSPHRASE_COMMAND", "echo open sesame")];
    scene.run_with(&["ls", "ann:"], &variable, "").clean();
    scene.run(&["ls", "ann:"]).refused(13, "passphrase");
    scene.run(&["ls", "ann:", "--passphrase-command", "echo wrong"]).refused(13, "ann");
}

#[test]
fn the_api_url_of_create_stays_with_the_remote() {
    let scene = Scene::new();
    let create = [&CREATE[..], &["--password-stdin", "--api-url", &scene.url]].concat();
    assert_eq!(scene.run_with(&create, &[("MEGAPANE_API_URL", "")], PASSWORD).code, 0);
    scene.run_with(&["ls", "ann:"], &[("MEGAPANE_API_URL", "")], "").clean();
    let bad = scene.run(&["ls", "ann:", "--api-url", "http://example.org/"]);
    bad.refused(2, "plain http");
}

#[cfg(unix)]
#[test]
fn files_that_others_may_read_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::logged_in();
    for name in ["config/config.toml", "config/credentials/ann.sealed", "state/key"] {
        let path = scene.own(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let ran = scene.run(&["ls", "ann:"]);
        assert_ne!(ran.code, 0, "{name}");
        let code = ran.code;
        let told = ran.refused(code, "other users may read");
        assert!(told.contains("chmod 600"), "{told}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        scene.run(&["ls", "ann:"]).clean();
    }
}

#[test]
fn a_file_that_does_not_parse_is_told_with_its_place() {
    let scene = Scene::logged_in();
    let path = scene.own("config/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("email = ", "email ")).unwrap();
    let line = text.lines().position(|line| line.starts_with("email = ")).unwrap() + 1;
    let told = scene.run(&["ls", "ann:"]).refused(1, &format!("line {line}"));
    assert!(told.contains("Hint: "), "{told}");
}

#[test]
fn remotes_that_are_added_at_once_are_all_there() {
    let scene = Scene::new();
    let names: Vec<String> = (0..6).map(|number| format!("remote{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let scene = &scene;
            scope.spawn(move || {
                let create = ["config", "create", name, "--user", EMAIL, "--password-stdin"];
                let ran = scene.run_with(&create, &[], &format!("{PASSWORD}\n"));
                assert_eq!(ran.code, 0, "{}", ran.err);
            });
        }
    });
    let listed = scene.run(&["config", "list"]).clean();
    let mut listed: Vec<&str> = listed.lines().map(|line| line.trim_end_matches(':')).collect();
    listed.sort_unstable();
    assert_eq!(listed, names);
}
