//! Names in the cloud are anybody's: whatever they are, what comes down stays in the target, follows no link that was
//! planted there, overwrites nothing that it is not called like, and goes up again under the name that it had.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use crate::scene::{JUNE, Scene, files_below};

/// Names that some system reads in its own way.
const NAMES: [&str; 20] = [
    "..",
    ".",
    "...",
    "../up",
    "../../up",
    "/etc/passwd",
    "a/b",
    "a\0b",
    "CON",
    "nul.txt",
    "COM1",
    "dot.",
    "space ",
    " space",
    "-rf",
    "~",
    "\u{202e}gpj.exe",
    "line\nfeed",
    "case",
    "CASE",
];

/// Those of them that are no names of nodes.
const NO_NAMES: [&str; 3] = [".", "..", "a\0b"];

#[test]
fn whatever_a_file_is_called_it_stays_in_the_target_and_keeps_its_name() {
    let scene = Scene::logged_in();
    let source = scene.ann.folder("src");
    for name in NAMES {
        scene.ann.file_in(source, name, name.as_bytes(), Some(JUNE));
    }
    let longest = "x".repeat(255);
    scene.ann.file_in(source, &longest, b"long", Some(JUNE));
    scene.write("above", "mine");
    scene.run(&["copy", "ann:src", "down/deep"]).clean();
    assert_eq!(names_in(&scene, ""), ["above", "down"]);
    assert_eq!(names_in(&scene, "down"), ["deep"]);
    let arrived = files_below(&scene.path("down/deep"));
    assert_eq!(arrived.len(), NAMES.len() + 1);
    let contents: BTreeSet<Vec<u8>> = arrived.iter().map(|path| fs::read(path).unwrap()).collect();
    assert_eq!(contents.len(), arrived.len(), "one was written over another");

    // What is no name anywhere is not made by us, and told; all others go back as they came.
    let ran = scene.run(&["copy", "down/deep", "ann:back"]);
    assert_eq!((ran.code, ran.err.matches("is not a name").count()), (11, NO_NAMES.len()), "{}", ran.err);
    let back = scene.ann.node("back").unwrap();
    let names: BTreeSet<String> = scene.ann.items(back).into_iter().filter_map(|item| item.name).collect();
    let sent = NAMES.iter().copied().filter(|name| !NO_NAMES.contains(name)).chain([longest.as_str()]);
    let sent: BTreeSet<String> = sent.map(str::to_owned).collect();
    assert_eq!(names, sent);
}

#[test]
fn a_name_that_nothing_can_have_is_left_out_of_a_copy_in_the_cloud_and_stops_nothing() {
    let scene = Scene::logged_in();
    let source = scene.ann.folder("src");
    scene.ann.file_in(source, "..", b"bad", Some(JUNE));
    scene.ann.file_in(source, "good", b"good", Some(JUNE));
    let ran = scene.run(&["copy", "ann:src", "ann:there"]);
    assert_eq!((ran.code, ran.err.matches("is not a name").count()), (11, 1), "{}", ran.err);
    assert_eq!(scene.ann.content("there/good").unwrap(), b"good");
    let checked = scene.run(&["check", "ann:src", "ann:there"]);
    assert_eq!(checked.code, 1, "it is missing there: {}", checked.err);
}

#[test]
fn a_name_that_the_disk_cannot_hold_is_told_and_stops_nothing() {
    let scene = Scene::logged_in();
    let source = scene.ann.folder("src");
    scene.ann.file_in(source, &"é".repeat(128), b"256 bytes", Some(JUNE));
    scene.ann.file_in(source, "good", b"good", Some(JUNE));
    let ran = scene.run(&["copy", "ann:src", "down"]);
    assert_eq!(ran.code, 11, "{}", ran.err);
    assert!(ran.err.contains("too long"), "{}", ran.err);
    assert_eq!(names_in(&scene, "down"), ["good"]);
}

#[test]
fn a_link_that_was_planted_in_the_target_leads_nothing_out_of_it() {
    let scene = Scene::logged_in();
    for path in ["src/planted/secret", "src/file", "src/good"] {
        scene.ann.file(path, b"from the cloud", JUNE);
    }
    for folder in ["outside", "down"] {
        fs::create_dir(scene.path(folder)).unwrap();
    }
    scene.write("outside/own", "mine");
    symlink(scene.path("outside"), scene.path("down/planted")).unwrap();
    symlink(scene.path("outside/own"), scene.path("down/file")).unwrap();
    let ran = scene.run(&["copy", "ann:src", "down"]);
    assert_eq!(names_in(&scene, "outside"), ["own"], "{}", ran.err);
    assert_eq!(
        (scene.read("outside/own").as_str(), scene.read("down/good").as_str()),
        ("mine", "from the cloud")
    );
}

fn names_in(scene: &Scene, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(scene.path(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
