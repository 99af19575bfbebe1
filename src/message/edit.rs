//! Files of the cloud that a program of the user's works on, at the border: fetched whole and checked into a private
//! folder, handed to the program by the front end, and put back as a new version where they changed. Made by
//! `worker::editing`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::entry::{EntryKey, Location};

/// A file that a program works on, numbered by the front end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EditId(pub u32);

/// What a file is fetched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EditPurpose {
    /// To be changed and put back.
    Edit,
    /// To be looked at: the copy is read-only and stays until the next start.
    Open,
}

/// What a front end asks about such a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EditCommand {
    /// Fetch it: [`EditEvent::Fetching`], then [`EditEvent::Fetched`].
    Fetch {
        /// The folder it is in.
        parent: Location,
        /// Which.
        key: EntryKey,
        /// What for.
        purpose: EditPurpose,
    },
    /// Stop fetching it; nothing of it is left.
    Stop,
    /// The program has ended: put back what it changed, [`EditEvent::Saved`].
    Save(SaveAs),
    /// The program has failed, or the user wants to decide later: a changed copy stays and [`EditEvent::Kept`] says
    /// where, an unchanged one goes.
    Leave,
    /// Throw the copy away.
    Discard,
}

/// How a changed file is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveAs {
    /// As a new version of the file that was fetched; where that is another now, ask: [`EditEvent::Conflict`].
    Version,
    /// As a new version of whatever has the name now.
    VersionOfOther,
    /// Under a free name beside it.
    Beside,
}

/// What a front end is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EditEvent {
    /// It is on its way.
    Fetching {
        /// Its name.
        name: String,
        /// Bytes so far.
        done: u64,
        /// Bytes in all.
        size: u64,
    },
    /// It is there, whole and checked.
    Fetched {
        /// Its name in the cloud.
        name: String,
        /// Where.
        path: PathBuf,
        /// What for.
        purpose: EditPurpose,
    },
    /// The program changed nothing; the copy is gone.
    Unchanged {
        /// Its name.
        name: String,
    },
    /// The file in the cloud is another now, or gone.
    Conflict {
        /// Its name.
        name: String,
        /// Whether something has the name.
        is_there: bool,
    },
    /// It is in the cloud; the copy is gone.
    Saved {
        /// The name that it has there.
        name: String,
        /// It became a version of the file that was there.
        is_version: bool,
    },
    /// A changed copy stays on the disk.
    Kept {
        /// Its name.
        name: String,
        /// Where.
        path: PathBuf,
    },
    /// It cannot be fetched or put back; a changed copy stays, and the hint says where.
    Failed(Problem),
}
