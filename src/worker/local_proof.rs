//! [`prove`]: files of the cloud that may be equal are proven by copies of them on this machine. Nothing is downloaded: the
//! bytes of a local file under a cloud file's key give its meta-MAC, or they do not. Called for dedupe; what is proven goes
//! to its evidence, and what is done about it is not decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::problem;
use super::proving::{Candidate, candidates};
use crate::dedupe::{Evidence, Group};
use crate::entry::EntryKind;
use crate::handle::NodeHandle;
use crate::local::{self, WalkItem};
use crate::message::Problem;
use crate::transfer::local_copy::{self, Claim, Shown};
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
    let mut doubts: BTreeMap<u64, Vec<Candidate>> = BTreeMap::new();
    for candidate in groups.iter().flat_map(|group| candidates(tree, evidence, group)) {
        doubts.entry(candidate.size).or_default().push(candidate);
    }
    let sizes: BTreeSet<u64> = doubts.keys().copied().filter(|size| *size > 0).collect();
    let searched = tokio::task::spawn_blocking(move || copies(&paths, &sizes)).await;
    let (copies, problems) = searched.unwrap_or_default();
    for problem in problems {
        tell(Told::Failed(problem));
    }
    for (size, path) in copies {
        let open = doubts.get(&size).into_iter().flatten();
        let open = open.filter(|candidate| !evidence.covers(candidate.node));
        let (open, claims): (Vec<&Candidate>, Vec<Claim>) =
            open.filter_map(|candidate| Some((candidate, claim(tree, candidate)?))).unzip();
        if open.is_empty() || cancel.is_cancelled() {
            continue;
        }
        tell(Told::Reading(path.clone()));
        match local_copy::read(&path, size, &claims, limits, cancel).await {
            Ok(None) | Err(TransferError::Cancelled) => {}
            Ok(Some(Shown { digest, proven })) => {
                let members: Vec<NodeHandle> =
                    proven.iter().flat_map(|&at| &open[at].class).copied().collect();
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

/// What a candidate's key and fingerprint say of its content.
fn claim(tree: &Tree, candidate: &Candidate) -> Option<Claim> {
    let samples = tree.node(candidate.node)?.fingerprint().map(|fingerprint| fingerprint.crc);
    Some(Claim { key: candidate.key.clone()?, samples })
}

/// Files of these sizes at the paths and below, and what could not be read. Blocks.
pub(crate) fn copies(paths: &[PathBuf], sizes: &BTreeSet<u64>) -> (BTreeSet<(u64, PathBuf)>, Vec<Problem>) {
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
