//! Tests of the pane: rows asked for, scrolling, the focus that crosses with a move.
//! The pane is fed heads and rows as the worker sends them; what it asks for is read off its commands.

use super::*;
use crate::entry::{Entry, EntryFlags, EntryKind};

const HEIGHT: u64 = 10;

fn head(generation: u64, row_count: u64) -> ViewHead {
    ViewHead {
        view: ViewId(0),
        generation,
        location: Location::Local("/tmp".into()),
        title: "/tmp".to_owned(),
        has_parent: true,
        state: ViewState::Ready,
        arrangement: Arrangement::default(),
        row_count,
        left_out_count: 0,
        signs: None,
        bytes: 0,
        marked_count: 0,
        marked_bytes: 0,
        marked_unsized_count: 0,
        twin_count: 0,
        focus_key: None,
        focus: None,
        writable: true,
        free_bytes: None,
    }
}

fn row(name: &str) -> Row {
    Row {
        entry: Entry {
            key: EntryKey::Name(name.into()),
            name: name.to_owned(),
            kind: EntryKind::File,
            size: Some(1),
            modified: None,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        },
        marked: false,
        sign: None,
    }
}

fn rows(range: Range<u64>) -> Vec<Row> {
    range.map(|number| row(&number.to_string())).collect()
}

fn asked(pane: &mut Pane) -> Vec<Range<u64>> {
    let mut commands = Vec::new();
    pane.settle(HEIGHT, &mut commands);
    commands
        .iter()
        .filter_map(|command| match command {
            Command::Rows { start, count, .. } => Some(*start..*start + u64::from(*count)),
            _ => None,
        })
        .collect()
}

#[test]
fn two_pages_are_asked_for_and_then_only_what_is_missing() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 1000), HEIGHT);
    assert_eq!(asked(&mut pane), vec![0..30]);
    assert_eq!(asked(&mut pane), [0..0; 0], "nothing is asked twice");
    pane.go_to(15, HEIGHT);
    assert_eq!(pane.top, 10);
    assert_eq!(asked(&mut pane), [0..0; 0], "a page is left on both sides");
    pane.go_to(25, HEIGHT);
    assert_eq!(asked(&mut pane), vec![30..50]);
    pane.go_to(900, HEIGHT);
    assert_eq!(asked(&mut pane), vec![875..925], "a far jump asks anew");
}

#[test]
fn the_list_moves_on_by_half_a_page_at_an_edge() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 1000), HEIGHT);
    for _ in 0..9 {
        pane.go_by(1, false, HEIGHT);
    }
    assert_eq!((pane.cursor, pane.top), (10, 5));
    pane.go_by(1, false, HEIGHT);
    assert_eq!((pane.cursor, pane.top), (11, 5));
    pane.go_by(-7, false, HEIGHT);
    assert_eq!((pane.cursor, pane.top), (4, 0));
}

#[test]
fn a_focus_that_crossed_with_a_later_move_is_ignored() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 5), HEIGHT);
    pane.receive_rows(1, 0, rows(0..5), HEIGHT);
    pane.go_to(4, HEIGHT);
    pane.settle(HEIGHT, &mut Vec::new());
    let mut late = head(2, 5);
    (late.focus_key, late.focus) = (Some(EntryKey::Name("0".into())), Some(0));
    pane.receive_head(late, HEIGHT);
    assert_eq!(pane.cursor, 4);
    let mut timely = head(3, 5);
    (timely.focus_key, timely.focus) = (Some(EntryKey::Name("3".into())), Some(1));
    pane.receive_head(timely, HEIGHT);
    assert_eq!(pane.cursor, 2, "its own entry is followed");
}

#[test]
fn the_cursor_follows_its_entry_through_a_change_that_crossed_with_its_move() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 5), HEIGHT);
    pane.receive_rows(1, 0, rows(0..5), HEIGHT);
    pane.go_to(4, HEIGHT);
    pane.settle(HEIGHT, &mut Vec::new());
    pane.receive_head(head(2, 6), HEIGHT);
    let mut changed = rows(0..5);
    changed.insert(0, row("new"));
    pane.receive_rows(2, 0, changed, HEIGHT);
    assert_eq!(pane.current().unwrap().entry.name, "3");
}

#[test]
fn rows_of_another_generation_are_thrown_away_and_old_ones_stay_until_then() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 5), HEIGHT);
    pane.receive_rows(1, 0, rows(0..5), HEIGHT);
    pane.receive_head(head(2, 3), HEIGHT);
    assert!(pane.is_complete(HEIGHT), "no flicker");
    pane.receive_rows(1, 0, vec![row("old")], HEIGHT);
    assert_eq!(pane.row_on(1).unwrap().entry.name, "0");
    assert!(pane.row_on(4).is_none(), "rows past the end are gone");
}

#[test]
fn the_cursor_stays_in_range_when_the_folder_shrinks() {
    let mut pane = Pane::new(ViewId(0));
    pane.receive_head(head(1, 500), HEIGHT);
    pane.go_to(500, HEIGHT);
    pane.receive_head(head(2, 0), HEIGHT);
    assert_eq!((pane.cursor, pane.top), (0, 0));
}
