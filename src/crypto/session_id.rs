//! The session id, the token that authenticates every request after login, and the sealed blob it is kept in on disk.
//! The login makes them, the store keeps the blob. The id is a secret: nothing here prints it.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::key::{KeyBytes, KeyCipher, MasterKey};
use crate::handle::{UserHandle, base64_encode};

/// 43 bytes that authenticate a session.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SessionId([u8; 43]);

impl SessionId {
    /// Takes raw bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 43]) -> Self {
        Self(bytes)
    }

    /// Returns the raw bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 43] {
        &self.0
    }

    /// The text for `sid=` in a request address, 58 characters.
    #[must_use]
    pub fn text(&self) -> String {
        base64_encode(&self.0)
    }

    /// The user the session belongs to: bytes 16 to 26 are the handle's text. `None` when they are not a handle,
    /// which is also so for the short-lived accounts that log in by `tsid`.
    #[must_use]
    pub fn user(&self) -> Option<UserHandle> {
        std::str::from_utf8(&self.0[16..27]).ok()?.parse().ok()
    }

    /// Takes the `tsid` of an account without RSA key. It is valid when its first 16 bytes, encrypted under the master
    /// key, are its last 16; `None` otherwise.
    #[must_use]
    pub fn from_tsid(tsid: &[u8], master: &MasterKey) -> Option<Self> {
        let bytes = <[u8; 43]>::try_from(tsid).ok()?;
        let mut proof = KeyBytes::default();
        proof.copy_from_slice(&bytes[..16]);
        KeyCipher::new(master.bytes()).encrypt(&mut proof);
        (bytes[27..] == proof).then_some(Self(bytes))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(***)")
    }
}

/// Seals a session for the disk: `01 ‖ AES-ECB(sek, master key) ‖ session id`. Without the `sek`, which the server
/// gives only while the session lives, the master key in it cannot be read (meganz/sdk `src/megaclient.cpp`,
/// `MegaClient::dumpsession`; vectors `session_blob_v1`).
#[must_use]
pub fn seal(sek: &KeyBytes, master: &MasterKey, sid: &SessionId) -> [u8; 60] {
    let mut wrapped = *master.bytes();
    KeyCipher::new(sek).encrypt(&mut wrapped);
    let mut blob = [BLOB_VERSION; 60];
    blob[1..17].copy_from_slice(&wrapped);
    blob[17..].copy_from_slice(sid.bytes());
    blob
}

/// The session id of a sealed blob, which is readable without the key; `None` when it is no such blob.
#[must_use]
pub fn sealed_session_id(blob: &[u8]) -> Option<SessionId> {
    if blob.len() != 60 || blob.first() != Some(&BLOB_VERSION) {
        return None;
    }
    Some(SessionId(blob.get(17..)?.try_into().ok()?))
}

/// Opens a sealed blob with the `sek` that the server gave back; `None` when it is no such blob. A wrong `sek` gives a
/// wrong master key: the private key tells, and without one [`SessionId::from_tsid`].
#[must_use]
pub fn open(sek: &KeyBytes, blob: &[u8]) -> Option<(MasterKey, SessionId)> {
    let sid = sealed_session_id(blob)?;
    let mut master = KeyBytes::try_from(blob.get(1..17)?).ok()?;
    KeyCipher::new(sek).decrypt(&mut master);
    Some((MasterKey::from_bytes(master), sid))
}

const BLOB_VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_opens_with_its_key_only() {
        let (sek, master, sid) = ([4; 16], MasterKey::from_bytes([5; 16]), SessionId([6; 43]));
        let blob = seal(&sek, &master, &sid);
        assert_eq!(sealed_session_id(&blob), Some(sid.clone()));
        assert_eq!(open(&sek, &blob), Some((master.clone(), sid)));
        assert_ne!(open(&[7; 16], &blob).map(|opened| opened.0), Some(master));
    }

    #[test]
    fn other_blobs_are_refused() {
        assert_eq!(sealed_session_id(&[]), None);
        assert_eq!(sealed_session_id(&[1; 59]), None);
        assert_eq!(sealed_session_id(&[2; 60]), None);
        assert_eq!(open(&[0; 16], &[1; 61]), None);
    }

    #[test]
    fn user_inside_is_read_from_its_text() {
        let mut bytes = [0xff; 43];
        assert_eq!(SessionId(bytes).user(), None);
        bytes[16..27].copy_from_slice(b"AQIDBAUGBwg");
        assert_eq!(SessionId(bytes).user().map(UserHandle::bytes), Some([1, 2, 3, 4, 5, 6, 7, 8]));
    }
}
