//! [`Book`]: the file of an undo journal, as several processes write to it: lines are added under its lock, and one that has
//! grown long is replaced by a shorter one. The journal gives it whole lines; what they say it knows only when it shortens.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::record::Contents;
use super::shorten;
use crate::config::private_file;

/// The file of a journal. Another process may have put a shorter one in its place: then that is the journal.
#[derive(Debug)]
pub(super) struct Book {
    path: PathBuf,
    file: File,
}

impl Book {
    /// Opens or makes the file, for its owner only, and its folder; one that has grown long is shortened.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private_file::create_folder(folder)?;
        }
        let mut book = Self { path: path.to_path_buf(), file: open_file(path)? };
        if book.file.metadata()?.len() > SHORTEN_AT
            && let Err(error) = book.shorten()
        {
            tracing::warn!(%error, "the undo journal stays as long as it is");
        }
        Ok(book)
    }

    /// Adds lines while other processes may not; ends a line first that a crash cut short.
    pub(super) fn add(&mut self, text: Vec<u8>, must_last: bool) -> io::Result<()> {
        self.lock()?;
        let written = write_locked(&mut self.file, text, must_last);
        self.file.unlock()?;
        written
    }

    /// Reads the last megabytes of the file that has the name now.
    pub(super) fn read(&mut self) -> io::Result<Contents> {
        self.find()?;
        self.contents()
    }

    /// Turns to the file that has the name now.
    fn find(&mut self) -> io::Result<()> {
        if !is_at(&self.file, &self.path)? {
            self.file = open_file(&self.path)?;
        }
        Ok(())
    }

    /// Locks the file that has the name, whoever puts another there meanwhile.
    fn lock(&mut self) -> io::Result<()> {
        loop {
            self.find()?;
            self.file.lock()?;
            if is_at(&self.file, &self.path)? {
                return Ok(());
            }
            self.file.unlock()?;
        }
    }

    /// Reads the last megabytes.
    fn contents(&mut self) -> io::Result<Contents> {
        let start = self.file.metadata()?.len().saturating_sub(READ_LIMIT);
        self.file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        // The file may grow meanwhile: the bound holds all the same.
        Read::by_ref(&mut self.file).take(READ_LIMIT).read_to_end(&mut text)?;
        Ok(Contents::read(&text))
    }

    /// Keeps the newest groups only: they are written beside the file, and then take its place in one step. Who writes
    /// meanwhile waits for the lock, and then finds that the name has another file.
    fn shorten(&mut self) -> io::Result<()> {
        if !cfg!(unix) {
            return Ok(()); // a file that others have open cannot be replaced there
        }
        self.lock()?;
        let shortened = self.write_shorter();
        self.file.unlock()?;
        shortened?;
        self.find()
    }

    fn write_shorter(&mut self) -> io::Result<()> {
        let lines = shorten::shortened(self.contents()?, KEEP_BYTES, KEEP_GROUPS)?;
        let folder = self.path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut shorter = tempfile::Builder::new().prefix(".undo-").tempfile_in(folder)?; // for its owner only
        shorter.write_all(&lines)?;
        shorter.as_file().sync_all()?;
        shorter.persist(&self.path).map_err(|failed| failed.error)?;
        File::open(folder)?.sync_all()
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether the open file is the one that has the name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(named) => Ok((own.dev(), own.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

fn write_locked(file: &mut File, mut text: Vec<u8>, must_last: bool) -> io::Result<()> {
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, b'\n');
        }
    }
    file.write_all(&text)?;
    if must_last { file.sync_data() } else { Ok(()) }
}

/// A longer file is shortened when it is opened.
const SHORTEN_AT: u64 = 8 << 20;

/// What stays of it: some ten thousand changes, of so many groups.
const KEEP_BYTES: usize = 4 << 20;
const KEEP_GROUPS: usize = 2000;

/// Bytes from the end of the file that are read: some fifty thousand changes.
pub(super) const READ_LIMIT: u64 = 16 << 20;
