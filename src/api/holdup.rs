//! [`Holdup`]: how long single parts of a six-part range have kept all others waiting. `parts` asks it whom to replace.
//! Pure: `now` is passed in.

use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::raid::PARTS;

/// The waits of one range.
#[derive(Debug, Default)]
pub(super) struct Holdup {
    /// Time spent waiting for any part.
    total: Duration,
    /// Time spent waiting for one part alone.
    alone: [Duration; PARTS],
    /// What is waited for since when; `None` while the reader has the turn.
    since: Option<(Instant, Option<usize>)>,
}

impl Holdup {
    /// Notes that from now on `part` alone is waited for, or several where it is `None`.
    pub(super) fn note(&mut self, part: Option<usize>, now: Instant) {
        if let Some((since, waited_for)) = self.since.replace((now, part)) {
            let waited = now.duration_since(since);
            self.total += waited;
            if let Some(part) = waited_for {
                self.alone[part] += waited;
            }
        }
    }

    /// Notes that nothing is waited for until the next note.
    pub(super) fn pause(&mut self, now: Instant) {
        self.note(None, now);
        self.since = None;
    }

    /// Returns the part that kept the others waiting for `least`, and for at least half of all time.
    ///
    /// The half keeps a line that is slow for all parts from looking like a slow part.
    pub(super) fn culprit(&self, least: Duration) -> Option<usize> {
        let worst = self.worst();
        let waited = self.alone[worst];
        (waited >= least && waited * 2 >= self.total).then_some(worst)
    }

    /// Returns the part that kept the others waiting longest.
    pub(super) fn worst(&self) -> usize {
        (0..PARTS).max_by_key(|&part| self.alone[part]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn who_holds_up_the_others_half_of_the_time_is_the_culprit() {
        let start = Instant::now();
        let mut holdup = Holdup::default();
        holdup.note(None, start);
        holdup.note(Some(3), start + second(4));
        assert_eq!(holdup.culprit(second(1)), None);
        holdup.note(Some(3), start + second(7));
        assert_eq!(holdup.culprit(second(1)), None, "3 of 7 seconds");
        holdup.note(Some(3), start + second(8));
        assert_eq!(holdup.culprit(second(1)), Some(3));
        assert_eq!(holdup.culprit(second(5)), None);
        assert_eq!(holdup.worst(), 3);
    }

    #[test]
    fn the_time_that_the_reader_takes_is_nobodys_fault() {
        let start = Instant::now();
        let mut holdup = Holdup::default();
        holdup.note(Some(1), start);
        holdup.pause(start + second(1));
        holdup.note(Some(1), start + second(60));
        assert_eq!(holdup.culprit(second(2)), None);
        assert_eq!(holdup.culprit(second(1)), Some(1));
    }
}
