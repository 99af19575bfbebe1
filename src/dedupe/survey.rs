//! [`Survey`]: the duplicates below some folders of an account, found in a draft in which folders of one name are merged
//! already. Made anew from the live tree whenever something is shown or acted on: it holds no state between.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::decision::Decision;
use super::draft::Draft;
use super::evidence::Evidence;
use super::group::{Group, GroupKind, bytes_of, sort_members};
use super::merge::Merge;
use super::plan::Plan;
use super::scope::{Scope, Spot};
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
        Self::by_name_in(tree, &Scope::below(roots), class, may_merge)
    }

    /// The same in a part of the account. What the scope leaves out is in no group and in no merge of its own, but moves
    /// along where the folder that it is in is merged.
    #[must_use]
    pub fn by_name_in(tree: &'t Tree, scope: &Scope<'_>, class: NameClass, may_merge: MayMerge<'_>) -> Self {
        let mut survey = Self { draft: Draft::new(tree), merges: Vec::new(), groups: Vec::new() };
        let tops = survey.merge_roots(scope.roots, may_merge);
        let mut waiting: Vec<Spot> = tops.into_iter().map(Spot::top).collect();
        let crowded = scope.is_endless().then(|| crowded(tree, scope.roots, class));
        while let Some(at) = waiting.pop() {
            let is_crowded = crowded.as_ref().is_none_or(|crowded| crowded.contains(&at.folder));
            if is_crowded || survey.draft.gains(at.folder) {
                survey.find_in(scope, &at, class, may_merge);
            }
            waiting.extend(scope.enter(&survey.draft, &at));
        }
        survey.sort();
        survey
    }

    /// Finds files below these folders that have one content, or are candidates for it.
    #[must_use]
    pub fn by_content(tree: &'t Tree, roots: &[NodeHandle], evidence: &Evidence) -> Self {
        Self::by_content_in(tree, &Scope::below(roots), evidence)
    }

    /// The same in a part of the account.
    #[must_use]
    pub fn by_content_in(tree: &'t Tree, scope: &Scope<'_>, evidence: &Evidence) -> Self {
        let draft = Draft::new(tree);
        let groups = candidates(&draft, scope, evidence).into_iter().map(|mut members| {
            sort_members(tree, &mut members);
            let name = tree.node(members[0]).map(|node| node.label()).unwrap_or_default();
            Group { kind: GroupKind::Content, folder: None, name, members }
        });
        let mut survey = Self { groups: groups.collect(), draft, merges: Vec::new() };
        survey.sort();
        survey
    }

    /// Makes the steps that the merges and the decisions on the groups come to.
    #[must_use]
    pub fn plan(self, mut decide: impl FnMut(&Group) -> Decision) -> Plan {
        self.plan_each(|group| vec![decide(group)])
    }

    /// The same with several decisions on a group, each on what those before it leave of it.
    #[must_use]
    pub fn plan_each(mut self, mut decide: impl FnMut(&Group) -> Vec<Decision>) -> Plan {
        let (mut freed_bytes, tree) = (0_u64, self.draft.tree);
        // Folders go by a merge or not at all: nobody has looked at what is in them.
        let is_file = |member: NodeHandle| tree.node(member).is_some_and(|node| node.is_file());
        for mut group in std::mem::take(&mut self.groups) {
            if !group.is_changeable(tree) {
                continue;
            }
            let decisions = decide(&group);
            // What another group threw away can stand for nothing here.
            group.members.retain(|&member| !self.draft.is_gone(member));
            for decision in decisions {
                match decision {
                    Decision::Leave => {}
                    Decision::Keep(kept) => {
                        if !group.members.iter().any(|member| kept.contains(member)) {
                            continue; // one of them has to stay
                        }
                        let (others, left): (Vec<_>, Vec<_>) = group
                            .members
                            .iter()
                            .partition(|&&member| !kept.contains(&member) && is_file(member));
                        for member in others {
                            freed_bytes = freed_bytes.saturating_add(bytes_of(tree, member));
                            self.draft.trash(member);
                        }
                        group.members = left;
                    }
                    Decision::Rename => self.rename(&group),
                }
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

    /// Merges folders of one name in a folder, then finds what else has one name there.
    fn find_in(&mut self, scope: &Scope<'_>, at: &Spot, class: NameClass, may_merge: MayMerge<'_>) {
        let mut same = self.namesakes(scope, at, nfc);
        let merged = self.merges.len();
        for (name, members) in &same {
            let folders: Vec<NodeHandle> =
                members.iter().filter(|node| !node.is_file()).map(Node::handle).collect();
            self.merge(name, folders, may_merge);
        }
        if self.merges.len() > merged {
            same = self.namesakes(scope, at, nfc);
        }
        for (name, members) in same {
            self.add_groups(at.folder, &name, &members);
        }
        if class == NameClass::Folded {
            let forms = self.forms_in(scope, at);
            self.groups.extend(forms);
        }
    }

    /// Adds what of one name is to be told: the files, and that files stand beside folders.
    fn add_groups(&mut self, folder: NodeHandle, name: &str, members: &[Node<'t>]) {
        let tree = self.draft.tree;
        let (files, folders): (Vec<Node<'_>>, Vec<Node<'_>>) =
            members.iter().partition(|member| member.is_file());
        let group = |kind, members: &[Node<'_>]| {
            let mut members: Vec<NodeHandle> = members.iter().map(Node::handle).collect();
            sort_members(tree, &mut members);
            Group { kind, folder: Some(folder), name: name.to_owned(), members }
        };
        if files.len() > 1 {
            self.groups.push(group(GroupKind::Files, &files));
        }
        if !files.is_empty() && !folders.is_empty() {
            self.groups.push(group(GroupKind::Mixed, members));
        }
    }

    /// Finds names that are one but for case or Unicode form; of equal names one stands for all.
    fn forms_in(&self, scope: &Scope<'_>, at: &Spot) -> Vec<Group> {
        let tree = self.draft.tree;
        let mut groups = Vec::new();
        for (_, members) in self.namesakes(scope, at, folded) {
            let mut members: Vec<NodeHandle> = members.iter().map(Node::handle).collect();
            sort_members(tree, &mut members);
            let mut seen: Vec<String> = Vec::new();
            members.retain(|&member| {
                let name = tree.node(member).and_then(|node| self.draft.name(node));
                name.map(|name| nfc(name).into_owned()).is_some_and(|name| {
                    let is_new = !seen.contains(&name);
                    seen.push(name);
                    is_new
                })
            });
            if members.len() > 1 {
                let (kind, name) = (GroupKind::Form, seen.swap_remove(0));
                groups.push(Group { kind, folder: Some(at.folder), name, members });
            }
        }
        groups
    }

    /// Returns what of a folder has one name, by a form of the names: two or more each, in the order of the names.
    fn namesakes(
        &self,
        scope: &Scope<'_>,
        at: &Spot,
        form: impl Fn(&str) -> Cow<'_, str>,
    ) -> Vec<(String, Vec<Node<'t>>)> {
        let children = self.draft.children(at.folder);
        let named = children.filter_map(|node| Some((form(self.draft.name(node)?), node)));
        let mut sorted: Vec<(Cow<'_, str>, Node<'t>)> = named.collect();
        // Folders are small and there are many of them: sorting is faster than a table for each.
        sorted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let runs = sorted.chunk_by(|(one, _), (other, _)| one == other).filter(|run| run.len() > 1);
        let counted = runs.map(|run| {
            let members =
                run.iter().map(|(_, node)| *node).filter(|node| scope.admits(&self.draft, at, *node));
            (run[0].0.clone().into_owned(), members.collect::<Vec<Node<'t>>>())
        });
        counted.filter(|(_, members)| members.len() > 1).collect()
    }

    fn rename(&mut self, group: &Group) {
        let Some(folder) = group.folder.filter(|_| group.members.len() > 1) else { return };
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
            let first = group.members.first().copied();
            let path = match group.folder {
                Some(folder) => format!("{}/{}", tree.path(folder), group.name),
                None => first.map(|first| tree.path(first)).unwrap_or_default(),
            };
            (path, group.kind, first)
        });
    }
}

/// Returns the folders below these, and of these, in which anything has one name: few, so that the walk that merges, one
/// folder after another, has little to look at. All cores search.
fn crowded(tree: &Tree, roots: &[NodeHandle], class: NameClass) -> HashSet<NodeHandle> {
    let form = match class {
        NameClass::Exact => nfc,
        NameClass::Folded => folded, // equal names are equal in this form, too
    };
    let below = roots.iter().flat_map(|&root| tree.subtree(root));
    let folders: Vec<NodeHandle> = below.filter(|node| !node.is_file()).map(|node| node.handle()).collect();
    let has_namesakes = |folder: &NodeHandle| {
        let mut names: Vec<Cow<'_, str>> =
            tree.children(*folder).filter_map(|node| node.name()).map(form).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    folders.into_par_iter().filter(has_namesakes).collect()
}

/// Returns sets of files in the scope that may have one content: of one size, and tied. Empty files are equal to each other
/// and mean nothing by it: they are left out.
fn candidates<'t>(draft: &Draft<'t>, scope: &Scope<'_>, evidence: &Evidence) -> Vec<Vec<NodeHandle>> {
    let mut files: Vec<(u64, NodeHandle, Option<Node<'t>>)> = Vec::new();
    let mut waiting: Vec<Spot> = scope.roots.iter().copied().map(Spot::top).collect();
    while let Some(at) = waiting.pop() {
        let below = draft.children(at.folder).filter(|node| node.is_file() && node.size() > 0);
        let below = below.filter(|file| scope.admits(draft, &at, *file));
        files.extend(below.map(|file| (file.size(), file.handle(), Some(file))));
        waiting.extend(scope.enter(draft, &at));
    }
    files.par_sort_unstable_by_key(|(size, file, _)| (*size, *file));
    files.dedup_by_key(|(_, file, _)| *file); // of folders that are searched one may stand in another
    let of_one_size = files.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1);
    let sets = of_one_size.collect::<Vec<_>>().into_par_iter().flat_map_iter(|run| {
        let nodes: Vec<Option<Node<'t>>> = run.iter().map(|(_, _, node)| *node).collect();
        let tied = tied(&nodes, evidence, Strength::Hint).into_iter().filter(|set| set.len() > 1);
        tied.map(|set| set.into_iter().map(|at| run[at].1).collect())
    });
    sets.collect()
}

/// Folds case and Unicode form.
fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    if name.is_ascii() {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Owned(nfc(&name.to_lowercase()).into_owned())
}

/// Splits a name before its last dot, as rclone does; one that begins with its only dot has no ending.
fn split(name: &str) -> (&str, &str) {
    name.rfind('.').filter(|&dot| dot > 0).map_or((name, ""), |dot| name.split_at(dot))
}
