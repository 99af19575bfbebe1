//! [`Best`]: which of the entries that fit are told. It remembers how well the best ones fit, so that of a million hits
//! only those are made into rows that may be among the first. Pure; both ways of searching ask it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::message::MOST_HITS;

/// How well the best hits fit, the worst of them on top.
#[derive(Debug, Default)]
pub(super) struct Best(BinaryHeap<Reverse<u64>>);

impl Best {
    /// Takes the rank of the next hit, and returns whether it is among the best so far. Of equal ones the first stay.
    pub(super) fn admit(&mut self, rank: u64) -> bool {
        if self.0.len() < MOST_HITS {
            self.0.push(Reverse(rank));
            return true;
        }
        let worst = self.0.peek_mut().filter(|worst| rank > worst.0);
        worst.map(|mut worst| *worst = Reverse(rank)).is_some()
    }

    /// Returns whether a hit that was admitted may still be among the best.
    pub(super) fn keeps(&self, rank: u64) -> bool {
        self.0.len() < MOST_HITS || self.0.peek().is_some_and(|worst| rank >= worst.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_among_the_best_is_told_and_of_equals_the_first() {
        let mut best = Best::default();
        assert!((0..MOST_HITS).all(|_| best.admit(7)));
        assert!(!best.admit(7) && !best.admit(6) && best.admit(8));
        assert!((1..MOST_HITS).all(|_| best.admit(9)));
        assert!(best.keeps(8) && !best.keeps(7));
    }
}
