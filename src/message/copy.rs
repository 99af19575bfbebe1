//! Copies at the border: what is asked for ([`CopyRequest`]), what was found ([`PlanSummary`]), what became of each item
//! ([`Note`]) and of all ([`CopyReport`]). `transfer::plan` fills them in; the front ends show them and make exit codes
//! of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command::Selection;
use super::conflict::{ConflictPolicy, FolderPolicy};
use super::problem::Problem;
use crate::entry::Location;

/// One copy (a plan and the transfers it leads to), numbered by the front end that asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CopyId(pub u32);

/// A copy between two folders, either way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyRequest {
    /// What to copy.
    pub selection: Selection,
    /// The folder to copy into.
    pub target: Location,
    /// Folders to make below `target` first, outermost first (command line: the target path may not exist yet).
    pub target_subfolders: Vec<String>,
    /// The single selected file gets this name (`copyto`).
    pub rename: Option<String>,
    /// How.
    pub options: Box<CopyOptions>,
}

/// How to copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyOptions {
    /// What to do where the name is taken by another file.
    pub conflict: ConflictPolicy,
    /// What to do where both sides have a folder of a name.
    #[serde(default)]
    pub folders: FolderPolicy,
    /// Work everything out, change nothing.
    pub dry_run: bool,
    /// Files above 1 MiB on their way at once; 1 to 64.
    pub transfers: u16,
    /// Which of the files that are known moves first; `None` takes them as they are found.
    #[serde(default)]
    pub order_by: Option<OrderBy>,
    /// Include and exclude rules in order; the first that matches decides, no match includes.
    pub filters: Vec<Filter>,
    /// Make folders that would stay empty.
    pub empty_folders: bool,
    /// What is done besides copying.
    pub task: Task,
    /// When two files are taken as the same.
    pub sameness: Sameness,
    /// Sizes, times and depths that are left out.
    pub bounds: FileBounds,
    /// How long to wait for a quota or a busy server before giving up; `None` for ever.
    pub max_wait: Option<Duration>,
    /// How much it may move, and how long it may take.
    #[serde(default)]
    pub budget: Budget,
    /// Where to what is overwritten or deleted in the target goes; `None` is to versions and the bin.
    #[serde(default)]
    pub backup: Option<BackupFolder>,
    /// Sources of a move that are on the disk go to the trash, so that undo brings them back; else they go for good.
    #[serde(default)]
    pub trash_sources: bool,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            conflict: ConflictPolicy::Ask,
            folders: FolderPolicy::Merge,
            dry_run: false,
            transfers: 4,
            order_by: None,
            filters: Vec::new(),
            empty_folders: true,
            task: Task::Copy,
            sameness: Sameness::SizeAndTime,
            bounds: FileBounds::default(),
            max_wait: None,
            budget: Budget::default(),
            backup: None,
            trash_sources: false,
        }
    }
}

/// A folder that keeps what a copy overwrites or deletes in its target, under the path that it had there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFolder {
    /// A folder that is there, of the target's account or disk.
    pub folder: Location,
    /// Folders to make below it, outermost first.
    pub below: Vec<String>,
    /// Added to the names of the files; may be empty.
    pub suffix: String,
}

/// What a copy may spend. Reaching a bound of it ends the copy early; what it has done stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Bytes to move at most.
    pub bytes: Option<u64>,
    /// Time to take at most, from the beginning of the copy.
    pub time: Option<Duration>,
    /// How it ends there.
    pub cutoff: Cutoff,
}

/// How a copy ends that has spent its budget. Files that it leaves in the middle go on there the next time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cutoff {
    /// At once.
    #[default]
    Hard,
    /// No further file begins, those on their way arrive.
    Soft,
    /// As soft, and no file begins that would go beyond the bytes.
    Cautious,
}

/// What a copy does besides copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Nothing: what is in the target stays.
    Copy,
    /// Each source goes once its target is proven: to the rubbish bin in the cloud, for good on the disk.
    Move {
        /// Source folders that are empty afterwards go, too.
        empty_folders: bool,
    },
    /// Afterwards the target is made to have nothing that the source has not; never where something went wrong.
    Sync(SyncRules),
    /// Nothing is copied: the two sides are held against each other, and each file's [`Note`] says what was found.
    Check {
        /// What only the target has does not matter.
        one_way: bool,
    },
}

/// What a sync may delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRules {
    /// Also delete where something could not be read or copied.
    pub ignore_errors: bool,
    /// Also delete what the filters leave out.
    pub delete_excluded: bool,
    /// Delete so many files at most; that there were more is an error.
    pub max_delete: Option<u64>,
}

/// Which of the files that are known moves first, as rclone has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBy {
    /// What is compared.
    pub key: OrderKey,
    /// Which end comes first.
    pub direction: OrderDirection,
}

/// What of two files is compared to order them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderKey {
    /// Bytes.
    Size,
    /// The path below the source folder.
    Name,
    /// When it was changed; unknown comes first.
    ModTime,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderDirection {
    /// The smallest.
    Ascending,
    /// The largest.
    Descending,
    /// Both: so many in a hundred of those that run at once are taken from the small end, the others from the large one.
    Mixed {
        /// 0 to 100.
        percent: u8,
    },
}

/// When two files are taken as the same without a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sameness {
    /// Same size and time; where the time does not decide, the content does.
    SizeAndTime,
    /// Same size.
    Size,
    /// Same content, proven without moving a byte.
    Content,
    /// Same content, proven by reading both sides to their ends: what the cloud has is downloaded.
    Reading,
}

/// Files outside of these are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileBounds {
    /// Bytes at least.
    pub min_size: Option<u64>,
    /// Bytes at most.
    pub max_size: Option<u64>,
    /// Changed at this time or later, Unix seconds.
    pub changed_from: Option<i64>,
    /// Changed at this time or before, Unix seconds.
    pub changed_until: Option<i64>,
    /// Folders deep: 1 is the source folder alone.
    pub max_depth: Option<u32>,
}

impl FileBounds {
    /// Returns whether a file of so many bytes, changed then (Unix seconds), is let through. How deep it lies is for whoever
    /// walks down to it.
    #[must_use]
    pub fn admit(&self, size: u64, modified: Option<i64>) -> bool {
        self.min_size.is_none_or(|least| size >= least)
            && self.max_size.is_none_or(|most| size <= most)
            && self.changed_from.zip(modified).is_none_or(|(from, at)| at >= from)
            && self.changed_until.zip(modified).is_none_or(|(until, at)| at <= until)
    }
}

/// An include or exclude rule, in rclone's pattern syntax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Include or exclude.
    pub include: bool,
    /// The pattern as it was typed.
    pub pattern: String,
}

/// What a plan has found so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// The copy.
    pub copy: CopyId,
    /// Where it goes, as people write it.
    pub target: String,
    /// What is copied goes from where it was.
    pub is_move: bool,
    /// Files to copy.
    pub file_count: u64,
    /// Folders to make.
    pub folder_count: u64,
    /// Bytes to copy.
    pub bytes: u64,
    /// Files that are the same already.
    pub same_count: u64,
    /// Folders that both sides have, by name.
    pub common_folder_count: u64,
    /// Entries whose name is taken: by another content, by a file and a folder each, or by a folder that is asked about.
    pub conflict_count: u64,
    /// Items that cannot be copied (unreadable, undecryptable, equal names): they make the exit code 11.
    pub skipped_count: u64,
    /// Why the first of these cannot.
    #[serde(default)]
    pub first_skip: Option<Problem>,
    /// Links and the like, which are passed over: no error.
    pub passed_over_count: u64,
    /// Whether the scan is over.
    pub complete: bool,
    /// Why it cannot be done at all, if so.
    pub problem: Option<Problem>,
}

/// What happened, or would happen, to one item of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Copied, the name was free.
    CopiedNew,
    /// Copied over an older one.
    CopiedReplaced,
    /// Copied or moved inside the account: no byte was moved.
    CopiedInside,
    /// Moved inside the account.
    MovedInside,
    /// A move is over: the source is gone.
    SourceRemoved,
    /// A sync deleted it from the target.
    Deleted,
    /// A sync moved it from the target into the backup folder.
    PutAside,
    /// Dry run: would be moved.
    WouldMove,
    /// Dry run: would be deleted from the target.
    WouldDelete,
    /// Check: the contents are proven equal.
    Identical,
    /// Check: sizes agree, which is all that was asked.
    SameSize,
    /// Check: the contents differ, or the sizes do.
    Differs {
        /// Whether the sizes do.
        in_size: bool,
    },
    /// Check: the target has no such file.
    MissingInTarget,
    /// Check: the source has no such file.
    MissingInSource,
    /// Dry run: would be copied.
    WouldCopy,
    /// Dry run: would be copied over another one.
    WouldReplace,
    /// A folder was made.
    FolderMade,
    /// Dry run: a folder would be made.
    WouldMakeFolder,
    /// Same size and time: nothing to do.
    Same,
    /// Left alone by the conflict policy or an answer.
    LeftAlone,
    /// What had the name went to the bin or the trash, to make room.
    SetAside,
    /// Left out by a filter.
    Filtered,
    /// Not copied: several entries of the source have this name. Exit code 11.
    EqualNames {
        /// How many.
        count: u32,
    },
    /// Not copied, and no error: neither a file nor a folder.
    PassedOver(Oddity),
    /// Not copied, with the reason. Exit code 11.
    Skipped(Problem),
    /// Its source changed while it was copied: it starts over, and another note says how that ends.
    StartedOver(Problem),
    /// Tried and failed.
    Failed(Problem),
}

/// What is neither a file nor a folder. In a folder it is passed over; what was named by itself is meant, and a link
/// then stands for what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Oddity {
    /// A symbolic link: it may lead out of the folder, or round in a circle.
    Link,
    /// A device, socket or pipe.
    Special,
}

/// How a copy ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CopyReport {
    /// The copy.
    pub copy: CopyId,
    /// Files copied.
    pub copied_count: u64,
    /// Bytes copied.
    pub copied_bytes: u64,
    /// Bytes that moved of files which did not arrive: most of them need not move again the next time.
    #[serde(default)]
    pub partial_bytes: u64,
    /// Bytes that an earlier run had moved already: they are among the others, and not among what this run moved.
    #[serde(default)]
    pub kept_bytes: u64,
    /// Folders made in the target.
    pub made_count: u64,
    /// Files found the same.
    pub same_count: u64,
    /// Files deleted from the target by a sync, or from the source by a move.
    pub deleted_count: u64,
    /// Check: files that differ, or that one side lacks.
    pub difference_count: u64,
    /// Check: files that one side lacks; they are among the differences.
    pub missing_count: u64,
    /// Items left alone on purpose.
    pub left_alone_count: u64,
    /// Items skipped though wanted ([`Note::EqualNames`], [`Note::Skipped`]).
    pub skipped_count: u64,
    /// Links and the like ([`Note::PassedOver`]): no error.
    pub passed_over_count: u64,
    /// Items that failed.
    pub failed_count: u64,
    /// Files that the user cancelled; they are among those that failed.
    pub cancelled_count: u64,
    /// The first problem met, for the exit code and the status line.
    pub problem: Option<Problem>,
    /// Whether it was stopped.
    pub cancelled: bool,
}
