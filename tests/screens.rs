//! Pictures of the screen: a state made of the worker's events and a few keys, drawn and compared.
#![cfg(test)]

mod screen;

use std::num::NonZeroU64;

use jiff::ToSpan;
use megapane::entry::Location;
use megapane::message::{
    AccountState, Compared, CopyReport, DiffLine, Direction, Event, Leftovers, Note, PlanSummary, Problem,
    ProblemKind, SpeedLimit, TransferEnds, TransferRow, TransferState, TransferTotals, Unfinished,
    UnfinishedId, Verdict, ViewHead, ViewState, Wait, WaitReason,
};
use megapane::ui::state::AppState;
use megapane::ui::theme::Theme;
use megapane::ui::update::{Msg, update};
use screen::{
    conflict, fill, folder_conflict, head, local, now, photos, picture, pictures, pull_about, sample, state,
    tell, text_conflict, themed, totals, transfer, type_in,
};

/// The sizes that every picture is taken at.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// Takes a picture at every size.
fn pictures_of(name: &str, make: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = state(width, height);
        make(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
    let mut small = state(20, 5);
    make(&mut small);
    assert_eq!(picture(&small).lines().count(), 5);
}

fn filled(name: &str, make: impl Fn(&mut AppState)) {
    pictures_of(name, |state| {
        fill(state);
        make(state);
    });
}

fn start(state: &mut AppState, account: Option<&str>) {
    let folder = "/home/anna/Pictures/2024".into();
    update(state, Msg::Start { folder, account: account.map(str::to_owned) }, &mut Vec::new());
}

#[test]
fn main_screen() {
    filled("main", |_| {});
}

#[test]
fn main_screen_with_a_transfer() {
    filled("main_transfer", |state| {
        let rows = vec![
            transfer(1, "Lisbon/beach-noon.jpg", 4_089_447, 2_600_000, TransferState::Running),
            transfer(2, "castle.jpg", 5_347_737, 0, TransferState::Queued),
        ];
        tell(state, Event::Transfers { changed: rows, removed: vec![], totals: totals(12, 0) });
    });
}

#[test]
fn main_screen_while_the_quota_is_used_up() {
    filled("main_quota", |state| {
        let until = now().checked_add(72.minutes()).unwrap().as_millisecond();
        let wait = Wait { reason: WaitReason::TransferQuota, until: Some(until) };
        let row = transfer(1, "setup.iso", 1_288_490_188, 478_150_656, TransferState::Waiting(wait));
        tell(state, Event::Transfers { changed: vec![row], removed: vec![], totals: totals(38, 0) });
    });
}

#[test]
fn first_frame_before_any_answer() {
    pictures_of("first_frame", |state| start(state, Some("work")));
}

#[test]
fn loading_says_what_it_waits_for() {
    pictures_of("loading", |state| {
        start(state, Some("work"));
        let rows = [local("notes.md", 2_150, "2024-08-14T14:02")];
        tell(state, Event::View(head(0, pictures(), "~/Pictures/2024", &rows)));
        tell(
            state,
            Event::Rows { view: megapane::message::ViewId(0), generation: 1, start: 0, rows: rows.to_vec() },
        );
        let loading = AccountState::Loading { received: 42_991_616, total: Some(262_144_000) };
        tell(state, Event::Account { account: "work".into(), state: loading });
    });
}

#[test]
fn offline_says_when_it_tries_again() {
    pictures_of("offline", |state| {
        start(state, Some("work"));
        let until = now().checked_add(30.seconds()).unwrap().as_millisecond();
        let wait = Wait { reason: WaitReason::Offline, until: Some(until) };
        tell(state, Event::Account { account: "work".into(), state: AccountState::Waiting(wait) });
    });
}

#[test]
fn empty_and_filtered_folders_say_what_to_do() {
    pictures_of("empty", |state| {
        start(state, Some("work"));
        tell(state, Event::View(head(0, pictures(), "~/Pictures/2024", &[])));
        let mut filtered = head(1, photos(), "work:/Photos/2024", &[]);
        filtered.arrangement.filter = Some("castel".into());
        filtered.left_out_count = 7;
        tell(state, Event::View(filtered));
    });
}

#[test]
fn a_folder_that_cannot_be_read_says_why() {
    pictures_of("unreadable", |state| {
        fill(state);
        let problem = Problem::new(
            ProblemKind::Permanent,
            "Cannot read \"/root\": permission denied.",
            "Ask its owner for the right to read it.",
        );
        let failed = ViewHead {
            state: ViewState::Failed(problem),
            ..head(0, Location::Local("/root".into()), "/root", &[])
        };
        tell(state, Event::View(failed));
    });
}

#[test]
fn login_form() {
    pictures_of("login", |state| {
        start(state, None);
        tell(state, Event::View(head(0, pictures(), "~/Pictures/2024", &screen::left_rows())));
        let rows = screen::left_rows();
        tell(state, Event::Rows { view: megapane::message::ViewId(0), generation: 1, start: 0, rows });
        tell(state, Event::Accounts(vec![]));
        type_in(state, "anna@example.org<Enter>hunter2");
    });
}

#[test]
fn login_form_with_an_error() {
    pictures_of("login_error", |state| {
        start(state, None);
        tell(state, Event::Accounts(vec![]));
        type_in(state, "anna@example.org<Enter>hunter2<Enter>");
        let problem = Problem::new(
            ProblemKind::Login,
            "The e-mail or the password is wrong.",
            "Check both and try again.",
        );
        let needs =
            AccountState::NeedsPassword { email: Some("anna@example.org".into()), problem: Some(problem) };
        tell(state, Event::Account { account: "anna".into(), state: needs });
    });
}

#[test]
fn login_form_for_the_code() {
    pictures_of("login_code", |state| {
        start(state, None);
        tell(state, Event::Accounts(vec![]));
        type_in(state, "anna@example.org<Enter>hunter2<Enter>");
        let needs = AccountState::NeedsCode { problem: None };
        tell(state, Event::Account { account: "anna".into(), state: needs });
        type_in(state, "123");
    });
}

#[test]
fn unlock_form() {
    pictures_of("unlock", |state| {
        start(state, Some("work"));
        let needs = AccountState::NeedsPassphrase { problem: None };
        tell(state, Event::Account { account: "work".into(), state: needs });
        type_in(state, "<Tab>open");
    });
}

#[test]
fn conflict_dialog() {
    filled("conflict", |state| tell(state, Event::Conflict(conflict())));
}

#[test]
fn conflict_dialog_with_a_new_name() {
    filled("conflict_rename", |state| {
        tell(state, Event::Conflict(conflict()));
        a_moment_later(state);
        type_in(state, "R-b");
    });
}

/// The dialog takes keys only once it has been there for a moment.
fn a_moment_later(state: &mut AppState) {
    let later = now().checked_add(1.second()).unwrap();
    update(state, Msg::Tick(later), &mut Vec::new());
}

#[test]
fn conflict_dialog_of_a_text_that_comes_down() {
    filled("conflict_text", |state| {
        tell(state, Event::Conflict(text_conflict()));
        a_moment_later(state);
        type_in(state, "d");
        let compared = Compared::Verdict(Verdict::Different);
        tell(state, Event::Compared { conflict: 1, compared });
    });
}

#[test]
fn conflict_dialog_where_everything_can_be_answered() {
    filled("conflict_resume", |state| {
        let mut conflict = text_conflict();
        conflict.existing.size = 1_000;
        conflict.refused_name = Some("mine.md".into());
        conflict.remaining_count = 1_234_567;
        tell(state, Event::Conflict(conflict));
    });
}

#[test]
fn a_small_conflict_dialog_shows_the_first_answers_and_takes_no_others() {
    for (width, height, shown) in [
        (30, 8, ["castle.jpg", "o Overwrite", "s Skip", "c Stop"]),
        (20, 5, ["castle.jpg", "o Overwrite", "s Skip", ""]),
    ] {
        let mut state = sample(width, height);
        tell(&mut state, Event::Conflict(conflict()));
        a_moment_later(&mut state);
        let asked = picture(&state);
        assert!(shown.iter().all(|text| asked.contains(text)), "{asked}");
        type_in(&mut state, "A");
        assert_eq!(picture(&state), asked, "A is not to be seen");
        type_in(&mut state, "s");
        assert!(!picture(&state).contains("o Overwrite"));
    }
}

#[test]
fn conflict_dialog_of_two_folders() {
    filled("conflict_folders", |state| tell(state, Event::Conflict(folder_conflict(true))));
}

#[test]
fn conflict_dialog_of_a_file_and_a_folder() {
    filled("conflict_mismatch", |state| tell(state, Event::Conflict(folder_conflict(false))));
}

#[test]
fn conflict_dialog_without_colours_and_signs() {
    for (width, height) in SIZES {
        let mut state = themed(width, height, Theme::new(false, true));
        fill(&mut state);
        tell(&mut state, Event::Conflict(conflict()));
        insta::assert_snapshot!(format!("conflict_ascii_{width}x{height}"), picture(&state));
    }
}

#[test]
fn lines_in_which_two_texts_differ() {
    filled("difference", |state| {
        tell(state, Event::Conflict(text_conflict()));
        let both = |text: &str| DiffLine::Both(text.into());
        let mut lines = vec![
            DiffLine::LeftOut(7),
            both("We went to Lisbon by train."),
            DiffLine::Existing("It rained.\x1b[2J".into()),
            DiffLine::Source(
                "It rained on every single day that we were there, and the tram was full.".into(),
            ),
            both("\tThe castle was closed."),
        ];
        lines.extend((0..40).map(|number| both(&format!("line {number}"))));
        tell(state, Event::Compared { conflict: 1, compared: Compared::Lines(lines) });
    });
}

/// What a comparison of the two panes has found.
fn found(state: &mut AppState) {
    type_in(state, "ggV");
    let copy = megapane::message::CopyId(1);
    let plan = PlanSummary { copy, file_count: 1_300, complete: true, ..PlanSummary::default() };
    tell(state, Event::Plan(plan));
    let unreadable = Problem::new(ProblemKind::Integrity, "\"f3Kd9aQx\" cannot be decrypted", "");
    let notes = [
        ("castle.jpg", 5_347_737, Note::Differs { in_size: true }),
        (
            "Lisbon/a folder with a long name/IMG_2024_very_long_name.jpg",
            11_534_336,
            Note::Differs { in_size: false },
        ),
        ("Winter/Schnee 日本.heic", 2_831_155, Note::MissingInTarget),
        ("tram 28 🚋.mov", 851_443_712, Note::MissingInSource),
        ("old\x1b[31m.txt", 12, Note::MissingInSource),
        ("?undecryptable H:f3Kd9aQx", 1_258_291, Note::Skipped(unreadable)),
        ("beach-noon.jpg", 4_089_447, Note::Identical),
    ];
    for (path, size, note) in notes {
        tell(state, Event::CopyNote { copy, path: path.into(), size, note });
    }
}

#[test]
fn a_comparison_under_way() {
    filled("verify_running", found);
}

#[test]
fn what_a_comparison_found() {
    filled("verify", |state| {
        found(state);
        type_in(state, "jj");
        let report = CopyReport { copy: megapane::message::CopyId(1), ..CopyReport::default() };
        tell(state, Event::CopyEnded(report));
    });
}

#[test]
fn copy_confirmation_with_folders_that_both_have() {
    filled("copy_folders", |state| {
        type_in(state, "c");
        let plan = PlanSummary {
            copy: megapane::message::CopyId(1),
            target: "work:/Photos/2024".into(),
            file_count: 1_204,
            bytes: 2_254_857_830,
            common_folder_count: 3,
            complete: true,
            ..PlanSummary::default()
        };
        tell(state, Event::Plan(plan));
    });
}

#[test]
fn unfinished_copies() {
    filled("unfinished", |state| {
        let copy = |id, direction, what: &str, target: &str, amount| Unfinished {
            id: UnfinishedId(id),
            account: "work".into(),
            direction,
            what: what.into(),
            target: target.into(),
            amount,
        };
        let copies = vec![
            copy(1, Direction::Up, "~/Pictures", "work:/Photos", Some((340, 62_277_025_792))),
            copy(
                2,
                Direction::Down,
                "work:/Videos/a\u{1b}[2J long name of a folder with films",
                "~/Movies",
                None,
            ),
        ];
        tell(state, Event::Unfinished { copies, leftovers: Leftovers { count: 3, bytes: 1_288_490_188 } });
    });
}

#[test]
fn copy_confirmation() {
    filled("copy", |state| {
        type_in(state, "c");
        let plan = PlanSummary {
            copy: megapane::message::CopyId(1),
            target: "work:/Photos/2024".into(),
            file_count: 1,
            bytes: 4_089_447,
            same_count: 1,
            complete: true,
            ..PlanSummary::default()
        };
        tell(state, Event::Plan(plan));
    });
}

#[test]
fn copy_confirmation_while_counting() {
    filled("copy_counting", |state| {
        type_in(state, "k<Esc>c");
        let plan = PlanSummary {
            copy: megapane::message::CopyId(1),
            target: "work:/Photos/2024".into(),
            file_count: 1_204,
            folder_count: 12,
            bytes: 2_254_857_830,
            conflict_count: 3,
            ..PlanSummary::default()
        };
        tell(state, Event::Plan(plan));
    });
}

#[test]
fn copy_confirmation_with_nothing_to_do() {
    filled("copy_nothing", |state| {
        type_in(state, "c");
        let plan = PlanSummary {
            copy: megapane::message::CopyId(1),
            same_count: 2,
            complete: true,
            ..PlanSummary::default()
        };
        tell(state, Event::Plan(plan));
    });
}

#[test]
fn what_cannot_be_copied_is_named_with_the_reason() {
    for (skipped_count, words) in
        [(1, "Cannot copy \"x\": no UTF-8"), (3, "3 items cannot be copied, the first: Cannot copy")]
    {
        let mut state = sample(80, 24);
        type_in(&mut state, "c");
        let plan = PlanSummary {
            copy: megapane::message::CopyId(1),
            skipped_count,
            first_skip: Some(Problem::new(
                ProblemKind::Permanent,
                "Cannot copy \"x\": no UTF-8",
                "Rename it.",
            )),
            complete: true,
            ..PlanSummary::default()
        };
        tell(&mut state, Event::Plan(plan));
        assert!(picture(&state).contains(words), "{}", picture(&state));
    }
}

#[test]
fn transfer_screen() {
    filled("transfers", |state| {
        let until = now().checked_add(72.minutes()).unwrap().as_millisecond();
        let wait = Wait { reason: WaitReason::TransferQuota, until: Some(until) };
        let failed = Problem::new(ProblemKind::Permanent, "changed on disk while reading", "");
        let mut rows = vec![
            transfer(1, "castle.jpg", 5_347_737, 5_347_737, TransferState::Done),
            transfer(2, "tram 28 🚋.mov", 851_443_712, 400_556_032, TransferState::Running),
            transfer(3, "Lisbon/beach-noon.jpg", 4_089_447, 778_000, TransferState::Finishing),
            transfer(4, "setup.iso", 1_288_490_188, 478_150_656, TransferState::Waiting(wait.clone())),
            transfer(5, "IMG_2024_very_long_name_of_a_photo.jpg", 11_534_336, 0, TransferState::Queued),
            transfer(6, "report.docx", 310_000, 0, TransferState::Failed(failed)),
            transfer(7, "held.zip", 310_000, 155_000, TransferState::Paused),
        ];
        rows[3].direction = Direction::Down;
        let totals = TransferTotals { wait: Some(wait), wait_count: 38, failed_count: 1, ..totals(340, 12) };
        let limit = SpeedLimit { up: None, down: NonZeroU64::new(2 << 20) };
        let totals = TransferTotals { limit, ..totals };
        move_for_minutes(state, &totals);
        tell(state, Event::Transfers { changed: rows, removed: vec![], totals });
        type_in(state, "w");
    });
}

/// Reports speeds that rise, fall and stop, for five minutes.
fn move_for_minutes(state: &mut AppState, totals: &TransferTotals) {
    for number in 0..30_u64 {
        let at = now() - (300 - i64::try_from(number).unwrap() * 10).seconds();
        update(state, Msg::Tick(at), &mut Vec::new());
        let up_speed = (number * number * 37 % 90) << 20;
        let down_speed = if number < 15 { number << 20 } else { 0 };
        let totals = TransferTotals { up_speed, down_speed, ..totals.clone() };
        tell(state, Event::Transfers { changed: vec![], removed: vec![], totals });
    }
    update(state, Msg::Tick(now()), &mut Vec::new());
}

#[test]
fn details_of_a_failed_transfer() {
    filled("transfer_details", |state| {
        let failed = Problem::new(
            ProblemKind::Quota,
            "Cannot upload \"Lisbon/beach-noon.jpg\": storage quota exceeded",
            "Empty the rubbish bin: gb shows it.",
        );
        let row = transfer(1, "Lisbon/beach-noon.jpg", 4_089_447, 778_000, TransferState::Failed(failed));
        let row = TransferRow { attempts: 2, ..row };
        let totals = TransferTotals { failed_count: 1, ..totals(1, 1) };
        tell(state, Event::Transfers { changed: vec![row], removed: vec![], totals });
        type_in(state, "w<Enter>");
        let ends = TransferEnds {
            transfer: megapane::message::TransferId(1),
            source: "~/Pictures/2024/Lisbon/beach-noon.jpg".into(),
            target: "work:/Photos/2024/A folder with quite a long name/Lisbon/beach-noon (2).jpg".into(),
        };
        tell(state, Event::TransferEnds(ends));
    });
}

#[test]
fn speed_limit() {
    filled("limit", |state| type_in(state, "wl500K<Tab>"));
}

#[test]
fn help_screen() {
    filled("help", |state| type_in(state, "?"));
}

#[test]
fn palette_narrowed_by_typing() {
    filled("palette", |state| type_in(state, ":sort<Down>"));
}

#[test]
fn properties_of_a_cloud_file() {
    filled("properties", |state| type_in(state, "<Tab>jjji"));
}

#[test]
fn quit_question_while_transfers_run() {
    filled("quit", |state| {
        let row = transfer(1, "setup.iso", 1_288_490_188, 478_150_656, TransferState::Running);
        tell(state, Event::Transfers { changed: vec![row], removed: vec![], totals: totals(3, 0) });
        type_in(state, "q");
    });
}

#[test]
fn trash_question() {
    filled("trash", |state| type_in(state, "<Tab>jd"));
}

#[test]
fn rename_prompt() {
    filled("rename", |state| type_in(state, "r2"));
}

#[test]
fn account_chooser() {
    filled("accounts", |state| type_in(state, "<Tab>ga"));
}

#[test]
fn a_begun_chord_says_how_it_may_go_on() {
    filled("chord", |state| type_in(state, "g"));
}

#[test]
fn find_is_typed_on_the_status_line() {
    filled("find", |state| type_in(state, "/cas"));
}

#[test]
fn a_long_problem_has_its_hint_on_a_line_of_its_own() {
    filled("problem", |state| {
        let problem = Problem::new(
            ProblemKind::Quota,
            "Cannot upload \"setup.iso\": storage quota exceeded (17 GB of 20 GB used).",
            "Empty the rubbish bin: gb goes there.",
        );
        tell(state, Event::Failed(problem));
    });
}

#[test]
fn ascii_screen_has_only_ascii() {
    let mut state = themed(80, 24, Theme::new(false, true));
    fill(&mut state);
    let picture = picture(&state);
    assert!(picture.is_ascii(), "{picture}");
    insta::assert_snapshot!("ascii_80x24", picture);
}

#[test]
fn no_size_panics_on_any_screen() {
    for (width, height) in [(0, 0), (1, 1), (3, 2), (20, 5), (59, 7), (60, 9), (200, 60), (300, 100)] {
        for keys in ["", "c", "r", "d", "?", ":", "w", "i", "ga", "/x", "<C-c>", "g"] {
            let mut state = sample(width, height);
            tell(&mut state, Event::Conflict(conflict()));
            type_in(&mut state, "<Esc>");
            type_in(&mut state, keys);
            picture(&state);
        }
        let mut state = sample(width, height);
        tell(&mut state, Event::Conflict(conflict()));
        picture(&state);
    }
}
