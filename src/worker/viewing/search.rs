//! A [`Search`] for bytes in a content: read in steps that overlap by the pattern, forwards or backwards, and from the
//! other end on where nothing was found. `viewing` runs it as a job, which can be left between any two steps.

use std::time::Duration;

use memchr::memmem::{Finder, FinderRev};
use tokio::time::Instant;

use super::source::{ReadError, Source};
use crate::message::{ContentEvent, ContentSearch};

/// A search that runs.
pub(super) struct Search {
    source: Source,
    wanted: ContentSearch,
    /// The pattern as it is compared.
    pattern: Vec<u8>,
    done: u64,
    told_at: Instant,
}

/// Where matches may begin, in the order of the search.
type Range = std::ops::Range<u64>;

impl Search {
    pub(super) fn new(source: Source, wanted: ContentSearch) -> Self {
        let pattern = folded(wanted.pattern.clone(), wanted.folds_case);
        Self { source, wanted, pattern, done: 0, told_at: Instant::now() }
    }

    /// Looks through all of it; tells how far it is ten times a second at most.
    pub(super) async fn run(&mut self, tell: impl Fn(ContentEvent)) -> Result<ContentEvent, ReadError> {
        let size = self.source.size().await?;
        let from = self.wanted.from.min(size);
        let mut order = [from..size, 0..from];
        if self.wanted.backwards {
            order.reverse();
        }
        for range in order {
            if let Some(at) = self.look_through(range, size, &tell).await? {
                return Ok(ContentEvent::Found { search: self.wanted.search, at: Some(at) });
            }
        }
        Ok(ContentEvent::Found { search: self.wanted.search, at: None })
    }

    async fn look_through(
        &mut self,
        mut range: Range,
        size: u64,
        tell: &impl Fn(ContentEvent),
    ) -> Result<Option<u64>, ReadError> {
        let mut step = if self.source.is_far() { FIRST_STEP } else { STEP };
        while !range.is_empty() {
            let len = step.min(range.end - range.start);
            let start = if self.wanted.backwards { range.end - len } else { range.start };
            let overlap = self.pattern.len() as u64 - 1;
            let part = self.source.part(start, len + overlap).await?;
            if let Some(at) = self.find(part.bytes) {
                return Ok(Some(start + at as u64));
            }
            if self.wanted.backwards {
                range.end = start;
            } else {
                range.start += len;
            }
            self.done += len;
            if self.told_at.elapsed() >= TELL {
                self.told_at = Instant::now();
                tell(ContentEvent::Searched { search: self.wanted.search, done: self.done.min(size), size });
            }
            step = (step * 2).min(STEP);
        }
        Ok(None)
    }

    /// Returns the first match in the order of the search.
    fn find(&self, bytes: Vec<u8>) -> Option<usize> {
        let bytes = folded(bytes, self.wanted.folds_case);
        if self.wanted.backwards {
            FinderRev::new(&self.pattern).rfind(&bytes)
        } else {
            Finder::new(&self.pattern).find(&bytes)
        }
    }
}

fn folded(mut bytes: Vec<u8>, folds: bool) -> Vec<u8> {
    if folds {
        bytes.make_ascii_lowercase();
    }
    bytes
}

/// Bytes of one step: enough to make the way to the server short, little enough to hold.
const STEP: u64 = 4 << 20;

/// Bytes of the first step where each costs the network: what is near is found at once.
const FIRST_STEP: u64 = 128 << 10;

/// How often it is told how far it is.
const TELL: Duration = Duration::from_millis(100);
