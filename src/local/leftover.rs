//! The temporary files that we make beside the user's: how they are called, and what becomes of those that a killed
//! process left. A download that starts over at the next start (a small one) leaves a throw-away file, which goes when
//! the next copy comes into its folder. One that can go on leaves a file that its journal names, which is never touched
//! here.
//!
//! A live file is told from a dead one by a lock that its owner holds and the system takes from a dead process. Where a
//! disk knows no locks nothing is ever taken for dead.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Returns whether a file name is that of a temporary file or of a trash folder of ours: never part of a copy.
#[must_use]
pub fn is_own_leftover(name: &OsStr) -> bool {
    is_temporary(name) || name == super::trash::SIBLING_FOLDER
}

/// Returns whether a path names a file in which a download goes on: nothing else that a journal names is ever removed.
#[must_use]
pub fn is_resumable(path: &Path) -> bool {
    path.file_name().is_some_and(|name| is_temporary(name) && has_prefix(name, RESUMABLE))
}

/// Returns the path of the file in which a download to that folder goes on. `label` tells it from others.
#[must_use]
pub fn resumable_path(folder: &Path, label: &str) -> PathBuf {
    folder.join(format!("{RESUMABLE}{label}{SUFFIX}"))
}

/// Removes the throw-away files in a folder that nobody writes to any more, and returns how many there were. Blocks.
pub fn sweep(folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_throw_away = is_temporary(&name) && !has_prefix(&name, RESUMABLE);
        if is_throw_away && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            count += usize::from(remove_dead(&entry.path()));
        }
    }
    Ok(count)
}

/// Returns the temporary files in a folder and all below it; links are not followed. Blocks.
pub(crate) fn parts_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_temporary(entry.file_name()) => {
                parts.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) if error.depth() == 0 => return Err(error.into()),
            // A folder that cannot be read holds nothing that could be removed.
            Err(error) => tracing::info!(%error, "not looked through"),
        }
    }
    Ok(parts)
}

/// Returns whether nobody holds the lock of a temporary file. What cannot be told counts as alive.
pub(crate) fn is_dead(path: &Path) -> bool {
    OpenOptions::new().write(true).open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Removes a temporary file whose lock nobody holds. What cannot be told counts as alive.
pub(crate) fn remove_dead(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new().write(true).open(path) else { return false };
    // Held until it is gone, so that nobody begins to use it meanwhile.
    file.try_lock().is_ok() && fs::remove_file(path).is_ok()
}

/// Marks a temporary file as alive, for as long as it is open. `false` where somebody took it for dead in the moment
/// between its making and this, and removed it: then another one has to be made.
pub(super) fn hold(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => fs::symlink_metadata(path).is_ok(),
        Err(fs::TryLockError::WouldBlock) => false,
        Err(fs::TryLockError::Error(_)) => true, // the disk knows no locks, and nobody will take it for dead
    }
}

fn is_temporary(name: &OsStr) -> bool {
    has_prefix(name, PREFIX) && name.as_encoded_bytes().ends_with(SUFFIX.as_bytes())
}

fn has_prefix(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

/// How temporary names begin and end.
pub(super) const PREFIX: &str = ".megapane-";
pub(super) const SUFFIX: &str = ".part";
/// How those begin that a journal names. Throw-away names go on with letters and digits only.
const RESUMABLE: &str = ".megapane-resume-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_throw_away_file_goes_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let kept = [".megapane-resume-abc.part", ".megapane-x", "film.part", ".megapane-alive.part"];
        for name in kept.iter().chain(&[".megapane-dead.part"]) {
            fs::write(at(name), b"x").unwrap();
        }
        fs::create_dir(at(".megapane-folder.part")).unwrap();
        let alive = OpenOptions::new().write(true).open(at(".megapane-alive.part")).unwrap();
        assert!(hold(&alive, &at(".megapane-alive.part")));
        assert_eq!(sweep(folder.path()).unwrap(), 1);
        assert!(kept.iter().all(|name| at(name).exists()) && at(".megapane-folder.part").exists());
        drop(alive);
        assert_eq!(sweep(folder.path()).unwrap(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_is_called_like_one_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), b"x").unwrap();
        std::os::unix::fs::symlink("precious", folder.path().join(".megapane-link.part")).unwrap();
        assert_eq!(sweep(folder.path()).unwrap(), 0);
    }

    #[test]
    fn one_that_was_removed_before_it_was_held_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".megapane-a.part");
        let file = File::create(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(!hold(&file, &path));
    }

    #[test]
    fn names_say_what_they_are() {
        assert!(is_own_leftover(OsStr::new(".megapane-Ab3.part")));
        assert!(is_own_leftover(OsStr::new(".megapane-trash")));
        assert!(!is_own_leftover(OsStr::new("a.part")));
        let path = resumable_path(Path::new("/a"), "0f");
        assert_eq!(path, Path::new("/a/.megapane-resume-0f.part"));
        assert!(is_resumable(&path) && is_own_leftover(path.file_name().unwrap()));
        assert!(!is_resumable(Path::new("/a/.megapane-0f.part")) && !is_resumable(Path::new("/etc/passwd")));
    }
}
