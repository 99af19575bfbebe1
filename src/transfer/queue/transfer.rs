//! One [`Transfer`] of the queue, the phase it is in, and what it adds to the sums. Only the queue has them; which phase
//! may follow which is the queue's to say.

use super::order::Rank;
use super::{Activity, NewTransfer};
use crate::message::{Direction, TransferState, Wait};
use crate::transfer::limits::LARGE_FROM;
use crate::transfer::speed::Speed;

/// A transfer and how far it is.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) new: NewTransfer,
    pub(super) rank: Rank,
    pub(super) phase: Phase,
    /// Bytes.
    pub(super) done: u64,
    pub(super) speed: Speed,
    /// Runs so far.
    pub(super) attempts: u32,
    /// Its last run was taken from the end of its lane.
    pub(super) from_back: bool,
}

/// What a transfer is in, by what may become of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Phase {
    Queued,
    Running(Activity),
    /// Told to stop; what it becomes once it has.
    Stopping(Stopped),
    Paused,
    Ended(TransferState),
}

/// What a transfer becomes once it has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    Queued,
    Paused,
    Cancelled,
}

/// Which limit a transfer counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Size {
    Small,
    Large,
}

/// Transfers that start in order: those of a size and a direction, as [`lane_of`] numbers it.
pub(super) type Lane = (Size, usize);

/// What transfers add to the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) count: u64,
    pub(super) ended: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    pub(super) bytes: u64,
    pub(super) done: u64,
    /// Bytes that will still move by themselves, by direction.
    pub(super) left: [u64; DIRECTIONS],
}

impl Phase {
    pub(super) fn waits_for_quota(&self) -> bool {
        matches!(self, Self::Running(activity) if super::allowance_back(activity).is_some())
    }
}

impl Transfer {
    pub(super) fn size(&self) -> Size {
        if self.new.size > LARGE_FROM { Size::Large } else { Size::Small }
    }

    pub(super) fn lane(&self) -> Lane {
        (self.size(), lane_of(self.new.direction))
    }

    pub(super) fn state(&self) -> TransferState {
        match &self.phase {
            Phase::Queued | Phase::Stopping(Stopped::Queued) => TransferState::Queued,
            Phase::Running(Activity::Moving) => TransferState::Running,
            Phase::Running(Activity::Waiting(wait, _)) => TransferState::Waiting(wait.clone()),
            Phase::Running(Activity::Finishing) => TransferState::Finishing,
            Phase::Paused | Phase::Stopping(Stopped::Paused) => TransferState::Paused,
            Phase::Stopping(Stopped::Cancelled) => TransferState::Cancelled,
            Phase::Ended(state) => state.clone(),
        }
    }

    pub(super) fn is_queued(&self) -> bool {
        self.phase == Phase::Queued
    }

    pub(super) const fn wait(&self) -> Option<&Wait> {
        match &self.phase {
            Phase::Running(Activity::Waiting(wait, _)) => Some(wait),
            Phase::Queued | Phase::Running(_) | Phase::Stopping(_) | Phase::Paused | Phase::Ended(_) => None,
        }
    }

    pub(super) fn sums(&self) -> Sums {
        let mut sums = Sums { count: 1, bytes: self.new.size, done: self.done, ..Sums::default() };
        match &self.phase {
            Phase::Ended(state) => {
                sums.ended = 1;
                sums.failed = u64::from(matches!(state, TransferState::Failed(_)));
                sums.cancelled = u64::from(*state == TransferState::Cancelled);
            }
            Phase::Queued | Phase::Running(_) => {
                sums.left[lane_of(self.new.direction)] = self.new.size.saturating_sub(self.done);
            }
            Phase::Stopping(_) | Phase::Paused => {}
        }
        sums
    }
}

impl Sums {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.ended += other.ended;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.bytes += other.bytes;
        self.done += other.done;
        self.left = std::array::from_fn(|lane| self.left[lane] + other.left[lane]);
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.count -= other.count;
        self.ended -= other.ended;
        self.failed -= other.failed;
        self.cancelled -= other.cancelled;
        self.bytes -= other.bytes;
        self.done -= other.done;
        self.left = std::array::from_fn(|lane| self.left[lane] - other.left[lane]);
    }
}

/// How many directions there are.
pub(super) const DIRECTIONS: usize = Direction::ALL.len();

/// Returns the place of a direction in sums that are kept for each.
pub(super) const fn lane_of(direction: Direction) -> usize {
    match direction {
        Direction::Up => 0,
        Direction::Down => 1,
        Direction::Across => 2,
    }
}
