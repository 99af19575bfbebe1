//! How fast and how much transfers may move: what the worker is told by command, by timetable and with a copy. Bytes are
//! counted per second of the paused clock.

use std::num::NonZeroU64;
use std::time::Duration;

use megapane::emulator::{Emulator, NewAccount};
use megapane::entry::Location;
use megapane::message::*;
use megapane::worker::Parts;
use tokio::time::Instant;

use crate::desk::*;

const TIME: i64 = 1_700_000_000;
const MIB: u64 = 1 << 20;

fn limit(up: u64, down: u64) -> Command {
    let limit = SpeedLimit { up: NonZeroU64::new(up), down: NonZeroU64::new(down) };
    Command::Transfers(TransferAction::Limit(limit))
}

impl Desk {
    /// Sets a limit and waits until the worker says so.
    async fn limited(&mut self, up: u64, down: u64) {
        self.send(limit(up, down));
        let wanted = SpeedLimit { up: NonZeroU64::new(up), down: NonZeroU64::new(down) };
        let told = |event: &Event| match event {
            Event::Transfers { totals, .. } => (totals.limit == wanted).then_some(()),
            _ => None,
        };
        self.until(told).await;
    }

    fn start(&self, copy: CopyId, from: Location, to: Location) {
        let request = request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
        self.send(Command::PlanCopy { copy, request });
        self.send(Command::StartCopy { copy });
    }

    /// Follows until so many copies have ended; returns the bytes done after each second from the first byte on.
    async fn seconds(&mut self, copies: usize) -> Vec<u64> {
        let (mut done, mut seconds, mut ended) = (0, Vec::<u64>::new(), 0);
        let mut begun: Option<Instant> = None;
        while ended < copies {
            match self.until(|event| Some(event.clone())).await {
                Event::Transfers { totals, .. } => {
                    if totals.done_bytes > 0 {
                        let begun = begun.get_or_insert_with(Instant::now);
                        seconds.resize(usize::try_from(begun.elapsed().as_secs()).unwrap(), done);
                    }
                    if let [.., before, _, _, _, _] = seconds[..]
                        && totals.done_bytes < totals.bytes
                    {
                        assert_told(totals.up_speed + totals.down_speed, (totals.done_bytes - before) / 5);
                    }
                    assert_eq!(totals.wait, None, "nothing is said to hold it up");
                    done = totals.done_bytes;
                }
                Event::CopyEnded(report) => {
                    assert_eq!((report.failed_count, report.problem), (0, None));
                    ended += 1;
                }
                _ => {}
            }
        }
        seconds.push(done);
        seconds
    }
}

/// The speed that is told is about what has moved in the last five seconds.
fn assert_told(told: u64, moved: u64) {
    let is_measurable = moved > 100_000;
    assert!(!is_measurable || told.abs_diff(moved) < moved / 2, "{told} is told, {moved} have moved");
}

/// Every second moves its share.
fn assert_smooth(seconds: &[u64], rate: u64, total: u64) {
    assert_eq!(seconds.last(), Some(&total));
    let expected = total / rate;
    assert!(
        (seconds.len() as u64).abs_diff(expected) <= 1 + expected / 10,
        "{} s: {seconds:?}",
        seconds.len()
    );
    let moved: Vec<u64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(moved.iter().all(|moved| *moved <= rate + rate / 3), "{moved:?}");
    let whole = &moved[..moved.len().saturating_sub(2)];
    assert!(whole.iter().all(|moved| *moved >= rate - rate / 3), "{moved:?}");
}

#[tokio::test(start_paused = true)]
async fn one_large_file_keeps_to_the_limit_over_all_its_connections() {
    let mut desk = Desk::new();
    desk.write("slow/film", &vec![7; 24 << 20], TIME);
    desk.write("fast/movie", &vec![8; 24 << 20], TIME);
    desk.open_cloud("").await;
    for (folder, rate) in [("slow", MIB), ("fast", 6 * MIB)] {
        desk.limited(rate, 0).await;
        desk.start(CopyId(1), desk.local(folder), desk.cloud(""));
        let seconds = desk.seconds(1).await;
        assert_smooth(&seconds, rate, 24 * MIB);
        desk.send(Command::Transfers(TransferAction::ClearEnded));
    }
}

#[tokio::test(start_paused = true)]
async fn downloads_keep_to_the_limit_also_in_six_parts() {
    for in_parts in [false, true] {
        let mut desk = Desk::with(
            |ann, _| {
                ann.file("film", &vec![9; 12 << 20], TIME);
            },
            |_| {},
        );
        if in_parts {
            desk.emulator.serve_in_parts(1);
        }
        desk.open_cloud("").await;
        desk.limited(0, MIB).await;
        desk.start(CopyId(1), desk.cloud(""), desk.local(""));
        let seconds = desk.seconds(1).await;
        assert_smooth(&seconds, MIB, 12 * MIB);
        assert_eq!(desk.read("film"), vec![9; 12 << 20]);
    }
}

#[tokio::test(start_paused = true)]
async fn many_small_files_share_the_limit() {
    let mut desk = Desk::new();
    for number in 0..600 {
        desk.write(&format!("{number}"), &vec![1; 5000], TIME);
    }
    desk.open_cloud("").await;
    desk.limited(300_000, 0).await;
    desk.start(CopyId(1), desk.local(""), desk.cloud(""));
    let seconds = desk.seconds(1).await;
    assert_smooth(&seconds, 300_000, 3_000_000);
}

#[tokio::test(start_paused = true)]
async fn a_crawl_is_no_stall_and_the_directions_do_not_meet() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("x/other", &vec![3; 5 << 20], TIME);
        },
        |_| {},
    );
    desk.write("up/film", &vec![7; 200_000], TIME);
    desk.ann.folder("to");
    desk.open_cloud("").await;
    desk.limited(200, 0).await;
    desk.start(CopyId(1), desk.local("up"), desk.cloud("to"));
    desk.start(CopyId(2), desk.cloud("x"), desk.local("down"));
    let begun = Instant::now();
    desk.until(|event| matches!(event, Event::CopyEnded(report) if report.copy == CopyId(2)).then_some(()))
        .await;
    assert!(begun.elapsed() < Duration::from_secs(5), "a download waits for an upload");
    desk.seconds(1).await;
    assert_eq!(desk.emulator.seen().iter().filter(|seen| seen.path.starts_with("/ul/")).count(), 1);
    assert!(begun.elapsed() > Duration::from_mins(15));
}

#[tokio::test(start_paused = true)]
async fn the_limit_changes_while_bytes_move_and_a_copy_can_be_stopped_under_it() {
    let mut desk = Desk::new();
    desk.write("film", &vec![7; 40 << 20], TIME);
    desk.open_cloud("").await;
    desk.limited(1000, 0).await;
    desk.begin_to_move(request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Skip))
        .await;
    let done = |event: &Event| match event {
        Event::Transfers { totals, .. } => Some(totals.done_bytes),
        _ => None,
    };
    desk.limited(MIB, 0).await;
    let (begun, before) = (Instant::now(), desk.until(done).await);
    while begun.elapsed() < Duration::from_secs(5) {
        desk.until(done).await;
    }
    let moved = desk.until(done).await - before;
    assert!((4 * MIB..7 * MIB).contains(&moved), "{moved}");
    desk.limited(10, 0).await;
    let begun = Instant::now();
    desk.send(Command::CancelCopy { copy: COPY });
    desk.until(|event| matches!(event, Event::CopyEnded(_)).then_some(())).await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    desk.limited(0, 0).await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Skip).await;
    assert_eq!(ran.report.copied_count, 1);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn the_configured_speed_holds_from_the_start() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("film", &vec![9; 3 << 20], TIME);
        },
        |parts| parts.config.bwlimit = "off:512k".parse().unwrap(),
    );
    desk.open_cloud("").await;
    desk.start(CopyId(1), desk.cloud(""), desk.local(""));
    assert_smooth(&desk.seconds(1).await, MIB / 2, 3 * MIB);
}

/// Twelve files of half a MiB and one of ten, copied up under a budget.
async fn under(budget: Budget) -> (Desk, Ran) {
    let mut desk = Desk::new();
    for number in 0..12 {
        desk.write(&format!("{number:02}"), &vec![1; 512 << 10], TIME);
    }
    desk.write("large", &vec![2; 10 << 20], TIME);
    desk.open_cloud("").await;
    let mut wanted = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Overwrite);
    wanted.options.budget = budget;
    let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
    (desk, ran)
}

#[tokio::test(start_paused = true)]
async fn a_copy_ends_when_it_has_moved_as_much_as_it_may() {
    for (cutoff, least, most) in [(Cutoff::Hard, 0, 8), (Cutoff::Soft, 8, 8), (Cutoff::Cautious, 7, 7)] {
        let (desk, ran) = under(Budget { bytes: Some(4 * MIB), time: None, cutoff }).await;
        let copied = ran.report.copied_count;
        assert!((least..=most).contains(&copied), "{cutoff:?}: {copied}");
        assert_eq!(desk.ann.paths().len() as u64, copied);
        assert_eq!(ran.report.failed_count, 1, "{ran:?}");
        assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::TransferLimit);
        let sent: u64 = desk
            .emulator
            .seen()
            .iter()
            .filter(|seen| seen.path.starts_with("/ul/"))
            .map(|seen| seen.len)
            .sum();
        match cutoff {
            // Requests whose bytes were on their way are among them.
            Cutoff::Hard => assert!(sent >= 4 * MIB, "{sent}"),
            Cutoff::Soft | Cutoff::Cautious => assert!(sent <= 4 * MIB, "{cutoff:?}: {sent}"),
        }
    }
    let (desk, ran) = under(Budget { bytes: Some(99 * MIB), ..Budget::default() }).await;
    assert_eq!((ran.report.copied_count, ran.report.problem), (13, None));
    assert_eq!(desk.ann.paths().len(), 13);
}

#[tokio::test(start_paused = true)]
async fn a_hard_end_of_files_that_move_at_once_keeps_what_has_moved() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    for number in 0..5 {
        ann.file(&format!("{number}"), &vec![number; 12 << 20], TIME);
    }
    let speed = |parts: &mut Parts| parts.config.bwlimit = "10M".parse().unwrap();
    let mut desk = Desk::on(emulator, ann, |_, _| {}, speed);
    desk.send(Command::Login(login())); // what moved is kept for stored accounts
    desk.state(|state| *state == AccountState::Ready).await;
    for round in 0.. {
        let mut wanted = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Skip);
        wanted.options.budget = Budget { bytes: Some(28 * MIB), ..Budget::default() };
        let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
        if ran.report.problem.is_none() {
            break;
        }
        assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::TransferLimit);
        assert!(round < 8, "it starts over each time");
    }
    for number in 0..5 {
        assert_eq!(desk.read(&format!("{number}")), vec![number; 12 << 20]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_hard_end_has_moved_of_a_large_file_stays() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    ann.file("film", &vec![9; 20 << 20], TIME);
    let speed = |parts: &mut Parts| parts.config.bwlimit = "1M".parse().unwrap();
    let mut desk = Desk::on(emulator, ann, |_, _| {}, speed);
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    let mut rounds = 0;
    loop {
        let mut wanted = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Skip);
        wanted.options.budget = Budget { bytes: Some(9 * MIB), ..Budget::default() };
        let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
        rounds += 1;
        if ran.report.copied_count == 1 {
            break;
        }
        assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::TransferLimit);
        assert!(rounds < 5, "it starts over each time");
    }
    assert_eq!(desk.read("film"), vec![9; 20 << 20]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_ends_when_it_has_taken_as_long_as_it_may() {
    for (cutoff, copied) in [(Cutoff::Hard, 0), (Cutoff::Soft, 1)] {
        let mut desk = Desk::with(|_, _| {}, |parts| parts.config.bwlimit = "1M".parse().unwrap());
        for name in ["a", "b", "c", "d", "e", "f"] {
            desk.write(name, &vec![1; 10 << 20], TIME);
        }
        desk.open_cloud("").await;
        let mut wanted =
            request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Overwrite);
        wanted.options.transfers = 1;
        wanted.options.budget = Budget { bytes: None, time: Some(Duration::from_secs(5)), cutoff };
        let begun = Instant::now();
        let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
        assert_eq!(ran.report.copied_count, copied, "{cutoff:?}");
        assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::TimeLimit);
        let expected = if cutoff == Cutoff::Hard { 5 } else { 10 };
        assert!(begun.elapsed().as_secs().abs_diff(expected) <= 1, "{:?}", begun.elapsed());
    }
}
