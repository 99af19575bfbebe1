//! `keys`: the keymap as a file, and what is wrong in the user's own.

use std::fs;

use crate::scene::Scene;

fn write_keymap(scene: &Scene, text: &str) {
    fs::create_dir_all(scene.own("config")).unwrap();
    fs::write(scene.own("config/keymap.toml"), text).unwrap();
}

#[test]
fn what_is_printed_is_a_keymap_file_without_a_fault() {
    let scene = Scene::new();
    for preset in ["default", "mc", "vim"] {
        let printed = scene.run(&["keys", "--preset", preset]).clean();
        assert!(printed.contains("\n[panes]\n") && printed.contains("copy = ["), "{printed}");
        write_keymap(&scene, &printed);
        assert_eq!(scene.run(&["keys", "--check"]).clean(), "");
        assert_eq!(scene.run(&["keys"]).clean(), printed);
    }
}

#[test]
fn faults_are_named_with_file_and_line() {
    let scene = Scene::new();
    write_keymap(&scene, "[panes]\ncopy = \"<Nope>\"\nmove = \"y\"\n");
    let ran = scene.run(&["keys", "--check"]);
    let file = scene.own("config/keymap.toml").display().to_string();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(ran.code, 1);
    assert_eq!(lines[0], format!("{file}: line 2: \"<Nope>\" for \"copy\" is no key"));
    assert!(lines[1].starts_with(&format!("{file}: line 3: y for \"move\" hides yy of \"copy path\"")));
    let ran = scene.run(&["keys"]);
    assert_eq!((ran.code, ran.err.lines().count()), (0, 2), "{}", ran.err);
    assert!(ran.out.contains("copy = [\"c\", \"<F5>\"]"), "{}", ran.out);
    assert_eq!(scene.run(&["keys", "--preset", "emacs"]).code, 2);
}
