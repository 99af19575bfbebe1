//! The page of what is wrong: asks for it, shows it, looks again. Called by `program` for the action, by `event` and by
//! `dialog`.

use crate::entry::LINK_MARK;
use crate::message::{Command, Finding};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::doctor::{DoctorPage, Outcome};
use crate::ui::key::Key;
use crate::ui::layout::doctor_rows;
use crate::ui::state::{AppState, Effect};

/// Asks what is wrong.
pub(super) fn open(state: &mut AppState, commands: &mut Vec<Command>) {
    let account = state.account().filter(|name| !name.starts_with(LINK_MARK)).map(str::to_owned);
    commands.push(Command::Examine { account: account.clone() });
    state.dialogs.push(Dialog::Doctor(DoctorPage::new(account)));
}

/// Takes what was found.
pub(super) fn receive(state: &mut AppState, findings: Vec<Finding>) {
    for dialog in &mut state.dialogs {
        if let Dialog::Doctor(page) = dialog {
            return page.receive(findings);
        }
    }
}

/// Gives a key to the page.
pub(super) fn press(
    state: &mut AppState,
    mut page: DoctorPage,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match page.press(key, doctor_rows(state.surroundings.height)) {
        Outcome::Stay => {}
        Outcome::Leave => return None,
        Outcome::Again => {
            page.rows = None;
            commands.push(Command::Examine { account: page.account.clone() });
        }
        Outcome::Copy(text) => state.effects.push(Effect::Clipboard(text)),
    }
    Some(Dialog::Doctor(page))
}
