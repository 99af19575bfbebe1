//! The commands that change nodes: `p` makes them, `a` sets attributes, `m` moves, `d` deletes. `session::change` alone
//! sends them, after it has noted them in the undo journal. Source: meganz/sdk `src/commands.cpp`, `CommandPutNodes`,
//! `CommandSetAttr`, `CommandMoveNode`, `CommandDelNode`; for `cr` `src/sharenodekeys.cpp`, `ShareNodeKeys::get`.

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use super::{ApiCommand, Done, lenient};
use crate::handle::NodeHandle;

/// `p`: makes nodes (new folders, finished uploads, copies) below one folder. At most 1000 at a time.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "p")]
pub struct PutNodes {
    /// The folder that they go into.
    #[serde(rename = "t")]
    pub target: NodeHandle,
    /// The nodes, parents before children.
    #[serde(rename = "n")]
    pub nodes: Vec<NewNode>,
    /// Their keys for the members of shares above; with an empty list of items, which means "the entries of `nodes`".
    #[serde(rename = "cr", skip_serializing_if = "Option::is_none")]
    pub share_keys: Option<ShareKeyTable>,
    /// 1 where something is replaced: keep it as a version, whatever the account's setting is, so that it can be undone.
    #[serde(rename = "vb", skip_serializing_if = "Option::is_none")]
    keeps_versions: Option<u8>,
}

impl PutNodes {
    /// Makes nodes; what they replace is kept as old versions.
    #[must_use]
    pub fn new(target: NodeHandle, nodes: Vec<NewNode>, share_keys: Option<ShareKeyTable>) -> Self {
        let keeps_versions = nodes.iter().any(|node| node.replaces.is_some()).then_some(1);
        Self { target, nodes, share_keys, keeps_versions }
    }
}

/// One node of [`PutNodes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewNode {
    /// Upload: the completion token as text; new folder: any placeholder of 8 characters; copy: the source's handle.
    /// Empty where it comes from a file link.
    #[serde(rename = "h", skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Import: the handle of the file link whose file it is a copy of.
    #[serde(rename = "ph", skip_serializing_if = "Option::is_none")]
    pub link: Option<NodeHandle>,
    /// The `source` of an earlier entry that becomes its parent; `None` for the target.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// 0 file, 1 folder.
    #[serde(rename = "t")]
    pub kind: u8,
    /// base64 of the encrypted attributes.
    #[serde(rename = "a")]
    pub attributes: String,
    /// base64 of the node key under the master key.
    #[serde(rename = "k")]
    pub key: String,
    /// The file that becomes its version.
    #[serde(rename = "ov", skip_serializing_if = "Option::is_none")]
    pub replaces: Option<NodeHandle>,
}

/// The answer of `p`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PutAnswer {
    /// The nodes as they stand now. In the order of the command, as far as anybody has seen; their keys say for certain.
    #[serde(rename = "f", default)]
    pub nodes: Vec<StoredNode>,
}

/// One node of [`PutAnswer`]: what the server decides, and by what it is known again; the rest is known to who sent it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredNode {
    /// Its handle.
    #[serde(rename = "h")]
    pub handle: NodeHandle,
    /// Its parent: the rubbish bin when the target went there meanwhile.
    #[serde(rename = "p")]
    pub parent: NodeHandle,
    /// Arrival, Unix seconds.
    #[serde(rename = "ts", default, deserialize_with = "lenient::number")]
    pub uploaded: Option<i64>,
    /// Its key, as those who may read it carry it: `id:key/id:key`.
    #[serde(rename = "k", default, deserialize_with = "lenient::text")]
    pub keys: Option<String>,
    /// Its encrypted attributes, as they were sent.
    #[serde(rename = "a", default, deserialize_with = "lenient::text")]
    pub attributes: Option<String>,
}

impl ApiCommand for PutNodes {
    type Answer = PutAnswer;
    const NAME: &'static str = "p";
}

/// `a`: replaces all attributes of a node.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "a")]
pub struct SetAttributes {
    /// The node.
    #[serde(rename = "n")]
    pub node: NodeHandle,
    /// base64 of the encrypted attributes: all of them, not only what changed.
    #[serde(rename = "at")]
    pub attributes: String,
}

impl ApiCommand for SetAttributes {
    type Answer = Done;
    const NAME: &'static str = "a";
}

/// `m`: moves a node, with all below it and with its versions.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "m")]
pub struct MoveNode {
    /// The node.
    #[serde(rename = "n")]
    pub node: NodeHandle,
    /// Its new parent.
    #[serde(rename = "t")]
    pub target: NodeHandle,
    /// Keys of the node and of all below it for the members of shares above the target.
    #[serde(rename = "cr", skip_serializing_if = "Option::is_none")]
    pub share_keys: Option<ShareKeyTable>,
}

impl ApiCommand for MoveNode {
    type Answer = Done;
    const NAME: &'static str = "m";
}

/// `d`: deletes a node for good.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "d")]
pub struct DeleteNode {
    #[serde(rename = "n")]
    node: NodeHandle,
    /// 1: of a row of versions only this one, and the older ones stay.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    only_version: Option<u8>,
}

impl DeleteNode {
    /// Deletes a node with all below it and with its versions.
    #[must_use]
    pub const fn whole(node: NodeHandle) -> Self {
        Self { node, only_version: None }
    }

    /// Deletes an old version of a file, and no other. Source: meganz/sdk `src/commands.cpp`, `CommandDelNode`.
    #[must_use]
    pub const fn version(node: NodeHandle) -> Self {
        Self { node, only_version: Some(1) }
    }
}

impl ApiCommand for DeleteNode {
    type Answer = Done;
    const NAME: &'static str = "d";

    fn refusal(answer: &Done) -> Option<i32> {
        answer.refusal()
    }
}

/// `cr`: node keys under share keys. Written as `[[share…], [item…], [share index, item index, key, …]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareKeyTable {
    /// Handles of the shared folders.
    pub shares: Vec<NodeHandle>,
    /// Handles of the nodes; empty in `p`, where the entries of the command are meant.
    pub items: Vec<NodeHandle>,
    /// Index into `shares`, index of the item, base64 of the clear node key under that share key.
    pub keys: Vec<(usize, usize, String)>,
}

impl Serialize for ShareKeyTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_seq(Some(3))?;
        table.serialize_element(&self.shares)?;
        table.serialize_element(&self.items)?;
        table.serialize_element(&FlatKeys(&self.keys))?;
        table.end()
    }
}

/// The last member of the table: triples without brackets of their own.
struct FlatKeys<'a>(&'a [(usize, usize, String)]);

impl Serialize for FlatKeys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flat = serializer.serialize_seq(Some(self.0.len() * 3))?;
        for (share, item, key) in self.0 {
            flat.serialize_element(share)?;
            flat.serialize_element(item)?;
            flat.serialize_element(key)?;
        }
        flat.end()
    }
}
