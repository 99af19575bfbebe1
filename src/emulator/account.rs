//! Accounts and sessions: how a password is checked, what a user has besides nodes. The builder makes accounts, the
//! login commands read them. No nodes here.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::crypto::key::{KeyBytes, MasterKey, PasswordKey, ecb_decrypt, ecb_encrypt, random};
use crate::crypto::password;
use crate::crypto::rsa::PrivateKey;
use crate::crypto::session_id::SessionId;
use crate::handle::{NodeHandle, UserHandle, base64_decode, base64_encode};

/// What an account is to be like; a server is told with [`super::Emulator::add_account`].
///
/// Without more it is a version 2 account with [`PASSWORD`], no second factor and 20 GiB.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub(crate) email: String,
    pub(crate) name: String,
    password: String,
    version_one: bool,
    pub(crate) codes: Vec<String>,
    pub(crate) has_rsa_key: bool,
    pub(crate) storage: u64,
    pub(crate) is_paid: bool,
}

/// The password of the sample account, and of every account that is not given another one. Its keys are constants,
/// so that making such an account costs no key derivation.
pub const PASSWORD: &str = "pane-of-glass-2024";

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Lower case.
    pub(crate) email: String,
    /// Shown by `ug`.
    pub(crate) name: String,
    /// How passwords are checked.
    pub(crate) scheme: Scheme,
    /// The master key under the password key.
    pub(crate) wrapped_master: KeyBytes,
    /// The master key itself, which a real server never has: with it this one can make nodes for a test, and look
    /// into those that a client made.
    pub(crate) escrow: KeyBytes,
    /// `privk`: the private key under the master key; empty for an account without.
    pub(crate) sealed_private_key: Vec<u8>,
    /// Which of the stored keys it is.
    pub(crate) rsa_slot: Option<usize>,
    /// One-time codes that are right; none: no second factor.
    pub(crate) codes: Vec<String>,
    /// Cloud drive, vault, rubbish bin.
    pub(crate) roots: [NodeHandle; 3],
    /// Storage allowance in bytes.
    pub(crate) storage: u64,
    /// Whether it pays: links of others do not end.
    #[serde(default)]
    pub(crate) is_paid: bool,
    /// When it was made, Unix seconds.
    pub(crate) created: i64,
    /// User attributes: value and version, both as sent.
    pub(crate) attributes: BTreeMap<String, (String, String)>,
    /// Share keys that were sent to the user and not acknowledged: by whom, of which folder, as sent.
    #[serde(default)]
    pub(crate) waiting_keys: Vec<(UserHandle, NodeHandle, String)>,
    /// Whether the owner has confirmed, was suspended, or neither.
    pub(crate) standing: Standing,
    /// Transfer allowance; `None` for as much as wanted.
    #[serde(skip)]
    pub(crate) transfer: Option<TransferAllowance>,
}

/// How a server checks a password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Scheme {
    /// Version 1: the user hash itself.
    One {
        /// 11 characters.
        hash: String,
    },
    /// Version 2: half a SHA-256 of the authentication key.
    Two {
        /// 32 bytes.
        salt: Vec<u8>,
        /// First 16 bytes of SHA-256(authentication key).
        proof: KeyBytes,
    },
}

/// Whether an account may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It may.
    Good,
    /// Its e-mail address was never confirmed: −13.
    Unconfirmed,
    /// Suspended: −16.
    Suspended,
}

/// Bytes that may still be downloaded, and when there will be more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransferAllowance {
    /// Bytes left.
    pub(crate) left: u64,
    /// How long a client is told to wait once nothing is left.
    pub(crate) wait: Duration,
    /// When the running wait ends, and how many bytes there are then.
    pub(crate) until: Option<Instant>,
    /// Bytes in a full allowance.
    pub(crate) full: u64,
}

/// One login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Whose.
    pub(crate) user: UserHandle,
    /// What the client chose to seal its stored session with.
    pub(crate) sek: Option<String>,
    /// Unix seconds.
    pub(crate) created: i64,
    /// Name of the session that is no secret: 8 bytes, shown by `usl`.
    pub(crate) label: UserHandle,
}

impl NewAccount {
    /// A version 2 account with [`PASSWORD`] for `email`.
    #[must_use]
    pub fn new(email: &str) -> Self {
        let name = email.split('@').next().unwrap_or(email).to_owned();
        Self {
            email: email.to_lowercase(),
            name,
            password: PASSWORD.to_owned(),
            version_one: false,
            codes: Vec::new(),
            has_rsa_key: true,
            storage: 20 << 30,
            is_paid: false,
        }
    }

    /// Uses the key derivation of accounts made before 2018.
    #[must_use]
    pub fn version_one(mut self) -> Self {
        self.version_one = true;
        self
    }

    /// Sets another password. A version 2 one costs 100,000 rounds here and at each login.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// Asks for a second factor at login; each of `codes` is right, for as long as the server runs.
    #[must_use]
    pub fn second_factor(mut self, codes: &[&str]) -> Self {
        self.codes = codes.iter().map(|code| (*code).to_owned()).collect();
        self
    }

    /// Makes it an ephemeral account: no RSA key, so the login gives a `tsid`.
    #[must_use]
    pub fn without_rsa_key(mut self) -> Self {
        self.has_rsa_key = false;
        self
    }

    /// Makes it one that pays.
    #[must_use]
    pub fn paid(mut self) -> Self {
        self.is_paid = true;
        self
    }

    /// Sets the storage allowance in bytes.
    #[must_use]
    pub fn storage(mut self, bytes: u64) -> Self {
        self.storage = bytes;
        self
    }

    /// Derives how the password is checked, and the key that wraps the master key.
    pub(crate) fn credentials(&self) -> (Scheme, PasswordKey) {
        if self.version_one {
            let key = password::v1_key(&self.password);
            return (Scheme::One { hash: password::v1_user_hash(&self.email, &key) }, key);
        }
        let salt = SALT.to_vec();
        if self.password == PASSWORD {
            return (Scheme::two(salt, &DERIVED.1), PasswordKey::from_bytes(DERIVED.0));
        }
        let (key, hash) = password::v2_keys(&self.password, &salt);
        (Scheme::two(salt, &base64_decode(&hash)), key)
    }
}

impl Scheme {
    /// Version 2 from the salt and the authentication key.
    fn two(salt: Vec<u8>, authentication_key: &[u8]) -> Self {
        Self::Two { salt, proof: half_hash(authentication_key) }
    }

    /// Whether `uh` of a login is right.
    pub(crate) fn accepts(&self, user_hash: &str) -> bool {
        match self {
            Self::One { hash } => hash == user_hash,
            Self::Two { proof, .. } => *proof == half_hash(&base64_decode(user_hash)),
        }
    }
}

impl Account {
    /// The master key, as only its owner would have it.
    pub(crate) const fn master(&self) -> &KeyBytes {
        &self.escrow
    }

    /// The stored key pair; `None` for an account without, or when the stored form is broken.
    pub(crate) fn private_key(&self) -> Option<PrivateKey> {
        PrivateKey::open(&self.sealed_private_key, &MasterKey::from_bytes(self.escrow)).ok()
    }

    /// `pubk` as base64; empty for an account without RSA key.
    pub(crate) fn public_key(&self) -> &'static str {
        self.rsa_slot.map_or("", |slot| stored_key(slot).1)
    }

    /// Whether old files are dropped rather than kept as versions.
    pub(crate) fn keeps_versions(&self) -> bool {
        self.attributes.get("^!dv").is_none_or(|(value, _)| base64_decode(value) != b"1" && value != "1")
    }
}

impl TransferAllowance {
    /// Refills when the wait is over, then returns the seconds to wait, if nothing is left.
    pub(crate) fn seconds_to_wait(&mut self) -> Option<u64> {
        let now = Instant::now();
        if self.until.is_some_and(|until| until <= now) {
            self.until = None;
            self.left = self.full;
        }
        if self.left > 0 {
            return None;
        }
        let until = *self.until.get_or_insert(now + self.wait);
        Some(until.duration_since(now).as_secs().max(1))
    }
}

/// Makes a session id for `user` in the form that clients check: the user's handle in bytes 16 to 26. It begins with a
/// zero byte only where a test asks for that: rclone, megajs and megatools take a decrypted number without its leading
/// zeros, so that one login in 256 would fail.
pub(crate) fn session_id(user: UserHandle) -> SessionId {
    let mut bytes = random::<43>();
    bytes[0] = bytes[0].max(1);
    bytes[16..27].copy_from_slice(user.to_string().as_bytes());
    SessionId::from_bytes(bytes)
}

/// Makes a session id that proves itself with the master key, for accounts without RSA key.
pub(crate) fn self_proving_session_id(user: UserHandle, master: &KeyBytes) -> SessionId {
    let mut bytes = *session_id(user).bytes();
    let mut proof: KeyBytes = random();
    bytes[..16].copy_from_slice(&proof);
    ecb_encrypt(master, &mut proof);
    bytes[27..].copy_from_slice(&proof);
    SessionId::from_bytes(bytes)
}

/// Seals the stored private key number `slot` under a master key, as `privk`.
pub(crate) fn sealed_private_key(slot: usize, master: &KeyBytes) -> Vec<u8> {
    let mut blob = base64_decode(stored_key(slot).0);
    ecb_encrypt(master, &mut blob);
    blob
}

/// Wraps a master key under a password key.
pub(crate) fn wrap_master(master: KeyBytes, key: &PasswordKey) -> KeyBytes {
    password::wrap_master_key(&MasterKey::from_bytes(master), key)
}

/// Unwraps a 16-byte key, given as base64, from under another; `None` for another length.
pub(crate) fn unwrap_key(text: &str, under: &KeyBytes) -> Option<KeyBytes> {
    let mut key: KeyBytes = base64_decode(text).try_into().ok()?;
    ecb_decrypt(under, &mut key);
    Some(key)
}

/// Wraps a 16-byte key under another, as base64.
pub(crate) fn wrap_key(mut key: KeyBytes, under: &KeyBytes) -> String {
    ecb_encrypt(under, &mut key);
    base64_encode(&key)
}

fn half_hash(authentication_key: &[u8]) -> KeyBytes {
    let hash = Sha256::digest(authentication_key);
    std::array::from_fn(|index| hash[index])
}

/// Private and public key of a slot, both base64; slots repeat.
fn stored_key(slot: usize) -> (&'static str, &'static str) {
    let lines = || RSA_KEYS.lines().filter(|line| !line.starts_with('#'));
    let slot = slot % lines().count().max(1);
    lines().nth(slot).and_then(|line| line.split_once(' ')).unwrap_or_default()
}

const RSA_KEYS: &str = include_str!("../../assets/demo/rsa-keys.txt");

/// Salt of every version 2 account here; a real server has one for each.
const SALT: [u8; 32] = *b"an emulator salts everyone alike";

/// PBKDF2-HMAC-SHA-512 of [`PASSWORD`] and [`SALT`], 100,000 rounds: password key and authentication key.
const DERIVED: (KeyBytes, KeyBytes) = (
    [0x9c, 0xfa, 0xf7, 0x6c, 0x19, 0xfc, 0x27, 0x58, 0x0d, 0x2f, 0x2d, 0xd2, 0xcf, 0x02, 0x4a, 0x48],
    [0x84, 0x6f, 0x7c, 0x0a, 0x2f, 0xa1, 0x04, 0x00, 0x30, 0x86, 0xfb, 0x04, 0x18, 0x3c, 0x33, 0xb1],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_the_usual_password_are_what_the_derivation_gives() {
        let (key, hash) = password::v2_keys(PASSWORD, &SALT);
        assert_eq!(key.bytes(), &DERIVED.0);
        assert_eq!(base64_decode(&hash), DERIVED.1);
    }

    #[test]
    fn every_stored_key_opens_under_a_master_key() {
        for slot in 0..4 {
            let master: KeyBytes = [0x11; 16];
            let key = PrivateKey::open(&sealed_private_key(slot, &master), &MasterKey::from_bytes(master));
            assert_eq!(base64_encode(&key.unwrap().public_blob()), stored_key(slot).1);
        }
    }
}
