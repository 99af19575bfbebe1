//! One file down: fetched in pieces over several connections, decrypted, checked as a whole, and only then given its
//! name. The worker calls it. A piece that breaks off goes on at its last whole chunk, a large file that was left in the
//! middle where its journal says.

mod beginning;
mod part;
mod piece;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::claim::Keep;
use super::disk;
use super::error::TransferError;
use super::jobs::{Jobs, Turn};
use super::limits::{self, Limits};
use super::patience::{Patience, Remedy};
use super::progress::Progress;
use super::remaining::Remaining;
use crate::api::origin::Origin;
use crate::crypto::key::FileKey;
use crate::crypto::mac::{self, ChunkMac};
use crate::handle::NodeHandle;
use crate::local::{MadeWay, Target, Trash, Witness};
use crate::message::Direction;
use crate::session::Session;
use crate::session::change::DownloadUrlError;
use part::Part;
use piece::{Fetched, Piece, Scene};

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

enum Address {
    Unknown,
    Asked,
    Known(Origin),
}

enum Ended {
    Address(Result<(Origin, u64), DownloadUrlError>),
    Piece(Result<Fetched, TransferError>),
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

fn name_of(target: &Target) -> String {
    target.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
}
