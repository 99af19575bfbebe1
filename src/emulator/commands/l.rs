//! `l`: make, change or remove the public link of a node. Repeating it gives the link that is there; with `ets` or
//! `w` it changes that link. Only accounts that pay can have one that ends.

use serde_json::json;

use super::{Call, Outcome, Reply};
use crate::crypto::key::random;
use crate::emulator::refusal::Refusal;
use crate::emulator::share::{Access, Link};
use crate::emulator::world::{Viewer, unix_now};
use crate::handle::{NodeHandle, base64_encode};

pub(super) fn run(call: &mut Call) -> Outcome {
    let node = call.handle("n")?;
    let owner = call.world.permitted(call.caller, node, Access::Owner)?.owner;
    let existing = call.world.links.iter().find(|(_, link)| link.node == node).map(|(handle, _)| *handle);
    if call.number("d") == Some(1) {
        let handle = existing.ok_or(Refusal::NotFound)?;
        call.world.links.remove(&handle);
        let packet = json!({ "h": node, "ph": handle, "d": 1 });
        call.world.publish(Viewer::User(owner), "ph", &packet);
        return Ok(Reply::done());
    }
    let expires = call.number("ets").unwrap_or(0);
    let is_paid = call.world.accounts.get(&owner).is_some_and(|account| account.is_paid);
    if expires != 0 && !is_paid {
        return Err(Refusal::Access);
    }
    let wants_writing = call.number("w") == Some(1);
    let (handle, is_new) = match existing {
        Some(handle) => (handle, false),
        None => (make(call, node), true),
    };
    let Some(link) = call.world.links.edit(&handle) else { return Err(Refusal::NotFound) };
    link.expires = expires;
    if wants_writing && link.write_auth.is_none() {
        link.write_auth = Some(base64_encode(&random::<12>()));
    }
    let write_auth = link.write_auth.clone();
    let mut packet = json!({ "h": node, "ph": handle, "ts": link.created, "ets": expires });
    packet[if is_new { "n" } else { "u" }] = json!(1);
    if let Some(auth) = &write_auth {
        packet["w"] = json!(auth);
    }
    call.world.publish(Viewer::User(owner), "ph", &packet);
    Ok(match write_auth.filter(|_| wants_writing) {
        Some(auth) => json!({ "ph": handle, "w": auth }).into(),
        None => json!(handle).into(),
    })
}

fn make(call: &mut Call, node: NodeHandle) -> NodeHandle {
    let handle = call.world.next_handle();
    let link = Link { node, created: unix_now(), expires: 0, write_auth: None, taken_down: false };
    call.world.links.insert(handle, link);
    handle
}
