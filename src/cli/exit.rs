//! The exit codes: rclone's numbers, and those that rclone lacks put where they do not clash. Scripts rely on them, so
//! a number never changes its meaning. Every command ends in one of these and in nothing else.

use crate::message::ProblemKind;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// All was done.
    Success = 0,
    /// Something went wrong that none of the others names.
    Other = 1,
    /// The command makes no sense as typed, or needs a terminal and there is none. So does a name that nothing can have
    /// (empty, `.`, `..`): whatever is in the account, the line has to be written anew.
    Usage = 2,
    /// A folder was not found.
    FolderNotFound = 3,
    /// A file was not found.
    FileNotFound = 4,
    /// It may work when tried again: server busy, line down.
    Temporary = 5,
    /// Trying again does not help: rights, names, several nodes of one name, damaged data.
    Permanent = 6,
    /// The account is suspended or otherwise out of order; or what was asked for would do harm.
    Account = 7,
    /// A copy has moved as much as `--max-transfer` allows.
    TransferLimit = 8,
    /// A copy has taken as long as `--max-duration` allows.
    TimeLimit = 10,
    /// Something was copied, but items were skipped that should not have been: equal names, undecryptable nodes.
    Partial = 11,
    /// Storage or transfer quota is used up.
    Quota = 12,
    /// Password, one-time code or passphrase is wrong, or needed and nobody can be asked.
    Login = 13,
    /// Stopped by the user.
    Interrupted = 130,
}

impl From<ProblemKind> for ExitCode {
    fn from(kind: ProblemKind) -> Self {
        match kind {
            ProblemKind::Other => Self::Other,
            ProblemKind::Usage => Self::Usage,
            ProblemKind::FolderNotFound => Self::FolderNotFound,
            ProblemKind::FileNotFound => Self::FileNotFound,
            ProblemKind::Temporary => Self::Temporary,
            ProblemKind::Permanent | ProblemKind::Ambiguous | ProblemKind::Integrity => Self::Permanent,
            ProblemKind::Account | ProblemKind::Harmful => Self::Account,
            ProblemKind::Quota => Self::Quota,
            ProblemKind::Login => Self::Login,
            ProblemKind::TransferLimit => Self::TransferLimit,
            ProblemKind::TimeLimit => Self::TimeLimit,
            ProblemKind::Interrupted => Self::Interrupted,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
