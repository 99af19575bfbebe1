//! [`Jobs`]: the requests of one transfer that run at the same time, and the sign that says why none does. Both movers
//! are loops around it. Dropping it ends all requests and takes the sign down.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::progress::Progress;
use crate::api::wait::{Wait, WaitSink};

/// Running requests; each ends in a `T`.
pub(crate) struct Jobs<T> {
    running: JoinSet<T>,
    sign: WaitSign,
}

impl<T: Send + 'static> Jobs<T> {
    /// Makes an empty set that shows waits on `progress` and tells them to `sink`.
    pub(crate) fn new(progress: Arc<Progress>, sink: WaitSink) -> Self {
        Self { running: JoinSet::new(), sign: WaitSign { progress, sink, shown: None } }
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

    /// Returns the next that ends, or nothing when `wait` ends first or nothing runs.
    pub(crate) async fn next(&mut self, wait: Option<Wait>) -> Option<T> {
        self.sign.show(wait);
        let wait_ends = async {
            match wait.and_then(|wait| wait.until) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        if self.running.is_empty() {
            if wait.is_some() {
                wait_ends.await;
            }
            return None;
        }
        tokio::select! {
            Some(ended) = self.running.join_next() => match ended {
                Ok(ended) => Some(ended),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_aborted) => None, // only when the runtime shuts down
            },
            () = wait_ends => None,
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
        let mut jobs: Jobs<()> = Jobs::new(Arc::clone(&progress), sink);
        let start = Instant::now();
        assert_eq!(jobs.next(Some(wait(60))).await, None);
        assert_eq!(start.elapsed().as_secs(), 60);
        assert!(progress.wait().is_some());
        jobs.start(async {});
        assert_eq!(jobs.next(None).await, Some(()));
        assert!(progress.wait().is_none());
        jobs.next(Some(wait(5))).await;
        drop(jobs);
        assert!(progress.wait().is_none());
        assert_eq!(*told.lock().unwrap(), [true, false, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_still_runs_ends_during_a_wait() {
        let mut jobs: Jobs<u32> = Jobs::new(Arc::default(), Arc::new(|_| {}));
        jobs.start(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            7
        });
        assert_eq!(jobs.next(Some(wait(60))).await, Some(7));
    }
}
