//! Pictures of the review of duplicates: groups and members, the plan, how far it is, and what became of it.
#![cfg(test)]

mod screen;

use megapane::entry::{CloudFolder, Location};
use megapane::message::{
    DedupeEvent, DedupeHead, DedupePlan, DedupeReport, DedupeRule, DiffLine, Differing, DuplicateKind, Event,
    GroupDecision, GroupKind, GroupOrder, GroupProof, GroupRow, MemberFate, MemberRow, MemberVerdict,
    Problem, ProblemKind, Proving, StepKind, StepLine, SurveyState,
};
use megapane::ui::state::AppState;
use megapane::ui::theme::Theme;
use proptest::prelude::*;
use screen::{fill, node, photos, picture, sample, tell, themed, type_in};

/// The sizes that every picture is taken at.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn pictures_of(name: &str, make: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = sample(width, height);
        type_in(&mut state, "<Tab>gd");
        make(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
    }
    for (width, height) in [(20, 5), (61, 7), (200, 50)] {
        let mut odd = sample(width, height);
        type_in(&mut odd, "<Tab>gd");
        make(&mut odd);
        assert_eq!(picture(&odd).lines().count(), usize::from(height));
    }
}

fn say(state: &mut AppState, event: DedupeEvent) {
    tell(state, Event::Dedupe(event));
}

fn head(kind: DuplicateKind, group_count: u64) -> DedupeHead {
    DedupeHead {
        generation: 1,
        place: photos(),
        title: "work:/Photos/2024".to_owned(),
        kind,
        order: GroupOrder::Size,
        state: SurveyState::Ready,
        group_count,
        spare_bytes: 19_756_849_562,
        proven_bytes: 12_884_901_888,
        decided_count: 0,
        decided_bytes: 0,
        dropped_count: 0,
        focus: None,
        proving: None,
    }
}

fn group(kind: GroupKind, name: &str, count: u64, proof: GroupProof, spare_bytes: u64) -> GroupRow {
    let (name, folder) = (name.to_owned(), "Photos/2024".to_owned());
    GroupRow {
        kind,
        name,
        folder,
        member_count: count,
        proof,
        spare_bytes,
        awaits_merge: false,
        decision: GroupDecision::Open,
    }
}

fn with(decision: GroupDecision, group: GroupRow) -> GroupRow {
    GroupRow { decision, ..group }
}

fn removing(count: u64, bytes: u64, rule: Option<DedupeRule>) -> GroupDecision {
    GroupDecision::Remove { count, bytes, rule }
}

fn names() -> Vec<GroupRow> {
    let newest = removing(3, 952_320, Some(DedupeRule::Newest));
    vec![
        with(GroupDecision::Merge, group(GroupKind::Folders, "Lisbon", 2, GroupProof::None, 0)),
        group(GroupKind::Folders, "Winter", 3, GroupProof::None, 0),
        group(GroupKind::Files, "tram 28 🚋.mov", 2, GroupProof::Identical, 851_443_712),
        group(GroupKind::Files, "setup.iso", 2, GroupProof::Candidates, 1_288_490_188),
        with(newest, group(GroupKind::Files, "cv.pdf", 4, GroupProof::Partly, 952_320)),
        with(removing(1, 4000, None), group(GroupKind::Files, "todo.txt", 3, GroupProof::Different, 4000)),
        with(GroupDecision::Leave, group(GroupKind::Files, "notes.md", 2, GroupProof::Different, 2150)),
        with(
            GroupDecision::Rename,
            group(GroupKind::Files, "IMG_2024_very_long_name.jpg", 12_345, GroupProof::Different, 900),
        ),
        group(GroupKind::Mixed, "old\x1b[31m\nname", 2, GroupProof::None, 0),
        group(GroupKind::Form, "README.txt", 2, GroupProof::None, 0),
    ]
}

fn member(number: u8, path: &str, verdict: MemberVerdict, fate: MemberFate) -> MemberRow {
    MemberRow {
        node: node(number),
        parent: photos(),
        name: path.rsplit('/').next().unwrap().to_owned(),
        path: path.to_owned(),
        file_count: None,
        size: 851_443_712,
        modified: Some(1_723_622_400),
        uploaded: 1_723_712_400 + i64::from(number) * 86_400,
        version_count: u32::from(number == 2) * 2,
        is_linked: number == 2,
        is_shared: false,
        verdict,
        differing: Differing::default(),
        fate,
    }
}

fn show(state: &mut AppState, head: DedupeHead, rows: Vec<GroupRow>) {
    say(state, DedupeEvent::Head(head));
    say(state, DedupeEvent::Groups { generation: 1, start: 0, rows });
}

fn show_members(state: &mut AppState, group: u64, rows: Vec<MemberRow>) {
    say(state, DedupeEvent::Members { generation: 1, group, start: 0, rows });
}

fn reviewed(state: &mut AppState) {
    let head = DedupeHead { decided_count: 5, decided_bytes: 956_320, ..head(DuplicateKind::Names, 10) };
    show(state, head, names());
    type_in(state, "jjjj");
    let path = "Photos/2024/cv.pdf";
    let mut other = member(3, path, MemberVerdict::Different, MemberFate::Bin);
    other.size = 310_000;
    other.modified = Some(1_704_067_200);
    other.differing = Differing { size: true, modified: true, name: false };
    let mut bare = member(5, path, MemberVerdict::Unreadable, MemberFate::Bin);
    bare.modified = None;
    show_members(
        state,
        4,
        vec![
            member(2, path, MemberVerdict::Itself, MemberFate::Keep),
            other,
            member(4, path, MemberVerdict::Identical, MemberFate::Bin),
            bare,
        ],
    );
}

#[test]
fn groups_of_equal_names() {
    pictures_of("review_names", reviewed);
}

#[test]
fn all_keys_of_the_page() {
    pictures_of("review_keys", |state| {
        reviewed(state);
        type_in(state, "?jj");
    });
}

#[test]
fn members_of_a_group() {
    pictures_of("review_members", |state| {
        reviewed(state);
        type_in(state, "<Tab>j");
    });
}

#[test]
fn without_colours_and_beyond_ascii_everything_is_still_told() {
    let mut state = themed(80, 24, Theme::new(false, true));
    fill(&mut state);
    type_in(&mut state, "<Tab>gd");
    reviewed(&mut state);
    let shown = picture(&state);
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!("review_names_ascii", shown);
}

fn contents(state: &mut AppState) {
    show(
        state,
        head(DuplicateKind::Contents, 2),
        vec![
            group(GroupKind::Content, "tram 28 🚋.mov", 2, GroupProof::Candidates, 851_443_712),
            group(GroupKind::Content, "beach-noon.jpg", 2, GroupProof::Identical, 4_089_447),
        ],
    );
    let far = "Phone backup/DCIM/Camera/of a very long summer in a folder with a long name/tram 28 🚋.mov";
    let mut renamed = member(3, far, MemberVerdict::SameFingerprint, MemberFate::Open);
    renamed.differing.name = true;
    let first = member(2, "Photos/2024/tram 28 🚋.mov", MemberVerdict::Itself, MemberFate::Open);
    show_members(state, 0, vec![first, renamed]);
}

#[test]
fn groups_of_equal_contents_while_one_is_proven() {
    pictures_of("review_proving", |state| {
        contents(state);
        let path = "Photos/2024/tram 28 🚋.mov".to_owned();
        let proving = Some(Proving { path, done: 612_000_000, bytes: 1_702_887_424 });
        say(state, DedupeEvent::Head(DedupeHead { proving, ..head(DuplicateKind::Contents, 2) }));
    });
}

#[test]
fn a_refusal_says_why() {
    pictures_of("review_refused", |state| {
        contents(state);
        let sentence = "none of them is proven equal to another: v proves it, Space chooses by hand";
        say(state, DedupeEvent::Refused(sentence.to_owned()));
    });
}

#[test]
fn nothing_is_there_twice() {
    pictures_of("review_nothing", |state| {
        show(state, DedupeHead { spare_bytes: 0, ..head(DuplicateKind::Names, 0) }, Vec::new());
    });
}

#[test]
fn the_account_is_being_opened() {
    pictures_of("review_waiting", |state| {
        let head = DedupeHead { state: SurveyState::Waiting, ..head(DuplicateKind::Names, 0) };
        say(state, DedupeEvent::Head(head));
    });
}

#[test]
fn there_is_nothing_to_look_through() {
    pictures_of("review_failed", |state| {
        let problem = Problem::new(
            ProblemKind::FolderNotFound,
            "The folder is no longer there",
            "Look through another one.",
        );
        let state_now = SurveyState::Failed(problem);
        say(state, DedupeEvent::Head(DedupeHead { state: state_now, ..head(DuplicateKind::Names, 0) }));
    });
}

fn line(step: StepKind, path: &str, to: &str, size: u64) -> StepLine {
    StepLine { step, path: path.to_owned(), to: to.to_owned(), size, is_unproven: false, problem: None }
}

fn lines() -> Vec<StepLine> {
    let unproven = line(StepKind::Trash, "Photos/2024/old\x1b[31m\nname.iso", "", 1_288_490_188);
    let mut lines = vec![
        line(
            StepKind::Move,
            "Photos/2024/Lisbon/castle in a long evening light.jpg",
            "Photos/2024/Lisbon",
            0,
        ),
        line(StepKind::Trash, "Photos/2024/tram 28 🚋.mov", "", 851_443_712),
        StepLine { is_unproven: true, ..unproven },
        line(StepKind::Rename, "Photos/2024/notes.md", "notes-1.md", 0),
        line(StepKind::RemoveEmptied, "Photos/2024/Lisbon", "", 0),
    ];
    lines.extend(
        (0..60).map(|number| line(StepKind::Trash, &format!("Photos/2024/more/{number}.jpg"), "", 4_089_447)),
    );
    lines
}

#[test]
fn the_plan_before_anything_happens() {
    pictures_of("review_plan", |state| {
        reviewed(state);
        type_in(state, "p");
        let plan = DedupePlan {
            file_count: 62,
            freed_bytes: 2_385_300_720,
            unproven_count: 1,
            merge_count: 1,
            move_count: 1,
            rename_count: 1,
            idle_count: 2,
            line_count: 65,
            is_changed: false,
        };
        say(state, DedupeEvent::Plan(plan));
        say(state, DedupeEvent::Lines { is_report: false, start: 0, lines: lines() });
    });
}

#[test]
fn a_plan_that_does_nothing() {
    pictures_of("review_plan_nothing", |state| {
        reviewed(state);
        type_in(state, "p");
        say(state, DedupeEvent::Plan(DedupePlan::default()));
        type_in(state, "y");
    });
}

#[test]
fn a_plan_that_is_carried_out() {
    pictures_of("review_working", |state| {
        reviewed(state);
        type_in(state, "p");
        say(
            state,
            DedupeEvent::Plan(DedupePlan { file_count: 1204, line_count: 1204, ..DedupePlan::default() }),
        );
        type_in(state, "y");
        say(state, DedupeEvent::Progress { done_count: 384, count: 1204 });
    });
}

#[test]
fn what_became_of_it() {
    pictures_of("review_report", |state| {
        reviewed(state);
        type_in(state, "p");
        say(state, DedupeEvent::Plan(DedupePlan { file_count: 64, line_count: 65, ..DedupePlan::default() }));
        type_in(state, "y");
        let report = DedupeReport {
            account: "work".to_owned(),
            file_count: 60,
            freed_bytes: 2_149_033_492,
            merge_count: 1,
            move_count: 1,
            rename_count: 1,
            failed_count: 1,
            left_count: 3,
            line_count: 65,
            undo: Some(7),
        };
        say(state, DedupeEvent::Report(report));
        let message = "others of the group \"setup.iso\" have changed meanwhile";
        let problem = Some(Problem::new(ProblemKind::Temporary, message, ""));
        let failed = line(StepKind::Trash, "Photos/2024/setup.iso", "", 1_288_490_188);
        let mut lines = lines();
        let problem =
            problem.map(|problem| Problem { hint: "Look at the group again.".to_owned(), ..problem });
        lines.insert(0, StepLine { problem, ..failed });
        say(state, DedupeEvent::Lines { is_report: true, start: 0, lines });
    });
}

#[test]
fn a_report_of_what_was_taken_back_meanwhile_is_not_shown_again() {
    for undone in [false, true] {
        let mut state = sample(80, 24);
        type_in(&mut state, "<Tab>gd");
        reviewed(&mut state);
        say(&mut state, DedupeEvent::Progress { done_count: 1, count: 2 });
        type_in(&mut state, "b");
        say(
            &mut state,
            DedupeEvent::Report(DedupeReport { line_count: 2, undo: Some(7), ..DedupeReport::default() }),
        );
        if undone {
            type_in(&mut state, "u");
        }
        type_in(&mut state, "gd");
        let shown = picture(&state);
        assert_eq!(shown.contains("Take all of it back"), !undone, "{shown}");
    }
}

#[test]
fn what_the_panes_took_back_is_not_offered_to_be_taken_back_again() {
    let offers_it = |state: &AppState| state.dedupe.as_ref().unwrap().undo;
    let mut state = sample(80, 24);
    type_in(&mut state, "<Tab>gd");
    reviewed(&mut state);
    say(&mut state, DedupeEvent::Progress { done_count: 1, count: 2 });
    type_in(&mut state, "b");
    let report = DedupeReport { line_count: 2, undo: Some(7), ..DedupeReport::default() };
    say(&mut state, DedupeEvent::Report(report));
    type_in(&mut state, "u");
    assert_eq!(offers_it(&state), Some(7), "it is not known yet what that takes back");
    tell(&mut state, Event::Undone { group: 6 });
    assert_eq!(offers_it(&state), Some(7));
    tell(&mut state, Event::Undone { group: 7 });
    assert_eq!(offers_it(&state), None);
}

/// 252 bytes of signs of two columns each, an escape sequence, and what turns the writing direction.
fn evil() -> String {
    format!("{}\x1b]0;owned\x07\u{202e}gpj.exe", "🚋".repeat(63))
}

#[test]
fn names_that_mean_no_good() {
    pictures_of("review_hostile", |state| {
        let rows = vec![
            group(GroupKind::Files, &evil(), 2, GroupProof::Candidates, 1_288_490_188),
            group(GroupKind::Folders, &evil(), 2, GroupProof::None, 0),
        ];
        show(state, head(DuplicateKind::Names, 2), rows);
        let path = format!("Photos/{}/{}", evil(), evil());
        let members = [2, 3].map(|number| member(number, &path, MemberVerdict::Unknown, MemberFate::Open));
        show_members(state, 0, members.to_vec());
    });
    pictures_of("review_hostile_report", |state| {
        reviewed(state);
        type_in(state, "p");
        say(state, DedupeEvent::Plan(DedupePlan { file_count: 3, line_count: 3, ..DedupePlan::default() }));
        type_in(state, "y");
        let report = DedupeReport { failed_count: 3, line_count: 3, ..DedupeReport::default() };
        say(state, DedupeEvent::Report(report));
        let message = format!("others of the group \"{}\" have changed meanwhile", evil());
        let problem = Some(Problem::new(ProblemKind::Temporary, message, "Look at the group again."));
        let failed = line(StepKind::Trash, &format!("Photos/{}", evil()), "", 1_288_490_188);
        say(
            state,
            DedupeEvent::Lines { is_report: true, start: 0, lines: vec![StepLine { problem, ..failed }; 3] },
        );
        type_in(state, "j");
    });
}

#[test]
fn the_lines_in_which_two_members_differ() {
    pictures_of("review_difference", |state| {
        reviewed(state);
        let lines = vec![
            DiffLine::LeftOut(12),
            DiffLine::Both("milk".to_owned()),
            DiffLine::Existing("bread".to_owned()),
            DiffLine::Source("two loaves of bread".to_owned()),
        ];
        let paths = ["Photos/2024/todo.txt", "Photos/2024/Lisbon/todo.txt"].map(str::to_owned);
        say(state, DedupeEvent::Compared { paths, lines: Ok(lines) });
    });
}

#[test]
fn a_place_of_a_disk_has_the_other_panes_cloud_looked_through() {
    let mut state = sample(80, 24);
    type_in(&mut state, "gd");
    let place = &state.dedupe.as_ref().unwrap().place;
    assert_eq!(*place, photos());
    type_in(&mut state, "<Esc>");
    assert!(state.dedupe.is_none() && state.dialogs.is_empty());
    type_in(&mut state, "gd");
    show(&mut state, head(DuplicateKind::Names, 10), names());
    type_in(&mut state, "a");
    let root = Location::Cloud { account: "work".into(), folder: CloudFolder::Root };
    assert_eq!(state.dedupe.as_ref().unwrap().place, root);
}

/// What a worker may tell of a review, in any order.
fn any_event() -> impl Strategy<Value = DedupeEvent> {
    let heads =
        (0_u64..4, 0_u64..12, prop::option::of(0_u64..12)).prop_map(|(generation, group_count, focus)| {
            let decided_count = group_count / 2;
            DedupeEvent::Head(DedupeHead {
                generation,
                decided_count,
                focus,
                dropped_count: generation % 2,
                ..head(DuplicateKind::Names, group_count)
            })
        });
    let groups = (0_u64..4, 0_u64..20).prop_map(|(generation, start)| DedupeEvent::Groups {
        generation,
        start,
        rows: names(),
    });
    let members = (0_u64..4, 0_u64..12, 0_u64..20000).prop_map(|(generation, group, start)| {
        let row = member(2, "Photos/a.jpg", MemberVerdict::Identical, MemberFate::Keep);
        DedupeEvent::Members { generation, group, start, rows: vec![row; 3] }
    });
    let plans = (0_u64..200).prop_map(|line_count| {
        DedupeEvent::Plan(DedupePlan { line_count, file_count: line_count, ..DedupePlan::default() })
    });
    let reports = (0_u64..200).prop_map(|line_count| {
        DedupeEvent::Report(DedupeReport { line_count, undo: Some(line_count), ..DedupeReport::default() })
    });
    let lines_told = (any::<bool>(), 0_u64..200).prop_map(|(is_report, start)| DedupeEvent::Lines {
        is_report,
        start,
        lines: lines(),
    });
    let progress =
        (0_u64..9, 0_u64..9).prop_map(|(done_count, count)| DedupeEvent::Progress { done_count, count });
    let refused = Just(DedupeEvent::Refused("no".to_owned()));
    prop_oneof![heads, groups, members, plans, reports, lines_told, progress, refused]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any keys and any order of events: nothing panics, the cursors stay in their lists, everything can be drawn.
    #[test]
    fn no_keys_and_no_events_break_the_page(
        steps in prop::collection::vec((any_event(), "[a-zA-Z0-9.= ?]{0,6}"), 0..20),
        width in 1u16..140,
        height in 1u16..50,
    ) {
        let mut state = sample(width, height);
        type_in(&mut state, "<Tab>gd");
        for (event, keys) in steps {
            say(&mut state, event);
            type_in(&mut state, &keys);
            if let Some(page) = &state.dedupe {
                prop_assert!(page.group.top <= page.group.at);
                prop_assert!(page.member.top <= page.member.at);
            }
            picture(&state);
        }
    }
}
