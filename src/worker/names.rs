//! [`Names`]: the names in the cloud folder that was asked about last. A copy asks once for each file that it puts into
//! a folder; going through the folder each time would make thousands of files a matter of minutes.

use std::collections::HashSet;

use super::scan::nfc;
use crate::handle::NodeHandle;
use crate::tree::{NodeUpdate, PutNode, Tree};

/// Names of one folder, in NFC, kept up while its tree takes changes in.
#[derive(Debug, Default)]
pub(super) struct Names {
    of: Option<(NodeHandle, HashSet<String>)>,
}

impl Names {
    /// Returns whether something in the folder has the name.
    pub(super) fn has(&mut self, tree: &Tree, folder: NodeHandle, name: &str) -> bool {
        let known = self.of.take().filter(|(of, _)| *of == folder);
        let (_, names) = self.of.insert(known.unwrap_or_else(|| {
            (folder, tree.children(folder).filter_map(|node| node.name().map(nfc)).collect())
        }));
        names.contains(&nfc(name))
    }

    /// Follows a change that the tree takes in.
    pub(super) fn follow(&mut self, update: &NodeUpdate) {
        match update {
            NodeUpdate::Put(nodes) => nodes.iter().for_each(|node| self.add(node)),
            NodeUpdate::Attributes(..) | NodeUpdate::Moved(..) | NodeUpdate::Removed(_) => self.forget(),
            NodeUpdate::Linked(..)
            | NodeUpdate::Shared(..)
            | NodeUpdate::Unshared(..)
            | NodeUpdate::Known(..) => {}
        }
    }

    /// Forgets all: the tree is another one.
    pub(super) fn forget(&mut self) {
        self.of = None;
    }

    fn add(&mut self, node: &PutNode) {
        if let Some((folder, names)) = &mut self.of
            && *folder == node.parent
            && let Some(name) = node.attributes.value("n")
        {
            names.insert(nfc(name));
        }
    }
}
