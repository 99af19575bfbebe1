//! What survives the end of the program: copies that were under way, and what pausing and cancelling leave of a file.

use megapane::emulator::{Emulator, NewAccount};
use megapane::message::*;
use megapane::worker::{Copies, Parts};

use crate::desk::*;

const TIME: i64 = 1_700_000_000;
const SIZE: usize = 24 << 20;

fn screen(parts: &mut Parts) {
    parts.copies = Copies::Kept;
}

/// A desk like the screen's, whose account has logged in with its password and is remembered.
async fn desk(prepare: impl FnOnce(&megapane::emulator::Owner, &std::path::Path)) -> Desk {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    let mut desk = Desk::on(emulator, ann, prepare, screen);
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk
}

fn film() -> Vec<u8> {
    (0..SIZE).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

async fn row(desk: &mut Desk, wanted: impl Fn(&TransferRow) -> bool) -> TransferRow {
    desk.until(|event| match event {
        Event::Transfers { changed, .. } => changed.iter().find(|row| wanted(row)).cloned(),
        _ => None,
    })
    .await
}

/// Begins to copy everything up or down, and waits until some of it has moved.
async fn begin(
    desk: &mut Desk,
    from: megapane::entry::Location,
    to: megapane::entry::Location,
) -> TransferRow {
    let request = request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
    desk.send(Command::PlanCopy { copy: COPY, request });
    desk.send(Command::StartCopy { copy: COPY });
    row(desk, |row| row.done > (SIZE / 2) as u64).await
}

async fn quit(desk: &mut Desk) {
    desk.send(Command::Quit);
    desk.until(|event| (*event == Event::Ended).then_some(())).await;
}

async fn unfinished(desk: &mut Desk) -> (Vec<Unfinished>, Leftovers) {
    desk.until(|event| match event {
        Event::Unfinished { copies, leftovers } => Some((copies.clone(), *leftovers)),
        _ => None,
    })
    .await
}

async fn ended(desk: &mut Desk, copy: CopyId) -> CopyReport {
    desk.until(|event| match event {
        Event::CopyEnded(report) if report.copy == copy => Some(report.clone()),
        _ => None,
    })
    .await
}

/// Bytes of pieces that were sent so far.
fn sent(desk: &Desk) -> u64 {
    let seen = desk.emulator.seen();
    seen.iter().filter(|seen| seen.path.starts_with("/ul/")).map(|seen| seen.len).sum()
}

#[tokio::test(start_paused = true)]
async fn a_paused_upload_goes_on_where_it_was() {
    let mut desk = desk(|_, _| {}).await;
    desk.write("film", &film(), TIME);
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let (from, to) = (desk.local(""), desk.cloud(""));
    let moving = begin(&mut desk, from, to).await;
    desk.send(Command::Transfers(TransferAction::Pause(moving.transfer)));
    let paused = row(&mut desk, |row| row.state == TransferState::Paused).await;
    assert!(paused.done > 0, "its bytes are not forgotten");
    desk.send(Command::Transfers(TransferAction::Resume(moving.transfer)));
    assert_eq!(ended(&mut desk, COPY).await.copied_count, 1);
    assert_eq!(desk.ann.content("film").unwrap(), film());
    assert!(sent(&desk) < (SIZE + SIZE / 2) as u64, "{} bytes were sent", sent(&desk));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_download_leaves_neither_part_nor_journal() {
    let mut desk = desk(|ann, _| {
        ann.file("film", &film(), TIME);
    })
    .await;
    desk.emulator.fault("rate:1MiB@dl").unwrap();
    for is_paused_first in [false, true] {
        let (from, to) = (desk.cloud(""), desk.local("down"));
        let moving = begin(&mut desk, from, to).await;
        assert_eq!(desk.names("down").len(), 1);
        if is_paused_first {
            desk.send(Command::Transfers(TransferAction::Pause(moving.transfer)));
            row(&mut desk, |row| row.state == TransferState::Paused).await;
        }
        desk.send(Command::Transfers(TransferAction::Cancel(moving.transfer)));
        ended(&mut desk, COPY).await;
        let journals = desk.scratch.path().join("state/transfers/work");
        // It is removed behind the answer: an hour of the test's clock is more than enough.
        let what_is_left = || (std::fs::read_dir(&journals).unwrap().count(), desk.names("down"));
        for _ in 0..3600 {
            if what_is_left() == (0, Vec::new()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        assert_eq!(what_is_left(), (0, Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_the_end_of_the_program_stopped_is_offered_and_goes_on() {
    let mut desk = desk(|_, _| {}).await;
    desk.write("photos/film", &film(), TIME);
    desk.write("photos/note", b"small", TIME);
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let (from, to) = (desk.local("photos"), desk.cloud(""));
    begin(&mut desk, from, to).await;
    quit(&mut desk).await;
    desk.emulator.clear_faults();
    desk.restart(screen);
    let (copies, leftovers) = unfinished(&mut desk).await;
    assert_eq!(leftovers, Leftovers::default(), "what belongs to a copy is no leftover");
    let [copy] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!((copy.account.as_str(), copy.direction), ("work", Direction::Up));
    assert_eq!((copy.what.as_str(), copy.target.as_str()), ("~/disk/photos", "work:/"));
    assert_eq!(copy.amount, Some((2, SIZE as u64 + 5)));
    desk.send(Command::ContinueCopy { unfinished: copy.id, copy: CopyId(3), paused: false });
    let report = ended(&mut desk, CopyId(3)).await;
    assert_eq!((report.failed_count, report.problem), (0, None));
    assert_eq!(desk.ann.paths(), ["film", "note"]);
    assert_eq!(desk.ann.content("film").unwrap(), film());
    assert!(sent(&desk) < (SIZE + SIZE / 2) as u64, "{} bytes were sent", sent(&desk));
    quit(&mut desk).await;
    desk.restart(screen);
    desk.send(Command::ListAccounts);
    quit(&mut desk).await;
    let told = |event: &Event| matches!(event, Event::Unfinished { .. });
    assert!(!desk.seen.iter().any(told), "it is over");
}

#[tokio::test(start_paused = true)]
async fn a_copy_can_be_gone_on_with_paused() {
    let mut desk = desk(|_, _| {}).await;
    desk.write("film", &film(), TIME);
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let (from, to) = (desk.local(""), desk.cloud(""));
    begin(&mut desk, from, to).await;
    quit(&mut desk).await;
    desk.emulator.clear_faults();
    desk.restart(screen);
    let (copies, _) = unfinished(&mut desk).await;
    desk.send(Command::ContinueCopy { unfinished: copies[0].id, copy: CopyId(3), paused: true });
    row(&mut desk, |row| row.state == TransferState::Paused).await;
    assert!(desk.ann.paths().is_empty());
    desk.send(Command::Transfers(TransferAction::ResumeAll));
    assert_eq!(ended(&mut desk, CopyId(3)).await.copied_count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_given_up_leaves_nothing_and_another_one_stays() {
    let mut desk = desk(|ann, _| {
        ann.file("film", &film(), TIME);
    })
    .await;
    desk.emulator.fault("rate:1MiB@dl").unwrap();
    let (from, to) = (desk.cloud(""), desk.local("down"));
    begin(&mut desk, from, to).await;
    quit(&mut desk).await;
    assert_eq!(desk.names("down").len(), 1);
    desk.restart(screen);
    let (copies, _) = unfinished(&mut desk).await;
    desk.send(Command::DiscardUnfinished { copies: vec![copies[0].id], leftovers: false });
    quit(&mut desk).await;
    assert!(desk.names("down").is_empty(), "{:?}", desk.names("down"));
    let state = desk.scratch.path().join("state");
    assert_eq!(std::fs::read_dir(state.join("copies")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(state.join("transfers/work")).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_command_left_is_told_as_a_leftover_and_can_be_removed() {
    let mut desk = desk(|ann, _| {
        ann.file("film", &film(), TIME);
    })
    .await;
    quit(&mut desk).await;
    // A command keeps no copies, only its transfers.
    desk.restart(|_| {});
    desk.open_cloud("").await;
    desk.emulator.fault("rate:1MiB@dl").unwrap();
    let (from, to) = (desk.cloud(""), desk.local("down"));
    begin(&mut desk, from, to).await;
    quit(&mut desk).await;
    desk.restart(screen);
    let (copies, leftovers) = unfinished(&mut desk).await;
    assert!(copies.is_empty());
    assert_eq!(leftovers.count, 1);
    assert!(leftovers.bytes > 0);
    desk.send(Command::DiscardUnfinished { copies: Vec::new(), leftovers: true });
    quit(&mut desk).await;
    assert!(desk.names("down").is_empty());
}
