//! Searches by name below a folder: in the tree by slices between other work, so that a million nodes hold nothing up, on
//! the disk by a job that sends what it finds. A newer search ends the one before. Nothing is kept but the way.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::actor::Actor;
use super::jobs::{Done, News};
use super::listing;
use super::problem;
use super::view::wildcard;
use crate::entry::{CloudFolder, Location};
use crate::local;
use crate::message::{Event, Hit, MOST_HITS, Problem, ProblemKind, SearchId, SearchProgress};
use crate::tree::Tree;

/// The search that is on its way.
#[derive(Debug)]
pub(crate) struct Search {
    id: SearchId,
    progress: SearchProgress,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Folders of an account that are still to be looked into, the next one last.
    Cloud { account: String, top: CloudFolder, folders: Vec<CloudFolder>, pattern: Pattern },
    /// A job walks; dropping this ends it.
    Disk { _stop: tokio_util::sync::DropGuard },
}

/// What names have to look like.
#[derive(Debug)]
enum Pattern {
    /// To contain a text, in lower case.
    Contains(String),
    /// To fit a wildcard pattern as a whole.
    Wildcard(regex::Regex),
}

impl Actor {
    /// Begins a search; an empty text only ends the one before.
    pub(crate) fn search(&mut self, id: SearchId, place: Location, text: &str) {
        self.searching = None;
        if text.is_empty() {
            return self.send(Event::Hits { search: id, hits: Vec::new(), progress: over() });
        }
        let Some(pattern) = Pattern::new(text) else {
            let message = format!("\"{text}\" is too long a pattern");
            return self.send(Event::Failed(Problem::new(ProblemKind::Usage, message, "")));
        };
        let way = match self.normal_location(place) {
            Location::Cloud { account, folder } => {
                Way::Cloud { account, top: folder, folders: vec![folder], pattern }
            }
            Location::Local(path) => self.walk_disk(id, path, pattern),
        };
        self.searching = Some(Search { id, progress: SearchProgress::default(), way });
    }

    /// Ends the search that is on its way.
    pub(crate) fn end_search(&mut self) {
        self.searching = None;
    }

    /// Returns whether a search has more to do in the loop.
    pub(crate) const fn has_more_to_search(&self) -> bool {
        matches!(&self.searching, Some(Search { way: Way::Cloud { .. }, .. }))
    }

    /// Looks at the next nodes of a search.
    pub(crate) fn go_on_searching(&mut self) {
        let Some(Search { id, progress, way: Way::Cloud { account, top, folders, pattern } }) =
            &mut self.searching
        else {
            return;
        };
        let id = *id;
        let tree = self.accounts.get(account.as_str()).and_then(|account| account.tree.as_deref());
        let mut hits = Vec::new();
        if let Some(tree) = tree {
            let end = progress.seen_count.saturating_add(NODES_AT_ONCE);
            while progress.seen_count < end
                && let Some(folder) = folders.pop()
            {
                look_into(tree, (account, *top, folder), pattern, progress, folders, &mut hits);
            }
        } else {
            folders.clear();
        }
        progress.is_complete = folders.is_empty();
        let progress = *progress;
        if progress.is_complete {
            self.searching = None;
        }
        if !hits.is_empty() || progress.is_complete || progress.seen_count % TOLD_EACH < NODES_AT_ONCE {
            self.send(Event::Hits { search: id, hits, progress });
        }
    }

    /// Takes what a walk over the disk has found.
    pub(super) fn found_on_disk(&mut self, search: SearchId, hits: Vec<Hit>, progress: SearchProgress) {
        if self.searching.as_ref().is_some_and(|now| now.id == search) {
            if progress.is_complete {
                self.searching = None;
            }
            self.send(Event::Hits { search, hits, progress });
        }
    }

    fn walk_disk(&mut self, id: SearchId, path: PathBuf, pattern: Pattern) -> Way {
        let stop = CancellationToken::new();
        let (news, stopped) = (self.jobs.news(), stop.clone());
        let broken = Done::Broken(problem::broke_down("search the folder"));
        self.jobs.start_blocking(broken, move || {
            walk(&path, &pattern, &stopped, |hits, progress| {
                news.send(News::Hits { search: id, hits, progress }).is_ok()
            });
            Done::Abandoned
        });
        Way::Disk { _stop: stop.drop_guard() }
    }
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        if text.contains(['*', '?']) {
            return wildcard(text).map(Self::Wildcard);
        }
        Some(Self::Contains(text.to_lowercase()))
    }

    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Contains(text) if name.is_ascii() && text.is_ascii() => {
                let (name, text) = (name.as_bytes(), text.as_bytes());
                name.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text))
            }
            Self::Contains(text) => name.to_lowercase().contains(text.as_str()),
            Self::Wildcard(regex) => regex.is_match(name),
        }
    }
}

/// Looks at what is in one folder of the tree.
fn look_into(
    tree: &Tree,
    (account, top, folder): (&str, CloudFolder, CloudFolder),
    pattern: &Pattern,
    progress: &mut SearchProgress,
    folders: &mut Vec<CloudFolder>,
    hits: &mut Vec<Hit>,
) {
    let mut below = None;
    let first = folders.len();
    for node in tree.contents(folder) {
        progress.seen_count += 1;
        if !node.is_file() {
            folders.push(CloudFolder::Node(node.handle()));
        }
        let fits = node.name().is_some_and(|name| pattern.fits(name));
        if !fits {
            continue;
        }
        progress.hit_count += 1;
        if progress.hit_count <= MOST_HITS as u64 {
            let below = below.get_or_insert_with(|| path_below(account, tree, top, folder));
            let parent = Location::Cloud { account: account.to_owned(), folder };
            hits.push(Hit { entry: listing::cloud_entry(tree, &node, false), parent, folder: below.clone() });
        }
    }
    folders[first..].reverse();
}

/// Returns the path of a folder below another one.
fn path_below(account: &str, tree: &Tree, top: CloudFolder, folder: CloudFolder) -> String {
    let [top, path] = [top, folder].map(|folder| listing::cloud_title(account, Some(tree), folder));
    path.strip_prefix(top.as_str()).unwrap_or(&path).trim_start_matches('/').to_owned()
}

/// Walks over a folder of the disk and tells what fits, a few times a second; ends where nobody wants to know. Blocks.
fn walk(
    top: &Path,
    pattern: &Pattern,
    stop: &CancellationToken,
    mut tell: impl FnMut(Vec<Hit>, SearchProgress) -> bool,
) {
    let mut progress = SearchProgress::default();
    let mut hits = Vec::new();
    let mut told = Instant::now();
    for item in local::walk(top) {
        if stop.is_cancelled() {
            return;
        }
        progress.seen_count += 1;
        let Ok(item) = item else { continue }; // what cannot be read has no entries to find
        if pattern.fits(&item.entry.name.to_string_lossy()) {
            progress.hit_count += 1;
            if progress.hit_count <= MOST_HITS as u64 {
                let below = item.path.parent().unwrap_or(Path::new(""));
                let parent = Location::Local(top.join(below));
                let folder = below.to_string_lossy().into_owned();
                hits.push(Hit { entry: item.entry.into_entry(), parent, folder });
            }
        }
        let is_first = progress.hit_count == 1 && hits.len() == 1;
        if (is_first || told.elapsed() >= TELL_AGAIN) && (!hits.is_empty() || told.elapsed() >= TELL_AGAIN) {
            told = Instant::now();
            if !tell(std::mem::take(&mut hits), progress) {
                return;
            }
        }
    }
    tell(hits, SearchProgress { is_complete: true, ..progress });
}

fn over() -> SearchProgress {
    SearchProgress { is_complete: true, ..SearchProgress::default() }
}

/// Nodes looked at before other work has its turn; a folder is looked into as a whole.
const NODES_AT_ONCE: u64 = 20_000;

/// Without hits a search is told of after about so many nodes.
const TOLD_EACH: u64 = 200_000;

/// What a walk finds is told this often.
const TELL_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contain_a_text_in_any_case_or_fit_a_pattern_as_a_whole() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).unwrap().fits(name);
        assert!(fits("CASTL", "old castle.jpg") && !fits("castle.png", "castle.jpg"));
        assert!(fits("ÜBER", "über alles") && fits("a", "A") && !fits("abc", "ab"));
        assert!(fits("*.jp?g", "x.JPEG") && !fits("*.jpg", "x.jpg.txt"));
    }

    #[test]
    fn a_walk_tells_what_is_below_and_ends_when_it_is_stopped() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(scratch.path().join("a/b")).unwrap();
        std::fs::write(scratch.path().join("a/b/castle.jpg"), b"x").unwrap();
        std::fs::write(scratch.path().join("castle.txt"), b"x").unwrap();
        let mut found = Vec::new();
        let mut last = SearchProgress::default();
        let pattern = Pattern::new("castle").unwrap();
        walk(scratch.path(), &pattern, &CancellationToken::new(), |hits, progress| {
            found.extend(hits.into_iter().map(|hit| (hit.entry.name, hit.folder)));
            last = progress;
            true
        });
        assert_eq!(found, [("castle.jpg".into(), "a/b".into()), ("castle.txt".to_owned(), String::new())]);
        assert_eq!(last, SearchProgress { seen_count: 4, hit_count: 2, is_complete: true });
        let stop = CancellationToken::new();
        stop.cancel();
        walk(scratch.path(), &pattern, &stop, |_, _| panic!("nobody wants to know"));
    }
}
