//! What a change asks of the tree before anything is sent: does it exist, may we, does it lead somewhere ([`Checked`]).
//! The server checks again; this is for clear sentences, and for what the server cannot know (keys).

use unicode_normalization::UnicodeNormalization;

use super::ChangeError;
use crate::crypto::attributes::Attributes;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::tree::{Access, Node, NodeKind, Tree};

/// The tree, with the questions of changes.
pub(super) struct Checked<'t>(pub(super) &'t Tree);

impl<'t> Checked<'t> {
    fn node(&self, handle: NodeHandle) -> Result<Node<'t>, ChangeError> {
        self.0.node(handle).ok_or(ChangeError::Gone(handle))
    }

    pub(super) fn label(&self, handle: NodeHandle) -> String {
        self.0.node(handle).map_or_else(|| format!("H:{handle}"), |node| node.label())
    }

    /// Checks a folder that something is to be put into.
    pub(super) fn target(&self, folder: NodeHandle) -> Result<(), ChangeError> {
        let name = || self.label(folder);
        if self.node(folder)?.is_file() {
            return Err(ChangeError::NotAFolder { name: name() });
        }
        let access = self.0.access(folder);
        if access < Access::Write {
            return Err(ChangeError::ReadOnly { name: name(), access });
        }
        if self.0.has_unknown_share_above(folder) {
            return Err(ChangeError::ShareKeyUnknown { name: name() });
        }
        Ok(())
    }

    /// Checks a node that is to be moved or renamed, and returns its parent.
    ///
    /// Source of the rules: meganz/sdk `MegaClient::checkmove`.
    pub(super) fn movable(&self, handle: NodeHandle) -> Result<NodeHandle, ChangeError> {
        let node = self.node(handle)?;
        let name = || node.label();
        let is_root = matches!(node.kind(), NodeKind::Root | NodeKind::Inbox | NodeKind::Rubbish);
        if is_root || node.is_version() || self.0.in_shares().contains(&handle) {
            return Err(ChangeError::Fixed { name: name() });
        }
        let access = self.0.access(handle);
        if access < Access::Full {
            return Err(ChangeError::ReadOnly { name: name(), access });
        }
        node.parent().ok_or_else(|| ChangeError::Fixed { name: name() })
    }

    /// Checks that a node can go from where it is to a folder.
    pub(super) fn leads(&self, node: NodeHandle, to: NodeHandle) -> Result<(), ChangeError> {
        if self.0.is_inside(to, node) {
            return Err(ChangeError::Circular { name: self.label(node) });
        }
        if self.0.owner(node) != self.0.owner(to) {
            return Err(ChangeError::Foreign { name: self.label(node) });
        }
        Ok(())
    }

    /// Checks the file that an upload is to replace.
    pub(super) fn replaceable(&self, old: NodeHandle, parent: NodeHandle) -> Result<(), ChangeError> {
        let node = self.node(old)?;
        if !node.is_file() || node.is_version() || node.parent() != Some(parent) {
            return Err(ChangeError::NotReplaceable { name: node.label() });
        }
        Ok(())
    }

    /// Returns key and attributes of a node whose attributes are to be written again.
    pub(super) fn open(&self, handle: NodeHandle) -> Result<(NodeKey, Attributes), ChangeError> {
        let node = self.node(handle)?;
        node.key().zip(node.attributes()).ok_or(ChangeError::Undecryptable(handle))
    }

    pub(super) fn is_in_bin(&self, node: NodeHandle) -> bool {
        self.0.rubbish().is_some_and(|bin| self.0.is_inside(node, bin))
    }

    pub(super) fn is_foreign(&self, node: NodeHandle) -> bool {
        self.0.owner(node).is_some()
    }
}

/// Checks a name that is to be given, and brings it to NFC. The server takes anything; refused here is what no program
/// could show or open: nothing at all, `.`, `..`, NUL, and what is longer than any honest name.
pub(crate) fn name(name: &str) -> Result<String, ChangeError> {
    let name: String = name.nfc().collect();
    let is_bad = matches!(&*name, "" | "." | "..") || name.contains('\0') || name.len() > LONGEST_NAME;
    if is_bad { Err(ChangeError::BadName { name }) } else { Ok(name) }
}

/// In bytes: far above what any disk allows (255), far below what attributes can hold (64 KiB).
const LONGEST_NAME: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_brought_to_nfc_and_impossible_ones_refused() {
        assert_eq!(name("cafe\u{301}").unwrap(), "caf\u{e9}");
        assert_eq!(name("a/b").unwrap(), "a/b");
        for bad in ["", ".", "..", "a\0b", &"x".repeat(4097)] {
            assert!(matches!(name(bad), Err(ChangeError::BadName { .. })), "{bad:?}");
        }
    }
}
