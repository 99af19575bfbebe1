//! `copy` and `copyto`: what arrives, what is skipped, what is told, and that nothing is lost silently.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::killed::{kill, spawn, wait_until};
use crate::scene::{JUNE, Scene};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.write("src/a.txt", "first");
    scene.write("src/sub/deep.txt", "deep");
    scene.write("src/empty", "");
    scene
}

#[test]
fn a_folder_goes_up_as_its_contents_and_comes_back_the_same() {
    let scene = scene();
    scene.run(&["copy", "src", "ann:made/here"]).clean();
    assert_eq!(
        scene.ann.paths(),
        [
            "made/",
            "made/here/",
            "made/here/a.txt",
            "made/here/empty",
            "made/here/sub/",
            "made/here/sub/deep.txt"
        ]
    );
    assert_eq!(scene.ann.content("made/here/sub/deep.txt").unwrap(), b"deep");
    scene.run(&["copy", "ann:made", "new/back"]).clean();
    assert_eq!(scene.read("new/back/here/sub/deep.txt"), "deep");
    let time = |path: &str| {
        let modified = fs::metadata(scene.path(path)).unwrap().modified().unwrap();
        modified.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    };
    assert_eq!(time("src/a.txt"), time("new/back/here/a.txt"));
}

#[test]
fn verbose_lines_and_sums_are_rclones() {
    let scene = scene();
    let ran = scene.run(&["copy", "-v", "src", "ann:x"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains(" INFO  : sub/deep.txt: Copied (new)\n"), "{}", ran.err);
    assert!(ran.err.contains("\nTransferred:            3 / 3, 100%\n"), "{}", ran.err);
    assert!(ran.err.contains("\nElapsed time:  "), "{}", ran.err);
    let again = scene.run(&["copy", "-v", "src", "ann:x"]);
    assert!(again.err.contains("There was nothing to transfer"), "{}", again.err);
    assert!(again.err.contains("\nChecks:                 3 / 3, 100%\n"), "{}", again.err);
}

#[test]
fn a_file_changed_with_the_same_size_is_seen_and_the_old_one_becomes_a_version() {
    let scene = scene();
    scene.run(&["copy", "src", "ann:x"]).clean();
    scene.write("src/a.txt", "FIRST");
    let later = SystemTime::now() + Duration::from_secs(10);
    fs::File::options().write(true).open(scene.path("src/a.txt")).unwrap().set_modified(later).unwrap();
    let ran = scene.run(&["copy", "-v", "src", "ann:x"]);
    assert!(ran.err.contains("a.txt: Copied (replaced existing)"), "{}", ran.err);
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"FIRST");
    assert_eq!(scene.ann.paths().iter().filter(|path| path.contains("a.txt")).count(), 1);
}

#[test]
fn one_file_keeps_its_name_or_gets_the_one_it_is_told() {
    let scene = scene();
    scene.run(&["copy", "src/a.txt", "ann:x"]).clean();
    scene.run(&["copyto", "src/a.txt", "ann:x/b.txt"]).clean();
    scene.run(&["copyto", "ann:x/b.txt", "down/c.txt"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt", "x/b.txt"]);
    assert_eq!(scene.read("down/c.txt"), "first");
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let scene = scene();
    let ran = scene.run(&["copy", "-n", "src", "ann:x"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("NOTICE: a.txt: Skipped copy as --dry-run is set (size 5)"), "{}", ran.err);
    assert!(scene.ann.paths().is_empty());
}

#[test]
fn equal_names_are_named_and_the_rest_is_copied() {
    let scene = Scene::logged_in();
    let folder = scene.ann.folder("photos");
    scene.ann.file_in(folder, "twin.jpg", b"one", Some(JUNE));
    scene.ann.file_in(folder, "twin.jpg", b"other", Some(JUNE));
    scene.ann.file("photos/only.jpg", b"only", JUNE);
    let bad = scene.ann.undecryptable("photos", 9);
    let ran = scene.run(&["copy", "ann:photos", "down"]);
    assert_eq!(ran.code, 11, "{}", ran.err);
    assert!(ran.err.contains("twin.jpg: 2 entries of the source have this name"), "{}", ran.err);
    assert!(ran.err.contains(&format!("H:{bad}")), "{}", ran.err);
    assert_eq!(scene.read("down/only.jpg"), "only");
    assert_eq!(fs::read_dir(scene.path("down")).unwrap().count(), 1);
}

#[test]
fn conflict_words_decide() {
    let scene = Scene::logged_in();
    scene.ann.file("x/a.txt", b"cloud", JUNE);
    scene.write("src/a.txt", "here!");
    scene.run(&["copy", "--conflict", "skip", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"cloud");
    scene.run(&["copy", "--conflict", "rename", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a (2).txt", "x/a.txt"]);
    scene.run(&["copy", "--conflict", "fail", "src", "ann:x"]);
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"cloud");
    scene.run(&["copy", "--conflict", "ask", "src", "ann:x"]).refused(2, "no terminal");
    scene.run(&["copy", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.content("x/a.txt").unwrap(), b"here!");
}

#[test]
fn filters_choose_what_is_copied() {
    let scene = scene();
    scene.run(&["copy", "src", "ann:x", "--exclude", "sub/**", "--exclude", "empty"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a.txt"]);
}

#[test]
fn the_report_can_be_json() {
    let scene = scene();
    let out = scene.run(&["copy", "src", "ann:x", "--json"]).clean();
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["copied_count"], &report["copied_bytes"]), (&3.into(), &9.into()));
}

#[test]
fn troubles_that_pass_are_sat_out() {
    let scene = scene();
    for fault in ["-3@u#1", "500@cs#3", "cut@ul#1"] {
        scene.emulator.fault(fault).unwrap();
    }
    let ran = scene.run(&["copy", "src", "ann:x"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert_eq!(scene.ann.content("x/sub/deep.txt").unwrap(), b"deep");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_in_good_order() {
    let scene = Scene::logged_in();
    scene.ann.file("big", &vec![1; 1 << 20], JUNE);
    scene.emulator.fault("rate:10KiB@dl").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_megapane"))
        .args(["copy", "ann:big", "down"])
        .env_clear()
        .envs(scene.environment())
        .current_dir(scene.path(""))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !scene.emulator.seen().iter().any(|request| request.path.starts_with("/dl")) {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never began to download");
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "megapane: stopped\n");
    assert_eq!(fs::read_dir(scene.path("down")).map_or(0, Iterator::count), 0, "something was left behind");
}

/// Files in the order in which they arrived, one at a time.
fn arrivals(scene: &Scene, ends: [&str; 2], order: &str) -> Vec<String> {
    let ran = scene.run(&["copy", "-v", "--transfers", "1", "--order-by", order, ends[0], ends[1]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = ran.err.lines().filter_map(|line| line.split_once(" INFO  : "));
    let names = lines.filter_map(|(_, text)| Some(text.split_once(": Copied")?.0.to_owned()));
    names.collect()
}

#[test]
fn files_move_in_the_order_that_is_asked_for_both_ways() {
    let scene = Scene::logged_in();
    for (name, size) in [("b", 3), ("c", 1), ("a", 2)] {
        scene.write(&format!("src/{name}"), &name.repeat((1 << 20) + size));
    }
    assert_eq!(arrivals(&scene, ["src", "ann:up"], "size,desc"), ["b", "a", "c"]);
    assert_eq!(arrivals(&scene, ["src", "ann:by name"], "name"), ["a", "b", "c"]);
    assert_eq!(arrivals(&scene, ["ann:up", "down"], "size"), ["c", "a", "b"]);
    assert_eq!(arrivals(&scene, ["ann:up", "mixed"], "size,mixed,0"), ["b", "a", "c"]);
    let refused = scene.run(&["copy", "--order-by", "colour", "src", "ann:x"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("it begins with size, name or modtime"), "{}", refused.err);
}

#[test]
fn two_copies_of_one_folder_at_the_same_moment_make_one_of_everything() {
    let scene = Scene::logged_in();
    for name in ["src/a", "src/b", "src/sub/c"] {
        scene.write(name, name);
    }
    scene.emulator.fault("slow:50ms@cs").unwrap();
    let children: Vec<_> =
        ["src", "./src/"].iter().map(|source| spawn(&scene, &["copy", source, "ann:x"])).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/b", "x/sub/", "x/sub/c"]);
    let turns = fs::read_dir(scene.own("state").join("running")).unwrap();
    assert_eq!(turns.count(), 1, "both waited for the same turn, whose file stays");
}

#[test]
fn the_same_copy_is_waited_for_no_longer_than_is_wished_and_not_after_a_kill() {
    let scene = Scene::logged_in();
    scene.write("src/a", "a");
    scene.write("other/b", "b");
    scene.emulator.fault("slow:3600s@ul").unwrap();
    let child = spawn(&scene, &["copy", "src", "ann:x"]);
    let running = scene.own("state").join("running");
    wait_until("it has begun", || fs::read_dir(&running).is_ok_and(|files| files.count() == 1));
    let same = ["copy", "--max-wait", "0", "src", "ann:x"];
    scene.run(&same).refused(5, "another megapane makes the same copy");
    assert_eq!(scene.run(&["copy", "-n", "src", "ann:x"]).code, 0, "who only looks need not wait");
    kill(child);
    scene.emulator.clear_faults();
    assert_eq!(scene.run(&["copy", "other", "ann:x"]).code, 0);
    assert_eq!(scene.run(&same).code, 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_bar_behind() {
    let scene = Scene::logged_in();
    for name in ["one", "two", "three"] {
        scene.write(&format!("src/{name}"), &"x".repeat(3 << 20));
    }
    scene.emulator.fault("rate:50KiB@ul").unwrap();
    let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_megapane"));
    command.env_clear();
    for (name, value) in scene.environment() {
        command.env(name, value);
    }
    command.env("TERM", "xterm-256color");
    command.cwd(scene.path(""));
    command.args(["copy", "-P", "src", "ann:x"]);
    let mut session = crate::terminal::Session::start(command);
    session.wait_for("three");
    session.wait_for("0 of 3 files, ETA ");
    session.type_in("\x03");
    session.wait_for("megapane: stopped");
    session.wait_until_gone(" of 3 MiB");
    assert_eq!(session.finish(), 130);
}
