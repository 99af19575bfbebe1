//! The queue: which transfers run, wait, are held or have ended, and the sums over them. A pure machine: the worker tells
//! it what happens and asks what may start; `now` is passed in. It knows neither files nor servers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

mod control;
mod order;
mod transfer;
mod unlisted;

pub use control::Acted;
use order::{Order, Rank, front_share};
use transfer::{DIRECTIONS, Lane, Phase, Size, Stopped, Sums, Transfer, lane_of};
use unlisted::Unlisted;

use super::speed::Speed;
use crate::message::{
    CopyId, Direction, Event, OrderBy, Problem, SpeedLimit, TransferId, TransferRow, TransferState,
    TransferTotals, Wait, WaitReason,
};

/// All transfers of a worker, in the order in which they were added until somebody changes it.
#[derive(Debug, Default)]
pub struct Queue {
    transfers: BTreeMap<TransferId, Transfer>,
    /// How many were ever added: the number of the last one.
    added: u64,
    order: Order,
    /// Queued ones that may start, by lane.
    ready: BTreeMap<Lane, BTreeMap<Rank, TransferId>>,
    /// Running ones and ones that are being stopped.
    running: BTreeMap<Size, BTreeSet<TransferId>>,
    /// New ones are held back, too.
    held: bool,
    /// The transfer allowance is used up until then, as one that waits for it says.
    no_downloads: Option<(Wait, Instant)>,
    /// Over the list, and what is not on it.
    sums: Sums,
    unlisted: Unlisted,
    speeds: [Speed; DIRECTIONS],
    /// How fast all may be together. Kept here to be shown.
    limit: SpeedLimit,
    told_limit: SpeedLimit,
    changed: BTreeSet<TransferId>,
    removed: Vec<TransferId>,
}

/// What a new transfer is.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    /// The copy it belongs to.
    pub copy: CopyId,
    /// Which way.
    pub direction: Direction,
    /// Path below the source folder.
    pub path: String,
    /// The name it gets, where that is not the last part of the path.
    pub new_name: Option<Box<str>>,
    /// Bytes.
    pub size: u64,
    /// When its content was changed, Unix seconds.
    pub modified: Option<i64>,
    /// The order that its copy asked for.
    pub order_by: Option<OrderBy>,
    /// How many files above 1 MiB its copy wants on their way at once.
    pub large_limit: u16,
    /// What a run that is stopped becomes to the next one.
    pub runs: Runs,
    /// Held back until the user lets it go.
    pub held: bool,
}

/// What the runs of a transfer are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Each begins anew.
    Apart,
    /// Each goes on where the last one was.
    GoOn,
}

/// What a running transfer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Bytes move.
    Moving,
    /// Something holds it up, until then where that is known.
    Waiting(Wait, Option<Instant>),
    /// All bytes are there and are being checked.
    Finishing,
}

/// How a run of a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Verified and in place.
    Done,
    /// It was stopped.
    Stopped,
    /// It failed.
    Failed(Problem),
}

impl Queue {
    /// Adds a transfer at the end.
    pub fn add(&mut self, new: NewTransfer) -> TransferId {
        self.added += 1;
        let id = TransferId(self.added);
        let phase = if self.held || new.held { Phase::Paused } else { Phase::Queued };
        let rank = self.order.add(id, &new);
        let speed = Speed::default();
        let transfer = Transfer { new, rank, phase, done: 0, speed, attempts: 0, from_back: false };
        self.sums.add(transfer.sums());
        if transfer.is_queued() {
            self.ready.entry(transfer.lane()).or_default().insert(transfer.rank.clone(), id);
        }
        self.transfers.insert(id, transfer);
        self.changed.insert(id);
        id
    }

    /// Returns the next transfer to start, which runs from now on; `None` while nothing may start.
    pub fn start(&mut self, now: Instant) -> Option<TransferId> {
        self.wake(now);
        let next = self.ready.values().filter_map(|lane| self.next_of(lane)).min_by_key(|(rank, ..)| *rank);
        let (id, from_back) = next.map(|(_, id, from_back)| (id, from_back))?;
        if !self.is_busy() {
            self.speeds.iter_mut().for_each(Speed::stop);
        }
        let transfer = self.transfers.get_mut(&id)?;
        transfer.speed.begin(now);
        transfer.attempts = transfer.attempts.saturating_add(1);
        transfer.from_back = from_back;
        self.speeds[lane_of(transfer.new.direction)].begin(now);
        self.running.entry(transfer.size()).or_default().insert(id);
        self.set(id, Phase::Running(Activity::Moving));
        Some(id)
    }

    /// Returns when [`Self::start`] is worth another call though nothing has happened.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        self.no_downloads.as_ref().map(|(_, until)| *until).filter(|_| self.has_ready_downloads())
    }

    /// Takes note of what a running transfer does, and how many bytes it has done.
    pub fn report(&mut self, id: TransferId, done: u64, activity: &Activity, now: Instant) {
        let Some(transfer) = self.transfers.get_mut(&id) else { return };
        if transfer.phase.waits_for_quota() && allowance_back(activity).is_none() {
            self.no_downloads = None; // it goes on, so the others may
        }
        if let Phase::Running(before) = transfer.phase.clone()
            && (transfer.done != done || before != *activity)
        {
            let next = activity.clone();
            let moved = done.saturating_sub(transfer.done);
            transfer.speed.add(moved, now);
            self.speeds[lane_of(transfer.new.direction)].add(moved, now);
            self.change(id, |transfer| {
                transfer.done = done.min(transfer.new.size);
                transfer.phase = Phase::Running(next);
            });
        } else if transfer.speed.per_second(now) > 0 {
            self.changed.insert(id);
        }
        if let Some((wait, until)) = allowance_back(activity)
            && self.no_downloads.as_ref().is_none_or(|(_, known)| *known < until)
        {
            self.no_downloads = Some((wait.clone(), until));
        }
    }

    /// Takes note that a run goes on after so many bytes that an earlier one has moved: they are done, at no speed.
    pub fn resumed(&mut self, id: TransferId, kept: u64) {
        self.change(id, |transfer| transfer.done = kept.min(transfer.new.size));
    }

    /// Takes note that a run has ended. Returns how the transfer ended, or `None` where it will run again.
    pub fn ended(&mut self, id: TransferId, end: End) -> Option<TransferState> {
        let transfer = self.transfers.get_mut(&id)?;
        let stopped = match transfer.phase {
            Phase::Running(_) => None,
            Phase::Stopping(stopped) => Some(stopped),
            Phase::Queued | Phase::Paused | Phase::Ended(_) => return None,
        };
        transfer.speed.stop();
        let size = transfer.size();
        self.running.entry(size).or_default().remove(&id);
        let state = match (end, stopped) {
            (End::Done, _) => {
                self.change(id, |transfer| transfer.done = transfer.new.size);
                TransferState::Done
            }
            (End::Failed(problem), None) => TransferState::Failed(problem),
            (End::Stopped, None) | (_, Some(Stopped::Cancelled)) => TransferState::Cancelled,
            (_, Some(Stopped::Paused)) => {
                self.go_back(id, Phase::Paused);
                return None;
            }
            (_, Some(Stopped::Queued)) => {
                self.go_back(id, Phase::Queued);
                return None;
            }
        };
        self.set(id, Phase::Ended(state.clone()));
        if state == TransferState::Done {
            self.keep_few_done(id);
        }
        Some(state)
    }

    /// Returns what has changed since the last call, at most so many rows, or nothing where that is so.
    pub fn changes(&mut self, now: Instant) -> Option<Event> {
        if !self.has_changes() {
            return None;
        }
        self.told_limit = self.limit;
        let moving =
            |id: &TransferId| self.transfers.get(id).is_some_and(|transfer| transfer.phase != Phase::Queued);
        let (first, rest): (Vec<TransferId>, Vec<TransferId>) =
            self.changed.iter().copied().partition(moving);
        let mut reported: Vec<TransferId> = first.into_iter().chain(rest).take(ROWS_AT_ONCE).collect();
        reported.sort_unstable();
        let mut changed = Vec::with_capacity(reported.len());
        for id in reported {
            self.changed.remove(&id);
            changed.extend(self.row(id, now));
        }
        Some(Event::Transfers {
            changed,
            removed: std::mem::take(&mut self.removed),
            totals: self.totals(now),
        })
    }

    /// Returns the sums over the list.
    #[must_use]
    pub fn totals(&self, now: Instant) -> TransferTotals {
        // Nobody asks again once all has ended: the last speed would stand there for ever.
        let is_busy = self.is_busy();
        let speeds =
            Direction::ALL.map(|way| if is_busy { self.speeds[lane_of(way)].per_second(now) } else { 0 });
        let [up_speed, down_speed, across_speed] = speeds;
        let left = self.sums.left;
        let seconds =
            |lane: usize| if left[lane] == 0 { Some(0) } else { left[lane].checked_div(speeds[lane]) };
        let slowest =
            (0..DIRECTIONS).map(seconds).try_fold(0, |most: u64, lane| lane.map(|lane| most.max(lane)));
        let (wait, wait_count) = self.wait();
        TransferTotals {
            count: self.sums.count,
            ended_count: self.sums.ended,
            failed_count: self.sums.failed,
            cancelled_count: self.sums.cancelled,
            bytes: self.sums.bytes,
            done_bytes: self.sums.done,
            up_speed,
            down_speed,
            across_speed,
            seconds_left: slowest.filter(|_| left.iter().any(|left| *left > 0)),
            wait,
            wait_count,
            limit: self.limit,
        }
    }

    /// Returns why transfers wait, and how many do for that reason.
    fn wait(&self) -> (Option<Wait>, u64) {
        let count_of = |reason| self.waits().filter(|wait| wait.reason == reason).count() as u64;
        let quota = self.no_downloads.as_ref().map(|(wait, _)| wait.clone());
        let held = quota.is_some().then(|| self.ready_download_count() + self.unlisted.downloads_ahead());
        let held = held.unwrap_or_default();
        let quota = quota.filter(|_| held > 0);
        let is_quota = |wait: &&Wait| wait.reason == WaitReason::TransferQuota;
        let first =
            quota.or_else(|| self.waits().find(is_quota).cloned()).or_else(|| self.waits().next().cloned());
        match first {
            Some(wait) if wait.reason == WaitReason::TransferQuota => {
                let count = held + count_of(WaitReason::TransferQuota);
                (Some(wait), count)
            }
            Some(wait) => {
                let count = count_of(wait.reason);
                (Some(wait), count)
            }
            None => (None, 0),
        }
    }

    /// What running transfers wait for.
    fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.running.values().flatten().filter_map(|id| self.transfers.get(id)).filter_map(Transfer::wait)
    }

    /// Returns those that run or are being stopped.
    #[must_use]
    pub fn running(&self) -> Vec<TransferId> {
        self.running.values().flatten().copied().collect()
    }

    /// Returns whether a transfer runs, or is being stopped.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.running.values().any(|ids| !ids.is_empty())
    }

    /// Returns whether [`Self::changes`] has something to tell.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty() || !self.removed.is_empty() || self.told_limit != self.limit
    }

    /// Returns one row.
    #[must_use]
    pub fn row(&self, id: TransferId, now: Instant) -> Option<TransferRow> {
        let transfer = self.transfers.get(&id)?;
        Some(TransferRow {
            transfer: id,
            copy: transfer.new.copy,
            place: transfer.rank.place,
            direction: transfer.new.direction,
            path: transfer.new.path.clone(),
            size: transfer.new.size,
            done: transfer.done,
            speed: transfer.speed.per_second(now),
            attempts: transfer.attempts,
            state: transfer.state(),
        })
    }

    /// Returns how many runs a transfer has had.
    #[must_use]
    pub fn attempts(&self, id: TransferId) -> u32 {
        self.transfers.get(&id).map_or(0, |transfer| transfer.attempts)
    }

    /// Returns what one was added as.
    #[must_use]
    pub fn added_as(&self, id: TransferId) -> Option<&NewTransfer> {
        self.transfers.get(&id).map(|transfer| &transfer.new)
    }

    /// Returns whether a transfer of a copy is on the list.
    #[must_use]
    pub fn has_any_of(&self, copy: CopyId) -> bool {
        self.transfers.values().any(|transfer| transfer.new.copy == copy)
    }

    /// Returns the next one of a lane, if it may start, its rank, and whether it is taken from the lane's end.
    fn next_of<'a>(&self, lane: &'a BTreeMap<Rank, TransferId>) -> Option<(&'a Rank, TransferId, bool)> {
        let (rank, id) = lane.first_key_value()?;
        let transfer = self.transfers.get(id)?;
        let limit = match transfer.size() {
            Size::Small => SMALL_AT_ONCE,
            Size::Large => usize::from(transfer.new.large_limit.max(1)),
        };
        let is_held = transfer.new.direction == Direction::Down && self.no_downloads.is_some();
        let running = self.running.get(&transfer.size());
        if is_held || running.map_or(0, BTreeSet::len) >= limit {
            return None;
        }
        let is_front = |id: &&TransferId| self.transfers.get(id).is_some_and(|running| !running.from_back);
        let from_front = running.map_or(0, |ids| ids.iter().filter(is_front).count());
        if from_front < front_share(transfer.new.order_by, limit) {
            return Some((rank, *id, false));
        }
        lane.last_key_value().map(|(rank, id)| (rank, *id, true))
    }

    fn ready_download_count(&self) -> u64 {
        let lanes = [Size::Small, Size::Large].map(|size| self.ready.get(&(size, lane_of(Direction::Down))));
        lanes.into_iter().flatten().map(|lane| lane.len() as u64).sum()
    }

    fn has_ready_downloads(&self) -> bool {
        self.ready_download_count() > 0
    }

    fn wake(&mut self, now: Instant) {
        if self.no_downloads.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.no_downloads = None;
        }
    }

    /// Runs again, from the beginning or from where it is.
    fn go_back(&mut self, id: TransferId, phase: Phase) {
        self.change(id, |transfer| {
            let was_cancelled = transfer.phase == Phase::Ended(TransferState::Cancelled);
            if transfer.new.runs == Runs::Apart || was_cancelled {
                transfer.done = 0;
            }
        });
        self.set(id, phase);
    }

    fn phase(&self, id: TransferId) -> Option<Phase> {
        self.transfers.get(&id).map(|transfer| transfer.phase.clone())
    }

    /// Moves a transfer to another phase, and in or out of the lanes.
    fn set(&mut self, id: TransferId, phase: Phase) {
        self.unready(id);
        if let (Phase::Queued, Some(transfer)) = (&phase, self.transfers.get(&id)) {
            self.ready.entry(transfer.lane()).or_default().insert(transfer.rank.clone(), id);
        }
        self.change(id, |transfer| transfer.phase = phase);
    }

    fn unready(&mut self, id: TransferId) {
        if let Some(transfer) = self.transfers.get(&id)
            && let Some(lane) = self.ready.get_mut(&transfer.lane())
        {
            lane.remove(&transfer.rank);
        }
    }

    /// Changes a transfer and keeps the sums right.
    fn change(&mut self, id: TransferId, change: impl FnOnce(&mut Transfer)) {
        if let Some(transfer) = self.transfers.get_mut(&id) {
            self.sums.subtract(transfer.sums());
            change(transfer);
            self.sums.add(transfer.sums());
            self.changed.insert(id);
        }
    }
}

/// Until when the transfer allowance is used up, where that is what holds a transfer up.
fn allowance_back(activity: &Activity) -> Option<(&Wait, Instant)> {
    match activity {
        Activity::Waiting(wait, Some(until)) if wait.reason == WaitReason::TransferQuota => {
            Some((wait, *until))
        }
        Activity::Waiting(..) | Activity::Moving | Activity::Finishing => None,
    }
}

/// Small files on their way at once. Most of them wait for an address or to be put, which needs no connection of their
/// own: with these in hand the pool of connections (`limits`) never runs dry, and few files are open.
const SMALL_AT_ONCE: usize = 128;

/// Rows in one event: more could not be looked at anyway, and the rest follows in the next.
const ROWS_AT_ONCE: usize = 256;

#[cfg(test)]
mod tests;
