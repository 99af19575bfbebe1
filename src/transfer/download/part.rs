//! [`Part`]: what is on the disk of a download under way, and the journal that says so. A large download finds here what
//! an earlier run brought; a small one, or one without a journal, gets a file that vanishes with it.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use super::{Download, Existing, beginning};
use crate::crypto::chunk::Chunk;
use crate::crypto::mac::ChunkMac;
use crate::local::{LocalError, MadeWay, PartialFile, Trash, Witness};
use crate::store::transfer_journal::{
    DownloadHead, DownloadRecord, Head, JournalName, Record, TransferJournal,
};
use crate::store::unix_now;
use crate::transfer::claim::wrap;
use crate::transfer::disk;
use crate::transfer::error::TransferError;
use crate::transfer::recheck::{Content, recheck};

/// The partial file of a download.
pub(super) struct Part {
    partial: PartialFile,
    journal: Option<TransferJournal>,
    /// Chunks that an earlier run brought, and that are as they should be, or those of a file that stood there.
    pub(super) kept: Vec<(Chunk, ChunkMac)>,
}

impl Part {
    /// Goes on with what an earlier run left, or makes a new file.
    pub(super) async fn open(download: &Download) -> Result<Self, TransferError> {
        let name = JournalName::download(download.node, &download.target.path());
        let claimed = download.keep.claim(name.clone(), download.size).await;
        let Some((journal, record)) = claimed else {
            return Self::throw_away(download).await?.begun(download).await;
        };
        if let Some(Record::Down(record)) = record
            && let Some(part) = Self::resume(download, &journal, record).await?
        {
            return Ok(part);
        }
        Self::begin(download, journal, &name).await?.begun(download).await
    }

    /// Takes what stands under the target's name as the beginning, where that is wanted. The journal does not speak of
    /// it: another run could not tell it from what was fetched.
    async fn begun(mut self, download: &Download) -> Result<Self, TransferError> {
        if let Existing::Beginning(_) = download.existing {
            self.kept = beginning::take(download, &self.file()).await?;
        }
        Ok(self)
    }

    /// Returns the open file, for writers on other threads.
    pub(super) fn file(&self) -> Arc<File> {
        self.partial.file()
    }

    /// Returns the journal to write pieces to.
    pub(super) fn journal(&self) -> Option<TransferJournal> {
        self.journal.clone()
    }

    /// Gives the verified file its name. Where that fails everything stays as it is, for another try.
    pub(super) fn place(
        self,
        modified: Option<i64>,
        trash: Option<&Trash>,
        witness: &Witness,
    ) -> Result<MadeWay, LocalError> {
        let made_way = self.partial.place(modified, trash, witness)?;
        if let Some(journal) = &self.journal {
            journal.remove();
        }
        Ok(made_way)
    }

    /// Takes everything off the disk: it is of no use.
    pub(super) fn discard(self) {
        self.partial.discard();
        if let Some(journal) = &self.journal {
            journal.remove();
        }
    }

    async fn throw_away(download: &Download) -> Result<Self, TransferError> {
        let (target, size) = (download.target.clone(), download.size);
        let partial = disk::blocking(move || Ok(PartialFile::create(target, size)?)).await?;
        Ok(Self { partial, journal: None, kept: Vec::new() })
    }

    /// `None` where the journal is of another content, or its file is gone.
    async fn resume(
        download: &Download,
        journal: &TransferJournal,
        record: DownloadRecord,
    ) -> Result<Option<Self>, TransferError> {
        let DownloadRecord { head, written } = record;
        let key = wrap(&download.key, download.session.master_key());
        if (head.node, head.size, &head.key) != (download.node, download.size, &key) {
            return Ok(None);
        }
        let (target, size) = (download.target.clone(), download.size);
        let opened =
            disk::blocking(move || Ok(PartialFile::reopen(target, &head.partial.path(), size)?)).await?;
        let Some(partial) = opened else { return Ok(None) };
        let kept = check(download, partial.file(), &written).await?;
        let left = size - kept.iter().map(|(chunk, _)| u64::from(chunk.len)).sum::<u64>();
        let part = Self { partial, journal: Some(journal.clone()), kept };
        let part = disk::blocking(move || {
            part.partial.require_room(left)?;
            Ok(part)
        });
        part.await.map(Some)
    }

    /// The journal names the file before there is one, so that none is ever forgotten.
    async fn begin(
        download: &Download,
        journal: TransferJournal,
        name: &JournalName,
    ) -> Result<Self, TransferError> {
        let (target, size) = (download.target.clone(), download.size);
        let path = PartialFile::resumable_path(&target, name.short());
        let head = Head::Down(DownloadHead {
            node: download.node,
            key: wrap(&download.key, download.session.master_key()),
            size,
            partial: path.as_path().into(),
            target: target.path().as_path().into(),
            begun: unix_now(),
            copy: download.keep.copy,
        });
        disk::blocking(move || {
            let made = match journal.begin(head) {
                Ok(()) => PartialFile::create_resumable(target.clone(), &path, size),
                Err(error) => Err(LocalError::io("write the journal of", &target.path())(error)),
            };
            match made {
                Ok(partial) => Ok(Self { partial, journal: Some(journal), kept: Vec::new() }),
                Err(error) => {
                    tracing::info!(%error, "a download goes without a journal");
                    journal.remove();
                    let partial = PartialFile::create(target, size)?;
                    Ok(Self { partial, journal: None, kept: Vec::new() })
                }
            }
        })
        .await
    }
}

/// Finds out which chunks of an earlier run are on the disk.
async fn check(
    download: &Download,
    file: Arc<File>,
    written: &BTreeMap<u64, ChunkMac>,
) -> Result<Vec<(Chunk, ChunkMac)>, TransferError> {
    let (key, nonce) = (*download.key.aes(), *download.key.nonce());
    let content = Content { file, size: download.size, key, nonce };
    download.progress.set_checking(true);
    let kept = recheck(&content, written, &download.limits).await;
    download.progress.set_checking(false);
    let kept = kept?;
    download.progress.keep(kept.iter().map(|(chunk, _)| u64::from(chunk.len)).sum());
    Ok(kept)
}
