//! What is kept on disk, sealed where it is secret.
pub mod credentials;
pub mod undo;
