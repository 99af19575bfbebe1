//! [`DiskScan`]: what the folders of a disk come to. A job walks below one folder ([`ScanWork`]) and sends the sums of what
//! it has been through now and then; the worker keeps them by path, so that going up and down needs no second walk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::entry::EntryKind;
use crate::local::{self, WalkItem};

/// What a folder and all below it come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) bytes: u64,
    pub(crate) file_count: u64,
}

/// What a job sends.
#[derive(Debug)]
pub(crate) struct Scanned {
    scan: u64,
    /// Folders by whole path, each as it is so far.
    sums: Vec<(PathBuf, Sums)>,
    unreadable_count: u64,
    is_complete: bool,
}

/// The scan of a folder; dropping it ends the walk.
#[derive(Debug)]
pub(crate) struct DiskScan {
    number: u64,
    top: PathBuf,
    so_far: SoFar,
    _stop: DropGuard,
}

/// What a scan has come to so far. Cheap to clone: whoever adds up beside the loop has its own.
#[derive(Clone, Debug, Default)]
pub(super) struct SoFar {
    sums: Arc<HashMap<PathBuf, Sums>>,
    /// The job has told something: what is in order by then seldom changes it.
    pub(super) has_begun: bool,
    pub(super) unreadable_count: u64,
    pub(super) is_complete: bool,
}

impl SoFar {
    /// Returns what a folder comes to so far.
    pub(super) fn sums(&self, path: &Path) -> Sums {
        self.sums.get(path).copied().unwrap_or_default()
    }
}

/// The walk of a scan.
#[derive(Debug)]
pub(crate) struct ScanWork {
    number: u64,
    top: PathBuf,
    stop: CancellationToken,
}

impl DiskScan {
    /// Makes a scan, and the work that has to run for it.
    pub(super) fn of(number: u64, top: PathBuf) -> (Self, ScanWork) {
        let stop = CancellationToken::new();
        let work = ScanWork { number, top: top.clone(), stop: stop.clone() };
        let scan = Self { number, top, so_far: SoFar::default(), _stop: stop.drop_guard() };
        (scan, work)
    }

    /// Returns whether it goes through a folder.
    pub(super) fn covers(&self, path: &Path) -> bool {
        path.starts_with(&self.top)
    }

    /// Returns what it has come to.
    pub(super) fn so_far(&self) -> SoFar {
        self.so_far.clone()
    }

    /// Takes what the job has sent; returns whether it is of this scan.
    pub(super) fn take(&mut self, scanned: Scanned) -> bool {
        if scanned.scan != self.number {
            return false;
        }
        self.so_far.has_begun = true;
        Arc::make_mut(&mut self.so_far.sums).extend(scanned.sums);
        self.so_far.unreadable_count = scanned.unreadable_count;
        self.so_far.is_complete = scanned.is_complete;
        true
    }
}

impl ScanWork {
    /// Walks; `tell` returns whether there is still somebody who wants to know. Blocks.
    pub(super) fn run(self, tell: impl Fn(Scanned) -> bool) {
        let mut told = Instant::now();
        let mut adding = Adding { open: vec![(self.top.clone(), Sums::default())], closed: Vec::new() };
        let mut unreadable_count = 0;
        for item in local::walk(&self.top) {
            if self.stop.is_cancelled() {
                return;
            }
            match item {
                Ok(item) => adding.add(&self.top, &item),
                Err(_) => unreadable_count += 1,
            }
            if told.elapsed() >= TELL_AGAIN {
                told = Instant::now();
                let sums = adding.so_far();
                if !tell(Scanned { scan: self.number, sums, unreadable_count, is_complete: false }) {
                    return;
                }
            }
        }
        adding.close_to(0);
        tell(Scanned { scan: self.number, sums: adding.closed, unreadable_count, is_complete: true });
    }
}

/// Sums on their way up.
struct Adding {
    /// The folders that the walk is in, the scanned one first.
    open: Vec<(PathBuf, Sums)>,
    /// Those that it has left since it told last.
    closed: Vec<(PathBuf, Sums)>,
}

impl Adding {
    fn add(&mut self, top: &Path, item: &WalkItem) {
        self.close_to(item.path.components().count());
        match (item.entry.kind, self.open.last_mut()) {
            (EntryKind::Folder, _) => self.open.push((top.join(&item.path), Sums::default())),
            (EntryKind::File, Some((_, sums))) => {
                sums.bytes = sums.bytes.saturating_add(item.entry.size.unwrap_or(0));
                sums.file_count += 1;
            }
            (EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special | EntryKind::File, _) => {}
        }
    }

    /// Leaves the folders that lie deeper.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some((path, sums)) = self.open.pop()
        {
            if let Some((_, above)) = self.open.last_mut() {
                above.bytes = above.bytes.saturating_add(sums.bytes);
                above.file_count += sums.file_count;
            }
            self.closed.push((path, sums));
        }
    }

    /// Those that were left, and those that the walk is in with what is below them so far.
    fn so_far(&mut self) -> Vec<(PathBuf, Sums)> {
        let mut sums = std::mem::take(&mut self.closed);
        let mut below = Sums::default();
        for (path, own) in self.open.iter().rev() {
            below.bytes = below.bytes.saturating_add(own.bytes);
            below.file_count += own.file_count;
            sums.push((path.clone(), below));
        }
        sums
    }
}

/// How often it is told how far a walk is.
const TELL_AGAIN: Duration = Duration::from_millis(150);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_has_the_sum_of_all_below_it_and_a_dropped_scan_ends() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(scratch.path().join("a/b/void")).unwrap();
        for (name, bytes) in [("a/1", 10), ("a/b/2", 200), ("a/b/3", 1), ("4", 5)] {
            std::fs::write(scratch.path().join(name), vec![0; bytes]).unwrap();
        }
        let (mut scan, work) = DiskScan::of(1, scratch.path().to_path_buf());
        let told = std::cell::RefCell::new(Vec::new());
        work.run(|scanned| {
            told.borrow_mut().push(scanned);
            true
        });
        assert!(told.into_inner().into_iter().all(|scanned| scan.take(scanned)));
        assert!(scan.so_far().is_complete);
        for (path, bytes, file_count) in [("", 216, 4), ("a", 211, 3), ("a/b", 201, 2), ("a/b/void", 0, 0)] {
            let path = scratch.path().join(path);
            assert_eq!(
                scan.so_far().sums(path.components().as_path()),
                Sums { bytes, file_count },
                "{}",
                path.display()
            );
        }
        let (scan, work) = DiskScan::of(2, scratch.path().to_path_buf());
        drop(scan);
        work.run(|_| panic!("nobody wants to know"));
    }
}
