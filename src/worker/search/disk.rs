//! The search over a folder of the disk: walks, asks the query about each entry, and tells a few times a second. Blocks;
//! it runs as a job and ends where nobody wants to know.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::best::Best;
use super::query::{Candidate, Query, Scratch};
use crate::entry::{EntryKind, Location};
use crate::local::{self, WalkItem};
use crate::message::{Hit, SearchProgress};

/// Searches below `top`; `tell` returns whether there is still somebody who wants to know.
pub(super) fn search(
    top: &Path,
    query: &Query,
    stop: &CancellationToken,
    mut tell: impl FnMut(Vec<Hit>, SearchProgress) -> bool,
) {
    let mut progress = SearchProgress::default();
    let (mut best, mut scratch) = (Best::default(), Scratch::default());
    let mut hits: Vec<Hit> = Vec::new();
    let mut told = Instant::now();
    // The words that are in the names of the folders that the walk is in, by depth.
    let mut above = vec![0];
    for item in local::walk(top) {
        if stop.is_cancelled() {
            return;
        }
        progress.seen_count += 1;
        let Ok(item) = item else { continue }; // what cannot be read has no entries to find
        let name = item.entry.name.to_string_lossy();
        let depth = item.path.components().count();
        above.truncate(depth);
        let known = above.last().copied().unwrap_or(0);
        above.push(known | query.words_in(&name));
        let rank = query.rank(&OnDisk { top, item: &item, name: &name }, known, &mut scratch);
        if let Some(rank) = rank {
            progress.hit_count += 1;
            if best.admit(rank) {
                hits.push(hit(top, item, rank));
            }
        }
        let is_first = progress.hit_count == 1 && hits.len() == 1;
        if is_first || told.elapsed() >= TELL_AGAIN {
            told = Instant::now();
            if !tell(std::mem::take(&mut hits), progress.clone()) {
                return;
            }
        }
    }
    tell(hits, SearchProgress { is_complete: true, ..progress });
}

fn hit(top: &Path, item: WalkItem, rank: u64) -> Hit {
    let below = item.path.parent().unwrap_or(Path::new(""));
    let parent = Location::Local(top.join(below));
    let folder = below.to_string_lossy().into_owned();
    Hit { entry: item.entry.into_entry(), parent, folder, rank }
}

/// An entry of the disk as a query sees it.
struct OnDisk<'d> {
    top: &'d Path,
    item: &'d WalkItem,
    name: &'d str,
}

impl Candidate for OnDisk<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn is_folder(&self) -> bool {
        self.item.entry.kind.is_folder()
    }

    fn size(&self) -> Option<u64> {
        self.item.entry.size
    }

    fn time(&self) -> Option<i64> {
        self.item.entry.modified
    }

    fn is_empty(&self) -> bool {
        match self.item.entry.kind {
            EntryKind::Folder => {
                fs::read_dir(self.top.join(&self.item.path)).is_ok_and(|mut entries| entries.next().is_none())
            }
            EntryKind::File => self.item.entry.size == Some(0),
            EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => false,
        }
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn version_bytes(&self) -> u64 {
        0
    }
}

/// What a walk finds is told this often.
const TELL_AGAIN: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_tells_what_is_below_and_ends_when_it_is_stopped() {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir_all(scratch.path().join("a/b")).unwrap();
        fs::create_dir_all(scratch.path().join("void")).unwrap();
        fs::write(scratch.path().join("a/b/castle.jpg"), b"x").unwrap();
        fs::write(scratch.path().join("castle.txt"), b"x").unwrap();
        let find = |text: &str| {
            let mut found = Vec::new();
            let mut last = SearchProgress::default();
            let query = Query::parse(text).unwrap();
            search(scratch.path(), &query, &CancellationToken::new(), |hits, progress| {
                found.extend(hits.into_iter().map(|hit| (hit.entry.name, hit.folder)));
                last = progress;
                true
            });
            (found, last)
        };
        let (found, last) = find("castle");
        assert_eq!(found, [("castle.jpg".into(), "a/b".into()), ("castle.txt".to_owned(), String::new())]);
        assert_eq!((last.seen_count, last.hit_count, last.is_complete), (5, 2, true));
        assert_eq!(find("castle b").0, [("castle.jpg".to_owned(), "a/b".to_owned())], "b is above it");
        assert_eq!(find("is:folder is:empty").0, [("void".to_owned(), String::new())]);
        let stop = CancellationToken::new();
        stop.cancel();
        let query = Query::parse("castle").unwrap();
        search(scratch.path(), &query, &stop, |_, _| panic!("nobody wants to know"));
    }
}
