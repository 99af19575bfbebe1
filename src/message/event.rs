//! [`Event`]: what the worker tells the front ends. The worker's outbox orders them, the screen's update and the command
//! line's followers take them. An event never waits for an answer; a question is one that a command refers to by number.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::account::{AccountRow, AccountState};
use super::bookmark::Bookmark;
use super::checkup::Finding;
use super::conflict::{Compared, Conflict};
use super::content::{ContentEvent, ContentId};
use super::copy::{CopyId, CopyReport, Note, PlanSummary};
use super::dedupe::DedupeEvent;
use super::deletion::DeletionSummary;
use super::edit::{EditEvent, EditId};
use super::kept_screen::KeptScreen;
use super::measure::{MeasureId, Measured};
use super::offer::Offers;
use super::problem::Problem;
use super::renames::{RenamePlan, RenamesId};
use super::search::{Hit, SearchId, SearchProgress};
use super::sharing::SharingEvent;
use super::transfer::{TransferEnds, TransferId, TransferRow, TransferTotals};
use super::undo::ChangeRow;
use super::unfinished::{Leftovers, Unfinished};
use super::usage::UsageSheet;
use super::version::VersionList;
use super::view::{Row, ViewHead, ViewId};
use crate::entry::{EntryKey, Location};

/// What the worker tells the front ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The accounts of the configuration, by name.
    Accounts(Vec<AccountRow>),
    /// How an account is doing.
    Account {
        /// Its name.
        account: String,
        /// Its state.
        state: AccountState,
    },
    /// Storage of an account.
    Quota {
        /// Its name.
        account: String,
        /// Bytes used.
        used: u64,
        /// Bytes in all.
        total: u64,
    },
    /// A view's head: sent when opened and whenever anything in it changes.
    View(ViewHead),
    /// Rows of a view. Rows of another generation than the head's are to be thrown away.
    Rows {
        /// The view.
        view: ViewId,
        /// The generation they belong to.
        generation: u64,
        /// Index of the first.
        start: u64,
        /// The rows.
        rows: Vec<Row>,
    },
    /// Answer to `Command::Find`.
    Found {
        /// The view.
        view: ViewId,
        /// The row, or nothing found.
        row: Option<u64>,
    },
    /// Answer to `Command::OpenChild`: the view stays, for its folder has no folder of this name.
    NotThere {
        /// The view.
        view: ViewId,
        /// The name.
        name: String,
        /// How many have it: none, or several.
        count: u32,
    },
    /// The bookmarks in their order.
    Bookmarks(Vec<Bookmark>),
    /// What a search has found since it told last.
    Hits {
        /// Which search.
        search: SearchId,
        /// More hits; what fits worse than `MOST_HITS` others is left out.
        hits: Vec<Hit>,
        /// How far it is.
        progress: SearchProgress,
    },
    /// Answer to `Command::Usage`.
    Usage(UsageSheet),
    /// Screens are kept, and this is the last one, if there is one. Nothing where they are not.
    KeptScreen(Option<KeptScreen>),
    /// Answer to `Command::Complete`.
    Offers {
        /// Its number.
        number: u64,
        /// What the text may become.
        offers: Offers,
    },
    /// Answer to `Command::WhenAnswered`: behind all that it waited for. Of several numbers that are due together only
    /// the last comes.
    Answered {
        /// The view.
        view: ViewId,
        /// The number.
        number: u64,
    },
    /// The names of a renaming are in this file, one a line; or why they are not.
    NameSheet {
        /// The renaming.
        renames: RenamesId,
        /// The file.
        sheet: Result<PathBuf, Problem>,
    },
    /// What a renaming would call what.
    Renames(RenamePlan),
    /// What is wrong, and what is not, of this machine and of an account.
    Findings(Vec<Finding>),
    /// The last changes, the newest first.
    Changes(Vec<ChangeRow>),
    /// What a deletion for good would remove.
    Deletion(DeletionSummary),
    /// How far a plan is; may come many times.
    Plan(PlanSummary),
    /// The target already has such a name.
    Conflict(Conflict),
    /// Answer to `Command::Compare`.
    Compared {
        /// Which conflict.
        conflict: u64,
        /// What it came to.
        compared: Compared,
    },
    /// Answer to `Command::Dedupe`.
    Dedupe(DedupeEvent),
    /// Answer to `Command::Content`.
    Content {
        /// Which.
        content: ContentId,
        /// What came of it.
        event: ContentEvent,
    },
    /// Answer to `Command::Edit`.
    Edit {
        /// Which.
        edit: EditId,
        /// What came of it.
        event: EditEvent,
    },
    /// Answer to `Command::Measure`.
    Measured {
        /// Which.
        measure: MeasureId,
        /// What it comes to so far.
        measured: Measured,
    },
    /// Answer to `Command::Sharing`.
    Sharing(SharingEvent),
    /// The versions of the file that is watched.
    Versions(VersionList),
    /// A planned file was skipped, or (dry run) would be copied: one line for `-v` and for the report.
    CopyNote {
        /// The copy.
        copy: CopyId,
        /// Path below the source folder.
        path: String,
        /// Bytes, 0 for folders.
        size: u64,
        /// What happened.
        note: Note,
    },
    /// A copy is over.
    CopyEnded(CopyReport),
    /// Transfers that changed since the last such event, at most 10 times a second, and the sums over all of them.
    Transfers {
        /// Changed or new ones; each says its place in the order.
        changed: Vec<TransferRow>,
        /// Taken off the list.
        removed: Vec<TransferId>,
        /// Sums.
        totals: TransferTotals,
    },
    /// Answer to `Command::DescribeTransfer`.
    TransferEnds(TransferEnds),
    /// What earlier runs left; comes once, at the start, and only where there is something.
    Unfinished {
        /// Copies that can be gone on with.
        copies: Vec<Unfinished>,
        /// Parts of files that belong to no copy.
        leftovers: Leftovers,
    },
    /// A new folder, or an entry under its new name: where it is. Comes before the line that says so.
    Made {
        /// The folder.
        parent: Location,
        /// The entry.
        key: EntryKey,
    },
    /// A group of changes was taken back, all of it. Comes before the line that says so.
    Undone {
        /// Its number, as in `UndoRequest::group`.
        group: u64,
    },
    /// Something small worked: one line for the status line (`made folder "2024"`).
    Done {
        /// The line.
        text: String,
    },
    /// Something was refused or went wrong; nothing else waits for it.
    Failed(Problem),
    /// The last event after `Command::Quit`.
    Ended,
}
