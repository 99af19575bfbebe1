//! What runs beside the worker's loop: jobs that return a [`Done`], and the [`News`] that they send before that. Every
//! part of the worker starts its network and disk work here and gets the result back in the loop. A job never touches
//! the worker's state, and never ends without a word: one that breaks down (a panic, a fault of ours) brings what was
//! said for that case when it was started, so that nobody waits for it for ever.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::account::AccountDone;
use super::changes::ChangeDone;
use super::copying::CopyDone;
use super::deletion::Weighed;
use super::editing::EditDone;
use super::panes::ViewDone;
use super::renames::RenamesDone;
use super::reviewing::ReviewDone;
use super::signs::PairRead;
use super::transfers::Moved;
use super::undoing::UndoDone;
use super::unfinished::Found;
use super::usage::Scanned;
use super::viewing::ContentDone;
use super::visiting::Visited;
use crate::api::wait::Wait;
use crate::entry::Entry;
use crate::message::{
    Bookmark, ContentEvent, ContentId, CopyId, EditId, Finding, Hit, KeptScreen, MeasureId, Measured, Offers,
    Problem, SearchId, SearchProgress, SharingEvent, TransferId, UsageId, UsageSheet,
};
use crate::session::Stretch;
use crate::tree::Glimpse;

/// What a finished job brings.
pub(crate) enum Done {
    /// Nothing: it was left when the worker ended, or nothing waits for it.
    Abandoned,
    /// It broke down, and nothing but the user waits for it.
    Broken(Problem),
    /// Something about a view.
    View(ViewDone),
    /// A public link was opened for a view.
    Visited(Box<Visited>),
    /// Something about an account, by name.
    Account(String, AccountDone),
    /// Something was changed.
    Change(ChangeDone),
    /// What may be deleted was counted.
    Weighed(Weighed),
    /// Names were written for the user's editor, or read.
    Renames(RenamesDone),
    /// Something was taken back, or done again.
    Undo(UndoDone),
    /// Something for a copy.
    Copy(CopyId, CopyDone),
    /// Something about a file that is looked into.
    Content(ContentId, ContentDone),
    /// Something about a file that a program works on.
    Edit(EditId, EditDone),
    /// Something for the duplicates review.
    Review(ReviewDone),
    /// Something about who sees what, to be told as it is.
    Sharing(SharingEvent),
    /// Machine and account were looked at.
    Examined(Vec<Finding>),
    /// A transfer has ended.
    Moved(TransferId, Moved),
    /// What the last screen showed was read.
    Screen(Option<KeptScreen>),
    /// Two folders that are compared were read.
    PairRead(PairRead),
    /// The bookmarks were read, or changed.
    Bookmarks(Result<Vec<Bookmark>, Problem>),
    /// What a typed path may become was worked out, for this number.
    Offers(u64, Offers),
    /// A large folder whose usage is looked at was added up.
    UsageAdded(Box<UsageSheet>),
    /// The entries of a folder whose usage is looked at were read.
    UsageListed(UsageId, Result<Vec<Entry>, Problem>),
    /// What earlier runs left was looked for.
    Unfinished(Found),
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
    /// What has come of an account whose file list is on its way.
    Glimpse {
        /// The account.
        account: String,
        /// Which attempt to open it this is of.
        attempt: u64,
        /// What.
        glimpse: Glimpse,
    },
    /// Something happened in an account.
    Stretch {
        /// The account.
        account: String,
        /// Which attempt to open it the session is of.
        attempt: u64,
        /// What.
        stretch: Box<Stretch>,
    },
    /// A search over the disk has found something.
    Hits {
        /// Which.
        search: SearchId,
        /// What it found since it told last.
        hits: Vec<Hit>,
        /// How far it is.
        progress: SearchProgress,
    },
    /// What folders of the disk come to so far.
    Scanned(Scanned),
    /// How far a search in a file is.
    Content(ContentId, ContentEvent),
    /// How many bytes of a file that a program is to work on are there.
    Edit(EditId, u64),
    /// How many bytes of a content that is read to prove it are there.
    Proving(u64),
    /// Which file of the disk is read to prove contents by it.
    ProvingBy(String),
    /// What chosen entries come to so far.
    Measured(MeasureId, Measured),
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

    /// Starts a job that may be left at any point when the worker ends. If it breaks down it brings `broken`.
    pub(crate) fn start(&mut self, broken: Done, job: impl Future<Output = Done> + Send + 'static) {
        let (stop, job) = (self.stop.clone(), to_its_end(broken, job));
        self.set.spawn(async move { stop.run_until_cancelled(job).await.unwrap_or(Done::Abandoned) });
    }

    /// Starts blocking work that may be left when the worker ends. If it breaks down it brings `broken`.
    pub(crate) fn start_blocking(&mut self, broken: Done, work: impl FnOnce() -> Done + Send + 'static) {
        self.start(broken, blocking(work));
    }

    /// Starts a job that is waited for when the worker ends. If it breaks down it brings `broken`.
    pub(crate) fn start_kept(&mut self, broken: Done, job: impl Future<Output = Done> + Send + 'static) {
        self.set.spawn(to_its_end(broken, job));
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

/// Runs work that blocks off the async threads. Its panic is the caller's.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Err(_stopped) => std::future::pending().await, // the runtime is going, and nobody waits any more
    }
}

async fn to_its_end(broken: Done, job: impl Future<Output = Done>) -> Done {
    // What the job alone had is dropped, and what it shares is locks that outlive a panic.
    match AssertUnwindSafe(job).catch_unwind().await {
        Ok(done) => done,
        Err(_reported_by_the_panic_hook) => {
            tracing::error!("a job broke down");
            broken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::problem;

    fn broken() -> Done {
        Done::Broken(problem::broke_down("try it"))
    }

    async fn is_told(jobs: &mut Jobs) -> bool {
        matches!(jobs.next().await, Ok(Done::Broken(problem)) if problem.message.contains("try it"))
    }

    #[tokio::test]
    async fn a_job_that_breaks_down_brings_what_was_said_for_that_case() {
        let (mut jobs, _news) = Jobs::new();
        jobs.start(broken(), async { panic!("on purpose") });
        assert!(is_told(&mut jobs).await);
        jobs.start_kept(broken(), async { panic!("on purpose") });
        assert!(is_told(&mut jobs).await);
        jobs.start_blocking(broken(), || panic!("on purpose"));
        assert!(is_told(&mut jobs).await);
        jobs.start_kept(broken(), async { blocking(|| panic!("on purpose")).await });
        assert!(is_told(&mut jobs).await);
        assert!(jobs.is_empty());
    }

    #[tokio::test]
    async fn a_job_that_is_left_brings_nothing() {
        let (mut jobs, _news) = Jobs::new();
        jobs.start(broken(), std::future::pending());
        jobs.stop();
        assert!(matches!(jobs.next().await, Ok(Done::Abandoned)));
    }
}
