//! Every [`Action`] that a key can call, and the one table that says its name, help, keys, and when it makes sense.
//! Keymap, key bar, palette and help are all made from [`TABLE`]; what an action does is in `update`.

use crate::message::Sort;

/// What a key can call on the main screen or in the transfer list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Move the cursor, or go to another folder.
    Go(Motion),
    /// Change marks.
    Mark(Marking),
    /// Look for a row, or change which rows are shown in which order.
    Look(Look),
    /// Change files.
    Change(Change),
    /// Go to a place or change what a pane shows.
    Place(Place),
    /// Put something about the row on the clipboard.
    Yank(Yank),
    /// Act on transfers.
    Transfer(TransferKey),
    /// About the program itself.
    Program(Program),
}

/// A move of the cursor or through folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Motion {
    OtherPane,
    Up,
    Down,
    Parent,
    Enter,
    Top,
    Bottom,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
}

/// A change of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Marking {
    Toggle,
    ToggleUp,
    Range,
    All,
    Invert,
    Pattern,
    UnmarkPattern,
}

/// A search, an order or a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Look {
    Find,
    FindNext,
    FindPrevious,
    Filter,
    Sort(SortKey),
    Hidden,
    Properties,
}

/// A column to sort by; the border's [`Sort`] in a form that can be a table key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum SortKey {
    Name,
    Size,
    Modified,
    Extension,
}

impl From<SortKey> for Sort {
    fn from(key: SortKey) -> Self {
        match key {
            SortKey::Name => Self::Name,
            SortKey::Size => Self::Size,
            SortKey::Modified => Self::Modified,
            SortKey::Extension => Self::Extension,
        }
    }
}

/// A change of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Change {
    Copy,
    Move,
    Rename,
    NewFolder,
    Trash,
}

/// A place to go to, or a new content of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Place {
    Path,
    Home,
    Cloud,
    Bin,
    Shares,
    Refresh,
    OtherSame,
    Swap,
    Accounts,
    AccountsLeft,
    AccountsRight,
}

/// What goes to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Yank {
    Path,
    Name,
    Handle,
}

/// An action on the transfer list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum TransferKey {
    Open,
    Close,
    RetryNow,
    Cancel,
    CancelAll,
    Pause,
    PauseAll,
    Retry,
    Clear,
}

/// An action on the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Program {
    Palette,
    Help,
    Cancel,
    Interrupt,
    Redraw,
    Suspend,
    Quit,
}

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// The two panes.
    Panes,
    /// The transfer list.
    Transfers,
    /// Both.
    Both,
}

impl Context {
    /// Returns whether a row of this context counts on a screen of the other.
    #[must_use]
    pub const fn covers(self, screen: Self) -> bool {
        matches!(
            (self, screen),
            (Self::Both, _) | (Self::Panes, Self::Panes) | (Self::Transfers, Self::Transfers)
        )
    }
}

/// When an action makes sense; elsewhere it is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// At any time.
    Always,
    /// The active pane shows a folder.
    Folder,
    /// The cursor stands on an entry, not on `..`.
    Row,
    /// The cursor stands on an entry of the cloud.
    CloudRow,
    /// Something is marked, or the cursor stands on an entry.
    Selection,
    /// As [`Self::Selection`], and the active pane does not show the rubbish bin itself.
    OutsideBin,
    /// Entries can be made in the active pane's folder.
    Writable,
    /// A text has been searched for.
    Searched,
    /// An account is known.
    Account,
    /// Something waits for the network.
    Offline,
    /// The cursor stands on a transfer that has not ended.
    OpenTransfer,
    /// The cursor stands on a failed transfer.
    FailedTransfer,
    /// Some transfer has not ended.
    OpenTransfers,
    /// Some transfer has ended.
    EndedTransfers,
}

/// One row of the table.
#[derive(Debug)]
pub struct ActionRow {
    /// The action.
    pub action: Action,
    /// Its name in the palette.
    pub name: &'static str,
    /// Its word in the key bar; empty where it has no place there.
    pub label: &'static str,
    /// What it does, for help and palette.
    pub help: &'static str,
    /// Its keys in the form of [`super::key::parse_keys`]; the first is the plain one that every terminal sends.
    pub keys: &'static [&'static str],
    /// Where its keys count.
    pub context: Context,
    /// When it makes sense.
    pub when: When,
}

/// Returns the row of an action.
#[must_use]
pub fn row(action: Action) -> Option<&'static ActionRow> {
    TABLE.iter().find(|row| row.action == action)
}

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
        &["h", "<Left>", "<Backspace>"],
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
        ["mark range", "", "start a range here; again marks it, Esc drops it"],
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
        Action::Transfer(TransferKey::PauseAll),
        ["pause all", "", "hold all transfers back, or let them go on"],
        &["P"],
        When::OpenTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::Cancel),
        ["cancel transfer", "Cancel", "stop this transfer"],
        &["x", "<F8>", "<Del>"],
        When::OpenTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::CancelAll),
        ["cancel all", "Cancel all", "stop all transfers"],
        &["X"],
        When::OpenTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::Retry),
        ["retry", "Retry", "try the failed transfer again"],
        &["r"],
        When::FailedTransfer,
    ),
    transfers(
        Action::Transfer(TransferKey::Clear),
        ["clear ended", "Clear", "take ended transfers off the list"],
        &["c"],
        When::EndedTransfers,
    ),
    transfers(
        Action::Transfer(TransferKey::Close),
        ["back", "Back", "back to the panes"],
        &["q", "w", "<Esc>", "<C-g>", "h", "<Left>", "<F10>"],
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

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::ui::key::{Key, parse_keys};

    #[test]
    fn every_row_has_a_name_a_sentence_and_keys_that_read() {
        let mut names = HashSet::new();
        for row in TABLE {
            assert!(names.insert(row.name), "{} twice", row.name);
            assert!(!row.help.is_empty() && !row.keys.is_empty(), "{}", row.name);
            for keys in row.keys {
                assert!(!parse_keys(keys).unwrap().is_empty(), "{keys}");
            }
        }
    }

    #[test]
    fn every_action_of_the_panes_has_a_key_that_ssh_lets_through() {
        let plain =
            |key: &Key| key.typed().is_some() || ["Tab", "Enter", "Esc"].contains(&key.to_string().as_str());
        let control = ["C-r", "C-d", "C-u", "C-l", "C-z", "C-c", "C-b", "C-f"];
        let doubles = ["accounts left", "accounts right", "mark up"];
        for row in TABLE.iter().filter(|row| !doubles.contains(&row.name)) {
            let keys = parse_keys(row.keys[0]).unwrap();
            let reachable = keys.iter().all(|key| plain(key) || control.contains(&key.to_string().as_str()));
            assert!(reachable, "{}: {}", row.name, row.keys[0]);
        }
    }

    #[test]
    fn no_key_is_shadowed_on_one_screen() {
        for screen in [Context::Panes, Context::Transfers] {
            let mut owners: HashMap<Vec<Key>, &str> = HashMap::new();
            for row in TABLE.iter().filter(|row| row.context.covers(screen) && row.when != When::Offline) {
                for keys in row.keys {
                    let keys = parse_keys(keys).unwrap();
                    for length in 1..keys.len() {
                        assert!(
                            !owners.contains_key(&keys[..length]),
                            "{} hides {}",
                            owners[&keys[..length]],
                            row.name
                        );
                    }
                    if let Some(owner) = owners.insert(keys, row.name) {
                        panic!("{owner} and {} share a key", row.name);
                    }
                }
            }
        }
    }
}
