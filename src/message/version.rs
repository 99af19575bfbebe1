//! What is asked and told about the old contents behind a file. The screen and the command line send it,
//! `worker::versions` answers. Plain data, as all of `message`: it knows neither session nor tree.

use serde::{Deserialize, Serialize};

use super::sharing::Shareable;
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;

/// Something about the old versions of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum VersionsCommand {
    /// Say which versions a file has, now and whenever that changes: `Event::Versions`. Ends what was watched before.
    Watch {
        /// The folder that it is in.
        parent: Location,
        /// The file.
        key: EntryKey,
    },
    /// Watch nothing any more.
    Leave,
    /// Make a version current again: `Event::Done` or `Event::Failed`.
    Restore {
        /// The file.
        file: Shareable,
        /// The version.
        version: NodeHandle,
    },
    /// Delete a version for good: `Event::Done` or `Event::Failed`.
    Delete {
        /// The file.
        file: Shareable,
        /// The version.
        version: NodeHandle,
    },
}

/// The versions of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionList {
    /// The file.
    pub file: Shareable,
    /// Its name, raw.
    pub name: String,
    /// Bytes of what is current.
    pub size: u64,
    /// When that was changed last, Unix seconds.
    pub time: i64,
    /// The old ones, the newest first.
    pub versions: Vec<VersionRow>,
}

/// An old version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// Its node.
    pub node: NodeHandle,
    /// Bytes.
    pub size: u64,
    /// When its content was changed last, if it says, else when it came; Unix seconds.
    pub time: i64,
}
