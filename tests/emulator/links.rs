//! Public links: who sees what through one, and what can be taken out of it.

use megapane::emulator::{Emulator, NewAccount};
use megapane::handle::base64_encode;
use serde_json::{Value, json};

use super::line::{Line, node};

/// The public handle in a link's address.
fn handle_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap().split('#').next().unwrap()
}

#[tokio::test]
async fn links_show_files_and_folders_to_anybody() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let file = ann.file("pub/f", b"hello", 1);
    let url = ann.publish("pub").unwrap();
    let public = handle_of(&url);
    let mut visitor = Line::new(&emulator);
    visitor.session = format!("n={public}");
    let tree = visitor.tree().await;
    let top = ann.node("pub").unwrap().to_string();
    assert_eq!(tree["f"][0]["h"], top);
    assert!(tree["f"][1]["k"].as_str().unwrap().starts_with(&format!("{top}:")));
    assert!(visitor.one(json!({"a": "g", "g": 1, "n": file})).await["g"].is_string());
    assert_eq!(visitor.one(json!({"a": "d", "n": file})).await, -11);
    let about = visitor.one(json!({"a": "pli", "ph": public})).await;
    assert_eq!(about["s"], json!([5, 1, 1, 0, 0]));

    let mut line = Line::login(&emulator, "ann@example.org").await;
    let public = line.one(json!({"a": "l", "n": file})).await;
    assert_eq!(line.one(json!({"a": "l", "n": file})).await, public);
    visitor.session.clear();
    let shown = visitor.one(json!({"a": "g", "p": public})).await;
    assert_eq!((shown["s"].as_i64(), &shown["g"]), (Some(5), &Value::Null));
    ann.take_down("pub/f", true).unwrap();
    assert_eq!(visitor.one(json!({"a": "g", "p": public})).await, -16);
    assert_eq!(line.one(json!({"a": "l", "n": file, "d": 1})).await, 0);
    assert_eq!(visitor.one(json!({"a": "g", "p": public})).await, -9);
    visitor.session = "n=AAAAAAAA".to_owned();
    assert_eq!(visitor.tree().await, -9);
}

#[tokio::test]
async fn visitors_hear_of_changes_below_their_folder_only() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    ann.folder("pub");
    let url = ann.publish("pub").unwrap();
    let mut visitor = Line::new(&emulator);
    visitor.session = format!("n={}", handle_of(&url));
    let position = visitor.tree().await["sn"].as_str().unwrap().to_owned();
    ann.file("elsewhere", b"1", 1);
    assert!(visitor.events("sc", &position).await["a"].is_null());
    let file = ann.file("pub/new", b"1", 1);
    let news = visitor.events("sc", &position).await;
    assert_eq!(news["a"][0]["t"]["f"][0]["h"], file.to_string());
}

#[tokio::test]
async fn a_link_ends_when_it_expires() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org").paid());
    let (file, folder) = (ann.file("f", b"1", 1), ann.folder("d"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let mut visitor = Line::new(&emulator);
    for (expires, lives) in [(4_000_000_000_i64, true), (1_000_000_000, false)] {
        let file_link = line.one(json!({"a": "l", "n": file, "ets": expires})).await;
        let folder_link = line.one(json!({"a": "l", "n": folder, "ets": expires})).await;
        visitor.session.clear();
        assert_eq!(visitor.one(json!({"a": "g", "p": file_link})).await.is_object(), lives);
        visitor.session = format!("n={}", folder_link.as_str().unwrap());
        assert_eq!(visitor.tree().await.is_object(), lives);
    }
}

#[tokio::test]
async fn a_writable_link_lets_those_write_who_know_its_second_half() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let folder = ann.folder("drop");
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let made = line.one(json!({"a": "l", "n": folder, "w": "1"})).await;
    let (public, auth) = (made["ph"].as_str().unwrap(), made["w"].as_str().unwrap());
    let put = json!({"a": "p", "t": folder, "n": [{"h": "xxxxxxxx", "t": 1, "a": "AAAA"}]});
    let mut visitor = Line::new(&emulator);
    for (session, allowed) in [(format!("n={public}"), false), (format!("n={public}{auth}"), true)] {
        visitor.session = session;
        assert_eq!(visitor.one(put.clone()).await["f"].is_array(), allowed);
    }
}

#[tokio::test]
async fn files_are_taken_from_links_into_an_account() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let bob = emulator.add_account(NewAccount::new("bob@example.org"));
    let file = ann.file("pub/f", &[5; 50], 1);
    let (folder_link, file_link) = (ann.publish("pub").unwrap(), ann.publish("pub/f").unwrap());
    let mut line = Line::login(&emulator, "bob@example.org").await;
    let key = base64_encode(&[1; 32]);
    let target = bob.roots()[0];
    let import = json!({"ph": handle_of(&file_link), "t": 0, "a": "AAAA", "k": key});
    let made = line.one(json!({"a": "p", "t": target, "n": [import]})).await;
    assert_eq!(made["f"][0]["s"], 50);
    // From a folder: by node handle, in a session that is both his and the link's.
    let copy = json!({"a": "p", "t": target, "n": [{"h": file, "t": 0, "a": "AAAA", "k": key}]});
    assert_eq!(line.one(copy.clone()).await, -9);
    line.session = format!("{}&n={}", line.session, handle_of(&folder_link));
    let made = line.one(copy).await["f"][0]["h"].clone();
    line.session.truncate(line.session.find('&').unwrap());
    assert!(node(&line.tree().await, made.as_str().unwrap()).is_some());
}
