//! Public links whose key is locked with a password (`#P!…`): [`ProtectedLink`]. `link` re-exports it; what it opens to is
//! a [`Link`]. The derivation takes tens of milliseconds and belongs off the async threads.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::{HOST, Link, LinkError, LinkKind};
use crate::crypto::key::random;
use crate::handle::{NodeHandle, base64_decode, base64_encode};

/// A public link whose key is locked with a password (`#P!…`).
#[derive(Clone, PartialEq, Eq)]
pub struct ProtectedLink {
    algorithm: Algorithm,
    kind: LinkKind,
    handle: NodeHandle,
    salt: [u8; 32],
    /// Key XOR the first bytes of what the password gives.
    masked: Vec<u8>,
    mac: [u8; 32],
}

/// The two forms differ in the MAC: the first had key and message exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Swapped,
    Current,
}

/// The password does not open the link (the API's error -14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("wrong password for this link")]
pub struct WrongPassword;

impl ProtectedLink {
    /// Reads a link text of the form `…#P!<base64>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let (_, text) = text.trim().split_once("#P!").ok_or(LinkError::NotALink)?;
        if text.len() > MAX_PROTECTED_TEXT {
            return Err(LinkError::Key);
        }
        Self::from_bytes(&base64_decode(text)).ok_or(LinkError::Key)
    }

    /// Opens it. 100,000 rounds: about 50 ms.
    pub fn open(&self, password: &str) -> Result<Link, WrongPassword> {
        let derived = derive(password, &self.salt);
        if !self.mac_fits(&derived) {
            return Err(WrongPassword);
        }
        let key = Zeroizing::new(masked(&self.masked, &derived));
        Ok(Link { kind: self.kind, handle: self.handle, key: Some(key), inside: None })
    }

    /// Locks a link with a password; `None` when the link has no key. 100,000 rounds: about 50 ms.
    #[must_use]
    pub fn lock(link: &Link, password: &str) -> Option<Self> {
        Self::lock_with_salt(link, password, random())
    }

    /// As [`ProtectedLink::lock`] with a given salt. One salt must not lock two links with the same password.
    #[must_use]
    pub fn lock_with_salt(link: &Link, password: &str, salt: [u8; 32]) -> Option<Self> {
        let derived = derive(password, &salt);
        let masked = masked(link.key.as_ref()?, &derived);
        let (kind, handle) = (link.kind, link.handle);
        let mut locked = Self { algorithm: Algorithm::Current, kind, handle, salt, masked, mac: [0; 32] };
        let (mac_key, message) = locked.mac_parts(&derived);
        locked.mac = hmac(&mac_key, &message)?.finalize().into_bytes().into();
        Some(locked)
    }

    /// The link text.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = [self.head().as_slice(), &self.mac].concat();
        format!("{HOST}/#P!{}", base64_encode(&bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[algorithm, kind], rest) = bytes.split_first_chunk::<2>()?;
        let (handle, rest) = rest.split_first_chunk::<6>()?;
        let (salt, rest) = rest.split_first_chunk::<32>()?;
        let (masked, mac) = rest.split_last_chunk::<32>()?;
        let algorithm = match algorithm {
            1 => Algorithm::Swapped,
            2 => Algorithm::Current,
            _ => return None,
        };
        let kind = match kind {
            0 => LinkKind::Folder,
            1 => LinkKind::File,
            _ => return None,
        };
        let handle = NodeHandle::from_bytes(*handle);
        (masked.len() == kind.key_len()).then(|| Self {
            algorithm,
            kind,
            handle,
            salt: *salt,
            masked: masked.to_vec(),
            mac: *mac,
        })
    }

    /// Everything before the MAC.
    fn head(&self) -> Vec<u8> {
        let algorithm = match self.algorithm {
            Algorithm::Swapped => 1,
            Algorithm::Current => 2,
        };
        let kind = match self.kind {
            LinkKind::Folder => 0,
            LinkKind::File => 1,
        };
        [&[algorithm, kind], &self.handle.bytes()[..], &self.salt, &self.masked].concat()
    }

    /// Key and message of the MAC.
    fn mac_parts(&self, derived: &[u8; 64]) -> (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>) {
        let (secret, head) = (Zeroizing::new(derived[32..].to_vec()), Zeroizing::new(self.head()));
        match self.algorithm {
            Algorithm::Swapped => (head, secret),
            Algorithm::Current => (secret, head),
        }
    }

    fn mac_fits(&self, derived: &[u8; 64]) -> bool {
        let (key, message) = self.mac_parts(derived);
        hmac(&key, &message).is_some_and(|mac| mac.verify_slice(&self.mac).is_ok())
    }
}

impl fmt::Debug for ProtectedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProtectedLink({:?} {})", self.kind, self.handle)
    }
}

fn derive(password: &str, salt: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let mut derived = Zeroizing::new([0; 64]);
    pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, ROUNDS, &mut *derived);
    derived
}

fn masked(key: &[u8], derived: &[u8; 64]) -> Vec<u8> {
    key.iter().zip(derived).map(|(key, mask)| key ^ mask).collect()
}

fn hmac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    Hmac::<Sha256>::new_from_slice(key).ok().map(|mac| mac.chain_update(message))
}

const ROUNDS: u32 = 100_000;
/// 104 bytes as base64 are 139 characters.
const MAX_PROTECTED_TEXT: usize = 200;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOLDER: &str = "https://mega.nz/folder/ABCD-_12#AAECAwQFBgcICQoLDA0ODw";

    #[test]
    fn a_locked_link_opens_with_its_password_only() {
        let link = Link::parse(FOLDER).unwrap();
        let locked = ProtectedLink::lock(&link, "pässwörd").unwrap();
        let read = ProtectedLink::parse(&locked.text()).unwrap();
        assert_eq!(read.open("pässwörd"), Ok(link));
        assert_eq!(read.open("passwort"), Err(WrongPassword));
        let without_key = Link::parse("https://mega.nz/folder/ABCD-_12").unwrap();
        assert!(ProtectedLink::lock(&without_key, "x").is_none());
    }

    #[test]
    fn damaged_locked_links_are_refused() {
        let bytes = [&[2, 1][..], &[7; 6 + 32 + 32 + 32]].concat();
        assert!(ProtectedLink::from_bytes(&bytes).is_some());
        assert!(ProtectedLink::from_bytes(&bytes[..bytes.len() - 1]).is_none());
        for (at, value) in [(0, 0), (0, 3), (1, 0), (1, 2)] {
            let mut changed = bytes.clone();
            changed[at] = value;
            assert!(ProtectedLink::from_bytes(&changed).is_none(), "byte {at} is {value}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(https://mega.nz/)?(#P!)?[A-Za-z0-9!?#/_-]{0,220}") {
            let _ = ProtectedLink::parse(&text);
        }
    }
}
