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

#[expect(
    clippy::disallowed_methods,
    reason = "times in the trash are in seconds, and nothing else runs here"
)]
#[test]
fn what_a_download_replaced_comes_back_however_long_it_lay_in_the_trash() {
    let scene = Scene::logged_in();
    scene.ann.file("film.txt", b"new content", JUNE);
    scene.write("film.txt", "OLD");
    scene.run(&["copyto", "ann:film.txt", "film.txt"]).clean();
    assert_eq!(scene.read("film.txt"), "new content");
    // What goes into the trash now is younger than the old file there: their times are in seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.read("film.txt"), "OLD");
    assert_eq!(scene.run(&["redo"]).code, 0);
    assert_eq!(scene.read("film.txt"), "new content");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.read("film.txt"), "OLD");
}

#[test]
fn a_move_whose_files_are_gone_for_good_is_not_taken_back_without_a_word() {
    let scene = Scene::logged_in();
    scene.write("up/p.txt", "p");
    scene.run(&["mkdir", "ann:before"]).clean();
    scene.run(&["move", "up", "ann:up"]).clean();
    let refused = scene.run(&["undo"]);
    assert_eq!(refused.code, 6, "{}", refused.err);
    assert!(refused.err.contains("\"p.txt\" was deleted for good"), "{}", refused.err);
    assert!(refused.err.contains("--rest") && refused.err.contains("made folder"), "{}", refused.err);
    assert_eq!(scene.ann.content("up/p.txt").unwrap(), b"p");
    assert_eq!(scene.run(&["undo", "--rest"]).code, 0);
    assert!(scene.ann.content("up/p.txt").is_none());
    assert_eq!(scene.run(&["undo"]).code, 0, "what was told and taken back stands in the way no more");
    assert!(scene.ann.node("before").is_none());
}

#[test]
fn after_the_bin_is_emptied_what_is_named_can_be_taken_back() {
    let scene = Scene::logged_in();
    scene.ann.file("d/c.txt", b"c", JUNE);
    scene.run(&["mkdir", "ann:before"]).clean();
    scene.run(&["deletefile", "ann:d/c.txt"]).clean();
    scene.run(&["cleanup", "ann:"]).clean();
    let refused = scene.run(&["undo"]);
    assert_eq!(refused.code, 6, "{}", refused.err);
    assert!(refused.err.contains("for good") && refused.err.contains("made folder"), "{}", refused.err);
}

#[test]
fn where_nothing_is_left_to_take_back_what_came_before_is_named_by_its_number() {
    let scene = Scene::logged_in();
    scene.ann.file("c.txt", b"c", JUNE);
    scene.run(&["mkdir", "ann:before"]).clean();
    scene.run(&["copyto", "ann:c.txt", "c.txt"]).clean();
    std::fs::remove_file(scene.path("c.txt")).unwrap();
    let refused = scene.run(&["undo", "--rest"]);
    assert_eq!(refused.code, 6, "{}", refused.err);
    assert!(refused.err.contains("\"c.txt\" is no longer there"), "{}", refused.err);
    assert!(refused.err.contains("made folder"), "{}", refused.err);
    assert!(!refused.err.contains("Undo again"), "the same command would try the same: {}", refused.err);
}

#[test]
fn a_journal_that_cannot_be_read_stops_only_what_may_stand_in_it() {
    let scene = Scene::logged_in();
    scene.second_account();
    std::fs::create_dir_all(scene.own("state/undo/ben.jsonl")).unwrap();
    scene.run(&["mkdir", "ann:made"]).clean();
    let refused = scene.run(&["undo"]);
    assert_ne!(refused.code, 0, "it may hold what was done last");
    assert!(refused.err.contains("ben.jsonl"), "{}", refused.err);
    assert_eq!(scene.run(&["undo", "ann:"]).code, 0);
    assert!(scene.ann.node("made").is_none());
}

#[test]
fn nothing_is_done_again_on_one_side_only_after_something_else() {
    let scene = Scene::logged_in();
    scene.ann.file("d/c.txt", b"c", JUNE);
    scene.run(&["move", "ann:d", "down"]).clean();
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert!(!scene.path("down/c.txt").exists());
    scene.run(&["mkdir", "ann:else"]).clean();
    let redo = scene.run(&["redo"]);
    assert!(redo.err.contains("nothing to redo"), "{}", redo.err);
    assert!(!scene.path("down/c.txt").exists());
    assert_eq!(scene.ann.content("d/c.txt").unwrap(), b"c");
}

#[test]
fn a_change_on_both_sides_waits_for_the_account_that_is_not_open() {
    let scene = Scene::new();
    scene.second_account();
    scene.log_in(); // the first account is open at the start: ben's
    scene.ann.file("d/c.txt", b"c", JUNE);
    scene.run(&["move", "ann:d", "down"]).clean();
    let told = scene.run_with(&["--plain"], &[], "undo\nquit\n");
    let said = format!("{}{}", told.out, told.err);
    assert!(said.contains("is about ann:, too"), "{said}");
    assert_eq!(scene.read("down/c.txt"), "c");
    let told = scene.run_with(&["--plain"], &[], "right\ncd ann:/\nundo\nquit\n");
    assert!(told.out.contains("Undone"), "{}{}", told.out, told.err);
    assert_eq!(scene.ann.content("d/c.txt").unwrap(), b"c");
}
