//! Two contents held against each other: for the question of a conflict, for a file that may be the beginning of
//! another, and for a check of chosen entries. What was downloaded for it is counted.

use megapane::message::*;

use crate::desk::*;

const TIME: i64 = 1_700_000_000;

/// Bytes that were asked of the storage servers.
fn downloaded(desk: &Desk) -> u64 {
    let range = |path: &str| {
        let (first, last) = path.strip_prefix("/dl/")?.split_once('/')?.1.split_once('-')?;
        Some(last.parse::<u64>().ok()? + 1 - first.parse::<u64>().ok()?)
    };
    desk.emulator.seen().iter().filter_map(|request| range(&request.path)).sum()
}

/// One file on both sides; the question about it is open.
async fn asked(local: &[u8], cloud: &[u8], is_up: bool) -> (Desk, Conflict) {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("cloud/a.txt", cloud, TIME + 500);
        },
        |_| {},
    );
    desk.write("disk/a.txt", local, TIME);
    desk.open_cloud("").await;
    desk.emulator.clear_seen();
    let mut ends = [desk.local("disk"), desk.cloud("cloud")];
    if !is_up {
        ends.reverse();
    }
    let [from, to] = ends;
    let request = request(Selection::Contents(from), to, ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request });
    desk.send(Command::StartCopy { copy: COPY });
    let conflict = desk
        .until(|event| if let Event::Conflict(conflict) = event { Some(conflict.clone()) } else { None })
        .await;
    (desk, conflict)
}

async fn compare(desk: &mut Desk, conflict: &Conflict, depth: Depth) -> Compared {
    desk.send(Command::Compare { conflict: conflict.conflict, depth });
    desk.until(|event| match event {
        Event::Compared { compared, .. } => Some(compared.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn contents_are_proven_the_same_or_not_without_a_byte_downloaded() {
    for is_up in [true, false] {
        for (local, verdict) in [(b"content", Verdict::Identical), (b"CONTENT", Verdict::Different)] {
            let (mut desk, conflict) = asked(local, b"content", is_up).await;
            assert_eq!(conflict.verdict, Verdict::Unknown);
            assert_eq!(compare(&mut desk, &conflict, Depth::Content).await, Compared::Verdict(verdict));
            assert_eq!(downloaded(&desk), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_found_out_holds_for_the_answer() {
    let (mut desk, conflict) = asked(b"content", b"content", true).await;
    compare(&mut desk, &conflict, Depth::Content).await;
    let (resolution, scope) = (Resolution::SkipIfIdentical, Scope::Rest);
    desk.send(Command::Resolve { conflict: conflict.conflict, resolution, scope });
    let ran = desk.follow(PlanSummary::default(), |_| panic!("it is proven the same")).await;
    assert_eq!(*ran.note("a.txt"), Note::Same);
}

#[tokio::test(start_paused = true)]
async fn lines_that_differ_are_shown_and_nothing_is_kept() {
    for is_up in [true, false] {
        let (mut desk, conflict) = asked(b"one\ntwo\n", b"one\n2\n", is_up).await;
        let Compared::Lines(lines) = compare(&mut desk, &conflict, Depth::Lines).await else { panic!() };
        let (ours, theirs) = ("two".to_owned(), "2".to_owned());
        let (existing, source) = if is_up { (theirs, ours) } else { (ours, theirs) };
        let both = DiffLine::Both("one".into());
        assert_eq!(lines, [both, DiffLine::Existing(existing), DiffLine::Source(source)]);
        assert_eq!(downloaded(&desk), 6);
        assert_eq!(desk.names("disk"), ["a.txt"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_no_lines_is_refused_with_a_sentence() {
    let (mut desk, conflict) = asked(b"a\0b", b"a\0c", true).await;
    let Compared::Failed(problem) = compare(&mut desk, &conflict, Depth::Lines).await else { panic!() };
    assert!(problem.message.contains("not text"), "{problem:?}");
    let long = vec![b'x'; 300 << 10];
    let (mut desk, conflict) = asked(&long, b"short", true).await;
    let Compared::Failed(problem) = compare(&mut desk, &conflict, Depth::Lines).await else { panic!() };
    assert!(problem.message.contains("longer than 256 KiB"), "{problem:?}");
}

/// Bytes that differ in every chunk.
fn film(len: u32) -> Vec<u8> {
    (0..len).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

async fn resumed(local: &[u8], cloud: &[u8]) -> (Desk, Ran) {
    let (mut desk, conflict) = asked(local, cloud, false).await;
    let (resolution, scope) = (Resolution::Resume, Scope::One);
    desk.send(Command::Resolve { conflict: conflict.conflict, resolution, scope });
    let ran = desk.follow(PlanSummary::default(), |_| panic!("it is answered")).await;
    (desk, ran)
}

#[tokio::test(start_paused = true)]
async fn a_beginning_is_taken_over_and_only_the_rest_is_fetched() {
    let whole = film(3_000_000);
    let (desk, ran) = resumed(&whole[..2_500_000], &whole).await;
    assert_eq!(ran.report.copied_count, 1, "{ran:?}");
    assert!(desk.read("disk/a.txt") == whole);
    assert_eq!(
        downloaded(&desk),
        3_000_000 - (1_920 << 10),
        "the whole chunks of what was there are not fetched"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_no_beginning_is_fetched_as_a_whole_and_the_old_file_is_in_the_trash() {
    let whole = film(3_000_000);
    let mut other = whole[..2_500_000].to_vec();
    other[1_000] ^= 1;
    let (desk, ran) = resumed(&other, &whole).await;
    assert_eq!((ran.report.copied_count, ran.report.failed_count), (1, 0), "{ran:?}");
    assert!(desk.read("disk/a.txt") == whole);
    let kept = walkdir::WalkDir::new(desk.scratch.path().join("trash")).into_iter().flatten();
    let kept: Vec<Vec<u8>> = kept
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| std::fs::read(entry.path()).unwrap())
        .collect();
    assert!(kept == [other]);
}

#[tokio::test(start_paused = true)]
async fn a_check_of_chosen_entries_looks_into_folders_and_beside_nothing() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("cloud/d/same", b"same", TIME);
            ann.file("cloud/d/theirs", b"theirs", TIME);
            ann.file("cloud/beside", b"beside", TIME);
        },
        |_| {},
    );
    desk.write("disk/d/same", b"same", TIME + 9);
    desk.write("disk/d/ours", b"ours", TIME);
    desk.open_cloud("").await;
    desk.emulator.clear_seen();
    let keys = vec![megapane::entry::EntryKey::Name("d".into())];
    let chosen = Selection::Entries { parent: desk.local("disk"), keys };
    let mut request = request(chosen, desk.cloud("cloud"), ConflictPolicy::Ask);
    request.options.task = Task::Check { one_way: false };
    request.options.sameness = Sameness::Content;
    let ran = desk.run(request, |_| panic!("nobody is asked")).await;
    let mut notes: Vec<(&str, &Note)> = ran.notes.iter().map(|(path, note)| (path.as_str(), note)).collect();
    notes.sort_by_key(|(path, _)| *path);
    let expected = [
        ("d/ours", &Note::MissingInTarget),
        ("d/same", &Note::Identical),
        ("d/theirs", &Note::MissingInSource),
    ];
    assert_eq!(notes, expected);
    assert_eq!(downloaded(&desk), 0);
}

#[tokio::test(start_paused = true)]
async fn a_path_to_a_file_shows_its_folder_with_the_cursor_on_it() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("cloud/d/file", b"x", TIME);
        },
        |_| {},
    );
    let head = desk.open_cloud("cloud/d/file").await;
    assert_eq!((head.title.as_str(), head.focus), ("work:/cloud/d", Some(0)));
    let path = format!("work:H:{}/file", desk.ann.node("cloud/d").unwrap());
    desk.send(Command::OpenPath { view: CLOUD, path });
    let head = desk.head(CLOUD, |_| true).await;
    assert_eq!((head.title.as_str(), head.focus), ("work:/cloud/d", Some(0)));
}
