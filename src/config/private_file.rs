//! Files that only the user may read: the configuration, sealed credentials, keys, logs. They are written in one step
//! (all of the old or all of the new, whatever happens) and refused when others could have read or changed them.
//! It knows nothing of what the files hold.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// A private file cannot be read.
#[derive(Debug)]
pub(crate) enum PrivateFileError {
    /// There is none.
    Missing,
    /// Other users may read or change it.
    Exposed,
    /// The disk refused, or the file is longer than it may be.
    Io(io::Error),
}

/// Reads a whole private file of at most `limit` bytes.
///
/// The rights are those of the opened file, so that they cannot change between the look and the reading.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, PrivateFileError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PrivateFileError::Missing,
        _ => PrivateFileError::Io(error),
    })?;
    let facts = file.metadata().map_err(PrivateFileError::Io)?;
    if is_exposed(&facts) {
        return Err(PrivateFileError::Exposed);
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(PrivateFileError::Io)?;
    if bytes.len() as u64 > limit {
        return Err(PrivateFileError::Io(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the file is too long",
        )));
    }
    Ok(bytes)
}

/// Writes a private file in one step (mode 0600), making its folder where there is none (mode 0700).
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    staged(path, bytes)?.persist(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// Like [`write()`], for content that is made while it is written. Until then the file's name begins with `staged`: a
/// process that is killed leaves it behind.
pub(crate) fn write_with(
    path: &Path,
    staged: &str,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path)?;
    create_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(staged).tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// Like [`write()`], but an existing file stays and gives [`io::ErrorKind::AlreadyExists`].
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    staged(path, bytes)?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// Waits until no other process changes a file that is replaced when it is written, and so cannot be locked itself: one of
/// its name with the ending `.lock` is, until what is returned is dropped.
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    create_folder(folder_of(path)?)?;
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Makes a folder and those above it, for the user alone. One that exists keeps its rights: it may not be ours.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The whole content in a file beside the target, on disk (temporary files are made with mode 0600).
fn staged(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = folder_of(path)?;
    create_folder(folder)?;
    sweep(folder);
    let mut file = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Removes what killed processes left in a folder while they wrote: nobody else would, and it may be a key.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if is_scrap(&path) {
            let _ = fs::remove_file(path); // others sweep, too
        }
    }
}

/// Returns whether a file is one that was being written by a process that is gone: its name was never its own, and nobody
/// writes for so long.
pub(crate) fn is_scrap(path: &Path) -> bool {
    let is_staged = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        let begins =
            |prefix: &&str| name.strip_prefix(*prefix).is_some_and(|rest| rest.len() == RANDOM_LETTERS);
        ALL_STAGED.iter().any(begins)
    });
    let modified = || fs::symlink_metadata(path).and_then(|facts| facts.modified()).ok();
    is_staged
        && modified()
            .and_then(|at| SystemTime::now().duration_since(at).ok())
            .is_some_and(|age| age > ABANDONED)
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file's path has a folder"))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path)?)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_exposed(facts: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(facts) & 0o077 != 0
}

/// Elsewhere the user's profile folder is private by its access list.
#[cfg(not(unix))]
fn is_exposed(_facts: &Metadata) -> bool {
    false
}

/// How the name of a file begins that is being written.
const STAGED: &str = ".new-";

/// The same of all files of ours: these, what earlier versions wrote, kept file lists, and journals that are shortened.
const ALL_STAGED: [&str; 4] = [STAGED, ".tmp", ".tree-", ".undo-"];

/// Letters that follow.
const RANDOM_LETTERS: usize = 6;

/// Nobody writes a file for so long.
const ABANDONED: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_writer_left_goes_with_the_next_write_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let old = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, "x").unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
            path
        };
        let staged = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder.path()).unwrap();
        let (_, left) = staged.keep().unwrap();
        let fresh = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder.path()).unwrap();
        File::options().write(true).open(&left).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let kept = [old(".new-notes"), old("notes"), old(".tmp")];
        write(&folder.path().join("key"), b"1").unwrap();
        assert!(!left.exists(), "it may be a key");
        assert!(fresh.path().exists(), "somebody writes it now");
        assert!(kept.iter().all(|path| path.exists()));
    }
}
