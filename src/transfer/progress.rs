//! Counters of one transfer: written by the mover, read by the worker ten times a second.
use std::sync::atomic::{AtomicU64, Ordering};
/// See module.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    finishing: std::sync::atomic::AtomicBool,
    wait: std::sync::Mutex<Option<crate::api::wait::Wait>>,
}
impl Progress {
    /// Bytes done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
    /// More bytes are done.
    pub fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
    /// A piece failed and its bytes must come again.
    pub fn take_back(&self, bytes: u64) {
        self.done.fetch_sub(bytes, Ordering::Relaxed);
    }
    /// All bytes are there.
    pub fn finish(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }
    /// Whether all bytes are there and are being checked.
    pub fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Relaxed)
    }
    /// Sets or ends a wait.
    pub fn set_wait(&self, wait: Option<crate::api::wait::Wait>) {
        *self.wait.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = wait;
    }
    /// Why it waits.
    pub fn wait(&self) -> Option<crate::api::wait::Wait> {
        *self.wait.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
