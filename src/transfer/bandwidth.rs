//! [`Bandwidth`]: how fast content may move, all transfers of a worker together: a bucket of bytes for each direction
//! that fills at the allowed speed. Movers take from it what they are about to move, or have just received, in small
//! slices, so that no second gets much more than its share. Waiting here is no trouble: nothing times out, nobody is told.

use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};

use crate::message::{Direction, SpeedLimit};

/// The speed limits of a worker. They can be changed while bytes move.
#[derive(Debug, Default)]
pub struct Bandwidth {
    up: Bucket,
    down: Bucket,
    /// Never limited: no line is shared.
    across: Bucket,
}

/// One direction's bytes.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Bytes a second; `None` is no limit.
    rate: watch::Sender<Option<NonZeroU64>>,
    /// Whoever takes has it, so that all get their share in the order in which they came.
    turn: Semaphore,
    /// The time up to which everything that was taken is paid for.
    paid_until: Mutex<Option<Instant>>,
}

impl Bandwidth {
    /// Changes the limits, at once also for what waits.
    pub fn set(&self, limit: SpeedLimit) {
        for (bucket, rate) in [(&self.up, limit.up), (&self.down, limit.down)] {
            bucket.rate.send_if_modified(|now| std::mem::replace(now, rate) != rate);
        }
    }

    /// Returns the bytes of a direction.
    pub(crate) const fn of(&self, direction: Direction) -> &Bucket {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
            Direction::Across => &self.across,
        }
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self { rate: watch::Sender::new(None), turn: Semaphore::new(1), paid_until: Mutex::new(None) }
    }
}

impl Bucket {
    /// Returns how many of `len` bytes to take at a time: all, or what moves in a moment.
    pub(crate) fn slice(&self, len: usize) -> usize {
        match *self.rate.borrow() {
            None => len,
            Some(rate) => usize::try_from(step(rate)).unwrap_or(usize::MAX).max(SMALLEST_SLICE).min(len),
        }
    }

    /// Returns how many connections are worth having: each should move something worth the while.
    pub(crate) fn connections(&self) -> usize {
        match *self.rate.borrow() {
            None => usize::MAX,
            Some(rate) => usize::try_from(rate.get() / RATE_OF_CONNECTION).unwrap_or(usize::MAX).max(1),
        }
    }

    /// Returns when so many bytes may move. When it is dropped before that, none of the others has lost anything.
    pub(crate) async fn take(&self, bytes: usize) {
        if self.rate.borrow().is_none() {
            return;
        }
        let _turn = self.turn.acquire().await;
        let mut rates = self.rate.subscribe();
        let mut left = bytes as u64;
        while left > 0 {
            let Some(rate) = *rates.borrow_and_update() else { return };
            let due = self.paid_until().unwrap_or_else(Instant::now);
            if due > Instant::now() {
                tokio::select! {
                    () = sleep_until(due) => {}
                    Ok(()) = rates.changed() => continue,
                }
            }
            let part = left.min(step(rate));
            self.pay(part, rate);
            left -= part;
        }
    }

    fn pay(&self, bytes: u64, rate: NonZeroU64) {
        let now = Instant::now();
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let mut paid_until = self.paid_until();
        // A timer that was late is made up for, a pause is not.
        let from = paid_until.map_or(now, |until| until.max(earliest));
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(rate.get());
        *paid_until = Some(from + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX)));
    }

    fn paid_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.paid_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that are paid for at a time.
fn step(rate: NonZeroU64) -> u64 {
    (rate.get() / STEPS_A_SECOND).max(1)
}

/// How finely a second is divided.
const STEPS_A_SECOND: u64 = 16;
/// Smaller slices cost more than they smooth, in bytes.
const SMALLEST_SLICE: usize = 256;
/// What may be moved at once after a pause, in time. Timers are late by a millisecond or more.
const CATCH_UP: Duration = Duration::from_millis(100);
/// Bytes a second. Many connections that crawl serve nobody, and servers lose patience with them.
const RATE_OF_CONNECTION: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::*;

    fn limit(up: u64) -> SpeedLimit {
        SpeedLimit { up: NonZeroU64::new(up), down: None }
    }

    /// Movers that take slices of `slice` bytes for ever, and what they have taken in all and each.
    struct Movers {
        bandwidth: Arc<Bandwidth>,
        taken: Vec<Arc<AtomicU64>>,
        tasks: JoinSet<()>,
    }

    impl Movers {
        fn new(count: usize, slice: usize, limit: SpeedLimit) -> Self {
            let bandwidth = Arc::new(Bandwidth::default());
            bandwidth.set(limit);
            let (mut taken, mut tasks) = (Vec::new(), JoinSet::new());
            for _ in 0..count {
                let (bandwidth, own) = (Arc::clone(&bandwidth), Arc::new(AtomicU64::new(0)));
                taken.push(Arc::clone(&own));
                tasks.spawn(async move {
                    loop {
                        bandwidth.up.take(slice).await;
                        own.fetch_add(slice as u64, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                    }
                });
            }
            Self { bandwidth, taken, tasks }
        }

        /// Lets some time pass and returns what was taken in it.
        async fn during(&self, time: Duration) -> u64 {
            let before = self.sum();
            sleep(time).await;
            self.sum() - before
        }

        fn sum(&self) -> u64 {
            self.taken.iter().map(|taken| taken.load(Ordering::Relaxed)).sum()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_second_moves_what_it_may_and_no_mover_is_left_behind() {
        for (rate, count, slice) in [(100_000, 1, 1000), (1_000_000, 40, 4096), (500, 3, 256)] {
            let movers = Movers::new(count, slice, limit(rate));
            for second in 0..5 {
                let moved = movers.during(Duration::from_secs(1)).await;
                let room = rate / 8 + 2 * slice as u64;
                assert!(moved.abs_diff(rate) <= room, "second {second}: {moved} of {rate}");
            }
            let each: Vec<u64> = movers.taken.iter().map(|taken| taken.load(Ordering::Relaxed)).collect();
            let (least, most) = (each.iter().min().unwrap(), each.iter().max().unwrap());
            assert!(most - least <= 2 * slice as u64, "{each:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_holds_at_once_also_for_what_waits() {
        let movers = Movers::new(8, 100_000, limit(100));
        assert!(movers.during(Duration::from_secs(10)).await <= 100_000);
        movers.bandwidth.set(limit(1_000_000));
        let moved = movers.during(Duration::from_secs(2)).await;
        assert!((1_700_000..2_300_000).contains(&moved), "{moved}");
        movers.bandwidth.set(limit(10_000));
        sleep(Duration::from_secs(1)).await;
        let moved = movers.during(Duration::from_secs(100)).await;
        assert!((800_000..=1_200_000).contains(&moved), "{moved}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits_and_the_other_direction_never_does() {
        let bandwidth = Bandwidth::default();
        let start = Instant::now();
        bandwidth.of(Direction::Up).take(usize::MAX).await;
        bandwidth.set(limit(1));
        bandwidth.of(Direction::Down).take(usize::MAX).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(bandwidth.of(Direction::Down).slice(70_000), 70_000);
        assert_eq!(bandwidth.of(Direction::Up).slice(70_000), SMALLEST_SLICE);
        assert_eq!(bandwidth.of(Direction::Up).slice(7), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn taking_the_limit_away_lets_go_of_what_waits() {
        let movers = Bandwidth::default();
        movers.set(limit(1));
        let start = Instant::now();
        let lift = async {
            sleep(Duration::from_secs(5)).await;
            movers.set(SpeedLimit::default());
        };
        tokio::join!(movers.up.take(1_000_000), movers.up.take(1_000_000), lift);
        assert_eq!(start.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_takes_nothing_from_the_others() {
        let mut movers = Movers::new(30, 1000, limit(10_000));
        movers.during(Duration::from_secs(1)).await;
        movers.tasks.shutdown().await;
        let start = Instant::now();
        movers.bandwidth.up.take(1000).await;
        assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
        sleep(Duration::from_hours(1)).await;
        let start = Instant::now();
        movers.bandwidth.up.take(100_000).await;
        assert!(start.elapsed() > Duration::from_secs(9), "an hour of rest is not saved up");
    }
}
