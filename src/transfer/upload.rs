//! One file up: read, encrypted, sent in pieces over several connections, and made a node at the end; also a file of
//! another account. The worker calls it. It never touches the source, and never encrypts two contents under one key.
//!
//! ```text
//!  upload    the whole of it: attempts until one succeeds, then the node
//!    source    the local file, and whether it is still the same   (relay: a file of the cloud)
//!    attempt   one run through it, under one key, to one address   (piece: what leaves)
//!    journal   how far it is, on the disk; and what an earlier run left there
//! ```

mod attempt;
mod journal;
mod piece;
mod relay;
mod source;

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::claim::Keep;
use super::error::TransferError;
use super::limits::Limits;
use super::patience::Patience;
use super::progress::Progress;
use crate::api::error::{ApiError, ErrorCode};
use crate::crypto::key::random;
use crate::session::Session;
use crate::session::change::{ChangeError, Put, PutTarget, Uploaded};
use crate::store::undo::UndoJournal;
use attempt::{Attempt, Complete, Terms};
pub(crate) use journal::LONGEST_LIFE;
use journal::{Begun, UploadJournal};
pub use relay::Relayed;
use source::Source;

/// What to upload.
pub struct Upload {
    /// The account.
    pub session: Session,
    /// What is sent.
    pub source: UploadSource,
    /// Where to, from [`Session::prepare_put`].
    pub target: PutTarget,
    /// The account's journal of changes.
    pub journal: UndoJournal,
    /// Where it is written down.
    pub keep: Keep,
    /// What it shares with other transfers.
    pub limits: Limits,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// Where the bytes of an upload come from.
#[derive(Clone)]
pub enum UploadSource {
    /// A file on this disk; a link is followed.
    Disk(PathBuf),
    /// A file of another account, which passes through. It is not written down: where it stops it begins anew.
    Cloud(Box<Relayed>),
}

impl From<PathBuf> for UploadSource {
    fn from(path: PathBuf) -> Self {
        Self::Disk(path)
    }
}

/// Uploads a file and returns what to apply to the tree, and whether the file that it replaces went where it should.
///
/// On any error, on cancelling and when the future is dropped, the account is as it was, and what an upload with a journal
/// has sent is not sent again by the next run. Once the file is being made a node it no longer heeds `cancel`: the server
/// may have done it already, and the answer must be true.
pub async fn upload(upload: Upload) -> Result<Put, TransferError> {
    loop {
        let sent = tokio::select! {
            biased;
            () = upload.cancel.cancelled() => return Err(TransferError::Cancelled),
            sent = send(&upload) => sent?,
        };
        upload.progress.finish();
        match put(&upload, &sent).await {
            // What an earlier run sent has expired meanwhile: once more from the beginning.
            Err(error) if sent.age != Age::OfThisRun && is_expired(&error) => {
                tracing::info!(%error, "an upload of an earlier run is no longer known");
                sent.journal.remove().await?;
                upload.progress.start_over();
            }
            ended => return ended,
        }
    }
}

/// A file whose bytes the storage server has.
struct Sent {
    complete: Complete,
    source: Arc<Source>,
    journal: UploadJournal,
    age: Age,
}

/// How much of an upload this run knows at first hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    OfThisRun,
    /// An earlier run began it.
    Older,
    /// An earlier run was about to make it a file, and may have.
    Put,
}

/// Sends all bytes, and starts over where the file changes meanwhile.
async fn send(upload: &Upload) -> Result<Sent, TransferError> {
    let mut source = Source::of(upload).await?;
    let (journal, mut record) = UploadJournal::claim(upload, source.size()).await;
    let mut patience = Patience::new(upload.limits.max_wait, upload.limits.split(source.size()).connections);
    let mut change_count = 0;
    loop {
        let begun = match record.take() {
            Some(record) => Begun::check(upload, &source, record).await?,
            None => None,
        };
        match send_content(upload, &source, &journal, begun, &mut patience).await {
            Err(TransferError::SourceChanged { .. }) if change_count < MOST_CHANGES => {
                change_count += 1;
                tracing::info!(change_count, "a file changed while it was read: its upload starts over");
                upload.progress.note_source_change();
                upload.progress.start_over();
                source = Source::of(upload).await?;
            }
            ended => {
                let (complete, age) = ended?;
                return Ok(Sent { complete, source, journal, age });
            }
        }
    }
}

/// Sends one content, from the beginning as often as it takes, each time under a new key.
async fn send_content(
    upload: &Upload,
    source: &Arc<Source>,
    journal: &UploadJournal,
    mut begun: Option<Begun>,
    patience: &mut Patience,
) -> Result<(Complete, Age), TransferError> {
    loop {
        let (attempt, age) = if let Some(begun) = begun.take() {
            let age = if begun.putting { Age::Put } else { Age::Older };
            (Attempt::resume(upload, source, journal, begun, patience), age)
        } else {
            let url = upload.session.upload_url(source.size(), upload.target.parent).await?;
            let terms = match source.own_key() {
                Some(own) => Terms { url, key: *own.aes(), nonce: *own.nonce() },
                None => Terms { url, key: random(), nonce: random() },
            };
            journal.begin(upload, source, &terms).await?;
            (Attempt::new(upload, source, journal, terms, patience), Age::OfThisRun)
        };
        if let Some(complete) = attempt.drive().await? {
            return Ok((complete, age));
        }
        upload.progress.start_over();
    }
}

/// Makes the upload a file.
async fn put(upload: &Upload, sent: &Sent) -> Result<Put, TransferError> {
    let Upload { session, target, journal, .. } = upload;
    let Sent { complete: Complete { token, key }, source, .. } = sent;
    let found = match sent.age {
        Age::Put => session.find_put(target, key, journal).await?,
        Age::OfThisRun | Age::Older => None,
    };
    let put = if let Some(put) = found {
        put
    } else {
        sent.journal.putting().await?;
        let uploaded = Uploaded { token, key, size: source.size(), attributes: source.attributes(upload) };
        session.put_file(target, uploaded, journal).await?
    };
    sent.journal.remove().await?;
    Ok(put)
}

/// Whether the server no longer knows what was uploaded.
fn is_expired(error: &TransferError) -> bool {
    match error {
        TransferError::Change(ChangeError::Api(ApiError::Refused { code, .. })) => {
            matches!(*code, ErrorCode::NOT_FOUND | EXPIRED | BAD_TOKEN)
        }
        _ => false,
    }
}

/// How often a file may change while it is read before its upload fails.
const MOST_CHANGES: u32 = 3;

/// -8: expired.
const EXPIRED: ErrorCode = ErrorCode(-8);
/// -2: what was sent for a token is none.
const BAD_TOKEN: ErrorCode = ErrorCode(-2);
