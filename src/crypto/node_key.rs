//! The `k` field of a node, and the ring of keys that opens it: master key, share keys, link key, private key. The
//! session fills the ring; whoever builds the tree opens nodes with it, on as many threads as it likes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::attributes::Attributes;
use super::key::{KeyCipher, MasterKey, NodeKey, ShareKey};
use super::rsa::PrivateKey;
use super::share;
use crate::handle::{NodeHandle, UserHandle, base64_decode, base64_decode_slice};

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

/// Where the keys of an account's shares come from.
///
/// An account with a key store takes none from anywhere else, as in the official client (meganz/sdk `src/megaclient.cpp`,
/// `MegaClient::readnode`, `readokelement`): a server could name a key that it knows, and read what is put there next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareKeySource {
    /// From the listing (`ok`, `ok0`, `sk`): the account has no key store.
    Listing,
    /// From the account's key store (`^!keys`); none when it cannot be read.
    Store {
        /// Those that it has.
        keys: Vec<(NodeHandle, ShareKey)>,
        /// Those that are not in it yet, by folder and by who sent them: each counts only where that user shares that folder.
        waiting: Vec<(NodeHandle, UserHandle, ShareKey)>,
    },
}

impl ShareKeySource {
    /// A key store of which nothing is known.
    #[must_use]
    pub const fn closed_store() -> Self {
        Self::Store { keys: Vec::new(), waiting: Vec::new() }
    }
}

/// Whom to believe when a share's key comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Listings and packets: the account has no key store.
    Listing,
    /// The key store alone.
    #[default]
    Store,
}

/// All keys that can open nodes of one account or of one folder link.
#[derive(Clone, Debug)]
pub struct Keyring {
    own: Option<UserHandle>,
    /// Whether share keys of a listing are taken in.
    trust: Trust,
    bare: KeyCipher,
    shares: HashMap<NodeHandle, Share>,
    /// Keys that wait for the share that they are of.
    waiting: HashMap<(NodeHandle, UserHandle), ShareKey>,
    private: Option<Rationed>,
}

/// The private key, with the decryptions that a session may still ask of it: each takes milliseconds, and a hostile
/// listing could ask for millions.
#[derive(Clone, Debug)]
struct Rationed {
    key: Arc<PrivateKey>,
    left: Arc<AtomicUsize>,
}

/// The key of a share, and the same set up for use: a listing opens thousands of nodes with it.
#[derive(Clone, Debug)]
struct Share {
    key: ShareKey,
    cipher: KeyCipher,
}

impl Keyring {
    /// Of a logged-in account. `private` opens keys in very old shares; without it those nodes stay closed.
    #[must_use]
    pub fn new(
        own: UserHandle,
        master: &MasterKey,
        private: Option<Arc<PrivateKey>>,
        shares: ShareKeySource,
    ) -> Self {
        let bare = KeyCipher::new(master.bytes());
        let private = private.map(|key| Rationed { key, left: Arc::new(AtomicUsize::new(MAX_RSA)) });
        let trust = if shares == ShareKeySource::Listing { Trust::Listing } else { Trust::Store };
        let (keyed, waiting) = (HashMap::new(), HashMap::new());
        let mut keyring = Self { own: Some(own), trust, bare, shares: keyed, waiting, private };
        match shares {
            ShareKeySource::Listing => {}
            ShareKeySource::Store { keys, waiting } => {
                for (folder, key) in keys {
                    keyring.add_share_key(folder, key);
                }
                keyring.waiting =
                    waiting.into_iter().map(|(folder, sender, key)| ((folder, sender), key)).collect();
            }
        }
        keyring
    }

    /// Of a folder link: its key opens what is under the root's handle.
    #[must_use]
    pub fn link(root: NodeHandle, key: &ShareKey) -> Self {
        let bare = KeyCipher::new(key.bytes());
        let (shares, waiting) = (HashMap::new(), HashMap::new());
        let mut keyring = Self { own: None, trust: Trust::Store, bare, shares, waiting, private: None };
        keyring.add_share_key(root, key.clone());
        keyring
    }

    /// Returns whose nodes these are; `None` in a folder link.
    #[must_use]
    pub const fn own(&self) -> Option<UserHandle> {
        self.own
    }

    /// Returns whom it believes.
    #[must_use]
    pub const fn trust(&self) -> Trust {
        self.trust
    }

    /// Forgets the key of a folder.
    pub fn forget(&mut self, folder: NodeHandle) {
        self.shares.remove(&folder);
    }

    /// Forgets the key of a folder that is no share any more; one of the key store stays.
    pub fn forget_untrusted(&mut self, folder: NodeHandle) {
        match self.trust {
            Trust::Listing => self.forget(folder),
            Trust::Store => {}
        }
    }

    /// Adds the key of a shared folder. One that is known already stays.
    pub fn add_share_key(&mut self, folder: NodeHandle, key: ShareKey) {
        let cipher = KeyCipher::new(key.bytes());
        self.shares.entry(folder).or_insert(Share { key, cipher });
    }

    /// The key of a shared folder, if it is known.
    #[must_use]
    pub fn share_key(&self, folder: NodeHandle) -> Option<&ShareKey> {
        self.shares.get(&folder).map(|share| &share.key)
    }

    /// All share keys that are known, in no order.
    pub fn share_keys(&self) -> impl Iterator<Item = (NodeHandle, &ShareKey)> {
        self.shares.iter().map(|(&folder, share)| (folder, &share.key))
    }

    /// Takes in the key of a share that we give: `k` and `ha` of an `ok` entry, decoded. No effect when the proof does
    /// not fit, when the entry is all zero, when the key is known, or when there is a key store.
    pub fn take_outgoing_share(&mut self, folder: NodeHandle, k: &[u8], ha: &[u8]) {
        if self.trust == Trust::Listing
            && self.share_key(folder).is_none()
            && let Some(key) = share::open_outgoing(folder, k, ha, &self.bare)
        {
            self.add_share_key(folder, key);
        }
    }

    /// Takes in the key of a share that we get, `sk` of its top node, and returns whether it did. No effect when it
    /// cannot be opened or is known, or when there is a key store.
    pub fn take_inbound_share(&mut self, folder: NodeHandle, sk: &str) -> bool {
        let is_settled = self.trust == Trust::Store || self.share_key(folder).is_some();
        if is_settled || sk.is_empty() || sk.len() > MAX_RSA_TEXT {
            return false;
        }
        let private = if sk.len() > MAX_FOLDER_KEY_TEXT { self.private() } else { None };
        let Some(key) = share::open_inbound(&base64_decode(sk), &self.bare, private) else { return false };
        self.add_share_key(folder, key);
        true
    }

    /// Takes in the key of a share that we get, where its sharer sent one that is in no store yet, and returns whether it
    /// did.
    pub fn take_waiting_share(&mut self, folder: NodeHandle, sharer: UserHandle) -> bool {
        if self.share_key(folder).is_some() {
            return false;
        }
        let Some(key) = self.waiting.get(&(folder, sharer)).cloned() else { return false };
        self.add_share_key(folder, key);
        true
    }

    /// The keys that the field may give for a node of that kind: from our own part first, then from share parts in
    /// order. A share key may be wrong, so the right one is that which decrypts the attributes.
    pub fn candidates<'a>(&'a self, k: &'a str, kind: KeyKind) -> impl Iterator<Item = NodeKey> + 'a {
        let is_share = |owner: &KeyOwner| matches!(owner, KeyOwner::Share(_));
        let own = KField(k).parts().filter(move |part| !is_share(&part.0));
        let shares = KField(k).parts().filter(move |part| is_share(&part.0));
        own.chain(shares).filter_map(move |(owner, text)| {
            let cipher = self.cipher(owner)?;
            if text.len() <= MAX_AES_TEXT {
                let mut wrapped = [0; MAX_AES_TEXT];
                let len = base64_decode_slice(text, &mut wrapped)?;
                let fits = len == kind.key_len();
                return fits.then(|| NodeKey::unwrap_with(&wrapped[..len], cipher))?;
            }
            self.open_rsa(text, kind)
        })
    }

    /// The first candidate. Right wherever no share is involved; with shares prefer [`Keyring::open`].
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
            KeyOwner::Share(folder) => self.shares.get(&folder).map(|share| &share.cipher),
            KeyOwner::Bare => Some(&self.bare),
        }
    }

    fn open_rsa(&self, text: &str, kind: KeyKind) -> Option<NodeKey> {
        if text.len() > MAX_RSA_TEXT {
            return None;
        }
        let clear = self.private()?.decrypt_key(&base64_decode(text), kind.key_len())?;
        NodeKey::from_clear(&clear)
    }

    /// The private key for one more decryption, while the ration lasts.
    fn private(&self) -> Option<&PrivateKey> {
        let private = self.private.as_ref()?;
        let one_less = |left: usize| left.checked_sub(1);
        private.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        Some(&private.key)
    }
}

/// A node in several shares has a part for each; more than this is an attempt to keep us busy.
const MAX_PARTS: usize = 64;
/// 32 bytes as base64: longer texts are RSA.
const MAX_AES_TEXT: usize = 43;
/// An MPI of 4096 bits as base64.
const MAX_RSA_TEXT: usize = 700;
/// 16 bytes as base64.
const MAX_FOLDER_KEY_TEXT: usize = 22;
/// RSA decryptions of one keyring, some seconds of work: far more than old shares ask for.
const MAX_RSA: usize = 2000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::key::{FileKey, FolderKey};
    use crate::handle::base64_encode;

    const OWN: UserHandle = UserHandle::from_bytes([1; 8]);
    const FOLDER: NodeHandle = NodeHandle::from_bytes([2; 6]);
    const MASTER: MasterKey = MasterKey::from_bytes([3; 16]);
    const SHARE: ShareKey = ShareKey::from_bytes([4; 16]);

    fn ring() -> Keyring {
        Keyring::new(
            OWN,
            &MASTER,
            None,
            ShareKeySource::Store { keys: vec![(FOLDER, SHARE)], waiting: Vec::new() },
        )
    }

    fn file() -> NodeKey {
        NodeKey::File(FileKey::new([5; 16], [6; 8], [7; 8]))
    }

    fn part(id: &str, key: &NodeKey, under: &[u8; 16]) -> String {
        let wrapped = base64_encode(&key.wrap(under));
        if id.is_empty() { wrapped } else { format!("{id}:{wrapped}") }
    }

    #[test]
    fn every_kind_of_part_opens_with_its_key() {
        let other = UserHandle::from_bytes([9; 8]).to_string();
        for (field, opens) in [
            (part(&OWN.to_string(), &file(), MASTER.bytes()), true),
            (part("", &file(), MASTER.bytes()), true),
            (part(&FOLDER.to_string(), &file(), SHARE.bytes()), true),
            (part(&other, &file(), MASTER.bytes()), false),
            (part("AAAAAAAA", &file(), SHARE.bytes()), false),
            (part("short", &file(), MASTER.bytes()), false),
            (String::new(), false),
        ] {
            let key = ring().resolve(&field, KeyKind::File);
            assert_eq!(key, opens.then(file), "{field}");
            assert_eq!(ring().resolve(&field, KeyKind::Folder), None, "{field}");
        }
    }

    #[test]
    fn own_part_comes_before_share_parts_wherever_it_stands() {
        let right = part(&OWN.to_string(), &file(), MASTER.bytes());
        let other = NodeKey::File(FileKey::new([8; 16], [6; 8], [7; 8]));
        let field = format!("{}/{right}", part(&FOLDER.to_string(), &other, SHARE.bytes()));
        let candidates: Vec<NodeKey> = ring().candidates(&field, KeyKind::File).collect();
        assert_eq!(candidates, [file(), other]);
    }

    #[test]
    fn attributes_choose_among_candidates() {
        let right = part(&FOLDER.to_string(), &file(), SHARE.bytes());
        let wrong = part(&OWN.to_string(), &file(), &[0x55; 16]);
        let attributes = Attributes::named("a.txt").encrypt(file().attribute_key());
        let (key, read) = ring().open(&format!("{wrong}/{right}"), KeyKind::File, &attributes).unwrap();
        assert_eq!((key, read.name()), (file(), Some("a.txt")));
        assert!(ring().open(&wrong, KeyKind::File, &attributes).is_none());
    }

    #[test]
    fn link_key_opens_parts_of_the_root_and_bare_ones_only() {
        let ring = Keyring::link(FOLDER, &SHARE);
        let folder = NodeKey::Folder(FolderKey::from_bytes([5; 16]));
        let under_root = part(&FOLDER.to_string(), &folder, SHARE.bytes());
        assert_eq!(ring.resolve(&under_root, KeyKind::Folder), Some(folder.clone()));
        assert_eq!(ring.resolve(&part("", &folder, SHARE.bytes()), KeyKind::Folder), Some(folder.clone()));
        assert_eq!(ring.resolve(&part(&OWN.to_string(), &folder, SHARE.bytes()), KeyKind::Folder), None);
    }

    #[test]
    fn first_share_key_stays() {
        let mut ring = ring();
        ring.add_share_key(FOLDER, ShareKey::from_bytes([9; 16]));
        assert_eq!(ring.share_key(FOLDER), Some(&SHARE));
        assert_eq!(ring.share_keys().count(), 1);
    }

    #[test]
    fn share_keys_of_a_listing_are_taken_when_they_open() {
        let master = KeyCipher::new(MASTER.bytes());
        let (k, ha) = (share::wrap(&SHARE, &master), share::proof(FOLDER, &master));
        let mut ring = Keyring::new(OWN, &MASTER, None, ShareKeySource::Listing);
        ring.take_outgoing_share(FOLDER, &k, &[0; 16]);
        ring.take_outgoing_share(FOLDER, &[0; 16], &ha);
        ring.take_inbound_share(FOLDER, "");
        ring.take_inbound_share(FOLDER, &"A".repeat(1000));
        assert_eq!(ring.share_key(FOLDER), None);
        ring.take_outgoing_share(FOLDER, &k, &ha);
        assert_eq!(ring.share_key(FOLDER), Some(&SHARE));
        let other = NodeHandle::from_bytes([7; 6]);
        ring.take_inbound_share(other, &base64_encode(&k));
        assert_eq!(ring.share_key(other), Some(&SHARE));
    }

    #[test]
    fn an_account_with_a_key_store_takes_no_share_key_from_a_listing() {
        let master = KeyCipher::new(MASTER.bytes());
        let other = NodeHandle::from_bytes([7; 6]);
        let (k, ha) = (share::wrap(&SHARE, &master), share::proof(other, &master));
        let mut ring = ring();
        ring.take_outgoing_share(other, &k, &ha);
        assert!(!ring.take_inbound_share(other, &base64_encode(&k)));
        assert_eq!(ring.share_key(other), None);
        assert_eq!(ring.share_key(FOLDER), Some(&SHARE));
    }

    #[test]
    fn endless_fields_are_cut() {
        let own = part(&OWN.to_string(), &file(), MASTER.bytes());
        let field = vec![own; 10_000].join("/");
        assert_eq!(ring().candidates(&field, KeyKind::File).count(), MAX_PARTS);
        assert_eq!(ring().resolve(&"A".repeat(100_000), KeyKind::File), None);
    }

    #[test]
    fn keys_of_old_shares_open_with_the_private_key_until_its_ration_is_used_up() {
        let private = Arc::new(crate::crypto::rsa::tests::sample());
        let field = format!("{OWN}:{}", base64_encode(&private.encrypt_key(&file().clear())));
        let share = base64_encode(&private.encrypt_key(SHARE.bytes()));
        let mut ring = Keyring::new(OWN, &MASTER, Some(private), ShareKeySource::Listing);
        ring.take_inbound_share(FOLDER, &share);
        assert_eq!(ring.share_key(FOLDER), Some(&SHARE));
        assert_eq!(ring.resolve(&field, KeyKind::File), Some(file()));
        ring.private.as_ref().unwrap().left.store(1, Ordering::Relaxed);
        assert_eq!(ring.clone().resolve(&field, KeyKind::File), Some(file()));
        assert_eq!(ring.resolve(&field, KeyKind::File), None);
    }

    proptest! {
        #[test]
        fn any_field_is_read_without_panic(field in "[A-Za-z0-9:/_=-]{0,120}", attributes: Vec<u8>) {
            for kind in [KeyKind::File, KeyKind::Folder] {
                let _ = ring().resolve(&field, kind);
                let _ = ring().open(&field, kind, &attributes);
            }
        }
    }
}
