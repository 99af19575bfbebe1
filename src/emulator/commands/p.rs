//! `p`: put nodes: new folders, finished uploads, copies, imports from links, new versions. All elements are checked before
//! the first node is made, so that a refused command changes nothing (but with `v:4`, which reports each).

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::{Call, Outcome, d, g, parse, pfa, share_keys};
use crate::emulator::account::Account;
use crate::emulator::listing;
use crate::emulator::node::{KeyFor, Node, NodeKind};
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;
use crate::emulator::world::{Caller, unix_now};
use crate::handle::{NodeHandle, UserHandle, base64_decode};

/// One element of `n`, checked.
struct Planned {
    kind: NodeKind,
    attributes: String,
    key: Option<String>,
    /// Placeholder of the element that it goes into; absent: the target.
    inside: Option<String>,
    /// The file it replaces.
    replaces: Option<NodeHandle>,
    thumbnails: String,
}

/// What was made, by position in the request.
#[derive(Default)]
struct Made {
    nodes: Vec<NodeHandle>,
    /// Positions in the request of `nodes`.
    positions: Vec<usize>,
    /// Placeholders, and texts that clients may name new nodes by.
    names: HashMap<String, NodeHandle>,
    errors: Map<String, Value>,
}

pub(super) fn run(call: &mut Call) -> Outcome {
    let target = call.handle("t")?;
    let folder = call.world.permitted(call.caller, target, Access::Write)?;
    if !folder.kind.is_container() {
        return Err(Refusal::Arguments);
    }
    let owner = folder.owner;
    let elements = call.body.get("n").and_then(Value::as_array).ok_or(Refusal::Arguments)?;
    if elements.is_empty() || elements.len() > MOST_NODES {
        return Err(Refusal::Arguments);
    }
    let plans: Vec<Result<Planned, Refusal>> =
        elements.iter().map(|element| plan(call, element, target)).collect();
    let reports_each = call.number("v") == Some(4) && call.version >= 3;
    if !reports_each && let Some(refusal) = plans.iter().find_map(|plan| plan.as_ref().err()) {
        return Err(*refusal);
    }
    let bytes = plans.iter().flatten().map(|plan| plan.kind.size()).sum();
    call.world.check_storage(owner, bytes)?;
    let made = make(call, plans, elements, (target, owner));
    let known = |item: &str| made.names.get(item).copied().or_else(|| item.parse().ok());
    share_keys::store(call.world, call.body.get("cr"), &made.nodes, known);
    announce(call, &made, target);
    Ok(answer(call, made).into())
}

/// Checks one element without changing anything.
fn plan(call: &Call, element: &Value, target: NodeHandle) -> Result<Planned, Refusal> {
    let text = |name: &str| element.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let attributes = text("a").ok_or(Refusal::Arguments)?.to_owned();
    let (kind, key_len) = match element.get("t").and_then(super::number) {
        Some(1) => (NodeKind::Folder, 16),
        Some(0) => (file_source(call, text("h"), text("ph"))?, 32),
        _ => return Err(Refusal::Arguments),
    };
    let key = text("k").map(str::to_owned);
    let key_is_right = match &key {
        Some(key) => base64_decode(key).len() == key_len,
        None => matches!(call.caller, Caller::Link { .. }),
    };
    if !key_is_right {
        return Err(Refusal::Arguments);
    }
    let replaces = text("ov").map(|old| parse(Some(old))).transpose()?;
    if let Some(old) = replaces {
        let old = call.world.permitted(call.caller, old, Access::Write)?;
        if old.kind.is_container() || old.parent != Some(target) {
            return Err(Refusal::NotFound);
        }
    }
    Ok(Planned {
        kind,
        attributes,
        key,
        inside: text("p").map(str::to_owned),
        replaces,
        thumbnails: text("fa").map(pfa::stored_form).unwrap_or_default(),
    })
}

/// Where a new file's bytes come from: a link, a node that the caller can see, or an upload.
fn file_source(call: &Call, source: Option<&str>, link: Option<&str>) -> Result<NodeKind, Refusal> {
    if let Some(link) = link {
        let node = g::linked_file(call.world, parse(Some(link))?)?;
        let node = call.world.nodes.get(&node).ok_or(Refusal::NotFound)?;
        return if node.kind.is_container() { Err(Refusal::Arguments) } else { Ok(node.kind) };
    }
    let source = source.ok_or(Refusal::Arguments)?;
    if let Some(upload) = call.world.finished.get(source) {
        return Ok(NodeKind::File { content: upload.content, size: upload.size });
    }
    let node = call.world.permitted(call.caller, parse(Some(source))?, Access::Read)?;
    if node.kind.is_container() { Err(Refusal::Arguments) } else { Ok(node.kind) }
}

/// Makes the nodes whose plans are good; `place` is the target and the account it belongs to.
fn make(
    call: &mut Call,
    plans: Vec<Result<Planned, Refusal>>,
    elements: &[Value],
    place: (NodeHandle, UserHandle),
) -> Made {
    let mut made = Made::default();
    let user = call.caller.user();
    for (position, (plan, element)) in plans.into_iter().zip(elements).enumerate() {
        let parent = plan.and_then(|plan| match &plan.inside {
            None => Ok((place.0, plan)),
            Some(inside) => {
                let folder = made.names.get(inside).copied().ok_or(Refusal::NotFound)?;
                Ok((folder, plan))
            }
        });
        let (parent, plan) = match parent {
            Ok(good) => good,
            Err(refusal) => {
                made.errors.insert(position.to_string(), json!(refusal.number()));
                continue;
            }
        };
        let handle = call.world.next_handle();
        let node = Node {
            owner: place.1,
            parent: Some(parent),
            kind: plan.kind,
            attributes: plan.attributes.into(),
            keys: user
                .zip(plan.key)
                .map(|(user, key)| (KeyFor::User(user), key.into()))
                .into_iter()
                .collect(),
            created: unix_now(),
            thumbnails: plan.thumbnails.into(),
            children: BTreeSet::new(),
        };
        call.world.add_node(handle, node);
        if let Some(old) = plan.replaces {
            replace(call, old, handle, place.1);
        }
        if let Some(name) = element.get("h").and_then(Value::as_str) {
            made.names.insert(name.to_owned(), handle);
        }
        made.nodes.push(handle);
        made.positions.push(position);
    }
    made
}

/// Makes `old` a version of `new`, or drops it where versions are not kept.
fn replace(call: &mut Call, old: NodeHandle, new: NodeHandle, owner: UserHandle) {
    let keeps = match call.number("vb") {
        Some(flag) => flag == 1,
        None => call.world.accounts.get(&owner).is_some_and(Account::keeps_versions),
    };
    if keeps {
        call.world.reparent(old, new);
    } else {
        d::remove(call.world, old);
    }
}

/// Tells everybody who sees the target, in one packet each.
fn announce(call: &mut Call, made: &Made, target: NodeHandle) {
    let viewers = call.world.viewers(target);
    let mut nodes = made.nodes.clone();
    for handle in &made.nodes {
        let Some(node) = call.world.nodes.get(handle) else { continue };
        if !node.kind.is_container() {
            nodes.extend(call.world.subtree(*handle).into_iter().skip(1));
        }
    }
    if !nodes.is_empty() {
        let indexes = if call.version >= 3 { &made.positions[..] } else { &[] };
        call.world.publish_nodes(&viewers, &nodes, indexes);
    }
}

fn answer(call: &Call, made: Made) -> Value {
    if call.version >= 3 {
        let is_file = |handle: &&NodeHandle| {
            call.world.nodes.get(*handle).is_some_and(|node| !node.kind.is_container())
        };
        // The second half names the content; clients only look at the first.
        let files: Vec<String> =
            made.nodes.iter().filter(is_file).map(|file| format!("{file}:{file}AAA")).collect();
        let errors = if made.errors.is_empty() { json!([]) } else { Value::Object(made.errors) };
        return json!({ "e": errors, "fh": files });
    }
    let viewer = call.caller.viewer();
    let lines = made.nodes.iter().filter_map(|handle| {
        let node = call.world.nodes.get(handle)?;
        Some(listing::node_line(call.world, *handle, node, viewer?))
    });
    json!({ "f": lines.collect::<Vec<Value>>() })
}

/// Larger trees have to be sent in parts.
const MOST_NODES: usize = 1000;
