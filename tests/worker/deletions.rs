//! Deletions for good: what is counted is what goes, nothing else and not before; and what undo says of it later.

use megapane::emulator::{Access, NewAccount};
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::*;
use megapane::worker::Copies;

use crate::desk::*;

const ONE: DeletionId = DeletionId(1);

fn entries(parent: Location, keys: &[EntryKey]) -> Selection {
    Selection::Entries { parent, keys: keys.to_vec() }
}

fn bin() -> Location {
    Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish }
}

impl Desk {
    /// Asks what would go.
    async fn counted(&mut self, selection: Selection) -> DeletionSummary {
        self.send(Command::PlanDeletion { deletion: ONE, selection });
        self.until(|event| match event {
            Event::Deletion(summary) if summary.complete => Some(summary.clone()),
            _ => None,
        })
        .await
    }

    async fn delete(&mut self, selection: Selection) -> String {
        let counted = self.counted(selection).await;
        assert_eq!(counted.problem, None);
        self.send(Command::Delete { deletion: ONE });
        self.done().await
    }
}

async fn furnished() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"12345", 1);
            ann.replace("a.txt", b"123", 2);
            ann.file("b.txt", b"b", 1);
            ann.file("d/c.txt", b"cc", 1);
            ann.file("d/e/f.txt", b"fff", 1);
        },
        |parts| parts.copies = Copies::Kept,
    );
    desk.open_cloud("").await;
    desk
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_goes_with_its_versions_and_past_the_bin() {
    let mut desk = furnished().await;
    let selection = entries(desk.cloud(""), &[desk.node("a.txt"), desk.node("d")]);
    let counted = desk.counted(selection).await;
    assert_eq!((counted.file_count, counted.folder_count, counted.bytes), (3, 2, 8));
    assert_eq!(counted.version_bytes, 5);
    assert_eq!(counted.place, "work:/");
    assert_eq!(desk.ann.paths().len(), 6, "nothing has gone yet");
    desk.send(Command::Delete { deletion: ONE });
    assert_eq!(desk.done().await, "deleted 2 entries for good");
    assert_eq!(desk.ann.paths(), ["b.txt"]);
    assert!(desk.ann.rubbish_paths().is_empty());
    desk.head(CLOUD, |head| head.row_count == 1).await;
}

#[tokio::test(start_paused = true)]
async fn the_bin_is_emptied_and_what_is_in_it_can_go_alone() {
    let mut desk = furnished().await;
    for path in ["a.txt", "d"] {
        desk.ann.trash(path).unwrap();
    }
    desk.send(Command::Refresh { view: CLOUD });
    desk.shows(CLOUD, |head| head.row_count == 2).await;
    let location = bin();
    desk.send(Command::Open { view: CLOUD, location, focus: None });
    desk.shows(CLOUD, |head| head.title == "work://bin" && head.row_count == 2).await;
    let name = |row: &Row| row.entry.name.clone();
    let rows = desk.rows(CLOUD).await;
    let inner = rows.iter().find(|row| name(row) == "a.txt").unwrap().entry.key.clone();
    assert_eq!(desk.delete(entries(bin(), &[inner])).await, "deleted \"a.txt\" for good");
    assert_eq!(desk.ann.rubbish_paths(), ["d/", "d/c.txt", "d/e/", "d/e/f.txt"]);
    assert_eq!(desk.delete(Selection::Contents(bin())).await, "deleted \"d\" for good");
    assert!(desk.ann.rubbish_paths().is_empty());
    let counted = desk.counted(Selection::Contents(bin())).await;
    assert_eq!((counted.item_count(), counted.problem), (0, None));
}

#[tokio::test(start_paused = true)]
async fn what_has_grown_since_it_was_counted_stays() {
    let mut desk = furnished().await;
    let d = desk.node("d");
    let counted = desk.counted(entries(desk.cloud(""), &[d])).await;
    assert_eq!(counted.file_count, 2);
    desk.ann.file("d/new.txt", b"new", 1);
    desk.send(Command::Refresh { view: CLOUD });
    desk.shows(CLOUD, |head| head.bytes == 12).await;
    desk.send(Command::Delete { deletion: ONE });
    assert!(desk.problem().await.message.contains("changed since it was counted"));
    assert!(desk.ann.content("d/new.txt").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_share_for_reading_is_refused_before_anything_is_asked() {
    let mut desk = Desk::new();
    let bob = desk.emulator.add_account(NewAccount::new("bob@example.org"));
    bob.file("Club/a.txt", b"a", 1);
    bob.share("Club", &desk.ann, Access::Read).unwrap();
    desk.open_cloud("").await;
    desk.send(Command::OpenPath { view: CLOUD, path: "work://in/Club".into() });
    let head = desk.shows(CLOUD, |head| head.row_count == 1).await;
    let key = desk.rows(CLOUD).await[0].entry.key.clone();
    let counted = desk.counted(entries(head.location, &[key])).await;
    assert_eq!(counted.problem.map(|problem| problem.kind), Some(ProblemKind::Permanent));
    desk.send(Command::Delete { deletion: ONE });
    desk.problem().await;
    assert!(bob.content("Club/a.txt").is_some());
}

#[tokio::test(start_paused = true)]
async fn one_that_the_server_refuses_is_told_and_the_others_go() {
    let mut desk = furnished().await;
    desk.emulator.fault("-11@d#2").unwrap();
    let selection = entries(desk.cloud(""), &[desk.node("a.txt"), desk.node("b.txt"), desk.node("d")]);
    let counted = desk.counted(selection).await;
    assert_eq!(counted.problem, None);
    desk.send(Command::Delete { deletion: ONE });
    // They go at once, so which of them the server meets second is not promised.
    let problem = desk.problem().await;
    let tops: Vec<String> =
        desk.ann.paths().into_iter().filter(|path| !path.trim_end_matches('/').contains('/')).collect();
    let [left] = &tops[..] else { panic!("one is left: {tops:?}") };
    let name = left.trim_end_matches('/');
    assert!(problem.message.contains(&format!("delete \"{name}\"")), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_again_and_what_is_gone_is_gone() {
    let mut desk = furnished().await;
    desk.emulator.fault("lost@d#1").unwrap();
    let b = desk.node("b.txt");
    assert_eq!(desk.delete(entries(desk.cloud(""), &[b])).await, "deleted \"b.txt\" for good");
    assert!(desk.ann.content("b.txt").is_none());
}

#[tokio::test(start_paused = true)]
async fn undo_says_that_it_is_for_good_and_then_goes_on_with_what_came_before() {
    let mut desk = furnished().await;
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    desk.done().await;
    let b = desk.node("b.txt");
    desk.delete(entries(desk.cloud(""), &[b])).await;
    desk.back();
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"deleted \"b.txt\" for good\" is for good"), "{problem}");
    assert!(desk.ann.paths().contains(&"new/".to_owned()), "nothing else was taken back");
    desk.back();
    assert_eq!(desk.done().await, "undone: made folder \"new\"");
}

#[tokio::test(start_paused = true)]
async fn of_what_is_partly_gone_nothing_is_taken_back_before_that_is_told() {
    let mut desk = furnished().await;
    let (a, b) = (desk.node("a.txt"), desk.node("b.txt"));
    desk.send(Command::Trash { selection: entries(desk.cloud(""), &[a, b.clone()]) });
    desk.done().await;
    desk.delete(entries(bin(), &[b])).await;
    desk.back();
    desk.problem().await; // that the deletion is for good
    desk.back();
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"b.txt\" was deleted for good"), "{problem}");
    assert_eq!(desk.ann.rubbish_paths(), ["a.txt"], "nothing was done");
    desk.back();
    assert_eq!(desk.done().await, "undone: moved 2 entries to the rubbish bin");
    assert!(desk.ann.content("a.txt").is_some());
    desk.back();
    assert!(desk.problem().await.message.contains("nothing to undo"));
}

#[tokio::test(start_paused = true)]
async fn on_the_disk_it_goes_past_the_trash_and_no_link_is_followed() {
    let mut desk = furnished().await;
    desk.write("keep/k.txt", b"keep", 1);
    desk.write("gone/deep/g.txt", b"12", 1);
    desk.write("gone/h.txt", b"345", 1);
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.disk().join("keep"), desk.disk().join("gone/link")).unwrap();
    let selection = entries(desk.local(""), &[EntryKey::Name("gone".into())]);
    let counted = desk.counted(selection).await;
    let links = u64::from(cfg!(unix));
    assert_eq!((counted.file_count, counted.folder_count, counted.bytes), (2 + links, 2, 5));
    desk.send(Command::Delete { deletion: ONE });
    assert_eq!(desk.done().await, "deleted \"gone\" for good");
    assert_eq!(desk.names(""), ["keep"]);
    assert_eq!(desk.read("keep/k.txt"), b"keep");
    assert!(!desk.scratch.path().join("trash").exists());
    desk.back();
    assert!(desk.problem().await.message.contains("is for good"));
}

#[tokio::test(start_paused = true)]
async fn on_the_disk_too_nothing_is_half_undone() {
    let mut desk = furnished().await;
    for name in ["x", "y"] {
        desk.write(name, b"1", 1);
    }
    let target = desk.local("sub");
    std::fs::create_dir(desk.disk().join("sub")).unwrap();
    let keys = ["x", "y"].map(|name| EntryKey::Name(name.into()));
    desk.send(Command::MoveInside { selection: entries(desk.local(""), &keys), target });
    desk.done().await;
    std::fs::remove_file(desk.disk().join("sub/x")).unwrap();
    desk.back();
    assert!(desk.problem().await.message.contains("\"x\" is no longer there"));
    assert_eq!(desk.names("sub"), ["y"]);
    desk.back();
    desk.done().await;
    assert_eq!(desk.names(""), ["sub", "y"]);
}
