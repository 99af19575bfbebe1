//! Copies both ways: what arrives, what is skipped, and what the user is told.

use megapane::entry::EntryKey;
use megapane::message::*;

use crate::desk::*;

const TIME: i64 = 1_700_000_000;

#[tokio::test(start_paused = true)]
async fn a_folder_goes_up_with_names_bytes_and_times() {
    let mut desk = Desk::new();
    desk.write("Photos/2024/a.jpg", b"first", TIME);
    desk.write("Photos/b.jpg", &vec![7; 3_000_000], TIME + 5);
    desk.write("empty/nothing", b"", TIME);
    std::fs::create_dir(desk.disk().join("bare")).unwrap();
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Ask).await;
    assert_eq!((ran.plan.file_count, ran.plan.folder_count, ran.plan.bytes), (3, 4, 3_000_005));
    assert_eq!((ran.report.copied_count, ran.report.copied_bytes, ran.report.problem), (3, 3_000_005, None));
    assert_eq!(
        desk.ann.paths(),
        ["Photos/", "Photos/2024/", "Photos/2024/a.jpg", "Photos/b.jpg", "bare/", "empty/", "empty/nothing"]
    );
    assert_eq!(desk.ann.content("Photos/2024/a.jpg").unwrap(), b"first");
    assert_eq!(desk.ann.content("Photos/b.jpg").unwrap(), vec![7; 3_000_000]);
    let item = desk.ann.item(desk.ann.node("Photos/b.jpg").unwrap()).unwrap();
    assert_eq!(item.modified, Some(TIME + 5));
    desk.shows(CLOUD, |head| head.row_count == 3 && head.bytes == 3_000_005).await;
}

#[tokio::test(start_paused = true)]
async fn a_folder_comes_down_with_names_bytes_and_times() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("Photos/2024/a.jpg", b"first", TIME);
            ann.file("Photos/b.jpg", &vec![9; 2_500_000], TIME + 7);
            ann.folder("bare");
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.open_disk("").await;
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Ask).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (2, 0), "{ran:?}");
    assert_eq!(desk.names(""), ["Photos", "bare"]);
    assert_eq!(desk.names("Photos"), ["2024", "b.jpg"]);
    assert_eq!(desk.read("Photos/2024/a.jpg"), b"first");
    let metadata = std::fs::metadata(desk.disk().join("Photos/b.jpg")).unwrap();
    let modified = metadata.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!((metadata.len(), modified.as_secs()), (2_500_000, TIME.unsigned_abs() + 7));
    desk.shows(DISK, |head| head.row_count == 2).await;
}

#[tokio::test(start_paused = true)]
async fn the_same_copy_again_does_nothing_and_a_change_of_equal_size_is_seen() {
    let mut desk = Desk::new();
    desk.write("a.txt", b"hello", TIME);
    desk.write("b.txt", b"world", TIME);
    desk.open_cloud("").await;
    desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Overwrite).await;
    let again = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Overwrite).await;
    assert_eq!((again.report.same_count, again.report.copied_count), (2, 0));
    desk.write("b.txt", b"WORLD", TIME + 60);
    let third = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Overwrite).await;
    assert_eq!((third.report.same_count, third.report.copied_count), (1, 1));
    assert_eq!(*third.note("b.txt"), Note::CopiedReplaced);
    assert_eq!(desk.ann.paths(), ["a.txt", "b.txt"], "never two siblings of one name");
    assert_eq!(desk.ann.content("b.txt").unwrap(), b"WORLD");
    let file = desk.ann.node("b.txt").unwrap();
    assert_eq!(desk.ann.items(file).len(), 1, "the old one became a version");
    let down = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Overwrite).await;
    assert_eq!((down.report.same_count, down.report.copied_count), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_carries_no_time_is_compared_by_content_and_not_sent_again() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            ann.file_in(root, "same.txt", b"hello", None);
            ann.file_in(root, "other.txt", b"hello", None);
        },
        |_| {},
    );
    desk.write("same.txt", b"hello", TIME);
    desk.write("other.txt", b"HELLO", TIME);
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Overwrite).await;
    assert_eq!((ran.report.same_count, ran.report.copied_count), (1, 1));
    assert_eq!(*ran.note("same.txt"), Note::Same);
}

#[tokio::test(start_paused = true)]
async fn equal_names_in_the_source_are_told_and_never_silently_lost() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            let first = ann.folder_in(root, "photos");
            let second = ann.folder_in(root, "photos");
            ann.file_in(first, "x", b"1", None);
            ann.file_in(second, "y", b"2", None);
            ann.file("single", b"3", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let ran = desk.copy(desk.cloud(""), desk.local(""), ConflictPolicy::Ask).await;
    assert_eq!(*ran.note("photos"), Note::EqualNames { count: 2 });
    assert_eq!((ran.report.skipped_count, ran.report.copied_count), (2, 1));
    assert_eq!(desk.names(""), ["single"]);
    // The one that is picked by itself is copied.
    let second = desk.rows(CLOUD).await[1].entry.key.clone();
    let selection = Selection::Entries { parent: desk.cloud(""), keys: vec![second] };
    let ran = desk.run(request(selection, desk.local(""), ConflictPolicy::Ask), |_| panic!()).await;
    assert_eq!(ran.report.copied_count, 1);
    assert_eq!(desk.names("photos").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_to_a_path_that_does_not_exist_makes_its_folders() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.folder("backup");
        },
        |_| {},
    );
    desk.write("a", b"1", TIME);
    desk.open_cloud("").await;
    let mut request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    request.target_subfolders = vec!["backup".into(), "2024".into(), "may".into()];
    let ran = desk.run(request, |_| panic!()).await;
    assert_eq!(ran.plan.target, "work:/backup/2024/may");
    assert_eq!(desk.ann.paths(), ["backup/", "backup/2024/", "backup/2024/may/", "backup/2024/may/a"]);
}

#[tokio::test(start_paused = true)]
async fn one_file_can_get_another_name_on_the_way() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("d/up.txt", b"from above", 1);
        },
        |_| {},
    );
    desk.write("a.txt", b"from below", TIME);
    desk.open_cloud("").await;
    let picked = Selection::Entries { parent: desk.local(""), keys: vec![EntryKey::Name("a.txt".into())] };
    let mut up = request(picked, desk.cloud("d"), ConflictPolicy::Ask);
    up.rename = Some("b.txt".into());
    desk.run(up, |_| panic!()).await;
    assert_eq!(desk.ann.content("d/b.txt").unwrap(), b"from below");
    let picked = Selection::Entries { parent: desk.cloud("d"), keys: vec![desk.node("d/up.txt")] };
    let mut down = request(picked, desk.local(""), ConflictPolicy::Ask);
    down.rename = Some("down.txt".into());
    desk.run(down, |_| panic!()).await;
    assert_eq!(desk.read("down.txt"), b"from above");
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_tells_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.write("d/a", b"1", TIME);
    desk.open_cloud("").await;
    let mut request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    request.options.dry_run = true;
    let ran = desk.run(request, |_| panic!()).await;
    assert_eq!(*ran.note("d"), Note::WouldMakeFolder);
    assert_eq!(*ran.note("d/a"), Note::WouldCopy);
    assert!(desk.ann.paths().is_empty());
}

#[tokio::test(start_paused = true)]
async fn filters_leave_things_out() {
    let mut desk = Desk::new();
    for name in ["a.jpg", "b.txt", "cache/c.jpg"] {
        desk.write(name, b"1", TIME);
    }
    desk.open_cloud("").await;
    let mut request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    let filter = |include, pattern: &str| Filter { include, pattern: pattern.into() };
    request.options.filters = vec![filter(false, "cache/**"), filter(true, "*.jpg"), filter(false, "*")];
    let ran = desk.run(request, |_| panic!()).await;
    assert_eq!(desk.ann.paths(), ["a.jpg"]);
    assert_eq!(*ran.note("b.txt"), Note::Filtered);
}

#[tokio::test(start_paused = true)]
async fn three_hundred_small_files_go_up_and_every_row_ends_done() {
    let mut desk = Desk::new();
    for number in 0..300 {
        desk.write(&format!("f{number}"), format!("content {number}").as_bytes(), TIME);
    }
    desk.open_cloud("").await;
    let ran = desk.copy(desk.local(""), desk.cloud(""), ConflictPolicy::Ask).await;
    assert_eq!(ran.report.copied_count, 300);
    assert_eq!(desk.ann.paths().len(), 300);
    let mut rows = std::collections::BTreeMap::new();
    for event in &desk.seen {
        if let Event::Transfers { changed, .. } = event {
            rows.extend(changed.iter().map(|row| (row.transfer, row.state.clone())));
        }
    }
    while rows.len() < 300 || !rows.values().all(|state| *state == TransferState::Done) {
        let changed = desk.until(|event| match event {
            Event::Transfers { changed, .. } => Some(changed.clone()),
            _ => None,
        });
        rows.extend(changed.await.into_iter().map(|row| (row.transfer, row.state)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_folder_into_itself_is_refused_with_a_sentence() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.folder("a");
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let ran = desk.copy(desk.cloud(""), desk.cloud("a"), ConflictPolicy::Ask).await;
    assert_eq!(ran.plan.problem.as_ref().map(|problem| problem.kind), Some(ProblemKind::Harmful));
    assert_eq!(ran.report.problem, ran.plan.problem);
}

#[tokio::test(start_paused = true)]
async fn two_copies_of_one_file_never_make_two_siblings() {
    let mut desk = Desk::new();
    desk.write("a", b"once", TIME);
    desk.open_cloud("").await;
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    for copy in [CopyId(1), CopyId(2)] {
        desk.send(Command::PlanCopy { copy, request: request.clone() });
        desk.until(|event| matches!(event, Event::Plan(plan) if plan.complete).then_some(())).await;
    }
    for copy in [CopyId(1), CopyId(2)] {
        desk.send(Command::StartCopy { copy });
    }
    let mut reports = Vec::new();
    while reports.len() < 2 {
        reports.push(
            desk.until(
                |event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None },
            )
            .await,
        );
    }
    assert_eq!(reports.iter().map(|report| report.copied_count).sum::<u64>(), 1, "{reports:?}");
    assert_eq!(reports.iter().map(|report| report.failed_count).sum::<u64>(), 1);
    assert_eq!(desk.ann.paths(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn many_files_that_are_copied_inside_the_account_go_with_a_few_commands() {
    let mut desk = Desk::with(
        |ann, _| {
            for number in 0..300 {
                ann.file(&format!("from/{number}"), &[7; 9], TIME);
            }
            ann.file("to/299", b"another content", TIME + 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    desk.emulator.clear_seen();
    let ran = desk.copy(desk.cloud("from"), desk.cloud("to"), ConflictPolicy::Overwrite).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (300, 0));
    assert_eq!(
        desk.ann.paths().iter().filter(|path| path.starts_with("to/")).count(),
        301,
        "none is there twice"
    );
    assert_eq!(desk.ann.content("to/299").unwrap(), [7; 9]);
    let seen = desk.emulator.seen();
    let count = seen.iter().flat_map(|seen| &seen.commands).filter(|command| *command == "p").count();
    assert!(count <= 5, "{count} commands");
}
