//! [`Progress`]: counters of one transfer, written by the mover and read by the worker ten times a second. No channel, so
//! a slow reader holds nothing up.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::api::wait::Wait;

/// How far a transfer is.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    /// Of these, moved by an earlier run.
    kept: AtomicU64,
    checking: AtomicBool,
    source_changes: AtomicU32,
    finishing: AtomicBool,
    wait: Mutex<Option<Wait>>,
}

impl Progress {
    /// Returns the bytes that have moved.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// Counts bytes that have moved.
    pub fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Takes bytes back that must move again.
    pub fn take_back(&self, bytes: u64) {
        let less = |done: u64| Some(done.saturating_sub(bytes));
        let _ = self.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Counts bytes that an earlier run has moved.
    pub fn keep(&self, bytes: u64) {
        self.kept.fetch_add(bytes, Ordering::Relaxed);
        self.done.fetch_add(bytes, Ordering::Release); // who sees them done also sees that they were kept
    }

    /// Returns the bytes that an earlier run has moved.
    pub fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// Takes all bytes back: everything must move again.
    pub fn start_over(&self) {
        self.kept.store(0, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.finishing.store(false, Ordering::Relaxed);
    }

    /// Notes that what an earlier run left is being read and checked, or that this is over.
    pub fn set_checking(&self, checking: bool) {
        self.checking.store(checking, Ordering::Relaxed);
    }

    /// Returns whether what an earlier run left is being checked: what counts is not known yet.
    pub fn is_checking(&self) -> bool {
        self.checking.load(Ordering::Relaxed)
    }

    /// Notes that the local file changed, so that its upload starts over.
    pub fn note_source_change(&self) {
        self.source_changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how often the local file changed.
    pub fn source_changes(&self) -> u32 {
        self.source_changes.load(Ordering::Relaxed)
    }

    /// Notes that all bytes are there.
    pub fn finish(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }

    /// Returns whether all bytes are there and are being checked and put in place.
    pub fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Relaxed)
    }

    /// Notes why nothing moves, or that it moves again.
    pub fn set_wait(&self, wait: Option<Wait>) {
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = wait;
    }

    /// Returns why nothing moves.
    pub fn wait(&self) -> Option<Wait> {
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_bytes_count_as_done_until_all_starts_over() {
        let progress = Progress::default();
        progress.keep(10);
        progress.add(5);
        assert_eq!((progress.done(), progress.kept()), (15, 10));
        progress.start_over();
        assert_eq!((progress.done(), progress.kept()), (0, 0));
    }

    #[test]
    fn bytes_taken_back_never_go_below_nothing() {
        let progress = Progress::default();
        progress.add(10);
        progress.take_back(4);
        assert_eq!(progress.done(), 6);
        progress.take_back(100);
        assert_eq!(progress.done(), 0);
    }
}
