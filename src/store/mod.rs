//! What is kept on disk between runs, sealed where it is secret: credentials, and the journals of changes,
//! of transfers and of copies.
//! It knows files and keys; what the records mean is for session, transfer and worker to say.

pub mod copy_journal;
pub mod credentials;
pub mod transfer_journal;
pub mod undo;
