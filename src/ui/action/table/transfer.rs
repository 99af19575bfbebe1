//! Keys of the transfer list.
//! A part of the action table: rows only; what they do is in `update`.

use super::transfers;
use crate::message::Reorder;
use crate::ui::action::{Action, ActionRow, TransferKey, When};

pub(super) const TRANSFER: &[ActionRow] = &[
    transfers(
        Action::Transfer(TransferKey::Pause),
        ["pause", "Pause", "hold this transfer back, or let it go on"],
        &["p"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Cancel),
        ["cancel transfer", "Cancel", "stop this transfer"],
        &["x", "<F8>", "<Del>"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Retry),
        ["retry", "Retry", "try the failed transfer again"],
        &["r"],
        When::FailedTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Move(Reorder::Up)),
        ["sooner", "Up", "put this transfer before the one above"],
        &["K", "<S-Up>"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Move(Reorder::Down)),
        ["later", "Down", "put this transfer behind the one below"],
        &["J", "<S-Down>"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Move(Reorder::Top)),
        ["first", "", "put this transfer before all others"],
        &["t"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Move(Reorder::Bottom)),
        ["last", "", "put this transfer behind all others"],
        &["b"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Limit),
        ["limit speed", "Limit", "say how fast transfers may be, up and down"],
        &["l"],
        When::Always,
    ),
    transfers(
        Action::Transfer(TransferKey::Clear),
        ["clear ended", "Clear", "take ended transfers off the list"],
        &["c"],
        When::EndedTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::Details),
        ["details", "Details", "show where this transfer comes from, goes to, and how it is"],
        &["<Enter>", "i"],
        When::Transfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Close),
        ["back", "Back", "back to the panes"],
        &["q", "w", "<Esc>", "<C-g>", "h", "<Left>", "<F10>"],
        When::Always,
    ),
    transfers(
        Action::Transfer(TransferKey::PauseAll),
        ["pause all", "Pause all", "hold all transfers back, or let them go on"],
        &["P"],
        When::OpenTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::CancelAll),
        ["cancel all", "Cancel all", "stop all transfers"],
        &["X"],
        When::OpenTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::RetryFailed),
        ["retry failed", "Retry all", "try all failed transfers again"],
        &["R"],
        When::FailedTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::List),
        ["list others", "", "list all, those that have not ended, or those that failed"],
        &["f"],
        When::Always,
    ),
];
