//! The keys of an account by the role they play, and how one wraps another (AES-128 in ECB, as MEGA does it).
//! Used by everything that unlocks or makes nodes. No key type here shows its bytes in `Debug`, all are wiped on drop.

use std::fmt;

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The 16 bytes of an AES-128 key, with no role.
pub type KeyBytes = [u8; 16];

macro_rules! role_key {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
        pub struct $name(KeyBytes);

        impl $name {
            /// Takes raw bytes as a key of this role.
            #[must_use]
            pub const fn from_bytes(bytes: KeyBytes) -> Self {
                Self(bytes)
            }

            /// Returns the raw bytes.
            #[must_use]
            pub const fn bytes(&self) -> &KeyBytes {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )* };
}

role_key! {
    /// Key made from the password; its only use is to unwrap the master key.
    PasswordKey;
    /// Key of the account: wraps node keys, the private RSA key and outgoing share keys.
    MasterKey;
    /// Key of a shared or exported folder: wraps the node keys inside it for the other members.
    ShareKey;
    /// Key of one folder node; encrypts nothing but its attributes.
    FolderKey;
}

/// Key of a file: AES key, CTR nonce and the meta-MAC of its content.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct FileKey {
    aes: KeyBytes,
    nonce: [u8; 8],
    meta_mac: [u8; 8],
}

impl FileKey {
    /// Makes a file key from its parts.
    #[must_use]
    pub const fn new(aes: KeyBytes, nonce: [u8; 8], meta_mac: [u8; 8]) -> Self {
        Self { aes, nonce, meta_mac }
    }

    /// Unpacks the 32-byte node key: its halves combined by XOR are the AES key, the second half is nonce and meta-MAC.
    #[must_use]
    pub fn from_node_key(bytes: &[u8; 32]) -> Self {
        let (left, right) = halves(bytes);
        let (mut nonce, mut meta_mac) = ([0; 8], [0; 8]);
        nonce.copy_from_slice(&right[..8]);
        meta_mac.copy_from_slice(&right[8..]);
        Self { aes: xor(left, right), nonce, meta_mac }
    }

    /// Packs the key into the 32 bytes that a file node carries; the inverse of [`FileKey::from_node_key`].
    #[must_use]
    pub fn node_key(&self) -> [u8; 32] {
        let mut right = [0; 16];
        right[..8].copy_from_slice(&self.nonce);
        right[8..].copy_from_slice(&self.meta_mac);
        let mut packed = [0; 32];
        packed[..16].copy_from_slice(&xor(&self.aes, &right));
        packed[16..].copy_from_slice(&right);
        packed
    }

    /// Key of the content and of the attributes.
    #[must_use]
    pub const fn aes(&self) -> &KeyBytes {
        &self.aes
    }

    /// Upper eight bytes of the CTR counter block.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 8] {
        &self.nonce
    }

    /// What the folded chunk MACs of the content have to give.
    #[must_use]
    pub const fn meta_mac(&self) -> &[u8; 8] {
        &self.meta_mac
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(***)")
    }
}

/// Key of a node, by the kind of node it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKey {
    /// Of a file: 32 bytes on the wire.
    File(FileKey),
    /// Of a folder: 16 bytes on the wire.
    Folder(FolderKey),
}

impl NodeKey {
    /// Encrypts the key under a master or share key, for the `k` of a node (16 or 32 bytes).
    #[must_use]
    pub fn wrap(&self, under: &KeyBytes) -> Vec<u8> {
        let mut bytes = self.clear();
        ecb_encrypt(under, &mut bytes);
        bytes
    }

    /// Decrypts a wrapped key: 16 bytes give a folder key, 32 a file key, any other length `None`.
    /// A wrong `under` gives a wrong key; only the node's attributes tell.
    #[must_use]
    pub fn unwrap(wrapped: &[u8], under: &KeyBytes) -> Option<Self> {
        Self::unwrap_with(wrapped, &KeyCipher::new(under))
    }

    /// As [`NodeKey::unwrap`], with a key that was set up before: for whole listings.
    #[must_use]
    pub fn unwrap_with(wrapped: &[u8], under: &KeyCipher) -> Option<Self> {
        let mut clear = [0; 32];
        let clear = clear.get_mut(..wrapped.len())?;
        clear.copy_from_slice(wrapped);
        under.decrypt(clear);
        let key = Self::from_clear(clear);
        clear.zeroize();
        key
    }

    /// Takes clear bytes: 16 of a folder, 32 of a file, `None` for another length.
    #[must_use]
    pub fn from_clear(bytes: &[u8]) -> Option<Self> {
        if let Ok(bytes) = <&[u8; 32]>::try_from(bytes) {
            return Some(Self::File(FileKey::from_node_key(bytes)));
        }
        let bytes = KeyBytes::try_from(bytes).ok()?;
        Some(Self::Folder(FolderKey::from_bytes(bytes)))
    }

    /// The clear bytes (16 or 32), as link texts and [`NodeKey::from_clear`] have them. The caller wipes them.
    #[must_use]
    pub fn clear(&self) -> Vec<u8> {
        match self {
            Self::File(key) => key.node_key().to_vec(),
            Self::Folder(key) => key.bytes().to_vec(),
        }
    }

    /// The key that encrypts the node's attributes.
    #[must_use]
    pub const fn attribute_key(&self) -> &KeyBytes {
        match self {
            Self::File(key) => key.aes(),
            Self::Folder(key) => key.bytes(),
        }
    }
}

/// A wrapping key set up for many uses: a listing unwraps every node's key under the same one.
#[derive(Clone)]
pub struct KeyCipher(Aes128);

impl KeyCipher {
    /// Expands the key.
    #[must_use]
    pub fn new(key: &KeyBytes) -> Self {
        Self(Aes128::new(key.into()))
    }

    /// Encrypts in place, block by block (ECB); bytes after the last whole block stay as they are.
    pub fn encrypt(&self, data: &mut [u8]) {
        self.0.encrypt_blocks(Block::slice_as_chunks_mut(data).0);
    }

    /// Decrypts in place, block by block (ECB); bytes after the last whole block stay as they are.
    pub fn decrypt(&self, data: &mut [u8]) {
        self.0.decrypt_blocks(Block::slice_as_chunks_mut(data).0);
    }
}

impl fmt::Debug for KeyCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyCipher(***)")
    }
}

/// Encrypts in place with AES-128 in ECB; `data` is a multiple of 16 bytes.
pub fn ecb_encrypt(key: &KeyBytes, data: &mut [u8]) {
    debug_assert!(data.len().is_multiple_of(16));
    KeyCipher::new(key).encrypt(data);
}

/// Decrypts in place with AES-128 in ECB; `data` is a multiple of 16 bytes.
pub fn ecb_decrypt(key: &KeyBytes, data: &mut [u8]) {
    debug_assert!(data.len().is_multiple_of(16));
    KeyCipher::new(key).decrypt(data);
}

/// Random bytes of the operating system, fit for keys.
///
/// # Panics
/// When the operating system has no random numbers to give.
#[must_use]
#[expect(clippy::expect_used, reason = "a machine without random numbers must not go on to make keys")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    bytes
}

fn halves(bytes: &[u8; 32]) -> (&KeyBytes, &KeyBytes) {
    let (halves, _) = bytes.as_chunks::<16>();
    (&halves[0], &halves[1])
}

fn xor(left: &KeyBytes, right: &KeyBytes) -> KeyBytes {
    std::array::from_fn(|i| left[i] ^ right[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_keys_survive_wrapping_under_another_key() {
        let under = random();
        let file = NodeKey::File(FileKey::new(random(), random(), random()));
        let folder = NodeKey::Folder(FolderKey::from_bytes(random()));
        for key in [file, folder] {
            let wrapped = key.wrap(&under);
            assert_ne!(wrapped, key.clear());
            assert_eq!(NodeKey::unwrap(&wrapped, &under), Some(key));
        }
    }

    #[test]
    fn keys_of_other_lengths_are_refused() {
        for length in [0, 1, 15, 17, 31, 33, 48, 4096] {
            assert_eq!(NodeKey::unwrap(&vec![7; length], &[1; 16]), None, "{length}");
            assert_eq!(NodeKey::from_clear(&vec![7; length]), None, "{length}");
        }
    }

    #[test]
    fn debug_output_shows_no_key_byte() {
        let key = NodeKey::File(FileKey::new([0xab; 16], [0xcd; 8], [0xef; 8]));
        let shown =
            format!("{key:?} {:?} {:?}", MasterKey::from_bytes([0xab; 16]), KeyCipher::new(&[0xab; 16]));
        assert_eq!(shown, "File(FileKey(***)) MasterKey(***) KeyCipher(***)");
    }
}
