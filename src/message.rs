//! The border between the two front ends (screen, command line) and the worker: [`Command`] in, [`Event`] out.
//! Plain data only: no closures, no reply channels, so a run can be logged, replayed and compared, and the border can
//! cross a socket later. Secrets travel as [`Secret`] and are never written down.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::secret::Secret;

// ---------------------------------------------------------------------------------------------- ids

/// A view of a folder, numbered by the front end that opened it (one per pane or tab).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViewId(pub u32);

/// One copy (a plan and the transfers it leads to), numbered by the front end that asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CopyId(pub u32);

/// One file on its way, numbered by the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransferId(pub u64);

// ---------------------------------------------------------------------------------------------- commands

/// What a front end asks of the worker. Every command is answered by at least one [`Event`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Name the accounts of the configuration: [`Event::Accounts`].
    ListAccounts,
    /// Log in with a password; [`Event::Account`] tells how it goes.
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
    /// Show a folder in a view (opened if new): [`Event::View`], at once with state `Opening` where it takes a while.
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
    /// Show the folder that the user typed, `account:path` or `account:` (for disk folders there is [`Self::Open`]):
    /// [`Event::View`] as for [`Self::Open`], or [`Event::Failed`] where there is no such folder, several match, or
    /// it is a file; the view then stays where it is.
    OpenPath {
        /// The view.
        view: ViewId,
        /// The path as typed.
        path: String,
    },
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
    /// Send rows `start .. start + count` of the current generation: [`Event::Rows`].
    Rows {
        /// The view.
        view: ViewId,
        /// First row, from 0.
        start: u64,
        /// How many; fewer come at the end.
        count: u32,
    },
    /// The cursor stands here; later [`Event::View`]s say at which row that is then.
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
    /// Set or clear marks; answered by [`Event::View`] (marked sums) and [`Event::Rows`] of what changed on screen.
    Mark {
        /// The view.
        view: ViewId,
        /// What to do.
        change: MarkChange,
    },
    /// Look for the next row whose name contains `text` (case ignored), from the row after `from`, wrapping:
    /// [`Event::Found`].
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
    /// Make a folder: [`Event::Done`] or [`Event::Failed`], then the views that show it change.
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
    /// Move entries to another folder of the same side (cloud: inside the account; local: rename on disk).
    MoveInside {
        /// What.
        selection: Selection,
        /// The folder to move into.
        target: Location,
    },
    /// Work out a copy: scan the sources, compare with the target. [`Event::Plan`] grows while it scans and ends with
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
    /// Answer an [`Event::Conflict`].
    Resolve {
        /// Which conflict.
        conflict: u64,
        /// What to do.
        resolution: Resolution,
        /// For this one or for the rest of the copy too.
        scope: Scope,
    },
    /// Act on transfers.
    Transfers(TransferAction),
    /// Retry at once what waits for the network.
    RetryNow {
        /// The account.
        account: String,
    },
    /// End: transfers are cancelled cleanly, then [`Event::Ended`] is the last event.
    Quit,
}

/// What a login needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Name in the configuration; made from the e-mail by the front end where the user gives none.
    pub account: String,
    /// The account's e-mail.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The one-time code, once the server has asked for it.
    pub code: Option<Secret>,
    /// Write account and session to disk when the login works.
    pub remember: bool,
}

/// Order of a view, and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The column.
    pub sort: Sort,
    /// Largest, newest, last first.
    pub reversed: bool,
    /// Show names that begin with a dot.
    pub hidden: bool,
    /// Show only names that contain this (case ignored).
    pub filter: Option<String>,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self { sort: Sort::Name, reversed: false, hidden: false, filter: None }
    }
}

/// The column that a view is sorted by. Folders always stand before files; equal rows go by name, then by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// Natural order: `img2` before `img10`, case ignored.
    Name,
    /// Bytes.
    Size,
    /// Time of the last change.
    Modified,
    /// Text after the last dot.
    Extension,
}

/// A change of marks in a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MarkChange {
    /// One row: marked becomes unmarked and back.
    Toggle(EntryKey),
    /// Rows `first ..= last` of the current generation.
    Range {
        /// First row.
        first: u64,
        /// Last row.
        last: u64,
        /// Mark or unmark.
        on: bool,
    },
    /// Every row that is shown.
    All,
    /// No row.
    None,
    /// Every row that is shown, the other way round.
    Invert,
    /// Rows whose name matches a wildcard pattern (`*`, `?`).
    Pattern {
        /// The pattern.
        pattern: String,
        /// Mark or unmark.
        on: bool,
    },
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
        /// Its entries.
        keys: Vec<EntryKey>,
    },
    /// What is in a folder, not the folder itself (`copy SRC DST` of the command line).
    Contents(Location),
}

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
    pub options: CopyOptions,
}

/// How to copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyOptions {
    /// What to do where the name is taken by another file.
    pub conflict: ConflictPolicy,
    /// Work everything out, change nothing.
    pub dry_run: bool,
    /// Files above 1 MiB on their way at once; 1 to 64.
    pub transfers: u16,
    /// Include and exclude rules in order; the first that matches decides, no match includes.
    pub filters: Vec<Filter>,
    /// Make folders that would stay empty.
    pub empty_folders: bool,
    /// How long to wait for a quota or a busy server before giving up; `None` for ever.
    pub max_wait: Option<Duration>,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            conflict: ConflictPolicy::Ask,
            dry_run: false,
            transfers: 4,
            filters: Vec::new(),
            empty_folders: true,
            max_wait: None,
        }
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

/// What happens where the target has a file of the same name that is not the same by size and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConflictPolicy {
    /// Ask: [`Event::Conflict`].
    Ask,
    /// Leave the target alone.
    Skip,
    /// Overwrite where the source is newer.
    Newer,
    /// Overwrite where the size differs.
    Size,
    /// Skip what is proven identical, overwrite the rest.
    Identical,
    /// Overwrite; in the cloud the old one becomes a version.
    Overwrite,
    /// Replace; the old one goes to the bin.
    Replace,
    /// Keep both: the new one becomes `name (2).ext`.
    Rename,
    /// Count it as an error.
    Fail,
}

/// The answer to one conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// The new one takes the name; in the cloud the old one becomes a version, locally it goes to the trash.
    Overwrite,
    /// The new one takes the name, the old one goes to the bin.
    Replace,
    /// Leave the target alone.
    Skip,
    /// The new one gets this free name.
    KeepBoth {
        /// The name, `name (2).ext` where the user did not choose another.
        name: String,
    },
    /// Overwrite if the source is newer, else skip.
    OverwriteIfNewer,
    /// Skip if proven identical; otherwise ask.
    SkipIfIdentical,
    /// Stop the copy.
    Stop,
}

/// How far an answer reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// This conflict.
    One,
    /// This one and all that the copy still meets. `KeepBoth` then makes each its own free name.
    Rest,
}

/// An action on the transfer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransferAction {
    /// Stop one; its partial file goes.
    Cancel(TransferId),
    /// Stop all that are not finished.
    CancelAll,
    /// Hold one back.
    Pause(TransferId),
    /// Let a held one go on.
    Resume(TransferId),
    /// Hold all back.
    PauseAll,
    /// Let all go on.
    ResumeAll,
    /// Try a failed one again.
    Retry(TransferId),
    /// Take finished, failed and cancelled ones off the list.
    ClearEnded,
}

// ---------------------------------------------------------------------------------------------- events

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
    /// Answer to [`Command::Find`].
    Found {
        /// The view.
        view: ViewId,
        /// The row, or nothing found.
        row: Option<u64>,
    },
    /// How far a plan is; may come many times.
    Plan(PlanSummary),
    /// The target already has such a name.
    Conflict(Conflict),
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
        /// Changed or new ones, in queue order.
        changed: Vec<TransferRow>,
        /// Taken off the list.
        removed: Vec<TransferId>,
        /// Sums.
        totals: TransferTotals,
    },
    /// Something small worked: one line for the status line (`made folder "2024"`).
    Done {
        /// The line.
        text: String,
    },
    /// Something was refused or went wrong; nothing else waits for it.
    Failed(Problem),
    /// The last event after [`Command::Quit`].
    Ended,
}

/// One account of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its name.
    pub name: String,
    /// Its e-mail.
    pub email: String,
}

/// How an account is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AccountState {
    /// Reaching the server, logging in or resuming.
    Connecting,
    /// A password is needed: no session is stored, or it ended elsewhere. The problem says which.
    NeedsPassword {
        /// The e-mail, where known.
        email: Option<String>,
        /// Why, where there is something to say.
        problem: Option<Problem>,
    },
    /// The server wants the one-time code; send [`Command::Login`] again with it.
    NeedsCode {
        /// Set when the last code was wrong.
        problem: Option<Problem>,
    },
    /// The sealed credentials want their passphrase.
    NeedsPassphrase {
        /// Set when the last one was wrong.
        problem: Option<Problem>,
    },
    /// The file list is on its way.
    Loading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all, where the server says.
        total: Option<u64>,
    },
    /// The file list is there.
    Ready,
    /// Something holds it up; goes on by itself.
    Waiting(Wait),
    /// It cannot go on.
    Failed(Problem),
}

/// Why something waits, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Why.
    pub reason: WaitReason,
    /// When it goes on by itself, Unix milliseconds; `None` where that is not known.
    pub until: Option<i64>,
}

/// Why something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitReason {
    /// The server said to come back later.
    ServerBusy,
    /// The server wants a proof of work.
    ProofOfWork,
    /// The transfer allowance is used up.
    TransferQuota,
    /// The server cannot be reached.
    Offline,
}

/// What stands above and below the rows of a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewHead {
    /// The view.
    pub view: ViewId,
    /// Grows by one whenever rows, their order or their marks change.
    pub generation: u64,
    /// The folder shown.
    pub location: Location,
    /// The folder's path as people write it: `~/Pictures`, `work:/Photos/2024`. Escape before drawing.
    pub title: String,
    /// Whether there is a folder above.
    pub has_parent: bool,
    /// How far it is.
    pub state: ViewState,
    /// Order and filter in force.
    pub arrangement: Arrangement,
    /// Rows after filtering, without `..`.
    pub row_count: u64,
    /// Rows that the filter and the hidden setting leave out.
    pub left_out_count: u64,
    /// Bytes of all rows.
    pub bytes: u64,
    /// Marked rows.
    pub marked_count: u64,
    /// Bytes of marked rows.
    pub marked_bytes: u64,
    /// Rows whose name another row has too.
    pub twin_count: u64,
    /// What the view took for the row under the cursor when this was made: the last of [`Command::Focus`],
    /// [`Command::Open`] and [`Command::OpenParent`]. A front end whose cursor has moved on since ignores `focus`.
    pub focus_key: Option<EntryKey>,
    /// Row of `focus_key`, if it is (still) there.
    pub focus: Option<u64>,
    /// Whether entries can be made here.
    pub writable: bool,
    /// Free bytes of the disk, for local folders.
    pub free_bytes: Option<u64>,
}

/// How far a view is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ViewState {
    /// Rows are on their way.
    Opening,
    /// Rows are there.
    Ready,
    /// The folder cannot be shown.
    Failed(Problem),
}

/// A row as the screen gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The entry.
    pub entry: Entry,
    /// Whether it is marked.
    pub marked: bool,
}

/// What a plan has found so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// The copy.
    pub copy: CopyId,
    /// Where it goes, as people write it.
    pub target: String,
    /// Files to copy.
    pub file_count: u64,
    /// Folders to make.
    pub folder_count: u64,
    /// Bytes to copy.
    pub bytes: u64,
    /// Files that are the same already.
    pub same_count: u64,
    /// Files whose name is taken by another content.
    pub conflict_count: u64,
    /// Items that cannot be copied (unreadable, undecryptable, equal names): they make the exit code 11.
    pub skipped_count: u64,
    /// Whether the scan is over.
    pub complete: bool,
    /// Why it cannot be done at all, if so.
    pub problem: Option<Problem>,
}

/// Two files that want one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Number to answer with.
    pub conflict: u64,
    /// The copy it belongs to.
    pub copy: CopyId,
    /// Path below the source folder.
    pub path: String,
    /// Where it goes, as people write it.
    pub target: String,
    /// What is copied.
    pub source: ConflictSide,
    /// What stands there.
    pub existing: ConflictSide,
    /// What is known of the contents.
    pub verdict: Verdict,
    /// A free name for the new one.
    pub free_name: String,
    /// Conflicts of this copy that are known to come after it.
    pub remaining_count: u64,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSide {
    /// Where it is, as people write it (`local`, `work:`).
    pub place: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, Unix seconds, where known.
    pub modified: Option<i64>,
    /// Its node, in the cloud.
    pub node: Option<NodeHandle>,
}

/// What is known of two contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The whole content is proven equal.
    Identical,
    /// Same fingerprint: a hint, no proof.
    SameFingerprint,
    /// Proven to differ.
    Different,
    /// Not examined.
    Unknown,
}

/// What happened, or would happen, to one item of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Copied, the name was free.
    CopiedNew,
    /// Copied over an older one.
    CopiedReplaced,
    /// Dry run: would be copied.
    WouldCopy,
    /// A folder was made.
    FolderMade,
    /// Dry run: a folder would be made.
    WouldMakeFolder,
    /// Same size and time: nothing to do.
    Same,
    /// Left alone by the conflict policy or an answer.
    LeftAlone,
    /// Left out by a filter.
    Filtered,
    /// Not copied: several entries of the source have this name. Exit code 11.
    EqualNames {
        /// How many.
        count: u32,
    },
    /// Not copied, with the reason. Exit code 11.
    Skipped(Problem),
    /// Tried and failed.
    Failed(Problem),
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
    /// Files found the same.
    pub same_count: u64,
    /// Items left alone on purpose.
    pub left_alone_count: u64,
    /// Items skipped though wanted ([`Note::EqualNames`], [`Note::Skipped`]).
    pub skipped_count: u64,
    /// Items that failed.
    pub failed_count: u64,
    /// The first problem met, for the exit code and the status line.
    pub problem: Option<Problem>,
    /// Whether it was stopped.
    pub cancelled: bool,
}

/// One transfer in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferRow {
    /// Its number.
    pub transfer: TransferId,
    /// The copy it belongs to.
    pub copy: CopyId,
    /// Which way.
    pub direction: Direction,
    /// Path below the source folder. Escape before drawing.
    pub path: String,
    /// Bytes in all.
    pub size: u64,
    /// Bytes done.
    pub done: u64,
    /// Bytes a second over the last seconds.
    pub speed: u64,
    /// How it is.
    pub state: TransferState,
}

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the cloud.
    Up,
    /// From the cloud.
    Down,
}

/// How a transfer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TransferState {
    /// Its turn has not come.
    Queued,
    /// Bytes move.
    Running,
    /// Held back by the user.
    Paused,
    /// Held up; goes on by itself.
    Waiting(Wait),
    /// All bytes are there and are being checked and put in place.
    Finishing,
    /// Done and verified.
    Done,
    /// Stopped by the user.
    Cancelled,
    /// Failed.
    Failed(Problem),
}

impl TransferState {
    /// Returns whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed(_))
    }
}

/// Sums over the transfer list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferTotals {
    /// Transfers on the list.
    pub count: u64,
    /// Of these, ended (done, failed or cancelled).
    pub ended_count: u64,
    /// Of these, failed.
    pub failed_count: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// Bytes done of all.
    pub done_bytes: u64,
    /// Bytes a second up.
    pub up_speed: u64,
    /// Bytes a second down.
    pub down_speed: u64,
    /// Time left at this speed, seconds, where it can be told.
    pub seconds_left: Option<u64>,
    /// Why the first waiting one waits.
    pub wait: Option<Wait>,
}

// ---------------------------------------------------------------------------------------------- problems

/// Something that went wrong, as the user is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What sort: decides the exit code.
    pub kind: ProblemKind,
    /// One sentence that names the object. Contains raw names: escape before drawing.
    pub message: String,
    /// What to do about it, one sentence; empty where there is nothing to do.
    pub hint: String,
}

impl Problem {
    /// Makes a problem of a sentence and a hint (`""` for none).
    #[must_use]
    pub fn new(kind: ProblemKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: hint.into() }
    }
}

/// The sorts of problems, by what a script would do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemKind {
    /// None of the others. Exit code 1.
    Other,
    /// The command makes no sense as typed. 2.
    Usage,
    /// No such folder. 3.
    FolderNotFound,
    /// No such file. 4.
    FileNotFound,
    /// May work later: server busy, line down. 5.
    Temporary,
    /// Will not work by trying again: permission, name, read-only. 6.
    Permanent,
    /// The account is suspended or otherwise out of order. 7.
    Account,
    /// Storage or transfer quota. 12.
    Quota,
    /// Login, code or passphrase needed or wrong. 13.
    Login,
    /// The path matches several nodes. 6.
    Ambiguous,
    /// Bytes do not match their MAC, or an answer makes no sense. 6.
    Integrity,
    /// Stopped by the user. 130.
    Interrupted,
}
