//! reqwest behind the transport seam. `main` and the tests make one; the client and the transfers use it through
//! [`Transport`]. It moves bytes of single exchanges: no retries, no redirects, no meaning.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use reqwest::{Certificate, ClientBuilder, redirect, retry};
use tokio::time::{Instant, sleep_until, timeout};
use url::{Host, Url};

use super::transport::{BodyStream, Channel, Request, RequestBody, Response, Transport, TransportError};

/// Sends requests over HTTP. Clone is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    api: reqwest::Client,
    storage: reqwest::Client,
    loopback: reqwest::Client,
}

impl HttpTransport {
    /// Trusts the system's root certificates, or the bundled ones where the system has none.
    pub fn new() -> Result<Self, TransportError> {
        let api = build(|client| {
            client
                .http2_initial_stream_window_size(STREAM_WINDOW)
                .http2_initial_connection_window_size(LINE_WINDOW)
        })?;
        let storage = build(|client| client.http1_only().gzip(false))?;
        let loopback = build(|client| client.http1_only().gzip(false).no_proxy())?;
        Ok(Self { api, storage, loopback })
    }

    /// Chooses the client for a request, or refuses to send it.
    fn client_for(&self, url: &Url, channel: Channel) -> Result<&reqwest::Client, &'static str> {
        match (url.scheme(), is_loopback(url), channel) {
            ("http" | "https", true, _) => Ok(&self.loopback),
            ("https", false, Channel::Api) => Ok(&self.api),
            ("https", false, Channel::Storage) => Ok(&self.storage),
            ("http", false, _) => Err("without TLS it only talks to this machine"),
            _ => Err("the address is neither https nor http"),
        }
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let host = host(&request.url);
        match self.client_for(&request.url, request.channel) {
            Ok(client) => Box::pin(exchange(client.clone(), request, host)),
            Err(reason) => Box::pin(async move { Err(TransportError::Refused { host, reason }) }),
        }
    }
}

/// Sends the request while its body moves, and opens the body of the answer.
async fn exchange(
    client: reqwest::Client,
    request: Request,
    host: String,
) -> Result<Response, TransportError> {
    let Request { method, url, headers, body, idle_limit, body_limit, channel: _ } = request;
    let activity = Activity::default();
    let outgoing = client.request(method, url).headers(headers);
    let outgoing = match body {
        RequestBody::Bytes(bytes) if bytes.len() <= SENT_PIECE => outgoing.body(bytes),
        long => {
            let len = HeaderValue::from(long.len());
            outgoing.header(CONTENT_LENGTH, len).body(reqwest::Body::wrap_stream(activity.watch(long)))
        }
    };
    let answer = tokio::select! {
        answer = outgoing.send() => answer.map_err(|error| broken(&host, error))?,
        () = activity.idle_for(idle_limit) => return Err(TransportError::Idle { host, limit: idle_limit }),
    };
    if answer.content_length().is_some_and(|len| len > body_limit) {
        return Err(TransportError::TooLong { host, limit: body_limit });
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = Incoming { answer, host, idle_limit, body_limit, received: 0 };
    Ok(Response { status, headers, body: body.into_stream() })
}

/// The body of an answer while it arrives.
struct Incoming {
    answer: reqwest::Response,
    host: String,
    idle_limit: Duration,
    body_limit: u64,
    received: u64,
}

impl Incoming {
    /// Pieces until the end, or until the first error.
    fn into_stream(self) -> BodyStream {
        Box::pin(stream::unfold(Some(self), |body| async {
            let mut body = body?;
            match body.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(body))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        }))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        let piece = match timeout(self.idle_limit, self.answer.chunk()).await {
            Ok(piece) => piece.map_err(|error| broken(&self.host, error))?,
            Err(_elapsed) => {
                return Err(TransportError::Idle { host: self.host.clone(), limit: self.idle_limit });
            }
        };
        self.received = self.received.saturating_add(piece.as_ref().map_or(0, |piece| piece.len() as u64));
        if self.received > self.body_limit {
            return Err(TransportError::TooLong { host: self.host.clone(), limit: self.body_limit });
        }
        Ok(piece)
    }
}

/// When the last byte of a request's body moved.
#[derive(Clone)]
struct Activity(Arc<Mutex<Instant>>);

impl Default for Activity {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Activity {
    /// Passes a body on in small pieces and notes when the connection takes one.
    fn watch(&self, body: RequestBody) -> BoxStream<'static, io::Result<Bytes>> {
        let activity = self.clone();
        let pieces = body.into_stream().flat_map(|bytes| stream::iter(split(bytes)));
        Box::pin(pieces.inspect(move |_| *activity.lock() = Instant::now()))
    }

    /// Ends when nothing has moved for `limit`.
    async fn idle_for(&self, limit: Duration) {
        loop {
            let due = *self.lock() + limit;
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts a long buffer, so that progress can be seen while it is sent.
fn split(bytes: io::Result<Bytes>) -> impl Iterator<Item = io::Result<Bytes>> {
    let (mut rest, mut error) = match bytes {
        Ok(bytes) => (bytes, None),
        Err(error) => (Bytes::new(), Some(error)),
    };
    std::iter::from_fn(move || {
        if let Some(error) = error.take() {
            return Some(Err(error));
        }
        let piece = rest.split_to(rest.len().min(SENT_PIECE));
        (!piece.is_empty()).then_some(Ok(piece))
    })
}

/// Builds a client with the system's roots, or with the bundled ones where that fails.
fn build(choose: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<reqwest::Client, TransportError> {
    let common = || {
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .user_agent(concat!("megapane/", env!("CARGO_PKG_VERSION")));
        choose(client)
    };
    common().build().or_else(|no_roots| {
        tracing::warn!(error = %no_roots, "no root certificates on this system: using the bundled ones");
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let bundled = bundled.filter_map(|root| Certificate::from_der(root).ok());
        common().tls_certs_only(bundled).build().map_err(|source| broken("TLS", source))
    })
}

/// Sorts an error of reqwest. Its address is taken out: it may hold a session id.
fn broken(host: &str, error: reqwest::Error) -> TransportError {
    let (host, error) = (host.to_owned(), error.without_url());
    if is_tls(&error) {
        return TransportError::Tls { host, source: error.into() };
    }
    if error.is_connect() {
        return TransportError::Unreachable { host, source: error.into() };
    }
    TransportError::Broken { host, source: error.into() }
}

/// Returns whether TLS is among the causes of an error.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An i/o error does not name what it wraps among its sources.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner)) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Returns host and port for messages; never the path, which may be a secret.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns whether an address is on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// HTTP/2 windows, in bytes: the default of 64 KiB would hold a node list of 250 MB to one window per round trip.
const STREAM_WINDOW: u32 = 8 << 20;
const LINE_WINDOW: u32 = 16 << 20;

/// Bytes of a request's body that count as one sign of life.
const SENT_PIECE: usize = 64 << 10;

/// A connection that is not made by then will not be made.
const CONNECT_TIME: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests;
