//! [`Survey`]: the duplicates below some folders of an account, found in a draft in which folders of one name are merged
//! already. Made anew from the live tree whenever something is shown or acted on: it holds no state between.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::decision::Decision;
use super::draft::Draft;
use super::evidence::Evidence;
use super::group::{Group, GroupKind, bytes_of, sort_members};
use super::merge::Merge;
use super::plan::Plan;
use super::tie::{Strength, tied};
use crate::handle::NodeHandle;
use crate::tree::{Access, Node, Tree, nfc};

/// The duplicates of one tree.
pub struct Survey<'t> {
    draft: Draft<'t>,
    /// Folders that become one, those above first.
    pub merges: Vec<Merge>,
    /// In the order of their paths.
    pub groups: Vec<Group>,
}

/// When two names are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameClass {
    /// They are the same.
    #[default]
    Exact,
    /// As well where they differ by case or Unicode form only.
    Folded,
}

/// Which folders of one name are merged.
pub type MayMerge<'a> = &'a dyn Fn(&[NodeHandle]) -> bool;

impl<'t> Survey<'t> {
    /// Finds what has one name in one folder, below these folders and in them. Several folders of one name beside each
    /// other, which one path can mean, are merged first, as all below them are for which `may_merge` says so.
    #[must_use]
    pub fn by_name(tree: &'t Tree, roots: &[NodeHandle], class: NameClass, may_merge: MayMerge<'_>) -> Self {
        let mut survey = Self { draft: Draft::new(tree), merges: Vec::new(), groups: Vec::new() };
        let mut waiting = survey.merge_roots(roots, may_merge);
        while let Some(folder) = waiting.pop() {
            survey.merge_in(folder, may_merge);
            survey.find_in(folder, class);
            let folders = survey.draft.children(folder).filter(|node| !node.is_file());
            waiting.extend(folders.map(|node| node.handle()));
        }
        survey.sort();
        survey
    }

    /// Finds files below these folders that have one content, or are candidates for it.
    #[must_use]
    pub fn by_content(tree: &'t Tree, roots: &[NodeHandle], evidence: &Evidence) -> Self {
        let groups = candidates(tree, roots, evidence).into_iter().map(|mut members| {
            sort_members(tree, &mut members);
            let name = tree.node(members[0]).map(|node| node.label()).unwrap_or_default();
            Group { kind: GroupKind::Content, folder: None, name, members }
        });
        let mut survey = Self { groups: groups.collect(), draft: Draft::new(tree), merges: Vec::new() };
        survey.sort();
        survey
    }

    /// Makes the steps that the merges and the decisions on the groups come to.
    #[must_use]
    pub fn plan(mut self, mut decide: impl FnMut(&Group) -> Decision) -> Plan {
        let mut freed_bytes = 0_u64;
        for group in std::mem::take(&mut self.groups) {
            if !group.is_changeable(self.draft.tree) {
                continue;
            }
            match decide(&group) {
                Decision::Leave => {}
                Decision::Keep(kept) => {
                    let is_kept = |member: &NodeHandle| kept.contains(member);
                    if !group.members.iter().any(is_kept) {
                        continue; // one of them has to stay
                    }
                    for member in group.members.iter().filter(|member| !is_kept(member)) {
                        freed_bytes = freed_bytes.saturating_add(bytes_of(self.draft.tree, *member));
                        self.draft.trash(*member);
                    }
                }
                Decision::Rename => self.rename(&group),
            }
        }
        Plan { steps: self.draft.into_steps(), freed_bytes }
    }

    /// Merges those roots that one path means, and returns the folders to look into.
    fn merge_roots(&mut self, roots: &[NodeHandle], may_merge: MayMerge<'_>) -> Vec<NodeHandle> {
        let mut beside: BTreeMap<_, Vec<NodeHandle>> = BTreeMap::new();
        for node in roots.iter().filter_map(|&root| self.draft.tree.node(root)) {
            let same = (node.parent(), node.name().map(|name| nfc(name).into_owned()));
            // Nothing but one name in one folder makes two folders one.
            let alone = (same.0.is_none() || same.1.is_none()).then(|| node.handle());
            let folders = beside.entry((same, alone)).or_default();
            if !folders.contains(&node.handle()) {
                folders.push(node.handle());
            }
        }
        for ((same, _), folders) in &beside {
            self.merge(same.1.as_deref().unwrap_or_default(), folders.clone(), may_merge);
        }
        let folders = beside.into_values().flatten().filter(|&folder| !self.draft.is_gone(folder));
        let folders: Vec<NodeHandle> = folders.collect();
        let tree = self.draft.tree;
        let is_below = |folder: NodeHandle| {
            folders.iter().any(|&other| other != folder && tree.is_inside(folder, other))
        };
        folders.iter().copied().filter(|&folder| !is_below(folder)).collect()
    }

    fn merge(&mut self, name: &str, folders: Vec<NodeHandle>, may_merge: MayMerge<'_>) {
        let is_ours = |folder: &NodeHandle| self.draft.tree.access(*folder) >= Access::Full;
        if folders.len() > 1 && folders.iter().all(is_ours) && may_merge(&folders) {
            self.merges.extend(Merge::carry_out(&mut self.draft, folders, name));
        }
    }

    fn merge_in(&mut self, folder: NodeHandle, may_merge: MayMerge<'_>) {
        let folders = self.namesakes(folder, |node| !node.is_file(), nfc);
        for (name, twins) in folders {
            self.merge(&name, twins, may_merge);
        }
    }

    fn find_in(&mut self, folder: NodeHandle, class: NameClass) {
        let same = self.namesakes(folder, |_| true, nfc);
        let mut found: Vec<Group> = Vec::new();
        for (name, members) in same {
            let tree = self.draft.tree;
            let (files, folders): (Vec<_>, Vec<_>) =
                members.iter().partition(|&&member| tree.node(member).is_some_and(|node| node.is_file()));
            let mut add = |kind, mut members: Vec<NodeHandle>| {
                sort_members(tree, &mut members);
                found.push(Group { kind, folder: Some(folder), name: name.clone(), members });
            };
            if files.len() > 1 {
                add(GroupKind::Files, files.clone());
            }
            if !files.is_empty() && !folders.is_empty() {
                add(GroupKind::Mixed, members);
            }
        }
        if class == NameClass::Folded {
            found.extend(self.forms_in(folder));
        }
        self.groups.extend(found);
    }

    /// Finds names that are one but for case or Unicode form; of equal names one stands for all.
    fn forms_in(&self, folder: NodeHandle) -> Vec<Group> {
        let tree = self.draft.tree;
        let mut groups = Vec::new();
        for (_, mut members) in self.namesakes(folder, |_| true, folded) {
            sort_members(tree, &mut members);
            let mut seen: Vec<String> = Vec::new();
            members.retain(|&member| {
                let name = tree
                    .node(member)
                    .and_then(|node| self.draft.name(node))
                    .map(|name| nfc(name).into_owned());
                name.is_some_and(|name| {
                    let is_new = !seen.contains(&name);
                    seen.push(name);
                    is_new
                })
            });
            if members.len() > 1 {
                let name = seen.swap_remove(0);
                groups.push(Group { kind: GroupKind::Form, folder: Some(folder), name, members });
            }
        }
        groups
    }

    /// Returns what of a folder has one name, by a form of the names: two or more each.
    fn namesakes(
        &self,
        folder: NodeHandle,
        counts: impl Fn(&Node<'_>) -> bool,
        form: impl Fn(&str) -> Cow<'_, str>,
    ) -> Vec<(String, Vec<NodeHandle>)> {
        let mut firsts: HashMap<Cow<'_, str>, NodeHandle> = HashMap::new();
        let mut found: BTreeMap<String, Vec<NodeHandle>> = BTreeMap::new();
        for node in self.draft.children(folder).filter(counts) {
            let Some(name) = self.draft.name(node) else { continue };
            match firsts.entry(form(name)) {
                Entry::Vacant(free) => drop(free.insert(node.handle())),
                Entry::Occupied(taken) => {
                    let first = *taken.get();
                    found.entry(taken.key().to_string()).or_insert_with(|| vec![first]).push(node.handle());
                }
            }
        }
        found.into_iter().collect()
    }

    fn rename(&mut self, group: &Group) {
        let Some(folder) = group.folder else { return };
        let mut taken: HashSet<String> = {
            let names = self.draft.children(folder).filter_map(|node| self.draft.name(node));
            names.map(|name| nfc(name).into_owned()).collect()
        };
        let (stem, ending) = split(&group.name);
        let mut number = 0_u64;
        for &member in &group.members {
            let name = loop {
                number += 1;
                let name = format!("{stem}-{number}{ending}");
                if taken.insert(name.clone()) {
                    break name;
                }
            };
            self.draft.rename(member, name);
        }
    }

    fn sort(&mut self) {
        let tree = self.draft.tree;
        self.groups.sort_by_cached_key(|group| {
            let folder = group.folder.map(|folder| tree.path(folder)).unwrap_or_default();
            let first = group.members.first().map(|&member| tree.path(member)).unwrap_or_default();
            let path = if group.folder.is_some() { format!("{folder}/{}", group.name) } else { first };
            (path, group.kind, group.members.first().copied())
        });
    }
}

/// Returns sets of files below the folders that may have one content: of one size, and tied. Empty files are equal to each
/// other and mean nothing by it: they are left out.
fn candidates(tree: &Tree, roots: &[NodeHandle], evidence: &Evidence) -> Vec<Vec<NodeHandle>> {
    let below = roots.iter().flat_map(|&root| tree.subtree(root));
    let files = below.filter(|node| node.is_file() && !node.is_version() && node.size() > 0);
    let mut files: Vec<(u64, NodeHandle)> = files.map(|node| (node.size(), node.handle())).collect();
    files.sort_unstable();
    files.dedup();
    let of_one_size = files.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1);
    let tied = of_one_size.flat_map(|run| {
        let run: Vec<NodeHandle> = run.iter().map(|(_, file)| *file).collect();
        tied(tree, &run, evidence, Strength::Hint)
    });
    tied.filter(|set| set.len() > 1).collect()
}

/// Folds case and Unicode form.
fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(nfc(&name.to_lowercase()).into_owned())
}

/// Splits a name before its last dot, as rclone does; one that begins with its only dot has no ending.
fn split(name: &str) -> (&str, &str) {
    name.rfind('.').filter(|&dot| dot > 0).map_or((name, ""), |dot| name.split_at(dot))
}
