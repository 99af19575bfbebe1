//! [`prove`]: files of the cloud that may be equal are proven by copies of them on this machine. Nothing is downloaded: the
//! bytes of a local file under a cloud file's key give its meta-MAC, or they do not. Called for dedupe; what is proven goes
//! to its evidence, and what is done about it is not decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::problem;
use crate::crypto::key::NodeKey;
use crate::dedupe::{Evidence, Group, GroupKind};
use crate::entry::EntryKind;
use crate::handle::NodeHandle;
use crate::local::{self, WalkItem};
use crate::message::Problem;
use crate::transfer::local_copy::{self, Candidate, Shown};
use crate::transfer::{Limits, TransferError};
use crate::tree::Tree;

/// What is told on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A local file is read.
    Reading(PathBuf),
    /// It has proven so many files of the cloud to have its content.
    Proven {
        /// The local file.
        path: PathBuf,
        /// How many.
        count: usize,
    },
    /// Something on this machine cannot be read; it proves nothing.
    Failed(Problem),
}

/// Looks below `paths`, files or folders of this machine, for copies of what the groups leave in doubt. Ends early, without
/// an error, when `cancel` says so. What was proven until then is in the evidence.
pub async fn prove(
    tree: &Tree,
    groups: &[Group],
    paths: Vec<PathBuf>,
    evidence: &mut Evidence,
    (limits, cancel): (&Limits, &CancellationToken),
    mut tell: impl FnMut(Told),
) {
    let doubts = Doubts::of(tree, groups, evidence);
    let sizes: BTreeSet<u64> = doubts.by_size.keys().copied().collect();
    let searched = tokio::task::spawn_blocking(move || copies(&paths, &sizes)).await;
    let (copies, problems) = searched.unwrap_or_default();
    for problem in problems {
        tell(Told::Failed(problem));
    }
    for (size, path) in copies {
        let open: Vec<&Vec<NodeHandle>> = doubts.open(size, evidence).collect();
        let candidates: Vec<Candidate> = open.iter().filter_map(|class| candidate(tree, class[0])).collect();
        if open.is_empty() || cancel.is_cancelled() {
            continue;
        }
        tell(Told::Reading(path.clone()));
        match local_copy::read(&path, size, &candidates, limits, cancel).await {
            Ok(None) | Err(TransferError::Cancelled) => {}
            Ok(Some(Shown { digest, proven })) => {
                let members: Vec<NodeHandle> = proven.iter().flat_map(|&at| open[at]).copied().collect();
                tell(Told::Proven { path, count: members.len() });
                for member in members {
                    evidence.add(member, digest);
                }
            }
            Err(error) => {
                let what = format!("read \"{}\"", path.display());
                tell(Told::Failed(problem::of_transfer(&what, &error)));
            }
        }
    }
}

/// What groups leave in doubt.
struct Doubts {
    /// Classes of files that are proven equal among themselves, by their size. Each speaks by its first, whose key is known.
    by_size: BTreeMap<u64, Vec<Vec<NodeHandle>>>,
}

impl Doubts {
    fn of(tree: &Tree, groups: &[Group], evidence: &Evidence) -> Self {
        let mut by_size: BTreeMap<u64, Vec<Vec<NodeHandle>>> = BTreeMap::new();
        let judged = groups.iter().filter(|group| match group.kind {
            GroupKind::Files | GroupKind::Content => true,
            GroupKind::Mixed | GroupKind::Form => false,
        });
        for group in judged {
            let mut of_group: BTreeMap<u64, Vec<Vec<NodeHandle>>> = BTreeMap::new();
            for class in evidence.classes(tree, &group.members) {
                let size = tree.node(class[0]).map(|node| node.size()).unwrap_or_default();
                of_group.entry(size).or_default().push(class);
            }
            for (size, classes) in of_group {
                // What is alone with its size in its group can be equal to nothing.
                if classes.len() > 1 && size > 0 {
                    let known = classes.into_iter().filter(|class| candidate(tree, class[0]).is_some());
                    by_size.entry(size).or_default().extend(known);
                }
            }
        }
        Self { by_size }
    }

    /// Classes of a size that nothing has been read of.
    fn open(&self, size: u64, evidence: &Evidence) -> impl Iterator<Item = &Vec<NodeHandle>> {
        let classes = self.by_size.get(&size).into_iter().flatten();
        classes.filter(|class| class.iter().all(|&member| !evidence.covers(member)))
    }
}

fn candidate(tree: &Tree, file: NodeHandle) -> Option<Candidate> {
    let node = tree.node(file)?;
    match node.key()? {
        NodeKey::File(key) => {
            Some(Candidate { key, samples: node.fingerprint().map(|fingerprint| fingerprint.crc) })
        }
        NodeKey::Folder(_) => None,
    }
}

/// Files of these sizes at the paths and below, and what could not be read. Blocks.
fn copies(paths: &[PathBuf], sizes: &BTreeSet<u64>) -> (BTreeSet<(u64, PathBuf)>, Vec<Problem>) {
    let (mut found, mut problems) = (BTreeSet::new(), Vec::new());
    let mut take = |path: PathBuf, size: Option<u64>| {
        found.extend(size.filter(|size| sizes.contains(size)).map(|size| (size, path)));
    };
    for path in paths {
        match std::fs::metadata(path) {
            Ok(facts) if !facts.is_dir() => take(path.clone(), Some(facts.len())),
            Ok(_) => {
                for item in local::walk(path) {
                    match item {
                        Ok(WalkItem { path: below, entry }) if entry.kind == EntryKind::File => {
                            take(path.join(below), entry.size);
                        }
                        Ok(_) => {}
                        Err(error) => {
                            problems.push(problem::of_folder(&path.join(error.path), &error.source));
                        }
                    }
                }
            }
            Err(error) => problems.push(problem::of_folder(path, &error)),
        }
    }
    (found, problems)
}
