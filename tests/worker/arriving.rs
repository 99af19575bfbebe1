//! Folders of an account that is still being listed: what the worker keeps of them, and what it refuses.

use std::sync::Arc;

use megapane::emulator::{Emulator, NewAccount};
use megapane::handle::NodeHandle;
use megapane::message::*;

use crate::desk::*;
use crate::held::{Flow, Held, in_order};

/// A desk whose account is listed up to the middle of `b.txt`, which comes behind `Photos` and `a.txt`.
fn desk() -> (Desk, Held, NodeHandle) {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    let [_, last] = in_order(&ann, "", ["Photos/", "b.txt"]);
    let line = Held::new(emulator.transport(), Flow::To(last));
    let other = line.clone();
    (Desk::on(emulator, ann, |_, _| {}, |parts| parts.transport = Arc::new(other)), line, last)
}

async fn partial(desk: &mut Desk, wanted: impl Fn(&ViewHead) -> bool) -> ViewHead {
    desk.until(|event| match event {
        Event::View(head) if head.state == ViewState::Partial && wanted(head) => Some(head.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn nothing_that_was_shown_early_is_kept_for_the_next_run() {
    let (mut desk, _line, _) = desk();
    desk.send(Command::Open { view: CLOUD, location: desk.cloud(""), focus: None });
    desk.state(|state| matches!(state, AccountState::NeedsPassword { .. })).await;
    desk.send(Command::Login(login()));
    let head = partial(&mut desk, |_| true).await;
    assert_eq!((head.row_count, head.writable), (1, false));
    quit(&mut desk).await;
    assert!(kept_trees(&desk).is_empty(), "{:?}", kept_trees(&desk));
    desk.restart(|_| {});
    assert_eq!(desk.open_cloud("").await.row_count, 2);
    quit(&mut desk).await;
    assert_eq!(kept_trees(&desk).len(), 1, "the whole one is kept");
}

async fn quit(desk: &mut Desk) {
    desk.send(Command::Quit);
    desk.until(|event| matches!(event, Event::Ended).then_some(())).await;
}

fn kept_trees(desk: &Desk) -> Vec<String> {
    let all = walkdir(&desk.scratch.path().join("cache"));
    all.into_iter().filter(|path| path.contains("work")).collect()
}

fn walkdir(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walkdir(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(start_paused = true)]
async fn a_change_and_a_copy_are_refused_with_a_reason_until_the_list_is_whole() {
    let (mut desk, line, _) = desk();
    desk.send(Command::Open { view: CLOUD, location: desk.cloud(""), focus: None });
    desk.send(Command::Login(login()));
    partial(&mut desk, |_| true).await;
    let before = desk.ann.paths();
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    let problem = desk.problem().await;
    assert!(problem.message.contains("still loading"), "{}", problem.message);
    line.set(Flow::Free);
    desk.head(CLOUD, |head| head.state == ViewState::Ready && head.row_count == 2).await;
    assert_eq!(desk.ann.paths(), before);
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    desk.head(CLOUD, |head| head.row_count == 3).await;
}

#[tokio::test(start_paused = true)]
async fn marks_and_focus_are_kept_when_the_whole_list_takes_the_place_of_the_first_rows() {
    let (mut desk, line, _) = desk();
    desk.send(Command::Open { view: CLOUD, location: desk.cloud(""), focus: None });
    desk.send(Command::Login(login()));
    partial(&mut desk, |_| true).await;
    desk.send(Command::Mark { view: CLOUD, change: MarkChange::All });
    partial(&mut desk, |head| head.marked_count == 1).await;
    line.set(Flow::Free);
    let head = desk.head(CLOUD, |head| head.state == ViewState::Ready).await;
    assert_eq!((head.row_count, head.marked_count), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_kept_list_from_which_the_server_will_not_go_on_is_fetched_anew() {
    let (mut desk, line, _) = desk();
    line.set(Flow::Free);
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    quit(&mut desk).await;
    for fault in ["-2@sc#1", "-9@sc#1", "-11@sc#1", "garbage@sc#1"] {
        desk.emulator.clear_faults();
        desk.emulator.fault(fault).unwrap();
        desk.restart(|_| {});
        desk.send(Command::Open { view: CLOUD, location: desk.cloud(""), focus: None });
        let state = desk.state(|state| matches!(state, AccountState::Ready | AccountState::Failed(_))).await;
        assert_eq!(state, AccountState::Ready, "{fault}");
        assert_eq!(desk.head(CLOUD, |_| true).await.row_count, 2, "{fault}");
        desk.send(Command::Refresh { view: CLOUD });
        desk.head(CLOUD, |_| true).await;
        quit(&mut desk).await;
    }
}
