//! Actions on transfers.
//! Called by `perform` for [`TransferKey`] actions. The list itself changes only when the worker reports.

use crate::message::{Command, TransferAction, TransferState};
use crate::ui::action::TransferKey;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::figure;
use crate::ui::layout::transfer_rows;
use crate::ui::state::{AppState, Screen};

pub(super) fn perform(state: &mut AppState, key: TransferKey, commands: &mut Vec<Command>) {
    let current = state.transfers.current().map(|row| (row.transfer, row.state.clone()));
    let action = match (key, current) {
        (TransferKey::Open, _) => {
            state.screen = Screen::Transfers;
            state.transfers.go_to_open(transfer_rows(state.surroundings.height));
            return;
        }
        (TransferKey::Close, _) => {
            state.screen = Screen::Panes;
            return;
        }
        (TransferKey::RetryNow, _) => {
            let accounts: Vec<String> = state.offline().into_iter().map(str::to_owned).collect();
            commands.extend(accounts.into_iter().map(|account| Command::RetryNow { account }));
            return state.say("trying the server again…");
        }
        (TransferKey::CancelAll, _) => return ask_cancel_all(state),
        (TransferKey::Clear, _) => TransferAction::ClearEnded,
        (TransferKey::PauseAll, _) if all_paused(state) => TransferAction::ResumeAll,
        (TransferKey::PauseAll, _) => TransferAction::PauseAll,
        (TransferKey::Pause, Some((transfer, TransferState::Paused))) => TransferAction::Resume(transfer),
        (TransferKey::Pause, Some((transfer, _))) => TransferAction::Pause(transfer),
        (TransferKey::Cancel, Some((transfer, _))) => TransferAction::Cancel(transfer),
        (TransferKey::Retry, Some((transfer, _))) => TransferAction::Retry(transfer),
        (TransferKey::Pause | TransferKey::Cancel | TransferKey::Retry, None) => return,
    };
    commands.push(Command::Transfers(action));
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
