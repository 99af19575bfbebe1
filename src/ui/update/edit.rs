//! Editing a file with the user's editor: who gets the terminal, and what follows from the end.
//! Called by `perform` for [`Content`] actions, and for each program of the user's that has given the terminal back.

use crate::entry::{EntryKey, Location};
use crate::message::{Command, Problem, ProblemKind};
use crate::ui::action::Content;
use crate::ui::errand::{Asker, Errand, ErrandEnd};
use crate::ui::state::{AppState, Effect, Notice};

pub(super) fn perform(state: &mut AppState, content: Content) {
    match content {
        Content::Edit => edit(state),
    }
}

fn edit(state: &mut AppState) {
    let pane = state.pane();
    let (Some(head), Some(row)) = (&pane.head, pane.current()) else { return };
    match (&head.location, &row.entry.key) {
        (Location::Local(folder), EntryKey::Name(file)) => {
            let asker = Asker::LocalEdit { name: row.entry.name.clone(), view: pane.view };
            let errand = Errand::on(&state.surroundings.editor, folder.join(file), asker);
            state.effects.push(Effect::Run(errand));
        }
        (Location::Local(_), EntryKey::Node(_) | EntryKey::Place(_)) | (Location::Cloud { .. }, _) => {
            state.say("edit: copy the file to the disk first");
        }
    }
}

/// Takes the end of a program that had the terminal.
pub(super) fn ran(state: &mut AppState, asker: Asker, end: ErrandEnd, commands: &mut Vec<Command>) {
    match asker {
        Asker::Renames(renames) => {
            super::renames::edited(state, renames, failed(state, "the names", &end), commands);
        }
        Asker::LocalEdit { name, view } => {
            commands.push(Command::Refresh { view });
            if let Some(problem) = failed(state, &name, &end) {
                state.notice = Some(Notice::Problem(problem));
            }
        }
    }
}

/// Returns what went wrong with the editor.
fn failed(state: &AppState, name: &str, end: &ErrandEnd) -> Option<Problem> {
    let editor = state.surroundings.editor.name.to_string_lossy();
    let (message, hint) = match end {
        ErrandEnd::Well => return None,
        ErrandEnd::Badly(Some(code)) => (format!("{editor} ended with code {code}"), ""),
        ErrandEnd::Badly(None) => (format!("{editor} was ended by a signal"), ""),
        ErrandEnd::NotStarted(reason) => {
            let hint = "Name another in $VISUAL or $EDITOR.";
            (format!("Cannot edit \"{name}\" with {editor}: {reason}"), hint)
        }
    };
    Some(Problem::new(ProblemKind::Other, message, hint))
}
