//! `dv`: remove all old versions of the account. The newest version of each row goes with all that are older; the
//! files themselves stay.

use super::{Call, Outcome, Reply, d};
use crate::handle::NodeHandle;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let is_newest_version = |handle: &NodeHandle| {
        let parent = call.world.nodes.get(handle).and_then(|node| node.parent);
        parent
            .and_then(|parent| call.world.nodes.get(&parent))
            .is_some_and(|file| !call.world.is_version(file))
    };
    let versions =
        call.world.nodes.iter().filter(|(_, node)| node.owner == user && call.world.is_version(node));
    let newest: Vec<NodeHandle> = versions.map(|(handle, _)| *handle).filter(is_newest_version).collect();
    for handle in newest {
        d::remove(call.world, handle);
    }
    Ok(Reply::done())
}
