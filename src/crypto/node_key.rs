//! The `k` field of a node, and the ring of keys that opens it: master key, share keys, link key, private key. The
//! session fills the ring; whoever builds the tree opens nodes with it, on as many threads as it likes.

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::Attributes;
use super::key::{KeyCipher, MasterKey, NodeKey, ShareKey};
use super::rsa::PrivateKey;
use crate::handle::{NodeHandle, UserHandle, base64_decode};

/// What a node is, as far as its key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Keys of files have 32 bytes.
    File,
    /// Keys of folders have 16 bytes.
    Folder,
}

impl KeyKind {
    /// Bytes of the clear key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::File => 32,
            Self::Folder => 16,
        }
    }
}

/// Whose key a part of the field is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// That user's master key.
    User(UserHandle),
    /// The share key of that folder; in a folder link the root's is the link key.
    Share(NodeHandle),
    /// No id: our master key, or the link key in a folder link.
    Bare,
}

/// The text of a `k` field: `id:key/id:key/…` or a bare key.
#[derive(Clone, Copy, Debug)]
pub struct KField<'a>(pub &'a str);

impl<'a> KField<'a> {
    /// The parts in order, with the key's text still in base64. Parts whose id is no handle are left out, and so is
    /// everything beyond the first 64. The field is split before decoding, as `/` is also a letter of tolerated base64.
    pub fn parts(self) -> impl Iterator<Item = (KeyOwner, &'a str)> {
        self.0.split('/').take(MAX_PARTS).filter_map(|part| {
            let Some((id, key)) = part.split_once(':') else {
                return (!part.is_empty()).then_some((KeyOwner::Bare, part));
            };
            let owner = match id.len() {
                8 => KeyOwner::Share(id.parse().ok()?),
                11 => KeyOwner::User(id.parse().ok()?),
                _ => return None,
            };
            Some((owner, key))
        })
    }
}

/// All keys that can open nodes of one account or of one folder link.
#[derive(Clone, Debug)]
pub struct KeyRing {
    own: Option<UserHandle>,
    bare: KeyCipher,
    shares: HashMap<NodeHandle, KeyCipher>,
    private: Option<Arc<PrivateKey>>,
}

impl KeyRing {
    /// Of a logged-in account. The private key is needed only for keys in very old shares.
    #[must_use]
    pub fn account(own: UserHandle, master: &MasterKey, private: Option<Arc<PrivateKey>>) -> Self {
        Self { own: Some(own), bare: KeyCipher::new(master.bytes()), shares: HashMap::new(), private }
    }

    /// Of a folder link: its key opens what is under the root's handle.
    #[must_use]
    pub fn link(root: NodeHandle, key: &ShareKey) -> Self {
        let bare = KeyCipher::new(key.bytes());
        Self { own: None, shares: HashMap::from([(root, bare.clone())]), bare, private: None }
    }

    /// Adds the key of a shared folder, or replaces it.
    pub fn insert_share(&mut self, folder: NodeHandle, key: &ShareKey) {
        self.shares.insert(folder, KeyCipher::new(key.bytes()));
    }

    /// Whether the key of that shared folder is known.
    #[must_use]
    pub fn knows_share(&self, folder: NodeHandle) -> bool {
        self.shares.contains_key(&folder)
    }

    /// The keys that the field may give for a node of that kind: from our own part first, then from share parts in
    /// order. A share key may be wrong, so the right one is that which decrypts the attributes.
    pub fn candidates<'a>(&'a self, k: &'a str, kind: KeyKind) -> impl Iterator<Item = NodeKey> + 'a {
        let is_share = |owner: &KeyOwner| matches!(owner, KeyOwner::Share(_));
        let own = KField(k).parts().filter(move |part| !is_share(&part.0));
        let shares = KField(k).parts().filter(move |part| is_share(&part.0));
        let mut rsa_left = MAX_RSA;
        own.chain(shares).filter_map(move |(owner, text)| {
            let cipher = self.cipher(owner)?;
            if text.len() <= MAX_AES_TEXT {
                let wrapped = base64_decode(text);
                return if wrapped.len() == kind.key_len() {
                    NodeKey::unwrap_with(&wrapped, cipher)
                } else {
                    None
                };
            }
            rsa_left = usize::checked_sub(rsa_left, 1)?;
            self.open_rsa(text, kind)
        })
    }

    /// The first candidate. Right wherever no share is involved; with shares prefer [`KeyRing::open`].
    #[must_use]
    pub fn resolve(&self, k: &str, kind: KeyKind) -> Option<NodeKey> {
        self.candidates(k, kind).next()
    }

    /// The key that decrypts the node's attributes, and these. `None` when no part of the field does.
    #[must_use]
    pub fn open(&self, k: &str, kind: KeyKind, attributes: &[u8]) -> Option<(NodeKey, Attributes)> {
        self.candidates(k, kind).find_map(|key| {
            let attributes = Attributes::decrypt(attributes, key.attribute_key())?;
            Some((key, attributes))
        })
    }

    fn cipher(&self, owner: KeyOwner) -> Option<&KeyCipher> {
        match owner {
            KeyOwner::User(user) => (self.own == Some(user)).then_some(&self.bare),
            KeyOwner::Share(folder) => self.shares.get(&folder),
            KeyOwner::Bare => Some(&self.bare),
        }
    }

    fn open_rsa(&self, text: &str, kind: KeyKind) -> Option<NodeKey> {
        if text.len() > MAX_RSA_TEXT {
            return None;
        }
        let clear = self.private.as_ref()?.decrypt_key(&base64_decode(text), kind.key_len())?;
        NodeKey::from_clear(&clear)
    }
}

/// A node in several shares has a part for each; more than this is an attempt to keep us busy.
const MAX_PARTS: usize = 64;
/// 32 bytes as base64: longer texts are RSA.
const MAX_AES_TEXT: usize = 43;
/// An MPI of 4096 bits as base64.
const MAX_RSA_TEXT: usize = 700;
/// RSA decryptions for one node: each takes milliseconds.
const MAX_RSA: usize = 1;
