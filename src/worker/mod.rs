//! The actor that owns sessions, trees and the queue.
use crate::message::{Command, Event};
use tokio::sync::mpsc;
/// The two ends that a front end holds.
pub struct Worker {
    /// Into the worker; never blocks.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Out of it.
    pub events: mpsc::Receiver<Event>,
}
/// What a worker is made of.
pub struct Parts {
    /// Configuration.
    pub config: crate::config::Config,
    /// How bytes move.
    pub transport: std::sync::Arc<dyn crate::api::transport::Transport>,
}
/// Starts the worker on the current runtime.
#[must_use]
pub fn start(_parts: Parts) -> Worker {
    todo!()
}
