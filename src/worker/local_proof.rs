//! [`Doubts`]: files of the cloud that may be equal, and what copies of them on this machine show. Nothing is downloaded: the
//! bytes of a local file under a cloud file's key give its meta-MAC, or they do not. Called for dedupe and its review; what
//! is shown goes to the evidence, and what is done about it is not decided here.

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
    /// What it has shown of files of the cloud that may have had its content.
    Compared {
        /// The local file.
        path: PathBuf,
        /// How many have it: proven.
        equal_count: usize,
        /// How many have another.
        other_count: usize,
    },
    /// Something on this machine cannot be read; it proves nothing.
    Failed(Problem),
}

/// Files of the cloud that may be equal, with what their keys say of their contents.
pub struct Doubts(BTreeMap<u64, Vec<(Candidate, Claim)>>);

impl Doubts {
    /// Takes what some groups leave in doubt.
    #[must_use]
    pub fn of(tree: &Tree, evidence: &Evidence, groups: &[Group]) -> Self {
        let mut doubts: BTreeMap<u64, Vec<(Candidate, Claim)>> = BTreeMap::new();
        for candidate in groups.iter().flat_map(|group| candidates(tree, evidence, group)) {
            if let Some(claim) = claim(tree, &candidate).filter(|_| candidate.size > 0) {
                doubts.entry(candidate.size).or_default().push((candidate, claim));
            }
        }
        Self(doubts)
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks below `paths`, files or folders of this machine, for copies of these files. Ends early, without an error,
    /// when `cancel` says so. What was shown until then is in the evidence.
    pub async fn settle(
        &self,
        paths: Vec<PathBuf>,
        evidence: &mut Evidence,
        (limits, cancel): (&Limits, &CancellationToken),
        mut tell: impl FnMut(Told),
    ) {
        let (sizes, stop) = (self.0.keys().copied().collect(), cancel.clone());
        let searched = tokio::task::spawn_blocking(move || copies(&paths, &sizes, &stop)).await;
        let (copies, problems) = searched.unwrap_or_default();
        for problem in problems {
            tell(Told::Failed(problem));
        }
        for (size, path) in copies {
            let open = self.0.get(&size).into_iter().flatten();
            let open = open.filter(|(candidate, _)| !evidence.covers(candidate.node));
            let (open, claims): (Vec<&Candidate>, Vec<Claim>) =
                open.map(|(candidate, claim)| (candidate, claim.clone())).unzip();
            if open.is_empty() || cancel.is_cancelled() {
                continue;
            }
            tell(Told::Reading(path.clone()));
            match local_copy::read(&path, size, &claims, limits, cancel).await {
                Ok(None) | Err(TransferError::Cancelled) => {}
                Ok(Some(shown)) => tell(note(path, &open, &shown, evidence)),
                Err(error) => {
                    let what = format!("read \"{}\"", path.display());
                    tell(Told::Failed(problem::of_transfer(&what, &error)));
                }
            }
        }
    }
}

/// Takes what a local file has shown to the evidence; what it says of a file, it says of all that have its key.
fn note(path: PathBuf, open: &[&Candidate], shown: &Shown, evidence: &mut Evidence) -> Told {
    let members = |places: &[usize]| -> Vec<NodeHandle> {
        places.iter().flat_map(|&at| &open[at].class).copied().collect()
    };
    let (equal, other) = (members(&shown.proven), members(&shown.refuted));
    let (equal_count, other_count) = (equal.len(), other.len());
    for member in equal {
        evidence.add(member, shown.digest);
    }
    for member in other {
        evidence.refute(member, shown.digest);
    }
    Told::Compared { path, equal_count, other_count }
}

/// What a candidate's key and fingerprint say of its content.
fn claim(tree: &Tree, candidate: &Candidate) -> Option<Claim> {
    let samples = tree.node(candidate.node)?.fingerprint().map(|fingerprint| fingerprint.crc);
    Some(Claim { key: candidate.key.clone()?, samples })
}

/// Files of these sizes at the paths and below, and what could not be read. Blocks.
pub(crate) fn copies(
    paths: &[PathBuf],
    sizes: &BTreeSet<u64>,
    stop: &CancellationToken,
) -> (BTreeSet<(u64, PathBuf)>, Vec<Problem>) {
    let (mut found, mut problems) = (BTreeSet::new(), Vec::new());
    let mut take = |path: PathBuf, size: Option<u64>| {
        found.extend(size.filter(|size| sizes.contains(size)).map(|size| (size, path)));
    };
    for path in paths {
        match std::fs::metadata(path) {
            Ok(facts) if !facts.is_dir() => take(path.clone(), Some(facts.len())),
            Ok(_) => {
                for item in local::walk(path).take_while(|_| !stop.is_cancelled()) {
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
