//! The transport seam: one request out, one answer back, as streams of bytes. The HTTP client and the emulator both
//! stand behind it. It must not retry, wait, follow redirects or understand a body: all of that sits above it.

pub(crate) mod activity;

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// Moves one request to a server and its answer back.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and returns as soon as the answer's head is there; its body is still arriving.
    ///
    /// Dropping the future, or the body, ends the exchange.
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>>;
}

/// A request as it goes on the line.
pub struct Request {
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to; http or https.
    pub url: Url,
    /// Extra headers. `Host`, `Content-Length` and the like are the transport's.
    pub headers: HeaderMap,
    /// What to send.
    pub body: RequestBody,
    /// The longest time without a single byte moving before the exchange is given up.
    pub idle_limit: Duration,
    /// The largest answer body to accept, in bytes; a longer one ends in [`TransportError::TooLong`].
    pub body_limit: u64,
    /// Which sort of connection suits it.
    pub channel: Channel,
}

/// What a connection is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Commands: many small exchanges with one host, answers may come compressed.
    Api,
    /// Content: few large exchanges, each on a connection of its own.
    Storage,
}

impl Request {
    /// Makes a POST of `body` to the API with no extra headers, the given limits, and nothing else.
    #[must_use]
    pub fn post(url: Url, body: RequestBody, idle_limit: Duration, body_limit: u64) -> Self {
        Self {
            method: Method::POST,
            url,
            headers: HeaderMap::new(),
            body,
            idle_limit,
            body_limit,
            channel: Channel::Api,
        }
    }
}

/// The body of a request.
pub enum RequestBody {
    /// Bytes at hand; empty for none.
    Bytes(Bytes),
    /// Exactly `len` bytes that are made while they are sent. An error, or another number of bytes, breaks the exchange.
    Stream {
        /// Bytes in all; becomes `Content-Length`.
        len: u64,
        /// The bytes.
        stream: BoxStream<'static, io::Result<Bytes>>,
    },
}

impl RequestBody {
    /// Returns the number of bytes that will be sent.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream { len, .. } => *len,
        }
    }

    /// Returns whether nothing will be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Turns either form into a stream.
    #[must_use]
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => Box::pin(stream::once(async move { Ok(bytes) })),
            Self::Stream { stream, .. } => stream,
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// An answer: status and headers are there, the body arrives.
pub struct Response {
    /// The status, whatever it is: a 500 is an answer, not a [`TransportError`].
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, in pieces as they come.
    pub body: BodyStream,
}

/// A body while it arrives.
pub type BodyStream = BoxStream<'static, Result<Bytes, TransportError>>;

impl Response {
    /// Collects the body. Its size was bounded by the request's `body_limit`.
    pub async fn bytes(mut self) -> Result<Bytes, TransportError> {
        use futures_util::StreamExt;
        let mut all = Vec::new();
        while let Some(piece) = self.body.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all.into())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The exchange broke. Whether the server acted on the request is unknown, but for [`Self::Refused`].
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection: name not found, refused, unreachable.
    #[error("cannot reach {host}")]
    Unreachable {
        /// The host that was asked for; no path, which may hold a secret.
        host: String,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server's certificate or the TLS handshake is not right.
    #[error("the secure connection to {host} cannot be trusted")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The line broke in the middle.
    #[error("the connection to {host} broke")]
    Broken {
        /// The host.
        host: String,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No byte moved for the request's `idle_limit`.
    #[error("{host} has not answered for {} s", limit.as_secs())]
    Idle {
        /// The host.
        host: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The body is longer than the request's `body_limit`.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLong {
        /// The host.
        host: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The request was not sent: plain http to a host that is not this machine, or another scheme.
    #[error("will not talk to {host}: {reason}")]
    Refused {
        /// The host.
        host: String,
        /// Why not.
        reason: &'static str,
    },
}
