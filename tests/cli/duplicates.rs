//! Equal names where other commands meet them: told in one line with the command that helps, never made by a copy.

use std::collections::BTreeSet;

use crate::scene::{JUNE, Scene};

/// A folder with twin files, twin folders, and one file that is alone.
fn with_twins() -> Scene {
    let scene = Scene::logged_in();
    let top = scene.ann.folder("x");
    for time in [JUNE, JUNE + 9] {
        scene.ann.file_in(top, "twin.txt", b"twin", Some(time));
        let folder = scene.ann.folder_in(top, "sub");
        scene.ann.file_in(folder, "deep.txt", b"deep", Some(time));
    }
    scene.ann.file("x/alone", b"alone", JUNE);
    scene
}

fn notes(err: &str) -> Vec<&str> {
    err.lines().filter(|line| line.contains("megapane dedupe")).collect()
}

#[test]
fn listings_tell_in_one_line_how_many_names_repeat() {
    let scene = with_twins();
    let line = "megapane: 2 names are those of several entries in \"ann:x\": `megapane dedupe ann:x` makes one of each";
    for command in [&["ls"][..], &["lsl"], &["lsf", "-R"], &["lsd"], &["tree"], &["lsjson"], &["size"]] {
        let ran = scene.run(&[command, &["ann:x"]].concat());
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.err);
        assert_eq!(ran.err.lines().collect::<Vec<_>>(), [line], "{command:?}");
        assert_eq!(scene.run(&[command, &["-q", "ann:x"]].concat()).err, "", "{command:?}");
    }
    assert_eq!(scene.run(&["ls", "ann:x/H:00000000"]).code, 3);
    scene.run(&["lsf", "ann:"]).clean();
}

#[test]
fn what_a_path_with_blanks_has_twice_can_be_typed_as_it_is_told() {
    let scene = Scene::logged_in();
    let top = scene.ann.folder("my folder");
    scene.ann.file_in(top, "a", b"1", Some(JUNE));
    scene.ann.file_in(top, "a", b"2", Some(JUNE));
    let ran = scene.run(&["ls", "ann:my folder"]);
    assert!(ran.err.contains("1 name is that of several entries in \"ann:my folder\""), "{}", ran.err);
    assert!(ran.err.contains("`megapane dedupe 'ann:my folder'` makes one of each"), "{}", ran.err);
}

#[test]
fn of_a_name_that_several_files_have_the_folder_is_named() {
    let scene = with_twins();
    scene.write("f", "new");
    let ran = scene.run(&["copyto", "f", "ann:x/twin.txt"]);
    assert!(ran.err.contains("`megapane dedupe ann:x`"), "{}", ran.err);
}

#[test]
fn copies_checks_and_syncs_tell_it_of_what_they_read() {
    let scene = with_twins();
    for command in [&["copy"][..], &["sync"], &["check"], &["copy", "-n"]] {
        let ran = scene.run(&[command, &["ann:x", "down"]].concat());
        assert_eq!(notes(&ran.err).len(), 1, "{command:?}: {}", ran.err);
        assert!(ran.err.contains("2 names are those of several entries in \"ann:x\""), "{}", ran.err);
        let quiet = scene.run(&[command, &["-q", "ann:x", "down"]].concat());
        assert!(notes(&quiet.err).is_empty(), "{command:?}: {}", quiet.err);
    }
    let filtered = scene.run(&["copy", "ann:x", "other", "--exclude", "sub/**", "--exclude", "twin*"]);
    assert_eq!((filtered.code, filtered.err.as_str()), (0, ""), "none of what is read is there twice");
    scene.write("src/alone", "alone");
    scene.run(&["copy", "src", "ann:x"]).clean();
    for command in ["sync", "check"] {
        let ran = scene.run(&[command, "-n", "src", "ann:x"]);
        assert_eq!(notes(&ran.err).len(), 1, "{command}: {}", ran.err);
    }
    scene.write("src/twin.txt", "third");
    let met = scene.run(&["copy", "src", "ann:x"]);
    assert_eq!(met.code, 11, "{}", met.err);
    assert!(notes(&met.err)[0].contains("1 name is that of several entries in \"ann:x\""), "{}", met.err);
}

#[test]
fn no_upload_makes_a_name_twice_whatever_is_done_about_conflicts() {
    let policies = ["overwrite", "replace", "skip", "rename", "newer", "fail"];
    for (number, policy) in policies.into_iter().enumerate() {
        let scene = Scene::logged_in();
        let x = scene.ann.folder("x");
        scene.ann.file("x/file", b"theirs", JUNE);
        scene.ann.folder("x/folder");
        scene.ann.file("x/was a file", b"theirs", JUNE);
        scene.ann.file("x/caf\u{e9}", b"theirs", JUNE);
        for (name, content) in [
            ("file", "ours, longer"),
            ("folder", "a file where they have a folder"),
            ("was a file/in a folder", "a folder where they have a file"),
            ("cafe\u{301}", "the same name in another form"),
            ("both cafe\u{301}", "two sources"),
            ("both caf\u{e9}", "of one name"),
        ] {
            scene.write(&format!("src/{name}"), content);
        }
        let two = std::fs::read_dir(scene.path("src")).unwrap().count() == 6; // some disks have one form only
        let ran = scene.run(&["copy", "--conflict", policy, "src", "ann:x"]);
        let names: Vec<String> = scene.ann.items(x).into_iter().map(|item| item.name.unwrap()).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(names.len(), distinct.len(), "{policy}: {names:?}\n{}", ran.err);
        assert!(ran.code != 0, "{policy}: two sources of one name are told: {}", ran.err);
        assert!(!two || ran.err.contains("2 entries of the source have this name"), "{policy}: {}", ran.err);
        assert!(!names.iter().any(|name| name.starts_with("both")), "{policy}: {names:?}");
        // Once more, as a script would: still none.
        scene.run(&["copy", "--conflict", policy, "src", "ann:x"]);
        assert_eq!(scene.run(&["dedupe", "list", "--check", "ann:x"]).code, 0, "{policy} {number}");
    }
}
