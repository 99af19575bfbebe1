//! [`RenamesDialog`]: many renames before they are made: what would be called what, or which lines are at fault. The names
//! themselves are changed in the user's editor, before it opens and again on request.

use std::path::PathBuf;

use crate::message::{RenamePlan, RenamesId, ViewId};
use crate::ui::key::Key;

/// Renames that wait for the editor or for the user's yes.
#[derive(Debug)]
pub struct RenamesDialog {
    /// The renaming.
    pub renames: RenamesId,
    /// The file that the editor changes, once it is written.
    pub sheet: Option<PathBuf>,
    /// What it says, once it has been read.
    pub plan: Option<RenamePlan>,
    /// The first row that is shown.
    pub top: usize,
    /// The view whose marks are cleared once it is under way.
    pub marked: Option<ViewId>,
}

/// What follows from a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Stay,
    /// Nothing is renamed.
    Leave,
    /// The editor opens again.
    Edit,
    /// It is done.
    Rename,
}

impl RenamesDialog {
    /// Returns whether there is something to say yes to.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.faults.is_empty() && !plan.rows.is_empty())
    }

    /// Takes a key; `height` lines of the list are shown.
    pub fn press(&mut self, key: Key, height: usize) -> Outcome {
        if let Some(lines) = key.scrolls(height) {
            let count = self.plan.as_ref().map_or(0, |plan| plan.rows.len().max(plan.faults.len()));
            self.top = self.top.saturating_add_signed(lines).min(count.saturating_sub(height));
            return Outcome::Stay;
        }
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "q" | "n" => Outcome::Leave,
            "e" | "F4" if self.sheet.is_some() => Outcome::Edit,
            "Enter" | "y" | "R" if self.is_ready() => Outcome::Rename,
            _ => Outcome::Stay,
        }
    }
}
