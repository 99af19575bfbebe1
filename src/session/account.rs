//! What an account tells about itself: who it is, how full it is, which share keys it keeps; and how it is left. The worker
//! and the command line ask. Nothing is remembered here: each question goes to the server.

use crate::api::error::{ApiError, ErrorCode, ErrorKind};
use crate::api::wire::account::VersionBytes;
use crate::api::wire::{AskQuota, AskUser, AskUserAttribute, CloseSession};
use crate::crypto::key::ShareKey;
use crate::crypto::keystore::KeyStore;
use crate::crypto::node_key::ShareKeySource;
use crate::handle::{NodeHandle, UserHandle, base64_decode};

use super::Session;

/// Who the account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// E-mail; empty where the server does not say.
    pub email: String,
    /// Display name; empty where the server does not say.
    pub name: String,
}

/// How full the account is. All in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Storage used, with the rubbish bin and old versions.
    pub used: u64,
    /// Storage in all.
    pub total: u64,
    /// Of the storage used, what old versions take, where the server says.
    pub in_versions: Option<u64>,
    /// Transfer used, by own downloads and by others at this account's cost.
    pub transfer_used: u64,
    /// Transfer allowance, where there is one.
    pub transfer_total: Option<u64>,
}

/// The share keys that an account keeps in its key store (`^!keys`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredShareKeys {
    /// The account has no key store: share keys come with the node list.
    NoStore,
    /// There is one, but it cannot be read: some shares will stay closed.
    Unreadable,
    /// The keys, by shared folder; and those that are on their way into it, by folder and by who sent them.
    Keys(Vec<(NodeHandle, ShareKey)>, Vec<(NodeHandle, UserHandle, ShareKey)>),
}

impl Session {
    /// Who we are.
    pub async fn profile(&self) -> Result<Profile, ApiError> {
        let answer = self.client.call(&AskUser {}).await?;
        Ok(Profile { email: answer.email.unwrap_or_default(), name: answer.name.unwrap_or_default() })
    }

    /// Storage and transfer.
    pub async fn quota(&self) -> Result<Quota, ApiError> {
        let answer = self.client.call(&AskQuota::all()).await?;
        let transfer_used =
            answer.transfer_own.unwrap_or(0).saturating_add(answer.transfer_served.unwrap_or(0));
        Ok(Quota {
            used: answer.storage_used.unwrap_or(0),
            in_versions: answer.by_place.map(VersionBytes::sum),
            total: answer.storage_total.unwrap_or(0),
            transfer_used,
            transfer_total: answer.transfer_total.filter(|bytes| *bytes > 0),
        })
    }

    /// The share keys of the account's key store; the node list does not have those of newer accounts.
    pub async fn stored_share_keys(&self) -> Result<StoredShareKeys, ApiError> {
        let command = AskUserAttribute { user: self.user(), name: KEY_STORE, with_version: 1 };
        let value = match self.client.call(&command).await {
            Ok(answer) => answer.value,
            Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => None,
            Err(error) => return Err(error),
        };
        let Some(value) = value else {
            return Ok(StoredShareKeys::NoStore);
        };
        let Some(store) = KeyStore::open(&base64_decode(&value), self.master_key()) else {
            tracing::warn!("the account's key store cannot be read: some shares will stay closed");
            return Ok(StoredShareKeys::Unreadable);
        };
        let waiting = self.waiting_share_keys(&store).await;
        Ok(StoredShareKeys::Keys(store.share_keys(), waiting))
    }

    /// Returns where share keys are to be taken from.
    pub(super) async fn share_key_source(&self) -> Result<ShareKeySource, ApiError> {
        match self.stored_share_keys().await {
            Ok(StoredShareKeys::Keys(keys, waiting)) => Ok(ShareKeySource::Store { keys, waiting }),
            Ok(StoredShareKeys::NoStore) => Ok(ShareKeySource::Listing),
            Ok(StoredShareKeys::Unreadable) => Ok(ShareKeySource::closed_store()),
            // What is answered another time must not pass for a store without keys: the tree would be kept that way.
            Err(error @ ApiError::Refused { .. }) if !passes(&error) => {
                tracing::warn!(%error, "cannot ask for the key store: shares stay closed");
                Ok(ShareKeySource::closed_store())
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the session on the server: what is stored of it opens nothing any more. One that has ended already is fine.
    pub async fn logout(&self) -> Result<(), ApiError> {
        match self.client.call(&CloseSession {}).await {
            Ok(_) | Err(ApiError::SessionEnded) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Whether another try may be answered.
fn passes(error: &ApiError) -> bool {
    error.code() == Some(ErrorCode::INTERNAL) || error.advice().kind == ErrorKind::Temporary
}

/// Name of the user attribute that holds the key store.
const KEY_STORE: &str = "^!keys";
