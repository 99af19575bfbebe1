//! [`Merge`]: folders of one name in one folder become one. What the others hold is moved into it; where it then has a name
//! twice, folders are merged in turn, and files are found afterwards like any other duplicate.

use super::draft::Draft;
use super::group::weight;
use crate::handle::NodeHandle;

/// Folders of one name that become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The folder that they are in; `None` for the tops of shares.
    pub folder: Option<NodeHandle>,
    /// Their name.
    pub name: String,
    /// The one that stays: that with the most files, then bytes, then the oldest.
    pub target: NodeHandle,
    /// The others, which go once they are empty.
    pub others: Vec<NodeHandle>,
    /// Files and folders that are moved.
    pub move_count: u64,
}

impl Merge {
    /// Merges folders of one name in the draft; there are two or more.
    pub(super) fn carry_out(draft: &mut Draft<'_>, mut folders: Vec<NodeHandle>, name: &str) -> Option<Self> {
        folders.sort_by_key(|&folder| weight(draft.tree, folder));
        let (&target, others) = folders.split_first()?;
        let folder = draft.parent(target);
        let mut move_count = 0;
        for &other in others {
            let children: Vec<NodeHandle> = draft.children(other).map(|node| node.handle()).collect();
            for child in children {
                draft.move_to(child, target);
                move_count += 1;
            }
            draft.remove_emptied(other);
        }
        Some(Self { folder, name: name.to_owned(), target, others: others.to_vec(), move_count })
    }
}
