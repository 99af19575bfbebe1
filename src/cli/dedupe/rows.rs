//! The lines of `dedupe`: groups as they are listed, steps as they are told, rclone's words where it has any.
//! Only text is made here; `mod` prints it.

use super::{Context, Decision, Decisions, Group, GroupKind, Step, Survey, quantity};
use crate::dedupe::Evidence;
use crate::handle::NodeHandle;
use crate::message::Verdict;
use crate::tree::Tree;

/// The lines of `list`: folders that would be merged, then each group with its members.
pub(super) fn list(survey: &Survey<'_>, tree: &Tree, evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    for merge in &survey.merges {
        let path = tree.path(merge.target);
        lines.push(format!("{path}: {} duplicates of this directory", merge.others.len() + 1));
        for folder in std::iter::once(&merge.target).chain(&merge.others) {
            let usage = tree.usage(*folder);
            let files = format!(
                "{:>12} bytes in {}",
                usage.bytes,
                quantity::counted(usage_count(usage.file_count), "file")
            );
            lines.push(format!("  H:{folder} {files}"));
        }
    }
    for group in &survey.groups {
        lines.push(heading(group, tree));
        lines.extend(members(group, tree, evidence));
    }
    lines
}

fn usage_count(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// `Photos/one.txt: 3 duplicates`.
pub(super) fn heading(group: &Group, tree: &Tree) -> String {
    let count = group.members.len();
    let path = path(group, tree);
    match group.kind {
        GroupKind::Files => format!("{path}: {count} duplicates"),
        GroupKind::Content => format!("{path}: {count} files of one content, or perhaps of one"),
        GroupKind::Mixed => format!("{path}: {count} files and folders of one name"),
        GroupKind::Form => format!("{path}: {count} names that are one on other disks"),
    }
}

/// The path of a group: that of its name in its folder, or of its first member.
pub(super) fn path(group: &Group, tree: &Tree) -> String {
    match group.folder.map(|folder| tree.path(folder)) {
        Some(folder) if folder.is_empty() => group.name.clone(),
        Some(folder) => format!("{folder}/{}", group.name),
        None => group.members.first().map(|&member| tree.path(member)).unwrap_or_default(),
    }
}

/// The numbered rows of a group.
pub(super) fn members(group: &Group, tree: &Tree, evidence: &Evidence) -> Vec<String> {
    let first = group.members.first().copied();
    let row = |(number, member): (usize, &NodeHandle)| {
        let node = tree.node(*member);
        let size = node.map(|node| node.size()).unwrap_or_default();
        let time = node.map(|node| node.modified().unwrap_or_else(|| node.uploaded())).unwrap_or_default();
        let verdict = first.map_or("", |first| verdict(evidence, tree, first, *member));
        let place = match group.kind {
            GroupKind::Content | GroupKind::Form | GroupKind::Mixed => format!("  {}", tree.path(*member)),
            GroupKind::Files => String::new(),
        };
        format!("  {}: {size:>12} bytes, {}, H:{member}, {verdict}{place}", number + 1, quantity::time(time))
    };
    group.members.iter().enumerate().map(row).collect()
}

/// How a member compares with the first, in words.
pub(super) fn verdict(
    evidence: &Evidence,
    tree: &Tree,
    first: NodeHandle,
    member: NodeHandle,
) -> &'static str {
    if first == member {
        return "the first";
    }
    if evidence.is_unreadable(member) || tree.node(member).is_none_or(|node| node.is_undecryptable()) {
        return "not readable";
    }
    match evidence.compare(tree, first, member) {
        Verdict::Identical => "identical, proven",
        Verdict::SameFingerprint => "same fingerprint, not proven",
        Verdict::Different => "different",
        Verdict::Unknown => "not proven",
    }
}

/// What is left of a group once a decision is carried out.
pub(super) fn left(group: &Group, decision: &Decision) -> Group {
    match decision {
        Decision::Keep(kept) => {
            let members = group.members.iter().copied().filter(|member| kept.contains(member)).collect();
            Group { members, ..group.clone() }
        }
        Decision::Leave | Decision::Rename => group.clone(),
    }
}

/// Tells that a group was left alone, as far as it was.
pub(super) fn skipped(context: &Context, group: &Group, silent: &Decision) {
    let count = left(group, silent).members.len();
    if count > 1 && group.is_judged() {
        context.messages.notice(&format!("{}: Skipping {count} files with duplicate names", group.name));
    }
}

/// A step in a dry run, which may be one of those that are for good.
pub(super) fn would(step: &Step, is_final: bool, tree: &Tree) -> String {
    let path = tree.path(step.node());
    match step {
        Step::Move { to, .. } => {
            format!("{path}: Skipped merge into \"{}\" as --dry-run is set", tree.path(*to))
        }
        Step::RemoveEmptied { .. } => {
            format!("{path}: Skipped removing the emptied folder as --dry-run is set")
        }
        Step::Trash { node, .. } => {
            let size = tree.node(*node).map(|node| node.size()).unwrap_or_default();
            let how = if is_final { "delete for good" } else { "delete" };
            format!("{path}: Skipped {how} as --dry-run is set (size {size})")
        }
        Step::Rename { name, .. } => format!("{path}: Skipped rename to \"{name}\" as --dry-run is set"),
    }
}

/// Which groups a rule leaves alone, and why; `None` where it leaves none.
pub(super) fn left_alone(
    groups: &[Group],
    decisions: &Decisions,
    tree: &Tree,
    evidence: &Evidence,
) -> Option<String> {
    let (mut unproven, mut kept, mut unfit) = (0, 0, 0);
    let is_left = |decisions: &Vec<Decision>| decisions.iter().all(|decision| *decision == Decision::Leave);
    for group in groups.iter().filter(|group| decisions.get(&group.members).is_none_or(is_left)) {
        let count = match group.kind {
            GroupKind::Mixed | GroupKind::Form => &mut unfit,
            GroupKind::Files | GroupKind::Content => {
                let is_proven = evidence.classes(tree, &group.members).len() < group.members.len();
                if is_proven { &mut kept } else { &mut unproven }
            }
        };
        *count += 1;
    }
    let reasons = [
        (unproven, "not proven to be of one content (--local or --verify may prove it)"),
        (kept, "kept as --keep-in says"),
        (unfit, "for you to decide"),
    ];
    let reasons = reasons.into_iter().filter(|(count, _)| *count > 0);
    let reasons = reasons.map(|(count, why)| format!("{} {why}", quantity::counted(count, "group")));
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    (!reasons.is_empty()).then(|| format!("left alone: {reasons}"))
}

/// A step that was done; the tree is as it was before it.
pub(super) fn done(step: &Step, is_final: bool, tree: &Tree) -> String {
    let path = tree.path(step.node());
    match step {
        Step::Move { to, .. } => format!("{path}: merged into \"{}\"", tree.path(*to)),
        Step::RemoveEmptied { .. } => format!("{path}: removed the empty folder"),
        Step::Trash { node, .. } if is_final => format!("{path}: deleted for good (H:{node})"),
        Step::Trash { node, .. } => format!("{path}: moved to the rubbish bin (H:{node})"),
        Step::Rename { name, .. } => format!("{name}: renamed from: {path}"),
    }
}
