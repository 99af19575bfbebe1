//! What README and guide tell people to type: the settings are settings, the commands are commands, and they have the
//! options that are named with them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scene::Scene;

const PAGES: [&str; 2] = [include_str!("../../README.md"), include_str!("../../assets/guide.md")];

#[test]
fn the_settings_of_the_guide_are_settings() {
    let scene = Scene::new();
    let settings = PAGES[1].split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = scene.own("config");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let file = folder.join("config.toml");
    fs::write(&file, settings).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    scene.log_in();
    assert_eq!(scene.run(&["config", "list"]).out, "ann:\n");
    assert!(fs::read_to_string(&file).unwrap().contains("# one of the sixteen colours"), "comments stay");
}

#[test]
fn what_is_to_be_typed_exists() {
    let scene = Scene::new();
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    for line in PAGES.iter().flat_map(|page| commands(page)) {
        let mut words = line.split_whitespace().skip(1);
        let Some(first) = words.next() else { continue };
        let path: Vec<&str> = if first.starts_with('-') {
            vec![]
        } else if first == "config" {
            std::iter::once(first)
                .chain(words.next().filter(|word| word.chars().all(char::is_lowercase)))
                .collect()
        } else {
            vec![first]
        };
        let help = helps.entry(path.join(" ")).or_insert_with(|| {
            let ran = scene.run(&[&path[..], &["--help"]].concat());
            assert_eq!(ran.code, 0, "{line}: {}", ran.err);
            ran.out
        });
        for option in line.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
            let option = option.trim_end_matches([',', ';', '.']);
            assert!(help.contains(option), "{line}: {option} is not in\n{help}");
        }
    }
    assert!(helps.len() > 15, "{:?}", helps.keys());
}

/// Whoever looks a command up in the guide finds it.
#[test]
fn every_command_stands_in_the_guide() {
    let scene = Scene::new();
    let help = scene.run(&["--help"]).clean();
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 35, "{names:?}");
    for name in names {
        let is_word = |code: &str| code.split([' ', '`', ',']).any(|word| word == name);
        assert!(PAGES[1].split('`').skip(1).step_by(2).any(is_word), "{name} is not in the guide");
    }
}

/// What stands in code on a page and begins with the program's name; without what the shell does with it.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_block = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if is_block {
            found.push(line.to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    let typed = |code: String| Some(code.split(['#', '|', '>', '&']).next()?.trim().to_owned());
    found.into_iter().filter(|code| code.starts_with("megapane")).filter_map(typed).collect()
}
