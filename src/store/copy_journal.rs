//! The copy journal: the copies of the screen that are not over, so that the next start can ask whether to go on with
//! them ([`CopyJournals`]). The worker writes and reads it. What a copy is, it does not know: it keeps JSON, which must
//! hold no keys. How far each file is stands in the transfer journals.
//!
//! One file for each copy, locked by the process that carries it out; what nobody holds was left unfinished. Lines of
//! JSON, the last whole one counts.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::private_file;

/// All copies that are kept. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug, Default)]
pub struct CopyJournals {
    /// `None` keeps nothing.
    folder: Option<Arc<Path>>,
}

/// The record of one copy, ours while it lives. Dropped it stays for the next start; [`Self::remove`] ends it.
#[derive(Debug)]
pub struct CopyRecord {
    id: u64,
    path: PathBuf,
    /// Locked.
    file: File,
}

#[derive(Serialize, Deserialize)]
struct Line {
    form: u32,
    copy: Value,
}

impl CopyJournals {
    /// Keeps copies in a folder, which is made when needed.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Keeps nothing (command line, demo).
    #[must_use]
    pub const fn none() -> Self {
        Self { folder: None }
    }

    /// Returns whether nothing is kept.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.folder.is_none()
    }

    /// Returns whether there is a record of this number, whoever holds it.
    #[must_use]
    pub fn contains(&self, id: u64) -> bool {
        self.folder.as_ref().is_some_and(|folder| path_of(folder, id).exists())
    }

    /// Returns how many records there are, whoever holds them.
    pub fn count(&self) -> io::Result<usize> {
        let Some(folder) = &self.folder else { return Ok(0) };
        match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            entries => Ok(entries?.flatten().filter(|entry| id_of(&entry.path()).is_some()).count()),
        }
    }

    /// Begins the record of a copy, which is on the disk when this returns. `None` where nothing is kept.
    pub fn begin(&self, copy: &Value) -> io::Result<Option<CopyRecord>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        private_file::create_folder(folder)?;
        let id = getrandom::u64().map_err(io::Error::other)? >> SPARE_BITS;
        let path = path_of(folder, id);
        let mut options = OpenOptions::new();
        options.create_new(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        file.lock()?;
        let record = CopyRecord { id, path, file };
        match record.write(copy) {
            Ok(()) => Ok(Some(record)),
            Err(error) => {
                record.remove();
                Err(error)
            }
        }
    }

    /// Takes every copy that nobody carries out, in no order. Records that make no sense are removed.
    pub fn take_free(&self) -> io::Result<Vec<(CopyRecord, Value)>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut free = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if let Some(id) = id_of(&path)
                && let Ok(Some((file, text))) = open_free(&path)
            {
                let record = CopyRecord { id, path, file };
                match last_line(&text) {
                    Some(copy) => free.push((record, copy)),
                    None => record.remove(),
                }
            }
        }
        Ok(free)
    }
}

impl CopyRecord {
    /// Returns its number, by which transfers say that they belong to it.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Writes what the copy is now; it is on the disk when this returns.
    pub fn write(&self, copy: &Value) -> io::Result<()> {
        let mut text = vec![b'\n']; // ends a line that was cut short
        serde_json::to_writer(&mut text, &Line { form: FORM, copy: copy.clone() })?;
        text.push(b'\n');
        (&self.file).write_all(&text)?;
        self.file.sync_data()
    }

    /// Ends the record: the copy is over, or given up.
    pub fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the record of a copy");
        }
    }
}

/// Opens a record, locks it and reads it; `None` where somebody holds it, or removed it just now.
fn open_free(path: &Path) -> io::Result<Option<(File, Vec<u8>)>> {
    let mut file = OpenOptions::new().append(true).read(true).open(path)?;
    if file.try_lock().is_err() || fs::metadata(path).is_err() {
        return Ok(None);
    }
    let mut text = Vec::new();
    Read::by_ref(&mut file).take(READ_LIMIT).read_to_end(&mut text)?;
    Ok(Some((file, text)))
}

fn path_of(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("{id:014x}.{EXTENSION}"))
}

fn id_of(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    let is_ours = path.extension().is_some_and(|extension| extension == EXTENSION);
    is_ours.then(|| u64::from_str_radix(stem, 16).ok())?
}

fn last_line(text: &[u8]) -> Option<Value> {
    let lines = text.rsplit(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let mut lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.next().filter(|line| line.form == FORM).map(|line| line.copy)
}

const EXTENSION: &str = "jsonl";

/// The form of the lines. Another number is another time's.
const FORM: u32 = 1;

/// Leaves 53 bits, which every reader of JSON keeps exactly.
const SPARE_BITS: u32 = 11;

/// Bytes of a record that are read: a list of some ten thousand picked entries.
const READ_LIMIT: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn journals() -> (tempfile::TempDir, CopyJournals) {
        let folder = tempfile::tempdir().unwrap();
        let journals = CopyJournals::in_folder(&folder.path().join("copies"));
        (folder, journals)
    }

    fn copies(journals: &CopyJournals) -> Vec<Value> {
        journals.take_free().unwrap().into_iter().map(|(_, copy)| copy).collect()
    }

    #[test]
    fn a_copy_that_somebody_carries_out_is_not_offered_and_one_that_was_left_is() {
        let (_folder, journals) = journals();
        assert!(copies(&journals).is_empty());
        let record = journals.begin(&json!("first")).unwrap().unwrap();
        assert!(copies(&journals).is_empty());
        let id = record.id();
        drop(record);
        let mut taken = journals.take_free().unwrap();
        assert!(copies(&journals).is_empty(), "it is taken");
        let (record, copy) = taken.pop().unwrap();
        assert_eq!((record.id(), copy), (id, json!("first")));
        record.write(&json!("second")).unwrap();
        drop(record);
        assert_eq!(copies(&journals), [json!("second")]);
        journals.take_free().unwrap().pop().unwrap().0.remove();
        assert!(copies(&journals).is_empty());
    }

    #[test]
    fn a_record_cut_at_any_byte_says_what_it_said_before() {
        let (folder, journals) = journals();
        let record = journals.begin(&json!(1)).unwrap().unwrap();
        let path = record.path.clone();
        let first = fs::read(&path).unwrap();
        record.write(&json!(2)).unwrap();
        drop(record);
        let whole = fs::read(&path).unwrap();
        for len in 0..=whole.len() {
            fs::create_dir_all(folder.path().join("copies")).unwrap();
            fs::write(&path, &whole[..len]).unwrap();
            let said = match len {
                len if len + 1 < first.len() => vec![],
                len if len + 1 < whole.len() => vec![json!(1)],
                _ => vec![json!(2)],
            };
            assert_eq!(copies(&journals), said, "cut at {len}");
        }
    }

    #[test]
    fn a_journal_of_nothing_keeps_nothing() {
        assert!(CopyJournals::none().begin(&json!(1)).unwrap().is_none());
        assert!(CopyJournals::none().take_free().unwrap().is_empty());
    }
}
