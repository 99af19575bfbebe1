//! The [`Pace`] of frames: when the next one is due, so that what is typed shows at once, a burst of events is one frame,
//! and progress does not fill a slow line. Pure: the run loop passes the time in, and draws when it is told to.

use std::time::Duration;

use tokio::time::Instant;

/// When frames are drawn.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the next frame is due, and what for; `None` while the screen is up to date.
    planned: Option<(Instant, Cause)>,
    drawn: Option<Instant>,
    /// When the last frame was drawn that something typed had caused.
    answered: Option<Instant>,
    /// From when a frame may show nothing but progress.
    progress_from: Option<Instant>,
}

/// What a frame is drawn for, the least pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// How far transfers are.
    Progress,
    /// Anything else that was told or is due.
    Told,
    /// The user did something.
    Typed,
}

impl Pace {
    /// Makes a pace whose first frame is due at once.
    pub(super) const fn new(now: Instant) -> Self {
        Self { planned: Some((now, Cause::Told)), drawn: None, answered: None, progress_from: None }
    }

    /// Something has changed. A frame is due now, or 16 ms after the last one. What is typed waits only for frames that
    /// typing caused: it is not slowed by what the worker reports. Where rows are on their way (`settling`) the frame
    /// waits a little for them, so that the screen is not painted twice. Progress alone waits until a slow line has
    /// carried the last of it.
    pub(super) fn plan(&mut self, cause: Cause, settling: bool, now: Instant) {
        let most = self.planned.map_or(cause, |(_, planned)| planned.max(cause));
        let before = if most == Cause::Typed { self.answered } else { self.drawn };
        let mut at = before.map_or(now, |drawn| now.max(drawn + FRAME));
        if self.drawn.is_some() && settling {
            at = at.max(now + SETTLING);
        }
        if cause == Cause::Progress {
            at = self.progress_from.map_or(at, |from| at.max(from));
        }
        self.planned = Some((self.planned.map_or(at, |(planned, _)| planned.min(at)), most));
    }

    /// Returns when a frame is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.planned.map(|(at, _)| at)
    }

    /// Returns when a countdown on the screen is to be drawn anew.
    pub(super) fn tick_at(&self) -> Option<Instant> {
        self.drawn.map(|drawn| drawn + TICK)
    }

    /// Plans a frame for a countdown, where it is time.
    pub(super) fn tick(&mut self, now: Instant) {
        if self.tick_at().is_some_and(|at| now >= at) {
            self.planned.get_or_insert((now, Cause::Told));
        }
    }

    /// A frame of so many bytes has been drawn.
    pub(super) fn drawn(&mut self, bytes: u64, now: Instant) {
        self.drawn = Some(now);
        match self.planned.take().map(|(_, cause)| cause) {
            Some(Cause::Typed) => self.answered = Some(now),
            Some(Cause::Progress) => {
                let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
                self.progress_from = Some(now + LINE_TAKES.saturating_mul(bytes));
            }
            Some(Cause::Told) | None => {}
        }
    }
}

/// Time between frames at least: 60 a second are enough for any eye.
const FRAME: Duration = Duration::from_millis(16);

/// Time that a frame waits for rows that have been asked for.
const SETTLING: Duration = Duration::from_millis(8);

/// Time between frames while a countdown runs.
const TICK: Duration = Duration::from_secs(1);

/// Time in which a slow line carries a byte of progress: 2000 of them a second are enough to see files move.
const LINE_TAKES: Duration = Duration::from_micros(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_takes_at_most_2000_bytes_a_second_and_holds_up_nothing_else() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.drawn(5000, start);
        let mut now = start;
        let mut bytes = 0;
        while now < start + Duration::from_secs(10) {
            pace.plan(Cause::Progress, false, now);
            if pace.due().is_some_and(|at| at <= now) {
                pace.drawn(300, now);
                bytes += 300;
            }
            now += Duration::from_millis(10);
        }
        assert!((19_000..=20_300).contains(&bytes), "{bytes}");
        pace.plan(Cause::Typed, false, now);
        assert_eq!(pace.due(), Some(now));
    }

    #[test]
    fn a_frame_for_something_else_takes_progress_with_it() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.drawn(0, start);
        let now = start + Duration::from_secs(1);
        pace.plan(Cause::Progress, false, now);
        pace.drawn(2000, now);
        pace.plan(Cause::Progress, false, now);
        assert_eq!(pace.due(), Some(now + Duration::from_secs(1)));
        pace.plan(Cause::Told, false, now + Duration::from_millis(100));
        assert_eq!(pace.due(), Some(now + Duration::from_millis(100)));
    }
}
