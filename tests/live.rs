#![cfg(test)]
//! An account that is followed: what other clients and we ourselves do comes once and in order, and whatever the order of
//! packets, answers, listings and restarts, the tree ends as the one that the server has.

mod login;

use std::time::Duration;

use login::login;
use megapane::api::channel::ChannelError;
use megapane::emulator::{Access, Emulator, NewAccount, Owner};
use megapane::handle::NodeHandle;
use megapane::session::change::{Change, Outcome};
use megapane::session::{FollowEnd, Session, Stretch};
use megapane::store::tree_cache::TreeCache;
use megapane::store::undo::UndoJournal;
use megapane::tree::{NodeKind, Tree};
use proptest::prelude::*;
use serde_json::json;

const ANN: &str = "ann@example.org";
const BEN: &str = "ben@example.org";
const TIME: i64 = 1_717_200_000;

/// An account with a client of ours; `ann` is the same account in other hands.
struct Scene {
    emulator: Emulator,
    ann: Owner,
    ben: Owner,
    session: Session,
    tree: Tree,
    journal: UndoJournal,
    /// Answers that have not arrived yet.
    answers: Vec<Outcome>,
    /// News that have not arrived yet.
    stretches: Vec<Stretch>,
    folder: tempfile::TempDir,
    named: u32,
}

impl Scene {
    async fn new(prepare: impl FnOnce(&Owner, &Owner)) -> Self {
        let emulator = Emulator::new();
        let (ann, ben) =
            (emulator.add_account(NewAccount::new(ANN)), emulator.add_account(NewAccount::new(BEN)));
        prepare(&ann, &ben);
        let session = login(&emulator, ANN).await;
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        emulator.clear_seen();
        let (answers, stretches) = (Vec::new(), Vec::new());
        let journal = UndoJournal::in_memory();
        let folder = tempfile::tempdir().unwrap();
        Self { emulator, ann, ben, session, tree, journal, answers, stretches, folder, named: 0 }
    }

    fn cache(&self) -> TreeCache {
        let path = self.folder.path().join("trees").join("ann.sealed");
        TreeCache::new(path, self.session.master_key().clone(), self.session.user())
    }

    async fn assert_current(&mut self) {
        self.session.catch_up(&mut self.tree).await.unwrap();
        let fresh = self.session.fetch_tree(|_, _| {}).await.unwrap();
        assert_eq!(picture(&self.tree), picture(&fresh));
        assert!(self.tree.is_settled());
    }

    fn new_name(&mut self) -> String {
        self.named += 1;
        format!("name {}", self.named)
    }

    /// One of our own nodes of that sort, by what the tree shows.
    fn pick(&self, number: usize, wanted: impl Fn(NodeKind) -> bool) -> Option<NodeHandle> {
        let root = self.tree.root()?;
        let nodes: Vec<NodeHandle> = self
            .tree
            .subtree(root)
            .filter(|node| wanted(node.kind()) && !node.is_version())
            .map(|node| node.handle())
            .collect();
        (!nodes.is_empty()).then(|| nodes[number % nodes.len()])
    }

    /// A change of ours. The server may refuse it: the tree may be behind.
    async fn own_change(&mut self, kind: u8, a: usize, b: usize) {
        let name = self.new_name();
        let any = |kind| matches!(kind, NodeKind::File | NodeKind::Folder);
        let Some(folder) = self.pick(b, |kind| matches!(kind, NodeKind::Folder | NodeKind::Root)) else {
            return;
        };
        let node = self.pick(a, any);
        let change = match (kind % 6, node) {
            (0, _) | (_, None) => Change::CreateFolder { parent: folder, name },
            (1, Some(node)) => Change::Rename { node, from: String::new(), to: name },
            (2, Some(node)) => Change::Move { node, from: folder, to: folder },
            (3, Some(node)) => Change::Trash { node, from: folder },
            (4, Some(node)) => Change::Delete { node, name },
            (_, Some(node)) => Change::Copy { node, to: folder, name, replaces: None },
        };
        let Ok(prepared) = self.session.prepare(&self.tree, change) else { return };
        if let Ok(outcome) = self.session.commit(prepared, &self.journal).await {
            self.answers.push(outcome);
        }
    }

    /// A change by another client of the account, or by somebody who shares with it.
    fn others_change(&mut self, kind: u8, a: usize, b: usize) {
        let name = self.new_name();
        let (paths, bens) = (self.ann.paths(), self.ben.paths());
        let of = |paths: &[String], number: usize| match paths.len() {
            0 => String::new(),
            len => paths[number % len].trim_end_matches('/').to_owned(),
        };
        let (one, other, shared) = (of(&paths, a), of(&paths, b), of(&bens, a));
        match kind % 12 {
            0 => drop(self.ann.file(&format!("{name}/file"), b"content", TIME)),
            1 => drop(self.ann.rename(&one, &name)),
            2 => drop(self.ann.move_to(&one, &other)),
            3 => drop(self.ann.trash(&one)),
            4 => drop(self.ann.delete(&one)),
            5 if self.ann.content(&one).is_some() => drop(self.ann.replace(&one, b"new content", TIME + 1)),
            6 => drop(self.ann.share(&one, &self.ben, Access::Write)),
            7 => drop(self.ann.publish(&one)),
            8 => drop(self.ben.file(&format!("Album/{name}"), b"ben's", TIME)),
            9 => drop(self.ben.rename(&shared, &name)),
            10 => drop(self.ben.share("Album", &self.ann, Access::Full)),
            _ => {
                if let Some(album) = self.ben.node("Album") {
                    let end = json!({ "a": "s2", "n": album, "s": [{ "u": ANN, "r": "" }] });
                    drop(self.ben.command(&end));
                }
            }
        }
    }

    async fn step(&mut self, (kind, a, b): (u8, usize, usize)) {
        match kind {
            0..=5 => self.own_change(kind, a, b).await,
            6..=17 => self.others_change(kind - 6, a, b),
            18..=21 if !self.answers.is_empty() => {
                let outcome = self.answers.remove(a % self.answers.len());
                outcome.updates.into_iter().for_each(|update| self.tree.apply_own(update));
            }
            22..=24 => self.stretches.push(self.session.news(self.tree.sequence()).await.unwrap()),
            25..=27 if !self.stretches.is_empty() => {
                let stretch = self.stretches.remove(a % self.stretches.len());
                self.session.take(&mut self.tree, stretch);
            }
            28 => self.tree = self.session.fetch_tree(|_, _| {}).await.unwrap(),
            29 => {
                // Another run of the program: it begins with what was kept, and nothing is on its way to it.
                self.answers.clear();
                self.stretches.clear();
                self.session = login(&self.emulator, ANN).await;
                if self.tree.is_settled() {
                    self.cache().save(&self.tree).unwrap();
                }
                if let Some(kept) = self.cache().load() {
                    self.tree = kept;
                }
            }
            _ => {}
        }
    }
}

/// All that a tree shows, to compare two of them.
fn picture(tree: &Tree) -> Vec<String> {
    let line = |handle: NodeHandle| {
        let node = tree.node(handle).unwrap();
        let attributes = node.attributes().map(|attributes| attributes.json());
        let (path, versions) = (tree.path(handle), tree.versions(handle));
        let shares =
            (node.is_shared(), tree.is_linked(handle), tree.access(handle), tree.share_keys_above(handle));
        let usage = tree.usage(handle);
        let place = (tree.folder_of(handle), node.key(), node.uploaded());
        format!("{path} {handle} {} {attributes:?} {versions:?} {usage:?} {shares:?} {place:?}", node.size())
    };
    let mut lines: Vec<String> = tree.nodes().map(|node| line(node.handle())).collect();
    lines.sort();
    lines
}

fn on_a_paused_clock<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(run)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_packets_answers_listings_and_restarts_ends_in_the_servers_tree(
        steps in prop::collection::vec((0u8..30, 0usize..1000, 0usize..1000), 1..60)
    ) {
        on_a_paused_clock(async {
            let mut scene = Scene::new(|ann, ben| {
                ann.file("Docs/Deep/a.txt", b"a", TIME);
                ann.file("Docs/b.txt", b"b", TIME);
                ann.replace("Docs/b.txt", b"b2", TIME + 1);
                ann.folder("Photos/2024");
                ben.file("Album/In/c.jpg", b"c", TIME);
                ben.share("Album", ann, Access::Full);
            })
            .await;
            for step in steps {
                scene.step(step).await;
            }
            scene.session.catch_up(&mut scene.tree).await.unwrap();
            for outcome in std::mem::take(&mut scene.answers) {
                outcome.updates.into_iter().for_each(|update| scene.tree.apply_own(update));
            }
            scene.assert_current().await;
        });
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_client_does_comes_in_order_and_once() {
    let mut scene = Scene::new(|ann, _| {
        ann.file("Docs/a.txt", b"a", TIME);
    })
    .await;
    scene.ann.rename("Docs", "Papers");
    scene.ann.file("Papers/b.txt", b"bb", TIME);
    scene.ann.replace("Papers/a.txt", b"aaa", TIME + 1);
    let folder = scene.ann.folder("Else");
    scene.ann.move_to("Papers", "Else");
    let early = scene.session.news(scene.tree.sequence()).await.unwrap();
    assert!(scene.session.take(&mut scene.tree, early.clone()));
    assert_eq!(
        scene.tree.children(folder).count(),
        1,
        "the moved folder is where it was moved to, with all in it"
    );
    let papers = scene.tree.resolve("Else/Papers").unwrap();
    assert_eq!(scene.tree.usage(papers).file_count, 2);
    assert!(!scene.session.take(&mut scene.tree, early), "what was taken in already is passed over");
    scene.assert_current().await;
    scene.ann.delete("Else");
    scene.assert_current().await;
    assert_eq!(scene.tree.children(scene.tree.root().unwrap()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_the_channel_has_gone_on_changes_nothing() {
    let mut scene = Scene::new(|_, _| {}).await;
    scene.own_change(0, 0, 0).await;
    let made = scene.answers[0].created.unwrap();
    let name = scene.session.fetch_tree(|_, _| {}).await.unwrap().path(made);
    scene.ann.delete(&name).unwrap();
    scene.session.catch_up(&mut scene.tree).await.unwrap();
    let late = scene.answers.remove(0);
    late.updates.into_iter().for_each(|update| scene.tree.apply_own(update));
    assert!(scene.tree.node(made).is_none(), "a folder that is gone does not come back");
    scene.assert_current().await;
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_a_move_that_moved_nothing_does_not_bring_the_node_back() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("Docs");
    })
    .await;
    let (docs, root) = (scene.tree.resolve("Docs").unwrap(), scene.tree.root().unwrap());
    let change = Change::Move { node: docs, from: root, to: root };
    let prepared = scene.session.prepare(&scene.tree, change).unwrap();
    let late = scene.session.commit(prepared, &scene.journal).await.unwrap();
    scene.ann.trash("Docs").unwrap();
    scene.session.catch_up(&mut scene.tree).await.unwrap();
    late.updates.into_iter().for_each(|update| scene.tree.apply_own(update));
    assert_eq!(scene.tree.path(docs), "//bin/Docs");
    scene.assert_current().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_is_there_with_its_answer_though_the_channel_still_tells_of_the_one_before() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("Docs");
        ann.folder("Papers");
    })
    .await;
    let [docs, papers] = ["Docs", "Papers"].map(|path| scene.tree.resolve(path).unwrap());
    let root = scene.tree.root().unwrap();
    let start = scene.tree.sequence().to_owned();
    let away = Change::Move { node: docs, from: root, to: papers };
    let prepared = scene.session.prepare(&scene.tree, away).unwrap();
    let outcome = scene.session.commit(prepared, &scene.journal).await.unwrap();
    outcome.updates.into_iter().for_each(|own| scene.tree.apply_own(own));
    let of_away = scene.session.news(&start).await.unwrap();
    let back = Change::Move { node: docs, from: papers, to: root };
    let prepared = scene.session.prepare(&scene.tree, back).unwrap();
    let outcome = scene.session.commit(prepared, &scene.journal).await.unwrap();
    assert!(scene.session.take(&mut scene.tree, of_away));
    outcome.updates.into_iter().for_each(|own| scene.tree.apply_own(own));
    assert_eq!(scene.tree.path(docs), "Docs");
    scene.assert_current().await;
}

/// The packets of a moved folder bring all that was below it by then. They come before or after the answers to what we did
/// there next.
#[tokio::test(start_paused = true)]
async fn what_we_did_in_a_folder_stays_done_though_the_channel_still_tells_of_its_move() {
    for answers_come_first in [true, false] {
        let mut scene = Scene::new(|ann, _| {
            for name in ["away", "named", "gone", "kept"] {
                ann.folder(&format!("Docs/{name}"));
            }
            ann.folder("Papers");
        })
        .await;
        let (root, start) = (scene.tree.root().unwrap(), scene.tree.sequence().to_owned());
        let [docs, papers, away, named, gone] = ["Docs", "Papers", "Docs/away", "Docs/named", "Docs/gone"]
            .map(|path| scene.tree.resolve(path).unwrap());
        let changes = [
            Change::Move { node: docs, from: root, to: papers },
            Change::Move { node: away, from: docs, to: root },
            Change::Rename { node: named, from: "named".into(), to: "renamed".into() },
            Change::Delete { node: gone, name: "gone".into() },
        ];
        let (mut of_move, mut updates) = (None, Vec::new());
        for change in changes {
            let prepared = scene.session.prepare(&scene.tree, change).unwrap();
            updates.extend(scene.session.commit(prepared, &scene.journal).await.unwrap().updates);
            if of_move.is_none() {
                of_move = Some(scene.session.news(&start).await.unwrap());
            }
        }
        if answers_come_first {
            updates.drain(..).for_each(|own| scene.tree.apply_own(own));
        }
        assert!(scene.session.take(&mut scene.tree, of_move.unwrap()));
        for own in updates {
            scene.tree.apply_own(own);
        }
        assert_eq!([away, named].map(|node| scene.tree.path(node)), ["away", "Papers/Docs/renamed"]);
        assert!(scene.tree.node(gone).is_none());
        let before = picture(&scene.tree);
        scene.assert_current().await;
        assert_eq!(picture(&scene.tree), before, "the channel told nothing new");
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_into_a_folder_before_we_deleted_it_goes_with_it() {
    let mut scene = Scene::new(|ann, _| {
        ann.folder("Docs/Deep");
    })
    .await;
    scene.ann.file("Docs/Deep/late.txt", b"late", TIME);
    let node = scene.tree.resolve("Docs").unwrap();
    let change = Change::Delete { node, name: "Docs".to_owned() };
    let prepared = scene.session.prepare(&scene.tree, change).unwrap();
    let outcome = scene.session.commit(prepared, &scene.journal).await.unwrap();
    outcome.updates.into_iter().for_each(|update| scene.tree.apply_own(update));
    assert!(!scene.tree.is_settled());
    scene.assert_current().await;
    assert_eq!(scene.tree.orphans().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_share_comes_opens_and_goes_by_itself() {
    let mut scene = Scene::new(|_, ben| {
        ben.file("Album/photo.jpg", b"jpg", TIME);
    })
    .await;
    scene.ben.share("Album", &scene.ann, Access::Write);
    scene.session.catch_up(&mut scene.tree).await.unwrap();
    let photo = scene.tree.resolve("//in/Album/photo.jpg").unwrap();
    assert!(!scene.tree.node(photo).unwrap().is_undecryptable());
    assert_eq!(scene.tree.access(photo), megapane::tree::Access::Write);
    scene.assert_current().await;
    let album = scene.ben.node("Album").unwrap();
    scene.ben.command(&json!({ "a": "s2", "n": album, "s": [{ "u": ANN, "r": "" }] })).unwrap();
    scene.session.catch_up(&mut scene.tree).await.unwrap();
    assert!(scene.tree.in_shares().is_empty() && scene.tree.node(photo).is_none());
    scene.assert_current().await;
}

#[tokio::test(start_paused = true)]
async fn a_position_that_is_too_old_asks_for_a_listing_and_a_lost_line_does_not() {
    let scene = Scene::new(|_, _| {}).await;
    scene.emulator.fault("500@sc#1-3").unwrap();
    scene.ann.folder("a");
    let stretch = scene.session.news(scene.tree.sequence()).await.unwrap();
    assert!(!stretch.is_empty());
    scene.ann.folder("b");
    scene.emulator.forget_packets();
    assert!(matches!(scene.session.news(scene.tree.sequence()).await, Err(ChannelError::TooOld)));
    let end = scene.session.follow(scene.tree.sequence().to_owned(), |_| {}).await;
    assert!(matches!(end, FollowEnd::TooOld));
}

#[tokio::test(start_paused = true)]
async fn following_goes_on_through_lost_lines_and_waits_without_asking_all_the_time() {
    let scene = Scene::new(|_, _| {}).await;
    let (sender, mut stretches) = tokio::sync::mpsc::unbounded_channel();
    let (session, position) = (scene.session.clone(), scene.tree.sequence().to_owned());
    let following =
        tokio::spawn(
            async move { session.follow(position, move |stretch| drop(sender.send(stretch))).await },
        );
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(scene.emulator.seen().len() < 300, "{} requests in a quiet hour", scene.emulator.seen().len());
    scene.emulator.fault("cut@wait#1-5").unwrap();
    scene.emulator.fault("500@sc#1-5").unwrap();
    for name in ["a", "b", "c"] {
        scene.ann.folder(name);
        let stretch = stretches.recv().await.unwrap();
        assert_eq!(stretch.len(), 1, "once");
    }
    scene.ann.end_sessions();
    let end = tokio::time::timeout(Duration::from_mins(5), following).await.unwrap().unwrap();
    assert!(matches!(end, FollowEnd::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn a_kept_tree_is_the_same_and_goes_on_from_where_it_stood() {
    let mut scene = Scene::new(|ann, ben| {
        ann.file("Docs/a.txt", b"a", TIME);
        ann.replace("Docs/a.txt", b"b", TIME);
        ann.set_attribute("Docs/a.txt", "lbl", Some("2"));
        ann.undecryptable("Docs", 7);
        ann.share("Docs", ben, Access::Read);
        ann.publish("Docs/a.txt");
        ben.file("Album/c.jpg", b"c", TIME);
        ben.share("Album", ann, Access::Write);
    })
    .await;
    scene.cache().save(&scene.tree).unwrap();
    let kept = scene.cache().load().unwrap();
    assert_eq!(picture(&kept), picture(&scene.tree));
    assert_eq!((kept.sequence(), kept.len()), (scene.tree.sequence(), scene.tree.len()));
    assert_eq!(kept.sharer(kept.in_shares()[0]), Some(BEN));
    scene.ann.file("Docs/later", b"x", TIME);
    scene.tree = kept;
    scene.assert_current().await;
    let (path, user) = (scene.folder.path().join("trees").join("ann.sealed"), scene.session.user());
    let other = megapane::crypto::key::MasterKey::from_bytes([7; 16]);
    assert!(TreeCache::new(path.clone(), other, user).load().is_none(), "another key opens nothing");
    let other = login(&scene.emulator, BEN).await.user();
    assert!(TreeCache::new(path, scene.session.master_key().clone(), other).load().is_none());
}
