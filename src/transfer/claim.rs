//! [`Keep`]: where a transfer writes down how far it is, and how it comes by its journal. The worker makes one for each
//! transfer, both movers claim their journal through it. What the lines mean is the movers' own affair; no key goes into
//! a journal but wrapped here.

use std::time::Duration;

use super::disk;
use crate::crypto::key::{FileKey, KeyBytes, MasterKey, NodeKey};
use crate::store::transfer_journal::{
    Claim, JournalName, Line, Record, TransferJournal, TransferJournals, WrappedKey,
};

/// Where a transfer is written down.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// The account's journals.
    pub journals: TransferJournals,
    /// The number of the copy that it belongs to, where that is kept.
    pub copy: Option<u64>,
}

impl Keep {
    /// Returns whether a file of this size is written down: a run that is stopped goes on later.
    #[must_use]
    pub const fn is_kept(&self, size: u64) -> bool {
        size > LARGEST_UNKEPT && !self.journals.is_none()
    }

    /// Takes a transfer's journal. `None` where it goes without: it is too small to be worth one, its account keeps none,
    /// somebody else moves the same file, or the disk refuses (which must not stop a transfer).
    pub(crate) async fn claim(
        &self,
        name: JournalName,
        size: u64,
    ) -> Option<(TransferJournal, Option<Record>)> {
        if !self.is_kept(size) {
            return None;
        }
        for _ in 0..TRIES {
            let (journals, name) = (self.journals.clone(), name.clone());
            let claimed = disk::blocking(move || Ok(journals.claim(&name))).await.ok()?;
            match claimed {
                Ok(Claim::Ours(journal, record)) => return Some((journal, record.map(|record| *record))),
                Ok(Claim::Unkept) => return None,
                Ok(Claim::Held) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::warn!(%error, "a transfer goes without a journal");
                    return None;
                }
            }
        }
        tracing::info!("another process moves this file, too: this one goes without a journal");
        None
    }
}

/// Adds a line whose loss costs a piece that moves again, no more. Blocks.
pub(crate) fn note(journal: Option<&TransferJournal>, line: &Line) {
    if let Some(Err(error)) = journal.map(|journal| journal.add(line)) {
        tracing::warn!(%error, "a line of a transfer journal is lost");
    }
}

/// Encrypts a content's key for the journal, as the account's nodes carry theirs.
pub(crate) fn wrap(key: &FileKey, master: &MasterKey) -> WrappedKey {
    WrappedKey(NodeKey::File(key.clone()).wrap(master.bytes()))
}

/// Decrypts key and nonce of an upload under way. `None` for those of another account: the meta-MAC, which was zero when
/// it was encrypted, tells.
pub(crate) fn unwrap(wrapped: &WrappedKey, master: &MasterKey) -> Option<(KeyBytes, [u8; 8])> {
    match NodeKey::unwrap(&wrapped.0, master.bytes())? {
        NodeKey::File(key) if *key.meta_mac() == [0; 8] => Some((*key.aes(), *key.nonce())),
        NodeKey::File(_) | NodeKey::Folder(_) => None,
    }
}

/// Up to this size a file is one request: starting over costs nothing, and thousands of them must not cost thousands of
/// journals. Bytes.
const LARGEST_UNKEPT: u64 = 1 << 20;

/// A run that has just been stopped holds its journal until its last write has ended: so often it is waited for.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_for_its_own_account_only() {
        let (own, other) = (MasterKey::from_bytes([1; 16]), MasterKey::from_bytes([2; 16]));
        let key = FileKey::new([3; 16], [4; 8], [0; 8]);
        let wrapped = wrap(&key, &own);
        assert_eq!(unwrap(&wrapped, &own), Some(([3; 16], [4; 8])));
        assert_eq!(unwrap(&wrapped, &other), None);
        assert_eq!(unwrap(&WrappedKey(vec![1; 5]), &own), None);
        assert!(!wrapped.0.windows(16).any(|bytes| bytes == [3; 16]));
    }
}
