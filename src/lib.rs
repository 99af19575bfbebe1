//! megapane: a two-pane file manager and command line for the MEGA cloud.
//!
//! ```text
//!  keys ─▶ ui (update/view) ──Command──▶ worker (owns sessions, trees, queue) ──▶ api ──▶ MEGA over HTTPS
//!  screen ◀─ ui ◀──────────────Event──── worker ◀── transfers                      │
//!  cli ───▶ the same Command/Event ─────▶ worker                                   └─▶ emulator (demo, tests)
//! ```
//!
//! # The map
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the command line: one file for each command; output, exit codes |
//! | [`ui`] | the two-pane screen: `update` changes its state, `view` draws it |
//! | [`worker`] | the actor behind both: owns sessions, trees and the queue; its loop never waits |
//! | [`message`] | the border between them: `Command` in, `Event` out, plain data |
//! | [`transfer`] | files on their way: plan, conflict, queue (pure), upload, download |
//! | [`dedupe`] | duplicates of names and contents: found, proven, planned (pure) |
//! | [`session`] | what a logged-in account can do: log in, resume, list, follow, change |
//! | [`store`] | what is kept on disk, sealed: credentials, trees; the journals of changes and transfers |
//! | [`local`] | the disk side: list, stat, safe names, files written in one step |
//! | [`tree`] | the cloud's nodes in memory: paths, places, sums |
//! | [`api`] | MEGA's protocol: bytes, batches, words, the table of errors |
//! | [`crypto`] | pure: keys, content cipher, MACs, attributes, fingerprints, links |
//! | [`emulator`] | a MEGA server of our own reading, for the demo and for tests |
//! | [`config`] | folders, accounts, environment |
//! | [`logging`] | the log file |
//! | [`entry`] | what a pane shows: a row, a folder |
//! | [`handle`] | the ids of nodes and users, and MEGA's base64 |
//! | [`secret`] | text that must not leave the process |
//! | [`offset_io`] | file content at an offset, where nothing has to be locked |
//!
//! # Who may know whom
//!
//! A level may import from any level to its right, none to its left; `tests/architecture.rs` checks it.
//!
//! ```text
//! main ─▶ cli ─▶ ui | worker ─▶ message ─▶ transfer ─▶ session ─▶ store, local ─▶ tree ─▶ api ─▶ crypto, handle, …
//! ui and worker never import each other.     ui imports only message, entry, handle, secret, config.
//! message imports only handle, entry, secret. emulator imports only crypto, handle, offset_io and api::transport.
//! ```
//!
//! # Words
//!
//! * **node**: a file or folder in the cloud; **handle**: its id. Names repeat, handles do not.
//! * **entry**: a row of a pane, local or cloud; **location**: the folder that a pane shows.
//! * **account**: a login in the configuration, called a *remote* on the command line (`work` in `work:/Photos`).
//! * **session**: a logged-in account; what is stored of it is sealed and opens nothing without the server.
//! * **packet**: one thing that happened in an account, as its event channel tells it; **position**: a place in that channel.
//! * **share**: a folder that others may enter; **rubbish bin**: where deleted nodes go.
//! * **version**: an older content behind a file; an overwrite makes one.
//! * **chunk**: a piece of a file with a MAC of its own; **meta-MAC**: the MAC over all of them, part of the file's key.
//! * **fingerprint**: size, time and sampled checksums of a content: a hint, never a proof.
//! * **attributes**: what a node carries encrypted: its name, its fingerprint.
//! * **transfer**: one file on its way; **copy**: a plan and the transfers it leads to.
//! * **conflict**: a name that is taken in the target; **resolution**: what is done about it.
//! * **change**: what alters an account; it knows its inverse and is in the undo journal before it is sent.
//!
//! # Where to start reading
//!
//! [`message`] says all that the program can do. Follow one command from there: [`cli`] or [`ui`] sends it, [`worker`]
//! carries it out. For the protocol begin with [`api`] and [`session`], for the cipher with [`crypto`].

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
pub mod offset_io;
pub mod secret;
pub mod session;
pub mod store;
pub mod transfer;
pub mod tree;
pub mod ui;
pub mod worker;
