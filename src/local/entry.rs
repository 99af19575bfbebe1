//! [`DiskEntry`]: one thing in a local folder, and the questions asked of a folder (what is in it, how much room, may we
//! write). Panes and plans are made of these. Nothing here follows a link but to learn what it points to.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::entry::{Entry, EntryFlags, EntryKey, EntryKind};

/// One entry of a local folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskEntry {
    /// Its name exactly as the disk has it; may not be Unicode.
    pub name: OsString,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes; of a link to a file those of the file. `None` for everything else, and where the system would not tell.
    pub size: Option<u64>,
    /// Time of the content's last change, whole Unix seconds (rounded down); of a link that of what it points to.
    pub modified: Option<i64>,
    /// Whether its permissions let nobody write.
    pub read_only: bool,
}

impl DiskEntry {
    /// Makes the row that a pane shows. Bytes of the name that are not Unicode become `U+FFFD`.
    #[must_use]
    pub fn into_entry(self) -> Entry {
        Entry {
            name: self.name.to_string_lossy().into_owned(),
            key: EntryKey::Name(self.name),
            kind: self.kind,
            size: self.size,
            modified: self.modified,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags { read_only: self.read_only, ..EntryFlags::default() },
        }
    }

    fn of_metadata(name: OsString, kind: EntryKind, metadata: Option<&Metadata>) -> Self {
        let has_bytes = matches!(kind, EntryKind::File | EntryKind::LinkToFile);
        Self {
            name,
            kind,
            size: metadata.filter(|_| has_bytes).map(Metadata::len),
            modified: metadata.and_then(|metadata| metadata.modified().ok()).map(unix_seconds),
            read_only: metadata.is_some_and(|metadata| metadata.permissions().readonly()),
        }
    }
}

/// Returns what a folder holds, in the disk's own order.
///
/// An entry that the system will not describe is listed without size and time; only a folder that cannot be read at all
/// is an error.
pub fn list(folder: &Path) -> io::Result<Vec<DiskEntry>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    // Asking about each is what takes its time: all cores ask.
    Ok(entries
        .into_par_iter()
        .map(|entry| {
            let metadata = entry.metadata().ok(); // of the entry itself: a link is not followed
            let is_link = metadata.as_ref().is_some_and(Metadata::is_symlink);
            let path = if is_link { entry.path() } else { PathBuf::new() }; // only a link's is looked at
            describe(&path, entry.file_name(), metadata)
        })
        .collect())
}

/// Returns what stands at `path`, itself and not what it may point to (but for its size and time).
pub fn stat(path: &Path) -> io::Result<DiskEntry> {
    let metadata = fs::symlink_metadata(path)?;
    let name = path.file_name().map_or_else(|| path.as_os_str().to_owned(), OsStr::to_owned);
    Ok(describe(path, name, Some(metadata)))
}

/// Returns the bytes that we may still write on the disk that holds `folder`.
pub fn free_space(folder: &Path) -> io::Result<u64> {
    fs4::available_space(folder)
}

/// Returns whether we may make entries in `folder`.
#[must_use]
pub fn is_writable(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
    }
    #[cfg(not(unix))]
    {
        fs::metadata(folder).is_ok_and(|metadata| !metadata.permissions().readonly())
    }
}

/// Returns a time as whole Unix seconds, rounded down, as MEGA's fingerprint carries it.
#[must_use]
pub fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(error) => {
            let before = error.duration();
            let seconds = before.as_secs() + u64::from(before.subsec_nanos() > 0);
            i64::try_from(seconds).map_or(i64::MIN, |seconds| -seconds)
        }
    }
}

/// The kind, size and time of an entry whose own metadata (link not followed) are at hand.
pub(super) fn describe(path: &Path, name: OsString, own: Option<Metadata>) -> DiskEntry {
    let Some(own) = own else { return DiskEntry::of_metadata(name, EntryKind::Special, None) };
    if !own.is_symlink() {
        let kind = if own.is_dir() {
            EntryKind::Folder
        } else if own.is_file() {
            EntryKind::File
        } else {
            EntryKind::Special
        };
        return DiskEntry::of_metadata(name, kind, Some(&own));
    }
    match fs::metadata(path) {
        Ok(behind) if behind.is_dir() => DiskEntry::of_metadata(name, EntryKind::LinkToFolder, Some(&behind)),
        Ok(behind) if behind.is_file() => DiskEntry::of_metadata(name, EntryKind::LinkToFile, Some(&behind)),
        Ok(_) => DiskEntry::of_metadata(name, EntryKind::Special, Some(&own)),
        Err(_) => DiskEntry { size: None, ..DiskEntry::of_metadata(name, EntryKind::LinkToFile, Some(&own)) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_folder_lists_files_folders_and_sizes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), b"hello").unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let mut entries = list(folder.path()).unwrap();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].kind, entries[0].size), (EntryKind::File, Some(5)));
        assert!(entries[0].modified.unwrap() > 1_500_000_000);
        assert_eq!((entries[1].kind, entries[1].size), (EntryKind::Folder, None));
        assert!(list(&folder.path().join("missing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_say_what_they_point_to_and_broken_ones_are_links_to_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), b"four").unwrap();
        fs::create_dir(at("dir")).unwrap();
        for (target, link) in [("file", "to-file"), ("dir", "to-dir"), ("nowhere", "broken")] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        assert_eq!(stat(&at("to-file")).unwrap().kind, EntryKind::LinkToFile);
        assert_eq!(stat(&at("to-file")).unwrap().size, Some(4));
        assert_eq!(stat(&at("to-dir")).unwrap().kind, EntryKind::LinkToFolder);
        assert_eq!(stat(&at("broken")).unwrap().kind, EntryKind::LinkToFile);
        assert_eq!(stat(&at("broken")).unwrap().size, None);
    }

    #[test]
    fn a_read_only_file_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locked");
        fs::write(&path, b"x").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(stat(&path).unwrap().into_entry().flags.read_only);
    }

    #[test]
    fn times_before_1970_round_down() {
        assert_eq!(unix_seconds(UNIX_EPOCH - Duration::from_millis(1500)), -2);
        assert_eq!(unix_seconds(UNIX_EPOCH - Duration::from_secs(2)), -2);
        assert_eq!(unix_seconds(UNIX_EPOCH + Duration::from_millis(1500)), 1);
    }

    #[test]
    fn room_and_permission_are_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space(folder.path()).unwrap() > 0);
        assert!(is_writable(folder.path()));
        assert!(!is_writable(&folder.path().join("missing")));
    }
}
