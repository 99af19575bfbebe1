//! The program itself, as a script or a person meets it: the real binary against an emulator on a loopback port; what
//! it prints where, and how it ends. Folders are temporary, the environment is empty.
#![cfg(test)]

mod across;
mod backup;
mod between;
mod between_flags;
mod check;
mod config;
mod conflict;
mod copy;
mod dedupe;
#[cfg(unix)]
mod doctor;
mod duplicates;
#[cfg(unix)]
mod faults;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod guide;
#[cfg(unix)]
mod hangup;
mod help;
#[cfg(unix)]
mod hostile_names;
mod imported;
mod inside;
mod kept;
mod keymap;
mod killed;
mod kills;
mod leftovers;
mod limits;
mod lines;
mod links;
mod listing;
mod mirror;
mod ncdu;
#[cfg(unix)]
mod no_room;
mod plain;
mod refusals;
mod remotes;
mod removals;
mod resume;
mod scene;
mod secrets;
mod shares;
#[cfg(unix)]
#[path = "../terminal/mod.rs"]
mod terminal;
mod undo;
mod versions;
mod wizard;
