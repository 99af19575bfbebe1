//! The scans of a copy, begun: a source folder is listed and held against the target, on the disk as a job, in the cloud
//! by the tree, where much is in either of them as a job, too. `copying` calls it whenever a plan may have folders to scan;
//! what a scan finds is `scan`'s.

use std::path::PathBuf;
use std::sync::Arc;

use super::across::{Look, offers_across};
use super::actor::Actor;
use super::copying::{Copy, CopyDone};
use super::ends::Way;
use super::jobs::Done;
use super::panes::LARGE;
use super::problem;
use super::refusal::not_ready;
use super::scan::{self, CloudChild, Goal, Origin, Picked};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::local::{self, DiskEntry};
use crate::message::{CopyId, Problem, Task};
use crate::transfer::plan::{FolderId, Scan, Scanned};
use crate::tree::Tree;

impl Actor {
    /// Starts as many scans as may run at once.
    pub(super) fn start_scans(&mut self, id: CopyId) {
        while let Some(copy) = self.copies.get_mut(&id)
            && copy.scanning < SCANS_AT_ONCE
            && let Some(scan) = copy.plan.next_scan()
        {
            copy.scanning += 1;
            self.start_scan(id, scan);
        }
    }

    fn start_scan(&mut self, id: CopyId, scan: Scan<Origin, Goal>) {
        let Some(copy) = self.copies.get(&id) else { return };
        let Scan { folder, source, target } = scan.clone();
        let broken = CopyDone::Scanned(folder, Err(problem::broke_down("look through the source")));
        let broken = Done::Copy(id, broken);
        match copy.way {
            Way::Inside | Way::Between => self.scan_inside(id, scan),
            Way::Up => {
                let list = list_disk(copy, source);
                self.jobs.start_blocking(broken, move || {
                    Done::Copy(id, CopyDone::Children(folder, target, list()))
                });
            }
            Way::Across => {
                let list = list_disk(copy, source);
                let (wants_others, wholes) = (copy.wants_others(folder), copy.wholes);
                let rename = copy.rename.clone().filter(|_| copy.is_top(folder));
                self.jobs.start_blocking(broken, move || {
                    let look = Look { rename: rename.as_deref(), wants_others, wholes };
                    let found =
                        list().and_then(|children| offers_across(children, on_disk(target.as_ref()), look));
                    Done::Copy(id, CopyDone::Scanned(folder, found))
                });
            }
            Way::Down => {
                let wants_others = copy.wants_others(folder);
                let source = self.cloud_source(copy, &source).map(CloudSource::ahead);
                let rename = copy.rename.clone().filter(|_| copy.is_top(folder));
                self.jobs.start_blocking(broken, move || {
                    let found = source.and_then(|source| {
                        let children = source.children();
                        scan::offers_down(children, on_disk(target.as_ref()), rename.as_deref(), wants_others)
                    });
                    Done::Copy(id, CopyDone::Scanned(folder, found))
                });
            }
        }
    }

    /// Returns where the children of a source folder of the cloud are, or what was picked.
    pub(super) fn cloud_source(&self, copy: &Copy, source: &Origin) -> Result<CloudSource, Problem> {
        let tree = self.accounts.get(&copy.source).and_then(|account| account.tree.clone());
        let tree = tree.ok_or_else(|| not_ready(&copy.source))?;
        let picked = match (source, &copy.picked) {
            (Origin::Cloud(folder), _) => return Ok(CloudSource::Folder(tree, *folder)),
            (Origin::Picked | Origin::Disk(_), Picked::Cloud(picked)) => Arc::clone(picked),
            (Origin::Picked | Origin::Disk(_), Picked::Paths(_) | Picked::Nothing) => Arc::default(),
        };
        Ok(CloudSource::Picked(tree, picked))
    }

    /// Holds what was found on the disk against a folder of the cloud.
    pub(super) fn hold_against(
        &mut self,
        id: CopyId,
        (folder, target): (FolderId, Option<Goal>),
        children: Result<Vec<(PathBuf, DiskEntry)>, Problem>,
    ) {
        let Some(copy) = self.copies.get(&id) else { return };
        let target = match target {
            Some(Goal::Node(node)) => Some(node),
            Some(Goal::Disk(_)) | None => None,
        };
        let tree = self.accounts.get(&copy.account).and_then(|account| account.tree.clone());
        let tree = tree.ok_or_else(|| not_ready(&copy.account));
        let (children, tree) = match (children, tree) {
            (Ok(children), Ok(tree)) => (children, tree),
            (Err(problem), _) | (Ok(_), Err(problem)) => return self.scanned(id, folder, Err(problem)),
        };
        let rename = copy.rename.clone().filter(|_| copy.is_top(folder));
        let wants_others = copy.wants_others(folder);
        let is_large = children.len() > LARGE || has_many(&tree, target);
        let hold = move || Ok(scan::offers_up(children, &tree, target, rename.as_deref(), wants_others));
        self.scan_by_size(id, folder, is_large, hold);
    }

    /// Scans a folder, beside the loop where it is large.
    pub(super) fn scan_by_size(
        &mut self,
        id: CopyId,
        folder: FolderId,
        is_large: bool,
        scan: impl FnOnce() -> Result<Scanned<Origin, Goal>, Problem> + Send + 'static,
    ) {
        if !is_large {
            return self.scanned(id, folder, scan());
        }
        let broken = CopyDone::Scanned(folder, Err(problem::broke_down("look through the source")));
        self.jobs.start_blocking(Done::Copy(id, broken), move || {
            Done::Copy(id, CopyDone::Scanned(folder, scan()))
        });
    }

    /// Gives to a plan what was found in a folder.
    pub(super) fn scanned(
        &mut self,
        id: CopyId,
        folder: FolderId,
        found: Result<Scanned<Origin, Goal>, Problem>,
    ) {
        if let Some(copy) = self.copies.get_mut(&id) {
            copy.scanning -= 1;
            let is_made = !copy.way.ends_on_disk() && !matches!(copy.plan.task(), Task::Check { .. });
            let found = if is_made { found.map(scan::without_impossible_names) } else { found };
            copy.plan.scanned(folder, found);
        }
    }
}

/// Where the children of a source folder of the cloud are.
pub(super) enum CloudSource {
    /// In the tree, in this folder.
    Folder(Arc<Tree>, CloudFolder),
    /// These were picked.
    Picked(Arc<Tree>, Arc<Vec<CloudFolder>>),
    /// Here.
    Children(Vec<CloudChild>),
}

impl CloudSource {
    /// Returns the children. Slow for very many.
    pub(super) fn children(self) -> Vec<CloudChild> {
        match self {
            Self::Folder(tree, folder) => scan::cloud_children(&tree, Some(folder), &[]),
            Self::Picked(tree, picked) => scan::cloud_children(&tree, None, &picked),
            Self::Children(children) => children,
        }
    }

    /// Takes the children out of the tree where they are few: a tree that a job holds costs the next change to it more.
    fn ahead(self) -> Self {
        let is_large = match &self {
            Self::Folder(tree, folder) => tree.contents(*folder).nth(LARGE).is_some(),
            Self::Picked(_, picked) => picked.len() > LARGE,
            Self::Children(_) => true,
        };
        if is_large { self } else { Self::Children(self.children()) }
    }

    /// Returns whether so much is in it, at any depth, that going through it takes a while.
    pub(super) fn is_deep(&self) -> bool {
        let (tree, folders) = match self {
            Self::Folder(tree, folder) => (tree, std::slice::from_ref(folder)),
            Self::Picked(tree, picked) => (tree, &picked[..]),
            Self::Children(children) => return children.len() > LARGE,
        };
        let count = |folder: &CloudFolder| match tree.folder_node(*folder) {
            Some(node) => {
                let below = tree.usage(node);
                below.file_count.saturating_add(below.folder_count)
            }
            None => tree.contents(*folder).take(LARGE + 1).count() as u64,
        };
        folders.len() > LARGE
            || folders.iter().fold(0, |sum: u64, folder| sum.saturating_add(count(folder))) > LARGE as u64
    }
}

/// Returns whether very much stands in a folder.
pub(super) fn has_many(tree: &Tree, folder: Option<NodeHandle>) -> bool {
    folder.is_some_and(|folder| tree.children(folder).nth(LARGE).is_some())
}

/// Returns what lists a source folder on the disk, or what was picked. Blocks when it is called.
fn list_disk(
    copy: &Copy,
    source: Origin,
) -> impl FnOnce() -> Result<Vec<(PathBuf, DiskEntry)>, Problem> + Send + use<> {
    let picked = match &copy.picked {
        Picked::Paths(paths) if source == Origin::Picked => Arc::clone(paths),
        Picked::Paths(_) | Picked::Cloud(_) | Picked::Nothing => Arc::default(),
    };
    move || {
        let path = match source {
            Origin::Disk(path) => Some(path),
            Origin::Picked | Origin::Cloud(_) => None,
        };
        scan::disk_children(path.as_deref(), &picked)
    }
}

const fn on_disk(target: Option<&Goal>) -> Option<&local::Target> {
    match target {
        Some(Goal::Disk(target)) => Some(target),
        Some(Goal::Node(_)) | None => None,
    }
}

/// Folders being scanned at once for one copy.
const SCANS_AT_ONCE: usize = 4;
