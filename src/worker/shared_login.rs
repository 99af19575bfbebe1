//! Whether another remote goes on with the same session ([`other_holder`]): copies of a remote do. Whoever is about to end
//! a session asks here first, since it would end for them all. It opens what the key file opens, asks for no passphrase,
//! and changes nothing. Blocks on the disk.

use std::fmt;
use std::fs;

use crate::config::{Account, Config};
use crate::crypto::session_id::sealed_session_id;
use crate::session::StoredSession;
use crate::store::credentials::{self, CredentialsError, Opener};

/// A remote that goes on with the session of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherHolder {
    /// The one of this name does.
    Certain(String),
    /// The one of this name is of the same user, and its passphrase would have to tell.
    Possible(String),
}

impl fmt::Display for OtherHolder {
    /// Why the session lives on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certain(name) => write!(f, "not logged out: the remote \"{name}\" has the same session"),
            Self::Possible(name) => write!(
                f,
                "not logged out: the remote \"{name}\" may have the same session; `megapane sessions {name}:` lists them"
            ),
        }
    }
}

/// Returns who else has the session of `account`; `stored` is what is kept of it. Ask before its own file changes.
#[must_use]
pub fn other_holder(config: &Config, account: &Account, stored: &StoredSession) -> Option<OtherHolder> {
    let others =
        config.accounts.iter().filter(|other| other.name != account.name && other.password.is_none());
    let mut possible = None;
    for other in others {
        match holder(config, account, other, stored) {
            Some(certain @ OtherHolder::Certain(_)) => return Some(certain),
            Some(other @ OtherHolder::Possible(_)) => possible = Some(other),
            None => {}
        }
    }
    possible
}

fn holder(
    config: &Config,
    account: &Account,
    other: &Account,
    stored: &StoredSession,
) -> Option<OtherHolder> {
    let folders = &config.folders;
    let (own, file) = (folders.credentials(&account.name), folders.credentials(&other.name));
    let certain = || Some(OtherHolder::Certain(other.name.clone()));
    match credentials::load(&file, Opener::KeyFile(&folders.key_file())) {
        Ok(login) if sealed_session_id(&login.session) == sealed_session_id(&stored.blob) => certain(),
        Err(CredentialsError::PassphraseNeeded) if fs::read(own).ok() == fs::read(file).ok() => certain(),
        Err(CredentialsError::PassphraseNeeded) if other.email == account.email => {
            Some(OtherHolder::Possible(other.name.clone()))
        }
        Ok(_) | Err(_) => None,
    }
}
