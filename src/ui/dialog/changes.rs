//! [`ChangesDialog`]: the last changes that were made from this machine, and which of them can be taken back. One is chosen
//! and taken back, whatever was done since: what stands in the way is told then, and nothing is forced.

use crate::message::{ChangeRow, ChangeState};
use crate::ui::key::Key;

/// The list of the last changes.
#[derive(Debug, Default)]
pub struct ChangesDialog {
    /// The changes, the newest first, once they have come.
    pub rows: Option<Vec<ChangeRow>>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
}

/// What follows from a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Stay,
    /// The list closes.
    Leave,
    /// The group of this number is to be taken back.
    Undo(u64),
    /// The chosen one cannot be taken back.
    Refused(ChangeState),
}

impl ChangesDialog {
    /// Takes a key; `height` rows are shown.
    pub fn press(&mut self, key: Key, height: usize) -> Outcome {
        let rows = self.rows.as_deref().unwrap_or_default();
        if let Some(place) = key.moves((self.cursor, self.top), rows.len(), height) {
            (self.cursor, self.top) = place;
            return Outcome::Stay;
        }
        match (key.to_string().as_str(), rows.get(self.cursor)) {
            ("Esc" | "C-g" | "C-c" | "q" | "h" | "Left", _) => Outcome::Leave,
            ("Enter" | "u", Some(row)) if row.state == ChangeState::Standing => Outcome::Undo(row.group),
            ("Enter" | "u", Some(row)) => Outcome::Refused(row.state),
            _ => Outcome::Stay,
        }
    }
}
