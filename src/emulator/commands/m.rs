//! `m`: move a node into another folder of the same account. The announcement is in two steps: `d` with `m:1` where
//! the node was seen, then `t` where it is seen now.

use serde_json::json;

use super::{Call, Outcome, Reply, share_keys};
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;
use crate::emulator::world::Viewer;
use crate::handle::NodeHandle;

pub(super) fn run(call: &mut Call) -> Outcome {
    let (handle, target) = (call.handle("n")?, call.handle("t")?);
    check(call, handle, target)?;
    if call.world.nodes.get(&handle).and_then(|node| node.parent) == Some(target) {
        return Ok(Reply::done());
    }
    let before = call.world.viewers(handle);
    let seen_from: Vec<Viewer> = call.world.viewers(target);
    let owner = call.world.nodes.get(&handle).map(|node| node.owner);
    // Announced first: whoever sees the old place removes it, and learns whether the node comes back.
    for viewer in &before {
        let mut packet = json!({ "n": handle, "ou": owner });
        if seen_from.contains(viewer) {
            packet["m"] = json!(1);
        }
        call.world.publish(*viewer, "d", &packet);
    }
    call.world.reparent(handle, target);
    let subtree = call.world.subtree(handle);
    share_keys::store(call.world, call.body.get("cr"), &subtree, |item| item.parse().ok());
    let after = call.world.viewers(handle);
    call.world.publish_nodes(&after, &subtree, &[]);
    Ok(Reply::done())
}

fn check(call: &Call, handle: NodeHandle, target: NodeHandle) -> Result<(), Refusal> {
    let node = call.world.permitted(call.caller, handle, Access::Full)?;
    let folder = call.world.permitted(call.caller, target, Access::Write)?;
    if node.kind.is_root() {
        return Err(Refusal::Access);
    }
    if !folder.kind.is_container() || call.world.is_version(node) {
        return Err(Refusal::Arguments);
    }
    if call.world.ancestry(target).any(|(above, _)| above == handle) {
        return Err(Refusal::Circular);
    }
    if node.owner != folder.owner {
        return Err(Refusal::Access);
    }
    Ok(())
}
