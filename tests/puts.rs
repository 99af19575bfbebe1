#![cfg(test)]
//! Finished uploads that become files together, against the emulator in process: what is sent, what each of them is
//! told, what the journal has of it.

mod login;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::join_all;
use login::login;
use megapane::api::error::{ApiError, ErrorCode};
use megapane::api::storage::{PieceAnswer, upload_piece};
use megapane::api::transport::RequestBody;
use megapane::crypto::attributes::Attributes;
use megapane::crypto::key::FileKey;
use megapane::emulator::{Access, Emulator, NewAccount, Owner};
use megapane::handle::NodeHandle;
use megapane::session::Session;
use megapane::session::change::{Change, ChangeError, Outcome, Put, PutTarget, Uploaded};
use megapane::store::undo::{UndoEnd, UndoJournal};
use megapane::tree::Tree;

const ANN: &str = "ann@example.org";
const BEN: &str = "ben@example.org";

struct Scene {
    emulator: Emulator,
    ann: Owner,
    session: Session,
    tree: Tree,
    journal: UndoJournal,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// `prepare` furnishes the accounts before the tree is fetched.
    async fn new(prepare: impl FnOnce(&Owner, &Owner)) -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(ANN));
        prepare(&ann, &emulator.add_account(NewAccount::new(BEN)));
        let session = login(&emulator, ANN).await;
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = UndoJournal::open(&folder.path().join("undo.jsonl")).unwrap();
        Self { emulator, ann, session, tree, journal, _folder: folder }
    }

    fn target(&self, folder: &str, name: &str) -> PutTarget {
        let parent = self.tree.resolve(folder).unwrap();
        let old = self.tree.named(parent, name).first().copied();
        self.session.prepare_put(&self.tree, parent, name, old).unwrap()
    }

    /// Sends three bytes for each name to the storage server; from here on only puts are seen.
    async fn tokens(&self, count: usize) -> Vec<Bytes> {
        let mut tokens = Vec::new();
        for _ in 0..count {
            let url = self.session.upload_url(3, self.tree.root().unwrap()).await.unwrap();
            let body = RequestBody::Bytes(Bytes::from_static(b"abc"));
            let transport = &**self.session.client().transport();
            let PieceAnswer::Complete(token) = upload_piece(transport, &url, 0, body, None).await.unwrap()
            else {
                panic!("the upload is not complete");
            };
            tokens.push(token);
        }
        self.emulator.clear_seen();
        tokens
    }

    async fn put(&self, target: &PutTarget, token: &[u8], seed: usize) -> Result<Put, ChangeError> {
        let key = FileKey::new([u8::try_from(seed).unwrap(); 16], [1; 8], [2; 8]);
        let uploaded = Uploaded { token, key: &key, size: 3, attributes: Attributes::named(&target.name) };
        self.session.put_file(target, uploaded, &self.journal).await
    }

    /// Puts all at the same time.
    async fn put_all(&self, targets: &[PutTarget]) -> Vec<Result<Put, ChangeError>> {
        let tokens = self.tokens(targets.len()).await;
        let puts = targets.iter().zip(&tokens).enumerate();
        join_all(puts.map(|(seed, (target, token))| self.put(target, token, seed))).await
    }

    /// How many nodes each `p` had, batch by batch.
    fn sent(&self) -> Vec<Vec<usize>> {
        let count = |command: &serde_json::Value| command["n"].as_array().map(Vec::len);
        let batches = self.emulator.seen().into_iter();
        let batches =
            batches.map(|seen| seen.batch.as_array().into_iter().flatten().filter_map(count).collect());
        batches.filter(|batch: &Vec<usize>| !batch.is_empty()).collect()
    }

    /// How often the whole list was asked for.
    fn listings(&self) -> usize {
        let is_list = |command: &serde_json::Value| command["a"] == "f";
        let seen = self.emulator.seen().into_iter();
        seen.map(|seen| seen.batch.as_array().into_iter().flatten().filter(|c| is_list(c)).count()).sum()
    }

    /// The server's name for what a put made.
    async fn name(&self, put: &Put) -> String {
        let fresh = self.session.fetch_tree(|_, _| {}).await.unwrap();
        fresh.node(put.outcome.created.unwrap()).unwrap().name().unwrap().to_owned()
    }

    fn ends(&self) -> Vec<UndoEnd> {
        self.journal.read().unwrap().into_iter().rev().map(|record| record.end).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn uploads_that_end_together_are_put_with_one_command_for_each_folder() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("A");
        ann.folder("B");
    })
    .await;
    let targets: Vec<PutTarget> =
        ["A/1", "B/2", "A/3", "A/4"].map(|path| scene.target(&path[..1], &path[2..])).into();
    let puts = scene.put_all(&targets).await;
    assert_eq!(scene.sent(), [[3, 1]], "one batch");
    for (target, put) in targets.iter().zip(&puts) {
        assert_eq!(scene.name(put.as_ref().unwrap()).await, target.name);
    }
    assert_eq!(scene.ann.paths(), ["A/", "A/1", "A/3", "A/4", "B/", "B/2"]);
    for put in puts {
        put.unwrap().outcome.updates.into_iter().for_each(|update| scene.tree.apply_own(update));
    }
    let fresh = scene.session.fetch_tree(|_, _| {}).await.unwrap();
    for node in fresh.nodes() {
        assert!(scene.tree.node(node.handle()).unwrap().key() == node.key(), "{}", node.label());
    }
    assert!(scene.ends().iter().all(|end| matches!(end, UndoEnd::Undoable(_))), "{:?}", scene.ends());
    assert_eq!(scene.ends().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_put_that_is_refused_takes_no_other_along() {
    let scene = Scene::new(|ann, _| {
        ann.file("old", b"old", 1);
    })
    .await;
    let targets = ["1", "old", "3"].map(|name| scene.target("", name));
    scene.ann.delete("old").unwrap();
    let puts = scene.put_all(&targets).await;
    assert_eq!(scene.sent(), [vec![3], vec![1, 1, 1]], "together, and then each alone");
    assert_eq!(scene.ann.paths(), ["1", "3"]);
    assert_eq!(scene.name(puts[2].as_ref().unwrap()).await, "3");
    let refused = puts[1].as_ref().unwrap_err();
    let ChangeError::Api(ApiError::Refused { code, .. }) = refused else { panic!("{refused}") };
    assert_eq!(*code, ErrorCode(-9));
    let ends = scene.ends();
    assert!(matches!(ends[..], [UndoEnd::Undoable(_), UndoEnd::Refused, UndoEnd::Undoable(_)]), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_fit_tells_no_file_of_another() {
    let scene = Scene::new(|_, _| {}).await;
    let targets = ["1", "2"].map(|name| scene.target("", name));
    scene.emulator.fault("garbage@p").unwrap();
    let puts = scene.put_all(&targets).await;
    assert!(puts.iter().all(Result::is_err));
    assert_eq!(scene.ends(), [UndoEnd::Unknown, UndoEnd::Unknown]);
}

#[tokio::test(start_paused = true)]
async fn members_of_a_share_can_read_all_that_is_put_together() {
    let scene = Scene::new(|ann, ben| {
        ann.folder("Shared/Deep");
        ann.folder("Own");
        ann.share("Shared", ben, Access::Read);
    })
    .await;
    let targets: Vec<PutTarget> = [("Shared/Deep", "1"), ("Own", "2"), ("Shared/Deep", "3")]
        .map(|(folder, name)| scene.target(folder, name))
        .into();
    for put in scene.put_all(&targets).await {
        put.unwrap();
    }
    let bens = login(&scene.emulator, BEN).await.fetch_tree(|_, _| {}).await.unwrap();
    for name in ["1", "3"] {
        bens.resolve(&format!("//in/Shared/Deep/{name}")).unwrap();
    }
    assert!(bens.nodes().all(|node| !node.is_undecryptable()));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_before_it_was_sent_is_not_put() {
    let scene = Scene::new(|_, _| {}).await;
    let targets = ["1", "2"].map(|name| scene.target("", name));
    let tokens = scene.tokens(2).await;
    {
        let mut dropped = Box::pin(scene.put(&targets[0], &tokens[0], 0));
        assert!((&mut dropped).now_or_never().is_none(), "it waits for the server");
    }
    scene.put(&targets[1], &tokens[1], 1).await.unwrap();
    assert_eq!(scene.ann.paths(), ["2"]);
    assert_eq!(scene.ends().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn thousands_that_end_together_are_put_with_a_few_commands_that_the_server_takes() {
    let scene = Scene::new(|_, _| {}).await;
    let token = scene.tokens(1).await.remove(0);
    let targets: Vec<PutTarget> = (0..2500).map(|number| scene.target("", &number.to_string())).collect();
    // The emulator takes one token several times.
    let puts = join_all(targets.iter().map(|target| scene.put(target, &token, 0))).await;
    let sent: Vec<usize> = scene.sent().concat();
    assert_eq!(sent.iter().sum::<usize>(), 2500);
    assert!(sent.len() < 10 && sent.iter().all(|count| *count <= 1000), "{sent:?}");
    let created: std::collections::HashSet<NodeHandle> =
        puts.into_iter().map(|put| put.unwrap().outcome.created.unwrap()).collect();
    assert_eq!(created.len(), 2500);
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_another_order_tells_each_file_its_own_node() {
    let scene = Scene::new(|_, _| {}).await;
    let targets: Vec<PutTarget> = (0..5).map(|number| scene.target("", &number.to_string())).collect();
    scene.emulator.fault("shuffle@p").unwrap();
    let puts = scene.put_all(&targets).await;
    assert_eq!(scene.sent(), [[5]]);
    for (target, put) in targets.iter().zip(&puts) {
        let put = put.as_ref().unwrap();
        assert_eq!(scene.name(put).await, target.name);
        assert_eq!(scene.ann.node(&target.name), put.outcome.created);
    }
    for (target, end) in targets.iter().zip(scene.ends()) {
        let UndoEnd::Undoable(inverse) = end else { panic!("{end:?}") };
        let node = scene.ann.node(&target.name).unwrap().to_string();
        assert!(inverse.to_string().contains(&node), "{inverse} does not take {node} back");
    }
}

#[tokio::test(start_paused = true)]
async fn a_put_that_is_refused_after_half_of_it_was_made_makes_nothing_twice() {
    let scene = Scene::new(|_, _| {}).await;
    let targets: Vec<PutTarget> = (0..6).map(|number| scene.target("", &number.to_string())).collect();
    scene.emulator.fault("half:-9@p#1").unwrap();
    let puts = scene.put_all(&targets).await;
    assert_eq!(scene.sent(), [vec![6], vec![1, 1, 1]], "what is not there is sent again");
    assert_eq!(scene.ann.paths(), ["0", "1", "2", "3", "4", "5"]);
    for (target, put) in targets.iter().zip(&puts) {
        assert_eq!(put.as_ref().unwrap().outcome.created, scene.ann.node(&target.name), "{}", target.name);
    }
    assert!(scene.ends().iter().all(|end| matches!(end, UndoEnd::Undoable(_))));
}

#[tokio::test(start_paused = true)]
async fn a_full_account_is_told_at_once_and_nothing_is_looked_up() {
    let scene = Scene::new(|_, _| {}).await;
    let targets: Vec<PutTarget> = (0..6).map(|number| scene.target("", &number.to_string())).collect();
    scene.emulator.fault("-17@p").unwrap();
    let puts = scene.put_all(&targets).await;
    assert!(puts.iter().all(Result::is_err));
    assert_eq!((scene.sent(), scene.listings()), (vec![vec![6]], 0));
}

#[tokio::test(start_paused = true)]
async fn refused_commands_of_several_folders_are_looked_up_in_one_list() {
    let scene = Scene::new(|ann, _| {
        for name in ["A", "B", "C"] {
            ann.folder(name);
        }
    })
    .await;
    let targets: Vec<PutTarget> =
        ["A/1", "A/2", "B/1", "B/2", "C/1", "C/2"].map(|path| scene.target(&path[..1], &path[2..])).into();
    scene.emulator.fault("half:-9@p#1-3").unwrap();
    let puts = scene.put_all(&targets).await;
    assert!(puts.iter().all(Result::is_ok), "{:?}", puts.iter().map(Result::is_ok).collect::<Vec<_>>());
    assert_eq!(scene.listings(), 1);
    assert_eq!(scene.ann.paths().len(), 9, "{:?}", scene.ann.paths());
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_leaves_out_is_looked_for_and_not_sent_again() {
    let scene = Scene::new(|_, _| {}).await;
    let targets: Vec<PutTarget> = (0..5).map(|number| scene.target("", &number.to_string())).collect();
    scene.emulator.fault("terse@p").unwrap();
    let puts = scene.put_all(&targets).await;
    assert_eq!(scene.sent(), [[5]]);
    for (target, put) in targets.iter().zip(&puts) {
        assert_eq!(put.as_ref().unwrap().outcome.created, scene.ann.node(&target.name), "{}", target.name);
    }
    assert!(scene.ends().iter().all(|end| matches!(end, UndoEnd::Undoable(_))));
}

#[tokio::test(start_paused = true)]
async fn a_refused_put_that_cannot_be_looked_into_is_not_sent_again() {
    let scene = Scene::new(|_, _| {}).await;
    let targets = ["1", "2"].map(|name| scene.target("", name));
    scene.emulator.fault("half:-9@p#1").unwrap();
    scene.emulator.fault("-2@f").unwrap();
    let puts = scene.put_all(&targets).await;
    assert!(puts.iter().all(Result::is_err));
    assert_eq!(scene.sent(), [[2]]);
    assert_eq!(scene.ends(), [UndoEnd::Unknown, UndoEnd::Unknown], "nobody knows");
}

// ---------------------------------------------------------------------------------------------- copies in the cloud

impl Scene {
    /// Copies files, each under a name of its own, to the root, all at the same time.
    async fn copy_all(&self, copies: &[(&str, String)]) -> Vec<Result<Outcome, ChangeError>> {
        let to = self.tree.root().unwrap();
        let commit = async |(source, name): &(&str, String)| {
            let node = self.tree.resolve(source).unwrap();
            let change = Change::Copy { node, to, name: name.clone(), replaces: None };
            let prepared = self.session.prepare(&self.tree, change)?;
            self.session.commit(prepared, &self.journal).await
        };
        join_all(copies.iter().map(commit)).await
    }
}

#[tokio::test(start_paused = true)]
async fn copies_of_files_inside_the_account_travel_together() {
    let scene = Scene::new(|ann, _| {
        ann.file("src/a", b"content of a", 1);
        ann.file("src/b", b"content of b", 1);
    })
    .await;
    scene.emulator.clear_seen();
    scene.emulator.fault("shuffle@p").unwrap();
    // Several copies of one content, whose keys are the same.
    let copies: Vec<(&str, String)> =
        (0..40).map(|number| (["src/a", "src/b"][number % 2], format!("copy {number}"))).collect();
    let made = scene.copy_all(&copies).await;
    let sent = scene.sent().concat();
    assert_eq!(sent.iter().sum::<usize>(), 40);
    assert!(sent.len() <= 2, "{sent:?}");
    for ((source, name), made) in copies.iter().zip(made) {
        assert_eq!(made.unwrap().created, scene.ann.node(name), "{name}");
        assert_eq!(scene.ann.content(name), scene.ann.content(source));
    }
    assert_eq!(scene.ends().len(), 40);
    assert!(scene.ends().iter().all(|end| matches!(end, UndoEnd::Undoable(_))));
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_refused_takes_no_other_along_and_is_made_once() {
    let scene = Scene::new(|ann, _| {
        for name in ["a", "gone", "c"] {
            ann.file(&format!("src/{name}"), name.as_bytes(), 1);
        }
    })
    .await;
    scene.ann.delete("src/gone").unwrap();
    scene.emulator.clear_seen();
    let copies = ["a", "gone", "c"].map(|name| (["src", name].join("/"), format!("copy of {name}")));
    let copies = copies.each_ref().map(|(source, name)| (source.as_str(), name.clone()));
    let made = scene.copy_all(&copies).await;
    assert_eq!(made.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(scene.ann.paths(), ["copy of a", "copy of c", "src/", "src/a", "src/c"]);
    let again = Scene { journal: UndoJournal::none(), ..scene };
    again.emulator.fault("half:-9@p#1").unwrap();
    let copies = ["a", "c"].map(|name| (["src", name].join("/"), format!("another {name}")));
    let copies = copies.each_ref().map(|(source, name)| (source.as_str(), name.clone()));
    again.copy_all(&copies).await.into_iter().for_each(|made| assert!(made.is_ok()));
    let paths = again.ann.paths();
    assert_eq!(paths.iter().filter(|path| path.starts_with("another")).count(), 2, "{paths:?}");
}
