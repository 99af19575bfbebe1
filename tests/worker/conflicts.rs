//! Names that are taken: questions, answers, and what stands there afterwards.

use megapane::message::*;

use crate::desk::*;

const TIME: i64 = 1_700_000_000;

/// Two files that differ on both sides, the local ones newer.
async fn two_conflicts() -> Desk {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"old a", TIME);
            ann.file("b.txt", b"old b", TIME);
        },
        |_| {},
    );
    desk.write("a.txt", b"new a!", TIME + 100);
    desk.write("b.txt", b"new b!", TIME + 100);
    desk.write("c.txt", b"free", TIME);
    desk.open_cloud("").await;
    desk
}

async fn up(desk: &mut Desk, policy: ConflictPolicy, resolution: Resolution, scope: Scope) -> Ran {
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), policy);
    desk.run(request, |_| (resolution.clone(), scope)).await
}

#[tokio::test(start_paused = true)]
async fn the_user_sees_both_sides_and_is_asked_about_one_at_a_time() {
    let mut desk = two_conflicts().await;
    let ran = up(&mut desk, ConflictPolicy::Ask, Resolution::Skip, Scope::One).await;
    assert_eq!(ran.conflicts.len(), 2);
    let first = &ran.conflicts[0];
    assert_eq!(
        (first.path.as_str(), first.free_name.as_str(), first.remaining_count),
        ("a.txt", "a (2).txt", 1)
    );
    assert_eq!((first.source.place.as_str(), first.existing.place.as_str()), ("local", "work:"));
    assert_eq!((first.source.size, first.existing.size), (6, 5));
    assert_eq!(first.existing.node, desk.ann.node("a.txt"));
    assert_eq!((ran.report.left_alone_count, ran.report.copied_count), (2, 1));
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"old a");
    assert_eq!(ran.plan.conflict_count, 2);
}

#[tokio::test(start_paused = true)]
async fn overwrite_keeps_the_old_one_as_a_version() {
    let mut desk = two_conflicts().await;
    let ran = up(&mut desk, ConflictPolicy::Ask, Resolution::Overwrite, Scope::Rest).await;
    assert_eq!((ran.conflicts.len(), ran.report.copied_count), (1, 3));
    assert_eq!(desk.ann.paths(), ["a.txt", "b.txt", "c.txt"]);
    assert_eq!(desk.ann.content("b.txt").unwrap(), b"new b!");
    assert_eq!(desk.ann.items(desk.ann.node("b.txt").unwrap()).len(), 1);
    assert!(desk.ann.rubbish_paths().is_empty());
}

#[tokio::test(start_paused = true)]
async fn replace_puts_the_old_one_into_the_bin_once_the_new_one_stands() {
    let mut desk = two_conflicts().await;
    up(&mut desk, ConflictPolicy::Ask, Resolution::Replace, Scope::Rest).await;
    assert_eq!(desk.ann.paths(), ["a.txt", "b.txt", "c.txt"]);
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"new a!");
    assert_eq!(desk.ann.rubbish_paths(), ["a.txt", "b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_file_that_does_not_go_to_the_bin_is_told() {
    let mut desk = two_conflicts().await;
    desk.emulator.fault("-11@m").unwrap();
    let ran = up(&mut desk, ConflictPolicy::Ask, Resolution::Replace, Scope::Rest).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (3, 2), "{ran:?}");
    let Note::Failed(problem) = ran.note("a.txt") else { panic!("{ran:?}") };
    assert!(problem.message.contains("the old file is still beside it"), "{problem:?}");
    assert_eq!(desk.ann.paths(), ["a.txt", "a.txt", "b.txt", "b.txt", "c.txt"]);
}

#[tokio::test(start_paused = true)]
async fn keep_both_gives_the_new_one_a_free_name() {
    let mut desk = two_conflicts().await;
    let answer = Resolution::KeepBoth { name: "mine.txt".into() };
    up(&mut desk, ConflictPolicy::Ask, answer, Scope::Rest).await;
    assert_eq!(desk.ann.paths(), ["a.txt", "b (2).txt", "b.txt", "c.txt", "mine.txt"]);
    assert_eq!(desk.ann.content("mine.txt").unwrap(), b"new a!");
}

#[tokio::test(start_paused = true)]
async fn stop_ends_the_copy_and_leaves_what_stands() {
    let mut desk = two_conflicts().await;
    let ran = up(&mut desk, ConflictPolicy::Ask, Resolution::Stop, Scope::One).await;
    assert!(ran.report.cancelled);
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"old a");
}

#[tokio::test(start_paused = true)]
async fn newer_only_follows_the_times() {
    let mut desk = two_conflicts().await;
    desk.write("b.txt", b"older b", TIME - 100);
    let ran = up(&mut desk, ConflictPolicy::Newer, Resolution::Skip, Scope::One).await;
    assert!(ran.conflicts.is_empty());
    assert_eq!(desk.ann.content("a.txt").unwrap(), b"new a!");
    assert_eq!(desk.ann.content("b.txt").unwrap(), b"old b");
}

#[tokio::test(start_paused = true)]
async fn skip_identical_compares_contents_and_asks_about_the_rest() {
    let mut desk = two_conflicts().await;
    desk.write("a.txt", b"old a", TIME + 500);
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    let ran = desk
        .run(request, |conflict| match conflict.path.as_str() {
            "a.txt" => (Resolution::SkipIfIdentical, Scope::Rest),
            _ => (Resolution::Skip, Scope::One),
        })
        .await;
    assert_eq!(*ran.note("a.txt"), Note::Same);
    assert_eq!(*ran.note("b.txt"), Note::LeftAlone);
    assert_eq!(ran.conflicts.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_local_file_that_is_overwritten_goes_to_the_trash() {
    let mut desk = two_conflicts().await;
    let request = request(Selection::Contents(desk.cloud("")), desk.local(""), ConflictPolicy::Ask);
    let ran = desk.run(request, |_| (Resolution::Overwrite, Scope::Rest)).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (2, 0), "{ran:?}");
    assert_eq!(desk.read("a.txt"), b"old a");
    let kept: Vec<Vec<u8>> = walkdir::WalkDir::new(desk.scratch.path().join("trash"))
        .into_iter()
        .filter_map(|entry| entry.ok().filter(|entry| entry.file_type().is_file()))
        .map(|entry| std::fs::read(entry.path()).unwrap())
        .collect();
    assert!(kept.contains(&b"new a!".to_vec()) && kept.contains(&b"new b!".to_vec()), "{kept:?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_and_a_folder_of_one_name_are_never_silently_mixed() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("thing", b"a file", 1);
        },
        |_| {},
    );
    desk.write("thing/inside.txt", b"in a folder", TIME);
    desk.open_cloud("").await;
    let ran = up(&mut desk, ConflictPolicy::Overwrite, Resolution::Skip, Scope::One).await;
    assert!(matches!(ran.note("thing"), Note::Failed(_)));
    let ran =
        up(&mut desk, ConflictPolicy::Ask, Resolution::KeepBoth { name: "thing (2)".into() }, Scope::One)
            .await;
    assert!(ran.conflicts[0].source.is_folder && !ran.conflicts[0].existing.is_folder);
    assert_eq!(desk.ann.paths(), ["thing", "thing (2)/", "thing (2)/inside.txt"]);
}
