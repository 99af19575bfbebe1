//! Folders as front ends see them.

use megapane::emulator::Access;
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::*;

use crate::desk::*;

#[tokio::test(start_paused = true)]
async fn a_local_folder_opens_with_title_parent_and_rows_in_order() {
    let mut desk = Desk::with(|_, disk| std::fs::create_dir(disk.join("Zoo")).unwrap(), |_| {});
    desk.write("b10.txt", b"12345", 1_700_000_000);
    desk.write("b2.txt", b"1", 1_700_000_000);
    desk.write(".hidden", b"1", 1_700_000_000);
    let head = desk.open_disk("").await;
    assert_eq!(head.title, "~/disk");
    assert!(head.has_parent && head.writable && head.free_bytes.is_some());
    assert_eq!((head.row_count, head.left_out_count, head.bytes), (3, 1, 6));
    assert_eq!(desk.shown(DISK).await, ["Zoo", "b2.txt", "b10.txt"]);
}

#[tokio::test(start_paused = true)]
async fn the_parent_opens_with_the_cursor_on_the_folder_left() {
    let mut desk = Desk::new();
    desk.write("a/x", b"", 1);
    desk.write("b/x", b"", 1);
    desk.open_disk("b").await;
    desk.send(Command::OpenParent { view: DISK });
    let location = desk.local("");
    let head = desk.head(DISK, |head| head.location == location).await;
    assert_eq!((head.focus, head.focus_key), (Some(1), Some(EntryKey::Name("b".into()))));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_gone_is_told_in_its_view() {
    let mut desk = Desk::new();
    desk.send(Command::Open { view: DISK, location: desk.local("missing"), focus: None });
    let head =
        desk.until(|event| if let Event::View(head) = event { Some(head.clone()) } else { None }).await;
    let ViewState::Failed(problem) = head.state else { panic!("{:?}", head.state) };
    assert_eq!(problem.kind, ProblemKind::FolderNotFound);
    assert!(problem.message.contains("missing") && head.has_parent);
}

#[tokio::test(start_paused = true)]
async fn a_newer_open_cancels_an_older_one() {
    let mut desk = Desk::new();
    desk.write("a/in-a", b"", 1);
    desk.write("b/in-b", b"", 1);
    desk.send(Command::Open { view: DISK, location: desk.local("a"), focus: None });
    desk.send(Command::Open { view: DISK, location: desk.local("b"), focus: None });
    let b = desk.local("b");
    desk.head(DISK, |head| head.location == b).await;
    assert_eq!(desk.shown(DISK).await, ["in-b"]);
    let a = desk.local("a");
    let showed_a = |event: &Event| matches!(event, Event::View(head) if head.location == a);
    assert!(!desk.seen.iter().any(showed_a));
}

#[tokio::test(start_paused = true)]
async fn equal_names_are_numbered_in_handle_order_and_counted() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            ann.folder_in(root, "Lisbon");
            ann.folder_in(root, "Lisbon");
            ann.file("notes.md", b"1", 1);
        },
        |_| {},
    );
    let head = desk.open_cloud("").await;
    assert_eq!(head.twin_count, 2);
    let twins: Vec<u32> = desk.rows(CLOUD).await.iter().map(|row| row.entry.flags.twin).collect();
    assert_eq!(twins, [1, 2, 0]);
}

#[tokio::test(start_paused = true)]
async fn folders_of_the_cloud_show_the_size_of_all_below_and_broken_nodes_are_rows_too() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("Photos/2024/a.jpg", b"12345", 1);
            ann.file("Photos/b.jpg", b"123", 1);
            ann.undecryptable("", 77);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let rows = desk.rows(CLOUD).await;
    assert_eq!((rows[0].entry.name.as_str(), rows[0].entry.size), ("Photos", Some(8)));
    assert!(rows[1].entry.flags.undecryptable && rows[1].entry.name.starts_with("?undecryptable H:"));
}

#[tokio::test(start_paused = true)]
async fn the_places_of_an_account_stand_in_its_root_and_lead_back_to_it() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("old.txt", b"1", 1);
            ann.trash("old.txt").unwrap();
        },
        |_| {},
    );
    desk.open_cloud("").await;
    assert_eq!(desk.shown(CLOUD).await, ["Rubbish bin"]);
    let location = Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish };
    desk.send(Command::Open { view: CLOUD, location: location.clone(), focus: None });
    let head = desk.head(CLOUD, |head| head.location == location).await;
    assert_eq!((head.title.as_str(), head.row_count), ("work://bin", 1));
    desk.send(Command::OpenParent { view: CLOUD });
    let head = desk.head(CLOUD, |head| head.location != location).await;
    assert_eq!(head.focus_key, Some(EntryKey::Place(CloudFolder::Rubbish)));
    assert_eq!(head.focus, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_share_for_reading_is_shown_and_not_writable() {
    let mut desk = Desk::new();
    let bob = desk.emulator.add_account(megapane::emulator::NewAccount::new("bob@example.org"));
    bob.file("Club/plan.txt", b"plan", 1);
    bob.share("Club", &desk.ann, Access::Read).unwrap();
    desk.open_cloud("//in").await;
    let rows = desk.rows(CLOUD).await;
    assert_eq!(rows[0].entry.name, "Club");
    assert!(rows[0].entry.flags.read_only);
    let head = desk.open_cloud("//in/Club").await;
    assert!(!head.writable);
    desk.send(Command::CreateFolder { parent: head.location, name: "x".into() });
    let problem = desk.problem().await;
    assert!(problem.message.contains("read-only"), "{}", problem.message);
}

#[tokio::test(start_paused = true)]
async fn a_path_that_leads_nowhere_leaves_the_view_as_it_is() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("a.txt", b"1", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    for (path, named) in [("work:nowhere", "work:nowhere"), ("work:a.txt/below", "work:a.txt")] {
        desk.send(Command::OpenPath { view: CLOUD, path: path.into() });
        let problem = desk.problem().await;
        assert_eq!(problem.kind, ProblemKind::FolderNotFound);
        assert!(problem.message.contains(named), "{}", problem.message);
    }
    assert_eq!(desk.shown(CLOUD).await, ["a.txt"]);
}

#[tokio::test(start_paused = true)]
async fn an_ambiguous_path_is_never_the_first_of_its_meanings() {
    let mut desk = Desk::with(
        |ann, _| {
            let root = ann.roots()[0];
            ann.folder_in(root, "Lisbon");
            ann.folder_in(root, "Lisbon");
        },
        |_| {},
    );
    desk.send(Command::OpenPath { view: CLOUD, path: "work:Lisbon".into() });
    let problem = desk.problem().await;
    assert_eq!(problem.kind, ProblemKind::Ambiguous);
    assert!(problem.message.contains("H:"), "{}", problem.message);
}

#[tokio::test(start_paused = true)]
async fn marks_sums_sort_and_filter_work_over_the_border() {
    let mut desk = Desk::new();
    for (name, size) in [("a.txt", 3), ("b.jpg", 2), ("c.txt", 1)] {
        desk.write(name, &vec![0; size], 1_700_000_000);
    }
    desk.open_disk("").await;
    desk.rows(DISK).await;
    desk.send(Command::Mark {
        view: DISK,
        change: MarkChange::Pattern { pattern: "*.txt".into(), on: true },
    });
    let head = desk.head(DISK, |head| head.marked_count == 2).await;
    assert_eq!((head.marked_bytes, head.marked_unsized_count), (4, 0));
    let rows = desk
        .until(|event| if let Event::Rows { rows, .. } = event { Some(rows.clone()) } else { None })
        .await;
    assert_eq!(rows.iter().map(|row| row.marked).collect::<Vec<_>>(), [true, false, true]);
    let arrangement = Arrangement { sort: Sort::Size, ..Arrangement::default() };
    desk.send(Command::Arrange { view: DISK, arrangement: arrangement.clone() });
    desk.head(DISK, |head| head.arrangement == arrangement).await;
    assert_eq!(desk.shown(DISK).await, ["c.txt", "b.jpg", "a.txt"]);
    desk.send(Command::Find { view: DISK, text: "TXT".into(), from: 0, backwards: false });
    let row = desk.until(|event| if let Event::Found { row, .. } = event { Some(*row) } else { None }).await;
    assert_eq!(row, Some(2));
}

#[tokio::test(start_paused = true)]
async fn marked_folders_of_the_disk_are_counted_apart_as_long_as_nobody_knows_their_size() {
    let mut desk = Desk::new();
    desk.write("a.txt", &[0; 3], 1_700_000_000);
    desk.write("folder/inside", &[0; 5], 1_700_000_000);
    desk.open_disk("").await;
    desk.send(Command::Mark { view: DISK, change: MarkChange::All });
    let head = desk.head(DISK, |head| head.marked_count == 2).await;
    assert_eq!((head.marked_bytes, head.marked_unsized_count), (3, 1));
    desk.send(Command::Mark { view: DISK, change: MarkChange::Toggle(EntryKey::Name("folder".into())) });
    let head = desk.head(DISK, |head| head.marked_count == 1).await;
    assert_eq!((head.marked_bytes, head.marked_unsized_count), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_behind_all_that_was_asked_before_it() {
    let mut desk = Desk::new();
    for name in ["a.txt", "b.jpg"] {
        desk.write(name, b"x", 1_700_000_000);
    }
    desk.open_disk("").await;
    let folder = Location::Local(desk.disk().join("deeper"));
    std::fs::create_dir(desk.disk().join("deeper")).unwrap();
    desk.write("deeper/c.txt", b"x", 1_700_000_000);
    let arrangement = Arrangement { hidden: true, ..Arrangement::default() };
    desk.send(Command::Open { view: DISK, location: folder.clone(), focus: None });
    desk.send(Command::WhenAnswered { view: DISK, number: 1 });
    assert_eq!(desk.answered(DISK, 1).await.location, folder, "it waits until the folder is read");
    desk.send(Command::Arrange { view: DISK, arrangement: arrangement.clone() });
    desk.send(Command::WhenAnswered { view: DISK, number: 2 });
    assert_eq!(desk.answered(DISK, 2).await.arrangement, arrangement, "and until it is sorted");
    desk.send(Command::Mark { view: DISK, change: MarkChange::All });
    desk.send(Command::WhenAnswered { view: DISK, number: 3 });
    assert_eq!(desk.answered(DISK, 3).await.marked_count, 1);
    desk.send(Command::OpenPath { view: DISK, path: "work:/".into() });
    desk.send(Command::WhenAnswered { view: DISK, number: 4 });
    let head = desk.answered(DISK, 4).await;
    assert_eq!(head.state, ViewState::Opening, "an account that has to connect first is not waited for");
    desk.send(Command::WhenAnswered { view: ViewId(9), number: 5 });
    desk.until(|event| (*event == Event::Answered { view: ViewId(9), number: 5 }).then_some(())).await;
}

#[tokio::test(start_paused = true)]
async fn refreshing_a_cloud_folder_asks_the_server() {
    let mut desk = Desk::new();
    assert_eq!(desk.open_cloud("").await.row_count, 0);
    desk.ann.file("from-elsewhere.txt", b"1", 1);
    desk.send(Command::Refresh { view: CLOUD });
    desk.head(CLOUD, |head| head.row_count == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_large_local_folder_sends_only_the_rows_that_are_asked_for() {
    let mut desk = Desk::new();
    for number in 0..3000 {
        std::fs::File::create(desk.disk().join(format!("f{number}"))).unwrap();
    }
    assert_eq!(desk.open_disk("").await.row_count, 3000);
    desk.send(Command::Rows { view: DISK, start: 1500, count: 20 });
    let rows = desk
        .until(|event| if let Event::Rows { rows, .. } = event { Some(rows.clone()) } else { None })
        .await;
    assert_eq!((rows.len(), rows[0].entry.name.as_str()), (20, "f1500"));
    let sent: usize =
        desk.seen.iter().map(|event| if let Event::Rows { rows, .. } = event { rows.len() } else { 0 }).sum();
    assert_eq!(sent, 20);
}
