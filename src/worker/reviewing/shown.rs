//! Groups and members of a review as they cross the border: names, times, what is proven, what becomes of each. Reads the
//! tree; decides nothing.

use super::choice::Choice;
use super::findings::{Item, Subject};
use crate::dedupe::{self, Evidence, Group};
use crate::entry::{CloudFolder, Location};
use crate::handle::NodeHandle;
use crate::message::{
    Differing, GroupDecision, GroupKind, GroupProof, GroupRow, MemberFate, MemberRow, MemberVerdict, Verdict,
};
use crate::tree::Tree;

/// Returns a group as the list shows it.
pub(super) fn group(tree: &Tree, evidence: &Evidence, item: &Item) -> GroupRow {
    let (kind, name, proof) = match &item.subject {
        Subject::Twins(merge) => (GroupKind::Folders, merge.name.clone(), GroupProof::None),
        Subject::Group(group) => (kind_of(group.kind), group.name.clone(), proof(tree, evidence, group)),
    };
    let path = item.path(tree);
    let folder = path.rfind('/').map_or("", |at| &path[..at]).to_owned();
    let member_count = item.members().len() as u64;
    let decision = match &item.choice {
        None => GroupDecision::Open,
        Some(Choice::Leave) => GroupDecision::Leave,
        Some(Choice::Rename) => GroupDecision::Rename,
        Some(Choice::Merge) => GroupDecision::Merge,
        Some(Choice::Keep { rule, .. }) => {
            let (count, bytes) = item.removed;
            GroupDecision::Remove { count, bytes, rule: *rule }
        }
    };
    let (spare_bytes, awaits_merge) = (item.spare_bytes, awaits_merge(tree, item));
    GroupRow { kind, name, folder, member_count, proof, spare_bytes, awaits_merge, decision }
}

/// Returns whether members that a folder is to hold are in several now.
fn awaits_merge(tree: &Tree, item: &Item) -> bool {
    let has_folder = matches!(&item.subject, Subject::Group(group) if group.folder.is_some());
    let members = item.members();
    let mut parents = members.iter().map(|&member| tree.node(member).and_then(|node| node.parent()));
    let first = parents.next();
    has_folder && parents.any(|parent| Some(parent) != first)
}

/// Returns members of a group from `start` on.
pub(super) fn members(
    (account, tree): (&str, &Tree),
    evidence: &Evidence,
    item: &Item,
    (start, count): (u64, u32),
) -> Vec<MemberRow> {
    let standard = standard(item);
    let skipped = usize::try_from(start).unwrap_or(usize::MAX);
    let shown = item.members().iter().copied().skip(skipped).take(count as usize).collect::<Vec<_>>();
    shown.into_iter().map(|node| member((account, tree), evidence, item, (node, standard))).collect()
}

/// Returns the member that the others are held against: the first that stays.
pub(super) fn standard(item: &Item) -> Option<NodeHandle> {
    let members = item.members();
    let stays = |member: &&NodeHandle| match &item.choice {
        Some(Choice::Keep { kept, .. }) => kept.contains(member),
        Some(Choice::Leave | Choice::Rename | Choice::Merge) | None => true,
    };
    members.iter().find(stays).copied()
}

fn member(
    (account, tree): (&str, &Tree),
    evidence: &Evidence,
    item: &Item,
    (handle, standard): (NodeHandle, Option<NodeHandle>),
) -> MemberRow {
    let node = tree.node(handle);
    let usage = tree.usage(handle);
    let is_file = node.is_some_and(|node| node.is_file());
    let folder = tree.folder_of(handle).unwrap_or(CloudFolder::Orphans);
    MemberRow {
        node: handle,
        parent: Location::Cloud { account: account.to_owned(), folder },
        name: node.map(|node| node.label()).unwrap_or_default(),
        path: tree.path(handle),
        file_count: (!is_file).then_some(usage.file_count),
        size: usage.bytes,
        modified: node.and_then(|node| node.modified()),
        uploaded: node.map(|node| node.uploaded()).unwrap_or_default(),
        version_count: node.map(|node| node.version_count()).unwrap_or_default(),
        is_linked: tree.is_linked(handle),
        is_shared: node.is_some_and(|node| node.is_shared()),
        verdict: verdict(tree, evidence, handle, standard),
        differing: differing(tree, handle, standard),
        fate: fate(item, handle),
    }
}

fn verdict(
    tree: &Tree,
    evidence: &Evidence,
    member: NodeHandle,
    standard: Option<NodeHandle>,
) -> MemberVerdict {
    let Some(node) = tree.node(member) else { return MemberVerdict::Unreadable };
    if !node.is_file() {
        return MemberVerdict::Folder;
    }
    if node.is_undecryptable() || evidence.is_unreadable(member) {
        return MemberVerdict::Unreadable;
    }
    if standard == Some(member) {
        return MemberVerdict::Itself;
    }
    match standard.map_or(Verdict::Unknown, |standard| evidence.compare(tree, standard, member)) {
        Verdict::Identical => MemberVerdict::Identical,
        Verdict::SameFingerprint => MemberVerdict::SameFingerprint,
        Verdict::Different => MemberVerdict::Different,
        Verdict::Unknown => MemberVerdict::Unknown,
    }
}

fn differing(tree: &Tree, member: NodeHandle, standard: Option<NodeHandle>) -> Differing {
    let Some((one, other)) = tree.node(member).zip(standard.and_then(|standard| tree.node(standard))) else {
        return Differing::default();
    };
    Differing {
        size: tree.usage(one.handle()).bytes != tree.usage(other.handle()).bytes,
        modified: one.modified() != other.modified(),
        name: one.name() != other.name(),
    }
}

fn fate(item: &Item, member: NodeHandle) -> MemberFate {
    match (&item.choice, &item.subject) {
        (None, _) => MemberFate::Open,
        (Some(Choice::Leave), _) => MemberFate::Keep,
        (Some(Choice::Rename), _) => MemberFate::Rename,
        (Some(Choice::Keep { kept, .. }), _) if kept.contains(&member) => MemberFate::Keep,
        (Some(Choice::Keep { .. }), _) => MemberFate::Bin,
        (Some(Choice::Merge), Subject::Twins(merge)) if merge.target != member => MemberFate::Merge,
        (Some(Choice::Merge), _) => MemberFate::Target,
    }
}

fn proof(tree: &Tree, evidence: &Evidence, group: &Group) -> GroupProof {
    if !group.is_judged() {
        return GroupProof::None;
    }
    let classes = evidence.classes(tree, &group.members);
    if classes.len() == 1 {
        return GroupProof::Identical;
    }
    if classes.len() < group.members.len() {
        return GroupProof::Partly;
    }
    let mut pairs = group.members.iter().take(MOST_COMPARED).enumerate().flat_map(|(at, &one)| {
        group.members[at + 1..].iter().take(MOST_COMPARED).map(move |&other| (one, other))
    });
    let may_be_one = pairs.any(|(one, other)| {
        let verdict = evidence.compare(tree, one, other);
        let is_read = |file| evidence.is_unreadable(file);
        matches!(verdict, Verdict::SameFingerprint | Verdict::Unknown) && !is_read(one) && !is_read(other)
    });
    if may_be_one { GroupProof::Candidates } else { GroupProof::Different }
}

const fn kind_of(kind: dedupe::GroupKind) -> GroupKind {
    match kind {
        dedupe::GroupKind::Files => GroupKind::Files,
        dedupe::GroupKind::Mixed => GroupKind::Mixed,
        dedupe::GroupKind::Form => GroupKind::Form,
        dedupe::GroupKind::Content => GroupKind::Content,
    }
}

/// Members of one group that are held against each other for the list.
const MOST_COMPARED: usize = 32;
