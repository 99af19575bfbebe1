//! [`Stage`]: an account of the emulator that is logged in, and a line on which the next answers are the test's. Made once
//! for each thread: a login is slow.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, StatusCode};
use megapane::api::client::{Client, ClientOptions};
use megapane::api::transport::{Request, Response, Transport, TransportError};
use megapane::emulator::{Emulator, EmulatorTransport, NewAccount, Owner, PASSWORD};
use megapane::secret::Secret;
use megapane::session::Session;
use megapane::tree::Tree;
use tokio::runtime::Runtime;

pub(crate) const EMAIL: &str = "ann@example.org";

/// What a target of the network works with.
pub(crate) struct Stage {
    pub(crate) runtime: Runtime,
    pub(crate) ann: Owner,
    pub(crate) client: Client,
    pub(crate) session: Session,
    pub(crate) tree: Tree,
    pub(crate) line: Arc<Line>,
}

/// The emulator, or the test in its place.
pub(crate) struct Line {
    behind: EmulatorTransport,
    /// What every request is answered with.
    answer: Mutex<Option<Bytes>>,
    /// Answers of the emulator, while somebody listens.
    heard: Arc<Mutex<Option<Vec<Bytes>>>>,
}

impl Stage {
    /// Runs `work` on this thread's stage while every request is answered with `answer`.
    pub(crate) fn answered_with(answer: &[u8], work: impl FnOnce(&Self)) {
        thread_local!(static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) });
        STAGE.with_borrow_mut(|stage| {
            let stage = stage.get_or_insert_with(Self::new);
            *stage.line.answer.lock().unwrap() = Some(Bytes::copy_from_slice(answer));
            work(stage);
            *stage.line.answer.lock().unwrap() = None;
        });
    }

    pub(crate) fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(EMAIL));
        let ben = emulator.add_account(NewAccount::new("ben@example.org"));
        ann.file("films/one.mkv", &vec![7; 300_000], 1_717_200_000);
        ann.file("films/two ☀.mkv", b"two", 1_717_200_000);
        ann.replace("films/two ☀.mkv", b"three", 1_717_300_000);
        ann.share("films", &ben, megapane::emulator::Access::Full);
        ben.file("hers/in", b"in", 1_717_200_000);
        ben.share("hers", &ann, megapane::emulator::Access::Read);
        ann.publish("films/one.mkv");
        ann.undecryptable("", 5);
        let line =
            Arc::new(Line { behind: emulator.transport(), answer: Mutex::default(), heard: Arc::default() });
        let options =
            ClientOptions { base: emulator.url(), waits: Arc::new(|_| {}), give_up: Some(Duration::ZERO) };
        let client = Client::new(Arc::clone(&line) as Arc<dyn Transport>, options);
        let (session, tree) = runtime.block_on(async {
            let session = Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap();
            let tree = session.fetch_tree(|_, _| {}).await.unwrap();
            (session, tree)
        });
        Self { runtime, ann, client, session, tree, line }
    }
}

impl Line {
    /// From now on what the emulator answers is kept.
    pub(crate) fn listen(&self) {
        *self.heard.lock().unwrap() = Some(Vec::new());
    }

    /// What it answered since.
    pub(crate) fn heard(&self) -> Vec<Bytes> {
        self.heard.lock().unwrap().take().unwrap()
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        if let Some(answer) = self.answer.lock().unwrap().clone() {
            let limit = usize::try_from(request.body_limit).unwrap_or(usize::MAX);
            let piece = Ok(answer.slice(..answer.len().min(limit)));
            let body = stream::iter([piece]).boxed();
            return async move { Ok(Response { status: StatusCode::OK, headers: HeaderMap::new(), body }) }
                .boxed();
        }
        let (sent, heard) = (self.behind.send(request), Arc::clone(&self.heard));
        async move {
            let Response { status, headers, body } = sent.await?;
            if heard.lock().unwrap().is_none() {
                return Ok(Response { status, headers, body });
            }
            let bytes = Response { status, headers: HeaderMap::new(), body }.bytes().await?;
            heard.lock().unwrap().get_or_insert_default().push(bytes.clone());
            Ok(Response { status, headers, body: stream::iter([Ok(bytes)]).boxed() })
        }
        .boxed()
    }
}
