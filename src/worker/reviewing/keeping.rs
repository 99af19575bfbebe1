//! The decisions of reviews from one run to the next ([`Keeping`]): read before the first survey of an account, written a
//! moment after they have changed, when the review is left, and at the end. What reading has shown goes with them, so that
//! nothing is read twice. Nothing is kept of accounts of which nothing is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::time::{Duration, Instant};

use super::choice::Choice;
use super::proof::ReviewDone;
use crate::dedupe::Evidence;
use crate::handle::NodeHandle;
use crate::message::{DuplicateKind, Event, Problem};
use crate::store::review::ReviewFile;
use crate::worker::actor::Actor;
use crate::worker::jobs::{Done, blocking};
use crate::worker::problem;

/// How it stands with the file of an account.
pub(super) enum Keeping {
    /// It is being read.
    Reading,
    /// It was read.
    Read {
        file: ReviewFile,
        /// What is decided differs from it: when that is to be written.
        due: Option<Instant>,
        is_writing: bool,
    },
}

/// What is kept of an account.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    decisions: BTreeMap<DuplicateKind, Vec<Decided>>,
    evidence: Evidence,
}

/// The members of a group in the order of their handles, and what was decided of them.
type Decided = (Vec<NodeHandle>, Choice);

impl Actor {
    /// Returns whether what was decided in earlier runs is at hand; else it is being read, and the survey comes with it.
    pub(super) fn has_read_kept(&mut self) -> bool {
        let Some(review) = &mut self.reviewing.review else { return true };
        let name = review.account.clone();
        if let Some(keeping) = self.reviewing.keeping.get(&name) {
            return matches!(keeping, Keeping::Read { .. });
        }
        let account = self.accounts.get(&name).filter(|account| account.is_stored);
        let Some((session, _)) = account.and_then(super::Account::ready) else { return true };
        let path = self.config.folders.review(&name);
        let file = ReviewFile::new(path, session.master_key().clone(), session.user());
        self.reviewing.keeping.insert(name.clone(), Keeping::Reading);
        let done = |file, kept| Done::Review(ReviewDone::KeptRead(name, file, kept));
        let broken = done.clone()(file.clone(), Kept::default());
        self.jobs.start_blocking(broken, move || {
            let kept = file.load().and_then(|text| serde_json::from_slice(&text).ok());
            done(file, kept.unwrap_or_default())
        });
        false
    }

    /// Takes what earlier runs have decided; what was decided in this one meanwhile goes before it.
    pub(super) fn kept_read(&mut self, name: String, file: ReviewFile, kept: Kept) {
        let reviewing = &mut self.reviewing;
        if !matches!(reviewing.keeping.get(&name), Some(Keeping::Reading)) {
            return; // logged out meanwhile
        }
        for (kind, decided) in kept.decisions {
            let decisions = reviewing.decisions.entry((name.clone(), kind)).or_default();
            for (members, choice) in decided.into_iter().filter(|(members, choice)| choice.fits(members)) {
                decisions.entry(members).or_insert(choice);
            }
        }
        reviewing.evidence.entry(name.clone()).or_default().absorb(kept.evidence);
        reviewing.keeping.insert(name, Keeping::Read { file, due: None, is_writing: false });
        self.look_through();
    }

    /// What is decided about an account has changed, and is to be written soon.
    pub(super) fn keep_review(&mut self, name: &str) {
        if let Some(Keeping::Read { due, .. }) = self.reviewing.keeping.get_mut(name) {
            due.get_or_insert(Instant::now() + KEEP_AFTER);
        }
    }

    /// Writes what has changed without waiting for more.
    pub(crate) fn keep_reviews_now(&mut self) {
        for keeping in self.reviewing.keeping.values_mut() {
            if let Keeping::Read { due: Some(due), .. } = keeping {
                *due = Instant::now();
            }
        }
        self.keep_due_reviews();
    }

    /// Writes what is due.
    pub(crate) fn keep_due_reviews(&mut self) {
        let (now, is_ending) = (Instant::now(), self.is_ending());
        let is_due = |keeping: &Keeping| matches!(keeping, Keeping::Read { due: Some(due), is_writing: false, .. } if *due <= now || is_ending);
        let due = self.reviewing.keeping.iter().filter(|(_, keeping)| is_due(keeping));
        for name in due.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.write_kept(name);
        }
    }

    /// When something is to be written.
    pub(crate) fn keeping_due(&self) -> Option<Instant> {
        let due = self.reviewing.keeping.values().filter_map(|keeping| match keeping {
            Keeping::Read { due, is_writing: false, .. } => *due,
            Keeping::Read { is_writing: true, .. } | Keeping::Reading => None,
        });
        due.min()
    }

    /// Takes how the writing of an account's decisions went.
    pub(super) fn kept_written(&mut self, name: &str, written: Result<(), Problem>) {
        match self.reviewing.keeping.get_mut(name) {
            Some(Keeping::Read { is_writing, .. }) => *is_writing = false,
            Some(Keeping::Reading) => {}
            None => self.remove_kept(name), // logged out meanwhile
        }
        if let Err(problem) = written {
            self.send(Event::Failed(problem));
        }
    }

    /// Forgets what was decided about an account, which is logged out.
    pub(crate) fn forget_review(&mut self, name: &str) {
        self.reviewing.keeping.remove(name);
        self.reviewing.decisions.retain(|(account, _), _| account != name);
        self.reviewing.evidence.remove(name);
        self.remove_kept(name);
    }

    fn remove_kept(&mut self, name: &str) {
        let path = self.config.folders.review(name);
        self.jobs.start_kept(Done::Abandoned, async move {
            if let Err(error) = blocking(move || ReviewFile::remove(&path)).await {
                tracing::warn!(%error, "cannot remove the decisions about duplicates");
            }
            Done::Abandoned
        });
    }

    fn write_kept(&mut self, name: String) {
        let kept = self.kept(&name);
        let Some(Keeping::Read { file, due, is_writing }) = self.reviewing.keeping.get_mut(&name) else {
            return;
        };
        (*due, *is_writing) = (None, true);
        let file = file.clone();
        let done = |written| Done::Review(ReviewDone::KeptWritten(name, written));
        let broken = done.clone()(Err(problem::broke_down(KEEP)));
        self.jobs.start_kept(broken, async move {
            let written = blocking(move || file.save(&serde_json::to_vec(&kept)?)).await;
            done(written.map_err(|error| problem::of_io(KEEP, &error)))
        });
    }

    fn kept(&self, name: &str) -> Kept {
        let Self { reviewing, accounts, .. } = self;
        let tree = accounts.get(name).and_then(|account| account.tree.as_deref());
        let of_account = reviewing.decisions.iter().filter(|((account, _), _)| account == name);
        let decisions = of_account.map(|((_, kind), decisions)| {
            let decided = decisions.iter().map(|(members, choice)| (members.clone(), choice.clone()));
            (*kind, decided.collect())
        });
        let is_there = |node| tree.is_none_or(|tree| tree.node(node).is_some());
        let evidence = reviewing.evidence.get(name).map(|evidence| evidence.about(is_there));
        Kept { decisions: decisions.collect(), evidence: evidence.unwrap_or_default() }
    }
}

/// What is said where it fails.
const KEEP: &str = "keep the decisions about duplicates";

/// Changes that come within so long are written together.
const KEEP_AFTER: Duration = Duration::from_secs(2);
