//! Quotas that end in the middle: of storage at any file, of transfer at any byte, and told by any answer. What could not be
//! done is told, nothing is lost, and the same copy brings it to its end when there is room.

use std::time::Duration;

use megapane::entry::Location;
use megapane::message::*;

use crate::desk::*;

const FILES: [&str; 5] = ["a", "b", "c/d", "c/e", "f"];
const SIZE: usize = 1000;
const TIME: i64 = 1_717_200_000;

fn content(name: &str) -> Vec<u8> {
    (0..SIZE)
        .map(|at| u8::try_from((at + name.len() * 7 + usize::from(name.as_bytes()[0])) % 251).unwrap())
        .collect()
}

fn over(desk: &Desk, task: Task, from: Location, to: Location) -> CopyRequest {
    let mut request = request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
    request.options.task = task;
    request.options.max_wait = Some(Duration::ZERO);
    assert!(desk.ann.node("target").is_some());
    request
}

/// Files on the disk, and a folder in the cloud with one that a sync would delete.
async fn desk() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("target/old", b"old", TIME);
        },
        |_| {},
    );
    for name in FILES {
        desk.write(&format!("src/{name}"), &content(name), TIME);
    }
    desk.open_cloud("").await;
    desk
}

/// Whether each file is whole in the cloud, or still on the disk.
fn are_all_somewhere(desk: &Desk) -> bool {
    FILES.iter().all(|name| {
        let above = desk.ann.content(&format!("target/{name}"));
        above.or_else(|| std::fs::read(desk.disk().join("src").join(name)).ok()) == Some(content(name))
    })
}

fn are_all_in_the_cloud(desk: &Desk) -> bool {
    FILES.iter().all(|name| desk.ann.content(&format!("target/{name}")) == Some(content(name)))
}

fn is_told(report: &CopyReport) -> bool {
    let told = |problem: &Problem| problem.kind == ProblemKind::Quota && !problem.hint.is_empty();
    report.problem.as_ref().is_some_and(told)
}

const TASKS: [Task; 3] = [
    Task::Copy,
    Task::Move { empty_folders: true },
    Task::Sync(SyncRules { ignore_errors: false, delete_excluded: false, max_delete: None }),
];

#[tokio::test(start_paused = true)]
async fn storage_that_ends_at_any_file_is_told_and_the_same_copy_goes_on_when_there_is_room() {
    for task in TASKS {
        for fitting in 0..=FILES.len() {
            let mut desk = desk().await;
            desk.ann.set_storage(((fitting * SIZE) + SIZE / 2) as u64);
            let request = over(&desk, task, desk.local("src"), desk.cloud("target"));
            let ran = desk.run(request.clone(), |_| panic!("nobody is asked")).await;
            assert_eq!(is_told(&ran.report), fitting < FILES.len(), "{task:?} {fitting}: {:?}", ran.report);
            assert!(are_all_somewhere(&desk), "{task:?} {fitting}");
            let keeps_old = fitting < FILES.len() || !matches!(task, Task::Sync(_));
            assert_eq!(desk.ann.node("target/old").is_some(), keeps_old, "{task:?} {fitting}");
            desk.ann.set_storage(1 << 40);
            let again = desk.run(request, |_| panic!("nobody is asked")).await.report;
            assert_eq!((again.problem, again.failed_count), (None, 0), "{task:?} {fitting}");
            assert!(are_all_in_the_cloud(&desk), "{task:?} {fitting}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_a_full_account_to_any_request_is_told_and_nothing_is_lost() {
    for task in TASKS {
        for number in 1.. {
            let mut desk = desk().await;
            desk.emulator.clear_seen();
            desk.emulator.fault(&format!("-17@cs#{number}")).unwrap();
            let request = over(&desk, task, desk.local("src"), desk.cloud("target"));
            desk.run(request.clone(), |_| panic!("nobody is asked")).await;
            assert!(are_all_somewhere(&desk), "{task:?} {number}");
            let asked = desk.emulator.seen().iter().filter(|seen| seen.path == "/cs").count();
            desk.emulator.clear_faults();
            let again = desk.run(request, |_| panic!("nobody is asked")).await.report;
            assert_eq!((again.problem, again.failed_count), (None, 0), "{task:?} {number}");
            assert!(are_all_in_the_cloud(&desk), "{task:?} {number}");
            if asked < number {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_allowance_that_ends_at_any_byte_is_told_and_the_same_copy_goes_on_with_the_next() {
    for task in TASKS {
        for allowance in [0, 1, 999, 1000, 1001, 2500, 3999] {
            let mut desk = Desk::with(
                |ann, disk| {
                    for name in FILES {
                        ann.file(&format!("target/{name}"), &content(name), TIME);
                    }
                    std::fs::create_dir(disk.join("down")).unwrap();
                },
                |_| {},
            );
            desk.open_cloud("").await;
            desk.ann.set_transfer(allowance, Duration::from_hours(2));
            let request = over(&desk, task, desk.cloud("target"), desk.local("down"));
            let ran = desk.run(request.clone(), |_| panic!("nobody is asked")).await;
            assert!(is_told(&ran.report), "{task:?} {allowance}: {:?}", ran.report);
            let here = |desk: &Desk, name: &str| std::fs::read(desk.disk().join("down").join(name)).ok();
            for name in FILES {
                let kept = desk.ann.content(&format!("target/{name}")).or_else(|| here(&desk, name));
                assert_eq!(kept, Some(content(name)), "{task:?} {allowance}");
                assert!(here(&desk, name).is_none_or(|bytes| bytes == content(name)), "{task:?} {allowance}");
            }
            desk.ann.set_transfer(1 << 40, Duration::from_hours(2));
            let again = desk.run(request, |_| panic!("nobody is asked")).await.report;
            assert_eq!((again.problem, again.failed_count), (None, 0), "{task:?} {allowance}");
            assert!(
                FILES.iter().all(|name| here(&desk, name) == Some(content(name))),
                "{task:?} {allowance}"
            );
            let left = walkdir::WalkDir::new(desk.disk()).into_iter().flatten();
            let left = left.filter(|entry| entry.file_name().to_string_lossy().contains(".megapane")).count();
            assert_eq!(left, 0, "{task:?} {allowance}");
        }
    }
}
