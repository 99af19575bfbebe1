//! Entries of the rubbish bin go back to where they were, and what is not just as it was is told.

use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::*;

use crate::desk::*;

fn bin() -> Location {
    Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish }
}

impl Desk {
    fn trash(&self, paths: &[&str]) -> Vec<EntryKey> {
        let keys: Vec<EntryKey> = paths.iter().map(|path| self.node(path)).collect();
        self.send(Command::Trash {
            selection: Selection::Entries { parent: self.cloud(""), keys: keys.clone() },
        });
        keys
    }

    async fn restore(&mut self, keys: Vec<EntryKey>) -> String {
        self.send(Command::Restore { selection: Selection::Entries { parent: bin(), keys } });
        self.done().await
    }
}

async fn furnished() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"a", 1);
            ann.file("d/b.txt", b"b", 1);
            ann.file("d/e/c.txt", b"c", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk
}

const BEFORE: [&str; 5] = ["a.txt", "d/", "d/b.txt", "d/e/", "d/e/c.txt"];

#[tokio::test(start_paused = true)]
async fn everything_goes_back_to_where_it_was_and_undo_puts_it_into_the_bin_again() {
    let mut desk = furnished().await;
    let keys = desk.trash(&["a.txt", "d/b.txt", "d/e"]);
    desk.done().await;
    assert_eq!(desk.ann.paths(), ["d/"]);
    let EntryKey::Node(node) = keys[1] else { unreachable!() };
    let origin = desk.ann.item(node).unwrap().attributes.value("rr").unwrap().to_owned();
    assert_eq!(origin, desk.ann.node("d").unwrap().to_string(), "as the official clients write it");
    assert_eq!(desk.restore(keys).await, "restored 3 entries");
    assert_eq!(desk.ann.paths(), BEFORE);
    assert_eq!(desk.ann.item(node).unwrap().attributes.value("rr"), None);
    desk.back();
    assert_eq!(desk.done().await, "undone: restored 3 entries");
    assert_eq!(desk.ann.paths(), ["d/"]);
}

#[tokio::test(start_paused = true)]
async fn what_another_client_put_there_goes_to_where_that_client_says() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("d/b.txt", b"b", 1);
            let origin = ann.node("d").unwrap().to_string();
            ann.set_attribute("d/b.txt", "rr", Some(&origin)).unwrap();
            ann.trash("d/b.txt").unwrap();
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.send(Command::Open { view: CLOUD, location: bin(), focus: None });
    desk.shows(CLOUD, |head| head.title == "work://bin").await;
    let key = desk.rows(CLOUD).await[0].entry.key.clone();
    assert_eq!(desk.restore(vec![key]).await, "restored \"b.txt\" to work:/d");
    assert_eq!(desk.ann.paths(), ["d/", "d/b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn what_has_lost_its_folder_goes_to_the_cloud_drive_and_that_is_told() {
    let mut desk = furnished().await;
    let inner = desk.trash(&["d/b.txt"]);
    desk.done().await;
    desk.trash(&["d"]);
    desk.done().await;
    let told = desk.restore(inner).await;
    assert_eq!(told, "restored \"b.txt\" to work:/; the folder of \"b.txt\" is gone: it is in work:/");
    assert_eq!(desk.ann.paths(), ["a.txt", "b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_folder_in_the_bin_one_file_goes_to_where_the_folder_was() {
    let mut desk = furnished().await;
    let file = desk.node("d/e/c.txt");
    desk.trash(&["d/e"]);
    desk.done().await;
    assert_eq!(desk.restore(vec![file]).await, "restored \"c.txt\" to work:/d");
    assert_eq!(desk.ann.paths(), ["a.txt", "d/", "d/b.txt", "d/c.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_gets_a_number_and_undo_gives_it_back() {
    let mut desk = furnished().await;
    let keys = desk.trash(&["d/b.txt"]);
    desk.done().await;
    desk.ann.file("d/b.txt", b"newer", 1);
    desk.send(Command::Refresh { view: CLOUD });
    desk.shows(CLOUD, |head| head.bytes >= 7).await;
    let told = desk.restore(keys).await;
    assert_eq!(told, "restored \"b.txt\" to work:/d; \"b.txt\" is taken there: it is \"b (2).txt\" now");
    assert_eq!(desk.ann.content("d/b (2).txt").unwrap(), b"b");
    assert_eq!(desk.ann.content("d/b.txt").unwrap(), b"newer");
    desk.back();
    desk.done().await;
    assert_eq!(desk.ann.rubbish_paths(), ["b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_restored_together_does_not_meet_itself() {
    let mut desk = furnished().await;
    let first = desk.trash(&["d/b.txt"]);
    desk.done().await;
    desk.ann.file("d/b.txt", b"other", 1);
    desk.send(Command::Refresh { view: CLOUD });
    desk.shows(CLOUD, |head| head.bytes >= 7).await;
    let second = desk.trash(&["d/b.txt"]);
    desk.done().await;
    desk.restore([first, second].concat()).await;
    let mut paths = desk.ann.paths();
    paths.retain(|path| path.starts_with("d/b"));
    assert_eq!(paths, ["d/b (2).txt", "d/b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_is_refused_leaves_the_entry_in_the_bin_under_its_name() {
    let mut desk = furnished().await;
    let keys = desk.trash(&["d/b.txt"]);
    desk.done().await;
    desk.emulator.fault("-11@m").unwrap();
    desk.send(Command::Restore { selection: Selection::Entries { parent: bin(), keys } });
    assert!(desk.problem().await.message.contains("restore \"b.txt\""));
    assert_eq!(desk.ann.rubbish_paths(), ["b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_in_the_bin_is_restored() {
    let mut desk = furnished().await;
    let key = desk.node("a.txt");
    desk.send(Command::Restore { selection: Selection::Entries { parent: desk.cloud(""), keys: vec![key] } });
    assert!(desk.problem().await.message.contains("not in the rubbish bin"));
}
