//! [`Leftover`]: what a transfer that is not under way has on this machine, found from its journal. The worker lists them
//! for the user and removes them when told to. All but [`discard`] blocks.

use std::io;
use std::path::{Path, PathBuf};

use super::claim::Keep;
use super::disk;
use super::upload::LONGEST_LIFE;
use crate::config::Folders;
use crate::local::leftover::is_resumable;
use crate::message::Direction;
use crate::store::copy_journal::CopyJournals;
use crate::store::transfer_journal::{JournalName, Record, TransferJournal, TransferJournals};
use crate::store::unix_now;

/// A transfer that can go on, and that nobody carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Which way.
    pub direction: Direction,
    /// The file on this machine: the source, or the target.
    pub path: PathBuf,
    /// Bytes in all.
    pub size: u64,
    /// Bytes that have moved, as far as the journal says.
    pub done: u64,
    /// The number of the copy that it belongs to, where that is kept.
    pub copy: Option<u64>,
    /// The file in which a download goes on.
    pub partial: Option<PathBuf>,
}

impl Leftover {
    /// Returns whether it belongs to no copy that is kept.
    #[must_use]
    pub fn is_loose(&self, copies: &CopyJournals) -> bool {
        self.copy.is_none_or(|copy| !copies.contains(copy))
    }
}

/// Counts what can go on and belongs to no copy of the screen.
pub fn count(folders: &Folders) -> io::Result<usize> {
    let copies = CopyJournals::in_folder(&folders.copy_journals());
    let mut count = 0;
    for (_, journals) in journals(folders)? {
        count += look(&journals)?.iter().filter(|left| left.is_loose(&copies)).count();
    }
    Ok(count)
}

/// The journals of every remote that has any, also of those that are no longer configured.
pub fn journals(folders: &Folders) -> io::Result<Vec<(String, TransferJournals)>> {
    let above = folders.all_transfer_journals();
    let entries = match std::fs::read_dir(&above) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut remotes = Vec::new();
    for entry in entries {
        remotes.push(entry?.file_name().to_string_lossy().into_owned());
    }
    remotes.sort_unstable();
    let with_journals = |remote: String| {
        let journals = TransferJournals::in_folder(&folders.transfer_journals(&remote));
        (remote, journals)
    };
    Ok(remotes.into_iter().map(with_journals).collect())
}

/// Lists everything that nobody carries out, also what cannot go on, and changes nothing that is of use.
pub fn look(journals: &TransferJournals) -> io::Result<Vec<Leftover>> {
    let mut leftovers = Vec::new();
    journals.each_free(|_, record| leftovers.extend(record.map(|record| leftover(&record))))?;
    Ok(leftovers)
}

/// Lists what can go on, and takes off the disk what cannot: uploads whose address has expired, downloads whose file is
/// gone.
pub fn list(journals: &TransferJournals) -> io::Result<Vec<Leftover>> {
    let mut leftovers = Vec::new();
    journals.each_free(|journal, record| match record {
        Some(record) if is_dead(&record) => discard_record(&journal, &record),
        Some(record) => leftovers.push(leftover(&record)),
        None => {} // of no use, and gone when it is let go of
    })?;
    Ok(leftovers)
}

/// Removes those that `is_wanted` picks.
pub fn discard_where(
    journals: &TransferJournals,
    mut is_wanted: impl FnMut(&Leftover) -> bool,
) -> io::Result<()> {
    journals.each_free(|journal, record| {
        if let Some(record) = record
            && is_wanted(&leftover(&record))
        {
            discard_record(&journal, &record);
        }
    })
}

/// Removes what all transfers of an account left, with the folder of their journals: nothing will go on with it. What a
/// running program holds stays.
pub fn forget(journals: &Path) -> io::Result<()> {
    discard_where(&TransferJournals::in_folder(journals), |_| true)?;
    match std::fs::remove_dir(journals) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
            Ok(())
        }
        removed => removed,
    }
}

/// Removes what one transfer of `size` bytes left. Nothing happens where somebody carries it out.
pub async fn discard(keep: &Keep, name: JournalName, size: u64) {
    if let Some((journal, Some(record))) = keep.claim(name, size).await {
        // Nothing to tell: what fails is logged there.
        let _ = disk::blocking(move || {
            discard_record(&journal, &record);
            Ok(())
        })
        .await;
    }
}

fn discard_record(journal: &TransferJournal, record: &Record) {
    if let Record::Down(record) = record {
        let partial = record.head.partial.path();
        // A journal that was tampered with must not lead to a file of the user's.
        if is_resumable(&partial)
            && let Err(error) = std::fs::remove_file(&partial)
        {
            tracing::info!(path = %partial.display(), %error, "no partial file");
        }
    }
    journal.remove();
}

fn is_dead(record: &Record) -> bool {
    match record {
        Record::Up(record) => unix_now().abs_diff(record.head.begun) > LONGEST_LIFE,
        Record::Down(record) => {
            let partial = record.head.partial.path();
            // Without its folder the disk may only be away.
            partial.parent().is_some_and(Path::is_dir) && !partial.exists()
        }
    }
}

fn leftover(record: &Record) -> Leftover {
    match record {
        Record::Up(record) => Leftover {
            direction: Direction::Up,
            path: record.head.source.path(),
            size: record.head.content.size,
            done: record.done(),
            copy: record.head.copy,
            partial: None,
        },
        Record::Down(record) => Leftover {
            direction: Direction::Down,
            path: record.head.target.path(),
            size: record.head.size,
            done: record.done(),
            copy: record.head.copy,
            partial: Some(record.head.partial.path()),
        },
    }
}
