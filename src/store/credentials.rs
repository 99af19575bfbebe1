//! The sealed file of one account's login. The command line and the worker read it to go on without a password and
//! write it after a login; nobody else opens it.
//!
//! Layout: magic, how the key is made (1 byte), Argon2id costs and salt, nonce, then XChaCha20-Poly1305 of the content.
//! The whole head is authenticated with it, so nothing of the file can be changed unseen.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::private_file::{self, PrivateFileError};
use crate::secret::Secret;

/// What opens the file.
#[derive(Clone, Copy, Debug)]
pub enum Opener<'a> {
    /// The key file in the state folder, made on first use (default).
    KeyFile(&'a Path),
    /// A passphrase, stretched by Argon2id: about a fifth of a second, off the async threads please.
    Passphrase(&'a Secret),
}

/// One account's login, as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The session blob, which opens nothing without the server's half of its key (`crypto::session_id::seal`).
    pub session: Vec<u8>,
    /// The user's handle, as text.
    pub user: String,
}

/// The file cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// There is no such file: never logged in, or logged out.
    #[error("no login is stored")]
    None,
    /// Other users may read the sealed file or its key.
    #[error("other users may read \"{}\"", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The key file is another one, or somebody changed the file.
    #[error("the stored login does not open: its key is another one, or the file is damaged")]
    Sealed,
    /// The passphrase is another one; or somebody changed the file, which is the same to a seal.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// It is sealed with a passphrase and the key file was tried.
    #[error("the stored login is sealed with a passphrase")]
    PassphraseNeeded,
    /// The disk refused.
    #[error("cannot read or write \"{}\"", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Opens the sealed file.
pub fn load(path: &Path, opener: Opener<'_>) -> Result<Credentials, CredentialsError> {
    let bytes = read(path)?.ok_or(CredentialsError::None)?;
    let (head, sealed) = Head::parse(&bytes).ok_or(CredentialsError::Sealed)?;
    let key = match (&head.key, opener) {
        (KeySource::File, Opener::KeyFile(key_path)) => {
            read_key(key_path)?.ok_or(CredentialsError::Sealed)?
        }
        (KeySource::Passphrase(costs), Opener::Passphrase(passphrase)) => stretch(passphrase, costs)?,
        (KeySource::Passphrase(_), Opener::KeyFile(_)) => return Err(CredentialsError::PassphraseNeeded),
        (KeySource::File, Opener::Passphrase(_)) => return Err(CredentialsError::Sealed),
    };
    let clear = cipher(&key)
        .decrypt(&XNonce::from(head.nonce), Payload { msg: sealed, aad: &bytes[..HEAD_BYTES] })
        .map(Zeroizing::new)
        .ok()
        .ok_or(match head.key {
            KeySource::File => CredentialsError::Sealed,
            KeySource::Passphrase(_) => CredentialsError::WrongPassphrase,
        })?;
    serde_json::from_slice(&clear).ok().ok_or(CredentialsError::Sealed)
}

/// Seals the credentials and writes the file in one step, readable by the user alone.
pub fn save(path: &Path, credentials: &Credentials, opener: Opener<'_>) -> Result<(), CredentialsError> {
    let (source, key) = match opener {
        Opener::KeyFile(key_path) => (KeySource::File, key_or_new(key_path)?),
        Opener::Passphrase(passphrase) => {
            let costs = Costs { salt: random(path)?, ..Costs::NOW };
            let key = stretch(passphrase, &costs)?;
            (KeySource::Passphrase(costs), key)
        }
    };
    let head = Head { key: source, nonce: random(path)? };
    let mut bytes = head.bytes().to_vec();
    let clear =
        Zeroizing::new(serde_json::to_vec(credentials).map_err(|error| io_error(path, error.into()))?);
    let sealed = cipher(&key)
        .encrypt(&XNonce::from(head.nonce), Payload { msg: &clear, aad: &bytes })
        .ok()
        .ok_or(CredentialsError::Sealed)?;
    bytes.extend_from_slice(&sealed);
    private_file::write(path, &bytes).map_err(|source| io_error(path, source))
}

/// Removes the file; one that is not there is fine.
pub fn remove(path: &Path) -> Result<(), CredentialsError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What stands before the sealed content.
struct Head {
    key: KeySource,
    nonce: [u8; NONCE_BYTES],
}

/// How the key is made.
enum KeySource {
    File,
    Passphrase(Costs),
}

/// What Argon2id works with.
struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: [u8; SALT_BYTES],
}

impl Costs {
    /// For new files: 64 MiB, 3 passes (the second choice of RFC 9106, section 4).
    const NOW: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1, salt: [0; SALT_BYTES] };

    /// A file may ask for more than we would write, but not for so much that opening it is an attack.
    fn is_bearable(&self) -> bool {
        (8..=1024 * 1024).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

impl Head {
    fn bytes(&self) -> [u8; HEAD_BYTES] {
        let unused = Costs { memory_kib: 0, passes: 0, lanes: 0, salt: [0; SALT_BYTES] };
        let (kind, costs) = match &self.key {
            KeySource::File => (0, &unused),
            KeySource::Passphrase(costs) => (1, costs),
        };
        let mut bytes = [0; HEAD_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = kind;
        bytes[9..13].copy_from_slice(&costs.memory_kib.to_le_bytes());
        bytes[13..17].copy_from_slice(&costs.passes.to_le_bytes());
        bytes[17..21].copy_from_slice(&costs.lanes.to_le_bytes());
        bytes[21..37].copy_from_slice(&costs.salt);
        bytes[37..].copy_from_slice(&self.nonce);
        bytes
    }

    /// Splits a file into its head and the sealed content.
    fn parse(file: &[u8]) -> Option<(Self, &[u8])> {
        let (bytes, sealed) = file.split_first_chunk::<HEAD_BYTES>()?;
        let number = |at: usize| bytes[at..at + 4].try_into().ok().map(u32::from_le_bytes);
        if bytes[..8] != *MAGIC {
            return None;
        }
        let costs = Costs {
            memory_kib: number(9)?,
            passes: number(13)?,
            lanes: number(17)?,
            salt: bytes[21..37].try_into().ok()?,
        };
        let key = match bytes[8] {
            0 => KeySource::File,
            1 if costs.is_bearable() => KeySource::Passphrase(costs),
            _ => return None,
        };
        Some((Self { key, nonce: bytes[37..].try_into().ok()? }, sealed))
    }
}

type Key = Zeroizing<[u8; 32]>;

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&**key).into())
}

fn stretch(passphrase: &Secret, costs: &Costs) -> Result<Key, CredentialsError> {
    let mut key = Key::default();
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(key.len()))
        .ok()
        .ok_or(CredentialsError::Sealed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), &costs.salt, &mut *key)
        .ok()
        .ok_or(CredentialsError::Sealed)?;
    Ok(key)
}

fn key_or_new(path: &Path) -> Result<Key, CredentialsError> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    let key: Key = Zeroizing::new(random(path)?);
    match private_file::write_new(path, &*key) {
        Ok(()) => Ok(key),
        // Another process made one in between: that is the key now.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            read_key(path)?.ok_or_else(|| io_error(path, error))
        }
        Err(error) => Err(io_error(path, error)),
    }
}

/// Returns the key in a key file, `None` where there is no file.
fn read_key(path: &Path) -> Result<Option<Key>, CredentialsError> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    let key = <[u8; 32]>::try_from(bytes.as_slice()).ok().ok_or(CredentialsError::Sealed)?;
    Ok(Some(Zeroizing::new(key)))
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, CredentialsError> {
    match private_file::read(path, MAX_FILE_BYTES) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(PrivateFileError::Missing) => Ok(None),
        Err(PrivateFileError::Exposed) => Err(CredentialsError::Exposed { path: path.to_owned() }),
        Err(PrivateFileError::Io(source)) => Err(io_error(path, source)),
    }
}

fn random<const N: usize>(path: &Path) -> Result<[u8; N], CredentialsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io_error(path, io::Error::other(error.to_string())))?;
    Ok(bytes)
}

fn io_error(path: &Path, source: io::Error) -> CredentialsError {
    CredentialsError::Io { path: path.to_owned(), source }
}

/// Name and version of the layout.
const MAGIC: &[u8; 8] = b"megapan\x01";

const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;

/// Magic 8, key source 1, costs 3 × 4, salt 16, nonce 24.
const HEAD_BYTES: usize = 8 + 1 + 12 + SALT_BYTES + NONCE_BYTES;

/// A sealed login is a few hundred bytes; the bound keeps a swapped file from filling memory.
const MAX_FILE_BYTES: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap() }
        }

        fn file(&self) -> PathBuf {
            self.folder.path().join("credentials/work.sealed")
        }

        fn key(&self) -> PathBuf {
            self.folder.path().join("state/key")
        }
    }

    fn credentials() -> Credentials {
        Credentials { session: b"sixty bytes of session".to_vec(), user: "AQIDBAUGBwg".to_owned() }
    }

    #[test]
    fn what_is_sealed_by_the_key_file_comes_back_and_is_not_readable() {
        let place = Place::new();
        let (file, key) = (place.file(), place.key());
        save(&file, &credentials(), Opener::KeyFile(&key)).unwrap();
        assert!(load(&file, Opener::KeyFile(&key)).unwrap() == credentials());

        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"sixty" || window == b"AQIDB"));
        save(&file, &credentials(), Opener::KeyFile(&key)).unwrap();
        assert_ne!(fs::read(&file).unwrap(), bytes, "a nonce must never come twice");
    }

    #[test]
    fn a_passphrase_opens_only_what_it_sealed() {
        let place = Place::new();
        let (file, key) = (place.file(), place.key());
        let (right, wrong) = (Secret::from("correct horse"), Secret::from("correct house"));
        save(&file, &credentials(), Opener::Passphrase(&right)).unwrap();
        assert!(load(&file, Opener::Passphrase(&right)).unwrap() == credentials());
        assert!(matches!(load(&file, Opener::Passphrase(&wrong)), Err(CredentialsError::WrongPassphrase)));
        assert!(matches!(load(&file, Opener::KeyFile(&key)), Err(CredentialsError::PassphraseNeeded)));
        assert!(!key.exists());
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let place = Place::new();
        let (file, key) = (place.file(), place.key());
        save(&file, &credentials(), Opener::KeyFile(&key)).unwrap();
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            private_file::write(&file, &bytes).unwrap();
            let refused = load(&file, Opener::KeyFile(&key)).err();
            assert!(
                matches!(refused, Some(CredentialsError::Sealed | CredentialsError::PassphraseNeeded)),
                "byte {at}: {refused:?}"
            );
        }
        for length in [0, HEAD_BYTES - 1, HEAD_BYTES, whole.len() - 1] {
            private_file::write(&file, &whole[..length]).unwrap();
            assert!(matches!(load(&file, Opener::KeyFile(&key)), Err(CredentialsError::Sealed)), "{length}");
        }
    }

    #[test]
    fn costs_that_would_take_all_memory_are_refused_before_they_are_paid() {
        let place = Place::new();
        let costs = Costs { memory_kib: u32::MAX, ..Costs::NOW };
        let head = Head { key: KeySource::Passphrase(costs), nonce: [0; NONCE_BYTES] };
        private_file::write(&place.file(), &head.bytes()).unwrap();
        let refused = load(&place.file(), Opener::Passphrase(&Secret::from("x")));
        assert!(matches!(refused, Err(CredentialsError::Sealed)));
    }

    #[test]
    fn another_key_file_does_not_open_it_and_a_missing_one_is_not_made_by_reading() {
        let place = Place::new();
        let (file, key) = (place.file(), place.key());
        save(&file, &credentials(), Opener::KeyFile(&key)).unwrap();
        fs::remove_file(&key).unwrap();
        assert!(matches!(load(&file, Opener::KeyFile(&key)), Err(CredentialsError::Sealed)));
        assert!(!key.exists());
        private_file::write(&key, &[7; 32]).unwrap();
        assert!(matches!(load(&file, Opener::KeyFile(&key)), Err(CredentialsError::Sealed)));
    }

    #[test]
    fn a_missing_file_is_told_apart_and_can_be_removed_again() {
        let place = Place::new();
        assert!(matches!(load(&place.file(), Opener::KeyFile(&place.key())), Err(CredentialsError::None)));
        remove(&place.file()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_the_user_alone_and_refused_otherwise() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::new();
        let (file, key) = (place.file(), place.key());
        save(&file, &credentials(), Opener::KeyFile(&key)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&file), mode(&key)], [0o600; 2]);
        assert_eq!([mode(file.parent().unwrap()), mode(key.parent().unwrap())], [0o700; 2]);
        for exposed in [&key, &file] {
            fs::set_permissions(exposed, fs::Permissions::from_mode(0o644)).unwrap();
            let refused = load(&file, Opener::KeyFile(&key)).err();
            assert!(
                matches!(&refused, Some(CredentialsError::Exposed { path }) if path == exposed),
                "{refused:?}"
            );
        }
    }
}
