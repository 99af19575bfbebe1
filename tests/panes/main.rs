#![cfg(test)]
//! The panes as people use them: keys into the real run loop, the real worker and the emulator behind it, and a disk of
//! our own. Time is paused; nothing is waited for in earnest.

mod app;
mod compared;
mod examined;
mod found;
mod kept;
mod log;
mod moving;
mod review;
#[path = "../screen/mod.rs"]
mod screen;
mod shared;
mod usage;
