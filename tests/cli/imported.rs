//! `config import-rclone` and `config import-session`: the login of another program, taken over.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use megapane::api::client::{Client, ClientOptions};
use megapane::api::http::HttpTransport;
use megapane::crypto::session_id::sealed_session_id;
use megapane::emulator::PASSWORD;
use megapane::handle::base64_encode;
use megapane::secret::Secret;
use megapane::session::Session;

use crate::scene::{EMAIL, Scene};

/// Another program's login: its session id and master key, and the text that MEGA's own program gives of it.
fn other_login(scene: &Scene) -> (String, String, String) {
    let options =
        ClientOptions { base: scene.url.parse().unwrap(), waits: std::sync::Arc::new(|_| ()), give_up: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = runtime.block_on(async {
        let client = Client::new(std::sync::Arc::new(HttpTransport::new()), options);
        Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap()
    });
    let blob = session.stored().blob;
    let id = sealed_session_id(&blob).unwrap();
    let key = STANDARD.encode(session.master_key().bytes());
    (id.text(), key, base64_encode(&blob))
}

#[test]
fn rclones_session_is_taken_over_without_a_new_login() {
    let scene = Scene::new();
    scene.ann.file("a.txt", b"first", 1);
    let (id, key, _) = other_login(&scene);
    scene.write("rclone.conf", &format!(
        "[disk]\ntype = local\n\n[mine]\ntype = mega\nuser = {EMAIL}\npass = YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ\n\
         session_id = {id}\nmaster_key = {key}\n"
    ));
    let before = scene.ann.session_count();
    let ran = scene.run(&["config", "import-rclone", "rclone.conf"]);
    assert!(ran.code == 0 && ran.err.contains("mine: Logged in as ann"), "{}", ran.err);
    assert_eq!(scene.ann.session_count(), before, "no new login");
    assert_eq!(scene.run(&["lsf", "mine:"]).clean(), "a.txt\n");
    let again = scene.run(&["config", "import-rclone", "rclone.conf"]);
    assert!(again.code == 0 && again.err.contains("a remote of that name already"), "{}", again.err);
}

#[test]
fn where_the_session_has_ended_the_password_is_tried_once() {
    let scene = Scene::new();
    let (id, key, _) = other_login(&scene);
    scene.ann.end_sessions();
    let conf = |pass: &str| {
        format!("[mine]\ntype=mega\nuser={EMAIL}\npass={pass}\nsession_id={id}\nmaster_key={key}\n")
    };
    scene.write("rclone.conf", &conf("YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ"));
    let wrong = scene.run(&["config", "import-rclone", "rclone.conf"]);
    assert_eq!(wrong.code, 13, "{}", wrong.err);
    let mut command = vec!["config", "import-rclone", "-"];
    let ran = scene.run_with(&command, &[], &conf(OBSCURED));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(scene.run(&["lsf", "mine:"]).code, 0);
    command.push("--only=other");
    assert_eq!(scene.run_with(&command, &[], &conf(OBSCURED)).code, 1);
}

#[test]
fn the_usual_place_is_found_and_an_encrypted_file_is_told() {
    let scene = Scene::new();
    scene.run(&["config", "import-rclone"]).refused(4, "no rclone.conf");
    scene.write("crypt.conf", "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabc\n");
    let told = scene.run(&["config", "import-rclone", "crypt.conf"]).refused(1, "encrypted");
    assert!(told.contains("rclone config show | megapane config import-rclone -"), "{told}");
    let conf = scene.own(".config/rclone/rclone.conf");
    std::fs::create_dir_all(conf.parent().unwrap()).unwrap();
    std::fs::write(&conf, format!("[home]\ntype = mega\nuser = {EMAIL}\npass = {OBSCURED}\n")).unwrap();
    let ran = scene.run(&["config", "import-rclone"]);
    assert!(ran.code == 0 && ran.err.contains("home: Logged in"), "{}", ran.err);
}

#[test]
fn a_session_of_megas_own_program_is_taken_over() {
    let scene = Scene::new();
    let (_, _, text) = other_login(&scene);
    let command = ["config", "import-session", "mine"];
    let ran = scene.run_with(&command, &[], &format!("{text}\n"));
    assert!(ran.code == 0 && ran.err.contains("Logged in as ann"), "{}", ran.err);
    assert_eq!(scene.run(&["lsf", "mine:"]).code, 0);
    assert!(scene.run(&["config", "show", "mine"]).out.contains(EMAIL));
    scene.run_with(&["config", "import-session", "other"], &[], "hello\n").refused(2, "no session");
    scene.run_with(&command, &[], &format!("{text}\n")).refused(2, "mine");
    let files = crate::scene::files_below(&scene.own(""));
    let holds = |path: &std::path::PathBuf| {
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    assert!(!files.iter().any(holds), "what is stored is sealed");
}

#[test]
fn what_is_missing_is_told_with_the_remotes_name() {
    let scene = Scene::new();
    let told = |lines: &str| {
        let ran =
            scene.run_with(&["config", "import-rclone", "-"], &[], &format!("[mine]\ntype = mega\n{lines}"));
        assert_eq!(ran.code, 13, "{}", ran.err);
        assert!(ran.err.starts_with("megapane: mine: cannot "), "{}", ran.err);
        ran.err
    };
    let none = told(&format!("user = {EMAIL}\n"));
    assert!(none.contains("it has no session, and it has no password"), "{none}");
    let unreadable = told(&format!("user = {EMAIL}\npass = ?\nsession_id = x\nmaster_key = x\n"));
    assert!(unreadable.contains("its session has ended, and its password cannot be read"), "{unreadable}");
    assert!(told(&format!("pass = {OBSCURED}\n")).contains("it has no user"));
    assert!(told(&format!("user = nobody@example.org\npass = {OBSCURED}\n")).contains("log in as nobody@"));
}

/// The password as rclone writes it, with sixteen `a` for the random bytes.
const OBSCURED: &str = "YWFhYWFhYWFhYWFhYWFhYXMUAAZ8EZLFfvkCeQ8ke3Ut8g";
