#![cfg(test)]
//! Two clients of ours and others on one account, for as long as one likes: changes at random, with faults, lost lines,
//! sessions that begin anew from what was kept, and positions that are too old. Time and again both must have the tree
//! that the server has.
//!
//! `cargo test --test soak -- --ignored --nocapture` takes an hour; `MEGAPANE_SOAK_SECONDS` says otherwise, and
//! `MEGAPANE_SOAK_SEED` repeats a run whose seed was printed. The clock of the clients is a made-up one: an hour of the
//! machine is weeks of theirs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use megapane::api::client::{Client, ClientOptions};
use megapane::emulator::{Access, Emulator, NewAccount, Owner, PASSWORD};
use megapane::handle::NodeHandle;
use megapane::secret::Secret;
use megapane::session::change::Change;
use megapane::session::{FollowEnd, Session, Stretch};
use megapane::store::tree_cache::TreeCache;
use megapane::store::undo::UndoJournal;
use megapane::tree::{NodeKind, OwnUpdate, Tree};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

const ANN: &str = "ann@example.org";
const BEN: &str = "ben@example.org";
const TIME: i64 = 1_717_200_000;

/// Steps between two looks at whether all have one tree.
const STRETCH: u32 = 60;

/// So many nodes are enough: then more is deleted than made.
const MANY: usize = 250;

/// Numbers that the seed gives.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// A client of ours: it follows the channel by itself, as a screen does.
struct Ours {
    session: Session,
    tree: Tree,
    journal: UndoJournal,
    stretches: UnboundedReceiver<Stretch>,
    following: JoinHandle<FollowEnd>,
    /// Answers that have not arrived yet.
    answers: Vec<OwnUpdate>,
    kept: PathBuf,
}

impl Ours {
    async fn begin(emulator: &Emulator, kept: PathBuf) -> Self {
        let session = login(emulator).await;
        let tree = current(&session, &kept).await;
        let (stretches, following) = follow(&session, &tree);
        let (journal, answers) = (UndoJournal::in_memory(), Vec::new());
        Self { session, tree, journal, stretches, following, answers, kept }
    }

    /// Ends this run of the program and begins another; at times what it knew was kept.
    async fn begin_anew(&mut self, emulator: &Emulator, dice: &mut Dice) {
        self.following.abort();
        match dice.below(4) {
            0 => {}
            1 => std::fs::write(&self.kept, b"damaged").unwrap(),
            _ => cache(&self.session, &self.kept).save(&self.tree).unwrap(),
        }
        *self = Self::begin(emulator, self.kept.clone()).await;
    }

    /// Takes in what has come by the channel.
    async fn take_news(&mut self) {
        while let Ok(stretch) = self.stretches.try_recv() {
            let is_known = stretch.ends_at(self.tree.sequence());
            if !self.session.take(&mut self.tree, stretch) && !is_known {
                self.follow_anew();
            }
        }
        if self.following.is_finished() {
            self.tree = self.session.fetch_tree(|_, _| {}).await.unwrap();
            self.follow_anew();
        }
    }

    fn follow_anew(&mut self) {
        self.following.abort();
        (self.stretches, self.following) = follow(&self.session, &self.tree);
    }

    async fn change(&mut self, dice: &mut Dice, name: String) {
        let Some(change) = self.any_change(dice, name) else { return };
        // An answer may come late, but not that to a move: one that changed nothing cannot be told from others.
        let is_move = matches!(change, Change::Move { .. } | Change::Trash { .. });
        let Ok(prepared) = self.session.prepare(&self.tree, change) else { return };
        if let Ok(outcome) = self.session.commit(prepared, &self.journal).await {
            self.answers.extend(outcome.updates);
        }
        if is_move || dice.below(2) == 0 {
            self.take_answers();
        }
    }

    fn take_answers(&mut self) {
        self.answers.drain(..).for_each(|update| self.tree.apply_own(update));
    }

    fn any_change(&self, dice: &mut Dice, name: String) -> Option<Change> {
        let is_plain = |kind| matches!(kind, NodeKind::File | NodeKind::Folder);
        let is_folder = |kind| matches!(kind, NodeKind::Folder | NodeKind::Root);
        let folder = *dice.pick(&self.nodes(is_folder))?;
        let node = dice.pick(&self.nodes(is_plain)).copied();
        let is_full = self.tree.len() > MANY;
        Some(match (dice.below(6), node) {
            (4, Some(node)) => Change::Delete { node, name },
            (0..4, Some(node)) if is_full => Change::Delete { node, name },
            (1, Some(node)) => Change::Rename { node, from: String::new(), to: name },
            (2, Some(node)) => Change::Move { node, from: folder, to: folder },
            (3, Some(node)) => Change::Trash { node, from: folder },
            (5, Some(node)) => Change::Copy { node, to: folder, name, replaces: None },
            _ => Change::CreateFolder { parent: folder, name },
        })
    }

    /// Our own nodes of some sort, by what the tree shows.
    fn nodes(&self, wanted: impl Fn(NodeKind) -> bool) -> Vec<NodeHandle> {
        let below = self.tree.root().into_iter().flat_map(|root| self.tree.subtree(root));
        below.filter(|node| wanted(node.kind()) && !node.is_version()).map(|node| node.handle()).collect()
    }

    async fn catch_up(&mut self) {
        self.take_news().await;
        if self.session.catch_up(&mut self.tree).await.is_err() {
            self.tree = self.session.fetch_tree(|_, _| {}).await.unwrap();
        }
        self.take_answers();
    }
}

async fn login(emulator: &Emulator) -> Session {
    let options = ClientOptions { base: emulator.url(), waits: Arc::new(|_| {}), give_up: None };
    let client = Client::new(Arc::new(emulator.transport()), options);
    Session::login(&client, ANN, &Secret::from(PASSWORD), None).await.unwrap()
}

fn cache(session: &Session, path: &std::path::Path) -> TreeCache {
    TreeCache::new(path.to_owned(), session.master_key().clone(), session.user())
}

/// What was kept and has been caught up, or a listing.
async fn current(session: &Session, kept: &std::path::Path) -> Tree {
    if let Some(mut tree) = cache(session, kept).load()
        && session.catch_up(&mut tree).await.is_ok()
    {
        return tree;
    }
    session.fetch_tree(|_, _| {}).await.unwrap()
}

fn follow(session: &Session, tree: &Tree) -> (UnboundedReceiver<Stretch>, JoinHandle<FollowEnd>) {
    let (sender, stretches) = unbounded_channel();
    let (session, position) = (session.clone(), tree.sequence().to_owned());
    let hand_out = move |stretch| drop(sender.send(stretch));
    (stretches, tokio::spawn(async move { session.follow(position, hand_out).await }))
}

/// Another client of the account, or somebody who shares with it.
fn others_change(ann: &Owner, ben: &Owner, dice: &mut Dice, name: &str) {
    let (paths, bens) = (ann.paths(), ben.paths());
    let mut any = |of: &[String]| dice.pick(of).map(|path| path.trim_end_matches('/').to_owned());
    let (Some(one), Some(other)) = (any(&paths), any(&paths)) else {
        ann.folder(name);
        return;
    };
    let shared = any(&bens).unwrap_or_default();
    match dice.below(if paths.len() > MANY { 2 } else { 10 }) {
        0 | 1 => drop(ann.delete(&one)),
        2 => drop(ann.rename(&one, name)),
        3 => drop(ann.move_to(&one, &other)),
        4 => drop(ann.trash(&one)),
        5 if ann.content(&one).is_some() => drop(ann.replace(&one, b"new content", TIME + 1)),
        6 => drop(ann.share(&one, ben, Access::Write)),
        7 if bens.len() < MANY => drop(ben.file(&format!("Album/{name}"), b"ben's", TIME)),
        8 => drop(ben.rename(&shared, name)),
        _ => drop(ann.file(&format!("{name}/file"), b"content", TIME)),
    }
}

/// All that a tree shows, to compare two of them.
fn picture(tree: &Tree) -> Vec<String> {
    let line = |handle: NodeHandle| {
        let node = tree.node(handle).unwrap();
        let attributes = node.attributes().map(|attributes| attributes.json());
        let (path, versions, usage) = (tree.path(handle), tree.versions(handle), tree.usage(handle));
        let shares = (node.is_shared(), tree.is_linked(handle), tree.access(handle));
        let place = (tree.folder_of(handle), node.key(), node.uploaded());
        format!("{path} {handle} {} {attributes:?} {versions:?} {usage:?} {shares:?} {place:?}", node.size())
    };
    let mut lines: Vec<String> = tree.nodes().map(|node| line(node.handle())).collect();
    lines.sort();
    lines
}

const FAULTS: [&str; 7] =
    ["500@sc#1-3", "cut@wait#1-4", "cut@sc#1-2", "slow:5s@sc#1-5", "lost@cs#2", "500@cs#1-2", "cut:900@f#1"];

/// Runs stretches of steps until it is over, or a number of them where there is no end.
async fn soak(seed: u64, is_over: impl Fn(u32) -> bool) {
    let mut dice = Dice(seed);
    let (emulator, folder) = (Emulator::new(), tempfile::tempdir().unwrap());
    let (ann, ben) = (emulator.add_account(NewAccount::new(ANN)), emulator.add_account(NewAccount::new(BEN)));
    ann.file("Docs/Deep/a.txt", b"a", TIME);
    ben.file("Album/In/c.jpg", b"c", TIME);
    ben.share("Album", &ann, Access::Full);
    let kept = |name: &str| folder.path().join("trees").join(name);
    let mut ours = [Ours::begin(&emulator, kept("one")).await, Ours::begin(&emulator, kept("two")).await];
    for client in &ours {
        cache(&client.session, &client.kept).save(&client.tree).unwrap();
    }
    let mut number = 0;
    while !is_over(number) {
        let name = format!("name {number}");
        number += 1;
        let client = dice.below(2);
        match dice.below(20) {
            0..7 => ours[client].change(&mut dice, name).await,
            7..13 => others_change(&ann, &ben, &mut dice, &name),
            13..16 => ours[client].take_news().await,
            16 => ours[client].take_answers(),
            17 => tokio::time::sleep(Duration::from_millis(dice.below(20_000) as u64)).await,
            18 => emulator.fault(dice.pick(&FAULTS).unwrap()).unwrap(),
            _ if dice.below(4) > 0 => ours[client].begin_anew(&emulator, &mut dice).await,
            _ => emulator.forget_packets(),
        }
        if number % STRETCH == 0 {
            emulator.clear_faults();
            for client in &mut ours {
                client.catch_up().await;
            }
            let fresh = picture(&ours[0].session.fetch_tree(|_, _| {}).await.unwrap());
            for (client, which) in ours.iter().zip(["the first", "the second"]) {
                assert_eq!(picture(&client.tree), fresh, "{which} client, seed {seed}, step {number}");
            }
            emulator.clear_seen();
        }
    }
    println!(
        "seed {seed}: {number} steps, and equal trees every {STRETCH}; {} nodes at the end",
        ours[0].tree.len()
    );
}

fn on_a_paused_clock<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(run)
}

fn said(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "how long and with which seed is for this test alone")]
    let text = std::env::var(name);
    text.ok().map(|text| text.parse().unwrap())
}

#[test]
fn two_clients_and_others_end_with_equal_trees() {
    for seed in 1..=3 {
        on_a_paused_clock(soak(seed, |number| number >= 5 * STRETCH));
    }
}

#[test]
#[ignore = "takes an hour, or MEGAPANE_SOAK_SECONDS"]
fn for_an_hour_two_clients_and_others_keep_equal_trees() {
    let started = Instant::now();
    let length = Duration::from_secs(said("MEGAPANE_SOAK_SECONDS").unwrap_or(3600));
    let fresh = || u64::from_le_bytes(megapane::crypto::key::random());
    let mut seed = said("MEGAPANE_SOAK_SEED").unwrap_or_else(fresh);
    while started.elapsed() < length {
        println!("seed {seed}");
        on_a_paused_clock(soak(seed, |number| number >= 20 * STRETCH || started.elapsed() >= length));
        seed = seed.wrapping_add(1);
    }
}
