//! Checks the house against its own rules: who may import whom (the table of `src/lib.rs`), that every file says at its
//! top what it is, that none grows past what one can hold in the head, and that the map names every module.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What each module may import. A module may always use itself.
const TABLE: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &[EVERYTHING]),
    ("ui", &["message", "entry", "handle", "secret", "config"]),
    ("worker", &["message", "transfer", "dedupe", "session", "store", "local", "tree", "api", GROUND]),
    ("message", &["handle", "entry", "secret"]),
    ("transfer", &["message", "session", "store", "local", "tree", "api", GROUND]),
    ("dedupe", &["message", "tree", GROUND]),
    ("session", &["store", "tree", "api", GROUND]),
    ("store", &["tree", "api", GROUND]),
    ("local", &["tree", "api", GROUND]),
    ("tree", &["api", GROUND]),
    ("api", &[GROUND]),
    ("crypto", &["handle", "secret"]),
    ("handle", &[]),
    ("secret", &[]),
    ("offset_io", &[]),
    ("entry", &["handle"]),
    ("config", &["secret"]),
    ("logging", &["config"]),
    ("emulator", &["crypto", "handle", "offset_io", "api::transport"]),
];

/// Stands for every module.
const EVERYTHING: &str = "*";

/// Stands for what has no level: keys, names, settings.
const GROUND: &str = "crypto handle entry secret config logging offset_io";

/// Code lines that a file may have. Above that it is split by noun.
const MOST_LINES: usize = 450;

/// Lines of `//!` text at the top of a file: what it is, and who calls it or what it must not do.
const SHORTEST_OPENING: usize = 2;

struct Source {
    path: PathBuf,
    /// Module path: `ui::view`, for `src/ui/view.rs` and `src/ui/view/mod.rs`.
    module: Vec<String>,
    text: String,
}

#[test]
fn imports_follow_the_table() {
    let mut broken = Vec::new();
    for source in sources() {
        let top = source.module.first().map_or("", String::as_str);
        if top == "lib" {
            continue;
        }
        let row = TABLE.iter().find(|(module, _)| *module == top);
        let (_, allowed) = row.unwrap_or_else(|| panic!("{top} has no row in the table"));
        for (line, target) in imports(&source) {
            let is_test = line >= source.first_test_line();
            if !is_allowed(top, allowed, &target, is_test) {
                broken.push(format!("{}:{line}: {top} must not import {target}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let is_short = |source: &Source| {
        source.text.lines().take_while(|line| line.starts_with("//!")).count() < SHORTEST_OPENING
    };
    let short: Vec<_> = sources()
        .into_iter()
        .filter(is_short)
        .map(|source| format!("{}: say in //! lines at the top what it is, for whom", source.path.display()))
        .collect();
    assert!(short.is_empty(), "\n{}\n", short.join("\n"));
}

#[test]
fn no_file_is_too_long_to_hold_in_the_head() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|source| source.first_test_line() > MOST_LINES)
        .map(|source| format!("{}: {} lines without tests", source.path.display(), source.first_test_line()))
        .collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

#[test]
fn the_map_names_every_module_in_a_line() {
    let lib = fs::read_to_string(root().join("lib.rs")).unwrap();
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    for module in declared.captures_iter(&lib).map(|found| found[1].to_owned()) {
        let row = format!("[`{module}`]");
        assert!(
            lib.lines().any(|line| line.starts_with("//!") && line.contains(&row)),
            "{module} is not in the map"
        );
    }
}

#[test]
fn an_import_is_seen_however_it_is_written() {
    let text = "\
        use crate::message::Command;\n\
        use crate::{entry::Entry, worker::{self, Parts}, handle};\n\
        // crate::comment is no import, nor [`crate::link`]\n\
        fn f() { crate::api::transport::send() } // crate::tail\n\
        use super::super::session::Session;\n\
        use super::pane;\n";
    let source =
        Source { path: "src/ui/x.rs".into(), module: vec!["ui".into(), "x".into()], text: text.to_owned() };
    let found: Vec<String> =
        imports(&source).into_iter().map(|(line, target)| format!("{line} {target}")).collect();
    assert_eq!(
        found,
        [
            "1 message::Command",
            "2 entry::Entry",
            "2 worker",
            "2 handle",
            "4 api::transport",
            "5 session::Session"
        ]
    );
    assert!(!is_allowed("emulator", &["api::transport"], "api::wire", false));
    assert!(is_allowed("emulator", &["api::transport"], "api::transport", false));
    assert!(is_allowed("tree", &[GROUND], "config::Config", false));
    assert!(!is_allowed("session", &[GROUND], "emulator", false));
    assert!(is_allowed("session", &[GROUND], "emulator", true));
}

/// Tests inside the modules may build their scene with the emulator.
fn is_allowed(top: &str, allowed: &[&str], target: &str, is_test: bool) -> bool {
    let module = target.split("::").next().unwrap_or_default();
    let named = allowed.iter().flat_map(|entry| entry.split(' '));
    module == top
        || (is_test && module == "emulator")
        || named.into_iter().any(|entry| {
            entry == EVERYTHING
                || entry == module
                || target == entry
                || target.starts_with(&format!("{entry}::"))
        })
}

impl Source {
    /// The line (from 1) where the tests begin, one past the end where there are none; a file of tests begins with them.
    fn first_test_line(&self) -> usize {
        if self.module.iter().any(|part| part == "tests") {
            return 1;
        }
        let begins = self.text.lines().position(|line| line == "#[cfg(test)]");
        begins.unwrap_or_else(|| self.text.lines().count()) + 1
    }
}

/// Every path from the crate's root, with its line: `message::Command`, at most two parts.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let text = without_comments(&source.text);
    let rooted = Regex::new(r"\b(crate|(?:super::)*super)::(\{|\w+(?:::\w+)?)").unwrap();
    let mut found = Vec::new();
    for path in rooted.captures_iter(&text) {
        let start = path.get(0).unwrap().start();
        let climbs = path[1].matches("super").count();
        if &path[1] != "crate" && climbs < source.module.len() {
            continue; // stays inside the top module
        }
        let line = text[..start].matches('\n').count() + 1;
        if &path[2] == "{" {
            let inside = &text[path.get(0).unwrap().end()..];
            found.extend(group(inside).into_iter().map(|target| (line, target)));
        } else {
            found.push((line, path[2].to_owned()));
        }
    }
    found
}

/// The heads of a `{a::B, c::{d, e}}` group, whose `{` has been read.
fn group(text: &str) -> Vec<String> {
    let mut heads = vec![String::new()];
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(String::new()),
            _ if depth == 0 => heads.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    heads
        .iter()
        .map(|head| head.trim().trim_end_matches("::").to_owned())
        .filter(|head| !head.is_empty())
        .collect()
}

/// Blanks out what follows `//` on each line (an address in a string goes too, which hides no import).
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn sources() -> Vec<Source> {
    let mut folders = vec![root()];
    let mut found = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.insert(path.clone(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(found.len() > 20, "the sources are not where they are looked for");
    found.into_iter().map(|(path, text)| Source { module: module_of(&path), path, text }).collect()
}

fn module_of(path: &Path) -> Vec<String> {
    let below = path.strip_prefix(root()).unwrap().with_extension("");
    let mut parts: Vec<String> = below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
