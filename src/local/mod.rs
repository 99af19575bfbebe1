//! The disk side: what a local folder holds, names that are safe on the disk, files that appear whole or not at all,
//! and the trash. The worker and the movers call it; it knows neither cloud nor network. Everything here blocks: async
//! code calls it through `spawn_blocking`.

pub mod copy;
pub mod entry;
pub mod leftover;
pub mod mark;
pub mod name;
pub mod partial;
pub mod rename;
pub mod target;
pub mod thrown;
pub mod trash;
pub mod walk;
pub mod weight;

use std::io;
use std::path::{Path, PathBuf};

pub use copy::{copy_file, is_one_file, is_same_content};
pub use entry::{DiskEntry, free_space, is_writable, list, stat};
pub use mark::FileMark;
pub use name::{NameError, SafeName, cloud_name};
pub use partial::{Displaced, MadeWay, PartialFile, Placement, Placing, Witness, unwitnessed};
pub use rename::{move_free, rename_free};
pub use target::Target;
pub use thrown::Thrown;
pub use trash::{Trash, find_kept, is_trash_folder};
pub use walk::{WalkError, WalkItem, walk};

/// Something on the disk did not work.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The system refused.
    #[error("cannot {action} \"{}\"", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `write`, `rename`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk has no room for the file.
    #[error("no room for \"{}\": it needs {needed} bytes, {free} are free", path.display())]
    NoSpace {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        needed: u64,
        /// Free bytes of the disk.
        free: u64,
    },
    /// A folder on the way to the target, below the folder that the user chose, is a symbolic link.
    #[error("\"{}\" is a symbolic link, and nothing is written through one", path.display())]
    LinkInTheWay {
        /// The link.
        path: PathBuf,
    },
    /// Something that is not a folder has the name of a folder that is needed.
    #[error("\"{}\" is in the way: a folder must have this name", path.display())]
    FileInTheWay {
        /// What is in the way.
        path: PathBuf,
    },
    /// A folder has the name of a file that is to be written, or a file that is to be read is none.
    #[error("\"{}\" is not a file", path.display())]
    NotAFile {
        /// What it is called.
        path: PathBuf,
    },
    /// A file has the name already, and it was not to be replaced.
    #[error("\"{}\" is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

impl LocalError {
    /// Returns a closure for `map_err` that says what was tried with which file; a full disk stays recognisable.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// Returns whether the disk, or the user's share of it, is full.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::NoSpace { .. } => true,
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::LinkInTheWay { .. }
            | Self::FileInTheWay { .. }
            | Self::NotAFile { .. }
            | Self::Exists { .. } => false,
        }
    }
}
