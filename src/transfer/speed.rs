//! Speed of something that moves bytes, over the last seconds. Pure: `now` is passed in. The queue has one for each
//! running transfer and one for each direction.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Bytes a second over a sliding window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Speed {
    /// When how many bytes in all had moved; the first is what the others are measured against.
    samples: VecDeque<(Instant, u64)>,
    total: u64,
}

impl Speed {
    /// Begins, or goes on after a pause, at `now`.
    pub(crate) fn begin(&mut self, now: Instant) {
        if self.samples.is_empty() {
            self.samples.push_back((now, self.total));
        }
    }

    /// Counts bytes that have moved since the last call.
    pub(crate) fn add(&mut self, bytes: u64, now: Instant) {
        self.begin(now);
        self.total = self.total.saturating_add(bytes);
        let is_first = self.samples.len() == 1;
        match self.samples.back_mut() {
            Some((at, total)) if !is_first && now.duration_since(*at) < STEP => *total = self.total,
            Some(_) | None => self.samples.push_back((now, self.total)),
        }
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Returns bytes a second at `now`.
    pub(crate) fn per_second(&self, now: Instant) -> u64 {
        let begin = now.checked_sub(WINDOW);
        let first = self.samples.iter().rev().find(|(at, _)| begin.is_some_and(|begin| *at <= begin));
        let Some((at, total)) = first.or(self.samples.front()) else { return 0 };
        let span = now.duration_since(*at).min(WINDOW).max(STEP).as_millis();
        let moved = u128::from(self.total - total) * 1000 / span;
        u64::try_from(moved).unwrap_or(u64::MAX)
    }

    /// Forgets what was measured.
    pub(crate) fn stop(&mut self) {
        *self = Self::default();
    }
}

/// How far back is looked.
const WINDOW: Duration = Duration::from_secs(5);

/// Samples are not kept closer together than this, and nothing shorter is extrapolated.
const STEP: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_shows_its_speed_and_a_stalled_one_fades() {
        let start = Instant::now();
        let mut speed = Speed::default();
        speed.begin(start);
        for tenth in 1..=100_u32 {
            speed.add(100, start + Duration::from_millis(100) * tenth);
        }
        let end = start + Duration::from_secs(10);
        assert!((980..=1060).contains(&speed.per_second(end)), "{}", speed.per_second(end));
        assert!(speed.per_second(end + Duration::from_secs(3)) < 500);
        assert_eq!(speed.per_second(end + Duration::from_secs(6)), 0);
    }

    #[test]
    fn the_first_bytes_are_not_blown_up() {
        let start = Instant::now();
        let mut speed = Speed::default();
        speed.add(1000, start);
        assert_eq!(speed.per_second(start), 4000);
    }
}
