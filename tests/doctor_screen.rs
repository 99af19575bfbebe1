//! Pictures of the page of what is wrong, with this machine and with an account.
#![cfg(test)]

mod screen;

use megapane::message::{Event, Finding};
use megapane::ui::state::AppState;
use screen::{fill, picture, pull_about, state, tell, type_in};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn pictures(name: &str, make: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = state(width, height);
        fill(&mut state);
        make(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
    let mut small = state(20, 5);
    fill(&mut small);
    make(&mut small);
    assert_eq!(picture(&small).lines().count(), 5);
}

fn findings() -> Vec<Finding> {
    vec![
        Finding::ok("rights", "files and folders of megapane are for you alone"),
        Finding::ok("transfers", "nothing unfinished lies about"),
        Finding::ok("login", "\"work\" is open, with 393 nodes"),
        Finding::bad("storage", "the account is full: nothing can be uploaded")
            .mended_by("megapane cleanup work:, or delete old versions"),
        Finding::warn("names", "entries with a name that another has in the same folder: 4")
            .mended_by("megapane dedupe work:"),
        Finding::warn("keys", "1 node cannot be decrypted, the first is Phone\u{1b}[2J backup/H:k5tpwiMl")
            .mended_by("open and save the share once in the official app, or ask who shares it"),
        Finding::ok("times", "every file has its time"),
    ]
}

#[test]
fn what_is_wrong_stands_first_and_says_what_mends_it() {
    pictures("doctor", |state| {
        type_in(state, "<Tab>gD");
        tell(state, Event::Findings(findings()));
    });
}

#[test]
fn the_row_under_the_cursor_is_said_in_full() {
    pictures("doctor_row", |state| {
        type_in(state, "<Tab>gD");
        tell(state, Event::Findings(findings()));
        type_in(state, "jj");
    });
}

#[test]
fn nothing_is_wrong() {
    pictures("doctor_well", |state| {
        type_in(state, "<Tab>gD");
        tell(state, Event::Findings(vec![Finding::ok("rights", "files and folders are for you alone")]));
    });
}
