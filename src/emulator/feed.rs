//! The event feed: action packets for each viewer in one order, and positions in it. Commands publish here, the
//! channel endpoints read. Packets are made for one viewer, because keys differ.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::listing;
use super::refusal::Refusal;
use super::world::{Viewer, World};
use crate::handle::{NodeHandle, UserHandle, base64_decode, base64_encode};

/// One action packet for one viewer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Packet {
    pub(crate) viewer: Viewer,
    /// The object as it goes on the line. Text, because its order counts: `a`, then `i`, then `st`.
    pub(crate) text: String,
}

/// The sequence tag of the command under way.
#[derive(Default)]
pub(crate) struct Tagging {
    tag: Option<String>,
    told: BTreeSet<Viewer>,
    /// `i` of the command: who caused it.
    cause: Option<String>,
}

/// Packets after a position.
pub(crate) struct News {
    pub(crate) packets: Vec<String>,
    /// Position after the last of them.
    pub(crate) position: String,
    /// Whether there are more.
    pub(crate) more: bool,
}

impl World {
    /// Begins a command: its first packet for each viewer will carry a new tag and `i`.
    pub(crate) fn begin_command(&mut self, cause: Option<&str>) {
        self.tagging = Tagging { tag: None, told: BTreeSet::new(), cause: cause.map(str::to_owned) };
    }

    /// The tag that `viewer` will meet on the channel for the command just done; `None` if it changed nothing.
    pub(crate) fn command_tag(&self, viewer: Option<Viewer>) -> Option<&str> {
        viewer.filter(|viewer| self.tagging.told.contains(viewer)).and(self.tagging.tag.as_deref())
    }

    /// The newest tag given out.
    pub(crate) fn current_tag(&self) -> String {
        tag_text(self.counters.tag)
    }

    /// Appends a packet of kind `name` for a viewer; `fields` is an object with the rest.
    pub(crate) fn publish(&mut self, viewer: Viewer, name: &str, fields: &Value) {
        let first = self.tagging.told.insert(viewer);
        if self.tagging.tag.is_none() {
            self.counters.tag += 1;
            self.tagging.tag = Some(tag_text(self.counters.tag));
        }
        let mut members = vec![("a", json!(name))];
        members.extend(self.tagging.cause.as_ref().map(|cause| ("i", json!(cause))));
        let tag = self.tagging.tag.as_ref().filter(|_| first);
        members.extend(tag.map(|tag| ("st", json!(tag))));
        let rest = fields.as_object().into_iter().flatten();
        members.extend(rest.map(|(key, value)| (key.as_str(), value.clone())));
        let members: Vec<String> =
            members.into_iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
        let text = format!("{{{}}}", members.join(","));
        self.counters.sequence += 1;
        self.packets.insert(self.counters.sequence, Packet { viewer, text });
        if self.packets.len() > PACKETS_KEPT {
            self.counters.oldest = self.packets.iter().next().map_or(0, |(position, _)| *position);
            self.packets.remove(&self.counters.oldest);
        }
    }

    /// Tells two users who the other one is: they share something from now on.
    pub(crate) fn introduce(&mut self, one: UserHandle, other: UserHandle) {
        for (to, whom) in [(one, other), (other, one)] {
            let Some(account) = self.accounts.get(&whom) else { continue };
            let packet = json!({ "u": [{ "u": whom, "c": 1, "m": account.email }] });
            self.publish(Viewer::User(to), "c", &packet);
        }
    }

    /// Publishes that nodes are new or replaced, to those who see them; old versions go into `f2`. `indexes` are the
    /// positions of the first nodes in the `p` that made them, for clients that ask to be told.
    pub(crate) fn publish_nodes(&mut self, to: &[Viewer], nodes: &[NodeHandle], indexes: &[usize]) {
        for viewer in to {
            let (mut current, mut versions) = (Vec::new(), Vec::new());
            for (position, handle) in nodes.iter().enumerate() {
                let Some(node) = self.nodes.get(handle) else { continue };
                let mut line = listing::node_line(self, *handle, node, *viewer);
                if self.is_version(node) {
                    versions.push(line);
                } else {
                    if let Some(index) = indexes.get(position) {
                        line["i"] = json!(index);
                    }
                    current.push(line);
                }
            }
            let owner = nodes.first().and_then(|first| self.nodes.get(first)).map(|node| node.owner);
            let mut tree = Map::from_iter([("f".to_owned(), json!(current))]);
            if !versions.is_empty() {
                tree.insert("f2".to_owned(), json!(versions));
            }
            self.publish(*viewer, "t", &json!({ "t": tree, "ou": owner }));
        }
    }

    /// The position that a snapshot of now corresponds to.
    pub(crate) fn position(&self) -> String {
        self.position_text(self.counters.sequence)
    }

    /// What `viewer` has missed since `position`: −6 when that is too old, or of another server.
    pub(crate) fn news(&self, viewer: Viewer, position: &str) -> Result<News, Refusal> {
        let since = self.parse_position(position).ok_or(Refusal::TooMany)?;
        if since < self.counters.oldest || since > self.counters.sequence {
            return Err(Refusal::TooMany);
        }
        let mut missed = self.packets.range_from(since + 1).filter(|(_, packet)| packet.viewer == viewer);
        let taken: Vec<(&u64, &Packet)> = missed.by_ref().take(PACKETS_PER_ANSWER).collect();
        let more = missed.next().is_some();
        let end = match taken.last() {
            Some((position, _)) if more => **position,
            _ => self.counters.sequence,
        };
        let packets = taken.into_iter().map(|(_, packet)| packet.text.clone()).collect();
        Ok(News { packets, position: self.position_text(end), more })
    }

    /// Whether there is anything for `viewer` after `position`, good or bad.
    pub(crate) fn has_news(&self, viewer: Viewer, position: &str) -> bool {
        !self.news(viewer, position).is_ok_and(|news| news.packets.is_empty())
    }

    /// Drops every packet so far: who is not up to date gets −6.
    pub(crate) fn forget_packets(&mut self) {
        let all: Vec<u64> = self.packets.iter().map(|(position, _)| *position).collect();
        for position in all {
            self.packets.remove(&position);
        }
        self.counters.oldest = self.counters.sequence;
    }

    fn position_text(&self, sequence: u64) -> String {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&self.counters.epoch.to_be_bytes());
        let low = u32::try_from(sequence & u64::from(u32::MAX)).unwrap_or(u32::MAX);
        bytes[4..].copy_from_slice(&low.to_be_bytes());
        base64_encode(&bytes)
    }

    fn parse_position(&self, text: &str) -> Option<u64> {
        let bytes: [u8; 8] = base64_decode(text).try_into().ok()?;
        let (epoch, sequence) = bytes.split_at(4);
        if epoch != self.counters.epoch.to_be_bytes() {
            return None;
        }
        Some(u64::from(u32::from_be_bytes(sequence.try_into().ok()?)))
    }
}

/// A later tag is longer, or greater as text.
fn tag_text(number: u64) -> String {
    format!("q{number:07}")
}

/// Packets kept for those who come back later.
const PACKETS_KEPT: usize = 20_000;

/// Packets in one answer; the rest follows after `"ir":1`.
const PACKETS_PER_ANSWER: usize = 500;
