//! [`Reader`]: a file of the cloud, read from its beginning to its end and decrypted, for who wants its bytes and not a
//! file of them: `cat`, and checks that compare by reading.

use super::error::TransferError;
use super::limits::Limits;
use super::ranges::RangeReader;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::session::Session;

/// A file of the cloud that is being read.
pub struct Reader {
    ranges: RangeReader,
    pieces: Box<dyn Iterator<Item = (u64, u64)> + Send + Sync>,
    macs: Vec<ChunkMac>,
}

impl Reader {
    /// Begins to read a file of `size` bytes, as listed.
    #[must_use]
    pub fn new(session: Session, node: NodeHandle, key: FileKey, size: u64, limits: Limits) -> Self {
        let (pieces, macs) = (Box::new(chunk::pieces(size, PIECE)), Vec::new());
        Self { ranges: RangeReader::new(session, node, key, size, limits), pieces, macs }
    }

    /// Returns the next bytes, a few MiB, or `None` at the end. What came is proven only once all of it has:
    /// [`Self::is_intact`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let Some((offset, len)) = self.pieces.next() else { return Ok(None) };
        let mut piece = self.ranges.fetch(offset, len).await?;
        let key = self.ranges.key();
        self.macs.extend(mac::decrypt_chunks(key.aes(), key.nonce(), offset, &mut piece));
        Ok(Some(piece))
    }

    /// Returns whether what was read, from beginning to end, is what was once uploaded.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        mac::verify(self.ranges.key(), self.ranges.size(), &self.macs)
    }
}

/// Bytes of one request: enough to make the way to the server short, little enough to wait for.
const PIECE: u64 = 4 << 20;
