//! What goes into a plan and what comes out: offers of the scan, actions for the worker, and the folders and files that
//! the plan keeps in between.

use std::collections::HashSet;

use crate::message::{Note, Oddity, Problem, Verdict};
use crate::transfer::compare::Comparison;

/// A folder of a plan, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FolderId(pub(super) u32);

/// A file of a plan, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(super) u32);

/// A folder that the worker is to scan: list the source, and look in the target for entries of the same names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan<S, T> {
    /// Its number, for [`super::Plan::scanned`].
    pub folder: FolderId,
    /// The source folder.
    pub source: S,
    /// The target folder; `None` where it does not exist yet.
    pub target: Option<T>,
}

/// What a scan found.
#[derive(Clone, Debug)]
pub struct Scanned<S, T> {
    /// What is in the source folder.
    pub offers: Vec<Offer<S, T>>,
    /// All names in the target folder, where the offers meet any of them; else it may be empty.
    pub taken: HashSet<String>,
    /// What only the target has, where the task wants to know.
    pub others: Vec<Other<T>>,
}

/// An entry that only the target has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other<T> {
    /// The entry.
    pub target: T,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OtherKind<T>,
}

/// What an entry is that only the target has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherKind<T> {
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// Time of the last change, Unix seconds.
        modified: Option<i64>,
    },
    /// A folder, with all that is in it.
    Folder(Vec<Other<T>>),
    /// Something that is never deleted: a link, a device, a node that cannot be read.
    Kept,
}

/// Something that is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doomed<S, T> {
    /// A source whose target is proven; not where it has changed since.
    Source {
        /// The file, or in the cloud also a whole folder.
        source: S,
        /// Its bytes when it was found.
        size: u64,
        /// Its time of the last change then, Unix seconds.
        modified: Option<i64>,
    },
    /// A source folder, if it is empty.
    EmptySource(S),
    /// An entry of the target, with all that is in it.
    Target(T),
    /// A folder of the target, if it is empty.
    EmptyTarget(T),
}

/// What became of something that was to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// A folder that is not empty stays.
    Kept,
    /// It could not be removed.
    Failed(Problem),
}

/// Something that is to go, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RemovalId(pub(super) u32);

/// One entry of a source folder.
#[derive(Clone, Debug)]
pub struct Offer<S, T> {
    /// The entry.
    pub source: S,
    /// Its name.
    pub name: String,
    /// The name it will have in the target.
    pub target_name: String,
    /// What it is.
    pub kind: OfferKind,
    /// Entries of the target that have that name.
    pub existing: Vec<Existing<T>>,
}

/// What a source entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferKind {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// Time of the last change, Unix seconds.
        modified: Option<i64>,
    },
    /// A folder that can be copied or moved as it is, with all below it.
    Whole {
        /// Files in it.
        file_count: u64,
        /// Bytes of them.
        bytes: u64,
    },
    /// Something that nobody expects to be copied.
    Odd(Oddity),
    /// Something that cannot be copied, and why.
    Unfit(Problem),
}

/// An entry of the target that has the name of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing<T> {
    /// The entry.
    pub target: T,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, Unix seconds.
    pub modified: Option<i64>,
    /// What sizes and times tell, where both are files.
    pub comparison: Comparison,
    /// What is known of the contents.
    pub verdict: Verdict,
}

/// Something that the worker is to do for the plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Action<S, T> {
    /// Make a folder, then call [`super::Plan::folder_made`] or [`super::Plan::folder_failed`].
    MakeFolder {
        /// Its number.
        folder: FolderId,
        /// Where.
        parent: T,
        /// Its name.
        name: String,
    },
    /// Transfer a file, then call [`super::Plan::file_ended`].
    Transfer(FileTransfer<S, T>),
    /// Compare the contents of two files, then call [`super::Plan::examined`].
    Examine {
        /// The file's number.
        file: FileId,
        /// What is copied.
        source: S,
        /// What stands there.
        existing: T,
    },
    /// Remove something, then call [`super::Plan::removed`].
    Remove {
        /// Its number.
        removal: RemovalId,
        /// Path below the source folder.
        path: String,
        /// What.
        doomed: Doomed<S, T>,
    },
    /// Ask the user, then call [`super::Plan::resolve`]. Only one question is open at a time.
    Ask(Question<S, T>),
    /// Tell what happened, or would happen, to an item.
    Note {
        /// Path below the source folder.
        path: String,
        /// Bytes.
        size: u64,
        /// What.
        note: Note,
    },
}

/// A file that is to be transferred.
#[derive(Clone, Debug, PartialEq)]
pub struct FileTransfer<S, T> {
    /// Its number.
    pub file: FileId,
    /// What.
    pub source: S,
    /// The folder it goes to.
    pub folder: T,
    /// The name it gets there.
    pub name: String,
    /// Path below the source folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, Unix seconds.
    pub modified: Option<i64>,
    /// What becomes of the file that has the name.
    pub replaces: Replaces<T>,
}

impl<S, T> FileTransfer<S, T> {
    /// Returns the name it gets, where that is not the last part of its path.
    pub(crate) fn new_name(&self) -> Option<Box<str>> {
        let is_kept = self.path.rsplit('/').next() == Some(self.name.as_str());
        (!is_kept).then(|| self.name.as_str().into())
    }
}

/// What becomes of the file that has the target's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaces<T> {
    /// There is none.
    Nothing,
    /// It becomes a version of the new one (cloud), or goes to the trash (local).
    Version(T),
    /// It goes to the bin.
    ToBin(T),
    /// It is taken as the beginning of the new one, and otherwise like [`Self::Version`].
    Beginning(T),
}

/// Two entries that want one name, for the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Question<S, T> {
    /// Path below the source folder.
    pub path: String,
    /// What is copied.
    pub source: S,
    /// Whether it is a folder.
    pub source_is_folder: bool,
    /// Its bytes.
    pub size: u64,
    /// Its time of the last change, Unix seconds.
    pub modified: Option<i64>,
    /// What stands there.
    pub existing: Existing<T>,
    /// The contents were looked into.
    pub is_examined: bool,
    /// A free name for the new one.
    pub free_name: String,
    /// The name that the user gave it, where that is taken, too.
    pub refused_name: Option<String>,
    /// Conflicts that are known to come after it.
    pub remaining_count: u64,
}

/// How a file's transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileEnd {
    /// Verified and in place.
    Copied,
    /// Copied inside the account.
    CopiedInside,
    /// Moved inside the account, or on the disk: the source is gone.
    MovedInside,
    /// Verified and in place, but the file that it replaces, or the source of a move, is there still: that is an error,
    /// too.
    CopiedBeside(Problem),
    /// Stopped by the user.
    Cancelled,
    /// Failed.
    Failed(Problem),
}

/// A folder as the plan keeps it.
#[derive(Debug)]
pub(super) struct Folder<S, T> {
    pub(super) parent: Option<FolderId>,
    /// Its name in the target.
    pub(super) name: String,
    /// Path below the source folder; empty for the top.
    pub(super) path: String,
    /// `None` for folders that only the target has.
    pub(super) source: Option<S>,
    pub(super) state: FolderState<T>,
    /// What waits until it is there.
    pub(super) waiting: Vec<Item>,
    /// Names that are not free in it.
    pub(super) taken: HashSet<String>,
}

/// How far a target folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FolderState<T> {
    /// It does not exist, and nothing has asked for it yet.
    Missing,
    /// It is being made, or waits for the folder above.
    Making,
    /// It exists.
    Ready(T),
    /// It cannot be made.
    Failed(Problem),
}

/// A file as the plan keeps it from its scan to its end. There may be hundreds of thousands: what only few have is boxed.
#[derive(Debug)]
pub(super) struct File<S, T> {
    pub(super) folder: FolderId,
    pub(super) name: Box<str>,
    /// The name in the target, where it is another one.
    pub(super) renamed: Option<Box<str>>,
    pub(super) source: S,
    pub(super) size: u64,
    pub(super) modified: Option<i64>,
    /// What has its name in the target, and what becomes of that; absent where nothing has it.
    pub(super) replaces: Option<Box<Replaces<T>>>,
    /// Files in it: 1, but for whole folders.
    pub(super) count: u64,
}

impl<S, T> File<S, T> {
    pub(super) fn target_name(&self) -> &str {
        self.renamed.as_deref().unwrap_or(&self.name)
    }
}

/// Files that are to be transferred and wait for their turn in the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// How many, a folder that goes as a whole counting as one.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

/// A file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Folder(FolderId),
    File(FileId),
}

/// Two entries that want one name, undecided.
#[derive(Debug)]
pub(super) struct Clash<T> {
    pub(super) item: Item,
    pub(super) existing: Existing<T>,
    /// An answer for all cannot decide this one.
    pub(super) must_ask: bool,
    /// The contents were looked into.
    pub(super) is_examined: bool,
    /// The name that the user gave it, where that is taken, too.
    pub(super) refused_name: Option<String>,
}

impl<T> Clash<T> {
    pub(super) const fn new(item: Item, existing: Existing<T>) -> Self {
        Self { item, existing, must_ask: false, is_examined: false, refused_name: None }
    }
}
