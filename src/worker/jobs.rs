//! What runs beside the worker's loop: jobs that return a [`Done`], and the [`News`] that they send before that.

use std::future::Future;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::account::AccountDone;
use super::changes::ChangeDone;
use super::copying::CopyDone;
use super::panes::ViewDone;
use super::transfers::Moved;
use crate::api::wait::Wait;
use crate::message::{CopyId, TransferId};

/// What a finished job brings.
pub(crate) enum Done {
    /// Nothing: it was left when the worker ended.
    Abandoned,
    /// Something about a view.
    View(ViewDone),
    /// Something about an account, by name.
    Account(String, AccountDone),
    /// Something was changed.
    Change(ChangeDone),
    /// Something for a copy.
    Copy(CopyId, CopyDone),
    /// A transfer has ended.
    Moved(TransferId, Moved),
}

/// What a job tells while it runs.
pub(crate) enum News {
    /// How far the file list of an account is.
    Loading {
        /// The account.
        account: String,
        /// Bytes so far.
        received: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// An account's requests wait, or go on again.
    Wait {
        /// The account.
        account: String,
        /// Why and until when.
        wait: Option<Wait>,
    },
}

/// The jobs of a worker.
pub(crate) struct Jobs {
    set: JoinSet<Done>,
    news: UnboundedSender<News>,
    stop: CancellationToken,
}

impl Jobs {
    /// Makes an empty set, and the end where its news arrive. That channel is unbounded, but what is sent is small
    /// and sent a few times a second at most.
    pub(crate) fn new() -> (Self, UnboundedReceiver<News>) {
        let (news, arriving) = mpsc::unbounded_channel();
        (Self { set: JoinSet::new(), news, stop: CancellationToken::new() }, arriving)
    }

    /// Starts a job that may be left at any point when the worker ends.
    pub(crate) fn start(&mut self, job: impl Future<Output = Done> + Send + 'static) {
        let stop = self.stop.clone();
        self.set.spawn(async move { stop.run_until_cancelled(job).await.unwrap_or(Done::Abandoned) });
    }

    /// Starts blocking work that may be left when the worker ends.
    pub(crate) fn start_blocking(&mut self, work: impl FnOnce() -> Done + Send + 'static) {
        self.start(async move { tokio::task::spawn_blocking(work).await.unwrap_or(Done::Abandoned) });
    }

    /// Starts a job that is waited for when the worker ends.
    pub(crate) fn start_kept(&mut self, job: impl Future<Output = Done> + Send + 'static) {
        self.set.spawn(job);
    }

    /// Returns the way to send news.
    pub(crate) fn news(&self) -> UnboundedSender<News> {
        self.news.clone()
    }

    /// Waits for the next job that ends; never where there is none.
    pub(crate) async fn next(&mut self) -> Result<Done, JoinError> {
        match self.set.join_next().await {
            Some(done) => done,
            None => std::future::pending().await,
        }
    }

    /// Leaves all jobs that may be left.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Ends all jobs at once.
    pub(crate) fn abort(&mut self) {
        self.set.abort_all();
    }

    /// Returns whether no job runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}
