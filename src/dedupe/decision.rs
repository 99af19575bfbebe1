//! [`Decision`]: what is to become of a group, and the [`Rule`]s that decide by themselves. Command line and screen name
//! a rule or decide one by one; the survey makes steps of it.

use super::evidence::Evidence;
use super::group::{Group, GroupKind};
use crate::handle::NodeHandle;
use crate::tree::Tree;

/// What becomes of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Leave,
    /// These members stay, the others go to the rubbish bin; but folders stay in any case.
    Keep(Vec<NodeHandle>),
    /// All stay, under names of their own: `file.jpg` as `file-1.jpg`, `file-2.jpg` and so on.
    Rename,
}

/// Decides for a group which of its members stays; rclone's modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The first in the order of the group: what came first to the cloud.
    First,
    /// The one changed last.
    Newest,
    /// The one changed first.
    Oldest,
    /// The one with the most bytes.
    Largest,
    /// The one with the fewest bytes.
    Smallest,
    /// All, under names of their own.
    Rename,
}

/// Which time of a file is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeOf {
    /// When its content was changed; of a file that carries no such time, when it was uploaded.
    #[default]
    Change,
    /// When it was uploaded.
    Upload,
}

/// What is preferred where a choice has to be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// Which time counts.
    pub time: TimeOf,
    /// Of equal contents those below this folder stay, all of them; where none is there, nothing goes.
    pub keep_in: Option<NodeHandle>,
}

impl Rule {
    /// Decides a group. Files of one name in one folder are decided whatever they hold: naming the rule is the answer to
    /// that. Of equal contents elsewhere only what is proven goes, and kinds that no rule can judge are left alone.
    #[must_use]
    pub fn decide(self, tree: &Tree, evidence: &Evidence, group: &Group, preference: Preference) -> Decision {
        match (group.kind, self) {
            (GroupKind::Files, Self::Rename) => Decision::Rename,
            (GroupKind::Files, _) => {
                Decision::Keep(self.best(tree, &group.members, preference).into_iter().collect())
            }
            (GroupKind::Content, Self::Rename) | (GroupKind::Mixed | GroupKind::Form, _) => Decision::Leave,
            (GroupKind::Content, _) => self.keep_of_each_class(tree, evidence, group, preference),
        }
    }

    /// Decides by proof alone: of each class of contents that are proven equal one stays, the one that the rule prefers.
    #[must_use]
    pub fn decide_proven(
        self,
        tree: &Tree,
        evidence: &Evidence,
        group: &Group,
        preference: Preference,
    ) -> Decision {
        match group.kind {
            GroupKind::Files | GroupKind::Content => {
                self.keep_of_each_class(tree, evidence, group, preference)
            }
            GroupKind::Mixed | GroupKind::Form => Decision::Leave,
        }
    }

    fn keep_of_each_class(
        self,
        tree: &Tree,
        evidence: &Evidence,
        group: &Group,
        preference: Preference,
    ) -> Decision {
        let mut kept = Vec::new();
        for class in evidence.classes(tree, &group.members) {
            match preference.keep_in {
                None => kept.extend(self.best(tree, &class, preference)),
                Some(folder) => {
                    let (inside, outside): (Vec<_>, Vec<_>) =
                        class.into_iter().partition(|&member| tree.is_inside(member, folder));
                    kept.extend(if inside.is_empty() { outside } else { inside });
                }
            }
        }
        if kept.len() == group.members.len() { Decision::Leave } else { Decision::Keep(kept) }
    }

    /// Returns the one that stays. Of equals what others rely on, a share or a link, and then the first.
    fn best(self, tree: &Tree, members: &[NodeHandle], preference: Preference) -> Option<NodeHandle> {
        let time =
            |member: NodeHandle| tree.node(member).map(|node| preference.time.of(node)).unwrap_or_default();
        let size = |member: NodeHandle| tree.node(member).map(|node| node.size()).unwrap_or_default();
        // The smallest of these wins.
        let rank = |member: NodeHandle| match self {
            Self::First | Self::Rename => 0,
            Self::Newest => -i128::from(time(member)),
            Self::Oldest => i128::from(time(member)),
            Self::Largest => -i128::from(size(member)),
            Self::Smallest => i128::from(size(member)),
        };
        let is_shared = |member: NodeHandle| tree.node(member).is_some_and(|node| node.is_shared());
        members.iter().copied().min_by_key(|&member| (rank(member), !is_shared(member)))
    }
}

impl TimeOf {
    /// Returns the time of a file, Unix seconds.
    #[must_use]
    pub fn of(self, node: crate::tree::Node<'_>) -> i64 {
        match self {
            Self::Change => node.modified().unwrap_or_else(|| node.uploaded()),
            Self::Upload => node.uploaded(),
        }
    }
}
