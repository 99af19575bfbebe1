//! The scans of a copy, begun: a source folder is listed and held against the target, on the disk as a job, in the cloud
//! by the tree. `copying` calls it whenever a plan may have folders to scan; what a scan finds is `scan`'s.

use std::path::PathBuf;

use super::across::{Look, offers_across};
use super::actor::Actor;
use super::copying::{Copy, CopyDone};
use super::ends::Way;
use super::jobs::Done;
use super::problem;
use super::refusal::not_ready;
use super::scan::{self, CloudChild, Goal, Origin, Picked};
use crate::local::{self, DiskEntry};
use crate::message::{CopyId, Problem};
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
                let children = self.cloud_children(copy, &source);
                let rename = copy.rename.clone().filter(|_| copy.is_top(folder));
                self.jobs.start_blocking(broken, move || {
                    let found = children.and_then(|children| {
                        scan::offers_down(children, on_disk(target.as_ref()), rename.as_deref(), wants_others)
                    });
                    Done::Copy(id, CopyDone::Scanned(folder, found))
                });
            }
        }
    }

    /// Returns what is in a source folder of the cloud, or what was picked.
    pub(super) fn cloud_children(&self, copy: &Copy, source: &Origin) -> Result<Vec<CloudChild>, Problem> {
        let tree = self.accounts.get(&copy.source).and_then(|account| account.tree.as_deref());
        let tree = tree.ok_or_else(|| not_ready(&copy.source))?;
        let folder = match source {
            Origin::Cloud(folder) => Some(*folder),
            Origin::Picked | Origin::Disk(_) => None,
        };
        let picked = match &copy.picked {
            Picked::Cloud(folders) => &folders[..],
            Picked::Paths(_) | Picked::Nothing => &[],
        };
        Ok(scan::cloud_children(tree, folder, picked))
    }
}

impl Copy {
    /// Holds what is in a folder of the disk against a folder of the cloud.
    pub(super) fn held_against(
        &self,
        tree: Option<&Tree>,
        (folder, target): (FolderId, Option<Goal>),
        children: Result<Vec<(PathBuf, DiskEntry)>, Problem>,
    ) -> Result<Scanned<Origin, Goal>, Problem> {
        let target = match target {
            Some(Goal::Node(node)) => Some(node),
            Some(Goal::Disk(_)) | None => None,
        };
        let rename = self.rename.as_deref().filter(|_| self.is_top(folder));
        let tree = tree.ok_or_else(|| not_ready(&self.account))?;
        Ok(scan::offers_up(children?, tree, target, rename, self.wants_others(folder)))
    }
}

/// Returns what lists a source folder on the disk, or what was picked. Blocks when it is called.
fn list_disk(
    copy: &Copy,
    source: Origin,
) -> impl FnOnce() -> Result<Vec<(PathBuf, DiskEntry)>, Problem> + Send + use<> {
    let picked = match &copy.picked {
        Picked::Paths(paths) if source == Origin::Picked => paths.clone(),
        Picked::Paths(_) | Picked::Cloud(_) | Picked::Nothing => Vec::new(),
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
