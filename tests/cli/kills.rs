//! Moves and syncs that are killed outright, at every kind of request: nothing is lost at that moment, and the same
//! command brings them to their end.

use std::cell::RefCell;
use std::fs;

use crate::killed::{kill, spawn, wait_until};
use crate::scene::{JUNE, Scene};

/// Requests that do not come back, by the faults that hold them and how many of them there are before the kill.
pub(crate) type Point<'p> = (&'p [&'p str], &'p str, usize);

const UP: [Point<'static>; 5] = [
    (&["slow:3600s@u"], "u", 1),
    (&["slow:3600s@ul#2-"], "/ul/", 2),
    (&["slow:3600s@p"], "p", 1),
    // Carried out, but the answer was lost: the same request again is what hangs.
    (&["lost@p#1", "slow:3600s@p#2-"], "p", 2),
    (&["slow:3600s@p#2-"], "p", 2),
];
const DOWN: [Point<'static>; 3] =
    [(&["slow:3600s@g"], "g", 1), (&["slow:3600s@dl#1"], "/dl/", 1), (&["slow:3600s@dl#3-"], "/dl/", 3)];
const MOVES: [Point<'static>; 3] =
    [(&["slow:3600s@m"], "m", 1), (&["lost@m#1", "slow:3600s@m#2-"], "m", 2), (&["slow:3600s@m#2-"], "m", 2)];

const FILES: [&str; 3] = ["a", "film", "sub/b"];

/// Different for each file; the film is of several pieces.
fn content(name: &str) -> Vec<u8> {
    let len = if name == "film" { 5 << 20 } else { 3000 };
    (0..len).map(|at: usize| u8::try_from((at * 7 + name.len() * 31) % 251).unwrap()).collect()
}

fn lay_out(scene: &Scene) {
    fs::create_dir_all(scene.path("src/sub")).unwrap();
    for name in FILES {
        fs::write(scene.path("src").join(name), content(name)).unwrap();
    }
}

fn lay_out_in_cloud(scene: &Scene) {
    for name in FILES {
        scene.ann.file(&format!("src/{name}"), &content(name), JUNE);
    }
}

/// Runs a command up to a point, kills it there and mends the line.
pub(crate) fn kill_at(scene: &Scene, arguments: &[&str], (faults, request, count): Point<'_>) {
    scene.emulator.clear_seen();
    for fault in faults {
        scene.emulator.fault(fault).unwrap();
    }
    let child = RefCell::new(spawn(scene, arguments));
    let is_there = || {
        let seen = scene.emulator.seen();
        let is_it = |path: &str, commands: &[String]| match request.strip_prefix('/') {
            Some(_) => path.starts_with(request),
            None => commands.iter().any(|command| command == request),
        };
        seen.iter().filter(|seen| is_it(&seen.path, &seen.commands)).count() >= count
    };
    // Some commands end before they come to that point: that is as good a moment as any.
    let has_ended = || child.borrow_mut().try_wait().unwrap().is_some();
    wait_until(&format!("{request} of {arguments:?}"), || has_ended() || is_there());
    kill(child.into_inner());
    scene.emulator.clear_faults();
}

fn local(scene: &Scene, path: &str) -> Option<Vec<u8>> {
    fs::read(scene.path(path)).ok()
}

#[test]
fn a_killed_move_up_loses_nothing_and_goes_on() {
    for point in UP {
        let scene = Scene::logged_in();
        lay_out(&scene);
        kill_at(&scene, &["move", "src", "ann:x"], point);
        for name in FILES {
            let in_cloud = scene.ann.content(&format!("x/{name}"));
            let on_disk = local(&scene, &format!("src/{name}"));
            assert!(on_disk.or(in_cloud).as_ref() == Some(&content(name)), "{name} at {point:?}");
        }
        scene.run(&["move", "src", "ann:x"]).clean();
        for name in FILES {
            assert!(scene.ann.content(&format!("x/{name}")).as_ref() == Some(&content(name)), "{point:?}");
            assert!(local(&scene, &format!("src/{name}")).is_none());
        }
        assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/film", "x/sub/", "x/sub/b"], "{point:?}");
    }
}

#[test]
fn a_killed_move_down_loses_nothing_and_goes_on() {
    for point in DOWN.into_iter().chain(MOVES) {
        let scene = Scene::logged_in();
        lay_out_in_cloud(&scene);
        kill_at(&scene, &["move", "ann:src", "down"], point);
        for name in FILES {
            let in_cloud = scene.ann.content(&format!("src/{name}"));
            let on_disk = local(&scene, &format!("down/{name}"));
            assert!(in_cloud.or(on_disk).as_ref() == Some(&content(name)), "{name} at {point:?}");
        }
        scene.run(&["move", "ann:src", "down"]).clean();
        for name in FILES {
            assert!(local(&scene, &format!("down/{name}")).as_ref() == Some(&content(name)), "{point:?}");
        }
        assert_eq!(scene.ann.paths(), ["src/", "src/sub/"], "{point:?}");
    }
}

/// A target with an older file of the same name and two files of its own.
fn old_target(scene: &Scene) {
    for (path, content) in [("x/a", "old a"), ("x/old", "old"), ("x/gone/older", "older")] {
        scene.ann.file(path, content.as_bytes(), JUNE);
    }
}

#[test]
fn a_killed_sync_up_goes_on_to_equal_folders() {
    for point in UP.into_iter().chain(MOVES) {
        let scene = Scene::logged_in();
        lay_out(&scene);
        old_target(&scene);
        kill_at(&scene, &["sync", "src", "ann:x"], point);
        assert!(scene.ann.content("x/a").is_some_and(|bytes| bytes == content("a") || bytes == b"old a"));
        scene.run(&["sync", "src", "ann:x"]).clean();
        for name in FILES {
            assert!(scene.ann.content(&format!("x/{name}")).as_ref() == Some(&content(name)), "{point:?}");
            assert!(local(&scene, &format!("src/{name}")).as_ref() == Some(&content(name)));
        }
        assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/film", "x/sub/", "x/sub/b"], "{point:?}");
    }
}

#[test]
fn a_killed_sync_with_a_backup_keeps_what_made_way() {
    let sync = ["sync", "src", "ann:x", "--backup-dir", "ann:kept"];
    for point in UP.into_iter().chain(MOVES) {
        let scene = Scene::logged_in();
        lay_out(&scene);
        old_target(&scene);
        kill_at(&scene, &sync, point);
        scene.run(&sync).clean();
        for name in FILES {
            assert!(scene.ann.content(&format!("x/{name}")).as_ref() == Some(&content(name)), "{point:?}");
        }
        for (path, content) in [("kept/a", "old a"), ("kept/old", "old"), ("kept/gone/older", "older")] {
            assert_eq!(scene.ann.content(path).as_deref(), Some(content.as_bytes()), "{path} at {point:?}");
        }
        let below: Vec<String> =
            scene.ann.paths().into_iter().filter(|path| path.starts_with("x/")).collect();
        assert_eq!(below, ["x/", "x/a", "x/film", "x/sub/", "x/sub/b"], "{point:?}");
    }
}

#[test]
fn a_killed_sync_down_goes_on_to_equal_folders() {
    for point in DOWN {
        let scene = Scene::logged_in();
        lay_out_in_cloud(&scene);
        scene.write("down/a", "old a");
        scene.write("down/gone/old", "old");
        let sync = ["sync", "ann:src", "down", "--backup-dir", "kept"];
        kill_at(&scene, &sync, point);
        scene.run(&sync).clean();
        for name in FILES {
            assert!(local(&scene, &format!("down/{name}")).as_ref() == Some(&content(name)), "{point:?}");
        }
        assert_eq!((scene.read("kept/a"), scene.read("kept/gone/old")), ("old a".into(), "old".into()));
        assert!(!scene.path("down/gone").exists());
        assert_eq!(crate::scene::files_below(&scene.path("down")).len(), FILES.len(), "{point:?}");
    }
}
