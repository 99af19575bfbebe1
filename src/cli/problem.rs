//! What the errors of the layers below mean to somebody at a command line: kind (and so the exit code), sentence, hint.
//! Commands say what they were doing; why it failed and what helps stands with the errors themselves where it can.

use crate::api::error::{Advice, ApiError, ErrorKind};
use crate::config::ConfigError;
use crate::message::{Problem, ProblemKind};
use crate::session::change::ChangeError;
use crate::store::credentials::CredentialsError;
use crate::tree::PathError;

/// Says that `doing` (`list "work:"`, `log in as …`) did not work, and why.
pub(crate) fn cannot(doing: &str, advice: &Advice) -> Problem {
    Problem::new(kind_of(advice.kind), format!("cannot {doing}: {}", advice.reason), advice.hint)
}

/// Says that a call of the API did not work while `doing` something.
pub(crate) fn api(doing: &str, error: &ApiError) -> Problem {
    cannot(doing, &error.advice())
}

/// Says why a path of an account leads nowhere. `account` is the name before the colon.
pub(crate) fn path(account: &str, error: &PathError) -> Problem {
    match error {
        PathError::NotFound { path } => Problem::new(
            ProblemKind::FolderNotFound,
            format!("cannot find \"{account}:{path}\""),
            "Names are exact, capitals included; `megapane lsf` lists what is there.",
        ),
        PathError::NotAFolder { path } => Problem::new(
            ProblemKind::FolderNotFound,
            format!("\"{account}:{path}\" is a file where a folder is meant"),
            "Leave out what follows it.",
        ),
        PathError::Ambiguous { path, handles } => {
            let names: Vec<_> = handles.iter().map(|handle| format!("{account}:H:{handle}")).collect();
            Problem::new(
                ProblemKind::Ambiguous,
                format!("\"{account}:{path}\" is ambiguous: it may be {}", names.join(" or ")),
                "Name the one you mean by its handle, as above.",
            )
        }
    }
}

/// Says why a change of an account was refused.
pub(crate) fn change(doing: &str, error: &ChangeError) -> Problem {
    match error {
        ChangeError::Api(error) => api(doing, error),
        ChangeError::Journal(source) => Problem::new(
            ProblemKind::Other,
            format!("cannot {doing}: the undo journal cannot be written: {source}"),
            "Nothing was changed; look at the state folder's space and rights.",
        ),
        ChangeError::Gone(_)
        | ChangeError::ReadOnly { .. }
        | ChangeError::Undecryptable(_)
        | ChangeError::Circular { .. }
        | ChangeError::NotAFolder { .. }
        | ChangeError::NotReplaceable { .. }
        | ChangeError::Fixed { .. }
        | ChangeError::Foreign { .. }
        | ChangeError::InBin { .. }
        | ChangeError::NoBin
        | ChangeError::NoContent
        | ChangeError::BadName { .. }
        | ChangeError::ShareKeyUnknown { .. } => {
            Problem::new(ProblemKind::Permanent, format!("cannot {doing}: {error}"), "")
        }
    }
}

/// Says why the stored login of an account cannot be used.
pub(crate) fn credentials(account: &str, error: &CredentialsError) -> Problem {
    let reconnect = format!("`megapane config reconnect {account}` logs in anew.");
    let (kind, hint) = match error {
        CredentialsError::None | CredentialsError::Sealed => (ProblemKind::Login, reconnect),
        CredentialsError::PassphraseNeeded => {
            (ProblemKind::Login, "Run it on a terminal, or give --passphrase-command.".to_owned())
        }
        CredentialsError::Exposed { path } => (
            ProblemKind::Permanent,
            format!(
                "`chmod 600 '{}'` closes it; then `megapane config reconnect {account}`, in case somebody read it.",
                path.display()
            ),
        ),
        CredentialsError::Io { source, .. } => (ProblemKind::Other, format!("The system says: {source}.")),
    };
    Problem::new(kind, format!("cannot open the remote \"{account}\": {error}"), hint)
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        let (kind, hint) = match &error {
            ConfigError::NoHome => (
                ProblemKind::Other,
                "Set MEGAPANE_CONFIG_DIR, MEGAPANE_CACHE_DIR and MEGAPANE_STATE_DIR.".into(),
            ),
            ConfigError::Disk { source, .. } => (ProblemKind::Other, format!("The system says: {source}.")),
            ConfigError::Exposed { path } => {
                (ProblemKind::Permanent, format!("`chmod 600 '{}'` makes it yours alone.", path.display()))
            }
            ConfigError::Syntax { .. } => {
                (ProblemKind::Other, "Correct that line; `megapane config` writes the file for you.".into())
            }
            ConfigError::UnknownAccount { .. } => (
                ProblemKind::Other,
                "`megapane config list` names the remotes, `megapane config` makes one.".into(),
            ),
            ConfigError::BadName { .. }
            | ConfigError::BadServer { .. }
            | ConfigError::IncompleteEnvironment { .. } => (ProblemKind::Usage, String::new()),
            ConfigError::NameTaken { name } => (
                ProblemKind::Usage,
                format!("Choose another name, or `megapane config delete {name}` first."),
            ),
            ConfigError::FromEnvironment { .. } => {
                (ProblemKind::Usage, "Change its MEGAPANE_REMOTE_… variables instead.".into())
            }
        };
        Self::new(kind, error.to_string(), hint)
    }
}

const fn kind_of(kind: ErrorKind) -> ProblemKind {
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
