//! Public links by the command line: made, listed, removed, undone; downloaded by somebody without an account; taken over
//! into another one.

use megapane::crypto::link::{Link, ProtectedLink};
use megapane::emulator::NewAccount;

use crate::killed::leftovers;
use crate::kills::kill_at;
use crate::scene::{JUNE, Scene};

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("d/a.txt", b"first", JUNE);
    scene.ann.file("d/sub/deep.txt", b"deep", JUNE);
    scene
}

fn link(scene: &Scene, path: &str) -> String {
    scene.run(&["link", path]).clean().trim_end().to_owned()
}

#[test]
fn a_link_is_made_once_and_leads_anybody_to_the_file() {
    let scene = furnished();
    let text = link(&scene, "ann:d/a.txt");
    assert!(text.starts_with("https://mega.nz/file/"), "{text}");
    assert_eq!(link(&scene, "ann:d/a.txt"), text, "the same link again");
    scene.run(&["get", &text, "out"]).clean();
    assert_eq!(scene.read("out/a.txt"), "first");
    assert_eq!(scene.run(&["lsl", "out"]).clean(), "        5 2024-06-01 00:00:00.000000000 a.txt\n");
    let key = text.split('#').nth(1).unwrap();
    let handle = text.split('#').next().unwrap().rsplit('/').next().unwrap();
    for (folder, old) in
        [("old", format!("https://mega.co.nz/#!{handle}!{key}")), ("bare", format!("{text} "))]
    {
        scene.run(&["get", &old, folder]).clean();
        assert_eq!(scene.read(&format!("{folder}/a.txt")), "first", "{old}");
    }
    let piped = scene.run_with(&["get", "-", "piped"], &[], &format!("{text}\n"));
    assert_eq!((piped.code, scene.read("piped/a.txt")), (0, "first".to_owned()));
}

#[test]
fn unlink_really_removes_and_undo_makes_a_new_link() {
    let scene = furnished();
    let text = link(&scene, "ann:d/a.txt");
    scene.run(&["link", "--unlink", "ann:d/a.txt"]).clean();
    scene.run(&["get", &text, "out"]).refused(4, "leads nowhere");
    scene.run(&["link", "--unlink", "ann:d/a.txt"]).refused(4, "no public link");
    assert_eq!(scene.run(&["undo"]).code, 0);
    let again = link(&scene, "ann:d/a.txt");
    assert_ne!(again, text);
    scene.run(&["get", &again, "out"]).clean();
    let made = scene.run(&["undo", "--list"]).clean();
    assert!(made.contains("made a public link to \"ann:d/a.txt\""), "{made}");
}

#[test]
fn what_made_a_link_can_be_undone() {
    let scene = furnished();
    let text = link(&scene, "ann:d");
    assert_eq!(scene.run(&["undo"]).code, 0);
    scene.run(&["get", &text]).refused(4, "leads nowhere");
    assert_eq!(scene.run(&["link", "--list", "ann:"]).clean(), "");
}

#[test]
fn a_folder_link_shows_what_is_there_and_what_comes_later() {
    let scene = furnished();
    let text = link(&scene, "ann:d");
    assert!(text.starts_with("https://mega.nz/folder/"), "{text}");
    scene.write("later.txt", "later");
    assert_eq!(scene.run(&["copy", "later.txt", "ann:d/sub"]).code, 0);
    scene.run(&["get", &text, "out"]).clean();
    assert_eq!(scene.read("out/d/a.txt"), "first");
    assert_eq!(scene.read("out/d/sub/deep.txt"), "deep");
    assert_eq!(scene.read("out/d/sub/later.txt"), "later");
    let (again, only) = (scene.run(&["get", "-v", &text, "out"]), scene.ann.node("d/sub").unwrap());
    assert!(!again.err.contains("Copied"), "{}", again.err);
    scene.run(&["get", &format!("{text}/folder/{only}"), "part"]).clean();
    assert_eq!(scene.read("part/sub/later.txt"), "later");
    assert!(!scene.path("part/d").exists());
    scene.run(&["link", "--unlink", "ann:d"]).clean();
    scene.run(&["get", &text, "gone"]).refused(4, "leads nowhere");
}

#[test]
fn a_link_that_is_damaged_or_has_another_key_is_refused_in_words() {
    let scene = furnished();
    let (file, folder) = (link(&scene, "ann:d/a.txt"), link(&scene, "ann:d"));
    let other = |text: &str| {
        let (address, key) = text.split_once('#').unwrap();
        let flipped = if key.starts_with('A') { 'B' } else { 'A' };
        format!("{address}#{flipped}{}", &key[1..])
    };
    for text in [other(&file), other(&folder)] {
        let ran = scene.run(&["get", &text, "out"]);
        assert!(ran.code != 0 && ran.err.contains("key in the link does not fit"), "{}", ran.err);
    }
    scene.run(&["get", file.split('#').next().unwrap()]).refused(2, "no key");
    scene.run(&["get", "https://mega.nz/file/short#x"]).refused(2, "damaged");
    scene.run(&["get", "hello"]).refused(2, "not a MEGA link");
    assert!(!scene.path("out").exists() || std::fs::read_dir(scene.path("out")).unwrap().count() == 0);
    scene.ann.take_down("d/a.txt", true).unwrap();
    scene.run(&["get", &file, "out"]).refused(6, "taken down");
}

#[test]
fn a_password_locks_the_link_that_is_printed() {
    let scene = furnished();
    let made = scene.run_with(&["link", "--password-stdin", "ann:d/a.txt"], &[], "geheim\n").clean();
    let text = made.trim_end();
    let opened = ProtectedLink::parse(text).unwrap().open("geheim").unwrap();
    assert_eq!(opened, Link::parse(&link(&scene, "ann:d/a.txt")).unwrap());
    scene.run_with(&["get", "--password-stdin", text, "out"], &[], "geheim\n").clean();
    assert_eq!(scene.read("out/a.txt"), "first");
    scene.run_with(&["get", "--password-stdin", text, "out"], &[], "falsch\n").refused(13, "wrong password");
    scene.run(&["get", text, "out"]).refused(13, "protected by a password");
}

#[test]
fn only_accounts_that_pay_have_links_that_end() {
    let scene = furnished();
    scene.run(&["link", "--expire", "2d", "ann:d/a.txt"]).refused(6, "only accounts that pay");
    let paid = Scene::with(NewAccount::new(crate::scene::EMAIL).paid());
    paid.log_in();
    paid.ann.file("a.txt", b"first", JUNE);
    let text = paid.run(&["link", "--expire", "2d", "ann:a.txt"]).clean();
    let listed = paid.run(&["link", "--list", "ann:"]).clean();
    assert!(listed.starts_with(text.trim_end()) && listed.contains("a.txt  until "), "{listed}");
    assert_eq!(link(&paid, "ann:a.txt"), text.trim_end(), "asking again changes no end");
    assert!(paid.run(&["link", "--list", "ann:"]).clean().contains("until"));
    paid.run(&["link", "--expire", "off", "ann:a.txt"]).clean();
    assert!(!paid.run(&["link", "--list", "ann:"]).clean().contains("until"));
}

#[test]
fn a_link_that_has_ended_is_not_handed_out() {
    let scene = Scene::with(NewAccount::new(crate::scene::EMAIL).paid());
    scene.log_in();
    let node = scene.ann.file("a.txt", b"first", JUNE);
    scene.ann.command(&serde_json::json!({ "a": "l", "n": node, "ets": JUNE })).unwrap();
    let ran = scene.run(&["link", "ann:a.txt"]);
    assert_eq!((ran.code, ran.out.as_str()), (6, ""), "{}", ran.err);
    assert!(ran.err.contains("ended on 2024-06-01") && ran.err.contains("--expire"), "{}", ran.err);
    assert!(scene.run(&["link", "--list", "ann:"]).clean().contains("a.txt  ended 2024-06-01"));
    let text = scene.run(&["link", "--expire", "7d", "ann:a.txt"]).clean();
    assert_eq!(link(&scene, "ann:a.txt"), text.trim_end());
}

#[test]
fn a_link_is_printed_as_json_where_that_is_wanted() {
    let scene = furnished();
    let text = link(&scene, "ann:d/a.txt");
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["link", "--json", "ann:d/a.txt"]).clean()).unwrap();
    assert_eq!(json, serde_json::json!({ "path": "d/a.txt", "link": text, "expires": null }));
}

#[test]
fn what_is_in_the_bin_gets_no_link() {
    let scene = furnished();
    scene.run(&["deletefile", "ann:d/a.txt"]).clean();
    let ran = scene.run(&["link", "ann://bin/a.txt"]).refused(6, "is in the rubbish bin");
    assert!(ran.contains("Restore it first") && !ran.contains("already"), "{ran}");
}

#[test]
fn a_refused_link_leaves_its_folder_as_closed_as_it_was() {
    let scene = furnished();
    scene.run(&["link", "--expire", "2d", "ann:d"]).refused(6, "only accounts that pay");
    let looked = scene.run(&["doctor", "ann:"]).clean();
    assert!(!looked.contains("opened for a public link"), "{looked}");
}

#[test]
fn a_folder_that_is_open_without_a_link_is_found_and_closed() {
    let scene = furnished();
    link(&scene, "ann:d");
    let folder = scene.ann.node("d").unwrap();
    scene.ann.command(&serde_json::json!({ "a": "l", "n": folder, "d": 1 })).unwrap();
    let looked = scene.run(&["doctor", "ann:"]).clean();
    assert!(looked.contains("opened for a public link and has none"), "{looked}");
    scene.run(&["link", "--unlink", "ann:d"]).clean();
    let looked = scene.run(&["doctor", "ann:"]).clean();
    assert!(!looked.contains("opened for a public link"), "{looked}");
}

#[test]
fn links_are_listed_with_their_paths() {
    let scene = furnished();
    let (file, folder) = (link(&scene, "ann:d/a.txt"), link(&scene, "ann:d/sub"));
    assert_eq!(scene.run(&["link", "--list", "ann:"]).clean(), format!("{file}  d/a.txt\n{folder}  d/sub\n"));
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["link", "--list", "--json", "ann:d/sub"]).clean()).unwrap();
    assert_eq!(json, serde_json::json!([{ "path": "d/sub", "link": folder, "expires": null }]));
}

#[test]
fn what_a_link_shows_is_put_into_an_account_without_moving_a_byte() {
    let scene = furnished();
    let ben = scene.second_account();
    let (file, folder) = (link(&scene, "ann:d/a.txt"), link(&scene, "ann:d"));
    scene.emulator.clear_seen();
    assert_eq!(scene.run(&["import", &file, "ben:got"]).code, 0);
    assert_eq!(scene.run(&["import", &folder, "ben:got/all"]).code, 0);
    assert_eq!(
        ben.paths(),
        [
            "got/",
            "got/a.txt",
            "got/all/",
            "got/all/d/",
            "got/all/d/a.txt",
            "got/all/d/sub/",
            "got/all/d/sub/deep.txt"
        ]
    );
    assert_eq!(scene.run(&["cat", "ben:got/all/d/sub/deep.txt"]).clean(), "deep");
    assert!(scene.emulator.seen().iter().all(|seen| !seen.commands.iter().any(|name| name == "u")));
    let again = scene.run(&["import", "-v", &file, "ben:got"]);
    assert!(again.code == 0 && again.err.contains("there already"), "{}", again.err);
    scene.run(&["import", &folder, "ben:got/all"]).refused(6, "something else has that name");
    assert_eq!(scene.run(&["undo", "ben:"]).code, 0);
    assert_eq!(ben.paths(), ["got/", "got/a.txt", "got/all/"]);
    scene.run(&["import", &file, "here"]).refused(2, "on this machine");
}

#[test]
fn a_link_is_a_place_that_commands_read_without_an_account() {
    let scene = furnished();
    let (file, folder) = (link(&scene, "ann:d/a.txt"), link(&scene, "ann:d"));
    assert_eq!(scene.run(&["ls", &folder]).clean(), "        5 a.txt\n        4 sub/deep.txt\n");
    assert_eq!(scene.run(&["lsf", &folder]).clean(), "a.txt\nsub/\n");
    assert_eq!(scene.run(&["lsf", &format!("{folder}:sub")]).clean(), "deep.txt\n");
    assert_eq!(scene.run(&["ls", &file]).clean(), "        5 a.txt\n");
    assert_eq!(scene.run(&["lsl", &file]).clean(), scene.run(&["lsl", "ann:d/a.txt"]).clean());
    assert_eq!(scene.run(&["lsd", &folder]).clean(), scene.run(&["lsd", "ann:d"]).clean());
    assert_eq!(scene.run(&["lsjson", "-R", &folder]).clean(), scene.run(&["lsjson", "-R", "ann:d"]).clean());
    assert_eq!(scene.run(&["tree", &folder]).clean(), scene.run(&["tree", "ann:d"]).clean());
    assert_eq!(scene.run(&["size", &folder]).clean(), scene.run(&["size", "ann:d"]).clean());
    assert_eq!(scene.run(&["cat", &file, &format!("{folder}:sub/deep.txt")]).clean(), "firstdeep");
    scene.run(&["ls", &format!("{folder}:nowhere")]).refused(3, "nowhere");
    scene.run(&["cat", &folder]).refused(6, "is a folder");
}

#[test]
fn a_folder_behind_a_link_is_copied_synced_and_checked_as_any_other() {
    let scene = furnished();
    let folder = link(&scene, "ann:d");
    scene.run(&["copy", &folder, "copied"]).clean();
    assert_eq!(
        (scene.read("copied/a.txt"), scene.read("copied/sub/deep.txt")),
        ("first".into(), "deep".into())
    );
    scene.run(&["copyto", &format!("{folder}:sub/deep.txt"), "one/other.txt"]).clean();
    assert_eq!(scene.read("one/other.txt"), "deep");
    let part = format!("{folder}/folder/{}", scene.ann.node("d/sub").unwrap());
    scene.run(&["copy", &part, "part"]).clean();
    assert_eq!(scene.read("part/deep.txt"), "deep");
    scene.write("copied/more.txt", "more");
    assert_eq!(scene.run(&["check", &folder, "copied"]).code, 1);
    scene.run(&["sync", &folder, "copied"]).clean();
    assert!(!scene.path("copied/more.txt").exists());
    assert_eq!(scene.run(&["check", &folder, "copied"]).code, 0);
    let ran = scene.run(&["copy", &format!("{folder}:nowhere"), "x"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(!ran.err.contains(folder.split('#').nth(1).unwrap()), "the key is in no message: {}", ran.err);
}

#[test]
fn a_link_under_a_password_is_read_where_the_password_can_be_given() {
    let scene = furnished();
    let made = scene.run_with(&["link", "--password-stdin", "ann:d"], &[], "geheim\n").clean();
    scene.run(&["ls", made.trim_end()]).refused(13, "protected by a password");
}

#[test]
fn what_would_change_something_through_a_link_is_told_that_it_can_only_be_read() {
    let scene = furnished();
    let folder = link(&scene, "ann:d");
    let bare = folder.split('#').next().unwrap().to_owned();
    scene.write("x", "x");
    for link in [folder.as_str(), &format!("{folder}:sub"), &bare] {
        for arguments in [
            &["copy", "x", link][..],
            &["copyto", "x", link],
            &["sync", "ann:d", link],
            &["move", link, "ann:e"],
            &["moveto", link, "here"],
            &["copy", "--backup-dir", link, "x", "ann:e"],
            &["get", &folder, link],
            &["import", &folder, link],
            &["mkdir", link],
            &["rmdir", link],
            &["delete", link],
            &["deletefile", link],
            &["purge", link],
            &["cleanup", link],
            &["dedupe", "skip", link],
            &["restore", link],
            &["versions", link],
            &["share", link, "ben@example.org"],
            &["link", link],
            &["about", link],
            &["ncdu", link],
        ] {
            let told = scene.run(arguments).refused(2, "cannot use a public link here: it can only be read");
            assert!(told.contains("`megapane get LINK`"), "{told}");
            assert!(!told.contains(folder.split('#').nth(1).unwrap()), "{told}");
        }
    }
    scene.run(&["ls", &bare]).refused(2, "has no key");
}

/// How many requests for content came.
fn downloads(scene: &Scene) -> usize {
    scene.emulator.seen().iter().filter(|request| request.path.starts_with("/dl")).count()
}

#[test]
fn a_killed_download_of_a_link_goes_on_where_it_stopped() {
    let scene = furnished();
    let film: Vec<u8> = (0..12_000_000_u32).map(|at| at.to_le_bytes()[1]).collect();
    scene.ann.file("d/film.bin", &film, JUNE);
    for (name, text) in [("file", link(&scene, "ann:d/film.bin")), ("folder", link(&scene, "ann:d"))] {
        scene.emulator.clear_seen();
        scene.run(&["get", &text, &format!("{name}/whole")]).clean();
        let all = downloads(&scene);
        let command = ["get", &text, &format!("{name}/part")];
        kill_at(&scene, &command, (&["slow:3600s@dl#7-"], "/dl/", 9));
        scene.emulator.clear_seen();
        scene.run(&command).clean();
        assert!(downloads(&scene) < all, "{name}: {} of {all}", downloads(&scene));
        let path = if name == "file" { "file/part/film.bin" } else { "folder/part/d/film.bin" };
        assert!(std::fs::read(scene.path(path)).unwrap() == film);
        assert_eq!(leftovers(&scene.path(name)), Vec::<String>::new());
        assert_eq!(scene.run(&["leftovers"]).clean(), "");
    }
    let told = std::fs::read_dir(scene.own("state").join("transfers")).unwrap();
    assert!(told.map(|entry| entry.unwrap().file_name()).any(|name| name == "link#"));
}
