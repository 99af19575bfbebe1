//! The file list that is kept between commands: it saves a listing, never lies, tells nothing to whoever reads the disk,
//! and survives whatever happens to it.

use std::fs;
use std::path::PathBuf;

use crate::killed::{kill, spawn};
use crate::scene::{JUNE, Scene, files_below};

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("Docs/a-telling-name.txt", b"hello", JUNE);
    scene.ann.folder("Photos/2024");
    scene.emulator.clear_seen();
    scene
}

fn listings(scene: &Scene) -> usize {
    scene.emulator.seen().iter().filter(|seen| seen.commands.iter().any(|command| command == "f")).count()
}

fn kept(scene: &Scene) -> PathBuf {
    scene.own("cache").join("trees").join("ann.sealed")
}

#[test]
fn a_second_command_asks_for_no_listing_and_sees_what_changed_meanwhile() {
    let scene = furnished();
    assert_eq!(scene.run(&["ls", "ann:"]).clean(), "        5 Docs/a-telling-name.txt\n");
    assert_eq!(scene.run(&["ls", "ann:"]).clean(), "        5 Docs/a-telling-name.txt\n");
    assert_eq!(listings(&scene), 1);
    scene.ann.file("Photos/2024/b.jpg", b"jpg", JUNE);
    scene.ann.rename("Docs/a-telling-name.txt", "c.txt").unwrap();
    let shown = scene.run(&["ls", "ann:"]).clean();
    assert!(shown.contains("5 Docs/c.txt") && shown.contains("3 Photos/2024/b.jpg"), "{shown}");
    scene.run(&["mkdir", "ann:Made"]).clean();
    assert!(scene.run(&["lsd", "ann:"]).clean().contains("Made"), "what a command does the next one knows");
    scene.ann.delete("Photos").unwrap();
    assert!(!scene.run(&["ls", "ann:"]).clean().contains("b.jpg"));
    assert_eq!(listings(&scene), 1);
}

#[test]
fn when_the_server_cannot_tell_what_changed_the_account_is_listed_again() {
    let scene = furnished();
    scene.run(&["ls", "ann:"]).clean();
    scene.ann.file("new", b"new", JUNE);
    scene.emulator.forget_packets();
    assert!(scene.run(&["ls", "ann:"]).clean().contains("new"));
    assert_eq!(listings(&scene), 2);
    scene.run(&["ls", "ann:"]).clean();
    assert_eq!(listings(&scene), 2);
}

#[test]
fn a_damaged_foreign_or_older_file_is_passed_over_without_a_word() {
    let scene = furnished();
    let shown = scene.run(&["ls", "ann:"]).clean();
    let whole = fs::read(kept(&scene)).unwrap();
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let spoilt = [
        Vec::new(),
        whole[..whole.len() - 1].to_vec(),
        whole[..30].to_vec(),
        changed(7),
        changed(12),
        changed(40),
        changed(whole.len() - 1),
        [&whole[..], b"x"].concat(),
    ];
    for (number, bytes) in spoilt.into_iter().enumerate() {
        fs::write(kept(&scene), bytes).unwrap();
        scene.emulator.clear_seen();
        assert_eq!(scene.run(&["ls", "ann:"]).clean(), shown, "{number}");
        assert_eq!(listings(&scene), 1, "{number}");
    }
    let other = Scene::logged_in();
    fs::create_dir_all(kept(&other).parent().unwrap()).unwrap();
    fs::write(kept(&other), &whole).unwrap();
    assert_eq!(other.run(&["ls", "ann:"]).clean(), "", "the nodes of another account are not shown");
}

#[test]
fn what_is_kept_tells_nothing_and_goes_with_the_account() {
    let scene = furnished();
    scene.run(&["ls", "ann:"]).clean();
    for path in files_below(&scene.own("cache")) {
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"telling"), "{}", path.display());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(kept(&scene)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    scene.run(&["config", "delete", "ann"]).clean();
    assert!(!kept(&scene).exists());
}

#[test]
fn a_kill_at_any_moment_leaves_a_file_that_is_whole() {
    let scene = furnished();
    let folder = scene.ann.folder("Many");
    for number in 0..400 {
        scene.ann.file_in(folder, &format!("file {number}"), b"x", Some(JUNE));
    }
    let mut right: Vec<String> =
        scene.run(&["lsf", "-R", "ann:"]).clean().lines().map(str::to_owned).collect();
    right.sort();
    for step in 0..24_u64 {
        // Each round has something to write; the kill comes a little later each time, from before the listing to after
        // the end. Whatever it meets, the next command must not notice.
        scene.emulator.forget_packets();
        let child = spawn(&scene, &["size", "ann:"]);
        std::thread::park_timeout(std::time::Duration::from_millis(step * 5));
        kill(child);
        let ran = scene.run(&["lsf", "-R", "ann:"]).clean();
        let mut shown: Vec<&str> = ran.lines().collect();
        shown.sort_unstable();
        assert_eq!(shown, right, "killed after {} ms", step * 5);
    }
}

#[test]
fn commands_at_once_all_see_the_account_as_it_is() {
    let scene = furnished();
    for round in 0..4 {
        scene.ann.file(&format!("round {round}"), b"x", JUNE);
        if round % 2 == 1 {
            scene.emulator.forget_packets();
        }
        let children: Vec<_> = (0..4).map(|_| spawn(&scene, &["size", "ann:"])).collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success());
        }
        let shown = scene.run(&["ls", "ann:"]).clean();
        assert_eq!(shown.lines().filter(|line| line.contains("round")).count(), round + 1);
    }
}
