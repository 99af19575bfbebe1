//! Files on their way. Pure machines: filter, plan, conflict, queue. Movers: upload, download.
pub mod download;
pub mod progress;
pub mod upload;
