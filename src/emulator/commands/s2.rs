//! `s2`: share a folder with users or the public, change what they may do, or end it. Whoever gains or loses sight of it is
//! told by packets. Invitations to addresses without an account are not made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Outcome, number, share_keys};
use crate::emulator::node::NodeKind;
use crate::emulator::refusal::Refusal;
use crate::emulator::share::{Access, Membership, Share};
use crate::emulator::world::{Viewer, unix_now};
use crate::handle::{NodeHandle, UserHandle};

pub(super) fn run(call: &mut Call) -> Outcome {
    let folder = call.handle("n")?;
    let node = call.world.permitted(call.caller, folder, Access::Owner)?;
    if node.kind != NodeKind::Folder {
        return Err(Refusal::Access);
    }
    let owner = node.owner;
    let targets = call.body.get("s").and_then(Value::as_array).ok_or(Refusal::Arguments)?;
    if call.world.shares.get(&folder).is_none() {
        let field = |name: &str| call.text(name).unwrap_or_default().to_owned();
        let share = Share {
            owner,
            sealed_key: field("ok"),
            proof: field("ha"),
            public_since: None,
            members: BTreeMap::new(),
        };
        call.world.shares.insert(folder, share);
    }
    let subtree = call.world.subtree(folder);
    share_keys::store(call.world, call.body.get("cr"), &subtree, |item| item.parse().ok());
    let results: Vec<i64> = targets.iter().map(|target| apply(call, folder, owner, target)).collect();
    let is_over = |share: &Share| share.members.is_empty() && share.public_since.is_none();
    if call.world.shares.get(&folder).is_some_and(is_over) {
        call.world.shares.remove(&folder);
    }
    Ok(json!({ "r": results }).into())
}

/// Applies one element of `s`; returns 0, or why not.
fn apply(call: &mut Call, folder: NodeHandle, owner: UserHandle, target: &Value) -> i64 {
    let Some(name) = target.get("u").and_then(Value::as_str) else { return Refusal::Arguments.number() };
    // An absent or empty `r` ends the share.
    let access = target.get("r").and_then(number).and_then(Access::from_number);
    if name == "EXP" {
        set_public(call, folder, owner, access.is_some());
        return 0;
    }
    let Some(user) = call.world.user_named(name).filter(|user| *user != owner) else {
        return Refusal::NotFound.number();
    };
    match access {
        Some(access) => admit(call, folder, owner, user, (access, target.get("k").and_then(Value::as_str))),
        None => expel(call, folder, owner, user),
    }
    0
}

fn set_public(call: &mut Call, folder: NodeHandle, owner: UserHandle, public: bool) {
    let since = public.then(unix_now);
    let Some(share) = call.world.shares.edit(&folder) else { return };
    share.public_since = since;
    let mut packet = json!({ "n": folder, "o": owner, "u": "EXP" });
    if let Some(since) = since {
        packet["r"] = json!(0);
        packet["ts"] = json!(since);
        packet["ok"] = json!(share.sealed_key);
        packet["ha"] = json!(share.proof);
    }
    call.world.publish(Viewer::User(owner), "s2", &packet);
}

/// Lets a user in, or changes what they may do. `terms` are the access and the key for them, if sent.
fn admit(
    call: &mut Call,
    folder: NodeHandle,
    owner: UserHandle,
    user: UserHandle,
    terms: (Access, Option<&str>),
) {
    let (access, key) = terms;
    let Some(share) = call.world.shares.edit(&folder) else { return };
    let is_new = !share.members.contains_key(&user);
    let since = unix_now();
    let kept_key = share.members.get(&user).and_then(|old| old.sealed_key.clone());
    let sealed_key = key.map(str::to_owned).or(kept_key);
    let mut packet = json!({ "n": folder, "o": owner, "u": user, "r": access.number(), "ts": since });
    let mut theirs = packet.clone();
    packet["ok"] = json!(share.sealed_key);
    packet["ha"] = json!(share.proof);
    if let Some(key) = &sealed_key {
        theirs["k"] = json!(key);
    }
    share.members.insert(user, Membership { access, since, sealed_key });
    call.world.publish(Viewer::User(owner), "s2", &packet);
    call.world.publish(Viewer::User(user), "s2", &theirs);
    if is_new {
        call.world.introduce(owner, user);
        let subtree = call.world.subtree(folder);
        call.world.publish_nodes(&[Viewer::User(user)], &subtree, &[]);
    }
}

fn expel(call: &mut Call, folder: NodeHandle, owner: UserHandle, user: UserHandle) {
    let Some(share) = call.world.shares.edit(&folder) else { return };
    if share.members.remove(&user).is_none() {
        return;
    }
    let packet = json!({ "n": folder, "o": owner, "u": user, "ts": unix_now() });
    for viewer in [Viewer::User(owner), Viewer::User(user)] {
        call.world.publish(viewer, "s2", &packet);
    }
}
