//! megapane: a two-pane file manager and command line for the MEGA cloud.

pub mod api;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod dedupe;
pub mod emulator;
pub mod entry;
pub mod handle;
pub mod local;
pub mod logging;
pub mod message;
pub mod secret;
pub mod session;
pub mod store;
pub mod transfer;
pub mod tree;
pub mod ui;
pub mod worker;
