//! [`rename_free`]: another name for a file, link or folder, which never takes the place of anything. Placing a download,
//! renaming and moving go through it. There is no moment between a look and a rename in which something of the user's
//! could be overwritten: where the system has no such rename, an empty file or folder keeps the name meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::LocalError;
use super::copy::carry;

/// Renames; [`io::ErrorKind::AlreadyExists`] where `to` has something already, be it a broken link.
pub fn rename_free(from: &Path, to: &Path) -> io::Result<()> {
    match by_system(from, to) {
        Err(error) if is_unknown(&error) => by_reserving(from, to),
        renamed => renamed,
    }
}

/// Moves as [`rename_free`] does, a file or a link also to another disk. Blocks for as long as that takes.
pub fn move_free(from: &Path, to: &Path) -> Result<(), LocalError> {
    rename_free(from, to).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Err(LocalError::Exists { path: to.to_path_buf() }),
        io::ErrorKind::CrossesDevices => carry(from, to),
        _ => Err(LocalError::io("rename", from)(error)),
    })
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn by_system(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn by_system(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the system, or the disk, does not know a rename that replaces nothing (some network mounts, FAT).
fn is_unknown(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

fn by_reserving(from: &Path, to: &Path) -> io::Result<()> {
    let is_folder = fs::symlink_metadata(from)?.is_dir();
    if cfg!(windows) && is_folder {
        return fs::rename(from, to); // there it never replaces a folder, not even an empty one
    }
    let reserved = if is_folder { Reserved::folder(to)? } else { Reserved::file(to)? };
    fs::rename(from, to)?;
    reserved.release();
    Ok(())
}

/// A name that is kept by something empty, which a rename may replace; dropped before, it is free again.
#[derive(Debug)]
pub(super) struct Reserved<'p> {
    path: &'p Path,
    /// `None` once what the name was kept for has it.
    kept_by: Option<KeptBy>,
}

#[derive(Debug)]
enum KeptBy {
    File,
    Folder,
}

impl<'p> Reserved<'p> {
    /// Keeps a name for a file or a link.
    pub(super) fn file(path: &'p Path) -> io::Result<Self> {
        File::create_new(path)?;
        Ok(Self { path, kept_by: Some(KeptBy::File) })
    }

    fn folder(path: &'p Path) -> io::Result<Self> {
        fs::create_dir(path)?;
        Ok(Self { path, kept_by: Some(KeptBy::Folder) })
    }

    /// Lets go of the name: what it was kept for has it.
    pub(super) fn release(mut self) {
        self.kept_by = None;
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let is_empty =
            || fs::symlink_metadata(self.path).is_ok_and(|facts| facts.is_file() && facts.len() == 0);
        let freed = match self.kept_by {
            Some(KeptBy::File) if is_empty() => fs::remove_file(self.path),
            Some(KeptBy::Folder) => fs::remove_dir(self.path), // only an empty one
            Some(KeptBy::File) | None => Ok(()),
        };
        if let Err(error) = freed {
            tracing::warn!(%error, path = %self.path.display(), "an empty entry is left behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways, the system's own and ours.
    const WAYS: [fn(&Path, &Path) -> io::Result<()>; 2] = [rename_free, by_reserving];

    #[test]
    fn files_and_folders_get_their_new_name() {
        for rename in WAYS {
            let scratch = tempfile::tempdir().unwrap();
            let at = |name: &str| scratch.path().join(name);
            fs::write(at("file"), b"1").unwrap();
            fs::create_dir_all(at("folder/inside")).unwrap();
            rename(&at("file"), &at("file 2")).unwrap();
            rename(&at("folder"), &at("folder 2")).unwrap();
            assert_eq!(fs::read(at("file 2")).unwrap(), b"1");
            assert!(at("folder 2/inside").is_dir());
            assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
        }
    }

    #[test]
    fn nothing_is_ever_replaced_and_what_could_not_move_stays() {
        for rename in WAYS {
            let scratch = tempfile::tempdir().unwrap();
            let at = |name: &str| scratch.path().join(name);
            fs::write(at("new"), b"new").unwrap();
            fs::write(at("file"), b"theirs").unwrap();
            fs::create_dir(at("folder")).unwrap();
            fs::create_dir(at("new folder")).unwrap();
            for (from, to) in [("new", "file"), ("new", "folder"), ("new folder", "folder")] {
                let refused = rename(&at(from), &at(to)).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists, "{from} to {to}");
                assert!(at(from).exists());
            }
            assert_eq!(fs::read(at("file")).unwrap(), b"theirs");
        }
    }

    #[test]
    fn a_rename_that_fails_keeps_no_name() {
        for rename in WAYS {
            let scratch = tempfile::tempdir().unwrap();
            let at = |name: &str| scratch.path().join(name);
            fs::create_dir(at("folder")).unwrap();
            assert!(rename(&at("missing"), &at("new")).is_err());
            assert!(rename(&at("folder"), &at("folder/below")).is_err(), "into itself");
            assert!(!at("new").exists() && !at("folder/below").exists());
        }
    }

    #[test]
    fn a_reserved_name_is_free_again_unless_somebody_wrote_there() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("name");
        drop(Reserved::file(&path).unwrap());
        assert!(!path.exists());
        let reserved = Reserved::file(&path).unwrap();
        fs::write(&path, b"theirs").unwrap();
        drop(reserved);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }

    #[cfg(unix)]
    #[test]
    fn a_broken_link_has_its_name_too() {
        for rename in WAYS {
            let scratch = tempfile::tempdir().unwrap();
            let at = |name: &str| scratch.path().join(name);
            fs::write(at("new"), b"new").unwrap();
            std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
            assert!(rename(&at("new"), &at("link")).is_err());
            assert!(at("link").is_symlink());
        }
    }
}
