//! What a command is about ([`Selected`]): marks are looked up once, when it arrives, so that later changes of marks do
//! not matter. Changes and copies ask here; whether the entries still exist is for them to find out.

use super::actor::Actor;
use crate::entry::{EntryKey, Location};
use crate::message::{Problem, ProblemKind, Selection};

/// Entries that a command is about.
#[derive(Clone, Debug)]
pub(crate) enum Selected {
    /// Some of a folder.
    Entries {
        /// The folder.
        parent: Location,
        /// Its entries.
        keys: Vec<EntryKey>,
    },
    /// All that is in a folder.
    Contents(Location),
}

impl Actor {
    /// Returns what a command is about, as it is now.
    pub(crate) fn select(&self, selection: Selection) -> Result<Selected, Problem> {
        match selection {
            Selection::Contents(location) => Ok(Selected::Contents(self.normal_location(location))),
            Selection::Entries { parent, keys } => {
                Ok(Selected::Entries { parent: self.normal_location(parent), keys })
            }
            Selection::Marked(id) => {
                let view = &self.panes.get(&id).ok_or_else(no_view)?.view;
                Ok(Selected::Entries { parent: view.location().clone(), keys: view.marked() })
            }
        }
    }
}

fn no_view() -> Problem {
    Problem::new(ProblemKind::Other, "There is no such view", "")
}
