//! Every [`Action`] that a key can call, and the one table that says its name, help, keys, and when it makes sense.
//! Keymap, key bar, palette and help are all made from [`rows`]; what an action does is in `update`.

mod table;

pub use table::rows;

use crate::message::{Reorder, Sort};

/// What a key can call on the main screen or in the transfer list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Move the cursor, or go to another folder.
    Go(Motion),
    /// Change marks.
    Mark(Marking),
    /// Look for a row, or change which rows are shown in which order.
    Look(Look),
    /// Work on what is in a file.
    Content(Content),
    /// Change files.
    Change(Change),
    /// Go to a place or change what a pane shows.
    Place(Place),
    /// Open, close or choose a tab.
    Tab(TabKey),
    /// Who sees what, and old versions.
    Share(ShareKey),
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
    Back,
    Forward,
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
    Differing,
    Newer,
    OnlyHere,
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
    Search,
    SearchAccount,
    Usage,
    Duplicates,
    Compare,
    Sync,
    OnlyDifferences,
    NextDifference,
    PreviousDifference,
    Verify,
}

/// A column to sort by; the border's [`Sort`] in a form that can be a table key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum SortKey {
    Name,
    Size,
    Modified,
    Uploaded,
    Extension,
}

impl From<SortKey> for Sort {
    fn from(key: SortKey) -> Self {
        match key {
            SortKey::Name => Self::Name,
            SortKey::Size => Self::Size,
            SortKey::Modified => Self::Modified,
            SortKey::Uploaded => Self::Uploaded,
            SortKey::Extension => Self::Extension,
        }
    }
}

/// Work on what is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Content {
    View,
    Edit,
    Open,
    Preview,
}

/// A change of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Change {
    Copy,
    Move,
    Rename,
    BulkRename,
    NewFolder,
    Trash,
    Delete,
    EmptyBin,
    Restore,
    Undo,
    Redo,
    History,
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
    Inbox,
    Orphans,
    Bookmarks,
    NewBookmark,
    Refresh,
    OtherSame,
    Swap,
    Together,
    Accounts,
    AccountsLeft,
    AccountsRight,
}

/// An action about who sees what, or on old versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum ShareKey {
    Sharing,
    Link,
    Links,
    Versions,
}

/// An action on the tabs of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TabKey {
    /// One more, of the folder that is shown.
    Open,
    /// The shown one goes.
    Close,
    /// The one behind the shown one.
    Next,
    /// The one before it.
    Previous,
    /// That of the digit that was pressed.
    Digit,
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
    Hold,
    Retry,
    RetryFailed,
    Move(Reorder),
    Limit,
    List,
    Details,
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
    Shell,
    Mouse,
    Log,
    Doctor,
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
    /// The cursor stands on a file.
    File,
    /// The cursor stands on an entry of the cloud.
    CloudRow,
    /// Something is marked, or the cursor stands on an entry.
    Selection,
    /// As [`Self::Selection`], and the active pane does not show the rubbish bin itself.
    OutsideBin,
    /// As [`Self::Selection`], and the active pane shows the rubbish bin or a folder in it.
    InBin,
    /// As [`Self::Selection`], or the active pane shows the rubbish bin itself, which can be emptied.
    Deletable,
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
    /// The cursor stands on a transfer.
    Transfer,
    /// The cursor stands on a failed transfer.
    FailedTransfer,
    /// Some transfer has failed.
    FailedTransfers,
    /// Some transfer has not ended.
    OpenTransfers,
    /// Some transfer has ended.
    EndedTransfers,
    /// The active pane has several tabs.
    Tabs,
    /// The active pane's folder is compared with the other's.
    Compared,
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

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::ui::key::{Key, parse_keys};

    #[test]
    fn every_row_has_a_name_a_sentence_and_keys_that_read() {
        let mut names = HashSet::new();
        for row in rows() {
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
        for row in rows().filter(|row| !doubles.contains(&row.name)) {
            let keys = parse_keys(row.keys[0]).unwrap();
            let reachable = keys.iter().all(|key| plain(key) || control.contains(&key.to_string().as_str()));
            assert!(reachable, "{}: {}", row.name, row.keys[0]);
        }
    }

    #[test]
    fn no_key_is_shadowed_on_one_screen() {
        for screen in [Context::Panes, Context::Transfers] {
            let mut owners: HashMap<Vec<Key>, &str> = HashMap::new();
            for row in rows().filter(|row| row.context.covers(screen)) {
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
