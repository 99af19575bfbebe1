//! Undo and redo of changes in the account: what one key did goes back at once, in order, also after a restart, and
//! what others did meanwhile is left alone.

use megapane::entry::Location;
use megapane::message::*;

use crate::desk::*;

fn request(direction: UndoDirection) -> Command {
    Command::Undo(UndoRequest { direction, account: None, group: None })
}

fn entries(parent: Location, keys: Vec<megapane::entry::EntryKey>) -> Selection {
    Selection::Entries { parent, keys }
}

impl Desk {
    async fn undo(&mut self) -> String {
        self.send(request(UndoDirection::Undo));
        self.done().await
    }

    async fn redo(&mut self) -> String {
        self.send(request(UndoDirection::Redo));
        self.done().await
    }
}

async fn furnished() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"a", 1);
            ann.file("b.txt", b"b", 1);
            ann.file("d/c.txt", b"c", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk
}

const BEFORE: [&str; 4] = ["a.txt", "b.txt", "d/", "d/c.txt"];

#[tokio::test(start_paused = true)]
async fn several_changes_go_back_one_by_one_and_forth_again() {
    let mut desk = furnished().await;
    desk.send(Command::Rename { parent: desk.cloud(""), key: desk.node("a.txt"), name: "z.txt".into() });
    desk.done().await;
    let keys = vec![desk.node("z.txt"), desk.node("b.txt")];
    desk.send(Command::MoveInside { selection: entries(desk.cloud(""), keys), target: desk.cloud("d") });
    desk.done().await;
    let keys = vec![desk.node("d")];
    desk.send(Command::Trash { selection: entries(desk.cloud(""), keys) });
    desk.done().await;
    assert!(desk.ann.paths().is_empty());
    assert_eq!(desk.undo().await, "undone: moved \"d\" to the rubbish bin");
    assert_eq!(desk.ann.paths(), ["d/", "d/b.txt", "d/c.txt", "d/z.txt"]);
    assert!(desk.undo().await.starts_with("undone: moved 2 entries"));
    assert_eq!(desk.ann.paths(), ["b.txt", "d/", "d/c.txt", "z.txt"]);
    assert_eq!(desk.undo().await, "undone: renamed \"a.txt\" to \"z.txt\"");
    assert_eq!(desk.ann.paths(), BEFORE);
    desk.send(request(UndoDirection::Undo));
    assert!(desk.problem().await.message.contains("nothing to undo"));
    desk.redo().await;
    desk.redo().await;
    assert_eq!(desk.redo().await, "done again: moved \"d\" to the rubbish bin");
    assert!(desk.ann.paths().is_empty());
    desk.undo().await;
    assert_eq!(desk.ann.paths(), ["d/", "d/b.txt", "d/c.txt", "d/z.txt"]);
}

#[tokio::test(start_paused = true)]
async fn keys_that_come_before_a_change_is_over_mean_that_change() {
    let mut desk = furnished().await;
    for name in ["1", "2"] {
        desk.send(Command::CreateFolder { parent: desk.cloud(""), name: name.into() });
    }
    desk.send(request(UndoDirection::Undo));
    desk.send(request(UndoDirection::Undo));
    desk.send(request(UndoDirection::Redo));
    for _ in 0..5 {
        desk.done().await;
    }
    assert_eq!(desk.ann.paths(), ["1/", "a.txt", "b.txt", "d/", "d/c.txt"]);
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_taken_back_with_the_folders_it_made() {
    let mut desk = furnished().await;
    desk.write("new/deep/x.txt", b"x", 5);
    desk.write("new/y.txt", b"y", 5);
    desk.write("a.txt", b"longer", 5);
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Overwrite).await;
    assert_eq!(ran.report.copied_count, 3);
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"longer");
    desk.emulator.clear_seen();
    assert!(desk.undo().await.starts_with("undone: copied to work:"));
    assert_eq!(desk.ann.paths(), BEFORE);
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"a");
    assert_eq!(desk.ann.rubbish_paths(), ["new/", "new/deep/", "new/deep/x.txt", "new/y.txt"]);
    desk.redo().await;
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"longer");
    assert_eq!(desk.ann.content("new/deep/x.txt").unwrap(), b"x");
    desk.undo().await;
    assert_eq!(desk.ann.paths(), BEFORE);
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"a");
}

#[tokio::test(start_paused = true)]
async fn what_was_put_into_a_new_folder_since_is_not_thrown_away_with_it() {
    let mut desk = furnished().await;
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    desk.done().await;
    desk.ann.file("new/theirs.txt", b"t", 1);
    desk.send(Command::Refresh { view: CLOUD });
    desk.head(CLOUD, |head| head.row_count == 4).await;
    desk.open_cloud("new").await;
    desk.send(request(UndoDirection::Undo));
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"new\" has changed since"), "{problem:?}");
    assert!(desk.ann.paths().contains(&"new/theirs.txt".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_moved_since_is_left_alone_and_the_rest_goes_back() {
    let mut desk = furnished().await;
    let keys = vec![desk.node("a.txt"), desk.node("b.txt")];
    desk.send(Command::MoveInside { selection: entries(desk.cloud(""), keys), target: desk.cloud("d") });
    desk.done().await;
    desk.send(Command::Rename { parent: desk.cloud("d"), key: desk.node("d/a.txt"), name: "q.txt".into() });
    desk.done().await;
    let moved = desk.node("d/q.txt");
    desk.send(Command::Trash { selection: entries(desk.cloud("d"), vec![moved]) });
    desk.done().await;
    desk.undo().await;
    desk.undo().await;
    assert_eq!(desk.ann.paths(), ["d/", "d/a.txt", "d/b.txt", "d/c.txt"]);
    desk.undo().await;
    assert_eq!(desk.ann.paths(), BEFORE);
}
