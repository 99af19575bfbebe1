//! Every policy and every answer, whichever way a copy goes: which of three files of the target are overwritten, what
//! becomes of the old ones, and how often the user is asked.

use megapane::message::*;

use crate::desk::*;

/// Which way a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Inside,
}

const WAYS: [Way; 3] = [Way::Up, Way::Down, Way::Inside];

const TIME: i64 = 1_700_000_000;

/// Name, content and time in the source, and in the target: as long and newer; longer and older; the same and newer.
const FILES: [(&str, &[u8], i64, &[u8]); 3] = [
    ("even", b"new e", TIME + 100, b"old e"),
    ("longer", b"new longer", TIME - 100, b"old"),
    ("same", b"the same", TIME + 100, b"the same"),
];

async fn desk(way: Way) -> Desk {
    let mut desk = Desk::with(
        |ann, disk| {
            ann.folder("target");
            ann.folder("source");
            for (name, new, time, old) in FILES {
                match way {
                    Way::Up => drop(ann.file(&format!("target/{name}"), old, TIME)),
                    Way::Down => drop(ann.file(&format!("source/{name}"), new, time)),
                    Way::Inside => {
                        ann.file(&format!("target/{name}"), old, TIME);
                        ann.file(&format!("source/{name}"), new, time);
                    }
                }
            }
            let _ = disk;
        },
        |_| {},
    );
    for (name, new, time, old) in FILES {
        match way {
            Way::Up => desk.write(&format!("source/{name}"), new, time),
            Way::Down => desk.write(&format!("target/{name}"), old, TIME),
            Way::Inside => {}
        }
    }
    desk.open_cloud("").await;
    desk
}

fn ends(desk: &Desk, way: Way) -> CopyRequest {
    let (source, target) = match way {
        Way::Up => (desk.local("source"), desk.cloud("target")),
        Way::Down => (desk.cloud("source"), desk.local("target")),
        Way::Inside => (desk.cloud("source"), desk.cloud("target")),
    };
    request(Selection::Contents(source), target, ConflictPolicy::Ask)
}

/// The target's files, by name.
fn target(desk: &Desk, way: Way) -> Vec<(String, Vec<u8>)> {
    if way == Way::Down {
        let names = desk.names("target").into_iter();
        return names.map(|name| (name.clone(), desk.read(&format!("target/{name}")))).collect();
    }
    let paths = desk.ann.paths();
    let names = paths.iter().filter_map(|path| path.strip_prefix("target/")).filter(|name| !name.is_empty());
    names.map(|name| (name.to_owned(), desk.ann.content(&format!("target/{name}")).unwrap())).collect()
}

/// Contents of what was put away: into the bin in the cloud, to the trash on the disk.
fn put_away(desk: &Desk, way: Way) -> usize {
    if way == Way::Down {
        let trash = walkdir::WalkDir::new(desk.scratch.path().join("trash")).into_iter();
        return trash.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_type().is_file())).count();
    }
    desk.ann.rubbish_paths().len()
}

/// Versions behind the target's files.
fn versions(desk: &Desk) -> usize {
    let nodes = FILES.iter().filter_map(|(name, ..)| desk.ann.node(&format!("target/{name}")));
    nodes.map(|node| desk.ann.items(node).len()).sum()
}

/// What a policy, or an answer for all, is to come to.
struct Outcome {
    /// Whose names the new ones take.
    taken: &'static [&'static str],
    /// New names beside them.
    beside: usize,
    /// Whether the old ones go to the bin, and do not become versions.
    to_bin: bool,
    failed: u64,
}

const fn takes(taken: &'static [&'static str]) -> Outcome {
    Outcome { taken, beside: 0, to_bin: false, failed: 0 }
}

fn check(desk: &Desk, way: Way, ran: &Ran, expected: &Outcome, what: &str) {
    let found = target(desk, way);
    for (name, new, _, old) in FILES {
        let content = &found.iter().find(|(found, _)| found == name).unwrap().1;
        let wanted = if expected.taken.contains(&name) { new } else { old };
        assert_eq!(content, wanted, "{what} {way:?} {name}: {ran:?}");
    }
    assert_eq!(found.len(), 3 + expected.beside, "{what} {way:?}: {found:?}");
    assert_eq!(ran.report.failed_count, expected.failed, "{what} {way:?}: {ran:?}");
    let away = if expected.to_bin || way == Way::Down { expected.taken.len() } else { 0 };
    assert_eq!(put_away(desk, way), away, "{what} {way:?}");
    let behind = if expected.to_bin || way == Way::Down { 0 } else { expected.taken.len() };
    assert_eq!(versions(desk), behind, "{what} {way:?}");
}

const ALL: &[&str] = &["even", "longer", "same"];

#[tokio::test(start_paused = true)]
async fn each_policy_does_what_it_says_whichever_way() {
    for way in WAYS {
        // Two nodes of an account with keys of their own prove nothing.
        let unproven = if way == Way::Inside { ALL } else { &["even", "longer"] };
        let table = [
            (ConflictPolicy::Skip, takes(&[])),
            (ConflictPolicy::Newer, takes(&["even", "same"])),
            (ConflictPolicy::Size, takes(&["longer"])),
            (ConflictPolicy::Identical, takes(unproven)),
            (ConflictPolicy::Overwrite, takes(ALL)),
            (ConflictPolicy::Replace, Outcome { to_bin: true, ..takes(ALL) }),
            (ConflictPolicy::Rename, Outcome { beside: 3, ..takes(&[]) }),
            (ConflictPolicy::Fail, Outcome { failed: 3, ..takes(&[]) }),
        ];
        for (policy, expected) in table {
            let mut desk = desk(way).await;
            let mut request = ends(&desk, way);
            request.options.conflict = policy;
            let ran = desk.run(request, |_| panic!("nobody is asked")).await;
            check(&desk, way, &ran, &expected, &format!("{policy:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_answer_does_what_it_says_for_one_and_for_the_rest() {
    let free = || Resolution::KeepBoth { name: String::new() };
    for way in WAYS {
        let table = [
            (Resolution::Skip, takes(&[])),
            (Resolution::Overwrite, takes(ALL)),
            (Resolution::Replace, Outcome { to_bin: true, ..takes(ALL) }),
            (free(), Outcome { beside: 3, ..takes(&[]) }),
            (Resolution::OverwriteIfNewer, takes(&["even", "same"])),
            (Resolution::OverwriteIfSizeDiffers, takes(&["longer"])),
            (Resolution::Merge, Outcome { failed: 3, ..takes(&[]) }),
        ];
        for (resolution, expected) in table {
            for scope in [Scope::One, Scope::Rest] {
                if resolution == Resolution::Merge && scope == Scope::Rest {
                    continue; // an answer that does not fit the others is asked again
                }
                let mut desk = desk(way).await;
                let request = ends(&desk, way);
                let ran = desk.run(request, |conflict| (fitting(&resolution, conflict), scope)).await;
                let what = format!("{resolution:?} {scope:?}");
                check(&desk, way, &ran, &expected, &what);
                let asked = if scope == Scope::One { 3 } else { 1 };
                assert_eq!(ran.conflicts.len(), asked, "{what} {way:?}");
            }
        }
    }
}

/// The answer with the name that the question offers.
fn fitting(resolution: &Resolution, conflict: &Conflict) -> Resolution {
    match resolution {
        Resolution::KeepBoth { .. } => Resolution::KeepBoth { name: conflict.free_name.clone() },
        other => other.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn skipping_identical_ones_asks_about_the_others_and_says_what_is_known() {
    for way in WAYS {
        let mut desk = desk(way).await;
        let request = ends(&desk, way);
        let ran = desk
            .run(request, |conflict| {
                if conflict.is_examined || conflict.source.size == 10 {
                    (Resolution::Skip, Scope::One)
                } else {
                    (Resolution::SkipIfIdentical, Scope::Rest)
                }
            })
            .await;
        let known: Vec<(&str, Verdict)> =
            ran.conflicts.iter().map(|asked| (asked.path.as_str(), asked.verdict)).collect();
        let mut expected = if way == Way::Inside {
            vec![("even", Verdict::Unknown), ("longer", Verdict::Unknown), ("same", Verdict::Unknown)]
        } else {
            vec![("even", Verdict::Different), ("longer", Verdict::Unknown)]
        };
        expected.retain(|expected| !known.contains(expected));
        assert!(expected.is_empty(), "{way:?}: {known:?} lacks {expected:?}");
        assert_eq!(ran.report.same_count, u64::from(way != Way::Inside), "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_leaves_everything_as_it_is() {
    for (way, scope) in WAYS.into_iter().flat_map(|way| [(way, Scope::One), (way, Scope::Rest)]) {
        let mut desk = desk(way).await;
        let request = ends(&desk, way);
        let ran = desk.run(request, |_| (Resolution::Stop, scope)).await;
        assert!(ran.report.cancelled);
        check(&desk, way, &ran, &takes(&[]), "stop");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_too_is_asked_about_again() {
    let mut desk = desk(Way::Up).await;
    let request = ends(&desk, Way::Up);
    let ran = desk
        .run(request, |conflict| match (conflict.path.as_str(), &conflict.refused_name) {
            ("even", None) => (Resolution::KeepBoth { name: "longer".into() }, Scope::One),
            ("even", Some(_)) => (Resolution::KeepBoth { name: "mine".into() }, Scope::One),
            _ => (Resolution::Skip, Scope::One),
        })
        .await;
    let refused: Vec<Option<&str>> =
        ran.conflicts.iter().map(|conflict| conflict.refused_name.as_deref()).collect();
    assert_eq!(refused, [None, Some("longer"), None, None]);
    assert_eq!(desk.ann.content("target/mine").unwrap(), b"new e");
    assert_eq!(desk.ann.content("target/longer").unwrap(), b"old");
}

#[tokio::test(start_paused = true)]
async fn the_question_tells_arrival_and_versions_of_what_is_in_the_cloud() {
    let mut desk = desk(Way::Up).await;
    desk.ann.replace("target/even", b"older", TIME - 5).unwrap();
    desk.send(Command::Refresh { view: CLOUD });
    desk.head(CLOUD, |_| true).await;
    let request = ends(&desk, Way::Up);
    let ran = desk.run(request, |_| (Resolution::Skip, Scope::One)).await;
    let even = ran.conflicts.iter().find(|conflict| conflict.path == "even").unwrap();
    assert_eq!((even.existing.version_count, even.source.version_count), (1, 0));
    assert!(even.existing.uploaded.is_some() && even.source.uploaded.is_none());
}
