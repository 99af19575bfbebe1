#![cfg(test)]
//! Duplicates in accounts: what is found, what is planned, and that nothing unique is ever lost by it. Steps are carried out
//! on a model of the account, one by one, and may end at any of them.

mod model;
mod properties;
#[path = "../wire/mod.rs"]
mod wire;

use megapane::dedupe::{
    Decision, Evidence, Expendable, GroupKind, NameClass, Plan, Preference, Rule, Scope, Sieve, Survey,
    TimeOf,
};
use megapane::handle::NodeHandle;
use megapane::message::Verdict::{Different, Identical, SameFingerprint, Unknown};
use megapane::tree::Node;
use model::{File, Model, bin, root};

fn yes(_folders: &[NodeHandle]) -> bool {
    true
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
    let tree = model.tree();
    let plan = Survey::by_name(&tree, &[root()], NameClass::Exact, &yes)
        .plan(|group| Rule::Rename.decide(&tree, &evidence, group, Preference::default()));
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
    // A local file that has the content of the first has not that of the other, by their keys.
    evidence.refute(other, [2; 32]);
    assert_eq!(verdicts(&evidence)[2], SameFingerprint, "whose content that is nobody knows yet");
    evidence.add(one, [2; 32]);
    assert_eq!(verdicts(&evidence), [Identical, SameFingerprint, Different, Different]);
    assert!(evidence.are_refuted(other, one) && !evidence.are_refuted(one, same));
    let kept: Evidence = serde_json::from_str(&serde_json::to_string(&evidence).unwrap()).unwrap();
    assert_eq!(kept, evidence);
    assert!(!evidence.about(|file| file != other).are_refuted(one, other));
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

/// Lets through what has a text in its path.
struct With(&'static str);

impl Sieve for With {
    fn admits_file(&self, path: &str, _file: Node<'_>) -> bool {
        path.contains(self.0)
    }

    fn admits_folder(&self, path: &str) -> bool {
        !path.contains("out")
    }
}

#[test]
fn what_a_sieve_leaves_out_is_in_no_group_and_no_merge() {
    let mut model = Model::new();
    let top = model.folder(root(), "top");
    for name in ["in", "out"] {
        for _twin in 0..2 {
            let folder = model.folder(top, name);
            model.file(folder, "a.jpg", 1);
            model.file(folder, "a.txt", 1);
        }
    }
    let tree = model.tree();
    let (roots, sieve) = ([top], With("in/a.j"));
    let scope = Scope::below(&roots).through(&sieve);
    let survey = Survey::by_name_in(&tree, &scope, NameClass::Exact, &yes);
    let merged: Vec<&str> = survey.merges.iter().map(|merge| merge.name.as_str()).collect();
    let found: Vec<(&str, usize)> =
        survey.groups.iter().map(|group| (group.name.as_str(), group.members.len())).collect();
    assert_eq!((merged, found), (vec!["in"], vec![("a.jpg", 2)]));
    let by_content = Survey::by_content_in(&tree, &scope, &model.evidence());
    assert_eq!(by_content.groups.len(), 1);
    assert_eq!(by_content.groups[0].members.len(), 2);
}

#[test]
fn a_file_with_old_versions_or_no_proof_may_not_go_for_good() {
    let mut model = Model::new();
    let file = |content, key| Some(File { content, key, time: 0 });
    let stays = model.add(root(), "f", file(2, 1));
    let copy = model.add(root(), "f", file(2, 1));
    let versioned = model.add(root(), "f", file(2, 1));
    model.add(versioned, "f", file(8, 1));
    let unproven = model.add(root(), "f", file(2, 2));
    let tree = model.tree();
    let evidence = Evidence::default();
    let survey = Survey::by_name(&tree, &[root()], NameClass::Exact, &yes);
    let groups = survey.groups.clone();
    let plan = survey.plan(|_| Decision::Keep(vec![stays]));
    let expendable = Expendable::of(&plan, &groups, &tree, &evidence);
    let twins = [copy, versioned, unproven].map(|file| expendable.twin(file));
    assert_eq!((twins, expendable.len()), ([Some(stays), None, None], 1));
    let all =
        Survey::by_name(&tree, &[root()], NameClass::Exact, &yes).plan(|_| Decision::Keep(vec![unproven]));
    assert!(Expendable::of(&all, &groups, &tree, &evidence).is_empty(), "nothing that stays is proven equal");
}

#[test]
fn what_one_group_threw_away_does_not_stand_for_the_others_of_the_next() {
    let mut model = Model::new();
    let first = model.file(root(), "a", 1);
    let second = model.file(root(), "a", 2);
    let other = model.file(root(), "A", 3);
    let tree = model.tree();
    let survey = Survey::by_name(&tree, &[root()], NameClass::Folded, &yes);
    assert_eq!(survey.groups[0].members, [first, second], "by name");
    assert_eq!(survey.groups[1].members, [first, other], "by form");
    // The second says that one stays, but that is the one that the first throws away.
    let plan = survey.plan(|group| match group.kind {
        GroupKind::Form => Decision::Keep(vec![first]),
        _ => Decision::Keep(vec![second]),
    });
    assert_eq!(plan.trash_count(), 1);
}
