//! What a failed call means: [`ErrorCode`] with the one table of MEGA's error numbers (by context, with what the user is
//! told and what can be done about it), and [`ApiError`], which every call above ends in. No text about an error number
//! stands anywhere else.

mod table;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::transport::TransportError;
use super::wait::Reason;
use table::{TABLE, UNKNOWN};

/// MEGA's error numbers (meganz/sdk `include/mega/types.h`, `ErrorCodes`). One that is not in the table is handled like
/// [`ErrorCode::INTERNAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub i32);

/// Where a number was met: several have another meaning in another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// `us0`, `us`.
    Login,
    /// Any other command.
    Command,
    /// `g`.
    Download,
    /// `u`.
    Upload,
    /// The answer of a storage server to a piece.
    Storage,
    /// The event channel.
    Events,
    /// What a public link leads to.
    Link,
}

/// What can be done about a failure without asking anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nothing: report it.
    Never,
    /// The same command again, after a pause.
    BackOff,
    /// The same command again, but slowly. Of a transfer's commands its owner decides.
    Later,
    /// Wait until the quota is back.
    Quota,
    /// The same piece again.
    ResendPiece,
    /// The same piece again over fewer connections.
    FewerConnections,
    /// From the start, with a new address.
    NewAddress,
    /// Fetch the whole tree again.
    Refetch,
}

/// How soon the client itself sends a command again that the server puts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// The server is busy.
    Soon,
    /// What is asked for cannot be reached: that takes longer.
    Slowly,
}

/// The sorts of failures, by what a script would do about them. The front ends turn them into exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// None of the others.
    Other,
    /// May work later.
    Temporary,
    /// Will not work by trying again.
    Permanent,
    /// What was named is not there.
    NotFound,
    /// The account is out of order.
    Account,
    /// Storage or transfer quota.
    Quota,
    /// Password, code or a new login needed.
    Login,
    /// The answer, or what was sent, is damaged.
    Integrity,
    /// Stopped by the user.
    Interrupted,
}

/// What the user is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What sort of failure it is.
    pub kind: ErrorKind,
    /// What is wrong, as a clause that can follow a colon: no capital, no full stop.
    pub reason: Cow<'static, str>,
    /// What to do about it, one sentence; empty where there is nothing to do.
    pub hint: &'static str,
}

/// What one number means in one context.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The number.
    pub code: i32,
    /// The official client's name for it.
    pub name: &'static str,
    /// Where this row applies; `None` where no other row does.
    pub context: Option<Context>,
    /// What can be done by itself.
    pub retry: Retry,
    /// What sort it is.
    pub kind: ErrorKind,
    /// What is wrong, as in [`Advice::reason`].
    pub reason: &'static str,
    /// What to do about it, as in [`Advice::hint`].
    pub hint: &'static str,
}

impl ErrorCode {
    /// Server-side failure; also stands for an error "0" and for unknown numbers.
    pub const INTERNAL: Self = Self(-1);
    /// Busy.
    pub const AGAIN: Self = Self(-3);
    /// Wrong one-time code at login.
    pub const FAILED: Self = Self(-5);
    /// Too many of something.
    pub const TOO_MANY: Self = Self(-6);
    /// No such node, link or user; wrong e-mail or password at login.
    pub const NOT_FOUND: Self = Self(-9);
    /// Not allowed: a folder that is shared for reading, for instance.
    pub const ACCESS: Self = Self(-11);
    /// The account is not confirmed.
    pub const INCOMPLETE: Self = Self(-13);
    /// It cannot be decrypted.
    pub const KEY: Self = Self(-14);
    /// The session is gone.
    pub const SESSION: Self = Self(-15);
    /// Suspended, or taken down.
    pub const BLOCKED: Self = Self(-16);
    /// Storage or transfer quota used up.
    pub const OVER_QUOTA: Self = Self(-17);
    /// A one-time code is needed.
    pub const CODE_NEEDED: Self = Self(-26);

    /// Returns the row of the table that applies in `context`.
    #[must_use]
    pub fn meaning(self, context: Context) -> &'static Meaning {
        let here = TABLE.iter().find(|row| row.code == self.0 && row.context == Some(context));
        here.or_else(|| TABLE.iter().find(|row| row.code == self.0 && row.context.is_none()))
            .unwrap_or(&UNKNOWN)
    }

    /// Returns what can be done about it without asking.
    #[must_use]
    pub fn retry(self, context: Context) -> Retry {
        self.meaning(context).retry
    }

    /// Returns how the client itself sends a command again that ended with this number; `None` where it does not.
    pub(super) fn pace(self, context: Context) -> Option<Pace> {
        match self.retry(context) {
            Retry::BackOff => Some(Pace::Soon),
            Retry::Later if !matches!(context, Context::Download | Context::Upload) => Some(Pace::Slowly),
            Retry::Never
            | Retry::Later
            | Retry::Quota
            | Retry::ResendPiece
            | Retry::FewerConnections
            | Retry::NewAddress
            | Retry::Refetch => None,
        }
    }

    /// Returns what the user is told. The number stands at the end, for who looks it up.
    #[must_use]
    pub fn advice(self, context: Context) -> Advice {
        let Meaning { kind, reason, hint, .. } = self.meaning(context);
        Advice { kind: *kind, reason: format!("{reason} (MEGA error {})", self.0).into(), hint }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.meaning(Context::Command).name, self.0)
    }
}

/// A call failed for good (retries are over). One failure may reach several calls, so it can be cloned.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApiError {
    /// The server refused the command.
    #[error("{}", code.advice(*context).reason)]
    Refused {
        /// The number.
        code: ErrorCode,
        /// The command's name.
        command: &'static str,
        /// In which sense the number is to be read.
        context: Context,
    },
    /// -15: the session is gone: logged out elsewhere, or the password was changed.
    #[error("the session was ended elsewhere")]
    SessionEnded,
    /// -16 to the whole batch.
    #[error("the account is suspended")]
    Blocked,
    /// The answer is not what the protocol says.
    #[error("the server's answer to \"{command}\" makes no sense")]
    Malformed {
        /// The command's name.
        command: &'static str,
    },
    /// The last of many answers was not a MEGA answer at all.
    #[error("the server answers with HTTP status {0}")]
    Status(u16),
    /// The line is down, or cannot be trusted, and retries are used up.
    #[error(transparent)]
    Transport(Arc<TransportError>),
    /// Waited longer than allowed.
    #[error("{}", wait_over(*.0))]
    GaveUp(Reason),
    /// Stopped by the user.
    #[error("cancelled")]
    Cancelled,
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> Self {
        Self::Transport(Arc::new(error))
    }
}

impl ApiError {
    /// Returns the number, where the server gave one.
    #[must_use]
    pub const fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::SessionEnded => Some(ErrorCode::SESSION),
            Self::Blocked => Some(ErrorCode::BLOCKED),
            Self::Malformed { .. }
            | Self::Status(_)
            | Self::Transport(_)
            | Self::GaveUp(_)
            | Self::Cancelled => None,
        }
    }

    /// Returns what the user is told.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let (kind, hint) = match self {
            Self::Refused { code, context, .. } => return code.advice(*context),
            Self::SessionEnded => return ErrorCode::SESSION.advice(Context::Command),
            Self::Blocked => return ErrorCode::BLOCKED.advice(Context::Login),
            Self::Transport(error) => return error.advice(),
            Self::Malformed { .. } => (ErrorKind::Integrity, NOT_A_SERVER),
            Self::Status(_) => (ErrorKind::Temporary, NOT_A_SERVER),
            Self::GaveUp(Reason::TransferQuota) => (ErrorKind::Quota, "Try again when the quota is back."),
            Self::GaveUp(Reason::ServerBusy | Reason::ProofOfWork | Reason::Offline) => {
                (ErrorKind::Temporary, "Try again later.")
            }
            Self::Cancelled => (ErrorKind::Interrupted, ""),
        };
        Advice { kind, reason: self.to_string().into(), hint }
    }
}

impl TransportError {
    /// Returns what the user is told.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let (kind, hint) = match self {
            Self::Unreachable { .. } => (
                ErrorKind::Temporary,
                "Check the network connection, or the server's address if you gave one.",
            ),
            Self::Tls { .. } => (
                ErrorKind::Permanent,
                "Somebody may be listening in, or the clock or the certificates of this machine are wrong.",
            ),
            Self::Broken { .. } | Self::Idle { .. } => {
                (ErrorKind::Temporary, "Check the network and try again.")
            }
            Self::TooLong { .. } => (ErrorKind::Integrity, NOT_A_SERVER),
            Self::Refused { .. } => (ErrorKind::Permanent, "Use an https address."),
        };
        Advice { kind, reason: self.to_string().into(), hint }
    }
}

const fn wait_over(reason: Reason) -> &'static str {
    match reason {
        Reason::ServerBusy => "the server stays busy",
        Reason::ProofOfWork => "the proof of work that the server asks for takes too long",
        Reason::TransferQuota => "the transfer quota is used up",
        Reason::Offline => "the server cannot be reached",
    }
}

const NOT_A_SERVER: &str =
    "Check the server's address; a proxy or a login page of the network may stand in between.";

const ASK_FOR_REPORT: &str = "Please report it, with the log, if it happens again.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_what_its_place_says() {
        assert_eq!(ErrorCode(-9).meaning(Context::Login).kind, ErrorKind::Login);
        assert_eq!(ErrorCode(-9).meaning(Context::Command).kind, ErrorKind::NotFound);
        assert_eq!(ErrorCode(-4).retry(Context::Command), Retry::BackOff);
        assert_eq!(ErrorCode(-4).retry(Context::Storage), Retry::NewAddress);
        assert_eq!(ErrorCode(-17).retry(Context::Download), Retry::Quota);
        assert_eq!(ErrorCode(-17).retry(Context::Upload), Retry::Never);
        assert_eq!(ErrorCode(-6).retry(Context::Events), Retry::Refetch);
        assert_eq!(ErrorCode(-18).pace(Context::Command), Some(Pace::Slowly));
        assert_eq!(ErrorCode(-18).pace(Context::Download), None);
    }

    #[test]
    fn every_number_has_one_general_row_and_a_clause_for_the_user() {
        for row in TABLE {
            let same = |other: &&Meaning| other.code == row.code && other.context == row.context;
            assert_eq!(TABLE.iter().filter(same).count(), 1, "{} twice", row.code);
            let general = TABLE.iter().any(|other| other.code == row.code && other.context.is_none());
            assert!(general, "{} has no row for other places", row.code);
            assert!(!row.reason.ends_with('.') && !row.reason.is_empty(), "{}", row.reason);
            assert!(row.hint.is_empty() || row.hint.ends_with('.'), "{}", row.hint);
        }
        for code in (-30..0).chain([-400, -401]) {
            assert_ne!(ErrorCode(code).meaning(Context::Command).name, "unknown", "{code}");
        }
    }

    #[test]
    fn an_unknown_number_is_told_with_its_number() {
        let advice = ErrorCode(-777).advice(Context::Command);
        assert_eq!(advice.kind, ErrorKind::Other);
        assert!(advice.reason.contains("-777"));
        assert_eq!(ErrorCode(-777).retry(Context::Command), Retry::Never);
    }
}
