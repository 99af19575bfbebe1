//! The key that two users have in common without having agreed on it: what a share's key is sent under (`pk`). Used to read
//! share keys that wait for their receiver. Source: meganz/sdk `src/megaclient.cpp`, `KeyManager::computeSymmetricKey`,
//! `decryptShareKeyFrom`; `src/user.cpp`, `AuthRing::fingerprint`.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::key::{KeyBytes, ShareKey, ecb_decrypt};

/// The first bytes of the hash of a public key, by which an account remembers the keys of its contacts.
pub type KeyPrint = [u8; 20];

/// The private X25519 key of an account.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ExchangeKey([u8; 32]);

impl ExchangeKey {
    /// Takes raw bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Decrypts a share key that somebody with this public key sent. `None` for public keys that lead to no secret, and
    /// where `sealed` is not 16 bytes.
    #[must_use]
    pub fn open_share_key(&self, public: &[u8; 32], sealed: &[u8]) -> Option<ShareKey> {
        let mut bytes = KeyBytes::try_from(sealed).ok()?;
        ecb_decrypt(&*self.pairwise(public)?, &mut bytes);
        Some(ShareKey::from_bytes(bytes))
    }

    fn pairwise(&self, public: &[u8; 32]) -> Option<Zeroizing<KeyBytes>> {
        let shared = StaticSecret::from(self.0).diffie_hellman(&PublicKey::from(*public));
        if !shared.was_contributory() {
            return None;
        }
        let extracted = Zeroizing::new(hmac(&[], shared.as_bytes())?);
        let expanded = Zeroizing::new(hmac(&*extracted, PURPOSE)?);
        expanded.first_chunk().copied().map(Zeroizing::new)
    }
}

impl fmt::Debug for ExchangeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExchangeKey(***)")
    }
}

/// Returns by what an account remembers a public key.
#[must_use]
pub fn print_of(public: &[u8]) -> KeyPrint {
    let hash: [u8; 32] = Sha256::digest(public).into();
    let mut print = KeyPrint::default();
    print.copy_from_slice(&hash[..20]);
    print
}

fn hmac(key: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().into())
}

const PURPOSE: &[u8] = b"strongvelope pairwise key\x01";

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by a program of its own: Python's `hashlib` and `hmac`, the ladder of RFC 7748 written down in Python, and
    /// openssl's AES. The public key is Bob's of section 6.1 there.
    #[test]
    fn the_key_in_common_opens_what_was_sent_under_it() {
        let own = hex("77076d0a7318a57d3c16c17251b26645df4c2f92ebc0992ac177fba51db92c2a");
        let public = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        let sealed: [u8; 16] = hex("493654f95ac7ddd3389449b26772de40");
        let key = ExchangeKey::from_bytes(own);
        let plain: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        assert_eq!(key.open_share_key(&public, &sealed), Some(ShareKey::from_bytes(plain)));
        assert_eq!(print_of(&public), hex("f35e5616160a30bf3c6e79fa73c576d40205e8fc"));
        assert_eq!(key.open_share_key(&public, &sealed[..15]), None);
        assert_eq!(key.open_share_key(&[0; 32], &sealed), None, "no secret comes of that");
        assert_eq!(format!("{key:?}"), "ExchangeKey(***)");
    }

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    }
}
