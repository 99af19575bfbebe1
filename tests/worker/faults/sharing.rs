//! A public link is made and removed, a folder shared with somebody who then reads what is put there, and no longer; old
//! versions are made current and deleted; what another's link shows is taken over.

use std::sync::Arc;

use megapane::api::client::{Client, ClientOptions};
use megapane::emulator::{NewAccount, Owner, PASSWORD};
use megapane::message::*;
use megapane::secret::Secret;
use megapane::session::Session;
use serde_json::json;

use super::trial::{TIME, Trial, Trouble, entries};
use crate::desk::*;

pub(super) async fn run(trouble: Trouble) {
    let mut trial = Trial::begin(trouble, |ann, _| {
        ann.file("linked.txt", b"for everybody", TIME);
        ann.file("shared/x.txt", b"for some", TIME);
        for (number, content) in [b"first", b"secnd", b"third"].into_iter().enumerate() {
            let time = TIME + i64::try_from(number).unwrap();
            if number == 0 {
                ann.file("versions.txt", content, time);
            } else {
                ann.replace("versions.txt", content, time).unwrap();
            }
        }
    })
    .await;
    let ben = trial.desk.emulator.add_account(NewAccount::new(BEN));
    ben.file("Trip/one.jpg", b"one", 1);
    ben.file("Trip/more/two.jpg", b"two", 2);

    let linked = subject(&trial.desk, "linked.txt");
    let link = Command::Sharing(SharingCommand::Link { subject: linked.clone(), expires: None });
    trial.until(|_| link.clone(), |desk| link_count(desk) == 1).await;
    let unlink = Command::Sharing(SharingCommand::Unlink(linked));
    trial.until(|_| unlink.clone(), |desk| link_count(desk) == 0).await;

    let folder = subject(&trial.desk, "shared");
    let share = SharingCommand::Share { folder: folder.clone(), with: BEN.into(), access: ShareAccess::Read };
    trial.until(|_| Command::Sharing(share.clone()), |_| is_shown_to(&ben)).await;
    trial.desk.write("src/later.txt", b"put there later", TIME);
    let up = |desk: &Desk| {
        let all = Selection::Contents(desk.local("src"));
        request(all, desk.cloud("shared"), ConflictPolicy::Identical)
    };
    trial.copy(up, |_| true).await;
    trial.desk.emulator.clear_faults();
    assert_eq!(read_by_ben(&trial.desk).await, ["later.txt", "shared", "x.txt"], "{trouble:?}");
    trial.go_wrong();
    let unshare = SharingCommand::Unshare { folder, with: BEN.into() };
    trial.until(|_| Command::Sharing(unshare.clone()), |_| !is_shown_to(&ben)).await;

    versions(&mut trial).await;
    import(&mut trial, &ben.publish("Trip").unwrap()).await;
    trial.ends_well().await;
}

async fn versions(trial: &mut Trial) {
    let first =
        older(&trial.desk).into_iter().find(|node| trial.desk.ann.content_of(*node).unwrap() == b"first");
    let first = first.unwrap();
    let restore = |desk: &Desk| {
        let file = subject(desk, "versions.txt");
        Command::Versions(VersionsCommand::Restore { file, version: first })
    };
    let is_first = |desk: &Desk| desk.ann.content("versions.txt").as_deref() == Some(b"first");
    trial.until(restore, is_first).await;
    let delete = |desk: &Desk| {
        let (file, versions) = (subject(desk, "versions.txt"), older(desk));
        Command::Versions(VersionsCommand::Delete { file, version: versions[versions.len() - 1] })
    };
    let count = older(&trial.desk).len();
    trial.until(delete, |desk| older(desk).len() < count).await;
    assert!(is_first(&trial.desk));
}

/// Taken over until all of it is there: half of it is thrown away first, as a name that is taken is refused.
async fn import(trial: &mut Trial, link: &str) {
    let link = Secret::from(link);
    for _ in 0..super::trial::TRIES {
        trial.desk.send(Command::Sharing(SharingCommand::OpenLink {
            view: DISK,
            link: link.clone(),
            password: None,
        }));
        let shown = trial.wait(|event| match event {
            Event::View(head) if head.view == DISK && head.state == ViewState::Ready => {
                Some(Some(head.location.clone()))
            }
            Event::Failed(_) => Some(None),
            _ => None,
        });
        if let Some(parent) = shown.await {
            let keys = trial.desk.rows(DISK).await.into_iter().map(|row| row.entry.key).collect::<Vec<_>>();
            let is_whole = |desk: &Desk| {
                desk.ann.content("one.jpg").is_some() && desk.ann.content("more/two.jpg").is_some()
            };
            let command = |desk: &Desk| {
                let half = entries(desk, desk.cloud(""), &["one.jpg", "more"]);
                let is_there = matches!(&half, Selection::Entries { keys, .. } if !keys.is_empty());
                if is_there {
                    return Command::Trash { selection: half };
                }
                let selection = Selection::Entries { parent: parent.clone(), keys: keys.clone() };
                Command::Sharing(SharingCommand::Import { selection, target: desk.cloud("") })
            };
            return trial.until(command, is_whole).await;
        }
        trial.pause().await;
    }
    panic!("the link never opens");
}

/// Whether the server lists any node of Ann's to Ben.
fn is_shown_to(ben: &Owner) -> bool {
    let listing = ben.command(&json!({ "a": "f", "c": 1 })).unwrap();
    let nodes = listing["f"].as_array().unwrap().iter();
    nodes.filter(|node| node["u"] != json!(ben.user())).count() > 0
}

/// The names of Ann's nodes that Ben can read, by a client of his own.
async fn read_by_ben(desk: &Desk) -> Vec<String> {
    let options = ClientOptions { base: desk.emulator.url(), waits: Arc::new(|_| {}), give_up: None };
    let client = Client::new(Arc::new(desk.emulator.transport()), options);
    let session = Session::login(&client, BEN, &Secret::from(PASSWORD), None).await.unwrap();
    let tree = session.fetch_tree(|_, _| {}).await.unwrap();
    let theirs = tree.nodes().filter(|node| tree.owner(node.handle()).is_some());
    let mut names: Vec<String> = theirs.filter_map(|node| node.name().map(str::to_owned)).collect();
    names.sort();
    names
}

fn subject(desk: &Desk, path: &str) -> Shareable {
    Shareable { account: "work".into(), node: desk.ann.node(path).unwrap() }
}

fn link_count(desk: &Desk) -> usize {
    let listing = desk.ann.command(&json!({ "a": "f", "c": 1 })).unwrap();
    listing["ph"].as_array().map_or(0, Vec::len)
}

/// The older versions, the newest first.
fn older(desk: &Desk) -> Vec<megapane::handle::NodeHandle> {
    let mut versions = Vec::new();
    let mut at = desk.ann.node("versions.txt");
    while let Some(older) = at.and_then(|node| desk.ann.items(node).first().map(|item| item.handle)) {
        versions.push(older);
        at = Some(older);
    }
    versions
}

const BEN: &str = "ben@example.org";
