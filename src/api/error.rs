//! Errors of the API: the code table, and what a failed call means.
use super::transport::TransportError;
/// MEGA's error numbers, see mega-protocol 1.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub i32);
/// A call failed for good (retries are over).
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The server refused the command.
    #[error("{code:?}")]
    Refused {
        /// The number.
        code: ErrorCode,
        /// The command's name.
        command: &'static str,
    },
    /// -15: the session is gone.
    #[error("the session ended elsewhere")]
    SessionEnded,
    /// -16.
    #[error("the account is suspended")]
    Blocked,
    /// Garbage.
    #[error("the answer makes no sense")]
    Malformed {
        /// The command's name.
        command: &'static str,
    },
    /// Retries used up.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Waited longer than allowed.
    #[error("gave up waiting")]
    GaveUp(super::wait::Reason),
    /// Stopped by the user.
    #[error("cancelled")]
    Cancelled,
}
