#![cfg(test)]
//! The emulator by raw JSON: every command and fault, with a login made by hand. No code of the client takes part but
//! its cryptography.

mod commands;
mod faults;
mod http;
mod line;
mod links;
mod storage;
