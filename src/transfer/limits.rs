//! [`Limits`]: what all transfers of the process share and may not exceed: memory for file content, connections, patience.
//! The worker makes one and gives each transfer a clone.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::bandwidth::Bandwidth;
use super::buffer::BufferPool;
use super::small_pool::SmallPool;
use super::spending::Spending;
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::message::Direction;

/// Bounds on what transfers take. Clones share the memory, the connections of small files and the speed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Memory for content on its way, shared by all transfers.
    pub(crate) buffers: Arc<BufferPool>,
    /// Connections of all small files.
    pub(crate) small: SmallPool,
    /// Turns for contents that are compared by reading them.
    pub(crate) readers: Arc<Semaphore>,
    /// Connections for one large file to one server, at most; a server that objects gets fewer.
    pub connections: usize,
    /// The longest wait without a byte moving before a transfer gives up; `None` waits for ever. Short troubles are
    /// sat out whatever it says; [`Duration::ZERO`] makes a used-up transfer allowance an error at once.
    pub max_wait: Option<Duration>,
    /// How fast content moves.
    pub bandwidth: Arc<Bandwidth>,
    /// How much of it moves; each copy has its own.
    pub spending: Spending,
}

impl Limits {
    /// Makes limits with the usual memory and connections.
    #[must_use]
    pub fn new(max_wait: Option<Duration>) -> Self {
        let (buffers, small) = (Arc::new(BufferPool::new(MEMORY)), SmallPool::default());
        let (bandwidth, spending) = (Arc::default(), Spending::default());
        let readers = Arc::new(Semaphore::new(READERS));
        Self { buffers, small, readers, connections: CONNECTIONS, max_wait, bandwidth, spending }
    }

    /// Returns when so many bytes of content may move.
    pub(crate) async fn pass(&self, direction: Direction, bytes: usize) {
        self.spending.take(bytes).await;
        self.bandwidth.of(direction).take(bytes).await;
    }

    /// Carries out a storage request for a file of `size` bytes: a small file waits for one of the connections that all
    /// of them share, a large one has its own.
    pub(crate) async fn request<T>(
        &self,
        size: u64,
        request: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        if size > LARGE_FROM { request.await } else { self.small.run(request).await }
    }

    /// Returns how many connections a file of `size` bytes is worth, and the bytes of one request.
    ///
    /// A piece that is much smaller than the way to the server is long wastes the line, one that is much larger leaves
    /// connections idle at the end of a file. And what is under way when a process dies moves again: of a large file that
    /// is a hundredth for each connection.
    pub(crate) fn split(&self, size: u64) -> Split {
        let connections =
            usize::try_from(size / SMALLEST_PIECE).unwrap_or(usize::MAX).clamp(1, self.connections.max(1));
        // Pieces end where chunks do: rounded up, five of them would be more than a twentieth of the file.
        let hundredth = size / 100 / SMALLEST_PIECE * SMALLEST_PIECE;
        Split { connections, piece: hundredth.clamp(SMALLEST_PIECE, LARGEST_PIECE) }
    }
}

/// Returns how many ranges of a file to read at once where `connections` to one server would do.
///
/// A range of a file in six parts takes five connections of its own, each to another server. Two at once are enough for
/// one to move bytes while the other begins or ends; that is ten connections for the file, at most two to a server.
pub(crate) fn ranges_at_once(connections: usize, origin: &Origin) -> usize {
    if origin.is_in_parts() { connections.min(RANGES_IN_PARTS) } else { connections }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(None)
    }
}

/// How one file is divided among connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// Connections at once.
    pub(crate) connections: usize,
    /// Bytes of a request to aim at; a piece ends on the next chunk boundary.
    pub(crate) piece: u64,
}

/// Files above this many bytes count against `--transfers`; the others share a pool of connections (design.md 3.1).
pub(crate) const LARGE_FROM: u64 = 1024 * 1024;
/// Bytes of content in memory over all transfers. With the rest of the program it stays below 64 MiB.
const MEMORY: usize = 40 << 20;
/// Pairs that are compared by reading at once: each holds a piece of either side.
const READERS: usize = 4;
/// With the largest pieces they take half of the memory, so that one file that waits does not hold up all others.
const CONNECTIONS: usize = 5;
/// Ranges of a six-part file.
const RANGES_IN_PARTS: usize = 2;
/// Below this a further connection costs more than it brings, in bytes.
const SMALLEST_PIECE: u64 = 1 << 20;
/// Four chunks of 1 MiB, which are decrypted side by side, in bytes.
const LARGEST_PIECE: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_take_one_connection_and_large_ones_all() {
        let limits = Limits::default();
        assert_eq!(limits.split(0), Split { connections: 1, piece: 1 << 20 });
        assert_eq!(limits.split(1 << 20), Split { connections: 1, piece: 1 << 20 });
        assert_eq!(limits.split(5 << 20), Split { connections: 5, piece: 1 << 20 });
        assert_eq!(limits.split(256 << 20).piece, 2 << 20, "rounded down");
        assert_eq!(limits.split(300 << 20), Split { connections: 5, piece: 3 << 20 });
        assert_eq!(limits.split(1 << 30), Split { connections: 5, piece: 4 << 20 });
        assert_eq!(limits.split(u64::MAX).connections, 5);
    }
}
