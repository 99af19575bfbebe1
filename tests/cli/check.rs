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

#[test]
fn contents_that_no_key_proves_are_compared_by_downloading() {
    let scene = scene();
    let large: Vec<u8> = (0..9_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    std::fs::write(scene.path("src/large"), &large).unwrap();
    scene.run(&["copy", "src", "ann:x"]).clean();
    scene.run(&["copy", "src", "ann:y"]).clean();
    let unproven = scene.run(&["check", "ann:x", "ann:y"]);
    assert_eq!(unproven.code, 1);
    assert!(unproven.err.contains("--download"), "{}", unproven.err);
    for ends in [["ann:x", "ann:y"], ["src", "ann:x"], ["ann:y", "src"]] {
        scene.emulator.clear_seen();
        let ran = scene.run(&["check", "--download", ends[0], ends[1]]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.err.ends_with(": 3 files proven identical, read byte by byte\n"), "{}", ran.err);
        assert!(scene.emulator.seen().iter().any(|request| request.path.starts_with("/dl")));
    }
    let mut other = large;
    other[8_999_999] ^= 1;
    std::fs::write(scene.path("src/large"), &other).unwrap();
    scene.run(&["copy", "--checksum", "src", "ann:y"]).clean();
    for ends in [["ann:x", "ann:y"], ["src", "ann:x"]] {
        let ran = scene.run(&["check", "--download", ends[0], ends[1], "--differ", "-"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, "large\n"), "{}", ran.err);
    }
    assert_eq!(scene.run(&["check", "--download", "--size-only", "src", "ann:x"]).code, 2);
}

#[test]
fn what_the_server_stores_damaged_is_found_by_downloading() {
    let scene = scene();
    scene.emulator.fault("flip@dl").unwrap();
    let ran = scene.run(&["check", "--download", "src", "ann:x"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains(": 2 differences found\n"), "{}", ran.err);
}
