//! [`Problem`]: something that went wrong, as the user is told, and the kind that decides the exit code. The sentences
//! of errors are written in `worker::problem`; both front ends show them as they are, and only escape them.

use serde::{Deserialize, Serialize};

/// Something that went wrong, as the user is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What sort: decides the exit code.
    pub kind: ProblemKind,
    /// One sentence that names the object. Contains raw names: escape before drawing.
    pub message: String,
    /// What to do about it, one sentence; empty where there is nothing to do.
    pub hint: String,
}

impl Problem {
    /// Makes a problem of a sentence and a hint (`""` for none).
    #[must_use]
    pub fn new(kind: ProblemKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: hint.into() }
    }
}

/// The sorts of problems, by what a script would do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemKind {
    /// None of the others. Exit code 1.
    Other,
    /// The command makes no sense as typed. 2.
    Usage,
    /// No such folder. 3.
    FolderNotFound,
    /// No such file. 4.
    FileNotFound,
    /// May work later: server busy, line down. 5.
    Temporary,
    /// Will not work by trying again: permission, name, read-only. 6.
    Permanent,
    /// The account is suspended or otherwise out of order. 7.
    Account,
    /// It would do harm as it was asked for: deleting more than allowed, moving a folder into itself. 7, as in rclone.
    Harmful,
    /// Storage or transfer quota. 12.
    Quota,
    /// Login, code or passphrase needed or wrong. 13.
    Login,
    /// The path matches several nodes. 6.
    Ambiguous,
    /// Bytes do not match their MAC, or an answer makes no sense. 6.
    Integrity,
    /// A copy has moved as much as it may. 8.
    TransferLimit,
    /// A copy has taken as long as it may. 10.
    TimeLimit,
    /// Stopped by the user. 130.
    Interrupted,
}
