//! Changes of marks. Marks live with the worker; only a range that is being made is the screen's own.
//! Called by `perform` for [`Marking`] actions, and by whatever acts on a range that is not finished.

use crate::message::{Command, MarkChange, SignedRows};
use crate::ui::action::Marking;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::field::Field;
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::state::AppState;

pub(super) fn perform(state: &mut AppState, marking: Marking, commands: &mut Vec<Command>) {
    match marking {
        Marking::Toggle => toggle(state, 1, commands),
        Marking::ToggleUp => toggle(state, -1, commands),
        Marking::Range => range(state, commands),
        Marking::All => send(state, MarkChange::All, commands),
        Marking::Invert => send(state, MarkChange::Invert, commands),
        Marking::Differing => send(state, MarkChange::Signed(SignedRows::Differing), commands),
        Marking::Newer => send(state, MarkChange::Signed(SignedRows::Newer), commands),
        Marking::OnlyHere => send(state, MarkChange::Signed(SignedRows::OnlyHere), commands),
        Marking::Pattern => ask_pattern(state, true),
        Marking::UnmarkPattern => ask_pattern(state, false),
    }
}

/// Marks the rows of a range that is being made, if one is; returns whether it was.
pub(super) fn finish_range(state: &mut AppState, commands: &mut Vec<Command>) -> bool {
    let rows = state.pane().range_rows();
    state.pane_mut().anchor = None;
    if let Some((first, last)) = rows {
        send(state, MarkChange::Range { first, last, on: true }, commands);
    }
    rows.is_some()
}

/// Sends a change of marks of the active pane.
pub(super) fn send(state: &AppState, change: MarkChange, commands: &mut Vec<Command>) {
    commands.push(Command::Mark { view: state.pane().view, change });
}

fn toggle(state: &mut AppState, step: i64, commands: &mut Vec<Command>) {
    if finish_range(state, commands) {
        return;
    }
    if let Some(key) = state.pane().current().map(|row| row.entry.key.clone()) {
        send(state, MarkChange::Toggle(key), commands);
    }
    let height = state.layout().list_height();
    state.pane_mut().go_by(step, false, height);
}

fn range(state: &mut AppState, commands: &mut Vec<Command>) {
    if state.pane().anchor.is_some() {
        finish_range(state, commands);
    } else {
        let pane = state.pane_mut();
        pane.anchor = Some(pane.cursor);
    }
}

fn ask_pattern(state: &mut AppState, on: bool) {
    let field = Field::new("*").with_cursor(1);
    state.dialogs.push(Dialog::Prompt(Prompt::new(Purpose::Pattern { on }, field)));
}
