//! [`Expendable`]: which of the files that a plan throws away may be deleted for good, past the rubbish bin. Made of a plan
//! for `--permanent`; whoever deletes looks once more that the twin that stays is there. It is no plan: it only permits.

use std::collections::{HashMap, HashSet};

use super::evidence::Evidence;
use super::group::Group;
use super::plan::{Plan, Step};
use crate::handle::NodeHandle;
use crate::tree::{Node, Tree};

/// Files that may be deleted for good, each with a file of the same content that stays.
///
/// A file is only in here if its content is proven to be that of its twin, if it has no old versions, which would go along
/// and may be the last of their content, and if nobody else relies on it by a link or a share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expendable {
    twins: HashMap<NodeHandle, NodeHandle>,
}

impl Expendable {
    /// Returns which files of a plan may go for good. `groups` are those that the plan was made of.
    #[must_use]
    pub fn of(plan: &Plan, groups: &[Group], tree: &Tree, evidence: &Evidence) -> Self {
        let going: HashSet<NodeHandle> = plan
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Trash { node, .. } => Some(*node),
                Step::Move { .. } | Step::RemoveEmptied { .. } | Step::Rename { .. } => None,
            })
            .collect();
        let mut twins = HashMap::new();
        for group in groups.iter().filter(|group| group.members.iter().any(|member| going.contains(member))) {
            for class in evidence.classes(tree, &group.members) {
                let Some(&twin) = class.iter().find(|member| !going.contains(member)) else { continue };
                let doomed = class.iter().filter(|member| going.contains(member));
                let doomed = doomed.filter_map(|&member| tree.node(member)).filter(has_nothing_of_its_own);
                twins.extend(doomed.map(|node| (node.handle(), twin)));
            }
        }
        Self { twins }
    }

    /// Returns the file that stays for one that may go for good; `None` for one that may not.
    #[must_use]
    pub fn twin(&self, file: NodeHandle) -> Option<NodeHandle> {
        self.twins.get(&file).copied()
    }

    /// Returns the files that may go for good, in no order.
    pub fn files(&self) -> impl Iterator<Item = NodeHandle> {
        self.twins.keys().copied()
    }

    /// Returns how many files may go for good.
    #[must_use]
    pub fn len(&self) -> usize {
        self.twins.len()
    }

    /// Returns whether none may.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.twins.is_empty()
    }
}

fn has_nothing_of_its_own(file: &Node<'_>) -> bool {
    file.is_file() && file.version_count() == 0 && !file.is_shared()
}
