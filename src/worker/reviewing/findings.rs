//! [`Findings`]: the groups of a review with what was decided of each, in the order of the list. Made by a survey of the
//! live tree, decided on by the user; a decision is about exactly these members, and ends when they are others.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::choice::Choice;
use crate::dedupe::{Evidence, Group, GroupKind, Merge, NameClass, Survey};
use crate::handle::NodeHandle;
use crate::message::{DuplicateKind, GroupOrder};
use crate::tree::Tree;

/// What was decided, by the members of the groups in the order of their handles.
pub(super) type Decisions = HashMap<Vec<NodeHandle>, Choice>;

/// What a review has found.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) items: Vec<Item>,
}

/// One group of the list.
pub(super) struct Item {
    pub(super) subject: Subject,
    /// Bytes that it makes free if one stays.
    pub(super) spare_bytes: u64,
    /// Of these, what is proven.
    pub(super) proven_bytes: u64,
    pub(super) choice: Option<Choice>,
    /// Members that go by the choice, and their bytes.
    pub(super) removed: (u64, u64),
}

/// What a group is of.
pub(super) enum Subject {
    /// Folders of one name.
    Twins(Merge),
    /// Anything else.
    Group(Group),
}

/// Sums over all groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) spare_bytes: u64,
    pub(super) proven_bytes: u64,
    pub(super) decided_count: u64,
    pub(super) decided_bytes: u64,
}

/// What is looked through, and how.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) tree: &'a Tree,
    pub(super) roots: &'a [NodeHandle],
    pub(super) kind: DuplicateKind,
    pub(super) evidence: &'a Evidence,
}

impl Findings {
    /// Looks through the tree. Folders of one name count as merged, whatever was decided of them, so that what comes
    /// together in them is seen; what was decided of groups that are still the same holds.
    pub(super) fn survey(scope: Scope<'_>, order: GroupOrder, decisions: &Decisions) -> Self {
        let survey = scope.survey(&|_folders| true);
        let mut items: Vec<Item> =
            survey.merges.into_iter().map(|merge| Item::new(Subject::Twins(merge), scope)).collect();
        items.extend(survey.groups.into_iter().map(|group| Item::new(Subject::Group(group), scope)));
        for item in &mut items {
            item.decide(scope.tree, decisions.get(&item.key()).cloned());
        }
        let mut findings = Self { items };
        findings.arrange(scope.tree, order);
        findings
    }

    /// Puts the groups in order. Folders come first, for what is in them depends on it.
    pub(super) fn arrange(&mut self, tree: &Tree, order: GroupOrder) {
        self.items.sort_by_cached_key(|item| {
            let weight = match order {
                GroupOrder::Size => item.spare_bytes,
                GroupOrder::Path => 0,
            };
            let is_group = matches!(item.subject, Subject::Group(_));
            (is_group, Reverse(weight), item.path(tree), item.members().first().copied())
        });
    }

    pub(super) fn sums(&self) -> Sums {
        self.items.iter().fold(Sums::default(), |sums, item| Sums {
            spare_bytes: sums.spare_bytes.saturating_add(item.spare_bytes),
            proven_bytes: sums.proven_bytes.saturating_add(item.proven_bytes),
            decided_count: sums.decided_count + u64::from(item.choice.is_some()),
            decided_bytes: sums.decided_bytes.saturating_add(item.removed.1),
        })
    }

    /// Returns a range of groups that is there.
    pub(super) fn range(&self, start: u64, count: u32) -> &[Item] {
        let start = index(start).min(self.items.len());
        let end = start.saturating_add(index(count.into())).min(self.items.len());
        &self.items[start..end]
    }

    pub(super) fn get(&self, number: u64) -> Option<&Item> {
        self.items.get(index(number))
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Item> {
        self.items.get_mut(index(number))
    }

    /// Returns where the group of these members stands.
    pub(super) fn position(&self, wanted: &[NodeHandle]) -> Option<u64> {
        let at =
            self.items.iter().position(|item| item.members().len() == wanted.len() && item.key() == wanted);
        at.map(|at| at as u64)
    }

    /// Takes note of what reading a file has shown.
    pub(super) fn learn(&mut self, tree: &Tree, evidence: &Evidence, file: NodeHandle) {
        for item in self.items.iter_mut().filter(|item| item.members().contains(&file)) {
            item.proven_bytes = item.subject.proven_bytes(tree, evidence);
        }
    }
}

impl<'a> Scope<'a> {
    /// Finds duplicates; `may_merge` says which folders of one name become one before that.
    pub(super) fn survey(self, may_merge: &dyn Fn(&[NodeHandle]) -> bool) -> Survey<'a> {
        match self.kind {
            DuplicateKind::Names => Survey::by_name(self.tree, self.roots, NameClass::Exact, may_merge),
            DuplicateKind::Contents => Survey::by_content(self.tree, self.roots, self.evidence),
            DuplicateKind::Forms => {
                let none = |_: &[NodeHandle]| false;
                let mut survey = Survey::by_name(self.tree, self.roots, NameClass::Folded, &none);
                survey.groups.retain(|group| group.kind == GroupKind::Form);
                survey
            }
        }
    }
}

impl Item {
    fn new(subject: Subject, scope: Scope<'_>) -> Self {
        let spare_bytes = subject.spare_bytes(scope.tree);
        let proven_bytes = subject.proven_bytes(scope.tree, scope.evidence);
        Self { subject, spare_bytes, proven_bytes, choice: None, removed: (0, 0) }
    }

    /// Takes a decision, or takes it away.
    pub(super) fn decide(&mut self, tree: &Tree, choice: Option<Choice>) {
        self.removed = match (&self.subject, &choice) {
            (Subject::Group(group), Some(Choice::Keep { kept, .. })) => {
                let count = group.members.iter().filter(|member| !kept.contains(member)).count();
                (count as u64, group.freed_bytes(tree, kept))
            }
            (Subject::Group(_) | Subject::Twins(_), _) => (0, 0),
        };
        self.choice = choice;
    }

    /// Returns the members in the order of their handles: what a decision goes by.
    pub(super) fn key(&self) -> Vec<NodeHandle> {
        key(&self.members())
    }

    /// Returns the members in their order; of folders of one name the one that stays first.
    pub(super) fn members(&self) -> std::borrow::Cow<'_, [NodeHandle]> {
        match &self.subject {
            Subject::Group(group) => (&group.members[..]).into(),
            Subject::Twins(merge) => {
                std::iter::once(merge.target).chain(merge.others.iter().copied()).collect()
            }
        }
    }

    /// Returns the path that it is listed by.
    pub(super) fn path(&self, tree: &Tree) -> String {
        let (folder, name) = match &self.subject {
            Subject::Group(group) => (group.folder, &group.name),
            Subject::Twins(merge) => (merge.folder, &merge.name),
        };
        match folder.map(|folder| tree.path(folder)) {
            Some(folder) if folder.is_empty() => name.clone(),
            Some(folder) => format!("{folder}/{name}"),
            None => self.members().first().map(|&member| tree.path(member)).unwrap_or_default(),
        }
    }
}

impl Subject {
    fn spare_bytes(&self, tree: &Tree) -> u64 {
        match self {
            Self::Group(group) if group.is_judged() => group.freed_bytes(tree, &group.members[..1]),
            Self::Group(_) | Self::Twins(_) => 0,
        }
    }

    fn proven_bytes(&self, tree: &Tree, evidence: &Evidence) -> u64 {
        match self {
            Self::Group(group) if group.is_judged() => group.proven_bytes(tree, evidence),
            Self::Group(_) | Self::Twins(_) => 0,
        }
    }
}

/// Returns members in the order of their handles.
pub(super) fn key(members: &[NodeHandle]) -> Vec<NodeHandle> {
    let mut key = members.to_vec();
    key.sort_unstable();
    key
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
