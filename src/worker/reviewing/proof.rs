//! [`Proof`]: contents of a group that are read one after another to know whether they are equal; and the lines in which two
//! members differ. Jobs read, the review learns what came of it. Nothing is kept of what is downloaded.

use std::collections::VecDeque;

use tokio::time::{Duration, Instant};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::carrying::PartDone;
use super::keeping::Kept;
use super::shown;
use crate::dedupe::{Digest, Evidence};
use crate::message::{DedupeEvent, DiffLine, Event, Problem, Proving};
use crate::store::review::ReviewFile;
use crate::transfer::TransferError;
use crate::worker::actor::Actor;
use crate::worker::comparison::{Content, Contents};
use crate::worker::jobs::{Done, News};
use crate::worker::problem;
use crate::worker::proving::{Candidate, Proven, candidates};

/// What a job of a review brings.
pub(crate) enum ReviewDone {
    /// A candidate was read, or could not be.
    Read(Candidate, Result<Digest, TransferError>),
    /// Reading broke down.
    ReadBroken(Problem),
    /// Two members were compared.
    Compared([String; 2], Result<Vec<DiffLine>, Problem>),
    /// A part of the plan was sent.
    Part(PartDone),
    /// Copies on the disk were read: what they show of an account, and what could not be read.
    LocallyProven(String, Evidence, Vec<Problem>),
    /// What earlier runs have decided about an account was read.
    KeptRead(String, ReviewFile, Kept),
    /// What is decided about an account was written, or could not be.
    KeptWritten(String, Result<(), Problem>),
}

/// Contents that are being read.
pub(crate) struct Proof {
    account: String,
    /// Copies on the disk are read; else contents of the cloud.
    pub(super) is_local: bool,
    /// The one that a job reads.
    pub(super) path: String,
    waiting: VecDeque<Candidate>,
    /// Bytes of those that are over.
    over: u64,
    /// Bytes of the one that is read, so far.
    done: u64,
    bytes: u64,
    cancel: CancellationToken,
    _ends: DropGuard,
}

impl Proof {
    pub(super) fn new(account: String) -> Self {
        let cancel = CancellationToken::new();
        let ends = cancel.clone().drop_guard();
        let (path, waiting) = (String::new(), VecDeque::new());
        Self { account, is_local: false, path, waiting, over: 0, done: 0, bytes: 0, cancel, _ends: ends }
    }

    /// Returns what stops it.
    pub(super) fn stop(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Returns how far it is.
    pub(super) fn shown(&self) -> Proving {
        let done = self.over.saturating_add(self.done);
        Proving { path: self.path.clone(), done, bytes: self.bytes }
    }

    fn add(&mut self, more: Vec<Candidate>) {
        for candidate in more {
            if self.waiting.iter().all(|known| known.node != candidate.node) {
                self.bytes = self.bytes.saturating_add(candidate.size);
                self.waiting.push_back(candidate);
            }
        }
    }
}

impl Actor {
    /// Reads what has to be read to know which members of a group are equal, behind what is being read already.
    pub(super) fn prove(&mut self, generation: u64, group: u64) {
        let Some((review, _, tree, evidence)) = self.reviewed() else { return };
        let item = review.findings.get(group).filter(|_| review.generation == generation);
        let open = match item.map(|item| &item.subject) {
            Some(super::findings::Subject::Group(group)) => candidates(tree, evidence, group),
            Some(super::findings::Subject::Twins(_)) | None => Vec::new(),
        };
        if open.is_empty() {
            return self.refuse_review("there is nothing to prove: what can be known of it is known");
        }
        let account = review.account.clone();
        let proof = &mut self.reviewing.proof;
        if proof.as_ref().is_some_and(|proof| proof.is_local) {
            return self.refuse_review("copies on the disk are being read: Esc stops it");
        }
        let runs = proof.is_some();
        proof.get_or_insert_with(|| Proof::new(account)).add(open);
        if !runs {
            self.read_next();
        }
        self.tell_head();
    }

    /// Takes how many bytes of a content there are.
    pub(crate) fn proof_news(&mut self, done: u64) {
        if let Some(proof) = &mut self.reviewing.proof {
            proof.done = done;
            self.tell_head();
        }
    }

    /// Takes what a job of a review brings.
    pub(crate) fn review_done(&mut self, done: ReviewDone) {
        match done {
            ReviewDone::Read(candidate, read) => self.candidate_read(&candidate, read),
            ReviewDone::ReadBroken(problem) => {
                self.reviewing.proof = None;
                self.send(Event::Failed(problem));
                self.tell_head();
            }
            ReviewDone::Compared(paths, lines) => {
                self.send(Event::Dedupe(DedupeEvent::Compared { paths, lines }));
            }
            ReviewDone::Part(part) => self.part_done(part),
            ReviewDone::LocallyProven(account, shown, problems) => {
                self.locally_proven(&account, shown, problems);
            }
            ReviewDone::KeptRead(account, file, kept) => self.kept_read(account, file, kept),
            ReviewDone::KeptWritten(account, written) => self.kept_written(&account, written),
        }
    }

    fn read_next(&mut self) {
        let Some(proof) = &mut self.reviewing.proof else { return };
        let session = self.accounts.get(&proof.account).and_then(|account| account.session.clone());
        let (Some(session), Some(candidate)) = (session, proof.waiting.pop_front()) else {
            self.reviewing.proof = None;
            return;
        };
        proof.path.clone_from(&candidate.path);
        proof.done = 0;
        let (cancel, limits, news) = (proof.cancel.clone(), self.limits.clone(), self.jobs.news());
        let broken = ReviewDone::ReadBroken(problem::broke_down(&format!("read \"{}\"", candidate.path)));
        self.jobs.start(Done::Review(broken), async move {
            let mut told = Instant::now();
            let progress = |done| {
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    let _ = news.send(News::Proving(done)); // refused where the worker ends
                }
            };
            let read = cancel.run_until_cancelled(candidate.read(&session, &limits, progress)).await;
            let Some(read) = read else { return Done::Abandoned };
            Done::Review(ReviewDone::Read(candidate, read))
        });
    }

    fn candidate_read(&mut self, candidate: &Candidate, read: Result<Digest, TransferError>) {
        let Some(proof) = &mut self.reviewing.proof else { return };
        proof.over = proof.over.saturating_add(candidate.size);
        let account = proof.account.clone();
        let evidence = self.reviewing.evidence.entry(account.clone()).or_default();
        let problem =
            |error: &TransferError| problem::of_transfer(&format!("read \"{}\"", candidate.path), error);
        match candidate.note(evidence, read) {
            Ok(Proven::Content) => {}
            Ok(Proven::Unreadable(error)) => self.send(Event::Failed(problem(&error))),
            Err(error) => {
                self.reviewing.proof = None; // what waits would fail, too
                self.send(Event::Failed(problem(&error)));
            }
        }
        if let Some((review, _, tree, evidence)) = self.reviewed() {
            review.findings.learn(tree, evidence, candidate.node);
        }
        self.keep_review(&account);
        self.read_next();
        self.tell_review();
    }

    /// Compares the lines of a member with those of the one that stays; of that one itself, with the next.
    pub(super) fn compare_members(&mut self, generation: u64, group: u64, member: u64) {
        let limits = self.limits.clone();
        let Some((review, ..)) = self.reviewed() else { return };
        let account = review.account.clone();
        let item = review.findings.get(group).filter(|_| review.generation == generation);
        let pair = item.and_then(|item| {
            let members = item.members();
            let &one = members.get(usize::try_from(member).ok()?)?;
            let other = shown::standard(item).filter(|&standard| standard != one);
            let other = other.or_else(|| members.iter().copied().find(|&other| other != one))?;
            Some([other, one])
        });
        let ready = self.accounts.get(&account).and_then(super::Account::ready);
        let (Some(pair), Some((session, tree))) = (pair, ready) else {
            return self.refuse_review("the groups have changed: look again");
        };
        let paths = pair.map(|node| tree.path(node));
        let [existing, source] = pair.map(|node| Content::of_node(session, tree, node));
        let contents = Contents { source, existing };
        let failed = ReviewDone::Compared(paths.clone(), Err(problem::broke_down("compare the two")));
        self.jobs.start(Done::Review(failed), async move {
            Done::Review(ReviewDone::Compared(paths, contents.lines(&limits).await))
        });
    }
}

/// How often it is told how far a content is.
pub(super) const TELL: Duration = Duration::from_millis(200);
