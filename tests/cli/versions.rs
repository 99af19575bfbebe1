//! Old versions, sessions, quota and an old rubbish bin by the command line.

use megapane::emulator::PASSWORD;

use crate::scene::{EMAIL, JUNE, Scene};

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("d/a.txt", b"first", JUNE);
    scene.ann.replace("d/a.txt", b"second!", JUNE + 60).unwrap();
    scene.ann.replace("d/a.txt", b"third version", JUNE + 120).unwrap();
    scene.ann.file("d/b.txt", b"only", JUNE);
    scene
}

#[test]
fn versions_are_listed_and_one_is_read_and_made_current_again() {
    let scene = furnished();
    let listed = scene.run(&["versions", "ann:d/a.txt"]).clean();
    let rows: Vec<&str> = listed.lines().collect();
    assert!(rows[0].starts_with("   1            7 2024-06-01 00:01:00 H:"), "{listed}");
    assert!(rows[1].starts_with("   2            5 2024-06-01 00:00:00 H:"), "{listed}");
    let handle = rows[1].rsplit(' ').next().unwrap();
    assert_eq!(scene.run(&["cat", &format!("ann:{handle}")]).clean(), "first");
    scene.run(&["versions", "--restore", "2", "ann:d/a.txt"]).clean();
    assert_eq!(scene.run(&["cat", "ann:d/a.txt"]).clean(), "first");
    assert_eq!(scene.run(&["versions", "ann:d/a.txt"]).clean().lines().count(), 3, "nothing is lost");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.run(&["cat", "ann:d/a.txt"]).clean(), "third version");
    scene.run(&["versions", "--restore", "9", "ann:d/a.txt"]).refused(4, "no old version 9");
}

#[test]
fn what_versions_take_is_told_and_freed() {
    let scene = furnished();
    let folder = scene.run(&["versions", "ann:"]);
    assert_eq!(folder.out, "   2           12 d/a.txt\n");
    assert!(folder.err.contains("12 B"), "{}", folder.err);
    let about = scene.run(&["about", "--full", "ann:"]).clean();
    assert!(about.contains("\nVersions: 12\n"), "{about}");
    scene.run(&["versions", "--delete", "1", "ann:d/a.txt"]);
    let left = scene.run(&["versions", "ann:d/a.txt"]).clean();
    assert!(left.lines().count() == 1 && left.contains("            5 "), "the older one stays: {left}");
    let dry = scene.run(&["versions", "-n", "--delete", "all", "ann:"]);
    assert!(dry.err.contains("Skipped deleting 1 old version"), "{}", dry.err);
    assert_eq!(scene.run(&["versions", "--delete", "all", "ann:"]).code, 0);
    assert_eq!(scene.run(&["versions", "ann:"]).out, "");
    assert_eq!(scene.run(&["cat", "ann:d/a.txt"]).clean(), "third version");
}

#[test]
fn logins_are_listed_and_others_are_ended() {
    let scene = Scene::logged_in();
    let other = ["config", "create", "again", "--user", EMAIL, "--password-stdin"];
    assert_eq!(scene.run_with(&other, &[], &format!("{PASSWORD}\n")).code, 0);
    let listed = scene.run(&["sessions", "ann:"]).clean();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.starts_with("* "), "{listed}");
    let current = listed.split_whitespace().nth(1).unwrap();
    scene.run(&["sessions", "--close", current, "ann:"]).refused(2, "in use");
    scene.run(&["sessions", "--close", "nobody", "ann:"]).refused(2, "no login");
    let ended = scene.run(&["sessions", "--close", "others", "ann:"]);
    assert!(ended.code == 0 && ended.err.contains("ended 1 login"), "{}", ended.err);
    assert_eq!(scene.ann.session_count(), 1);
    assert_eq!(scene.run(&["lsf", "again:"]).code, 13);
    assert_eq!(scene.run(&["sessions", "ann:"]).clean().lines().count(), 1);
}

#[test]
fn only_what_is_old_leaves_the_bin() {
    let scene = Scene::logged_in();
    scene.ann.file("old.txt", b"old", JUNE);
    scene.ann.trash("old.txt");
    let kept = scene.run(&["cleanup", "-n", "--min-age", "1d", "ann:"]);
    assert!(kept.err.contains("Skipped deleting 0 files"), "it came to the cloud today: {}", kept.err);
    assert_eq!(scene.run(&["cleanup", "--min-age", "1d", "ann:"]).code, 0);
    assert_eq!(scene.ann.rubbish_paths(), ["old.txt"]);
    let dry = scene.run(&["cleanup", "-n", "--min-age", "2099-01-01", "ann:"]);
    assert!(dry.err.contains("Skipped deleting 1 file and 0 folders"), "{}", dry.err);
    assert_eq!(scene.run(&["cleanup", "--min-age", "2099-01-01", "ann:"]).code, 0);
    assert!(scene.ann.rubbish_paths().is_empty());
}
