//! [`Parts`]: a file that the server keeps in six parts (CloudRAID), read as if it were one. `Origin` opens ranges of it.
//!
//! A range is read from five parts at once; the sixth is left out, at first the parity. When a part fails, the one left
//! out takes its place from the current window on, and the range goes on; when a second one fails, so does the range.
//! When a part keeps the four others waiting for too long, the sixth is read beside it, and whoever is later is dropped.
//! The part that made trouble last is the one that later ranges leave out (as meganz/sdk `src/raidproxy.cpp` does with
//! its `unusedRaidConnection`). Nobody reads ahead: a part waits until the window takes its bytes, the window until
//! they are wanted.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::{Instant, timeout};
use url::Url;

use super::holdup::Holdup;
use super::storage::{self, RangeBody, StorageError};
use super::transport::Transport;
use crate::crypto::raid::{self, LINE, PARTS, SECTOR, Window};

/// The six addresses of one file, and what is known of the servers behind them.
pub(super) struct Parts {
    addresses: [Url; PARTS],
    /// Bytes of the file.
    size: u64,
    /// The part that the next range leaves out, 0 to 5.
    spare: AtomicUsize,
}

impl Parts {
    /// Takes the addresses of parts 0 to 5 of a file of `size` bytes.
    pub(super) const fn new(addresses: [Url; PARTS], size: u64) -> Self {
        Self { addresses, size, spare: AtomicUsize::new(PARITY) }
    }

    /// Opens the bytes `first ..= last` of the file, as many of them as there are.
    pub(super) fn open(self: &Arc<Self>, transport: &Arc<dyn Transport>, first: u64, last: u64) -> RangeBody {
        let range = Range::new(Arc::clone(self), Arc::clone(transport), first, last);
        let pieces = stream::try_unfold(range, |mut range| async {
            Ok(range.next().await?.map(|bytes| (bytes, range)))
        });
        pieces.boxed()
    }
}

/// One range on its way.
struct Range {
    parts: Arc<Parts>,
    transport: Arc<dyn Transport>,
    lanes: [Lane; PARTS],
    /// The lines that are being put together.
    window: Window,
    /// Where the window begins and ends, bytes of the file; it begins with a line.
    window_start: u64,
    window_end: u64,
    /// The next byte to give, and the one after the last.
    next: u64,
    end: u64,
    /// Where the last line that is needed ends, bytes of the file.
    lines_end: u64,
    /// Why one part is out.
    failure: Option<StorageError>,
    holdup: Holdup,
}

/// One part's share of a range.
enum Lane {
    /// Not asked for: the others suffice.
    Idle,
    /// On its way.
    Open(Incoming),
    /// Not asked for again in this range.
    Failed,
}

/// The bytes of one part while they arrive.
struct Incoming {
    /// `None` when it has ended as it should.
    body: Option<RangeBody>,
    /// What has arrived and had no room yet.
    rest: Bytes,
    /// Bytes asked for, and how many of them have not arrived.
    asked: u64,
    missing: u64,
}

impl Range {
    fn new(parts: Arc<Parts>, transport: Arc<dyn Transport>, first: u64, last: u64) -> Self {
        let line = LINE as u64;
        let end = last.saturating_add(1).min(parts.size);
        let mut range = Self {
            transport,
            lanes: [const { Lane::Idle }; PARTS],
            window: Window::default(),
            window_start: 0,
            window_end: first / line * line,
            next: first,
            end,
            lines_end: end.div_ceil(line).saturating_mul(line).min(parts.size),
            failure: None,
            holdup: Holdup::default(),
            parts,
        };
        if range.next < range.end {
            range.advance();
            let spare = range.parts.spare.load(Ordering::Relaxed);
            (0..PARTS).filter(|part| *part != spare).for_each(|part| range.start(part));
        }
        range
    }

    /// Returns the next bytes, a window's worth, or `None` at the end of the range.
    async fn next(&mut self) -> Result<Option<Bytes>, StorageError> {
        if self.next >= self.end {
            return Ok(None);
        }
        let mut bytes = Bytes::from(self.fill().await?);
        let (start, end) = (self.window_start, self.window_end);
        bytes.truncate(length(self.end.min(end) - start));
        bytes.advance(length(self.next - start));
        self.next = self.end.min(end);
        if self.next < self.end {
            self.advance();
        } else if let (None, Some(slow)) = (&self.failure, self.holdup.culprit(NOTABLE)) {
            self.parts.spare.store(slow, Ordering::Relaxed);
        }
        Ok(Some(bytes))
    }

    /// Begins the next window.
    fn advance(&mut self) {
        self.window_start = self.window_end;
        self.window_end = self.window_start.saturating_add(WINDOW as u64).min(self.lines_end);
        self.window = Window::new(length(self.window_end - self.window_start));
    }

    /// Asks for a part, from the window on.
    fn start(&mut self, part: usize) {
        let first = self.window_start / LINE as u64 * SECTOR as u64;
        let end = raid::part_sizes(self.lines_end)[part];
        let asked = end.saturating_sub(first);
        let body = (asked > 0).then(|| {
            let (transport, address) = (Arc::clone(&self.transport), self.parts.addresses[part].clone());
            let body = async move {
                let body = storage::download_range(&*transport, &address, first, end - 1).await;
                body.map(|body| body.map_err(StorageError::from))
            };
            stream::once(body).try_flatten().boxed()
        });
        self.lanes[part] = Lane::Open(Incoming { body, rest: Bytes::new(), asked, missing: asked });
    }

    /// Puts the window together.
    async fn fill(&mut self) -> Result<Vec<u8>, StorageError> {
        loop {
            let filled = timeout(HEARTBEAT, poll_fn(|context| self.poll_window(context))).await;
            if let Ok(filled) = filled {
                self.holdup.pause(Instant::now());
                return filled;
            }
            // Nothing came for so long: once more, for a look at the clock.
        }
    }

    fn poll_window(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<u8>, StorageError>> {
        loop {
            if let Err((part, error)) = self.poll_lanes(context) {
                self.fail(part, error)?;
                continue;
            }
            let mut incomplete =
                (0..PARTS).filter(|&part| !self.lanes[part].is_done(self.window.lacks(part)));
            let late = incomplete.next();
            if incomplete.next().is_none()
                && let Some(joined) = self.window.join()
            {
                self.drop_latecomer(late);
                return Poll::Ready(Ok(joined));
            }
            let awaited = self.awaited();
            self.holdup.note(awaited, Instant::now());
            match (self.idle(), awaited) {
                (Some(idle), Some(slow)) if self.holdup.culprit(TOO_LONG) == Some(slow) => {
                    tracing::debug!(part = slow, beside = idle, "a part keeps the others waiting");
                    self.start(idle);
                }
                _ => return Poll::Pending,
            }
        }
    }

    /// Lets every part bring what the window takes; returns the first that fails.
    fn poll_lanes(&mut self, context: &mut Context<'_>) -> Result<(), (usize, StorageError)> {
        for (part, lane) in self.lanes.iter_mut().enumerate() {
            if let Lane::Open(incoming) = lane
                && let Poll::Ready(Err(error)) = incoming.poll(part, &mut self.window, context)
            {
                return Err((part, error));
            }
        }
        Ok(())
    }

    /// Does without a part that failed. An error when that cannot be, or would not help.
    fn fail(&mut self, part: usize, error: StorageError) -> Result<(), StorageError> {
        if matches!(error, StorageError::Quota { .. }) {
            return Err(error); // the account's, not the part's
        }
        tracing::debug!(part, %error, "a part failed");
        self.lanes[part] = Lane::Failed;
        self.parts.spare.store(part, Ordering::Relaxed);
        if let Some(earlier) = self.failure.take() {
            return Err(graver(earlier, error));
        }
        self.failure = Some(error);
        if let Some(idle) = self.idle() {
            self.start(idle);
        }
        Ok(())
    }

    /// Goes on with five parts when a window was read from all six: without `late`, the last.
    fn drop_latecomer(&mut self, late: Option<usize>) {
        if self.lanes.iter().all(|lane| matches!(lane, Lane::Open(_))) {
            let late = late.unwrap_or_else(|| self.holdup.worst());
            self.lanes[late] = Lane::Idle;
            self.parts.spare.store(late, Ordering::Relaxed);
            self.holdup = Holdup::default();
        }
    }

    /// Returns the part that is left out.
    fn idle(&self) -> Option<usize> {
        self.lanes.iter().position(|lane| matches!(lane, Lane::Idle))
    }

    /// Returns the part that all others wait for.
    fn awaited(&self) -> Option<usize> {
        let is_awaited = |&part: &usize| match &self.lanes[part] {
            Lane::Open(incoming) => !incoming.is_done(self.window.lacks(part)),
            Lane::Idle | Lane::Failed => false,
        };
        let mut awaited = (0..PARTS).filter(is_awaited);
        let only = awaited.next();
        only.filter(|_| awaited.next().is_none())
    }
}

impl Lane {
    /// Returns whether the part has brought all of a window that still lacks so many bytes of it.
    fn is_done(&self, lacking: usize) -> bool {
        match self {
            Self::Open(incoming) => incoming.is_done(lacking),
            Self::Idle | Self::Failed => false,
        }
    }
}

impl Incoming {
    /// As [`Lane::is_done`]. With the last byte the body has to end, too.
    fn is_done(&self, lacking: usize) -> bool {
        let goes_on = self.missing > 0 || !self.rest.is_empty();
        self.body.is_none() || (lacking == 0 && goes_on)
    }

    /// Moves bytes into the window until it is done with it, or has to wait.
    fn poll(
        &mut self,
        part: usize,
        window: &mut Window,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), StorageError>> {
        loop {
            let taken = window.put(part, &self.rest);
            self.rest.advance(taken);
            if self.is_done(window.lacks(part)) {
                return Poll::Ready(Ok(()));
            }
            let Some(body) = &mut self.body else { return Poll::Ready(Ok(())) };
            match ready!(body.poll_next_unpin(context)).transpose()? {
                Some(bytes) => {
                    let len = bytes.len() as u64;
                    let sent = self.asked - self.missing + len;
                    let too_long = StorageError::WrongLength { asked: self.asked, sent };
                    self.missing = self.missing.checked_sub(len).ok_or(too_long)?;
                    self.rest = bytes;
                }
                None if self.missing > 0 => {
                    let sent = self.asked - self.missing;
                    return Poll::Ready(Err(StorageError::WrongLength { asked: self.asked, sent }));
                }
                None => self.body = None,
            }
        }
    }
}

/// Returns the error of two that a range fails with: one that something can be done about rather than one that passes.
fn graver(first: StorageError, second: StorageError) -> StorageError {
    match first {
        StorageError::UrlExpired | StorageError::TooManyConnections => first,
        StorageError::Busy
        | StorageError::Quota { .. }
        | StorageError::PieceDamaged
        | StorageError::StartOver
        | StorageError::WrongLength { .. }
        | StorageError::Transport(_) => second,
    }
}

/// A length within a window.
fn length(len: u64) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX)
}

/// The part that is left out first: it holds no byte of the file.
const PARITY: usize = 0;

/// Bytes of the file that are put together at a time, whole lines. A range holds as much, a fifth more for the parity, and
/// a piece of each connection.
const WINDOW: usize = 2048 * LINE;

/// A part that alone keeps the others waiting for this long in all, and for half of the range's time, gets company. The
/// official client gives a silent one half a minute.
const TOO_LONG: Duration = Duration::from_secs(3);

/// A part that did so for this long is left out of the next range.
const NOTABLE: Duration = Duration::from_millis(200);

/// How often a range that stands still looks at the clock.
const HEARTBEAT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
