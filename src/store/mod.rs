//! What is kept on disk between runs, sealed where it is secret: credentials, and the journal of changes.
//! It knows files and keys; what the records mean is for session, transfer and worker to say.

pub mod credentials;
pub mod undo;
