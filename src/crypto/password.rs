//! Password to key, both account versions.
use super::key::{MasterKey, PasswordKey};
/// Version 1: key from the password (UTF-16 packing of the official clients).
#[must_use]
pub fn v1_key(_password: &str) -> PasswordKey {
    todo!()
}
/// Version 1 as other clients do it: from the UTF-8 bytes. Same for ASCII.
#[must_use]
pub fn v1_key_utf8(_password: &str) -> PasswordKey {
    todo!()
}
/// Version 1: user hash of an e-mail (lower-cased here), 11 characters.
#[must_use]
pub fn v1_user_hash(_email: &str, _key: &PasswordKey) -> String {
    todo!()
}
/// Version 2: password key and user hash (22 characters). `salt` as decoded. 100,000 rounds: 50 ms.
#[must_use]
pub fn v2_keys(_password: &str, _salt: &[u8]) -> (PasswordKey, String) {
    todo!()
}
/// Version 2: salt from the client random value (for servers).
#[must_use]
pub fn v2_salt(_client_random: &[u8; 16]) -> [u8; 32] {
    todo!()
}
/// Decrypts the master key (16 bytes, `k` of `us`); `None` for another length.
#[must_use]
pub fn unwrap_master_key(_wrapped: &[u8], _key: &PasswordKey) -> Option<MasterKey> {
    todo!()
}
/// The inverse.
#[must_use]
pub fn wrap_master_key(_master: &MasterKey, _key: &PasswordKey) -> [u8; 16] {
    todo!()
}
