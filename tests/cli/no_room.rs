//! No room at any write, and folders that may not be written to: each command says so or does without, loses nothing, and
//! is brought to its end by the same line when there is room. The limit on the size of files is what a full disk is, at
//! the write that the limit meets; so every length of every file that we write is tried by one table.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use megapane::emulator::PASSWORD;

use crate::scene::{EMAIL, JUNE, Ran, Scene, files_below};

/// Runs a command whose files may be no longer than so many blocks of 512 bytes.
fn run_limited(scene: &Scene, blocks: u32, arguments: &[&str]) -> Ran {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -f {blocks} && exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_megapane")]).args(arguments);
    shell.env_clear().envs(scene.environment()).env("MEGAPANE_PASSWORD_OF_TEST", PASSWORD);
    Ran::of(shell.current_dir(scene.path("")).output().unwrap())
}

/// What is done, and whether all of it is there afterwards.
struct Work {
    line: &'static [&'static str],
    is_done: fn(&Scene) -> bool,
}

const BIG: usize = 100_000;

const WORKS: [Work; 9] = [
    Work { line: &["copy", "src", "ann:up"], is_done: |scene| is_up(scene, "up") },
    Work { line: &["sync", "src", "ann:up"], is_done: |scene| is_up(scene, "up") },
    Work { line: &["move", "src", "ann:up"], is_done: |scene| is_up(scene, "up") },
    Work { line: &["copy", "ann:there", "down"], is_done: is_down },
    Work { line: &["move", "ann:there", "down"], is_done: is_down },
    Work { line: &["mkdir", "ann:made/below"], is_done: |scene| scene.ann.node("made/below").is_some() },
    Work { line: &["deletefile", "ann:old.txt"], is_done: |scene| scene.ann.node("old.txt").is_none() },
    Work { line: &["ls", "ann:"], is_done: |_| true },
    Work {
        line: &[
            "config",
            "create",
            "again",
            "--user",
            EMAIL,
            "--password-command",
            "printf %s \"$MEGAPANE_PASSWORD_OF_TEST\"",
        ],
        is_done: |scene| scene.run(&["about", "again:"]).code == 0,
    },
];

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.write("src/small", "small");
    scene.write("src/sub/big", &"b".repeat(BIG));
    scene.ann.file("there/small", b"small", JUNE);
    scene.ann.file("there/sub/big", "b".repeat(BIG).as_bytes(), JUNE);
    scene.ann.file("old.txt", b"old", JUNE);
    scene
}

fn is_up(scene: &Scene, folder: &str) -> bool {
    scene.ann.content(&format!("{folder}/small")).as_deref() == Some(b"small")
        && scene
            .ann
            .content(&format!("{folder}/sub/big"))
            .is_some_and(|bytes| bytes == "b".repeat(BIG).as_bytes())
}

fn is_down(scene: &Scene) -> bool {
    let read = |name: &str| fs::read_to_string(scene.path(name)).unwrap_or_default();
    read("down/small") == "small" && read("down/sub/big") == "b".repeat(BIG)
}

/// Each of the two files is whole on one side at least.
fn is_all_somewhere(scene: &Scene) -> bool {
    let is_there = |name: &str, len: usize| {
        let here = ["src", "down"]
            .iter()
            .any(|top| fs::read(scene.path(&format!("{top}/{name}"))).is_ok_and(|bytes| bytes.len() == len));
        let above = ["up", "there"].iter().any(|top| scene.ann.content(&format!("{top}/{name}")).is_some());
        here || above
    };
    is_there("small", 5) && is_there("sub/big", BIG)
}

fn is_told(ran: &Ran) -> bool {
    ran.code > 0
        && (ran.err.contains("megapane: ") || ran.err.contains("ERROR : "))
        && !ran.err.contains("panicked")
}

#[test]
fn no_room_at_any_length_of_any_file_is_told_and_the_same_line_goes_on() {
    for Work { line, is_done } in &WORKS {
        for blocks in [0, 1, 2, 4, 16, 150] {
            let scene = furnished();
            let ran = run_limited(&scene, blocks, line);
            let what = format!("{line:?} within {blocks} blocks: {} {}", ran.code, ran.err);
            assert!(ran.code == 0 || is_told(&ran), "{what}");
            assert!(ran.code != 0 || is_done(&scene), "told to be done, {what}");
            assert!(is_all_somewhere(&scene), "{what}");
            if ran.code != 0 {
                let again = run_limited(&scene, 1 << 20, line);
                assert_eq!(again.code, 0, "{what}, then {}", again.err);
            }
            assert!(is_done(&scene), "{what}");
            assert!(
                files_below(&scene.own("state").join("transfers")).is_empty(),
                "a journal is left, {what}"
            );
            let half = files_below(&scene.path(""))
                .into_iter()
                .find(|path| path.to_string_lossy().contains(".megapane"));
            assert_eq!(half, None, "{what}");
            assert_eq!(scene.run(&["undo", "--list"]).code, 0, "the journal is whole, {what}");
            assert_eq!(scene.run(&["ls", "ann:"]).code, 0, "{what}");
        }
    }
}

#[test]
fn a_login_that_cannot_be_written_down_is_ended_again() {
    let scene = Scene::logged_in();
    let password = format!("printf %s {PASSWORD}");
    for line in [
        &["config", "create", "again", "--user", EMAIL, "--password-command", &password][..],
        &["config", "reconnect", "ann", "--password-command", &password],
    ] {
        let ran = run_limited(&scene, 0, line);
        assert!(is_told(&ran), "{line:?}: {} {}", ran.code, ran.err);
        assert_eq!(scene.ann.session_count(), 1, "{line:?}");
        assert_eq!(scene.run(&["config", "list"]).out, "ann:\n");
    }
    assert_eq!(scene.run(&["ls", "ann:"]).code, 0, "the login that was there still is");
}

/// What happens where a folder of ours may only be read. Nobody is left with half of something.
#[test]
fn folders_of_ours_that_may_only_be_read_are_told_or_done_without() {
    let looks = ["ls", "ann:"];
    let changes = ["mkdir", "ann:made"];
    let copies = ["copy", "src", "ann:up"];
    let removes = ["deletefile", "ann:old.txt"];
    // What changes an account is written down first: where it cannot be, it is not done.
    let table: [(&str, &[&str], i32); 10] = [
        ("config", &looks, 0),
        ("config", &changes, 0),
        ("config", &copies, 0),
        ("cache", &looks, 0),
        ("cache", &changes, 0),
        ("cache", &copies, 0),
        ("state", &looks, 0),
        ("state", &changes, 6),
        ("state", &copies, 6),
        ("state", &removes, 6),
    ];
    for (folder, line, code) in table {
        let scene = furnished();
        let closed = scene.own(folder);
        fs::create_dir_all(&closed).unwrap();
        set_all(&closed, 0o500);
        let ran = scene.run_bound(line);
        set_all(&closed, 0o700);
        let what = format!("{folder} is read-only, {line:?}: {}", ran.err);
        assert_eq!(ran.code, code, "{what}");
        assert!(code == 0 || (is_told(&ran) && ran.err.contains("permission denied")), "{what}");
        let untouched = ["there/", "there/small", "there/sub/", "there/sub/big", "old.txt"];
        let is_untouched = scene.ann.paths().len() == untouched.len()
            && untouched.iter().all(|path| scene.ann.node(path).is_some());
        assert!(code == 0 || is_untouched, "{what}");
        assert_eq!(scene.run_bound(line).code, 0, "{what}");
    }
}

/// The reader of the output is a full disk.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let scene = furnished();
    for line in [
        &["ls", "ann:"][..],
        &["lsjson", "-R", "ann:"],
        &["cat", "ann:there/sub/big"],
        &["about", "ann:"],
        &["completions", "bash"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_megapane"));
        command.env_clear().envs(scene.environment()).current_dir(scene.path("")).args(line).stdout(full);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, 1, "{line:?}: {}", ran.err);
        assert!(ran.err.contains("cannot write the output"), "{line:?}: {}", ran.err);
    }
}

/// Sets the rights of a folder and of those in it.
fn set_all(folder: &std::path::Path, mode: u32) {
    let folders = walkdir::WalkDir::new(folder).contents_first(mode == 0o500).into_iter().flatten();
    for folder in folders.filter(|entry| entry.file_type().is_dir()) {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
}
