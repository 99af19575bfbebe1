//! Undo and redo of changes in the account: what one key did goes back at once, in order, also after a restart, and
//! what others did meanwhile is left alone.

use megapane::entry::{EntryKey, Location};
use megapane::message::*;
use megapane::worker::Copies;

use crate::desk::*;

fn request(direction: UndoDirection) -> Command {
    Command::Undo(UndoRequest { direction, group: None, partly: Partly::AskAgain })
}

fn entries(parent: Location, keys: Vec<EntryKey>) -> Selection {
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

#[tokio::test(start_paused = true)]
async fn changes_on_the_disk_go_back_in_one_order_with_those_in_the_cloud() {
    let mut desk = furnished().await;
    desk.write("one.txt", b"1", 5);
    desk.write("two.txt", b"2", 5);
    let name = |name: &str| EntryKey::Name(name.into());
    desk.send(Command::CreateFolder { parent: desk.local(""), name: "new".into() });
    desk.done().await;
    let selection = entries(desk.local(""), vec![name("one.txt")]);
    desk.send(Command::MoveInside { selection, target: desk.local("new") });
    desk.done().await;
    desk.send(Command::Rename { parent: desk.cloud(""), key: desk.node("a.txt"), name: "z.txt".into() });
    desk.done().await;
    desk.send(Command::Trash { selection: entries(desk.local(""), vec![name("two.txt"), name("new")]) });
    desk.done().await;
    assert!(desk.names("").is_empty());
    assert_eq!(desk.undo().await, "undone: moved 2 entries to the trash");
    assert_eq!(
        (desk.names(""), desk.read("new/one.txt")),
        (vec!["new".into(), "two.txt".into()], b"1".to_vec())
    );
    assert_eq!(desk.undo().await, "undone: renamed \"a.txt\" to \"z.txt\"");
    assert_eq!(desk.ann.paths(), BEFORE);
    desk.undo().await;
    desk.undo().await;
    assert_eq!(desk.names(""), ["one.txt", "two.txt"]);
    desk.redo().await;
    assert_eq!(desk.names(""), ["new", "one.txt", "two.txt"]);
    desk.write("new/since.txt", b"s", 5);
    desk.send(request(UndoDirection::Undo));
    assert!(desk.problem().await.message.contains("not empty"));
    assert_eq!(desk.read("new/since.txt"), b"s");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_something_else_got_since_is_not_overwritten() {
    let mut desk = furnished().await;
    desk.write("one.txt", b"1", 5);
    let key = EntryKey::Name("one.txt".into());
    desk.send(Command::Rename { parent: desk.local(""), key, name: "uno.txt".into() });
    desk.done().await;
    desk.write("one.txt", b"theirs", 5);
    desk.send(request(UndoDirection::Undo));
    assert!(desk.problem().await.message.contains("already"));
    assert_eq!((desk.read("one.txt"), desk.read("uno.txt")), (b"theirs".to_vec(), b"1".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn the_next_start_takes_back_what_the_last_run_did_on_the_disk() {
    let mut desk = Desk::with(|_, _| {}, |parts| parts.copies = Copies::Kept);
    desk.write("one.txt", b"1", 5);
    desk.send(Command::Trash { selection: entries(desk.local(""), vec![EntryKey::Name("one.txt".into())]) });
    desk.done().await;
    desk.restart(|parts| parts.copies = Copies::Kept);
    desk.undo().await;
    assert_eq!(desk.read("one.txt"), b"1");
}

/// A desk whose changes on the disk are written down.
async fn kept(prepare: impl FnOnce(&megapane::emulator::Owner, &std::path::Path)) -> Desk {
    let mut desk = Desk::with(prepare, |parts| parts.copies = Copies::Kept);
    desk.open_cloud("").await;
    desk
}

#[tokio::test(start_paused = true)]
async fn a_download_is_taken_back_with_the_folders_it_made_and_what_it_replaced_comes_back() {
    let mut desk = kept(|ann, disk| {
        ann.file("new/deep/x.txt", b"x", 5);
        ann.file("old.txt", b"theirs", 5);
        std::fs::write(disk.join("old.txt"), b"mine, longer").unwrap();
    })
    .await;
    let ran = desk.copy(desk.cloud(""), desk.local("target"), ConflictPolicy::Overwrite).await;
    assert_eq!(ran.report.copied_count, 2);
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Overwrite).await;
    assert_eq!(ran.report.copied_count, 2);
    assert_eq!(desk.read("old.txt"), b"theirs");
    assert!(desk.undo().await.starts_with("undone: copied to "));
    assert_eq!(desk.read("old.txt"), b"mine, longer");
    assert_eq!(desk.names(""), ["old.txt", "target"]);
    desk.undo().await;
    assert_eq!(desk.names(""), ["old.txt"]);
    desk.redo().await;
    assert_eq!(desk.read("target/new/deep/x.txt"), b"x");
}

#[tokio::test(start_paused = true)]
async fn a_downloaded_file_that_was_changed_since_stays() {
    let mut desk = kept(|ann, _| {
        ann.file("a.txt", b"aaa", 5);
        ann.file("b.txt", b"bbb", 5);
    })
    .await;
    desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Overwrite).await;
    desk.write("a.txt", b"AAA", 5); // as long, and of the same time
    desk.send(request(UndoDirection::Undo));
    let problem = desk.problem().await;
    assert!(problem.message.contains("changed since"), "{problem}");
    assert_eq!(desk.names(""), ["a.txt"]);
    assert_eq!(desk.read("a.txt"), b"AAA");
}

#[tokio::test(start_paused = true)]
async fn a_download_is_taken_back_after_a_restart() {
    let mut desk = kept(|ann, _| {
        ann.file("a.txt", b"aaa", 5);
    })
    .await;
    desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Overwrite).await;
    desk.send(Command::Quit);
    desk.until(|event| matches!(event, Event::Ended).then_some(())).await;
    desk.restart(|parts| parts.copies = Copies::Kept);
    assert!(desk.undo().await.starts_with("undone: copied to "));
    assert!(desk.names("").is_empty());
}

/// A move of all that is in a folder, as the screen asks for it.
fn moving(from: Location, to: Location) -> CopyRequest {
    let mut moving = crate::desk::request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
    moving.options.task = Task::Move { empty_folders: true };
    moving.options.trash_sources = true;
    moving
}

#[tokio::test(start_paused = true)]
async fn a_move_into_the_cloud_goes_back_on_both_sides_at_once_and_forth_again() {
    let mut desk = furnished().await;
    desk.write("disk/a.txt", b"longer", 5);
    desk.write("disk/new/x.txt", b"x", 5);
    desk.run(moving(desk.local("disk"), desk.cloud("")), |_| panic!("nobody is asked")).await;
    assert_eq!(desk.names("disk"), Vec::<String>::new());
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"longer");
    desk.send(Command::ListChanges);
    let rows =
        desk.until(|event| if let Event::Changes(rows) = event { Some(rows.clone()) } else { None }).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].place.as_str(), rows[0].state), ("work:, disk", ChangeState::Standing));
    assert_eq!(desk.undo().await, "undone: moved to work:/");
    assert_eq!((desk.read("disk/a.txt"), desk.read("disk/new/x.txt")), (b"longer".to_vec(), b"x".to_vec()));
    assert_eq!((desk.ann.paths(), desk.ann.content("a.txt").unwrap()), (owned(&BEFORE), b"a".to_vec()));
    assert_eq!(desk.redo().await, "done again: moved to work:/");
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"longer");
    assert!(!desk.disk().join("disk/a.txt").exists());
    desk.undo().await;
    assert_eq!((desk.read("disk/a.txt"), desk.ann.paths()), (b"longer".to_vec(), owned(&BEFORE)));
    desk.send(request(UndoDirection::Undo));
    assert!(desk.problem().await.message.contains("nothing to undo"));
}

#[tokio::test(start_paused = true)]
async fn a_move_out_of_the_cloud_goes_back_on_both_sides_at_once() {
    let mut desk = furnished().await;
    desk.write("disk/c.txt", b"older", 5);
    desk.run(moving(desk.cloud("d"), desk.local("disk")), |_| panic!("nobody is asked")).await;
    assert_eq!(
        (desk.read("disk/c.txt"), desk.ann.paths()),
        (b"c".to_vec(), owned(&["a.txt", "b.txt", "d/"]))
    );
    desk.undo().await;
    assert_eq!((desk.read("disk/c.txt"), desk.ann.paths()), (b"older".to_vec(), owned(&BEFORE)));
    desk.redo().await;
    assert_eq!(
        (desk.read("disk/c.txt"), desk.ann.paths()),
        (b"c".to_vec(), owned(&["a.txt", "b.txt", "d/"]))
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_picked_is_named() {
    let mut desk = furnished().await;
    let one = vec![desk.node("a.txt")];
    let two = vec![desk.node("b.txt"), desk.node("d")];
    for (keys, name) in [(one, "\"a.txt\""), (two, "2 entries")] {
        let wanted =
            crate::desk::request(entries(desk.cloud(""), keys), desk.local("disk"), ConflictPolicy::Ask);
        desk.run(wanted, |_| panic!("nobody is asked")).await;
        let undone = desk.undo().await;
        assert!(undone.starts_with(&format!("undone: copied {name} to ")), "{undone}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_of_which_one_side_is_lost_is_not_begun_on_the_other() {
    let mut desk = furnished().await;
    desk.run(moving(desk.cloud("d"), desk.local("disk")), |_| panic!("nobody is asked")).await;
    std::fs::remove_file(desk.disk().join("disk/c.txt")).unwrap();
    let after = desk.ann.paths();
    desk.send(request(UndoDirection::Undo));
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"c.txt\" is no longer there"), "{problem:?}");
    assert_eq!(
        (desk.ann.paths(), after),
        (owned(&["a.txt", "b.txt", "d/"]), owned(&["a.txt", "b.txt", "d/"]))
    );
    desk.undo().await;
    assert_eq!(desk.ann.paths(), BEFORE, "asked for again, the rest goes back");
}

fn owned(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|&path| path.to_owned()).collect()
}
