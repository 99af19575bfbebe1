//! A line on which the file list of an account comes as far as the test lets it ([`Held`]); everything else passes.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use megapane::api::transport::{BodyStream, Request, RequestBody, Response, Transport, TransportError};
use megapane::emulator::Owner;
use megapane::handle::NodeHandle;
use tokio::sync::watch;

/// The line.
#[derive(Clone)]
pub(crate) struct Held {
    behind: Arc<dyn Transport>,
    flow: Arc<watch::Sender<Flow>>,
}

/// How far lists come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Up to the middle of this node.
    To(NodeHandle),
    /// They break off there.
    Breaks(NodeHandle),
    /// To their end.
    Free,
}

impl Held {
    pub(crate) fn new(behind: impl Transport, flow: Flow) -> Self {
        Self { behind: Arc::new(behind), flow: Arc::new(watch::Sender::new(flow)) }
    }

    pub(crate) fn set(&self, flow: Flow) {
        self.flow.send_replace(flow);
    }
}

/// Makes folders and files in a folder so that the list has them in this order: it goes by handles, which are random. Names
/// of folders end in `/`.
pub(crate) fn in_order<const N: usize>(owner: &Owner, folder: &str, names: [&str; N]) -> [NodeHandle; N] {
    let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let mut free = 0;
    let mut made: Vec<NodeHandle> = Vec::new();
    for name in names {
        let path = at(name);
        // Another handle is drawn until it comes behind the last one.
        let node = loop {
            let node = match path.strip_suffix('/') {
                Some(path) => owner.folder(path),
                None => owner.file(&path, name.as_bytes(), 1_700_000_000),
            };
            if made.last().is_none_or(|last| *last < node)
                && node.bytes()[0] < FIRST_BYTES * u8::try_from(made.len() + 1).unwrap()
            {
                break node;
            }
            free += 1;
            owner.delete(path.trim_end_matches('/')).expect("it was made just now");
            assert!(free < 100_000);
        };
        made.push(node);
    }
    made.try_into().expect("one for each name")
}

/// The first byte of the first handle is below this, of the second below twice as much, and so on: so there is room above.
const FIRST_BYTES: u8 = 60;

impl Transport for Held {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let is_list = match &request.body {
            RequestBody::Bytes(body) => String::from_utf8_lossy(body).contains(r#""a":"f""#),
            RequestBody::Stream { .. } => false,
        };
        let (answered, flow) = (self.behind.send(request), self.flow.subscribe());
        if !is_list {
            return answered;
        }
        async move {
            let Response { status, headers, body } = answered.await?;
            let mut head = headers.clone();
            let bytes = Response { status, headers, body }.bytes().await?;
            head.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            Ok(Response { status, headers: head, body: held(bytes, flow) })
        }
        .boxed()
    }
}

fn held(bytes: Bytes, flow: watch::Receiver<Flow>) -> BodyStream {
    stream::unfold(Some((bytes, flow, 0)), |state| async move {
        let (bytes, mut flow, sent) = state?;
        loop {
            let now = *flow.borrow_and_update();
            let end = match now {
                Flow::Free => bytes.len(),
                Flow::To(node) | Flow::Breaks(node) => {
                    let text = String::from_utf8_lossy(&bytes);
                    text.find(&format!(r#""h":"{node}""#)).expect("the list has the node")
                }
            };
            if end > sent {
                return Some((Ok(bytes.slice(sent..end)), Some((bytes, flow, end))));
            }
            match now {
                Flow::Free => return None,
                Flow::To(_) => flow.changed().await.ok()?,
                Flow::Breaks(_) => {
                    let broken = TransportError::Broken { host: "localhost".into(), source: "cut".into() };
                    return Some((Err(broken), None));
                }
            }
        }
    })
    .boxed()
}
