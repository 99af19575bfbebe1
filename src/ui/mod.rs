//! The two-pane screen. [`run::run`] is its one entrance: keys and the worker's events come in, commands and frames go out.
//!
//! ```text
//! terminal ─▶ input ─▶ Msg ─▶ update(&mut AppState, Msg, &mut Vec<Command>) ─▶ worker
//!                             view(&AppState, &mut Frame) ─▶ terminal
//! ```
//!
//! `update` is the only place that changes [`state::AppState`]; `view` only draws it. Nothing here knows network, disk
//! or keys of accounts: the screen speaks to the worker by [`crate::message`] alone.

pub mod action;
pub mod ahead;
pub mod attention;
pub mod backend;
pub mod dialog;
pub mod errand;
pub mod escape;
pub mod figure;
pub mod gate;
pub mod history;
pub mod input;
pub mod key;
mod keyboard;
pub mod keymap;
pub mod layout;
pub mod meter;
pub mod mouse;
pub mod own_files;
mod pace;
pub mod pane;
pub mod preview;
pub mod run;
pub mod settings;
pub mod state;
mod surroundings;
pub mod synchrony;
pub mod tabs;
pub mod terminal;
pub mod terminal_kind;
pub mod text;
pub mod theme;
pub mod throughput;
pub mod transfers;
pub mod update;
pub mod view;
pub mod viewer;
pub mod window;
pub mod wording;
