//! The `^!keys` user attribute, where secured accounts keep their share keys. Read only: a wrong write would lock the
//! user out of the shares. Source: meganz/sdk `src/megaclient.cpp`, `KeyManager::fromKeysContainer`, `unserialize`; vectors
//! `keys_attribute`.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key::{KeyBytes, MasterKey, ShareKey};
use crate::handle::NodeHandle;

/// What we read of the attribute.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyStore {
    /// Grows with every write; a lower one than last seen means that the server gave back an old value.
    pub generation: u32,
    /// Keys of shared and exported folders.
    pub shares: Vec<StoredShare>,
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
        while let Some((&[tag, a, b, c], rest)) = records.split_first_chunk::<4>() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let (value, rest) = rest.split_at_checked(length)?;
            records = rest;
            match tag {
                TAG_GENERATION => store.generation = u32::from_be_bytes(value.try_into().ok()?),
                TAG_SHARES => store.shares.extend(stored_shares(value)?),
                _ => {}
            }
        }
        records.is_empty().then_some(store)
    }
}

/// Share keys of the attribute; `None` when it cannot be opened.
#[must_use]
pub fn share_keys(value: &[u8], master: &MasterKey) -> Option<Vec<(NodeHandle, ShareKey)>> {
    let store = KeyStore::open(value, master)?;
    Some(store.shares.into_iter().map(|share| (share.handle, share.key)).collect())
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
const TAG_SHARES: u8 = 48;
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
            prop_assert_eq!(share_keys(&[&HEADER[..], &bytes].concat(), &master), None);
        }
    }
}
