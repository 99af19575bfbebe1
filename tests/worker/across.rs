//! Copies and moves from one folder of the disk to another: what arrives, what is asked, what never goes, and the way back.

use megapane::entry::{EntryKey, Location};
use megapane::message::*;
use tempfile::TempDir;

use crate::desk::*;

const TIME: i64 = 1_700_000_000;

fn picked(parent: Location, names: &[&str]) -> Selection {
    Selection::Entries { parent, keys: names.iter().map(|name| EntryKey::Name((*name).into())).collect() }
}

/// The request of the screen's move.
fn moving(selection: Selection, target: Location, policy: ConflictPolicy) -> CopyRequest {
    let mut moving = request(selection, target, policy);
    moving.options.task = Task::Move { empty_folders: true };
    moving.options.trash_sources = true;
    moving
}

/// A folder on another disk than the desk's, where there is one.
fn other_disk() -> Option<TempDir> {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &std::path::Path| std::fs::metadata(path).unwrap().dev();
    let there = tempfile::tempdir_in("/dev/shm").ok()?;
    (disk(there.path()) != disk(&std::env::temp_dir())).then_some(there)
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_copied_with_names_bytes_and_times_and_undo_takes_it_back() {
    let mut desk = Desk::new();
    desk.write("from/Photos/2024/a.jpg", b"first", TIME);
    desk.write("from/Photos/CON.txt", b"as it is called", TIME);
    desk.write("from/b.jpg", &vec![7; 9_000_000], TIME + 5);
    desk.write("to/own.txt", b"own", TIME);
    std::fs::create_dir(desk.disk().join("from/bare")).unwrap();
    desk.open_disk("to").await;
    let ran = desk.copy(desk.local("from"), desk.local("to"), ConflictPolicy::Ask).await;
    assert_eq!((ran.plan.file_count, ran.plan.bytes, ran.report.problem), (3, 9_000_020, None));
    assert_eq!((ran.report.copied_count, ran.report.copied_bytes), (3, 9_000_020));
    assert_eq!(desk.names("to"), ["Photos", "b.jpg", "bare", "own.txt"]);
    assert_eq!(desk.names("to/Photos"), ["2024", "CON.txt"]);
    assert_eq!(desk.read("to/b.jpg"), vec![7; 9_000_000]);
    assert_eq!(desk.names("from"), ["Photos", "b.jpg", "bare"], "a copy takes nothing away");
    desk.shows(DISK, |head| head.row_count == 4).await;
    let again = desk.copy(desk.local("from"), desk.local("to"), ConflictPolicy::Ask).await;
    assert_eq!((again.report.same_count, again.report.copied_count), (3, 0), "times are kept");
    desk.back();
    desk.done().await;
    assert_eq!(desk.names("to"), ["own.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_asked_about_and_what_is_replaced_comes_back() {
    let mut desk = Desk::new();
    desk.write("from/a.txt", b"new", TIME + 100);
    desk.write("from/same.txt", b"same", TIME + 100);
    desk.write("to/a.txt", b"older", TIME);
    desk.write("to/same.txt", b"same", TIME + 99);
    let wanted = request(Selection::Contents(desk.local("from")), desk.local("to"), ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| (Resolution::Overwrite, Scope::One)).await;
    assert_eq!(ran.conflicts.len(), 1, "what a coarse clock tells apart is read and found the same");
    assert_eq!((ran.conflicts[0].path.as_str(), ran.report.same_count), ("a.txt", 1));
    assert_eq!(*ran.note("a.txt"), Note::CopiedReplaced);
    assert_eq!(desk.read("to/a.txt"), b"new");
    desk.back();
    desk.done().await;
    assert_eq!(desk.read("to/a.txt"), b"older");
}

#[tokio::test(start_paused = true)]
async fn a_move_on_one_disk_is_a_rename_and_merges_what_both_have() {
    let mut desk = Desk::new();
    desk.write("from/whole/deep/a.txt", b"a", TIME);
    desk.write("from/both/new.txt", b"new", TIME);
    desk.write("to/both/old.txt", b"old", TIME);
    std::os::unix::fs::symlink("nowhere", desk.disk().join("from/whole/link")).unwrap();
    let wanted =
        moving(picked(desk.local("from"), &["whole", "both"]), desk.local("to"), ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
    assert_eq!((ran.report.problem, ran.report.copied_count), (None, 3), "the link counts");
    assert_eq!(desk.names("to/both"), ["new.txt", "old.txt"]);
    assert_eq!(desk.names("to/whole"), ["deep", "link"]);
    assert!(desk.names("from").is_empty());
    desk.back();
    desk.done().await;
    assert_eq!(
        (desk.names("from"), desk.names("from/whole")),
        (vec!["both".into(), "whole".into()], vec!["deep".into(), "link".into()])
    );
    assert_eq!(
        (desk.names("to"), desk.names("to/both")),
        (vec!["both".to_owned()], vec!["old.txt".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_move_to_another_disk_copies_verifies_removes_and_comes_back() {
    let Some(there) = other_disk() else { return };
    let mut desk = Desk::new();
    desk.write("from/folder/deep/a.txt", b"a", TIME);
    desk.write("from/b.txt", b"b", TIME);
    std::fs::write(there.path().join("b.txt"), b"theirs").unwrap();
    let target = Location::Local(there.path().to_path_buf());
    let wanted = moving(picked(desk.local("from"), &["folder", "b.txt"]), target, ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| (Resolution::Overwrite, Scope::One)).await;
    assert_eq!((ran.report.problem, ran.report.copied_count, ran.plan.file_count), (None, 2, 1));
    assert_eq!(std::fs::read(there.path().join("folder/deep/a.txt")).unwrap(), b"a");
    assert_eq!(std::fs::read(there.path().join("b.txt")).unwrap(), b"b");
    assert!(desk.names("from").is_empty());
    desk.back();
    desk.done().await;
    assert_eq!(desk.read("from/folder/deep/a.txt"), b"a");
    assert_eq!(desk.read("from/b.txt"), b"b");
    assert_eq!(std::fs::read(there.path().join("b.txt")).unwrap(), b"theirs");
    assert!(!there.path().join("folder").exists());
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_into_itself_or_onto_itself() {
    let mut desk = Desk::new();
    desk.write("a/deep/x.txt", b"x", TIME);
    desk.write("y.txt", b"y", TIME);
    std::os::unix::fs::symlink(desk.disk().join("a/deep"), desk.disk().join("way-in")).unwrap();
    for target in ["a/deep", "way-in"] {
        for wanted in [
            request(picked(desk.local(""), &["a"]), desk.local(target), ConflictPolicy::Ask),
            moving(picked(desk.local(""), &["a"]), desk.local(target), ConflictPolicy::Ask),
        ] {
            let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
            assert!(ran.report.problem.is_some(), "{target}");
            assert_eq!(desk.names("a/deep"), ["x.txt"]);
        }
    }
    for task in [Task::Sync(SyncRules::default()), Task::Move { empty_folders: true }] {
        let mut wanted =
            request(Selection::Contents(desk.local("a/deep")), desk.local("a"), ConflictPolicy::Ask);
        wanted.options.task = task;
        let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
        assert!(ran.report.problem.is_some(), "{task:?}");
        assert_eq!(desk.names("a/deep"), ["x.txt"], "{task:?}");
    }
    let itself = moving(picked(desk.local(""), &["y.txt"]), desk.local(""), ConflictPolicy::Overwrite);
    let ran = desk.run(itself, |_| panic!("nobody is asked")).await;
    assert!(ran.report.problem.is_some());
    assert_eq!(desk.read("y.txt"), b"y");
}

#[tokio::test(start_paused = true)]
async fn a_move_of_what_is_there_already_puts_the_source_into_the_trash_once_it_is_read() {
    let mut desk = Desk::new();
    desk.write("from/a.txt", b"same", TIME);
    desk.write("to/a.txt", b"same", TIME);
    desk.write("from/b.txt", b"here", TIME);
    desk.write("to/b.txt", b"THEM", TIME);
    let wanted = moving(Selection::Contents(desk.local("from")), desk.local("to"), ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| (Resolution::Skip, Scope::One)).await;
    assert_eq!((ran.report.same_count, ran.report.left_alone_count), (1, 1));
    assert_eq!(desk.names("from"), ["b.txt"], "size and time are no proof");
    desk.back();
    desk.done().await;
    assert_eq!(desk.names("from"), ["a.txt", "b.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_made_like_another_and_what_went_comes_back() {
    let mut desk = Desk::new();
    desk.write("from/a.txt", b"a", TIME);
    desk.write("to/a.txt", b"old a", TIME - 100);
    desk.write("to/extra/b.txt", b"b", TIME);
    let mut sync =
        request(Selection::Contents(desk.local("from")), desk.local("to"), ConflictPolicy::Overwrite);
    sync.options.task = Task::Sync(SyncRules::default());
    let ran = desk.run(sync, |_| panic!("nobody is asked")).await;
    assert_eq!((ran.report.copied_count, ran.report.deleted_count, ran.report.problem), (1, 1, None));
    assert_eq!(desk.names("to"), ["a.txt"]);
    desk.back();
    desk.done().await;
    assert_eq!((desk.read("to/a.txt"), desk.read("to/extra/b.txt")), (b"old a".to_vec(), b"b".to_vec()));
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn names_that_are_not_unicode_are_copied_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let mut desk = Desk::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    std::fs::create_dir_all(desk.disk().join("from")).unwrap();
    std::fs::write(desk.disk().join("from").join(name), b"x").unwrap();
    std::fs::create_dir(desk.disk().join("to")).unwrap();
    let mut sync =
        request(Selection::Contents(desk.local("from")), desk.local("to"), ConflictPolicy::Overwrite);
    sync.options.task = Task::Sync(SyncRules::default());
    desk.run(sync, |_| panic!("nobody is asked")).await;
    assert_eq!(std::fs::read(desk.disk().join("to").join(name)).unwrap(), b"x");
}
