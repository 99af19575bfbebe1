//! The session id and the blob it is kept in.
use super::key::{KeyBytes, MasterKey};
use crate::handle::UserHandle;
/// 43 bytes that authenticate a session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; 43]);
impl std::fmt::Debug for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionId(***)")
    }
}
impl SessionId {
    /// From raw bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 43]) -> Self {
        Self(bytes)
    }
    /// Raw bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 43] {
        &self.0
    }
    /// The text for `sid=`.
    #[must_use]
    pub fn text(&self) -> String {
        todo!()
    }
    /// The user handle inside (bytes 16 to 26).
    #[must_use]
    pub fn user(&self) -> Option<UserHandle> {
        todo!()
    }
    /// Checks a `tsid` and takes it.
    #[must_use]
    pub fn from_tsid(_tsid: &[u8], _master: &MasterKey) -> Option<Self> {
        todo!()
    }
}
/// `01 ‖ AES-ECB(sek, master) ‖ sid`, 60 bytes.
#[must_use]
pub fn seal(_sek: &KeyBytes, _master: &MasterKey, _sid: &SessionId) -> [u8; 60] {
    todo!()
}
/// The session id of a blob, readable without the key.
#[must_use]
pub fn sealed_session_id(_blob: &[u8]) -> Option<SessionId> {
    todo!()
}
/// Opens a blob.
#[must_use]
pub fn open(_sek: &KeyBytes, _blob: &[u8]) -> Option<(MasterKey, SessionId)> {
    todo!()
}
