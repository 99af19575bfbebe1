//! [`Spending`]: how many bytes one copy may move, and how many it has (`--max-transfer`). The worker asks it before it
//! starts a transfer, the movers before they let a slice pass. Clones share the count, and the transfer's part of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::message::{Budget, Cutoff};

/// What a copy has spent of its budget, and what one of its transfers has announced. The default has no bound.
#[derive(Clone, Debug, Default)]
pub struct Spending {
    account: Option<Arc<Account>>,
    /// There while a transfer runs.
    pledge: Option<Arc<Pledge>>,
}

/// What a transfer is going to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// So many bytes.
    Exact(u64),
    /// So many bytes at most: an earlier run may have moved some of them.
    AtMost(u64),
}

/// The count behind it.
#[derive(Debug)]
struct Account {
    most: u64,
    cutoff: Cutoff,
    /// Bytes that have moved, also in vain.
    moved: AtomicU64,
    /// Bytes that running transfers are sure to move yet.
    certain: AtomicU64,
    /// Bytes that they may move besides.
    possible: AtomicU64,
    /// Something was to move that may not.
    refused: AtomicBool,
}

/// Bytes that a running transfer has not moved yet; given back when it ends.
#[derive(Debug)]
struct Pledge {
    account: Arc<Account>,
    is_certain: bool,
    left: AtomicU64,
}

impl Spending {
    /// Makes the count of a copy.
    #[must_use]
    pub fn new(budget: &Budget) -> Self {
        let account = |most| Account {
            most,
            cutoff: budget.cutoff,
            moved: AtomicU64::new(0),
            certain: AtomicU64::new(0),
            possible: AtomicU64::new(0),
            refused: AtomicBool::new(false),
        };
        Self { account: budget.bytes.map(|most| Arc::new(account(most))), pledge: None }
    }

    /// Returns whether a transfer of this copy may start, and if so counts what it needs, until [`Self::settle`].
    ///
    /// None starts once the budget has moved. A soft one also counts what the running ones are sure to move yet: many
    /// small files at once shall not go far beyond it. A cautious one counts all that may move, and what is to start.
    /// Source: rclone `fs/operations/copy.go`, `checkLimits`.
    #[must_use]
    pub fn start(&mut self, need: Need) -> bool {
        self.settle();
        let Some(account) = &self.account else { return true };
        if account.counted(need) >= account.most {
            account.refused.store(true, Ordering::Relaxed);
            return false;
        }
        self.pledge = Some(Arc::new(Pledge::new(account, need)));
        true
    }

    /// Counts no more what the transfer has announced and not moved: its run is over.
    pub fn settle(&mut self) {
        self.pledge = None;
    }

    /// Returns when so many bytes may move: at once, or never, once the budget of a hard cutoff is spent.
    pub(crate) async fn take(&self, bytes: usize) {
        let Some(account) = &self.account else { return };
        let bytes = bytes as u64;
        let moved = account.moved.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if let Some(pledge) = &self.pledge {
            pledge.moved(bytes);
        }
        if account.cutoff == Cutoff::Hard && moved > account.most {
            account.refused.store(true, Ordering::Relaxed);
            std::future::pending::<()>().await;
        }
    }

    /// Returns whether something was to start, or to move, that the budget has no room for.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.refused.load(Ordering::Relaxed))
    }
}

impl Account {
    /// The bytes that are held against the budget before a transfer starts.
    fn counted(&self, need: Need) -> u64 {
        let moved = self.moved.load(Ordering::Relaxed);
        let certain = self.certain.load(Ordering::Relaxed);
        match self.cutoff {
            Cutoff::Hard => moved,
            Cutoff::Soft => moved.saturating_add(certain),
            Cutoff::Cautious => {
                let (Need::Exact(size) | Need::AtMost(size)) = need;
                let possible = self.possible.load(Ordering::Relaxed);
                moved.saturating_add(certain).saturating_add(possible).saturating_add(size)
            }
        }
    }
}

impl Pledge {
    fn new(account: &Arc<Account>, need: Need) -> Self {
        let (is_certain, size) = match need {
            Need::Exact(size) => (true, size),
            Need::AtMost(size) => (false, size),
        };
        let pledge = Self { account: Arc::clone(account), is_certain, left: AtomicU64::new(size) };
        pledge.of_account().fetch_add(size, Ordering::Relaxed);
        pledge
    }

    /// Takes off what has moved; bytes that move a second time were not announced.
    fn moved(&self, bytes: u64) {
        let take = |left: u64| Some(left.saturating_sub(bytes));
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).unwrap_or_default();
        self.of_account().fetch_sub(left.min(bytes), Ordering::Relaxed);
    }

    fn of_account(&self) -> &AtomicU64 {
        if self.is_certain { &self.account.certain } else { &self.account.possible }
    }
}

impl Drop for Pledge {
    fn drop(&mut self) {
        let left = self.left.load(Ordering::Relaxed);
        self.of_account().fetch_sub(left, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn spending(bytes: u64, cutoff: Cutoff) -> Spending {
        Spending::new(&Budget { bytes: Some(bytes), time: None, cutoff })
    }

    /// Starts as many as may start at once.
    fn started(spending: &Spending, need: Need) -> Vec<Spending> {
        let start = |_| {
            let mut own = spending.clone();
            own.start(need).then_some(own)
        };
        (0..9).map_while(start).collect()
    }

    #[test]
    fn small_files_at_once_do_not_go_far_beyond_the_budget() {
        for (cutoff, count) in [(Cutoff::Soft, 3), (Cutoff::Cautious, 2)] {
            let spending = spending(25, cutoff);
            assert_eq!(started(&spending, Need::Exact(10)).len(), count, "{cutoff:?}");
            assert!(spending.is_exceeded());
        }
        let mut none = Spending::default();
        assert!(none.start(Need::Exact(u64::MAX)) && none.start(Need::Exact(1)) && !none.is_exceeded());
    }

    #[test]
    fn a_hard_budget_refuses_none_before_it_has_moved() {
        let hard = spending(25, Cutoff::Hard);
        let running = started(&hard, Need::Exact(10));
        assert!(running.len() == 9 && !hard.is_exceeded());
        assert!(running[0].take(25).now_or_never().is_some() && !hard.is_exceeded());
        assert!(!hard.clone().start(Need::Exact(1)) && hard.is_exceeded());
    }

    #[test]
    fn what_an_earlier_run_moved_does_not_count_and_a_second_run_does_not_count_twice() {
        let soft = spending(20, Cutoff::Soft);
        let mut resumed = soft.clone();
        assert!(resumed.start(Need::AtMost(28)));
        assert!(resumed.take(3).now_or_never().is_some());
        resumed.settle();
        assert!(resumed.start(Need::Exact(10)) && soft.clone().start(Need::Exact(10)));
        let cautious = spending(25, Cutoff::Cautious);
        let mut failing = cautious.clone();
        assert!(failing.start(Need::Exact(20)) && failing.start(Need::Exact(20)), "again");
        assert!(failing.take(4).now_or_never().is_some());
        failing.settle();
        assert!(cautious.clone().start(Need::Exact(20)) && !cautious.is_exceeded());
    }

    #[test]
    fn a_hard_budget_lets_no_byte_more_pass_and_the_others_do() {
        let hard = spending(25, Cutoff::Hard);
        assert!(hard.take(25).now_or_never().is_some() && !hard.is_exceeded());
        assert!(hard.take(1).now_or_never().is_none() && hard.is_exceeded());
        for cutoff in [Cutoff::Soft, Cutoff::Cautious] {
            let spending = spending(25, cutoff);
            assert!(spending.take(99).now_or_never().is_some() && !spending.is_exceeded());
        }
    }
}
