//! Files on their way. Pure machines: filter, plan, conflict, queue. Movers: upload, download. The worker drives both.

mod buffer;
pub mod compare;
pub mod conflict;
mod disk;
pub mod download;
pub mod error;
pub mod filter;
mod jobs;
pub mod limits;
pub(crate) mod patience;
pub mod plan;
pub mod progress;
pub mod queue;
pub(crate) mod speed;
pub mod upload;

pub use error::TransferError;
pub use limits::Limits;
pub use progress::Progress;
