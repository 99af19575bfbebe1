//! Actions on transfers, and the dialogs that belong to them.
//! Called by `perform` for [`TransferKey`] actions. The list itself changes only when the worker reports.

use crate::message::{Command, TransferAction, TransferEnds, TransferState};
use crate::ui::action::{Action, TransferKey};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::limit::{LimitDialog, Outcome};
use crate::ui::dialog::transfer::TransferDetails;
use crate::ui::key::Key;
use crate::ui::layout::transfer_rows;
use crate::ui::state::{AppState, Screen};
use crate::ui::transfers::Listing;
use crate::ui::{figure, wording};

pub(super) fn perform(state: &mut AppState, key: TransferKey, commands: &mut Vec<Command>) {
    match key {
        TransferKey::Open => open(state),
        TransferKey::Close => state.screen = Screen::Panes,
        TransferKey::RetryNow => {
            let accounts: Vec<String> = state.offline().into_iter().map(str::to_owned).collect();
            commands.extend(accounts.into_iter().map(|account| Command::RetryNow { account }));
            state.say("trying the server again…");
        }
        TransferKey::Limit => {
            let dialog = LimitDialog::new(state.transfers.totals.limit);
            state.dialogs.push(Dialog::Limit(dialog));
        }
        TransferKey::List => list_others(state),
        TransferKey::Details => details(state, commands),
        TransferKey::CancelAll => ask_cancel_all(state),
        TransferKey::Hold => hold(state, commands),
        TransferKey::Clear
        | TransferKey::PauseAll
        | TransferKey::RetryFailed
        | TransferKey::Pause
        | TransferKey::Cancel
        | TransferKey::Retry
        | TransferKey::Move(_) => commands.extend(action(state, key).map(Command::Transfers)),
    }
}

/// Returns what a key asks of the worker.
fn action(state: &AppState, key: TransferKey) -> Option<TransferAction> {
    let current = state.transfers.current();
    let transfer = current.map(|row| row.transfer);
    match key {
        TransferKey::Clear => Some(TransferAction::ClearEnded),
        TransferKey::PauseAll if all_paused(state) => Some(TransferAction::ResumeAll),
        TransferKey::PauseAll => Some(TransferAction::PauseAll),
        TransferKey::RetryFailed => Some(TransferAction::RetryFailed),
        TransferKey::Pause if current.is_some_and(|row| row.state == TransferState::Paused) => {
            transfer.map(TransferAction::Resume)
        }
        TransferKey::Pause => transfer.map(TransferAction::Pause),
        TransferKey::Cancel => transfer.map(TransferAction::Cancel),
        TransferKey::Retry => transfer.map(TransferAction::Retry),
        TransferKey::Move(to) => transfer.map(|transfer| TransferAction::Reorder(transfer, to)),
        TransferKey::Open
        | TransferKey::Close
        | TransferKey::Hold
        | TransferKey::RetryNow
        | TransferKey::Limit
        | TransferKey::List
        | TransferKey::Details
        | TransferKey::CancelAll => None,
    }
}

/// Holds all back or lets them go on, seen from the panes.
fn hold(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(wanted) = action(state, TransferKey::PauseAll) else { return };
    let key = state.hint(Action::Transfer(TransferKey::Hold));
    state.say(if wanted == TransferAction::PauseAll {
        format!("all transfers are held back · {key} lets them go on")
    } else {
        "all transfers go on".to_owned()
    });
    commands.push(Command::Transfers(wanted));
}

fn open(state: &mut AppState) {
    state.screen = Screen::Transfers;
    state.transfers.list(Listing::All);
    state.transfers.go_to_open(transfer_rows(state.surroundings.height));
}

fn list_others(state: &mut AppState) {
    let listing = state.transfers.listing().next();
    state.transfers.list(listing);
    keep_in_sight(state);
    let next = state.hint(Action::Transfer(TransferKey::List));
    state.say(match listing {
        Listing::All => format!("all transfers · {next} lists those that have not ended"),
        Listing::Open => format!("those that have not ended · {next} lists those that failed"),
        Listing::Failed => format!("those that failed · {next} lists all"),
    });
}

/// Scrolls so that the cursor is on the screen, whatever became of the list.
pub(super) fn keep_in_sight(state: &mut AppState) {
    let height = transfer_rows(state.surroundings.height);
    state.transfers.go_to(state.transfers.cursor, height);
}

fn details(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(row) = state.transfers.current().cloned() else { return };
    commands.push(Command::DescribeTransfer { transfer: row.transfer });
    state.dialogs.push(Dialog::Transfer(TransferDetails { row, ends: None }));
}

/// Takes over where a transfer comes from and goes to.
pub(super) fn receive_ends(state: &mut AppState, ends: TransferEnds) {
    for dialog in &mut state.dialogs {
        if let Dialog::Transfer(details) = dialog
            && details.row.transfer == ends.transfer
        {
            details.ends = Some(ends);
            return;
        }
    }
}

/// Gives a key to the dialog of the limit.
pub(super) fn press_limit(
    state: &mut AppState,
    mut dialog: LimitDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match dialog.press(key) {
        Outcome::Stay => return Some(Dialog::Limit(dialog)),
        Outcome::Leave => {}
        Outcome::Set(limit) => {
            commands.push(Command::Transfers(TransferAction::Limit(limit)));
            state.say(wording::limit(limit).unwrap_or_else(|| "as fast as it goes from now on".to_owned()));
        }
    }
    None
}

/// Gives a key to the dialog of one transfer: keys that act on transfers do so there, too.
pub(super) fn press_details(
    state: &mut AppState,
    details: TransferDetails,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let transfer = details.row.transfer;
    let row = state.transfers.row(transfer);
    let is_paused = row.is_some_and(|row| row.state == TransferState::Paused);
    let action = match key.to_string().as_str() {
        "Esc" | "C-g" | "C-c" | "q" | "F10" | "Enter" | "i" => return None,
        "p" if is_paused => Some(TransferAction::Resume(transfer)),
        "p" => Some(TransferAction::Pause(transfer)),
        "x" => Some(TransferAction::Cancel(transfer)),
        "r" => Some(TransferAction::Retry(transfer)),
        _ => None,
    };
    commands.extend(action.filter(|_| row.is_some()).map(Command::Transfers));
    Some(Dialog::Transfer(details))
}

fn all_paused(state: &AppState) -> bool {
    let mut open = state.transfers.rows().iter().filter(|row| !row.state.is_ended());
    open.all(|row| row.state == TransferState::Paused)
}

fn ask_cancel_all(state: &mut AppState) {
    let count = figure::count(state.transfers.open_count(), "transfer", "transfers");
    state.dialogs.push(Dialog::Question(Question {
        title: "Cancel all".to_owned(),
        text: vec![format!("Stop {count}."), "Files that have arrived stay; parts of others go.".to_owned()],
        yes: "Stop them",
        key: 'X',
        answer: Answer::Send(Command::Transfers(TransferAction::CancelAll), None),
    }));
}
