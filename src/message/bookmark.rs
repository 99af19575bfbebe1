//! Bookmarks at the border: folders that the user has kept under a name. The worker keeps them in a file, the screen
//! lists them; a folder of the cloud is found again by its handle first, and by its path if that is gone.

use serde::{Deserialize, Serialize};

use crate::entry::Location;

/// A folder that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// What the user calls it. Escape before drawing.
    pub name: String,
    /// The key that goes there at once; no two have the same.
    pub letter: Option<char>,
    /// The folder.
    pub location: Location,
    /// Its path as people write it, `~/Pictures` or `work:/Photos`, when it was kept. Escape before drawing.
    pub path: String,
}

/// A change of the bookmarks. It is made on what the file has then: several screens may keep bookmarks at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BookmarkChange {
    /// None: they are only read.
    None,
    /// Keep one; it takes the place of one of the same folder, and its letter from any other.
    Add(Bookmark),
    /// Drop one.
    Remove(Bookmark),
}
