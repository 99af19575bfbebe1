//! Bad input and bad luck: each gets one sentence with its exit code, and nothing changes.

use std::fs;
use std::time::Duration;

use megapane::emulator::{Filling, PASSWORD, Recipe};

use crate::scene::{EMAIL, JUNE, Ran, Scene};

#[test]
fn a_command_that_makes_no_sense_is_told_by_its_usage() {
    let scene = Scene::new();
    for arguments in [&["ls"][..], &["ls", "--nonsense", "ann:"], &["fly", "ann:"], &["copy", "a"]] {
        let ran = scene.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("Usage: "), "{}", ran.err);
    }
    scene.run(&["about", "folder"]).refused(2, "not a remote");
    for instead in ["--ignore-existing", "--update", "--immutable"] {
        let ran = scene.run(&["copy", "--conflict", "skip", instead, "a", "ann:b"]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("'--conflict <WHAT>' cannot be used with"), "{}", ran.err);
    }
    let help = scene.run(&["--help"]).clean();
    assert!(help.contains("Exit codes: "), "{help}");
}

#[test]
fn unknown_remotes_and_missing_paths() {
    let scene = Scene::logged_in();
    scene.ann.file("file", b"x", JUNE);
    scene.run(&["ls", "bob:"]).refused(1, "\"bob\"");
    scene.run(&["ls", "ann:none"]).refused(3, "ann:none");
    scene.run(&["ls", "ann:file/below"]).refused(3, "is a file");
    scene.run(&["cat", "ann:none"]).refused(4, "ann:none");
    scene.run(&["cat", "ann:"]).refused(6, "is a folder");
    scene.run(&["copy", "ann:none", "x"]).refused(3, "ann:none");
    scene.run(&["copy", "none", "ann:x"]).refused(3, "none");
    scene.write("here", "x");
    scene.run(&["copyto", "here", "ann:a/../b"]).refused(2, "\"..\" is not a name");
    assert_eq!(scene.ann.paths(), ["file"]);
    assert!(!scene.path("x").exists());
}

#[test]
fn a_file_where_a_folder_is_meant() {
    let scene = Scene::logged_in();
    scene.ann.file("file", b"x", JUNE);
    scene.write("here", "x");
    scene.run(&["copy", "here", "ann:file"]).refused(1, "is a file not a directory");
    scene.run(&["copy", "ann:file", "here"]).refused(1, "is a file not a directory");
    assert_eq!(scene.read("here"), "x");
    assert_eq!(scene.ann.content("file").unwrap(), b"x");
}

#[cfg(unix)]
#[test]
fn folders_and_files_without_rights() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::logged_in();
    scene.ann.file("file", b"x", JUNE);
    scene.write("src/closed", "x");
    scene.write("src/open", "y");
    fs::create_dir(scene.path("sealed")).unwrap();
    let set =
        |name: &str, mode| fs::set_permissions(scene.path(name), fs::Permissions::from_mode(mode)).unwrap();
    set("src/closed", 0o000);
    set("sealed", 0o500);
    let up = scene.run_bound(&["copy", "src", "ann:x"]);
    assert_eq!(up.code, 6, "{}", up.err);
    assert!(up.err.contains("closed") && up.err.contains("permission denied"), "{}", up.err);
    assert_eq!(scene.ann.paths(), ["file", "x/", "x/open"], "the rest goes on");
    let down = scene.run_bound(&["copy", "ann:file", "sealed"]).refused(6, "the folder is read-only");
    assert!(down.contains("sealed"), "{down}");
    assert_eq!(fs::read_dir(scene.path("sealed")).unwrap().count(), 0);
    set("sealed", 0o700);
    set("src/closed", 0o600);
    scene.write("tree/closed/below", "x");
    set("tree/closed", 0o000);
    let listed = scene.run_bound(&["ls", "tree"]);
    assert_eq!(listed.code, 11, "{}", listed.err);
    assert!(listed.err.contains("Hint: Check the permissions"), "{}", listed.err);
    set("tree/closed", 0o700);
}

#[test]
fn a_name_that_cannot_be_on_the_disk() {
    let scene = Scene::logged_in();
    let root = scene.ann.roots()[0];
    scene.ann.file_in(root, &"x".repeat(300), b"long", Some(JUNE));
    scene.ann.file_in(root, "..", b"dots", Some(JUNE));
    scene.ann.file("fine", b"fine", JUNE);
    let ran = scene.run(&["copy", "ann:", "down"]);
    assert_eq!(ran.code, 11, "{}", ran.err);
    assert!(ran.err.contains("too long"), "{}", ran.err);
    assert_eq!(scene.read("down/fine"), "fine");
    let outside = fs::read_dir(scene.path("")).unwrap().count();
    assert_eq!(outside, 1, "a name left the target folder");
}

#[test]
fn no_room_on_the_disk() {
    let scene = Scene::logged_in();
    let vast = Recipe::new(1 << 60, b"", Filling::Noise, 1, 2);
    scene.ann.made_file_with_mac("vast", &vast, JUNE, [0; 8]);
    let ran = scene.run(&["copy", "ann:vast", "down"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    assert!(ran.err.contains("no room for") && ran.err.contains("Hint: Make room"), "{}", ran.err);
    assert_eq!(fs::read_dir(scene.path("down")).unwrap().count(), 0);
}

/// The system's own limit is what a full disk is: found out in the middle, by the write.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_end_of_the_program() {
    let scene = Scene::logged_in();
    scene.ann.file("large", &vec![1; 3_000_000], JUNE);
    scene.ann.file("small", b"x", JUNE);
    let mut shell = std::process::Command::new("sh");
    let script = "ulimit -f 1000 && exec \"$0\" copy ann: down";
    shell.args(["-c", script, env!("CARGO_BIN_EXE_megapane")]);
    let output = shell.env_clear().envs(scene.environment()).current_dir(scene.path("")).output().unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.code, 6, "{}", ran.err);
    assert!(ran.err.contains("large") && ran.err.contains("file too large"), "{}", ran.err);
    assert!(ran.err.contains("Hint: Choose another disk"), "{}", ran.err);
    assert_eq!(scene.read("down/small"), "x");
    assert_eq!(fs::read_dir(scene.path("down")).unwrap().count(), 1, "nothing half is left");
}

#[cfg(unix)]
#[test]
fn links_are_told_and_are_no_error() {
    let scene = Scene::logged_in();
    scene.write("src/file", "x");
    std::os::unix::fs::symlink("file", scene.path("src/link")).unwrap();
    let ran = scene.run(&["copy", "src", "ann:x"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("NOTICE: link: Not copied: a symbolic link is not followed"), "{}", ran.err);
    assert_eq!(scene.ann.paths(), ["x/", "x/file"]);
    scene.run(&["copy", "-q", "src", "ann:x"]).clean();
    let ran = scene.run(&["check", "src", "ann:x"]);
    assert!(ran.err.contains("NOTICE: link: Not compared: a symbolic link is not followed"), "{}", ran.err);
}

#[test]
fn no_room_in_the_cloud() {
    let scene = Scene::logged_in();
    scene.ann.set_storage(10);
    scene.write("src/big", &"x".repeat(1000));
    let ran = scene.run(&["copy", "src", "ann:x"]);
    assert_eq!(ran.code, 12, "{}", ran.err);
    assert!(ran.err.contains("Hint: "), "{}", ran.err);
}

#[test]
fn a_used_up_transfer_quota_is_an_end_only_if_asked() {
    let scene = Scene::logged_in();
    scene.ann.file("file", &[1; 5000], JUNE);
    scene.ann.set_transfer(0, Duration::from_mins(72));
    let ran = scene.run(&["copy", "ann:file", "down", "--max-wait", "0"]);
    assert_eq!(ran.code, 12, "{}", ran.err);
    assert!(!scene.path("down/file").exists());
    scene.run(&["cat", "ann:file", "--max-wait", "0"]).refused(12, "quota");
}

#[test]
fn the_server_is_gone() {
    let scene = Scene::logged_in();
    let variables = scene.environment();
    let folder = scene.server_goes();
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_megapane"));
    command.env_clear().envs(variables).current_dir(folder.path());
    let output = command.args(["ls", "ann:", "--max-wait", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cannot reach 127.0.0.1"), "{told}");
}

#[test]
fn answers_that_are_none() {
    let scene = Scene::logged_in();
    scene.ann.file("file", b"x", JUNE);
    for (fault, code) in [("garbage@f", 6), ("short@f", 6), ("500@cs", 5), ("-16@f", 7), ("-15@f", 13)] {
        scene.emulator.fault(fault).unwrap();
        scene.run(&["ls", "ann:", "--max-wait", "0"]).refused(code, "");
        scene.emulator.clear_faults();
    }
    scene.run(&["ls", "ann:"]).clean();
}

#[test]
fn damaged_bytes_never_get_the_files_name() {
    let scene = Scene::logged_in();
    scene.ann.file("file", &[1; 5000], JUNE);
    scene.emulator.fault("flip:100@dl").unwrap();
    let ran = scene.run(&["copy", "ann:file", "down"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    assert!(ran.err.contains("does not match its key"), "{}", ran.err);
    assert!(!scene.path("down/file").exists());
    assert_eq!(scene.run(&["cat", "ann:file"]).code, 6);
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let scene = Scene::logged_in();
    for at in 0..3000 {
        scene.write(&format!("many/a rather long name to fill the pipe with {at:04}"), "");
    }
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_megapane"))
        .args(["ls", "many"])
        .env_clear()
        .envs(scene.environment())
        .current_dir(scene.path(""))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn an_environment_that_is_not_whole_is_told() {
    let scene = Scene::new();
    let ran = scene.run_with(&["ls", "x:"], &[("MEGAPANE_REMOTE_X_USER", EMAIL)], "");
    ran.refused(2, "MEGAPANE_REMOTE_X_PASSWORD");
    let wrong = [("MEGAPANE_REMOTE_X_USER", EMAIL), ("MEGAPANE_REMOTE_X_PASSWORD", "wrong")];
    scene.run_with(&["ls", "x:"], &wrong, "").refused(13, "password is wrong");
    let right = [("MEGAPANE_REMOTE_X_USER", EMAIL), ("MEGAPANE_REMOTE_X_PASSWORD", PASSWORD)];
    scene.run_with(&["config", "delete", "x"], &right, "").refused(2, "environment");
}
