//! Sums of chosen entries for the properties dialog: from the tree at once, or by a job where very many are chosen; of
//! folders of the disk by a job that walks them and tells now and then how far it is.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::actor::Actor;
use super::jobs::{Done, News};
use super::panes::LARGE;
use super::selection::Selected;
use crate::entry::{EntryKey, EntryKind, Location};
use crate::handle::NodeHandle;
use crate::local::walk::walk;
use crate::message::{Event, MOST_VERSIONS, MeasureId, Measured, Selection, VersionFacts};
use crate::tree::Tree;

impl Actor {
    /// Works out what chosen entries come to. What was asked before is not told any more.
    pub(crate) fn measure(&mut self, id: MeasureId, selection: Selection) {
        self.measuring = None;
        match self.select(selection) {
            Ok(Selected::Entries { parent: Location::Local(folder), keys }) => {
                self.measure_disk(id, keys.iter().filter_map(|key| local_path(&folder, key)).collect());
            }
            Ok(Selected::Entries { parent: Location::Cloud { account, .. }, keys }) => {
                let tree = self.accounts.get(&account).and_then(|account| account.tree.clone());
                match tree {
                    Some(tree) if keys.len() > LARGE => {
                        self.measure_beside(id, move |tell| {
                            tell(of_nodes(&tree, &keys));
                        });
                    }
                    Some(tree) => {
                        let measured = of_nodes(&tree, &keys);
                        self.send(Event::Measured { measure: id, measured });
                    }
                    None => {}
                }
            }
            Ok(Selected::Contents(_)) => {}
            Err(problem) => self.send(Event::Failed(problem)),
        }
    }

    fn measure_disk(&mut self, id: MeasureId, paths: Vec<PathBuf>) {
        self.measure_beside(id, move |tell| {
            if let Some(measured) = of_paths(&paths, tell) {
                tell(measured);
            }
        });
    }

    /// Measures in a job, which tells what it knows and hears whether that is still wanted.
    fn measure_beside(
        &mut self,
        id: MeasureId,
        measure: impl FnOnce(&dyn Fn(Measured) -> bool) + Send + 'static,
    ) {
        let cancel = CancellationToken::new();
        self.measuring = Some(cancel.clone().drop_guard());
        let news = self.jobs.news();
        self.jobs.start_blocking(Done::Abandoned, move || {
            measure(&|measured| !cancel.is_cancelled() && news.send(News::Measured(id, measured)).is_ok());
            Done::Abandoned
        });
    }

    /// Tells how far the walk through folders of the disk is.
    pub(crate) fn measured(&mut self, id: MeasureId, measured: Measured) {
        if measured.is_complete {
            self.measuring = None;
        }
        self.send(Event::Measured { measure: id, measured });
    }
}

/// Ends the walk for the properties when it is dropped.
pub(crate) type Measuring = Option<DropGuard>;

fn local_path(folder: &std::path::Path, key: &EntryKey) -> Option<PathBuf> {
    match key {
        EntryKey::Name(name) => Some(folder.join(name)),
        EntryKey::Node(_) | EntryKey::Place(_) => None,
    }
}

/// Counts all below; `goes_on` hears of it now and then and says whether it is still wanted.
fn of_paths(paths: &[PathBuf], goes_on: impl Fn(Measured) -> bool) -> Option<Measured> {
    let mut measured = Measured::default();
    let mut told_at = Instant::now();
    for path in paths {
        match crate::local::entry::stat(path) {
            Ok(entry) => count(&mut measured, entry.kind, entry.size.unwrap_or(0)),
            Err(_) => measured.unreadable_count += 1,
        }
        if !path.is_dir() || path.is_symlink() {
            continue;
        }
        for item in walk(path) {
            match item {
                Ok(item) => count(&mut measured, item.entry.kind, item.entry.size.unwrap_or(0)),
                Err(_) => measured.unreadable_count += 1,
            }
            if told_at.elapsed() >= TELL {
                told_at = Instant::now();
                if !goes_on(measured.clone()) {
                    return None;
                }
            }
        }
    }
    measured.is_complete = true;
    Some(measured)
}

fn count(measured: &mut Measured, kind: EntryKind, size: u64) {
    match kind {
        EntryKind::Folder => measured.folder_count += 1,
        EntryKind::File => {
            measured.file_count += 1;
            measured.bytes = measured.bytes.saturating_add(size);
        }
        EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => {}
    }
}

fn of_nodes(tree: &Tree, keys: &[EntryKey]) -> Measured {
    let mut measured = Measured { is_complete: true, ..Measured::default() };
    let nodes: Vec<NodeHandle> = keys
        .iter()
        .filter_map(|key| match key {
            EntryKey::Node(node) => Some(*node),
            EntryKey::Place(folder) => tree.folder_node(*folder),
            EntryKey::Name(_) => None,
        })
        .collect();
    for handle in &nodes {
        let Some(node) = tree.node(*handle) else { continue };
        let usage = tree.usage(*handle);
        if node.is_file() {
            measured.file_count += 1;
            measured.bytes = measured.bytes.saturating_add(node.size());
            let versions = tree.versions(*handle).into_iter().filter_map(|version| tree.node(version));
            let bytes = versions.fold(0u64, |sum, version| sum.saturating_add(version.size()));
            measured.version_bytes = measured.version_bytes.saturating_add(bytes);
        } else {
            measured.file_count += usage.file_count;
            measured.folder_count += usage.folder_count + 1;
            measured.bytes = measured.bytes.saturating_add(usage.bytes);
            measured.version_bytes = measured.version_bytes.saturating_add(usage.version_bytes);
        }
    }
    if let [only] = nodes[..] {
        let facts = |version: NodeHandle| {
            let version = tree.node(version)?;
            let time = version.modified().unwrap_or_else(|| version.uploaded());
            Some(VersionFacts { size: version.size(), time })
        };
        measured.versions = tree.versions(only).into_iter().filter_map(facts).take(MOST_VERSIONS).collect();
        measured.is_linked = tree.is_linked(only);
        measured.is_given = tree.is_given(only);
        let top = tree.ancestors(only).find_map(|above| tree.sharer(above.handle()));
        measured.sharer = top.map(str::to_owned);
    }
    measured
}

/// How often it is told how far a walk is.
const TELL: Duration = Duration::from_millis(200);
