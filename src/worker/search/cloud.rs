//! [`CloudSearch`]: a search through a tree, a slice of nodes at a time, each slice on all cores. Threads of its own do
//! that, not those of the big sorts, behind which the worker's loop would have to wait.

use std::collections::HashMap;
use std::num::NonZero;
use std::thread;

use super::best::Best;
use super::query::{Candidate, Query, Scratch};
use crate::entry::{CloudFolder, Location};
use crate::message::{Hit, SearchProgress};
use crate::tree::{Node, Step, Tree, TreeWalk};
use crate::worker::listing;

/// How far a search through a tree is.
#[derive(Debug)]
pub(super) struct CloudSearch {
    account: String,
    top: CloudFolder,
    walk: TreeWalk<u32>,
    query: Query,
    best: Best,
    /// One for each thread.
    scratches: Vec<Scratch>,
    /// Paths of folders in which something was found.
    paths: HashMap<CloudFolder, String>,
}

impl CloudSearch {
    /// Begins below `folders`; paths of hits are told from `top` on.
    pub(super) fn new(account: String, top: CloudFolder, folders: Vec<CloudFolder>, query: Query) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        Self {
            account,
            top,
            walk: TreeWalk::below(folders, 0),
            query,
            best: Best::default(),
            scratches: std::iter::repeat_with(Scratch::default).take(threads).collect(),
            paths: HashMap::new(),
        }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// Looks at the next nodes and returns those that fit, as far as they are among the best.
    pub(super) fn go_on(&mut self, tree: &Tree, progress: &mut SearchProgress) -> Vec<Hit> {
        let query = &self.query;
        let known = |node: &Node<'_>, above| above | node.name().map_or(0, |name| query.words_in(name));
        let steps = tree.walk_on(&mut self.walk, SLICE, known);
        let mut ranked = rank_all(query, tree, &steps, &mut self.scratches);
        progress.seen_count += steps.len() as u64;
        progress.hit_count += ranked.len() as u64;
        progress.is_complete = self.walk.is_over();
        ranked.retain(|(_, rank)| self.best.admit(*rank));
        ranked.retain(|(_, rank)| self.best.keeps(*rank));
        ranked.into_iter().map(|(at, rank)| self.hit(tree, &steps[at], rank)).collect()
    }

    fn hit(&mut self, tree: &Tree, step: &Step<'_, u32>, rank: u64) -> Hit {
        let folder = self
            .paths
            .entry(step.folder)
            .or_insert_with(|| path_below(&self.account, tree, self.top, step.folder));
        Hit {
            entry: listing::cloud_entry(tree, &step.node, false),
            parent: Location::Cloud { account: self.account.clone(), folder: step.folder },
            folder: folder.clone(),
            rank,
        }
    }
}

/// Asks the query about nodes, on several threads where there are many.
fn rank_all(
    query: &Query,
    tree: &Tree,
    steps: &[Step<'_, u32>],
    scratches: &mut [Scratch],
) -> Vec<(usize, u64)> {
    let rank = |first: usize, steps: &[Step<'_, u32>], scratch: &mut Scratch| -> Vec<(usize, u64)> {
        let ranked = steps.iter().enumerate().filter_map(|(at, step)| {
            let rank = query.rank(&InTree { tree, node: step.node }, step.known, scratch)?;
            Some((first + at, rank))
        });
        ranked.collect()
    };
    let share = steps.len().div_ceil(scratches.len().max(1)).max(LEAST_SHARE);
    thread::scope(|scope| {
        let mut shares = steps.chunks(share).zip(scratches).enumerate();
        let own = shares.next();
        let others: Vec<_> = shares
            .map(|(at, (steps, scratch))| scope.spawn(move || rank(at * share, steps, scratch)))
            .collect();
        let mut ranked = own.map(|(_, (steps, scratch))| rank(0, steps, scratch)).unwrap_or_default();
        for other in others {
            match other.join() {
                Ok(more) => ranked.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        ranked
    })
}

/// A node as a query sees it.
struct InTree<'t> {
    tree: &'t Tree,
    node: Node<'t>,
}

impl Candidate for InTree<'_> {
    fn name(&self) -> &str {
        self.node.name().unwrap_or_default()
    }

    fn is_folder(&self) -> bool {
        !self.node.is_file()
    }

    fn size(&self) -> Option<u64> {
        let is_file = self.node.is_file();
        Some(if is_file { self.node.size() } else { self.tree.usage(self.node.handle()).bytes })
    }

    fn time(&self) -> Option<i64> {
        self.node.modified().or_else(|| Some(self.node.uploaded()).filter(|_| self.node.is_file()))
    }

    fn is_empty(&self) -> bool {
        if self.node.is_file() {
            self.node.size() == 0
        } else {
            self.tree.children(self.node.handle()).next().is_none()
        }
    }

    fn is_shared(&self) -> bool {
        self.node.is_shared()
    }

    fn version_bytes(&self) -> u64 {
        self.tree.usage(self.node.handle()).version_bytes
    }
}

/// Returns the path of a folder below another one; the whole path where it is elsewhere.
fn path_below(account: &str, tree: &Tree, top: CloudFolder, folder: CloudFolder) -> String {
    let [top, path] = [top, folder].map(|folder| listing::cloud_title(account, Some(tree), folder));
    let is_elsewhere = |title: &str| title[account.len()..].starts_with("://");
    match path.strip_prefix(top.as_str()) {
        Some(_) if is_elsewhere(&path) && !is_elsewhere(&top) => path,
        Some(below) if below.is_empty() || below.starts_with('/') || top.ends_with('/') => {
            below.strip_prefix('/').unwrap_or(below).to_owned()
        }
        Some(_) | None => path,
    }
}

/// Nodes looked at before other work has its turn: a few milliseconds.
const SLICE: usize = 16_384;

/// Nodes that are worth a thread.
const LEAST_SHARE: usize = 2_048;

/// Threads that look at once.
const MOST_THREADS: usize = 8;
