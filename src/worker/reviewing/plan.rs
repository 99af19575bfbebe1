//! [`Planned`]: what the decisions of a review come to on the tree as it is now, and for each step what must still hold when
//! it is sent. Pure over the tree; `carrying` sends the steps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::choice::Choice;
use super::findings::{Decisions, Findings, Scope, key};
use crate::dedupe::{Decision, Evidence, Group, Merge, Plan, Step};
use crate::handle::NodeHandle;
use crate::message::{DedupePlan, Problem, StepKind, StepLine, Verdict};
use crate::tree::Tree;

/// The steps of a plan.
#[derive(Default)]
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) shown: DedupePlan,
    guards: HashMap<NodeHandle, Arc<Guard>>,
    /// Files that go, and are not proven to be equal to one that stays.
    unproven: HashSet<NodeHandle>,
}

/// A group of which something goes.
pub(super) struct Guard {
    pub(super) name: String,
    pub(super) members: Vec<NodeHandle>,
}

impl Planned {
    /// Works out what the decisions on what was found come to. Only folders merge of which that was said.
    pub(super) fn new(scope: Scope<'_>, found: &Findings, decisions: &Decisions) -> Self {
        let merges = |folders: &[NodeHandle]| decisions.get(&key(folders)) == Some(&Choice::Merge);
        let survey = scope.survey(&merges);
        let merge_count: usize = survey.merges.iter().map(|merge| merge.others.len()).sum();
        let mut planned = Self::default();
        let mut used = survey.merges.iter().map(folders).collect::<HashSet<_>>();
        let plan = survey.plan(|group| {
            let members = key(&group.members);
            let Some(choice) = decisions.get(&members) else { return Decision::Leave };
            if let (Choice::Keep { kept, .. }, true) = (choice, group.is_changeable(scope.tree)) {
                planned.guard(scope, group, kept);
            }
            if group.is_changeable(scope.tree) {
                used.insert(members);
            }
            choice.decision()
        });
        planned.plan = plan;
        let acts = found.items.iter().filter(|item| !matches!(item.choice, None | Some(Choice::Leave)));
        let idle_count = acts.filter(|item| !used.contains(&item.key())).count();
        planned.shown = planned.counted(merge_count as u64, idle_count as u64);
        planned
    }

    fn counted(&self, merge_count: u64, idle_count: u64) -> DedupePlan {
        let renames = self.plan.steps.iter().filter(|step| matches!(step, Step::Rename { .. }));
        DedupePlan {
            file_count: self.plan.trash_count() as u64,
            freed_bytes: self.plan.freed_bytes,
            unproven_count: self.unproven.len() as u64,
            merge_count,
            move_count: self.plan.move_count() as u64,
            rename_count: renames.count() as u64,
            idle_count,
            line_count: self.plan.steps.len() as u64,
            is_changed: false,
        }
    }

    fn guard(&mut self, scope: Scope<'_>, group: &Group, kept: &[NodeHandle]) {
        let guard = Arc::new(Guard { name: group.name.clone(), members: group.members.clone() });
        for &member in group.members.iter().filter(|member| !kept.contains(member)) {
            self.guards.insert(member, Arc::clone(&guard));
            if !is_proven(scope.tree, scope.evidence, member, kept) {
                self.unproven.insert(member);
            }
        }
    }

    /// Returns whether all that it does has been shown in another plan.
    pub(super) fn is_part_of(&self, shown: &Self) -> bool {
        let known: HashSet<Identity<'_>> = shown.plan.steps.iter().map(identity).collect();
        self.plan.steps.iter().all(|step| known.contains(&identity(step)))
    }

    /// Returns what of a group is not as it was when it was planned: `None` where all is. `gone` is what this plan has put
    /// into the bin itself.
    pub(super) fn disturbed(
        &self,
        tree: &Tree,
        step: &Step,
        gone: &HashSet<NodeHandle>,
    ) -> Option<Arc<Guard>> {
        if !matches!(step, Step::Trash { .. }) {
            return None;
        }
        let guard = self.guards.get(&step.node())?;
        let is_there = |member: NodeHandle| {
            let is_binned = || tree.rubbish().is_some_and(|bin| tree.is_inside(member, bin));
            tree.node(member).is_some_and(|node| !node.is_version()) && !is_binned()
        };
        let all_there = guard.members.iter().all(|member| gone.contains(member) || is_there(*member));
        (!all_there).then(|| Arc::clone(guard))
    }

    /// Returns a step as it is listed, on the tree before it.
    pub(super) fn line(&self, tree: &Tree, step: &Step, problem: Option<Problem>) -> StepLine {
        let node = step.node();
        let (kind, to) = match step {
            Step::Move { from, to, .. } => (StepKind::Move, folder(tree, *from, *to)),
            Step::RemoveEmptied { .. } => (StepKind::RemoveEmptied, String::new()),
            Step::Trash { .. } => (StepKind::Trash, String::new()),
            Step::Rename { name, .. } => (StepKind::Rename, name.clone()),
        };
        let size = if kind == StepKind::Trash { bytes(tree, node) } else { 0 };
        let is_unproven = self.unproven.contains(&node);
        StepLine { step: kind, path: tree.path(node), to, size, is_unproven, problem }
    }
}

/// Returns where something is moved; what has the path of the folder it comes from is named exactly.
fn folder(tree: &Tree, from: NodeHandle, to: NodeHandle) -> String {
    let path = tree.path(to);
    if tree.path(from) == path { format!("{path} H:{to}") } else { path }
}

/// Returns the bytes of a file and of its old versions.
fn bytes(tree: &Tree, file: NodeHandle) -> u64 {
    let usage = tree.usage(file);
    usage.bytes.saturating_add(usage.version_bytes)
}

fn is_proven(tree: &Tree, evidence: &Evidence, member: NodeHandle, kept: &[NodeHandle]) -> bool {
    kept.iter().any(|&kept| evidence.compare(tree, kept, member) == Verdict::Identical)
}

fn folders(merge: &Merge) -> Vec<NodeHandle> {
    let all: Vec<NodeHandle> = std::iter::once(merge.target).chain(merge.others.iter().copied()).collect();
    key(&all)
}

/// Returns what tells whether two steps are one: node, place, what is done, and the new name.
fn identity(step: &Step) -> Identity<'_> {
    match step {
        Step::Move { node, to, .. } => (*node, *to, StepKind::Move, ""),
        Step::RemoveEmptied { node, folder } => (*node, *folder, StepKind::RemoveEmptied, ""),
        Step::Trash { node, folder } => (*node, *folder, StepKind::Trash, ""),
        Step::Rename { node, folder, name } => (*node, *folder, StepKind::Rename, name),
    }
}

type Identity<'s> = (NodeHandle, NodeHandle, StepKind, &'s str);
