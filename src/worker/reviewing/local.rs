//! Proof by copies on this machine: below a folder of the disk files are read that may be copies of what the groups leave in
//! doubt. Nothing is downloaded. A job reads, the review learns at its end what came of it.

use tokio::time::Instant;

use super::findings::Subject;
use super::proof::{Proof, ReviewDone, TELL};
use crate::dedupe::{Evidence, Group};
use crate::entry::Location;
use crate::message::{Event, Problem};
use crate::worker::actor::Actor;
use crate::worker::changes::one_of;
use crate::worker::jobs::{Done, News};
use crate::worker::local_proof::{Doubts, Told};
use crate::worker::problem;

impl Actor {
    /// Reads copies below a folder of the disk.
    pub(super) fn prove_locally(&mut self, folder: Location) {
        let Location::Local(folder) = self.normal_location(folder) else {
            return self.refuse_review("only copies on this machine prove without a download");
        };
        if self.reviewing.proof.is_some() {
            return self.refuse_review("something is being read already: Esc stops it");
        }
        let Some((review, _, tree, evidence)) = self.reviewed() else { return };
        let groups = review.findings.items.iter().filter_map(|item| match &item.subject {
            Subject::Group(group) => Some(group.clone()),
            Subject::Twins(_) => None,
        });
        let doubts = Doubts::of(tree, evidence, &groups.collect::<Vec<Group>>());
        if doubts.is_empty() {
            return self.refuse_review("there is nothing to prove: what can be known of these is known");
        }
        let account = review.account.clone();
        let mut proof = Proof::new(account.clone());
        (proof.is_local, proof.path) = (true, folder.to_string_lossy().into_owned());
        let (stop, limits, news) = (proof.stop(), self.limits.clone(), self.jobs.news());
        self.reviewing.proof = Some(proof);
        let broken = ReviewDone::ReadBroken(problem::broke_down("read the copies on the disk"));
        self.jobs.start(Done::Review(broken), async move {
            let (mut shown, mut problems, mut told) = (Evidence::default(), Vec::new(), None::<Instant>);
            let tell = |what| match what {
                Told::Reading(path) if told.is_none_or(|at| at.elapsed() >= TELL) => {
                    told = Some(Instant::now());
                    let path = path.to_string_lossy().into_owned();
                    let _ = news.send(News::ProvingBy(path)); // refused where the worker ends
                }
                Told::Reading(_) | Told::Compared { .. } => {}
                Told::Failed(problem) => problems.push(problem),
            };
            doubts.settle(vec![folder], &mut shown, (&limits, &stop), tell).await;
            Done::Review(ReviewDone::LocallyProven(account, shown, problems))
        });
        self.tell_head();
    }

    /// Takes which local file is read.
    pub(crate) fn local_proof_news(&mut self, path: String) {
        if let Some(proof) = self.reviewing.proof.as_mut().filter(|proof| proof.is_local) {
            proof.path = path;
            self.tell_head();
        }
    }

    /// Takes what the copies have shown, also where that was stopped before its end.
    pub(super) fn locally_proven(&mut self, account: &str, shown: Evidence, problems: Vec<Problem>) {
        self.reviewing.proof.take_if(|proof| proof.is_local);
        let count = shown.content_count();
        self.reviewing.evidence.entry(account.to_owned()).or_default().absorb(shown);
        self.keep_review(account);
        self.look_through();
        if let Some(problem) = one_of(problems) {
            return self.send(Event::Failed(problem));
        }
        let text = match count {
            0 => "no copy was found on the disk".to_owned(),
            1 => "1 file is proven by a copy on the disk, nothing was downloaded".to_owned(),
            count => format!("{count} files are proven by copies on the disk, nothing was downloaded"),
        };
        self.send(Event::Done { text });
    }
}
