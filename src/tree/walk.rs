//! A walk over what is below folders ([`TreeWalk`]) that takes a slice of nodes at a time: whoever looks at a million of
//! them lets other work have its turn in between. It stands on handles, so the tree may change between two slices.

use super::store::Index;
use super::{Node, Tree};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;

/// Where a walk is. `T` is what its owner knows of a folder from the folders above it.
#[derive(Clone, Debug)]
pub struct TreeWalk<T> {
    /// Folders to look into, the next one last.
    waiting: Vec<Waiting<T>>,
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    folder: CloudFolder,
    known: T,
    /// The entry of it that came last.
    after: Option<NodeHandle>,
}

/// A node that a walk came to.
#[derive(Clone, Copy, Debug)]
pub struct Step<'t, T> {
    /// The node; never an old version.
    pub node: Node<'t>,
    /// The folder that it is in.
    pub folder: CloudFolder,
    /// What is known of that folder.
    pub known: T,
}

impl<T: Copy> TreeWalk<T> {
    /// Begins below these folders, which do not come themselves; `known` is known of each.
    pub fn below(folders: impl IntoIterator<Item = CloudFolder>, known: T) -> Self {
        let begin = |folder| Waiting { folder, known, after: None };
        let mut waiting: Vec<_> = folders.into_iter().map(begin).collect();
        waiting.reverse();
        Self { waiting }
    }

    /// Returns whether there is nothing more to come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl Tree {
    /// Goes on with a walk and returns the next nodes, at most `most`, fewer only at its end. `known` says what is known
    /// of a folder that the walk comes to, from what is known of the one that it is in.
    pub fn walk_on<'t, T: Copy>(
        &'t self,
        walk: &mut TreeWalk<T>,
        most: usize,
        known: impl Fn(&Node<'t>, T) -> T,
    ) -> Vec<Step<'t, T>> {
        let mut steps = Vec::with_capacity(most.min(self.len()));
        while steps.len() < most
            && let Some(mut at) = walk.waiting.pop()
        {
            let entries = self.entries_after(at.folder, at.after);
            let taken = &entries[..entries.len().min(most - steps.len())];
            let first = walk.waiting.len();
            for &index in taken {
                let node = self.at(index);
                if !node.is_file() {
                    let folder = CloudFolder::Node(node.handle());
                    walk.waiting.push(Waiting { folder, known: known(&node, at.known), after: None });
                }
                steps.push(Step { node, folder: at.folder, known: at.known });
            }
            walk.waiting[first..].reverse();
            if taken.len() < entries.len() {
                at.after = taken.last().map(|&index| self.at(index).handle());
                walk.waiting.push(at);
            }
        }
        steps
    }

    /// The entries of a folder behind one of them, in handle order.
    fn entries_after(&self, folder: CloudFolder, after: Option<NodeHandle>) -> &[Index] {
        let entries = self.content_indices(folder);
        let passed =
            after.map_or(0, |last| entries.partition_point(|&index| self.store.record(index).handle <= last));
        &entries[passed..]
    }
}
