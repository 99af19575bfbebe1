//! reqwest behind the transport seam. `main` and the tests make one; the client and the transfers use it through
//! [`Transport`]. It moves bytes of single exchanges: no retries, no redirects, no meaning.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use reqwest::{Certificate, ClientBuilder, redirect, retry};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use url::{Host, Url};

use super::transport::activity::Activity;
use super::transport::{BodyStream, Channel, Request, RequestBody, Response, Transport, TransportError};

/// Sends requests over HTTP. Clone is cheap and shares the connections.
///
/// Its clients are built when first needed: reading the system's root certificates takes some 10 ms for each.
#[derive(Clone, Debug, Default)]
pub struct HttpTransport {
    clients: Arc<Clients>,
}

impl HttpTransport {
    /// Trusts the system's root certificates, or the bundled ones where the system has none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let host = host(&request.url);
        let route = match Route::of(&request.url, request.channel) {
            Ok(route) => route,
            Err(reason) => return Box::pin(async move { Err(TransportError::Refused { host, reason }) }),
        };
        let clients = Arc::clone(&self.clients);
        Box::pin(async move {
            let client = clients.take(route, &host).await?;
            exchange(client, request, host).await
        })
    }
}

/// Which sort of client a request goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    /// Commands, over TLS.
    Api,
    /// Content, over TLS.
    Storage,
    /// Anything on this machine: never through a proxy.
    Loopback,
    /// The same without TLS, so that no certificates need be read.
    PlainLoopback,
}

impl Route {
    /// Chooses the route for an address, or refuses it: what leaves this machine does so over TLS only.
    fn of(url: &Url, channel: Channel) -> Result<Self, &'static str> {
        match (url.scheme(), is_loopback(url), channel) {
            ("http", true, _) => Ok(Self::PlainLoopback),
            ("https", true, _) => Ok(Self::Loopback),
            ("https", false, Channel::Api) => Ok(Self::Api),
            ("https", false, Channel::Storage) => Ok(Self::Storage),
            ("http", false, _) => Err("without TLS it only talks to this machine"),
            _ => Err("the address is neither https nor http"),
        }
    }

    /// Builds its client. Blocks for some milliseconds where certificates are read.
    fn build(self) -> reqwest::Result<reqwest::Client> {
        let simple = |client: ClientBuilder| client.http1_only().gzip(false);
        match self {
            Self::Api => with_roots(|client| {
                client
                    .http2_initial_stream_window_size(STREAM_WINDOW)
                    .http2_initial_connection_window_size(LINE_WINDOW)
            }),
            Self::Storage => with_roots(simple),
            Self::Loopback => with_roots(|client| simple(client).no_proxy()),
            Self::PlainLoopback => simple(common()).no_proxy().tls_certs_only([]).build(),
        }
    }
}

/// A client for each route, once there was a request for it.
#[derive(Debug, Default)]
struct Clients {
    api: OnceCell<reqwest::Client>,
    storage: OnceCell<reqwest::Client>,
    loopback: OnceCell<reqwest::Client>,
    plain_loopback: OnceCell<reqwest::Client>,
}

impl Clients {
    /// Returns the client of a route, which is built beside the async threads. `host` is for the error.
    async fn take(&self, route: Route, host: &str) -> Result<reqwest::Client, TransportError> {
        let client = match route {
            Route::Api => &self.api,
            Route::Storage => &self.storage,
            Route::Loopback => &self.loopback,
            Route::PlainLoopback => &self.plain_loopback,
        };
        let build = || async {
            let unusable = |source| TransportError::Tls { host: host.to_owned(), source };
            let built = tokio::task::spawn_blocking(move || route.build()).await;
            built.map_err(|stopped| unusable(stopped.into()))?.map_err(|error| unusable(error.into()))
        };
        client.get_or_try_init(build).await.cloned()
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
            let pieces = long.into_stream().flat_map(|bytes| stream::iter(split(bytes))).boxed();
            outgoing.header(CONTENT_LENGTH, len).body(reqwest::Body::wrap_stream(activity.watch(pieces)))
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
fn with_roots(choose: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<reqwest::Client> {
    choose(common()).build().or_else(|no_roots| {
        tracing::warn!(error = %no_roots, "no root certificates on this system: using the bundled ones");
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let bundled = bundled.filter_map(|root| Certificate::from_der(root).ok());
        choose(common()).tls_certs_only(bundled).build()
    })
}

/// What all clients have in common: they make single exchanges, and decide nothing.
fn common() -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIME)
        .user_agent(concat!("megapane/", env!("CARGO_PKG_VERSION")))
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
