//! [`Spending`]: how many bytes one copy may move, and how many it has (`--max-transfer`). The worker asks it before it
//! starts a transfer, the movers before they let a slice pass. Clones share the count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::message::{Budget, Cutoff};

/// What a copy has spent of its budget. The default has no bound.
#[derive(Clone, Debug, Default)]
pub struct Spending(Option<Arc<Account>>);

/// The count behind it.
#[derive(Debug)]
struct Account {
    most: u64,
    cutoff: Cutoff,
    /// Bytes of all transfers that were started.
    promised: AtomicU64,
    /// Bytes that have moved, also in vain.
    moved: AtomicU64,
    /// Something was to move that may not.
    refused: AtomicBool,
}

impl Spending {
    /// Makes the count of a copy.
    #[must_use]
    pub fn new(budget: &Budget) -> Self {
        let account = |most| Account {
            most,
            cutoff: budget.cutoff,
            promised: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            refused: AtomicBool::new(false),
        };
        Self(budget.bytes.map(|most| Arc::new(account(most))))
    }

    /// Returns whether a transfer of so many bytes may start, and counts it if so.
    ///
    /// None starts once those that were started will reach the budget by themselves: however many move at once, only the
    /// last of them goes beyond it. Cautious is as rclone is: one that would just reach it does not start either.
    /// Source: rclone `fs/operations/copy.go`, `checkLimits`.
    #[must_use]
    pub fn start(&self, size: u64) -> bool {
        let Some(account) = &self.0 else { return true };
        let promised = account.promised.load(Ordering::Relaxed);
        let counted = match account.cutoff {
            Cutoff::Hard | Cutoff::Soft => promised,
            Cutoff::Cautious => promised.saturating_add(size),
        };
        if counted >= account.most {
            account.refused.store(true, Ordering::Relaxed);
            return false;
        }
        account.promised.fetch_add(size, Ordering::Relaxed);
        true
    }

    /// Returns when so many bytes may move: at once, or never, once the budget of a hard cutoff is spent.
    pub(crate) async fn take(&self, bytes: usize) {
        let Some(account) = &self.0 else { return };
        let moved = account.moved.fetch_add(bytes as u64, Ordering::Relaxed).saturating_add(bytes as u64);
        if account.cutoff == Cutoff::Hard && moved > account.most {
            account.refused.store(true, Ordering::Relaxed);
            std::future::pending::<()>().await;
        }
    }

    /// Returns whether something was to start, or to move, that the budget has no room for.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.0.as_ref().is_some_and(|account| account.refused.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn spending(bytes: u64, cutoff: Cutoff) -> Spending {
        Spending::new(&Budget { bytes: Some(bytes), time: None, cutoff })
    }

    #[test]
    fn nothing_starts_once_the_budget_is_promised() {
        for (cutoff, started) in [(Cutoff::Hard, 3), (Cutoff::Soft, 3), (Cutoff::Cautious, 2)] {
            let spending = spending(25, cutoff);
            let count = (0..9).take_while(|_| spending.start(10)).count();
            assert_eq!(count, started, "{cutoff:?}");
            assert!(spending.is_exceeded());
        }
        let none = Spending::default();
        assert!((0..9).all(|_| none.start(u64::MAX)) && !none.is_exceeded());
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
