//! The keys of the dialog that asks what becomes of a name that is taken. Called by `dialog`; what is answered goes to the
//! worker. It decides nothing by itself.

use crate::message::Command;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::conflict::{ConflictDialog, Outcome};
use crate::ui::key::Key;
use crate::ui::layout::conflict::{Answers, conflict_room};
use crate::ui::state::AppState;

/// Gives a key to the dialog. A letter whose answer has no room on the screen is none.
pub(super) fn press(
    state: &AppState,
    mut dialog: ConflictDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let room = conflict_room(state.surroundings.width, state.surroundings.height);
    let is_shown = |letter| Answers::new(&dialog.conflict, room).has(letter);
    if dialog.rename.is_none() && !key.typed().is_none_or(is_shown) {
        return Some(Dialog::Conflict(dialog));
    }
    match dialog.press(key, state.surroundings.clock.now) {
        Outcome::Stay => Some(Dialog::Conflict(dialog)),
        Outcome::Asked(command) => {
            commands.push(command);
            Some(Dialog::Conflict(dialog))
        }
        Outcome::Answered(command) => {
            commands.push(command);
            None
        }
    }
}
