//! What becomes of loans that are not ended by who began them ([`Loans`]): those of killed processes end at the next start,
//! all of them before an account is left, and a link that the user takes into use is no loan any more. The worker and the
//! command line call it; what a loan is stands in `lend`. It forgets a note only where the link is proved to be gone.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::lend::{forget, remove_link, still_there};
use crate::api::error::ApiError;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::loans::{LoanNote, LoanNotes};
use crate::tree::OwnUpdate;

/// The loans of an account: where they are noted, and which are under way in this process. Clone is cheap.
#[derive(Clone, Default)]
pub(in crate::session) struct Loans {
    notes: LoanNotes,
    /// Read by each loan for as long as it lasts, written by who waits for their end.
    under_way: Arc<RwLock<()>>,
}

impl Loans {
    pub(super) const fn notes(&self) -> &LoanNotes {
        &self.notes
    }

    pub(super) async fn begin_one(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.under_way).read_owned().await
    }
}

impl Session {
    /// Notes there from now on what the account lends.
    #[must_use]
    pub fn noting_loans(mut self, notes: LoanNotes) -> Self {
        self.loans.notes = notes;
        self
    }

    /// Ends the loans of this account whose processes were killed: removes their links, and returns what that does to the
    /// tree. What cannot be removed now keeps its note for the next time.
    pub async fn end_left_loans(&self) -> Vec<OwnUpdate> {
        let mut updates = Vec::new();
        for note in self.left_loans().await {
            let Some(note) = still_there(note).await else { continue };
            let file = note.lent().file;
            match remove_link(self, file).await {
                Ok(update) => {
                    tracing::info!(%file, "removed the link of a copy that was cut off");
                    updates.push(update);
                    forget(Some(note)).await;
                }
                // Only "not found" says that there is no link: whatever else is refused may pass.
                Err(error @ ApiError::Refused { .. }) => {
                    tracing::warn!(%file, %error, "the link of a copy that was cut off stays for now");
                }
                Err(error) => {
                    tracing::warn!(%error, "links of copies that were cut off stay for now");
                    break;
                }
            }
        }
        updates
    }

    /// Ends all loans of this account that can be ended, before its session does: waits some seconds for those that are
    /// under way in this process. What other processes lend, and what the server keeps, still has its note then.
    pub async fn end_all_loans(&self) {
        let _none_begins = timeout(LONGEST_LOAN, self.loans.under_way.write()).await;
        self.end_left_loans().await;
    }

    /// The user takes the link of a file into use: it stays, also where a loan made it. `Err` where that cannot be noted.
    pub async fn hand_out_link(&self, file: NodeHandle) -> io::Result<()> {
        let notes = self.loans.notes.clone();
        spawn_blocking(move || notes.forget(file)).await.map_err(io::Error::other).flatten()
    }

    /// The link of a node was made, changed or removed by the user: it is no loan any more.
    pub(super) async fn no_loan_any_more(&self, node: NodeHandle) {
        if let Err(error) = self.hand_out_link(node).await {
            tracing::warn!(%node, %error, "cannot remove the note of a loan");
        }
    }

    /// Takes the notes of loans that nobody will end any more. Those of another account that had its name stay.
    async fn left_loans(&self) -> Vec<LoanNote> {
        let notes = self.loans.notes.clone();
        let left = spawn_blocking(move || notes.take_left()).await.map_err(io::Error::other).flatten();
        let mut left = left.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot look for loans that were left");
            Vec::new()
        });
        left.retain(|note| note.lent().owner.is_none_or(|owner| owner == self.user()));
        left
    }
}

/// How long the end of loans that are under way is waited for: a copy of one file by the server takes a second or two.
const LONGEST_LOAN: Duration = Duration::from_secs(10);
