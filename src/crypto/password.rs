//! From the password to the password key and to what proves it to the server, for both account versions.
//! Called by the login, off the async threads: each derivation takes tens of milliseconds.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};
use sha2::{Digest, Sha256, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::key::{KeyBytes, KeyCipher, MasterKey, PasswordKey};
use crate::handle::base64_encode;

/// Version 1: key from the password's UTF-16 code units, packed as the official clients do it.
///
/// Unit `i` is OR-ed into 32-bit word `i / 4`, shifted left by `24 - 8 * (i mod 4)`: ASCII packs as bytes, wider units
/// spill into the byte before (meganz/sdk `src/megaclient.cpp`, `MegaClient::pw_key`, `utf8_to_a32forjs`; vectors
/// `login_v1`).
#[must_use]
pub fn v1_key(password: &str) -> PasswordKey {
    let units: Zeroizing<Vec<u16>> = Zeroizing::new(password.encode_utf16().collect());
    let mut packed = Zeroizing::new(Vec::with_capacity(units.len() + 4));
    for units in units.chunks(4) {
        let word =
            units.iter().zip([24, 16, 8, 0]).fold(0, |word, (&unit, shift)| word | u32::from(unit) << shift);
        packed.extend_from_slice(&word.to_be_bytes());
    }
    v1_stretch(&packed)
}

/// Version 1 as other clients do it: from the UTF-8 bytes. The same for ASCII; worth a second try for other passwords.
#[must_use]
pub fn v1_key_utf8(password: &str) -> PasswordKey {
    v1_stretch(password.as_bytes())
}

/// Version 1: user hash of an e-mail (lower-cased here), 11 characters.
#[must_use]
pub fn v1_user_hash(email: &str, key: &PasswordKey) -> String {
    let mut block = Block::default();
    for (i, byte) in email.to_lowercase().bytes().enumerate() {
        block[i % 16] ^= byte;
    }
    let cipher = Aes128::new(key.bytes().into());
    for _ in 0..V1_HASH_ROUNDS {
        cipher.encrypt_block(&mut block);
    }
    base64_encode(&[&block[..4], &block[8..12]].concat())
}

/// Version 2: password key and user hash (22 characters) by PBKDF2-HMAC-SHA-512. `salt` as decoded from `us0`.
#[must_use]
pub fn v2_keys(password: &str, salt: &[u8]) -> (PasswordKey, String) {
    let mut derived = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, V2_ROUNDS, &mut derived);
    let (halves, _) = derived.as_chunks::<16>();
    let keys = (PasswordKey::from_bytes(halves[0]), base64_encode(&halves[1]));
    derived.zeroize();
    keys
}

/// Version 2: salt from the client random value that an account was made with (for servers).
#[must_use]
pub fn v2_salt(client_random: &[u8; 16]) -> [u8; 32] {
    let mut padded = [b'P'; 200];
    padded[..7].copy_from_slice(b"mega.nz");
    Sha256::new().chain_update(padded).chain_update(client_random).finalize().into()
}

/// Decrypts the master key (`k` of the answer to `us`, 16 bytes); `None` for another length.
/// A wrong password key gives a wrong master key; the private key or `tsid` tells.
#[must_use]
pub fn unwrap_master_key(wrapped: &[u8], key: &PasswordKey) -> Option<MasterKey> {
    let mut bytes = KeyBytes::try_from(wrapped).ok()?;
    KeyCipher::new(key.bytes()).decrypt(&mut bytes);
    Some(MasterKey::from_bytes(bytes))
}

/// Encrypts the master key under the password key: the inverse of [`unwrap_master_key`].
#[must_use]
pub fn wrap_master_key(master: &MasterKey, key: &PasswordKey) -> [u8; 16] {
    let mut bytes = *master.bytes();
    KeyCipher::new(key.bytes()).encrypt(&mut bytes);
    bytes
}

/// Each 16 bytes of the password (zero padded) are an AES key; the state passes through all of them 65536 times.
fn v1_stretch(packed: &[u8]) -> PasswordKey {
    let ciphers: Vec<Aes128> = packed
        .chunks(16)
        .map(|part| {
            let mut key = Zeroizing::new(KeyBytes::default());
            key[..part.len()].copy_from_slice(part);
            Aes128::new((&*key).into())
        })
        .collect();
    let mut state = Block::from(V1_START);
    for _ in 0..V1_KEY_ROUNDS {
        for cipher in &ciphers {
            cipher.encrypt_block(&mut state);
        }
    }
    PasswordKey::from_bytes(state.into())
}

const V1_START: KeyBytes = 0x93C4_67E3_7DB0_C7A4_D1BE_3F81_0152_CB56_u128.to_be_bytes();
const V1_KEY_ROUNDS: u32 = 65_536;
const V1_HASH_ROUNDS: u32 = 16_384;
const V2_ROUNDS: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_password_leaves_the_start_value() {
        assert_eq!(v1_key("").bytes(), &V1_START);
        assert_eq!(v1_key_utf8("").bytes(), &V1_START);
    }

    #[test]
    fn ascii_passwords_do_not_depend_on_the_packing() {
        for password in ["a", "sixteen chars !!", "seventeen chars !"] {
            assert_eq!(v1_key(password), v1_key_utf8(password));
        }
        assert_ne!(v1_key("é"), v1_key_utf8("é"));
    }

    #[test]
    fn master_key_survives_wrapping_and_refuses_other_lengths() {
        let (master, key) = (MasterKey::from_bytes([9; 16]), PasswordKey::from_bytes([3; 16]));
        assert_eq!(unwrap_master_key(&wrap_master_key(&master, &key), &key), Some(master));
        for length in [0, 15, 17, 32] {
            assert_eq!(unwrap_master_key(&vec![0; length], &key), None);
        }
    }
}
