//! `dedupe` by the command line: rclone's modes and words, what is done about twins of every kind, and that it is undone.

use megapane::handle::NodeHandle;

use crate::kills::kill_at;
use crate::scene::{JUNE, Scene};
#[cfg(unix)]
use crate::wizard::Terminal;

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
    let dry = scene.run(&["dedupe", "--by-hash", "-n", "--keep-in", "ann:c", "first", "ann:"]);
    assert!(dry.err.contains("left alone: 1 group kept as --keep-in says"), "{}", dry.err);
    assert_eq!(scene.ann.rubbish_paths().len(), 0);
    assert_eq!(scene.run(&["dedupe", "--by-hash", "--keep-in", "ann:b", "first", "ann:"]).code, 0);
    let idle = scene.run(&["dedupe", "--by-hash", "-n", "first", "ann:"]);
    assert!(idle.err.contains("left alone: 1 group not proven to be of one content"), "{}", idle.err);
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

#[test]
fn what_goes_for_good_is_asked_about_and_is_only_what_is_proven_to_stay() {
    let (scene, files) = with_three();
    scene.run(&["dedupe", "--permanent", "first", "ann:"]).refused(2, "no terminal");
    assert_eq!(left(&scene).len(), 3);
    let ran = scene.run(&["dedupe", "--verify", "--permanent", "--yes", "largest", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        left(&scene),
        [files[2]],
        "the two of one content were both to go: neither stays for the other"
    );
    assert_eq!(scene.ann.rubbish_paths().len(), 2, "{}", ran.err);
    assert_eq!(scene.run(&["undo"]).code, 0);

    let dry = scene.run(&["dedupe", "--verify", "--permanent", "-n", "smallest", "ann:"]);
    assert_eq!(
        dry.err.matches("one.txt: Skipped delete for good as --dry-run is set").count(),
        1,
        "{}",
        dry.err
    );
    assert_eq!(dry.err.matches("one.txt: Skipped delete as --dry-run is set").count(), 1, "{}", dry.err);
    let ran = scene.run(&["dedupe", "--verify", "--permanent", "--yes", "-v", "smallest", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let kept = first_of(&files[..2]);
    assert_eq!(left(&scene), [kept]);
    assert_eq!(scene.ann.rubbish_paths().len(), 1, "what is there once goes to the bin all the same");
    assert!(ran.err.contains("one.txt: deleted for good"), "{}", ran.err);
    assert!(ran.err.contains("1 file to the rubbish bin, 1 file deleted for good"), "{}", ran.err);
    let id = ran.err.split("`megapane undo ").nth(1).unwrap().split('`').next().unwrap();
    assert!(ran.err.contains("takes what did not go for good back"), "{}", ran.err);
    let undone = scene.run(&["undo", id]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    assert_eq!(left(&scene).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_typed_yes_is_needed_for_what_goes_for_good() {
    let question = "Type yes to delete them> ";
    let (scene, _) = with_three();
    let arguments = ["dedupe", "--verify", "--permanent", "smallest", "ann:"];
    for (answer, gone) in [("y", 0), ("yes", 1)] {
        let mut terminal = Terminal::open(&scene, &arguments);
        terminal.answer(question, answer);
        let (code, text) = terminal.end();
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("1 file, 4 B, would be deleted for good: each is proven"), "{text}");
        assert_eq!(scene.ann.rubbish_paths().len(), gone, "{text}");
    }
    assert_eq!(left(&scene).len(), 1);
}

/// While the user thinks, the file that was to stay goes elsewhere: what would then be the last one is spared.
#[cfg(unix)]
#[test]
fn what_changes_while_somebody_is_asked_is_left_alone() {
    let (scene, files) = with_three();
    let mut terminal = Terminal::open(&scene, &["dedupe", "--verify", "--permanent", "smallest", "ann:"]);
    terminal.until("Type yes to delete them> ");
    let kept = first_of(&files[..2]);
    let command = serde_json::json!({"a": "m", "n": kept.to_string(), "t": scene.ann.roots()[2].to_string()});
    scene.ann.command(&command).unwrap();
    terminal.answer("Type yes to delete them> ", "yes");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("changed meanwhile and left alone"), "{text}");
    assert_eq!(left(&scene).len(), 2, "{text}");
}

#[cfg(unix)]
#[test]
fn a_terminal_is_asked_with_rclones_letters() {
    let (scene, files) = with_three();
    let mut sorted = files;
    sorted.sort_unstable();
    let mut terminal = Terminal::open(&scene, &["dedupe", "ann:"]);
    terminal.answer("s/k/r/q> ", "x").answer("s/k/r/q> ", "k");
    terminal.answer("Enter the number of the file to keep> ", "2");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    for line in [
        "one.txt: Found 3 files with duplicate names\n",
        "one.txt: 3 duplicates\n",
        "s) Skip and do nothing\n",
        "k) Keep just one (choose which in next step)\n",
        "r) Rename all to be different (by changing file.jpg to file-1.jpg)\n",
        "one.txt: Deleted 2 extra copies\n",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert_eq!(left(&scene), [sorted[1]]);
}

#[test]
fn filters_and_depth_choose_what_is_looked_at() {
    let scene = Scene::logged_in();
    let [root, ..] = scene.ann.roots();
    let folder = scene.ann.folder_in(root, "d");
    for parent in [root, folder] {
        for time in [JUNE, JUNE + 86_400] {
            scene.ann.file_in(parent, "a.txt", b"text", Some(time));
            scene.ann.file_in(parent, "b.jpg", &[7; 3000], Some(time));
        }
    }
    let listed = |arguments: &[&str]| {
        let out = scene.run(&[&["dedupe", "list", "ann:"], arguments].concat()).clean();
        let headings = out.lines().filter(|line| !line.starts_with(' '));
        headings.map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ["a.txt", "b.jpg", "d/a.txt", "d/b.jpg"]);
    assert_eq!(listed(&["--max-depth", "1"]), ["a.txt", "b.jpg"]);
    assert_eq!(listed(&["--include", "*.jpg"]), ["b.jpg", "d/b.jpg"]);
    assert_eq!(listed(&["--exclude", "/d/**"]), ["a.txt", "b.jpg"]);
    assert_eq!(listed(&["--filter", "- b*", "--max-depth", "2"]), ["a.txt", "d/a.txt"]);
    assert_eq!(listed(&["--min-size", "1k"]), ["b.jpg", "d/b.jpg"]);
    assert!(listed(&["--max-age", "2024-06-01T12:00:00Z"]).is_empty(), "one of each name is left");
    assert_eq!(listed(&["--by-hash", "--max-size", "10B"]).len(), 1);
    scene.run(&["dedupe", "first", "ann:", "--include", "a.*", "--max-depth", "1"]);
    assert_eq!(scene.ann.paths().len(), 8, "one of two is gone: {:?}", scene.ann.paths());
    scene.run(&["dedupe", "first", "ann:", "--include", "{a"]).refused(2, "{a");
}

#[test]
fn copies_on_this_machine_prove_contents_without_a_download() {
    let (scene, files) = with_three();
    scene.ann.file("elsewhere/copy", b"longer one", JUNE);
    scene.write("pictures/deep/mine", "four");
    scene.write("pictures/other", "five");
    scene.write("single", "longer one");
    scene.emulator.clear_seen();
    let ran = scene.run(&["dedupe", "-v", "--local", "pictures", "skip", "ann:"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("deep/mine: has the content of 2 files\n"), "{}", ran.err);
    let mut kept = [first_of(&files[..2]), files[2]];
    kept.sort_unstable();
    assert!(kept.iter().all(|file| left(&scene).contains(file)));
    assert_eq!(left(&scene).len(), 3, "and the folder: {}", ran.err);
    let arguments = ["dedupe", "--by-hash", "--local", "single", "--local", "missing", "first", "ann:"];
    let ran = scene.run(&arguments);
    assert_eq!(ran.code, 11, "what cannot be read proves nothing, and is told: {}", ran.err);
    assert!(ran.err.contains("missing"), "{}", ran.err);
    assert!(ran.err.contains("1 file to the rubbish bin"), "{}", ran.err);
    let downloads = scene.emulator.seen().iter().filter(|request| request.path.starts_with("/dl")).count();
    assert_eq!(downloads, 0);
}

/// Large files of one size and one fingerprint, which samples them: the local file tells the two apart without a download.
#[test]
fn what_a_local_copy_refutes_is_told_as_different_and_is_not_read_again() {
    let scene = Scene::logged_in();
    let one = vec![7_u8; 200_000];
    let mut other = one.clone();
    other[100_001] ^= 1;
    scene.ann.file("a/one", &one, JUNE);
    scene.ann.file("b/other", &other, JUNE);
    scene.write("mine", &String::from_utf8(one).unwrap());
    let listed = |more: &[&str]| {
        let ran = scene.run(&[&["dedupe", "-v", "--by-hash", "list", "ann:"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ran.out, ran.err)
    };
    assert!(listed(&[]).0.contains("same fingerprint, not proven"));
    scene.emulator.clear_seen();
    let (out, err) = listed(&["--local", "mine", "--verify"]);
    assert!(err.contains("mine: has the content of 1 file, and another than 1 file\n"), "{err}");
    assert!(out.contains(", different"), "{out}");
    let downloads = scene.emulator.seen().iter().filter(|request| request.path.starts_with("/dl")).count();
    assert_eq!(downloads, 0, "nothing is left in doubt");
}

/// A number that depends on those before it, the same in every run.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

/// An account with twin files and twin folders all over it.
fn lay_out(scene: &Scene, seed: u64) {
    let mut state = seed;
    let mut folders = vec![scene.ann.roots()[0]];
    for _ in 0..22 {
        let parent = folders[next(&mut state) % folders.len()];
        let name = ["a", "b.txt", "A", "sub"][next(&mut state) % 4];
        match next(&mut state) % 3 {
            0 => folders.push(scene.ann.folder_in(parent, name)),
            content => {
                let bytes = vec![u8::try_from(next(&mut state) % 3).unwrap(); 20 + content];
                scene.ann.file_in(parent, name, &bytes, Some(JUNE + i64::try_from(content).unwrap()));
            }
        }
    }
}

/// Contents below a node, sorted, each as often as it is there.
fn contents(scene: &Scene, top: NodeHandle) -> Vec<Vec<u8>> {
    let (mut waiting, mut found) = (vec![top], Vec::new());
    while let Some(folder) = waiting.pop() {
        for item in scene.ann.items(folder) {
            match scene.ann.content_of(item.handle) {
                Some(content) => found.push(content),
                None => waiting.push(item.handle),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn whatever_mode_is_named_nothing_leaves_the_account_and_one_number_takes_it_back() {
    let modes = ["skip", "first", "newest", "oldest", "largest", "smallest", "rename", "list"];
    let ways: [&[&str]; 3] = [&[], &["--fold", "--time", "upload"], &["--by-hash", "--verify"]];
    for (number, mode) in modes.iter().enumerate() {
        for (seed, way) in ways.iter().enumerate().filter(|(seed, _)| (number + seed) % 2 == 0) {
            let scene = Scene::logged_in();
            lay_out(&scene, 1 + u64::try_from(number * 3 + seed).unwrap());
            let [root, _, bin] = scene.ann.roots();
            let (paths, all) = (scene.ann.paths(), contents(&scene, root));
            let ran = scene.run(&[&["dedupe", mode, "ann:"], *way].concat());
            assert_eq!(ran.code, 0, "{mode} {way:?}: {}", ran.err);
            let mut now = [contents(&scene, root), contents(&scene, bin)].concat();
            now.sort();
            assert_eq!(now, all, "{mode} {way:?}");
            let is_once = |content: &&Vec<u8>| all.iter().filter(|other| other == content).count() == 1;
            let is_rule = !way.contains(&"--by-hash") && !["skip", "rename", "list"].contains(mode);
            let shown = contents(&scene, root);
            assert!(is_rule || all.iter().filter(is_once).all(|content| shown.contains(content)), "{mode}");
            if *mode == "list" {
                assert_eq!(scene.ann.paths(), paths);
            } else if ran.err.contains("megapane undo") {
                assert_eq!(scene.run(&["undo"]).code, 0, "{mode} {way:?}");
            }
            assert_eq!(scene.ann.paths(), paths, "{mode} {way:?}");
            assert!(scene.ann.rubbish_paths().is_empty());
        }
    }
}

#[test]
fn killed_in_the_middle_it_loses_nothing_and_can_be_done_again_or_taken_back() {
    for (faults, request, count) in [
        (&["slow:3600s@m"][..], "m", 1),
        (&["lost@m#1", "slow:3600s@m#2-"], "m", 2),
        (&["slow:3600s@m#2-"], "m", 2),
        (&["slow:3600s@a"], "a", 1),
    ] {
        for goes_on in [true, false] {
            let scene = Scene::logged_in();
            lay_out(&scene, 5);
            let [root, _, bin] = scene.ann.roots();
            let (paths, all) = (scene.ann.paths(), contents(&scene, root));
            kill_at(&scene, &["dedupe", "first", "ann:"], (faults, request, count));
            let mut now = [contents(&scene, root), contents(&scene, bin)].concat();
            now.sort();
            assert_eq!(now, all, "{faults:?}");
            if goes_on {
                let ran = scene.run(&["dedupe", "first", "ann:"]);
                assert_eq!(ran.code, 0, "{}", ran.err);
                let listed = scene.run(&["dedupe", "list", "ann:"]).clean();
                assert!(!listed.contains(" duplicates"), "{listed}");
                while scene.run(&["undo"]).code == 0 {}
            } else {
                // What never happened cannot be taken back, which is told; the rest is.
                scene.run(&["undo"]);
            }
            assert_eq!(scene.ann.paths(), paths, "{faults:?} {goes_on}");
        }
    }
}
