//! The pages of usage and of a search, drawn at several sizes, with names that mean no good.
#![cfg(test)]

mod screen;

use megapane::entry::{CloudFolder, Entry, EntryKey, EntryKind, Location};
use megapane::message::{
    Event, Hit, Problem, ProblemKind, SearchId, SearchProgress, UsageId, UsagePart, UsageRow, UsageSheet,
};
use megapane::ui::state::AppState;
use screen::{cloud, local, photos, picture, pictures, pull_about, sample, tell, type_in};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn at_all_sizes(name: &str, prepare: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = sample(width, height);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
}

fn row(entry: Entry, bytes: u64, files: u64) -> UsageRow {
    UsageRow { part: UsagePart::Entry(entry), bytes, file_count: Some(files) }
}

fn sheet(usage: u64, rows: Vec<UsageRow>) -> UsageSheet {
    UsageSheet {
        usage: UsageId(usage),
        place: photos(),
        title: "work:/".into(),
        parent: None,
        bytes: rows.iter().map(|row| row.bytes).sum(),
        file_count: rows.iter().filter_map(|row| row.file_count).sum(),
        rows,
        unreadable_count: 0,
        is_complete: true,
        problem: None,
    }
}

fn account_rows() -> Vec<UsageRow> {
    let entry = |handle, name| cloud(handle, name, 0, "2024-05-02T09:15").entry;
    let bin = Entry {
        key: EntryKey::Place(CloudFolder::Rubbish),
        name: "Rubbish bin".into(),
        kind: EntryKind::Folder,
        ..entry(1, "x/")
    };
    vec![
        row(entry(5, "Photos/"), 10_522_669_875, 41_220),
        row(entry(9, "Phone backup/"), 4_724_464_025, 18_004),
        UsageRow { part: UsagePart::Versions, bytes: 2_254_857_830, file_count: None },
        row(bin, 1_610_612_736, 2_117),
        row(entry(10, "cast\x1b[31m \u{202e}evil 🚋 日本/"), 429_496_729, 1_902),
        row(
            entry(11, "one file with a name that is so long that it has to be cut somewhere.pdf"),
            5_242_880,
            1,
        ),
        row(entry(12, "nothing/"), 0, 0),
        UsageRow { part: UsagePart::Others(12_345), bytes: 9_000, file_count: Some(12_345) },
    ]
}

#[test]
fn the_usage_of_an_account() {
    at_all_sizes("account", |state| {
        type_in(state, "<Tab>z");
        tell(state, Event::Quota { account: "work".into(), used: 19_542_101_196, total: 21_474_836_480 });
        tell(state, Event::Usage(sheet(1, account_rows())));
        type_in(state, "<Space>");
    });
}

#[test]
fn the_usage_of_a_disk_that_is_being_added_up_and_one_that_cannot_be() {
    at_all_sizes("adding_up", |state| {
        type_in(state, "z");
        let rows = vec![row(local("2024/", 0, "2024-05-02T09:15").entry, 1 << 30, 1_000)];
        let sheet = UsageSheet { is_complete: false, unreadable_count: 3, ..sheet(1, rows) };
        tell(state, Event::Usage(UsageSheet { place: pictures(), title: "~/Pictures".into(), ..sheet }));
    });
    at_all_sizes("refused", |state| {
        type_in(state, "z");
        let problem = Problem::new(ProblemKind::Other, "cannot read \"~/Pictures\": permission denied", "");
        let place = Location::Local("/home/anna/Pictures".into());
        let sheet = UsageSheet { problem: Some(problem), place, ..sheet(1, Vec::new()) };
        tell(state, Event::Usage(UsageSheet { title: "~/Pictures".into(), ..sheet }));
    });
}

#[test]
fn a_search_of_the_account_before_and_after_something_is_typed() {
    at_all_sizes("search_syntax", |state| type_in(state, "gf"));
    at_all_sizes("search_trouble", |state| {
        type_in(state, "gfsize:huge");
        let trouble = Some("size:huge: write a size like 100K, 1.5M or 2G".to_owned());
        let progress = SearchProgress { is_complete: true, trouble, ..SearchProgress::default() };
        tell(state, Event::Hits { search: SearchId(9), hits: Vec::new(), progress });
    });
    at_all_sizes("search_marked", |state| {
        type_in(state, "gfcast");
        let hit = |row: megapane::message::Row, folder: &str, rank| Hit {
            entry: row.entry,
            parent: photos(),
            folder: folder.into(),
            rank,
        };
        let hits = vec![
            hit(
                cloud(9, "cast\x1b[31m \u{202e}evil.jpg", 4_613_734, "2024-08-13T22:15"),
                "work://bin/\x1b]0;x",
                5,
            ),
            hit(cloud(5, "castle.jpg", 5_242_880, "2024-08-13T09:15"), "Photos/2024", 9),
        ];
        let progress = SearchProgress {
            seen_count: 1_048_576,
            hit_count: 123_456,
            is_complete: true,
            ..SearchProgress::default()
        };
        tell(state, Event::Hits { search: SearchId(4), hits, progress });
        type_in(state, "<Tab><Space>");
    });
}

/// 252 bytes of signs of two columns each, an escape sequence, and what turns the writing direction.
#[test]
fn names_that_mean_no_good() {
    let evil = format!("{}\x1b]0;owned\x07\u{202e}gpj.exe", "🚋".repeat(63));
    at_all_sizes("search_hostile", |state| {
        type_in(state, "gfx");
        let hit = |name: &str| Hit {
            entry: cloud(9, name, 4_613_734, "2024-08-13T22:15").entry,
            parent: photos(),
            folder: format!("Photos/{evil}/{evil}"),
            rank: 1,
        };
        let hits = vec![hit(&evil), hit("plain.jpg")];
        let progress = SearchProgress { hit_count: 2, seen_count: 5, is_complete: true, trouble: None };
        tell(state, Event::Hits { search: SearchId(1), hits, progress });
        type_in(state, "<Tab>");
    });
    at_all_sizes("usage_hostile", |state| {
        type_in(state, "<Tab>z");
        let rows = vec![row(cloud(9, &format!("{evil}/"), 0, "2024-08-13T22:15").entry, 1 << 30, 1_000)];
        tell(state, Event::Usage(UsageSheet { title: format!("work:/{evil}"), ..sheet(1, rows) }));
    });
}

#[test]
fn a_begun_sequence_says_how_it_goes_on() {
    at_all_sizes("search_begun", |state| {
        type_in(state, "gfx");
        let entry = cloud(9, "x.jpg", 4_613_734, "2024-08-13T22:15").entry;
        let hits = vec![Hit { entry, parent: photos(), folder: "Photos".into(), rank: 1 }];
        let progress = SearchProgress { hit_count: 1, seen_count: 5, is_complete: true, trouble: None };
        tell(state, Event::Hits { search: SearchId(1), hits, progress });
        type_in(state, "<Tab>y");
    });
}
