//! The folders that a screen shows, kept from one run to the next: which tabs each side has, and which of them are shown.
//! The screen says at its end what it shows, the worker keeps it if the configuration wants that.

use serde::{Deserialize, Serialize};

use super::view::Arrangement;
use crate::entry::Location;

/// Both sides of a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptScreen {
    /// The left side and the right one.
    pub sides: [KeptSide; 2],
    /// The side that keys go to: 0 or 1.
    pub active: u8,
}

/// The tabs of a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSide {
    /// All of them, in order.
    pub tabs: Vec<KeptTab>,
    /// The place of the shown one.
    pub shown: u8,
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTab {
    /// The folder.
    pub location: Location,
    /// Its path as people write it; leads there where a cloud folder's handle is gone.
    pub path: String,
    /// Its order.
    pub arrangement: Arrangement,
}
