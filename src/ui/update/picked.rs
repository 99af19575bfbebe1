//! What is chosen on a page that stands over the panes ([`Picked`]): hits of a search, rows of usage; and what is done with
//! it, with the same questions as for rows of a pane. Called for keys of these pages.

use super::change::{Carry, propose, target};
use super::deletion;
use super::selection::Chosen;
use crate::entry::{CloudFolder, Location};
use crate::message::{Command, DeletionSummary, Selection};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::deletion::{DeletionDialog, Side};
use crate::ui::state::AppState;
use crate::ui::wording::undone_by;

/// What is chosen, and how it is called.
#[derive(Debug)]
pub(super) struct Picked {
    /// The folder that the page is about.
    pub(super) place: Location,
    /// That folder as people write it.
    pub(super) title: String,
    /// For the worker.
    pub(super) selection: Selection,
    /// For the user: a name in quotes, or a count.
    pub(super) words: String,
}

/// Has a copy or a move to the other pane's folder worked out, and asks for it.
pub(super) fn carry(state: &mut AppState, carry: Carry, picked: Picked, commands: &mut Vec<Command>) {
    let Some(target) = target(state, carry.verb()) else { return };
    let chosen = Chosen { selection: picked.selection, words: picked.words, marked: None };
    propose(state, carry, (chosen, picked.title), target, commands);
}

/// Asks about putting it into the bin.
pub(super) fn trash(state: &mut AppState, picked: Picked) {
    let is_local = matches!(picked.place, Location::Local(_));
    let bin = if is_local { "the system's trash" } else { "the rubbish bin" };
    let Picked { title, selection, words, .. } = picked;
    state.dialogs.push(Dialog::Question(Question {
        title: if is_local { "Trash" } else { "Rubbish bin" }.to_owned(),
        text: vec![format!("Put {words} of {title} into {bin}."), undone_by(&state.keys.map)],
        yes: if is_local { "Put into the trash" } else { "Put into the bin" },
        key: 'd',
        answer: Answer::Send(Command::Trash { selection }, None),
    }));
}

/// Asks about deleting it for good.
pub(super) fn delete(state: &mut AppState, picked: Picked, is_in_bin: bool, commands: &mut Vec<Command>) {
    let side = match picked.place {
        Location::Local(_) => Side::Disk,
        Location::Cloud { folder: CloudFolder::Rubbish, .. } => Side::Bin,
        Location::Cloud { .. } if is_in_bin => Side::Bin,
        Location::Cloud { .. } => Side::Cloud,
    };
    let summary = DeletionSummary { place: picked.title, ..DeletionSummary::default() };
    let dialog = DeletionDialog::new(summary, picked.words, side, None);
    deletion::ask(state, picked.selection, dialog, commands);
}
