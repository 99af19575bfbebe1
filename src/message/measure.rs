//! What is asked and told about chosen entries for the properties dialog: sums of all below them, older versions, who
//! shares. Worked out by `worker::measuring`; it takes a while only of folders of the disk.

use serde::{Deserialize, Serialize};

/// A number of the front end's for what it asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MeasureId(pub u32);

/// What chosen entries come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Files, without old versions.
    pub file_count: u64,
    /// Folders, those chosen among them.
    pub folder_count: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Bytes of old versions.
    pub version_bytes: u64,
    /// Things below that could not be read, and that are not counted.
    pub unreadable_count: u64,
    /// It is all; before that it grows.
    pub is_complete: bool,
    /// Older versions of the one file that was chosen, the newest first; of many only the newest.
    pub versions: Vec<VersionFacts>,
    /// The one entry that was chosen has a public link.
    pub is_linked: bool,
    /// The one folder that was chosen is shared with others.
    pub is_given: bool,
    /// Whoever shares the one entry that was chosen with us, by e-mail.
    pub sharer: Option<String>,
}

/// An older version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFacts {
    /// Bytes.
    pub size: u64,
    /// When its content was changed last, if it says, else when it came; Unix seconds.
    pub time: i64,
}

/// Older versions that are told one by one.
pub const MOST_VERSIONS: usize = 20;
