//! `undo` and `redo` by the command line: what commands did before is taken back by later ones, and can be listed.

use crate::scene::{JUNE, Scene};

#[test]
fn what_a_copy_put_there_is_taken_back_and_done_again() {
    let scene = Scene::logged_in();
    scene.ann.file("keep/a.txt", b"old", JUNE);
    scene.write("pictures/a.txt", "newer");
    scene.write("pictures/sub/b.txt", "b");
    scene.run(&["copy", "pictures", "ann:keep"]).clean();
    let listed = scene.run(&["undo", "--list"]);
    assert!(listed.out.trim_end().ends_with("ann: copied to ann:/keep"), "{}", listed.out);
    let dry = scene.run(&["undo", "-n"]);
    assert!(dry.err.contains("would undo: copied to ann:/keep (3 changes)"), "{}", dry.err);
    let ran = scene.run(&["undo"]);
    assert_eq!((ran.code, ran.err.contains("undone: copied to ann:/keep")), (0, true), "{}", ran.err);
    assert_eq!(scene.ann.paths(), ["keep/", "keep/a.txt"]);
    assert_eq!(scene.ann.content("keep/a.txt").unwrap(), b"old");
    scene.run(&["redo", "ann:"]);
    assert_eq!(scene.ann.content("keep/a.txt").unwrap(), b"newer");
    assert_eq!(scene.ann.content("keep/sub/b.txt").unwrap(), b"b");
}

#[test]
fn a_change_can_be_named_and_is_taken_back_once() {
    let scene = Scene::logged_in();
    scene.run(&["mkdir", "ann:one"]).clean();
    scene.run(&["mkdir", "ann:two/deep"]).clean();
    let listed = scene.run(&["undo", "--list", "ann:"]);
    let ids: Vec<&str> = listed.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), 2, "{}", listed.out);
    assert_eq!(scene.run(&["undo", "ann:", ids[1]]).code, 0);
    assert_eq!(scene.ann.paths(), ["two/", "two/deep/"]);
    let again = scene.run(&["undo", ids[1]]);
    assert_eq!(again.code, 4, "{}", again.err);
    assert!(again.err.contains("no change"), "{}", again.err);
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert!(scene.ann.paths().is_empty());
    let nothing = scene.run(&["undo"]);
    assert!(nothing.err.contains("nothing to undo"), "{}", nothing.err);
    assert_ne!(nothing.code, 0);
}

#[test]
fn a_refused_change_does_not_stand_in_the_way_of_those_before() {
    let scene = Scene::logged_in();
    scene.ann.file("d/a.txt", b"first", JUNE);
    scene.run(&["mkdir", "ann:real"]).clean();
    scene.run(&["link", "--expire", "7d", "ann:d/a.txt"]).refused(6, "only accounts that pay");
    scene.run(&["share", "ann:d", "nobody@example.org"]).refused(2, "nobody at MEGA");
    assert_eq!(scene.run(&["undo", "--list"]).clean().lines().count(), 1);
    let ran = scene.run(&["undo"]);
    assert_eq!((ran.code, scene.ann.node("real")), (0, None), "{}", ran.err);
}

#[test]
fn words_that_make_no_sense_are_refused() {
    let scene = Scene::logged_in();
    assert_eq!(scene.run(&["undo", "yesterday"]).code, 2);
    assert_ne!(scene.run(&["undo", "nobody:"]).code, 0);
}
