//! A disk that becomes full in the middle of a download: a small one of our own, mounted in a namespace of its own. What
//! arrived stays, and goes on when there is room.

use std::fs;
use std::process::{Command, Stdio};

use crate::killed::{lines, wait_until};
use crate::scene::{JUNE, Scene, files_below};

const SIZE: usize = 12 << 20;

/// Runs in a namespace where `down` is a disk of 16 MiB. `go` and `full` are pipes to the test and back.
const SCRIPT: &str = r#"
    mount -t tmpfs -o size=16m tmpfs down || exit 77
    "$0" copy ann:src down 2>first.err &
    read -r _ <go
    dd if=/dev/zero of=down/others bs=64k 2>dd.err
    echo >full
    wait $!; echo $? >first.code
    ls -A down >first.left
    rm down/others
    "$0" copy ann:src down 2>second.err; echo $? >second.code
    ls -A down >second.left
    cp down/film film
"#;

#[test]
fn a_disk_that_fills_up_in_the_middle_is_told_and_the_download_goes_on_when_there_is_room() {
    let unshare = || Command::new("unshare");
    if !unshare()
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("SKIPPED: no disk of its own can be had here");
        return;
    }
    let scene = Scene::logged_in();
    let bytes: Vec<u8> = (0..SIZE).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    scene.ann.file("src/film", &bytes, JUNE);
    fs::create_dir(scene.path("down")).unwrap();
    let pipes = ["go", "full"].map(|name| scene.path(name));
    assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
    scene.emulator.fault("503@dl#4-").unwrap();
    let mut shell = unshare()
        .args(["-rm", "sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_megapane")])
        .env_clear()
        .envs(scene.environment())
        .current_dir(scene.path(""))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("some pieces are written", || lines(&scene) > 3);
    fs::write(&pipes[0], "\n").unwrap();
    fs::read(&pipes[1]).unwrap();
    scene.emulator.clear_faults();
    assert!(shell.wait().unwrap().success());
    let (error, left) = (scene.read("first.err"), scene.read("first.left"));
    assert_eq!(scene.read("first.code").trim(), "6", "{error}");
    assert!(error.contains("film") && error.contains("Hint: Make room on the disk"), "{error}");
    assert!(left.contains(".megapane-resume-") && !left.contains("film"), "{left}");
    assert_eq!((scene.read("second.code").trim(), scene.read("second.err").as_str()), ("0", ""));
    assert_eq!(scene.read("second.left").trim(), "film");
    assert!(fs::read(scene.path("film")).unwrap() == bytes);
    assert!(files_below(&scene.own("state").join("transfers")).is_empty(), "a journal is left");
    let seen = scene.emulator.seen();
    let ranges = seen.iter().filter(|seen| seen.path.starts_with("/dl/")).count();
    assert!(ranges < 40, "it began anew: {ranges} requests");
}

/// Each of our own folders on a disk of 1 MiB, with so much room on it.
const PLACES: &str = r#"
    for place in state cache config; do
        cp -a "../$place" "saved-$place" && mount -t tmpfs -o size=1m tmpfs "../$place" || exit 77
        cp -a "saved-$place/." "../$place/"
        for room in 0 4 8 12 16 64; do
            dd if=/dev/zero of="../$place/filler" bs=1k 2>dd.err
            truncate -s "$(($(stat -c %s "../$place/filler") - room * 1024))" "../$place/filler"
            "$0" copy src "ann:$place-$room" 2>"$place-$room.copy.err"; echo $? >"$place-$room.copy"
            "$0" mkdir "ann:made-$place-$room" 2>"$place-$room.mkdir.err"; echo $? >"$place-$room.mkdir"
            "$0" ls ann: >ls.out 2>"$place-$room.ls.err"; echo $? >"$place-$room.ls"
            rm "../$place/filler"
            "$0" copy src "ann:$place-$room" 2>"$place-$room.again.err"; echo $? >"$place-$room.again"
            "$0" undo --list >list.out 2>"$place-$room.list.err"; echo $? >"$place-$room.list"
        done
        umount "../$place"
    done
"#;

#[test]
fn a_full_disk_under_our_own_folders_is_told_or_done_without_and_spoils_nothing() {
    let unshare = || Command::new("unshare");
    let probe = ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"];
    if !unshare().args(probe).status().is_ok_and(|status| status.success()) {
        println!("SKIPPED: no disk of its own can be had here");
        return;
    }
    let scene = Scene::logged_in();
    scene.write("src/small", "small");
    scene.write("src/sub/big", &"b".repeat(100_000));
    assert_eq!(scene.run(&["ls", "ann:"]).code, 0, "so that there is a file list to keep");
    let ran = unshare()
        .args(["-rm", "sh", "-c", PLACES, env!("CARGO_BIN_EXE_megapane")])
        .env_clear()
        .envs(scene.environment())
        .current_dir(scene.path(""))
        .stderr(Stdio::null())
        .status();
    assert!(ran.unwrap().success());
    for place in ["state", "cache", "config"] {
        for room in [0, 4, 8, 12, 16, 64] {
            let read = |what: &str| scene.read(&format!("{place}-{room}.{what}"));
            let is = |what: &str| (read(what).trim().to_owned(), read(&format!("{what}.err")));
            for what in ["copy", "mkdir"] {
                let (code, error) = is(what);
                let is_told =
                    !error.contains("panicked") && (error.contains("megapane: ") || error.contains("ERROR"));
                assert!(
                    code == "0" || (code == "6" && is_told),
                    "{what} with {room} KiB in {place}: {code} {error}"
                );
            }
            let made = scene.ann.node(&format!("made-{place}-{room}")).is_some();
            assert_eq!(made, is("mkdir").0 == "0", "{room} KiB in {place}");
            for what in ["ls", "again", "list"] {
                assert_eq!(is(what).0, "0", "{what} with {room} KiB in {place}: {}", is(what).1);
            }
            let there = scene.ann.content(&format!("{place}-{room}/sub/big")).unwrap();
            assert!(there == "b".repeat(100_000).as_bytes(), "{room} KiB in {place}");
        }
    }
    assert!(files_below(&scene.own("state").join("transfers")).is_empty(), "a journal is left");
}
