//! `doctor`: each thing that can be wrong is a row with what mends it; a sound account and machine have none.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use megapane::emulator::Access;

use crate::scene::{EMAIL, JUNE, Scene};

/// The standing of a row, by what it is about.
fn standing(out: &str, about: &str) -> String {
    let row = out.lines().find(|line| line.split_whitespace().nth(1) == Some(about));
    row.unwrap_or_else(|| panic!("no {about} in {out}")).split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_sound_account_and_machine_are_all_ok() {
    let scene = Scene::logged_in();
    scene.ann.file("films/one", b"1", JUNE);
    let out = scene.run(&["doctor", "ann:"]).clean();
    assert!(out.lines().count() >= 10, "{out}");
    assert!(out.lines().all(|line| line.starts_with("ok ")), "{out}");
    let alone = scene.run(&["doctor"]).clean();
    assert!(!alone.contains("orphans") && alone.contains("rights"), "{alone}");
}

#[test]
fn what_is_wrong_with_nodes_is_told_with_what_mends_it() {
    let scene = Scene::logged_in();
    let ben = scene.emulator.add_account(megapane::emulator::NewAccount::new("ben@example.org"));
    let root = scene.ann.roots()[0];
    scene.ann.file_in(root, "twin", b"1", Some(JUNE));
    scene.ann.file_in(root, "twin", b"2", None);
    scene.ann.undecryptable("", 5);
    scene.ann.file("linked", b"3", JUNE);
    scene.ann.publish("linked");
    scene.ann.trash("linked");
    scene.ann.file("shared/x", b"4", JUNE);
    scene.ann.share("shared", &ben, Access::Read);
    let ran = scene.run(&["doctor", "ann:"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for about in ["keys", "names", "times", "links"] {
        assert_eq!(standing(&ran.out, about), "warn", "{}", ran.out);
    }
    assert_eq!(standing(&ran.out, "shares"), "ok", "{}", ran.out);
    assert!(ran.out.contains("→ megapane dedupe ann:"), "{}", ran.out);
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["doctor", "ann:", "--json"]).clean()).unwrap();
    let row = json.as_array().unwrap().iter().find(|row| row["about"] == "names").unwrap();
    assert_eq!((&row["standing"], &row["mended_by"]), (&"warn".into(), &"megapane dedupe ann:".into()));
}

/// A file of the cloud as rclone leaves it, and a copy of it on the disk under another name, among others of its size.
fn with_a_timeless_file() -> Scene {
    let scene = Scene::logged_in();
    let root = scene.ann.roots()[0];
    let bytes: Vec<u8> = (0..300_000).map(|at: usize| u8::try_from(at * 7 % 251).unwrap()).collect();
    scene.ann.file_in(root, "film", &bytes, None);
    scene.ann.file_in(root, "lost", b"no copy of this", None);
    scene.ann.file_in(root, "future", b"1234", Some(4_000_000_000));
    let local = [
        ("src/sub/its copy", bytes.clone()),
        ("src/other", vec![7; bytes.len()]),
        ("src/f", b"1234".to_vec()),
    ];
    for (name, bytes) in local {
        scene.write(name, "");
        fs::write(scene.path(name), bytes).unwrap();
        let file = fs::File::options().write(true).open(scene.path(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(JUNE.unsigned_abs()))
            .unwrap();
    }
    scene
}

#[test]
fn times_are_proven_by_copies_on_this_machine_and_set_without_an_upload() {
    let scene = with_a_timeless_file();
    let ran = scene.run(&["doctor", "ann:"]);
    assert!(
        ran.out.contains("2 files have no time of their own, 1 one before 1970 or to come"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("doctor ann: --local FOLDER"), "{}", ran.out);
    scene.emulator.clear_seen();
    for looks in
        [&["doctor", "ann:", "--local", "src"][..], &["doctor", "-n", "--fix", "ann:", "--local", "src"]]
    {
        let ran = scene.run(looks);
        assert!(ran.out.contains("2 of 3 files without a right time have a copy there"), "{}", ran.out);
    }
    let time = |path: &str| scene.ann.item(scene.ann.node(path).unwrap()).unwrap().modified;
    assert_eq!((time("film"), time("future")), (None, Some(4_000_000_000)));
    let ran = scene.run(&["doctor", "ann:", "--local", "src", "--fix"]);
    assert!(ran.out.contains("2 of 3 files have the times of their copies again"), "{}", ran.out);
    assert_eq!([time("film"), time("future"), time("lost")], [Some(JUNE), Some(JUNE), None]);
    let seen = scene.emulator.seen();
    let moves_bytes = |name: &String| ["u", "p", "g"].contains(&name.as_str());
    assert!(!seen.iter().any(|seen| seen.commands.iter().any(moves_bytes)), "nothing moves");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!([time("film"), time("future")], [None, Some(4_000_000_000)]);
    assert_eq!(scene.ann.content("film").unwrap().len(), 300_000);
}

#[test]
fn a_folder_of_copies_that_is_not_there_is_told() {
    let scene = Scene::logged_in();
    scene.run(&["doctor", "ann:", "--local", "nowhere"]).refused(3, "nowhere");
}

#[test]
fn of_several_copies_one_of_the_same_name_counts_and_then_the_oldest() {
    let scene = with_a_timeless_file();
    let bytes = fs::read(scene.path("src/sub/its copy")).unwrap();
    for (name, time) in [("more/film", JUNE + 50), ("more/older", JUNE - 50)] {
        scene.write(name, "");
        fs::write(scene.path(name), &bytes).unwrap();
        let file = fs::File::options().write(true).open(scene.path(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(time.unsigned_abs()))
            .unwrap();
    }
    let time = || scene.ann.item(scene.ann.node("film").unwrap()).unwrap().modified;
    scene.run(&["doctor", "ann:", "--local", "src", "--local", "more", "--fix"]);
    assert_eq!(time(), Some(JUNE + 50));
    scene.run(&["undo"]);
    fs::remove_file(scene.path("more/film")).unwrap();
    scene.run(&["doctor", "ann:", "--local", "src", "--local", "more", "--fix"]);
    assert_eq!(time(), Some(JUNE - 50));
    assert_eq!(scene.run(&["doctor", "--local", "src"]).code, 2, "it is about an account");
}

#[test]
fn what_is_kept_is_looked_at_and_what_killed_processes_left_goes() {
    let scene = Scene::logged_in();
    scene.ann.file("one", b"1", JUNE);
    assert!(scene.run(&["doctor", "ann:"]).out.contains("none was kept yet"));
    let out = scene.run(&["doctor", "ann:"]).clean();
    assert!(out.contains("4 nodes are kept in") && out.contains("written just now"), "{out}");
    let kept = scene.own("cache").join("trees/ann.sealed");
    fs::write(&kept, "damaged").unwrap();
    let ran = scene.run(&["doctor", "ann:"]);
    assert!(ran.out.contains("cannot be used"), "{}", ran.out);
    assert!(!scene.run(&["doctor", "ann:"]).out.contains("cannot be used"), "it was made anew");

    let scrap = scene.own("config").join("credentials/.new-aBcDeF");
    fs::write(&scrap, "a half").unwrap();
    fs::set_permissions(&scrap, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(standing(&scene.run(&["doctor"]).out, "scraps"), "ok", "somebody may write it now");
    fs::File::options().write(true).open(&scrap).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(standing(&scene.run(&["doctor"]).out, "scraps"), "warn");
    assert_eq!(standing(&scene.run(&["doctor", "--fix"]).out, "scraps"), "ok");
    assert!(!scrap.exists());

    let loose = scene.own("config").join("credentials/gone.sealed");
    fs::copy(scene.own("config").join("credentials/ann.sealed"), &loose).unwrap();
    let ran = scene.run(&["doctor"]);
    assert_eq!(standing(&ran.out, "logins"), "warn", "{}", ran.out);
    assert!(ran.out.contains("gone.sealed"), "{}", ran.out);
}

#[test]
fn a_link_that_has_ended_is_told() {
    let scene = Scene::with(megapane::emulator::NewAccount::new(EMAIL).paid());
    scene.log_in();
    let node = scene.ann.file("linked", b"3", JUNE);
    scene.ann.command(&serde_json::json!({ "a": "l", "n": node, "ets": JUNE })).unwrap();
    let ran = scene.run(&["doctor", "ann:"]);
    assert_eq!(standing(&ran.out, "links"), "warn", "{}", ran.out);
    assert!(ran.out.contains("megapane link --unlink 'ann:linked'"), "{}", ran.out);
}

#[test]
fn a_terminal_that_nobody_knows_is_told_with_what_mends_it() {
    let scene = Scene::logged_in();
    let variables = [("TERM", "foo-bar"), ("LANG", "C.UTF-8")];
    let ran = scene.run_with(&["doctor"], &variables, "");
    assert_eq!((standing(&ran.out, "terminal"), ran.code), ("warn".to_owned(), 0), "{}", ran.out);
    assert!(ran.out.contains("\"foo-bar\"") && ran.out.contains("export TERM="), "{}", ran.out);
}

#[test]
fn the_terminal_s_abilities_are_told() {
    let scene = Scene::new();
    let variables =
        [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("SSH_TTY", "/dev/pts/1"), ("TMUX", "x")];
    let out = scene.run_with(&["doctor"], &variables, "").out;
    assert!(
        out.contains("256 colours, UTF-8, clipboard") && out.contains("tmux") && out.contains("over ssh"),
        "{out}"
    );
}

#[test]
fn files_that_others_may_read_are_bad_and_closed_when_told_to() {
    let scene = Scene::logged_in();
    let file = scene.own("state").join("note");
    fs::write(&file, "x").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = scene.run(&["doctor"]);
    assert_eq!((ran.code, standing(&ran.out, "rights").as_str()), (1, "bad"), "{}", ran.out);
    assert!(ran.out.contains("note") && ran.out.contains("chmod go="), "{}", ran.out);
    assert_eq!(scene.run(&["doctor", "--fix", "-n"]).code, 1, "a dry run mends nothing");
    assert_eq!(scene.run(&["doctor", "--fix"]).code, 0);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_configuration_that_cannot_be_used_is_a_row_and_not_the_end() {
    let scene = Scene::logged_in();
    let file = scene.own("config").join("config.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    scene.run(&["ls", "ann:"]).refused(6, "other users may read");
    for line in [&["doctor"][..], &["doctor", "ann:"], &["doctor", "--fix", "-n"]] {
        let ran = scene.run(line);
        assert_eq!((ran.code, standing(&ran.out, "config").as_str()), (1, "bad"), "{} {}", ran.out, ran.err);
        assert_eq!(standing(&ran.out, "disk"), "ok", "the machine's rows come all the same: {}", ran.out);
        assert!(!ran.out.contains("logins"), "whose they are is not known: {}", ran.out);
    }
    let ran = scene.run(&["doctor", "--fix", "ann:"]);
    assert_eq!((ran.code, standing(&ran.out, "config").as_str()), (0, "ok"), "{}", ran.out);
    assert_eq!(standing(&ran.out, "login"), "ok", "the account is looked at: {}", ran.out);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("nonsense here\n{text}")).unwrap();
    let ran = scene.run(&["doctor", "--fix", "ann:"]);
    assert_eq!((ran.code, standing(&ran.out, "config").as_str()), (1, "bad"), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("line 1") && ran.out.contains("→ Mend that line"), "{}", ran.out);
}

#[test]
fn an_account_that_does_not_open_is_a_row_and_not_the_end() {
    let scene = Scene::logged_in();
    scene.ann.end_sessions();
    let ran = scene.run(&["doctor", "ann:"]);
    assert_eq!((ran.code, standing(&ran.out, "login").as_str()), (1, "bad"), "{} {}", ran.out, ran.err);
    scene.run(&["doctor", "work"]).refused(2, "not a remote");
}
