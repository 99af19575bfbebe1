//! Nothing that the program writes anywhere holds a secret in clear.

use std::fs;

use megapane::emulator::PASSWORD;

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
    assert!(secrets.len() > 1, "the requests show no session id");
    let written = ["config", "state", "cache"].map(|folder| files_below(&scene.own(folder))).concat();
    assert!(written.len() >= 3, "{written:?}");
    for secret in &secrets {
        assert!(!said.contains(secret), "the output holds a secret");
        for path in &written {
            let bytes = fs::read(path).unwrap();
            let holds = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!holds, "{} holds a secret", path.display());
        }
    }
}

/// The password, and every session id that went over the line.
fn secrets(scene: &Scene) -> Vec<String> {
    let mut secrets = vec![PASSWORD.to_owned()];
    for request in scene.emulator.seen() {
        let sid = request.query.split('&').find_map(|pair| pair.strip_prefix("sid="));
        secrets.extend(sid.map(str::to_owned));
    }
    secrets.sort();
    secrets.dedup();
    secrets
}
