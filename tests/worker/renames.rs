//! Many renames at once: the names go out as a file, come back, are checked and carried out as one group of undo.

use std::path::PathBuf;

use megapane::entry::{EntryKey, Location};
use megapane::message::*;
use megapane::worker::Copies;

use crate::desk::*;

const ONE: RenamesId = RenamesId(1);

impl Desk {
    /// Has the names of entries written into a file.
    async fn sheet(&mut self, parent: Location, keys: Vec<EntryKey>) -> Result<PathBuf, Problem> {
        let selection = Selection::Entries { parent, keys };
        self.send(Command::WriteNames { renames: ONE, selection });
        self.until(|event| match event {
            Event::NameSheet { sheet, .. } => Some(sheet.clone()),
            _ => None,
        })
        .await
    }

    /// Edits them and returns what is planned then.
    async fn edited(&mut self, parent: Location, keys: Vec<EntryKey>, text: &str) -> RenamePlan {
        let sheet = self.sheet(parent, keys).await.unwrap();
        std::fs::write(sheet, text).unwrap();
        self.planned().await
    }

    async fn planned(&mut self) -> RenamePlan {
        self.send(Command::ReadNames { renames: ONE });
        self.until(|event| match event {
            Event::Renames(plan) => Some(plan.clone()),
            _ => None,
        })
        .await
    }

    async fn renamed(&mut self) -> String {
        self.send(Command::StartRenames { renames: ONE });
        self.done().await
    }
}

fn names(names: &[&str]) -> Vec<EntryKey> {
    names.iter().map(|name| EntryKey::Name((*name).into())).collect()
}

async fn furnished() -> Desk {
    let mut desk = Desk::with(
        |ann, disk| {
            for name in ["a", "b", "c", "d"] {
                ann.file(name, name.as_bytes(), 1);
                std::fs::write(disk.join(name), name).unwrap();
            }
        },
        |parts| parts.copies = Copies::Kept,
    );
    desk.open_cloud("").await;
    desk
}

#[tokio::test(start_paused = true)]
async fn names_on_the_disk_go_round_in_a_circle_and_back_with_one_undo() {
    let mut desk = furnished().await;
    let plan = desk.edited(desk.local(""), names(&["a", "b", "c"]), "b\nc\na\n").await;
    assert_eq!((plan.rows.len(), plan.unchanged_count, plan.faults.len()), (3, 0, 0));
    assert_eq!(plan.rows[0], RenameRow { from: "a".into(), to: "b".into() });
    assert_eq!(desk.renamed().await, "renamed 3 entries");
    let read = |name: &str| String::from_utf8(desk.read(name)).unwrap();
    assert_eq!([read("a"), read("b"), read("c"), read("d")], ["c", "a", "b", "d"]);
    assert_eq!(desk.names("").len(), 4, "nothing is left in between");
    desk.back();
    assert_eq!(desk.done().await, "undone: renamed 3 entries");
    assert_eq!(["a", "b", "c"].map(|name| desk.read(name)), [b"a", b"b", b"c"]);
    assert_eq!(desk.names("").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn names_in_the_cloud_are_swapped_and_moved_up() {
    let mut desk = furnished().await;
    let keys: Vec<EntryKey> = ["a", "b", "c", "d"].iter().map(|name| desk.node(name)).collect();
    let plan = desk.edited(desk.cloud(""), keys, "b\na\nd\ne\n").await;
    assert!(plan.faults.is_empty(), "{:?}", plan.faults);
    assert_eq!(desk.renamed().await, "renamed 4 entries");
    let content = |name: &str| desk.ann.content(name).unwrap();
    assert_eq!([content("a"), content("b"), content("d"), content("e")], [b"b", b"a", b"c", b"d"]);
    desk.back();
    desk.done().await;
    for name in ["a", "b", "c", "d"] {
        assert_eq!(desk.ann.content(name).unwrap(), name.as_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn names_that_cannot_be_are_told_and_can_be_edited_again() {
    let mut desk = furnished().await;
    let plan = desk.edited(desk.local(""), names(&["a", "b"]), "c\n\n").await;
    assert_eq!(plan.faults, ["line 1: there is an entry \"c\" already", "line 2: it is empty"]);
    desk.send(Command::StartRenames { renames: ONE });
    desk.problem().await;
    let plan = desk.edited(desk.local(""), names(&["a", "b"]), "x\n").await;
    assert!(plan.faults[0].contains("1 lines for 2 names"), "{:?}", plan.faults);
    let sheet = desk.sheet(desk.local(""), names(&["a", "b"])).await.unwrap();
    std::fs::write(&sheet, "x/y\nb\n").unwrap();
    assert_eq!(desk.planned().await.faults, ["line 1: a name cannot contain /"]);
    std::fs::write(&sheet, "x\nb\n").unwrap();
    assert_eq!(desk.planned().await.faults, Vec::<String>::new());
    assert_eq!(desk.renamed().await, "renamed 1 entry");
    assert_eq!(desk.names(""), ["b", "c", "d", "x"]);
    assert!(!sheet.exists(), "the file goes with the renaming");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_middle_is_told_and_nothing_is_lost() {
    let mut desk = furnished().await;
    let keys: Vec<EntryKey> = ["a", "b", "c"].iter().map(|name| desk.node(name)).collect();
    desk.edited(desk.cloud(""), keys, "x\ny\nz\n").await;
    desk.emulator.fault("-11@a#2").unwrap();
    desk.send(Command::StartRenames { renames: ONE });
    // They go at once, so which of them the server meets second is not promised.
    let problem = desk.problem().await;
    let paths = desk.ann.paths();
    let pairs = [("a", "x"), ("b", "y"), ("c", "z")];
    let kept: Vec<_> = pairs.iter().filter(|(old, _)| paths.iter().any(|path| path == old)).collect();
    let [(old, new)] = kept[..] else { panic!("one keeps its name: {paths:?}") };
    assert!(problem.message.contains(&format!("rename \"{old}\"")), "{problem}");
    let mut wanted: Vec<&str> = pairs.iter().map(|pair| pair.1).filter(|name| name != new).collect();
    wanted.extend([*old, "d"]);
    wanted.sort_unstable();
    assert_eq!(paths, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_circle_that_cannot_be_closed_goes_back() {
    let mut desk = furnished().await;
    desk.edited(desk.local(""), names(&["a", "b", "c"]), "b\nc\na\n").await;
    std::fs::remove_file(desk.disk().join("b")).unwrap(); // behind our back
    desk.send(Command::StartRenames { renames: ONE });
    desk.problem().await;
    assert_eq!(desk.names(""), ["a", "c", "d"]);
    assert_eq!((desk.read("a"), desk.read("c")), (b"a".to_vec(), b"c".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn hostile_names_come_back_as_they_were() {
    let mut desk = Desk::with(
        |ann, _| {
            ann.file("line\nbreak \u{202e}\u{1b}[31m\\n", b"1", 1);
            ann.file("b", b"2", 1);
        },
        |_| {},
    );
    desk.open_cloud("").await;
    let keys: Vec<EntryKey> = desk.rows(CLOUD).await.into_iter().map(|row| row.entry.key).collect();
    let sheet = desk.sheet(desk.cloud(""), keys).await.unwrap();
    let text = std::fs::read_to_string(&sheet).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    std::fs::write(
        &sheet,
        text.replace("\nb\n", "\nc\n").replacen("b\n", "c\n", usize::from(text.starts_with("b\n"))),
    )
    .unwrap();
    let plan = desk.planned().await;
    assert_eq!((plan.rows.len(), plan.unchanged_count, plan.faults.len()), (1, 1, 0), "{plan:?}");
}
