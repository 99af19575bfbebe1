//! `doctor`: each thing that can be wrong is a row with what mends it; a sound account and machine have none.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use megapane::emulator::Access;

use crate::scene::{JUNE, Scene};

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
fn an_account_that_does_not_open_is_a_row_and_not_the_end() {
    let scene = Scene::logged_in();
    scene.ann.end_sessions();
    let ran = scene.run(&["doctor", "ann:"]);
    assert_eq!((ran.code, standing(&ran.out, "login").as_str()), (1, "bad"), "{} {}", ran.out, ran.err);
    scene.run(&["doctor", "work"]).refused(2, "not a remote");
}
