//! MEGA's API as a client speaks it: bytes (`transport`, `http`), batches (`client`), words (`wire`), the node list
//! (`listing`), storage servers (`storage`), and the table of errors. It knows nothing of accounts or trees.
pub mod client;
pub mod error;
pub mod http;
pub mod listing;
pub mod storage;
pub mod transport;
pub mod wait;
pub mod wire;
