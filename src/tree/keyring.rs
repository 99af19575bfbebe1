//! The keys that open nodes: the account's own and those of shares ([`Keyring`]). `build` asks it for every node; the
//! session makes it. It decrypts keys only, never names or content.

use std::collections::HashMap;
use std::sync::Arc;

use crate::api::listing::OwnShareKey;
use crate::crypto::key::{KeyBytes, KeyCipher, MasterKey, NodeKey, ShareKey};
use crate::crypto::rsa::PrivateKey;
use crate::handle::{NodeHandle, UserHandle, base64_decode, base64_decode_into};
use crate::tree::NodeKind;

/// All keys of one account that nodes may be under.
#[derive(Clone)]
pub struct Keyring {
    user: UserHandle,
    master: KeyCipher,
    private: Option<Arc<PrivateKey>>,
    shares: HashMap<NodeHandle, ShareKey>,
}

impl Keyring {
    /// Makes the keyring of `user`. `private` opens keys of very old shares; without it those nodes stay closed.
    /// `shares` are the keys of the `^!keys` attribute: they win over those in a listing.
    #[must_use]
    pub fn new(
        user: UserHandle,
        master: &MasterKey,
        private: Option<Arc<PrivateKey>>,
        shares: impl IntoIterator<Item = (NodeHandle, ShareKey)>,
    ) -> Self {
        let master = KeyCipher::new(master.bytes());
        Self { user, master, private, shares: shares.into_iter().collect() }
    }

    /// Adds the key of a share; one that is known already stays.
    pub(super) fn add_share_key(&mut self, share: NodeHandle, key: ShareKey) {
        self.shares.entry(share).or_insert(key);
    }

    pub(super) fn has_share_key(&self, share: NodeHandle) -> bool {
        self.shares.contains_key(&share)
    }

    pub(super) fn into_share_keys(self) -> HashMap<NodeHandle, ShareKey> {
        self.shares
    }

    /// Opens the key of a share that we give (`ok`). `None` where the entry is not ours (its proof does not match) or
    /// says nothing (all zero: the key is kept in `^!keys`).
    ///
    /// Source: mega-protocol 3.5; vectors `share`.
    pub(super) fn open_own_share_key(&self, entry: &OwnShareKey) -> Option<ShareKey> {
        if entry.key.iter().all(|&byte| byte == 0) {
            return None;
        }
        let mut proof = [0; 16];
        let text = entry.node.to_string();
        proof[..8].copy_from_slice(text.as_bytes());
        proof[8..].copy_from_slice(text.as_bytes());
        self.master.encrypt(&mut proof);
        if proof[..] != entry.proof[..] {
            return None;
        }
        folder_key_bytes(&entry.key, &self.master).map(ShareKey::from_bytes)
    }

    /// Opens the key of a share that we get (`sk`): 22 characters under the master key, longer under our public key.
    pub(super) fn open_inbound_share_key(&self, text: &str) -> Option<ShareKey> {
        let bytes = base64_decode(text);
        if text.len() > LONGEST_AES_KEY_TEXT {
            let clear = self.private.as_ref()?.decrypt_key(&bytes, 16)?;
            return Some(ShareKey::from_bytes(clear.try_into().ok()?));
        }
        folder_key_bytes(&bytes, &self.master).map(ShareKey::from_bytes)
    }

    /// Returns the keys that the `k` of a node gives, the likeliest first: our own part, then the parts of shares whose
    /// key is known. Parts of the wrong length for the kind are left out.
    ///
    /// Source: mega-protocol 3.4.
    pub(super) fn node_keys(&self, kind: NodeKind, keys: &str) -> impl Iterator<Item = NodeKey> {
        let own = keys.split('/').filter_map(move |part| self.own_part(kind, part));
        let shared = keys.split('/').filter_map(move |part| self.share_part(kind, part));
        own.chain(shared)
    }

    fn own_part(&self, kind: NodeKind, part: &str) -> Option<NodeKey> {
        match part.split_once(':') {
            None => self.open_node_key(kind, part, &self.master),
            Some((id, key)) => {
                let user: UserHandle = id.parse().ok()?;
                (user == self.user).then(|| self.open_node_key(kind, key, &self.master))?
            }
        }
    }

    fn share_part(&self, kind: NodeKind, part: &str) -> Option<NodeKey> {
        let (id, key) = part.split_once(':')?;
        let share = self.shares.get(&id.parse().ok()?)?;
        self.open_node_key(kind, key, &KeyCipher::new(share.bytes()))
    }

    fn open_node_key(&self, kind: NodeKind, text: &str, under: &KeyCipher) -> Option<NodeKey> {
        let key = if text.len() > LONGEST_AES_KEY_TEXT {
            let len = if kind == NodeKind::File { 32 } else { 16 };
            NodeKey::from_clear(&self.private.as_ref()?.decrypt_key(&base64_decode(text), len)?)
        } else {
            let mut wrapped = Vec::with_capacity(48);
            base64_decode_into(text, &mut wrapped);
            NodeKey::unwrap_with(&wrapped, under)
        }?;
        let fits = matches!(key, NodeKey::File(_)) == (kind == NodeKind::File);
        fits.then_some(key)
    }
}

fn folder_key_bytes(wrapped: &[u8], under: &KeyCipher) -> Option<KeyBytes> {
    match NodeKey::unwrap_with(wrapped, under)? {
        NodeKey::Folder(key) => Some(*key.bytes()),
        NodeKey::File(_) => None,
    }
}

/// A wrapped file key is 43 characters; only RSA makes more.
const LONGEST_AES_KEY_TEXT: usize = 43;
