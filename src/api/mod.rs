//! MEGA's API as a client speaks it: bytes (`transport`), requests (`client`), words (`wire`), errors, changes.
pub mod client;
pub mod error;
pub mod http;
pub mod storage;
pub mod transport;
pub mod wire;
