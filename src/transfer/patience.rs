//! [`Patience`]: what a mover does about a failed storage request: when to try again, with what, and when to give up.
//! A pure machine, `now` passed in; one per transfer.

use std::time::Duration;

use tokio::time::Instant;

use super::error::TransferError;
use crate::api::error::{ApiError, Retry};
use crate::api::storage::StorageError;
use crate::api::transport::TransportError;
use crate::api::wait::{Reason, Wait};
use crate::session::change::DownloadUrlError;

/// Judges failures of one transfer.
#[derive(Debug)]
pub(crate) struct Patience {
    /// Longest time without progress; `None` for ever.
    max_wait: Option<Duration>,
    /// Requests at once, at most.
    most_connections: usize,
    /// Requests at once now: falls when the server objects, and recovers slowly.
    connections: usize,
    /// Pieces that have moved since the server objected, or since a connection was added.
    calm_count: u32,
    /// Failures since bytes moved last. Those of requests that ran at the same time count once.
    failure_count: u32,
    /// How often everything was taken, and did not become whole.
    incomplete_count: u32,
    /// The first of the failures.
    since: Option<Instant>,
    /// No request may start before its end.
    wait: Option<Wait>,
}

/// What has to be renewed before the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing: the same request again.
    Again,
    /// The address. A download goes on with a new one; an upload, which is its address, starts over.
    NewAddress,
    /// The address, as far as can be told: its host is silent, and another one may not be. Or it is the line.
    OtherHost,
}

impl Patience {
    /// Starts with full confidence.
    pub(crate) const fn new(max_wait: Option<Duration>, connections: usize) -> Self {
        Self {
            max_wait,
            most_connections: connections,
            connections,
            calm_count: 0,
            failure_count: 0,
            incomplete_count: 0,
            since: None,
            wait: None,
        }
    }

    /// Returns how many requests may run at once.
    pub(crate) const fn connections(&self) -> usize {
        self.connections
    }

    /// Returns the wait in force at `now`.
    pub(crate) fn wait(&mut self, now: Instant) -> Option<Wait> {
        if self.wait.is_some_and(|wait| wait.until.is_none_or(|until| until <= now)) {
            self.wait = None;
        }
        self.wait
    }

    /// Forgets the wait and the failures that led to it: the user wants it tried at once.
    pub(crate) const fn retry_now(&mut self) {
        self.failure_count = 0;
        self.since = None;
        self.wait = None;
    }

    /// Forgets the wait, not the failures.
    pub(crate) const fn try_at_once(&mut self) {
        self.wait = None;
    }

    /// Notes that a piece has moved.
    pub(crate) fn moved(&mut self) {
        self.failure_count = 0;
        self.since = None;
        self.calm_count += 1;
        if self.calm_count >= CALM {
            self.calm_count = 0;
            self.connections = (self.connections + 1).min(self.most_connections);
        }
    }

    /// Judges a failed storage request: what to do before the next one, or that there is none.
    pub(crate) fn judge(&mut self, error: StorageError, now: Instant) -> Result<Remedy, TransferError> {
        let reason = match &error {
            StorageError::Quota { seconds } => {
                return self.out_of_quota(*seconds, now).map(|()| Remedy::NewAddress);
            }
            StorageError::TooManyConnections => {
                self.use_fewer(now);
                Reason::ServerBusy
            }
            StorageError::Busy | StorageError::Transport(TransportError::Broken { .. }) => Reason::ServerBusy,
            StorageError::Transport(TransportError::Unreachable { .. } | TransportError::Idle { .. }) => {
                Reason::Offline
            }
            StorageError::Transport(TransportError::Tls { .. } | TransportError::Refused { .. }) => {
                return Err(error.into());
            }
            StorageError::PieceDamaged
            | StorageError::WrongLength { .. }
            | StorageError::Transport(TransportError::TooLong { .. }) => {
                return self.refused(error, Remedy::Again, now);
            }
            StorageError::UrlExpired | StorageError::StartOver => {
                return self.refused(error, Remedy::NewAddress, now);
            }
        };
        // Not to be reached once is nothing; a host that has been silent for a whole minute will not speak soon.
        let is_silent = matches!(error, StorageError::Transport(TransportError::Idle { .. }));
        self.back_off(reason, now).map_err(|GaveUp| match error {
            StorageError::Transport(_) => error.into(),
            _ => TransferError::GaveUp(reason),
        })?;
        let is_unreachable = reason == Reason::Offline && self.failure_count > 1;
        Ok(if is_silent || is_unreachable { Remedy::OtherHost } else { Remedy::Again })
    }

    /// Judges an upload of which the server took every piece and that it has not made whole: that pieces move proves
    /// nothing then.
    pub(crate) fn judge_incomplete(&mut self, now: Instant) -> Result<Remedy, TransferError> {
        self.failure_count = self.failure_count.max(self.incomplete_count);
        self.incomplete_count += 1;
        self.judge(StorageError::StartOver, now)
    }

    /// Judges a failed request for a download's address. The client below has retried what can be retried at once.
    pub(crate) fn judge_address(
        &mut self,
        error: DownloadUrlError,
        now: Instant,
    ) -> Result<(), TransferError> {
        let error = match error {
            DownloadUrlError::Quota { seconds } => return self.out_of_quota(seconds, now),
            DownloadUrlError::Api(error) => error,
        };
        let ApiError::Refused { code, context, .. } = &error else { return Err(error.into()) };
        match code.retry(*context) {
            Retry::Quota => self.out_of_quota(0, now),
            Retry::FewerConnections => {
                self.use_fewer(now);
                self.back_off(Reason::ServerBusy, now).map_err(|GaveUp| error.into())
            }
            Retry::BackOff | Retry::Later => {
                self.back_off(Reason::ServerBusy, now).map_err(|GaveUp| error.into())
            }
            Retry::Never | Retry::ResendPiece | Retry::NewAddress | Retry::Refetch => Err(error.into()),
        }
    }

    /// The server will not have it as it is: worth a few tries, not a wait.
    fn refused(
        &mut self,
        error: StorageError,
        remedy: Remedy,
        now: Instant,
    ) -> Result<Remedy, TransferError> {
        if self.failure_count >= MOST_REFUSALS {
            return Err(error.into());
        }
        if self.failure_count == 0 {
            self.fail(now);
            return Ok(remedy);
        }
        match self.back_off(Reason::ServerBusy, now) {
            Ok(()) => Ok(remedy),
            Err(GaveUp) => Err(error.into()),
        }
    }

    fn out_of_quota(&mut self, seconds: u64, now: Instant) -> Result<(), TransferError> {
        let rest = Duration::from_secs(if seconds == 0 { UNKNOWN_QUOTA_WAIT } else { seconds });
        self.fail(now);
        if self.max_wait.is_some_and(|most| self.waited(now).saturating_add(rest) > most) {
            return Err(TransferError::GaveUp(Reason::TransferQuota));
        }
        self.pause(Reason::TransferQuota, rest, now);
        Ok(())
    }

    /// Halves the connections; refusals of requests that ran at the same time count once.
    fn use_fewer(&mut self, now: Instant) {
        if self.wait(now).is_none() {
            self.connections = (self.connections / 2).max(1);
            self.calm_count = 0;
        }
    }

    /// Waits longer each time. A failure that was under way when the wait began does not lengthen it.
    fn back_off(&mut self, reason: Reason, now: Instant) -> Result<(), GaveUp> {
        if self.wait(now).is_some() {
            return Ok(());
        }
        self.fail(now);
        let doublings = self.failure_count.saturating_sub(1).min(16);
        let delay = FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY);
        let most = self.max_wait.map(|most| most.max(GRACE));
        if most.is_some_and(|most| self.waited(now).saturating_add(delay) > most) {
            return Err(GaveUp);
        }
        self.pause(reason, delay, now);
        Ok(())
    }

    fn fail(&mut self, now: Instant) {
        self.failure_count = self.failure_count.saturating_add(1);
        self.since.get_or_insert(now);
    }

    /// The later end counts, and the reason that goes with it.
    fn pause(&mut self, reason: Reason, delay: Duration, now: Instant) {
        // A server may name any number of seconds; a year is as good as for ever, and can be added to any clock.
        let until = now + delay.min(LONGEST_PAUSE);
        if self.wait(now).and_then(|wait| wait.until).is_none_or(|earlier| earlier < until) {
            self.wait = Some(Wait { reason, until: Some(until) });
        }
    }

    /// Returns how long nothing has moved.
    pub(crate) fn waited(&self, now: Instant) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

/// Patience is at its end.
struct GaveUp;

/// First wait after a failure (a storage server's 429 asks for half a second); doubles from there.
const FIRST_DELAY: Duration = Duration::from_millis(500);
/// Longest wait between two tries.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// Longest wait that a server can impose at a time.
const LONGEST_PAUSE: Duration = Duration::from_hours(366 * 24);
/// Troubles that end within this time are sat out even by a transfer that may not wait.
const GRACE: Duration = Duration::from_secs(10);
/// How often in a row, without a byte moving, an expired address or a damaged piece is tried anew.
const MOST_REFUSALS: u32 = 6;
/// Pieces that move without an objection before one more connection is tried.
const CALM: u32 = 32;
/// What the official client assumes where the server does not say how long the allowance is used up, seconds.
const UNKNOWN_QUOTA_WAIT: u64 = 3600;
#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> StorageError {
        let source = "reset".into();
        StorageError::Transport(TransportError::Broken { host: "storage".into(), source })
    }

    /// Fails again and again at the end of each wait; returns the waits in milliseconds until patience ends.
    fn waits(patience: &mut Patience, most: usize, error: impl Fn() -> StorageError) -> Vec<u128> {
        let mut now = patience.wait.and_then(|wait| wait.until).unwrap_or_else(Instant::now);
        let mut waits = Vec::new();
        while waits.len() < most && patience.judge(error(), now).is_ok() {
            let until = patience.wait(now).map_or(now, |wait| wait.until.unwrap());
            waits.push(until.duration_since(now).as_millis());
            now = until;
        }
        waits
    }

    #[test]
    fn waits_double_up_to_half_a_minute_and_never_end_by_themselves() {
        let mut patience = Patience::new(None, 4);
        let waits = waits(&mut patience, 9, || StorageError::Busy);
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(patience.connections(), 4);
    }

    #[test]
    fn failures_at_the_same_time_count_once() {
        let mut patience = Patience::new(None, 4);
        let now = Instant::now();
        for _ in 0..4 {
            patience.judge(broken(), now).unwrap();
        }
        assert_eq!(patience.wait(now).unwrap().until, Some(now + FIRST_DELAY));
        assert_eq!(patience.wait(now + FIRST_DELAY), None);
    }

    #[test]
    fn a_host_that_cannot_be_reached_twice_or_is_silent_for_long_is_taken_for_dead() {
        let host = || "storage".to_owned();
        let unreachable = || TransportError::Unreachable { host: host(), source: "refused".into() }.into();
        let mut patience = Patience::new(None, 4);
        let now = Instant::now();
        assert_eq!(patience.judge(unreachable(), now).unwrap(), Remedy::Again);
        assert_eq!(patience.judge(unreachable(), now).unwrap(), Remedy::Again, "one that ran beside it");
        assert_eq!(patience.judge(unreachable(), now + FIRST_DELAY).unwrap(), Remedy::OtherHost);
        patience.moved();
        assert_eq!(patience.judge(unreachable(), now + LONGEST_DELAY).unwrap(), Remedy::Again);
        let idle = TransportError::Idle { host: host(), limit: Duration::from_mins(1) };
        assert_eq!(Patience::new(None, 4).judge(idle.into(), now).unwrap(), Remedy::OtherHost);
        assert_eq!(Patience::new(None, 4).judge(StorageError::Busy, now).unwrap(), Remedy::Again);
    }

    #[test]
    fn moving_bytes_restore_confidence() {
        let mut patience = Patience::new(None, 4);
        waits(&mut patience, 5, || StorageError::Busy);
        patience.moved();
        assert_eq!(waits(&mut patience, 2, || StorageError::Busy), [500, 1000]);
    }

    #[test]
    fn a_server_that_objects_gets_fewer_connections_and_never_none() {
        let mut patience = Patience::new(None, 5);
        let mut now = Instant::now();
        let mut counts = Vec::new();
        for _ in 0..3 {
            patience.judge(StorageError::TooManyConnections, now).unwrap();
            patience.judge(StorageError::TooManyConnections, now).unwrap(); // one that ran beside it
            counts.push(patience.connections());
            now += LONGEST_DELAY;
        }
        assert_eq!(counts, [2, 1, 1]);
        (0..CALM).for_each(|_| patience.moved());
        assert_eq!(patience.connections(), 2);
        (0..10 * CALM).for_each(|_| patience.moved());
        assert_eq!(patience.connections(), 5);
    }

    #[test]
    fn a_used_up_allowance_is_waited_for_unless_that_takes_too_long() {
        let quota = || StorageError::Quota { seconds: 60 };
        let now = Instant::now();
        let mut patience = Patience::new(None, 1);
        assert_eq!(patience.judge(quota(), now).unwrap(), Remedy::NewAddress);
        let wait = patience.wait(now).unwrap();
        assert_eq!((wait.reason, wait.until), (Reason::TransferQuota, Some(now + Duration::from_mins(1))));
        for most in [Duration::ZERO, Duration::from_secs(59)] {
            let given_up = Patience::new(Some(most), 1).judge(quota(), now);
            assert!(matches!(given_up, Err(TransferError::GaveUp(Reason::TransferQuota))));
        }
        assert!(Patience::new(Some(Duration::from_mins(1)), 1).judge(quota(), now).is_ok());
    }

    #[test]
    fn a_server_cannot_name_a_wait_that_breaks_the_clock() {
        let now = Instant::now();
        let mut patience = Patience::new(None, 1);
        patience.judge(StorageError::Quota { seconds: u64::MAX }, now).unwrap();
        assert!(patience.wait(now).is_some());
        let mut unsaid = Patience::new(None, 1);
        unsaid.judge(StorageError::Quota { seconds: 0 }, now).unwrap();
        assert_eq!(unsaid.wait(now).unwrap().until, Some(now + Duration::from_hours(1)));
    }

    #[test]
    fn who_may_not_wait_still_sits_out_a_short_trouble() {
        let mut patience = Patience::new(Some(Duration::ZERO), 1);
        assert_eq!(waits(&mut patience, 99, || StorageError::Busy), [500, 1000, 2000, 4000]);
        let given_up = patience.judge(broken(), Instant::now() + 2 * GRACE);
        assert!(matches!(given_up, Err(TransferError::Storage(StorageError::Transport(_)))));
    }

    #[test]
    fn an_address_that_expires_at_once_each_time_is_given_up() {
        let mut patience = Patience::new(None, 1);
        let waits = waits(&mut patience, 99, || StorageError::UrlExpired);
        assert_eq!(waits, [0, 500 * 2, 2000, 4000, 8000, 16000]);
        assert!(matches!(
            patience.judge(StorageError::UrlExpired, Instant::now()),
            Err(TransferError::Storage(StorageError::UrlExpired))
        ));
    }

    #[test]
    fn a_connection_that_cannot_be_trusted_is_not_tried_again() {
        let error = TransportError::Tls { host: "storage".into(), source: "forged".into() };
        assert!(Patience::new(None, 1).judge(error.into(), Instant::now()).is_err());
    }
}
