//! Folders are made, entries moved, renamed one by one and many at once, thrown away and taken out of the bin; all of it
//! is taken back, and done again; in the end something goes for good.

use megapane::message::*;

use super::trial::{TIME, TRIES, Trial, Trouble, bin, entries};
use crate::desk::*;

const BEFORE: [&str; 6] = ["a.txt", "b.txt", "c.txt", "d/", "d/e.txt", "f.txt"];
const AFTER: [&str; 7] = ["d/", "d/e2.txt", "five.txt", "new/", "new/a.txt", "new/b.txt", "three.txt"];

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::begin(trouble, |ann, _| {
        for path in BEFORE.iter().filter(|path| !path.ends_with('/')) {
            ann.file(path, path.as_bytes(), TIME);
        }
    })
    .await;
    let make = |desk: &Desk| Command::CreateFolder { parent: desk.cloud(""), name: "new".into() };
    trial.until(make, |desk| has(desk, &["new"])).await;
    let moving = |desk: &Desk| Command::MoveInside {
        selection: entries(desk, desk.cloud(""), &["a.txt", "b.txt"]),
        target: desk.cloud("new"),
    };
    trial.until(moving, |desk| has(desk, &["new/a.txt", "new/b.txt"])).await;
    let inner = trial.desk.node("d/e.txt");
    let rename =
        |desk: &Desk| Command::Rename { parent: desk.cloud("d"), key: inner.clone(), name: "e2.txt".into() };
    trial.until(rename, |desk| has(desk, &["d/e2.txt"])).await;
    rename_many(&mut trial, &[("c.txt", "three.txt"), ("f.txt", "five.txt")]).await;
    assert_eq!(trial.desk.ann.paths(), AFTER, "{trouble:?}");

    there_and_back(&mut trial).await;

    let trash =
        |desk: &Desk| Command::Trash { selection: entries(desk, desk.cloud(""), &["three.txt", "new"]) };
    trial.until(trash, |desk| !has(desk, &["three.txt"]) && !has(desk, &["new"])).await;
    let restore = |desk: &Desk| Command::Restore {
        selection: Selection::Entries { parent: bin(), keys: in_bin(desk) },
    };
    trial.until(restore, |desk| has(desk, &["three.txt", "new/a.txt"])).await;
    assert_eq!(trial.desk.ann.paths(), AFTER, "{trouble:?}");
    for path in ["new/a.txt", "new/b.txt"] {
        assert_eq!(trial.desk.ann.content(path).unwrap(), &path.as_bytes()[4..], "{trouble:?}");
    }

    let trash = |desk: &Desk| Command::Trash { selection: entries(desk, desk.cloud(""), &["new"]) };
    trial.until(trash, |desk| !has(desk, &["new"])).await;
    delete(&mut trial, |desk| entries(desk, desk.cloud(""), &["five.txt"]), |desk| !has(desk, &["five.txt"]))
        .await;
    delete(&mut trial, |_| Selection::Contents(bin()), |desk| desk.ann.rubbish_paths().is_empty()).await;
    assert_eq!(trial.desk.ann.paths(), ["d/", "d/e2.txt", "three.txt"], "{trouble:?}");
    trial.ends_well().await;
}

/// All is taken back, and done again. What failed half way goes on with the same key.
async fn there_and_back(trial: &mut Trial) {
    for (direction, wanted) in [(UndoDirection::Undo, &BEFORE[..]), (UndoDirection::Redo, &AFTER[..])] {
        let request = UndoRequest { direction, group: None, partly: Partly::AskAgain };
        trial.until(|_| Command::Undo(request.clone()), |desk| desk.ann.paths() == wanted).await;
    }
}

async fn rename_many(trial: &mut Trial, names: &[(&str, &str)]) {
    for number in 0..TRIES {
        let renames = RenamesId(u32::try_from(number).unwrap());
        let open: Vec<_> = names.iter().filter(|(old, _)| trial.desk.ann.node(old).is_some()).collect();
        if open.is_empty() {
            return;
        }
        let old: Vec<&str> = open.iter().map(|(old, _)| *old).collect();
        let selection = entries(&trial.desk, trial.desk.cloud(""), &old);
        trial.desk.send(Command::WriteNames { renames, selection });
        let sheet = trial.wait(|event| match event {
            Event::NameSheet { sheet, .. } => Some(sheet.clone()),
            _ => None,
        });
        if let Ok(sheet) = sheet.await {
            let text: String = open.iter().flat_map(|(_, new)| [*new, "\n"]).collect();
            std::fs::write(sheet, text).unwrap();
            trial.desk.send(Command::ReadNames { renames });
            trial.wait(|event| matches!(event, Event::Renames(_)).then_some(())).await;
            trial.desk.send(Command::StartRenames { renames });
            trial.wait(|event| matches!(event, Event::Done { .. } | Event::Failed(_)).then_some(())).await;
            trial.desk.send(Command::DropRenames { renames });
        }
        trial.pause().await;
    }
    panic!("they are never renamed");
}

/// Counts what would go, and has it go, until it is gone.
async fn delete(trial: &mut Trial, what: impl Fn(&Desk) -> Selection, is_gone: impl Fn(&Desk) -> bool) {
    for number in 0..TRIES {
        if is_gone(&trial.desk) {
            return;
        }
        let deletion = DeletionId(u32::try_from(number).unwrap());
        trial.desk.send(Command::PlanDeletion { deletion, selection: what(&trial.desk) });
        let counted = trial.wait(|event| match event {
            Event::Deletion(summary) if summary.complete => Some(summary.problem.is_none()),
            Event::Failed(_) => Some(false),
            _ => None,
        });
        if counted.await {
            trial.desk.send(Command::Delete { deletion });
            trial.wait(|event| matches!(event, Event::Done { .. } | Event::Failed(_)).then_some(())).await;
        }
        trial.pause().await;
    }
    panic!("it never goes");
}

fn has(desk: &Desk, paths: &[&str]) -> bool {
    paths.iter().all(|path| desk.ann.node(path).is_some())
}

fn in_bin(desk: &Desk) -> Vec<megapane::entry::EntryKey> {
    let items = desk.ann.items(desk.ann.roots()[2]);
    items.into_iter().map(|item| megapane::entry::EntryKey::Node(item.handle)).collect()
}
