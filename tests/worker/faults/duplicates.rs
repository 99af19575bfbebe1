//! Duplicates are found, read to know whether they are equal, decided on and removed; equal names are told apart; and all
//! of it is taken back. Of every content one stays in sight.

use std::collections::BTreeSet;

use megapane::message::*;

use super::trial::{TIME, TRIES, Trial, Trouble};
use crate::desk::*;

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::begin(trouble, |ann, _| {
        ann.file("a/one.txt", b"the one content", TIME);
        ann.copy("a/one.txt", "b/two.txt").unwrap();
        for folder in ["c", "d"] {
            ann.file(&format!("{folder}/read me.txt"), b"equal, but under keys of their own", TIME);
        }
        let root = ann.roots()[0];
        for content in [&b"first"[..], b"second twin"] {
            ann.file_in(root, "twin.txt", content, Some(TIME));
        }
    })
    .await;
    let (before, contents) = (trial.desk.ann.paths(), contents(&trial.desk));
    let newest = RestChoice::Rule(DedupeRule::Newest);
    for (kind, choice) in [(DuplicateKind::Contents, newest), (DuplicateKind::Names, RestChoice::Rename)] {
        dedupe(&mut trial, kind, choice, &contents).await;
    }
    assert_eq!(trial.desk.ann.paths().len(), before.len() - 2, "{trouble:?}: {:?}", trial.desk.ann.paths());
    let request = UndoRequest { direction: UndoDirection::Undo, group: None, partly: Partly::AskAgain };
    trial.until(|_| Command::Undo(request.clone()), |desk| desk.ann.paths() == before).await;
    assert!(trial.desk.ann.rubbish_paths().is_empty(), "{trouble:?}");
    trial.ends_well().await;
}

/// Looks, proves, decides and carries out, until nothing is there twice.
async fn dedupe(trial: &mut Trial, kind: DuplicateKind, choice: RestChoice, contents: &BTreeSet<Vec<u8>>) {
    for _ in 0..TRIES {
        let place = trial.desk.cloud("");
        send(trial, DedupeCommand::Survey { place, kind, order: GroupOrder::Path });
        let head = trial.wait(|event| match told(event)? {
            DedupeEvent::Head(head) if head.state != SurveyState::Waiting => Some(head.clone()),
            _ => None,
        });
        let head = head.await;
        if head.state == SurveyState::Ready && head.group_count == 0 {
            return;
        }
        for group in 0..head.group_count {
            send(trial, DedupeCommand::Prove { generation: head.generation, group });
            let over = |event: &Event| match told(event)? {
                DedupeEvent::Head(DedupeHead { proving: None, .. }) | DedupeEvent::Refused(_) => Some(()),
                _ => None,
            };
            trial.wait(over).await;
        }
        send(trial, DedupeCommand::DecideRest(choice));
        send(trial, DedupeCommand::Plan);
        trial.wait(|event| matches!(told(event)?, DedupeEvent::Plan(_)).then_some(())).await;
        send(trial, DedupeCommand::CarryOut);
        let over = |event: &Event| match told(event)? {
            DedupeEvent::Report(_) | DedupeEvent::Refused(_) => Some(()),
            DedupeEvent::Plan(plan) if plan.is_changed => Some(()),
            _ => None,
        };
        trial.wait(over).await;
        assert_eq!(&self::contents(&trial.desk), contents, "a content is lost");
        trial.pause().await;
    }
    panic!("they are never gone: {:?}", trial.desk.ann.paths());
}

fn send(trial: &Trial, command: DedupeCommand) {
    trial.desk.send(Command::Dedupe(command));
}

fn told(event: &Event) -> Option<&DedupeEvent> {
    if let Event::Dedupe(event) = event { Some(event) } else { None }
}

/// Every content that is in the drive.
fn contents(desk: &Desk) -> BTreeSet<Vec<u8>> {
    let mut contents = BTreeSet::new();
    let mut folders = vec![desk.ann.roots()[0]];
    while let Some(folder) = folders.pop() {
        for item in desk.ann.items(folder) {
            match item.size {
                Some(_) => drop(contents.insert(desk.ann.content_of(item.handle).unwrap())),
                None => folders.push(item.handle),
            }
        }
    }
    contents
}
