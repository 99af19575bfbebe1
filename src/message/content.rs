//! Looking into files at the border: a front end opens a content under a number of its own and asks for ranges, pictures
//! and searches; only the bytes that it asks for are read or downloaded. Made by `worker::viewing`, shown by the viewer
//! and the preview.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::entry::{EntryKey, Location};

/// A file that is being looked into, numbered by the front end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContentId(pub u32);

/// What a front end asks about a content. Nothing is answered any more once it is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ContentCommand {
    /// Begin to look into a file; nothing is read yet. It stays the one that was listed, also where another gets its name.
    Open {
        /// The folder it is in.
        parent: Location,
        /// Which.
        key: EntryKey,
    },
    /// Read a range: [`ContentEvent::Bytes`]. While another is being read only the last that was asked for is kept.
    Read {
        /// First byte.
        offset: u64,
        /// Bytes, at most [`MOST_READ`]; fewer come at the end.
        len: u32,
    },
    /// Decode the file as a picture, scaled to fit: [`ContentEvent::Picture`]. All of it is read.
    Picture {
        /// Pixels across, at most.
        width: u32,
        /// Pixels down, at most.
        height: u32,
    },
    /// Look for bytes, and from the other end on where they are not found: [`ContentEvent::Searched`] while it runs, then
    /// [`ContentEvent::Found`]. A search that runs already ends.
    Search(ContentSearch),
    /// End the search; nothing more comes of it.
    StopSearch,
    /// Forget it.
    Close,
}

/// What is looked for in a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentSearch {
    /// A number of the front end's.
    pub search: u32,
    /// The bytes; not empty, at most [`MOST_PATTERN`].
    pub pattern: Vec<u8>,
    /// ASCII letters are equal in either case.
    pub folds_case: bool,
    /// Where to begin: the first byte that a match may start at; backwards, the first that none may.
    pub from: u64,
    /// Towards the beginning.
    pub backwards: bool,
}

/// What a front end is told about a content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ContentEvent {
    /// Bytes of it.
    Bytes {
        /// First byte.
        offset: u64,
        /// The bytes, none behind the end.
        bytes: Vec<u8>,
        /// The file's size now.
        size: u64,
        /// What is known of it.
        proof: ContentProof,
    },
    /// It as a picture.
    Picture(Picture),
    /// How far a search is: bytes looked through.
    Searched {
        /// Which search.
        search: u32,
        /// Bytes so far.
        done: u64,
        /// The file's size.
        size: u64,
    },
    /// What a search came to: where the match begins, or nothing found.
    Found {
        /// Which search.
        search: u32,
        /// First byte of the match.
        at: Option<u64>,
    },
    /// What was asked for last cannot be had.
    Failed(Problem),
}

/// What is known of what a content's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentProof {
    /// It is a file of the disk: it is what it is.
    Local,
    /// Not all of it was read: what came may be damaged or forged.
    NotYet,
    /// All of it was read, and its MAC is the one of its key.
    Proven,
    /// All of it was read, and its MAC is another.
    Damaged,
}

/// A picture, scaled, in rows from the top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it is stored as: `JPEG`, `PNG`, `GIF`, `WebP`.
    pub format: String,
    /// Pixels across and down, as stored.
    pub stored: (u32, u32),
    /// Pixels across, scaled.
    pub width: u32,
    /// Red, green, blue of each pixel; as many rows as there are.
    pub pixels: Vec<[u8; 3]>,
    /// What is known of the file.
    pub proof: ContentProof,
}

/// Bytes of one range.
pub const MOST_READ: u32 = 256 << 10;

/// Bytes that can be looked for.
pub const MOST_PATTERN: usize = 4096;
