//! Keys of shared folders on the wire: the legacy `ok` entries with their proof `ha`, and `sk` of inbound shares. The
//! keyring opens them, the session writes them. `master` is the master key, set up for use.

use super::key::{KeyBytes, KeyCipher, ShareKey};
use super::rsa::PrivateKey;
use crate::handle::NodeHandle;

/// The `ha` of an outgoing share: the folder's handle text twice, under the master key. It proves that the entry is ours.
#[must_use]
pub fn proof(folder: NodeHandle, master: &KeyCipher) -> [u8; 16] {
    let mut block = KeyBytes::default();
    let text = folder.to_string();
    for (byte, letter) in block.iter_mut().zip(text.bytes().cycle()) {
        *byte = letter;
    }
    master.encrypt(&mut block);
    block
}

/// The share key under the master key, as `k` of an `ok` entry.
#[must_use]
pub fn wrap(key: &ShareKey, master: &KeyCipher) -> [u8; 16] {
    let mut bytes = *key.bytes();
    master.encrypt(&mut bytes);
    bytes
}

/// The share key of an `ok` entry with wrapped key `k` and proof `ha`. `None` when the proof does not fit, and for the
/// all-zero entries that mean "look into `^!keys`".
#[must_use]
pub fn open_outgoing(folder: NodeHandle, k: &[u8], ha: &[u8], master: &KeyCipher) -> Option<ShareKey> {
    if k.iter().all(|&byte| byte == 0) || ha != proof(folder, master) {
        return None;
    }
    unwrap(k, master)
}

/// The share key in `sk` of an inbound share: 16 bytes are under the master key, more are RSA-encrypted to us.
#[must_use]
pub fn open_inbound(sk: &[u8], master: &KeyCipher, private: Option<&PrivateKey>) -> Option<ShareKey> {
    if sk.len() == 16 {
        return unwrap(sk, master);
    }
    let key = private?.decrypt_key(sk, 16)?;
    Some(ShareKey::from_bytes(key.try_into().ok()?))
}

fn unwrap(wrapped: &[u8], master: &KeyCipher) -> Option<ShareKey> {
    let mut bytes = KeyBytes::try_from(wrapped).ok()?;
    master.decrypt(&mut bytes);
    Some(ShareKey::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (NodeHandle, KeyCipher, ShareKey) {
        (NodeHandle::from_bytes([1; 6]), KeyCipher::new(&[2; 16]), ShareKey::from_bytes([3; 16]))
    }

    #[test]
    fn outgoing_entry_is_taken_with_its_own_proof_only() {
        let (folder, master, key) = sample();
        let (k, ha) = (wrap(&key, &master), proof(folder, &master));
        assert_eq!(open_outgoing(folder, &k, &ha, &master), Some(key));
        let other = NodeHandle::from_bytes([9; 6]);
        assert_eq!(open_outgoing(other, &k, &ha, &master), None);
        assert_eq!(open_outgoing(folder, &k, &[], &master), None);
        assert_eq!(open_outgoing(folder, &[0; 16], &ha, &master), None, "zero means unknown");
        assert_eq!(open_outgoing(folder, &k[..15], &ha, &master), None);
    }

    #[test]
    fn inbound_key_of_odd_length_needs_the_private_key() {
        let (_, master, key) = sample();
        assert_eq!(open_inbound(&wrap(&key, &master), &master, None), Some(key));
        assert_eq!(open_inbound(&[0; 200], &master, None), None);
        assert_eq!(open_inbound(&[], &master, None), None);
    }
}
