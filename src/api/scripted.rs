//! A transport for tests that answers from a script, in order, and remembers what it was asked. It stands in for the line
//! where a test is about single requests; whole accounts are the emulator's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

use super::transport::{Request, Response, Transport, TransportError};

/// One answer of the script.
pub(crate) struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Vec<Bytes>,
    breaks: bool,
    gate: Option<Arc<Notify>>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// See the top of the file.
#[derive(Default)]
pub(crate) struct Scripted {
    script: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
}

impl Scripted {
    pub(crate) fn new(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.into_iter().collect()), seen: Mutex::default() })
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The bodies of all requests so far.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.body).collect()
    }
}

impl Seen {
    /// A parameter of the address.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let Request { method, url, headers, body, body_limit, .. } = request;
        let body =
            body.into_stream().map(Result::unwrap).collect::<Vec<Bytes>>().now_or_never().unwrap().concat();
        let body = String::from_utf8_lossy(&body).into_owned();
        self.seen.lock().unwrap().push(Seen { method, url, headers, body, at: Instant::now() });
        let reply = self.script.lock().unwrap().pop_front().expect("the script is longer");
        async move {
            if let Some(gate) = reply.gate {
                gate.notified().await;
            }
            if reply.status == 0 {
                return Err(TransportError::Broken { host: "script".into(), source: "cut".into() });
            }
            let mut pieces: Vec<Result<Bytes, TransportError>> = reply.body.into_iter().map(Ok).collect();
            if pieces.iter().flatten().map(|piece| piece.len() as u64).sum::<u64>() > body_limit {
                pieces = vec![Err(TransportError::TooLong { host: "script".into(), limit: body_limit })];
            }
            if reply.breaks {
                pieces.push(Err(TransportError::Broken { host: "script".into(), source: "cut".into() }));
            }
            let status = StatusCode::from_u16(reply.status).unwrap();
            Ok(Response { status, headers: reply.headers, body: stream::iter(pieces).boxed() })
        }
        .boxed()
    }
}

impl Reply {
    /// Status 200 with this body.
    pub(crate) fn ok(body: impl Into<Bytes>) -> Self {
        Self::status(200, body)
    }

    /// Another status.
    pub(crate) fn status(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: vec![body.into()], breaks: false, gate: None }
    }

    /// No answer at all.
    pub(crate) fn cut() -> Self {
        Self::status(0, "")
    }

    /// With another piece of the body.
    pub(crate) fn then(mut self, piece: impl Into<Bytes>) -> Self {
        self.body.push(piece.into());
        self
    }

    /// The line breaks after the body.
    pub(crate) fn then_breaks(mut self) -> Self {
        self.breaks = true;
        self
    }

    /// With a header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Held back until the gate is notified.
    pub(crate) fn held(mut self, gate: &Arc<Notify>) -> Self {
        self.gate = Some(Arc::clone(gate));
        self
    }
}
