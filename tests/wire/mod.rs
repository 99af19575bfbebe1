//! Listings in JSON with real keys, as a server sends them, and the trees they make.

use megapane::api::listing::ListingReader;
use megapane::crypto::attributes::Attributes;
use megapane::crypto::key::{FileKey, FolderKey, KeyBytes, MasterKey, NodeKey, ShareKey};
use megapane::crypto::node_key::{Keyring, ShareKeySource};
use megapane::handle::{NodeHandle, base64_encode};
use megapane::tree::{Tree, TreeBuilder};
use serde_json::{Value, json};

pub(crate) const MASTER: KeyBytes = [7; 16];
pub(crate) const ME: &str = "AQIDBAUGBwg";

pub(crate) fn h(text: &str) -> NodeHandle {
    text.parse().unwrap()
}

/// A handle that is easy to read in a failed test: `handle(5)` is `node0005`.
pub(crate) fn handle(number: usize) -> String {
    format!("node{number:04}")
}

pub(crate) fn file_key(handle: &str) -> NodeKey {
    let seed = handle.as_bytes()[7];
    NodeKey::File(FileKey::new([seed; 16], [seed + 1; 8], [seed + 2; 8]))
}

pub(crate) fn folder_key(handle: &str) -> NodeKey {
    NodeKey::Folder(FolderKey::from_bytes([handle.as_bytes()[7]; 16]))
}

pub(crate) fn wire_node(
    handle: &str,
    parent: &str,
    kind: u8,
    name: &str,
    keys: &[(&str, KeyBytes)],
) -> Value {
    let key = if kind == 0 { file_key(handle) } else { folder_key(handle) };
    node_of(handle, parent, kind, &key, &Attributes::named(name), keys)
}

pub(crate) fn node_of(
    handle: &str,
    parent: &str,
    kind: u8,
    key: &NodeKey,
    attributes: &Attributes,
    keys: &[(&str, KeyBytes)],
) -> Value {
    let keys: Vec<String> =
        keys.iter().map(|(id, under)| format!("{id}:{}", base64_encode(&key.wrap(under)))).collect();
    let attributes = base64_encode(&attributes.encrypt(key.attribute_key()));
    json!({"h": handle, "p": parent, "u": ME, "t": kind, "a": attributes, "k": keys.join("/"), "ts": 1_700_000_000})
}

pub(crate) fn folder(handle: &str, parent: &str, name: &str) -> Value {
    wire_node(handle, parent, 1, name, &[(ME, MASTER)])
}

pub(crate) fn roots() -> Vec<Value> {
    [("rootroot", 2), ("rootinbx", 3), ("rootrubb", 4)]
        .map(|(handle, kind)| json!({"h": handle, "p": "", "t": kind, "a": "", "k": "", "ts": 1}))
        .to_vec()
}

pub(crate) fn with_roots(nodes: impl IntoIterator<Item = Value>) -> Vec<Value> {
    roots().into_iter().chain(nodes).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "listings are written in place")]
pub(crate) fn tree_of(nodes: Vec<Value>) -> Tree {
    tree_of_answer(json!([{"f": nodes, "sn": "AAAAAAAAAAA"}]), &[])
}

#[expect(clippy::needless_pass_by_value, reason = "listings are written in place")]
pub(crate) fn tree_of_answer(answer: Value, known_shares: &[(NodeHandle, ShareKey)]) -> Tree {
    let (mut reader, mut builder) = (ListingReader::new(), TreeBuilder::new(keyring(known_shares)));
    reader.feed(answer.to_string().as_bytes(), &mut |node| builder.push(node)).unwrap();
    builder.finish(&reader.finish().unwrap())
}

pub(crate) fn keyring(known_shares: &[(NodeHandle, ShareKey)]) -> Keyring {
    let shares = match known_shares {
        [] => ShareKeySource::Listing,
        known => ShareKeySource::Store { keys: known.to_vec(), waiting: Vec::new() },
    };
    Keyring::new(ME.parse().unwrap(), &MasterKey::from_bytes(MASTER), None, shares)
}
