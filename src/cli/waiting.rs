//! Long waits told on stderr: one line with the reason and when it goes on, whether a person or a script is watching.
//! Both the API client (through its sink) and the worker's events end here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Zoned};
use tokio::time::Instant;

use super::output::Messages;
use crate::api::wait::{Reason, Wait, WaitSink};
use crate::message::WaitReason;

/// Tells waits, each once.
#[derive(Clone)]
pub(crate) struct WaitTeller {
    messages: Messages,
    sign: Arc<Mutex<Sign>>,
}

/// What is known of the wait that is on.
#[derive(Default)]
struct Sign {
    told: Option<(WaitReason, Option<Instant>)>,
    /// Counts waits that are over, so that one that was short is not told afterwards.
    over_count: u64,
}

impl WaitTeller {
    /// Tells them to `messages`.
    pub(crate) fn new(messages: Messages) -> Self {
        Self { messages, sign: Arc::default() }
    }

    /// Returns the sink for an API client.
    pub(crate) fn sink(&self) -> WaitSink {
        let teller = self.clone();
        Arc::new(move |wait: Option<Wait>| match wait {
            Some(Wait { reason, until: Some(until) }) => teller.tell(reason_of(reason), Some(until)),
            Some(Wait { reason, until: None }) => teller.tell_later(reason_of(reason)),
            None => teller.over(),
        })
    }

    /// Tells a wait whose end is not known, once it has become long.
    fn tell_later(&self, reason: WaitReason) {
        let (teller, begun) = (self.clone(), self.sign().over_count);
        tokio::spawn(async move {
            tokio::time::sleep(SHORT).await;
            if teller.sign().over_count == begun {
                teller.tell(reason, None);
            }
        });
    }

    /// Tells that something waits, unless that has been told or is over soon.
    fn tell(&self, reason: WaitReason, until: Option<Instant>) {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left <= SHORT) {
            return;
        }
        let mut sign = self.sign();
        if sign.told.is_none_or(|(last, end)| last != reason || is_later(end, until)) {
            sign.told = Some((reason, until));
            self.messages.notice(&words(reason, left));
        }
    }

    /// The wait is over; the next one is news.
    fn over(&self) {
        let mut sign = self.sign();
        sign.told = None;
        sign.over_count += 1;
    }

    fn sign(&self) -> MutexGuard<'_, Sign> {
        self.sign.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait that has grown by more than rounding is worth another line.
fn is_later(told: Option<Instant>, now: Option<Instant>) -> bool {
    match (told, now) {
        (Some(told), Some(now)) => now.saturating_duration_since(told) > SHORT,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// The words for a wait that are used everywhere.
fn words(reason: WaitReason, left: Option<Duration>) -> String {
    let span = left.map(span).unwrap_or_default();
    let next = if left.is_some() { format!(", next try in {span}") } else { String::new() };
    match (reason, left) {
        (WaitReason::ServerBusy, _) => format!("server busy{next}"),
        (WaitReason::Offline, _) => format!("offline{next}"),
        (WaitReason::ProofOfWork, Some(_)) => format!("proof of work, about {span}"),
        (WaitReason::ProofOfWork, None) => "proof of work".to_owned(),
        (WaitReason::TransferQuota, Some(left)) => {
            format!("quota: {span}, resumes by itself at {}", clock(left))
        }
        (WaitReason::TransferQuota, None) => "quota: resumes by itself".to_owned(),
    }
}

/// `8 s`, `4 m`, `1 h 12 m`.
fn span(left: Duration) -> String {
    let seconds = left.saturating_add(Duration::from_millis(500)).as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..3600 => format!("{} m", seconds / 60),
        3600.. => format!("{} h {} m", seconds / 3600, seconds % 3600 / 60),
    }
}

fn clock(left: Duration) -> String {
    let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
    let end = Zoned::now().checked_add(left);
    end.map_or_else(|_| "an unknown time".to_owned(), |end| end.strftime("%H:%M").to_string())
}

const fn reason_of(reason: Reason) -> WaitReason {
    match reason {
        Reason::ServerBusy => WaitReason::ServerBusy,
        Reason::ProofOfWork => WaitReason::ProofOfWork,
        Reason::TransferQuota => WaitReason::TransferQuota,
        Reason::Offline => WaitReason::Offline,
    }
}

/// Shorter waits are nobody's business.
const SHORT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_names_its_reason_and_its_end() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(words(WaitReason::ServerBusy, seconds(8)), "server busy, next try in 8 s");
        assert_eq!(words(WaitReason::Offline, None), "offline");
        assert_eq!(words(WaitReason::ProofOfWork, seconds(3)), "proof of work, about 3 s");
        assert!(
            words(WaitReason::TransferQuota, seconds(4320))
                .starts_with("quota: 1 h 12 m, resumes by itself at ")
        );
    }
}
