//! One [`Piece`] of a download: asked for, received, decrypted and written, in whole chunks also where the line breaks.
//! `download` starts a job for each and decides what becomes of it; what they share is in their [`Scene`].

use std::fs::File;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::api::transport::Transport;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::local::{LocalError, Target};
use crate::message::Direction;
use crate::offset_io::write_at;
use crate::store::transfer_journal::{Line, Piece as Written, TransferJournal};
use crate::transfer::claim::note;
use crate::transfer::disk;
use crate::transfer::error::TransferError;
use crate::transfer::limits::Limits;
use crate::transfer::progress::Progress;

/// What the jobs of a download share.
pub(super) struct Scene {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) file: Arc<File>,
    pub(super) journal: Option<TransferJournal>,
    pub(super) target: Target,
    pub(super) key: FileKey,
    pub(super) size: u64,
    pub(super) progress: Arc<Progress>,
    pub(super) limits: Limits,
    pub(super) cancel: CancellationToken,
}

/// Whole chunks of the file, one after another.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) offset: u64,
    pub(super) len: usize,
}

/// How a piece ended: its first `whole` bytes are on the disk.
pub(super) struct Fetched {
    pub(super) piece: Piece,
    pub(super) generation: u32,
    pub(super) whole: usize,
    pub(super) macs: Vec<ChunkMac>,
    /// Why the rest is not.
    pub(super) failed: Option<StorageError>,
}

impl Scene {
    /// Fetches one piece and writes what came of it, in whole chunks, also where it is cancelled meanwhile.
    pub(super) async fn fetch(
        self: Arc<Self>,
        origin: &Origin,
        generation: u32,
        piece: Piece,
    ) -> Result<Fetched, TransferError> {
        let mut buffer = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(TransferError::Cancelled),
            buffer = self.limits.buffers.lend(piece.len) => buffer,
        };
        let mut filled = 0;
        let received = self.limits.request(self.size, self.receive(origin, piece, &mut buffer, &mut filled));
        let received = tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            received = received => Some(received),
        };
        let (is_cancelled, failed) = (received.is_none(), received.and_then(Result::err));
        let whole = piece.whole_chunks(filled);
        let failed = failed.filter(|_| whole < piece.len); // a line that breaks behind the last byte took nothing
        self.progress.take_back((filled - whole) as u64);
        let macs = disk::blocking(move || {
            let data = &mut buffer[..whole];
            let macs = mac::decrypt_chunks(self.key.aes(), self.key.nonce(), piece.offset, data);
            write_at(&self.file, data, piece.offset)
                .map_err(|error| LocalError::io("write", &self.target.path())(error))?;
            if whole > 0 {
                let written = Written::new(piece.offset, whole as u64, &macs);
                note(self.journal.as_ref(), &Line::Piece(written));
            }
            Ok(macs)
        })
        .await?;
        if is_cancelled {
            Err(TransferError::Cancelled)
        } else {
            Ok(Fetched { piece, generation, whole, macs, failed })
        }
    }

    /// Fills the buffer with ciphertext; `filled` counts what came, also where the rest did not.
    async fn receive(
        &self,
        origin: &Origin,
        piece: Piece,
        buffer: &mut [u8],
        filled: &mut usize,
    ) -> Result<(), StorageError> {
        let last = piece.offset + piece.len as u64 - 1; // no piece is empty
        let mut body = origin.open(&self.transport, piece.offset, last).await?;
        let bucket = self.limits.bandwidth.of(Direction::Down);
        let wrong_length =
            |sent: usize| StorageError::WrongLength { asked: piece.len as u64, sent: sent as u64 };
        while let Some(bytes) = body.next().await {
            let mut bytes = bytes?;
            while !bytes.is_empty() {
                // What came is waited for before more is read: the line slows down by itself.
                let slice = bytes.split_to(bucket.slice(bytes.len()));
                let end = *filled + slice.len();
                let room = buffer.get_mut(*filled..end).ok_or_else(|| wrong_length(end))?;
                self.limits.pass(Direction::Down, slice.len()).await;
                room.copy_from_slice(&slice);
                *filled = end;
                self.progress.add(slice.len() as u64);
            }
        }
        if *filled < piece.len { Err(wrong_length(*filled)) } else { Ok(()) }
    }
}

impl Piece {
    /// `len` is at most a few MiB: [`Limits::split`] and the chunk layout bound it.
    pub(super) fn new((offset, len): (u64, u64)) -> Self {
        Self { offset, len: usize::try_from(len).unwrap_or(usize::MAX) }
    }

    /// Returns how many of the first `filled` bytes are whole chunks.
    fn whole_chunks(self, filled: usize) -> usize {
        if filled == self.len {
            return filled; // also where the file ends inside a chunk
        }
        let end = self.offset + filled as u64;
        let whole = chunk::chunks_from(self.offset, self.offset + self.len as u64)
            .map(chunk::Chunk::end)
            .take_while(|&boundary| boundary <= end)
            .last()
            .map_or(0, |boundary| boundary - self.offset);
        usize::try_from(whole).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_chunks_of_a_broken_piece_are_kept() {
        let kib = |n: usize| n << 10;
        let first = Piece { offset: 0, len: kib(768) };
        let cases = [
            (0, 0),
            (1, 0),
            (kib(128) - 1, 0),
            (kib(128), kib(128)),
            (kib(384) + 5, kib(384)),
            (kib(768), kib(768)),
        ];
        for (filled, whole) in cases {
            assert_eq!(first.whole_chunks(filled), whole, "{filled}");
        }
        let late = Piece { offset: 4608 << 10, len: kib(1024) + 7 };
        assert_eq!(late.whole_chunks(kib(1024) + 6), kib(1024));
        assert_eq!(late.whole_chunks(kib(1024) + 7), kib(1024) + 7, "the file ends inside a chunk");
    }
}
