//! The panes and the pages that lead through folders, drawn at several sizes.
#![cfg(test)]

mod screen;

use megapane::entry::{EntryFlags, Location};
use megapane::message::{
    Bookmark, CopyId, CopyReport, Direction, Event, Hit, Note, Offer, Offers, PlanSummary, SearchId,
    SearchProgress, Sign, SignCounts, TransferState, TransferTotals, ViewHead, ViewId,
};
use megapane::ui::state::AppState;
use screen::{
    cloud, head, left_rows, local, photos, picture, pictures, pull_about, right_rows, sample, tell, totals,
    transfer, type_in,
};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (40, 12), (200, 50), (20, 5)];

fn at_all_sizes(name: &str, prepare: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = sample(width, height);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
}

#[test]
fn tabs_and_both_sides_together() {
    at_all_sizes("tabs", |state| {
        type_in(state, "TT2Y");
        let rows = left_rows();
        tell(state, Event::View(head(2, pictures(), "~/Pictures/2024", &rows)));
        tell(state, Event::Rows { view: ViewId(2), generation: 1, start: 0, rows });
    });
}

#[test]
fn marked_folders_of_unknown_size_are_not_told_as_nothing() {
    let show = |state: &mut AppState, marked: &[usize]| {
        let mut rows = left_rows();
        for (row, at) in rows.iter_mut().zip(0..) {
            row.marked = marked.contains(&at);
        }
        tell(state, Event::View(head(0, pictures(), "~/Pictures/2024", &rows)));
        tell(state, Event::Rows { view: ViewId(0), generation: 1, start: 0, rows });
        picture(state)
    };
    let mut state = sample(120, 40);
    let one = show(&mut state, &[0]);
    assert!(one.contains("1 marked ·") && one.contains("Copy 1 marked to work:/Photos/2024"), "{one}");
    let mixed = show(&mut state, &[0, 1, 2]);
    assert!(mixed.contains("3 marked, 4.2M + 2 folders of 27M"), "{mixed}");
    type_in(&mut state, "d");
    let asked = picture(&state);
    assert!(asked.contains("Put 3 marked entries (4.2M + 2 folders)"), "{asked}");
    assert!(asked.contains("Put into the trash"), "{asked}");
}

#[test]
fn what_a_read_only_folder_refuses_is_not_offered() {
    let mut state = sample(120, 40);
    let show = |state: &mut AppState, writable| {
        let head = head(0, pictures(), "~/Pictures/2024", &left_rows());
        tell(state, Event::View(ViewHead { writable, ..head }));
        picture(state)
    };
    assert!(show(&mut state, true).contains("m Move"));
    let fixed = show(&mut state, false);
    assert!(fixed.contains("c Copy"), "{fixed}");
    for refused in ["m Move", "r Rename", "a Folder", "d Bin"] {
        assert!(!fixed.contains(refused), "{refused}: {fixed}");
    }
}

#[test]
fn a_comparison_on_both_sides() {
    at_all_sizes("compared", |state| {
        let signs = |rows: &mut Vec<megapane::message::Row>, signs: &[Sign]| {
            for (row, sign) in rows.iter_mut().zip(signs.iter().cycle()) {
                row.sign = Some(*sign);
            }
        };
        let (mut left, mut right) = (left_rows(), right_rows());
        signs(&mut left, &[Sign::Same, Sign::OnlyHere, Sign::Newer, Sign::Unproven, Sign::Proven]);
        signs(&mut right, &[Sign::Same, Sign::Same, Sign::Older, Sign::Different, Sign::Unproven]);
        let counts =
            SignCounts { same: 6, unproven: 2, different: 2, only_here: 2, only_there: 1, is_complete: true };
        for (view, location, title, rows) in
            [(0, pictures(), "~/Pictures/2024", left), (1, photos(), "work:/Photos/2024", right)]
        {
            let head = head(view, location, title, &rows);
            tell(state, Event::View(ViewHead { generation: 2, signs: Some(counts), ..head }));
            tell(state, Event::Rows { view: ViewId(view), generation: 2, start: 0, rows });
        }
    });
}

#[test]
fn a_typed_path_with_what_it_may_become() {
    at_all_sizes("path", |state| {
        type_in(state, "gpwork:L");
        let offer = |name: &str, remark: &str| Offer {
            text: format!("work:{name}"),
            name: name.into(),
            remark: remark.into(),
            location: photos(),
            focus: None,
        };
        let offers = vec![
            offer("Lisbon/", "H:AgICAgIC"),
            offer("Lisbon/", "H:AwMDAwMD"),
            offer("Lo\x1b[31m\nres.txt", ""),
            offer("Lima – a folder with a very long name that nobody would ever want to type by hand/", ""),
        ];
        let offers = Offers { offers, count: 120, common: "work:L".into(), remark: String::new() };
        tell(state, Event::Offers { number: 8, offers });
        type_in(state, "<Down>");
    });
}

#[test]
fn bookmarks() {
    at_all_sizes("bookmarks", |state| {
        type_in(state, "'");
        let bookmark = |name: &str, letter, path: &str| Bookmark {
            name: name.into(),
            letter,
            location: Location::Local(path.into()),
            path: path.into(),
        };
        tell(
            state,
            Event::Bookmarks(vec![
                bookmark("Photos", Some('p'), "work:/Photos/2024"),
                bookmark("日本の桜", Some('j'), "~/Pictures/2024/a folder/with a long/way to it/桜"),
                bookmark("tmp\x1b[2J", None, "/tmp"),
            ]),
        );
        type_in(state, "<Down><Down><Del><Up>");
    });
    at_all_sizes("new_bookmark", |state| type_in(state, "B<Tab>p"));
}

#[test]
fn a_search_below_a_folder() {
    at_all_sizes("search", |state| {
        type_in(state, "<Tab>Fcast");
        let hit = |row: megapane::message::Row, folder: &str, rank| Hit {
            entry: row.entry,
            parent: photos(),
            folder: folder.into(),
            rank,
        };
        let hits = vec![
            hit(cloud(5, "castle.jpg", 5_242_880, "2024-08-13T09:15"), "", 4),
            hit(cloud(9, "castle-night.jpg", 4_613_734, "2024-08-13T22:15"), "Lisbon", 3),
            hit(
                cloud(
                    10,
                    "Castles of Portugal, the complete collection of 2024.pdf",
                    18 << 20,
                    "2024-05-02T09:15",
                ),
                "Books/Travel/Europe/The south and the west/Portugal",
                2,
            ),
            hit(cloud(11, "cast\x1b[31m 🚋 日本/", 0, "2024-05-02T09:15"), "\u{202e}x", 1),
        ];
        let progress = SearchProgress { seen_count: 1_048_576, hit_count: 37, ..SearchProgress::default() };
        tell(state, Event::Hits { search: SearchId(4), hits, progress });
        type_in(state, "<Tab><Space>");
    });
}

#[test]
fn a_move_before_its_yes() {
    for (name, keys) in [("move", "jjm"), ("move_many", "jj<Space><Space>m")] {
        at_all_sizes(name, |state| {
            type_in(state, keys);
            let plan = PlanSummary {
                copy: CopyId(1),
                target: "work:/Photos/2024".into(),
                is_move: true,
                file_count: 12,
                folder_count: 1,
                bytes: 4_089_447,
                conflict_count: 2,
                passed_over_count: 1,
                complete: true,
                ..PlanSummary::default()
            };
            tell(state, Event::Plan(plan));
        });
    }
}

#[test]
fn a_copy_from_disk_to_disk_on_its_way() {
    at_all_sizes("across", |state| {
        let mut row = transfer(1, "Winter/tram.mov", 851_443_712, 400_556_032, TransferState::Running);
        row.direction = Direction::Across;
        let totals = TransferTotals { across_speed: 310 << 20, up_speed: 0, ..totals(1, 0) };
        tell(state, Event::Transfers { changed: vec![row], removed: vec![], totals });
        type_in(state, "w");
    });
}

#[test]
fn a_sync_before_its_yes() {
    at_all_sizes("sync", |state| {
        type_in(state, "S");
        for (path, size, note) in [
            ("Lisbon/old tram.mov", 851_443_712, Note::WouldDelete),
            ("castle.jpg", 5_347_737, Note::WouldReplace),
            ("Winter/a\x1b[31m.jpg", 4_089_447, Note::WouldCopy),
            ("beach-noon.jpg", 4_089_447, Note::WouldCopy),
        ] {
            tell(state, Event::CopyNote { copy: CopyId(1), path: path.into(), size, note });
        }
        tell(state, Event::CopyEnded(CopyReport { copy: CopyId(1), ..CopyReport::default() }));
    });
}

/// Names of all kinds, in a folder with a long path.
fn odd(state: &mut AppState) {
    let mut left = vec![
        local("a folder with quite a long name to begin with/", 0, "2024-08-12T10:00"),
        local(
            "👨\u{200d}👩\u{200d}👧 family 日本語の長い名前のファイル.heic",
            u64::MAX / 4,
            "2019-05-01T00:00",
        ),
        local(
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} combined.tar.gz",
            999,
            "2024-08-14T18:02",
        ),
        local("no extension but a name that goes on and on and on and on", 1000, "2024-02-03T10:00"),
        local("x", 0, "2024-08-13T18:02"),
    ];
    left[4].entry.modified = None;
    let mut right = vec![
        cloud(2, "shared/", 2_254_857_830, "2024-08-12T10:00"),
        cloud(3, "locked.bin", 12_582_912, "2024-08-12T10:00"),
        cloud(4, "twin.jpg", 4_404_019, "2024-08-12T07:31"),
        cloud(5, "twin.jpg", 5_242_880, "2024-08-13T09:15"),
    ];
    right[0].entry.flags.shared = true;
    right[0].entry.modified = None;
    right[1].entry.flags = EntryFlags { read_only: true, ..EntryFlags::default() };
    right[2].entry.flags.twin = 1;
    right[3].entry.flags.twin = 2;
    right[3].entry.version_count = 12;
    let long = "~/Pictures/of a long journey/2024/Portugal/Lisbon";
    for (view, location, title, rows) in
        [(0, pictures(), long, left), (1, photos(), "work:/Photos/2024/Portugal/Lisbon/日本の桜", right)]
    {
        tell(state, Event::View(ViewHead { generation: 2, ..head(view, location, title, &rows) }));
        tell(state, Event::Rows { view: ViewId(view), generation: 2, start: 0, rows });
    }
}

#[test]
fn columns_line_up_at_every_width() {
    for width in [40, 60, 80, 120, 160, 200] {
        for active in [0, 1] {
            let mut state = sample(width, 14);
            odd(&mut state);
            state.active = active;
            let side = if active == 0 { "left" } else { "right" };
            if active == 0 || width < 60 {
                insta::assert_snapshot!(format!("columns_{side}_{width}"), picture(&state));
            }
        }
    }
}

#[test]
fn no_name_and_no_path_moves_the_rule_at_any_width() {
    for width in 60..=200 {
        let mut state = sample(width, 14);
        odd(&mut state);
        // From 160 columns on there is the preview, too.
        let rule = usize::from(state.layout().rule.x);
        for (number, line) in picture(&state).lines().take(11).enumerate() {
            let before = line.split('│').next().unwrap_or_default();
            let at = megapane::ui::text::width(before);
            assert_eq!(at, rule, "line {number} at width {width}: {line}");
            assert!(megapane::ui::text::width(line) <= usize::from(width), "{line}");
        }
    }
}
