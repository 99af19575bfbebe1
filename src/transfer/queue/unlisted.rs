//! What counts in the totals without being on the list: files that the plans of copies have still to hand out, and done
//! ones that made room for others. Part of the queue's machine: with this its list stays short however many files a copy
//! has, and the totals say the truth all the same.

use std::collections::{BTreeMap, VecDeque};

use super::Queue;
use super::transfer::{Sums, lane_of};
use crate::message::{CopyId, Direction, TransferId};
use crate::transfer::plan::Ahead;

/// Transfers that are not on the list.
#[derive(Debug, Default)]
pub(super) struct Unlisted {
    /// To come, by copy.
    ahead: BTreeMap<CopyId, Sums>,
    /// Done ones that are on the list, the oldest first.
    done: VecDeque<TransferId>,
    /// What those add that are off it.
    dropped: Sums,
}

impl Unlisted {
    /// Returns how many files are still to come down.
    pub(super) fn downloads_ahead(&self) -> u64 {
        let down = lane_of(Direction::Down);
        self.ahead.values().filter(|sums| sums.left[down] > 0).map(|sums| sums.count).sum()
    }
}

impl Queue {
    /// Takes note of what a copy has still to hand out.
    pub fn set_ahead(&mut self, copy: CopyId, direction: Direction, ahead: Ahead) {
        let mut sums = Sums { count: ahead.count, bytes: ahead.bytes, ..Sums::default() };
        sums.left[lane_of(direction)] = ahead.bytes;
        let before = if sums == Sums::default() {
            self.unlisted.ahead.remove(&copy)
        } else {
            self.unlisted.ahead.insert(copy, sums)
        };
        self.sums.subtract(before.unwrap_or_default());
        self.sums.add(sums);
    }

    /// One is done: the oldest that is leaves the list where there are too many. It counts until the list is cleared.
    pub(super) fn keep_few_done(&mut self, id: TransferId) {
        self.unlisted.done.push_back(id);
        if self.unlisted.done.len() <= DONE_LISTED {
            return;
        }
        if let Some(oldest) = self.unlisted.done.pop_front()
            && let Some(transfer) = self.take_off(oldest)
        {
            self.unlisted.dropped.add(transfer.sums());
        }
    }

    /// The list is being cleared of what has ended.
    pub(super) fn forget_done(&mut self) {
        self.unlisted.done.clear();
        self.sums.subtract(std::mem::take(&mut self.unlisted.dropped));
    }
}

/// Done ones on the list at most: more than anybody looks at again. Others that have ended stay: they can be tried again.
pub(super) const DONE_LISTED: usize = 1000;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::{End, NewTransfer, Runs};
    use super::*;
    use crate::message::{Event, TransferAction};

    fn new() -> NewTransfer {
        NewTransfer {
            copy: CopyId(1),
            direction: Direction::Up,
            path: "a".into(),
            new_name: None,
            size: 10,
            modified: None,
            order_by: None,
            large_limit: 4,
            runs: Runs::Apart,
            held: false,
        }
    }

    #[test]
    fn the_list_stays_short_and_the_totals_count_everything() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let count = 3 * DONE_LISTED as u64;
        for number in 1..=count {
            queue.set_ahead(
                CopyId(1),
                Direction::Up,
                Ahead { count: count - number, bytes: (count - number) * 10 },
            );
            queue.add(new());
            let id = queue.start(now).unwrap();
            queue.ended(id, End::Done);
            let totals = queue.totals(now);
            assert_eq!((totals.count, totals.bytes), (count, count * 10), "from the beginning");
            assert_eq!((totals.ended_count, totals.done_bytes), (number, number * 10));
        }
        assert_eq!(queue.transfers.len(), DONE_LISTED);
        let mut shown = std::collections::BTreeSet::new();
        while let Some(Event::Transfers { changed, removed, .. }) = queue.changes(now) {
            shown.extend(changed.into_iter().map(|row| row.transfer));
            let is_gone = removed.iter().any(|id| shown.contains(id));
            assert!(!is_gone, "a row that is gone is told afterwards");
        }
        assert_eq!(shown.len(), DONE_LISTED);
        queue.act(&TransferAction::ClearEnded);
        assert_eq!(queue.totals(now), crate::message::TransferTotals::default());
    }

    #[test]
    fn what_a_stopped_copy_had_ahead_counts_no_more() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.set_ahead(CopyId(1), Direction::Up, Ahead { count: 5, bytes: 50 });
        queue.set_ahead(CopyId(2), Direction::Down, Ahead { count: 7, bytes: 70 });
        queue.set_ahead(CopyId(1), Direction::Up, Ahead::default());
        let totals = queue.totals(now);
        assert_eq!((totals.count, totals.bytes), (7, 70));
    }
}
