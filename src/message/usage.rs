//! What takes the space in a folder, at the border: asked for one folder at a time, answered by a sheet with its entries and
//! what each comes to, again and again while a disk is scanned or the account changes. Made by `worker::usage`.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::entry::{Entry, EntryKey, Location};

/// A question about usage, numbered by the front end; a newer one ends the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UsageId(pub u64);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageQuestion {
    /// Its number.
    pub usage: UsageId,
    /// The folder.
    pub place: Location,
    /// The order of the rows.
    pub order: UsageOrder,
    /// Scan the disk once more, even where that was done.
    pub anew: bool,
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsageOrder {
    /// The most bytes first.
    #[default]
    Size,
    /// The most files first.
    Count,
    /// By name.
    Name,
    /// What was changed longest ago first; what has no time last.
    Time,
}

/// What a folder comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageSheet {
    /// The question.
    pub usage: UsageId,
    /// The folder.
    pub place: Location,
    /// Its path as people write it. Escape before drawing.
    pub title: String,
    /// The folder above and the key of this one there.
    pub parent: Option<(Location, EntryKey)>,
    /// Bytes of all rows.
    pub bytes: u64,
    /// Files, without old versions.
    pub file_count: u64,
    /// Its entries and what else takes space, in the order asked for, at most [`MOST_USAGE_ROWS`].
    pub rows: Vec<UsageRow>,
    /// Things below that could not be read, and that are not counted.
    pub unreadable_count: u64,
    /// It is all; before that it grows.
    pub is_complete: bool,
    /// Why there are no rows.
    pub problem: Option<Problem>,
}

/// A part of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRow {
    /// What it is.
    pub part: UsagePart,
    /// Bytes, of a folder all below it.
    pub bytes: u64,
    /// Files, of a folder all below it; `None` where that is not known.
    pub file_count: Option<u64>,
}

/// What a row of usage is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsagePart {
    /// An entry of the folder.
    Entry(Entry),
    /// All old versions in the folder and below.
    Versions,
    /// So many more entries, which have no rows of their own.
    Others(u64),
}

impl UsagePart {
    /// Returns the entry, where it is one.
    #[must_use]
    pub const fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Versions | Self::Others(_) => None,
        }
    }
}

/// Rows that are told at most; the rest is told as one.
pub const MOST_USAGE_ROWS: usize = 10_000;
