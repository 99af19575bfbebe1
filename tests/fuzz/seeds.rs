//! Where the stored inputs come from: answers of the emulator, files that the program writes itself, test vectors. Run by
//! hand after a format has changed:
//!
//! ```text
//! cargo test --test fuzz -- --ignored stored_inputs
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use megapane::api::wire::{AskDownload, AskScheme, AskUpload, DeleteNode};
use megapane::config::timetable::Timetable;
use megapane::crypto::chunk;
use megapane::crypto::mac::ChunkMac;
use megapane::handle::{NodeHandle, base64_encode};
use megapane::message::{Bookmark, KeptScreen, KeptSide, KeptTab};
use megapane::session::Session;
use megapane::store::bookmarks::BookmarkFile;
use megapane::store::copy_journal::CopyJournals;
use megapane::store::credentials::{self, Credentials, Opener};
use megapane::store::screen;
use megapane::store::transfer_journal::{
    DownloadHead, Head, Line, Piece, Range, SourceFacts, UploadHead, WrappedKey,
};
use megapane::store::tree_cache::TreeCache;
use megapane::store::undo::{GroupKind, GroupTag, UndoJournal};
use megapane::ui::keymap::{Keymap, Preset};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::targets::{master, me, own_key};
use crate::wire;

#[test]
#[ignore = "writes the stored inputs anew"]
fn stored_inputs_are_made_anew() {
    network();
    keys_and_links();
    trees();
    journals();
    settings();
}

fn network() {
    let stage = Stage::new();
    let node = stage.ann.node("films/one.mkv").unwrap();
    let position = stage.tree.sequence().to_owned();
    let session = &stage.session;
    stage.line.listen();
    let asked = stage.runtime.block_on(async {
        drop(session.profile().await);
        drop(session.quota().await);
        drop(session.stored_share_keys().await);
        drop(session.client().call(&AskDownload::new(node)).await);
        drop(session.client().call(&AskUpload::new(9, node)).await);
        drop(session.client().call(&DeleteNode::whole(NodeHandle::from_bytes([9; 6]))).await);
        drop(stage.client.call(&AskScheme { email: crate::stage::EMAIL }).await);
        stage.line.heard()
    });
    for (number, body) in (0_u8..).zip([0, 1, 2, 3, 4, 6, 7].into_iter().zip(asked)) {
        let (asked, body): (u8, bytes::Bytes) = body;
        write("answers", &format!("answer-{number}"), &[&[asked], &body[..]].concat());
    }
    for (name, body) in [("error", "-3"), ("object", r#"{"err":-15}"#), ("put", PUT)] {
        write("answers", name, format!("\x05{body}").as_bytes());
    }
    stage.line.listen();
    let resumed = stage.runtime.block_on(async {
        drop(Session::resume(&stage.client, &session.stored()).await);
        stage.line.heard().remove(0)
    });
    write("resumption", "resumed", &resumed);
    stage.ann.file("films/three", b"3", 1);
    stage.ann.rename("films/three", "four");
    stage.ann.move_to("films/four", "");
    stage.ann.trash("four");
    stage.ann.publish("films");
    stage.line.listen();
    let news = stage.runtime.block_on(async {
        drop(session.news(&position).await);
        stage.line.heard().remove(0)
    });
    write("channel", "changes", &news);
    write("channel", "place", br#"{"w":"http://localhost/wsc/x","sn":"AAAAAAAAAAE"}"#);
    write("storage", "token", &[0xfe; 36]);
    write("storage", "number", b"-3");
    write("storage", "nothing", b"");
}

fn keys_and_links() {
    let me_text = me().to_string();
    let key = wire::file_key("node0001").wrap(master().bytes());
    let key = format!("{me_text}:{}", base64_encode(&key));
    let attributes = file("node0001", "rootroot", "a name")["a"].as_str().unwrap().to_owned();
    write("node_keys", "own", format!("{key}\n{attributes}").as_bytes());
    let shared = base64_encode(&own_key().encrypt_key(&[9; 16]));
    write("node_keys", "shared", format!("AQEBAQEB:{shared}/{key}\n{attributes}").as_bytes());
    for (name, json) in [
        ("plain", r#"{"n":"a name.txt"}"#),
        ("dated", r#"{"c":"oXPd3R9AbmWqf5Xgu9W1hwS_BGA","n":"a","fav":1,"rr":"AQEBAQEB"}"#),
        ("broken", "{\"n\":\"a\u{1}b\",\"x\":{\"y\":[1,2"),
    ] {
        write("attributes", name, json.as_bytes());
    }
    let vectors: Value = serde_json::from_str(include_str!("../vectors/mega-vectors.json")).unwrap();
    let hex = vectors["rsa"]["privk_plain_hex"].as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let blob: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    write("private_key", "whole", &blob);
    write("private_key", "sealed", &own_key().seal(&master()));
    write("rsa_text", "key", &own_key().encrypt_key(&[9; 16]));
    let share = [&[1; 6][..], &[2; 16], &[3]].concat();
    let records = [&[4, 0, 0, 4, 0, 0, 0, 1, 48, 0, 0, 46][..], &share, &share].concat();
    write("key_store", "two", &records);
    for (number, link) in vectors["links"].as_array().unwrap().iter().enumerate() {
        write("links", &format!("link-{number}"), link["url"].as_str().unwrap().as_bytes());
    }
    let protected = vectors["password_links"][0]["link"].as_str().unwrap();
    write("links", "protected", protected.as_bytes());
    write("hashcash", "easy", format!("1:255:1717200000:{}", "A".repeat(64)).as_bytes());
}

fn trees() {
    let nodes = wire::with_roots([
        wire::folder("fold0001", "rootroot", "films"),
        file("file0001", "fold0001", "one.mkv"),
        file("file0002", "file0001", "one.mkv"),
        file("file0003", "gone0000", "lost"),
    ]);
    let own = json!({"h": "fold0001", "ha": base64_encode(&[1; 16]), "k": base64_encode(&[2; 16])});
    let answer = json!([{
        "f": nodes, "f2": [], "ok": [own], "s": [{"h": "fold0001", "u": "EXP", "r": 0}],
        "ps": [{"h": "fold0001", "p": "CAcGBQQDAgE", "r": 2}], "ph": [{"h": "file0001", "ph": "AbCdEfGh"}],
        "u": [{"u": "AQIDBAUGBwg", "m": "ann@example.org", "c": 2}], "sn": "AAAAAAAAAAA"
    }]);
    write("listing", "small", answer.to_string().as_bytes());
    write("listing", "refused", b"[-15]");
    let tree = wire::tree_of_answer(answer, &[]);
    let mut kept = Vec::new();
    tree.save(&mut kept).unwrap();
    write("tree", "small", &kept);
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("tree");
    TreeCache::new(path.clone(), master(), me()).save(&tree).unwrap();
    write("tree_cache", "small", &fs::read(path).unwrap());
}

fn journals() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("undo.jsonl");
    let journal = UndoJournal::open(&path).unwrap();
    let journal = journal.in_group(&GroupTag::new(GroupKind::Doing, "moved \"a\" to work:b"));
    let id = journal.begin(&json!({"Rename": {"node": "AQEBAQEB", "name": "b"}})).unwrap();
    journal.end(id, Some(&json!({"Rename": {"node": "AQEBAQEB", "name": "a"}}))).unwrap();
    let other = journal.taking_back(id).begin(&json!({"Trash": "AQEBAQEB"})).unwrap();
    journal.refused(other).unwrap();
    write("undo_journal", "two", &fs::read(path).unwrap());
    let folder = scratch.path().join("copies");
    let record = CopyJournals::in_folder(&folder).begin(&json!({"copy": 1})).unwrap().unwrap();
    record.write(&json!({"copy": [2]})).unwrap();
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    write("copy_journal", "two", &fs::read(file).unwrap());
    let pieces = |head: Head| {
        let end = chunk::chunks_from(0, SIZE).nth(2).unwrap().offset;
        let macs: Vec<ChunkMac> = chunk::chunks_from(0, end).map(|_| ChunkMac([5; 16])).collect();
        let piece = Line::Piece(Piece::new(0, end, &macs));
        let lines = [Line::Head(1, head), piece, Line::Sent(Range { offset: 0, len: end }), Line::Putting];
        lines.map(|line| serde_json::to_string(&line).unwrap() + "\n").concat()
    };
    let source =
        SourceFacts { size: SIZE, modified: (1_717_200_000, 5), inode: Some(7), fingerprint: "f".into() };
    let up = Head::Up(UploadHead {
        source: Path::new("/home/ann/film.mkv").into(),
        content: source,
        parent: NodeHandle::from_bytes([1; 6]),
        name: "film.mkv".into(),
        url: "https://storage.example.org/ul/x".into(),
        begun: 1_717_200_000,
        key: WrappedKey(vec![3; 32]),
        copy: None,
    });
    let down = Head::Down(DownloadHead {
        node: NodeHandle::from_bytes([1; 6]),
        key: WrappedKey(vec![4; 32]),
        size: SIZE,
        partial: Path::new("/home/ann/.megapane-resume-1.part").into(),
        target: Path::new("/home/ann/film.mkv").into(),
        begun: 1_717_200_000,
        copy: Some(9),
    });
    write("transfer_journal", "up", pieces(up).as_bytes());
    write("transfer_journal", "down", pieces(down).as_bytes());
}

fn settings() {
    let scratch = tempfile::tempdir().unwrap();
    let path = |name: &str| scratch.path().join(name);
    let stored = Credentials { session: vec![1; 60], user: me().to_string() };
    credentials::save(&path("sealed"), &stored, Opener::KeyFile(&path("key"))).unwrap();
    write("credentials", "sealed", &fs::read(path("sealed")).unwrap());
    write("config", "full", CONFIG.as_bytes());
    assert!("08:00,512k 19:00,10M Sat-10:00,off".parse::<Timetable>().is_ok());
    write("timetable", "week", b"08:00,512k 19:00,10M:1M Sat-10:00,off");
    write("keymap", "default", Keymap::of(Preset::default()).to_toml().as_bytes());
    let place = megapane::entry::Location::Local("/home/ann".into());
    let bookmark = Bookmark {
        name: "home".into(),
        letter: Some('h'),
        location: place.clone(),
        path: "/home/ann".into(),
    };
    let file = BookmarkFile::new(&path("bookmarks.json"));
    file.change(|all| all.push(serde_json::to_value(&bookmark).unwrap())).unwrap();
    write("bookmarks", "one", &fs::read(path("bookmarks.json")).unwrap());
    let tab = KeptTab {
        location: place,
        path: "/home/ann".into(),
        arrangement: megapane::message::Arrangement::default(),
    };
    let side = KeptSide { tabs: vec![tab], shown: 0 };
    let kept = KeptScreen { sides: [side.clone(), side], active: 1 };
    screen::write(&path("screen"), &serde_json::to_value(kept).unwrap()).unwrap();
    write("kept_screen", "two", &fs::read(path("screen")).unwrap());
}

fn file(handle: &str, parent: &str, name: &str) -> Value {
    wire::wire_node(handle, parent, 0, name, &[(wire::ME, wire::MASTER)])
}

fn write(target: &str, name: &str, bytes: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

const SIZE: u64 = (9 << 20) + 5;

const PUT: &str = r#"[{"f":[{"h":"AQEBAQEB","p":"AgICAgIC","t":0,"ts":1717200000,"k":"x","a":"y"}]}]"#;

const CONFIG: &str = r#"
bwlimit = "08:00,512k 19:00,10M"
on_hangup = "stop"
restore = true

[screen]
theme = "dark"
accent = "bright-blue"
ascii = "auto"
mouse = true
esc_timeout = 50
notify = "osc9"
sort = "size"
keys = "letters"

[[account]]
name = "work"
email = "ann@example.org"
api_url = "http://127.0.0.1:8080"
passphrase = true
"#;
