//! [`UploadJournal`]: an upload's journal as its mover uses it, and what it finds there of an earlier run ([`Begun`]).
//!
//! Its one rule: no piece leaves before the journal has its MACs. A later run then encrypts under the same key only where
//! every byte that may have left is proven to be what it was: one key never encrypts two contents. (After a power cut
//! lines may be missing; then size, time, file number, fingerprint and all other MACs of the source speak for it.)

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use url::Url;

use super::attempt::Terms;
use super::source::Source;
use super::{Upload, UploadSource};
use crate::api::storage::PieceAnswer;
use crate::crypto::key::FileKey;
use crate::crypto::mac::ChunkMac;
use crate::store::transfer_journal::{
    Head, JournalName, Line, Piece, Range, Record, TransferJournal, UploadHead, UploadRecord,
};
use crate::store::unix_now;
use crate::transfer::claim::{note, unwrap, wrap};
use crate::transfer::disk;
use crate::transfer::error::TransferError;
use crate::transfer::recheck::{Content, recheck};

/// Where an upload writes down how far it is; nowhere, where it keeps no journal.
#[derive(Clone)]
pub(super) struct UploadJournal(Option<TransferJournal>);

/// An upload that an earlier run began, and that can go on: its content is proven to be the one of then.
pub(super) struct Begun {
    pub(super) terms: Terms,
    /// Of all chunks that were encrypted, by offset.
    pub(super) macs: BTreeMap<u64, ChunkMac>,
    /// Offsets of those that the server has.
    pub(super) sent: BTreeSet<u64>,
    pub(super) token: Option<Bytes>,
    /// The server may have made the file already.
    pub(super) putting: bool,
}

impl UploadJournal {
    /// Takes the upload's journal, and returns what it says of an earlier run.
    pub(super) async fn claim(upload: &Upload, size: u64) -> (Self, Option<UploadRecord>) {
        let UploadSource::Disk(path) = &upload.source else { return (Self(None), None) };
        let name = JournalName::upload(path, upload.target.parent, &upload.target.name);
        match upload.keep.claim(name, size).await {
            Some((journal, Some(Record::Up(record)))) => (Self(Some(journal)), Some(record)),
            Some((journal, Some(Record::Down(_)) | None)) => (Self(Some(journal)), None),
            None => (Self(None), None),
        }
    }

    /// Begins anew, under a new key and address.
    pub(super) async fn begin(
        &self,
        upload: &Upload,
        source: &Source,
        terms: &Terms,
    ) -> Result<(), TransferError> {
        let (Some(journal), Source::Disk(file), UploadSource::Disk(path)) =
            (self.0.clone(), source, &upload.source)
        else {
            return Ok(());
        };
        let key = FileKey::new(terms.key, terms.nonce, [0; 8]);
        let head = Head::Up(UploadHead {
            source: path.as_path().into(),
            content: file.facts(),
            parent: upload.target.parent,
            name: upload.target.name.clone(),
            url: terms.url.to_string(),
            begun: unix_now(),
            key: wrap(&key, upload.session.master_key()),
            copy: upload.keep.copy,
        });
        disk::blocking(move || {
            if let Err(error) = journal.begin(head) {
                tracing::warn!(%error, "an upload goes without a journal");
                journal.remove();
            }
            Ok(())
        })
        .await
    }

    /// Writes down a piece before it leaves. A journal that cannot take it is given up: a later run must not take the
    /// piece for one that never left. Blocks.
    pub(super) fn sealed(&self, offset: u64, len: u64, macs: &[ChunkMac]) {
        self.or_give_up(&Line::Piece(Piece::new(offset, len, macs)));
    }

    /// Writes down that the server has a piece, and the token where it gave one.
    pub(super) async fn sent(
        &self,
        offset: u64,
        len: u64,
        answer: &PieceAnswer,
    ) -> Result<(), TransferError> {
        let Some(journal) = self.0.clone() else { return Ok(()) };
        let token = match answer {
            PieceAnswer::Complete(token) => Some(token.to_vec()),
            PieceAnswer::Accepted => None,
        };
        disk::blocking(move || {
            note(Some(&journal), &Line::Sent(Range { offset, len }));
            if let Some(token) = token {
                note(Some(&journal), &Line::Token(token));
            }
            Ok(())
        })
        .await
    }

    /// Writes down that the upload is about to become a file. A journal that cannot take it is given up: a later run must
    /// not make a second one.
    pub(super) async fn putting(&self) -> Result<(), TransferError> {
        let journal = self.clone();
        disk::blocking(move || {
            journal.or_give_up(&Line::Putting);
            Ok(())
        })
        .await
    }

    /// Takes the journal off the disk: the upload is done, or cannot go on from it.
    pub(super) async fn remove(&self) -> Result<(), TransferError> {
        let Some(journal) = self.0.clone() else { return Ok(()) };
        disk::blocking(move || {
            journal.remove();
            Ok(())
        })
        .await
    }

    fn or_give_up(&self, line: &Line) {
        if let Some(journal) = &self.0
            && let Err(error) = journal.add(line)
        {
            tracing::warn!(%error, "an upload goes on without its journal");
            journal.remove();
        }
    }
}

impl Begun {
    /// Checks what an earlier run left. `None` where it is too old, of another content or of another account.
    pub(super) async fn check(
        upload: &Upload,
        source: &Arc<Source>,
        record: UploadRecord,
    ) -> Result<Option<Self>, TransferError> {
        let UploadRecord { head, sealed, sent, token, putting } = record;
        let Source::Disk(file) = &**source else { return Ok(None) };
        if head.content != file.facts() {
            tracing::info!("the file is another than when its upload began");
            upload.progress.note_source_change();
            return Ok(None);
        }
        let Some((key, nonce)) = unwrap(&head.key, upload.session.master_key()) else { return Ok(None) };
        let Some(url) = Url::parse(&head.url).ok().filter(Url::has_host) else { return Ok(None) };
        if unix_now().abs_diff(head.begun) > LONGEST_LIFE {
            return Ok(None);
        }
        let content = Content { file: file.file(), size: head.content.size, key, nonce };
        upload.progress.set_checking(true);
        let good = recheck(&content, &sealed, &upload.limits).await;
        upload.progress.set_checking(false);
        if good?.len() != sealed.len() {
            tracing::info!("the file's content changed since its upload began");
            upload.progress.note_source_change();
            return Ok(None);
        }
        let sent = sent.into_iter().map(|chunk| chunk.offset).collect();
        let token = token.map(Bytes::from);
        let terms = Terms { url, key, nonce };
        Ok(Some(Self { terms, macs: sealed, sent, token, putting }))
    }
}

/// How long an address for uploads is taken to live, seconds: two days, about as long as the official client keeps one.
pub(crate) const LONGEST_LIFE: u64 = 2 * 24 * 3600;
