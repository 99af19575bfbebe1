//! The commands that need no account: the demo as text, the emulator, completions, manual pages.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::scene::Scene;

#[test]
fn the_demo_as_text_does_the_main_job_and_verifies_it() {
    let scene = Scene::new();
    let ran = scene.run(&["demo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("logged in as demo@example.org"), "{}", ran.out);
    assert!(ran.out.contains("copied again: 1 file,"), "{}", ran.out);
    assert!(ran.out.ends_with("shows the same on the screen.\n"), "{}", ran.out);
    assert!(!scene.own("config").exists() && !scene.own("state").exists(), "the demo stored something");
}

#[test]
fn the_emulator_says_where_it_is_before_it_serves() {
    let scene = Scene::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_megapane"))
        .args(["emulator", "--listen", "127.0.0.1:0", "--fault", "-3@f#1", "--raid", "--fault", "404@dl2"])
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut value = |name: &str| lines.next().unwrap().strip_prefix(name).unwrap().to_owned();
    let (url, user, password) = (value("url: "), value("user: "), value("password: "));
    let account = [
        ("MEGAPANE_REMOTE_E_USER", user.as_str()),
        ("MEGAPANE_REMOTE_E_PASSWORD", password.as_str()),
        ("MEGAPANE_REMOTE_E_API_URL", url.as_str()),
        ("MEGAPANE_API_URL", ""),
    ];
    let listed = scene.run_with(&["lsf", "e:"], &account, "");
    let recipe = "e:Documents/Recipes/Pasteis de nata.md";
    let read = scene.run_with(&["cat", recipe], &account, "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(read.code, 0, "a part is missing and not missed: {}", read.err);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.out.contains("Photos/"), "{}", listed.out);

    let open = scene.run(&["emulator", "--listen", "0.0.0.0:0"]);
    assert_eq!(open.code, 2);
    assert!(open.err.contains("this machine only"), "{}", open.err);
    assert_eq!(scene.run(&["emulator", "--fault", "nonsense"]).code, 2);
    assert_eq!(scene.run(&["emulator", "--raid=some"]).code, 2);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(scene.run(&["completions", shell]).clean().contains("copyto"), "{shell}");
    }
    scene.run(&["man", "pages"]).clean();
    let page = scene.read("pages/megapane-copy.1");
    assert!(page.contains("TARGET"), "{page}");
}
