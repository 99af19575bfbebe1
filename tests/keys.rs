//! Keys typed into the real run loop: which commands reach the worker, and what the screen shows then. The terminal is a
//! test backend, the worker a small stand-in, time is paused.
#![cfg(test)]

mod screen;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, task};

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, stream};
use jiff::tz::TimeZone;
use megapane::config::ColorDepth;
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::{
    AccountRow, AccountState, Arrangement, Command, Compared, CopyId, CopyReport, Depth, DiffLine, Direction,
    Event, FolderPolicy, Leftovers, MarkChange, Note, PlanSummary, Resolution, Row, Sameness, Scope,
    Selection, Sort, Task, TransferAction, TransferId, TransferRow, TransferState, Unfinished, UnfinishedId,
    Verdict, ViewId, Wait, WaitReason,
};
use megapane::ui::backend::TtyBackend;
use megapane::ui::input::Input;
use megapane::ui::key::parse_keys;
use megapane::ui::run::{Options, Ports, Screen, UiError, drive};
use megapane::ui::terminal::Control;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use screen::{
    conflict, head, left_rows, local, photos, pictures, right_rows, text_conflict, text_of, totals, transfer,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

// ------------------------------------------------------------------------------------------- what is typed

#[tokio::test(start_paused = true)]
async fn moving_and_marking() {
    let mut app = App::start().await;
    app.type_in("jj<Space>").await;
    let key = left_rows()[2].entry.key.clone();
    assert_eq!(app.sent(), [Command::Mark { view: ViewId(0), change: MarkChange::Toggle(key) }]);
    assert!(app.line_of("beach-noon.jpg").starts_with('▌'), "{}", app.picture());
    app.type_in("G").await;
    assert!(app.line_of("cod\\u{202e}").starts_with('▌'), "{}", app.picture());
    app.type_in("gg").await;
    assert!(app.picture().lines().nth(2).unwrap().starts_with("▌ .."), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn f5_and_enter_copy_the_marked_files_to_the_other_pane() {
    let mut app = App::start().await;
    app.type_in("jj<Space><F5>").await;
    assert!(app.shows("copy  1 marked entry (4.2M)"), "{}", app.picture());
    assert!(app.shows("2 files, 8.1M"), "{}", app.picture());
    app.sent();
    app.type_in("<Enter>").await;
    let sent = app.sent();
    assert!(matches!(sent[0], Command::StartCopy { .. }), "{sent:?}");
    assert_eq!(sent[1], Command::Mark { view: ViewId(0), change: MarkChange::None });
    assert!(app.shows("copied 2 files, 8.1M to work:/Photos/2024"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_copy_goes_the_other_way_from_the_other_pane_and_escape_leaves_it() {
    let mut app = App::start().await;
    app.type_in("<Tab>jjc").await;
    let sent = app.sent();
    let Some(Command::PlanCopy { copy, request }) = sent.last() else { panic!("{sent:?}") };
    let keys = vec![right_rows()[2].entry.key.clone()];
    assert_eq!(request.selection, Selection::Entries { parent: photos(), keys });
    assert_eq!(request.target, pictures());
    app.type_in("<Esc>").await;
    assert_eq!(app.sent(), [Command::CancelCopy { copy: *copy }]);
    assert!(!app.shows("Esc Back"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn folders_are_entered_and_left() {
    let mut app = App::start().await;
    app.type_in("gg<Down><Enter>").await;
    let lisbon = Location::Local("/home/anna/Pictures/2024/Lisbon".into());
    assert_eq!(app.sent(), [Command::Open { view: ViewId(0), location: lisbon, focus: None }]);
    assert!(app.shows("~/Pictures/2024/Lisbon"), "{}", app.picture());
    app.type_in("h").await;
    assert_eq!(app.sent(), [Command::OpenParent { view: ViewId(0) }]);
}

#[tokio::test(start_paused = true)]
async fn a_new_folder_a_new_name_and_the_bin() {
    let mut app = App::start().await;
    app.type_in("aSummer 2024<Enter>").await;
    assert_eq!(app.sent(), [Command::CreateFolder { parent: pictures(), name: "Summer 2024".into() }]);
    app.type_in("a<Enter>").await;
    assert!(app.shows("type a name first"), "{}", app.picture());
    app.type_in("<Esc>Gr<Home>x<Enter>").await;
    let last = left_rows().pop().unwrap().entry;
    let name = format!("x{}", last.name);
    assert_eq!(app.sent(), [Command::Rename { parent: pictures(), key: last.key.clone(), name }]);
    app.type_in("<F8>").await;
    assert!(app.shows("Put \"cod\\u{202e}gpj.exe\" (96K) of ~/Pictures/2024"), "{}", app.picture());
    app.type_in("<F8>").await;
    let selection = Selection::Entries { parent: pictures(), keys: vec![last.key] };
    assert_eq!(app.sent(), [Command::Trash { selection }]);
}

#[tokio::test(start_paused = true)]
async fn a_move_is_a_copy_whose_sources_go_to_whichever_side() {
    let mut app = App::start().await;
    let moves = |sent: &[Command], to: &Location| match sent {
        [Command::PlanCopy { request, .. }, ..] => {
            let is_move = request.options.task == Task::Move { empty_folders: true };
            is_move && request.options.trash_sources && request.target == *to
        }
        _ => false,
    };
    app.type_in("jjm").await;
    assert!(moves(&app.sent(), &photos()), "to the cloud");
    assert!(app.shows("To undo, press u afterwards"), "{}", app.picture());
    app.type_in("<F6>").await;
    assert!(matches!(app.sent()[..], [Command::StartCopy { .. }, ..]));
    app.type_in("<Tab>gh<Tab>").await;
    app.sent();
    app.type_in("<F6>").await;
    assert!(moves(&app.sent(), &Location::Local("/home/anna".into())), "on the disk");
    assert!(app.shows("To undo, press u afterwards"), "{}", app.picture());
    app.type_in("m").await;
    assert!(matches!(app.sent()[..], [Command::StartCopy { .. }, ..]));
}

#[tokio::test(start_paused = true)]
async fn a_range_is_marked_once_when_it_is_used() {
    let mut app = App::start().await;
    app.type_in("jjvjj").await;
    assert_eq!(app.sent(), [], "moving in a range sends nothing");
    assert!(app.line_of("castle.jpg").starts_with(" ●"), "{}", app.picture());
    assert!(app.shows("range of 3 entries"), "{}", app.picture());
    app.type_in("c").await;
    let sent = app.sent();
    let range = MarkChange::Range { first: 2, last: 4, on: true };
    assert_eq!(sent[0], Command::Mark { view: ViewId(0), change: range });
    let Command::PlanCopy { request, .. } = &sent[1] else { panic!("{sent:?}") };
    assert_eq!(request.selection, Selection::Marked(ViewId(0)));
}

#[tokio::test(start_paused = true)]
async fn marks_by_pattern_all_and_none() {
    let mut app = App::start().await;
    app.type_in("+<C-u>*.jpg<Enter>A<Esc>*").await;
    let change = |change| Command::Mark { view: ViewId(0), change };
    let pattern = MarkChange::Pattern { pattern: "*.jpg".into(), on: true };
    assert_eq!(
        app.sent(),
        [change(pattern), change(MarkChange::All), change(MarkChange::None), change(MarkChange::Invert)]
    );
}

#[tokio::test(start_paused = true)]
async fn find_jumps_while_it_is_typed_and_escape_goes_back() {
    let mut app = App::start().await;
    app.type_in("/old").await;
    assert!(app.line_of("old\\x1b").starts_with('▌'), "{}", app.picture());
    app.type_in("<Esc>").await;
    assert!(app.line_of("Lisbon").starts_with('▌'), "{}", app.picture());
    app.type_in("/beach<Enter>n").await;
    assert!(app.line_of("beach-noon").starts_with('▌'), "{}", app.picture());
    app.type_in("N").await;
    assert!(app.line_of("beach-morning").starts_with('▌'), "{}", app.picture());
    app.type_in("/zzz<Enter>").await;
    assert!(app.shows("no name here contains that") || app.shows("n next"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_filter_narrows_while_it_is_typed_and_escape_shows_all() {
    let mut app = App::start().await;
    app.type_in("fbea<Enter>").await;
    assert!(
        app.shows("2 of 11 match \"bea\"") && !app.shows("castle.jpg             5.1M"),
        "{}",
        app.picture()
    );
    app.type_in("<Esc>").await;
    assert!(app.shows("11 entries"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_sort_key_again_turns_the_order_round() {
    let mut app = App::start().await;
    app.type_in(",s,s,n,u").await;
    let arrange = |sort, reversed| {
        let arrangement = Arrangement { sort, reversed, ..Arrangement::default() };
        Command::Arrange { view: ViewId(0), arrangement }
    };
    assert_eq!(
        app.sent(),
        [
            arrange(Sort::Size, true),
            arrange(Sort::Size, false),
            arrange(Sort::Name, false),
            arrange(Sort::Uploaded, true)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn places_are_a_chord_away() {
    let mut app = App::start().await;
    app.type_in("gb").await;
    let bin = Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish };
    assert_eq!(app.sent(), [Command::Open { view: ViewId(0), location: bin, focus: None }]);
    app.type_in("gpwork:/Docs<Enter>gp../x<Enter>").await;
    assert_eq!(app.sent()[0], Command::OpenPath { view: ViewId(0), path: "work:/Docs".into() });
    app.type_in("gz").await;
    assert!(app.shows("gz is no key here"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn the_palette_runs_what_is_chosen() {
    let mut app = App::start().await;
    app.type_in(":hidden<Enter>").await;
    let arrangement = Arrangement { hidden: true, ..Arrangement::default() };
    assert_eq!(app.sent(), [Command::Arrange { view: ViewId(0), arrangement }]);
}

#[tokio::test(start_paused = true)]
async fn names_go_to_the_clipboard_escaped() {
    let mut app = App::start().await;
    app.type_in("Gyn").await;
    assert_eq!(app.clipboard(), ["cod\\u{202e}gpj.exe"]);
    app.type_in("<Tab>Gyhyy").await;
    let handle = format!("H:{}", screen::node(8));
    assert_eq!(app.clipboard(), [handle.as_str(), "work:/Photos/2024/?undecryptable H:f3Kd9aQx"]);
}

// ------------------------------------------------------------------------------------------- accounts

#[tokio::test(start_paused = true)]
async fn the_first_login_opens_the_cloud() {
    let mut app = App::start_with(Fake { accounts: vec![], ..Fake::default() }, None).await;
    assert!(app.shows("Log in to MEGA") && app.shows("megapane demo"), "{}", app.picture());
    app.type_in("anna@example.org<Enter>").await;
    app.paste("s3cret words\n").await;
    app.type_in("<Enter>").await;
    let sent = app.sent();
    let Some(Command::Login(login)) = sent.first() else { panic!("{sent:?}") };
    assert_eq!((login.email.as_str(), login.password.expose()), ("anna@example.org", "s3cret words"));
    app.tell(Event::Account { account: "anna".into(), state: AccountState::NeedsCode { problem: None } })
        .await;
    app.type_in("123456<Enter>").await;
    let sent = app.sent();
    let Some(Command::Login(login)) = sent.first() else { panic!("{sent:?}") };
    assert_eq!(login.code.as_ref().unwrap().expose(), "123456");
    app.tell(Event::Account { account: "anna".into(), state: AccountState::Ready }).await;
    let root = Location::Cloud { account: "anna".into(), folder: CloudFolder::Root };
    let open = Command::Open { view: ViewId(1), location: root, focus: None };
    assert_eq!(app.sent(), [open, Command::ListAccounts]);
    assert!(!app.shows("Log in to MEGA"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn the_local_pane_works_beside_the_login_form() {
    let mut app = App::start_with(Fake { accounts: vec![], ..Fake::default() }, None).await;
    app.type_in("<Esc>jj").await;
    assert!(app.line_of("beach-morning").starts_with('▌'), "{}", app.picture());
    app.type_in("<Tab>x").await;
    assert!(app.shows("E-mail     x"), "{}", app.picture());
}

// ------------------------------------------------------------------------------------------- conflicts and transfers

#[tokio::test(start_paused = true)]
async fn conflicts_are_asked_one_after_another() {
    let mut app = App::start().await;
    let second = megapane::message::Conflict { conflict: 2, path: "second.txt".into(), ..conflict() };
    app.tell(Event::Conflict(conflict())).await;
    app.tell(Event::Conflict(second)).await;
    app.type_in("s").await;
    let answer = |conflict, resolution, scope| Command::Resolve { conflict, resolution, scope };
    assert_eq!(app.sent(), [answer(1, Resolution::Skip, Scope::One)]);
    assert!(app.shows("second.txt"), "{}", app.picture());
    app.type_in("A").await;
    assert_eq!(app.sent(), [answer(2, Resolution::Overwrite, Scope::Rest)]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_looked_into_before_it_is_answered() {
    let mut app = App::start().await;
    app.tell(Event::Conflict(text_conflict())).await;
    app.type_in("d").await;
    let compare = |depth| Command::Compare { conflict: 1, depth };
    assert_eq!(app.sent(), [compare(Depth::Content)]);
    assert!(app.shows("comparing…"), "{}", app.picture());
    let verdict = Compared::Verdict(Verdict::Different);
    app.tell(Event::Compared { conflict: 1, compared: verdict }).await;
    assert!(app.shows("different, proven (nothing downloaded)"), "{}", app.picture());
    app.type_in("d").await;
    assert_eq!(app.sent(), [compare(Depth::Lines)]);
    let lines = vec![DiffLine::Existing("old".into()), DiffLine::Source("new".into())];
    app.tell(Event::Compared { conflict: 1, compared: Compared::Lines(lines) }).await;
    assert!(app.shows("- old") && app.shows("+ new"), "{}", app.picture());
    app.type_in("<Esc>").await;
    assert!(app.shows("Same name already there"), "escape comes back to the question: {}", app.picture());
    app.type_in("e").await;
    assert_eq!(app.sent(), [], "as long as the other: there is nothing to go on with");
    app.type_in("s").await;
    let skip = Command::Resolve { conflict: 1, resolution: Resolution::Skip, scope: Scope::One };
    assert_eq!(app.sent(), [skip]);
}

#[tokio::test(start_paused = true)]
async fn folders_are_merged_unless_the_user_wants_to_be_asked() {
    let mut app = App::start().await;
    app.type_in("c").await;
    let plan = |copy| PlanSummary { copy, common_folder_count: 3, file_count: 2, ..PlanSummary::default() };
    app.tell(Event::Plan(plan(CopyId(1)))).await;
    assert!(app.shows("3 folders are there already: what is in them is merged"), "{}", app.picture());
    app.sent();
    app.type_in("f").await;
    let sent = app.sent();
    assert_eq!(sent[0], Command::CancelCopy { copy: CopyId(1) });
    let Command::PlanCopy { copy: CopyId(2), request } = &sent[1] else { panic!("{sent:?}") };
    assert_eq!(request.options.folders, FolderPolicy::Ask);
    app.tell(Event::Plan(plan(CopyId(2)))).await;
    assert!(app.shows("3 folders are there already: you will be asked"), "{}", app.picture());
    app.type_in("<Enter>").await;
    assert_eq!(app.sent()[0], Command::StartCopy { copy: CopyId(2) });
}

#[tokio::test(start_paused = true)]
async fn v_compares_with_the_other_pane_and_leads_to_what_differs() {
    let mut app = App::start().await;
    app.type_in("ggV").await;
    let sent = app.sent();
    let [.., Command::PlanCopy { copy, request }, Command::StartCopy { .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((&request.selection, &request.target), (&Selection::Contents(pictures()), &photos()));
    assert_eq!(request.options.task, Task::Check { one_way: false });
    assert_eq!(request.options.sameness, Sameness::Content);
    let note = |path: &str, note| Event::CopyNote { copy: *copy, path: path.into(), size: 5, note };
    app.tell(note("same.jpg", Note::Identical)).await;
    app.tell(note("Lisbon/castle.jpg", Note::Differs { in_size: false })).await;
    app.tell(note("tram.mov", Note::MissingInSource)).await;
    for words in ["1 file proven identical, 0 B downloaded", "different (1)", "only in work:/Photos/2024 (1)"]
    {
        assert!(app.shows(words), "{}", app.picture());
    }
    app.type_in("<Enter>").await;
    let lisbon = Location::Local("/home/anna/Pictures/2024/Lisbon".into());
    let focus = Some(EntryKey::Name("castle.jpg".into()));
    let there = format!("work:H:{}/Lisbon/castle.jpg", screen::node(1));
    assert_eq!(
        app.sent(),
        [
            Command::OpenPath { view: ViewId(1), path: there },
            Command::Open { view: ViewId(0), location: lisbon, focus }
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_comparison_can_be_stopped_and_put_away() {
    let mut app = App::start_with(Fake { slow: true, ..Fake::default() }, Some("work")).await;
    app.type_in("V").await;
    assert!(app.shows("comparing 0 of 2"), "{}", app.picture());
    app.type_in("b").await;
    assert!(app.shows("comparing goes on · V shows it"), "{}", app.picture());
    app.sent();
    app.type_in("V").await;
    assert_eq!(app.sent(), [], "it is the one that runs");
    app.type_in("<Esc>").await;
    let sent = app.sent();
    let [Command::CancelCopy { copy }] = sent[..] else { panic!("{sent:?}") };
    app.tell(Event::CopyEnded(CopyReport { copy, cancelled: true, ..CopyReport::default() })).await;
    assert!(app.shows("stopped: 0 files proven identical"), "{}", app.picture());
    app.type_in("<Esc>").await;
    assert!(!app.shows("Verify ─"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_conflict_does_not_take_the_keys_of_a_line_that_is_being_typed() {
    let mut app = App::start().await;
    app.type_in("aSum").await;
    app.tell(Event::Conflict(conflict())).await;
    app.type_in("mer<Enter>").await;
    assert_eq!(app.sent(), [Command::CreateFolder { parent: pictures(), name: "Summer".into() }]);
    assert!(app.shows("Same name already there"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn what_was_left_unfinished_is_asked_about_once() {
    let left = |id| Unfinished {
        id: UnfinishedId(id),
        account: "work".into(),
        direction: Direction::Up,
        what: "~/Pictures".into(),
        target: "work:/Photos".into(),
        amount: Some((340, 58 << 30)),
    };
    let event =
        || Event::Unfinished { copies: vec![left(7), left(8)], leftovers: Leftovers { count: 1, bytes: 5 } };
    let go_on =
        |id, copy, paused| Command::ContinueCopy { unfinished: UnfinishedId(id), copy: CopyId(copy), paused };
    for (key, commands) in [
        ("<Enter>", vec![go_on(7, 1, false), go_on(8, 2, false)]),
        ("p", vec![go_on(7, 1, true), go_on(8, 2, true)]),
        (
            "x",
            vec![Command::DiscardUnfinished {
                copies: vec![UnfinishedId(7), UnfinishedId(8)],
                leftovers: true,
            }],
        ),
        ("<Esc>", vec![]),
    ] {
        let mut app = App::start().await;
        app.tell(event()).await;
        assert!(app.shows("2 copies were not finished"), "{}", app.picture());
        app.type_in(key).await;
        assert_eq!(app.sent(), commands, "{key}");
        assert!(!app.shows("not finished"), "{}", app.picture());
    }
}

#[tokio::test(start_paused = true)]
async fn transfers_can_be_paused_cancelled_and_cleared() {
    let mut app = App::start().await;
    let rows = vec![
        transfer(1, "done.txt", 10, 10, TransferState::Done),
        transfer(2, "castle.jpg", 5_347_737, 100, TransferState::Running),
    ];
    app.tell(Event::Transfers { changed: rows, removed: vec![], totals: totals(2, 1) }).await;
    app.type_in("wpxc").await;
    let act = Command::Transfers;
    assert_eq!(
        app.sent(),
        [
            act(TransferAction::Pause(TransferId(2))),
            act(TransferAction::Cancel(TransferId(2))),
            act(TransferAction::ClearEnded)
        ]
    );
    app.type_in("X<Enter>").await;
    assert_eq!(app.sent(), [act(TransferAction::CancelAll)]);
    app.type_in("q").await;
    assert!(app.shows("~/Pictures/2024"), "q goes back: {}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn gn_tries_again_while_offline_and_r_renames_all_the_same() {
    let mut app = App::start().await;
    let wait = Wait { reason: WaitReason::Offline, until: None };
    app.tell(Event::Account { account: "work".into(), state: AccountState::Waiting(wait) }).await;
    app.type_in("gn").await;
    assert_eq!(app.sent(), [Command::RetryNow { account: "work".into() }]);
    app.type_in("r").await;
    assert!(app.shows("Enter Rename"), "{}", app.picture());
}

// ------------------------------------------------------------------------------------------- the end

#[tokio::test(start_paused = true)]
async fn q_ends_at_once_when_nothing_runs() {
    let mut app = App::start().await;
    app.type_in("q").await;
    assert_eq!(app.sent(), [Command::Quit]);
    assert!(app.ended().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn q_asks_while_transfers_run_and_control_c_never_kills() {
    let mut app = App::start().await;
    let row = transfer(1, "setup.iso", 100, 1, TransferState::Running);
    app.tell(Event::Transfers { changed: vec![row], removed: vec![], totals: totals(1, 0) }).await;
    app.type_in("q").await;
    assert!(app.shows("1 transfer is still under way"), "{}", app.picture());
    app.type_in("<C-c>").await;
    assert!(!app.shows("still under way"), "C-c closes the question: {}", app.picture());
    app.type_in("<C-c>").await;
    assert!(app.shows("still under way"), "C-c asks: {}", app.picture());
    assert_eq!(app.sent(), []);
    app.type_in("q").await;
    assert_eq!(app.sent(), [Command::Quit]);
    assert!(app.ended().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_the_worker_first() {
    let mut app = App::start().await;
    app.input.send(Input::Terminate).unwrap();
    app.settle().await;
    assert_eq!(app.sent(), [Command::Quit]);
    assert!(matches!(app.ended().await, Err(UiError::Terminated)));
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_end_is_waited_for_a_few_seconds() {
    let mut app = App::start_with(Fake { deaf: true, ..Fake::default() }, Some("work")).await;
    let before = Instant::now();
    app.input.send(Input::Terminal(Ok(TerminalEvent::Key(parse_keys("q").unwrap()[0].into())))).unwrap();
    assert!(app.ended().await.is_ok());
    assert!(before.elapsed() < Duration::from_secs(8));
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_stops_by_itself_is_reported() {
    let mut app = App::start().await;
    app.events.take();
    app.worker.abort();
    assert!(matches!(app.ended().await, Err(UiError::WorkerGone)));
}

// ------------------------------------------------------------------------------------------- escape, size, frames

#[tokio::test(start_paused = true)]
async fn escape_and_a_digit_are_a_function_key() {
    let mut app = App::start().await;
    for key in parse_keys("<Esc>7").unwrap() {
        app.press(key).await;
    }
    app.settle().await;
    assert!(app.shows("New folder"), "{}", app.picture());
    app.type_in("<Esc>").await;
    assert!(!app.shows("New folder"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_before_any_answer() {
    let app = App::start_with(Fake { deaf: true, ..Fake::default() }, Some("work")).await;
    assert!(app.shows("opening work: …") && app.shows("reading the folder…"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_happens() {
    let mut app = App::start().await;
    let before = app.drawn();
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(app.drawn(), before);
    let until = screen::now().as_millisecond() + 3_600_000;
    let wait = Wait { reason: WaitReason::Offline, until: Some(until) };
    app.tell(Event::Account { account: "work".into(), state: AccountState::Waiting(wait) }).await;
    let before = app.drawn();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let frames = app.drawn() - before;
    assert!((9..=11).contains(&frames), "a countdown is drawn once a second, not {frames} times in ten");
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_events_is_drawn_at_most_every_16_ms() {
    let mut app = App::start().await;
    let before = app.drawn();
    let start = Instant::now();
    for number in 0..1000 {
        let row = transfer(1, "setup.iso", 1000, number, TransferState::Running);
        app.events
            .as_ref()
            .unwrap()
            .send(Event::Transfers { changed: vec![row], removed: vec![], totals: totals(1, 0) })
            .await
            .unwrap();
        if number % 10 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    app.settle().await;
    let allowed = start.elapsed().as_millis() / 16 + 2;
    assert!(u128::from(app.drawn() - before) <= allowed);
}

/// A frame for the worker's sake must not hold up the next one for the user's.
#[tokio::test(start_paused = true)]
async fn a_key_is_drawn_at_once_though_the_worker_has_just_caused_a_frame() {
    let mut app = App::start().await;
    let row = transfer(1, "setup.iso", 1000, 1, TransferState::Running);
    app.told(Event::Transfers { changed: vec![row], removed: vec![], totals: totals(1, 0) }).await;
    app.idle().await;
    let (drawn, pressed_at) = (app.drawn(), Instant::now());
    app.press(parse_keys("j").unwrap()[0]).await;
    app.idle().await;
    assert_eq!((app.drawn() - drawn, pressed_at.elapsed()), (1, Duration::ZERO));
    for _ in 0..5 {
        app.press(parse_keys("j").unwrap()[0]).await;
        app.idle().await;
    }
    assert_eq!(app.drawn() - drawn, 1, "keys wait for the frames of keys");
    app.settle().await;
    assert_eq!(app.drawn() - drawn, 2, "which then has them all");
    assert!(app.shows("▌ notes.md"), "{}", app.picture());
}

/// Bytes that one `j` costs on a real terminal at 80x24, in a folder of 100,000: the two rows and nothing else.
#[tokio::test(start_paused = true)]
async fn a_cursor_move_costs_at_most_120_bytes() {
    let rows =
        (0..100_000).map(|number| local(&format!("holiday-{number:05}.jpg"), 4_404_019, "2024-08-12T07:31"));
    let fake = Fake { left: rows.collect(), ..Fake::default() };
    let out = Written::default();
    let backend = TtyBackend::new(out.clone(), || Ok((80, 24)));
    let mut app = App::start_on(Terminal::new(backend).unwrap(), fake, Some("work")).await;
    for _ in 0..10 {
        out.take();
        app.type_in("j").await;
        let bytes = out.take().len();
        assert!((1..=120).contains(&bytes), "{bytes} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any keys and any order of events: nothing panics, the cursor stays on a line, everything can be drawn.
    #[test]
    fn no_keys_and_no_events_break_the_screen(steps in prop::collection::vec(step(), 0..60), width in 1u16..140, height in 1u16..50) {
        use megapane::ui::update::{Msg, update};
        let mut state = screen::sample(width, height);
        for step in steps {
            match step {
                Step::Key(key) => update(&mut state, Msg::Key(key), &mut Vec::new()),
                Step::Paste(text) => update(&mut state, Msg::Paste(text), &mut Vec::new()),
                Step::Size(width, height) => update(&mut state, Msg::Resize(width, height), &mut Vec::new()),
                Step::Event(event) => update(&mut state, Msg::Worker(*event), &mut Vec::new()),
            }
            for pane in &state.panes {
                prop_assert!(pane.cursor < pane.line_count().max(1));
                prop_assert!(pane.top <= pane.cursor);
            }
            prop_assert!(state.transfers.cursor < state.transfers.rows().len().max(1));
        }
        screen::picture(&state);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(megapane::ui::key::Key),
    Paste(String),
    Size(u16, u16),
    Event(Box<Event>),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = "jkhlGgvcmradfinN/?:wxXpPq=.,*+-A syJtbR<Enter><Esc><Tab><Up><Down><PgDn><C-d><C-u><C-c><F5><M-F1>bIKR";
    let keys = parse_keys(keys).unwrap();
    prop_oneof![
        8 => prop::sample::select(keys).prop_map(Step::Key),
        1 => any::<String>().prop_map(Step::Paste),
        1 => (1u16..150, 1u16..70).prop_map(|(width, height)| Step::Size(width, height)),
        4 => event().prop_map(|event| Step::Event(Box::new(event))),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let heads = (0u32..3, 1u64..4, 0u64..300, any::<bool>(), prop::option::of(0u64..400), any::<bool>())
        .prop_map(|(view, generation, row_count, has_parent, focus, ready)| {
            let mut head = head(view, if ready { pictures() } else { photos() }, "a title", &[]);
            (head.generation, head.row_count, head.has_parent, head.focus) =
                (generation, row_count, has_parent, focus);
            Event::View(head)
        });
    let rows = (0u32..3, 1u64..4, 0u64..300, any::<String>()).prop_map(|(view, generation, start, name)| {
        let rows = vec![local(&name, u64::MAX, "2019-05-01T00:00"); 5];
        Event::Rows { view: ViewId(view), generation, start, rows }
    });
    let found = (0u32..2, prop::option::of(any::<u64>()))
        .prop_map(|(view, row)| Event::Found { view: ViewId(view), row });
    let moved = (0u64..6, any::<u64>(), any::<u64>(), 0i64..9).prop_map(|(number, size, done, place)| {
        Event::Transfers {
            changed: vec![TransferRow { place, ..transfer(number, "x", size, done, TransferState::Running) }],
            removed: vec![TransferId(number / 2)],
            totals: totals(3, 1),
        }
    });
    let needs = prop::sample::select(vec![
        AccountState::Connecting,
        AccountState::NeedsCode { problem: None },
        AccountState::NeedsPassphrase { problem: None },
        AccountState::NeedsPassword { email: None, problem: None },
        AccountState::Loading { received: u64::MAX, total: Some(1) },
        AccountState::Waiting(Wait { reason: WaitReason::TransferQuota, until: Some(i64::MAX) }),
        AccountState::Ready,
    ]);
    let account = needs.prop_map(|state| Event::Account { account: "work".into(), state });
    prop_oneof![
        heads,
        rows,
        found,
        moved,
        account,
        Just(Event::Conflict(conflict())),
        Just(Event::Accounts(vec![]))
    ]
}

// ------------------------------------------------------------------------------------------- the stand-ins

/// The program under test, with its terminal, its worker and its keyboard in our hands.
struct App {
    input: mpsc::UnboundedSender<Input>,
    events: Option<mpsc::Sender<Event>>,
    sent: Arc<Mutex<Vec<Command>>>,
    shared: Shared,
    control: Recorder,
    looped: Option<JoinHandle<Result<(), UiError>>>,
    worker: JoinHandle<()>,
}

impl App {
    async fn start() -> Self {
        Self::start_with(Fake::default(), Some("work")).await
    }

    async fn start_with(fake: Fake, account: Option<&str>) -> Self {
        let shared = Shared::new();
        let mut app = Self::start_on(Terminal::new(shared.clone()).unwrap(), fake, account).await;
        app.shared = shared;
        app
    }

    async fn start_on<B>(terminal: Terminal<B>, fake: Fake, account: Option<&str>) -> Self
    where
        B: Backend + Send + 'static,
        B::Error: Send + Sync + 'static,
    {
        let (input, keys) = mpsc::unbounded_channel();
        let (commands, received) = mpsc::unbounded_channel();
        let (events, told) = mpsc::channel(64);
        let (sent, control) = (Arc::default(), Recorder::default());
        let worker = tokio::spawn(fake.run(received, events.clone(), Arc::clone(&sent)));
        let start = Instant::now();
        let clock = Box::new(move || screen::now() + start.elapsed());
        let screen = Screen { terminal, control: control.clone(), clock, zone: TimeZone::UTC };
        let options = Options {
            account: account.map(str::to_owned),
            depth: ColorDepth::Millions,
            has_desktop: true,
            ..Options::new("/home/anna/Pictures/2024".into(), "/home/anna".into())
        };
        let ports = Ports { commands, events: told };
        let looped = Some(tokio::spawn(drive(screen, receiving(keys), ports, options)));
        let mut app =
            Self { input, events: Some(events), sent, shared: Shared::new(), control, looped, worker };
        app.settle().await;
        app.sent();
        app
    }

    async fn settle(&mut self) {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    async fn press(&mut self, key: megapane::ui::key::Key) {
        self.input.send(Input::Terminal(Ok(TerminalEvent::Key(key.into())))).unwrap();
        tokio::task::yield_now().await;
    }

    /// Types as a person would: one key after another.
    async fn type_in(&mut self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.press(key).await;
            self.settle().await;
        }
    }

    async fn paste(&mut self, text: &str) {
        self.input.send(Input::Terminal(Ok(TerminalEvent::Paste(text.to_owned())))).unwrap();
        self.settle().await;
    }

    async fn tell(&mut self, event: Event) {
        self.events.as_ref().unwrap().send(event).await.unwrap();
        self.settle().await;
    }

    /// Tells without letting any time pass.
    async fn told(&mut self, event: Event) {
        self.events.as_ref().unwrap().send(event).await.unwrap();
    }

    /// Lets everybody do what can be done without any time passing.
    async fn idle(&mut self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    /// Returns what was sent since the last call, without the requests for rows and answers and the reports of the cursor.
    fn sent(&mut self) -> Vec<Command> {
        use Command::{Complete, Focus, Rows, WhenAnswered};
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        sent.into_iter()
            .filter(|command| {
                !matches!(command, Rows { .. } | Focus { .. } | WhenAnswered { .. } | Complete { .. })
            })
            .collect()
    }

    fn clipboard(&mut self) -> Vec<String> {
        std::mem::take(&mut *self.control.copied.lock().unwrap())
    }

    fn picture(&self) -> String {
        text_of(&self.shared.inner.lock().unwrap().0)
    }

    fn drawn(&self) -> u64 {
        self.shared.inner.lock().unwrap().1
    }

    fn shows(&self, text: &str) -> bool {
        self.picture().contains(text)
    }

    fn line_of(&self, text: &str) -> String {
        let picture = self.picture();
        let line = picture.lines().find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("no {text:?} in\n{picture}")).to_owned()
    }

    async fn ended(&mut self) -> Result<(), UiError> {
        self.looped.take().unwrap().await.unwrap()
    }
}

/// Makes a keyboard that wakes only who asked first, as crossterm's stream does.
fn receiving(mut keys: mpsc::UnboundedReceiver<Input>) -> impl Stream<Item = Input> + Unpin {
    let mut asker: Option<task::Waker> = None;
    stream::poll_fn(move |context: &mut task::Context<'_>| {
        let waker = asker.get_or_insert_with(|| context.waker().clone()).clone();
        let polled = keys.poll_recv(&mut task::Context::from_waker(&waker));
        if polled.is_ready() {
            asker = None;
        }
        polled
    })
}

/// A worker that knows two folders and does what it is told at once.
struct Fake {
    accounts: Vec<&'static str>,
    left: Vec<Row>,
    right: Vec<Row>,
    /// Hears, but never answers.
    deaf: bool,
    /// Its copies never end.
    slow: bool,
}

impl Default for Fake {
    fn default() -> Self {
        let mut left = left_rows();
        for row in &mut left {
            row.marked = false;
        }
        Self { accounts: vec!["work"], left, right: right_rows(), deaf: false, slow: false }
    }
}

/// A view of the stand-in.
struct FakeView {
    location: Location,
    title: String,
    rows: Vec<Row>,
    arrangement: Arrangement,
    focus: Option<EntryKey>,
    generation: u64,
}

impl FakeView {
    fn shown(&self) -> Vec<Row> {
        let filter = self.arrangement.filter.clone().unwrap_or_default();
        self.rows.iter().filter(|row| row.entry.name.contains(&filter)).cloned().collect()
    }

    fn head(&mut self, view: ViewId) -> Event {
        self.generation += 1;
        let shown = self.shown();
        let mut head = head(view.0, self.location.clone(), &self.title, &shown);
        head.generation = self.generation;
        head.left_out_count = (self.rows.len() - shown.len()) as u64;
        head.arrangement = self.arrangement.clone();
        head.focus =
            shown.iter().position(|row| Some(&row.entry.key) == self.focus.as_ref()).map(|row| row as u64);
        head.focus_key = self.focus.clone();
        Event::View(head)
    }
}

impl Fake {
    async fn run(
        self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        events: mpsc::Sender<Event>,
        sent: Arc<Mutex<Vec<Command>>>,
    ) {
        let mut views: [Option<FakeView>; 2] = [None, None];
        let mut answers = VecDeque::new();
        while let Some(command) = commands.recv().await {
            sent.lock().unwrap().push(command.clone());
            if !self.deaf {
                self.answer(command, &mut views, &mut answers);
            }
            for answer in answers.drain(..) {
                events.send(answer).await.unwrap();
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    fn answer(&self, command: Command, views: &mut [Option<FakeView>; 2], answers: &mut VecDeque<Event>) {
        match command {
            Command::ListAccounts => {
                let row = |name: &&str| AccountRow {
                    name: (*name).to_owned(),
                    email: format!("{name}@example.org"),
                };
                answers.push_back(Event::Accounts(self.accounts.iter().map(row).collect()));
            }
            Command::Open { view, location, focus } => {
                let opened = self.open(location, focus);
                let opened = views[view.0 as usize].insert(opened);
                answers.push_back(opened.head(view));
            }
            Command::Rows { view, start, count } => {
                let Some(shown) = views[view.0 as usize].as_ref() else { return };
                let rows = shown
                    .shown()
                    .into_iter()
                    .skip(usize::try_from(start).unwrap())
                    .take(count as usize)
                    .collect();
                answers.push_back(Event::Rows { view, generation: shown.generation, start, rows });
            }
            Command::Focus { view, key } => {
                if let Some(shown) = views[view.0 as usize].as_mut() {
                    shown.focus = key;
                }
            }
            Command::Arrange { view, arrangement } => {
                let Some(shown) = views[view.0 as usize].as_mut() else { return };
                shown.arrangement = arrangement;
                answers.push_back(shown.head(view));
            }
            Command::Mark { view, change } => {
                let Some(shown) = views[view.0 as usize].as_mut() else { return };
                mark(&mut shown.rows, &change);
                answers.push_back(shown.head(view));
            }
            Command::Find { view, text, from, backwards } => {
                let Some(shown) = views[view.0 as usize].as_ref() else { return };
                answers.push_back(Event::Found { view, row: find(&shown.shown(), &text, from, backwards) });
            }
            Command::WhenAnswered { view, number } => answers.push_back(Event::Answered { view, number }),
            Command::PlanCopy { copy, .. } => {
                let plan = PlanSummary {
                    copy,
                    target: "work:/Photos/2024".into(),
                    file_count: 2,
                    bytes: 8_493_466,
                    complete: true,
                    ..PlanSummary::default()
                };
                answers.push_back(Event::Plan(plan));
            }
            Command::StartCopy { .. } if self.slow => {}
            Command::StartCopy { copy } => {
                answers.push_back(Event::CopyEnded(CopyReport {
                    copy,
                    copied_count: 2,
                    copied_bytes: 8_493_466,
                    ..CopyReport::default()
                }));
            }
            Command::Quit => answers.push_back(Event::Ended),
            Command::Login(_)
            | Command::Unlock { .. }
            | Command::Logout { .. }
            | Command::OpenParent { .. }
            | Command::OpenPath { .. }
            | Command::OpenChild { .. }
            | Command::OpenKept { .. }
            | Command::ChangeBookmarks(_)
            | Command::RestoreScreen
            | Command::KeepScreen(_)
            | Command::Search { .. }
            | Command::EndSearch
            | Command::Usage(_)
            | Command::EndUsage
            | Command::CompareFolders { .. }
            | Command::EndComparison
            | Command::FindDifference { .. }
            | Command::Complete { .. }
            | Command::Close { .. }
            | Command::Refresh { .. }
            | Command::CreateFolder { .. }
            | Command::Rename { .. }
            | Command::Trash { .. }
            | Command::PlanDeletion { .. }
            | Command::Delete { .. }
            | Command::DropDeletion { .. }
            | Command::Restore { .. }
            | Command::ListChanges
            | Command::Examine { .. }
            | Command::Sharing(_)
            | Command::Versions(_)
            | Command::WriteNames { .. }
            | Command::ReadNames { .. }
            | Command::StartRenames { .. }
            | Command::DropRenames { .. }
            | Command::MoveInside { .. }
            | Command::Undo(_)
            | Command::CancelCopy { .. }
            | Command::ContinueCopy { .. }
            | Command::DiscardUnfinished { .. }
            | Command::Resolve { .. }
            | Command::Compare { .. }
            | Command::Content { .. }
            | Command::Dedupe(_)
            | Command::Measure { .. }
            | Command::Edit { .. }
            | Command::Transfers(_)
            | Command::DescribeTransfer { .. }
            | Command::RetryNow { .. } => {}
        }
    }

    fn open(&self, location: Location, focus: Option<EntryKey>) -> FakeView {
        let (location, title, rows) = match location {
            Location::Local(path) => {
                let title = path.to_string_lossy().replace("/home/anna", "~");
                (Location::Local(path), title, self.left.clone())
            }
            Location::Cloud { .. } => (photos(), "work:/Photos/2024".to_owned(), self.right.clone()),
        };
        FakeView { location, title, rows, arrangement: Arrangement::default(), focus, generation: 0 }
    }
}

fn mark(rows: &mut [Row], change: &MarkChange) {
    for (row, index) in rows.iter_mut().zip(0u64..) {
        match change {
            MarkChange::Toggle(key) => row.marked ^= row.entry.key == *key,
            MarkChange::Range { first, last, on } if (*first..=*last).contains(&index) => row.marked = *on,
            MarkChange::All => row.marked = true,
            MarkChange::None => row.marked = false,
            MarkChange::Invert => row.marked = !row.marked,
            MarkChange::Range { .. } | MarkChange::Pattern { .. } | MarkChange::Signed(_) => {}
        }
    }
}

fn find(rows: &[Row], text: &str, from: u64, backwards: bool) -> Option<u64> {
    let count = rows.len() as u64;
    let step = |by: u64| if backwards { (from + count - by) % count } else { (from + by) % count };
    (1..=count).map(step).find(|row| rows[usize::try_from(*row).unwrap()].entry.name.contains(text))
}

/// Remembers what went to the clipboard.
#[derive(Clone, Debug, Default)]
struct Recorder {
    copied: Arc<Mutex<Vec<String>>>,
}

impl Control for Recorder {
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects what would go to a terminal.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A test backend that can be looked at while the loop draws on it, with the number of frames drawn.
#[derive(Clone, Debug)]
struct Shared {
    inner: Arc<Mutex<(TestBackend, u64)>>,
}

impl Shared {
    fn new() -> Self {
        Self { inner: Arc::new(Mutex::new((TestBackend::new(80, 24), 0))) }
    }
}

impl Backend for Shared {
    type Error = std::convert::Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut inner = self.inner.lock().unwrap();
        inner.1 += 1;
        inner.0.draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.lock().unwrap().0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.lock().unwrap().0.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.lock().unwrap().0.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.lock().unwrap().0.flush()
    }
}
