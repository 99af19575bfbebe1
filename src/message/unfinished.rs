//! [`Unfinished`]: a copy that an earlier run of the program did not end, and [`Leftovers`], what other transfers left on
//! this machine. The worker finds them at its start, the screen asks about them.

use serde::{Deserialize, Serialize};

use super::transfer::Direction;

/// A copy that was left, numbered by the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnfinishedId(pub u64);

/// A copy that was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Its number.
    pub id: UnfinishedId,
    /// The account that it is from or to.
    pub account: String,
    /// Which way.
    pub direction: Direction,
    /// What is copied, as people write it. Escape before drawing.
    pub what: String,
    /// Where it goes, as people write it. Escape before drawing.
    pub target: String,
    /// Files and bytes that were to be copied when it began, where they were counted to the end.
    pub amount: Option<(u64, u64)>,
}

/// Parts of files that belong to no copy: a command left them, and the same command goes on with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftovers {
    /// How many files.
    pub count: u64,
    /// Bytes that have moved of them.
    pub bytes: u64,
}
