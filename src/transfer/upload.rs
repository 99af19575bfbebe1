//! One file up: read, encrypted, sent in pieces over several connections, and made a node at the end. The worker calls
//! it. It never touches the local file, and never encrypts two contents under one key.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::iter::{self, Peekable};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::buffer::Buffer;
use super::disk::{self, read_at};
use super::error::TransferError;
use super::jobs::{Jobs, Turn};
use super::limits::Limits;
use super::patience::{Patience, Remedy};
use super::progress::Progress;
use crate::api::storage::{self, PieceAnswer, StorageError};
use crate::api::transport::{RequestBody, Transport};
use crate::crypto::attributes::Attributes;
use crate::crypto::chunk;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::{FileKey, KeyBytes, random};
use crate::crypto::mac::{self, ChunkMac};
use crate::local::{LocalError, entry::unix_seconds};
use crate::session::Session;
use crate::session::change::{Put, PutTarget, Uploaded};
use crate::store::undo::UndoJournal;

/// What to upload.
pub struct Upload {
    /// The account.
    pub session: Session,
    /// The file on disk; a link is followed.
    pub source: PathBuf,
    /// Where to, from [`Session::prepare_put`].
    pub target: PutTarget,
    /// The account's journal of changes.
    pub journal: UndoJournal,
    /// What it shares with other transfers.
    pub limits: Limits,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// Uploads a file and returns what to apply to the tree, and whether the file that it replaces went where it should.
///
/// On any error, on cancelling and when the future is dropped, the account is as it was. Once the file is being made a
/// node it no longer heeds `cancel`: the server may have done it already, and the answer must be true.
pub async fn upload(upload: Upload) -> Result<Put, TransferError> {
    let sent = tokio::select! {
        biased;
        () = upload.cancel.cancelled() => return Err(TransferError::Cancelled),
        sent = send(&upload) => sent?,
    };
    upload.progress.finish();
    let Sent { token, key, size, fingerprint } = sent;
    let mut attributes = Attributes::named(&upload.target.name);
    for (name, value) in upload.target.carried.iter() {
        attributes.set(name, value);
    }
    attributes.set("c", &fingerprint.text());
    let Upload { session, target, journal, .. } = &upload;
    let uploaded = Uploaded { token: &token, key: &key, size, attributes };
    Ok(session.put_file(target, uploaded, journal).await?)
}

/// A file whose bytes the storage server has.
struct Sent {
    token: Bytes,
    key: FileKey,
    size: u64,
    fingerprint: Fingerprint,
}

/// Sends all bytes, from the beginning as often as it takes, each time under a new key.
async fn send(upload: &Upload) -> Result<Sent, TransferError> {
    let path = upload.source.clone();
    let source = Arc::new(disk::blocking(move || Source::open(path)).await?);
    let mut patience = Patience::new(upload.limits.max_wait, upload.limits.split(source.size).connections);
    loop {
        let url = upload.session.upload_url(source.size, upload.target.parent).await?;
        let mut attempt = Attempt::new(upload, &source, url, &mut patience);
        while attempt.state == State::Sending {
            attempt.turn().await?;
        }
        attempt.jobs.stop().await;
        let Attempt { state, scene, macs, token, .. } = attempt;
        if let (State::Sent, Some(token)) = (state, token) {
            let checked = Arc::clone(&source);
            disk::blocking(move || checked.require_unchanged()).await?;
            let macs: Vec<ChunkMac> = macs.into_values().flatten().collect();
            let key = FileKey::new(scene.key, scene.nonce, mac::meta_mac(&scene.key, &macs));
            return Ok(Sent { token, key, size: source.size, fingerprint: source.fingerprint });
        }
        upload.progress.take_back(upload.progress.done());
    }
}

/// The local file, open, as it was when the upload began.
struct Source {
    file: File,
    path: PathBuf,
    size: u64,
    found: Metadata,
    fingerprint: Fingerprint,
}

/// One run through the file, under one key, to one address.
struct Attempt<'a> {
    patience: &'a mut Patience,
    scene: Arc<Scene>,
    jobs: Jobs<Ended>,
    state: State,
    /// Pieces never read.
    fresh: Peekable<Pieces>,
    /// Pieces to be sent again, as they are.
    again: Vec<Sealed>,
    /// By offset of the piece they belong to.
    macs: BTreeMap<u64, Vec<ChunkMac>>,
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

/// What the jobs of an attempt share.
struct Scene {
    transport: Arc<dyn Transport>,
    url: Url,
    source: Arc<Source>,
    key: KeyBytes,
    nonce: [u8; 8],
    progress: Arc<Progress>,
    limits: Limits,
}

/// An encrypted piece.
struct Sealed {
    offset: u64,
    body: Bytes,
    checksum: [u8; 12],
    macs: Vec<ChunkMac>,
}

/// How sending a piece ended; an error of the outer kind ends the transfer.
type Ended = Result<(Sealed, Result<PieceAnswer, StorageError>), TransferError>;

impl<'a> Attempt<'a> {
    fn new(upload: &Upload, source: &Arc<Source>, url: Url, patience: &'a mut Patience) -> Self {
        let client = upload.session.client();
        let scene = Scene {
            transport: Arc::clone(client.transport()),
            url,
            source: Arc::clone(source),
            key: random(),
            nonce: random(),
            progress: Arc::clone(&upload.progress),
            limits: upload.limits.clone(),
        };
        let fresh: Pieces = match source.size {
            0 => Box::new(iter::once((0, 0))), // an empty file is one request of nothing
            size => Box::new(chunk::pieces(size, upload.limits.split(size).piece)),
        };
        Self {
            patience,
            scene: Arc::new(scene),
            jobs: Jobs::new(Arc::clone(&upload.progress), client),
            state: State::Sending,
            fresh: fresh.peekable(),
            again: Vec::new(),
            macs: BTreeMap::new(),
            token: None,
        }
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
            Turn::Ended(ended) => {
                let (sealed, answer) = ended?;
                self.take(sealed, answer)
            }
        }
    }

    fn start_jobs(&mut self) {
        while self.jobs.count() < self.patience.connections() {
            let scene = Arc::clone(&self.scene);
            if let Some(sealed) = self.again.pop() {
                self.jobs.start(async move { Ok(scene.send(sealed).await) });
            } else if let Some((offset, len)) = self.fresh.next() {
                self.jobs.start(async move { Ok(scene.send(scene.seal(offset, len).await?).await) });
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
                self.macs.insert(sealed.offset, sealed.macs);
                self.patience.moved();
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
            return self.judge(StorageError::StartOver);
        }
        self.state = State::Sent;
        Ok(())
    }

    fn judge(&mut self, error: StorageError) -> Result<(), TransferError> {
        match self.patience.judge(error, Instant::now())? {
            Remedy::Again => {}
            Remedy::NewAddress => self.state = State::StartOver,
        }
        Ok(())
    }
}

impl Scene {
    /// Reads and encrypts a piece.
    async fn seal(self: &Arc<Self>, offset: u64, len: u64) -> Result<Sealed, TransferError> {
        let len = usize::try_from(len).unwrap_or(usize::MAX); // a few MiB at most: the split and the layout bound it
        let mut buffer: Buffer = self.limits.buffers.lend(len).await;
        let scene = Arc::clone(self);
        disk::blocking(move || {
            scene.source.read(&mut buffer, offset)?;
            let macs = mac::encrypt_chunks(&scene.key, &scene.nonce, offset, &mut buffer);
            let checksum = column_checksum(&buffer);
            Ok(Sealed { offset, body: Bytes::from_owner(buffer), checksum, macs })
        })
        .await
    }

    /// Sends a piece and counts its bytes while they leave.
    async fn send(&self, sealed: Sealed) -> (Sealed, Result<PieceAnswer, StorageError>) {
        let left = Arc::new(AtomicU64::new(0));
        let body = counted(sealed.body.clone(), Arc::clone(&self.progress), Arc::clone(&left));
        let sent =
            storage::upload_piece(&*self.transport, &self.url, sealed.offset, body, Some(sealed.checksum));
        let answer = self.limits.request(self.source.size, sent).await;
        if answer.is_err() {
            self.progress.take_back(left.load(Ordering::Relaxed));
        }
        (sealed, answer)
    }
}

impl Source {
    fn open(path: PathBuf) -> Result<Self, TransferError> {
        let failed = || LocalError::io("read", &path);
        let file = disk::open(&path)?;
        let found = file.metadata().map_err(failed())?;
        let modified = unix_seconds(found.modified().map_err(failed())?);
        let size = found.len();
        let fingerprint =
            Fingerprint::compute(size, modified, |offset, bytes| read(&file, &path, bytes, offset))?;
        Ok(Self { file, path, size, found, fingerprint })
    }

    fn read(&self, bytes: &mut [u8], offset: u64) -> Result<(), TransferError> {
        read(&self.file, &self.path, bytes, offset)
    }

    /// The bytes sent are one content only if nothing was written meanwhile.
    fn require_unchanged(&self) -> Result<(), TransferError> {
        let now = self.file.metadata().map_err(LocalError::io("read", &self.path))?;
        let is_same = now.len() == self.size && now.modified().ok() == self.found.modified().ok();
        if is_same { Ok(()) } else { Err(TransferError::SourceChanged { path: self.path.clone() }) }
    }
}

/// Reads all of `bytes`; a file that has become shorter has changed.
fn read(file: &File, path: &Path, bytes: &mut [u8], offset: u64) -> Result<(), TransferError> {
    read_at(file, bytes, offset).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => TransferError::SourceChanged { path: path.to_path_buf() },
        _ => LocalError::io("read", path)(error).into(),
    })
}

/// A body in slices of the same memory; each is counted when it leaves.
fn counted(body: Bytes, progress: Arc<Progress>, left: Arc<AtomicU64>) -> RequestBody {
    if body.is_empty() {
        return RequestBody::Bytes(body);
    }
    let len = body.len() as u64;
    let starts = (0..body.len()).step_by(SLICE);
    let slices = starts.map(move |start| {
        let slice = body.slice(start..body.len().min(start + SLICE));
        progress.add(slice.len() as u64);
        left.fetch_add(slice.len() as u64, Ordering::Relaxed);
        Ok(slice)
    });
    RequestBody::Stream { len, stream: Box::pin(stream::iter(slices)) }
}

/// XOR of the ciphertext in columns of 12 bytes, which the server compares (`crypto::checksum`).
fn column_checksum(ciphertext: &[u8]) -> [u8; 12] {
    let mut wide = [0; 8 * 12]; // eight rows at once
    let mut rows = ciphertext.chunks_exact(wide.len());
    for row in &mut rows {
        wide.iter_mut().zip(row).for_each(|(column, byte)| *column ^= byte);
    }
    let mut columns = [0; 12];
    for (index, byte) in wide.iter().chain(rows.remainder()).enumerate() {
        columns[index % 12] ^= byte;
    }
    columns
}

/// Bytes handed to the connection at a time, which is how finely progress is counted.
const SLICE: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_xor_of_columns_for_any_length() {
        for len in [0, 1, 11, 12, 13, 95, 96, 97, 1000] {
            let bytes: Vec<u8> = (0..len).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
            let mut expected = [0; 12];
            bytes.iter().enumerate().for_each(|(i, byte)| expected[i % 12] ^= byte);
            assert_eq!(column_checksum(&bytes), expected, "{len} bytes");
        }
    }

    #[tokio::test]
    async fn a_body_leaves_whole_and_is_counted() {
        use futures_util::TryStreamExt;
        let bytes: Vec<u8> = (0..300_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let (progress, left) = (Arc::new(Progress::default()), Arc::new(AtomicU64::new(0)));
        let body = counted(bytes.clone().into(), Arc::clone(&progress), Arc::clone(&left));
        assert_eq!(body.len(), 300_000);
        let sent: Vec<Bytes> = body.into_stream().try_collect().await.unwrap();
        assert_eq!(sent.concat(), bytes);
        assert_eq!((progress.done(), left.load(Ordering::Relaxed)), (300_000, 300_000));
    }
}
