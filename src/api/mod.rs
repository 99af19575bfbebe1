//! MEGA's API as a client speaks it: bytes (`transport`, `http`), batches (`client`), words (`wire`), the node list
//! (`listing`), events (`channel`), storage servers (`storage`; a file is at one of them or, in parts, at six: `origin`), and the table of
//! errors. It knows nothing of accounts or trees.
//!
//! A call goes `client` → `queue` (one batch at a time) → `exchange` (the same request until it is answered) → transport.

pub mod channel;
pub mod client;
pub mod error;
pub mod http;
pub mod listing;
pub mod origin;
pub mod storage;
pub mod transport;
pub mod wait;
pub mod wire;

mod backoff;
mod batch;
mod exchange;
mod holdup;
mod listing_body;
mod members;
mod parts;
mod queue;
mod request_id;
#[cfg(test)]
pub(crate) mod scripted;
