//! One file down: fetched in pieces over several connections, decrypted, checked as a whole, and only then given its
//! name. The worker calls it. A piece that breaks off goes on at its last whole chunk, a large file that was left in the
//! middle where its journal says.

mod beginning;
mod part;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::claim::{Keep, note};
use super::disk::{self, write_at};
use super::error::TransferError;
use super::jobs::{Jobs, Turn};
use super::limits::{self, Limits};
use super::patience::{Patience, Remedy};
use super::progress::Progress;
use super::remaining::Remaining;
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::api::transport::Transport;
use crate::crypto::chunk;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::local::{LocalError, MadeWay, Target, Trash, Witness};
use crate::message::Direction;
use crate::session::Session;
use crate::session::change::DownloadUrlError;
use crate::store::transfer_journal::{Line, Piece as Written, TransferJournal};
use part::Part;

/// What to download.
pub struct Download {
    /// The account.
    pub session: Session,
    /// The file's node.
    pub node: NodeHandle,
    /// The node's key.
    pub key: FileKey,
    /// Its size as listed, bytes.
    pub size: u64,
    /// The time to set, Unix seconds; `None` leaves the time of arrival.
    pub modified: Option<i64>,
    /// Where to; its folder exists.
    pub target: Target,
    /// What to do with a file that has the name.
    pub existing: Existing,
    /// Sees it take its name.
    pub witness: Witness,
    /// Where it is written down.
    pub keep: Keep,
    /// What it shares with other transfers.
    pub limits: Limits,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// What to do with a file that has the target's name when the download is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existing {
    /// There was none when planned: if one appeared, fail.
    Fail,
    /// Put it there, then take the name.
    Trash(Trash),
    /// Take its whole chunks for those of the new one, fetch the rest, then as [`Self::Trash`]. Where the whole does not
    /// check, it was another file: then all is fetched.
    Beginning(Trash),
}

impl Existing {
    /// Where the file goes that has the name.
    pub(super) const fn trash(&self) -> Option<&Trash> {
        match self {
            Self::Fail => None,
            Self::Trash(trash) | Self::Beginning(trash) => Some(trash),
        }
    }
}

/// Downloads to a temporary name beside the target, verifies, sets the time, renames. Returns what had the name before.
///
/// What does not check is fetched once more. On any error, on cancelling and when the future is dropped, nothing new stands under the target's name. What a download
/// with a journal has brought stays under its temporary name for the next run, unless it is of no use; the file of any
/// other is removed. Once all bytes are verified it no longer heeds `cancel`, so that the answer is never half true.
pub async fn download(mut download: Download) -> Result<MadeWay, TransferError> {
    if let Some(part) = fetch_whole(&download).await? {
        return place(part, &download).await;
    }
    // The line or one server may be at fault, or what stood there and was no beginning of it: fetched once more, from
    // another address and without that, damage is damage.
    tracing::info!("a file does not check, and is fetched once more");
    download.progress.start_over();
    if let Existing::Beginning(trash) = download.existing {
        download.existing = Existing::Trash(trash);
    }
    match fetch_whole(&download).await? {
        Some(part) => place(part, &download).await,
        None => Err(TransferError::Damaged { name: name_of(&download.target) }),
    }
}

async fn place(part: Part, download: &Download) -> Result<MadeWay, TransferError> {
    let (modified, existing) = (download.modified, download.existing.clone());
    let witness = Arc::clone(&download.witness);
    disk::blocking(move || Ok(part.place(modified, existing.trash(), &witness)?)).await
}

/// Brings all bytes to the disk and checks the whole; `None` where it does not check, and nothing of it is kept.
async fn fetch_whole(download: &Download) -> Result<Option<Part>, TransferError> {
    let (part, macs) = fetch(download).await?;
    download.progress.finish();
    let (key, size) = (download.key.clone(), download.size);
    disk::blocking(move || {
        if mac::verify(&key, size, &macs) {
            return Ok(Some(part));
        }
        part.discard();
        Ok(None)
    })
    .await
}

/// Brings all bytes to the disk, decrypted, and returns the MACs of all chunks in order.
async fn fetch(download: &Download) -> Result<(Part, Vec<ChunkMac>), TransferError> {
    let part = tokio::select! {
        biased;
        () = download.cancel.cancelled() => return Err(TransferError::Cancelled),
        part = Part::open(download) => part?,
    };
    let mut fetch = Fetch::new(download, &part);
    while fetch.missing > 0 {
        let turned = tokio::select! {
            biased;
            () = download.cancel.cancelled() => Err(TransferError::Cancelled),
            turned = fetch.turn() => turned,
        };
        if let Err(error) = turned {
            match error {
                // What has come of each piece is written yet: who pauses pays for nothing twice.
                TransferError::Cancelled => fetch.jobs.wind_up().await,
                _ => fetch.jobs.stop().await,
            }
            if matches!(error, TransferError::SizeDiffers { .. }) {
                part.discard();
            }
            return Err(error);
        }
    }
    Ok((part, fetch.macs.into_values().flatten().collect()))
}

/// The state of a download under way: one loop owns it, jobs report to it.
struct Fetch<'a> {
    download: &'a Download,
    scene: Arc<Scene>,
    jobs: Jobs<Ended>,
    patience: Patience,
    address: Address,
    /// Counts addresses: what a job says of an older one is no news.
    generation: u32,
    /// Pieces never asked for.
    fresh: Remaining,
    /// Pieces, or rests of them, to be asked for again.
    again: Vec<Piece>,
    /// Bytes that are not on the disk.
    missing: u64,
    /// By offset of the piece they belong to.
    macs: BTreeMap<u64, Vec<ChunkMac>>,
}

/// What the jobs of a download share.
struct Scene {
    transport: Arc<dyn Transport>,
    file: Arc<File>,
    journal: Option<TransferJournal>,
    target: Target,
    key: FileKey,
    size: u64,
    progress: Arc<Progress>,
    limits: Limits,
    cancel: CancellationToken,
}

enum Address {
    Unknown,
    Asked,
    Known(Origin),
}

/// Whole chunks of the file, one after another.
#[derive(Clone, Copy)]
struct Piece {
    offset: u64,
    len: usize,
}

enum Ended {
    Address(Result<(Origin, u64), DownloadUrlError>),
    Piece(Result<Fetched, TransferError>),
}

/// How a piece ended: its first `whole` bytes are on the disk.
struct Fetched {
    piece: Piece,
    generation: u32,
    whole: usize,
    macs: Vec<ChunkMac>,
    /// Why the rest is not.
    failed: Option<StorageError>,
}

impl<'a> Fetch<'a> {
    fn new(download: &'a Download, part: &Part) -> Self {
        let client = download.session.client();
        let split = download.limits.split(download.size);
        let scene = Scene {
            transport: Arc::clone(client.transport()),
            file: part.file(),
            journal: part.journal(),
            target: download.target.clone(),
            key: download.key.clone(),
            size: download.size,
            progress: Arc::clone(&download.progress),
            limits: download.limits.clone(),
            cancel: download.cancel.clone(),
        };
        let moved: BTreeSet<u64> = part.kept.iter().map(|(chunk, _)| chunk.offset).collect();
        let kept: u64 = part.kept.iter().map(|(chunk, _)| u64::from(chunk.len)).sum();
        Self {
            download,
            scene: Arc::new(scene),
            jobs: Jobs::new(Arc::clone(&download.progress), client),
            patience: Patience::new(download.limits.max_wait, split.connections),
            address: Address::Unknown,
            generation: 0,
            fresh: Remaining::new(download.size, split.piece, moved),
            again: Vec::new(),
            missing: download.size - kept,
            macs: part.kept.iter().map(|(chunk, mac)| (chunk.offset, vec![*mac])).collect(),
        }
    }

    /// Starts what can be started and takes in one result.
    async fn turn(&mut self) -> Result<(), TransferError> {
        let wait = self.patience.wait(Instant::now());
        if wait.is_none() {
            self.start_jobs();
        }
        let ended = match self.jobs.next(wait).await {
            Turn::Ended(ended) => ended,
            Turn::Due => return Ok(()),
            Turn::RetryNow => {
                self.patience.retry_now();
                return Ok(());
            }
        };
        match ended {
            Ended::Address(Ok((origin, stored))) => self.take_address(origin, stored),
            Ended::Address(Err(error)) => {
                self.address = Address::Unknown;
                self.patience.judge_address(error, Instant::now())
            }
            Ended::Piece(Ok(fetched)) => self.take_piece(fetched),
            Ended::Piece(Err(error)) => Err(error),
        }
    }

    fn start_jobs(&mut self) {
        let origin = match &self.address {
            Address::Asked => return,
            Address::Unknown => {
                let (session, node) = (self.download.session.clone(), self.download.node);
                let cancel = self.scene.cancel.clone();
                self.jobs.start(async move {
                    tokio::select! {
                        biased;
                        () = cancel.cancelled() => Ended::Piece(Err(TransferError::Cancelled)),
                        told = session.download_url(node) => Ended::Address(told),
                    }
                });
                self.address = Address::Asked;
                return;
            }
            Address::Known(origin) => origin.clone(),
        };
        let worth_having = self.scene.limits.bandwidth.of(Direction::Down).connections();
        let at_once = limits::ranges_at_once(self.patience.connections().min(worth_having), &origin);
        while self.jobs.count() < at_once {
            let Some(piece) = self.again.pop().or_else(|| self.fresh.next().map(Piece::new)) else { return };
            let (scene, origin, generation) = (Arc::clone(&self.scene), origin.clone(), self.generation);
            self.jobs.start(async move { Ended::Piece(scene.fetch(&origin, generation, piece).await) });
        }
    }

    fn take_address(&mut self, origin: Origin, stored: u64) -> Result<(), TransferError> {
        let listed = self.download.size;
        if stored != listed {
            return Err(TransferError::SizeDiffers { name: name_of(&self.download.target), listed, stored });
        }
        self.address = Address::Known(origin);
        Ok(())
    }

    fn take_piece(&mut self, fetched: Fetched) -> Result<(), TransferError> {
        let Fetched { piece, generation, whole, macs, failed } = fetched;
        if whole > 0 {
            self.macs.insert(piece.offset, macs);
            self.missing -= whole as u64;
            self.patience.moved();
        }
        let Some(error) = failed else { return Ok(()) };
        self.again.push(Piece { offset: piece.offset + whole as u64, len: piece.len - whole });
        if generation != self.generation {
            return Ok(()); // of an address that has been given up already
        }
        tracing::debug!(offset = piece.offset, whole, %error, "a piece broke off");
        match self.patience.judge(error, Instant::now())? {
            Remedy::Again => {}
            Remedy::NewAddress | Remedy::OtherHost => {
                self.generation += 1;
                self.address = Address::Unknown;
            }
        }
        Ok(())
    }
}

impl Scene {
    /// Fetches one piece and writes what came of it, in whole chunks, also where it is cancelled meanwhile.
    async fn fetch(
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
    fn new((offset, len): (u64, u64)) -> Self {
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

fn name_of(target: &Target) -> String {
    target.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
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
