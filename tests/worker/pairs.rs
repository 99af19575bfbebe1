//! Folders that meet folders, and folders that meet files: what each answer does to the old one, that nothing is mixed
//! silently, and that what went in the cloud can be taken back.

use megapane::emulator::{Emulator, NewAccount, Owner};
use megapane::message::*;
use megapane::session::change::Change;
use megapane::store::undo::{UndoEnd, UndoJournal};

use crate::desk::*;

const TIME: i64 = 1_700_000_000;

/// A desk whose account has logged in with its password and is remembered: its changes are written down.
async fn remembered(prepare: impl FnOnce(&Owner)) -> Desk {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    let mut desk = Desk::on(emulator, ann, |ann, _| prepare(ann), |_| {});
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk
}

/// `d` is a folder on both sides; each has a file of its own in it.
async fn two_folders() -> Desk {
    let theirs = |ann: &Owner| {
        ann.file("cloud/d/theirs", b"theirs", TIME);
    };
    let mut desk = remembered(theirs).await;
    desk.write("disk/d/ours", b"ours", TIME);
    desk.open_cloud("").await;
    desk
}

fn both_ways(desk: &Desk) -> [CopyRequest; 2] {
    let request = |from, to| request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
    [request(desk.local("disk"), desk.cloud("cloud")), request(desk.cloud("cloud"), desk.local("disk"))]
}

/// All paths below the target of the first or the second of [`both_ways`].
fn below(desk: &Desk, way: usize) -> Vec<String> {
    if way == 0 {
        let paths = desk.ann.paths();
        let mut paths: Vec<String> =
            paths.iter().filter_map(|path| path.strip_prefix("cloud/")).map(str::to_owned).collect();
        paths.retain(|path| !path.is_empty() && !path.ends_with('/'));
        paths.sort();
        return paths;
    }
    let top = desk.disk().join("disk");
    let files = walkdir::WalkDir::new(&top).into_iter().map(Result::unwrap);
    let mut paths: Vec<String> = files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&top).unwrap().to_string_lossy().into_owned())
        .collect();
    paths.sort();
    paths
}

/// What is in the bin, or in the trash.
fn put_away(desk: &Desk, way: usize) -> Vec<String> {
    if way == 0 {
        return desk.ann.rubbish_paths();
    }
    let trash = walkdir::WalkDir::new(desk.scratch.path().join("trash")).into_iter().flatten();
    trash
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn folders_merge_where_nothing_else_is_said() {
    for way in [0, 1] {
        let mut desk = two_folders().await;
        let request = both_ways(&desk)[way].clone();
        let ran = desk.run(request, |_| panic!("nobody is asked")).await;
        assert_eq!((ran.plan.common_folder_count, ran.plan.conflict_count), (1, 0));
        assert_eq!(below(&desk, way), ["d/ours", "d/theirs"]);
    }
}

#[tokio::test(start_paused = true)]
async fn each_policy_and_answer_about_folders_does_what_it_says_both_ways() {
    let keep = Resolution::KeepBoth { name: "d (2)".into() };
    for way in [0, 1] {
        let (new, old) = if way == 0 { ("d/ours", "d/theirs") } else { ("d/theirs", "d/ours") };
        let beside = new.replace("d/", "d (2)/");
        let table = [
            (FolderPolicy::Merge, Resolution::Merge, vec!["d/ours", "d/theirs"], false),
            (FolderPolicy::Skip, Resolution::Skip, vec![old], false),
            (FolderPolicy::Replace, Resolution::Replace, vec![new], true),
            (FolderPolicy::Rename, keep.clone(), vec![&beside, old], false),
        ];
        for (policy, answer, expected, is_replaced) in table {
            let asked = [
                (policy, None),
                (FolderPolicy::Ask, Some(Scope::One)),
                (FolderPolicy::Ask, Some(Scope::Rest)),
            ];
            for (folders, scope) in asked {
                let mut desk = two_folders().await;
                let mut request = both_ways(&desk)[way].clone();
                request.options.folders = folders;
                let ran = desk.run(request, |_| (answer.clone(), scope.expect("nobody is asked"))).await;
                assert_eq!(ran.conflicts.len(), usize::from(scope.is_some()));
                let mut expected = expected.clone();
                expected.sort_unstable();
                assert_eq!(below(&desk, way), expected, "{way} {answer:?} {ran:?}");
                assert_eq!(put_away(&desk, way).iter().any(|path| path.ends_with(&old[2..])), is_replaced);
                assert_eq!(ran.report.failed_count, 0, "{ran:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_question_about_folders_tells_what_is_in_the_one_of_the_cloud() {
    let mut desk = two_folders().await;
    let mut request = both_ways(&desk)[0].clone();
    request.options.folders = FolderPolicy::Ask;
    let ran = desk.run(request, |_| (Resolution::Stop, Scope::One)).await;
    let conflict = &ran.conflicts[0];
    assert_eq!(conflict.pair(), Pair::Folders);
    assert_eq!((conflict.existing.file_count, conflict.existing.size), (Some(1), 6));
    assert_eq!(conflict.source.file_count, None);
    assert_eq!(below(&desk, 0), ["d/theirs"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_folders_says_nothing_about_files() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("cloud/d/x", b"old", TIME);
            ann.file("cloud/e/y", b"old", TIME);
        },
        |_| {},
    );
    desk.write("disk/d/x", b"newer", TIME);
    desk.write("disk/e/y", b"newer", TIME);
    desk.open_cloud("").await;
    let mut request = both_ways(&desk)[0].clone();
    (request.options.folders, request.options.conflict) = (FolderPolicy::Ask, ConflictPolicy::Ask);
    let ran = desk
        .run(request, |conflict| match conflict.pair() {
            Pair::Folders => (Resolution::Merge, Scope::Rest),
            Pair::Files | Pair::Mismatch => (Resolution::Skip, Scope::Rest),
        })
        .await;
    let asked: Vec<Pair> = ran.conflicts.iter().map(Conflict::pair).collect();
    assert_eq!(asked, [Pair::Folders, Pair::Files]);
    assert_eq!(desk.ann.content("cloud/d/x").unwrap(), b"old");
}

/// A file and a folder of one name, either way round.
async fn mismatch(folder_on_disk: bool) -> Desk {
    let in_cloud = |ann: &Owner| {
        ann.folder("cloud");
        let path = if folder_on_disk { "cloud/thing" } else { "cloud/thing/inside" };
        ann.file(path, b"in the cloud", TIME);
    };
    let mut desk = remembered(in_cloud).await;
    let path = if folder_on_disk { "disk/thing/inside" } else { "disk/thing" };
    desk.write(path, b"on the disk", TIME);
    desk.open_cloud("").await;
    desk
}

#[tokio::test(start_paused = true)]
async fn a_file_and_a_folder_are_never_mixed_silently_and_each_answer_does_what_it_says() {
    for (folder_on_disk, way) in [(true, 0), (true, 1), (false, 0), (false, 1)] {
        let new_is_folder = folder_on_disk == (way == 0);
        let (new, old) = if new_is_folder { ("thing/inside", "thing") } else { ("thing", "thing/inside") };
        let beside = if new_is_folder { "thing (2)/inside" } else { "thing (2)" };
        let keep = Resolution::KeepBoth { name: "thing (2)".into() };
        let table = [
            (Resolution::Skip, vec![old], 0),
            (keep, vec![beside, old], 0),
            (Resolution::Replace, vec![new], 0),
            (Resolution::Overwrite, vec![old], 1),
        ];
        for (answer, mut expected, failed) in table {
            let mut desk = mismatch(folder_on_disk).await;
            let mut request = both_ways(&desk)[way].clone();
            request.options.conflict = ConflictPolicy::Ask;
            let ran = desk.run(request, |_| (answer.clone(), Scope::One)).await;
            assert_eq!(ran.conflicts[0].pair(), Pair::Mismatch);
            let found = below(&desk, way);
            expected.sort_unstable();
            assert_eq!(found, expected, "{answer:?} {way} {ran:?}");
            assert_eq!(ran.report.failed_count, failed, "{answer:?} {way} {ran:?}");
            let is_away = put_away(&desk, way).iter().any(|path| path.ends_with(old) || path == "inside");
            assert_eq!(is_away, answer == Resolution::Replace, "{way} {:?}", put_away(&desk, way));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn policies_count_a_file_against_a_folder_as_an_error_or_leave_it() {
    for (folder_on_disk, way) in [(true, 0), (true, 1), (false, 0), (false, 1)] {
        let errors = [
            ConflictPolicy::Newer,
            ConflictPolicy::Size,
            ConflictPolicy::Identical,
            ConflictPolicy::Overwrite,
            ConflictPolicy::Replace,
            ConflictPolicy::Fail,
        ];
        for policy in errors.into_iter().chain([ConflictPolicy::Skip]) {
            let mut desk = mismatch(folder_on_disk).await;
            let mut request = both_ways(&desk)[way].clone();
            request.options.conflict = policy;
            let before = below(&desk, way);
            let ran = desk.run(request, |_| panic!("nobody is asked")).await;
            assert_eq!(ran.report.failed_count, u64::from(policy != ConflictPolicy::Skip), "{policy:?}");
            assert_eq!(below(&desk, way), before, "{policy:?}");
        }
    }
}

/// Takes back all that the worker wrote down, the newest first.
async fn undo_all(desk: &Desk) {
    let session = desk.session().await;
    let state = desk.scratch.path().join("state");
    let folders = megapane::config::Folders { config: state.clone(), cache: state.clone(), state };
    let journal = UndoJournal::open(&folders.undo_journal("work")).unwrap();
    let records = journal.read().unwrap();
    assert!(!records.is_empty());
    for record in records {
        let UndoEnd::Undoable(inverse) = record.end else { panic!("not undoable: {record:?}") };
        let change: Change = serde_json::from_value(inverse).unwrap();
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        let prepared = session.prepare(&tree, change).unwrap();
        session.commit(prepared, &UndoJournal::none()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_changed_in_the_cloud_can_be_taken_back() {
    let answers = [Resolution::Replace, Resolution::KeepBoth { name: "thing (2)".into() }];
    for (answer, folder_on_disk) in
        answers.into_iter().flat_map(|answer| [(answer.clone(), true), (answer, false)])
    {
        let mut desk = mismatch(folder_on_disk).await;
        let before = desk.ann.paths();
        let mut request = both_ways(&desk)[0].clone();
        request.options.conflict = ConflictPolicy::Ask;
        desk.run(request, |_| (answer.clone(), Scope::One)).await;
        assert_ne!(desk.ann.paths(), before);
        undo_all(&desk).await;
        assert_eq!(desk.ann.paths(), before, "{answer:?}");
    }
    let mut desk = two_folders().await;
    let before = desk.ann.paths();
    let mut request = both_ways(&desk)[0].clone();
    request.options.folders = FolderPolicy::Replace;
    desk.run(request, |_| panic!("nobody is asked")).await;
    undo_all(&desk).await;
    assert_eq!(desk.ann.paths(), before);
}
