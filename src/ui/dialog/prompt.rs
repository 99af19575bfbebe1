//! A [`Prompt`]: one line of text and what it is for. Those that change what is shown (find, filter, pattern) are
//! drawn on the status line, so that the rows stay in sight; those that make a name, or ask for a password, have a small
//! box.

use super::field::Field;
use crate::entry::{EntryKey, Location};
use crate::message::ViewId;
use crate::secret::Secret;

/// A question for one line of text.
#[derive(Debug)]
pub struct Prompt {
    /// What the text is for.
    pub purpose: Purpose,
    /// The text.
    pub field: Field,
    /// Why the text was refused, until it changes.
    pub problem: Option<&'static str>,
}

/// What a text is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// The name of a new folder.
    NewFolder {
        /// Where it is made.
        parent: Location,
        /// That place as people write it.
        place: String,
    },
    /// Another name for an entry.
    Rename {
        /// Where it is.
        parent: Location,
        /// Which.
        key: EntryKey,
        /// Its name now.
        name: String,
    },
    /// A name to jump to while it is typed.
    Find {
        /// The line to come back to.
        origin: u64,
    },
    /// A text that all shown names contain.
    Filter {
        /// The filter to come back to.
        before: Option<String>,
    },
    /// The password of a public link, which is not shown.
    LinkPassword {
        /// The view that shows it then.
        view: ViewId,
        /// The link.
        link: Secret,
    },
    /// A pattern of names to mark or unmark.
    Pattern {
        /// Mark or unmark.
        on: bool,
    },
}

impl Prompt {
    /// Makes a prompt.
    #[must_use]
    pub const fn new(purpose: Purpose, field: Field) -> Self {
        Self { purpose, field, problem: None }
    }

    /// Returns the words before the text.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self.purpose {
            Purpose::NewFolder { .. } => "New folder",
            Purpose::Rename { .. } => "Rename",
            Purpose::LinkPassword { .. } => "Password of the link",
            Purpose::Find { .. } => "Find:",
            Purpose::Filter { .. } => "Filter:",
            Purpose::Pattern { on: true } => "Mark names like:",
            Purpose::Pattern { on: false } => "Unmark names like:",
        }
    }

    /// Returns whether it stands in a box of its own.
    #[must_use]
    pub const fn is_boxed(&self) -> bool {
        match self.purpose {
            Purpose::NewFolder { .. } | Purpose::Rename { .. } | Purpose::LinkPassword { .. } => true,
            Purpose::Find { .. } | Purpose::Filter { .. } | Purpose::Pattern { .. } => false,
        }
    }
}
