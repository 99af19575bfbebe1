//! What the user does to transfers: cancel, pause, resume, retry, reorder, clear. Part of the queue's machine, called by the
//! worker, which stops the runs that [`Acted`] names. Nothing is stopped here: a running one keeps its place until the
//! worker says that its run has ended.

use super::transfer::{Phase, Stopped, Transfer};
use super::{Activity, Queue};
use crate::message::{CopyId, TransferAction, TransferId, TransferState};

/// What an action has to be followed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acted {
    /// Running ones that must be stopped; [`Queue::ended`] is to follow for each.
    pub stop: Vec<TransferId>,
    /// Ones that will not run any more.
    pub cancelled: Vec<TransferId>,
    /// Failed or cancelled ones that will run again.
    pub again: Vec<TransferId>,
    /// Ones that are off the list.
    pub removed: Vec<TransferId>,
}

impl Queue {
    /// Does what the user asks for.
    pub fn act(&mut self, action: &TransferAction) -> Acted {
        let mut acted = Acted::default();
        match action {
            TransferAction::Cancel(id) => self.cancel(*id, &mut acted),
            TransferAction::CancelAll => self.each(Self::cancel, &mut acted),
            TransferAction::Pause(id) => self.pause(*id, &mut acted),
            TransferAction::PauseAll => {
                self.held = true;
                self.each(Self::pause, &mut acted);
            }
            TransferAction::Resume(id) => self.resume(*id),
            TransferAction::ResumeAll => {
                self.held = false;
                self.each(|queue, id, _| queue.resume(id), &mut acted);
            }
            TransferAction::Retry(id) => self.retry(*id, &mut acted),
            TransferAction::RetryFailed => self.each(Self::retry_failed, &mut acted),
            TransferAction::Reorder(id, reorder) => self.reorder(*id, *reorder),
            TransferAction::ClearEnded => {
                self.forget_done();
                self.each(Self::clear, &mut acted);
            }
            TransferAction::Limit(limit) => self.limit = *limit,
        }
        acted
    }

    /// Forgets why transfers must not start yet: all that may run are tried at once.
    pub fn retry_now(&mut self) {
        self.no_downloads = None;
    }

    /// Stops all transfers of a copy that have not ended.
    pub fn cancel_copy(&mut self, copy: CopyId) -> Acted {
        self.cancel_those(|transfer| transfer.new.copy == copy)
    }

    /// Stops all transfers of a copy that have not begun; those that run go on to their end.
    pub fn cancel_waiting(&mut self, copy: CopyId) -> Acted {
        let waits = |transfer: &Transfer| matches!(transfer.phase, Phase::Queued | Phase::Paused);
        self.cancel_those(|transfer| transfer.new.copy == copy && waits(transfer))
    }

    fn cancel_those(&mut self, chosen: impl Fn(&Transfer) -> bool) -> Acted {
        let mut acted = Acted::default();
        let chosen = self.transfers.iter().filter(|(_, transfer)| chosen(transfer));
        for id in chosen.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.cancel(id, &mut acted);
        }
        acted
    }

    fn cancel(&mut self, id: TransferId, acted: &mut Acted) {
        match self.phase(id) {
            Some(Phase::Queued | Phase::Paused) => {
                self.set(id, Phase::Ended(TransferState::Cancelled));
                acted.cancelled.push(id);
            }
            Some(Phase::Running(_)) => {
                self.set(id, Phase::Stopping(Stopped::Cancelled));
                acted.stop.push(id);
            }
            Some(Phase::Stopping(_)) => self.set(id, Phase::Stopping(Stopped::Cancelled)),
            Some(Phase::Ended(_)) | None => {}
        }
    }

    fn pause(&mut self, id: TransferId, acted: &mut Acted) {
        match self.phase(id) {
            Some(Phase::Queued) => self.set(id, Phase::Paused),
            Some(Phase::Running(Activity::Moving | Activity::Waiting(..))) => {
                self.set(id, Phase::Stopping(Stopped::Paused));
                acted.stop.push(id);
            }
            Some(Phase::Stopping(Stopped::Queued)) => self.set(id, Phase::Stopping(Stopped::Paused)),
            // One that is being put in place ends in a moment: stopping it would only do the work twice.
            Some(
                Phase::Running(Activity::Finishing)
                | Phase::Stopping(Stopped::Paused | Stopped::Cancelled)
                | Phase::Paused
                | Phase::Ended(_),
            )
            | None => {}
        }
    }

    fn resume(&mut self, id: TransferId) {
        match self.phase(id) {
            Some(Phase::Paused) => self.set(id, Phase::Queued),
            Some(Phase::Stopping(Stopped::Paused)) => self.set(id, Phase::Stopping(Stopped::Queued)),
            Some(
                Phase::Queued
                | Phase::Running(_)
                | Phase::Stopping(Stopped::Queued | Stopped::Cancelled)
                | Phase::Ended(_),
            )
            | None => {}
        }
    }

    fn retry(&mut self, id: TransferId, acted: &mut Acted) {
        if let Some(Phase::Ended(TransferState::Failed(_) | TransferState::Cancelled)) = self.phase(id) {
            self.go_back(id, Phase::Queued);
            acted.again.push(id);
        }
    }

    fn retry_failed(&mut self, id: TransferId, acted: &mut Acted) {
        if let Some(Phase::Ended(TransferState::Failed(_))) = self.phase(id) {
            self.retry(id, acted);
        }
    }

    fn clear(&mut self, id: TransferId, acted: &mut Acted) {
        if let Some(Phase::Ended(_)) = self.phase(id)
            && let Some(transfer) = self.take_off(id)
        {
            self.sums.subtract(transfer.sums());
            acted.removed.push(id);
        }
    }

    /// Takes one off the list; in the sums it stays.
    pub(super) fn take_off(&mut self, id: TransferId) -> Option<Transfer> {
        let transfer = self.transfers.remove(&id)?;
        self.order.remove(&transfer.rank);
        self.changed.remove(&id);
        self.removed.push(id);
        Some(transfer)
    }

    fn each(&mut self, act: fn(&mut Self, TransferId, &mut Acted), acted: &mut Acted) {
        for id in self.transfers.keys().copied().collect::<Vec<_>>() {
            act(self, id, acted);
        }
    }
}
