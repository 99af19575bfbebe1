//! The [`Throughput`] of the last minutes: a ring of samples, one for every ten seconds, which the transfer screen draws as
//! a line of small bars. Pure: `update` feeds it with the worker's totals and the time. While nothing moves nothing comes,
//! and nothing is redrawn for it.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::message::{Direction, TransferTotals};

/// How fast transfers were lately, each way.
#[derive(Debug, Default)]
pub struct Throughput {
    /// Bytes a second up, down and across, the newest last.
    samples: VecDeque<[u64; 3]>,
    /// The ten seconds that the newest is of, counted from 1970.
    newest: i64,
}

impl Throughput {
    /// Takes the speeds of this moment over. Of ten seconds the fastest moment counts.
    pub fn record(&mut self, totals: &TransferTotals, now: Timestamp) {
        let span = now.as_second().div_euclid(SPAN);
        let passed = usize::try_from(span.saturating_sub(self.newest)).unwrap_or(0).min(KEPT);
        if passed > 0 {
            self.samples.extend(std::iter::repeat_n([0; 3], passed));
            self.newest = span;
            self.samples.drain(..self.samples.len().saturating_sub(KEPT));
        }
        if let Some([up, down, across]) = self.samples.back_mut() {
            *up = totals.up_speed.max(*up);
            *down = totals.down_speed.max(*down);
            *across = totals.across_speed.max(*across);
        }
    }

    /// Returns the last so many samples of a direction, the newest last; fewer where there are fewer.
    #[must_use]
    pub fn last(&self, direction: Direction, count: usize) -> Vec<u64> {
        let of = |sample: &[u64; 3]| match direction {
            Direction::Up => sample[0],
            Direction::Down => sample[1],
            Direction::Across => sample[2],
        };
        self.samples.iter().skip(self.samples.len().saturating_sub(count)).map(of).collect()
    }

    /// Returns whether something moved this way in the last so many samples.
    #[must_use]
    pub fn has(&self, direction: Direction, count: usize) -> bool {
        self.last(direction, count).iter().any(|speed| *speed > 0)
    }
}

/// Seconds of a sample.
pub const SPAN: i64 = 10;

/// Samples: five minutes.
pub const KEPT: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(throughput: &mut Throughput, second: i64, up: u64, down: u64) {
        let totals = TransferTotals { up_speed: up, down_speed: down, ..TransferTotals::default() };
        throughput.record(&totals, Timestamp::from_second(1_700_000_000 + second).unwrap());
    }

    #[test]
    fn a_sample_is_the_fastest_moment_of_ten_seconds_and_silence_is_zero() {
        let mut throughput = Throughput::default();
        for (second, up) in [(0, 5), (3, 9), (9, 0), (10, 4), (40, 7)] {
            record(&mut throughput, second, up, 0);
        }
        assert_eq!(throughput.last(Direction::Up, 5), [9, 4, 0, 0, 7]);
        assert_eq!(throughput.last(Direction::Up, 2), [0, 7]);
        assert!(throughput.has(Direction::Up, 5) && !throughput.has(Direction::Down, KEPT));
    }

    #[test]
    fn it_keeps_no_more_than_it_shows_however_the_clock_goes() {
        let mut throughput = Throughput::default();
        for second in [0, 1_000_000, 999_000, 1_000_010] {
            record(&mut throughput, second, 1, 2);
        }
        assert_eq!(throughput.samples.len(), KEPT);
        assert_eq!(throughput.last(Direction::Down, 3), [0, 2, 2]);
    }
}
