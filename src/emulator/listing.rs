//! The tree as JSON: one node's line for one viewer, and the whole answer of `f`. Written with this server's own
//! reading of the field names.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::node::{KeyFor, Node};
use super::world::{Viewer, World};
use crate::handle::{NodeHandle, UserHandle};

/// The line of one node.
pub(crate) fn node_line(world: &World, handle: NodeHandle, node: &Node, viewer: Viewer) -> Value {
    let mut line = json!({
        "h": handle,
        "p": node.parent.map_or_else(String::new, |parent| parent.to_string()),
        "u": node.owner,
        "t": node.kind.number(),
        "a": node.attributes,
        "k": key_text(world, node, viewer),
        "ts": node.created,
    });
    if let super::node::NodeKind::File { size, .. } = node.kind {
        line["s"] = json!(size);
        if !node.thumbnails.is_empty() {
            line["fa"] = json!(node.thumbnails);
        }
    }
    if let Viewer::User(user) = viewer
        && let Some(share) = world.shares.get(&handle)
        && let Some(membership) = share.members.get(&user)
    {
        line["r"] = json!(membership.access.number());
        line["su"] = json!(share.owner);
        line["sts"] = json!(membership.since);
        if let Some(key) = &membership.sealed_key {
            line["sk"] = json!(key);
        }
    }
    line
}

/// The answer of `f` for a viewer, in pieces: a tree of a million nodes is never one JSON value.
pub(crate) fn whole_tree(world: &World, viewer: Viewer, tagged: bool) -> Vec<Bytes> {
    let mut out = Pieces::default();
    out.push("{\"f\":[");
    let mut versions = Vec::new();
    let mut first = true;
    for top in tops(world, viewer) {
        for handle in world.subtree(top) {
            let Some(node) = world.nodes.get(&handle) else { continue };
            if world.is_version(node) {
                versions.push((handle, node));
                continue;
            }
            out.push(if first { "" } else { "," });
            out.push(&node_line(world, handle, node, viewer).to_string());
            first = false;
        }
    }
    out.push("],\"f2\":[");
    for (index, (handle, node)) in versions.into_iter().enumerate() {
        out.push(if index == 0 { "" } else { "," });
        out.push(&node_line(world, handle, node, viewer).to_string());
    }
    out.push("]");
    for (name, value) in surroundings(world, viewer, tagged) {
        out.push(&format!(",{}:{value}", json!(name)));
    }
    out.push("}");
    out.finish()
}

/// Where a viewer's tree begins: own roots, then what others share; or the root of the link.
pub(crate) fn tops(world: &World, viewer: Viewer) -> Vec<NodeHandle> {
    match viewer {
        Viewer::User(user) => {
            let own = world.accounts.get(&user).map(|account| account.roots).into_iter().flatten();
            let is_shared = |folder: NodeHandle| {
                world.shares.get(&folder).is_some_and(|share| share.members.contains_key(&user))
            };
            let shared = world.shares.iter().map(|(folder, _)| *folder).filter(|folder| is_shared(*folder));
            // What is shared inside of something shared is listed there.
            let outermost =
                shared.filter(|folder| !world.ancestry(*folder).skip(1).any(|(above, _)| is_shared(above)));
            own.chain(outermost).collect()
        }
        Viewer::Link(link) => world.links.get(&link).map(|link| link.node).into_iter().collect(),
    }
}

/// What goes beside the nodes.
fn surroundings(world: &World, viewer: Viewer, tagged: bool) -> Map<String, Value> {
    let mut fields = Map::new();
    let (keys, shares, links, users) = match viewer {
        Viewer::User(user) => {
            (share_keys(world, user), outgoing(world, user), own_links(world, user), contacts(world, user))
        }
        Viewer::Link(_) => (json!([]), json!([]), json!([]), json!([])),
    };
    // Two generations of clients read two names.
    fields.insert("ok0".to_owned(), keys.clone());
    fields.insert("ok".to_owned(), keys);
    fields.insert("s".to_owned(), shares);
    fields.insert("ph".to_owned(), links);
    fields.insert("u".to_owned(), users);
    fields.insert("sn".to_owned(), json!(world.position()));
    if tagged {
        fields.insert("st".to_owned(), json!(world.current_tag()));
    }
    fields
}

fn share_keys(world: &World, user: UserHandle) -> Value {
    let mine = world.shares.iter().filter(|(_, share)| share.owner == user);
    mine.map(|(folder, share)| json!({ "h": folder, "ha": share.proof, "k": share.sealed_key })).collect()
}

fn outgoing(world: &World, user: UserHandle) -> Value {
    let mut lines = Vec::new();
    for (folder, share) in world.shares.iter().filter(|(_, share)| share.owner == user) {
        if let Some(since) = share.public_since {
            lines.push(json!({ "h": folder, "u": "EXP", "r": 0, "ts": since }));
        }
        for (member, membership) in &share.members {
            let access = membership.access.number();
            lines.push(json!({ "h": folder, "u": member, "r": access, "ts": membership.since }));
        }
    }
    lines.into()
}

fn own_links(world: &World, user: UserHandle) -> Value {
    let is_mine = |node: NodeHandle| world.nodes.get(&node).is_some_and(|node| node.owner == user);
    let mine = world.links.iter().filter(|(_, link)| is_mine(link.node));
    mine.map(|(handle, link)| {
        let mut line = json!({ "h": link.node, "ph": handle, "ts": link.created, "ets": link.expires });
        if link.taken_down {
            line["down"] = json!(1);
        }
        if let Some(auth) = &link.write_auth {
            line["w"] = json!(auth);
        }
        line
    })
    .collect()
}

/// The user and everybody who shares with them, either way.
fn contacts(world: &World, user: UserHandle) -> Value {
    let mut known = vec![(user, 2)];
    for (_, share) in world.shares.iter() {
        if share.owner == user {
            known.extend(share.members.keys().map(|member| (*member, 1)));
        } else if share.members.contains_key(&user) {
            known.push((share.owner, 1));
        }
    }
    known.sort_unstable();
    known.dedup();
    let line = |(user, visibility): (UserHandle, u8)| {
        let account = world.accounts.get(&user)?;
        Some(json!({ "u": user, "c": visibility, "m": account.email, "ts": account.created }))
    };
    known.into_iter().filter_map(line).collect()
}

fn key_text(world: &World, node: &Node, viewer: Viewer) -> String {
    let text = |(reader, key): &(KeyFor, Box<str>)| match reader {
        KeyFor::User(user) => format!("{user}:{key}"),
        KeyFor::Share(folder) => format!("{folder}:{key}"),
    };
    world.key_parts(node, viewer).into_iter().map(text).collect::<Vec<_>>().join("/")
}

/// Text in pieces of some 64 KiB.
#[derive(Default)]
struct Pieces {
    done: Vec<Bytes>,
    current: String,
}

impl Pieces {
    fn push(&mut self, text: &str) {
        self.current.push_str(text);
        if self.current.len() >= 64 << 10 {
            self.done.push(std::mem::take(&mut self.current).into());
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.done.push(self.current.into());
        self.done
    }
}
