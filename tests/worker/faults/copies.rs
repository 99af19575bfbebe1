//! Files go up, are overwritten, edited in place, and come down.

use megapane::message::*;

use super::trial::{TIME, TRIES, Trial, Trouble};
use crate::desk::*;

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::begin(trouble, |_, disk| std::fs::create_dir(disk.join("down")).unwrap()).await;
    for (name, content) in files() {
        trial.desk.write(&format!("src/{name}"), &content, TIME);
    }
    let up = |desk: &Desk| {
        let all = Selection::Contents(desk.local("src"));
        request(all, desk.cloud(""), ConflictPolicy::Identical)
    };
    trial.copy(up, |_| true).await;
    trial.desk.write("src/a.txt", b"another a, later", TIME + 100);
    trial.copy(up, |_| true).await;
    assert_eq!(trial.desk.ann.content("a.txt").unwrap(), b"another a, later", "{trouble:?}");
    trial.settle().await;
    edit(&mut trial).await;
    trial.settle().await;
    let down = |desk: &Desk| {
        request(Selection::Contents(desk.cloud("")), desk.local("down"), ConflictPolicy::Identical)
    };
    trial.copy(down, |_| true).await;

    let desk = &trial.desk;
    assert_eq!(desk.ann.paths(), ["a.txt", "b.txt", "film", "sub/", "sub/c.txt"], "{trouble:?}");
    for (name, content) in files() {
        let content = if name == "a.txt" { EDITED.to_vec() } else { content };
        assert!(desk.ann.content(name).as_ref() == Some(&content), "{name} in the cloud, {trouble:?}");
        assert!(desk.read(&format!("down/{name}")) == content, "{name} on the disk, {trouble:?}");
    }
    assert_eq!(desk.names("down"), ["a.txt", "b.txt", "film", "sub"], "{trouble:?}");
    trial.ends_well().await;
}

/// A file of the cloud is changed by a program of the user's.
async fn edit(trial: &mut Trial) {
    for number in 0..TRIES {
        let edit = EditId(u32::try_from(number).unwrap());
        let (parent, key) = (trial.desk.cloud(""), trial.desk.node("a.txt"));
        let send = |trial: &Trial, command| trial.desk.send(Command::Edit { edit, command });
        send(trial, EditCommand::Fetch { parent, key, purpose: EditPurpose::Edit });
        let fetched = trial.wait(|event| match of(edit, event)? {
            EditEvent::Fetched { path, .. } => Some(Some(path.clone())),
            EditEvent::Failed(_) => Some(None),
            _ => None,
        });
        if let Some(path) = fetched.await {
            std::fs::write(&path, EDITED).unwrap();
            send(trial, EditCommand::Save(SaveAs::Version));
            let saved = trial.wait(|event| match of(edit, event)? {
                EditEvent::Saved { .. } => Some(true),
                EditEvent::Fetching { .. } | EditEvent::Fetched { .. } => None,
                EditEvent::Failed(problem) => {
                    assert!(problem.hint.contains("Your edit is kept"), "{problem}");
                    Some(false)
                }
                _ => Some(false),
            });
            let is_saved = saved.await;
            let is_there = trial.desk.ann.content("a.txt").as_deref() == Some(EDITED);
            assert!(is_there || !is_saved, "what is told to be saved is not");
            send(trial, EditCommand::Discard);
            if !is_saved {
                // It stays for the user, who tries anew and has no need of it then.
                assert_eq!(std::fs::read(&path).unwrap(), EDITED, "the edit is lost");
                std::fs::remove_dir_all(path.ancestors().nth(2).unwrap()).unwrap();
            }
            if is_there {
                return;
            }
        }
        trial.pause().await;
    }
    panic!("it is never edited");
}

fn of(edit: EditId, event: &Event) -> Option<&EditEvent> {
    match event {
        Event::Edit { edit: number, event } if *number == edit => Some(event),
        _ => None,
    }
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

const EDITED: &[u8] = b"what an editor made of it";
