//! `d`: delete for ever: a subtree, a file with its versions, or with `v:1` a single version. `dr`, `dv` and `p` delete
//! through here too, so that everybody who saw a node is told.

use serde_json::json;

use super::{Call, Outcome, Reply};
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;
use crate::emulator::world::World;
use crate::handle::NodeHandle;

pub(super) fn run(call: &mut Call) -> Outcome {
    let handle = call.handle("n")?;
    let node = call.world.permitted(call.caller, handle, Access::Full)?;
    if node.kind.is_root() {
        return Err(Refusal::Access);
    }
    if call.number("v") == Some(1) && !node.kind.is_container() {
        remove_version(call.world, handle);
    } else {
        remove(call.world, handle);
    }
    Ok(Reply::done())
}

/// Removes a subtree and tells everybody who saw it.
pub(super) fn remove(world: &mut World, handle: NodeHandle) {
    let viewers = world.viewers(handle);
    let owner = world.nodes.get(&handle).map(|node| node.owner);
    world.remove_subtree(handle);
    for viewer in viewers {
        world.publish(viewer, "d", &json!({ "n": handle, "ou": owner }));
    }
}

/// Removes one version out of its row: the next older one takes its place.
pub(super) fn remove_version(world: &mut World, handle: NodeHandle) {
    let viewers = world.viewers(handle);
    let Some(node) = world.nodes.get(&handle) else { return };
    let (owner, parent) = (node.owner, node.parent);
    let older: Vec<NodeHandle> = node.children.iter().copied().collect();
    for version in &older {
        if let Some(parent) = parent {
            world.reparent(*version, parent);
        }
    }
    world.remove_single(handle);
    for viewer in &viewers {
        world.publish(*viewer, "d", &json!({ "n": handle, "ou": owner }));
    }
    for version in older {
        let row = world.subtree(version);
        world.publish_nodes(&viewers, &row, &[]);
    }
}
