//! The error numbers that this server answers with, by name. Every command returns them, `batch` writes them; nothing here
//! decides when. They are this side's own list: it must not be taken from the client's table.

/// Why a command, or a whole batch, is refused: the API's error number by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// −2: the command is malformed.
    Arguments,
    /// −5: wrong one-time code.
    Failed,
    /// −6: the event position is too old.
    TooMany,
    /// −8: the version or the link has expired.
    Expired,
    /// −9: no such thing, or a wrong password.
    NotFound,
    /// −10: a folder into itself.
    Circular,
    /// −11: not permitted.
    Access,
    /// −13: the account was never confirmed.
    Incomplete,
    /// −15: no such session.
    Session,
    /// −16: suspended account, or content taken down.
    Blocked,
    /// −17: storage or transfer quota used up.
    OverQuota,
    /// −26: a one-time code is needed.
    SecondFactor,
    /// Another number, asked for by a fault.
    Other(i64),
}

impl Refusal {
    /// Returns the number that goes on the line.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Arguments => -2,
            Self::Failed => -5,
            Self::TooMany => -6,
            Self::Expired => -8,
            Self::NotFound => -9,
            Self::Circular => -10,
            Self::Access => -11,
            Self::Incomplete => -13,
            Self::Session => -15,
            Self::Blocked => -16,
            Self::OverQuota => -17,
            Self::SecondFactor => -26,
            Self::Other(number) => number,
        }
    }
}
