//! Shares between two accounts by the command line: what one puts under a share the other reads, and nobody does more than
//! they may.

use crate::scene::{JUNE, Scene};

const BEN: &str = "ben@example.org";

fn furnished() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("plans/a.txt", b"first", JUNE);
    scene.ann.file("plans/sub/deep.txt", b"deep", JUNE);
    scene.second_account();
    scene
}

#[test]
fn a_share_opens_what_is_there_and_what_is_put_there_later() {
    let scene = furnished();
    scene.run(&["share", "ann:plans", BEN]).clean();
    assert_eq!(scene.run(&["cat", "ben://in/plans/sub/deep.txt"]).clean(), "deep");
    scene.write("new.txt", "new");
    assert_eq!(scene.run(&["copy", "new.txt", "ann:plans/sub"]).code, 0);
    scene.run(&["mkdir", "ann:plans/made"]).clean();
    scene.ann.file("other/moved.txt", b"moved", JUNE);
    assert_eq!(scene.run(&["moveto", "ann:other/moved.txt", "ann:plans/made/moved.txt"]).code, 0);
    assert_eq!(scene.run(&["copyto", "ann:plans/a.txt", "ann:plans/made/copy.txt"]).code, 0);
    for (path, content) in
        [("sub/new.txt", "new"), ("made/moved.txt", "moved"), ("made/copy.txt", "first"), ("a.txt", "first")]
    {
        assert_eq!(scene.run(&["cat", &format!("ben://in/plans/{path}")]).clean(), content, "{path}");
    }
}

#[test]
fn access_is_respected_before_the_server_is_asked() {
    let scene = furnished();
    scene.write("new.txt", "new");
    scene.run(&["share", "ann:plans", BEN]).clean();
    scene.emulator.clear_seen();
    assert_eq!(scene.run(&["mkdir", "ben://in/plans/x"]).code, 6);
    assert_ne!(scene.run(&["copy", "new.txt", "ben://in/plans"]).code, 0);
    let sent = scene.emulator.seen();
    assert!(sent.iter().all(|seen| !seen.commands.iter().any(|name| name == "p" || name == "u")), "{sent:?}");
    scene.run(&["share", "--access", "write", "ann:plans", BEN]).clean();
    assert_eq!(scene.run(&["copy", "new.txt", "ben://in/plans"]).code, 0);
    assert_eq!(
        scene.run(&["cat", "ann:plans/new.txt"]).clean(),
        "new",
        "what a guest puts there its owner reads"
    );
    assert_eq!(
        scene.run(&["deletefile", "--permanent", "ben://in/plans/a.txt"]).code,
        6,
        "that takes full access"
    );
    assert_eq!(scene.run(&["undo", "ann:"]).code, 0);
    assert!(scene.run(&["shares", "ben:"]).clean().starts_with("in  read "), "the access before came back");
}

#[test]
fn shares_are_listed_on_both_sides_and_end() {
    let scene = furnished();
    scene.run(&["share", "--access", "full", "ann:plans", BEN]).clean();
    let given = scene.run(&["shares", "ann:"]).clean();
    assert_eq!(given, format!("out full  {BEN:<30} plans\n"));
    let got = scene.run(&["shares", "ben:"]).clean();
    assert_eq!(got, format!("in  full  {:<30} //in/plans\n", crate::scene::EMAIL));
    scene.run(&["share", "--remove", "ann:plans", BEN]).clean();
    assert_eq!(scene.run(&["shares", "ann:"]).clean() + &scene.run(&["shares", "ben:"]).clean(), "");
    scene.run(&["share", "--remove", "ann:plans", BEN]).refused(4, "not shared with");
    assert_eq!(scene.run(&["undo", "ann:"]).code, 0);
    assert_eq!(scene.run(&["cat", "ben://in/plans/a.txt"]).clean(), "first");
}

#[test]
fn what_a_share_does_not_allow_is_said_with_what_it_does() {
    let scene = furnished();
    scene.run(&["share", "--access", "write", "ann:plans", BEN]).clean();
    let ran = scene.run(&["deletefile", "--permanent", "ben://in/plans/a.txt"]);
    assert!(ran.err.contains("You may add there, but not rename or delete"), "{}", ran.err);
    assert!(!ran.err.contains("reading only"), "{}", ran.err);
    scene.run(&["share", "--access", "full", "ann:plans", BEN]).clean();
    let ran = scene.run(&["delete", "ben://in/plans/sub"]);
    assert!(ran.code == 6 && ran.err.contains("its bin is theirs"), "{}", ran.err);
    assert!(ran.err.contains("`--permanent` deletes it there for good"), "{}", ran.err);
    scene.run(&["deletefile", "--permanent", "ben://in/plans/sub/deep.txt"]).clean();
    assert_eq!(scene.ann.node("plans/sub/deep.txt"), None);
}

#[test]
fn a_move_out_of_somebody_else_s_share_is_refused_before_a_byte_moves() {
    let scene = furnished();
    for (access, says) in [("write", "You may add there"), ("full", "Copy it, then delete it there")] {
        scene.run(&["share", "--access", access, "ann:plans", BEN]).clean();
        for (source, target) in
            [("ben://in/plans/a.txt", "here"), ("ben://in/plans", "here"), ("ben://in/plans/a.txt", "ann:x")]
        {
            scene.emulator.clear_seen();
            let ran = scene.run(&["move", source, target]);
            assert!(ran.code == 6 && ran.err.contains(says), "{access} {source}: {} {}", ran.code, ran.err);
            let sent = scene.emulator.seen();
            let moves = |name: &String| name == "g" || name == "p";
            assert!(!sent.iter().any(|seen| seen.commands.iter().any(moves)), "{access} {source}: {sent:?}");
        }
    }
    assert!(!scene.path("here/a.txt").exists() && scene.ann.node("x/a.txt").is_none());
}

#[test]
fn what_cannot_be_shared_is_said() {
    let scene = furnished();
    scene.run(&["share", "ann:plans", "nobody@example.org"]).refused(2, "nobody at MEGA");
    scene.run(&["share", "ann:plans", "ben"]).refused(2, "not an e-mail");
    scene.run(&["share", "ann:plans/a.txt", BEN]).refused(6, "not a folder");
    scene.run(&["share", "plans", BEN]).refused(2, "on this machine");
    scene.run(&["share", "ann:plans", crate::scene::EMAIL]).refused(2, "that is the account itself");
    assert_eq!(scene.run(&["shares", "ann:"]).clean(), "");
    scene.run(&["share", "ann:plans", BEN]).clean();
    scene.run(&["link", "ben://in/plans"]).refused(6, "cannot be shared");
}

#[test]
fn an_account_with_a_key_store_gets_no_share_key_that_its_owner_could_not_find_again() {
    let scene = furnished();
    scene.ann.set_user_attribute("^!keys", "FAAA");
    scene.run(&["share", "ann:plans", BEN]).refused(6, "MEGA's own programs");
    scene.run(&["link", "ann:plans"]).refused(6, "MEGA's own programs");
    assert!(scene.run(&["link", "ann:plans/a.txt"]).clean().starts_with("https://mega.nz/file/"));
}
