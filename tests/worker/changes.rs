//! Small changes on either side, and the views that follow.

use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::*;

use crate::desk::*;

fn entries(parent: Location, keys: &[EntryKey]) -> Selection {
    Selection::Entries { parent, keys: keys.to_vec() }
}

#[tokio::test(start_paused = true)]
async fn a_new_folder_appears_in_the_account_and_in_the_view() {
    let mut desk = Desk::new();
    desk.open_cloud("").await;
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "2024".into() });
    assert_eq!(desk.done().await, "made folder \"2024\"");
    desk.head(CLOUD, |head| head.row_count == 1).await;
    assert_eq!(desk.ann.paths(), ["2024/"]);
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "2024".into() });
    assert!(desk.problem().await.message.contains("already"));
    assert_eq!(desk.ann.paths(), ["2024/"]);
}

#[tokio::test(start_paused = true)]
async fn renaming_keeps_the_node_and_refuses_a_name_that_is_taken() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"1", 1);
            ann.file("b.txt", b"2", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let (parent, key) = (desk.cloud(""), desk.node("a.txt"));
    desk.send(Command::Rename { parent: parent.clone(), key: key.clone(), name: "c.txt".into() });
    assert_eq!(desk.done().await, "renamed \"a.txt\" to \"c.txt\"");
    assert_eq!(desk.node("c.txt"), key);
    desk.send(Command::Rename { parent, key, name: "b.txt".into() });
    assert!(desk.problem().await.message.contains("\"b.txt\""));
    assert_eq!(desk.ann.paths(), ["b.txt", "c.txt"]);
}

#[tokio::test(start_paused = true)]
async fn thrown_away_entries_are_in_the_bin_and_not_gone() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"1", 1);
            ann.file("d/b.txt", b"2", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.rows(CLOUD).await;
    desk.send(Command::Mark { view: CLOUD, change: MarkChange::All });
    desk.send(Command::Trash { selection: Selection::Marked(CLOUD) });
    assert_eq!(desk.done().await, "moved 2 entries to the rubbish bin");
    assert_eq!(desk.ann.paths(), Vec::<String>::new());
    assert_eq!(desk.ann.rubbish_paths(), ["a.txt", "d/", "d/b.txt"]);
    let bin = Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish };
    desk.send(Command::Open { view: CLOUD, location: bin.clone(), focus: None });
    desk.head(CLOUD, |head| head.location == bin).await;
    let key = desk.rows(CLOUD).await[0].entry.key.clone();
    desk.send(Command::Trash { selection: entries(bin, &[key]) });
    assert!(desk.problem().await.message.contains("already"));
}

#[tokio::test(start_paused = true)]
async fn moving_inside_the_account_keeps_content_and_refuses_a_circle() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"1", 1);
            ann.folder("d/e");
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let selection = entries(desk.cloud(""), &[desk.node("a.txt")]);
    desk.send(Command::MoveInside { selection, target: desk.cloud("d") });
    assert_eq!(desk.done().await, "moved \"a.txt\" to work:/d");
    assert_eq!(desk.ann.content("d/a.txt").unwrap(), b"1");
    let selection = entries(desk.cloud(""), &[desk.node("d")]);
    desk.send(Command::MoveInside { selection, target: desk.cloud("d/e") });
    desk.problem().await;
    assert_eq!(desk.ann.paths(), ["d/", "d/a.txt", "d/e/"]);
}

#[tokio::test(start_paused = true)]
async fn local_changes_go_through_the_trash_and_never_over_something() {
    let mut desk = Desk::new();
    desk.write("a.txt", b"a", 1);
    desk.write("b.txt", b"b", 1);
    desk.open_disk("").await;
    desk.send(Command::CreateFolder { parent: desk.local(""), name: "new".into() });
    assert_eq!(desk.done().await, "made folder \"new\"");
    desk.head(DISK, |head| head.row_count == 3).await;
    let key = |name: &str| EntryKey::Name(name.into());
    desk.send(Command::Rename { parent: desk.local(""), key: key("a.txt"), name: "b.txt".into() });
    desk.problem().await;
    assert_eq!(desk.read("b.txt"), b"b");
    for name in ["../x", "..", "", "a/b"] {
        desk.send(Command::Rename { parent: desk.local(""), key: key("a.txt"), name: name.into() });
        assert!(desk.problem().await.message.contains("not a name"), "{name}");
    }
    let selection = entries(desk.local(""), &[key("a.txt")]);
    desk.send(Command::MoveInside { selection, target: desk.local("new") });
    desk.done().await;
    assert_eq!(desk.names("new"), ["a.txt"]);
    desk.send(Command::Trash { selection: entries(desk.local(""), &[key("b.txt")]) });
    assert_eq!(desk.done().await, "moved \"b.txt\" to the trash");
    assert_eq!(desk.names(""), ["new"]);
    assert_eq!(std::fs::read_dir(desk.scratch.path().join("trash")).unwrap().count(), 1);
}
