//! [`BufferPool`]: memory for file content on its way, bounded over all transfers and used again, so that a gigabyte
//! passes through a few megabytes that stay mapped. Only the movers use it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lends buffers; who asks for more than is free waits in turn.
pub(crate) struct BufferPool {
    /// One permit per [`UNIT`] bytes.
    free: Arc<Semaphore>,
    /// All units there are.
    unit_count: u32,
    /// Memory that was lent before. Each is at least [`KEPT`] bytes long.
    used: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// Borrowed memory of a fixed length; goes back when dropped.
pub(crate) struct Buffer {
    memory: Vec<u8>,
    len: usize,
    used: Arc<Mutex<Vec<Vec<u8>>>>,
    _permit: OwnedSemaphorePermit,
}

impl BufferPool {
    /// Makes a pool that lends at most `bytes` at a time.
    pub(crate) fn new(bytes: usize) -> Self {
        let unit_count = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).max(1);
        Self { free: Arc::new(Semaphore::new(unit_count as usize)), unit_count, used: Arc::default() }
    }

    /// Lends `len` bytes of any content, when so much is free. More than the whole pool is lent when all of it is free.
    ///
    /// Waiting is in order, so a large request is not starved by small ones. Who holds a buffer must not ask for a
    /// second one.
    pub(crate) async fn lend(&self, len: usize) -> Buffer {
        let wanted = u32::try_from(len.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.unit_count);
        let permit = Arc::clone(&self.free).acquire_many_owned(wanted).await;
        let permit = permit.unwrap_or_else(|_closed| unreachable!("the semaphore is never closed"));
        let mut memory = if len >= KEPT { lock(&self.used).pop().unwrap_or_default() } else { Vec::new() };
        if memory.len() < len {
            memory.resize(len, 0);
        }
        Buffer { memory, len, used: Arc::clone(&self.used), _permit: permit }
    }
}

impl fmt::Debug for BufferPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BufferPool({} of {} units free)", self.free.available_permits(), self.unit_count)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.len] // `lend` made it at least that long
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.len]
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.memory.len() >= KEPT {
            let mut used = lock(&self.used);
            if used.len() < MOST_KEPT {
                used.push(std::mem::take(&mut self.memory));
            }
        }
    }
}

fn lock(used: &Mutex<Vec<Vec<u8>>>) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
    used.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What memory is counted in, bytes.
const UNIT: usize = 64 << 10;
/// Buffers from this size on are kept for the next one, bytes.
const KEPT: usize = 1 << 20;
/// How many buffers are kept. As many as one file's connections take.
const MOST_KEPT: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn no_more_than_the_bound_is_lent_and_dropping_frees() {
        let pool = BufferPool::new(2 << 20);
        let first = pool.lend(1 << 20).await;
        let second = pool.lend(1 << 20).await;
        assert!(pool.lend(1).now_or_never().is_none());
        drop(first);
        assert_eq!(pool.lend(1).now_or_never().map(|buffer| buffer.len()), Some(1));
        drop(second);
    }

    #[tokio::test]
    async fn a_buffer_larger_than_the_pool_takes_all_of_it() {
        let pool = BufferPool::new(1 << 20);
        let all = pool.lend(3 << 20).await;
        assert_eq!(all.len(), 3 << 20);
        assert!(pool.lend(1).now_or_never().is_none());
    }

    #[tokio::test]
    async fn large_memory_is_used_again() {
        let pool = BufferPool::new(8 << 20);
        let mut buffer = pool.lend(2 << 20).await;
        buffer[0] = 7;
        drop(buffer);
        assert_eq!(pool.lend(1 << 20).await[0], 7);
        assert_eq!(lock(&pool.used).len(), 1);
    }
}
