//! [`Answered`]: the nodes in the answer of a `p`, each known again by its key. The order alone proves nothing, and a node
//! that is taken for another would be told, and undone, in its place. Called by whoever sends a `p`.
//!
//! The keys of uploads and folders are random, so each is of one node only. Copies of one content share its key: there
//! the attributes, which hold the name, and then the folder tell which is which. What has no key that was sent, or the
//! handle of another, is nobody's. Only where an answer tells no key of any node is its order believed: to know nothing of
//! what was made would be worse.

use std::collections::{HashMap, HashSet};

use crate::api::wire::{PutNodes, StoredNode};
use crate::handle::NodeHandle;

/// Nodes that an answer has, and that nobody has taken yet.
pub(super) struct Answered<'c> {
    command: &'c PutNodes,
    free: Vec<Option<StoredNode>>,
    /// Places in `free`, by key.
    by_key: HashMap<String, Vec<usize>>,
    /// No key is told, and there is a node for each entry.
    is_by_order: bool,
}

impl<'c> Answered<'c> {
    /// Takes the nodes that came for a command.
    pub(super) fn new(command: &'c PutNodes, nodes: Vec<StoredNode>) -> Self {
        let mut seen = HashSet::new();
        let free: Vec<Option<StoredNode>> =
            nodes.into_iter().map(|node| seen.insert(node.handle).then_some(node)).collect();
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, node) in free.iter().enumerate() {
            for key in node.iter().flat_map(keys) {
                by_key.entry(key.to_owned()).or_default().push(place);
            }
        }
        let is_by_order = by_key.is_empty() && free.len() == command.nodes.len();
        Self { command, free, by_key, is_by_order }
    }

    /// Returns the nodes that the entries of the command became, in their order.
    pub(super) fn in_order(mut self) -> Vec<Option<StoredNode>> {
        let entries = 0..self.command.nodes.len();
        let exact: Vec<Option<StoredNode>> = entries
            .map(|entry| self.take(entry, |stored, sent| stored.attributes.as_ref() == Some(sent)))
            .collect();
        let rest = exact.into_iter().enumerate();
        rest.map(|(entry, exact)| exact.or_else(|| self.take(entry, |_, _| true))).collect()
    }

    /// Returns the node that an entry of the command became; where several can be it, one that stands in `folder`.
    pub(super) fn of(&mut self, entry: usize, folder: NodeHandle) -> Option<StoredNode> {
        self.take(entry, |stored, sent| stored.parent == folder && stored.attributes.as_ref() == Some(sent))
            .or_else(|| self.take(entry, |stored, _| stored.parent == folder))
            .or_else(|| self.take(entry, |_, _| true))
    }

    /// Takes the first with a key of this entry that fits; `fits` is given the attributes that were sent.
    fn take(&mut self, entry: usize, fits: impl Fn(&StoredNode, &String) -> bool) -> Option<StoredNode> {
        if self.is_by_order {
            return self.free.get_mut(entry)?.take();
        }
        let sent = self.command.nodes.get(entry)?;
        let shared = self.command.share_keys.iter().flat_map(|table| &table.keys);
        let shared = shared.filter(|(_, item, _)| *item == entry).map(|(_, _, key)| key);
        let places =
            std::iter::once(&sent.key).chain(shared).filter_map(|key| self.by_key.get(key)).flatten();
        let is_it =
            |place: &&usize| self.free[**place].as_ref().is_some_and(|node| fits(node, &sent.attributes));
        let place = *places.into_iter().find(is_it)?;
        self.free[place].take()
    }
}

/// The keys of a node, without those that they are for.
fn keys(node: &StoredNode) -> impl Iterator<Item = &str> {
    let parts = node.keys.iter().flat_map(|keys| keys.split('/'));
    parts.filter_map(|part| part.split_once(':').map(|(_, key)| key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::{NewNode, ShareKeyTable};

    fn handle(byte: u8) -> NodeHandle {
        NodeHandle::from_bytes([byte; 6])
    }

    fn sent(key: &str, attributes: &str) -> NewNode {
        NewNode {
            source: "x".into(),
            link: None,
            parent: None,
            kind: 0,
            attributes: attributes.into(),
            key: key.into(),
            replaces: None,
        }
    }

    fn stored(number: u8, keys: &str, attributes: &str) -> StoredNode {
        StoredNode {
            handle: handle(number),
            parent: handle(99),
            uploaded: None,
            keys: Some(keys.into()),
            attributes: Some(attributes.into()),
        }
    }

    fn handles(command: &PutNodes, nodes: Vec<StoredNode>) -> Vec<Option<NodeHandle>> {
        Answered::new(command, nodes)
            .in_order()
            .into_iter()
            .map(|node| node.map(|node| node.handle))
            .collect()
    }

    #[test]
    fn nodes_are_known_by_their_keys_in_whatever_order_they_come() {
        let command =
            PutNodes::new(handle(99), vec![sent("K1", "a"), sent("K2", "b"), sent("K3", "c")], None);
        let answer = vec![stored(3, "me:K3", "c"), stored(1, "me:K1", "a"), stored(2, "me:K2", "b")];
        assert_eq!(handles(&command, answer), [Some(handle(1)), Some(handle(2)), Some(handle(3))]);
    }

    #[test]
    fn copies_of_one_content_are_told_apart_by_their_names() {
        let command = PutNodes::new(handle(99), vec![sent("K", "a"), sent("K", "b")], None);
        let answer = vec![stored(2, "me:K", "b"), stored(1, "me:K", "a")];
        assert_eq!(handles(&command, answer), [Some(handle(1)), Some(handle(2))]);
        let unsaid = |number| StoredNode { attributes: None, ..stored(number, "me:K", "") };
        assert_eq!(handles(&command, vec![unsaid(1), unsaid(2)]), [Some(handle(1)), Some(handle(2))]);
    }

    #[test]
    fn a_node_of_another_key_without_one_or_with_a_handle_twice_is_nobodys() {
        let command = PutNodes::new(handle(99), vec![sent("K1", "a"), sent("K2", "b")], None);
        let keyless = StoredNode { keys: None, ..stored(1, "", "a") };
        assert_eq!(handles(&command, vec![keyless, stored(2, "me:other", "b")]), [None, None]);
        let twice = vec![stored(1, "me:K1", "a"), stored(1, "me:K2", "b")];
        assert_eq!(handles(&command, twice), [Some(handle(1)), None]);
        assert_eq!(handles(&command, Vec::new()), [None, None]);
    }

    #[test]
    fn without_any_keys_the_order_of_a_whole_answer_is_believed() {
        let command = PutNodes::new(handle(99), vec![sent("K1", "a"), sent("K2", "b")], None);
        let keyless = |number| StoredNode { keys: None, ..stored(number, "", "a") };
        assert_eq!(handles(&command, vec![keyless(1), keyless(2)]), [Some(handle(1)), Some(handle(2))]);
        assert_eq!(handles(&command, vec![keyless(1)]), [None, None]);
        assert_eq!(handles(&command, vec![keyless(1), keyless(1)]), [Some(handle(1)), None]);
    }

    #[test]
    fn a_key_under_that_of_a_share_proves_as_much() {
        let keys = vec![(0, 1, "S2".to_owned())];
        let table = ShareKeyTable { shares: vec![handle(7)], items: Vec::new(), keys };
        let command = PutNodes::new(handle(99), vec![sent("K1", "a"), sent("K2", "b")], Some(table));
        let answer = vec![stored(2, "share:S2", "b"), stored(1, "other:x/me:K1", "a")];
        assert_eq!(handles(&command, answer), [Some(handle(1)), Some(handle(2))]);
    }
}
