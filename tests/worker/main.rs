#![cfg(test)]
//! The worker on the emulator, in one process and with a paused clock: what front ends see of accounts, views, changes
//! and copies, also when something goes wrong.

mod accounts;
#[cfg(unix)]
mod across;
mod answers;
mod arriving;
mod between;
mod changes;
mod comparisons;
mod conflicts;
mod copies;
mod deletions;
mod desk;
mod faults;
#[path = "../stage/held.rs"]
mod held;
mod large;
mod line;
mod live;
mod looking;
mod pairs;
mod quotas;
mod renames;
mod restores;
mod speed;
mod trouble;
mod undoing;
mod unfinished;
mod views;
