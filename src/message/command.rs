//! [`Command`]: what a front end asks of the worker, and [`Selection`], which entries it is about. The screen and the
//! command line make them, `worker::actor` obeys them. A command holds data only: the answer comes as events.

use serde::{Deserialize, Serialize};

use super::account::Login;
use super::bookmark::BookmarkChange;
use super::conflict::{Depth, Resolution, Scope};
use super::content::{ContentCommand, ContentId};
use super::copy::{CopyId, CopyRequest};
use super::dedupe::DedupeCommand;
use super::deletion::DeletionId;
use super::edit::{EditCommand, EditId};
use super::kept_screen::KeptScreen;
use super::measure::MeasureId;
use super::renames::RenamesId;
use super::search::{SearchId, SearchReach};
use super::sharing::SharingCommand;
use super::transfer::{TransferAction, TransferId};
use super::undo::UndoRequest;
use super::unfinished::UnfinishedId;
use super::usage::UsageQuestion;
use super::version::VersionsCommand;
use super::view::{Arrangement, MarkChange, ViewId};
use crate::entry::{EntryKey, Location};
use crate::secret::Secret;

/// What a front end asks of the worker. Every command is answered by at least one [`Event`](super::Event).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Name the accounts of the configuration: `Event::Accounts`.
    ListAccounts,
    /// Log in with a password; `Event::Account` tells how it goes.
    Login(Login),
    /// Open the sealed credentials with their passphrase, then go on where that stopped.
    Unlock {
        /// The account whose opening waits for it.
        account: String,
        /// The passphrase.
        passphrase: Secret,
    },
    /// End the session on the server and forget what is stored of it.
    Logout {
        /// The account.
        account: String,
    },
    /// Show a folder in a view (opened if new): `Event::View`, at once with state `Opening` where it takes a while.
    /// Opening a cloud folder connects its account first.
    Open {
        /// The view.
        view: ViewId,
        /// The folder.
        location: Location,
        /// Put the cursor here if it is there (the folder one comes from, for instance).
        focus: Option<EntryKey>,
    },
    /// Show the folder above: like [`Self::Open`] of the parent with the focus on the folder left. Nothing at a top.
    OpenParent {
        /// The view.
        view: ViewId,
    },
    /// Show the folder that the user typed, `account:path` or `account:` (for disk folders there is [`Self::Open`]); of a
    /// file the folder that it is in, with the focus on it: `Event::View` as for [`Self::Open`], or `Event::Failed` where
    /// there is nothing of that name or several match; the view then stays where it is.
    OpenPath {
        /// The view.
        view: ViewId,
        /// The path as typed.
        path: String,
    },
    /// Show the folder of this name in the folder that the view shows: like [`Self::Open`], or `Event::NotThere`.
    OpenChild {
        /// The view.
        view: ViewId,
        /// The folder's name.
        name: String,
    },
    /// Show a folder that was kept: like [`Self::Open`], and like [`Self::OpenPath`] where a cloud folder of this handle
    /// is no longer there.
    OpenKept {
        /// The view.
        view: ViewId,
        /// The folder.
        location: Location,
        /// Its path as people write it.
        path: String,
    },
    /// Read or change the bookmarks: `Event::Bookmarks`.
    ChangeBookmarks(BookmarkChange),
    /// Say what the last screen showed, where that is kept: `Event::KeptScreen`.
    RestoreScreen,
    /// Keep what this screen shows. Comes right before [`Self::Quit`], where screens are kept.
    KeepScreen(KeptScreen),
    /// Work out what a typed path may become: `Event::Offers`.
    Complete {
        /// A number of the front end's, for the answer.
        number: u64,
        /// The folder that relative paths begin at.
        here: Location,
        /// What is typed.
        text: String,
    },
    /// Look for what fits a text of words, patterns and filters (`castl 2024`, `*.jpg`, `size:>1M`): `Event::Hits` until
    /// it is complete. It ends the search before.
    Search {
        /// Its number.
        search: SearchId,
        /// The folder.
        place: Location,
        /// Below the folder, or further.
        reach: SearchReach,
        /// What to look for.
        text: String,
    },
    /// End the search that is on its way, if one is.
    EndSearch,
    /// Tell what takes the space in a folder: `Event::Usage`, again and again while it is added up or changes, until the
    /// next question or [`Self::EndUsage`].
    Usage(UsageQuestion),
    /// Tell no more of it.
    EndUsage,
    /// Forget a view.
    Close {
        /// The view.
        view: ViewId,
    },
    /// Read the folder anew (local: from disk; cloud: from the server).
    Refresh {
        /// The view.
        view: ViewId,
    },
    /// Send rows `start .. start + count` of the current generation: `Event::Rows`.
    Rows {
        /// The view.
        view: ViewId,
        /// First row, from 0.
        start: u64,
        /// How many; fewer come at the end.
        count: u32,
    },
    /// The cursor stands here; later `Event::View`s say at which row that is then.
    Focus {
        /// The view.
        view: ViewId,
        /// The row under the cursor, `None` on `..`.
        key: Option<EntryKey>,
    },
    /// Sort and filter a view.
    Arrange {
        /// The view.
        view: ViewId,
        /// Order and what to leave out.
        arrangement: Arrangement,
    },
    /// Set or clear marks; answered by `Event::View` (marked sums) and `Event::Rows` of what changed on screen.
    Mark {
        /// The view.
        view: ViewId,
        /// What to do.
        change: MarkChange,
    },
    /// Look for the next row whose name contains `text` (case ignored), from the row after `from`, wrapping:
    /// `Event::Found`.
    Find {
        /// The view.
        view: ViewId,
        /// What to look for; not empty.
        text: String,
        /// Row to start after.
        from: u64,
        /// Backwards.
        backwards: bool,
    },
    /// Hold the folders of two views against each other, all below them included: `Event::View` and `Event::Rows` with
    /// signs, again and again until all is compared. Signs go when either view shows another folder or another content.
    CompareFolders {
        /// The views.
        views: [ViewId; 2],
    },
    /// Take the signs away, and stop what is on its way to them.
    EndComparison,
    /// Look for the next row whose sign is a difference, as [`Self::Find`] does: `Event::Found`.
    FindDifference {
        /// The view.
        view: ViewId,
        /// Row to start after.
        from: u64,
        /// Backwards.
        backwards: bool,
    },
    /// Say `Event::Answered` with this number once all that was asked of the view before has been answered: the folder
    /// is shown, or has failed, or is told to be `Opening`; rows are sorted and marked; names are found; a comparison has
    /// told of the entries at the top. What is typed
    /// ahead is about what the view shows then, so a front end holds it back until the number comes.
    WhenAnswered {
        /// The view.
        view: ViewId,
        /// A number of the front end's; those of a view only grow.
        number: u64,
    },
    /// Make a folder: `Event::Done` or `Event::Failed`, then the views that show it change.
    CreateFolder {
        /// Where.
        parent: Location,
        /// Its name.
        name: String,
    },
    /// Rename one entry.
    Rename {
        /// Where it is.
        parent: Location,
        /// Which.
        key: EntryKey,
        /// The new name.
        name: String,
    },
    /// Put entries into the rubbish bin (cloud) or the system's trash (local).
    Trash {
        /// What.
        selection: Selection,
    },
    /// Count what a deletion for good would remove, and find out whether it may: `Event::Deletion` once it is counted.
    /// Nothing is removed until [`Self::Delete`].
    PlanDeletion {
        /// The deletion's number.
        deletion: DeletionId,
        /// What: entries, or all that is in a folder of the cloud (the rubbish bin, to empty it).
        selection: Selection,
    },
    /// Remove for good what was counted, past bin and trash: `Event::Done` or `Event::Failed`. What has more in it than
    /// was counted is not removed.
    Delete {
        /// The deletion.
        deletion: DeletionId,
    },
    /// Forget a deletion that was counted.
    DropDeletion {
        /// The deletion.
        deletion: DeletionId,
    },
    /// Put entries of the rubbish bin back where they were. What has lost its folder goes to the cloud drive, a name that
    /// is taken there gets a number, and `Event::Done` says so.
    Restore {
        /// What.
        selection: Selection,
    },
    /// Write the names of entries of one folder into a file for the user's editor: `Event::NameSheet`.
    WriteNames {
        /// The renaming's number.
        renames: RenamesId,
        /// What.
        selection: Selection,
    },
    /// Read that file: `Event::Renames` says what would be called what.
    ReadNames {
        /// The renaming.
        renames: RenamesId,
    },
    /// Rename as the file that was read says: `Event::Done` or `Event::Failed`.
    StartRenames {
        /// The renaming.
        renames: RenamesId,
    },
    /// Forget a renaming, and remove its file.
    DropRenames {
        /// The renaming.
        renames: RenamesId,
    },
    /// Move entries to another folder of the same side (cloud: inside the account; local: rename on disk).
    MoveInside {
        /// What.
        selection: Selection,
        /// The folder to move into.
        target: Location,
    },
    /// Take back what was done, or do it again: `Event::Done` or `Event::Failed`, then the views that show it change.
    Undo(UndoRequest),
    /// List the last changes of the open accounts and of the disk: `Event::Changes`.
    ListChanges,
    /// Look what is wrong with this machine, and with an account where it is open: `Event::Findings`. Nothing is changed.
    Examine {
        /// The account.
        account: Option<String>,
    },
    /// Work out a copy: scan the sources, compare with the target. `Event::Plan` grows while it scans and ends with
    /// `complete`. Nothing is copied and nothing changes until [`Self::StartCopy`], which may come before it is complete.
    PlanCopy {
        /// The copy's number.
        copy: CopyId,
        /// What and how.
        request: CopyRequest,
    },
    /// Carry a planned copy out.
    StartCopy {
        /// The copy.
        copy: CopyId,
    },
    /// Drop a plan, or stop a running copy: its transfers are cancelled, finished ones stay.
    CancelCopy {
        /// The copy.
        copy: CopyId,
    },
    /// Go on with a copy that an earlier run left, once its account is open: planned and carried out like any other.
    ContinueCopy {
        /// Which.
        unfinished: UnfinishedId,
        /// Its number from now on.
        copy: CopyId,
        /// Hold its transfers back until the user lets them go.
        paused: bool,
    },
    /// Give up copies that an earlier run left: what they have on this machine of files that did not arrive is removed.
    DiscardUnfinished {
        /// Which.
        copies: Vec<UnfinishedId>,
        /// Remove the parts that belong to no copy, too.
        leftovers: bool,
    },
    /// Answer an `Event::Conflict`.
    Resolve {
        /// Which conflict.
        conflict: u64,
        /// What to do.
        resolution: Resolution,
        /// For this one or for the rest of the copy too.
        scope: Scope,
    },
    /// Look into the two sides of an open `Event::Conflict`: `Event::Compared`. It stays open.
    Compare {
        /// Which conflict.
        conflict: u64,
        /// How far.
        depth: Depth,
    },
    /// Look for duplicates, decide what becomes of them, and carry that out.
    Dedupe(DedupeCommand),
    /// Look into a file.
    Content {
        /// The number it has, or gets.
        content: ContentId,
        /// What is wanted.
        command: ContentCommand,
    },
    /// Work on a file of the cloud with a program of the user's.
    Edit {
        /// The number it has, or gets.
        edit: EditId,
        /// What is wanted.
        command: EditCommand,
    },
    /// Work out what chosen entries come to: `Event::Measured`, several times where it takes a while. What was asked
    /// before is not told any more.
    Measure {
        /// A number of the front end's.
        measure: MeasureId,
        /// Which.
        selection: Selection,
    },
    /// Ask who sees what, change that, or look at what others show.
    Sharing(SharingCommand),
    /// Ask about old versions of a file, or act on them.
    Versions(VersionsCommand),
    /// Act on transfers.
    Transfers(TransferAction),
    /// Say where a transfer comes from and goes to: `Event::TransferEnds`, nothing where it is off the list.
    DescribeTransfer {
        /// Which.
        transfer: TransferId,
    },
    /// Retry at once what waits for the network.
    RetryNow {
        /// The account.
        account: String,
    },
    /// End: transfers are cancelled cleanly, then `Event::Ended` is the last event.
    Quit,
}

/// Which entries a command is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Selection {
    /// All rows of a view that are marked when the command arrives; later changes of marks do not matter.
    Marked(ViewId),
    /// These entries of a folder.
    Entries {
        /// The folder.
        parent: Location,
        /// Its entries; on the disk a name may be a path below the folder.
        keys: Vec<EntryKey>,
    },
    /// What is in a folder, not the folder itself (`copy SRC DST` of the command line).
    Contents(Location),
}
