//! What stands over the panes while a file of the cloud is fetched for a program of the user's ([`Fetching`]), and the
//! question where the file that was edited is another in the cloud by then ([`EditConflict`]).

use crate::message::{EditCommand, EditId, SaveAs};
use crate::ui::key::Key;

/// A file on its way to a program.
#[derive(Clone, Debug)]
pub struct Fetching {
    /// Its number at the border.
    pub edit: EditId,
    /// Its name.
    pub name: String,
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all.
    pub size: u64,
}

/// The file in the cloud is not the one that was edited.
#[derive(Clone, Debug)]
pub struct EditConflict {
    /// Its number at the border.
    pub edit: EditId,
    /// Its name.
    pub name: String,
    /// Something has the name in the cloud.
    pub is_there: bool,
}

impl Fetching {
    /// Returns whether a key stops it.
    #[must_use]
    pub fn stops(key: Key) -> bool {
        matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c" | "q")
    }
}

impl EditConflict {
    /// Returns what a key asks for, if it answers.
    #[must_use]
    pub fn press(key: Key) -> Option<EditCommand> {
        Some(match key.to_string().as_str() {
            "v" => EditCommand::Save(SaveAs::VersionOfOther),
            "k" => EditCommand::Save(SaveAs::Beside),
            "d" => EditCommand::Discard,
            "Esc" | "C-g" | "C-c" | "q" => EditCommand::Leave,
            _ => return None,
        })
    }
}
