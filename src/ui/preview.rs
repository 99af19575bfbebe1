//! The [`Preview`]: what is in the file under the cursor, beside the panes of a wide screen. It follows the cursor, of the
//! disk at once, of the cloud after a pause on the row, and never asks for more than the first part. `update` moves it on.

use jiff::Timestamp;

use super::viewer::Viewer;
use crate::entry::{Entry, Location};

/// What stands beside the panes.
#[derive(Debug)]
pub struct Preview {
    /// The user wants one.
    pub is_on: bool,
    /// What it is about; `None` where the cursor is on nothing.
    pub subject: Option<Subject>,
    /// The beginning of the file, once it was asked for.
    pub viewer: Option<Viewer>,
    /// When the beginning of a file of the cloud is to be asked for.
    pub due: Option<Timestamp>,
}

/// An entry that is previewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The folder it is in.
    pub parent: Location,
    /// The entry.
    pub entry: Entry,
}

impl Default for Preview {
    fn default() -> Self {
        Self { is_on: true, subject: None, viewer: None, due: None }
    }
}
