//! Random accounts with random duplicates: whatever is decided about them and wherever it ends, nothing unique is lost, and
//! it can be taken back.

use std::collections::BTreeSet;

use megapane::dedupe::{
    Decision, Evidence, Expendable, Group, NameClass, Plan, Preference, Rule, Scope, Step, Survey, TimeOf,
};
use megapane::handle::NodeHandle;
use megapane::tree::Tree;
use proptest::prelude::*;

use crate::model::{Model, any_model, bin, root};
use crate::yes;

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

/// What somebody says of a group, sensible or not: leave it, rename, or keep those whose bits are set, even none.
fn any_whims() -> impl Strategy<Value = Vec<(u8, u32)>> {
    prop::collection::vec((0..4_u8, any::<u32>()), 1..12)
}

fn whim((kind, bits): (u8, u32), group: &Group) -> Decision {
    let is_kept = |(at, _): &(usize, &NodeHandle)| bits >> (at % 32) & 1 == 1;
    match kind {
        0 => Decision::Leave,
        1 => Decision::Rename,
        _ => Decision::Keep(
            group.members.iter().enumerate().filter(is_kept).map(|(_, member)| *member).collect(),
        ),
    }
}

/// Which duplicates are looked for.
#[derive(Clone, Copy, Debug)]
enum Search {
    Names(NameClass),
    Content,
}

impl Search {
    fn survey<'t>(self, tree: &'t Tree, evidence: &Evidence, may_merge: bool) -> Survey<'t> {
        match self {
            Self::Names(class) => Survey::by_name(tree, &[root()], class, &|_| may_merge),
            Self::Content => Survey::by_content(tree, &[root()], evidence),
        }
    }
}

fn any_search() -> impl Strategy<Value = Search> {
    prop::sample::select(vec![
        Search::Names(NameClass::Exact),
        Search::Names(NameClass::Folded),
        Search::Content,
    ])
}

/// Carries a plan out as the worker does, in waves, with some steps failing, and ends at some step. Returns what was done.
fn carry_out(model: &mut Model, plan: &Plan, fails: u64, end: usize) -> Result<Vec<Step>, TestCaseError> {
    let mut done = Vec::new();
    for (number, step) in plan.waves().into_iter().flatten().enumerate() {
        let is_held = |model: &Model| model.nodes.values().any(|item| item.parent == step.node());
        // What the worker looks at before each step.
        let is_moot = model.nodes[&step.node()].parent != step.folder()
            || matches!(step, Step::RemoveEmptied { .. }) && is_held(model);
        if number < end && fails >> (number % 64) & 1 == 0 && !is_moot {
            model.step(&step)?;
            done.push(step);
        }
    }
    Ok(done)
}

proptest! {
    #[test]
    fn whatever_is_decided_only_that_goes_and_all_of_it_comes_back(
        before in any_model(),
        search in any_search(),
        whims in any_whims(),
        (may_merge, has_read) in any::<(bool, bool)>(),
        (fails, end) in (any::<u64>(), 0..80_usize),
    ) {
        let evidence = if has_read { before.evidence() } else { Evidence::default() };
        let tree = before.tree();
        let (mut whims, mut chosen) = (whims.into_iter().cycle(), BTreeSet::new());
        let plan = search.survey(&tree, &evidence, may_merge).plan(|group| {
            let decision = whim(whims.next().unwrap(), group);
            if let Decision::Keep(kept) = &decision && !kept.is_empty() {
                // Folders go by no decision.
                let is_file = |member: &&NodeHandle| before.nodes[*member].file.is_some();
                let others = group.members.iter().filter(|member| !kept.contains(member));
                chosen.extend(others.filter(is_file).copied());
            }
            decision
        });
        let mut model = before.clone();
        let done = carry_out(&mut model, &plan, fails, end)?;
        for (node, item) in &model.nodes {
            if item.file.is_some() {
                let is_gone = model.is_below(*node, bin());
                prop_assert!(!is_gone || chosen.contains(node), "{node} was not chosen");
            } else if item.parent == bin() {
                prop_assert!(model.nodes.values().all(|item| item.parent != *node), "{node} was not empty");
            }
        }
        for step in done.into_iter().rev() {
            let item = before.nodes[&step.node()].clone();
            // Each change takes back its own half: the place, or the name.
            match step {
                Step::Move { node, from, .. } => model.item(node).parent = from,
                Step::Trash { node, folder } | Step::RemoveEmptied { node, folder } => {
                    model.item(node).parent = folder;
                }
                Step::Rename { node, .. } => model.item(node).name = item.name,
            }
        }
        prop_assert_eq!(model, before);
    }

    #[test]
    fn what_may_go_for_good_is_never_the_last_of_its_content(
        before in any_model(),
        search in any_search(),
        whims in any_whims(),
        (may_merge, has_read) in any::<(bool, bool)>(),
        (fails, end) in (any::<u64>(), 0..80_usize),
    ) {
        let evidence = if has_read { before.evidence() } else { Evidence::default() };
        let tree = before.tree();
        let survey = search.survey(&tree, &evidence, may_merge);
        let (groups, mut whims) = (survey.groups.clone(), whims.into_iter().cycle());
        let plan = survey.plan(|group| whim(whims.next().unwrap(), group));
        let expendable = Expendable::of(&plan, &groups, &tree, &evidence);
        let mut model = before.clone();
        for step in carry_out(&mut model, &plan, fails, end)? {
            if expendable.twin(step.node()).is_some() {
                model.nodes.remove(&step.node());
            }
        }
        let all = |model: &Model| -> BTreeSet<u8> {
            model.nodes.values().filter_map(|item| item.file.map(|file| file.content)).collect()
        };
        prop_assert_eq!(all(&model), all(&before), "no content is gone from the account");
        for file in expendable.files() {
            let twin = expendable.twin(file).unwrap();
            prop_assert!(!model.is_below(twin, bin()), "what stands for it is not in the bin");
            prop_assert_eq!(
                before.nodes[&twin].file.map(|file| file.content),
                before.nodes[&file].file.map(|file| file.content)
            );
        }
    }

    #[test]
    fn proof_and_every_rule_leave_each_content_where_somebody_can_see_it(
        before in any_model(),
        rule in any_rule(),
        search in any_search(),
        time in prop::sample::select(vec![TimeOf::Change, TimeOf::Upload]),
        kept in any::<prop::sample::Index>(),
        (keeps_in, has_read) in any::<(bool, bool)>(),
        (fails, end) in (any::<u64>(), 0..80_usize),
    ) {
        let evidence = if has_read { before.evidence() } else { Evidence::default() };
        let tree = before.tree();
        let folders: Vec<NodeHandle> =
            before.nodes.iter().filter(|(_, item)| item.file.is_none()).map(|(node, _)| *node).collect();
        let keep_in = (keeps_in && !folders.is_empty()).then(|| folders[kept.index(folders.len())]);
        let preference = Preference { time, keep_in };
        let plan = search.survey(&tree, &evidence, true).plan(|group| match search {
            // Of equal contents rules take proof only; of equal names they take whatever there is, so here the silent step.
            Search::Content => rule.decide(&tree, &evidence, group, preference),
            Search::Names(_) => rule.decide_proven(&tree, &evidence, group, preference),
        });
        let mut model = before.clone();
        carry_out(&mut model, &plan, fails, end)?;
        prop_assert_eq!(model.contents(), before.contents());
        if let (Some(folder), Search::Content) = (keep_in, search) {
            for node in before.nodes.keys().filter(|node| before.is_below(**node, folder)) {
                prop_assert!(!model.is_below(*node, bin()), "{node} is in the folder that keeps all");
            }
        }
    }

    #[test]
    fn a_scope_finds_what_a_survey_of_all_finds_there(model in any_model(), depth in 1..4_u32) {
        let tree = model.tree();
        let level = |node: NodeHandle| u32::try_from(tree.ancestors(node).count()).unwrap_or(0) - 1;
        let all = Survey::by_name(&tree, &[root()], NameClass::Folded, &|_| false);
        let wanted: Vec<&Group> =
            all.groups.iter().filter(|group| level(group.members[0]) <= depth).collect();
        let scope = [root()];
        let scope = Scope::below(&scope).to_depth(Some(depth));
        let found = Survey::by_name_in(&tree, &scope, NameClass::Folded, &|_| false);
        prop_assert_eq!(found.groups.iter().collect::<Vec<_>>(), wanted);
        let deepest = Survey::by_content_in(&tree, &scope, &Evidence::default());
        let members = deepest.groups.iter().flat_map(|group| group.members.clone());
        prop_assert!(members.into_iter().all(|member| level(member) <= depth));
    }
}
