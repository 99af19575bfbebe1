//! What takes the space in a folder: of the cloud at once, from the sums that the tree keeps, and again when the account
//! changes; of the disk by a walk that tells now and then how far it is. One scan serves all folders below it.

mod scan;
mod sheet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::scan::DiskScan;
pub(crate) use self::scan::Scanned;
use self::sheet::{Adding, Found};
use super::actor::Actor;
use super::jobs::{Done, News};
use super::problem;
use crate::entry::{Entry, Location};
use crate::local;
use crate::message::{Event, Problem, UsageId, UsageQuestion, UsageSheet};

/// The folder that is looked at.
#[derive(Debug)]
pub(crate) struct OpenUsage {
    question: UsageQuestion,
    disk: Option<OnDisk>,
    /// Something has changed since it was told, or since it began to be added up.
    is_stale: bool,
    is_adding: bool,
}

/// What is known of a folder of the disk.
#[derive(Debug)]
struct OnDisk {
    scan: DiskScan,
    /// The entries of the folder that is looked at, once they are read.
    entries: Option<Arc<Result<Vec<Entry>, Problem>>>,
}

impl Actor {
    /// Looks at a folder, and at no other any more.
    pub(crate) fn watch_usage(&mut self, question: UsageQuestion) {
        let place = self.normal_location(question.place);
        let question = UsageQuestion { place, ..question };
        let before = self.usage.take().and_then(|watched| watched.disk);
        let disk = match &question.place {
            Location::Cloud { account, .. } => {
                let is_known = self.accounts.get(account).is_some_and(|account| account.tree.is_some());
                if !is_known && !self.connect(&account.clone()) {
                    let problem = problem::unknown_account(account);
                    return self.send(Event::Failed(problem));
                }
                None
            }
            Location::Local(path) => {
                let kept = before.map(|disk| disk.scan).filter(|scan| !question.anew && scan.covers(path));
                let scan = kept.unwrap_or_else(|| self.scan(path));
                self.list_for_usage(question.usage, path.clone());
                Some(OnDisk { scan, entries: None })
            }
        };
        self.usage = Some(OpenUsage { question, disk, is_stale: false, is_adding: false });
        self.tell_usage();
    }

    /// Looks at no folder any more.
    pub(crate) fn end_usage(&mut self) {
        self.usage = None;
    }

    /// Something in an account has changed.
    pub(crate) fn usage_changed(&mut self, name: &str) {
        if let Some(watched) = &mut self.usage
            && matches!(&watched.question.place, Location::Cloud { account, .. } if account == name)
        {
            watched.is_stale = true;
        }
    }

    /// Returns whether what was told of a folder is no longer so.
    pub(crate) fn has_stale_usage(&self) -> bool {
        self.usage.as_ref().is_some_and(|watched| watched.is_stale && !watched.is_adding)
    }

    /// Tells what the folder comes to, as far as that is known. A large one is added up beside the loop; what changes
    /// meanwhile makes for another round.
    pub(crate) fn tell_usage(&mut self) {
        let Some(adding) = self.adding() else { return };
        let Some(watched) = &mut self.usage else { return };
        watched.is_stale = watched.is_adding;
        if watched.is_adding {
            return;
        }
        if !adding.is_large() {
            return self.send(Event::Usage(adding.sheet()));
        }
        watched.is_adding = true;
        let broken = adding.failed(problem::broke_down("add up the folder"));
        self.jobs.start_blocking(Done::UsageAdded(Box::new(broken)), move || {
            Done::UsageAdded(Box::new(adding.sheet()))
        });
    }

    fn adding(&self) -> Option<Adding> {
        let OpenUsage { question, disk, .. } = self.usage.as_ref()?;
        let (heading, found) = match &question.place {
            place @ Location::Cloud { account, .. } => {
                let tree = self.accounts.get(account).and_then(|account| account.tree.clone());
                (self.heading(place), Found::Cloud(tree))
            }
            place @ Location::Local(_) => {
                let OnDisk { scan, entries } = disk.as_ref()?;
                // The order of entries whose sums are still to come would turn under the first keys.
                let so_far = Some(scan.so_far()).filter(|so_far| so_far.has_begun)?;
                (self.heading(place), Found::Disk(entries.clone()?, so_far))
            }
        };
        Some(Adding { question: question.clone(), heading, found })
    }

    /// Takes what a large folder comes to.
    pub(crate) fn usage_added(&mut self, sheet: UsageSheet) {
        if let Some(watched) = self.usage.as_mut().filter(|watched| watched.question.usage == sheet.usage) {
            watched.is_adding = false;
            self.send(Event::Usage(sheet));
        }
    }

    /// Takes the entries of the folder that is looked at.
    pub(crate) fn usage_listed(&mut self, usage: UsageId, entries: Result<Vec<Entry>, Problem>) {
        let watched = self.usage.as_mut().filter(|watched| watched.question.usage == usage);
        if let Some(disk) = watched.and_then(|watched| watched.disk.as_mut()) {
            disk.entries = Some(Arc::new(entries));
            self.tell_usage();
        }
    }

    /// Takes what a scan has come to.
    pub(crate) fn usage_scanned(&mut self, scanned: Scanned) {
        let disk = self.usage.as_mut().and_then(|watched| watched.disk.as_mut());
        if disk.is_some_and(|disk| disk.scan.take(scanned)) {
            self.tell_usage();
        }
    }

    fn scan(&mut self, path: &Path) -> DiskScan {
        self.usage_scans += 1;
        let (scan, work) = DiskScan::of(self.usage_scans, path.to_path_buf());
        let news = self.jobs.news();
        let broken = Done::Broken(problem::broke_down("add up the folder"));
        self.jobs.start_blocking(broken, move || {
            work.run(|scanned| news.send(News::Scanned(scanned)).is_ok());
            Done::Abandoned
        });
        scan
    }

    fn list_for_usage(&mut self, usage: UsageId, path: PathBuf) {
        let broken = Done::UsageListed(usage, Err(problem::broke_down("show the folder")));
        self.jobs.start_blocking(broken, move || {
            let listed = local::list(&path).map_err(|error| problem::of_folder(&path, &error));
            let into_entries = |listed: Vec<local::DiskEntry>| {
                listed.into_iter().map(local::DiskEntry::into_entry).collect()
            };
            Done::UsageListed(usage, listed.map(into_entries))
        });
    }
}
