//! Fault runs: everything that is done to files, while one in a hundred, in twenty, in five requests goes wrong, in every
//! way that the emulator knows. What failed is done again, as a user would; in the end both sides are equal, nothing is
//! there twice, and nothing is left. What was survived stands in `assets/faults.md`, which this run writes
//! (`MEGAPANE_WRITE_FAULTS=1`) and otherwise checks.

use std::fmt::Write as _;
use std::path::Path;

use megapane::message::*;
use megapane::worker::Copies;

use crate::desk::*;

#[tokio::test(start_paused = true)]
async fn everything_gets_where_it_belongs_whatever_goes_wrong_on_the_way() {
    let mut table = String::from(HEAD);
    for (fault, meaning) in FAULTS {
        let mut row = format!("| `{fault}` | {meaning} |");
        for percent in PERCENTS {
            survive(fault, percent).await;
            row.push_str(" survived |");
        }
        let _ = writeln!(table, "{row}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/faults.md");
    #[expect(clippy::disallowed_methods, reason = "whether to write is no configuration of the program")]
    let writes = std::env::var_os("MEGAPANE_WRITE_FAULTS").is_some();
    if writes {
        std::fs::write(&path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, table, "run it with MEGAPANE_WRITE_FAULTS=1");
}

/// Up, overwritten, renamed, into the bin and back, and down again.
async fn survive(fault: &str, percent: u32) {
    let what = format!("{fault} at {percent} %");
    let mut desk = Desk::with(|_, _| {}, |parts| parts.copies = Copies::Kept);
    for (name, content) in files() {
        desk.write(&format!("src/{name}"), &content, TIME);
    }
    std::fs::create_dir(desk.disk().join("down")).unwrap();
    desk.open_cloud("").await;
    desk.emulator.fault(&format!("{fault}#{percent}%{percent}")).unwrap();

    copy(&mut desk, Way::Up, &what).await;
    desk.write("src/a.txt", b"another a, later", TIME + 100);
    copy(&mut desk, Way::Up, &what).await;
    let key = desk.node("sub/c.txt");
    let rename = Command::Rename { parent: desk.cloud("sub"), key, name: "d.txt".into() };
    until(&mut desk, rename, |desk| desk.ann.node("sub/d.txt").is_some(), &what).await;
    let selection = Selection::Entries { parent: desk.cloud(""), keys: vec![desk.node("b.txt")] };
    until(&mut desk, Command::Trash { selection }, |desk| desk.ann.node("b.txt").is_none(), &what).await;
    let selection = Selection::Entries {
        parent: megapane::entry::Location::Cloud {
            account: "work".into(),
            folder: megapane::entry::CloudFolder::Rubbish,
        },
        keys: vec![megapane::entry::EntryKey::Node(in_rubbish(&desk))],
    };
    until(&mut desk, Command::Restore { selection }, |desk| desk.ann.node("b.txt").is_some(), &what).await;
    // Where the answer was lost, it is the channel that tells that it is back.
    until_shown(&mut desk, 4).await;
    copy(&mut desk, Way::Down, &what).await;

    desk.emulator.clear_faults();
    let mut paths = desk.ann.paths();
    paths.sort();
    assert_eq!(paths, ["a.txt", "b.txt", "film", "sub/", "sub/d.txt"], "{what}");
    for (name, content) in files() {
        let (name, content) = match name {
            "a.txt" => (name, b"another a, later".to_vec()),
            "sub/c.txt" => ("sub/d.txt", content),
            _ => (name, content),
        };
        assert!(desk.ann.content(name).as_ref() == Some(&content), "{name} in the cloud, {what}");
        assert!(desk.read(&format!("down/{name}")) == content, "{name} on the disk, {what}");
    }
    assert_eq!(desk.names("down"), ["a.txt", "b.txt", "film", "sub"], "{what}");
    assert_eq!(desk.names("down/sub"), ["d.txt"], "{what}");
    let journals = walkdir::WalkDir::new(desk.scratch.path().join("state/transfers")).into_iter().flatten();
    assert_eq!(journals.filter(|entry| entry.file_type().is_file()).count(), 0, "journals are left: {what}");
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// Copies until nothing fails.
async fn copy(desk: &mut Desk, way: Way, what: &str) {
    for _ in 0..TRIES {
        let (from, to) = match way {
            Way::Up => (desk.local("src"), desk.cloud("")),
            Way::Down => (desk.cloud(""), desk.local("down")),
        };
        let ran = desk.copy(from, to, ConflictPolicy::Identical).await;
        if ran.report.problem.is_none() && ran.report.failed_count == 0 {
            return;
        }
    }
    panic!("it never works: {what}");
}

/// Does something until it has happened: an answer that was lost may have been a good one.
async fn until(desk: &mut Desk, command: Command, happened: impl Fn(&Desk) -> bool, what: &str) {
    for _ in 0..TRIES {
        desk.send(command.clone());
        let ended = |event: &Event| matches!(event, Event::Done { .. } | Event::Failed(_)).then_some(());
        desk.until(ended).await;
        if happened(desk) {
            return;
        }
    }
    panic!("it never works: {what}");
}

/// Waits until the top of the account is shown with so many rows.
async fn until_shown(desk: &mut Desk, rows: usize) {
    while desk.shown(CLOUD).await.len() != rows {
        desk.head(CLOUD, |_| true).await;
    }
}

fn in_rubbish(desk: &Desk) -> megapane::handle::NodeHandle {
    let bin = desk.ann.roots()[2];
    desk.ann.items(bin).into_iter().find(|item| item.name.as_deref() == Some("b.txt")).unwrap().handle
}

fn files() -> [(&'static str, Vec<u8>); 4] {
    let film = (0..1_500_000).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect();
    [
        ("a.txt", b"a".to_vec()),
        ("b.txt", b"the second".to_vec()),
        ("film", film),
        ("sub/c.txt", b"c".to_vec()),
    ]
}

const TIME: i64 = 1_717_200_000;

/// Somebody who is told that it failed tries so often.
const TRIES: usize = 30;

/// Of a hundred requests so many go wrong.
const PERCENTS: [u32; 3] = [1, 5, 20];

const FAULTS: [(&str, &str); 17] = [
    ("-3@cs", "the API is busy"),
    ("-4@cs", "the API asks for fewer requests"),
    ("-1@cs", "the API has an inner error"),
    ("500@cs", "the API's front fails"),
    ("429@cs", "the API's front asks for fewer requests"),
    ("402:255@cs", "the API asks for a proof of work"),
    ("garbage@cs", "a web page instead of an answer of the API"),
    ("short@cs", "an answer of the API ends in the middle"),
    ("cut", "the line breaks before anything is done"),
    ("lost", "everything is done, and the line breaks before the answer"),
    ("slow:5s", "the answer comes late"),
    ("503@ul", "an upload server fails"),
    ("-4@ul", "an upload server knows nothing of the upload"),
    ("503@dl", "a download server fails"),
    ("509:60@dl", "the transfer quota is used up for a minute"),
    ("short@dl", "a download ends early"),
    ("cut:1000@dl", "the line breaks in the middle of a download"),
];

const HEAD: &str = "\
# Faults tried and survived

Written by the test `faults` of `tests/worker`: files are copied up, overwritten, renamed, put into the bin and taken out of it, and
copied down, while so many requests in a hundred go wrong. What was told as failed is done again. In the end both sides are equal, nothing
is there twice, and nothing is left behind. The faults are those of `megapane emulator --fault`.

| fault | what it is | 1 % | 5 % | 20 % |
|---|---|---|---|---|
";
