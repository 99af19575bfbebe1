//! Copies that may move only so much, or take only so long: here they are held to it. How much has moved is counted by
//! `transfer::spending`, what a copy that is cut short still does is its plan's to decide.

use tokio::time::Instant;

use super::actor::Actor;
use super::copying::Copy;
use crate::message::{CopyId, Cutoff, Problem, ProblemKind, TransferId};

impl Actor {
    /// Returns whether a transfer may start; cuts its copy short if not.
    pub(super) fn may_move(&mut self, id: TransferId) -> bool {
        let Some(moving) = self.moving.get_mut(&id) else { return true };
        let need = moving.need();
        if moving.limits.spending.start(need) {
            return true;
        }
        let copy = moving.copy;
        self.cut_short(copy, enough_moved());
        false
    }

    /// Cuts copies short that have spent what they may.
    pub(super) fn check_budgets(&mut self) {
        let now = Instant::now();
        let spent = |copy: &Copy| match copy {
            copy if copy.plan.is_stopped() => None,
            copy if copy.limits.spending.is_exceeded() => Some(enough_moved()),
            copy if copy.ends_at.is_some_and(|at| at <= now) => Some(long_enough()),
            _ => None,
        };
        let spent: Vec<(CopyId, Problem)> =
            self.copies.iter().filter_map(|(id, copy)| Some((*id, spent(copy)?))).collect();
        for (id, problem) in spent {
            self.cut_short(id, problem);
        }
    }

    /// Returns when a copy has taken as long as it may.
    pub(super) fn budget_ends(&self) -> Option<Instant> {
        let going_on = self.copies.values().filter(|copy| !copy.plan.is_stopped());
        going_on.filter_map(|copy| copy.ends_at).min()
    }

    fn cut_short(&mut self, id: CopyId, problem: Problem) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.plan.cut_short(problem);
        copy.question = None;
        let acted = match copy.cutoff {
            Cutoff::Hard => self.queue.cancel_copy(id),
            Cutoff::Soft | Cutoff::Cautious => self.queue.cancel_waiting(id),
        };
        self.follow_up(&acted);
        self.drive_backup(id);
        self.drive_copy(id);
    }
}

fn enough_moved() -> Problem {
    let message = "Stopped: as much has moved as --max-transfer allows";
    Problem::new(ProblemKind::TransferLimit, message, GO_ON)
}

fn long_enough() -> Problem {
    let message = "Stopped: it has taken as long as --max-duration allows";
    Problem::new(ProblemKind::TimeLimit, message, GO_ON)
}

const GO_ON: &str = "The same command goes on from here.";
