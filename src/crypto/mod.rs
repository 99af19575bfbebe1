//! MEGA's cryptography, pure: bytes in, bytes out, no I/O and no clock. Every layer above builds on it.
//!
//! Each file is one noun of the protocol; `key` holds the roles a key can play, and everything else takes those.
//! Bytes from the server are hostile: every reader here bounds its work and answers `None` or an error, never a panic.

pub mod attributes;
pub mod checksum;
pub mod chunk;
pub mod fingerprint;
pub mod hashcash;
pub mod key;
pub mod keystore;
mod lanes;
pub mod link;
pub mod mac;
pub mod node_key;
pub mod obscured;
pub mod pairwise;
pub mod password;
pub mod raid;
pub mod rsa;
pub mod session_id;
pub mod share;
