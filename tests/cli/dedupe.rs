//! `dedupe` by the command line: rclone's modes and words, what is done about twins of every kind, and that it is undone.

use megapane::handle::NodeHandle;

use crate::scene::{JUNE, Scene};

/// Three files of one name, two with equal bytes; all came at once, so that their handles order them.
fn with_three() -> (Scene, [NodeHandle; 3]) {
    let scene = Scene::logged_in();
    let [root, ..] = scene.ann.roots();
    let file = |bytes: &[u8], time| scene.ann.file_in(root, "one.txt", bytes, Some(time));
    let files = [file(b"four", JUNE), file(b"four", JUNE + 10), file(b"longer one", JUNE + 5)];
    (scene, files)
}

fn first_of(files: &[NodeHandle]) -> NodeHandle {
    *files.iter().min().unwrap()
}

fn left(scene: &Scene) -> Vec<NodeHandle> {
    let [root, ..] = scene.ann.roots();
    let mut left: Vec<NodeHandle> = scene.ann.items(root).iter().map(|item| item.handle).collect();
    left.sort_unstable();
    left
}

fn names(scene: &Scene) -> Vec<String> {
    scene.ann.paths()
}

#[test]
fn each_mode_keeps_what_it_says_and_one_number_takes_it_back() {
    for mode in ["first", "newest", "oldest", "LARGEST", "smallest"] {
        let (scene, files) = with_three();
        let kept = match mode {
            "first" => first_of(&files),
            "newest" => files[1],
            "oldest" => files[0],
            "LARGEST" => files[2],
            _ => first_of(&files[..2]),
        };
        let before = scene.ann.paths();
        let ran = scene.run(&["dedupe", mode, "ann:"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{mode}: {}", ran.err);
        assert!(ran.err.contains("2 files to the rubbish bin"), "{}", ran.err);
        assert_eq!(names(&scene), ["one.txt"]);
        assert_eq!(scene.ann.node("one.txt"), Some(kept), "{mode}");
        assert_eq!(scene.ann.rubbish_paths().len(), 2, "{mode}");
        let id = ran.err.split("megapane undo ").nth(1).unwrap().split('`').next().unwrap();
        assert_eq!(scene.run(&["undo", id]).code, 0);
        assert_eq!(scene.ann.paths(), before, "{mode}");
        assert!(scene.ann.rubbish_paths().is_empty());
    }
}

#[test]
fn rename_keeps_all_and_skip_removes_what_is_proven_alone() {
    let (scene, _) = with_three();
    scene.ann.file("one-1.txt", b"taken", JUNE);
    let ran = scene.run(&["dedupe", "-v", "rename", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("one-2.txt: renamed from: one.txt"), "{}", ran.err);
    assert_eq!(names(&scene), ["one-1.txt", "one-2.txt", "one-3.txt", "one-4.txt"]);

    let (scene, files) = with_three();
    let copy = scene.ann.copy("one.txt", "copies/one.txt").unwrap();
    let source = scene.ann.node("one.txt").unwrap();
    scene.ann.move_to("copies/one.txt", "").unwrap();
    scene.ann.delete("copies").unwrap();
    let ran = scene.run(&["dedupe", "skip", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("one.txt: Skipping 3 files with duplicate names"), "{}", ran.err);
    let left = left(&scene);
    assert_eq!(left.len(), 3, "a copy that the server made shares the key: it is proven");
    assert_ne!(left.contains(&copy), left.contains(&source), "one of the two goes");
    let others = files.iter().filter(|file| **file != source);
    assert!(
        others.into_iter().all(|file| left.contains(file)),
        "equal bytes under other keys are not proven"
    );
}

#[test]
fn equal_bytes_under_other_keys_are_proven_by_reading() {
    let (scene, files) = with_three();
    let ran = scene.run(&["dedupe", "--verify", "skip", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut kept = [first_of(&files[..2]), files[2]];
    kept.sort_unstable();
    assert_eq!(left(&scene), kept);
}

#[test]
fn by_hash_finds_equal_content_anywhere_and_removes_only_what_is_proven() {
    let scene = Scene::logged_in();
    scene.ann.file("a/film", b"the same film", JUNE);
    scene.ann.copy("a/film", "b/film").unwrap();
    scene.ann.file("c/other name", b"the same film", JUNE + 9);
    scene.ann.file("c/empty", b"", JUNE);
    scene.ann.file("c/empty too", b"", JUNE);
    let listed = scene.run(&["dedupe", "--by-hash", "list", "ann:"]).clean();
    // Whichever came first, two of the three are proven, and the third is not.
    assert!(listed.contains(": 3 files of one content, or perhaps of one"), "{listed}");
    let words = ["identical, proven", "same fingerprint, not proven", "the first"];
    let found = words.map(|words| listed.matches(words).count());
    assert!(matches!(found, [1, 1, 1] | [0, 2, 1]), "{listed}");
    assert!(!listed.contains("empty"), "{listed}");
    let dry = scene.run(&["dedupe", "--by-hash", "-n", "first", "ann:"]);
    assert!(dry.err.contains("Skipped delete as --dry-run is set (size 13)"), "{}", dry.err);
    assert_eq!(scene.ann.rubbish_paths().len(), 0);
    assert_eq!(scene.run(&["dedupe", "--by-hash", "--keep-in", "ann:b", "first", "ann:"]).code, 0);
    assert_eq!(names(&scene), ["a/", "b/", "b/film", "c/", "c/empty", "c/empty too", "c/other name"]);
    assert_eq!(scene.run(&["dedupe", "--by-hash", "--verify", "newest", "ann:"]).code, 0);
    assert_eq!(names(&scene), ["a/", "b/", "c/", "c/empty", "c/empty too", "c/other name"]);
}

/// What breaks rclone: it would put `sub` into the bin with what is in it.
#[test]
fn twin_folders_with_twin_folders_in_them_become_one_and_lose_nothing() {
    let scene = Scene::logged_in();
    let [root, ..] = scene.ann.roots();
    for (other, bytes) in [("one.txt", "1"), ("other.txt", "22")] {
        let photos = scene.ann.folder_in(root, "photos");
        let sub = scene.ann.folder_in(photos, "sub");
        scene.ann.file_in(sub, other, bytes.as_bytes(), Some(JUNE));
        scene.ann.file_in(sub, "both.txt", bytes.as_bytes(), Some(JUNE));
    }
    let listed = scene.run(&["dedupe", "list", "--check", "ann:photos"]);
    assert_eq!(listed.code, 1, "there are duplicates: {}", listed.err);
    assert!(listed.out.contains("photos: 2 duplicates of this directory"), "{}", listed.out);
    let ran = scene.run(&["dedupe", "rename", "ann:photos"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let below = ["both-1.txt", "both-2.txt", "one.txt", "other.txt"].map(|name| format!("photos/sub/{name}"));
    assert_eq!(
        names(&scene),
        [vec!["photos/".to_owned(), "photos/sub/".to_owned()], below.to_vec()].concat()
    );
    assert_eq!(scene.run(&["dedupe", "list", "--check", "ann:"]).clean(), "");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.ann.items(root).len(), 2, "both folders are back");
}

#[test]
fn a_report_says_what_was_found_and_done() {
    let (scene, files) = with_three();
    assert_eq!(scene.run(&["dedupe", "--report", "report.json", "first", "ann:"]).code, 0);
    let report: serde_json::Value = serde_json::from_str(&scene.read("report.json")).unwrap();
    let members = report["groups"][0]["members"].as_array().unwrap();
    let kept: Vec<(&str, bool)> =
        members.iter().map(|row| (row["id"].as_str().unwrap(), row["kept"].as_bool().unwrap())).collect();
    let mut ids = files;
    ids.sort_unstable();
    let ids = ids.map(|file| file.to_string());
    assert_eq!(kept, [(ids[0].as_str(), true), (ids[1].as_str(), false), (ids[2].as_str(), false)]);
    assert_eq!(report["steps"].as_array().unwrap().len(), 2);
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["dedupe", "--json", "list", "ann:"]).clean()).unwrap();
    assert_eq!(json["groups"].as_array().unwrap().len(), 0);
}

#[test]
fn names_that_are_one_on_other_disks_and_files_beside_folders_are_told_and_left() {
    let scene = Scene::logged_in();
    scene.ann.file("Read me", b"1", JUNE);
    scene.ann.file("read ME", b"2", JUNE);
    let [root, ..] = scene.ann.roots();
    scene.ann.folder_in(root, "x");
    scene.ann.file_in(root, "x", b"3", Some(JUNE));
    let plain = scene.run(&["dedupe", "list", "ann:"]).clean();
    assert!(!plain.contains("one on other disks"), "{plain}");
    assert!(plain.contains("x: 2 files and folders of one name"), "{plain}");
    let folded = scene.run(&["dedupe", "--fold", "list", "ann:"]).clean();
    assert!(folded.contains("2 names that are one on other disks"), "{folded}");
    scene.run(&["dedupe", "--fold", "first", "ann:"]).clean();
    assert_eq!(names(&scene).len(), 4);
}

#[test]
fn what_makes_no_sense_is_refused_with_rclones_codes() {
    let scene = Scene::logged_in();
    scene.run(&["dedupe", "bogus", "ann:"]).refused(1, "unknown mode for dedupe \"bogus\"");
    assert_eq!(scene.run(&["dedupe"]).code, 2);
    scene.run(&["dedupe", "first", "here"]).refused(2, "on this machine");
    scene.run(&["dedupe", "ann:"]).refused(2, "no terminal");
    scene.run(&["dedupe", "first", "ann:missing"]).refused(3, "cannot find");
    scene.run(&["dedupe", "--dedupe-mode", "newest", "ann:"]).clean();
}
