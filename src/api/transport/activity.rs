//! [`Activity`]: whether the body of a request moves, for transports that give up on a silent line. A body that has
//! nothing to give for a while (it may be held back by a speed limit) is no fault of the line.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::{Instant, sleep_until};

/// What a request's body does. Clones watch the same body.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Mutex<Waiting>>);

/// Who keeps the bytes waiting.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    /// The line, or the server's answer, since then.
    ForLine(Instant),
    /// The body: the line would take more.
    ForBody,
}

impl Default for Activity {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting::ForLine(Instant::now()))))
    }
}

impl Activity {
    /// Passes pieces of a body on and notes when the line takes one, and when there is none to take.
    pub(crate) fn watch(
        &self,
        mut pieces: BoxStream<'static, io::Result<Bytes>>,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let activity = self.clone();
        let watched = stream::poll_fn(move |context| {
            let polled = pieces.poll_next_unpin(context);
            *activity.lock() = match &polled {
                Poll::Pending => Waiting::ForBody,
                Poll::Ready(_) => Waiting::ForLine(Instant::now()),
            };
            polled
        });
        watched.boxed()
    }

    /// Ends when the line has moved nothing for `limit`, though there was something.
    pub(crate) async fn idle_for(&self, limit: Duration) {
        loop {
            let due = match *self.lock() {
                Waiting::ForLine(since) => since + limit,
                Waiting::ForBody => Instant::now() + limit,
            };
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    const LIMIT: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_line_that_takes_nothing_is_idle_and_a_slow_body_is_not() {
        let (activity, start) = (Activity::default(), Instant::now());
        activity.idle_for(LIMIT).await;
        assert_eq!(start.elapsed(), LIMIT, "nobody asks for the body");

        let activity = Activity::default();
        let slow = stream::once(async {
            sleep(10 * LIMIT).await;
            Ok(Bytes::from_static(b"late"))
        });
        let mut body = activity.watch(slow.boxed());
        let start = Instant::now();
        let reading = async {
            while let Some(piece) = body.next().await {
                piece.unwrap();
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = activity.idle_for(LIMIT) => {}
            () = reading => {}
        }
        assert_eq!(start.elapsed(), 11 * LIMIT, "the clock runs once the body has ended");
    }
}
