//! [`Jobs`]: the requests of one transfer that run at the same time, and the sign that says why none does. Both movers
//! are loops around it. Dropping it ends all requests and takes the sign down.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::progress::Progress;
use crate::api::client::Client;
use crate::api::wait::{Wait, WaitSink};

/// Running requests; each ends in a `T`.
pub(crate) struct Jobs<T> {
    running: JoinSet<T>,
    sign: WaitSign,
    retry_now: Arc<Notify>,
}

/// What a mover's loop goes round for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<T> {
    /// A request has ended.
    Ended(T),
    /// The wait is over, or nothing runs and nothing is waited for.
    Due,
    /// The user does not want to wait: whatever is waited for is to be tried at once.
    RetryNow,
}

impl<T: Send + 'static> Jobs<T> {
    /// Makes an empty set that shows waits on `progress`, and tells them where `client` does; its signal ends them.
    pub(crate) fn new(progress: Arc<Progress>, client: &Client) -> Self {
        Self::with(progress, Arc::clone(client.waits()), Arc::clone(client.retry_signal()))
    }

    fn with(progress: Arc<Progress>, sink: WaitSink, retry_now: Arc<Notify>) -> Self {
        Self { running: JoinSet::new(), sign: WaitSign { progress, sink, shown: None }, retry_now }
    }

    /// Returns how many run.
    pub(crate) fn count(&self) -> usize {
        self.running.len()
    }

    /// Starts one.
    pub(crate) fn start(&mut self, job: impl Future<Output = T> + Send + 'static) {
        self.running.spawn(job);
    }

    /// Ends all, and returns when none counts progress any more.
    pub(crate) async fn stop(&mut self) {
        self.running.shutdown().await;
    }

    /// Waits for all to end by themselves: they know that they are cancelled. What they bring, nobody takes.
    pub(crate) async fn wind_up(&mut self) {
        while self.running.join_next().await.is_some() {}
    }

    /// Returns when a request ends, or when `wait` does.
    pub(crate) async fn next(&mut self, wait: Option<Wait>) -> Turn<T> {
        self.sign.show(wait);
        if self.running.is_empty() && wait.is_none() {
            return Turn::Due;
        }
        let wait_ends = async {
            match wait.and_then(|wait| wait.until) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(ended) = self.running.join_next() => match ended {
                Ok(ended) => Turn::Ended(ended),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_aborted) => Turn::Due, // only when the runtime shuts down
            },
            () = wait_ends => Turn::Due,
            () = self.retry_now.notified(), if wait.is_some() => Turn::RetryNow,
        }
    }
}

/// Tells why nothing moves, and that it moves again.
struct WaitSign {
    progress: Arc<Progress>,
    sink: WaitSink,
    shown: Option<Wait>,
}

impl WaitSign {
    /// Shows a wait that is worth showing, or takes the last one down.
    fn show(&mut self, wait: Option<Wait>) {
        let now = Instant::now();
        let is_long =
            |wait: &Wait| wait.until.is_none_or(|until| until.duration_since(now) >= SHORTEST_SHOWN);
        let still_shown = wait.filter(|wait| self.shown == Some(*wait));
        let shown = still_shown.or_else(|| wait.filter(is_long));
        if shown != self.shown {
            self.shown = shown;
            self.progress.set_wait(shown);
            (self.sink)(shown);
        }
    }
}

impl Drop for WaitSign {
    fn drop(&mut self) {
        self.show(None);
    }
}

/// Shorter waits would only flicker.
const SHORTEST_SHOWN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wait::Reason;
    use std::sync::Mutex;

    fn wait(seconds: u64) -> Wait {
        Wait { reason: Reason::ServerBusy, until: Some(Instant::now() + Duration::from_secs(seconds)) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_shown_while_it_lasts_and_taken_down() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let progress = Arc::new(Progress::default());
        let sink: WaitSink = {
            let told = Arc::clone(&told);
            Arc::new(move |wait| told.lock().unwrap().push(wait.is_some()))
        };
        let mut jobs: Jobs<()> = Jobs::with(Arc::clone(&progress), sink, Arc::default());
        let start = Instant::now();
        assert_eq!(jobs.next(Some(wait(60))).await, Turn::Due);
        assert_eq!(start.elapsed().as_secs(), 60);
        assert!(progress.wait().is_some());
        jobs.start(async {});
        assert_eq!(jobs.next(None).await, Turn::Ended(()));
        assert!(progress.wait().is_none());
        jobs.next(Some(wait(5))).await;
        drop(jobs);
        assert!(progress.wait().is_none());
        assert_eq!(*told.lock().unwrap(), [true, false, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_still_runs_ends_during_a_wait() {
        let mut jobs: Jobs<u32> = Jobs::with(Arc::default(), Arc::new(|_| {}), Arc::default());
        jobs.start(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            7
        });
        assert_eq!(jobs.next(Some(wait(60))).await, Turn::Ended(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_once_when_the_user_wants_it_so() {
        let retry_now = Arc::new(Notify::new());
        let mut jobs: Jobs<()> = Jobs::with(Arc::default(), Arc::new(|_| {}), Arc::clone(&retry_now));
        let start = Instant::now();
        let impatient = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            retry_now.notify_waiters();
        };
        let (turn, ()) = tokio::join!(jobs.next(Some(wait(3600))), impatient);
        assert_eq!((turn, start.elapsed().as_secs()), (Turn::RetryNow, 5));
    }
}
