//! `--plain`: the two panes as lines, fed from a pipe. Whole sentences come out, nothing that moves a cursor, and the exit
//! code says whether all went well.

use megapane::emulator::{NewAccount, PASSWORD};

use crate::scene::{EMAIL, Scene};
#[cfg(unix)]
use crate::wizard::Terminal;

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.write("here/castle.jpg", "a castle");
    scene.write("here/notes/one.md", "one");
    scene.write("here/beach.jpg", "a beach");
    scene
}

#[test]
fn a_script_lists_copies_renames_and_takes_back() {
    let scene = scene();
    let script = "cd here\nls\ncopy *.jpg\nright\nls\nrename castle.jpg to tower.jpg\nmkdir 2024\nmove tower.jpg\nrm beach.jpg\nundo\nwhere\nquit\n";
    let script = script.replace("move tower.jpg\n", "");
    let out = scene.run_with(&["--plain"], &[], &script).clean();
    for sentence in [
        "1. folder notes.\n2. file beach.jpg, 7 B, changed ",
        "3 entries in ~/work/here.\n",
        "Copy 2 files and 0 new folders, 15 B, to ann:/.\n",
        "Copied 2 files, 15 B, to ann:/.\n",
        "2 entries in ann:/.\n",
        "Put file beach.jpg, 7 B, ",
        "Right pane, active: ann:/.\n",
    ] {
        assert!(out.contains(sentence), "no {sentence:?} in\n{out}");
    }
    let mut paths = scene.ann.paths();
    paths.sort();
    assert_eq!(paths, ["2024/", "beach.jpg", "tower.jpg"], "{out}");
    assert!(!out.contains('\x1b') && !out.contains('\r'), "{out:?}");
}

#[test]
fn what_comes_down_is_there_and_conflicts_are_answered_by_letters() {
    let scene = scene();
    scene.run(&["copy", "here", "ann:"]).clean();
    scene.write("here/castle.jpg", "another castle");
    let ran =
        scene.run_with(&["--plain"], &[], "right\nleft\ncd here\nright\ncopy castle.jpg\nk\nleft\nls\n");
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("k) Keep both"), "{}", ran.err);
    assert_eq!(scene.read("here/castle (2).jpg"), "a castle");
    assert_eq!(scene.read("here/castle.jpg"), "another castle");
}

#[test]
fn what_went_wrong_is_a_sentence_and_an_exit_code() {
    let scene = scene();
    let ran = scene.run_with(&["--plain"], &[], "copy nothing.txt\nmkdir made anyway\n");
    assert_eq!((ran.code, ran.err.as_str()), (4, "megapane: Nothing in ~/work is called nothing.txt.\n"));
    assert!(scene.path("made anyway").is_dir(), "{}", ran.out);
    let ran = scene.run_with(&["--plain"], &[], "frobnicate\n");
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "megapane: There is no command frobnicate. help tells all of them.\n")
    );
    let ran = scene.run_with(&["--plain"], &[], "cd nowhere\n");
    assert_eq!(ran.code, 3, "{}", ran.err);
}

#[test]
fn without_an_account_the_disk_works_and_it_is_said_how_to_get_one() {
    let scene = Scene::new();
    scene.write("a.txt", "a");
    let out = scene.run_with(&["--plain"], &[], "ls\nquit\n").clean();
    assert!(out.contains("megapane config sets one up.") && out.contains("1. file a.txt"), "{out}");
}

#[test]
fn names_cannot_speak_for_the_program() {
    let scene = Scene::new();
    scene.write("a\nCopied 9 files.\x1b[2J", "a");
    let out = scene.run_with(&["--plain"], &[], "ls\n").clean();
    assert!(out.contains("a\\nCopied 9 files.\\x1b[2J"), "{out:?}");
}

#[test]
fn two_texts_of_one_name_are_compared_line_by_line_before_one_is_chosen() {
    let scene = Scene::logged_in();
    scene.write("list.txt", "milk\nbread\n");
    scene.run(&["copy", "list.txt", "ann:"]).clean();
    scene.write("list.txt", "milk\ntwo loaves\n");
    let ran = scene.run_with(&["--plain"], &[], "copy list.txt\nd\nd\ns\n");
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    for sentence in ["Both: milk\n", "There: bread\n", "Here: two loaves\n"] {
        assert!(ran.out.contains(sentence), "no {sentence:?} in\n{}\n{}", ran.out, ran.err);
    }
}

#[cfg(unix)]
#[test]
fn a_login_that_is_not_stored_is_asked_for_and_no_secret_is_shown() {
    let scene = Scene::with(NewAccount::new(EMAIL).second_factor(&["123456", "123456"]));
    let create = ["config", "create", "ann", "--user", EMAIL, "--password-stdin", "--2fa", "123456"];
    let ran = scene.run_with(&create, &[], &format!("{PASSWORD}\n"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    scene.ann.file("castle.jpg", b"a castle", 1_700_000_000);
    std::fs::remove_file(scene.own("config").join("credentials/ann.sealed")).unwrap();
    let mut terminal = Terminal::open(&scene, &["--plain"]);
    let question = format!("Password of ann, {EMAIL}> ");
    terminal.answer(&question, "guess").answer(&question, PASSWORD);
    terminal.answer("One-time code of ann> ", "123456");
    terminal.answer("> ", "right").answer("ann:/> ", "ls").answer("ann:/> ", "quit");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("1. file castle.jpg"), "{text}");
    assert!(!text.contains("guess") && !text.contains(PASSWORD), "{text}");
    assert!(scene.own("config").join("credentials/ann.sealed").exists(), "it is stored again");
}
