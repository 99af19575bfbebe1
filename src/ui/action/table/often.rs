//! What is wanted most: the changes, find, menu and help, in the order of the key bar.
//! A part of the action table: rows only; what they do is in `update`.

use super::{both, panes};
use crate::ui::action::{Action, ActionRow, Change, Look, Program, TransferKey, When};

pub(super) const OFTEN: &[ActionRow] = &[
    both(
        Action::Transfer(TransferKey::RetryNow),
        ["retry now", "Retry now", "try the server again at once"],
        &["gn"],
        When::Offline,
    ),
    panes(
        Action::Change(Change::Copy),
        ["copy", "Copy", "copy to the other pane"],
        &["c", "<F5>"],
        When::Selection,
    ),
    panes(
        Action::Change(Change::Move),
        ["move", "Move", "move to the folder of the other pane"],
        &["m", "<F6>"],
        When::Selection,
    ),
    panes(
        Action::Change(Change::Rename),
        ["rename", "Rename", "give the entry another name"],
        &["r", "<F2>", "<S-F6>"],
        When::Row,
    ),
    panes(
        Action::Change(Change::BulkRename),
        [
            "rename many",
            "",
            "change all marked names at once in your editor; r does it too where several are marked",
        ],
        &["R"],
        When::Selection,
    ),
    panes(
        Action::Change(Change::NewFolder),
        ["new folder", "Folder", "make a folder here"],
        &["a", "<F7>"],
        When::Writable,
    ),
    panes(
        Action::Change(Change::Trash),
        ["trash", "Bin", "put into the rubbish bin or the system's trash"],
        &["d", "<F8>", "<Del>"],
        When::OutsideBin,
    ),
    panes(
        Action::Change(Change::Delete),
        [
            "delete for good",
            "",
            "delete past bin and trash, after typing the word; on .. of the bin: empty it",
        ],
        &["D", "<S-Del>"],
        When::Deletable,
    ),
    panes(
        Action::Change(Change::Restore),
        ["restore", "Restore", "put back to where it was before it went into the bin"],
        &["b"],
        When::InBin,
    ),
    panes(
        Action::Change(Change::EmptyBin),
        ["empty the bin", "", "delete all that is in the rubbish bin, after typing the word"],
        &["Z"],
        When::Account,
    ),
    panes(
        Action::Change(Change::Undo),
        ["undo", "", "take back the last change that was made here"],
        &["u"],
        When::Always,
    ),
    panes(
        Action::Change(Change::Redo),
        ["redo", "", "do again what was taken back last"],
        &["U"],
        When::Always,
    ),
    panes(
        Action::Change(Change::History),
        ["changes", "", "the last changes, each of which can be taken back"],
        &["gu"],
        When::Always,
    ),
    panes(
        Action::Look(Look::Find),
        ["find", "Find", "jump to a name in this folder"],
        &["/", "<C-s>"],
        When::Folder,
    ),
    both(
        Action::Program(Program::Palette),
        ["menu", "Menu", "choose any action by its name"],
        &[":", "<F9>"],
        When::Always,
    ),
    both(Action::Program(Program::Help), ["help", "Help", "show all keys"], &["?", "<F1>"], When::Always),
    panes(
        Action::Transfer(TransferKey::Open),
        ["transfers", "Transfers", "show the transfer list"],
        &["w", "<C-x>j"],
        When::Always,
    ),
    panes(
        Action::Transfer(TransferKey::Hold),
        ["hold transfers", "", "hold all transfers back, or let them go on"],
        &["p"],
        When::OpenTransfers,
    ),
];
