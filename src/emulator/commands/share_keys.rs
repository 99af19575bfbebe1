//! `cr` of `p`, `m` and `s2`: node keys wrapped for those who share a folder. Stored as sent: the server cannot tell
//! whether they are right.

use serde_json::Value;

use super::number;
use crate::emulator::node::KeyFor;
use crate::emulator::world::World;
use crate::handle::NodeHandle;

/// Stores the wrapped keys of `cr`: `[[shares], [items], [share index, item index, key, …]]`.
///
/// `known` gives the node for an item's text. An empty list of items means `entries`, in order. What does not fit is
/// left out: it only costs readers of the share, and they show it.
pub(super) fn store(
    world: &mut World,
    cr: Option<&Value>,
    entries: &[NodeHandle],
    known: impl Fn(&str) -> Option<NodeHandle>,
) {
    let list = |index: usize| cr.and_then(|cr| cr.get(index)).and_then(Value::as_array);
    let (Some(shares), Some(items), Some(keys)) = (list(0), list(1), list(2)) else { return };
    for part in keys.chunks_exact(3) {
        let index = |at: usize| number(&part[at]).and_then(|number| usize::try_from(number).ok());
        let (Some(share), Some(item), Some(key)) = (index(0), index(1), part[2].as_str()) else { continue };
        let share = shares.get(share).and_then(Value::as_str).and_then(|text| text.parse().ok());
        let item = if items.is_empty() {
            entries.get(item).copied()
        } else {
            items.get(item).and_then(Value::as_str).and_then(&known)
        };
        if let (Some(share), Some(node)) = (share, item.and_then(|item| world.nodes.edit(&item))) {
            node.set_key(KeyFor::Share(share), key);
        }
    }
}
