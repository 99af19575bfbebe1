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
