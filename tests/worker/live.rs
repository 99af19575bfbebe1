//! What other clients do appears in the panes by itself, and the user's cursor and marks stay where they are.

use megapane::emulator::{Emulator, NewAccount};
use megapane::entry::{EntryKey, Location};
use megapane::message::*;
use megapane::store::undo::UndoJournal;

use crate::accounts::quit;
use crate::desk::*;

fn listings(desk: &Desk) -> usize {
    desk.emulator.seen().iter().filter(|seen| seen.commands.iter().any(|command| command == "f")).count()
}

fn furnished() -> Desk {
    Desk::with(
        |ann, _| {
            for name in ["a", "b", "c"] {
                ann.file(&format!("Docs/{name}"), b"x", 1_700_000_000);
            }
        },
        |_| {},
    )
}

#[tokio::test(start_paused = true)]
async fn what_another_client_does_is_shown_and_cursor_and_marks_stay() {
    let mut desk = furnished();
    desk.open_cloud("Docs").await;
    desk.send(Command::Focus { view: CLOUD, key: Some(desk.node("Docs/b")) });
    desk.send(Command::Mark { view: CLOUD, change: MarkChange::Toggle(desk.node("Docs/c")) });
    desk.head(CLOUD, |head| head.marked_count == 1).await;
    desk.ann.file("Docs/aa", b"from elsewhere", 1_700_000_000);
    let head = desk.head(CLOUD, |head| head.row_count == 4).await;
    assert_eq!(
        (head.focus_key, head.focus),
        (Some(desk.node("Docs/b")), Some(2)),
        "the cursor stays on its entry"
    );
    assert_eq!(head.marked_count, 1);
    desk.ann.rename("Docs/a", "renamed").unwrap();
    desk.ann.move_to("Docs/aa", "").unwrap();
    desk.head(CLOUD, |head| head.row_count == 3).await;
    assert_eq!(desk.shown(CLOUD).await, ["b", "c", "renamed"]);
    assert_eq!(listings(&desk), 1, "the account was listed once");
}

#[tokio::test(start_paused = true)]
async fn what_another_client_deletes_is_told_to_whoever_looks_at_who_sees_it() {
    let mut desk = furnished();
    desk.open_cloud("Docs").await;
    let looks: [fn(Location, EntryKey) -> Command; 2] = [
        |parent, key| Command::Sharing(SharingCommand::Watch { parent, key }),
        |parent, key| Command::Versions(VersionsCommand::Watch { parent, key }),
    ];
    for (look, path) in looks.into_iter().zip(["Docs/a", "Docs/b"]) {
        let EntryKey::Node(node) = desk.node(path) else { panic!("{path} is in the cloud") };
        desk.send(look(desk.cloud("Docs"), EntryKey::Node(node)));
        desk.until(|event| match event {
            Event::Sharing(SharingEvent::Subject(_)) | Event::Versions(_) => Some(()),
            _ => None,
        })
        .await;
        desk.ann.command(&serde_json::json!({ "a": "d", "n": node })).unwrap();
        let gone = desk.until(|event| match event {
            Event::Sharing(SharingEvent::Gone(subject)) => Some(subject.node),
            _ => None,
        });
        assert_eq!(gone.await, node);
    }
}

#[tokio::test(start_paused = true)]
async fn asking_anew_lists_nothing_again_and_a_channel_that_cannot_tell_does() {
    let mut desk = furnished();
    desk.open_cloud("Docs").await;
    desk.send(Command::Refresh { view: CLOUD });
    desk.head(CLOUD, |_| true).await;
    assert_eq!(listings(&desk), 1);
    desk.ann.file("Docs/d", b"x", 1_700_000_000);
    desk.emulator.forget_packets();
    desk.head(CLOUD, |head| head.row_count == 4).await;
    assert_eq!(listings(&desk), 2);
    desk.ann.file("Docs/e", b"x", 1_700_000_000);
    desk.head(CLOUD, |head| head.row_count == 5).await;
    assert_eq!(listings(&desk), 2, "and the new list is followed in its turn");
}

#[tokio::test(start_paused = true)]
async fn changes_of_ours_are_there_once_while_others_change_the_same_folder() {
    let mut desk = furnished();
    desk.open_cloud("Docs").await;
    let session = desk.session().await;
    let tree = session.fetch_tree(|_, _| {}).await.unwrap();
    let journal = UndoJournal::in_memory();
    for number in 0..10 {
        desk.send(Command::CreateFolder { parent: desk.cloud("Docs"), name: format!("ours {number}") });
        let (parent, name) = (tree.resolve("Docs").unwrap(), format!("theirs {number}"));
        let change = megapane::session::change::Change::CreateFolder { parent, name };
        session.commit(session.prepare(&tree, change).unwrap(), &journal).await.unwrap();
    }
    desk.head(CLOUD, |head| head.row_count == 23).await;
    assert_eq!(desk.shown(CLOUD).await.len(), 23);
}

#[tokio::test(start_paused = true)]
async fn the_next_run_begins_with_what_was_kept_and_with_what_happened_since() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    ann.file("Docs/a", b"x", 1_700_000_000);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, |_| {});
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    quit(&mut desk).await;
    desk.ann.file("Docs/b", b"x", 1_700_000_000);
    desk.emulator.clear_seen();
    desk.restart(|_| {});
    assert_eq!(desk.open_cloud("Docs").await.row_count, 2);
    assert_eq!(listings(&desk), 0);
    desk.send(Command::Logout { account: "work".into() });
    desk.done().await;
    assert!(!desk.scratch.path().join("cache/trees/work.sealed").exists());
}
