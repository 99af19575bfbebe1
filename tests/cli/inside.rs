//! Copies and moves inside an account, by the command line: the server does them, no byte is sent or fetched, and what
//! stands in the target is treated as in every copy.

use crate::scene::{JUNE, Scene};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("a/one.txt", b"one", JUNE);
    scene.ann.file("a/sub/two.txt", b"two", JUNE);
    scene
}

/// How many requests went to storage servers.
fn moved_bytes(scene: &Scene) -> usize {
    let is_storage = |path: &str| path.starts_with("/dl") || path.starts_with("/ul");
    scene.emulator.seen().iter().filter(|request| is_storage(&request.path)).count()
}

#[test]
fn a_folder_is_copied_by_the_server() {
    let scene = scene();
    let ran = scene.run(&["copy", "-v", "ann:a", "ann:b/new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : one.txt: Copied (server-side copy)"), "{}", ran.err);
    assert_eq!(scene.ann.content("b/new/sub/two.txt").unwrap(), b"two");
    assert_eq!(scene.ann.content("a/sub/two.txt").unwrap(), b"two");
    assert_eq!(moved_bytes(&scene), 0);
    let again = scene.run(&["copy", "-v", "ann:a", "ann:b/new"]);
    assert!(again.err.contains("There was nothing to transfer"), "{}", again.err);
}

#[test]
fn folders_merge_and_a_changed_file_becomes_a_new_version() {
    let scene = scene();
    scene.ann.file("b/sub/two.txt", b"other", JUNE + 9);
    scene.ann.file("b/sub/mine.txt", b"mine", JUNE);
    scene.run(&["copy", "ann:a", "ann:b"]).clean();
    assert_eq!(scene.ann.content("b/sub/two.txt").unwrap(), b"two");
    assert_eq!(scene.ann.paths().iter().filter(|path| path.starts_with("b/sub/")).count(), 3);
    let file = scene.ann.node("b/sub/two.txt").unwrap();
    assert_eq!(scene.ann.items(file).len(), 1, "the old one is its version");
}

#[test]
fn copyto_and_moveto_name_the_file() {
    let scene = scene();
    scene.run(&["copyto", "ann:a/one.txt", "ann:a/eins.txt"]).clean();
    scene.run(&["moveto", "ann:a/one.txt", "ann:b/uno.txt"]).clean();
    scene.run(&["moveto", "ann:b/uno.txt", "ann:b/ichi.txt"]).clean();
    assert_eq!(scene.ann.paths(), ["a/", "a/eins.txt", "a/sub/", "a/sub/two.txt", "b/", "b/ichi.txt"]);
    assert_eq!(scene.ann.content("b/ichi.txt").unwrap(), b"one");
    assert!(scene.ann.rubbish_paths().is_empty(), "a move is a move, not a copy and a deletion");
}

#[test]
fn a_move_takes_folders_as_they_are_and_merges_where_it_must() {
    let scene = scene();
    scene.ann.file("b/sub/other.txt", b"x", JUNE);
    scene.ann.file("a/whole/deep/w.txt", b"w", JUNE);
    scene.ann.undecryptable("a/whole", 4);
    let whole = scene.ann.node("a/whole").unwrap();
    let ran = scene.run(&["move", "-v", "--delete-empty-src-dirs", "ann:a", "ann:b"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : one.txt: Moved (server-side)"), "{}", ran.err);
    assert_eq!(scene.ann.node("b/whole"), Some(whole));
    assert_eq!(scene.ann.content("b/sub/two.txt").unwrap(), b"two");
    assert_eq!(scene.ann.paths()[0..2], ["a/", "b/"], "the folder itself stays, as rclone's");
    assert_eq!(scene.ann.rubbish_paths(), ["sub/"], "what was left empty");
    assert_eq!(moved_bytes(&scene), 0);
}

#[test]
fn a_move_over_the_same_content_takes_the_source_to_the_bin_and_over_another_replaces_it() {
    let scene = scene();
    scene.ann.copy("a/one.txt", "b/one.txt").unwrap();
    scene.ann.file("b/sub/two.txt", b"old", JUNE - 5);
    scene.run(&["move", "ann:a", "ann:b"]).clean();
    assert_eq!(scene.ann.paths(), ["a/", "a/sub/", "b/", "b/one.txt", "b/sub/", "b/sub/two.txt"]);
    assert_eq!(scene.ann.content("b/sub/two.txt").unwrap(), b"two");
    assert_eq!(scene.ann.rubbish_paths(), ["one.txt", "two.txt"]);
}

#[test]
fn a_file_is_never_copied_or_moved_onto_itself() {
    let scene = scene();
    for word in ["copy", "move"] {
        let ran = scene.run(&[word, "ann:a/one.txt", "ann:a"]);
        assert!(ran.code != 0 && ran.err.contains("onto itself"), "{}", ran.err);
    }
    assert_eq!(scene.ann.content("a/one.txt").unwrap(), b"one");
    assert!(scene.ann.rubbish_paths().is_empty());
}

#[test]
fn folders_of_which_one_holds_the_other_are_refused_where_that_does_harm() {
    let scene = scene();
    for arguments in
        [["copy", "ann:a", "ann:a/sub"], ["move", "ann:a", "ann:a/new"], ["sync", "ann:a/sub", "ann:a"]]
    {
        scene.run(&arguments).refused(7, "overlap");
    }
    scene.run(&["copy", "ann:a/sub", "ann:a"]).clean();
    assert_eq!(scene.ann.content("a/two.txt").unwrap(), b"two");
}

#[test]
fn a_dry_run_and_a_filter_hold_inside_an_account_too() {
    let scene = scene();
    let ran = scene.run(&["move", "-n", "ann:a", "ann:b"]);
    assert!(
        ran.err.contains("NOTICE: sub/two.txt: Skipped move as --dry-run is set (size 3)"),
        "{}",
        ran.err
    );
    assert_eq!(scene.ann.paths(), ["a/", "a/one.txt", "a/sub/", "a/sub/two.txt"]);
    scene.run(&["copy", "ann:a", "ann:b", "--exclude", "sub/**"]).clean();
    assert_eq!(scene.ann.paths(), ["a/", "a/one.txt", "a/sub/", "a/sub/two.txt", "b/", "b/one.txt"]);
}
