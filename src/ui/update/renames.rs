//! Renaming many at once with the user's editor: asks the worker for the file, has the editor change it, and shows what it
//! says before anything is renamed. Called by `change` for the action, by `edit` when the editor has ended, and by
//! `dialog` for keys.

use std::path::PathBuf;

use super::dialog::unmark;
use super::selection::{Chosen, chosen};
use crate::message::{Command, Problem, RenamePlan, RenamesId, Selection, ViewId};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::renames::{Outcome, RenamesDialog};
use crate::ui::errand::{Asker, Errand};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::state::{AppState, Effect, Notice};

/// Asks for the names of what is chosen.
pub(super) fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(Chosen { selection, marked, .. }) = chosen(state, commands) {
        begin_with(state, selection, marked, commands);
    }
}

/// Asks for the names of entries; `marked` is the view whose marks are used up by it.
pub(super) fn begin_with(
    state: &mut AppState,
    selection: Selection,
    marked: Option<ViewId>,
    commands: &mut Vec<Command>,
) {
    let renames = RenamesId(state.last_renames.0.wrapping_add(1));
    state.last_renames = renames;
    commands.push(Command::WriteNames { renames, selection });
    state.dialogs.push(Dialog::Renames(RenamesDialog { renames, sheet: None, plan: None, top: 0, marked }));
}

/// Takes the file with the names: the editor gets it.
pub(super) fn receive_sheet(state: &mut AppState, renames: RenamesId, sheet: Result<PathBuf, Problem>) {
    let Some(dialog) = open(state, renames) else { return };
    match sheet {
        Ok(path) => {
            dialog.sheet = Some(path.clone());
            edit(state, renames, path);
        }
        Err(problem) => {
            close(state, renames);
            state.notice = Some(Notice::Problem(problem));
        }
    }
}

/// Takes the end of the editor; `problem` is what went wrong with it.
pub(super) fn edited(
    state: &mut AppState,
    renames: RenamesId,
    problem: Option<Problem>,
    commands: &mut Vec<Command>,
) {
    match problem {
        None => commands.push(Command::ReadNames { renames }),
        Some(problem) => {
            close(state, renames);
            state.notice = Some(Notice::Problem(problem));
            commands.push(Command::DropRenames { renames });
        }
    }
}

/// Takes what the file says.
pub(super) fn receive_plan(state: &mut AppState, plan: RenamePlan, commands: &mut Vec<Command>) {
    let renames = plan.renames;
    let Some(dialog) = open(state, renames) else { return };
    if plan.faults.is_empty() && plan.rows.is_empty() {
        close(state, renames);
        state.say("no name was changed");
        return commands.push(Command::DropRenames { renames });
    }
    dialog.plan = Some(plan);
    dialog.top = 0;
}

/// Gives a key to the dialog.
pub(super) fn press(
    state: &mut AppState,
    mut dialog: RenamesDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let renames = dialog.renames;
    match dialog.press(key, page_rows(state.surroundings.height)) {
        Outcome::Stay => return Some(Dialog::Renames(dialog)),
        Outcome::Edit => {
            if let Some(path) = dialog.sheet.clone() {
                edit(state, renames, path);
            }
            return Some(Dialog::Renames(dialog));
        }
        Outcome::Leave => commands.push(Command::DropRenames { renames }),
        Outcome::Rename => {
            commands.push(Command::StartRenames { renames });
            unmark(dialog.marked, commands);
        }
    }
    None
}

fn edit(state: &mut AppState, renames: RenamesId, path: PathBuf) {
    let errand = Errand::on(&state.surroundings.editor, path, Asker::Renames(renames));
    state.effects.push(Effect::Run(errand));
}

fn open(state: &mut AppState, renames: RenamesId) -> Option<&mut RenamesDialog> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Renames(open) if open.renames == renames => Some(open),
        _ => None,
    })
}

fn close(state: &mut AppState, renames: RenamesId) {
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Renames(open) if open.renames == renames));
}
