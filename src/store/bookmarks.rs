//! The file of the bookmarks ([`BookmarkFile`]): for the user alone, written in one step, read anew before each change, so
//! that several screens can keep bookmarks at once. What a bookmark is, it does not know: it keeps JSON.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::private_file::{self, PrivateFileError};

/// The bookmarks of all screens. Clone is cheap. All methods block on the disk: call them off the async threads.
#[derive(Clone, Debug)]
pub struct BookmarkFile {
    path: Arc<Path>,
    /// One change at a time in this process; the lock file is for the others.
    turn: Arc<Mutex<()>>,
}

/// The bookmarks cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum BookmarkError {
    /// The disk refused, or a bookmark cannot be written down.
    #[error("the bookmarks \"{}\" cannot be read or written", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Other users may read or change the file.
    #[error("the bookmarks \"{}\" are not used: other users may read or change them", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file is no list of bookmarks.
    #[error("the bookmarks \"{}\" are damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Serialize, Deserialize)]
struct Content {
    form: u32,
    bookmarks: Vec<Value>,
}

impl BookmarkFile {
    /// Keeps bookmarks in a file, which is made with the first of them.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.into(), turn: Arc::default() }
    }

    /// Reads them; none where there is no file yet.
    ///
    /// # Errors
    /// [`BookmarkError`]; the file stays as it is.
    pub fn read(&self) -> Result<Vec<Value>, BookmarkError> {
        let path = || self.path.to_path_buf();
        let bytes = match private_file::read(&self.path, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(PrivateFileError::Missing) => return Ok(Vec::new()),
            Err(PrivateFileError::Exposed) => return Err(BookmarkError::Exposed { path: path() }),
            Err(PrivateFileError::Io(source)) => return Err(BookmarkError::Disk { path: path(), source }),
        };
        let content: Option<Content> = serde_json::from_slice(&bytes).ok();
        let content = content.filter(|content| content.form == FORM);
        content.map(|content| content.bookmarks).ok_or_else(|| BookmarkError::Damaged { path: path() })
    }

    /// Lets `change` work on them, writes them back and returns them. A damaged file is put aside first, beside the new
    /// one, with `.damaged` behind its name.
    ///
    /// # Errors
    /// [`BookmarkError`]; the file is as it was.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Value>)) -> Result<Vec<Value>, BookmarkError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = |source| BookmarkError::Disk { path: self.path.to_path_buf(), source };
        let _lock = private_file::lock(&self.path).map_err(disk)?;
        let mut bookmarks = match self.read() {
            Err(BookmarkError::Damaged { path }) => {
                let mut aside = path.clone().into_os_string();
                aside.push(".damaged");
                fs::rename(&path, aside).map_err(disk)?;
                Vec::new()
            }
            read => read?,
        };
        change(&mut bookmarks);
        bookmarks.truncate(MOST_KEPT);
        let content = Content { form: FORM, bookmarks };
        let bytes = serde_json::to_vec_pretty(&content).map_err(|error| disk(error.into()))?;
        private_file::write(&self.path, &bytes).map_err(disk)?;
        Ok(content.bookmarks)
    }
}

/// The form of the file. Another number is another time's.
const FORM: u32 = 1;

/// More bookmarks than anyone keeps.
const MOST_KEPT: usize = 10_000;

/// Bytes that so many take at most, by far.
const MOST_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file() -> (tempfile::TempDir, BookmarkFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = BookmarkFile::new(&folder.path().join("config/bookmarks.json"));
        (folder, file)
    }

    #[test]
    fn what_two_screens_keep_is_all_there() {
        let (_folder, file) = file();
        assert!(file.read().unwrap().is_empty());
        let other = BookmarkFile::new(&file.path);
        file.change(|list| list.push(json!("one"))).unwrap();
        assert_eq!(other.change(|list| list.push(json!("two"))).unwrap(), [json!("one"), json!("two")]);
        assert_eq!(file.read().unwrap(), [json!("one"), json!("two")]);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, file) = file();
        file.change(|list| list.push(json!("one"))).unwrap();
        assert_eq!(fs::metadata(&*file.path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&*file.path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(file.read(), Err(BookmarkError::Exposed { .. })));
    }

    #[test]
    fn a_file_cut_at_any_byte_is_told_and_put_aside_by_the_next_change() {
        let (_folder, file) = file();
        file.change(|list| list.push(json!({"name": "one"}))).unwrap();
        let whole = fs::read(&*file.path).unwrap();
        for len in 0..whole.len() {
            private_file::write(&file.path, &whole[..len]).unwrap();
            assert!(matches!(file.read(), Err(BookmarkError::Damaged { .. })), "cut at {len}");
        }
        assert_eq!(file.change(|list| list.push(json!("new"))).unwrap(), [json!("new")]);
        let aside = file.path.with_file_name("bookmarks.json.damaged");
        assert_eq!(fs::read(aside).unwrap(), whole[..whole.len() - 1]);
    }
}
