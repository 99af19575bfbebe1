//! The `^!keys` user attribute, where secured accounts keep their share keys. Read only: a wrong write would lock the
//! user out of the shares. Source: meganz/sdk `src/megaclient.cpp`, `KeyManager::fromKeysContainer`, `unserialize`; vectors
//! `keys_attribute`.

use std::collections::HashMap;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key::{KeyBytes, MasterKey, ShareKey};
use super::pairwise::{ExchangeKey, KeyPrint};
use crate::handle::{NodeHandle, UserHandle};

/// What we read of the attribute.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyStore {
    /// Grows with every write; a lower one than last seen means that the server gave back an old value.
    pub generation: u32,
    /// Keys of shared and exported folders.
    pub shares: Vec<StoredShare>,
    /// The account's private key for what others send it.
    pub exchange: Option<ExchangeKey>,
    /// The contacts whose identity a client of this account has seen, each with the print of the public key that it sends
    /// under. Nobody else's key is believed: the server could give its own.
    pub contacts: HashMap<UserHandle, KeyPrint>,
    /// Share keys that came for the account and are kept as they came.
    pub pending: Vec<PendingShare>,
}

/// A share key as somebody sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingShare {
    /// The shared folder.
    pub folder: NodeHandle,
    /// Who sent it.
    pub sender: UserHandle,
    /// The key, under the one that both have in common.
    pub sealed: Vec<u8>,
}

/// One share key of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredShare {
    /// The shared folder.
    pub handle: NodeHandle,
    /// Its key.
    pub key: ShareKey,
    /// Bit 0: trusted, bit 1: in use.
    pub flags: u8,
}

impl KeyStore {
    /// Decrypts and reads the attribute's value; `None` when it cannot be opened or is cut short.
    #[must_use]
    pub fn open(value: &[u8], master: &MasterKey) -> Option<Self> {
        Self::parse(&clear_records(value, master)?)
    }

    /// Reads the clear records: tag, three bytes of length, value. Unknown tags are skipped.
    fn parse(mut records: &[u8]) -> Option<Self> {
        let mut store = Self::default();
        let (mut seen, mut prints) = (Vec::new(), Vec::new());
        while let Some((&[tag, a, b, c], rest)) = records.split_first_chunk::<4>() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let (value, rest) = rest.split_at_checked(length)?;
            records = rest;
            match tag {
                TAG_GENERATION => store.generation = u32::from_be_bytes(value.try_into().ok()?),
                TAG_SHARES => store.shares.extend(stored_shares(value)?),
                // What only helps to read more may be of a form that is not known here.
                TAG_EXCHANGE => store.exchange = value.try_into().ok().map(ExchangeKey::from_bytes),
                TAG_IDENTITIES => seen = ring(value),
                TAG_PRINTS => prints = ring(value),
                TAG_PENDING => store.pending = pending_shares(value).unwrap_or_default(),
                _ => {}
            }
        }
        let is_seen = |user: &UserHandle| seen.iter().any(|(known, _)| known == user);
        store.contacts = prints.into_iter().filter(|(user, _)| is_seen(user)).collect();
        records.is_empty().then_some(store)
    }
}

impl KeyStore {
    /// Returns the keys of shared and exported folders.
    #[must_use]
    pub fn share_keys(&self) -> Vec<(NodeHandle, ShareKey)> {
        self.shares.iter().map(|share| (share.handle, share.key.clone())).collect()
    }
}

fn stored_shares(value: &[u8]) -> Option<Vec<StoredShare>> {
    let (rows, rest) = value.as_chunks::<23>();
    let share = |row: &[u8; 23]| {
        let (handle, rest) = row.split_first_chunk::<6>()?;
        let (key, flags) = rest.split_first_chunk::<16>()?;
        Some(StoredShare {
            handle: NodeHandle::from_bytes(*handle),
            key: ShareKey::from_bytes(*key),
            flags: *flags.first()?,
        })
    };
    if rest.is_empty() { rows.iter().map(share).collect() } else { None }
}

/// Reads a ring of contacts: 8 bytes of user, 20 of its key's print, and how well it is known, of which less than 0 is not
/// at all.
fn ring(value: &[u8]) -> Vec<(UserHandle, KeyPrint)> {
    let row = |row: &[u8; 29]| {
        let (user, rest) = row.split_first_chunk::<8>()?;
        let (print, level) = rest.split_first_chunk::<20>()?;
        (level.first()?.cast_signed() >= 0).then_some((UserHandle::from_bytes(*user), *print))
    };
    value.as_chunks::<29>().0.iter().filter_map(row).collect()
}

/// Reads rows of a tag and a value, each behind its length: a folder's handle as text; who sent it, and the key.
fn pending_shares(mut rows: &[u8]) -> Option<Vec<PendingShare>> {
    let mut pending = Vec::new();
    while let Some((&len, rest)) = rows.split_first() {
        let (tag, rest) = rest.split_at_checked(usize::from(len))?;
        let (len, rest) = rest.split_first_chunk::<2>()?;
        let (len, rest) = match u16::from_be_bytes(*len) {
            u16::MAX => {
                let (len, rest) = rest.split_first_chunk::<4>()?;
                (u32::from_be_bytes(*len) as usize, rest)
            }
            len => (usize::from(len), rest),
        };
        let (value, rest) = rest.split_at_checked(len)?;
        rows = rest;
        let folder = std::str::from_utf8(tag).ok().and_then(|text| text.parse().ok());
        if let (Some(folder), Some((sender, sealed))) = (folder, value.split_first_chunk::<8>()) {
            let (sender, sealed) = (UserHandle::from_bytes(*sender), sealed.to_vec());
            pending.push(PendingShare { folder, sender, sealed });
        }
    }
    Some(pending)
}

/// Decrypts the value into its records. Layout: `14 00`, 12 bytes of nonce, ciphertext, 16 bytes of tag.
#[must_use]
pub fn clear_records(value: &[u8], master: &MasterKey) -> Option<Zeroizing<Vec<u8>>> {
    if value.len() > MAX_VALUE {
        return None;
    }
    let sealed = value.strip_prefix(&HEADER)?;
    let (nonce, sealed) = sealed.split_first_chunk::<12>()?;
    let (text, tag) = sealed.split_last_chunk::<16>()?;
    let mut clear = Zeroizing::new(text.to_vec());
    let key = attribute_key(master)?;
    Aes128Gcm::new((&*key).into())
        .decrypt_inout_detached(&Nonce::from(*nonce), &[], clear.as_mut_slice().into(), tag.into())
        .ok()?;
    Some(clear)
}

fn attribute_key(master: &MasterKey) -> Option<Zeroizing<KeyBytes>> {
    let mut key = Zeroizing::new(KeyBytes::default());
    Hkdf::<Sha256>::new(None, master.bytes()).expand(&[1], &mut *key).ok()?;
    Some(key)
}

const HEADER: [u8; 2] = [0x14, 0x00];
const TAG_GENERATION: u8 = 4;
const TAG_EXCHANGE: u8 = 17;
const TAG_IDENTITIES: u8 = 32;
const TAG_PRINTS: u8 = 33;
const TAG_SHARES: u8 = 48;
const TAG_PENDING: u8 = 65;
/// Far above any real value (23 bytes for each share), and small enough to hold.
const MAX_VALUE: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(tag: u8, value: &[u8]) -> Vec<u8> {
        let length = u32::try_from(value.len()).unwrap().to_be_bytes();
        [&[tag], &length[1..], value].concat()
    }

    #[test]
    fn shares_and_generation_are_read_among_unknown_records() {
        let row = |byte| [&[byte; 6][..], &[byte; 16], &[3]].concat();
        let shares = record(TAG_SHARES, &[row(1), row(2)].concat());
        let generation = record(TAG_GENERATION, &7u32.to_be_bytes());
        let clear = [record(200, b"later"), shares, record(1, &[1]), generation].concat();
        let store = KeyStore::parse(&clear).unwrap();
        assert_eq!(store.generation, 7);
        assert_eq!(store.shares.len(), 2);
        let last = StoredShare {
            handle: NodeHandle::from_bytes([2; 6]),
            key: ShareKey::from_bytes([2; 16]),
            flags: 3,
        };
        assert_eq!(store.shares[1], last);
    }

    #[test]
    fn contacts_are_those_in_both_rings_and_known_at_all() {
        let row = |user: u8, print: u8, level: u8| [&[user; 8][..], &[print; 20], &[level]].concat();
        let seen = record(TAG_IDENTITIES, &[row(1, 9, 0), row(2, 9, 0xff), row(3, 9, 2)].concat());
        let prints = record(TAG_PRINTS, &[row(1, 5, 2), row(2, 6, 2), row(4, 7, 2)].concat());
        let store = KeyStore::parse(&[seen, prints, record(TAG_EXCHANGE, &[8; 32])].concat()).unwrap();
        assert_eq!(store.contacts, HashMap::from([(UserHandle::from_bytes([1; 8]), [5; 20])]));
        assert_eq!(store.exchange, Some(ExchangeKey::from_bytes([8; 32])));
    }

    #[test]
    fn pending_shares_are_read_and_of_a_form_that_is_not_known_left_out() {
        let folder = NodeHandle::from_bytes([1; 6]);
        let value = [&[2; 8][..], &[3; 16]].concat();
        let row = [&[8][..], folder.to_string().as_bytes(), &[0, 24], &value].concat();
        let store = KeyStore::parse(&record(TAG_PENDING, &row)).unwrap();
        let sender = UserHandle::from_bytes([2; 8]);
        assert_eq!(store.pending, [PendingShare { folder, sender, sealed: vec![3; 16] }]);
        for len in 1..row.len() {
            let store = KeyStore::parse(&record(TAG_PENDING, &row[..len])).unwrap();
            assert_eq!(store.pending, [], "{len} bytes");
        }
    }

    #[test]
    fn cut_records_are_refused() {
        let whole = record(TAG_SHARES, &[9; 46]);
        assert!(KeyStore::parse(&whole).is_some());
        for len in 1..whole.len() {
            assert_eq!(KeyStore::parse(&whole[..len]), None, "{len} bytes");
        }
        assert_eq!(KeyStore::parse(&record(TAG_SHARES, &[9; 45])), None);
        assert_eq!(KeyStore::parse(&record(TAG_GENERATION, &[1; 3])), None);
    }

    proptest! {
        #[test]
        fn any_value_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let master = MasterKey::from_bytes([1; 16]);
            let _ = KeyStore::parse(&bytes);
            prop_assert_eq!(KeyStore::open(&bytes, &master), None);
            prop_assert_eq!(KeyStore::open(&[&HEADER[..], &bytes].concat(), &master), None);
        }
    }
}
