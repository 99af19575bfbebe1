//! Keys by role.
use crate::crypto::chunk::Chunk;

/// 16 bytes.
pub type KeyBytes = [u8; 16];

macro_rules! role_key { ($($name:ident)*) => { $(
    /// A 16-byte key with a role; wiped on drop, Debug shows nothing of it.
    #[derive(Clone, PartialEq, Eq)]
    pub struct $name(KeyBytes);
    impl $name {
        /// From raw bytes.
        #[must_use] pub const fn from_bytes(bytes: KeyBytes) -> Self { Self(bytes) }
        /// Raw bytes.
        #[must_use] pub const fn bytes(&self) -> &KeyBytes { &self.0 }
    }
    impl std::fmt::Debug for $name { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(***)")) } }
)* } }
role_key! { PasswordKey MasterKey ShareKey FolderKey }

/// Key of a file: AES key, nonce and the meta-MAC of its content.
#[derive(Clone, PartialEq, Eq)]
pub struct FileKey {
    aes: KeyBytes,
    nonce: [u8; 8],
    meta_mac: [u8; 8],
}
impl FileKey {
    /// From parts.
    #[must_use]
    pub const fn new(aes: KeyBytes, nonce: [u8; 8], meta_mac: [u8; 8]) -> Self {
        Self { aes, nonce, meta_mac }
    }
    /// Unpacks the 32-byte node key.
    #[must_use]
    pub fn from_node_key(_bytes: &[u8; 32]) -> Self {
        todo!()
    }
    /// Packs into the 32-byte node key.
    #[must_use]
    pub fn node_key(&self) -> [u8; 32] {
        todo!()
    }
    /// The content and attribute key.
    #[must_use]
    pub const fn aes(&self) -> &KeyBytes {
        &self.aes
    }
    /// The CTR nonce.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 8] {
        &self.nonce
    }
    /// The meta-MAC.
    #[must_use]
    pub const fn meta_mac(&self) -> &[u8; 8] {
        &self.meta_mac
    }
}

/// Key of a node.
#[derive(Clone, PartialEq, Eq)]
pub enum NodeKey {
    /// File.
    File(FileKey),
    /// Folder.
    Folder(FolderKey),
}
impl NodeKey {
    /// Encrypts it under a master or share key (16 or 32 bytes).
    #[must_use]
    pub fn wrap(&self, _under: &KeyBytes) -> Vec<u8> {
        todo!()
    }
    /// Decrypts; 16 bytes give a folder key, 32 a file key, other lengths `None`.
    #[must_use]
    pub fn unwrap(_wrapped: &[u8], _under: &KeyBytes) -> Option<Self> {
        todo!()
    }
    /// From clear bytes (16 or 32).
    #[must_use]
    pub fn from_clear(_bytes: &[u8]) -> Option<Self> {
        todo!()
    }
    /// The key of the node's attributes.
    #[must_use]
    pub fn attribute_key(&self) -> &KeyBytes {
        todo!()
    }
}

/// AES-128-ECB in place; `data` is a multiple of 16 bytes.
pub fn ecb_encrypt(_key: &KeyBytes, _data: &mut [u8]) {
    todo!()
}
/// The inverse.
pub fn ecb_decrypt(_key: &KeyBytes, _data: &mut [u8]) {
    todo!()
}
/// Random bytes from the system.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    todo!()
}
#[allow(dead_code)]
fn _unused(_: Chunk) {}
