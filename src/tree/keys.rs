//! What opens the nodes of a listing ([`TreeKeys`]): the ring of keys, and what share keys in the listing itself are
//! under. The session makes it, `build` uses it up.

use std::sync::Arc;

use crate::api::listing::OwnShareKey;
use crate::crypto::key::{MasterKey, ShareKey};
use crate::crypto::node_key::Keyring;
use crate::crypto::rsa::PrivateKey;
use crate::crypto::share;
use crate::handle::{NodeHandle, UserHandle, base64_decode};

/// Keys of an account, as far as its nodes need them.
pub struct TreeKeys {
    pub(super) ring: Keyring,
    master: MasterKey,
    private: Option<Arc<PrivateKey>>,
    /// Share keys that may still be opened by RSA.
    rsa_left: usize,
}

impl TreeKeys {
    /// Makes the keys of `user`. `private` opens keys of very old shares; without it those nodes stay closed.
    /// `shares` are the keys of the `^!keys` attribute: they win over those in a listing.
    #[must_use]
    pub fn new(
        user: UserHandle,
        master: MasterKey,
        private: Option<Arc<PrivateKey>>,
        shares: impl IntoIterator<Item = (NodeHandle, ShareKey)>,
    ) -> Self {
        let mut ring = Keyring::account(user, &master, private.clone());
        for (folder, key) in shares {
            ring.add_share_key(folder, key);
        }
        Self { ring, master, private, rsa_left: MAX_RSA_SHARES }
    }

    /// Takes the key of a share that we give, where the entry is ours and says one.
    pub(super) fn take_own(&mut self, entry: &OwnShareKey) {
        if let Some(key) = share::open_outgoing(entry.node, &entry.key, &entry.proof, &self.master) {
            self.ring.add_share_key(entry.node, key);
        }
    }

    /// Takes the key of a share that we get (`sk` of its top); nothing where the text is empty or unreadable.
    pub(super) fn take_inbound(&mut self, folder: NodeHandle, text: &str) {
        let wrapped = base64_decode(text);
        let mut private = None;
        if wrapped.len() > 16 && self.rsa_left > 0 {
            self.rsa_left -= 1;
            private = self.private.as_deref();
        }
        if let Some(key) = share::open_inbound(&wrapped, &self.master, private) {
            self.ring.add_share_key(folder, key);
        }
    }
}

/// RSA costs milliseconds: beyond this many shares a listing only wants to keep us busy.
const MAX_RSA_SHARES: usize = 1000;
