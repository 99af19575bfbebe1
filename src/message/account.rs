//! Accounts at the border: how one is doing ([`AccountState`]), what a [`Login`] takes, and why something waits
//! ([`Wait`]). Made by `worker::account`, shown by the login form and the waiting lines. No session and no key is in it.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::secret::Secret;

/// What a login needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Name in the configuration; made from the e-mail by the front end where the user gives none.
    pub account: String,
    /// The account's e-mail.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The one-time code, once the server has asked for it.
    pub code: Option<Secret>,
    /// Write account and session to disk when the login works.
    pub remember: bool,
}

/// One account of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its name.
    pub name: String,
    /// Its e-mail.
    pub email: String,
}

/// How an account is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AccountState {
    /// Reaching the server, logging in or resuming.
    Connecting,
    /// A password is needed: no session is stored, or it ended elsewhere. The problem says which.
    NeedsPassword {
        /// The e-mail, where known.
        email: Option<String>,
        /// Why, where there is something to say.
        problem: Option<Problem>,
    },
    /// The server wants the one-time code; send `Command::Login` again with it.
    NeedsCode {
        /// Set when the last code was wrong.
        problem: Option<Problem>,
    },
    /// The sealed credentials want their passphrase.
    NeedsPassphrase {
        /// Set when the last one was wrong.
        problem: Option<Problem>,
    },
    /// The file list is on its way.
    Loading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all, where the server says.
        total: Option<u64>,
    },
    /// The file list is there.
    Ready,
    /// Something holds it up; goes on by itself.
    Waiting(Wait),
    /// It cannot go on.
    Failed(Problem),
}

/// Why something waits, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Why.
    pub reason: WaitReason,
    /// When it goes on by itself, Unix milliseconds; `None` where that is not known.
    pub until: Option<i64>,
}

/// Why something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitReason {
    /// The server said to come back later.
    ServerBusy,
    /// The server wants a proof of work.
    ProofOfWork,
    /// The transfer allowance is used up.
    TransferQuota,
    /// The server cannot be reached.
    Offline,
}
