//! The loop with a hand on its jobs: what one brings is held back, and what the others lead to goes on all the same. The
//! emulator runs in process, and time is paused.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::api::client::{Client, ClientOptions};
use crate::config::Folders;
use crate::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use crate::entry::{CloudFolder, Location};
use crate::message::{CopyOptions, CopyRequest, Selection};
use crate::secret::Secret;
use crate::session::FollowEnd;
use crate::session::Session;
use crate::worker::OpenedAccount;
use crate::worker::account::AccountDone;
use crate::worker::copying::CopyDone;

const EMAIL: &str = "ann@example.org";
const COPY: CopyId = CopyId(1);
/// Folders of the tree, and files in each.
const FOLDERS: usize = 40;
const FILES: usize = 5;

struct Scene {
    actor: Actor,
    owner: Owner,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new(prepare: impl FnOnce(&Owner, &Path)) -> Self {
        let emulator = Emulator::new();
        let owner = emulator.add_account(NewAccount::new(EMAIL));
        let folder = tempfile::tempdir().unwrap();
        prepare(&owner, folder.path());
        let give_up = Some(Duration::from_mins(1));
        let options = ClientOptions { base: emulator.url(), waits: Arc::new(|_| {}), give_up };
        let transport: Arc<dyn Transport> = Arc::new(emulator.transport());
        let client = Client::new(Arc::clone(&transport), options);
        let session = Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap();
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        let at = |name: &str| folder.path().join(name);
        let account = crate::config::Account {
            name: "work".into(),
            email: EMAIL.into(),
            api_url: None,
            passphrase: false,
            password: None,
        };
        let folders = Folders { config: at("config"), cache: at("cache"), state: at("state") };
        let config = Config { folders, accounts: vec![account], ..Config::default() };
        let mut parts = Parts::new(config, transport);
        parts.opened.push(OpenedAccount { account: "work".into(), session, tree });
        Self { actor: Actor::new(parts), owner, folder }
    }

    fn local(&self, name: &str) -> Location {
        Location::Local(self.folder.path().join(name))
    }

    fn begin(&mut self, from: Location, to: Location) {
        let request = CopyRequest {
            selection: Selection::Contents(from),
            target: to,
            target_subfolders: Vec::new(),
            rename: None,
            options: Box::new(CopyOptions::default()),
        };
        self.actor.plan_copy(COPY, &request);
        self.actor.start_copy(COPY);
    }

    /// Lets everything go on but what `is_held` holds back, until nothing else does. Returns what was held back.
    async fn run_but(&mut self, is_held: impl Fn(&Done) -> bool) -> Vec<Done> {
        let mut held = Vec::new();
        while !self.actor.jobs.is_empty() {
            let done = self.actor.jobs.next().await.unwrap();
            if is_held(&done) {
                held.push(done);
            } else {
                self.actor.take(Turn::Done(done));
            }
        }
        held
    }

    fn counts(&self) -> (u64, bool) {
        let plan = &self.actor.copies[&COPY].plan;
        (plan.report().copied_count, plan.summary().complete)
    }
}

fn cloud() -> Location {
    Location::Cloud { account: "work".into(), folder: CloudFolder::Root }
}

fn each_file(mut make: impl FnMut(String)) {
    for number in 0..FOLDERS * FILES {
        make(format!("folder-{}/file-{number}", number / FILES));
    }
}

const ALL: u64 = (FOLDERS * FILES) as u64;

#[tokio::test(start_paused = true)]
async fn uploads_arrive_while_a_folder_of_the_disk_is_still_being_read() {
    let mut scene = Scene::new(|_, folder| {
        each_file(|path| {
            let path = folder.join("src").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        });
    })
    .await;
    scene.begin(scene.local("src"), cloud());
    let held = scene
        .run_but(|done| match done {
            Done::Copy(_, CopyDone::Children(_, _, Ok(children))) => {
                children.iter().any(|(path, _)| path.ends_with("folder-0/file-0"))
            }
            _ => false,
        })
        .await;
    assert_eq!((held.len(), scene.counts()), (1, (ALL - FILES as u64, false)));
    assert_eq!(
        scene.owner.paths().iter().filter(|path| path.contains("file-")).count() as u64,
        ALL - FILES as u64
    );
    for done in held {
        scene.actor.take(Turn::Done(done));
    }
    scene.run_but(|_| false).await;
    assert!(scene.actor.copies.is_empty(), "it came to its end");
}

#[tokio::test(start_paused = true)]
async fn downloads_arrive_while_a_folder_of_the_target_is_still_being_read() {
    let mut scene = Scene::new(|owner, _| {
        each_file(|path| {
            owner.file(&path, b"x", 1_700_000_000);
        });
    })
    .await;
    scene.begin(cloud(), scene.local("down"));
    let held = scene
        .run_but(|done| match done {
            Done::Copy(_, CopyDone::Scanned(_, Ok(scanned))) => {
                scanned.offers.iter().any(|offer| offer.name == "file-0")
            }
            _ => false,
        })
        .await;
    assert_eq!((held.len(), scene.counts()), (1, (ALL - FILES as u64, false)));
    for done in held {
        scene.actor.take(Turn::Done(done));
    }
    scene.run_but(|_| false).await;
    assert!(scene.actor.copies.is_empty() && scene.folder.path().join("down/folder-0/file-0").exists());
}

#[tokio::test(start_paused = true)]
async fn the_front_end_is_told_of_very_many_files_in_a_few_small_events() {
    let mut scene = Scene::new(|_, folder| {
        std::fs::create_dir(folder.join("src")).unwrap();
        (0..3000).for_each(|number| std::fs::write(folder.join(format!("src/{number}")), b"x").unwrap());
    })
    .await;
    scene.begin(scene.local("src"), cloud());
    let begun = Instant::now();
    let (mut transfers, mut largest) = (0, 0);
    while !scene.actor.jobs.is_empty() {
        let done = scene.actor.jobs.next().await.unwrap();
        scene.actor.take(Turn::Done(done));
        while let Some(event) = scene.actor.outbox.pop() {
            if let Event::Transfers { changed, .. } = event {
                transfers += 1;
                largest = largest.max(changed.len());
            }
        }
    }
    assert!(scene.actor.copies.is_empty());
    // Ten a second, and one at either end.
    let most = begun.elapsed().as_millis() / WATCH.as_millis() + 2;
    assert!(transfers <= most, "{transfers} events, and there was time for {most}");
    assert!((1..=256).contains(&largest), "an event of {largest} rows");
}

#[tokio::test(start_paused = true)]
async fn what_a_follower_says_that_was_replaced_does_not_end_the_one_that_follows_now() {
    let mut scene = Scene::new(|_, _| {}).await;
    scene.actor.follow_opened();
    scene.actor.follow_opened();
    let refused = FollowEnd::Refused(crate::api::error::ApiError::Blocked);
    scene.actor.account_done("work", AccountDone::Unfollowed(0, 1, refused));
    scene.actor.refresh_account("work");
    assert!(scene.actor.accounts["work"].since_listing.is_none(), "it is asked for news, not listed anew");
}

#[tokio::test(start_paused = true)]
async fn nodes_that_were_still_being_written_at_the_logout_do_not_stay_on_the_disk() {
    let mut scene = Scene::new(|_, _| {}).await;
    let path = scene.actor.config.folders.tree_cache("work");
    let held = scene.actor.accounts["work"].following.kept_file().try_lock_owned().unwrap();
    let written = path.clone();
    let keeping = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        std::fs::create_dir_all(written.parent().unwrap()).unwrap();
        std::fs::write(&written, b"sealed").unwrap();
        drop(held);
    });
    scene.actor.logout("work");
    scene.run_but(|_| false).await;
    keeping.await.unwrap();
    assert!(!path.exists());
}

/// All paths of an account, as the worker has it.
fn paths(scene: &Scene) -> Vec<String> {
    let tree = scene.actor.accounts["work"].tree.as_deref().unwrap();
    let mut paths: Vec<String> = tree.nodes().map(|node| tree.path(node.handle())).collect();
    paths.sort();
    paths
}

#[tokio::test(start_paused = true)]
async fn much_that_happens_is_taken_in_beside_the_loop_and_what_comes_meanwhile_is_not_lost() {
    let fill = |owner: &Owner, _: &Path| {
        for number in 0..2_100 {
            owner.file(&format!("big/file-{number}"), b"", 1);
        }
    };
    let mut scene = Scene::new(fill).await;
    let (session, position) = {
        let (session, tree) = scene.actor.accounts["work"].ready().unwrap();
        (session.clone(), tree.sequence().to_owned())
    };
    scene.owner.delete("big").unwrap();
    let much = session.news(&position).await.unwrap();
    let mut after = scene.actor.accounts["work"].tree.as_deref().unwrap().clone();
    assert!(session.take(&mut after, much.clone()));
    scene.owner.folder("behind");
    let behind = session.news(after.sequence()).await.unwrap();
    let attempt = scene.actor.accounts["work"].attempt();
    let count = |scene: &Scene| paths(scene).len();
    let before = count(&scene);
    scene.actor.take_stretch("work", attempt, much);
    scene.actor.take_stretch("work", attempt, behind);
    assert_eq!(count(&scene), before, "a job is at it");
    let root = after.root().unwrap();
    let change = crate::session::change::Change::CreateFolder { parent: root, name: "ours".into() };
    let prepared = session.prepare(&after, change).unwrap();
    let made = session.commit(prepared, &UndoJournal::in_memory()).await.unwrap();
    scene.actor.accounts.get_mut("work").unwrap().apply(made.updates);
    assert_eq!(count(&scene), before + 1, "what we do ourselves is seen at once");
    scene.run_but(|_| false).await;
    assert_eq!(paths(&scene), ["", "//bin", "//inbox", "behind", "ours"]);
    let mut caught_up = scene.actor.accounts["work"].tree.as_deref().unwrap().clone();
    session.catch_up(&mut caught_up).await.unwrap();
    let fresh = session.fetch_tree(|_, _| {}).await.unwrap();
    assert_eq!(caught_up.len(), fresh.len());
}

#[tokio::test(start_paused = true)]
async fn a_target_that_holds_very_many_is_gone_through_beside_the_loop() {
    let mut scene = Scene::new(|owner, folder| {
        for number in 0..=crate::worker::panes::LARGE {
            owner.file(&format!("big/{number}"), b"", 1);
        }
        std::fs::create_dir(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/new"), b"x").unwrap();
        std::fs::write(folder.join("src/7"), b"another").unwrap();
    })
    .await;
    let big = scene.owner.node("big").unwrap();
    let target = Location::Cloud { account: "work".into(), folder: CloudFolder::Node(big) };
    scene.begin(scene.local("src"), target);
    let held = scene.run_but(|done| matches!(done, Done::Copy(_, CopyDone::Scanned(..)))).await;
    assert_eq!((held.len(), scene.counts()), (1, (0, false)), "the loop has nothing to do with it");
    for done in held {
        scene.actor.take(Turn::Done(done));
    }
    scene.run_but(|_| false).await;
    let is_there = |path: &str| scene.owner.content(path).is_some_and(|content| !content.is_empty());
    assert!(is_there("big/new"));
    assert_eq!(scene.actor.conflicts, 1, "one name is taken, and that is asked about");
}
