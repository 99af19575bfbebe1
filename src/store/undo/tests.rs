//! Tests of the undo journal: what is written is read, whatever is cut short, mixed up or written by several at once.
//! They know the file's lines only where damage is the point.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use super::*;

fn journal() -> (tempfile::TempDir, PathBuf, UndoJournal) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("undo.jsonl");
    let journal = UndoJournal::open(&path).unwrap();
    (folder, path, journal)
}

#[test]
fn records_come_newest_first_with_how_they_ended() {
    let (_folder, path, journal) = journal();
    let ids: Vec<UndoId> = (0..4).map(|n| journal.begin(&json!({"n": n})).unwrap()).collect();
    journal.end(ids[0], Some(&json!("back"))).unwrap();
    journal.end(ids[1], None).unwrap();
    journal.refused(ids[2]).unwrap();
    let records = UndoJournal::open(&path).unwrap().read().unwrap();
    let ends: Vec<&UndoEnd> = records.iter().map(|record| &record.end).collect();
    assert_eq!(
        ends,
        [&UndoEnd::Unknown, &UndoEnd::Refused, &UndoEnd::Final, &UndoEnd::Undoable(json!("back"))]
    );
    assert_eq!(records[3].change, json!({"n": 0}));
    assert_eq!(records[3].id, ids[0]);
    assert!(records[0].begun > 1_700_000_000);
}

#[test]
fn a_line_cut_short_is_passed_over_and_does_not_spoil_the_next() {
    let (_folder, path, journal) = journal();
    journal.begin(&json!(1)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for len in 0..whole.len() {
        std::fs::write(&path, [&whole[..], &whole[..len]].concat()).unwrap();
        let journal = UndoJournal::open(&path).unwrap();
        journal.begin(&json!(2)).unwrap();
        let changes: Vec<Value> = journal.read().unwrap().into_iter().map(|record| record.change).collect();
        assert_eq!(changes.last(), Some(&json!(1)), "cut at {len}");
        assert_eq!(changes.first(), Some(&json!(2)), "cut at {len}");
    }
}

#[test]
fn garbage_is_passed_over() {
    let (_folder, path, journal) = journal();
    let id = journal.begin(&json!(1)).unwrap();
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\xff\xfe\n{}\n[1]\n{\"kind\":\"end\",\"id\":1,\"happened\":true}\n\n").unwrap();
    journal.refused(id).unwrap();
    let records = journal.read().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].end, UndoEnd::Refused);
}

#[test]
fn several_changes_are_begun_and_ended_together() {
    let (_folder, path, journal) = journal();
    let ids = journal.begin_all((0..3).map(|n| json!(n)).collect()).unwrap();
    let endings = [Ending::Happened(Some(json!("back"))), Ending::Refused];
    journal.end_all(ids.iter().copied().zip(endings).collect()).unwrap();
    let records = UndoJournal::open(&path).unwrap().read().unwrap();
    assert_eq!(records.iter().rev().map(|record| record.id).collect::<Vec<_>>(), ids);
    let ends: Vec<UndoEnd> = records.into_iter().rev().map(|record| record.end).collect();
    assert_eq!(ends, [UndoEnd::Undoable(json!("back")), UndoEnd::Refused, UndoEnd::Unknown]);
}

#[test]
fn clones_at_once_write_for_each_other_and_lose_no_line() {
    let (_folder, _path, journal) = journal();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let journal = journal.clone();
            scope.spawn(move || {
                for n in 0..25 {
                    let id = journal.begin(&json!([writer, n])).unwrap();
                    assert!(journal.read().unwrap().iter().any(|record| record.id == id));
                    journal.refused(id).unwrap();
                }
            });
        }
    });
    let records = journal.read().unwrap();
    assert_eq!(records.len(), 200);
    assert!(records.iter().all(|record| record.end == UndoEnd::Refused));
}

#[cfg(target_os = "linux")]
#[test]
fn all_who_wait_hear_that_the_disk_is_full() {
    let journal = UndoJournal::open(Path::new("/dev/full")).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(journal.begin(&json!(1)).is_err()));
        }
    });
}

#[test]
fn several_writers_at_once_lose_no_line() {
    let (_folder, path, journal) = journal();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let journal = UndoJournal::open(path).unwrap();
                for n in 0..25 {
                    let id = journal.begin(&json!([writer, n, "x".repeat(500)])).unwrap();
                    journal.end(id, None).unwrap();
                }
            });
        }
    });
    let records = journal.read().unwrap();
    assert_eq!(records.len(), 100);
    assert!(records.iter().all(|record| record.end == UndoEnd::Final));
    let ids: std::collections::HashSet<UndoId> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), 100);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path, _journal) = journal();
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_journal_of_nothing_takes_everything_and_has_nothing() {
    let journal = UndoJournal::none();
    let id = journal.begin(&json!(1)).unwrap();
    journal.end(id, None).unwrap();
    assert!(journal.read().unwrap().is_empty());
}

/// Makes a change in a group of its own, with so many bytes.
#[cfg(unix)]
fn perform(journal: &UndoJournal, label: &str, bytes: usize) -> UndoId {
    let journal = journal.in_group(&GroupTag::new(GroupKind::Doing, label));
    let id = journal.begin(&json!("x".repeat(bytes))).unwrap();
    journal.end(id, Some(&json!("back"))).unwrap();
    id
}

#[cfg(unix)]
#[test]
fn a_long_journal_keeps_its_newest_groups_and_who_has_it_open_goes_on_in_it() {
    use std::os::unix::fs::MetadataExt;
    let (_folder, path, other) = journal();
    for label in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        perform(&other, label, 1 << 20);
    }
    let slow = other.in_group(&GroupTag::new(GroupKind::Doing, "slow"));
    let under_way = slow.begin(&json!("under way")).unwrap();
    let journal = UndoJournal::open(&path).unwrap();
    let facts = std::fs::metadata(&path).unwrap();
    assert!(facts.len() < 5 << 20, "{}", facts.len());
    assert_eq!(facts.mode() & 0o777, 0o600);
    let labels = |journal: &UndoJournal| -> Vec<String> {
        journal.history().unwrap().groups().map(|group| group.label.clone()).collect()
    };
    assert_eq!(labels(&journal), ["slow", "9", "8", "7"]);
    slow.end(under_way, Some(&json!("back"))).unwrap();
    perform(&other, "later", 1);
    assert_eq!(labels(&journal), ["later", "slow", "9", "8", "7"]);
    assert!(journal.history().unwrap().groups().all(UndoGroup::stands));
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_group_is_never_cut_and_the_last_one_always_stays() {
    let journal = UndoJournal::in_memory();
    for label in ["old", "new"] {
        let group = journal.in_group(&GroupTag::new(GroupKind::Doing, label));
        let ids = group.begin_all(vec![json!("1"), json!("2")]).unwrap();
        group.end(ids[0], Some(&json!("back"))).unwrap();
        group.refused(ids[1]).unwrap();
    }
    let kept = |bytes, groups| {
        let lines = shorten::shortened(journal.contents().unwrap(), bytes, groups).unwrap();
        let history = UndoHistory::of(Contents::read(&lines));
        history.groups().map(|group| (group.label.clone(), group.change_count)).collect::<Vec<_>>()
    };
    assert_eq!(kept(1, 9), [("new".to_owned(), 1)]);
    assert_eq!(kept(1 << 20, 1), [("new".to_owned(), 1)]);
    assert_eq!(kept(1 << 20, 2), [("new".to_owned(), 1), ("old".to_owned(), 1)]);
}

#[test]
fn what_is_noted_after_the_fact_can_be_taken_back() {
    let (_folder, path, journal) = journal();
    let group = journal.in_group(&GroupTag::new(GroupKind::Doing, "copied"));
    group.note_all(vec![(json!("a"), Some(json!("back a"))), (json!("b"), Some(json!("back b")))]).unwrap();
    group.note_all(vec![(json!("c"), Some(json!("back c")))]).unwrap();
    let history = UndoJournal::open(&path).unwrap().history().unwrap();
    let next = history.next_undo().unwrap();
    assert_eq!((next.label.as_str(), next.standing.len()), ("copied", 3));
}
