//! Share keys on their way to an account with a key store: sent by whoever shares the folder, kept by the server or unread in
//! the store, until an official client puts them there. They are read and used here, and never acknowledged: what is
//! acknowledged the server forgets, and only who writes the store may do that. Called where share keys are collected.
//!
//! A key is believed only where the account's own clients have seen who sent it, and the public key that it came under is
//! the one that they saw: both stand in the key store, which no server can write. Source: meganz/sdk
//! `src/megaclient.cpp`, `MegaClient::sc_pk`, `KeyManager::promotePendingShares`, `verificationRequired`.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures_util::future::join_all;

use super::Session;
use crate::api::error::{ApiError, ErrorCode};
use crate::api::wire::{AskUserAttribute, AskWaitingKeys};
use crate::crypto::key::ShareKey;
use crate::crypto::keystore::{KeyStore, PendingShare};
use crate::crypto::pairwise::print_of;
use crate::handle::{NodeHandle, UserHandle, base64_decode};

impl Session {
    /// Returns the share keys that are not in the account's key store yet, by folder and by who sent them. Those that
    /// cannot be had or believed are left out: their shares stay closed.
    pub(super) async fn waiting_share_keys(
        &self,
        store: &KeyStore,
    ) -> Vec<(NodeHandle, UserHandle, ShareKey)> {
        let Some(own) = &store.exchange else { return Vec::new() };
        let stored: HashSet<NodeHandle> = store.shares.iter().map(|share| share.handle).collect();
        let mut pending = self.pending_on_server().await;
        pending.extend(store.pending.iter().cloned());
        pending.retain(|share| !stored.contains(&share.folder));
        let senders: BTreeSet<UserHandle> = pending.iter().map(|share| share.sender).collect();
        let known =
            senders.into_iter().filter(|sender| store.contacts.contains_key(sender)).take(MOST_SENDERS);
        let asked = join_all(known.map(async |sender| Some((sender, self.seen_key(store, sender).await?))));
        let public: HashMap<UserHandle, [u8; 32]> = asked.await.into_iter().flatten().collect();
        let open = |share: &PendingShare| {
            let Some(public) = public.get(&share.sender) else {
                tracing::info!(folder = %share.folder, "a share key waits whose sender no official client has seen yet");
                return None;
            };
            Some((share.folder, share.sender, own.open_share_key(public, &share.sealed)?))
        };
        pending.iter().filter_map(open).collect()
    }

    async fn pending_on_server(&self) -> Vec<PendingShare> {
        match self.client().call(&AskWaitingKeys {}).await {
            Ok(waiting) => {
                let share = |(sender, folder, sealed)| PendingShare { folder, sender, sealed };
                waiting.keys.into_iter().map(share).collect()
            }
            Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "cannot ask for share keys that wait: new shares stay closed");
                Vec::new()
            }
        }
    }

    /// Returns the public key that a user sends under, where it is the one that the account's clients saw.
    async fn seen_key(&self, store: &KeyStore, user: UserHandle) -> Option<[u8; 32]> {
        let told = self.client().call(&AskUserAttribute { user, name: PUBLIC_KEY, with_version: 1 }).await;
        let key = base64_decode(&told.ok()?.value?);
        if store.contacts.get(&user) != Some(&print_of(&key)) {
            tracing::warn!(%user, "the server names another public key than was seen before: it is not believed");
            return None;
        }
        key.try_into().ok()
    }
}

/// Name of the user attribute with the public X25519 key.
const PUBLIC_KEY: &str = "+puCu255";

/// Users whose keys are asked for at once.
const MOST_SENDERS: usize = 100;
