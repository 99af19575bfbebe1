//! Nothing that the program writes anywhere holds a secret in clear.

use std::fs;

use megapane::emulator::PASSWORD;
use megapane::handle::base64_encode;

use crate::scene::{JUNE, Scene, files_below};

#[test]
fn neither_files_nor_output_hold_password_session_or_keys() {
    let scene = Scene::logged_in();
    scene.ann.file("a.txt", b"a", JUNE);
    scene.write("src/b.txt", "b");
    scene.emulator.fault("500@cs#9").unwrap();
    let log = [("MEGAPANE_LOG", "megapane=trace")];
    let mut said = String::new();
    for arguments in [&["ls", "ann:"][..], &["copy", "-vv", "src", "ann:x"], &["copy", "-vv", "ann:", "down"]]
    {
        let ran = scene.run_with(arguments, &log, "");
        assert_eq!(ran.code, 0, "{}", ran.err);
        said.push_str(&ran.err);
        said.push_str(&ran.out);
    }
    let secrets = secrets(&scene);
    let written = ["config", "state", "cache"].map(|folder| files_below(&scene.own(folder))).concat();
    assert!(written.len() >= 3, "{written:?}");
    for secret in &secrets {
        assert!(!holds(said.as_bytes(), secret), "the output holds a secret");
        for path in &written {
            let bytes = fs::read(path).unwrap();
            assert!(!holds(&bytes, secret), "{} holds a secret", path.display());
        }
    }
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

/// The password, the master key in every form that a program may write it in, and every session id that went over the
/// line.
fn secrets(scene: &Scene) -> Vec<Vec<u8>> {
    let mut secrets = key_forms(scene.ann.master_key()).to_vec();
    secrets.push(PASSWORD.into());
    for request in scene.emulator.seen() {
        let sid = request.query.split('&').find_map(|pair| pair.strip_prefix("sid="));
        secrets.extend(sid.map(Into::into));
    }
    assert!(secrets.len() > KEY_FORMS + 1, "the requests show no session id");
    secrets.sort();
    secrets.dedup();
    secrets
}

/// As it is, in hexadecimal, in both alphabets of base64 (the last letters of which depend on what follows), and as a
/// list of numbers.
fn key_forms(key: &[u8; 16]) -> [Vec<u8>; KEY_FORMS] {
    let hexadecimal = format!("{:032x}", u128::from_be_bytes(*key));
    let url: String = base64_encode(key).chars().take(21).collect();
    let standard = url.replace('-', "+").replace('_', "/");
    let list = format!("{key:?}");
    [
        key.to_vec(),
        hexadecimal.to_uppercase().into(),
        hexadecimal.into(),
        standard.into(),
        url.into(),
        list.trim_matches(['[', ']']).into(),
    ]
}

const KEY_FORMS: usize = 6;
