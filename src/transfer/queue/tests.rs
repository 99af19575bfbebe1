//! The queue's promises: limits, order, and sums, whatever happens in whatever order.
//! Time is passed in; nothing moves here.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::message::{ProblemKind, TransferAction};
use crate::transfer::limits::LARGE_FROM;

fn new(size: u64) -> NewTransfer {
    NewTransfer {
        copy: CopyId(1),
        direction: Direction::Up,
        path: format!("f{size}"),
        size,
        large_limit: 4,
        runs: Runs::Apart,
        held: false,
    }
}

fn down(size: u64) -> NewTransfer {
    NewTransfer { direction: Direction::Down, ..new(size) }
}

fn start_all(queue: &mut Queue, now: Instant) -> Vec<TransferId> {
    std::iter::from_fn(|| queue.start(now)).collect()
}

fn failure() -> End {
    End::Failed(Problem::new(ProblemKind::Other, "cannot", ""))
}

fn state(queue: &Queue, id: TransferId) -> TransferState {
    queue.row(id, Instant::now()).unwrap().state
}

const LARGE: u64 = LARGE_FROM + 1;

#[test]
fn large_files_keep_to_the_limit_of_their_copy_and_small_ones_to_their_own() {
    let mut queue = Queue::default();
    for _ in 0..10 {
        queue.add(new(LARGE));
    }
    for _ in 0..200 {
        queue.add(new(LARGE_FROM));
    }
    let now = Instant::now();
    let running = start_all(&mut queue, now);
    assert_eq!(running.len(), 4 + SMALL_AT_ONCE);
    assert_eq!(queue.ended(running[0], End::Done), Some(TransferState::Done));
    assert_eq!(start_all(&mut queue, now), [TransferId(5)], "the next large one, in order");
}

#[test]
fn downloads_wait_for_the_transfer_quota_while_uploads_go_on() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let first = queue.add(down(10));
    assert_eq!(queue.start(now), Some(first));
    let until = now + Duration::from_hours(1);
    let wait = Wait { reason: WaitReason::TransferQuota, until: Some(1) };
    queue.report(first, 0, &Activity::Waiting(wait.clone(), Some(until)), now);
    queue.add(down(10));
    let upload = queue.add(new(10));
    assert_eq!(start_all(&mut queue, now), [upload]);
    assert_eq!(queue.totals(now).wait, Some(wait));
    assert_eq!(queue.wake_at(), Some(until));
    assert_eq!(start_all(&mut queue, until).len(), 1);
}

#[test]
fn pausing_a_running_transfer_stops_it_and_resuming_queues_it_again() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let id = queue.add(new(10));
    queue.start(now);
    queue.report(id, 6, &Activity::Moving, now);
    assert_eq!(queue.act(&TransferAction::Pause(id)).stop, [id]);
    assert_eq!(state(&queue, id), TransferState::Paused);
    assert_eq!(queue.ended(id, End::Stopped), None);
    assert_eq!(queue.start(now), None);
    queue.act(&TransferAction::Resume(id));
    assert_eq!(queue.start(now), Some(id));
    assert_eq!(queue.row(id, now).unwrap().done, 0, "it begins anew");
}

#[test]
fn one_that_can_go_on_keeps_its_bytes_through_pauses_and_failures_but_not_when_it_was_cancelled() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let id = queue.add(NewTransfer { runs: Runs::GoOn, ..new(LARGE) });
    queue.start(now);
    queue.report(id, 6, &Activity::Moving, now);
    queue.act(&TransferAction::Pause(id));
    assert_eq!(queue.ended(id, End::Stopped), None);
    assert_eq!(queue.row(id, now).unwrap().done, 6);
    queue.act(&TransferAction::Resume(id));
    assert_eq!(queue.start(now), Some(id));
    queue.resumed(id, 5);
    assert_eq!((queue.row(id, now).unwrap().done, queue.totals(now).up_speed), (5, 0));
    queue.ended(id, failure());
    queue.act(&TransferAction::Retry(id));
    assert_eq!(queue.row(id, now).unwrap().done, 5);
    queue.act(&TransferAction::Cancel(id));
    queue.act(&TransferAction::Retry(id));
    assert_eq!(queue.row(id, now).unwrap().done, 0);
}

#[test]
fn one_that_is_held_waits_until_it_is_let_go() {
    let mut queue = Queue::default();
    let id = queue.add(NewTransfer { held: true, ..new(1) });
    assert_eq!(queue.start(Instant::now()), None);
    assert_eq!(state(&queue, id), TransferState::Paused);
    queue.act(&TransferAction::Resume(id));
    assert_eq!(queue.start(Instant::now()), Some(id));
}

#[test]
fn a_transfer_resumed_before_it_has_stopped_is_queued_when_it_has() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let id = queue.add(new(10));
    queue.start(now);
    queue.act(&TransferAction::PauseAll);
    queue.act(&TransferAction::ResumeAll);
    assert_eq!(queue.start(now), None, "it still holds its place");
    assert_eq!(queue.ended(id, End::Stopped), None);
    assert_eq!(queue.start(now), Some(id));
}

#[test]
fn a_transfer_that_finishes_while_it_is_being_stopped_is_done() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let id = queue.add(new(10));
    queue.start(now);
    queue.act(&TransferAction::Cancel(id));
    assert_eq!(queue.ended(id, End::Done), Some(TransferState::Done));
}

#[test]
fn new_transfers_are_held_back_while_all_are_paused() {
    let mut queue = Queue::default();
    queue.act(&TransferAction::PauseAll);
    let id = queue.add(new(1));
    assert_eq!(queue.start(Instant::now()), None);
    assert_eq!(state(&queue, id), TransferState::Paused);
    queue.act(&TransferAction::ResumeAll);
    assert_eq!(queue.start(Instant::now()), Some(id));
}

#[test]
fn failed_and_cancelled_ones_can_be_tried_again_and_cleared() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let (failed, cancelled, done) = (queue.add(new(1)), queue.add(new(2)), queue.add(new(3)));
    start_all(&mut queue, now);
    queue.ended(failed, failure());
    queue.act(&TransferAction::Cancel(cancelled));
    queue.ended(cancelled, End::Stopped);
    queue.ended(done, End::Done);
    assert_eq!(queue.totals(now).failed_count, 1);
    assert_eq!(queue.act(&TransferAction::Retry(done)).again, []);
    assert_eq!(queue.act(&TransferAction::Retry(failed)).again, [failed]);
    assert_eq!(queue.act(&TransferAction::ClearEnded).removed, [cancelled, done]);
    let totals = queue.totals(now);
    assert_eq!((totals.count, totals.failed_count, totals.bytes), (1, 0, 1));
    let Some(Event::Transfers { changed, removed, .. }) = queue.changes(now) else { panic!() };
    assert_eq!((changed.len(), removed), (1, vec![cancelled, done]));
}

#[test]
fn a_long_list_of_changes_comes_in_pieces_with_the_moving_ones_first() {
    let mut queue = Queue::default();
    let now = Instant::now();
    for _ in 0..ROWS_AT_ONCE {
        queue.add(new(LARGE));
    }
    let small = queue.add(new(1));
    assert_eq!(start_all(&mut queue, now).len(), 5);
    let mut rows = Vec::new();
    let Some(Event::Transfers { changed, .. }) = queue.changes(now) else { panic!() };
    assert!(changed.iter().any(|row| row.transfer == small));
    rows.extend(changed);
    while let Some(Event::Transfers { changed, .. }) = queue.changes(now) {
        rows.extend(changed);
    }
    assert_eq!(rows.len(), ROWS_AT_ONCE + 1);
}

#[test]
fn time_left_is_told_from_the_bytes_that_move() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let id = queue.add(new(10_000));
    assert_eq!(queue.totals(now).seconds_left, None);
    queue.start(now);
    for second in 1..=4_u64 {
        queue.report(id, second * 1000, &Activity::Moving, now + Duration::from_secs(second));
    }
    let totals = queue.totals(now + Duration::from_secs(4));
    assert_eq!((totals.up_speed, totals.seconds_left), (1000, Some(6)));
}

/// Anything that can happen to a queue; numbers pick a transfer.
#[derive(Clone, Debug)]
enum Step {
    Add(u64, bool),
    Start,
    Report(usize, u64),
    End(usize, u8),
    Act(u8, usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (prop_oneof![Just(0_u64), Just(100), Just(LARGE)], any::<bool>())
            .prop_map(|(size, up)| Step::Add(size, up)),
        Just(Step::Start),
        (any::<usize>(), 0..2 * LARGE).prop_map(|(id, done)| Step::Report(id, done)),
        (any::<usize>(), 0..3_u8).prop_map(|(id, end)| Step::End(id, end)),
        (0..8_u8, any::<usize>()).prop_map(|(action, id)| Step::Act(action, id)),
        (0..100_u64).prop_map(Step::Wait),
    ]
}

fn action(number: u8, id: TransferId) -> TransferAction {
    match number {
        0 => TransferAction::Cancel(id),
        1 => TransferAction::CancelAll,
        2 => TransferAction::Pause(id),
        3 => TransferAction::Resume(id),
        4 => TransferAction::PauseAll,
        5 => TransferAction::ResumeAll,
        6 => TransferAction::Retry(id),
        _ => TransferAction::ClearEnded,
    }
}

fn check(queue: &Queue) -> Result<(), TestCaseError> {
    let mut sums = Sums::default();
    queue.transfers.values().for_each(|transfer| sums.add(transfer.sums()));
    prop_assert_eq!(sums, queue.sums);
    let busy = |size| {
        let active = |transfer: &&Transfer| matches!(transfer.phase, Phase::Running(_) | Phase::Stopping(_));
        queue.transfers.values().filter(active).filter(|transfer| transfer.size() == size).count()
    };
    prop_assert!(busy(Size::Large) <= 4);
    prop_assert!(busy(Size::Small) <= SMALL_AT_ONCE);
    prop_assert_eq!(
        busy(Size::Small) + busy(Size::Large),
        queue.running.values().map(BTreeSet::len).sum::<usize>()
    );
    for (id, transfer) in &queue.transfers {
        let ready = queue.ready.get(&transfer.lane()).is_some_and(|ids| ids.contains(id));
        prop_assert_eq!(transfer.phase == Phase::Queued, ready);
        prop_assert!(transfer.done <= transfer.new.size);
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_order_of_events_loses_a_transfer_or_breaks_a_limit(steps in prop::collection::vec(step(), 0..200)) {
        let mut queue = Queue::default();
        let mut now = Instant::now();
        let (mut added, mut removed) = (0, 0);
        for step in steps {
            let pick = |number: usize| TransferId(number as u64 % (added + 1));
            match step {
                Step::Add(size, up) => {
                    queue.add(if up { new(size) } else { down(size) });
                    added += 1;
                }
                Step::Start => { queue.start(now); }
                Step::Report(id, done) => queue.report(pick(id), done, &Activity::Moving, now),
                Step::End(id, end) => {
                    let end = match end { 0 => End::Done, 1 => End::Stopped, _ => failure() };
                    queue.ended(pick(id), end);
                }
                Step::Act(number, id) => removed += queue.act(&action(number, pick(id))).removed.len(),
                Step::Wait(seconds) => now += Duration::from_secs(seconds),
            }
            check(&queue)?;
            prop_assert_eq!(queue.transfers.len() + removed, usize::try_from(added).unwrap());
        }
        // Whatever state it is in: let go, everything that has not ended comes to run and ends.
        queue.act(&TransferAction::ResumeAll);
        for _ in 0..3 * added {
            let busy: Vec<TransferId> = queue.running.values().flatten().copied().collect();
            for id in busy { queue.ended(id, End::Done); }
            now += Duration::from_mins(2);
            start_all(&mut queue, now);
        }
        prop_assert_eq!(queue.sums.ended, queue.sums.count);
    }
}
