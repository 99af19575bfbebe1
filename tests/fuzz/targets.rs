//! The targets: for each parser a function that takes any bytes. None may panic, hang, or take memory without bound;
//! what was understood must also hold together where that can be said.

use std::cell::RefCell;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use aes_gcm::aead::{AeadInOut, KeyInit};
use hkdf::Hkdf;
use megapane::api::listing::ListingReader;
use megapane::api::storage::{download_range, upload_piece};
use megapane::api::transport::{RequestBody, Transport};
use megapane::api::wire::{AskDownload, AskScheme, AskUpload, DeleteNode, PutNodes};
use megapane::config::{Config, Environment, Timetable};
use megapane::crypto::attributes::Attributes;
use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::hashcash::Challenge;
use megapane::crypto::key::{MasterKey, ShareKey};
use megapane::crypto::keystore::KeyStore;
use megapane::crypto::link::{Link, ProtectedLink};
use megapane::crypto::node_key::{KeyKind, Keyring, ShareKeySource};
use megapane::crypto::rsa::PrivateKey;
use megapane::handle::{NodeHandle, UserHandle, base64_decode};
use megapane::message::{Bookmark, KeptScreen};
use megapane::session::Session;
use megapane::store::bookmarks::BookmarkFile;
use megapane::store::copy_journal::CopyJournals;
use megapane::store::credentials::{self, Opener};
use megapane::store::screen;
use megapane::store::transfer_journal::Record;
use megapane::store::tree_cache::TreeCache;
use megapane::store::undo::{GroupKind, UndoHistory, UndoJournal};
use megapane::tree::{Tree, TreeBuilder};
use megapane::ui::keymap;
use sha2::Sha256;
use tempfile::TempDir;
use url::Url;

use crate::stage::Stage;

/// A parser, by the name of the folder that has its inputs.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]),
}

pub(crate) const TARGETS: &[Target] = &[
    Target { name: "answers", run: fuzz_answers },
    Target { name: "attributes", run: fuzz_attributes },
    Target { name: "bookmarks", run: fuzz_bookmarks },
    Target { name: "channel", run: fuzz_channel },
    Target { name: "config", run: fuzz_config },
    Target { name: "copy_journal", run: fuzz_copy_journal },
    Target { name: "credentials", run: fuzz_credentials },
    Target { name: "hashcash", run: fuzz_hashcash },
    Target { name: "keymap", run: fuzz_keymap },
    Target { name: "key_store", run: fuzz_key_store },
    Target { name: "kept_screen", run: fuzz_kept_screen },
    Target { name: "links", run: fuzz_links },
    Target { name: "listing", run: fuzz_listing },
    Target { name: "node_keys", run: fuzz_node_keys },
    Target { name: "private_key", run: fuzz_private_key },
    Target { name: "resumption", run: fuzz_resumption },
    Target { name: "rsa_text", run: fuzz_rsa_text },
    Target { name: "storage", run: fuzz_storage },
    Target { name: "timetable", run: fuzz_timetable },
    Target { name: "transfer_journal", run: fuzz_transfer_journal },
    Target { name: "tree", run: fuzz_tree },
    Target { name: "tree_cache", run: fuzz_tree_cache },
    Target { name: "undo_journal", run: fuzz_undo_journal },
];

/// Answers of `cs`: errors, batches, and what is in them. The first byte says what was asked.
fn fuzz_answers(data: &[u8]) {
    let Some((asked, body)) = data.split_first() else { return };
    Stage::answered_with(body, |stage| {
        let (session, node) = (&stage.session, NodeHandle::from_bytes([1; 6]));
        stage.runtime.block_on(async {
            match asked % 8 {
                0 => drop(session.profile().await),
                1 => drop(session.quota().await),
                2 => drop(session.stored_share_keys().await),
                3 => drop(session.client().call(&AskDownload::new(node)).await),
                4 => drop(session.client().call(&AskUpload::new(9, node)).await),
                5 => drop(session.client().call(&PutNodes::new(node, Vec::new(), None)).await),
                6 => drop(session.client().call(&DeleteNode::whole(node)).await),
                _ => drop(session.client().call(&AskScheme { email: "ann@example.org" }).await),
            }
        });
    });
}

/// Answers of `us` to a stored session: keys, RSA blobs, session ids.
fn fuzz_resumption(body: &[u8]) {
    Stage::answered_with(body, |stage| {
        let stored = stage.session.stored();
        drop(stage.runtime.block_on(Session::resume(&stage.client, &stored)));
    });
}

/// Answers of the event channel, and the tree that follows them.
fn fuzz_channel(body: &[u8]) {
    Stage::answered_with(body, |stage| {
        let mut tree = stage.tree.clone();
        stage.runtime.block_on(async {
            if let Ok(stretch) = stage.session.news(tree.sequence()).await {
                stage.session.take(&mut tree, stretch);
            }
        });
        walk(&tree);
    });
}

/// The list of nodes in pieces, the tree that it makes, and that tree kept and read back.
fn fuzz_listing(data: &[u8]) {
    let (mut reader, mut builder) = (ListingReader::new(), TreeBuilder::new(keyring()));
    let cut = data.len() / 3;
    for piece in [&data[..cut], &data[cut..]] {
        if reader.feed(piece, &mut |node| builder.push(node)).is_err() {
            return;
        }
    }
    let Ok(rest) = reader.finish() else { return };
    let tree = builder.finish(&rest);
    walk(&tree);
    let mut kept = Vec::new();
    tree.save(&mut kept).unwrap();
    let restored = Tree::restore(&mut kept.as_slice()).unwrap();
    assert_eq!(restored.len(), tree.len());
}

/// A kept tree without its seal.
fn fuzz_tree(data: &[u8]) {
    if let Ok(tree) = Tree::restore(&mut &*data) {
        walk(&tree);
    }
}

/// The sealed file of a tree.
fn fuzz_tree_cache(data: &[u8]) {
    in_file("tree", data, |path| {
        let cache = TreeCache::new(path.to_owned(), master(), me());
        if let Some(tree) = cache.load() {
            walk(&tree);
        }
    });
}

/// The `k` of a node in the first line, its attributes in the rest.
fn fuzz_node_keys(data: &[u8]) {
    let (keys, attributes) = halves(data);
    let keys = String::from_utf8_lossy(keys);
    let mut ring = keyring();
    ring.take_inbound_share(NodeHandle::from_bytes([2; 6]), &keys);
    ring.take_outgoing_share(NodeHandle::from_bytes([3; 6]), keys.as_bytes(), attributes);
    for kind in [KeyKind::File, KeyKind::Folder] {
        let _ = ring.resolve(&keys, kind);
        let _ = ring.open(&keys, kind, &base64_decode(&String::from_utf8_lossy(attributes)));
    }
}

/// Attributes, clear and encrypted, with the fingerprint that may be in them.
fn fuzz_attributes(data: &[u8]) {
    let _ = Attributes::decrypt(data, &[7; 16]);
    let text = String::from_utf8_lossy(data);
    let _ = Fingerprint::parse(&text);
    let Some(attributes) = Attributes::from_json(&text) else { return };
    let _ = attributes.fingerprint();
    if attributes.fits() && attributes.name().is_some() {
        let again = Attributes::decrypt(&attributes.encrypt(&[7; 16]), &[7; 16]);
        assert_eq!(again.as_ref().and_then(Attributes::name), attributes.name());
    }
}

/// The private key, in both of its forms.
fn fuzz_private_key(data: &[u8]) {
    let _ = PrivateKey::from_clear_blob(data);
    let _ = PrivateKey::from_short_blob(data);
    let _ = PrivateKey::open(data, &master());
}

/// What was encrypted to the account: a session id, or keys of old shares.
fn fuzz_rsa_text(data: &[u8]) {
    let key = private();
    let _ = key.session_id(data, me());
    for len in [0, 16, 32, 1 << 20] {
        assert!(key.decrypt_key(data, len).is_none_or(|text| text.len() == len));
    }
}

/// The records of `^!keys`, sealed as they come.
fn fuzz_key_store(data: &[u8]) {
    let mut key = [0; 16];
    Hkdf::<Sha256>::new(None, master().bytes()).expand(&[1], &mut key).unwrap();
    let mut text = data.to_vec();
    let cipher = aes_gcm::Aes128Gcm::new((&key).into());
    let tag = cipher.encrypt_inout_detached(&[5; 12].into(), &[], text.as_mut_slice().into()).unwrap();
    let value = [&[0x14, 0][..], &[5; 12], &text, &tag].concat();
    if let Some(store) = KeyStore::open(&value, &master()) {
        assert!(store.shares.len() * 23 <= data.len());
    }
    let _ = KeyStore::open(data, &master());
}

/// Links of all styles.
fn fuzz_links(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(link) = Link::parse(&text) {
        assert_eq!(Link::parse(&link.text()), Ok(link.clone()));
        let _ = (link.file_key(), link.share_key());
        let _ = link.with_key(&text);
    }
    if let Ok(link) = ProtectedLink::parse(&text) {
        assert_eq!(ProtectedLink::parse(&link.text()), Ok(link));
    }
}

/// The header of a proof of work. It is not done here: an easy one takes long as it is.
fn fuzz_hashcash(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(challenge) = Challenge::parse(&text) {
        assert!(challenge.threshold() > 0);
        assert!(challenge.header([1; 4]).is_ascii());
    }
}

/// Answers of storage servers: pieces of a file, and what is said to pieces that were sent.
fn fuzz_storage(data: &[u8]) {
    Stage::answered_with(data, |stage| {
        stage.runtime.block_on(async {
            let url = Url::parse("http://localhost/ul/x").unwrap();
            let body = RequestBody::Bytes("piece".into());
            drop(upload_piece(&*stage.line, &url, 0, body, None).await);
            let transport = &*stage.line as &dyn Transport;
            if let Ok(body) = download_range(transport, &url, 0, 9).await {
                use futures_util::StreamExt;
                let pieces: Vec<_> = body.collect().await;
                let len: usize = pieces.iter().flatten().map(bytes::Bytes::len).sum();
                assert!(len <= 10);
            }
        });
    });
}

/// The journal of undoing.
fn fuzz_undo_journal(data: &[u8]) {
    in_file("undo.jsonl", data, |path| {
        let journal = UndoJournal::open(path).unwrap();
        let history = journal.history().unwrap();
        let undone = UndoHistory::undone([&history]);
        for group in history.groups() {
            let _ = (group.shown_label(), group.stands(), group.is_final(&undone));
            let _ = history.choose(GroupKind::Undoing, Some(group.id));
        }
        let _ = (history.next_undo(), history.next_redo(), history.finals(), history.doubted());
        let id = journal.begin(&serde_json::json!({"is": "new"})).unwrap();
        journal.refused(id).unwrap();
        assert_eq!(journal.read().unwrap()[0].id, id, "what is added to a damaged journal can be read");
    });
}

/// The journal of a transfer.
fn fuzz_transfer_journal(data: &[u8]) {
    match Record::read(data) {
        Some(Record::Up(record)) => {
            assert!(record.done() <= record.head.content.size);
            let _ = record.head.source.path();
        }
        Some(Record::Down(record)) => {
            assert!(record.done() <= record.head.size);
            let _ = (record.head.target.path(), record.head.partial.path());
        }
        None => {}
    }
}

/// The record of a copy.
fn fuzz_copy_journal(data: &[u8]) {
    in_file("00000000000001.jsonl", data, |path| {
        let journals = CopyJournals::in_folder(path.parent().unwrap());
        for (record, copy) in journals.take_free().unwrap() {
            record.write(&copy).unwrap();
        }
    });
}

/// The configuration.
fn fuzz_config(data: &[u8]) {
    in_file("config.toml", data, |path| {
        let folder = path.parent().unwrap();
        let variables = ["MEGAPANE_CONFIG_DIR", "MEGAPANE_CACHE_DIR", "MEGAPANE_STATE_DIR"];
        let environment: Environment = variables.map(|name| (name, folder)).into_iter().collect();
        match Config::load(&environment) {
            Ok(config) => config.accounts.iter().for_each(|account| drop(config.server(account))),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
}

/// Limits on speed by the time of day.
fn fuzz_timetable(data: &[u8]) {
    let _ = String::from_utf8_lossy(data).parse::<Timetable>();
}

/// The sealed login; with a key file, as a passphrase costs as much as it says.
fn fuzz_credentials(data: &[u8]) {
    in_file("ann.sealed", data, |path| {
        let _ = credentials::load(path, Opener::KeyFile(&path.with_extension("key")));
    });
}

/// The keymap, and what is written of it.
fn fuzz_keymap(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let reading = keymap::read(&text, None);
    for fault in &reading.faults {
        assert!(fault.line <= text.lines().count() + 1 && !fault.to_string().is_empty());
    }
    let again = keymap::read(&reading.keymap.to_toml(), None);
    assert!(again.faults.is_empty(), "{:?}", again.faults);
}

/// The bookmarks.
fn fuzz_bookmarks(data: &[u8]) {
    in_file("bookmarks.json", data, |path| {
        let file = BookmarkFile::new(path);
        for bookmark in file.read().unwrap_or_default() {
            let _ = serde_json::from_value::<Bookmark>(bookmark);
        }
        assert!(file.change(Vec::clear).is_ok(), "a damaged file is put aside");
    });
}

/// The folders of the last screen.
fn fuzz_kept_screen(data: &[u8]) {
    in_file("screen.json", data, |path| {
        let _ = screen::read(path).and_then(|value| serde_json::from_value::<KeptScreen>(value).ok());
    });
}

/// Everything that is asked of a tree. Sums and paths must not run in circles.
fn walk(tree: &Tree) {
    let mut count = 0;
    for node in tree.nodes() {
        count += 1;
        let handle = node.handle();
        let _ = (tree.usage(handle), tree.versions(handle), tree.path(handle), tree.access(handle));
        let _ = (tree.share_keys_above(handle), tree.owner(handle), tree.folder_of(handle));
        let _ = (node.attributes(), node.name().map(str::len));
        assert!(tree.ancestors(handle).count() <= tree.len());
    }
    assert_eq!(count, tree.len());
    let tops = [tree.root(), tree.rubbish(), tree.inbox()].into_iter().flatten();
    for top in tops.chain(tree.in_shares()).chain(tree.orphans()) {
        assert!(tree.subtree(top).count() <= tree.len());
    }
}

/// Writes a file for the user alone into a folder of its own, which is gone afterwards.
fn in_file(name: &str, data: &[u8], work: impl FnOnce(&Path)) {
    thread_local!(static SCRATCH: RefCell<Option<TempDir>> = const { RefCell::new(None) });
    SCRATCH.with_borrow_mut(|scratch| {
        let scratch = scratch.get_or_insert_with(|| tempfile::tempdir().unwrap());
        let folder = tempfile::tempdir_in(scratch.path()).unwrap();
        let path = folder.path().join(name);
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        file.write_all(data).unwrap();
        drop(file);
        work(&path);
    });
}

fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

fn keyring() -> Keyring {
    let mut ring = Keyring::new(me(), &master(), Some(private()), ShareKeySource::Listing);
    ring.add_share_key(NodeHandle::from_bytes([1; 6]), ShareKey::from_bytes([9; 16]));
    ring
}

fn private() -> Arc<PrivateKey> {
    thread_local!(static KEY: Arc<PrivateKey> = Arc::new(own_key()));
    KEY.with(Arc::clone)
}

pub(crate) fn master() -> MasterKey {
    MasterKey::from_bytes([7; 16])
}

pub(crate) fn me() -> UserHandle {
    UserHandle::from_bytes([1, 2, 3, 4, 5, 6, 7, 8])
}

/// The throw-away key of the vectors.
pub(crate) fn own_key() -> PrivateKey {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/mega-vectors.json")).unwrap();
    let part = |name: &str| {
        let hex = vectors["rsa"][name].as_str().unwrap();
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>()
    };
    PrivateKey::from_parts(&part("p_hex"), &part("q_hex"), &part("d_hex"), &part("u_hex")).unwrap()
}
