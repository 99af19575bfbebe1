//! Searches at the border, below a folder or through an account: asked for with each key that is typed, answered by hits as
//! they are found. `worker::search` walks, the search page lists.

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Location};

/// A search, numbered by the front end; a newer one ends the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SearchId(pub u64);

/// How far a search reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchReach {
    /// Below the folder.
    Below,
    /// Through the whole account: cloud drive, inbox, rubbish bin, what others share; on the disk below the folder.
    Account,
}

/// An entry that fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The entry.
    pub entry: Entry,
    /// The folder that it is in.
    pub parent: Location,
    /// That folder's path below the one that is searched, empty for itself. Escape before drawing.
    pub folder: String,
    /// How well it fits: of two hits that with the higher rank comes first, equal ones go by name.
    pub rank: u64,
}

/// How far a search is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchProgress {
    /// Entries looked at.
    pub seen_count: u64,
    /// Entries that fit; of more than [`MOST_HITS`] those that fit best are told.
    pub hit_count: u64,
    /// Whether all has been looked at.
    pub is_complete: bool,
    /// What is wrong with what was typed, where nothing could be looked for.
    pub trouble: Option<String>,
}

/// Hits of a search that a front end keeps at most.
pub const MOST_HITS: usize = 10_000;
