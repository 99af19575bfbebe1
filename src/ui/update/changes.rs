//! The list of the last changes: asks for it, shows it, and has the chosen one taken back. Called by `change` for the
//! action, by `event` and by `dialog`.

use crate::message::{ChangeRow, ChangeState, Command, Partly, UndoDirection, UndoRequest};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::changes::{ChangesDialog, Outcome};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;

/// Asks for the list.
pub(super) fn open(state: &mut AppState, commands: &mut Vec<Command>) {
    commands.push(Command::ListChanges);
    state.dialogs.push(Dialog::Changes(ChangesDialog::default()));
}

/// Takes the list.
pub(super) fn receive(state: &mut AppState, changes: Vec<ChangeRow>) {
    for dialog in &mut state.dialogs {
        if let Dialog::Changes(open) = dialog {
            open.rows = Some(changes);
            return;
        }
    }
}

/// Gives a key to the list.
pub(super) fn press(
    state: &mut AppState,
    mut dialog: ChangesDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match dialog.press(key, page_rows(state.surroundings.height)) {
        Outcome::Stay => return Some(Dialog::Changes(dialog)),
        Outcome::Leave => {}
        Outcome::Undo(group) => {
            super::dedupe::taken_back(state, Some(group));
            let (direction, partly) = (UndoDirection::Undo, Partly::AskAgain);
            commands.push(Command::Undo(UndoRequest { direction, group: Some(group), partly }));
        }
        Outcome::Refused(why) => {
            state.say(match why {
                ChangeState::Undone => "that was taken back already; U does again what was taken back last",
                ChangeState::Final | ChangeState::Standing => "nothing takes that back",
            });
            return Some(Dialog::Changes(dialog));
        }
    }
    None
}
