#![cfg(test)]
//! Storage hosts that are gone: nobody listens, or nobody answers. Another address leads to another host, so one is asked
//! for soon. The emulator runs in process behind a line that knows which hosts are dead; time is paused.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use megapane::api::client::{Client, ClientOptions};
use megapane::api::transport::{Request, Response, Transport, TransportError};
use megapane::crypto::key::NodeKey;
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::local::{Target, unwitnessed};
use megapane::secret::Secret;
use megapane::session::Session;
use megapane::session::change::PutTarget;
use megapane::store::undo::UndoJournal;
use megapane::transfer::download::{Download, Existing, download};
use megapane::transfer::upload::{Upload, upload};
use megapane::transfer::{Keep, Limits, Progress};
use tokio_util::sync::CancellationToken;

const EMAIL: &str = "ann@example.org";
const SIZE: usize = (6 << 20) + 5;

/// How a host is dead.
#[derive(Clone, Copy, Debug)]
enum Death {
    Refuses,
    Silent,
}

/// What lies between us and the servers. An address stands for a host.
struct Line {
    behind: Arc<dyn Transport>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    death: Option<Death>,
    /// Addresses that were used, in the order of their first use.
    used: Vec<String>,
    /// Those whose host is dead.
    dead: BTreeSet<String>,
    /// So many addresses lead to dead hosts; once as many pieces have gone to the first.
    dead_count: usize,
    after: usize,
    /// Requests that reached a host.
    reached: usize,
    /// Nothing at all gets through.
    is_cut: bool,
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let path = request.url.path().to_owned();
        let storage = path.strip_prefix("/dl/").or_else(|| path.strip_prefix("/ul/"));
        let mut state = self.state.lock().unwrap();
        let death = match storage {
            Some(rest) => state.death_of(rest.split('/').next().unwrap()),
            None => state.is_cut.then_some(Death::Refuses),
        };
        let host = || "storage.example.org".to_owned();
        let limit = request.idle_limit;
        match death {
            None => self.behind.send(request),
            Some(Death::Refuses) => {
                async move { Err(TransportError::Unreachable { host: host(), source: "refused".into() }) }
                    .boxed()
            }
            Some(Death::Silent) => async move {
                tokio::time::sleep(limit).await;
                Err(TransportError::Idle { host: host(), limit })
            }
            .boxed(),
        }
    }
}

impl State {
    fn death_of(&mut self, address: &str) -> Option<Death> {
        if !self.used.iter().any(|used| used == address) {
            self.used.push(address.to_owned());
            if self.used.len() <= self.dead_count {
                self.dead.insert(address.to_owned());
            }
        }
        if self.is_cut {
            return Some(Death::Refuses);
        }
        if self.dead.contains(address) && self.reached >= self.after {
            return self.death;
        }
        self.reached += 1;
        None
    }
}

struct Scene {
    emulator: Emulator,
    owner: Owner,
    session: Session,
    line: Arc<Line>,
    folder: tempfile::TempDir,
}

impl Scene {
    /// A line on which the hosts of the first `dead_count` addresses die after so many requests.
    async fn new(death: Death, dead_count: usize, after: usize) -> Self {
        let emulator = Emulator::new();
        let owner = emulator.add_account(NewAccount::new(EMAIL));
        let state = State { death: Some(death), dead_count, after, ..State::default() };
        let line = Arc::new(Line { behind: Arc::new(emulator.transport()), state: Mutex::new(state) });
        let options = ClientOptions { base: emulator.url(), waits: Arc::new(|_| {}), give_up: None };
        let client = Client::new(Arc::clone(&line) as Arc<dyn Transport>, options);
        let session = Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap();
        emulator.clear_seen();
        Self { emulator, owner, session, line, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("film")
    }

    async fn download(&self) {
        let bytes = content();
        let node = self.owner.file("film", &bytes, 1);
        let Some(NodeKey::File(key)) = self.owner.node_key(node) else { panic!("not a file") };
        let run = Download {
            session: self.session.clone(),
            node,
            key,
            size: SIZE as u64,
            modified: None,
            target: Target::chosen(&self.path()).unwrap(),
            existing: Existing::Fail,
            witness: unwitnessed(),
            keep: Keep::default(),
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: CancellationToken::new(),
        };
        download(run).await.unwrap();
        assert!(std::fs::read(self.path()).unwrap() == bytes);
    }

    async fn upload(&self) {
        std::fs::write(self.path(), content()).unwrap();
        let run = Upload {
            session: self.session.clone(),
            source: self.path().into(),
            target: PutTarget::new(self.owner.roots()[0], "film".to_owned()),
            journal: UndoJournal::none(),
            keep: Keep::default(),
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: CancellationToken::new(),
        };
        upload(run).await.unwrap();
        assert!(self.owner.content("film").unwrap() == content());
    }

    fn used(&self) -> usize {
        self.line.state.lock().unwrap().used.len()
    }

    fn command_count(&self, name: &str) -> usize {
        self.emulator.seen().iter().filter(|seen| seen.commands.iter().any(|command| command == name)).count()
    }
}

fn content() -> Vec<u8> {
    (0..SIZE).map(|at| u8::try_from(at * 13 % 251).unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_download_asks_for_another_address_when_its_host_is_dead() {
    for death in [Death::Refuses, Death::Silent] {
        for after in [0, 3] {
            let scene = Scene::new(death, 2, after).await;
            scene.download().await;
            assert_eq!((scene.used(), scene.command_count("g")), (3, 3), "{death:?} after {after}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_has_sent_nothing_asks_for_another_address_too() {
    for death in [Death::Refuses, Death::Silent] {
        let scene = Scene::new(death, 2, 0).await;
        scene.upload().await;
        assert_eq!((scene.used(), scene.command_count("u")), (3, 3), "{death:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_under_way_leaves_its_host_only_when_that_stays_away_though_the_line_is_there() {
    for death in [Death::Refuses, Death::Silent] {
        let scene = Scene::new(death, 1, 2).await;
        scene.upload().await;
        assert_eq!(scene.used(), 2, "{death:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_down_for_hours_costs_an_upload_under_way_nothing() {
    let scene = Scene::new(Death::Refuses, 0, 0).await;
    scene.emulator.fault("rate:1MiB@ul").unwrap();
    let outage = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        scene.line.state.lock().unwrap().is_cut = true;
        tokio::time::sleep(Duration::from_hours(5)).await;
        scene.line.state.lock().unwrap().is_cut = false;
    };
    tokio::join!(scene.upload(), outage);
    assert_eq!(scene.used(), 1, "it started over");
}
