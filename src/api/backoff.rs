//! How long to wait before the next attempt: [`Backoff`] counts, [`Patience`] waits, tells of it, and gives up.
//! Used by the client for whole batches and for single commands. It does not know what is retried.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::error::Pace;
use super::wait::{Reason, Wait, WaitSink};
use crate::crypto::key::random;

/// Delays that double, up to a cap; each is lengthened by up to a half so that clients do not come back in step.
#[derive(Debug)]
pub(super) struct Backoff {
    base: Duration,
}

impl Backoff {
    /// Starts with the shortest delay.
    pub(super) const fn new() -> Self {
        Self { base: FIRST_DELAY }
    }

    /// Returns the next delay. `jitter` is 0 for the shortest possible one, 65535 for the longest.
    pub(super) fn next(&mut self, jitter: u16) -> Duration {
        let base = self.base;
        self.base = (base * 2).min(LONGEST_DELAY);
        base + base / 2 * u32::from(jitter) / u32::from(u16::MAX)
    }
}

/// Waits between the attempts of one piece of work, and says so to the sink; tells it when dropped that all is over.
pub(super) struct Patience<'a> {
    waits: &'a WaitSink,
    retry_now: &'a Notify,
    give_up: Option<Duration>,
    backoff: Backoff,
    first_failure: Option<Instant>,
    told: bool,
}

/// The wait would go beyond the limit.
#[derive(Debug)]
pub(super) struct OutOfPatience;

impl<'a> Patience<'a> {
    /// Waits for at most `give_up` after the first failure; `None` for ever. `retry_now` ends a wait at once.
    pub(super) const fn new(waits: &'a WaitSink, retry_now: &'a Notify, give_up: Option<Duration>) -> Self {
        Self { waits, retry_now, give_up, backoff: Backoff::new(), first_failure: None, told: false }
    }

    /// Waits until the next attempt is due, but no less than the server asked for.
    pub(super) async fn wait(
        &mut self,
        reason: Reason,
        asked: Option<Duration>,
    ) -> Result<(), OutOfPatience> {
        let now = Instant::now();
        let first_failure = *self.first_failure.get_or_insert(now);
        let until = now + self.backoff.next(u16::from_le_bytes(random())).max(asked.unwrap_or_default());
        if self.give_up.is_some_and(|limit| until > first_failure + limit) {
            return Err(OutOfPatience);
        }
        self.tell(reason, Some(until));
        tokio::select! {
            () = sleep_until(until) => {}
            () = self.retry_now.notified() => self.backoff = Backoff::new(),
        }
        Ok(())
    }

    /// Waits until a command that the server puts off is due again.
    pub(super) async fn sit_out(&mut self, pace: Pace) -> Result<(), OutOfPatience> {
        self.wait(Reason::ServerBusy, least_delay(pace)).await
    }

    /// Tells of a wait that somebody else does.
    pub(super) fn tell(&mut self, reason: Reason, until: Option<Instant>) {
        self.told = true;
        (self.waits)(Some(Wait { reason, until }));
    }
}

impl Drop for Patience<'_> {
    fn drop(&mut self) {
        if self.told {
            (self.waits)(None);
        }
    }
}

/// Returns how long a command that is put off is left alone at least.
pub(super) const fn least_delay(pace: Pace) -> Option<Duration> {
    match pace {
        Pace::Soon => None,
        Pace::Slowly => Some(SLOW_DELAY),
    }
}

/// Returns how long a server asks to be left alone (`Retry-After`, in seconds), at most [`LONGEST_ASKED_WAIT`].
///
/// The form with a date is not read: it would need both clocks to be right.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_ASKED_WAIT))
}

/// The first delay.
const FIRST_DELAY: Duration = Duration::from_millis(250);

/// The shortest delay where the server cannot reach what is asked for.
const SLOW_DELAY: Duration = Duration::from_secs(1);

/// No base delay is longer; with the added half a client comes back after 45 s at the latest.
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// A server that asks for more is asked again after this.
const LONGEST_ASKED_WAIT: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap() {
        let mut backoff = Backoff::new();
        let delays: Vec<u128> = (0..9).map(|_| backoff.next(0).as_millis()).collect();
        assert_eq!(delays, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    }

    #[test]
    fn jitter_adds_up_to_a_half() {
        assert_eq!(Backoff::new().next(u16::MAX), Duration::from_millis(375));
    }

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_asks_within_reason() {
        let asked = |value: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            asked_wait(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(["0", " 7 ", "86400"].map(asked), [Some(0), Some(7), Some(300)]);
        assert_eq!(
            ["-1", "soon", "", "99999999999999999999", "Fri, 31 Dec 1999 23:59:59 GMT"].map(asked),
            [None; 5]
        );
        assert_eq!(asked_wait(&HeaderMap::new()), None);
    }
}
