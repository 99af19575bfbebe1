//! Views at the border: a folder as a front end sees it, by head and ranges of rows, never as a whole list. Made by
//! `worker::view`, drawn by the panes; the order, the filter and the marks live with the worker.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::sign::{Sign, SignCounts, SignedRows};
use crate::entry::{Entry, EntryKey, Location};

/// A view of a folder, numbered by the front end that opened it (one per pane or tab).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViewId(pub u32);

/// Order of a view, and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The column.
    pub sort: Sort,
    /// Largest, newest, last first.
    pub reversed: bool,
    /// Show names that begin with a dot.
    pub hidden: bool,
    /// Show only names that contain this (case ignored).
    pub filter: Option<String>,
    /// Show only rows whose sign is a difference; of no effect where rows have no signs.
    #[serde(default)]
    pub differences: bool,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self { sort: Sort::Name, reversed: false, hidden: false, filter: None, differences: false }
    }
}

/// The column that a view is sorted by. Folders always stand before files; equal rows go by name, then by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// Natural order: `img2` before `img10`, case ignored.
    Name,
    /// Bytes.
    Size,
    /// Time of the last change.
    Modified,
    /// Time of arrival in the cloud.
    Uploaded,
    /// Text after the last dot.
    Extension,
}

/// A change of marks in a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MarkChange {
    /// One row: marked becomes unmarked and back.
    Toggle(EntryKey),
    /// Rows `first ..= last` of the current generation.
    Range {
        /// First row.
        first: u64,
        /// Last row.
        last: u64,
        /// Mark or unmark.
        on: bool,
    },
    /// Every row that is shown.
    All,
    /// No row.
    None,
    /// Every row that is shown, the other way round.
    Invert,
    /// Rows of such signs.
    Signed(SignedRows),
    /// Rows whose name matches a wildcard pattern (`*`, `?`).
    Pattern {
        /// The pattern.
        pattern: String,
        /// Mark or unmark.
        on: bool,
    },
}

/// What stands above and below the rows of a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewHead {
    /// The view.
    pub view: ViewId,
    /// Grows by one whenever rows, their order or their marks change.
    pub generation: u64,
    /// The folder shown.
    pub location: Location,
    /// The folder's path as people write it: `~/Pictures`, `work:/Photos/2024`. Escape before drawing.
    pub title: String,
    /// Whether there is a folder above.
    pub has_parent: bool,
    /// How far it is.
    pub state: ViewState,
    /// Order and filter in force.
    pub arrangement: Arrangement,
    /// Rows after filtering, without `..`.
    pub row_count: u64,
    /// Rows that the filter and the hidden setting leave out.
    pub left_out_count: u64,
    /// Bytes of all rows.
    pub bytes: u64,
    /// Marked rows.
    pub marked_count: u64,
    /// Bytes of marked rows, of those whose size is known.
    pub marked_bytes: u64,
    /// Marked folders whose size is not known: those of the disk.
    pub marked_unsized_count: u64,
    /// Rows whose name another row has too.
    pub twin_count: u64,
    /// What the view took for the row under the cursor when this was made: the last of `Command::Focus`,
    /// `Command::Open` and `Command::OpenParent`. A front end whose cursor has moved on since ignores `focus`.
    pub focus_key: Option<EntryKey>,
    /// Row of `focus_key`, if it is (still) there.
    pub focus: Option<u64>,
    /// Whether entries can be made here.
    pub writable: bool,
    /// Free bytes of the disk, for local folders.
    pub free_bytes: Option<u64>,
    /// How many rows have which sign, where the folder is compared with another.
    pub signs: Option<SignCounts>,
}

/// How far a view is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ViewState {
    /// Rows are on their way.
    Opening,
    /// Some rows are there, and more are on their way: the account's file list is still arriving. They can be looked at and
    /// marked; nothing can be changed before all are there.
    Partial,
    /// Rows are there.
    Ready,
    /// The folder cannot be shown.
    Failed(Problem),
}

impl ViewState {
    /// Returns whether there are rows to look at, all or some.
    #[must_use]
    pub const fn has_rows(&self) -> bool {
        match self {
            Self::Partial | Self::Ready => true,
            Self::Opening | Self::Failed(_) => false,
        }
    }
}

/// A row as the screen gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The entry.
    pub entry: Entry,
    /// Whether it is marked.
    pub marked: bool,
    /// What a comparison with the other side's folder has found of it.
    pub sign: Option<Sign>,
}
