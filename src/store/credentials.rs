//! Sealed sessions.
use crate::secret::Secret;
use std::path::Path;
/// What opens the file.
pub enum Opener<'a> {
    /// The key file in the state folder (default).
    KeyFile(&'a Path),
    /// A passphrase (Argon2id).
    Passphrase(&'a Secret),
}
/// One account's sealed content.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The 60-byte session blob.
    pub session: Vec<u8>,
    /// User handle text.
    pub user: String,
}
/// Failed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// No such file: never logged in.
    #[error("no login is stored")]
    None,
    /// Others may read it.
    #[error("others may read {path}")]
    Exposed {
        /// The file.
        path: std::path::PathBuf,
    },
    /// Wrong passphrase or damaged.
    #[error("the passphrase is wrong or the file is damaged")]
    Sealed,
    /// It is sealed with a passphrase and none was given.
    #[error("a passphrase is needed")]
    PassphraseNeeded,
    /// Disk.
    #[error("cannot read or write {path}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
/// Reads.
pub fn load(_path: &Path, _opener: Opener<'_>) -> Result<Credentials, CredentialsError> {
    todo!()
}
/// Writes (0600, atomically).
pub fn save(_path: &Path, _credentials: &Credentials, _opener: Opener<'_>) -> Result<(), CredentialsError> {
    todo!()
}
/// Removes.
pub fn remove(_path: &Path) -> Result<(), CredentialsError> {
    todo!()
}
