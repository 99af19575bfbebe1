//! `--conflict ask` and `--folder-conflict ask` in a pseudo-terminal: the letters of the screen's dialog, typed one by
//! one. Without a terminal nothing is asked.
#![cfg(unix)]

use crate::scene::{JUNE, Scene};
use crate::wizard::Terminal;

const FILES: &str = "o/s/k/R/r/d/c/I/N/S/A/X/K> ";

#[test]
fn a_conflict_is_shown_looked_into_and_answered() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a.txt", b"one\ntwo\n", JUNE);
    scene.write("src/a.txt", "one\n2\n");
    let mut terminal = Terminal::open(&scene, &["copy", "--conflict", "ask", "src", "ann:x"]);
    terminal.answer(FILES, "z").answer(FILES, "d").answer(FILES, "R");
    terminal.answer("new name> ", "a/b").answer(FILES, "R").answer("new name> ", "..");
    terminal.answer(FILES, "R").answer("new name> ", "b.txt");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    for line in [
        "\"a.txt\" is in \"ann:/x\" already\n",
        "  content: different: the sizes differ\n",
        "o) Overwrite, old becomes a version\n",
        "I) skip identical, ask the rest\n",
        "This value must be one of the following characters: o, s, k,",
        "  one\n- two\n+ 2\n",
        "a name cannot contain /.\n",
        "that name stands for a folder itself.\n",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert_eq!(scene.ann.content("x/b.txt").unwrap(), b"one\n2\n");
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"one\ntwo\n");
}

#[test]
fn one_ctrl_c_at_the_question_ends_it() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a.txt", b"one", JUNE);
    scene.write("src/a.txt", "other");
    let mut terminal = Terminal::open(&scene, &["copy", "--conflict", "ask", "src", "ann:x"]);
    terminal.answer(FILES, "\u{3}");
    let (code, text) = terminal.end();
    assert_eq!(code, 130, "{text}");
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"one");
}

#[test]
fn the_question_says_that_the_old_one_goes_to_the_backup_folder() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a.txt", b"one", JUNE);
    scene.write("src/a.txt", "other");
    let arguments = ["copy", "--conflict", "ask", "--backup-dir", "ann:old", "src", "ann:x"];
    let mut terminal = Terminal::open(&scene, &arguments);
    terminal.answer(FILES, "o");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    for line in ["o) Overwrite, old to the backup folder\n", "r) Replace, old to the backup folder\n"] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert_eq!(scene.ann.content("old/a.txt").unwrap(), b"one");
}

#[test]
fn folders_are_asked_about_where_that_is_wanted_and_capitals_hold_for_the_rest() {
    let scene = Scene::logged_in();
    for folder in ["d", "e"] {
        scene.ann.file(&format!("x/{folder}/theirs"), b"theirs", JUNE);
        scene.write(&format!("src/{folder}/ours"), "ours");
    }
    let mut terminal = Terminal::open(&scene, &["copy", "--folder-conflict", "ask", "src", "ann:x"]);
    terminal.answer("m/s/k/R/r/c/M/X/K> ", "K");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("\"d\" is a folder that is in \"ann:/x\" already\n"), "{text}");
    assert_eq!(scene.ann.content("x/d (2)/ours").unwrap(), b"ours");
    assert_eq!(scene.ann.content("x/e (2)/ours").unwrap(), b"ours");
    scene.run(&["copy", "--folder-conflict", "ask", "src", "ann:x"]).refused(2, "no terminal");
    scene.run(&["copy", "--folder-conflict", "replace", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.rubbish_paths().iter().filter(|path| path.ends_with("theirs")).count(), 2);
}
