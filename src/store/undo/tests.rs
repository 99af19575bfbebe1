//! Tests of the undo journal: what is written is read, whatever is cut short, mixed up or written by several at once.
//! They know the file's lines only where damage is the point.

use serde_json::json;

use super::*;

fn journal() -> (tempfile::TempDir, std::path::PathBuf, UndoJournal) {
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
