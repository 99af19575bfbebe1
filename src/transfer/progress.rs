//! [`Progress`]: counters of one transfer, written by the mover and read by the worker ten times a second. No channel, so
//! a slow reader holds nothing up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::api::wait::Wait;

/// How far a transfer is.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    finishing: AtomicBool,
    wait: Mutex<Option<Wait>>,
}

impl Progress {
    /// Returns the bytes that have moved.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
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
    fn bytes_taken_back_never_go_below_nothing() {
        let progress = Progress::default();
        progress.add(10);
        progress.take_back(4);
        assert_eq!(progress.done(), 6);
        progress.take_back(100);
        assert_eq!(progress.done(), 0);
    }
}
