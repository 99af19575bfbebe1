//! Transfers at the border: one file on its way as a row, the sums over all, and what the user may do to them. Made by
//! `transfer::queue`, shown by the transfer list and the progress lines.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::account::Wait;
use super::copy::CopyId;
use super::problem::Problem;

/// One file on its way, numbered by the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransferId(pub u64);

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
    /// Try all failed ones again.
    RetryFailed,
    /// Put one elsewhere in the order. Ones that run go on running: it says what comes next.
    Reorder(TransferId, Reorder),
    /// Take finished, failed and cancelled ones off the list.
    ClearEnded,
    /// Move no faster than this from now on, all transfers together.
    Limit(SpeedLimit),
}

/// Where a transfer goes in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reorder {
    /// Before the one that has not ended before it.
    Up,
    /// Behind the one that has not ended behind it.
    Down,
    /// Before all others.
    Top,
    /// Behind all others; what is added later comes behind it.
    Bottom,
}

/// How fast all transfers together may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedLimit {
    /// Bytes a second to the cloud; `None` is no limit.
    pub up: Option<NonZeroU64>,
    /// Bytes a second from the cloud; `None` is no limit.
    pub down: Option<NonZeroU64>,
}

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the cloud.
    Up,
    /// From the cloud.
    Down,
    /// From one folder of the disk to another.
    Across,
}

impl Direction {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Up, Self::Down, Self::Across];

    /// Returns the sign in front of what moves this way.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Up => "▲",
            Self::Down => "▼",
            Self::Across => "→",
        }
    }
}

/// One transfer in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferRow {
    /// Its number.
    pub transfer: TransferId,
    /// The copy it belongs to.
    pub copy: CopyId,
    /// Where it stands: rows are listed by it, lowest first. No two have the same.
    pub place: i64,
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
    /// Runs so far, the present one among them.
    pub attempts: u32,
    /// How it is.
    pub state: TransferState,
}

/// The two ends of a transfer, as people write them. Contains raw names: escape before drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferEnds {
    /// Which.
    pub transfer: TransferId,
    /// The file that is read, with all folders above it.
    pub source: String,
    /// The file that it becomes.
    pub target: String,
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

/// Sums over all transfers: those on the list, those that their copies have still to put there, and done ones that made
/// room for others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferTotals {
    /// How many there are.
    pub count: u64,
    /// Of these, ended (done, failed or cancelled).
    pub ended_count: u64,
    /// Of these, failed.
    pub failed_count: u64,
    /// Of these, cancelled by the user.
    #[serde(default)]
    pub cancelled_count: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// Bytes done of all.
    pub done_bytes: u64,
    /// Bytes a second up.
    pub up_speed: u64,
    /// Bytes a second down.
    pub down_speed: u64,
    /// Bytes a second from disk to disk.
    #[serde(default)]
    pub across_speed: u64,
    /// Time left at this speed, seconds, where it can be told.
    pub seconds_left: Option<u64>,
    /// Why the first waiting one waits; a used-up transfer allowance comes before all else.
    pub wait: Option<Wait>,
    /// How many wait for that, those among them whose turn cannot come before.
    pub wait_count: u64,
    /// How fast they may be.
    pub limit: SpeedLimit,
}
