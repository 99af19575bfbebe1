//! [`walk`]: everything below a local folder, for a plan of what to copy, in an order that does not change from run to
//! run. What cannot be read is an item too and stops nothing. Links are shown and never followed: the plan skips them
//! with a note, as rclone does.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::entry::describe;
use super::leftover::is_own_leftover;
use super::{DiskEntry, LocalError};

/// One thing below the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkItem {
    /// Its path below the folder.
    pub path: PathBuf,
    /// What it is. Folders come before what they hold.
    pub entry: DiskEntry,
}

/// Something below the folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read \"{}\"", path.display())]
pub struct WalkError {
    /// Its path below the folder; empty for the folder itself.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Walks everything below `folder`, sorted by name within each folder, without `folder` itself. Reads as it is asked.
///
/// Temporary files and trash folders of our own are left out.
pub fn walk(folder: &Path) -> impl Iterator<Item = Result<WalkItem, WalkError>> + Send + use<> {
    let root = folder.to_path_buf();
    WalkDir::new(folder)
        .min_depth(1)
        .follow_links(false)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_own_leftover(entry.file_name()))
        .map(move |item| match item {
            Ok(entry) => Ok(WalkItem {
                path: below(&root, entry.path()),
                entry: describe(entry.path(), entry.file_name().to_owned(), entry.metadata().ok()),
            }),
            Err(error) => Err(WalkError::of(&root, error)),
        })
}

impl WalkError {
    pub(super) fn of(root: &Path, error: walkdir::Error) -> Self {
        Self {
            path: error.path().map(|path| below(root, path)).unwrap_or_default(),
            source: error.into_io_error().unwrap_or_else(|| io::Error::other("the folder contains itself")),
        }
    }
}

impl From<WalkError> for LocalError {
    fn from(error: WalkError) -> Self {
        Self::Io { action: "read", path: error.path, source: error.source }
    }
}

fn below(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).map(Path::to_path_buf).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::EntryKind;
    use std::fs;

    fn paths(folder: &Path) -> Vec<String> {
        walk(folder).map(|item| item.unwrap().path.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn the_order_is_by_name_with_folders_before_their_content() {
        let scratch = tempfile::tempdir().unwrap();
        for folder in ["b", "b/inner", "empty"] {
            fs::create_dir(scratch.path().join(folder)).unwrap();
        }
        for file in ["z", "b/inner/x", "b/a", "a"] {
            fs::write(scratch.path().join(file), file).unwrap();
        }
        assert_eq!(paths(scratch.path()), ["a", "b", "b/a", "b/inner", "b/inner/x", "empty", "z"]);
    }

    #[test]
    fn our_own_leftovers_are_not_part_of_a_copy() {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join(".megapane-trash")).unwrap();
        fs::write(scratch.path().join(".megapane-trash/x"), b"").unwrap();
        fs::write(scratch.path().join(".megapane-abc.part"), b"").unwrap();
        fs::write(scratch.path().join("x.part"), b"").unwrap();
        assert_eq!(paths(scratch.path()), ["x.part"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_shown_and_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("dir")).unwrap();
        std::os::unix::fs::symlink(scratch.path(), scratch.path().join("dir/loop")).unwrap();
        let items: Vec<WalkItem> = walk(scratch.path()).map(Result::unwrap).collect();
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].entry.kind, EntryKind::LinkToFolder);
    }

    #[test]
    fn a_folder_that_is_not_there_is_one_error() {
        let scratch = tempfile::tempdir().unwrap();
        let items: Vec<_> = walk(&scratch.path().join("missing")).collect();
        assert_eq!(items.len(), 1);
        assert!(items[0].is_err());
    }
}
