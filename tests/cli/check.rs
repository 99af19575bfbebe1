//! `check`: what is proven, what is told of the rest, and that nothing is fetched for it.

use crate::scene::{JUNE, Scene};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.write("src/same", "same");
    scene.write("src/sub/deep", "deep");
    scene.run(&["copy", "src", "ann:x"]).clean();
    scene
}

#[test]
fn equal_folders_are_proven_without_a_byte_downloaded() {
    let scene = scene();
    for arguments in [["check", "src", "ann:x"], ["check", "ann:x", "src"]] {
        let ran = scene.run(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
        assert!(ran.err.contains(": 0 differences found\n"), "{}", ran.err);
        assert!(ran.err.ends_with(": 2 files proven identical, 0 B downloaded\n"), "{}", ran.err);
    }
    assert!(!scene.emulator.seen().iter().any(|request| request.path.starts_with("/dl")));
}

#[test]
fn every_difference_is_told_as_rclone_does_and_ends_it_with_1() {
    let scene = scene();
    scene.ann.file("x/diff", b"aaaa", JUNE);
    scene.write("src/diff", "bbbb");
    scene.ann.file("x/size", b"long", JUNE);
    scene.write("src/size", "longer");
    scene.write("src/here/only", "1");
    scene.ann.file("x/there/only", b"1", JUNE);
    let arguments =
        ["check", "-vv", "src", "ann:x", "--combined", "-", "--differ", "d", "--missing-on-dst", "m"];
    let ran = scene.run(&arguments);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for line in [
        "ERROR : diff: contents differ\n",
        "ERROR : size: sizes differ\n",
        "ERROR : here/only: file not in ann:x\n",
        "ERROR : there/only: file not in src\n",
        "DEBUG : same: OK\n",
        "NOTICE: ann:x: 1 files missing\n",
        "NOTICE: src: 1 files missing\n",
        "NOTICE: ann:x: 4 differences found\n",
    ] {
        assert!(ran.err.contains(line), "{line}: {}", ran.err);
    }
    let mut combined: Vec<&str> = ran.out.lines().collect();
    combined.sort_unstable();
    assert_eq!(combined, ["* diff", "* size", "+ here/only", "- there/only", "= same", "= sub/deep"]);
    assert_eq!(scene.read("m"), "here/only\n");
    assert_eq!(scene.read("d").lines().count(), 2);
    let one_way = scene.run(&["check", "--one-way", "src", "ann:x"]);
    assert!(one_way.err.contains(": 3 differences found\n"), "{}", one_way.err);
    let by_size = scene.run(&["check", "--size-only", "src", "ann:x"]);
    assert!(by_size.err.contains(": 3 matching files\n"), "{}", by_size.err);
    assert_eq!(scene.read("src/diff"), "bbbb");
    assert_eq!(scene.ann.content("x/diff").unwrap(), b"aaaa");
}

#[test]
fn equal_size_and_time_prove_nothing() {
    let scene = Scene::logged_in();
    scene.write("src/a", "aaaa");
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(JUNE.unsigned_abs());
    std::fs::File::options().write(true).open(scene.path("src/a")).unwrap().set_modified(time).unwrap();
    scene.ann.file("x/a", b"bbbb", JUNE);
    let ran = scene.run(&["check", "src", "ann:x"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("ERROR : a: contents differ\n"), "{}", ran.err);
}

#[test]
fn several_of_a_name_are_an_error_and_not_a_match() {
    let scene = scene();
    let folder = scene.ann.node("x").unwrap();
    scene.ann.file_in(folder, "same", b"same", Some(JUNE));
    let ran = scene.run(&["check", "src", "ann:x", "--error", "-"]);
    assert_eq!((ran.code, ran.out.as_str()), (11, "same\n"), "{}", ran.err);
}
