//! [`Choice`]: what was decided of a group, and what a wish of the user's comes to: a rule is asked, a member toggled, and
//! what cannot be is refused in a sentence. What proof binds, it binds here.

use serde::{Deserialize, Serialize};

use super::findings::{Item, Subject};
use crate::dedupe::{Decision, Evidence, Group, GroupKind, Preference, Rule};
use crate::handle::NodeHandle;
use crate::message::{DedupeRule, GroupChoice, RestChoice};
use crate::tree::Tree;

/// What was decided of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Choice {
    /// Nothing happens to it.
    Leave,
    /// These stay, the others go.
    Keep {
        kept: Vec<NodeHandle>,
        /// By this rule; by hand where there is none.
        rule: Option<DedupeRule>,
    },
    /// All get names of their own.
    Rename,
    /// Folders become one.
    Merge,
}

impl Choice {
    /// Returns whether it can be a decision about these members, in the order of their handles: one that was kept may be
    /// from another time.
    pub(super) fn fits(&self, members: &[NodeHandle]) -> bool {
        let is_group = members.len() > 1 && members.is_sorted();
        is_group
            && match self {
                Self::Keep { kept, .. } => {
                    !kept.is_empty() && kept.iter().all(|one| members.binary_search(one).is_ok())
                }
                Self::Leave | Self::Rename | Self::Merge => true,
            }
    }

    /// Returns it as the plan takes it.
    pub(super) fn decision(&self) -> Decision {
        match self {
            Self::Keep { kept, .. } => Decision::Keep(kept.clone()),
            Self::Rename => Decision::Rename,
            Self::Leave | Self::Merge => Decision::Leave,
        }
    }
}

/// Returns what a wish about one group comes to, or why it cannot be.
pub(super) fn chosen(
    tree: &Tree,
    evidence: &Evidence,
    item: &Item,
    wish: GroupChoice,
) -> Result<Option<Choice>, &'static str> {
    match (wish, &item.subject) {
        (GroupChoice::Open, _) => Ok(None),
        (GroupChoice::Leave, _) => Ok(Some(Choice::Leave)),
        (GroupChoice::Merge, Subject::Twins(_)) => Ok(Some(Choice::Merge)),
        (GroupChoice::Merge, Subject::Group(_)) => Err("only folders of one name are merged"),
        (_, Subject::Twins(_)) => Err("folders of one name become one: m merges them, . leaves them"),
        (_, Subject::Group(group)) if !group.is_changeable(tree) => {
            Err("it cannot be changed: it is shared with you")
        }
        (GroupChoice::Rename, Subject::Group(group)) if group.folder.is_none() => {
            Err("they are in different folders: no name is there twice")
        }
        (GroupChoice::Rename, Subject::Group(_)) => Ok(Some(Choice::Rename)),
        (GroupChoice::Rule(rule), Subject::Group(group)) => by_rule(tree, evidence, group, rule).map(Some),
        (GroupChoice::Toggle(number), Subject::Group(group)) => toggled(tree, item, group, number),
    }
}

/// Returns what a wish about all that is open comes to for one group: nothing, where proof does not go that far.
pub(super) fn chosen_of_rest(
    tree: &Tree,
    evidence: &Evidence,
    item: &Item,
    wish: RestChoice,
) -> Option<Choice> {
    match (wish, &item.subject) {
        (RestChoice::Merge, Subject::Twins(_)) => Some(Choice::Merge),
        (RestChoice::Merge, Subject::Group(_))
        | (RestChoice::Rule(_) | RestChoice::Rename, Subject::Twins(_)) => None,
        (_, Subject::Group(group)) if !group.is_changeable(tree) => None,
        (RestChoice::Rename, Subject::Group(group)) => {
            (group.kind == GroupKind::Files).then_some(Choice::Rename)
        }
        (RestChoice::Rule(rule), Subject::Group(group)) => {
            kept(rule_of(rule).decide_proven(tree, evidence, group, Preference::default()), rule)
        }
    }
}

fn by_rule(
    tree: &Tree,
    evidence: &Evidence,
    group: &Group,
    rule: DedupeRule,
) -> Result<Choice, &'static str> {
    let decision = rule_of(rule).decide(tree, evidence, group, Preference::default());
    let refusal = match group.kind {
        GroupKind::Files | GroupKind::Content => {
            "none of them is proven equal to another: v proves it, Space chooses by hand"
        }
        GroupKind::Mixed => "a file and a folder of one name: r gives each a name of its own",
        GroupKind::Form => "these are different names: r gives each a name of its own",
    };
    kept(decision, rule).ok_or(refusal)
}

fn kept(decision: Decision, rule: DedupeRule) -> Option<Choice> {
    match decision {
        Decision::Keep(kept) => Some(Choice::Keep { kept, rule: Some(rule) }),
        Decision::Leave | Decision::Rename => None,
    }
}

fn toggled(tree: &Tree, item: &Item, group: &Group, number: u64) -> Result<Option<Choice>, &'static str> {
    let member = usize::try_from(number).ok().and_then(|number| group.members.get(number));
    let Some(&member) = member else { return Err("it is not there any more") };
    if !tree.node(member).is_some_and(|node| node.is_file()) {
        return Err("a folder stays: all that is in it would go with it");
    }
    let mut kept = match &item.choice {
        Some(Choice::Keep { kept, .. }) => kept.clone(),
        Some(Choice::Leave | Choice::Rename | Choice::Merge) | None => group.members.clone(),
    };
    match kept.iter().position(|&one| one == member) {
        Some(_) if kept.len() == 1 => return Err("one of them has to stay"),
        Some(at) => drop(kept.remove(at)),
        None => kept.push(member),
    }
    let is_all = kept.len() == group.members.len();
    Ok((!is_all).then_some(Choice::Keep { kept, rule: None }))
}

const fn rule_of(rule: DedupeRule) -> Rule {
    match rule {
        DedupeRule::First => Rule::First,
        DedupeRule::Newest => Rule::Newest,
        DedupeRule::Oldest => Rule::Oldest,
        DedupeRule::Largest => Rule::Largest,
        DedupeRule::Smallest => Rule::Smallest,
    }
}
