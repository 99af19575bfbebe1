//! [`Carrying`]: a plan that is carried out, part by part. Each part is checked on the account as it is by then, and so is
//! each group of which something goes: what others have changed meanwhile stays, and that is told. Every step is in the
//! undo journal before it is sent, all under one number; so whatever ends it, what was done can be taken back.

use std::collections::{HashSet, VecDeque};

use super::findings::Scope;
use super::plan::Planned;
use crate::dedupe::Step;
use crate::handle::NodeHandle;
use crate::message::{DedupeEvent, DedupeReport, DuplicateKind, Event, Problem, ProblemKind, StepLine};
use crate::session::change::Outcome;
use crate::store::undo::{GroupKind, GroupTag, UndoJournal};
use crate::worker::account::Account;
use crate::worker::actor::Actor;
use crate::worker::changes::Refused;
use crate::worker::deduping;
use crate::worker::jobs::Done;
use crate::worker::problem;
use crate::worker::refusal::not_ready;

/// What a job brings that has sent a part of a plan.
pub(crate) type PartDone = Vec<(Step, Result<Outcome, Refused>)>;

/// A plan on its way.
pub(crate) struct Carrying {
    kind: DuplicateKind,
    attempt: u64,
    journal: UndoJournal,
    group: GroupTag,
    planned: Planned,
    /// Waves in parts; those of one wave do not depend on each other.
    parts: VecDeque<Vec<Step>>,
    /// Files that it has put into the bin.
    gone: HashSet<NodeHandle>,
    /// What it has changed, but for what it only moved.
    changed: HashSet<NodeHandle>,
    /// What of the part under way makes how much free, and how it is listed.
    sent: Vec<StepLine>,
    lines: Vec<StepLine>,
    report: DedupeReport,
    count: u64,
    is_stopped: bool,
}

impl Actor {
    /// Works out what the decisions come to, and tells.
    pub(super) fn plan_dedupe(&mut self) {
        let Some(planned) = self.planned() else { return self.refuse_review(NOT_OPEN) };
        let shown = planned.shown.clone();
        if let Some(review) = &mut self.reviewing.review {
            review.planned = Some(planned);
        }
        self.reviewing.report = None;
        self.send(Event::Dedupe(DedupeEvent::Plan(shown)));
    }

    fn planned(&mut self) -> Option<Planned> {
        let (review, decisions, tree, evidence) = self.reviewed()?;
        let roots = super::roots(tree, &review.place).ok()?;
        let scope = Scope { tree, roots: &roots, kind: review.kind, evidence };
        Some(Planned::new(scope, &review.findings, decisions))
    }

    /// Sends lines of the report, or of the plan where nothing was carried out yet.
    pub(super) fn tell_lines(&mut self, start: u64, count: u32) {
        let skipped = usize::try_from(start).unwrap_or(usize::MAX);
        let count = count as usize;
        let event = if let Some(lines) = &self.reviewing.report {
            let lines = lines.iter().skip(skipped).take(count).cloned().collect();
            DedupeEvent::Lines { is_report: true, start, lines }
        } else {
            let Some((review, _, tree, _)) = self.reviewed() else { return };
            let Some(planned) = &review.planned else { return };
            let steps = planned.plan.steps.iter().skip(skipped).take(count);
            let lines = steps.map(|step| planned.line(tree, step, None)).collect();
            DedupeEvent::Lines { is_report: false, start, lines }
        };
        self.send(Event::Dedupe(event));
    }

    /// Carries out what was shown. Where the account has changed so that more would have to be done, it is shown again.
    pub(super) fn carry_out(&mut self) {
        if self.reviewing.carrying.is_some() {
            return self.refuse_review("a plan is being carried out already");
        }
        let Some(mut planned) = self.planned() else { return self.refuse_review(NOT_OPEN) };
        let Some(review) = &mut self.reviewing.review else { return };
        let is_known = review.planned.as_ref().is_some_and(|shown| planned.is_part_of(shown));
        if !is_known || planned.plan.steps.is_empty() {
            planned.shown.is_changed = true;
            let shown = planned.shown.clone();
            review.planned = Some(planned);
            return self.send(Event::Dedupe(DedupeEvent::Plan(shown)));
        }
        review.planned = None;
        let (name, kind, place) = (review.account.clone(), review.kind, review.place.clone());
        let label = format!("deduplicated {}", self.heading(&place).title);
        let Some(account) = self.accounts.get(&name) else { return };
        let group = GroupTag::new(GroupKind::Doing, &label);
        let parts = planned.plan.waves();
        let parts = parts.iter().flat_map(|wave| wave.chunks(STEPS_AT_ONCE)).map(<[Step]>::to_vec).collect();
        self.reviewing.report = None;
        self.reviewing.carrying = Some(Carrying {
            kind,
            attempt: account.attempt(),
            journal: account.journal.in_group(&group),
            group,
            count: planned.plan.steps.len() as u64,
            planned,
            parts,
            gone: HashSet::new(),
            changed: HashSet::new(),
            sent: Vec::new(),
            lines: Vec::new(),
            report: DedupeReport { account: name, ..DedupeReport::default() },
            is_stopped: false,
        });
        self.change_begins();
        self.next_part();
    }

    /// Stops what runs: after the changes that are under way.
    pub(super) fn stop_reviewing(&mut self) {
        if let Some(carrying) = &mut self.reviewing.carrying {
            carrying.is_stopped = true;
        } else if self.reviewing.proof.take().is_some() {
            self.tell_head();
        }
    }

    fn next_part(&mut self) {
        let is_ending = self.is_ending();
        let Some(carrying) = &mut self.reviewing.carrying else { return };
        let (done_count, count) = (carrying.lines.len() as u64, carrying.count);
        let part = carrying.parts.pop_front().filter(|_| !carrying.is_stopped && !is_ending);
        let Some(part) = part else { return self.finish_carrying() };
        let account = self.accounts.get(&carrying.report.account);
        let Some((session, tree)) = account.and_then(Account::ready) else {
            let problem = not_ready(&carrying.report.account);
            carrying.parts.clear();
            self.send(Event::Failed(problem));
            return self.finish_carrying();
        };
        let mut steps = Vec::with_capacity(part.len());
        for step in part {
            if let Some(guard) = carrying.planned.disturbed(tree, &step, &carrying.gone) {
                let line = carrying.planned.line(tree, &step, Some(changed_since(&guard.name)));
                carrying.lines.push(line);
            } else {
                carrying.sent.push(carrying.planned.line(tree, &step, None));
                steps.push(step);
            }
        }
        let ready = deduping::prepare(session, tree, &steps);
        let (session, journal) = (session.clone(), carrying.journal.clone());
        let broken = broken(steps);
        self.jobs.start_kept(Done::Review(super::ReviewDone::Part(broken)), async move {
            Done::Review(super::ReviewDone::Part(deduping::commit_each(ready, &session, &journal).await))
        });
        self.send(Event::Dedupe(DedupeEvent::Progress { done_count, count }));
    }

    /// Takes what a part came to.
    pub(super) fn part_done(&mut self, part: PartDone) {
        let Some(carrying) = &mut self.reviewing.carrying else { return };
        let lines = std::mem::take(&mut carrying.sent);
        let mut results = Vec::with_capacity(part.len());
        for ((step, result), mut line) in part.into_iter().zip(lines) {
            match &result {
                Ok(_) => carrying.count_done(&step, line.size),
                Err(refused) => line.problem = Some(refused.problem.clone()),
            }
            carrying.lines.push(line);
            results.push(result);
        }
        let (name, attempt) = (carrying.report.account.clone(), carrying.attempt);
        let taken = self.take_results(&name, attempt, results);
        if let Some(carrying) = self.reviewing.carrying.as_mut().filter(|_| taken.session_ended) {
            carrying.is_stopped = true;
        }
        self.next_part();
    }

    fn finish_carrying(&mut self) {
        let Some(mut carrying) = self.reviewing.carrying.take() else { return };
        carrying.finish();
        let key = (carrying.report.account.clone(), carrying.kind);
        if let Some(decisions) = self.reviewing.decisions.get_mut(&key) {
            // What was carried out is no decision any more; should others change it, that is their doing.
            let was_done =
                |members: &[NodeHandle]| members.iter().any(|member| carrying.changed.contains(member));
            decisions.retain(|members, _| !was_done(members));
        }
        self.keep_review(&key.0);
        self.reviewing.report = Some(carrying.lines);
        self.send(Event::Dedupe(DedupeEvent::Report(carrying.report)));
        self.change_ends();
        self.look_through();
    }
}

impl Carrying {
    /// Takes note of a step that was done.
    fn count_done(&mut self, step: &Step, size: u64) {
        let report = &mut self.report;
        match step {
            Step::Move { .. } => return report.move_count += 1,
            Step::RemoveEmptied { .. } => report.merge_count += 1,
            Step::Rename { .. } => report.rename_count += 1,
            Step::Trash { node, .. } => {
                self.gone.insert(*node);
                report.file_count += 1;
                report.freed_bytes = report.freed_bytes.saturating_add(size);
            }
        }
        self.changed.insert(step.node());
    }

    /// Sums it up; what went wrong is listed first.
    fn finish(&mut self) {
        let report = &mut self.report;
        let failed = self.lines.iter().filter(|line| line.problem.is_some());
        report.failed_count = failed.count() as u64;
        report.line_count = self.lines.len() as u64;
        report.left_count = self.count.saturating_sub(report.line_count);
        let has_done_something = report.line_count > report.failed_count;
        report.undo = self.group.id().map(|id| id.0).filter(|_| has_done_something);
        self.lines.sort_by_key(|line| line.problem.is_none());
    }
}

/// What is said of each step where the job breaks down.
fn broken(steps: Vec<Step>) -> PartDone {
    let refused = || Refused::before(problem::broke_down("do that"));
    steps.into_iter().map(|step| (step, Err(refused()))).collect()
}

fn changed_since(name: &str) -> Problem {
    let message = format!("others of the group \"{name}\" have changed meanwhile");
    Problem::new(ProblemKind::Temporary, message, "Look at the group again.")
}

/// What is said where the account was closed meanwhile.
const NOT_OPEN: &str = "the account is not open: go back and open it first";

/// Steps whose outcomes are waited for before the next are checked.
const STEPS_AT_ONCE: usize = 128;
