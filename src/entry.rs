//! What a pane shows: an [`Entry`] (one row) and a [`Location`] (the folder that is shown), local or cloud.
//! The worker makes them, the screen draws them. They hold plain data and know neither disk nor network.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::handle::NodeHandle;

/// A folder that a pane can show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Location {
    /// A folder of this machine, by absolute path.
    Local(PathBuf),
    /// A folder of an account.
    Cloud {
        /// The account's name in the configuration (`work` in `work:/Photos`).
        account: String,
        /// Which folder.
        folder: CloudFolder,
    },
}

/// How the name begins under which a public link of others is shown, as an account has one. No account can be called so.
pub const LINK_MARK: &str = "link#";

impl Location {
    /// Returns whether it is what a public link of others shows: to be looked at, downloaded, and taken over.
    #[must_use]
    pub fn is_link(&self) -> bool {
        match self {
            Self::Cloud { account, .. } => account.starts_with(LINK_MARK),
            Self::Local(_) => false,
        }
    }

    /// Returns the folder that an entry of this folder is; `None` for a key of the other side.
    #[must_use]
    pub fn inside(&self, key: &EntryKey) -> Option<Self> {
        match (self, key) {
            (Self::Local(path), EntryKey::Name(name)) => Some(Self::Local(path.join(name))),
            (Self::Cloud { account, .. }, EntryKey::Node(handle)) => {
                Some(Self::Cloud { account: account.clone(), folder: CloudFolder::Node(*handle) })
            }
            (Self::Cloud { account, .. }, EntryKey::Place(folder)) => {
                Some(Self::Cloud { account: account.clone(), folder: *folder })
            }
            (Self::Local(_), EntryKey::Node(_) | EntryKey::Place(_))
            | (Self::Cloud { .. }, EntryKey::Name(_)) => None,
        }
    }
}

/// A folder of an account. Ordinary folders go by handle, because names repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CloudFolder {
    /// The cloud drive's root.
    Root,
    /// The rubbish bin.
    Rubbish,
    /// The inbox (vault), where backups live.
    Inbox,
    /// What others share with us: a made-up folder that lists the tops of incoming shares.
    Shares,
    /// Nodes whose parent never came: a made-up folder, so that nothing is hidden.
    Orphans,
    /// Any folder by its handle.
    Node(NodeHandle),
}

impl CloudFolder {
    /// Returns how a path into the account begins at this folder.
    #[must_use]
    pub fn path_start(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Rubbish => "//bin".to_owned(),
            Self::Inbox => "//inbox".to_owned(),
            Self::Shares => "//in".to_owned(),
            Self::Orphans => "//orphans".to_owned(),
            Self::Node(node) => format!("H:{node}"),
        }
    }
}

/// What names a row within its folder: stable while rows are sorted, filtered and refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryKey {
    /// A local entry, by file name exactly as the disk has it.
    Name(OsString),
    /// A cloud entry.
    Node(NodeHandle),
    /// One of the made-up folders or roots at the top of an account.
    Place(CloudFolder),
}

/// What kind of thing a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// A file with bytes.
    File,
    /// A folder that can be entered.
    Folder,
    /// A local symbolic link to a file, or a broken one.
    LinkToFile,
    /// A local symbolic link to a folder.
    LinkToFolder,
    /// A local device, socket or pipe: shown, never copied.
    Special,
}

impl EntryKind {
    /// Returns whether the row can be entered.
    #[must_use]
    pub const fn is_folder(self) -> bool {
        matches!(self, Self::Folder | Self::LinkToFolder)
    }
}

/// One row of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What names it.
    pub key: EntryKey,
    /// The name as it is, hostile characters included: escape it before drawing. `?undecryptable H:…` where the
    /// name cannot be read.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes; of a folder the sum of all below it, where that is known (cloud).
    pub size: Option<u64>,
    /// Time of the content's last change, Unix seconds. `None` where a cloud file carries none.
    pub modified: Option<i64>,
    /// Time of arrival in the cloud, Unix seconds; `None` for local entries.
    pub uploaded: Option<i64>,
    /// Older versions behind this file (cloud).
    pub version_count: u32,
    /// What is special about it.
    pub flags: EntryFlags,
}

/// What is special about an entry; everything is off for an ordinary one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFlags {
    /// Which of several equal names this is (from 1), in handle order; 0 where the name is unique in its folder.
    pub twin: u32,
    /// Key or attributes cannot be read; the name is made up.
    pub undecryptable: bool,
    /// We may not change it (read-only share, local permissions).
    pub read_only: bool,
    /// It is shared with others or has a public link.
    pub shared: bool,
}
