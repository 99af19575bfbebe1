//! Nothing that the program writes anywhere holds a secret in clear.

use std::fs;

use megapane::api::client::{Client, ClientOptions};
use megapane::crypto::key::KeyCipher;
use megapane::emulator::PASSWORD;
use megapane::handle::{base64_decode, base64_encode};
use megapane::secret::Secret;
use megapane::session::Session;

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

/// What a program that we start can see of its environment.
#[cfg(unix)]
#[test]
fn programs_that_are_started_do_not_get_the_passwords_of_the_environment() {
    let scene = Scene::logged_in();
    let seen = scene.path("seen");
    let command = format!("env > '{}'; echo 000000", seen.display());
    let variables =
        [("MEGAPANE_REMOTE_BEN_USER", "ben@example.org"), ("MEGAPANE_REMOTE_BEN_PASSWORD", "not for you")];
    let create = ["config", "create", "cat", "--user", "cat@example.org", "--password-command", &command];
    let ran = scene.run_with(&create, &variables, "");
    assert_ne!(ran.code, 0, "there is no such account");
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("MEGAPANE_REMOTE_BEN_USER=ben@example.org"), "{seen}");
    assert!(!seen.contains("not for you"), "{seen}");
}

/// The kernel says of a process that died whether it wrote its memory out.
#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core_file() {
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let dumps = |program: &str, arguments: &[&str]| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\"", program]).args(arguments);
        let mut child =
            shell.current_dir(folder.path()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut { out }, &mut line).unwrap();
        let abort = std::process::Command::new("kill").args(["-ABRT", &child.id().to_string()]).status();
        assert!(abort.unwrap().success());
        child.wait().unwrap().core_dumped()
    };
    if !dumps("sh", &["-c", "echo here; while :; do sleep 1; done"]) {
        println!("SKIPPED: no program leaves a core file here");
        return;
    }
    assert!(!dumps(env!("CARGO_BIN_EXE_megapane"), &["emulator", "--listen", "127.0.0.1:0"]));
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

/// Password, master key, private key and every session id that went over the line, in every form that a program may
/// write them in.
fn secrets(scene: &Scene) -> Vec<Vec<u8>> {
    let mut secrets = forms(scene.ann.master_key()).to_vec();
    secrets.extend(forms(PASSWORD.as_bytes()));
    secrets.extend(forms(&private_prime(scene)));
    let before = secrets.len();
    for request in scene.emulator.seen() {
        let sid = request.query.split('&').find_map(|pair| pair.strip_prefix("sid="));
        if let Some(sid) = sid {
            secrets.extend(forms(&base64_decode(sid)));
            secrets.push(sid.into());
        }
    }
    assert!(secrets.len() > before, "the requests show no session id");
    secrets.sort();
    secrets.dedup();
    secrets
}

/// The beginning of the account's first prime.
fn private_prime(scene: &Scene) -> Vec<u8> {
    let options =
        ClientOptions { base: scene.emulator.url(), waits: std::sync::Arc::new(|_| {}), give_up: None };
    let client = Client::new(std::sync::Arc::new(scene.emulator.transport()), options);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let password = Secret::from(PASSWORD);
    let session = runtime.block_on(Session::login(&client, crate::scene::EMAIL, &password, None)).unwrap();
    let mut blob = session.private_key().unwrap().seal(session.master_key());
    KeyCipher::new(session.master_key().bytes()).decrypt(&mut blob);
    blob[2..34].to_vec()
}

/// As it is, in hexadecimal, in both alphabets of base64 (the last letters of which depend on what follows), and as a
/// list of numbers.
fn forms(secret: &[u8]) -> [Vec<u8>; 6] {
    let hexadecimal = secret.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let url: String = base64_encode(secret).chars().take(secret.len() * 4 / 3).collect();
    let standard = url.replace('-', "+").replace('_', "/");
    let list = format!("{secret:?}");
    [
        secret.to_vec(),
        hexadecimal.to_uppercase().into(),
        hexadecimal.into(),
        standard.into(),
        url.into(),
        list.trim_matches(['[', ']']).into(),
    ]
}
