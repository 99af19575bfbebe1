//! What is kept on disk between runs, sealed where it is secret: credentials, the trees of accounts, decisions about
//! duplicates, the journals of changes, of transfers and of copies, and the notes of loans.
//! It knows files and keys; what the records mean is for session, transfer and worker to say.

pub mod bookmarks;
pub mod copy_journal;
pub mod credentials;
pub mod loans;
pub mod review;
pub mod screen;
pub mod transfer_journal;
pub mod tree_cache;
pub mod undo;

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the time as journals keep it, Unix seconds.
#[must_use]
pub fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
