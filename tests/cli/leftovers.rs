//! `leftovers`: what killed copies left is listed, stays when it is only looked at, and goes when it is told to.

use std::fs;

use crate::killed::{kill, leftovers, lines, spawn, wait_until};
use crate::scene::{JUNE, Scene};

const SIZE: usize = 8 << 20;

/// A download and an upload that were killed in the middle.
fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("src/film", &vec![7; SIZE], JUNE);
    fs::create_dir(scene.path("up")).unwrap();
    fs::write(scene.path("up/song"), vec![8; SIZE]).unwrap();
    for (way, arguments) in [("dl", ["copy", "ann:src", "down"]), ("ul", ["copy", "up", "ann:"])] {
        let before = lines(&scene);
        scene.emulator.fault(&format!("slow:3600s@{way}#3-")).unwrap();
        let child = spawn(&scene, &arguments);
        wait_until("some pieces are confirmed", || lines(&scene) > before + 2);
        kill(child);
        scene.emulator.clear_faults();
    }
    scene
}

#[test]
fn they_are_listed_and_looking_changes_nothing() {
    let scene = scene();
    for arguments in [&["leftovers"][..], &["leftovers", "--remove", "-n"]] {
        let ran = scene.run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let listed: Vec<&str> = ran.out.lines().collect();
        assert_eq!(listed.len(), 2, "{}", ran.out);
        for (word, path) in [("upload", "up/song"), ("download", "down/film")] {
            let row =
                listed.iter().find(|row| row.starts_with(word)).unwrap_or_else(|| panic!("{}", ran.out));
            assert!(row.contains(" ann: ") && row.ends_with(path) && row.contains("/8Mi"), "{row}");
        }
    }
    assert!(scene.run(&["leftovers", "--remove", "-n"]).err.contains("Would remove 2 leftovers"));
    scene.run(&["copy", "ann:src", "down"]).clean();
    scene.run(&["copy", "up", "ann:"]).clean();
    assert_eq!(scene.run(&["leftovers"]).clean(), "");
}

#[test]
fn they_go_when_they_are_told_to_and_the_copy_begins_anew() {
    let scene = scene();
    let ran = scene.run(&["leftovers", "--remove"]);
    assert!(ran.code == 0 && ran.err.contains("Removed 2 leftovers"), "{}", ran.err);
    assert_eq!((lines(&scene), leftovers(&scene.path("down")).len()), (0, 0));
    scene.run(&["copy", "ann:src", "down"]).clean();
    assert_eq!(fs::read(scene.path("down/film")).unwrap().len(), SIZE);
}

#[test]
fn a_part_that_no_journal_knows_is_found_where_it_is_looked_for() {
    let scene = scene();
    fs::remove_dir_all(scene.own("state").join("transfers")).unwrap();
    assert_eq!(scene.run(&["leftovers"]).clean(), "");
    let ran = scene.run(&["leftovers", "."]);
    assert!(ran.out.starts_with("part ") && ran.out.contains(".megapane-resume-"), "{}", ran.out);
    assert_eq!(leftovers(&scene.path("down")).len(), 1);
    let removed = scene.run(&["leftovers", "--remove", "."]);
    assert_eq!(removed.code, 0, "{}", removed.err);
    assert!(removed.err.contains("Removed 1 leftover, "), "{}", removed.err);
    assert!(leftovers(&scene.path("down")).is_empty());
    assert_eq!(fs::read(scene.path("up/song")).unwrap().len(), SIZE, "nothing of the user's goes");
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_is_listed_and_removed_like_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let scene = scene();
    fs::remove_dir_all(scene.own("state").join("transfers")).unwrap();
    fs::rename(scene.path("down"), scene.path("").join(std::ffi::OsStr::from_bytes(b"d\xff"))).unwrap();
    let ran = scene.run(&["leftovers", "--json", "--remove", "."]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("d\u{fffd}/.megapane-resume-"), "{}", ran.out);
    assert_eq!(scene.run(&["leftovers", "."]).clean(), "");
}

#[test]
fn what_a_running_copy_holds_is_left_alone() {
    let scene = Scene::logged_in();
    scene.ann.file("src/film", &vec![7; SIZE], JUNE);
    scene.emulator.fault("slow:3600s@dl#3-").unwrap();
    let child = spawn(&scene, &["copy", "ann:src", "down"]);
    wait_until("some pieces are written", || lines(&scene) > 2);
    let ran = scene.run(&["leftovers", "--remove", "."]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert_eq!(leftovers(&scene.path("down")).len(), 1);
    kill(child);
}

#[test]
fn a_remote_that_is_deleted_leaves_none() {
    let scene = scene();
    let ran = scene.run(&["config", "delete", "ann"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!((lines(&scene), leftovers(&scene.path("down")).len()), (0, 0));
    assert!(!scene.own("state").join("transfers").join("ann").exists());
    assert_eq!(fs::read(scene.path("up/song")).unwrap().len(), SIZE);
}
