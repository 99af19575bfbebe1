//! Deleting for good, and bringing back from the rubbish bin. Called by `change` for their actions, and by `dialog` for
//! the keys of the question.

use super::dialog::unmark;
use super::selection::{Chosen, chosen};
use crate::entry::{CloudFolder, Location};
use crate::message::{Command, DeletionId, DeletionSummary, Selection};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::deletion::{DeletionDialog, Outcome, Side};
use crate::ui::key::Key;
use crate::ui::state::AppState;
use crate::ui::wording::undone_by;

/// Asks about deleting what is chosen; on `..` of the rubbish bin, about emptying it.
pub(super) fn delete(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane();
    if pane.is_bin() && !state.has_selection() {
        return empty_bin(state, commands);
    }
    let side = match (pane.is_local(), pane.is_in_bin()) {
        (true, _) => Side::Disk,
        (false, true) => Side::Bin,
        (false, false) => Side::Cloud,
    };
    let place = pane.head.as_ref().map(|head| head.title.clone()).unwrap_or_default();
    let Some(Chosen { selection, words, marked }) = chosen(state, commands) else { return };
    let summary = DeletionSummary { place, ..DeletionSummary::default() };
    ask(state, selection, DeletionDialog::new(summary, words, side, marked), commands);
}

/// Asks about deleting all that is in the rubbish bin of the account.
pub(super) fn empty_bin(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(account) = state.account().map(str::to_owned) else { return };
    let place = format!("{account}://bin");
    let selection = Selection::Contents(Location::Cloud { account, folder: CloudFolder::Rubbish });
    let summary = DeletionSummary { place, ..DeletionSummary::default() };
    let words = "everything in the rubbish bin".to_owned();
    ask(state, selection, DeletionDialog::new(summary, words, Side::Bin, None), commands);
}

/// Has a deletion counted, and asks for it.
pub(super) fn ask(
    state: &mut AppState,
    selection: Selection,
    dialog: DeletionDialog,
    commands: &mut Vec<Command>,
) {
    let deletion = DeletionId(state.last_deletion.0.wrapping_add(1));
    state.last_deletion = deletion;
    commands.push(Command::PlanDeletion { deletion, selection });
    let summary = DeletionSummary { deletion, ..dialog.summary };
    state.dialogs.push(Dialog::Deletion(DeletionDialog { summary, ..dialog }));
}

/// Takes what the worker counted.
pub(super) fn receive(state: &mut AppState, counted: DeletionSummary) {
    for dialog in &mut state.dialogs {
        if let Dialog::Deletion(open) = dialog
            && open.summary.deletion == counted.deletion
        {
            let place = std::mem::take(&mut open.summary.place);
            open.summary = counted;
            if open.summary.place.is_empty() {
                open.summary.place = place; // one that was refused has none
            }
            return;
        }
    }
}

/// Gives a key to the question.
pub(super) fn press(
    state: &mut AppState,
    mut dialog: DeletionDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let deletion = dialog.summary.deletion;
    match dialog.press(key) {
        Outcome::Stay => return Some(Dialog::Deletion(dialog)),
        Outcome::Leave => commands.push(Command::DropDeletion { deletion }),
        Outcome::Delete => {
            commands.push(Command::Delete { deletion });
            unmark(dialog.marked, commands);
            state.say(format!("deleting {}", dialog.chosen));
        }
    }
    None
}

/// Asks about putting what is chosen back to where it was.
pub(super) fn restore(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(Chosen { selection, words, marked }) = chosen(state, commands) else { return };
    state.dialogs.push(Dialog::Question(Question {
        title: "Restore".to_owned(),
        text: vec![
            format!("Put {words} back to where it was before it went into the rubbish bin."),
            "Where its name is taken it gets a number, where its folder is gone it goes to the cloud drive."
                .to_owned(),
            undone_by(&state.keys.map),
        ],
        yes: "Restore",
        key: 'b',
        answer: Answer::Send(Command::Restore { selection }, marked),
    }));
}
