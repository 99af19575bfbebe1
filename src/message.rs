//! The border between the two front ends (screen, command line) and the worker: [`Command`] in, [`Event`] out.
//! Plain data only: no closures, no reply channels, so a run can be logged, replayed and compared, and the border can
//! cross a socket later. Secrets travel as [`Secret`](crate::secret::Secret) and are never written down.

mod account;
mod bookmark;
mod checkup;
mod choice;
mod command;
mod conflict;
mod content;
mod copy;
mod dedupe;
mod deletion;
mod edit;
mod event;
mod finding;
mod kept_screen;
mod measure;
mod offer;
mod problem;
mod renames;
mod search;
mod sharing;
mod sign;
mod transfer;
mod undo;
mod unfinished;
mod usage;
mod version;
mod view;

pub use account::{AccountRow, AccountState, Login, Wait, WaitReason};
pub use bookmark::{Bookmark, BookmarkChange};
pub use checkup::{Finding, Standing};
pub use choice::{Choice, Reply, choices};
pub use command::{Command, Selection};
pub use conflict::{
    Compared, Conflict, ConflictPolicy, ConflictSide, Depth, DiffLine, FolderPolicy, MOST_LINE_BYTES, Pair,
    Resolution, Scope, Verdict, name_problem,
};
pub use content::{
    ContentCommand, ContentEvent, ContentId, ContentProof, ContentSearch, MOST_PATTERN, MOST_READ, Picture,
};
pub use copy::{
    BackupFolder, Budget, CopyId, CopyOptions, CopyReport, CopyRequest, Cutoff, FileBounds, Filter, Note,
    Oddity, OrderBy, OrderDirection, OrderKey, PlanSummary, Sameness, SyncRules, Task,
};
pub use dedupe::{
    DedupeCommand, DedupeEvent, DedupeHead, DedupePlan, DedupeReport, DedupeRule, Differing, DuplicateKind,
    GroupChoice, GroupDecision, GroupKind, GroupOrder, GroupProof, GroupRow, MemberFate, MemberRow,
    MemberVerdict, Proving, RestChoice, StepKind, StepLine, SurveyState,
};
pub use deletion::{DeletionId, DeletionSummary};
pub use edit::{EditCommand, EditEvent, EditId, EditPurpose, SaveAs};
pub use event::Event;
pub use finding::CheckFinding;
pub use kept_screen::{KeptScreen, KeptSide, KeptTab};
pub use measure::{MOST_VERSIONS, MeasureId, Measured, VersionFacts};
pub use offer::{Offer, Offers};
pub use problem::{Problem, ProblemKind};
pub use renames::{RenamePlan, RenameRow, RenamesId};
pub use search::{Hit, MOST_HITS, SearchId, SearchProgress, SearchReach};
pub use sharing::{
    LinkRow, Person, PublicLink, ShareAccess, Shareable, SharedSubject, SharingCommand, SharingEvent,
};
pub use sign::{Sign, SignCounts, SignedRows};
pub use transfer::{
    Direction, Reorder, SpeedLimit, TransferAction, TransferEnds, TransferId, TransferRow, TransferState,
    TransferTotals,
};
pub use undo::{ChangeRow, ChangeState, Partly, UndoDirection, UndoRequest};
pub use unfinished::{Leftovers, Unfinished, UnfinishedId};
pub use usage::{MOST_USAGE_ROWS, UsageId, UsageOrder, UsagePart, UsageQuestion, UsageRow, UsageSheet};
pub use version::{VersionList, VersionRow, VersionsCommand};
pub use view::{Arrangement, MarkChange, Row, Sort, ViewHead, ViewId, ViewState};
