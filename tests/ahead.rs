//! Keys typed before the worker has answered: they wait for what they are about, and are never about what was there
//! before. And the demo's question before the user's own files are changed.
#![cfg(test)]

mod screen;

use megapane::entry::Location;
use megapane::message::{
    Command, CopyId, Event, MarkChange, Problem, ProblemKind, Selection, ViewHead, ViewId, ViewState,
};
use megapane::ui::key::parse_keys;
use megapane::ui::own_files::OwnFiles;
use megapane::ui::state::AppState;
use megapane::ui::update::{Msg, update};
use screen::{head, left_rows, local, photos, picture, pictures, sample, tell};

const LEFT: ViewId = ViewId(0);

/// Types at once, before any answer can come; returns what was sent.
fn dash(state: &mut AppState, keys: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    for key in parse_keys(keys).unwrap() {
        update(state, Msg::Key(key), &mut commands);
    }
    commands
}

/// Lets the worker answer the last question among the commands; returns what was sent then.
fn answer(state: &mut AppState, commands: &[Command]) -> Vec<Command> {
    let last = commands.iter().rev().find_map(|command| match command {
        Command::WhenAnswered { view, number } => Some(Event::Answered { view: *view, number: *number }),
        _ => None,
    });
    worker(state, last.expect("an answer is asked for"))
}

fn worker(state: &mut AppState, event: Event) -> Vec<Command> {
    let mut commands = Vec::new();
    update(state, Msg::Worker(event), &mut commands);
    commands
}

fn plans(commands: &[Command]) -> Vec<&Selection> {
    let mut plans = Vec::new();
    for command in commands {
        if let Command::PlanCopy { request, .. } = command {
            plans.push(&request.selection);
        }
    }
    plans
}

fn lisbon() -> Location {
    Location::Local("/home/anna/Pictures/2024/Lisbon".into())
}

/// A state whose left pane has no marks and its cursor on the first row.
fn unmarked() -> AppState {
    let mut state = sample(80, 24);
    let sent = dash(&mut state, "<Esc>");
    let mut rows = left_rows();
    for row in &mut rows {
        row.marked = false;
    }
    tell(
        &mut state,
        Event::View(ViewHead { generation: 2, ..head(0, pictures(), "~/Pictures/2024", &rows) }),
    );
    tell(&mut state, Event::Rows { view: LEFT, generation: 2, start: 0, rows });
    answer(&mut state, &sent);
    screen::type_in(&mut state, "ggj");
    state
}

#[test]
fn keys_after_enter_are_about_the_folder_that_is_entered() {
    let mut state = unmarked();
    let sent = dash(&mut state, "<Enter>jc");
    assert!(plans(&sent).is_empty(), "nothing is done in the folder that is left: {sent:?}");
    let rows = vec![local("a.jpg", 1, "2024-08-12T07:31"), local("b.jpg", 1, "2024-08-12T07:31")];
    worker(&mut state, Event::View(ViewHead { generation: 3, ..head(0, lisbon(), "~/Lisbon", &rows) }));
    let waiting = answer(&mut state, &sent);
    assert!(plans(&waiting).is_empty(), "the row is not there yet: {waiting:?}");
    let keys = vec![rows[1].entry.key.clone()];
    let sent = worker(&mut state, Event::Rows { view: LEFT, generation: 3, start: 0, rows });
    assert_eq!(plans(&sent), [&Selection::Entries { parent: lisbon(), keys }]);
}

#[test]
fn a_copy_typed_right_after_marking_is_of_what_is_marked() {
    let mut state = unmarked();
    let sent = dash(&mut state, "Ac");
    assert!(sent.contains(&Command::Mark { view: LEFT, change: MarkChange::All }));
    assert!(plans(&sent).is_empty(), "{sent:?}");
    let mut rows = left_rows();
    for row in &mut rows {
        row.marked = true;
    }
    let marked = head(0, pictures(), "~/Pictures/2024", &rows);
    worker(&mut state, Event::View(ViewHead { generation: 3, ..marked }));
    worker(&mut state, Event::Rows { view: LEFT, generation: 3, start: 0, rows });
    assert_eq!(plans(&answer(&mut state, &sent)), [&Selection::Marked(LEFT)]);
}

#[test]
fn keys_after_a_search_are_about_what_is_found() {
    let mut state = unmarked();
    let sent = dash(&mut state, "/cas<Enter>c");
    assert!(plans(&sent).is_empty(), "{sent:?}");
    worker(&mut state, Event::Found { view: LEFT, row: Some(4) });
    let keys = vec![left_rows()[4].entry.key.clone()];
    let sent = answer(&mut state, &sent);
    assert_eq!(plans(&sent), [&Selection::Entries { parent: pictures(), keys }]);
}

#[test]
fn keys_after_a_search_that_finds_nothing_are_dropped() {
    let mut state = unmarked();
    let sent = dash(&mut state, "/zzz<Enter>c");
    worker(&mut state, Event::Found { view: LEFT, row: None });
    let sent = answer(&mut state, &sent);
    assert!(plans(&sent).is_empty() && state.ahead.is_empty(), "{sent:?}");
    assert!(picture(&state).contains("no name here contains that"), "{}", picture(&state));
}

#[test]
fn what_is_found_after_a_search_was_left_does_not_move_the_cursor() {
    let mut state = unmarked();
    let sent = dash(&mut state, "/cas<Esc>");
    let before = state.pane().cursor;
    worker(&mut state, Event::Found { view: LEFT, row: Some(4) });
    answer(&mut state, &sent);
    assert_eq!(state.pane().cursor, before);
    let sent = dash(&mut state, "/cas");
    worker(&mut state, Event::Found { view: LEFT, row: Some(4) });
    answer(&mut state, &sent);
    assert_eq!(state.pane().cursor, 5, "the next search counts again");
}

#[test]
fn keys_for_a_folder_that_cannot_be_opened_are_dropped() {
    let mut state = unmarked();
    let sent = dash(&mut state, "gpwork:/nowhere<Enter>d");
    let problem = Problem::new(ProblemKind::FolderNotFound, "there is no such folder", "");
    worker(&mut state, Event::Failed(problem.clone()));
    answer(&mut state, &sent);
    assert!(state.dialogs.is_empty(), "nothing of the old folder is thrown away");
    let sent = dash(&mut state, "<Enter>d");
    let failed = ViewHead { generation: 3, state: ViewState::Failed(problem), ..head(0, lisbon(), "x", &[]) };
    worker(&mut state, Event::View(failed));
    answer(&mut state, &sent);
    assert!(state.dialogs.is_empty() && state.ahead.is_empty());
}

#[test]
fn the_target_of_a_copy_is_waited_for_too() {
    let mut state = unmarked();
    let sent = dash(&mut state, "=c");
    assert!(plans(&sent).is_empty(), "the other pane is about to show another folder: {sent:?}");
    let rows = left_rows();
    worker(&mut state, Event::View(head(1, pictures(), "~/Pictures/2024", &rows)));
    assert!(plans(&answer(&mut state, &sent)).is_empty());
    assert!(picture(&state).contains("both panes show the same folder"), "{}", picture(&state));
}

#[test]
fn what_is_about_the_program_never_waits() {
    let mut state = unmarked();
    dash(&mut state, "<Enter>?");
    assert!(picture(&state).contains("Help"), "{}", picture(&state));
    dash(&mut state, "<Esc><Tab>w");
    assert!(picture(&state).contains("Transfers"), "{}", picture(&state));
}

#[test]
fn escape_drops_what_was_typed_ahead_and_waits_no_longer() {
    let mut state = unmarked();
    dash(&mut state, "<Enter>jjd");
    assert!(picture(&state).contains("3 keys wait for the folder"), "{}", picture(&state));
    dash(&mut state, "<Esc>");
    assert!(state.ahead.is_empty() && state.dialogs.is_empty());
    dash(&mut state, "j");
    assert_eq!(state.pane().cursor, 2, "keys work again");
    dash(&mut state, "<Enter>jj<C-c>");
    assert!(picture(&state).contains("Nothing is under way"), "C-c asks at once: {}", picture(&state));
}

#[test]
fn what_is_held_has_a_bound() {
    let mut state = unmarked();
    dash(&mut state, "<Enter>");
    for _ in 0..5000 {
        dash(&mut state, "j");
    }
    assert!(state.ahead.len() < 1000);
    assert!(picture(&state).contains("Esc drops it"), "{}", picture(&state));
}

#[test]
fn a_mark_on_a_row_that_has_not_come_waits_for_it() {
    let mut state = unmarked();
    let rows: Vec<_> =
        (0..1000).map(|number| local(&format!("{number:04}"), 1, "2024-08-12T07:31")).collect();
    tell(&mut state, Event::View(ViewHead { generation: 3, ..head(0, pictures(), "~/Pictures", &rows) }));
    let sent = dash(&mut state, "G<Space>");
    assert!(!sent.iter().any(|command| matches!(command, Command::Mark { .. })), "{sent:?}");
    let last = rows[900..].to_vec();
    let sent = worker(&mut state, Event::Rows { view: LEFT, generation: 3, start: 900, rows: last });
    let toggled = MarkChange::Toggle(rows[999].entry.key.clone());
    assert!(sent.contains(&Command::Mark { view: LEFT, change: toggled }), "{sent:?}");
}

// ------------------------------------------------------------------------------------------- the demo's question

/// The demo with the user's own files on the left, and the right pane active.
fn demo() -> AppState {
    let mut state = unmarked();
    state.own_files = Some(OwnFiles::outside("/tmp/samples".into()));
    screen::type_in(&mut state, "<Tab>jjjj");
    state
}

fn changes(commands: &[Command]) -> Vec<&Command> {
    let changes = |command: &&Command| {
        matches!(command, Command::StartCopy { .. } | Command::CreateFolder { .. } | Command::Trash { .. })
    };
    commands.iter().filter(changes).collect()
}

#[test]
fn the_demo_asks_once_before_it_changes_the_users_own_files() {
    let mut state = demo();
    let sent = dash(&mut state, "cc");
    assert!(changes(&sent).is_empty(), "{sent:?}");
    assert!(picture(&state).contains("is a real folder of yours"), "{}", picture(&state));
    assert!(changes(&dash(&mut state, "<Enter>")).is_empty(), "an Enter too many is no yes");
    let sent = dash(&mut state, "y");
    assert_eq!(changes(&sent), [&Command::StartCopy { copy: CopyId(1) }]);
    let sent = dash(&mut state, "<Tab>aNew<Enter>");
    assert!(matches!(changes(&sent)[..], [Command::CreateFolder { .. }]), "asked once: {sent:?}");
}

#[test]
fn a_no_drops_the_change_and_the_next_one_is_asked_about_again() {
    let mut state = demo();
    dash(&mut state, "cc");
    let sent = dash(&mut state, "<Esc>");
    assert!(sent.contains(&Command::CancelCopy { copy: CopyId(1) }), "{sent:?}");
    let sent = dash(&mut state, "<Tab>dd");
    assert!(changes(&sent).is_empty() && picture(&state).contains("Your own files"), "{sent:?}");
}

#[test]
fn the_demo_changes_its_samples_and_its_cloud_without_a_question() {
    let mut state = demo();
    let sent = dash(&mut state, "aNew<Enter>");
    assert!(matches!(changes(&sent)[..], [Command::CreateFolder { .. }]), "a folder in the cloud: {sent:?}");
    let samples = Location::Local("/tmp/samples/Lisbon".into());
    tell(&mut state, Event::View(ViewHead { generation: 9, ..head(0, samples, "x", &left_rows()) }));
    let sent = dash(&mut state, "<Tab>aNew<Enter>");
    assert!(matches!(changes(&sent)[..], [Command::CreateFolder { .. }]), "a sample folder: {sent:?}");
    assert_eq!(photos(), *state.other().location().unwrap());
}
