//! Vectors of the tree: node keys, shares, the `k` field, attributes.

use std::collections::BTreeMap;

use megapane::crypto::attributes::Attributes;
use megapane::crypto::key::{FileKey, KeyCipher, MasterKey, NodeKey, ShareKey};
use megapane::crypto::node_key::{KeyKind, Keyring, ShareKeySource};
use megapane::crypto::share;
use megapane::handle::{NodeHandle, base64_encode};

use crate::reader::{Entry, unhex};

pub(crate) fn file_node_key(section: &Entry) {
    for entry in section.each() {
        let packed = entry.hex_array("node_key_hex");
        assert_eq!(base64_encode(&packed), entry.text("node_key_b64"), "{}", entry.place());
        let key = FileKey::from_node_key(&packed);
        assert_eq!(key.aes().as_slice(), entry.hex("aes_key_hex"), "{}", entry.place());
        assert_eq!(key.nonce().as_slice(), entry.hex("nonce_hex"), "{}", entry.place());
        assert_eq!(key.meta_mac().as_slice(), entry.hex("meta_mac_hex"), "{}", entry.place());
        let parts = ["aes_key_hex"].map(|name| entry.hex_array(name));
        let made = FileKey::new(parts[0], entry.hex_array("nonce_hex"), entry.hex_array("meta_mac_hex"));
        assert_eq!(made.node_key(), packed, "{}", entry.place());
        wraps(&NodeKey::File(key), &entry);
    }
}

pub(crate) fn folder_node_key(section: &Entry) {
    for entry in section.each() {
        let bytes = entry.hex("node_key_hex");
        assert_eq!(base64_encode(&bytes), entry.text("node_key_b64"), "{}", entry.place());
        let key = NodeKey::from_clear(&bytes).unwrap();
        assert!(matches!(key, NodeKey::Folder(_)), "{}", entry.place());
        wraps(&key, &entry);
    }
}

fn wraps(key: &NodeKey, entry: &Entry) {
    let master = entry.hex_array("master_key_hex");
    let wrapped = entry.b64("k_field_value_b64");
    assert_eq!(key.wrap(&master), wrapped, "{}", entry.place());
    assert_eq!(NodeKey::unwrap(&wrapped, &master).as_ref(), Some(key), "{}", entry.place());
    assert_eq!(base64_encode(&key.wrap(&master)), entry.text("k_field_value_b64"), "{}", entry.place());
}

pub(crate) fn share(section: &Entry) {
    for entry in section.each() {
        let folder: NodeHandle = entry.text("handle").parse().unwrap();
        let master = KeyCipher::new(&entry.hex_array("master_key_hex"));
        let key = ShareKey::from_bytes(entry.hex_array("share_key_hex"));
        assert_eq!(base64_encode(key.bytes()), entry.text("share_key_b64"), "{}", entry.place());
        let (k, ha) = (entry.b64("ok_k_b64"), entry.b64("ha_b64"));
        assert_eq!(share::wrap(&key, &master).as_slice(), k, "{}", entry.place());
        assert_eq!(share::proof(folder, &master).as_slice(), ha, "{}", entry.place());
        assert_eq!(share::open_outgoing(folder, &k, &ha, &master), Some(key.clone()), "{}", entry.place());
        assert_eq!(share::open_inbound(&k, &master, None), Some(key.clone()), "{}", entry.place());
        for (clear, wrapped) in [
            ("node_key_hex", "node_key_under_share_key_b64"),
            ("file_node_key_hex", "file_node_key_under_share_key_b64"),
        ] {
            let node = NodeKey::from_clear(&entry.hex(clear)).unwrap();
            assert_eq!(node.wrap(key.bytes()), entry.b64(wrapped), "{} {clear}", entry.place());
        }
    }
}

pub(crate) fn node_k_field(section: &Entry) {
    for entry in section.each() {
        let master = MasterKey::from_bytes(entry.hex_array("master_key_hex"));
        let shares = entry.field("share_keys").members().into_iter().map(|(handle, key)| {
            let key = ShareKey::from_bytes(unhex(key.string()).try_into().unwrap());
            (handle.parse().unwrap(), key)
        });
        let ring = Keyring::new(
            entry.text("my_handle").parse().unwrap(),
            &master,
            None,
            ShareKeySource::Store { keys: shares.collect(), waiting: Vec::new() },
        );
        let kind = if entry.number("node_type") == 0 { KeyKind::File } else { KeyKind::Folder };
        let expected = entry.maybe("node_key_hex").map(|key| unhex(key.string()));
        let key = ring.resolve(&entry.text("k"), kind);
        assert_eq!(key.as_ref().map(NodeKey::clear), expected, "{}", entry.place());

        // With attributes to prove it, the same key is found; with those of another key, none.
        if let Some(key) = key {
            let attributes = Attributes::named("x").encrypt(key.attribute_key());
            let opened = ring.open(&entry.text("k"), kind, &attributes).unwrap();
            assert_eq!((opened.0, opened.1.name()), (key, Some("x")), "{}", entry.place());
            let foreign = Attributes::named("x").encrypt(&[0x77; 16]);
            assert!(ring.open(&entry.text("k"), kind, &foreign).is_none(), "{}", entry.place());
        }
    }
}

pub(crate) fn attributes(section: &Entry) {
    for entry in section.each() {
        let json = entry.text("json");
        let node = NodeKey::from_clear(&entry.hex("key_hex")).unwrap();
        let key = node.attribute_key();
        assert_eq!(key.as_slice(), entry.hex("attr_aes_key_hex"), "{}", entry.place());
        assert_eq!(
            "MEGA".len() as u64 + json.len() as u64,
            entry.number("plain_length"),
            "{}",
            entry.place()
        );

        let read = Attributes::from_json(&json).unwrap();
        assert_eq!(read.json(), json, "{}", entry.place());
        assert_eq!(base64_encode(&read.encrypt(key)), entry.text("a_b64"), "{}", entry.place());
        assert_eq!(Attributes::decrypt(&entry.b64("a_b64"), key), Some(read), "{}", entry.place());
        assert_eq!(Attributes::decrypt(&entry.b64("a_b64"), &[0; 16]), None, "{}", entry.place());
    }
}

/// The official client reads less than is written: we read all of it, and write so that it can read all of it.
pub(crate) fn attributes_what_the_sdk_reads(section: &Entry) {
    for entry in section.each() {
        let json = entry.text("json");
        let expected: Option<BTreeMap<String, String>> = entry.maybe("sdk_reads").map(|read| {
            read.members().into_iter().map(|(name, value)| (name, value.string().to_owned())).collect()
        });
        assert_eq!(official_reader(&json), expected, "the model of {}", entry.place());

        let mut text = b"MEGA".to_vec();
        text.extend_from_slice(json.as_bytes());
        let ours = decrypt_raw(&text);
        assert_eq!(ours.is_some(), expected.is_some(), "{}", entry.place());
        let (Some(ours), Some(theirs)) = (ours, expected) else { continue };
        for name in theirs.keys() {
            let read = ours.iter().any(|(ours, _)| short_name(ours) == *name);
            assert!(read, "we miss {name} in {}", entry.place());
        }
        let written = official_reader(&ours.json()).unwrap_or_default();
        for (name, value) in ours.iter() {
            assert_eq!(
                written.get(short_name(name)).map(String::as_str),
                Some(value),
                "{name} of {}",
                entry.place()
            );
        }
    }
}

/// Encrypts a text as it is and has the production code read it.
fn decrypt_raw(text: &[u8]) -> Option<Attributes> {
    let key = [0x21; 16];
    let mut padded = text.to_vec();
    padded.resize(text.len().next_multiple_of(16), 0);
    let mut before = [0; 16];
    for block in padded.chunks_mut(16) {
        block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
        megapane::crypto::key::ecb_encrypt(&key, block);
        before.copy_from_slice(block);
    }
    Attributes::decrypt(&padded, &key)
}

/// The official client keeps the last eight bytes of a name.
fn short_name(name: &str) -> &str {
    name.get(name.len().saturating_sub(8)..).unwrap_or(name)
}

/// A model of the official client's reader as the vectors describe it. Bytes that are no UTF-8 are shown as `\xNN`.
fn official_reader(json: &str) -> Option<BTreeMap<String, String>> {
    let mut rest = json.strip_prefix('{').filter(|rest| rest.starts_with('"'))?;
    let mut read = BTreeMap::new();
    while let Some(after) = rest.strip_prefix('"') {
        let (name, after) = after.split_once('"')?;
        let after = after.strip_prefix(':')?.trim_start();
        let name = short_name(name).to_owned();
        if let Some(literal) = after.strip_prefix('"') {
            let end = end_of_literal(literal);
            read.insert(name, unescape_low_bytes(&literal[..end]));
            rest = &literal[end + 1..];
        } else if after.starts_with('{') {
            let end = after.find('}')? + 1;
            read.insert(name, after[..end].to_owned());
            rest = &after[end..];
        } else if let Some(after) = after.strip_prefix("null") {
            rest = after;
        } else {
            let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
            read.insert(name, after[..digits].to_owned());
            rest = &after[digits..];
        }
        rest = rest.strip_prefix(',').unwrap_or("");
    }
    Some(read)
}

fn end_of_literal(literal: &str) -> usize {
    let mut escaped = false;
    literal
        .bytes()
        .position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })
        .unwrap()
}

fn unescape_low_bytes(literal: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = literal.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next().unwrap() {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'u' => {
                let digits: Vec<u8> = rest.by_ref().take(4).collect();
                let number = u16::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap();
                bytes.push(number.to_le_bytes()[0]);
            }
            other => bytes.push(other),
        }
    }
    bytes.utf8_chunks().fold(String::new(), |text, chunk| {
        let broken = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        broken.fold(text + chunk.valid(), |text, byte| text + &byte)
    })
}
