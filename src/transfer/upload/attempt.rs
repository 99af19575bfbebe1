//! [`Attempt`]: one run through a file, under one key, to one address. A loop owns it, jobs seal and send pieces and
//! report to it. The upload begins another one where the address is lost or the file changed.

use std::collections::BTreeMap;
use std::iter::{self, Peekable};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use url::Url;

use super::Upload;
use super::journal::{Begun, UploadJournal};
use super::piece::{Sealed, counted};
use super::source::Source;
use crate::api::storage::{self, PieceAnswer, StorageError};
use crate::api::transport::Transport;
use crate::crypto::chunk;
use crate::crypto::key::{FileKey, KeyBytes};
use crate::crypto::mac::{self, ChunkMac};
use crate::message::Direction;
use crate::transfer::disk;
use crate::transfer::error::TransferError;
use crate::transfer::jobs::{Jobs, Turn};
use crate::transfer::limits::Limits;
use crate::transfer::patience::{Patience, Remedy};
use crate::transfer::progress::Progress;
use crate::transfer::remaining::Remaining;

/// One run through the file, under one key, to one address.
pub(super) struct Attempt<'a> {
    upload: &'a Upload,
    patience: &'a mut Patience,
    scene: Arc<Scene>,
    jobs: Jobs<Ended>,
    state: State,
    line: Line,
    /// Pieces that were never sent in this run.
    fresh: Peekable<Pieces>,
    /// Pieces to be sent again, as they are.
    again: Vec<Sealed>,
    /// Of the chunks that were sent, by offset.
    macs: BTreeMap<u64, ChunkMac>,
    /// Comes with whichever piece the server took last.
    token: Option<Bytes>,
}

/// Offsets and lengths.
type Pieces = Box<dyn Iterator<Item = (u64, u64)> + Send>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sending,
    /// The server has all pieces.
    Sent,
    /// The address or what it holds is lost.
    StartOver,
}

/// What is known of the line while the storage host cannot be reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Unknown,
    /// The API was asked for something, to see whether it answers.
    Asked,
    /// It did: what cannot be reached now is the host.
    There,
}

/// What an attempt is bound to: one key, which never encrypts another content, and one address.
pub(super) struct Terms {
    pub(super) url: Url,
    pub(super) key: KeyBytes,
    pub(super) nonce: [u8; 8],
}

/// What an attempt that came to its end has.
pub(super) struct Complete {
    pub(super) token: Bytes,
    pub(super) key: FileKey,
}

/// What the jobs of an attempt share.
struct Scene {
    transport: Arc<dyn Transport>,
    terms: Terms,
    source: Arc<Source>,
    journal: UploadJournal,
    progress: Arc<Progress>,
    limits: Limits,
}

/// What a job brings; an error ends the transfer.
type Ended = Result<News, TransferError>;

enum News {
    /// How sending a piece ended.
    Piece(Sealed, Result<PieceAnswer, StorageError>),
    /// Whether the API answered.
    Line(bool),
}

impl<'a> Attempt<'a> {
    /// Begins with the first byte.
    pub(super) fn new(
        upload: &'a Upload,
        source: &Arc<Source>,
        journal: &UploadJournal,
        terms: Terms,
        patience: &'a mut Patience,
    ) -> Self {
        let client = upload.session.client();
        let scene = Scene {
            transport: Arc::clone(client.transport()),
            terms,
            source: Arc::clone(source),
            journal: journal.clone(),
            progress: Arc::clone(&upload.progress),
            limits: upload.limits.clone(),
        };
        let fresh: Pieces = match source.size() {
            0 => Box::new(iter::once((0, 0))), // an empty file is one request of nothing
            size => Box::new(chunk::pieces(size, upload.limits.split(size).piece)),
        };
        Self {
            upload,
            patience,
            scene: Arc::new(scene),
            jobs: Jobs::new(Arc::clone(&upload.progress), client),
            state: State::Sending,
            line: Line::Unknown,
            fresh: fresh.peekable(),
            again: Vec::new(),
            macs: BTreeMap::new(),
            token: None,
        }
    }

    /// Goes on where an earlier run stopped. Where the server has all pieces and nobody heard the token, the last one
    /// goes again: its answer brings it.
    pub(super) fn resume(
        upload: &'a Upload,
        source: &Arc<Source>,
        journal: &UploadJournal,
        begun: Begun,
        patience: &'a mut Patience,
    ) -> Self {
        let Begun { terms, macs, mut sent, token, .. } = begun;
        if token.is_none() && sent.len() as u64 == chunk::count(source.size()) {
            sent.pop_last();
        }
        let kept = sent.iter().filter_map(|&offset| chunk::chunks_from(offset, source.size()).next());
        upload.progress.keep(kept.map(|chunk| u64::from(chunk.len)).sum());
        let fresh: Pieces =
            Box::new(Remaining::new(source.size(), upload.limits.split(source.size()).piece, sent));
        Self { fresh: fresh.peekable(), macs, token, ..Self::new(upload, source, journal, terms, patience) }
    }

    /// Sends what is to be sent. `None` where the address, or what it holds, is lost.
    pub(super) async fn drive(mut self) -> Result<Option<Complete>, TransferError> {
        let ended = loop {
            if self.state != State::Sending {
                break Ok(());
            }
            if let Err(error) = self.turn().await {
                break Err(error);
            }
        };
        self.jobs.stop().await;
        ended?;
        let Self { state, scene, macs, token, .. } = self;
        let (State::Sent, Some(token)) = (state, token) else { return Ok(None) };
        let macs: Vec<ChunkMac> = macs.into_values().collect();
        let Terms { key, nonce, .. } = scene.terms;
        let key = FileKey::new(key, nonce, mac::meta_mac(&key, &macs));
        let (checked, sent) = (Arc::clone(&scene.source), key.clone());
        disk::blocking(move || checked.require_sent(&sent)).await?;
        Ok(Some(Complete { token, key }))
    }

    /// Starts what can be started and takes in one result.
    async fn turn(&mut self) -> Result<(), TransferError> {
        if self.jobs.count() == 0 && self.again.is_empty() && self.fresh.peek().is_none() {
            return self.end();
        }
        let wait = self.patience.wait(Instant::now());
        if wait.is_none() {
            self.start_jobs();
        }
        match self.jobs.next(wait).await {
            Turn::Due => Ok(()),
            Turn::RetryNow => {
                self.patience.retry_now();
                Ok(())
            }
            Turn::Ended(ended) => match ended? {
                News::Piece(sealed, answer) => self.take(sealed, answer),
                News::Line(is_there) => {
                    self.take_line(is_there);
                    Ok(())
                }
            },
        }
    }

    fn start_jobs(&mut self) {
        let worth_having = self.scene.limits.bandwidth.of(Direction::Up).connections();
        // The question whether the line is there takes nobody's connection.
        let asked = usize::from(self.line == Line::Asked);
        while self.jobs.count() < asked + self.patience.connections().min(worth_having) {
            let scene = Arc::clone(&self.scene);
            if let Some(sealed) = self.again.pop() {
                self.jobs.start(async move { scene.send(sealed).await });
            } else if let Some((offset, len)) = self.fresh.next() {
                self.jobs.start(async move { scene.send(scene.seal(offset, len).await?).await });
            } else {
                return;
            }
        }
    }

    fn take(
        &mut self,
        sealed: Sealed,
        answer: Result<PieceAnswer, StorageError>,
    ) -> Result<(), TransferError> {
        match answer {
            Ok(answer) => {
                if let PieceAnswer::Complete(token) = answer {
                    self.token = Some(token);
                }
                let chunks = chunk::chunks_from(sealed.offset, self.scene.source.size());
                self.macs.extend(chunks.map(|chunk| chunk.offset).zip(sealed.macs));
                self.patience.moved();
                self.line = Line::Unknown;
                Ok(())
            }
            Err(error) => {
                tracing::debug!(offset = sealed.offset, %error, "a piece was not taken");
                self.again.push(sealed);
                self.judge(error)
            }
        }
    }

    /// All pieces are taken: without a token the server has lost count.
    fn end(&mut self) -> Result<(), TransferError> {
        if self.token.is_none() {
            let remedy = self.patience.judge_incomplete(Instant::now())?;
            self.apply(remedy);
            return Ok(());
        }
        self.state = State::Sent;
        Ok(())
    }

    fn judge(&mut self, error: StorageError) -> Result<(), TransferError> {
        let remedy = self.patience.judge(error, Instant::now())?;
        self.apply(remedy);
        Ok(())
    }

    fn apply(&mut self, remedy: Remedy) {
        match remedy {
            Remedy::Again => {}
            Remedy::NewAddress => self.state = State::StartOver,
            Remedy::OtherHost => self.doubt_host(),
        }
    }

    /// The host cannot be reached. Another one knows nothing of what this one has: it is left at once only where that is
    /// nothing, else when it stays away though the line is there.
    fn doubt_host(&mut self) {
        match self.line {
            _ if self.macs.is_empty() => self.state = State::StartOver,
            Line::There => self.state = State::StartOver,
            Line::Unknown if self.patience.waited(Instant::now()) >= HOST_AWAY => {
                self.line = Line::Asked;
                let (session, size) = (self.upload.session.clone(), self.scene.source.size());
                let parent = self.upload.target.parent;
                self.jobs
                    .start(async move { Ok(News::Line(session.upload_url(size, parent).await.is_ok())) });
            }
            Line::Unknown | Line::Asked => {}
        }
    }

    /// Where the API answers the host is tried once more, at once.
    fn take_line(&mut self, is_there: bool) {
        self.line = Line::Unknown;
        if is_there {
            self.line = Line::There;
            self.patience.try_at_once();
        }
    }
}

impl Scene {
    /// Reads and encrypts a piece, and writes that down before it can leave.
    async fn seal(self: &Arc<Self>, offset: u64, len: u64) -> Result<Sealed, TransferError> {
        let len = usize::try_from(len).unwrap_or(usize::MAX); // a few MiB at most: the split and the layout bound it
        let buffer = self.limits.buffers.lend(len).await;
        let file = match &*self.source {
            Source::Disk(file) => Arc::clone(file),
            Source::Cloud(file) => {
                let (buffer, macs) = file.fill(buffer, offset).await?;
                return Ok(Sealed::new(offset, buffer, macs));
            }
        };
        let scene = Arc::clone(self);
        disk::blocking(move || {
            let Terms { key, nonce, .. } = &scene.terms;
            let sealed = Sealed::of_disk(&file, (key, nonce), offset, buffer)?;
            scene.journal.sealed(offset, len as u64, &sealed.macs);
            Ok(sealed)
        })
        .await
    }

    /// Sends a piece and counts its bytes while they leave.
    async fn send(&self, sealed: Sealed) -> Ended {
        let left = Arc::new(AtomicU64::new(0));
        let body = counted(sealed.body.clone(), &self.limits, &self.progress, &left);
        let (url, checksum) = (&self.terms.url, Some(sealed.checksum));
        let sent = storage::upload_piece(&*self.transport, url, sealed.offset, body, checksum);
        let answer = self.limits.request(self.source.size(), sent).await;
        match &answer {
            Ok(answer) => self.journal.sent(sealed.offset, sealed.body.len() as u64, answer).await?,
            Err(_) => self.progress.take_back(left.load(Ordering::Relaxed)),
        }
        Ok(News::Piece(sealed, answer))
    }
}

/// How long the host of an upload may be away before it is looked whether it alone is. Half of what the official client
/// waits before it starts over (meganz/sdk `src/transferslot.cpp`, `XFERTIMEOUT`).
const HOST_AWAY: Duration = Duration::from_secs(30);
