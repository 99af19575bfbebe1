//! A [`Pane`]: a view and what is on its way for it. The worker keeps one for each view that a front end has opened;
//! `panes` reads, sorts and tells. Pure data: it starts nothing itself.

use super::view::{Folder, View};
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{Arrangement, ViewId};

/// One view, and what is on its way for it.
#[derive(Debug)]
pub(crate) struct Pane {
    pub(crate) view: View,
    /// The folder that will be shown once it is read.
    pub(super) wanted: Option<Wanted>,
    /// The order that the user wants.
    pub(super) arrangement: Arrangement,
    /// Grows with each request to read; results of older ones are dropped.
    pub(super) reading: u64,
    pub(super) is_reading: bool,
    /// Grows with each request to sort; results of older ones are dropped.
    pub(super) sorting: u64,
    pub(super) is_sorting: bool,
    /// Grows with each look for a row; results of older ones are dropped.
    pub(super) finding: u64,
    /// The last of them that has ended.
    pub(super) found: u64,
    pub(super) marks: Marks,
    /// What the front end waits for, by its number.
    pub(super) unanswered: Option<u64>,
    /// Something in the folder has changed since it was read.
    pub(super) is_stale: bool,
    /// The path by which it came to its folder before all of the account was known.
    pub(super) early: Option<String>,
}

impl Pane {
    /// Makes a pane whose folder has not been read.
    pub(super) fn new(id: ViewId, location: Location) -> Self {
        Self {
            view: View::opening(id, location, Folder::default(), None),
            wanted: None,
            arrangement: Arrangement::default(),
            reading: 0,
            is_reading: false,
            sorting: 0,
            is_sorting: false,
            finding: 0,
            found: 0,
            marks: Marks::Settled,
            unanswered: None,
            is_stale: false,
            early: None,
        }
    }

    /// Returns whether something that was asked for has not been answered yet. A path that waits for its account has: the
    /// view was told to be opening.
    pub(super) const fn is_busy(&self) -> bool {
        matches!(self.wanted, Some(Wanted::Folder { .. })) || self.is_sorting || self.found < self.finding
    }

    /// Returns the folder that is wanted, or else the one that is shown.
    pub(super) fn target(&self) -> &Location {
        match &self.wanted {
            Some(Wanted::Folder { location, .. }) => location,
            Some(Wanted::Path { .. } | Wanted::Kept { .. }) | None => self.view.location(),
        }
    }

    /// Returns whether it shows, or is about to show, something of an account.
    pub(super) fn shows_account(&self, name: &str) -> bool {
        let of_account =
            |location: &Location| matches!(location, Location::Cloud { account, .. } if account == name);
        match &self.wanted {
            Some(Wanted::Folder { location, .. }) => of_account(location),
            Some(Wanted::Path { account, .. } | Wanted::Kept { account, .. }) => {
                account == name || of_account(self.view.location())
            }
            None => of_account(self.view.location()),
        }
    }
}

/// How far the marks of a view are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    Settled,
    /// All are being changed beside the loop; no command is taken meanwhile, for it may be about them.
    Changing,
}

/// What the user asked to see.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    Folder {
        location: Location,
        focus: Option<EntryKey>,
    },
    Path {
        account: String,
        path: String,
    },
    /// A node, and its path where that is gone.
    Kept {
        account: String,
        node: NodeHandle,
        path: String,
    },
}
