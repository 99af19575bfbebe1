//! Searches below a folder at the border: asked for with each key that is typed, answered by hits as they are found.
//! `worker::search` walks, the search page lists.

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Location};

/// A search, numbered by the front end; a newer one ends the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SearchId(pub u64);

/// An entry whose name fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The entry.
    pub entry: Entry,
    /// The folder that it is in.
    pub parent: Location,
    /// That folder's path below the one that is searched, empty for itself. Escape before drawing.
    pub folder: String,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchProgress {
    /// Entries looked at.
    pub seen_count: u64,
    /// Entries that fit; hits stop coming at [`MOST_HITS`].
    pub hit_count: u64,
    /// Whether all has been looked at.
    pub is_complete: bool,
}

/// Hits of a search that are told at most; of more only the number.
pub const MOST_HITS: usize = 10_000;
