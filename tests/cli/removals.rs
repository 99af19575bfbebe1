//! `delete`, `deletefile`, `purge`, `rmdir`, `cleanup` and `restore`: rclone's words and codes; into the bin unless told
//! otherwise.

use crate::scene::{JUNE, Scene};

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("d/a.txt", b"aaa", JUNE);
    scene.ann.file("d/b.tmp", b"b", JUNE);
    scene.ann.file("d/sub/c.tmp", b"cc", JUNE);
    scene.ann.folder("empty");
    scene
}

#[test]
fn delete_takes_the_files_that_the_filters_choose_and_leaves_folders() {
    let scene = furnished();
    let dry = scene.run(&["delete", "-n", "ann:d", "--include", "*.tmp"]);
    assert_eq!(dry.code, 0);
    assert!(dry.err.contains("sub/c.tmp: Skipped delete as --dry-run is set (size 2)"), "{}", dry.err);
    assert!(!dry.err.contains("a.txt"), "{}", dry.err);
    assert_eq!(scene.ann.paths().len(), 6);
    scene.run(&["delete", "ann:d", "--include", "*.tmp"]).clean();
    assert_eq!(scene.ann.paths(), ["d/", "d/a.txt", "d/sub/", "empty/"]);
    assert_eq!(scene.ann.rubbish_paths(), ["b.tmp", "c.tmp"]);
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.ann.paths().len(), 6);
    scene.run(&["delete", "ann:d", "--min-size", "3B", "--permanent"]).clean();
    assert_eq!(scene.ann.paths(), ["d/", "d/b.tmp", "d/sub/", "d/sub/c.tmp", "empty/"]);
    assert!(scene.ann.rubbish_paths().is_empty());
    scene.run(&["delete", "ann:nowhere"]).refused(3, "nowhere");
}

#[test]
fn what_went_for_good_is_not_passed_over_by_undo() {
    let scene = furnished();
    scene.run(&["mkdir", "ann:new"]).clean();
    scene.run(&["deletefile", "--mega-hard-delete", "ann:d/a.txt"]).clean();
    scene.run(&["undo"]).refused(6, "is for good");
    assert!(scene.ann.paths().contains(&"new/".to_owned()));
}

#[test]
fn deletefile_takes_one_file_and_nothing_else() {
    let scene = furnished();
    scene.run(&["deletefile", "ann:d/a.txt"]).clean();
    assert_eq!(scene.ann.rubbish_paths(), ["a.txt"]);
    scene.run(&["deletefile", "ann:d"]).refused(4, "is a directory or doesn't exist");
    scene.run(&["deletefile", "ann:d/no.txt"]).refused(4, "is a directory or doesn't exist");
}

#[test]
fn purge_takes_a_folder_whole_and_rmdir_only_an_empty_one() {
    let scene = furnished();
    scene.run(&["rmdir", "ann:d"]).refused(1, "directory not empty");
    scene.run(&["rmdir", "ann:d/a.txt"]).refused(1, "is a file not a directory");
    scene.run(&["rmdir", "ann:nowhere"]).refused(3, "nowhere");
    scene.run(&["rmdir", "ann:empty"]).clean();
    scene.run(&["purge", "ann:d/a.txt"]).refused(1, "is a file not a directory");
    scene.run(&["purge", "ann:"]).refused(6, "fixed place");
    assert!(scene.run(&["purge", "-n", "ann:d"]).err.contains("--dry-run"));
    scene.run(&["purge", "ann:d"]).clean();
    assert!(scene.ann.paths().is_empty());
    assert_eq!(scene.ann.rubbish_paths().len(), 6);
    assert_eq!(scene.run(&["undo"]).code, 0);
    scene.run(&["purge", "ann:d", "--permanent"]).clean();
    assert!(scene.ann.paths().is_empty());
    assert_eq!(scene.ann.rubbish_paths(), ["empty/"]);
}

#[test]
fn cleanup_empties_the_bin_for_good() {
    let scene = furnished();
    scene.ann.trash("d").unwrap();
    let dry = scene.run(&["cleanup", "-n", "ann:"]);
    assert!(dry.err.contains("Skipped deleting 3 files and 2 folders"), "{}", dry.err);
    scene.run(&["cleanup", "ann:"]).clean();
    assert!(scene.ann.rubbish_paths().is_empty());
    scene.run(&["cleanup", "ann:"]).clean();
    scene.run(&["cleanup", "./d"]).refused(1, "only a remote has a rubbish bin");
}

#[cfg(unix)]
#[test]
fn on_a_terminal_what_goes_for_good_is_asked_about() {
    let scene = furnished();
    scene.ann.trash("empty").unwrap();
    let at_a_terminal = |arguments: &[&str]| {
        let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_megapane"));
        command.env_clear();
        scene.environment().iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(scene.path(""));
        command.args(arguments);
        crate::terminal::Session::start(command)
    };
    for (arguments, question) in [
        (&["purge", "--permanent", "ann:d"][..], "ann:d: 3 files and 2 folders, 6 B, would be deleted"),
        (&["delete", "--permanent", "ann:d"], "ann:d: 3 files, 6 B, would be deleted"),
        (&["cleanup", "ann:"], "ann://bin: 1 folder, 0 B, would be deleted"),
    ] {
        let mut session = at_a_terminal(arguments);
        session.wait_for(question);
        session.type_in("y\n");
        session.wait_for("nothing was changed");
        assert_eq!(session.finish(), 0);
    }
    assert_eq!((scene.ann.paths().len(), scene.ann.rubbish_paths().len()), (5, 1));
    assert_eq!(at_a_terminal(&["purge", "-n", "--permanent", "ann:d"]).finish(), 0);
    let mut session = at_a_terminal(&["cleanup", "ann:"]);
    session.wait_for("Type yes");
    session.type_in("yes\n");
    assert_eq!(session.finish(), 0);
    assert_eq!((scene.ann.paths().len(), scene.ann.rubbish_paths().len()), (5, 0));
    assert_eq!(at_a_terminal(&["purge", "--permanent", "--yes", "ann:d"]).finish(), 0);
    assert!(scene.ann.paths().is_empty());
}

#[test]
fn restore_puts_back_and_says_what_is_not_as_it_was() {
    let scene = furnished();
    scene.run(&["deletefile", "ann:d/a.txt"]).clean();
    scene.run(&["purge", "ann:d/sub"]).clean();
    let dry = scene.run(&["restore", "-n", "ann://bin/a.txt"]);
    assert!(dry.err.contains("Skipped restore"), "{}", dry.err);
    let ran = scene.run(&["restore", "ann://bin/a.txt", "ann://bin/sub"]);
    assert_eq!((ran.code, ran.err.contains("restored 2 entries")), (0, true), "{}", ran.err);
    assert_eq!(scene.ann.paths(), ["d/", "d/a.txt", "d/b.tmp", "d/sub/", "d/sub/c.tmp", "empty/"]);
    scene.run(&["restore", "ann:d/a.txt"]).refused(6, "not in the rubbish bin");
    scene.run(&["restore", "ann://bin/none"]).refused(3, "none");
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.ann.paths(), ["d/", "d/b.tmp", "empty/"]);
}

#[test]
fn on_this_machine_the_same_words_mean_the_trash() {
    let scene = Scene::logged_in();
    for name in ["d/a.txt", "d/b.tmp", "d/sub/c.tmp", "e/x"] {
        scene.write(name, "1");
    }
    scene.run(&["delete", "./d", "--include", "*.tmp"]).clean();
    assert!(scene.path("d/a.txt").exists() && scene.path("d/sub").is_dir());
    assert!(!scene.path("d/b.tmp").exists() && !scene.path("d/sub/c.tmp").exists());
    scene.run(&["rmdir", "./d"]).refused(1, "directory not empty");
    scene.run(&["purge", "./d"]).clean();
    assert!(!scene.path("d").exists());
    scene.run(&["purge", "--permanent", "./e"]).clean();
    assert!(!scene.path("e").exists());
}
