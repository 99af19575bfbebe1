//! The actor that owns sessions, trees and the queue.
#![allow(dead_code)]
mod order;
mod outbox;
mod view;
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
    /// Accounts that are open already (the command line logs in, asks and resolves paths itself): the worker goes on
    /// with these instead of resuming, logging in and listing again. Empty for the screen.
    pub opened: Vec<OpenedAccount>,
}
/// An account that a front end has opened before it started the worker.
pub struct OpenedAccount {
    /// Its name in the configuration.
    pub account: String,
    /// The session.
    pub session: crate::session::Session,
    /// Its nodes as listed.
    pub tree: crate::tree::Tree,
}
/// Starts the worker on the current runtime.
#[must_use]
pub fn start(_parts: Parts) -> Worker {
    todo!()
}
