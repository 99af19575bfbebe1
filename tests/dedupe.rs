#![cfg(test)]
//! Duplicates in random accounts: what is found, what is planned, and that nothing unique is ever lost by it. Steps are
//! carried out on a model of the account, one by one, and may end at any of them.

mod wire;

use std::collections::{BTreeMap, BTreeSet};

use megapane::crypto::attributes::Attributes;
use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::key::{FileKey, NodeKey};
use megapane::dedupe::{
    Decision, Evidence, Group, GroupKind, NameClass, Plan, Preference, Rule, Step, Survey, TimeOf,
};
use megapane::handle::NodeHandle;
use megapane::message::Verdict::{Different, Identical, SameFingerprint, Unknown};
use megapane::tree::{Node, Tree};
use proptest::prelude::*;
use serde_json::Value;
use wire::{MASTER, ME, h, handle, tree_of, with_roots};

/// An account as the server has it, without its cipher.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    nodes: BTreeMap<NodeHandle, Item>,
}

#[derive(Clone, Debug, PartialEq)]
struct Item {
    parent: NodeHandle,
    name: String,
    /// `None` is a folder.
    file: Option<File>,
}

/// What is in a file, and which of the keys for that content it has: copies made by the server share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    content: u8,
    key: u8,
    time: i64,
}

impl File {
    /// Pairs of contents have one size and one set of samples: the fingerprint is no proof.
    fn size(self) -> u64 {
        100 + u64::from(self.content / 2)
    }

    fn key(self) -> FileKey {
        FileKey::new([self.content; 16], [self.key; 8], [self.content; 8])
    }

    fn attributes(self, name: &str) -> Attributes {
        let mut attributes = Attributes::named(name);
        let fingerprint = Fingerprint { crc: [self.content / 2; 16], modified: self.time };
        attributes.set("c", &fingerprint.text());
        attributes
    }

    /// What reading it would show.
    fn digest(self) -> [u8; 32] {
        [self.content; 32]
    }
}

fn root() -> NodeHandle {
    h("rootroot")
}

fn bin() -> NodeHandle {
    h("rootrubb")
}

impl Model {
    fn new() -> Self {
        Self { nodes: BTreeMap::new() }
    }

    fn add(&mut self, parent: NodeHandle, name: &str, file: Option<File>) -> NodeHandle {
        let node = h(&handle(self.nodes.len() + 1));
        self.nodes.insert(node, Item { parent, name: name.to_owned(), file });
        node
    }

    fn folder(&mut self, parent: NodeHandle, name: &str) -> NodeHandle {
        self.add(parent, name, None)
    }

    fn file(&mut self, parent: NodeHandle, name: &str, content: u8) -> NodeHandle {
        let key = self.nodes.len().to_le_bytes()[0];
        self.add(parent, name, Some(File { content, key, time: 1_600_000_000 + i64::from(key) }))
    }

    fn tree(&self) -> Tree {
        let nodes = self.nodes.iter().map(|(node, item)| wire_item(*node, item));
        tree_of(with_roots(nodes))
    }

    /// Carries a step out as the server would; checks what a step promises.
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let node = step.node();
        prop_assert_eq!(self.nodes[&node].parent, step.folder(), "{:?}", step);
        match step {
            Step::Move { to, .. } => {
                prop_assert!(!self.is_below(*to, node), "a folder into itself: {step:?}");
                self.item(node).parent = *to;
            }
            Step::RemoveEmptied { .. } => {
                let held = self.nodes.values().filter(|item| item.parent == node).count();
                prop_assert_eq!(held, 0, "a folder that holds something: {:?}", step);
                self.item(node).parent = bin();
            }
            Step::Trash { .. } => self.item(node).parent = bin(),
            Step::Rename { name, .. } => self.item(node).name.clone_from(name),
        }
        Ok(())
    }

    fn item(&mut self, node: NodeHandle) -> &mut Item {
        self.nodes.get_mut(&node).unwrap()
    }

    fn is_below(&self, node: NodeHandle, folder: NodeHandle) -> bool {
        node == folder || self.nodes.get(&node).is_some_and(|item| self.is_below(item.parent, folder))
    }

    /// Contents of files that are not in the bin.
    fn contents(&self) -> BTreeSet<u8> {
        let shown = self.nodes.iter().filter(|(node, _)| !self.is_below(**node, bin()));
        shown.filter_map(|(_, item)| item.file.map(|file| file.content)).collect()
    }

    /// Names that several files, or several folders, of one folder have.
    fn repeated(&self) -> BTreeSet<(NodeHandle, String, bool)> {
        let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        for (node, item) in &self.nodes {
            let name = (item.parent, item.name.clone(), item.file.is_some());
            if !self.is_below(*node, bin()) && !seen.insert(name.clone()) {
                repeated.insert(name);
            }
        }
        repeated
    }

    fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (node, item) in &self.nodes {
            if let Some(file) = item.file {
                evidence.add(*node, file.digest());
            }
        }
        evidence
    }
}

fn wire_item(node: NodeHandle, item: &Item) -> Value {
    let (node, parent) = (node.to_string(), item.parent.to_string());
    let Some(file) = item.file else { return wire::folder(&node, &parent, &item.name) };
    let key = NodeKey::File(file.key());
    let mut wire = wire::node_of(&node, &parent, 0, &key, &file.attributes(&item.name), &[(ME, MASTER)]);
    wire["s"] = file.size().into();
    wire["ts"] = (1_700_000_000 + i64::from(file.key)).into();
    wire
}

fn any_model() -> impl Strategy<Value = Model> {
    let item = (any::<prop::sample::Index>(), 0..4_u8, any::<bool>(), 0..6_u8, 0..3_u8, 0..5_i64);
    prop::collection::vec(item, 0..24).prop_map(|items| {
        let mut model = Model::new();
        let mut folders = vec![root()];
        for (parent, name, is_file, content, key, time) in items {
            let parent = folders[parent.index(folders.len())];
            let name = ["a", "b.txt", "A", "e\u{301}"][usize::from(name)];
            let file = is_file.then_some(File { content, key, time: 1_600_000_000 + time });
            let node = model.add(parent, name, file);
            if file.is_none() {
                folders.push(node);
            }
        }
        model
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    prop::sample::select(vec![
        Rule::First,
        Rule::Newest,
        Rule::Oldest,
        Rule::Largest,
        Rule::Smallest,
        Rule::Rename,
    ])
}

fn yes(_folders: &[NodeHandle]) -> bool {
    true
}

fn by_name(model: &Model, decide: impl FnMut(&Tree, &Group) -> Decision) -> Plan {
    let (tree, mut decide) = (model.tree(), decide);
    Survey::by_name(&tree, &[root()], NameClass::Exact, &yes).plan(|group| decide(&tree, group))
}

proptest! {
    #[test]
    fn a_rule_leaves_no_name_twice_and_loses_nothing_wherever_it_ends(
        before in any_model(),
        rule in any_rule(),
        end in any::<prop::sample::Index>(),
    ) {
        let evidence = Evidence::default();
        let decide = |tree: &Tree, group: &Group| rule.decide(tree, &evidence, group, Preference::default());
        let mut model = before.clone();
        let plan = by_name(&model, decide);
        for step in &plan.steps[..end.index(plan.steps.len() + 1)] {
            model.step(step)?;
        }
        // Whoever goes on from there comes to the same end.
        for step in &by_name(&model, decide).steps {
            model.step(step)?;
        }
        prop_assert_eq!(model.repeated(), BTreeSet::new());
        prop_assert_eq!(model.nodes.len(), before.nodes.len(), "all that was there is somewhere");
        let again = by_name(&model, decide);
        prop_assert_eq!(again, Plan::default(), "and nothing is left to do");
    }

    #[test]
    fn proof_alone_removes_no_content_that_exists_once(
        before in any_model(),
        rule in any_rule(),
        has_read in any::<bool>(),
        is_by_content in any::<bool>(),
        keeps_in in any::<bool>(),
    ) {
        let evidence = if has_read { before.evidence() } else { Evidence::default() };
        let tree = before.tree();
        let first_folder = before.nodes.iter().find(|(_, item)| item.file.is_none()).map(|(node, _)| *node);
        let preference = Preference { keep_in: first_folder.filter(|_| keeps_in), ..Preference::default() };
        let survey = if is_by_content {
            Survey::by_content(&tree, &[root()], &evidence)
        } else {
            Survey::by_name(&tree, &[root()], NameClass::Folded, &yes)
        };
        let plan = survey.plan(|group| rule.decide_proven(&tree, &evidence, group, preference));
        let mut model = before.clone();
        for step in &plan.steps {
            model.step(step)?;
            prop_assert_eq!(model.contents(), before.contents());
        }
        if is_by_content && has_read && !keeps_in {
            let files = model.nodes.iter().filter(|(node, item)| item.file.is_some() && !model.is_below(**node, bin()));
            prop_assert_eq!(files.count(), model.contents().len(), "each content is there once");
        }
    }

    #[test]
    fn steps_taken_back_in_reverse_restore_the_account(before in any_model(), rule in any_rule()) {
        let evidence = Evidence::default();
        let plan = by_name(&before, |tree, group| rule.decide(tree, &evidence, group, Preference::default()));
        let (mut model, mut undo) = (before.clone(), Vec::new());
        for step in &plan.steps {
            undo.push((step.node(), model.nodes[&step.node()].clone()));
            model.step(step)?;
        }
        for (node, item) in undo.into_iter().rev() {
            *model.item(node) = item;
        }
        prop_assert_eq!(model, before);
    }

    #[test]
    fn what_is_found_is_the_same_in_whatever_order_it_is_looked_for(model in any_model()) {
        let tree = model.tree();
        let found = || {
            let survey = Survey::by_name(&tree, &[root()], NameClass::Folded, &yes);
            (survey.merges.clone(), survey.groups.clone())
        };
        prop_assert_eq!(found(), found());
    }
}

/// The account that breaks rclone: it lists the first `photos` twice, takes its `sub` for a duplicate of itself, and puts
/// it into the bin with what is in it.
#[test]
fn twin_folders_that_hold_twin_folders_become_one() {
    let mut model = Model::new();
    for other in ["other.txt", "one.txt"] {
        let photos = model.folder(root(), "photos");
        let sub = model.folder(photos, "sub");
        model.file(sub, other, 1);
        model.file(sub, "both.txt", u8::try_from(model.nodes.len()).unwrap());
    }
    let evidence = Evidence::default();
    let plan =
        by_name(&model, |tree, group| Rule::Rename.decide(tree, &evidence, group, Preference::default()));
    plan.steps.iter().try_for_each(|step| model.step(step)).unwrap();
    let tree = model.tree();
    let mut paths: Vec<String> =
        tree.subtree(root()).filter(Node::is_file).map(|node| tree.path(node.handle())).collect();
    paths.sort();
    assert_eq!(
        paths,
        ["photos/sub/both-1.txt", "photos/sub/both-2.txt", "photos/sub/one.txt", "photos/sub/other.txt"]
    );
    assert_eq!(tree.children(bin()).count(), 2, "the two folders that were emptied");
}

#[test]
fn folders_are_merged_into_the_fullest_and_only_where_that_is_wanted() {
    let mut model = Model::new();
    let small = model.folder(root(), "x");
    let large = model.folder(root(), "x");
    model.file(small, "a", 0);
    model.file(large, "b", 2);
    model.file(large, "c", 4);
    let tree = model.tree();
    let survey = Survey::by_name(&tree, &[root()], NameClass::Exact, &yes);
    assert_eq!(
        (survey.merges[0].target, &survey.merges[0].others[..], survey.merges[0].move_count),
        (large, &[small][..], 1)
    );
    let survey = Survey::by_name(&tree, &[root()], NameClass::Exact, &|_| false);
    assert_eq!(survey.plan(|_| Decision::Leave), Plan::default());
}

#[test]
fn several_folders_of_one_path_are_merged_first() {
    let mut model = Model::new();
    let one = model.folder(root(), "x");
    let other = model.folder(root(), "x");
    model.file(one, "a", 0);
    model.file(other, "a", 1);
    let tree = model.tree();
    let survey = Survey::by_name(&tree, &[one, other], NameClass::Exact, &yes);
    assert_eq!(survey.merges.len(), 1);
    assert_eq!(survey.groups.len(), 1, "what they both hold meets in the merged one");
    assert_eq!(survey.groups[0].folder, Some(one));
}

#[test]
fn files_beside_folders_and_forms_of_a_name_are_found_and_left_to_the_user() {
    let mut model = Model::new();
    model.folder(root(), "a");
    model.file(root(), "a", 1);
    model.file(root(), "A", 2);
    model.file(root(), "E\u{301}", 3);
    model.file(root(), "\u{e9}", 4);
    let tree = model.tree();
    let survey = Survey::by_name(&tree, &[root()], NameClass::Folded, &yes);
    let kinds: Vec<(GroupKind, &str, usize)> =
        survey.groups.iter().map(|group| (group.kind, group.name.as_str(), group.members.len())).collect();
    assert_eq!(
        kinds,
        [(GroupKind::Mixed, "a", 2), (GroupKind::Form, "a", 2), (GroupKind::Form, "\u{c9}", 2)]
    );
    let evidence = Evidence::default();
    for rule in [Rule::First, Rule::Largest, Rule::Rename] {
        let plan = Survey::by_name(&tree, &[root()], NameClass::Folded, &yes)
            .plan(|group| rule.decide(&tree, &evidence, group, Preference::default()));
        assert_eq!(plan, Plan::default());
    }
}

#[test]
fn verdicts_believe_keys_and_reading_and_no_samples() {
    let mut model = Model::new();
    let file = |content, key| Some(File { content, key, time: 0 });
    let [one, copy, same, other, larger] = [(2, 1), (2, 1), (2, 2), (3, 3), (4, 4)]
        .map(|(content, key)| model.add(root(), "f", file(content, key)));
    let tree = model.tree();
    let mut evidence = Evidence::default();
    let verdicts =
        |evidence: &Evidence| [copy, same, other, larger].map(|file| evidence.compare(&tree, one, file));
    assert_eq!(verdicts(&evidence), [Identical, SameFingerprint, SameFingerprint, Different]);
    let full = model.evidence();
    assert_eq!(verdicts(&full), [Identical, Identical, Different, Different]);
    assert_eq!(full.classes(&tree, &[one, other, copy, same]), [vec![one, copy, same], vec![other]]);
    evidence.add_unreadable(copy);
    assert_eq!(verdicts(&evidence)[0], Unknown, "a damaged copy is no copy");
    assert_eq!(evidence.classes(&tree, &[one, copy]), [vec![one], vec![copy]]);
}

#[test]
fn each_rule_keeps_what_its_name_says() {
    let mut model = Model::new();
    // Later to the cloud, but changed earlier, and smaller.
    let first = model.add(root(), "f", Some(File { content: 8, key: 1, time: 500 }));
    let second = model.add(root(), "f", Some(File { content: 2, key: 2, time: 300 }));
    let tree = model.tree();
    let kept = |rule: Rule, time| {
        let survey = Survey::by_name(&tree, &[root()], NameClass::Exact, &yes);
        rule.decide(&tree, &Evidence::default(), &survey.groups[0], Preference { time, keep_in: None })
    };
    for (rule, keeps) in [
        (Rule::First, first),
        (Rule::Newest, first),
        (Rule::Oldest, second),
        (Rule::Largest, first),
        (Rule::Smallest, second),
    ] {
        assert_eq!(kept(rule, TimeOf::Change), Decision::Keep(vec![keeps]), "{rule:?}");
    }
    assert_eq!(kept(Rule::Newest, TimeOf::Upload), Decision::Keep(vec![second]));
}

#[test]
fn a_folder_as_deep_as_the_listing_is_no_trouble() {
    let mut model = Model::new();
    let mut folder = root();
    for _ in 0..2_000 {
        folder = model.folder(folder, "deep");
        model.folder(folder, "deep2");
    }
    model.file(folder, "f", 1);
    model.file(folder, "f", 1);
    let tree = model.tree();
    let survey = Survey::by_name(&tree, &[root()], NameClass::Exact, &yes);
    assert_eq!((survey.merges.len(), survey.groups.len()), (0, 1));
}
