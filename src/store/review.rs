//! The sealed file that keeps the decisions of an account's duplicates review between runs ([`ReviewFile`]). The worker's
//! review writes and reads it; what stands in it is the worker's business. What is missing, damaged, of another version or
//! of another key is as none, with a line in the log.
//!
//! Layout: magic and version, salt, then one text with its tag, sealed with AES-GCM under a key that HKDF makes of the
//! account's master key and the salt. The salt is new with each writing, so that no key seals twice.

use std::io;
use std::path::{Path, PathBuf};

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::private_file::{self, PrivateFileError};
use crate::crypto::key::{KeyBytes, MasterKey, random};
use crate::handle::UserHandle;

/// Where the decisions about an account are kept.
#[derive(Clone)]
pub struct ReviewFile {
    path: PathBuf,
    master: MasterKey,
    user: UserHandle,
}

impl ReviewFile {
    /// Names the file of an account, which need not be there.
    #[must_use]
    pub fn new(path: PathBuf, master: MasterKey, user: UserHandle) -> Self {
        Self { path, master, user }
    }

    /// Reads what was kept. `None` where there is nothing that can be used; why is logged. Blocks.
    #[must_use]
    pub fn load(&self) -> Option<Zeroizing<Vec<u8>>> {
        let why = match private_file::read(&self.path, MOST_BYTES) {
            Ok(bytes) => return self.open(bytes),
            Err(PrivateFileError::Missing) => return None,
            Err(PrivateFileError::Exposed) => "other users may read or change it".to_owned(),
            Err(PrivateFileError::Io(error)) => error.to_string(),
        };
        tracing::warn!(why, path = %self.path.display(), "the decisions about duplicates are not read");
        None
    }

    /// Writes what is to be kept, as a whole or not at all. Of several processes the last one wins. Blocks.
    pub fn save(&self, text: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(HEAD + text.len() + TAG);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&random::<SALT>());
        bytes.extend_from_slice(text);
        let (head, sealed) = bytes.split_at_mut(HEAD);
        let cipher = self.cipher(&head[MAGIC.len()..])?;
        let tag = cipher.encrypt_inout_detached(&once(), head, sealed.into());
        let tag: [u8; TAG] = tag.map_err(|_too_long| io::Error::from(io::ErrorKind::InvalidInput))?.into();
        bytes.extend_from_slice(&tag);
        private_file::write(&self.path, &bytes)
    }

    /// Removes the file; one that is not there is fine.
    pub fn remove(path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn open(&self, bytes: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(bytes);
        let opened = self.try_open(&mut bytes);
        if opened.is_none() {
            tracing::info!(path = %self.path.display(), "the decisions about duplicates that were kept are of no use");
        }
        opened
    }

    fn try_open(&self, bytes: &mut [u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (head, sealed) = bytes.split_at_mut_checked(HEAD)?;
        let (text, tag) = sealed.split_at_mut_checked(sealed.len().checked_sub(TAG)?)?;
        let tag: [u8; TAG] = (&*tag).try_into().ok()?;
        let salt = head.strip_prefix(MAGIC)?;
        let cipher = self.cipher(salt).ok()?;
        cipher.decrypt_inout_detached(&once(), head, (&mut *text).into(), &tag.into()).ok()?;
        Some(Zeroizing::new(text.to_vec()))
    }

    fn cipher(&self, salt: &[u8]) -> io::Result<Aes128Gcm> {
        let mut key = Zeroizing::new(KeyBytes::default());
        let made = Hkdf::<Sha256>::new(Some(salt), self.master.bytes());
        made.expand_multi_info(&[PURPOSE, &self.user.bytes()], &mut *key).map_err(io::Error::other)?;
        Ok(Aes128Gcm::new((&*key).into()))
    }
}

/// Each key seals once: its nonce may be any.
fn once() -> Nonce<aes_gcm::aead::consts::U12> {
    Nonce::from([0; 12])
}

/// Name of the layout, with its version: any other is not read.
const MAGIC: &[u8; 8] = b"megarev\x01";

/// Bytes of the salt.
const SALT: usize = 16;

/// Bytes before what is sealed.
const HEAD: usize = MAGIC.len() + SALT;

/// Bytes that the seal adds.
const TAG: usize = 16;

/// What the key is made for: no other use of the master key gives the same.
const PURPOSE: &[u8] = b"megapane review";

/// Bytes of a million decisions, by far.
const MOST_BYTES: u64 = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, master: u8) -> ReviewFile {
        let user = UserHandle::from_bytes([7; 8]);
        ReviewFile::new(folder.join("reviews/work.sealed"), MasterKey::from_bytes([master; 16]), user)
    }

    #[test]
    fn what_is_kept_comes_back_and_only_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let kept = file(folder.path(), 1);
        assert!(kept.load().is_none());
        kept.save(b"keep the first").unwrap();
        assert_eq!(kept.load().unwrap().as_slice(), b"keep the first");
        assert!(file(folder.path(), 2).load().is_none(), "another account's key");
        let sealed = std::fs::read(&kept.path).unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"first"));
        kept.save(b"keep the first").unwrap();
        assert_ne!(std::fs::read(&kept.path).unwrap(), sealed, "no key seals twice");
        ReviewFile::remove(&kept.path).unwrap();
        ReviewFile::remove(&kept.path).unwrap();
        assert!(kept.load().is_none());
    }

    #[test]
    fn a_changed_byte_or_a_cut_makes_it_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let kept = file(folder.path(), 1);
        kept.save(b"keep the first").unwrap();
        let whole = std::fs::read(&kept.path).unwrap();
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            private_file::write(&kept.path, &other).unwrap();
            assert!(kept.load().is_none(), "byte {at}");
            private_file::write(&kept.path, &whole[..at]).unwrap();
            assert!(kept.load().is_none(), "cut at {at}");
        }
    }
}
