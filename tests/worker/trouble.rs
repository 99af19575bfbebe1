//! What goes wrong: servers, disks, names, and front ends that do not listen.

use std::time::Duration;

use megapane::entry::EntryKey;
use megapane::message::*;

use crate::accounts::quit;
use crate::desk::*;
use crate::line::{Line, Trouble};

const TIME: i64 = 1_700_000_000;

#[tokio::test(start_paused = true)]
async fn a_full_account_is_one_clear_sentence_and_nothing_is_left_behind() {
    let mut desk = Desk::new();
    desk.write("a.iso", &vec![1; 5000], TIME);
    desk.ann.set_storage(1000);
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Ask).await;
    let problem = ran.report.problem.unwrap();
    assert_eq!(problem.kind, ProblemKind::Quota);
    assert!(problem.message.contains("a.iso") && !problem.hint.is_empty(), "{problem:?}");
    assert!(desk.ann.paths().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_one_file_does_not_stop_the_others() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("good.txt", b"good", TIME);
            ann.undecryptable("", 9);
            ann.file(&format!("{}.txt", "long".repeat(80)), b"1", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Ask).await;
    assert_eq!((ran.report.copied_count, ran.report.skipped_count), (1, 2), "{ran:?}");
    assert_eq!(desk.names(""), ["good.txt"]);
    let told: Vec<&Problem> = ran
        .notes
        .iter()
        .filter_map(|(_, note)| if let Note::Skipped(problem) = note { Some(problem) } else { None })
        .collect();
    assert!(told.iter().any(|problem| problem.kind == ProblemKind::Integrity));
    assert!(told.iter().any(|problem| problem.message.contains("too long")));
}

#[tokio::test(start_paused = true)]
async fn hostile_names_stay_inside_the_target() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            ann.file_in(root, "../escaped", b"1", None);
            ann.file_in(root, "..", b"2", None);
        },
        |_| {},
    );
    std::fs::create_dir(desk.disk().join("target")).unwrap();
    desk.open_cloud("").await;
    let ran = desk.copy(desk.cloud(""), desk.local("target"), ConflictPolicy::Ask).await;
    assert_eq!(ran.report.copied_count, 2);
    assert_eq!(desk.names(""), ["target"]);
    assert_eq!(desk.names("target").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_download_never_gets_its_name() {
    let mut desk = with_a_small_file().await;
    desk.emulator.fault("flip:3@dl").unwrap();
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Ask).await;
    assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::Integrity);
    assert!(desk.names("").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_used_up_transfer_allowance_is_waited_for_and_shown() {
    let mut desk = with_a_small_file().await;
    desk.emulator.fault("509:600@dl#1").unwrap();
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Ask).await;
    assert_eq!(ran.report.copied_count, 1);
    let waits = |event: &Event| match event {
        Event::Transfers { totals: TransferTotals { wait: Some(wait), .. }, .. } => Some(wait.reason),
        _ => None,
    };
    assert!(desk.seen.iter().filter_map(waits).any(|reason| reason == WaitReason::TransferQuota));
}

#[tokio::test(start_paused = true)]
async fn all_downloads_that_wait_for_the_allowance_are_tried_at_once_when_the_user_wants_it() {
    let (mut desk, _line) = desk_on_a_line(&[("a", 2_000_000), ("b", 2_000_000), ("c", 2_000_000)]).await;
    desk.emulator.fault("509:36000@dl#1").unwrap();
    let mut request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    request.options.transfers = 1;
    let start = tokio::time::Instant::now();
    desk.send(Command::PlanCopy { copy: COPY, request });
    desk.send(Command::StartCopy { copy: COPY });
    desk.until(|event| match event {
        Event::Transfers { totals: TransferTotals { wait: Some(_), .. }, .. } => Some(()),
        _ => None,
    })
    .await;
    desk.send(Command::RetryNow { account: "work".into() });
    let ran = desk.follow(PlanSummary::default(), |_| panic!()).await;
    assert_eq!(ran.report.copied_count, 3);
    assert!(start.elapsed() < Duration::from_hours(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn without_patience_a_used_up_allowance_is_an_error() {
    let mut desk = with_a_small_file().await;
    desk.emulator.fault("509:600@dl").unwrap();
    let mut request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    request.options.max_wait = Some(Duration::ZERO);
    let ran = desk.run(request, |_| panic!()).await;
    assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::Quota);
}

#[tokio::test(start_paused = true)]
async fn a_local_file_that_cannot_be_read_any_more_is_told_and_the_rest_goes_on() {
    let mut desk = Desk::new();
    desk.write("good", b"1", TIME);
    desk.write("replaced", b"2", TIME);
    desk.write("removed", b"3", TIME);
    desk.open_cloud("").await;
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request });
    let plan = desk.until(complete_plan).await;
    for name in ["replaced", "removed"] {
        std::fs::remove_file(desk.disk().join(name)).unwrap();
    }
    std::fs::create_dir(desk.disk().join("replaced")).unwrap();
    desk.send(Command::StartCopy { copy: COPY });
    let ran = desk.follow(plan, |_| panic!()).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (1, 2), "{ran:?}");
    let reason = |path: &str| match ran.note(path) {
        Note::Failed(problem) => (problem.kind, problem.message.clone()),
        note => panic!("{note:?}"),
    };
    assert!(reason("replaced").1.contains("is not a file"), "{ran:?}");
    assert_eq!(reason("removed").0, ProblemKind::FileNotFound);
    assert_eq!(desk.ann.paths(), ["good"]);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn links_and_pipes_in_a_folder_are_passed_over_without_an_error() {
    let mut desk = Desk::new();
    desk.write("file", b"1", TIME);
    std::os::unix::fs::symlink("file", desk.disk().join("link")).unwrap();
    std::os::unix::fs::symlink(".", desk.disk().join("loop")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(desk.disk().join("socket")).unwrap();
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Ask).await;
    assert_eq!((ran.report.copied_count, ran.report.passed_over_count), (1, 3));
    assert_eq!((ran.report.skipped_count, ran.report.problem.as_ref()), (0, None));
    assert_eq!(*ran.note("loop"), Note::PassedOver(Oddity::Link));
    assert_eq!(*ran.note("socket"), Note::PassedOver(Oddity::Special));
    assert_eq!(desk.ann.paths(), ["file"]);
    // What is named by itself is meant: a link stands for what it points to, and a broken one is an error.
    std::os::unix::fs::symlink("nowhere", desk.disk().join("broken")).unwrap();
    let keys = ["link", "broken", "socket"].map(|name| EntryKey::Name(name.into())).to_vec();
    let picked = Selection::Entries { parent: desk.local(""), keys };
    let ran = desk.run(request(picked, desk.cloud(""), ConflictPolicy::Ask), |_| panic!()).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (1, 2), "{ran:?}");
    assert_eq!(desk.ann.paths(), ["file", "link"]);
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut desk = Desk::with(
        |_, _| {},
        |parts| {
            parts.config.accounts[0].api_url = Some(url);
            parts.transport = std::sync::Arc::new(megapane::api::http::HttpTransport::new());
            parts.give_up = Some(Duration::ZERO);
        },
    );
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    let AccountState::Failed(problem) = desk.state(|state| matches!(state, AccountState::Failed(_))).await
    else {
        panic!()
    };
    assert_eq!(problem.kind, ProblemKind::Temporary);
    assert!(problem.message.contains("cannot reach 127.0.0.1"), "{problem:?}");
    assert!(!problem.hint.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_while_files_move_fails_the_copy_and_nothing_else() {
    let (mut desk, line) = desk_on_a_line(&[("a", 1000)]).await;
    line.set(Trouble::Refused);
    let mut request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    request.options.max_wait = Some(Duration::ZERO);
    let ran = desk.run(request.clone(), |_| panic!()).await;
    let problem = ran.report.problem.unwrap();
    assert_eq!(problem.kind, ProblemKind::Temporary, "{problem:?}");
    assert!(problem.message.contains("cannot reach localhost") && !problem.hint.is_empty(), "{problem:?}");
    assert!(desk.names("").is_empty());
    line.set(Trouble::None);
    assert_eq!(desk.run(request, |_| panic!()).await.report.copied_count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_transfer_that_breaks_down_ends_as_failed_and_the_others_go_on() {
    let (mut desk, line) = desk_on_a_line(&[("a", 1000), ("b", 1000)]).await;
    line.set(Trouble::Panic("/dl/"));
    let request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    let ran = desk.run(request.clone(), |_| panic!()).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (0, 2));
    let problem = ran.report.problem.unwrap();
    assert!(
        problem.message.contains("Cannot download") && problem.message.contains("broke down"),
        "{problem:?}"
    );
    assert!(desk.names("").is_empty());
    line.set(Trouble::None);
    assert_eq!(desk.run(request, |_| panic!()).await.report.copied_count, 2);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_breaks_down_while_it_opens_says_so_and_can_be_tried_again() {
    let mut held = None;
    let mut desk = Desk::with(
        |_, _| {},
        |parts| {
            let line = Line::over(&parts.transport);
            line.set(Trouble::Panic("/cs"));
            held = Some(line.clone());
            parts.transport = std::sync::Arc::new(line);
        },
    );
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    desk.state(|state| matches!(state, AccountState::Failed(_))).await;
    held.unwrap().set(Trouble::None);
    desk.send(Command::Login(login()));
    desk.head(CLOUD, |_| true).await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_not_there_is_the_plans_problem() {
    let mut desk = Desk::new();
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local("missing"), desk.cloud(""), ConflictPolicy::Ask).await;
    assert_eq!(ran.plan.problem.unwrap().kind, ProblemKind::FolderNotFound);
    let picked = Selection::Entries { parent: desk.local(""), keys: vec![EntryKey::Name("gone".into())] };
    let ran = desk.run(request(picked, desk.cloud(""), ConflictPolicy::Ask), |_| panic!()).await;
    assert_eq!(ran.report.problem.unwrap().kind, ProblemKind::FileNotFound);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_made_is_one_problem_and_not_one_for_each_file() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a", b"1", 1);
            ann.file("b", b"1", 1);
        },
        |_| {},
    );
    desk.write("blocked", b"a file", TIME);
    desk.open_cloud("").await;
    let ran = desk.copy(desk.cloud(""), desk.local("blocked/below"), ConflictPolicy::Ask).await;
    assert_eq!(
        (ran.report.failed_count + ran.report.skipped_count, ran.report.copied_count),
        (1, 0),
        "{ran:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_copy_stops_its_transfers_and_leaves_no_partial_file() {
    let mut desk = with_a_file_on_its_way_down().await;
    desk.send(Command::CancelCopy { copy: COPY });
    let report =
        desk.until(|event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None });
    assert!(report.await.cancelled);
    assert!(desk.names("").is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_transfer_can_be_cancelled_and_tried_again() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("big", &vec![5; 4_000_000], TIME);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.emulator.fault("rate:100KiB@dl").unwrap();
    let request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request });
    desk.send(Command::StartCopy { copy: COPY });
    let running = |event: &Event| match event {
        Event::Transfers { changed, .. } => changed
            .iter()
            .find(|row| row.state == TransferState::Running && row.done > 0)
            .map(|row| row.transfer),
        _ => None,
    };
    let id = desk.until(running).await;
    desk.send(Command::Transfers(TransferAction::Cancel(id)));
    desk.until(|event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None }).await;
    desk.emulator.clear_faults();
    desk.send(Command::Transfers(TransferAction::Retry(id)));
    desk.until(|event| match event {
        Event::Transfers { changed, .. } => {
            changed.iter().any(|row| row.state == TransferState::Done).then_some(())
        }
        _ => None,
    })
    .await;
    assert_eq!(desk.read("big").len(), 4_000_000);
}

#[tokio::test(start_paused = true)]
async fn quitting_while_files_move_is_clean() {
    let mut desk = with_a_file_on_its_way_down().await;
    quit(&mut desk).await;
    assert!(desk.names("").is_empty(), "{:?}", desk.names(""));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_nonsense_is_told_and_the_account_can_be_tried_again() {
    let mut desk = Desk::with(|_, _| {}, |parts| parts.give_up = Some(Duration::from_secs(30)));
    desk.emulator.fault("garbage@cs").unwrap();
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    let state = desk
        .state(|state| matches!(state, AccountState::Failed(_) | AccountState::NeedsPassword { .. }))
        .await;
    let (AccountState::Failed(problem) | AccountState::NeedsPassword { problem: Some(problem), .. }) = state
    else {
        panic!("{state:?}")
    };
    assert!(!problem.message.is_empty() && !problem.hint.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_front_end_that_does_not_listen_blocks_nothing_and_loses_nothing_but_steps() {
    let mut desk = Desk::new();
    for number in 0..1500 {
        desk.write(&format!("f{number:04}"), b"1", TIME);
    }
    desk.open_cloud("").await;
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request });
    desk.send(Command::StartCopy { copy: COPY });
    // Nobody reads events until everything has arrived.
    while desk.ann.paths().len() < 1500 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let ran = desk.follow(PlanSummary::default(), |_| panic!()).await;
    assert_eq!((ran.report.copied_count, ran.notes.len()), (1500, 1500), "every note arrives");
    let steps = desk.seen.iter().filter(|event| matches!(event, Event::Transfers { .. })).count();
    assert!(steps < 1100, "sums are merged, not piled up: {steps}");
}

#[tokio::test(start_paused = true)]
async fn a_copys_number_is_not_taken_twice() {
    let mut desk = with_a_file_on_its_way_down().await;
    let request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request });
    assert!(desk.problem().await.message.contains("under way"));
    desk.send(Command::CancelCopy { copy: COPY });
    desk.until(
        |event| if let Event::CopyEnded(report) = event { report.cancelled.then_some(()) } else { None },
    )
    .await;
}

/// A desk with files in the account, and the line that leads to it.
async fn desk_on_a_line(files: &[(&str, usize)]) -> (Desk, Line) {
    let mut held = None;
    let mut desk = Desk::with(
        |ann, _| {
            for (name, size) in files {
                ann.file(name, &vec![5; *size], TIME);
            }
        },
        |parts| {
            let line = Line::over(&parts.transport);
            held = Some(line.clone());
            parts.transport = std::sync::Arc::new(line);
            parts.give_up = Some(Duration::ZERO);
        },
    );
    desk.open_cloud("").await;
    (desk, held.unwrap())
}

fn complete_plan(event: &Event) -> Option<PlanSummary> {
    match event {
        Event::Plan(plan) if plan.complete => Some(plan.clone()),
        _ => None,
    }
}

/// A desk with a small file in the cloud, which is on the screen.
async fn with_a_small_file() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"some content", TIME);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk
}

/// A desk whose copy of a slow, big file has begun to move.
async fn with_a_file_on_its_way_down() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("big", &vec![5; 4_000_000], TIME);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.emulator.fault("rate:100KiB@dl").unwrap();
    let request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    desk.begin_to_move(request).await;
    desk
}
