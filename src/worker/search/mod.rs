//! Searches below a folder or through an account, while the user types: in the tree by slices between other work, each
//! slice on all cores, so that a million nodes hold nothing up; on the disk by a job that sends what it finds. A newer
//! search ends the one before. What fits best is told, as it is found. Nothing is kept but the way.

mod best;
mod cloud;
mod disk;
mod filter;
mod query;

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use self::cloud::CloudSearch;
use self::query::Query;
use super::actor::Actor;
use super::jobs::{Done, News};
use super::problem;
use crate::entry::{CloudFolder, Location};
use crate::message::{Event, Hit, SearchId, SearchProgress, SearchReach};

/// The search that is on its way.
#[derive(Debug)]
pub(crate) struct Search {
    id: SearchId,
    progress: SearchProgress,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Through the tree of an account.
    Cloud(Box<CloudSearch>),
    /// A job walks; dropping this ends it.
    Disk { _stop: tokio_util::sync::DropGuard },
}

impl Actor {
    /// Begins a search; one for nothing only ends the one before.
    pub(crate) fn search(&mut self, id: SearchId, (place, reach): (Location, SearchReach), text: &str) {
        self.searching = None;
        let query = match Query::parse(text) {
            Ok(query) if !query.is_void() => query,
            Ok(_void) => return self.end_at_once(id, None),
            Err(trouble) => return self.end_at_once(id, Some(trouble)),
        };
        let way = match self.normal_location(place) {
            Location::Cloud { account, folder } => {
                let folders = match reach {
                    SearchReach::Below => vec![folder],
                    SearchReach::Account => PLACES.to_vec(),
                };
                Way::Cloud(Box::new(CloudSearch::new(account, folder, folders, query)))
            }
            Location::Local(path) => self.search_disk(id, path, query),
        };
        self.searching = Some(Search { id, progress: SearchProgress::default(), way });
    }

    /// Ends the search that is on its way.
    pub(crate) fn end_search(&mut self) {
        self.searching = None;
    }

    /// Returns whether a search has more to do in the loop.
    pub(crate) const fn has_more_to_search(&self) -> bool {
        matches!(&self.searching, Some(Search { way: Way::Cloud(_), .. }))
    }

    /// Looks at the next nodes of a search.
    pub(crate) fn go_on_searching(&mut self) {
        let Some(Search { id, progress, way: Way::Cloud(search) }) = &mut self.searching else { return };
        let tree = self.accounts.get(search.account()).and_then(|account| account.tree.as_deref());
        let hits = tree.map(|tree| search.go_on(tree, progress)).unwrap_or_default();
        progress.is_complete |= tree.is_none();
        let (id, progress) = (*id, progress.clone());
        if progress.is_complete {
            self.searching = None;
        }
        if !hits.is_empty() || progress.is_complete {
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

    fn search_disk(&mut self, id: SearchId, path: PathBuf, query: Query) -> Way {
        let stop = CancellationToken::new();
        let (news, stopped) = (self.jobs.news(), stop.clone());
        let broken = Done::Broken(problem::broke_down("search the folder"));
        self.jobs.start_blocking(broken, move || {
            disk::search(&path, &query, &stopped, |hits, progress| {
                news.send(News::Hits { search: id, hits, progress }).is_ok()
            });
            Done::Abandoned
        });
        Way::Disk { _stop: stop.drop_guard() }
    }

    fn end_at_once(&mut self, search: SearchId, trouble: Option<String>) {
        let progress = SearchProgress { is_complete: true, trouble, ..SearchProgress::default() };
        self.send(Event::Hits { search, hits: Vec::new(), progress });
    }
}

/// What an account has, the bin last.
const PLACES: [CloudFolder; 5] =
    [CloudFolder::Root, CloudFolder::Shares, CloudFolder::Inbox, CloudFolder::Orphans, CloudFolder::Rubbish];
