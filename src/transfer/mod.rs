//! Files on their way. Pure machines: filter, plan, conflict, queue. Movers: upload, download. The worker drives both.

mod buffer;
pub mod compare;
mod disk;
pub mod download;
pub mod error;
pub mod limits;
pub mod progress;
pub mod upload;

pub use error::TransferError;
pub use limits::Limits;
pub use progress::Progress;
