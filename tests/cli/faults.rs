//! Fault runs of the command line: a morning's work in single commands, while one request in five goes wrong in one of the
//! ways that the emulator knows. A command ends well, or says in words that it did not, and then the same line again brings
//! it to its end. What was survived stands in the second part of `assets/faults.md`, which this run writes
//! (`MEGAPANE_WRITE_FAULTS=1`) and otherwise checks.

use std::fmt::Write as _;
use std::path::Path;
use std::thread;

use megapane::emulator::{NewAccount, PASSWORD};

use crate::scene::{EMAIL, JUNE, Ran, Scene, files_below};

#[path = "../worker/faults/list.rs"]
mod list;

/// One command.
struct Step {
    /// `LINK` stands for a public link of somebody else to a folder, `FILE` for one to a file.
    line: &'static str,
    /// What it prints then.
    shows: &'static str,
    /// Whether what it is to change has been changed. What only looks is done when it ends well.
    is_done: Option<fn(&Scene) -> bool>,
}

const fn looks(line: &'static str, shows: &'static str) -> Step {
    Step { line, shows, is_done: None }
}

const fn changes(line: &'static str, is_done: fn(&Scene) -> bool) -> Step {
    Step { line, shows: "", is_done: Some(is_done) }
}

const STEPS: &[Step] = &[
    changes("mkdir ann:made/below", |scene| has(scene, "made/below")),
    changes("copy src ann:up", |scene| has(scene, "up/a") && has(scene, "up/sub/b")),
    looks("ls ann:up", "sub/b"),
    looks("lsl ann:up", "000000000 sub/b"),
    looks("lsd ann:", "up"),
    looks("lsf -R ann:up", "sub/"),
    looks("lsjson -R ann:up", "\"Path\":\"sub/b\""),
    looks("tree ann:", "below"),
    looks("size ann:up", "Total objects: 2"),
    looks("about ann:", "Total:"),
    looks("cat ann:up/a", "the first"),
    looks("check src ann:up", ""),
    looks("versions ann:v", ""),
    looks("sessions ann:", "*"),
    looks("shares ann:", ""),
    looks("dedupe list --by-hash ann:", "twins"),
    changes("copyto ann:up/a ann:up/copy", |scene| has(scene, "up/copy")),
    changes("moveto ann:up/copy ann:up/moved", |scene| has(scene, "up/moved") && !has(scene, "up/copy")),
    looks("link ann:up/a", "https://mega.nz/file/"),
    looks("link --list ann:", "up/a"),
    changes("link --unlink ann:up/a", |scene| link_count(scene) == 0),
    changes("share ann:up ben@example.org", is_shown_to_ben),
    changes("share --remove ann:up ben@example.org", |scene| !is_shown_to_ben(scene)),
    changes("sync src ann:up", |scene| !has(scene, "up/moved")),
    changes("copy ann:up down", |scene| {
        reads(scene, "down/a", "the first") && reads(scene, "down/sub/b", "another")
    }),
    changes("move down ann:back", |scene| {
        let are_gone = !here(scene, "down/a") && !here(scene, "down/sub/b");
        are_gone && has(scene, "back/a") && has(scene, "back/sub/b")
    }),
    changes("move ann:back again", |scene| {
        let are_gone = !has(scene, "back/a") && !has(scene, "back/sub/b");
        are_gone && reads(scene, "again/a", "the first") && reads(scene, "again/sub/b", "another")
    }),
    changes("versions --restore 1 ann:v", |scene| scene.ann.content("v").as_deref() == Some(b"first")),
    changes("dedupe newest --by-hash ann:twins", |scene| {
        scene.ann.items(scene.ann.node("twins").unwrap()).len() == 1
    }),
    changes("deletefile ann:v", |scene| !has(scene, "v")),
    changes("undo ann:", |scene| has(scene, "v")),
    changes("redo ann:", |scene| !has(scene, "v")),
    changes("restore ann://bin/v", |scene| has(scene, "v")),
    changes("delete ann:made", |scene| has(scene, "made/below")),
    changes("rmdir ann:made/below", |scene| !has(scene, "made/below")),
    changes("purge ann:made", |scene| !has(scene, "made")),
    changes("get LINK fetched", |scene| {
        reads(scene, "fetched/Trip/one", "one") && reads(scene, "fetched/Trip/more/two", "two")
    }),
    changes("import FILE ann:taken", |scene| scene.ann.content("taken/one").as_deref() == Some(b"one")),
    changes("cleanup ann:", |scene| scene.ann.rubbish_paths().is_empty()),
];

/// What is in the drive in the end, whatever went wrong.
const AFTER: &[&str] =
    &["back/", "back/sub/", "taken/", "taken/one", "up/", "up/a", "up/sub/", "up/sub/b", "v"];

#[test]
fn a_morning_of_commands_ends_well_whatever_goes_wrong_on_the_way() {
    let faults: Vec<(String, &str)> = list::FAULTS
        .iter()
        .map(|(fault, meaning)| (fault.replace("slow:5s", "slow:100ms"), *meaning))
        .collect();
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let own = faults.iter().skip(worker).step_by(WORKERS);
            scope.spawn(|| own.for_each(|(fault, _)| survive(fault)));
        }
    });
    let mut table = String::from(HEAD);
    let names = STEPS.iter().map(|step| step.line.split(' ').next().unwrap());
    let mut names: Vec<&str> = names.chain(["config create"]).collect();
    names.sort_unstable();
    names.dedup();
    let _ = writeln!(table, "{}.\n\n| fault | what it is | 20 % |\n|---|---|---|", names.join(", "));
    for (fault, meaning) in &faults {
        let _ = writeln!(table, "| `{fault}` | {meaning} | survived |");
    }
    keep(&table);
}

fn survive(fault: &str) {
    let scene = Scene::new();
    let ben = scene.emulator.add_account(NewAccount::new("ben@example.org"));
    ben.file("Trip/one", b"one", JUNE);
    ben.file("Trip/more/two", b"two", JUNE);
    let [folder, file] = ["Trip", "Trip/one"].map(|path| ben.publish(path).unwrap());
    scene.write("src/a", "the first");
    scene.write("src/sub/b", "another");
    scene.ann.file("v", b"first", JUNE);
    scene.ann.replace("v", b"secnd", JUNE + 1).unwrap();
    scene.ann.file("twins/one", b"the same in both", JUNE);
    scene.ann.copy("twins/one", "twins/two").unwrap();
    scene.emulator.fault(&format!("{fault}#20%20")).unwrap();
    let create = ["config", "create", "ann", "--user", EMAIL, "--password-stdin"];
    retry(&scene, (fault, &create), |ran| ran.code == 0);
    for step in STEPS {
        let line = step.line.replace("LINK", &folder).replace("FILE", &file);
        let arguments: Vec<&str> = line.split(' ').collect();
        retry(&scene, (fault, &arguments), |ran| {
            let is_done = step.is_done.is_none_or(|is_done| is_done(&scene));
            if ran.code == 0 {
                assert!(
                    is_done && ran.out.contains(step.shows),
                    "{fault}: {line} says {} {}",
                    ran.out,
                    ran.err
                );
            }
            ran.code == 0 || (step.is_done.is_some() && is_done)
        });
    }
    scene.emulator.clear_faults();
    let mut paths = scene.ann.paths();
    paths.retain(|path| !path.starts_with("twins/")); // either of the two is the one that stays
    assert_eq!(paths, AFTER, "{fault}");
    assert!(files_below(&scene.own("state").join("transfers")).is_empty(), "{fault} leaves a journal");
    let half =
        files_below(&scene.path("")).into_iter().find(|path| path.to_string_lossy().contains(".megapane"));
    assert_eq!(half, None, "{fault}");
}

/// Runs a command until it is done. Each time that it is not, it says so, and with a number that scripts know.
fn retry(scene: &Scene, (fault, arguments): (&str, &[&str]), is_done: impl Fn(&Ran) -> bool) {
    let mut told = String::new();
    for _ in 0..TRIES {
        let limited = [&["--max-wait", "1s"], arguments].concat();
        let ran = scene.run_with(&limited, &[], &format!("{PASSWORD}\n"));
        if is_done(&ran) {
            return;
        }
        let what = format!("{fault}: {arguments:?} ends with {}: {}", ran.code, ran.err);
        assert!([1, 3, 4, 5, 6, 7, 11, 12, 13].contains(&ran.code), "{what}");
        assert!(ran.err.contains("megapane: ") || ran.err.contains("ERROR"), "{what}");
        assert!(!ran.err.contains("panicked"), "{what}");
        told.push_str(&what);
        if ran.code == 13 {
            let reconnect = ["config", "reconnect", "ann", "--password-stdin"];
            scene.run_with(&reconnect, &[], &format!("{PASSWORD}\n"));
        }
    }
    panic!("it never works: {told}");
}

fn has(scene: &Scene, path: &str) -> bool {
    scene.ann.node(path).is_some()
}

fn here(scene: &Scene, name: &str) -> bool {
    scene.path(name).exists()
}

fn reads(scene: &Scene, name: &str, content: &str) -> bool {
    std::fs::read_to_string(scene.path(name)).is_ok_and(|read| read == content)
}

fn link_count(scene: &Scene) -> usize {
    let listing = scene.ann.command(&serde_json::json!({ "a": "f", "c": 1 })).unwrap();
    listing["ph"].as_array().map_or(0, Vec::len)
}

fn is_shown_to_ben(scene: &Scene) -> bool {
    let ben = scene.emulator.owner("ben@example.org").unwrap();
    let listing = ben.command(&serde_json::json!({ "a": "f", "c": 1 })).unwrap();
    let nodes = listing["f"].as_array().unwrap().iter();
    nodes.filter(|node| node["u"] != serde_json::json!(ben.user())).count() > 0
}

/// Writes the second part of the file, or holds it against what is written.
fn keep(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/faults.md");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let (first, part) = kept.find("\n## Commands\n").map_or((kept.as_str(), ""), |at| kept.split_at(at));
    #[expect(clippy::disallowed_methods, reason = "whether to write is no configuration of the program")]
    let writes = std::env::var_os("MEGAPANE_WRITE_FAULTS").is_some();
    if writes {
        std::fs::write(&path, format!("{first}{table}")).unwrap();
    } else {
        assert_eq!(part, table, "run it with MEGAPANE_WRITE_FAULTS=1");
    }
}

/// Somebody who is told that it failed tries so often.
const TRIES: usize = 40;

/// Scenes at once. They mostly wait.
const WORKERS: usize = 11;

const HEAD: &str = "
## Commands

By the test `faults` of `tests/cli`, with the real program: a line that fails says so in words and with its number, and the same line
again does the rest. The commands: ";
