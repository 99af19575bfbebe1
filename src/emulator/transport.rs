//! The way to the emulator without a socket: a transport for the client's own seam. It keeps that seam's promises
//! (idle limit, longest body) and leaves everything else to the exchange.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use url::Url;

use super::Emulator;
use crate::api::transport::activity::Activity;
use crate::api::transport::{BodyStream, Request, RequestBody, Response, Transport, TransportError};

/// Leads straight into an [`Emulator`].
#[derive(Clone)]
pub struct EmulatorTransport {
    emulator: Emulator,
}

impl EmulatorTransport {
    pub(super) const fn new(emulator: Emulator) -> Self {
        Self { emulator }
    }
}

impl Transport for EmulatorTransport {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let emulator = self.emulator.clone();
        Box::pin(async move {
            let limits = Limits {
                host: request.url.host_str().unwrap_or_default().to_owned(),
                idle: request.idle_limit,
                body: request.body_limit,
            };
            // Storage URLs lead back here through whatever address the client used.
            let mut base = request.url.clone();
            base.set_path("/");
            base.set_query(None);
            let activity = Activity::default();
            let body = match request.body {
                RequestBody::Bytes(bytes) => RequestBody::Bytes(bytes),
                RequestBody::Stream { len, stream } => {
                    RequestBody::Stream { len, stream: activity.watch(stream) }
                }
            };
            let mut response = tokio::select! {
                response = emulator.respond(Request { body, ..request }, &base) => response?,
                () = activity.idle_for(limits.idle) => return Err(limits.idle_error()),
            };
            response.body = bounded(response.body, limits);
            Ok(response)
        })
    }
}

/// The address that tests and the demo use for a server without a socket.
pub(super) fn customary_url() -> Url {
    match Url::parse("http://localhost/") {
        Ok(url) => url,
        Err(_) => unreachable!("the literal is a URL"),
    }
}

struct Limits {
    host: String,
    idle: Duration,
    body: u64,
}

impl Limits {
    fn idle_error(&self) -> TransportError {
        TransportError::Idle { host: self.host.clone(), limit: self.idle }
    }
}

/// Ends a body with an error when it falls silent or grows too long.
fn bounded(body: BodyStream, limits: Limits) -> BodyStream {
    let state = Some((body, limits, 0u64));
    stream::unfold(state, |state| async move {
        let (mut body, limits, mut received) = state?;
        let next = match tokio::time::timeout(limits.idle, body.next()).await {
            Ok(next) => next?,
            Err(_elapsed) => return Some((Err(limits.idle_error()), None)),
        };
        match next {
            Ok(bytes) => {
                received += Bytes::len(&bytes) as u64;
                if received > limits.body {
                    let error = TransportError::TooLong { host: limits.host.clone(), limit: limits.body };
                    return Some((Err(error), None));
                }
                Some((Ok(bytes), Some((body, limits, received))))
            }
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}
