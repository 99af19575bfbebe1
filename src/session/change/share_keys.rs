//! Node keys for the members of shares ([`ShareKeys`]): whatever is put below a shared folder carries its key under that
//! share's key too, or the others could not read it (`cr` on the wire; meganz/sdk `src/sharenodekeys.cpp`).

use crate::api::wire::ShareKeyTable;
use crate::crypto::key::{NodeKey, ShareKey};
use crate::handle::{NodeHandle, base64_encode};
use crate::tree::Tree;

/// Node keys wrapped under the keys of shares.
#[derive(Clone)]
pub(super) struct ShareKeys(ShareKeyTable);

impl ShareKeys {
    /// Wraps the keys of new nodes, which have no handles yet: the entries of a `p`, in order.
    pub(super) fn of_new<'k>(
        keys: impl Iterator<Item = &'k NodeKey>,
        shares: &[(NodeHandle, ShareKey)],
    ) -> Option<Self> {
        let keys = keys.enumerate().flat_map(|(item, key)| {
            shares.iter().enumerate().map(move |(share, (_, under))| (share, item, wrap(key, under)))
        });
        Self::new(shares, Vec::new(), keys.collect())
    }

    /// Wraps the keys of a node and all below it, old versions too, under those of the shares above the folder that it
    /// moves to. Nodes whose key is not known are left out: nobody here can give what we do not have.
    pub(super) fn of_subtree(tree: &Tree, node: NodeHandle, to: NodeHandle) -> Option<Self> {
        let shares = tree.share_keys_above(to);
        if shares.is_empty() {
            return None;
        }
        let (mut items, mut keys) = (Vec::new(), Vec::new());
        for node in tree.subtree(node) {
            let Some(key) = node.key() else { continue };
            for (share, (_, under)) in shares.iter().enumerate() {
                keys.push((share, items.len(), wrap(&key, under)));
            }
            items.push(node.handle());
        }
        Self::new(&shares, items, keys)
    }

    /// Wraps the keys of a folder and all below it, old versions too, under the key that it is shared with.
    pub(super) fn of_share(tree: &Tree, folder: NodeHandle, key: &ShareKey) -> Option<Self> {
        let (mut items, mut keys) = (Vec::new(), Vec::new());
        for node in tree.subtree(folder) {
            let Some(own) = node.key() else { continue };
            keys.push((0, items.len(), wrap(&own, key)));
            items.push(node.handle());
        }
        Self::new(&[(folder, key.clone())], items, keys)
    }

    fn new(
        shares: &[(NodeHandle, ShareKey)],
        items: Vec<NodeHandle>,
        keys: Vec<(usize, usize, String)>,
    ) -> Option<Self> {
        let shares = shares.iter().map(|(share, _)| *share).collect();
        (!keys.is_empty()).then_some(Self(ShareKeyTable { shares, items, keys }))
    }

    pub(super) fn into_table(self) -> ShareKeyTable {
        self.0
    }
}

fn wrap(key: &NodeKey, under: &ShareKey) -> String {
    base64_encode(&key.wrap(under.bytes()))
}
