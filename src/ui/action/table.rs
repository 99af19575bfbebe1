//! [`TABLE`]: every action with its name, word in the key bar, help, keys, and when it makes sense.
//! Help, key bar, palette and keymap are made from it; a new key begins here.

use super::{
    Action, ActionRow, Change, Context, Look, Marking, Motion, Place, Program, SortKey, TransferKey, When,
    Yank,
};
use crate::message::Reorder;

/// All actions, in the order of help, palette and key bar. Of two rows with one key the first that makes sense counts.
pub const TABLE: &[ActionRow] = &[
    both(
        Action::Transfer(TransferKey::RetryNow),
        ["retry now", "Retry now", "try the server again at once"],
        &["r"],
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
        Action::Look(Look::FindNext),
        ["find next", "", "jump to the next name that matches"],
        &["n"],
        When::Searched,
    ),
    panes(
        Action::Look(Look::FindPrevious),
        ["find previous", "", "jump to the previous name that matches"],
        &["N"],
        When::Searched,
    ),
    panes(
        Action::Look(Look::Filter),
        ["filter", "Filter", "show only names that contain a text"],
        &["f"],
        When::Folder,
    ),
    panes(
        Action::Transfer(TransferKey::Open),
        ["transfers", "Transfers", "show the transfer list"],
        &["w", "<C-x>j"],
        When::Always,
    ),
    panes(
        Action::Look(Look::Properties),
        ["properties", "Info", "show exact size, times, versions, handle"],
        &["i", "<M-Enter>", "<C-x>i"],
        When::Row,
    ),
    panes(
        Action::Look(Look::Verify),
        ["verify", "Verify", "compare this or the marked with the other pane by content; on .. all"],
        &["V"],
        When::Folder,
    ),
    panes(
        Action::Go(Motion::OtherPane),
        ["other pane", "", "switch to the other pane"],
        &["<Tab>", "<S-Tab>"],
        When::Always,
    ),
    both(Action::Go(Motion::Up), ["up", "", "cursor up"], &["k", "<Up>", "<C-p>"], When::Always),
    both(Action::Go(Motion::Down), ["down", "", "cursor down"], &["j", "<Down>", "<C-n>"], When::Always),
    panes(
        Action::Go(Motion::Parent),
        ["parent", "", "go to the folder above"],
        &["h", "<Left>", "<Backspace>", "<C-h>"],
        When::Always,
    ),
    panes(
        Action::Go(Motion::Enter),
        ["enter", "", "enter the folder, or show a file's properties"],
        &["l", "<Enter>", "<Right>"],
        When::Always,
    ),
    both(Action::Go(Motion::Top), ["top", "", "first row"], &["gg", "<Home>"], When::Always),
    both(Action::Go(Motion::Bottom), ["bottom", "", "last row"], &["G", "<End>"], When::Always),
    both(Action::Go(Motion::HalfUp), ["half page up", "", "half a page up"], &["<C-u>"], When::Always),
    both(Action::Go(Motion::HalfDown), ["half page down", "", "half a page down"], &["<C-d>"], When::Always),
    both(Action::Go(Motion::PageUp), ["page up", "", "a page up"], &["<C-b>", "<PgUp>"], When::Always),
    both(Action::Go(Motion::PageDown), ["page down", "", "a page down"], &["<C-f>", "<PgDn>"], When::Always),
    panes(
        Action::Mark(Marking::Toggle),
        ["mark", "", "mark or unmark, then go down"],
        &["<Space>", "<Ins>", "<C-t>", "<S-Down>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::ToggleUp),
        ["mark up", "", "mark or unmark, then go up"],
        &["<S-Up>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::Range),
        ["mark range", "", "begin a range; again marks it, Esc drops it"],
        &["v"],
        When::Folder,
    ),
    panes(Action::Mark(Marking::All), ["mark all", "", "mark every row"], &["A", "<C-a>"], When::Folder),
    panes(
        Action::Mark(Marking::Invert),
        ["invert marks", "", "mark what is not marked"],
        &["*"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::Pattern),
        ["mark by pattern", "", "mark names that match, like *.jpg"],
        &["+", "<M-+>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::UnmarkPattern),
        ["unmark by pattern", "", "unmark names that match, like *.jpg"],
        &["-", "<M-->"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Name)),
        ["sort by name", "", "sort by name; again turns the order round"],
        &[",n"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Size)),
        ["sort by size", "", "sort by size; again turns the order round"],
        &[",s"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Modified)),
        ["sort by time", "", "sort by time of change; again turns the order round"],
        &[",m"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Extension)),
        ["sort by extension", "", "sort by extension; again turns the order round"],
        &[",e"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Hidden),
        ["hidden files", "", "show or hide names that begin with a dot"],
        &[".", "<M-.>"],
        When::Folder,
    ),
    panes(
        Action::Place(Place::Path),
        ["go to path", "", "type a folder: /disk/path, ~/path or account:/path"],
        &["gp", "<M-c>"],
        When::Always,
    ),
    panes(Action::Place(Place::Home), ["go home", "", "your home folder"], &["gh"], When::Always),
    panes(
        Action::Place(Place::Cloud),
        ["go to cloud", "", "the top of the cloud drive"],
        &["gc"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Bin),
        ["go to bin", "", "the rubbish bin of the account"],
        &["gb"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Shares),
        ["go to shares", "", "what others share with you"],
        &["gs"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Accounts),
        ["accounts", "", "choose the account of this pane, log in or out"],
        &["ga"],
        When::Always,
    ),
    panes(
        Action::Place(Place::AccountsLeft),
        ["accounts left", "", "choose what the left pane shows"],
        &["<M-F1>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::AccountsRight),
        ["accounts right", "", "choose what the right pane shows"],
        &["<M-F2>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::Refresh),
        ["refresh", "", "read the folder anew"],
        &["<C-r>", "<F12>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::OtherSame),
        ["same folder", "", "show this folder in the other pane too"],
        &["=", "<M-i>"],
        When::Folder,
    ),
    panes(
        Action::Place(Place::Swap),
        ["swap panes", "", "swap left and right"],
        &["x", "<C-x>s"],
        When::Always,
    ),
    panes(Action::Yank(Yank::Path), ["copy path", "", "put the path on the clipboard"], &["yy"], When::Row),
    panes(Action::Yank(Yank::Name), ["copy name", "", "put the name on the clipboard"], &["yn"], When::Row),
    panes(
        Action::Yank(Yank::Handle),
        ["copy handle", "", "put the handle on the clipboard"],
        &["yh"],
        When::CloudRow,
    ),
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
    panes(
        Action::Program(Program::Cancel),
        ["cancel", "", "drop the range, then the filter, then the marks"],
        &["<Esc>", "<C-g>"],
        When::Always,
    ),
    both(Action::Program(Program::Redraw), ["redraw", "", "draw the screen anew"], &["<C-l>"], When::Always),
    both(
        Action::Program(Program::Suspend),
        ["suspend", "", "back to the shell; `fg` comes back"],
        &["<C-z>"],
        When::Always,
    ),
    both(
        Action::Program(Program::Interrupt),
        ["interrupt", "", "ask whether to quit"],
        &["<C-c>"],
        When::Always,
    ),
    panes(
        Action::Program(Program::Quit),
        ["quit", "Quit", "leave the program"],
        &["q", "<F10>"],
        When::Always,
    ),
];

const fn panes(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Panes, when }
}

const fn transfers(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Transfers, when }
}

const fn both(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Both, when }
}
