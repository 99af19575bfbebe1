#![cfg(test)]
//! Listing and changes against the emulator in process: what the account has afterwards, what a second account that
//! shares a folder can read, what the journal says, what was sent. After every change the tree that we keep is the one
//! that the server has.

mod login;

use std::sync::Arc;

use login::login;
use megapane::api::error::{ApiError, ErrorCode};
use megapane::emulator::{Access, Emulator, NewAccount, Owner, SAMPLE_EMAIL};
use megapane::entry::CloudFolder;
use megapane::handle::NodeHandle;
use megapane::session::Session;
use megapane::session::change::{Change, ChangeError, Outcome};
use megapane::store::undo::{UndoEnd, UndoJournal};
use megapane::transfer::upload::{Upload, upload};
use megapane::transfer::{Limits, Progress};
use megapane::tree::Tree;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

const ANN: &str = "ann@example.org";
const BEN: &str = "ben@example.org";
const TIME: i64 = 1_717_200_000;

/// Two accounts; the first is logged in, with its tree.
struct Scene {
    emulator: Emulator,
    ann: Owner,
    ben: Owner,
    session: Session,
    tree: Tree,
    journal: UndoJournal,
    folder: tempfile::TempDir,
}

impl Scene {
    /// `prepare` furnishes the accounts before the tree is fetched.
    async fn new(prepare: impl FnOnce(&Owner, &Owner)) -> Self {
        let emulator = Emulator::new();
        let (ann, ben) =
            (emulator.add_account(NewAccount::new(ANN)), emulator.add_account(NewAccount::new(BEN)));
        prepare(&ann, &ben);
        let session = login(&emulator, ANN).await;
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = UndoJournal::open(&folder.path().join("undo.jsonl")).unwrap();
        emulator.clear_seen();
        Self { emulator, ann, ben, session, tree, journal, folder }
    }

    fn node(&self, path: &str) -> NodeHandle {
        self.tree.resolve(path).unwrap()
    }

    async fn change(&mut self, change: Change) -> Result<Outcome, ChangeError> {
        let prepared = self.session.prepare(&self.tree, change)?;
        let outcome = self.session.commit(prepared, &self.journal).await?;
        self.take(outcome).await
    }

    /// Applies an outcome, twice as the event channel would, and compares with what the server has.
    async fn take(&mut self, outcome: Outcome) -> Result<Outcome, ChangeError> {
        for update in outcome.updates.iter().chain(&outcome.updates) {
            self.tree.apply_own(update.clone());
        }
        let fresh = self.session.fetch_tree(|_, _| {}).await.unwrap();
        assert_eq!(picture(&self.tree), picture(&fresh));
        Ok(outcome)
    }

    /// Takes back the newest change that can be taken back.
    async fn undo(&mut self) {
        let record = self.journal.read().unwrap().remove(0);
        let UndoEnd::Undoable(inverse) = record.end else { panic!("not undoable: {record:?}") };
        self.change(serde_json::from_value(inverse).unwrap()).await.unwrap();
    }

    async fn put(&mut self, folder: &str, name: &str, bytes: &[u8]) -> Outcome {
        let parent = self.node(folder);
        let old = self.tree.named(parent, name).first().copied();
        let target = self.session.prepare_put(&self.tree, parent, name, old).unwrap();
        let source = self.folder.path().join("source");
        std::fs::write(&source, bytes).unwrap();
        let upload = upload(Upload {
            session: self.session.clone(),
            source: source.into(),
            target,
            journal: self.journal.clone(),
            keep: megapane::transfer::Keep::default(),
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: CancellationToken::new(),
        });
        let put = upload.await.unwrap();
        assert!(put.not_trashed.is_none());
        self.take(put.outcome).await.unwrap()
    }

    /// The names of the commands that changed something, batch by batch.
    fn sent(&self) -> Vec<Vec<String>> {
        let changing =
            |names: &Vec<String>| names.iter().any(|name| matches!(&**name, "p" | "a" | "m" | "d"));
        self.emulator.seen().into_iter().map(|seen| seen.commands).filter(changing).collect()
    }

    fn command(&self, name: &str) -> Value {
        let batches = self.emulator.seen().into_iter().rev();
        let commands = batches.flat_map(|seen| seen.batch.as_array().cloned().unwrap_or_default());
        commands.into_iter().find(|command| command["a"] == name).unwrap()
    }
}

/// All that a tree shows, to compare two of them.
fn picture(tree: &Tree) -> Vec<String> {
    let line = |handle: NodeHandle| {
        let node = tree.node(handle).unwrap();
        let attributes = node.attributes().map(|attributes| attributes.json());
        let (path, versions) = (tree.path(handle), tree.versions(handle));
        format!("{path} {handle} {} {attributes:?} {versions:?} {:?}", node.size(), tree.usage(handle))
    };
    let mut lines: Vec<String> = tree.nodes().map(|node| line(node.handle())).collect();
    lines.sort();
    lines
}

#[tokio::test(start_paused = true)]
async fn the_sample_account_is_listed_as_its_owner_sees_it() {
    let emulator = Emulator::sample();
    let owner = emulator.owner(SAMPLE_EMAIL).unwrap();
    let session = login(&emulator, SAMPLE_EMAIL).await;
    let mut received = Vec::new();
    let tree = session.fetch_tree(|bytes, total| received.push((bytes, total))).await.unwrap();
    let mut paths: Vec<String> = tree
        .subtree(tree.root().unwrap())
        .skip(1)
        .filter(|node| !node.is_version())
        .map(|node| {
            let names = tree.ancestors(node.handle()).map(|node| node.name().unwrap_or("?").to_owned());
            let mut names: Vec<String> = names.collect();
            names.pop(); // the root
            names.reverse();
            format!("{}{}", names.join("/"), if node.is_file() { "" } else { "/" })
        })
        .collect();
    paths.sort();
    assert_eq!(paths, owner.paths());
    assert!(tree.len() > 100, "{tree:?}");
    assert!(!tree.in_shares().is_empty());
    assert!(tree.orphans().is_empty());
    assert!(tree.nodes().any(|node| node.version_count() > 0));
    assert!(tree.nodes().any(|node| node.is_undecryptable()));
    assert!(tree.usage(tree.rubbish().unwrap()).file_count > 0);
    assert!(received.is_sorted() && received.last().unwrap().0 > 10_000);
    for node in tree.nodes().filter(|node| node.is_file() && !node.is_undecryptable()) {
        assert_eq!(node.key(), owner.node_key(node.handle()), "{}", node.label());
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_survives_faults_on_the_way_and_ends_in_one_error_when_it_cannot() {
    let scene = Scene::new(|ann, _| {
        ann.file("a.txt", b"a", TIME);
    })
    .await;
    for fault in
        ["-3@f#1", "500@f#1-3", "cut:200@f#1", "402@f#1", "cut:300@f#1-2", "short:50@f#1", "garbage@f#1"]
    {
        scene.emulator.fault(fault).unwrap();
        let tree =
            scene.session.fetch_tree(|_, _| {}).await.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(picture(&tree), picture(&scene.tree), "{fault}");
        scene.emulator.clear_faults();
    }
    scene.emulator.fault("cut:300@f").unwrap();
    let error = scene.session.fetch_tree(|_, _| {}).await.unwrap_err();
    assert!(matches!(error, ApiError::Transport(_) | ApiError::Malformed { .. }), "{error}");
    scene.emulator.clear_faults();
    scene.emulator.fault("-15@f").unwrap();
    assert!(matches!(scene.session.fetch_tree(|_, _| {}).await, Err(ApiError::SessionEnded)));
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_made_and_taken_back() {
    let mut scene = Scene::new(|_, _| {}).await;
    let parent = scene.tree.root().unwrap();
    let outcome = scene.change(Change::CreateFolder { parent, name: "cafe\u{301}".into() }).await.unwrap();
    assert_eq!(scene.ann.paths(), ["caf\u{e9}/"]);
    assert_eq!(outcome.created, Some(scene.node("caf\u{e9}")));
    scene.undo().await;
    assert!(scene.ann.paths().is_empty());
    assert_eq!(scene.ann.rubbish_paths(), ["caf\u{e9}/"]);
    scene.undo().await;
    assert_eq!(scene.ann.paths(), ["caf\u{e9}/"]);
}

#[tokio::test(start_paused = true)]
async fn a_rename_keeps_every_attribute_and_is_taken_back() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("a.txt", b"a", TIME);
        ann.set_attribute("a.txt", "lbl", Some("3"));
        ann.set_attribute("a.txt", "x-unknown", Some("kept"));
    })
    .await;
    let node = scene.node("a.txt");
    let before = scene.ann.item(node).unwrap();
    scene.change(Change::Rename { node, from: "stale".into(), to: "b.txt".into() }).await.unwrap();
    let after = scene.ann.item(node).unwrap();
    assert_eq!((after.name.as_deref(), after.modified), (Some("b.txt"), Some(TIME)));
    assert_eq!(after.attributes.value("x-unknown"), Some("kept"));
    scene.undo().await;
    assert_eq!(scene.ann.item(node).unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn trash_notes_the_origin_in_one_batch_and_restore_brings_it_back_there() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("Docs/a.txt", b"a", TIME);
    })
    .await;
    let (node, folder) = (scene.node("Docs/a.txt"), scene.node("Docs"));
    let before = scene.ann.item(node).unwrap();
    scene.change(Change::Trash { node, from: folder }).await.unwrap();
    assert_eq!(scene.sent(), [["a", "m"]]);
    assert_eq!(scene.ann.rubbish_paths(), ["a.txt"]);
    assert_eq!(scene.ann.item(node).unwrap().attributes.value("rr"), Some(&*folder.to_string()));
    assert_eq!(scene.tree.path(node), "//bin/a.txt");
    assert!(matches!(
        scene.change(Change::Trash { node, from: folder }).await,
        Err(ChangeError::InBin { .. })
    ));
    scene.undo().await;
    assert_eq!(scene.ann.paths(), ["Docs/", "Docs/a.txt"]);
    assert_eq!(scene.ann.item(node).unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_the_bin_without_its_origin_is_in_the_bin_all_the_same() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("Docs/a.txt", b"a", TIME);
        ann.file("Docs/b.txt", b"b", TIME);
    })
    .await;
    let [folder, noted, moved] = ["Docs", "Docs/a.txt", "Docs/b.txt"].map(|path| scene.node(path));
    scene.emulator.fault("-11@a#1").unwrap();
    scene.change(Change::Trash { node: moved, from: folder }).await.unwrap();
    assert_eq!(scene.ann.rubbish_paths(), ["b.txt"]);
    assert!(matches!(scene.journal.read().unwrap().remove(0).end, UndoEnd::Undoable(_)));
    scene.emulator.fault("-11@m#1").unwrap();
    let refused = scene.change(Change::Trash { node: noted, from: folder }).await;
    assert!(matches!(refused, Err(ChangeError::Api(ApiError::Refused { .. }))));
    assert_eq!(scene.ann.paths(), ["Docs/", "Docs/a.txt"]);
    assert!(matches!(scene.journal.read().unwrap().remove(0).end, UndoEnd::Refused));
}

#[tokio::test(start_paused = true)]
async fn what_came_from_a_folder_that_is_gone_is_restored_to_the_cloud_drive() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("Docs/a.txt", b"a", TIME);
    })
    .await;
    let (node, folder) = (scene.node("Docs/a.txt"), scene.node("Docs"));
    scene.change(Change::Trash { node, from: folder }).await.unwrap();
    let root = scene.tree.root().unwrap();
    scene.change(Change::Trash { node: folder, from: root }).await.unwrap();
    scene.change(Change::Restore { node, to: folder }).await.unwrap();
    assert_eq!(scene.ann.paths(), ["a.txt"]);
}

#[tokio::test(start_paused = true)]
async fn an_undecryptable_node_moves_and_is_trashed_but_is_never_written() {
    let mut lost = None;
    let mut scene = Scene::new(|ann, _| lost = Some(ann.undecryptable("Docs", 5))).await;
    let (node, folder) = (lost.unwrap(), scene.node("Docs"));
    let rename = Change::Rename { node, from: String::new(), to: "found".into() };
    assert!(matches!(scene.change(rename).await, Err(ChangeError::Undecryptable(_))));
    scene.change(Change::Trash { node, from: folder }).await.unwrap();
    assert_eq!(scene.sent(), [["m"]]);
    scene.undo().await;
    assert_eq!(scene.tree.folder_of(node), Some(CloudFolder::Node(folder)));
}

#[tokio::test(start_paused = true)]
async fn moves_that_lead_nowhere_are_refused_before_anything_is_sent() {
    let mut scene = Scene::new(|ann, ben| {
        ann.file("Docs/Inner/a.txt", b"a", TIME);
        ben.folder("Read");
        ben.file("Write/x", b"x", TIME);
        ben.share("Read", ann, Access::Read);
        ben.share("Write", ann, Access::Write);
    })
    .await;
    let root = scene.tree.root().unwrap();
    let [docs, inner, file, read, write, foreign] =
        ["Docs", "Docs/Inner", "Docs/Inner/a.txt", "//in/Read", "//in/Write", "//in/Write/x"]
            .map(|path| scene.node(path));
    let to = |node, to| Change::Move { node, from: root, to };
    let folder = |parent, name: &str| Change::CreateFolder { parent, name: name.into() };
    let changes = [
        (to(docs, inner), "cannot move into itself"),
        (to(docs, docs), "cannot move into itself"),
        (to(docs, file), "is not a folder"),
        (to(root, docs), "cannot be moved or renamed"),
        (to(read, docs), "cannot be moved or renamed"),
        (to(foreign, docs), "for adding only"),
        (to(docs, write), "belongs to another account"),
        (folder(read, "new"), "\"Read\" is read-only"),
        (folder(docs, ".."), "is not a name"),
        (Change::Trash { node: foreign, from: write }, "for adding only"),
        (Change::PutFile { parent: docs, name: "x".into(), size: 1, replaces: None }, "without its content"),
    ];
    for (change, sentence) in changes {
        let error = scene.change(change.clone()).await.unwrap_err().to_string();
        assert!(error.contains(sentence), "{change:?}: {error}");
    }
    assert!(scene.sent().is_empty());
    assert!(scene.journal.read().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_put_or_moved_into_a_share_can_be_read_by_its_members() {
    let mut scene = Scene::new(|ann, ben| {
        ann.folder("Shared/Deep");
        ann.file("Album/Old/photo.jpg", b"photo", TIME);
        ann.replace("Album/Old/photo.jpg", b"photo 2", TIME + 1);
        ann.share("Shared", ben, Access::Read);
    })
    .await;
    scene.put("Shared/Deep", "new.txt", b"new").await;
    let (album, target) = (scene.node("Album"), scene.node("Shared/Deep"));
    let root = scene.tree.root().unwrap();
    scene.change(Change::Move { node: album, from: root, to: target }).await.unwrap();
    assert_eq!(scene.command("m")["cr"][1].as_array().unwrap().len(), 4, "versions are given too");
    scene.change(Change::CreateFolder { parent: target, name: "made".into() }).await.unwrap();
    let bens = login(&scene.emulator, BEN).await.fetch_tree(|_, _| {}).await.unwrap();
    for (path, bytes) in [("new.txt", &b"new"[..]), ("Album/Old/photo.jpg", b"photo 2")] {
        let node = bens.resolve(&format!("//in/Shared/Deep/{path}")).unwrap();
        assert_eq!(scene.ben.content_of(node).unwrap(), bytes, "{path}");
        assert!(bens.versions(node).iter().all(|&version| !bens.node(version).unwrap().is_undecryptable()));
    }
    bens.resolve("//in/Shared/Deep/made").unwrap();
    assert!(bens.nodes().all(|node| !node.is_undecryptable()));
}

#[tokio::test(start_paused = true)]
async fn in_a_share_of_somebody_else_the_owner_can_read_what_we_put() {
    let mut scene = Scene::new(|ann, ben| {
        ben.folder("Shared/Deep");
        ben.share("Shared", ann, Access::Full);
    })
    .await;
    let outcome = scene.put("//in/Shared/Deep", "new.txt", b"new").await;
    let node = outcome.created.unwrap();
    assert_eq!(scene.ben.content("Shared/Deep/new.txt").unwrap(), b"new");
    let (deep, top) = (scene.node("//in/Shared/Deep"), scene.node("//in/Shared"));
    scene.change(Change::Move { node, from: deep, to: top }).await.unwrap();
    assert_eq!(scene.ben.content("Shared/new.txt").unwrap(), b"new");
    scene.change(Change::Rename { node, from: String::new(), to: "b.txt".into() }).await.unwrap();
    assert_eq!(scene.ben.content("Shared/b.txt").unwrap(), b"new");
    let trash = scene.change(Change::Trash { node, from: top }).await;
    assert!(matches!(trash, Err(ChangeError::NotForOurBin { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_overwrite_makes_a_version_and_is_taken_back_without_losing_either() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("a.txt", b"old", TIME);
        ann.set_attribute("a.txt", "lbl", Some("2"));
        ann.set_user_attribute("^!dv", "MQ"); // the account would not keep versions by itself
    })
    .await;
    let old = scene.node("a.txt");
    let new = scene.put("", "a.txt", b"new content").await.created.unwrap();
    assert_eq!(scene.sent(), [["p"]], "one command: no second sibling, no deletion");
    assert_eq!(scene.command("p")["n"][0]["ov"], old.to_string());
    assert_eq!(scene.tree.versions(new), [old]);
    assert_eq!(scene.ann.item(new).unwrap().attributes.value("lbl"), Some("2"));
    scene.undo().await;
    let current = scene.node("a.txt");
    assert_eq!(scene.ann.content_of(current).unwrap(), b"old");
    assert_eq!(scene.ann.item(current).unwrap().modified, Some(TIME));
    assert_eq!(scene.tree.versions(current), [new, old]);
    scene.undo().await;
    assert_eq!(scene.ann.content("a.txt").unwrap(), b"new content");
    assert_eq!(scene.ann.paths(), ["a.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_file_goes_to_the_bin_once_the_new_one_stands() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("a.txt", b"old", TIME);
    })
    .await;
    let (root, old) = (scene.tree.root().unwrap(), scene.node("a.txt"));
    let mut target = scene.session.prepare_put(&scene.tree, root, "a.txt", None).unwrap();
    let trash = scene.session.prepare(&scene.tree, Change::Trash { node: old, from: root }).unwrap();
    target.then_trash = Some(Box::new(trash));
    let source = scene.folder.path().join("source");
    std::fs::write(&source, b"new").unwrap();
    let put = upload(Upload {
        session: scene.session.clone(),
        source: source.into(),
        target,
        journal: scene.journal.clone(),
        keep: megapane::transfer::Keep::default(),
        limits: Limits::default(),
        progress: Arc::default(),
        cancel: CancellationToken::new(),
    });
    let put = put.await.unwrap();
    scene.take(put.outcome).await.unwrap();
    assert_eq!(scene.sent(), [vec!["p"], vec!["a", "m"]]);
    assert_eq!(scene.ann.content("a.txt").unwrap(), b"new");
    assert_eq!(scene.ann.rubbish_paths(), ["a.txt"]);
    assert_eq!(scene.journal.read().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_journal_says_what_was_refused_and_what_nobody_knows() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("Docs");
    })
    .await;
    let parent = scene.tree.root().unwrap();
    let make = || Change::CreateFolder { parent, name: "x".into() };
    scene.emulator.fault("-11@p#1").unwrap();
    let error = scene.change(make()).await.unwrap_err();
    assert!(matches!(error, ChangeError::Api(ApiError::Refused { code: ErrorCode(-11), .. })), "{error}");
    assert_eq!(scene.journal.read().unwrap()[0].end, UndoEnd::Refused);
    scene.emulator.clear_faults();
    scene.emulator.fault("500@p").unwrap();
    scene.change(make()).await.unwrap_err();
    assert_eq!(scene.journal.read().unwrap()[0].end, UndoEnd::Unknown);
    let text = std::fs::read_to_string(scene.folder.path().join("undo.jsonl")).unwrap();
    assert!(text.contains("CreateFolder") && !text.contains("key"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_journal_cannot_be_written() {
    let mut scene = Scene::new(|_, _| {}).await;
    let full = std::path::Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    scene.journal = UndoJournal::open(full).unwrap();
    let parent = scene.tree.root().unwrap();
    let error = scene.change(Change::CreateFolder { parent, name: "x".into() }).await.unwrap_err();
    assert!(matches!(error, ChangeError::Journal(_)), "{error}");
    assert!(scene.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_went_to_the_bin_meanwhile_takes_nothing_more() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("Docs");
    })
    .await;
    let parent = scene.node("Docs");
    scene.ann.delete("Docs").unwrap();
    let error = scene.change(Change::CreateFolder { parent, name: "x".into() }).await.unwrap_err();
    assert!(
        matches!(
            error,
            ChangeError::Gone(_) | ChangeError::Api(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. })
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_copied_with_all_below_it_and_taken_back_as_one() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("Album/Old/photo.jpg", b"photo", TIME);
        ann.replace("Album/Old/photo.jpg", b"photo 2", TIME + 1);
        ann.file("Album/a.txt", b"text", TIME);
        ann.set_attribute("Album/a.txt", "rr", Some("AAAAAAAA"));
        ann.folder("To");
    })
    .await;
    let (node, to) = (scene.node("Album"), scene.node("To"));
    let copy = Change::Copy { node, to, name: "New".into(), replaces: None };
    scene.change(copy).await.unwrap();
    assert_eq!(scene.sent(), [["p"]]);
    assert_eq!(
        scene.ann.paths(),
        ["Album/", "Album/Old/", "Album/Old/photo.jpg", "Album/a.txt", "To/"]
            .into_iter()
            .chain(["To/New/", "To/New/Old/", "To/New/Old/photo.jpg", "To/New/a.txt"])
            .collect::<Vec<_>>()
    );
    assert_eq!(scene.ann.content("To/New/Old/photo.jpg").unwrap(), b"photo 2");
    let copied = scene.node("To/New/Old/photo.jpg");
    assert!(scene.tree.versions(copied).is_empty(), "old versions stay where they are");
    let (file, folder) = (scene.node("To/New/a.txt"), scene.node("To/New"));
    let same_key = |one: NodeHandle, other: NodeHandle| {
        scene.tree.node(one).unwrap().key() == scene.tree.node(other).unwrap().key()
    };
    assert!(same_key(file, scene.node("Album/a.txt")), "the content is encrypted with it");
    assert!(!same_key(folder, node));
    let item = scene.ann.item(file).unwrap();
    assert_eq!((item.attributes.value("rr"), item.modified), (None, Some(TIME)));
    scene.undo().await;
    assert_eq!(scene.ann.rubbish_paths(), ["New/", "New/Old/", "New/Old/photo.jpg", "New/a.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_over_a_file_makes_a_version_and_a_copy_into_a_share_can_be_read_there() {
    let mut scene = Scene::new(|ann, ben| {
        ann.file("a.txt", b"new", TIME);
        ann.file("Shared/a.txt", b"old", TIME);
        ann.file("Docs/Deep/b.txt", b"deep", TIME);
        ann.share("Shared", ben, Access::Read);
    })
    .await;
    let (node, to, old) = (scene.node("a.txt"), scene.node("Shared"), scene.node("Shared/a.txt"));
    let copy = Change::Copy { node, to, name: "a.txt".into(), replaces: Some(old) };
    let made = scene.change(copy).await.unwrap().created.unwrap();
    assert_eq!(scene.tree.versions(made), [old]);
    let docs = Change::Copy { node: scene.node("Docs"), to, name: "Docs".into(), replaces: None };
    scene.change(docs).await.unwrap();
    let bens = login(&scene.emulator, BEN).await.fetch_tree(|_, _| {}).await.unwrap();
    for (path, bytes) in [("a.txt", &b"new"[..]), ("Docs/Deep/b.txt", b"deep")] {
        let node = bens.resolve(&format!("//in/Shared/{path}")).unwrap();
        assert_eq!(scene.ben.content_of(node).unwrap(), bytes, "{path}");
    }
    assert!(bens.nodes().all(|node| !node.is_undecryptable()));
}

/// 1203 nodes: the limit of a request is 1000, and the cut falls into the middle of a folder.
fn many(ann: &Owner) {
    for folder in ["Big/a", "Big/b/deep", "Big/c"] {
        let folder = ann.folder(folder);
        for file in 0..399 {
            ann.file_in(folder, &format!("{file}"), b"x", Some(TIME));
        }
    }
    ann.file("Big/z", b"last", TIME);
}

#[tokio::test(start_paused = true)]
async fn a_large_folder_is_copied_in_several_requests() {
    let mut scene = Scene::new(|ann, _| many(ann)).await;
    let (node, to) = (scene.node("Big"), scene.tree.root().unwrap());
    scene.change(Change::Copy { node, to, name: "Copy".into(), replaces: None }).await.unwrap();
    let sent = scene.sent().into_iter().flatten().count();
    assert!((2..=4).contains(&sent), "{sent}");
    let below = |top: &str| {
        let paths = scene.ann.paths().into_iter();
        paths.filter_map(|path| path.strip_prefix(top).map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(below("Copy/"), below("Big/"));
    assert_eq!(below("Copy/").len(), 399 * 3 + 6);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_cut_short_is_known_and_can_be_taken_back() {
    let mut scene = Scene::new(|ann, _| many(ann)).await;
    let (node, to) = (scene.node("Big"), scene.tree.root().unwrap());
    let copy = Change::Copy { node, to, name: "Copy".into(), replaces: None };
    scene.emulator.fault("-17@p#2").unwrap();
    let Err(ChangeError::CutShort { made, .. }) = scene.change(copy).await else { panic!("it worked") };
    scene.take(made).await.unwrap();
    assert_eq!(scene.node("Copy"), scene.tree.resolve("Copy").unwrap());
    scene.undo().await;
    assert!(scene.tree.resolve("Copy").is_err());
}

#[tokio::test(start_paused = true)]
async fn impossible_copies_are_refused_before_anything_is_sent() {
    let mut scene = Scene::new(|ann, ben| {
        ann.file("Docs/Inner/a.txt", b"a", TIME);
        ann.file("Bad/x", b"x", TIME);
        ann.undecryptable("Bad", 5);
        ben.folder("Read");
        ben.share("Read", ann, Access::Read);
    })
    .await;
    let root = scene.tree.root().unwrap();
    let [docs, inner, file, bad, read] =
        ["Docs", "Docs/Inner", "Docs/Inner/a.txt", "Bad", "//in/Read"].map(|path| scene.node(path));
    let copy = |node, to, replaces| Change::Copy { node, to, name: "n".into(), replaces };
    let changes = [
        (copy(docs, inner, None), "into itself"),
        (copy(file, read, None), "is read-only"),
        (copy(root, docs, None), "cannot be moved"),
        (copy(bad, docs, None), "cannot be decrypted"),
        (copy(file, inner, Some(file)), "is not a file of that folder"),
        (copy(docs, root, Some(file)), "is not a file of that folder"),
    ];
    for (change, sentence) in changes {
        let error = scene.change(change.clone()).await.unwrap_err().to_string();
        assert!(error.contains(sentence), "{change:?}: {error}");
    }
    assert!(scene.sent().is_empty());
}
