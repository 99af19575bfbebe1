//! `--backup-dir` and `--suffix`: what a sync or a copy would overwrite or delete is kept, both ways.

use crate::scene::{JUNE, Scene, files_below};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.write("src/a", "new a");
    scene.write("src/sub/b", "new b");
    scene
}

/// Paths below a folder, sorted.
fn below(scene: &Scene, folder: &str) -> Vec<String> {
    let top = scene.path(folder);
    let mut paths: Vec<String> =
        files_below(&top).iter().map(|path| path.strip_prefix(&top).unwrap().display().to_string()).collect();
    paths.sort();
    paths
}

#[test]
fn a_sync_up_moves_what_makes_way_inside_the_account() {
    let scene = scene();
    for (path, content) in [("x/a", "old a"), ("x/sub/b", "old b!"), ("x/gone/deep/c", "c"), ("x/d", "d")] {
        scene.ann.file(path, content.as_bytes(), JUNE);
    }
    let plan = scene.run(&["sync", "-n", "src", "ann:x", "--backup-dir", "ann:kept/today"]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    assert!(scene.ann.node("kept").is_none());
    let ran = scene.run(&["sync", "-v", "src", "ann:x", "--backup-dir", "ann:kept/today"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : d: Moved into backup dir\n"), "{}", ran.err);
    assert!(ran.err.contains("INFO  : a: Copied (replaced existing)\n"), "{}", ran.err);
    assert_eq!(
        scene.ann.paths(),
        [
            "kept/",
            "kept/today/",
            "kept/today/a",
            "kept/today/d",
            "kept/today/gone/",
            "kept/today/gone/deep/",
            "kept/today/gone/deep/c",
            "kept/today/sub/",
            "kept/today/sub/b",
            "x/",
            "x/a",
            "x/sub/",
            "x/sub/b",
        ]
    );
    for (path, content) in [("kept/today/a", "old a"), ("kept/today/sub/b", "old b!"), ("x/a", "new a")] {
        assert_eq!(scene.ann.content(path).unwrap(), content.as_bytes(), "{path}");
    }
    assert_eq!(scene.ann.rubbish_paths(), ["deep/", "gone/"], "empty folders alone");
    scene.run(&["sync", "src", "ann:x", "--backup-dir", "ann:kept/today"]).clean();
}

#[test]
fn an_older_backup_of_the_same_path_goes_to_the_bin_and_a_suffix_keeps_both() {
    let scene = scene();
    scene.run(&["copy", "src", "ann:x"]).clean();
    for content in ["second a", "the third a"] {
        scene.write("src/a", content);
        scene.run(&["copy", "src", "ann:x", "--backup-dir", "ann:kept"]).clean();
    }
    assert_eq!(scene.ann.content("kept/a").unwrap(), b"second a");
    assert_eq!(scene.ann.rubbish_paths(), ["a"]);
    scene.write("src/a", "the fourth and last a");
    scene.run(&["copy", "src", "ann:x", "--backup-dir", "ann:kept", "--suffix", ".3"]).clean();
    assert_eq!(scene.ann.content("kept/a.3").unwrap(), b"the third a");
    assert_eq!(scene.ann.content("kept/a").unwrap(), b"second a");
    assert_eq!(scene.ann.content("x/a").unwrap(), b"the fourth and last a");
}

#[test]
fn a_sync_down_moves_what_makes_way_on_the_disk() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a", b"new a", JUNE);
    scene.ann.file("x/sub/b", b"new b", JUNE);
    for (path, content) in [("down/a", "old a"), ("down/sub/b", "old b!"), ("down/gone/deep/c", "c")] {
        scene.write(path, content);
    }
    scene.run(&["sync", "ann:x", "down", "--backup-dir", "kept/today", "--suffix", ".old"]).clean();
    assert_eq!(below(&scene, "kept"), ["today/a.old", "today/gone/deep/c.old", "today/sub/b.old"]);
    assert_eq!(below(&scene, "down"), ["a", "sub/b"]);
    assert!(!scene.path("down/gone").exists(), "folders left empty go");
    assert_eq!((scene.read("kept/today/a.old"), scene.read("down/a")), ("old a".into(), "new a".into()));
}

#[test]
fn inside_an_account_too() {
    let scene = Scene::logged_in();
    for (path, content) in [("from/a", "new a"), ("x/a", "old a!"), ("x/b", "b")] {
        scene.ann.file(path, content.as_bytes(), JUNE);
    }
    scene.run(&["sync", "ann:from", "ann:x", "--backup-dir", "ann:kept"]).clean();
    assert_eq!(scene.ann.paths(), ["from/", "from/a", "kept/", "kept/a", "kept/b", "x/", "x/a"]);
    assert_eq!(scene.ann.content("x/a").unwrap(), b"new a");
    assert_eq!(scene.ann.content("kept/a").unwrap(), b"old a!");
}

#[test]
fn a_backup_folder_out_of_place_is_refused_and_nothing_happens() {
    let scene = scene();
    scene.ann.file("x/old", b"old", JUNE);
    scene.ann.file("y/other", b"other", JUNE);
    for (arguments, code) in [
        (["sync", "src", "ann:x", "--backup-dir", "ann:x/kept"], 7),
        (["sync", "src", "ann:x", "--backup-dir", "ann:x"], 7),
        (["sync", "src", "ann:x/new", "--backup-dir", "ann:x/new/kept"], 7),
        (["sync", "src", "ann:x", "--backup-dir", "ann:"], 7),
        (["sync", "ann:y", "ann:x", "--backup-dir", "ann:y/kept"], 7),
        (["sync", "ann:x", "src", "--backup-dir", "src/kept"], 7),
        (["sync", "ann:x", "src", "--backup-dir", "."], 7),
        (["sync", "src", "ann:x", "--backup-dir", "kept"], 2),
        (["sync", "ann:x", "src", "--backup-dir", "ann:kept"], 2),
    ] {
        scene.run(&arguments).refused(code, "--backup-dir");
    }
    scene
        .run(&["sync", "src", "ann:x", "--backup-dir", "ann:kept", "--suffix", "a/b"])
        .refused(2, "--suffix");
    assert_eq!(scene.ann.paths(), ["x/", "x/old", "y/", "y/other"]);
    assert_eq!(below(&scene, "src"), ["a", "sub/b"]);
}

#[test]
fn where_the_backup_fails_nothing_is_overwritten() {
    let scene = scene();
    scene.ann.file("x/a", b"old a", JUNE);
    scene.emulator.fault("-11@m").unwrap();
    let ran = scene.run(&["sync", "src", "ann:x", "--backup-dir", "ann:kept"]);
    assert_ne!(ran.code, 0);
    assert_eq!(scene.ann.content("x/a").unwrap(), b"old a", "{}", ran.err);
    scene.emulator.clear_faults();
    scene.run(&["sync", "src", "ann:x", "--backup-dir", "ann:kept"]).clean();
    assert_eq!(scene.ann.content("kept/a").unwrap(), b"old a");
}

#[test]
fn a_suffix_alone_renames_what_makes_way_where_it_is_both_ways() {
    let scene = Scene::logged_in();
    scene.write("src/d/a.txt", "newer content");
    scene.ann.file("x/d/a.txt", b"old", JUNE);
    scene.ann.file("x/d/extra.txt", b"extra", JUNE);
    scene.run(&["sync", "src", "ann:x", "--suffix", ".old"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/d/", "x/d/a.txt", "x/d/a.txt.old", "x/d/extra.txt.old"]);
    assert_eq!(scene.ann.content("x/d/a.txt").unwrap(), b"newer content");
    assert_eq!(scene.ann.content("x/d/a.txt.old").unwrap(), b"old");
    assert!(scene.ann.rubbish_paths().is_empty());
    scene.write("src/d/a.txt", "a third content, longer");
    scene.run(&["copy", "src", "ann:x", "--suffix", ".old"]).clean();
    assert_eq!(scene.ann.content("x/d/a.txt.old").unwrap(), b"newer content");
    assert_eq!(scene.ann.rubbish_paths(), ["a.txt.old"], "the older one of that name");
    scene.write("down/d/a.txt", "mine");
    scene.run(&["copy", "ann:x", "down", "--suffix", ".mine", "--include", "a.txt"]).clean();
    assert_eq!(scene.read("down/d/a.txt"), "a third content, longer");
    assert_eq!(scene.read("down/d/a.txt.mine"), "mine");
}
