//! What a logged-in account can do: log in, resume, list, change.
pub mod change;
use crate::api::{client::Client, error::ApiError};
use crate::crypto::{key::MasterKey, session_id::SessionId};
use crate::handle::UserHandle;
use crate::secret::Secret;
use crate::tree::Tree;
/// A session; cheap to clone.
#[derive(Clone)]
pub struct Session {
    _p: (),
}
/// What is kept of a session: opens nothing without the server's `sek` (mega-protocol 2.6).
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The 60-byte blob.
    pub blob: Vec<u8>,
    /// Whose.
    pub user: UserHandle,
}
/// Logging in failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// -9.
    #[error("wrong e-mail or password")]
    WrongPassword,
    /// -26.
    #[error("a one-time code is needed")]
    CodeNeeded,
    /// -5.
    #[error("the one-time code is wrong")]
    WrongCode,
    /// -15, or a blob that does not open.
    #[error("the session ended elsewhere")]
    SessionEnded,
    /// -6.
    #[error("too many attempts")]
    TooManyAttempts,
    /// -13.
    #[error("the account is not confirmed")]
    Unconfirmed,
    /// -16.
    #[error("the account is suspended")]
    Suspended,
    /// Newer scheme.
    #[error("account version {0} is not known")]
    UnknownVersion(u64),
    /// Lying server.
    #[error(transparent)]
    KeyMaterial(#[from] crate::crypto::rsa::KeyMaterialError),
    /// The rest.
    #[error(transparent)]
    Api(#[from] ApiError),
}
/// Who the account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// E-mail.
    pub email: String,
    /// Display name.
    pub name: String,
}
/// Storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes.
    pub used: u64,
    /// Bytes.
    pub total: u64,
    /// Bytes in the rubbish bin.
    pub rubbish: u64,
    /// Transfer used.
    pub transfer_used: u64,
    /// Transfer allowance, where there is one.
    pub transfer_total: Option<u64>,
}
impl Session {
    /// Logs in (v1 or v2).
    pub async fn login(
        _client: &Client,
        _email: &str,
        _password: &Secret,
        _code: Option<&Secret>,
    ) -> Result<Self, LoginError> {
        todo!()
    }
    /// Goes on with a stored session, without a password.
    pub async fn resume(_client: &Client, _stored: &StoredSession) -> Result<Self, LoginError> {
        todo!()
    }
    /// What to store.
    #[must_use]
    pub fn stored(&self) -> StoredSession {
        todo!()
    }
    /// Ends it on the server.
    pub async fn logout(&self) -> Result<(), ApiError> {
        todo!()
    }
    /// Our handle.
    #[must_use]
    pub fn user(&self) -> UserHandle {
        todo!()
    }
    /// The client that speaks for it.
    #[must_use]
    pub fn client(&self) -> &Client {
        todo!()
    }
    /// The master key.
    #[must_use]
    pub fn master_key(&self) -> &MasterKey {
        todo!()
    }
    /// Who we are.
    pub async fn profile(&self) -> Result<Profile, ApiError> {
        todo!()
    }
    /// Storage and transfer.
    pub async fn quota(&self) -> Result<Quota, ApiError> {
        todo!()
    }
    /// The whole tree; `progress(received, total)` is called now and then.
    pub async fn fetch_tree(&self, _progress: impl FnMut(u64, Option<u64>) + Send) -> Result<Tree, ApiError> {
        todo!()
    }
}
#[allow(dead_code)]
fn _unused(_: SessionId) {}
