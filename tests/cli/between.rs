//! Copies between two accounts by the command line: made by the server where it does that, else streamed through; with
//! conflicts, moves, dry runs and `undo` as everywhere; and from a public link into an account.

use megapane::emulator::Owner;

use crate::killed::{spawn, wait_until};
use crate::kills::{Point, kill_at};
use crate::scene::{JUNE, Scene, files_below};

fn scene() -> (Scene, Owner) {
    let scene = Scene::logged_in();
    scene.ann.file("a/one.txt", b"one", JUNE);
    scene.ann.file("a/sub/two.txt", b"two", JUNE);
    let ben = scene.second_account();
    (scene, ben)
}

/// How many requests went to storage servers.
fn moved_bytes(scene: &Scene) -> usize {
    let is_storage = |path: &str| path.starts_with("/dl") || path.starts_with("/ul");
    scene.emulator.seen().iter().filter(|request| is_storage(&request.path)).count()
}

fn links(scene: &Scene) -> String {
    scene.run(&["link", "--list", "ann:"]).clean()
}

#[test]
fn the_server_copies_folders_to_another_account_and_no_link_is_left() {
    let (scene, ben) = scene();
    let ran = scene.run(&["copy", "-v", "ann:a", "ben:b/new"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("INFO  : one.txt: Copied (server-side copy)"), "{}", ran.err);
    assert_eq!(ben.paths(), ["b/", "b/new/", "b/new/one.txt", "b/new/sub/", "b/new/sub/two.txt"]);
    assert_eq!(ben.content("b/new/sub/two.txt").unwrap(), b"two");
    assert_eq!(moved_bytes(&scene), 0);
    assert_eq!(links(&scene), "");
    assert_eq!(
        scene.run(&["lsl", "ben:b/new/one.txt"]).clean(),
        scene.run(&["lsl", "ann:a/one.txt"]).clean()
    );
    let again = scene.run(&["copy", "-v", "ann:a", "ben:b/new"]);
    assert!(again.err.contains("There was nothing to transfer"), "{}", again.err);
    assert_eq!(scene.run(&["check", "ann:a", "ben:b/new"]).code, 0, "equal by their keys");
    assert_eq!(scene.run(&["undo", "ben:"]).code, 0);
    assert!(ben.paths().is_empty(), "{:?}", ben.paths());
}

#[test]
fn a_link_that_was_there_stays() {
    let (scene, ben) = scene();
    scene.run(&["link", "ann:a/one.txt"]).clean();
    let before = links(&scene);
    scene.run(&["copyto", "ann:a/one.txt", "ben:uno.txt"]).clean();
    assert_eq!((links(&scene), ben.paths()), (before, vec!["uno.txt".to_owned()]));
}

#[test]
fn a_changed_file_becomes_a_version_and_undo_brings_the_old_one_back() {
    let (scene, ben) = scene();
    ben.file("b/one.txt", b"other", JUNE + 9);
    scene.run(&["copy", "ann:a", "ben:b"]).clean();
    assert_eq!(ben.content("b/one.txt").unwrap(), b"one");
    assert_eq!(ben.items(ben.node("b/one.txt").unwrap()).len(), 1, "the old one is its version");
    assert_eq!(scene.run(&["undo", "ben:"]).code, 0);
    assert_eq!(ben.content("b/one.txt").unwrap(), b"other");
    let kept = scene.run(&["copy", "-v", "--ignore-existing", "ann:a/one.txt", "ben:b"]);
    assert_eq!((kept.code, ben.content("b/one.txt").unwrap()), (0, b"other".to_vec()), "{}", kept.err);
}

#[test]
fn a_move_puts_the_source_into_the_bin_of_its_account() {
    let (scene, ben) = scene();
    scene.run(&["move", "--delete-empty-src-dirs", "ann:a", "ben:b"]).clean();
    assert_eq!(ben.paths(), ["b/", "b/one.txt", "b/sub/", "b/sub/two.txt"]);
    assert_eq!(scene.ann.paths(), ["a/"]);
    assert!(scene.ann.rubbish_paths().iter().any(|path| path.ends_with("one.txt")));
    assert!(ben.rubbish_paths().is_empty());
    assert_eq!(scene.run(&["undo", "ann:"]).code, 0);
    assert_eq!(scene.ann.paths(), ["a/", "a/one.txt", "a/sub/", "a/sub/two.txt"]);
}

#[test]
fn what_others_share_with_the_source_streams_through_and_is_checked() {
    let (scene, ben) = scene();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| b'a' + at.to_le_bytes()[1] % 26).collect();
    ben.file("plans/big.bin", &bytes, JUNE);
    ben.file("plans/empty", b"", JUNE);
    ben.share("plans", &scene.ann, megapane::emulator::Access::Read).unwrap();
    let cy = scene.emulator.add_account(megapane::emulator::NewAccount::new("cy@example.org"));
    let create = ["config", "create", "cy", "--user", "cy@example.org", "--password-stdin"];
    let created = scene.run_with(&create, &[], &format!("{}\n", megapane::emulator::PASSWORD));
    assert_eq!(created.code, 0, "{}", created.err);
    let ran = scene.run(&["copy", "-v", "ann://in/plans", "cy:got"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(cy.content("got/big.bin").unwrap(), bytes);
    assert_eq!(cy.content("got/empty").unwrap(), b"");
    assert_eq!(
        scene.run(&["lsl", "cy:got/big.bin"]).clean(),
        scene.run(&["lsl", "ben:plans/big.bin"]).clean()
    );
    assert!(moved_bytes(&scene) > 0);
    assert_eq!(scene.run(&["check", "ben:plans", "cy:got"]).code, 0, "it went under its own key");
    assert_eq!(scene.run(&["cat", "cy:got/big.bin"]).code, 0, "its MAC is right");
}

#[test]
fn a_damaged_source_becomes_no_file_of_the_target() {
    let (scene, ben) = scene();
    ben.file("plans/good.txt", b"good", JUNE);
    ben.made_file_with_mac(
        "plans/bad.bin",
        &megapane::emulator::Recipe::new(200_000, b"", megapane::emulator::Filling::Noise, 7, 8),
        JUNE,
        [9; 8],
    );
    ben.share("plans", &scene.ann, megapane::emulator::Access::Read).unwrap();
    scene.ann.folder("own");
    let ran = scene.run(&["copy", "ann://in/plans", "ben:got"]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("damaged"), "{}", ran.err);
    assert_eq!(ben.content("got/good.txt").unwrap(), b"good");
    assert_eq!(ben.node("got/bad.bin"), None);
}

#[test]
fn what_the_server_refuses_to_copy_streams_through() {
    let (scene, ben) = scene();
    scene.emulator.fault("-11@l").unwrap();
    scene.run(&["copy", "ann:a", "ben:b"]).clean();
    assert_eq!(ben.content("b/sub/two.txt").unwrap(), b"two");
    assert!(moved_bytes(&scene) > 0);
}

#[test]
fn a_dry_run_changes_neither() {
    let (scene, ben) = scene();
    let ran = scene.run(&["copy", "-n", "ann:a", "ben:b"]);
    assert!(ran.err.contains("one.txt: Skipped copy as --dry-run is set"), "{}", ran.err);
    assert_eq!((ben.paths(), links(&scene)), (Vec::new(), String::new()));
}

#[test]
fn a_full_account_is_told_and_no_link_is_left() {
    let (scene, ben) = scene();
    ben.set_storage(1);
    let ran = scene.run(&["copy", "--max-wait", "0", "ann:a/one.txt", "ben:"]);
    assert_eq!(ran.code, 12, "{}", ran.err);
    assert_eq!(links(&scene), "");
}

#[test]
fn a_link_goes_into_an_account_as_any_source_does() {
    let (scene, ben) = scene();
    let (file, folder) =
        (scene.run(&["link", "ann:a/one.txt"]).clean(), scene.run(&["link", "ann:a"]).clean());
    let (file, folder) = (file.trim_end(), folder.trim_end());
    scene.emulator.clear_seen();
    scene.run(&["copy", folder, "ben:all"]).clean();
    scene.run(&["copy", &format!("{folder}:sub"), "ben:part"]).clean();
    scene.run(&["copyto", file, "ben:uno.txt"]).clean();
    assert_eq!(
        ben.paths(),
        ["all/", "all/one.txt", "all/sub/", "all/sub/two.txt", "part/", "part/two.txt", "uno.txt"]
    );
    assert_eq!(ben.content("all/sub/two.txt").unwrap(), b"two");
    assert_eq!(moved_bytes(&scene), 0);
}

/// Requests of a copy of one file that do not come back: when it has its link, and when the link is to go again.
const LENT: [Point<'static>; 3] =
    [(&["slow:3600s@p"], "p", 1), (&["lost@l#1", "slow:3600s@l#2-"], "l", 2), (&["slow:3600s@l#2-"], "l", 2)];

#[test]
fn the_link_of_a_killed_copy_goes_when_the_account_is_opened_again() {
    for point in LENT {
        let (scene, ben) = scene();
        let copy = ["copyto", "ann:a/one.txt", "ben:uno.txt"];
        kill_at(&scene, &copy, point);
        scene.emulator.clear_seen();
        scene.run(&["ls", "-n", "ann:"]).clean();
        assert!(!asked(&scene, "l"), "a dry run changes nothing");
        scene.run(&["ls", "ann:"]).clean();
        assert!(asked(&scene, "l"), "{point:?}");
        assert_eq!((links(&scene), notes(&scene)), (String::new(), 0), "{point:?}");
        scene.run(&copy).clean();
        assert_eq!((links(&scene), notes(&scene)), (String::new(), 0));
        assert_eq!(ben.content("uno.txt").unwrap(), b"one");
    }
}

#[test]
fn doctor_names_the_link_of_a_killed_copy_and_removes_it_when_told_to() {
    let (scene, _ben) = scene();
    kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
    let ran = scene.run(&["doctor", "ann:"]);
    assert!(ran.out.contains("warn  loans"), "{}", ran.out);
    assert!(ran.out.contains("left 1 link, as that of a/one.txt"), "{}", ran.out);
    assert!(ran.out.contains("megapane doctor ann: --fix"), "{}", ran.out);
    assert!(
        scene
            .run(&["doctor", "ann:", "--fix"])
            .out
            .contains("1 link of copies that were cut off, removed now")
    );
    assert!(scene.run(&["doctor", "ann:"]).out.contains("no copy to another account left a link"));
    assert_eq!((links(&scene), notes(&scene)), (String::new(), 0));
}

/// Answers to the removal of a link that may pass, or say nothing of whether there is one.
const NO_PROOF: [&str; 3] = ["-1@l", "-6@l", "-11@l"];

#[test]
fn a_link_that_the_server_does_not_remove_now_goes_another_time() {
    for refusal in NO_PROOF {
        let (scene, _ben) = scene();
        kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
        scene.emulator.fault(refusal).unwrap();
        assert!(links(&scene).contains("a/one.txt"), "{refusal}");
        assert_eq!(notes(&scene), 1, "{refusal}");
        scene.emulator.clear_faults();
        assert_eq!((links(&scene), notes(&scene)), (String::new(), 0), "{refusal}");
    }
}

#[test]
fn a_link_that_a_failing_server_may_have_made_is_looked_for_at_the_next_start() {
    let (scene, ben) = scene();
    scene.emulator.fault("-1@l").unwrap();
    scene.run(&["copyto", "ann:a/one.txt", "ben:uno.txt"]).clean();
    assert_eq!((ben.content("uno.txt").unwrap(), notes(&scene)), (b"one".to_vec(), 1));
    scene.emulator.clear_faults();
    assert_eq!((links(&scene), notes(&scene)), (String::new(), 0));
}

#[test]
fn a_remote_that_is_deleted_leaves_no_link() {
    let (scene, _ben) = scene();
    kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
    scene.run(&["config", "delete", "ann"]).clean();
    assert_eq!((notes(&scene), scene.ann.session_count()), (0, 0));
    scene.log_in();
    assert_eq!(links(&scene), "");
}

#[test]
fn a_link_that_a_deleted_remote_leaves_is_named_and_goes_when_the_account_comes_back() {
    for fault in ["-1@l", "cut@cs"] {
        let (scene, _ben) = scene();
        kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
        scene.emulator.fault(fault).unwrap();
        let ran = scene.run(&["--max-wait", "0", "config", "delete", "ann"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.err.contains("cannot remove the public link that a copy made of \"ann:a/one.txt\""),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("https://mega.nz") && ran.err.contains("config create ann"), "{}", ran.err);
        assert_eq!(notes(&scene), 1, "{fault}");
        scene.emulator.clear_faults();
        scene.log_in();
        assert_eq!((links(&scene), notes(&scene)), (String::new(), 0), "{fault}");
    }
}

#[test]
fn the_notes_of_another_account_that_had_the_name_stay() {
    let (scene, _ben) = scene();
    kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
    scene.emulator.fault("-1@l").unwrap();
    assert_eq!(scene.run(&["config", "delete", "ann"]).code, 0);
    scene.emulator.clear_faults();
    let _cy = scene.emulator.add_account(megapane::emulator::NewAccount::new("cy@example.org"));
    let create = ["config", "create", "ann", "--user", "cy@example.org", "--password-stdin"];
    let created = scene.run_with(&create, &[], &format!("{}\n", megapane::emulator::PASSWORD));
    assert_eq!(created.code, 0, "{}", created.err);
    scene.run(&["ls", "ann:"]).clean();
    assert_eq!(notes(&scene), 1);
}

#[cfg(unix)]
#[test]
fn a_renamed_remote_ends_what_its_old_name_lent() {
    let (scene, _ben) = scene();
    kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
    let mut terminal = crate::wizard::Terminal::open(&scene, &["config"]);
    terminal.answer("e/n/d/r/c/s/q> ", "r").answer("remote> ", "ann").answer("name> ", "work");
    terminal.answer("e/n/d/r/c/s/q> ", "q");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(scene.run(&["link", "--list", "work:"]).clean(), "");
    assert_eq!(notes(&scene), 0);
}

#[test]
fn a_link_that_is_handed_out_stays_though_a_killed_copy_made_it() {
    for more in [&[][..], &["--password-command", "echo geheim"], &["--expire", "off"]] {
        let (scene, _ben) = scene();
        kill_at(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"], LENT[0]);
        scene.emulator.fault("-1@l").unwrap(); // it is still there when it is asked for
        scene.run(&[&["link", "ann:a/one.txt"], more].concat()).clean();
        scene.emulator.clear_faults();
        scene.run(&["ls", "ann:"]).clean();
        assert!(links(&scene).contains("a/one.txt"), "{more:?}");
        assert_eq!(notes(&scene), 0, "{more:?}");
    }
}

#[test]
fn a_link_that_is_handed_out_while_a_copy_uses_it_stays_after_it() {
    let (scene, ben) = scene();
    scene.emulator.fault("slow:5s@p").unwrap();
    let mut copy = spawn(&scene, &["copyto", "ann:a/one.txt", "ben:uno.txt"]);
    wait_until("the copy uses the link", || asked(&scene, "p"));
    let link = scene.run(&["link", "ann:a/one.txt"]).clean();
    assert!(copy.wait().unwrap().success());
    assert_eq!(ben.content("uno.txt").unwrap(), b"one");
    assert!(links(&scene).starts_with(link.trim_end()));
    assert_eq!(notes(&scene), 0);
}

fn asked(scene: &Scene, command: &str) -> bool {
    scene.emulator.seen().iter().any(|seen| seen.commands.iter().any(|name| name == command))
}

/// Notes of loans that are there.
fn notes(scene: &Scene) -> usize {
    files_below(&scene.own("state").join("loans")).len()
}
