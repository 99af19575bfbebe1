//! `move`, `moveto` and `sync` between this machine and the cloud: what goes, and what never goes.

use crate::scene::{JUNE, Scene};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.write("src/a.txt", "first");
    scene.write("src/sub/deep.txt", "deep");
    scene
}

fn is_there(scene: &Scene, path: &str) -> bool {
    scene.path(path).exists()
}

#[test]
fn a_move_up_removes_the_sources_and_says_so() {
    let scene = scene();
    let ran = scene.run(&["move", "-v", "src", "ann:x"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : a.txt: Copied (new)\n"), "{}", ran.err);
    assert!(ran.err.contains("INFO  : a.txt: Deleted\n"), "{}", ran.err);
    assert_eq!(scene.ann.content("x/sub/deep.txt").unwrap(), b"deep");
    assert!(!is_there(&scene, "src/a.txt") && !is_there(&scene, "src/sub/deep.txt"));
    assert!(is_there(&scene, "src/sub"), "empty folders stay unless it is asked for");
    scene.run(&["move", "--delete-empty-src-dirs", "src", "ann:x"]).clean();
    assert!(!is_there(&scene, "src/sub") && is_there(&scene, "src"));
}

#[test]
fn a_move_down_puts_the_sources_into_the_bin() {
    let scene = Scene::logged_in();
    scene.ann.file("x/sub/a.txt", b"cloud", JUNE);
    scene.run(&["move", "--delete-empty-src-dirs", "ann:x", "down"]).clean();
    assert_eq!(scene.read("down/sub/a.txt"), "cloud");
    assert_eq!(scene.ann.paths(), ["x/"]);
    assert_eq!(scene.ann.rubbish_paths(), ["a.txt", "sub/"]);
    scene.run(&["moveto", "down/sub/a.txt", "ann:x/b.txt"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/b.txt"]);
}

#[test]
fn what_looks_the_same_is_proven_before_the_source_goes() {
    let scene = scene();
    scene.run(&["copy", "src", "ann:x"]).clean();
    let time = std::fs::metadata(scene.path("src/a.txt")).unwrap().modified().unwrap();
    scene.write("src/a.txt", "FIRST"); // same size and time, another content
    std::fs::File::options().write(true).open(scene.path("src/a.txt")).unwrap().set_modified(time).unwrap();
    scene.run(&["move", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"FIRST");
    assert!(!is_there(&scene, "src/a.txt") && !is_there(&scene, "src/sub/deep.txt"));
}

#[test]
fn a_source_that_was_not_copied_stays() {
    let scene = scene();
    scene.ann.file("x/a.txt", b"another", JUNE);
    scene.run(&["move", "--ignore-existing", "src", "ann:x"]).clean();
    assert!(is_there(&scene, "src/a.txt") && !is_there(&scene, "src/sub/deep.txt"));
    scene.emulator.fault("-11@p").unwrap();
    let ran = scene.run(&["move", "src", "ann:x"]);
    assert_ne!(ran.code, 0);
    assert!(is_there(&scene, "src/a.txt"));
}

#[test]
fn a_sync_up_deletes_into_the_bin_what_only_the_target_has() {
    let scene = scene();
    scene.ann.file("x/old.txt", b"old", JUNE);
    scene.ann.file("x/gone/deep/b.txt", b"b", JUNE);
    scene.ann.file("x/sub/deep.txt", b"else", JUNE);
    let plan = scene.run(&["sync", "-n", "src", "ann:x"]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    for line in [
        "NOTICE: a.txt: Skipped copy as --dry-run is set (size 5)",
        "NOTICE: old.txt: Skipped delete as --dry-run is set (size 3)",
        "NOTICE: gone: Skipped delete as --dry-run is set (size 1)",
    ] {
        assert!(plan.err.contains(line), "{line}: {}", plan.err);
    }
    assert!(scene.ann.rubbish_paths().is_empty() && scene.ann.content("x/a.txt").is_none());
    let ran = scene.run(&["sync", "-v", "src", "ann:x"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : old.txt: Deleted\n"), "{}", ran.err);
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/sub/", "x/sub/deep.txt"]);
    assert_eq!(scene.ann.rubbish_paths(), ["gone/", "gone/deep/", "gone/deep/b.txt", "old.txt"]);
}

#[test]
fn a_sync_down_puts_away_to_the_trash() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a.txt", b"cloud", JUNE);
    scene.write("down/old.txt", "old");
    scene.write("down/dir/more.txt", "more");
    scene.run(&["sync", "ann:x", "down"]).clean();
    let below = crate::scene::files_below(&scene.path("down"));
    let kept = |path: &&std::path::PathBuf| !path.to_string_lossy().contains("trash");
    assert_eq!(below.iter().filter(kept).count(), 1, "{below:?}");
    let all = crate::scene::files_below(&scene.own(""));
    assert!(all.iter().any(|path| path.ends_with("old.txt")), "it is in a trash");
    scene.run(&["sync", "ann:x", "down"]).clean();
}

#[test]
fn nothing_is_deleted_after_an_error_unless_that_is_wanted() {
    let scene = scene();
    scene.ann.file("x/old.txt", b"old", JUNE);
    scene.ann.file("x/sub", b"a file in the way", JUNE);
    let ran = scene.run(&["sync", "src", "ann:x"]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("Nothing was deleted: there were errors"), "{}", ran.err);
    assert_eq!(scene.ann.content("x/old.txt").unwrap(), b"old");
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"first", "the rest was copied");
    assert_ne!(scene.run(&["sync", "--ignore-errors", "src", "ann:x"]).code, 0);
    assert!(scene.ann.content("x/old.txt").is_none());
}

#[test]
fn no_more_is_deleted_than_allowed() {
    let scene = scene();
    for name in ["x/1", "x/more/2", "x/more/below/3"] {
        scene.ann.file(name, b"old", JUNE);
    }
    for arguments in [["sync", "-n", "--max-delete", "2"], ["sync", "--delete-after", "--max-delete", "2"]] {
        let ran = scene.run(&[&arguments[..], &["src", "ann:x"]].concat());
        assert_eq!(ran.code, 7, "{}", ran.err);
        assert!(ran.err.contains("after 2 files, as many as --max-delete allows"), "{}", ran.err);
        assert!(ran.err.contains("1 more would go"), "{}", ran.err);
    }
    assert_eq!(scene.ann.rubbish_paths(), ["1", "2"], "folders stay, too");
    scene.run(&["sync", "--max-delete", "1", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/sub/", "x/sub/deep.txt"]);
    scene.ann.file("x/late", b"old", JUNE);
    scene.run(&["sync", "--max-delete", "-1", "src", "ann:x"]).clean();
    assert!(scene.ann.content("x/late").is_none());
    assert_eq!(scene.run(&["sync", "--max-delete", "few", "src", "ann:x"]).code, 2);
}

#[test]
fn folders_that_a_move_empties_go_from_the_bottom_up_and_the_top_stays() {
    let scene = scene();
    scene.write("src/p/q/r/s", "deep down");
    std::fs::create_dir_all(scene.path("src/bare/under")).unwrap();
    scene.write("src/kept/skip.tmp", "tmp");
    let options = ["--delete-empty-src-dirs", "--exclude", "*.tmp"];
    scene.run(&[&["move", "src", "ann:x"], &options[..]].concat()).clean();
    assert_eq!(crate::scene::files_below(&scene.path("src")), [scene.path("src/kept/skip.tmp")]);
    assert_eq!(std::fs::read_dir(scene.path("src")).unwrap().count(), 1);
    scene.run(&["move", "--delete-empty-src-dirs", "ann:x", "down"]).clean();
    assert_eq!(scene.ann.paths(), ["x/"]);
    assert_eq!(scene.read("down/p/q/r/s"), "deep down");
}

#[test]
fn what_is_filtered_stays_and_twins_in_the_target_are_never_deleted() {
    let scene = scene();
    scene.ann.file("x/keep/old.tmp", b"tmp", JUNE);
    scene.ann.file("x/keep/old.txt", b"old", JUNE);
    scene.write("src/new.tmp", "tmp");
    scene.run(&["sync", "src", "ann:x", "--exclude", "*.tmp"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/keep/", "x/keep/old.tmp", "x/sub/", "x/sub/deep.txt"]);
    let folder = scene.ann.node("x").unwrap();
    let time = std::fs::metadata(scene.path("src/a.txt")).unwrap().modified().unwrap();
    let seconds = time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    scene.ann.file_in(folder, "a.txt", b"third", Some(i64::try_from(seconds).unwrap() + 100));
    let ran = scene.run(&["sync", "src", "ann:x", "--exclude", "*.tmp", "--delete-excluded"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/a.txt", "x/sub/", "x/sub/deep.txt"]);
}

#[test]
fn sizes_depths_and_lists_choose_what_is_copied() {
    let scene = scene();
    scene.write("src/sub/under/bottom.txt", "bottom");
    scene.write("list", "# these\na.txt\nsub/deep.txt\n");
    scene.run(&["copy", "src", "ann:size", "--min-size", "5B", "--max-size", "5B"]).clean();
    scene.run(&["copy", "src", "ann:depth", "--max-depth", "2"]).clean();
    scene.run(&["copy", "src", "ann:list", "--files-from", "list"]).clean();
    scene.run(&["copy", "src", "ann:old", "--min-age", "1d"]).clean();
    assert_eq!(
        scene.ann.paths(),
        [
            "depth/",
            "depth/a.txt",
            "depth/sub/",
            "depth/sub/deep.txt",
            "list/",
            "list/a.txt",
            "list/sub/",
            "list/sub/deep.txt",
            "size/",
            "size/a.txt"
        ]
    );
}

#[test]
fn words_of_rclone_decide_about_conflicts() {
    let scene = scene();
    scene.ann.file("x/a.txt", b"other", JUNE);
    scene.run(&["copy", "--size-only", "src", "ann:x"]).clean();
    scene.run(&["copy", "--ignore-existing", "src", "ann:x"]).clean();
    assert_eq!(scene.run(&["copy", "--immutable", "src", "ann:x"]).code, 6);
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"other");
    scene.run(&["copy", "--checksum", "--update", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"first", "it is newer, and proven another");
}

#[test]
fn a_sync_of_one_file_deletes_nothing() {
    let scene = scene();
    scene.ann.file("x/other.txt", b"other", JUNE);
    scene.run(&["sync", "src/a.txt", "ann:x"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/other.txt"]);
}

#[test]
fn a_move_replaces_no_folder_since_a_second_run_would_put_away_what_the_first_one_moved() {
    let scene = Scene::logged_in();
    scene.write("d/a.txt", "a");
    scene.run(&["move", "--folder-conflict", "replace", "d", "ann:d"]).refused(2, "not for moves");
    assert_eq!(scene.read("d/a.txt"), "a");
}
