//! `a`: replace a node's attributes, all of them. Some clients call the attributes `attr` and repeat the node's key;
//! both are taken.

use serde_json::json;

use super::{Call, Outcome, Reply};
use crate::emulator::node::KeyFor;
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;

pub(super) fn run(call: &mut Call) -> Outcome {
    let handle = call.handle("n")?;
    let attributes = call.text("at").or_else(|| call.text("attr")).filter(|text| !text.is_empty());
    let attributes = attributes.ok_or(Refusal::Arguments)?;
    let key = call.text("key");
    let node = call.world.permitted(call.caller, handle, Access::Full)?;
    if node.kind.is_root() {
        return Err(Refusal::Access);
    }
    let user = call.caller.user();
    let node = call.world.nodes.edit(&handle).ok_or(Refusal::NotFound)?;
    node.attributes = attributes.into();
    if let (Some(key), Some(user)) = (key, user.filter(|user| *user == node.owner)) {
        node.set_key(KeyFor::User(user), key);
    }
    let packet = json!({ "n": handle, "u": node.owner, "at": attributes, "ts": node.created });
    for viewer in call.world.viewers(handle) {
        call.world.publish(viewer, "u", &packet);
    }
    Ok(Reply::done())
}
