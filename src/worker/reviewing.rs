//! The duplicates review: surveys a place of an account, keeps what the user decides of each group, and tells ranges of it.
//! The decisions stay when the review is left, and when the program ends; when others change a group, its decision goes,
//! and that is said. There is one review at a time.
//!
//! ```text
//!  findings  the groups of the list, and what was decided of each   (choice: what a wish comes to)
//!  shown     groups and members as the screen gets them
//!  proof     contents that are read to know whether they are equal, and lines that are compared
//!  plan      what the decisions come to on the tree of this moment
//!  carrying  its steps, sent part by part
//!  local     the same by copies on the disk
//!  keeping   decisions and proof from one run to the next
//! ```

mod carrying;
mod choice;
mod findings;
mod keeping;
mod local;
mod plan;
mod proof;
mod shown;

use std::collections::{BTreeMap, HashSet};

use tokio::time::{Duration, Instant};

use super::account::Account;
use super::actor::Actor;
use super::problem::unknown_account;
use crate::dedupe::Evidence;
use crate::entry::{CloudFolder, Location};
use crate::handle::NodeHandle;
use crate::message::{
    DedupeCommand, DedupeEvent, DedupeHead, DuplicateKind, Event, GroupChoice, GroupOrder, Problem,
    ProblemKind, RestChoice, StepLine, SurveyState,
};
use crate::tree::Tree;
pub(crate) use carrying::Carrying;
use findings::{Decisions, Findings, Scope};
use keeping::Keeping;
use plan::Planned;
pub(crate) use proof::{Proof, ReviewDone};

/// What the worker keeps about duplicates.
#[derive(Default)]
pub(crate) struct Reviewing {
    review: Option<Review>,
    /// By account, and by what counts as a duplicate.
    decisions: BTreeMap<(String, DuplicateKind), Decisions>,
    /// What reading has shown, by account.
    evidence: BTreeMap<String, Evidence>,
    /// How it stands with what is kept of both on the disk, by account.
    keeping: BTreeMap<String, Keeping>,
    /// Generations so far.
    generations: u64,
    proof: Option<Proof>,
    carrying: Option<Carrying>,
    /// What the last plan came to, step by step.
    report: Option<Vec<StepLine>>,
}

/// A place that is looked through.
struct Review {
    account: String,
    place: Location,
    kind: DuplicateKind,
    order: GroupOrder,
    state: SurveyState,
    generation: u64,
    findings: Findings,
    /// Decisions that the last survey has dropped.
    dropped_count: u64,
    groups: (u64, u32),
    watched: Option<Watched>,
    planned: Option<Planned>,
    /// The account has changed since: when it may be looked through again.
    stale_since: Option<Instant>,
    /// How long that took.
    cost: Duration,
}

/// The group whose members are shown.
struct Watched {
    key: Vec<NodeHandle>,
    group: u64,
    range: (u64, u32),
}

impl Actor {
    /// Does what is asked about duplicates. Without a survey there is nothing to do.
    pub(crate) fn dedupe(&mut self, command: DedupeCommand) {
        match command {
            DedupeCommand::Survey { place, kind, order } => self.survey(place, kind, order),
            DedupeCommand::Groups { start, count } => {
                if let Some(review) = &mut self.reviewing.review {
                    review.groups = (start, count.min(ROWS_AT_ONCE));
                }
                self.tell_groups();
            }
            DedupeCommand::Members { group, start, count } => self.watch_members(group, (start, count)),
            DedupeCommand::Decide { generation, group, choice } => self.decide(generation, group, choice),
            DedupeCommand::DecideRest(choice) => self.decide_rest(choice),
            DedupeCommand::Prove { generation, group } => self.prove(generation, group),
            DedupeCommand::ProveLocally(folder) => self.prove_locally(folder),
            DedupeCommand::Compare { generation, group, member } => {
                self.compare_members(generation, group, member);
            }
            DedupeCommand::Plan => self.plan_dedupe(),
            DedupeCommand::Lines { start, count } => self.tell_lines(start, count.min(ROWS_AT_ONCE)),
            DedupeCommand::CarryOut => self.carry_out(),
            DedupeCommand::Stop => self.stop_reviewing(),
            DedupeCommand::Leave => {
                self.reviewing.review = None;
                self.reviewing.proof = None;
                self.keep_reviews_now();
            }
        }
    }

    /// Something in an account has changed: what was found in it may be another.
    pub(super) fn review_changed(&mut self, account: &str) {
        if let Some(review) = self.reviewing.review.as_mut().filter(|review| review.account == account) {
            let pause = (review.cost * PATIENCE).max(SURVEY_AGAIN);
            review.stale_since.get_or_insert(Instant::now() + pause);
        }
    }

    /// Looks through the place again, once that is due.
    pub(crate) fn review_again(&mut self) {
        if self.review_due().is_some_and(|due| Instant::now() >= due) {
            self.look_through();
        }
    }

    /// When the place is to be looked through again. What is being carried out changes it all the time: afterwards.
    pub(crate) fn review_due(&self) -> Option<Instant> {
        let review = self.reviewing.review.as_ref().filter(|_| self.reviewing.carrying.is_none())?;
        review.stale_since
    }

    fn survey(&mut self, place: Location, kind: DuplicateKind, order: GroupOrder) {
        let place = self.normal_location(place);
        let Location::Cloud { account, .. } = &place else {
            return self.refuse_review("names are never there twice on a disk");
        };
        let (account, was) = (account.clone(), self.reviewing.review.take());
        if was.is_none_or(|was| was.account != account) {
            self.reviewing.proof = None;
        }
        self.reviewing.review = Some(Review {
            account: account.clone(),
            place,
            kind,
            order,
            state: SurveyState::Waiting,
            generation: 0,
            findings: Findings::default(),
            dropped_count: 0,
            groups: (0, 0),
            watched: None,
            planned: None,
            stale_since: None,
            cost: Duration::ZERO,
        });
        if self.accounts.get(&account).is_none_or(|account| account.tree.is_none()) && !self.connect(&account)
        {
            let problem = unknown_account(&account);
            if let Some(review) = &mut self.reviewing.review {
                review.state = SurveyState::Failed(problem);
            }
        }
        self.look_through();
    }

    /// Looks through the tree as it is now, and tells.
    fn look_through(&mut self) {
        if !self.has_read_kept() {
            if let Some(review) = &mut self.reviewing.review {
                review.stale_since = None; // what is read brings it here again
            }
            return;
        }
        let Reviewing { review: Some(review), decisions, evidence, generations, .. } = &mut self.reviewing
        else {
            return;
        };
        review.stale_since = None;
        let account = self.accounts.get(&review.account);
        let Some(tree) = account.and_then(|account| account.tree.as_ref()) else {
            if let Some(problem) = account.and_then(Account::failure) {
                review.state = SurveyState::Failed(problem.clone());
            }
            return self.tell_head();
        };
        *generations += 1;
        review.generation = *generations;
        let decisions = decisions.entry((review.account.clone(), review.kind)).or_default();
        let evidence = evidence.entry(review.account.clone()).or_default();
        let begun = Instant::now();
        match roots(tree, &review.place) {
            Ok(roots) => {
                let scope = Scope { tree, roots: &roots, kind: review.kind, evidence };
                review.findings = Findings::survey(scope, review.order, decisions);
                review.dropped_count = drop_changed(decisions, &review.findings, scope);
                review.state = SurveyState::Ready;
            }
            Err(problem) => {
                review.findings = Findings::default();
                review.state = SurveyState::Failed(problem);
            }
        }
        review.cost = begun.elapsed();
        let dropped = (review.dropped_count > 0).then(|| review.account.clone());
        if let Some(watched) = &mut review.watched {
            let last = (review.findings.items.len() as u64).saturating_sub(1);
            watched.group = review.findings.position(&watched.key).unwrap_or(watched.group.min(last));
        }
        if let Some(account) = dropped {
            self.keep_review(&account);
        }
        self.tell_review();
    }

    fn watch_members(&mut self, group: u64, (start, count): (u64, u32)) {
        let Some(review) = &mut self.reviewing.review else { return };
        let Some(item) = review.findings.get(group) else { return };
        review.watched = Some(Watched { key: item.key(), group, range: (start, count.min(ROWS_AT_ONCE)) });
        self.tell_members();
    }

    fn decide(&mut self, generation: u64, group: u64, wish: GroupChoice) {
        let Some((review, decisions, tree, evidence)) = self.reviewed() else { return };
        if review.generation != generation {
            return self.refuse_review("the groups have changed: look again");
        }
        let Some(item) = review.findings.get_mut(group) else { return };
        match choice::chosen(tree, evidence, item, wish) {
            Ok(choice) => {
                match &choice {
                    Some(choice) => drop(decisions.insert(item.key(), choice.clone())),
                    None => drop(decisions.remove(&item.key())),
                }
                item.decide(tree, choice);
                self.tell_decided();
            }
            Err(sentence) => self.refuse_review(sentence),
        }
    }

    fn decide_rest(&mut self, wish: RestChoice) {
        let Some((review, decisions, tree, evidence)) = self.reviewed() else { return };
        let mut count = 0_u64;
        for item in review.findings.items.iter_mut().filter(|item| item.choice.is_none()) {
            let Some(choice) = choice::chosen_of_rest(tree, evidence, item, wish) else { continue };
            decisions.insert(item.key(), choice.clone());
            item.decide(tree, Some(choice));
            count += 1;
        }
        if count == 0 {
            return self.refuse_review(match wish {
                RestChoice::Rule(_) => {
                    "nothing that is open is proven equal: v proves, a small letter decides one"
                }
                RestChoice::Rename => "no files of one name are open",
                RestChoice::Merge => "no folders of one name are open",
            });
        }
        self.tell_decided();
    }

    /// Has what is decided kept, and tells it.
    fn tell_decided(&mut self) {
        if let Some(account) = self.reviewing.review.as_ref().map(|review| review.account.clone()) {
            self.keep_review(&account);
        }
        self.tell_review();
    }

    /// The review with what belongs to it.
    fn reviewed(&mut self) -> Option<(&mut Review, &mut Decisions, &Tree, &Evidence)> {
        let Reviewing { review: Some(review), decisions, evidence, .. } = &mut self.reviewing else {
            return None;
        };
        let decisions = decisions.entry((review.account.clone(), review.kind)).or_default();
        let evidence = evidence.entry(review.account.clone()).or_default();
        let tree = self.accounts.get(&review.account)?.tree.as_ref()?;
        Some((review, decisions, tree, evidence))
    }

    /// Tells all that is shown.
    fn tell_review(&mut self) {
        self.tell_head();
        self.tell_groups();
        self.tell_members();
    }

    fn tell_head(&mut self) {
        let Some(review) = &self.reviewing.review else { return };
        let sums = review.findings.sums();
        let head = DedupeHead {
            generation: review.generation,
            place: review.place.clone(),
            title: self.heading(&review.place).title,
            kind: review.kind,
            order: review.order,
            state: review.state.clone(),
            group_count: review.findings.items.len() as u64,
            spare_bytes: sums.spare_bytes,
            proven_bytes: sums.proven_bytes,
            decided_count: sums.decided_count,
            decided_bytes: sums.decided_bytes,
            dropped_count: review.dropped_count,
            focus: review.watched.as_ref().map(|watched| watched.group),
            proving: self.reviewing.proof.as_ref().map(Proof::shown),
        };
        if let Some(review) = &mut self.reviewing.review {
            review.dropped_count = 0; // told once
        }
        self.send(Event::Dedupe(DedupeEvent::Head(head)));
    }

    fn tell_groups(&mut self) {
        let Some((review, _, tree, evidence)) = self.reviewed() else { return };
        let (start, count) = review.groups;
        let rows = review.findings.range(start, count).iter();
        let rows = rows.map(|item| shown::group(tree, evidence, item)).collect();
        let event = DedupeEvent::Groups { generation: review.generation, start, rows };
        self.send(Event::Dedupe(event));
    }

    fn tell_members(&mut self) {
        let Some((review, _, tree, evidence)) = self.reviewed() else { return };
        let Some(Watched { group, range, key }) = &review.watched else { return };
        let Some(item) = review.findings.get(*group).filter(|item| item.key() == *key) else { return };
        let rows = shown::members((&review.account, tree), evidence, item, *range);
        let (generation, group, start) = (review.generation, *group, range.0);
        self.send(Event::Dedupe(DedupeEvent::Members { generation, group, start, rows }));
    }

    fn refuse_review(&mut self, sentence: &str) {
        self.send(Event::Dedupe(DedupeEvent::Refused(sentence.to_owned())));
    }
}

/// Drops what was decided of groups of this place that are not there any more; returns how many there were. What is also
/// about other places stays.
fn drop_changed(decisions: &mut Decisions, findings: &Findings, scope: Scope<'_>) -> u64 {
    if decisions.is_empty() {
        return 0;
    }
    let found: HashSet<Vec<NodeHandle>> = findings.items.iter().map(findings::Item::key).collect();
    let tree = scope.tree;
    let is_here = |member: NodeHandle| scope.roots.iter().any(|&root| tree.is_inside(member, root));
    let is_elsewhere = |member: NodeHandle| {
        let is_binned = || tree.rubbish().is_some_and(|bin| tree.is_inside(member, bin));
        tree.node(member).is_some() && !is_binned() && !is_here(member)
    };
    let before = decisions.len();
    decisions.retain(|members, _| found.contains(members) || members.iter().any(|&one| is_elsewhere(one)));
    (before - decisions.len()) as u64
}

/// Returns the folders that a place means.
fn roots(tree: &Tree, place: &Location) -> Result<Vec<NodeHandle>, Problem> {
    let Location::Cloud { folder, .. } = place else { return Ok(Vec::new()) };
    let roots = match folder {
        CloudFolder::Shares => tree.in_shares(),
        CloudFolder::Orphans => tree.orphans(),
        CloudFolder::Rubbish => Vec::new(),
        CloudFolder::Root | CloudFolder::Inbox | CloudFolder::Node(_) => {
            tree.folder_node(*folder).filter(|&node| tree.node(node).is_some()).into_iter().collect()
        }
    };
    let is_binned = |root: NodeHandle| tree.rubbish().is_some_and(|bin| tree.is_inside(root, bin));
    if *folder == CloudFolder::Rubbish || roots.iter().copied().any(is_binned) {
        let message = "What is in the rubbish bin is on its way out already: nothing is looked for in it";
        return Err(Problem::new(ProblemKind::Usage, message, "Look through another folder."));
    }
    if roots.is_empty() {
        let message = "The folder is no longer there";
        return Err(Problem::new(ProblemKind::FolderNotFound, message, "Look through another one."));
    }
    Ok(roots)
}

/// A place in which much happens is looked through again this often.
const SURVEY_AGAIN: Duration = Duration::from_millis(300);

/// Looking through takes at most one part in so many of the worker's time.
const PATIENCE: u32 = 10;

/// More rows than any screen has; bounds what one command can ask for.
const ROWS_AT_ONCE: u32 = 10_000;
