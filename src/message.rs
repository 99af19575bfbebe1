//! The border between the two front ends (screen, command line) and the worker: [`Command`] in, [`Event`] out.
//! Plain data only: no closures, no reply channels, so a run can be logged, replayed and compared, and the border can
//! cross a socket later. Secrets travel as [`Secret`](crate::secret::Secret) and are never written down.

mod account;
mod choice;
mod command;
mod conflict;
mod copy;
mod deletion;
mod event;
mod problem;
mod renames;
mod transfer;
mod undo;
mod unfinished;
mod view;

pub use account::{AccountRow, AccountState, Login, Wait, WaitReason};
pub use choice::{Choice, Reply, choices};
pub use command::{Command, Selection};
pub use conflict::{
    Compared, Conflict, ConflictPolicy, ConflictSide, Depth, DiffLine, FolderPolicy, MOST_LINE_BYTES, Pair,
    Resolution, Scope, Verdict, name_problem,
};
pub use copy::{
    BackupFolder, Budget, CopyId, CopyOptions, CopyReport, CopyRequest, Cutoff, FileBounds, Filter, Note,
    Oddity, OrderBy, OrderDirection, OrderKey, PlanSummary, Sameness, SyncRules, Task,
};
pub use deletion::{DeletionId, DeletionSummary};
pub use event::Event;
pub use problem::{Problem, ProblemKind};
pub use renames::{RenamePlan, RenameRow, RenamesId};
pub use transfer::{
    Direction, Reorder, SpeedLimit, TransferAction, TransferEnds, TransferId, TransferRow, TransferState,
    TransferTotals,
};
pub use undo::{ChangeRow, ChangeState, Partly, UndoDirection, UndoRequest};
pub use unfinished::{Leftovers, Unfinished, UnfinishedId};
pub use view::{Arrangement, MarkChange, Row, Sort, ViewHead, ViewId, ViewState};
