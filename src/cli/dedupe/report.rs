//! [`Report`]: what `dedupe` found, decided and did, as JSON: for `--report`, and for `list --json`.
//! It holds paths as they were when it was made.

use std::path::Path;

use serde::Serialize;

use super::{Decision, Decisions, Failure, GroupKind, Step, Survey, Task, problem, quantity, rows};
use crate::handle::NodeHandle;
use crate::message::Problem;
use crate::session::change::Outcome;
use crate::tree::Tree;

/// See the module.
#[derive(Serialize)]
pub(super) struct Report {
    merges: Vec<MergeRow>,
    groups: Vec<GroupRow>,
    steps: Vec<StepRow>,
}

#[derive(Serialize)]
struct MergeRow {
    path: String,
    target: String,
    others: Vec<String>,
}

#[derive(Serialize)]
struct GroupRow {
    path: String,
    kind: &'static str,
    decision: &'static str,
    members: Vec<MemberRow>,
}

#[derive(Serialize)]
struct MemberRow {
    id: String,
    path: String,
    size: u64,
    mod_time: Option<String>,
    upload_time: Option<String>,
    verdict: &'static str,
    kept: bool,
}

#[derive(Serialize)]
struct StepRow {
    id: String,
    what: &'static str,
    problem: Option<String>,
}

impl Report {
    pub(super) fn new(task: &Task, survey: &Survey<'_>, tree: &Tree, decisions: &Decisions) -> Self {
        let merges = survey.merges.iter().map(|merge| MergeRow {
            path: tree.path(merge.target),
            target: merge.target.to_string(),
            others: merge.others.iter().map(ToString::to_string).collect(),
        });
        let groups = survey.groups.iter().map(|group| {
            let decided = decisions.get(&group.members);
            let goes = |member: &NodeHandle| {
                let mut decided = decided.into_iter().flatten();
                decided.any(|decision| matches!(decision, Decision::Keep(kept) if !kept.contains(member)))
            };
            let member = |&member| {
                let node = tree.node(member);
                MemberRow {
                    id: format!("{member}"),
                    path: tree.path(member),
                    size: node.map(|node| node.size()).unwrap_or_default(),
                    mod_time: node.and_then(|node| node.modified()).map(quantity::time_rfc3339),
                    upload_time: node.map(|node| quantity::time_rfc3339(node.uploaded())),
                    verdict: rows::verdict(&task.evidence, tree, group.members[0], member),
                    kept: !goes(&member),
                }
            };
            GroupRow {
                path: rows::path(group, tree),
                kind: kind(group.kind),
                decision: word(decided),
                members: group.members.iter().map(member).collect(),
            }
        });
        Self { merges: merges.collect(), groups: groups.collect(), steps: Vec::new() }
    }

    /// Takes note of a step, which may be one of those that are for good, and how it went.
    pub(super) fn add(&mut self, step: &Step, is_final: bool, outcome: &Result<Outcome, Problem>) {
        let what = match step {
            Step::Move { .. } => "moved",
            Step::RemoveEmptied { .. } => "removed the empty folder",
            Step::Trash { .. } if is_final => "deleted for good",
            Step::Trash { .. } => "moved to the rubbish bin",
            Step::Rename { .. } => "renamed",
        };
        let problem = outcome.as_ref().err().map(|problem| problem.message.clone());
        self.steps.push(StepRow { id: step.node().to_string(), what, problem });
    }

    /// Returns whether a step went wrong.
    pub(super) fn has_failed(&self) -> bool {
        self.steps.iter().any(|step| step.problem.is_some())
    }

    /// Writes it, where a file was named.
    pub(super) fn write(&self, path: Option<&Path>) -> Result<(), Failure> {
        let Some(path) = path else { return Ok(()) };
        let written = serde_json::to_vec_pretty(self)
            .map_err(std::io::Error::from)
            .and_then(|text| std::fs::write(path, text));
        written.map_err(|error| problem::of_io(&format!("write \"{}\"", path.display()), &error).into())
    }
}

const fn kind(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Files => "files",
        GroupKind::Mixed => "file and folder",
        GroupKind::Form => "form",
        GroupKind::Content => "content",
    }
}

fn word(decided: Option<&Vec<Decision>>) -> &'static str {
    let Some(decided) = decided else { return "open" };
    match decided.iter().rfind(|decision| **decision != Decision::Leave) {
        None | Some(Decision::Leave) => "left",
        Some(Decision::Keep(_)) => "kept some",
        Some(Decision::Rename) => "renamed",
    }
}
