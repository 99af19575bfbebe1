//! `copy`, `move`, `sync` and `check` between two folders of this machine: rclone's lines, no account, and `undo`.

use crate::scene::Scene;

/// Nothing is configured: no account is asked for.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.write("src/a.txt", "first");
    scene.write("src/sub/deep.txt", "deep");
    scene
}

#[test]
fn a_copy_needs_no_account_and_skips_what_is_the_same() {
    let scene = scene();
    let ran = scene.run(&["copy", "-v", "src", "dst/new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : sub/deep.txt: Copied (new)\n"), "{}", ran.err);
    assert_eq!(scene.read("dst/new/sub/deep.txt"), "deep");
    assert_eq!(scene.read("src/a.txt"), "first");
    let again = scene.run(&["copy", "-v", "src", "dst/new"]);
    assert!(!again.err.contains("Copied"), "{}", again.err);
    scene.run(&["copyto", "src/a.txt", "dst/b.txt"]).clean();
    assert_eq!(scene.read("dst/b.txt"), "first");
    scene.run(&["check", "src", "dst/new"]);
    scene.write("dst/new/a.txt", "FIRST");
    let differs = scene.run(&["check", "src", "dst/new"]);
    assert_eq!(differs.code, 1, "{}", differs.err);
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_it_would() {
    let scene = scene();
    let ran = scene.run(&["move", "-n", "src", "dst"]);
    assert!(ran.err.contains("a.txt: Skipped move as --dry-run is set (size 5)"), "{}", ran.err);
    assert!(!scene.path("dst/a.txt").exists() && scene.path("src/a.txt").exists());
}

#[test]
fn a_move_leaves_no_source_and_undo_brings_it_back() {
    let scene = scene();
    scene.run(&["move", "--delete-empty-src-dirs", "src", "dst"]).clean();
    assert_eq!((scene.read("dst/a.txt"), scene.read("dst/sub/deep.txt")), ("first".into(), "deep".into()));
    assert!(!scene.path("src/a.txt").exists() && !scene.path("src/sub").exists());
    let ran = scene.run(&["undo"]);
    assert_eq!((ran.code, ran.err.contains("undone: moved to")), (0, true), "{}", ran.err);
    assert_eq!((scene.read("src/a.txt"), scene.read("src/sub/deep.txt")), ("first".into(), "deep".into()));
    assert!(!scene.path("dst/a.txt").exists());
}

#[test]
fn a_folder_is_not_copied_into_itself() {
    let scene = scene();
    scene.run(&["copy", "src", "src/sub"]).refused(7, "overlap");
    assert_eq!(std::fs::read_dir(scene.path("src/sub")).unwrap().count(), 1);
}
