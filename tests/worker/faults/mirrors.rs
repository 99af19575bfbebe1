//! Folders are synced and moved, up, down and inside the account. A file that moves is at every moment whole on one side
//! at least; what a sync replaces or deletes is in the bin, a version or the trash.

use megapane::message::*;

use super::trial::{TIME, Trial, Trouble, task};
use crate::desk::*;

const FILES: [(&str, &[u8]); 4] =
    [("a.txt", b"the first"), ("b.txt", b"another"), ("sub/c.txt", b"third"), ("sub/deep/d", b"the fourth")];

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::begin(trouble, |ann, disk| {
        ann.file("mirror/a.txt", b"an older one", TIME - 50);
        ann.file("mirror/gone/x", b"only here", TIME);
        std::fs::create_dir_all(disk.join("down/gone")).unwrap();
        std::fs::write(disk.join("down/gone/y"), b"only there").unwrap();
        std::fs::create_dir_all(disk.join("back")).unwrap();
    })
    .await;
    for (name, content) in FILES {
        trial.desk.write(&format!("src/{name}"), content, TIME);
        trial.desk.write(&format!("going/{name}"), content, TIME);
    }
    trial.desk.ann.folder("moved");
    trial.desk.ann.folder("second");
    trial.desk.open_cloud("").await;
    trial.desk.send(Command::Refresh { view: CLOUD });
    let sync = Task::Sync(SyncRules::default());
    let moving = Task::Move { empty_folders: true };

    trial.copy(|desk| task(sync, desk.local("src"), desk.cloud("mirror")), |_| true).await;
    assert_eq!(in_cloud(&trial.desk, "mirror/"), names(), "{trouble:?}");
    assert!(trial.desk.ann.rubbish_paths().iter().any(|path| path.ends_with('x')), "{trouble:?}");
    trial.settle().await;
    trial.copy(|desk| task(sync, desk.cloud("mirror"), desk.local("down")), |_| true).await;
    assert_eq!(on_disk(&trial.desk, "down"), names(), "{trouble:?}");
    assert!(is_in_trash(&trial.desk, "y"), "{trouble:?}");

    trial
        .copy(
            |desk| task(moving, desk.local("going"), desk.cloud("moved")),
            |desk| has_all(|name| on_a_disk(desk, "going", name).or_else(|| content(desk, "moved", name))),
        )
        .await;
    assert_eq!(
        (on_disk(&trial.desk, "going"), in_cloud(&trial.desk, "moved/")),
        (vec![], names()),
        "{trouble:?}"
    );
    trial.settle().await;
    trial
        .copy(
            |desk| task(moving, desk.cloud("moved"), desk.cloud("second")),
            |desk| has_all(|name| content(desk, "moved", name).or_else(|| content(desk, "second", name))),
        )
        .await;
    assert_eq!(in_cloud(&trial.desk, "second/"), names(), "{trouble:?}");
    trial.settle().await;
    let told = trial
        .copy(
            |desk| task(moving, desk.cloud("second"), desk.local("back")),
            |desk| has_all(|name| content(desk, "second", name).or_else(|| on_a_disk(desk, "back", name))),
        )
        .await;
    assert_eq!(
        (on_disk(&trial.desk, "back"), in_cloud(&trial.desk, "second/")),
        (names(), vec![]),
        "{trouble:?} {told:?}"
    );
    trial.ends_well().await;
}

/// Whether every file is somewhere, as it was.
fn has_all(find: impl Fn(&str) -> Option<Vec<u8>>) -> bool {
    FILES.iter().all(|(name, content)| find(name).as_deref() == Some(content))
}

fn content(desk: &Desk, folder: &str, name: &str) -> Option<Vec<u8>> {
    desk.ann.content(&format!("{folder}/{name}"))
}

fn on_a_disk(desk: &Desk, folder: &str, name: &str) -> Option<Vec<u8>> {
    std::fs::read(desk.disk().join(folder).join(name)).ok()
}

fn names() -> Vec<String> {
    FILES.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The files below a folder of the drive, by their paths in it.
fn in_cloud(desk: &Desk, folder: &str) -> Vec<String> {
    let paths = desk.ann.paths();
    let below = paths.iter().filter_map(|path| path.strip_prefix(folder));
    below.filter(|path| !path.is_empty() && !path.ends_with('/')).map(str::to_owned).collect()
}

fn on_disk(desk: &Desk, folder: &str) -> Vec<String> {
    let top = desk.disk().join(folder);
    let files = walkdir::WalkDir::new(&top).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let path =
        |entry: walkdir::DirEntry| entry.path().strip_prefix(&top).unwrap().to_string_lossy().into_owned();
    let mut paths: Vec<String> = files.map(path).collect();
    paths.sort();
    paths
}

fn is_in_trash(desk: &Desk, name: &str) -> bool {
    let trash = walkdir::WalkDir::new(desk.scratch.path().join("trash")).into_iter().flatten();
    trash.into_iter().any(|entry| entry.file_name() == name)
}
