//! Undo at the border: what is to be taken back or done again. Front ends ask with it, the worker's `undoing` finds out
//! what that is.

use serde::{Deserialize, Serialize};

/// A wish to take back what was done, or to do again what was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoRequest {
    /// Which way.
    pub direction: UndoDirection,
    /// Not the last of all open accounts and of the disk, but the group of changes with this number, as the list of changes has it.
    pub group: Option<u64>,
    /// What is done where some of it can never be taken back.
    #[serde(default)]
    pub partly: Partly,
}

/// What is done with a group of changes some of which can never be taken back, because what they are about went for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Partly {
    /// Nothing, and that is told; asked for again, the rest is taken back.
    #[default]
    AskAgain,
    /// Nothing, and that is told: the command line, which has an option for the rest.
    Refuse,
    /// The rest is taken back.
    Rest,
}

/// A group of changes as the list of the last changes shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Its number, for [`UndoRequest::group`].
    pub group: u64,
    /// When it was asked for, Unix seconds.
    pub begun: i64,
    /// Where: an account (`work:`), this computer (`disk`), or both sides of a move (`work:, disk`).
    pub place: String,
    /// What it was, in words.
    pub label: String,
    /// Whether it can be taken back.
    pub state: ChangeState,
}

/// Whether a change can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeState {
    /// It stands, all of it or some, and can be taken back.
    Standing,
    /// It was taken back.
    Undone,
    /// Nothing takes it back.
    Final,
}

/// Back or forth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UndoDirection {
    /// Take back.
    Undo,
    /// Do again what was taken back.
    Redo,
}

impl UndoDirection {
    /// Returns what is done, as in `cannot undo that`.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }
}
