//! What happened in an account, taken into its tree: little of it in the loop, much of it by a job, into a tree that shares
//! with the account's whatever does not change ([`Taking`]). What happens behind that waits meanwhile; what our own
//! commands do is seen at once, and told to the new tree again.

use std::sync::Arc;

use super::account::AccountDone;
use super::actor::Actor;
use super::jobs::Done;
use crate::handle::NodeHandle;
use crate::session::Stretch;
use crate::tree::{OwnUpdate, Tree};

/// A stretch that a job takes in, and what has come since.
#[derive(Default)]
pub(super) struct Taking {
    /// Which of the account's: the result of another one is dropped.
    number: u64,
    /// What our own commands did.
    pub(super) own: Vec<OwnUpdate>,
    /// What happened behind it.
    waiting: Waiting,
}

/// What happened behind a stretch that is being taken in. Where that is too much, it is asked for again afterwards.
#[derive(Default)]
struct Waiting {
    stretches: Vec<Stretch>,
    is_too_much: bool,
}

impl Waiting {
    fn hold(&mut self, stretch: Stretch) {
        self.is_too_much |= self.stretches.len() == MOST_WAITING;
        if self.is_too_much {
            self.stretches = Vec::new();
        } else {
            self.stretches.push(stretch);
        }
    }
}

/// A stretch that a job has taken in.
pub(crate) struct Taken {
    number: u64,
    /// The tree that has it; `None` where the job broke down.
    tree: Option<Arc<Tree>>,
    facts: Facts,
}

/// What there is to know of a stretch once it is in the tree.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    /// It is not all our own, which was shown before.
    pub(super) is_news: bool,
    pub(super) changes_quota: bool,
    pub(super) packet_count: usize,
}

impl Actor {
    /// Takes into an account what happened there.
    pub(super) fn take_stretch(&mut self, name: &str, attempt: u64, stretch: Stretch) {
        let Some(account) = self.accounts.get_mut(name).filter(|account| account.attempt() == attempt) else {
            return;
        };
        if let Some(taking) = &mut account.following.taking {
            return taking.waiting.hold(stretch);
        }
        let (Some(session), Some(tree)) = (&account.session, &mut account.tree) else { return };
        if stretch.begins_at(tree.sequence()) {
            let facts = Facts {
                is_news: !stretch.is_empty() && !stretch.is_of(|cause| account.following.is_own(cause)),
                changes_quota: stretch.changes_quota(),
                packet_count: stretch.len(),
            };
            if stretch.node_count(tree) > MUCH {
                return self.take_beside(name, stretch, facts);
            }
            let touched: Vec<NodeHandle> = stretch.touched().collect();
            session.take(Arc::make_mut(tree), stretch);
            account.names.touch(tree, &touched);
            return self.stretch_taken(name, facts);
        }
        let (is_known, changes_quota) = (stretch.ends_at(tree.sequence()), stretch.changes_quota());
        if !is_known {
            // The user asked for news meanwhile, and these overlap with them: what comes next would begin at a place
            // that the tree never sees.
            self.follow_account(name);
        }
        if changes_quota {
            self.ask_quota(name);
        }
    }

    /// Takes much in, while the account shows what it was.
    fn take_beside(&mut self, name: &str, stretch: Stretch, facts: Facts) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let (Some(session), Some(mut tree)) = (account.session.clone(), account.tree.clone()) else { return };
        let attempt = account.attempt();
        let number = account.following.next_taking();
        account.following.taking = Some(Taking { number, ..Taking::default() });
        let name = name.to_owned();
        let done = move |tree| {
            let taken = Taken { number, tree, facts };
            Done::Account(name, AccountDone::Taken(attempt, taken))
        };
        self.jobs.start_blocking(done.clone()(None), move || {
            session.take(Arc::make_mut(&mut tree), stretch);
            done(Some(tree))
        });
    }

    /// Takes the tree into which a job has put what happened.
    pub(super) fn taken(&mut self, name: &str, taken: Taken) {
        let Some(account) = self.accounts.get_mut(name) else { return };
        let Taken { number, tree, facts } = taken;
        let is_awaited = |taking: &mut Taking| taking.number == number;
        let Some(Taking { own, waiting, .. }) = account.following.taking.take_if(is_awaited) else { return };
        let Some(tree) = tree else { return self.list_account(name) };
        let (left, count, attempt) = (account.tree.replace(tree), account.node_count(), account.attempt());
        account.names.forget();
        account.take_answers(own);
        self.let_go(left, count);
        self.stretch_taken(name, facts);
        for stretch in waiting.stretches {
            self.take_stretch(name, attempt, stretch);
        }
        if waiting.is_too_much {
            self.follow_account(name);
        }
    }
}

/// News of more nodes are taken in beside the loop.
const MUCH: u64 = 2_000;

/// So many stretches wait while another is taken in: more than come in the seconds that this takes, unless somebody changes
/// much without a pause.
const MOST_WAITING: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded_and_asked_for_again_where_it_was_too_much() {
        let mut waiting = Waiting::default();
        for _ in 0..MOST_WAITING {
            waiting.hold(Stretch::between("a", "b"));
        }
        assert_eq!((waiting.stretches.len(), waiting.is_too_much), (MOST_WAITING, false));
        for _ in 0..2 {
            waiting.hold(Stretch::between("b", "c"));
            assert_eq!(
                (waiting.stretches.len(), waiting.is_too_much),
                (0, true),
                "none without those before"
            );
        }
    }
}
