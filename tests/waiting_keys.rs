#![cfg(test)]
//! Shares between accounts that keep their keys in `^!keys`: the key is sent by `pk`, which the emulator and this test read
//! and write by their own lights. It is read where its sender is known, believed from nobody else, and never acknowledged.

mod login;

use aes_gcm::aead::{AeadInOut, KeyInit as _};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use login::login;
use megapane::crypto::key::{KeyBytes, ecb_encrypt};
use megapane::emulator::{Emulator, NewAccount, Owner};
use megapane::handle::{NodeHandle, UserHandle, base64_encode};
use megapane::session::Session;
use megapane::tree::Tree;
use serde_json::json;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

const ANN: &str = "ann@example.org";
const BEN: &str = "ben@example.org";
const SHARE: KeyBytes = [0x77; 16];

/// Ann shares `plans` with Ben as newer clients do; both have key stores.
struct Scene {
    emulator: Emulator,
    ann: Owner,
    folder: NodeHandle,
    ann_key: StaticSecret,
    ben_key: StaticSecret,
    ann_user: UserHandle,
    ben: Session,
}

impl Scene {
    async fn new() -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(ANN));
        drop(emulator.add_account(NewAccount::new(BEN)));
        ann.file("plans/a.txt", b"first", 1);
        let folder = ann.node("plans").unwrap();
        let ben = login(&emulator, BEN).await;
        let (ann_key, ben_key) = (StaticSecret::from([3; 32]), StaticSecret::from([4; 32]));
        let public = base64_encode(PublicKey::from(&ann_key).as_bytes());
        ann.set_user_attribute("+puCu255", &public);
        let ann_user = ann.user();
        Self { emulator, ann, folder, ann_key, ben_key, ann_user, ben }
    }

    /// `s2` without a key for anybody, and the nodes' keys under that of the share.
    fn share(&self) {
        let zero = base64_encode(&[0; 16]);
        let nodes = ["plans", "plans/a.txt"].map(|path| self.ann.node(path).unwrap());
        let wrapped = nodes.map(|node| base64_encode(&self.ann.node_key(node).unwrap().wrap(&SHARE)));
        let cr = json!([[self.folder], nodes, [0, 0, wrapped[0], 0, 1, wrapped[1]]]);
        let share = json!({ "a": "s2", "n": self.folder, "s": [{ "u": BEN, "r": 1 }], "ok": zero, "ha": zero, "cr": cr });
        self.ann.command(&share).unwrap();
    }

    fn send_key(&self) {
        let sealed = self.sealed();
        let sent = json!({ "a": "pk", "u": BEN, "h": self.folder, "k": base64_encode(&sealed) });
        self.ann.command(&sent).unwrap();
    }

    /// The share's key under what Ann and Ben have in common.
    fn sealed(&self) -> KeyBytes {
        let shared = self.ann_key.diffie_hellman(&PublicKey::from(&self.ben_key));
        let once = hmac(&[], shared.as_bytes());
        let pair = hmac(&once, b"strongvelope pairwise key\x01");
        let mut sealed = SHARE;
        ecb_encrypt(pair.first_chunk().unwrap(), &mut sealed);
        sealed
    }

    /// Writes Ben's key store, in which Ann's public key is known by this print and at this level.
    fn know(&self, print: &[u8], level: u8, more: &[u8]) {
        let ring = |print: &[u8]| [&self.ann_user.bytes()[..], print, &[level]].concat();
        let records = [
            record(1, &[1]),
            record(4, &7u32.to_be_bytes()),
            record(17, self.ben_key.as_bytes()),
            record(32, &ring(&[9; 20])),
            record(33, &ring(print)),
            more.to_vec(),
        ];
        let value = sealed_store(&records.concat(), self.ben.master_key().bytes());
        let ben = self.emulator.owner(BEN).unwrap();
        ben.set_user_attribute("^!keys", &base64_encode(&value));
    }

    fn print(&self) -> Vec<u8> {
        Sha256::digest(PublicKey::from(&self.ann_key).as_bytes())[..20].to_vec()
    }

    async fn listed(&self) -> Tree {
        self.ben.fetch_tree(|_, _| ()).await.unwrap()
    }

    /// Whether Ben reads what Ann shares.
    fn reads(&self, tree: &Tree) -> bool {
        let file = tree.children(self.folder).next();
        file.is_some_and(|file| file.name() == Some("a.txt"))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let told = |seen: &megapane::emulator::Seen| seen.batch.to_string();
        let texts: Vec<String> = self.emulator.seen().iter().map(told).collect();
        let acknowledged = |text: &String| text.contains("\"pk\"") && text.contains("\"d\"");
        assert!(std::thread::panicking() || !texts.iter().any(acknowledged), "nothing was acknowledged");
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn record(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_be_bytes();
    [&[tag], &length[1..], value].concat()
}

fn sealed_store(records: &[u8], master: &KeyBytes) -> Vec<u8> {
    let mut key = KeyBytes::default();
    Hkdf::<Sha256>::new(None, master).expand(&[1], &mut key).unwrap();
    let mut text = records.to_vec();
    let cipher = Aes128Gcm::new((&key).into());
    let tag = cipher.encrypt_inout_detached(&Nonce::from([5; 12]), &[], text.as_mut_slice().into()).unwrap();
    [&[0x14, 0][..], &[5; 12], &text, &tag].concat()
}

#[tokio::test(start_paused = true)]
async fn a_key_that_waits_opens_the_share_of_who_sent_it() {
    let scene = Scene::new().await;
    scene.know(&scene.print(), 0, &[]);
    scene.share();
    assert!(!scene.reads(&scene.listed().await), "no key yet");
    scene.send_key();
    let tree = scene.listed().await;
    assert!(scene.reads(&tree));
    assert_eq!(tree.share_key(scene.folder).unwrap().bytes(), &SHARE);
    assert!(scene.reads(&scene.listed().await), "it still waits");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_later_opens_what_is_followed() {
    let scene = Scene::new().await;
    scene.know(&scene.print(), 0, &[]);
    let mut tree = scene.listed().await;
    scene.share();
    scene.ben.catch_up(&mut tree).await.unwrap();
    assert!(tree.node(scene.folder).is_some() && !scene.reads(&tree));
    scene.send_key();
    scene.ben.catch_up(&mut tree).await.unwrap();
    assert!(scene.reads(&tree));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_an_official_client_has_taken_in_unopened_opens_it_too() {
    let scene = Scene::new().await;
    let value = [&scene.ann_user.bytes()[..], &scene.sealed()].concat();
    let row = [&[8][..], scene.folder.to_string().as_bytes(), &[0, 24], &value].concat();
    scene.know(&scene.print(), 0, &record(65, &row));
    scene.share();
    assert!(scene.reads(&scene.listed().await));
}

#[tokio::test(start_paused = true)]
async fn a_sender_who_was_never_seen_or_whose_key_is_another_is_not_believed() {
    let scene = Scene::new().await;
    scene.share();
    scene.send_key();
    for (print, level) in [(vec![1; 20], 0), (scene.print(), 0xff)] {
        scene.know(&print, level, &[]);
        assert!(!scene.reads(&scene.listed().await), "{print:?} {level}");
    }
    scene.know(&scene.print(), 2, &[]);
    assert!(scene.reads(&scene.listed().await));
    // The server names a key of its own.
    let others = PublicKey::from(&StaticSecret::from([8; 32]));
    scene.ann.set_user_attribute("+puCu255", &base64_encode(others.as_bytes()));
    assert!(!scene.reads(&scene.listed().await));
}

#[tokio::test(start_paused = true)]
async fn a_key_for_a_folder_of_ones_own_is_no_key() {
    let scene = Scene::new().await;
    let ben = scene.emulator.owner(BEN).unwrap();
    let own = ben.folder("own");
    let value = [&scene.ann_user.bytes()[..], &scene.sealed()].concat();
    let row = [&[8][..], own.to_string().as_bytes(), &[0, 24], &value].concat();
    scene.know(&scene.print(), 0, &record(65, &row));
    let tree = scene.listed().await;
    assert_eq!(tree.share_keys_above(own), []);
}

#[tokio::test(start_paused = true)]
async fn the_server_forgets_what_is_acknowledged_and_refuses_what_is_not_shared() {
    let scene = Scene::new().await;
    let ben = scene.emulator.owner(BEN).unwrap();
    assert_eq!(ben.command(&json!({ "a": "pk" })), Err(-9));
    let sent = json!({ "a": "pk", "u": BEN, "h": scene.folder, "k": "AAAAAAAAAAAAAAAAAAAAAA" });
    assert_eq!(scene.ann.command(&sent), Err(-9), "there is no share");
    scene.share();
    scene.ann.command(&sent).unwrap();
    let told = ben.command(&json!({ "a": "pk" })).unwrap();
    assert_eq!(told[scene.ann_user.to_string()][scene.folder.to_string()], "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(ben.command(&json!({ "a": "pk", "d": "another" })), Err(-9));
    ben.command(&json!({ "a": "pk", "d": told["d"] })).unwrap();
    assert_eq!(ben.command(&json!({ "a": "pk" })), Err(-9));
}
