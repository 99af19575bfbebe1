//! RSA as MEGA uses it: private key blob, session id, key text in old shares.
use super::key::MasterKey;
use super::session_id::SessionId;
use crate::handle::UserHandle;
/// A checked private key.
pub struct PrivateKey {
    _p: (),
}
/// One uniform error: nothing tells a lying server what was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's key material is not valid for this account")]
pub struct KeyMaterialError;
impl PrivateKey {
    /// Decrypts and checks the `privk` blob.
    pub fn open(_privk: &[u8], _master: &MasterKey) -> Result<Self, KeyMaterialError> {
        todo!()
    }
    /// Decrypts `csid` and checks that the session belongs to `user`.
    pub fn session_id(&self, _csid: &[u8], _user: UserHandle) -> Result<SessionId, KeyMaterialError> {
        todo!()
    }
    /// Decrypts a node or share key text (an MPI) and returns its first `len` bytes.
    pub fn decrypt_key(&self, _mpi: &[u8], _len: usize) -> Option<Vec<u8>> {
        todo!()
    }
    /// Makes a fresh 2048-bit key, for servers (the emulator).
    #[must_use]
    pub fn generate() -> Self {
        todo!()
    }
    /// Blob for `privk`.
    #[must_use]
    pub fn seal(&self, _master: &MasterKey) -> Vec<u8> {
        todo!()
    }
    /// `pubk`: MPI n, MPI e.
    #[must_use]
    pub fn public_blob(&self) -> Vec<u8> {
        todo!()
    }
    /// Encrypts a session id as `csid` (for servers).
    #[must_use]
    pub fn encrypt_session_id(&self, _sid: &SessionId) -> Vec<u8> {
        todo!()
    }
}
