//! Every error of the layers below as the user is told: a sentence that names the object, a hint, and the kind that
//! decides the exit code. Both front ends get their sentences here; nothing else writes any.

use std::io;
use std::path::Path;

use crate::api::error::{Advice, ApiError, ErrorKind};
use crate::config::ConfigError;
use crate::handle::NodeHandle;
use crate::local::{LocalError, NameError};
use crate::message::{Problem, ProblemKind};
use crate::session::LoginError;
use crate::session::change::ChangeError;
use crate::store::credentials::CredentialsError;
use crate::store::loans::LentFile;
use crate::transfer::TransferError;
use crate::tree::{Access, PathError};

/// Returns what is told of a failed call. `what` says what was tried, as in `list "work:"`.
#[must_use]
pub fn of_api(what: &str, error: &ApiError) -> Problem {
    advised(what, &error.advice())
}

/// Returns what is told of a failed login to an account.
#[must_use]
pub fn of_login(email: &str, error: &LoginError) -> Problem {
    advised(&format!("log in as {email}"), &error.advice())
}

/// Returns what is told of credentials that cannot be read or written.
#[must_use]
pub fn of_credentials(account: &str, error: &CredentialsError) -> Problem {
    let (kind, hint) = match error {
        CredentialsError::None => (ProblemKind::Login, "Log in."),
        CredentialsError::Exposed { .. } => (ProblemKind::Login, "Make it readable by you only (chmod 600)."),
        CredentialsError::Sealed => (ProblemKind::Login, "Log in again."),
        CredentialsError::WrongPassphrase => (ProblemKind::Login, "Check the passphrase, or log in again."),
        CredentialsError::PassphraseNeeded => (ProblemKind::Login, "Give the passphrase."),
        CredentialsError::Io { .. } => (ProblemKind::Permanent, "Check the disk and the permissions."),
    };
    let reason = with_source(error);
    Problem::new(kind, format!("Cannot use the stored login of \"{account}\": {reason}"), hint)
}

/// Returns what is told of a configuration that cannot be read or changed.
#[must_use]
pub fn of_config(error: &ConfigError) -> Problem {
    let (kind, hint) = match error {
        ConfigError::NoHome => {
            (ProblemKind::Usage, "Set MEGAPANE_CONFIG_DIR, MEGAPANE_CACHE_DIR and MEGAPANE_STATE_DIR.")
        }
        ConfigError::Disk { .. } => (ProblemKind::Permanent, "Check the disk and the permissions."),
        ConfigError::Exposed { .. } => (ProblemKind::Permanent, "Make it readable by you only (chmod 600)."),
        ConfigError::Syntax { .. } => {
            (ProblemKind::Other, "Mend that line, or move the file away to start anew.")
        }
        ConfigError::BadName { .. } => (ProblemKind::Usage, "Choose another name."),
        ConfigError::NameTaken { .. } => {
            (ProblemKind::Usage, "Choose another name; capitals alone do not tell two names apart.")
        }
        ConfigError::UnknownAccount { .. } => {
            (ProblemKind::Other, "`megapane config list` names the remotes that there are.")
        }
        ConfigError::FromEnvironment { .. } => (ProblemKind::Usage, "Change the variable instead."),
        ConfigError::IncompleteEnvironment { .. } => (ProblemKind::Usage, "Set it, or take the others away."),
        ConfigError::BadServer { .. } => (ProblemKind::Usage, "Check the address."),
    };
    Problem::new(kind, capital(&with_source(error)), hint)
}

/// Returns what is told of a path that leads nowhere. `account` is put before the path.
#[must_use]
pub fn of_path(account: &str, error: &PathError) -> Problem {
    match error {
        PathError::NotFound { path } => {
            let hint = "Check the spelling; capitals matter.";
            Problem::new(ProblemKind::FolderNotFound, format!("Cannot find \"{account}:{path}\""), hint)
        }
        PathError::NotAFolder { path } => {
            let message = format!("\"{account}:{path}\" is a file, and a folder is meant");
            Problem::new(ProblemKind::FolderNotFound, message, "")
        }
        PathError::Ambiguous { path, handles } => {
            let (names, count) = (handle_list(handles), handles.len());
            let message =
                format!("\"{account}:{path}\" is ambiguous: {count} entries have this path ({names})");
            Problem::new(
                ProblemKind::Ambiguous,
                message,
                "Name the one you mean by its H:handle, or rename the others.",
            )
        }
    }
}

/// Returns what is told of a change that was refused. `what` says what was tried, as in `rename "a"`.
#[must_use]
pub fn of_change(what: &str, error: &ChangeError) -> Problem {
    let (kind, hint) = match error {
        ChangeError::Api(error) => return of_api(what, error),
        ChangeError::CutShort { error, .. } => {
            let problem = of_change(what, error);
            return Problem {
                message: format!("{}, after a part of it was made", problem.message),
                ..problem
            };
        }
        ChangeError::Gone(_) => (ProblemKind::FileNotFound, "Refresh the view."),
        ChangeError::ReadOnly { access: Access::Write, .. } => {
            (ProblemKind::Permanent, "You may add there, but not rename or delete: ask its owner.")
        }
        ChangeError::ReadOnly { .. } => {
            (ProblemKind::Permanent, "It is shared with you for reading only: ask its owner.")
        }
        ChangeError::Foreign { .. } => {
            (ProblemKind::Permanent, "Copy it, then delete it there for good: `delete --permanent`.")
        }
        ChangeError::NotForOurBin { .. } => {
            (ProblemKind::Permanent, "`--permanent` deletes it there for good.")
        }
        ChangeError::ThrownAway { .. } => (ProblemKind::Permanent, "Restore it first."),
        ChangeError::Oneself => (ProblemKind::Usage, "Name somebody else."),
        ChangeError::Undecryptable(_) => {
            (ProblemKind::Permanent, "Its key is missing: the owner's official client may repair it.")
        }
        ChangeError::Circular { .. } | ChangeError::NotAFolder { .. } => {
            (ProblemKind::Permanent, "Choose another folder.")
        }
        ChangeError::NotReplaceable { .. }
        | ChangeError::Fixed { .. }
        | ChangeError::InBin { .. }
        | ChangeError::NoBin
        | ChangeError::NoContent => (ProblemKind::Permanent, ""),
        ChangeError::ChangedSince { .. } | ChangeError::NothingKnown => {
            (ProblemKind::Permanent, "Look at it there, and change it by hand if it is to be so.")
        }
        ChangeError::NotOurs { .. } => {
            (ProblemKind::Permanent, "Only files and folders of the account itself can.")
        }
        ChangeError::NotLinked { .. } | ChangeError::NotSharedWith { .. } => (ProblemKind::FileNotFound, ""),
        ChangeError::NoSuchUser { .. } => {
            (ProblemKind::Usage, "Check the address; it needs an account at MEGA.")
        }
        ChangeError::KeyStore { .. } => (
            ProblemKind::Permanent,
            "Share it once with MEGA's own program or site; from then on it works here, too.",
        ),
        ChangeError::ExpiryRefused => (ProblemKind::Permanent, "Make the link without an end."),
        ChangeError::BadName { .. } => (ProblemKind::Usage, "Choose another name."),
        ChangeError::ShareKeyUnknown { .. } => (
            ProblemKind::Permanent,
            "Others could not read what is put there: use the official client for this folder.",
        ),
        ChangeError::Journal(_) | ChangeError::LoanNote(_) => {
            (ProblemKind::Permanent, "Check the state folder's disk and permissions; nothing was changed.")
        }
    };
    Problem::new(kind, format!("Cannot {what}: {}", with_source(error)), hint)
}

/// Returns what is told of a file that could not be moved. `what` says what was tried, as in `upload "a"`.
#[must_use]
pub fn of_transfer(what: &str, error: &TransferError) -> Problem {
    match error {
        TransferError::Disk(error) => of_local(what, error),
        TransferError::Change(error) => of_change(what, error),
        TransferError::Api(error) => of_api(what, error),
        TransferError::Storage(error) => advised(what, &error.advice()),
        TransferError::GaveUp(reason) => of_api(what, &ApiError::GaveUp(*reason)),
        TransferError::SourceChanged { .. } => {
            let hint = "Try again once it has stopped changing.";
            Problem::new(ProblemKind::Temporary, format!("Cannot {what}: {error}"), hint)
        }
        TransferError::Damaged { .. } | TransferError::SizeDiffers { .. } => {
            let hint = "Nothing was kept. Try again; if it stays so, the file is damaged in the cloud.";
            Problem::new(ProblemKind::Integrity, format!("Cannot {what}: {error}"), hint)
        }
        TransferError::Cancelled => Problem::new(ProblemKind::Interrupted, format!("Stopped: {what}"), ""),
    }
}

/// Returns what is told where the file that an upload replaces did not go to the bin. `what` as in `upload "a"`.
#[must_use]
pub fn not_trashed(what: &str, error: &ChangeError) -> Problem {
    let problem = of_change(&format!("{what} in full: the old file is still beside it"), error);
    Problem { hint: "Put the older of the two into the rubbish bin.".to_owned(), ..problem }
}

/// Returns what is told of a file that changed while it was uploaded, and is sent anew.
#[must_use]
pub fn source_changed(path: &str) -> Problem {
    let message = format!("\"{path}\" changed: its upload starts over");
    Problem::new(ProblemKind::Temporary, message, "")
}

/// Returns what is told of something on the disk that did not work. `what` says what was tried, as in `download "a"`.
#[must_use]
pub fn of_local(what: &str, error: &LocalError) -> Problem {
    if error.is_disk_full() {
        let hint = "Make room on the disk and try again.";
        return Problem::new(ProblemKind::Permanent, format!("Cannot {what}: {}", with_source(error)), hint);
    }
    let (kind, hint) = match error {
        LocalError::Io { source, .. } => io_advice(source),
        LocalError::NoSpace { .. } => (ProblemKind::Permanent, "Make room on the disk and try again."),
        LocalError::LinkInTheWay { .. } => {
            (ProblemKind::Permanent, "Replace the link by a folder, or choose another target.")
        }
        LocalError::FileInTheWay { .. } | LocalError::NotAFile { .. } => {
            (ProblemKind::Permanent, "Rename what is in the way, or choose another target.")
        }
        LocalError::Exists { .. } => {
            (ProblemKind::Permanent, "It appeared meanwhile: copy again to be asked about it.")
        }
    };
    Problem::new(kind, format!("Cannot {what}: {}", with_source(error)), hint)
}

/// Returns what is told of a failed call of the system. `what` as in `open "/x"`; the path need not be repeated.
#[must_use]
pub fn of_io(what: &str, error: &io::Error) -> Problem {
    let (kind, hint) = io_advice(error);
    Problem::new(kind, format!("Cannot {what}: {}", io_reason(error)), hint)
}

/// Returns what is told of a local folder that cannot be shown.
#[must_use]
pub fn of_folder(path: &Path, error: &io::Error) -> Problem {
    let problem = of_io(&format!("open \"{}\"", path.display()), error);
    let is_gone = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    Problem { kind: if is_gone { ProblemKind::FolderNotFound } else { problem.kind }, ..problem }
}

/// Returns what is told of an account that is left while files of it have a link that a copy made; `hint` says what becomes
/// of that.
#[must_use]
pub fn of_standing_loans(account: &str, lent: &[LentFile], hint: impl Into<String>) -> Problem {
    let files: Vec<String> =
        lent.iter().take(TOLD_FILES).map(|lent| format!("\"{account}:{lent}\"")).collect();
    let others = match lent.len() - files.len() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let message = format!(
        "Cannot remove the public link that a copy made of {}{others}: it is still there",
        files.join(", ")
    );
    Problem::new(ProblemKind::Temporary, message, hint)
}

/// Returns what is told where something got a planned name before the copy came to it.
#[must_use]
pub fn appeared(what: &str) -> Problem {
    let hint = "Copy again to be asked about it.";
    Problem::new(
        ProblemKind::Permanent,
        format!("Cannot {what}: something of that name appeared meanwhile"),
        hint,
    )
}

/// Returns what is told of a name that the other side cannot have.
#[must_use]
pub fn of_name(path: &str, error: &NameError) -> Problem {
    Problem::new(ProblemKind::Permanent, format!("Cannot copy \"{path}\": {error}"), "Rename it.")
}

/// Returns what is told of a name that nothing in the cloud can have.
#[must_use]
pub fn not_in_cloud(path: &str, error: &ChangeError) -> Problem {
    Problem::new(ProblemKind::Permanent, format!("Cannot copy \"{path}\": {error}"), "Rename it.")
}

/// Returns what is told of a node whose key or name cannot be read.
#[must_use]
pub fn undecryptable(label: &str) -> Problem {
    let message = format!("Cannot copy \"{label}\": its key or its name cannot be read");
    Problem::new(ProblemKind::Integrity, message, "The owner's official client may repair it.")
}

/// Returns what is told where something would be copied onto itself.
#[must_use]
pub fn itself(label: &str) -> Problem {
    Problem::new(
        ProblemKind::Usage,
        format!("\"{label}\" cannot be copied onto itself"),
        "Choose another name or folder.",
    )
}

/// Returns what is told of work that ended in a fault of ours. `what` says what was tried, as in `download "a"`.
#[must_use]
pub fn broke_down(what: &str) -> Problem {
    let hint = "This is a fault of megapane: please report it, with the log file.";
    Problem::new(ProblemKind::Other, format!("Cannot {what}: the program broke down over it"), hint)
}

/// Returns what is told where a command names an account that there is not.
#[must_use]
pub fn unknown_account(name: &str) -> Problem {
    let hint = "`megapane config list` names the remotes that there are.";
    Problem::new(ProblemKind::Usage, format!("Cannot find a remote \"{name}\""), hint)
}

/// Returns the kind that a script would see.
#[must_use]
pub const fn kind(kind: ErrorKind) -> ProblemKind {
    match kind {
        ErrorKind::Other => ProblemKind::Other,
        ErrorKind::Temporary => ProblemKind::Temporary,
        ErrorKind::Permanent => ProblemKind::Permanent,
        ErrorKind::NotFound => ProblemKind::FileNotFound,
        ErrorKind::Account => ProblemKind::Account,
        ErrorKind::Quota => ProblemKind::Quota,
        ErrorKind::Login => ProblemKind::Login,
        ErrorKind::Integrity => ProblemKind::Integrity,
        ErrorKind::Interrupted => ProblemKind::Interrupted,
    }
}

fn advised(what: &str, advice: &Advice) -> Problem {
    Problem::new(kind(advice.kind), format!("Cannot {what}: {}", advice.reason), advice.hint)
}

/// The kind and the hint of what the system said.
fn io_advice(error: &io::Error) -> (ProblemKind, &'static str) {
    match error.kind() {
        io::ErrorKind::NotFound => {
            (ProblemKind::FileNotFound, "Check the spelling; it may have been moved or deleted.")
        }
        io::ErrorKind::PermissionDenied => (ProblemKind::Permanent, "Check the permissions."),
        io::ErrorKind::ReadOnlyFilesystem => {
            (ProblemKind::Permanent, "Choose a place that can be written to.")
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            (ProblemKind::Permanent, "Choose another name.")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            (ProblemKind::Permanent, "Make room on the disk and try again.")
        }
        io::ErrorKind::FileTooLarge => (
            ProblemKind::Permanent,
            "Choose another disk: this one, or a limit set for you, takes no file so large.",
        ),
        io::ErrorKind::NotADirectory => {
            (ProblemKind::Permanent, "Something on the way there is a file: choose another folder.")
        }
        io::ErrorKind::CrossesDevices => {
            (ProblemKind::Permanent, "It is on another disk: copy it, then remove it here.")
        }
        _ => (ProblemKind::Other, ""),
    }
}

/// The system's words without its error number.
fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.find(" (os error").map_or(text.as_str(), |at| &text[..at]);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// An error and what the system said to it.
fn with_source(error: &dyn std::error::Error) -> String {
    match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        Some(source) => format!("{error}: {}", io_reason(source)),
        None => error.to_string(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn handle_list(handles: &[NodeHandle]) -> String {
    let shown: Vec<String> = handles.iter().take(HANDLES_SHOWN).map(|handle| format!("H:{handle}")).collect();
    let rest = handles.len().saturating_sub(HANDLES_SHOWN);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

/// A sentence is no list.
const HANDLES_SHOWN: usize = 5;

/// The backup folder and an end of the copy are not apart.
pub(crate) fn backup_overlaps(end: &str) -> Problem {
    let message = format!("The {end} and the folder of --backup-dir overlap");
    Problem::new(ProblemKind::Harmful, message, "Choose a backup folder outside of it.")
}

/// The backup folder is out of reach of a move.
pub(crate) fn backup_elsewhere() -> Problem {
    let message = "The folder of --backup-dir is not where the target is";
    Problem::new(ProblemKind::Usage, message, "Name a folder of the same account, or of the same disk.")
}

/// Files that are told by name.
const TOLD_FILES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::{Context, ErrorCode};

    #[test]
    fn a_sentence_names_the_object_and_the_reason_and_the_hint_says_what_to_do() {
        let error = ApiError::Refused { code: ErrorCode::OVER_QUOTA, command: "u", context: Context::Upload };
        let problem = of_transfer("upload \"a.iso\"", &TransferError::Api(error));
        assert_eq!(problem.kind, ProblemKind::Quota);
        assert!(problem.message.starts_with("Cannot upload \"a.iso\": "), "{}", problem.message);
        assert!(!problem.hint.is_empty());
    }

    #[test]
    fn what_the_system_says_comes_without_its_number() {
        let source = io::Error::from_raw_os_error(13);
        let error = LocalError::Io { action: "read", path: "/x/a".into(), source };
        let problem = of_local("upload \"a\"", &error);
        assert_eq!(problem.message, "Cannot upload \"a\": cannot read \"/x/a\": permission denied");
        assert_eq!(problem.kind, ProblemKind::Permanent);
    }

    #[test]
    fn an_ambiguous_path_lists_the_handles() {
        let handles = (1..=7).map(|byte| NodeHandle::from_bytes([byte; 6])).collect();
        let problem = of_path("work", &PathError::Ambiguous { path: "a/b".into(), handles });
        assert!(problem.message.contains("work:a/b") && problem.message.contains("H:AQEBAQEB"));
        assert!(problem.message.ends_with("and 2 more)"), "{}", problem.message);
        assert_eq!(problem.kind, ProblemKind::Ambiguous);
    }
}
