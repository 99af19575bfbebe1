//! The usage of a folder: begun, followed, and what is done with what takes too much. Called by `perform`, for keys of its
//! page, and for the worker's sheets.

use super::change::Carry;
use super::picked::{Picked, carry, delete, trash};
use super::{look, path, search, viewer};
use crate::entry::{Entry, Location};
use crate::message::{Command, Selection, UsageSheet, ViewId};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::usage::{Choice, UsagePage};
use crate::ui::figure;
use crate::ui::key::Key;
use crate::ui::layout::usage_rows;
use crate::ui::state::AppState;

/// Begins at the folder of the active pane.
pub(super) fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(head) = &state.pane().head else { return };
    let mut page = UsagePage::new(head.location.clone(), head.title.clone(), state.numbers.usage);
    commands.push(page.ask(false));
    state.numbers.usage = page.number();
    state.dialogs.push(Dialog::Usage(Box::new(page)));
}

/// Goes to a folder, and begins there once it is shown.
pub(super) fn begin_once_shown(state: &mut AppState, place: &str, commands: &mut Vec<Command>) {
    let is_local = place.starts_with('/');
    state.active = usize::from(!is_local);
    state.usage_wanted = Some(state.pane().view);
    if !place.ends_with(':') {
        path::go_to(state, place, commands); // the top of the account is on its way already
    }
}

/// Begins at a folder that is shown now, where that was wanted.
pub(super) fn shown(state: &mut AppState, view: ViewId, commands: &mut Vec<Command>) {
    if state.usage_wanted == Some(view) && state.pane().view == view && state.pane().is_ready() {
        state.usage_wanted = None;
        begin(state, commands);
    }
}

/// Takes what a folder comes to.
pub(super) fn receive(state: &mut AppState, sheet: UsageSheet) {
    let height = usage_rows(state.surroundings.height);
    for dialog in &mut state.dialogs {
        if let Dialog::Usage(page) = dialog {
            return page.receive(sheet, height);
        }
    }
}

/// Something was changed: a disk has to be scanned once more. Of an account the worker tells by itself.
pub(super) fn changed(state: &mut AppState, commands: &mut Vec<Command>) {
    for dialog in &mut state.dialogs {
        if let Dialog::Usage(page) = dialog
            && matches!(page.place, Location::Local(_))
        {
            commands.push(page.ask(true));
            state.numbers.usage = page.number();
        }
    }
}

/// Gives a key to the page.
pub(super) fn press(
    state: &mut AppState,
    mut page: Box<UsagePage>,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match page.press(key, usage_rows(state.surroundings.height)) {
        Choice::Stay => {}
        Choice::Ask(command) => {
            state.numbers.usage = page.number();
            commands.push(command);
        }
        Choice::Go(key) => {
            commands.push(Command::EndUsage);
            state.pane_mut().open_at(page.place, key, commands);
            return None;
        }
        Choice::Copy => carry(state, Carry::Copy, picked(&page), commands),
        Choice::Move => carry(state, Carry::Move, picked(&page), commands),
        Choice::Trash if page.is_in_bin() => {
            state.say("this is the rubbish bin: D deletes for good");
        }
        Choice::Trash => trash(state, picked(&page)),
        Choice::Delete => delete(state, picked(&page), page.is_in_bin(), commands),
        Choice::View(entry) => {
            let Entry { key, name, size, .. } = *entry;
            let viewer = viewer::begin(state, (page.place.clone(), key), name, size, commands);
            state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
        }
        Choice::Properties(entry) => {
            look::show_properties(state, (page.place.clone(), page.title.clone()), *entry, commands);
        }
        Choice::Search(text) => {
            search::begin_with(state, (page.place.clone(), page.title.clone()), text, commands);
            // What is found stands over what takes the space.
            let found = state.dialogs.pop();
            state.dialogs.push(Dialog::Usage(page));
            state.dialogs.extend(found);
            return None;
        }
        Choice::Close => {
            commands.push(Command::EndUsage);
            return None;
        }
    }
    Some(Dialog::Usage(page))
}

fn picked(page: &UsagePage) -> Picked {
    let chosen = page.chosen();
    let words = match chosen[..] {
        [only] => format!("\"{}\"", only.name),
        ref many => figure::count(many.len() as u64, "entry", "entries"),
    };
    let keys = chosen.iter().map(|entry| entry.key.clone()).collect();
    let selection = Selection::Entries { parent: page.place.clone(), keys };
    Picked { place: page.place.clone(), title: page.title.clone(), selection, words }
}
