//! The queue's promises: limits, order, and sums, whatever happens in whatever order.
//! Time is passed in; nothing moves here.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::message::{OrderDirection, OrderKey, ProblemKind, Reorder, TransferAction};
use crate::transfer::limits::LARGE_FROM;

fn new(size: u64) -> NewTransfer {
    NewTransfer {
        copy: CopyId(1),
        direction: Direction::Up,
        path: format!("f{size}"),
        new_name: None,
        size,
        modified: None,
        order_by: None,
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

/// Large files of these sizes, in the order in which they start.
fn order_of(sizes: &[u64], direction: OrderDirection, at_once: u16) -> Vec<u64> {
    let order_by = Some(OrderBy { key: OrderKey::Size, direction });
    let mut queue = Queue::default();
    for size in sizes {
        queue.add(NewTransfer { order_by, large_limit: at_once, ..new(LARGE + size) });
    }
    let now = Instant::now();
    let mut started = Vec::new();
    for _ in sizes {
        let running = start_all(&mut queue, now);
        started.extend(running.iter().map(|id| queue.added_as(*id).unwrap().size - LARGE));
        if let Some(first) = queue.running().first() {
            queue.ended(*first, End::Done);
        }
    }
    started
}

#[test]
fn a_copy_may_ask_for_the_small_or_the_large_ones_first_or_for_both() {
    let sizes = [5, 1, 4, 2, 3, 6];
    assert_eq!(order_of(&sizes, OrderDirection::Ascending, 1), [1, 2, 3, 4, 5, 6]);
    assert_eq!(order_of(&sizes, OrderDirection::Descending, 2), [6, 5, 4, 3, 2, 1]);
    let mixed = |percent| OrderDirection::Mixed { percent };
    assert_eq!(order_of(&sizes, mixed(100), 2), [1, 2, 3, 4, 5, 6]);
    assert_eq!(order_of(&sizes, mixed(0), 2), [6, 5, 4, 3, 2, 1]);
    assert_eq!(order_of(&sizes, mixed(25), 4)[..4], [1, 6, 5, 4], "one of four is small");
    assert_eq!(order_of(&sizes, mixed(50), 2)[..2], [1, 6]);
}

#[test]
fn names_and_times_order_too_and_a_late_one_comes_to_its_place() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let key = |key| Some(OrderBy { key, direction: OrderDirection::Ascending });
    for (path, modified) in [("b", Some(3)), ("c", None), ("a", Some(2))] {
        let order_by = key(OrderKey::ModTime);
        queue.add(NewTransfer { path: path.to_owned(), modified, order_by, large_limit: 1, ..new(LARGE) });
    }
    assert_eq!(queue.start(now), Some(TransferId(2)), "of unknown time");
    let order_by = key(OrderKey::ModTime);
    let late = queue.add(NewTransfer { modified: Some(1), order_by, large_limit: 1, ..new(LARGE) });
    assert_eq!(queue.start(now), None);
    queue.ended(TransferId(2), End::Done);
    assert_eq!(queue.start(now), Some(late));
    let mut queue = Queue::default();
    for path in ["b", "c", "a"] {
        queue.add(NewTransfer { path: path.to_owned(), order_by: key(OrderKey::Name), ..new(1) });
    }
    assert_eq!(start_all(&mut queue, now), [3, 1, 2].map(TransferId));
}

fn listed(queue: &Queue) -> Vec<u64> {
    let mut rows: Vec<TransferRow> =
        queue.transfers.keys().filter_map(|id| queue.row(*id, Instant::now())).collect();
    rows.sort_by_key(|row| row.place);
    rows.iter().map(|row| row.transfer.0).collect()
}

#[test]
fn a_transfer_can_be_put_before_and_behind_others() {
    let mut queue = Queue::default();
    let now = Instant::now();
    for _ in 0..4 {
        queue.add(NewTransfer { large_limit: 1, ..new(LARGE) });
    }
    let mut put = |id, to| {
        queue.act(&TransferAction::Reorder(TransferId(id), to));
        listed(&queue)
    };
    assert_eq!(put(4, Reorder::Top), [4, 1, 2, 3]);
    assert_eq!(put(1, Reorder::Down), [4, 2, 1, 3]);
    assert_eq!(put(4, Reorder::Bottom), [2, 1, 3, 4]);
    assert_eq!(put(3, Reorder::Up), [2, 3, 1, 4]);
    assert_eq!(put(2, Reorder::Up), [2, 3, 1, 4], "it is the first already");
    assert_eq!(put(4, Reorder::Down), [2, 3, 1, 4]);
    queue.add(NewTransfer { large_limit: 1, ..new(LARGE) });
    let mut started = Vec::new();
    while let Some(id) = queue.start(now) {
        started.push(id.0);
        queue.ended(id, End::Done);
    }
    assert_eq!(started, [2, 3, 1, 4, 5]);
}

#[test]
fn going_up_passes_those_that_have_ended_and_both_are_told() {
    let mut queue = Queue::default();
    let now = Instant::now();
    for _ in 0..3 {
        queue.add(new(1));
    }
    queue.act(&TransferAction::Cancel(TransferId(2)));
    while queue.changes(now).is_some() {}
    queue.act(&TransferAction::Reorder(TransferId(3), Reorder::Up));
    assert_eq!(listed(&queue), [3, 2, 1]);
    let Some(Event::Transfers { changed, .. }) = queue.changes(now) else { panic!() };
    assert_eq!(changed.len(), 2);
}

#[test]
fn all_failed_ones_can_be_tried_again_at_once_and_runs_are_counted() {
    let mut queue = Queue::default();
    let now = Instant::now();
    let (one, two, cancelled) = (queue.add(new(1)), queue.add(new(2)), queue.add(new(3)));
    start_all(&mut queue, now);
    queue.ended(one, failure());
    queue.ended(two, failure());
    queue.act(&TransferAction::Cancel(cancelled));
    queue.ended(cancelled, End::Stopped);
    assert_eq!(queue.act(&TransferAction::RetryFailed).again, [one, two]);
    assert_eq!(start_all(&mut queue, now), [one, two]);
    let runs = |id| queue.row(id, now).unwrap().attempts;
    assert_eq!((runs(one), runs(cancelled)), (2, 1));
}

#[test]
fn what_waits_is_counted_with_those_whose_turn_cannot_come() {
    let mut queue = Queue::default();
    let now = Instant::now();
    for _ in 0..3 {
        queue.add(down(10));
    }
    let upload = queue.add(new(10));
    queue.start(now);
    let wait = |reason| Wait { reason, until: Some(1) };
    let quota = Activity::Waiting(wait(WaitReason::TransferQuota), Some(now + Duration::from_hours(1)));
    queue.report(TransferId(1), 0, &quota, now);
    assert_eq!(queue.totals(now).wait_count, 3);
    assert_eq!(start_all(&mut queue, now), [upload]);
    queue.report(upload, 0, &Activity::Waiting(wait(WaitReason::ServerBusy), None), now);
    let totals = queue.totals(now);
    assert_eq!(
        (totals.wait, totals.wait_count),
        (Some(wait(WaitReason::TransferQuota)), 3),
        "the longest first"
    );
    queue.act(&TransferAction::Pause(TransferId(1)));
    queue.ended(TransferId(1), End::Stopped);
    queue.act(&TransferAction::Pause(TransferId(2)));
    queue.act(&TransferAction::Pause(TransferId(3)));
    let totals = queue.totals(now);
    assert_eq!((totals.wait, totals.wait_count), (Some(wait(WaitReason::ServerBusy)), 1));
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
    queue.ended(id, End::Done);
    assert_eq!(queue.totals(now + Duration::from_secs(4)).up_speed, 0, "nothing moves any more");
}

/// Anything that can happen to a queue; numbers pick a transfer.
#[derive(Clone, Debug)]
enum Step {
    Add(u64, bool, u8),
    Start,
    Report(usize, u64),
    End(usize, u8),
    Act(u8, usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (prop_oneof![Just(0_u64), Just(100), Just(LARGE)], any::<bool>(), 0..5_u8)
            .prop_map(|(size, up, order)| Step::Add(size, up, order)),
        Just(Step::Start),
        (any::<usize>(), 0..2 * LARGE).prop_map(|(id, done)| Step::Report(id, done)),
        (any::<usize>(), 0..3_u8).prop_map(|(id, end)| Step::End(id, end)),
        (0..13_u8, any::<usize>()).prop_map(|(action, id)| Step::Act(action, id)),
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
        7 => TransferAction::RetryFailed,
        8 => TransferAction::Reorder(id, Reorder::Up),
        9 => TransferAction::Reorder(id, Reorder::Down),
        10 => TransferAction::Reorder(id, Reorder::Top),
        11 => TransferAction::Reorder(id, Reorder::Bottom),
        _ => TransferAction::ClearEnded,
    }
}

fn order(number: u8) -> Option<OrderBy> {
    let by = |key, direction| Some(OrderBy { key, direction });
    match number {
        0 => by(OrderKey::Size, OrderDirection::Ascending),
        1 => by(OrderKey::Name, OrderDirection::Descending),
        2 => by(OrderKey::ModTime, OrderDirection::Mixed { percent: 30 }),
        _ => None,
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
    prop_assert_eq!(queue.order.transfers.len(), queue.transfers.len());
    let places: BTreeSet<i64> = queue.transfers.values().map(|transfer| transfer.rank.place).collect();
    prop_assert_eq!(places.len(), queue.transfers.len());
    prop_assert_eq!(
        queue.ready.values().map(BTreeMap::len).sum::<usize>(),
        queue.transfers.values().filter(|transfer| transfer.is_queued()).count()
    );
    for (id, transfer) in &queue.transfers {
        let ready = queue.ready.get(&transfer.lane()).and_then(|lane| lane.get(&transfer.rank));
        prop_assert_eq!(transfer.is_queued().then_some(id), ready);
        prop_assert_eq!(queue.order.transfers.get(&transfer.rank), Some(id));
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
                Step::Add(size, up, by) => {
                    let new = if up { new(size) } else { down(size) };
                    queue.add(NewTransfer { order_by: order(by), ..new });
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
