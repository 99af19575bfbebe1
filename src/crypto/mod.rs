//! MEGA's cryptography, pure: bytes in, bytes out, no I/O and no clock. Every layer above builds on it.

pub mod attributes;
pub mod chunk;
pub mod fingerprint;
pub mod hashcash;
pub mod key;
pub mod keystore;
pub mod link;
pub mod mac;
pub mod password;
pub mod rsa;
pub mod session_id;
