//! The flags of `copy`, `move`, `sync` and `check` between two accounts, and from a public link into one: they mean there
//! what they mean everywhere.

use megapane::emulator::Owner;

use crate::scene::{JUNE, Scene};

/// Ann has new files, Ben older ones of the same names and one more.
fn scene() -> (Scene, Owner) {
    let scene = Scene::logged_in();
    for (path, content) in [("a/one.txt", "new one"), ("a/sub/two.txt", "new two"), ("a/three.log", "three")]
    {
        scene.ann.file(path, content.as_bytes(), JUNE);
    }
    let ben = scene.second_account();
    for (path, content) in
        [("b/one.txt", "old one!"), ("b/sub/two.txt", "old two!"), ("b/gone/four.txt", "4")]
    {
        ben.file(path, content.as_bytes(), JUNE - 50);
    }
    (scene, ben)
}

fn text(owner: &Owner, path: &str) -> String {
    owner.content(path).map_or_else(|| format!("no {path}"), |bytes| String::from_utf8(bytes).unwrap())
}

fn files(owner: &Owner) -> Vec<String> {
    owner.paths().into_iter().filter(|path| !path.ends_with('/')).collect()
}

fn folder_link(scene: &Scene) -> String {
    scene.run(&["link", "ann:a"]).clean().trim_end().to_owned()
}

#[test]
fn what_makes_way_goes_to_the_backup_folder_of_the_target_s_account() {
    for is_link in [false, true] {
        let (scene, ben) = scene();
        let source = if is_link { folder_link(&scene) } else { "ann:a".to_owned() };
        let sync = ["sync", &source, "ben:b", "--backup-dir", "ben:kept/today"];
        let plan = scene.run(&[&sync[..], &["-n"]].concat());
        assert_eq!((plan.code, ben.node("kept")), (0, None), "{}", plan.err);
        scene.run(&sync).clean();
        assert_eq!(
            files(&ben),
            [
                "b/one.txt",
                "b/sub/two.txt",
                "b/three.log",
                "kept/today/gone/four.txt",
                "kept/today/one.txt",
                "kept/today/sub/two.txt"
            ]
        );
        assert_eq!(text(&ben, "b/one.txt"), "new one");
        assert_eq!(text(&ben, "kept/today/one.txt"), "old one!");
        assert!(ben.items(ben.node("b/one.txt").unwrap()).is_empty(), "it is no version of it");
        let link_count = scene.run(&["link", "--list", "ann:"]).clean().lines().count();
        assert_eq!(link_count, usize::from(is_link));
        scene.run(&sync).clean();
        assert_eq!(scene.run(&["undo", "ben:"]).code, 0);
        assert_eq!(text(&ben, "b/one.txt"), "old one!");
        assert_eq!(text(&ben, "b/gone/four.txt"), "4");
    }
}

#[test]
fn what_streams_through_makes_way_in_the_same_manner() {
    let (scene, ben) = scene();
    scene.emulator.fault("-11@l").unwrap();
    scene.run(&["sync", "ann:a", "ben:b", "--backup-dir", "ben:kept"]).clean();
    assert_eq!((text(&ben, "b/one.txt"), text(&ben, "kept/one.txt")), ("new one".into(), "old one!".into()));
    assert_eq!(text(&ben, "kept/gone/four.txt"), "4");
}

#[test]
fn a_suffix_keeps_what_makes_way_where_it_is() {
    let (scene, ben) = scene();
    scene.run(&["copy", "ann:a", "ben:b", "--suffix", ".old"]).clean();
    assert_eq!((text(&ben, "b/one.txt"), text(&ben, "b/one.txt.old")), ("new one".into(), "old one!".into()));
    assert_eq!(text(&ben, "b/sub/two.txt.old"), "old two!");
}

#[test]
fn a_backup_folder_of_the_source_s_account_or_of_the_disk_is_refused() {
    let (scene, ben) = scene();
    let before = ben.paths();
    for (folder, code) in [("ann:kept", 2), ("kept", 2), ("ben:b/kept", 7), ("ben:b", 7), ("ben:", 7)] {
        scene.run(&["sync", "ann:a", "ben:b", "--backup-dir", folder]).refused(code, "--backup-dir");
    }
    assert_eq!((ben.paths(), scene.ann.node("kept")), (before, None));
}

#[test]
fn what_is_done_about_a_taken_name_is_as_everywhere() {
    let skipped: &[&[&str]] =
        &[&["--ignore-existing"], &["--conflict", "skip"], &["--size-only", "--conflict", "skip"]];
    for how in skipped {
        let (scene, ben) = scene();
        let ran = scene.run(&[&["copy", "ann:a", "ben:b"], *how].concat());
        assert_eq!((ran.code, text(&ben, "b/one.txt")), (0, "old one!".into()), "{how:?}: {}", ran.err);
        assert_eq!(text(&ben, "b/three.log"), "three", "{how:?}");
    }
    for how in [&["-u"][..], &["--conflict", "newer"], &["--conflict", "size"], &["--checksum"]] {
        let (scene, ben) = scene();
        scene.run(&[&["copy", "ann:a", "ben:b"], how].concat()).clean();
        assert_eq!(text(&ben, "b/one.txt"), "new one", "{how:?}");
    }
    let (scene, ben) = scene();
    let ran = scene.run(&["copy", "--immutable", "ann:a", "ben:b"]);
    assert_ne!(ran.code, 0);
    assert_eq!((text(&ben, "b/one.txt"), text(&ben, "b/three.log")), ("old one!".into(), "three".into()));
    scene.run(&["copy", "--conflict", "rename", "ann:a", "ben:b"]).clean();
    assert_eq!((text(&ben, "b/one.txt"), text(&ben, "b/one (2).txt")), ("old one!".into(), "new one".into()));
}

#[test]
fn filters_and_bounds_choose_what_goes_and_what_a_sync_deletes() {
    let (scene, ben) = scene();
    scene.run(&["copy", "ann:a", "ben:new", "--include", "*.txt", "--max-depth", "1"]).clean();
    assert_eq!(text(&ben, "new/one.txt"), "new one");
    assert_eq!((ben.node("new/three.log"), ben.node("new/sub")), (None, None));
    scene.run(&["sync", "ann:a", "ben:b", "--exclude", "gone/**"]).clean();
    assert_eq!((text(&ben, "b/gone/four.txt"), text(&ben, "b/one.txt")), ("4".into(), "new one".into()));
    let stopped = scene.run(&["sync", "ann:a", "ben:b", "--max-delete", "0"]);
    assert_eq!((stopped.code, text(&ben, "b/gone/four.txt")), (7, "4".into()), "{}", stopped.err);
    scene.run(&["sync", "ann:a", "ben:b"]).clean();
    assert_eq!(files(&ben).iter().filter(|path| path.starts_with("b/")).count(), 3);
    assert!(ben.rubbish_paths().iter().any(|path| path.ends_with("four.txt")), "{:?}", ben.rubbish_paths());
}

#[test]
fn a_move_takes_only_what_was_chosen_and_leaves_what_was_skipped() {
    let (scene, ben) = scene();
    scene.run(&["move", "ann:a", "ben:b", "--conflict", "skip", "--include", "*.{txt,log}"]).clean();
    assert_eq!((text(&ben, "b/three.log"), text(&ben, "b/one.txt")), ("three".into(), "old one!".into()));
    assert_eq!(files(&scene.ann), ["a/one.txt", "a/sub/two.txt"], "what was skipped stays");
    scene.run(&["move", "ann:a", "ben:b", "--backup-dir", "ben:kept", "--delete-empty-src-dirs"]).clean();
    assert_eq!((text(&ben, "b/one.txt"), text(&ben, "kept/one.txt")), ("new one".into(), "old one!".into()));
    assert_eq!(scene.ann.paths(), ["a/"]);
}

#[test]
fn empty_folders_and_the_other_comparisons_are_as_everywhere() {
    let (scene, ben) = scene();
    scene.ann.folder("a/empty");
    scene.run(&["copy", "ann:a", "ben:c"]).clean();
    assert_eq!(ben.node("c/empty"), None);
    scene.run(&["copy", "ann:a", "ben:c", "--create-empty-src-dirs"]).clean();
    assert!(ben.node("c/empty").is_some());
    for how in [&[][..], &["--checksum"], &["--size-only"]] {
        let again = scene.run(&[&["copy", "-v", "ann:a", "ben:c"], how].concat());
        assert!(again.err.contains("There was nothing to transfer"), "{how:?}: {}", again.err);
        assert_eq!(scene.run(&[&["check", "ann:a", "ben:c"], how].concat()).code, 0, "{how:?}");
        assert_eq!(scene.run(&[&["check", "ann:a", "ben:b"], how].concat()).code, 1, "{how:?}");
    }
    let link = folder_link(&scene);
    assert_eq!(scene.run(&["check", &link, "ben:c"]).code, 0);
    assert_eq!(scene.run(&["check", "--one-way", &link, "ben:b"]).code, 1);
}

#[test]
fn what_streams_through_counts_against_the_bound_on_bytes() {
    let (scene, ben) = scene();
    for number in 0..4 {
        scene.ann.file(&format!("big/{number}"), &vec![7; 300_000], JUNE);
    }
    scene.emulator.fault("-11@l").unwrap();
    let ran =
        scene.run(&["copy", "ann:big", "ben:big", "--max-transfer", "500K", "--cutoff-mode", "cautious"]);
    assert_eq!(ran.code, 8, "{}", ran.err);
    assert_eq!(files(&ben).iter().filter(|path| path.starts_with("big/")).count(), 1);
}
