//! The way to the emulator through a socket: HTTP/1.1 on a listener. Only the shape of requests and answers is
//! translated here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use std::{future, io};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::serve::ListenerExt;
use futures_util::stream::TryStreamExt;
use http::{Method, StatusCode, header};
use tokio::net::TcpListener;
use url::Url;

use super::fault::Fault;
use super::{Emulator, PASSWORD, SAMPLE_EMAIL};
use crate::api::transport::{Channel, Request, RequestBody};

/// How to serve an emulator.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 for any.
    pub listen: SocketAddr,
    /// Where to keep the state; in memory when absent.
    pub state_folder: Option<PathBuf>,
    /// What goes wrong from the beginning.
    pub faults: Vec<Fault>,
    /// Files of so many bytes or more are served in six parts, as [`Emulator::serve_in_parts`] does; none when absent.
    pub parts_from: Option<u64>,
}

/// An emulator that listens, and does not answer yet.
pub struct Server {
    emulator: Emulator,
    listener: TcpListener,
    url: Url,
}

/// Opens the state and the listener. Nothing is answered until [`Server::run`].
pub async fn serve(options: Options) -> io::Result<Server> {
    let emulator = match &options.state_folder {
        Some(folder) => Emulator::in_folder(folder)?,
        None => Emulator::sample(),
    };
    for fault in options.faults {
        emulator.add_fault(fault);
    }
    if let Some(from) = options.parts_from {
        emulator.serve_in_parts(from);
    }
    Server::bind(emulator, options.listen).await
}

impl Server {
    /// Opens a listener for an emulator that is there already.
    pub async fn bind(emulator: Emulator, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let url = Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
        Ok(Self { emulator, listener, url })
    }

    /// The API address, `http://127.0.0.1:PORT/`.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The emulator behind it.
    #[must_use]
    pub const fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The lines to print before the first request is answered: address, user, password.
    #[must_use]
    pub fn lines(&self) -> [String; 3] {
        let url = self.url.as_str().trim_end_matches('/');
        [format!("url: {url}"), format!("user: {SAMPLE_EMAIL}"), format!("password: {PASSWORD}")]
    }

    /// Answers requests for as long as it is polled.
    pub async fn run(self) -> io::Result<()> {
        let Self { emulator, listener, url } = self;
        // Small answers must not wait for more to fill a packet. A socket that refuses is served all the same.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let router = Router::new().fallback(answer).with_state((emulator, url));
        axum::serve(listener, router).await
    }
}

async fn answer(
    State((emulator, base)): State<(Emulator, Url)>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let failed = |status: StatusCode| {
        let mut response = axum::response::Response::new(Body::empty());
        *response.status_mut() = status;
        response
    };
    let Some(request) = translate(&base, request) else { return failed(StatusCode::BAD_REQUEST) };
    match emulator.respond(request, &base).await {
        Ok(answer) => {
            let mut response = axum::response::Response::new(Body::from_stream(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            response
        }
        // The nearest that HTTP has to a line that breaks: an announced body that ends in an error.
        Err(_broken) => {
            let breaks = futures_util::stream::once(future::ready(Err::<bytes::Bytes, _>(io::Error::from(
                io::ErrorKind::ConnectionReset,
            ))));
            let mut response = axum::response::Response::new(Body::from_stream(breaks));
            response.headers_mut().insert(header::CONTENT_LENGTH, 1.into());
            response
        }
    }
}

/// `None` for what is no request to this server.
fn translate(base: &Url, request: axum::extract::Request) -> Option<Request> {
    let (head, body) = request.into_parts();
    if head.method != Method::GET && head.method != Method::POST {
        return None;
    }
    let mut url = base.clone();
    url.set_path(head.uri.path());
    url.set_query(head.uri.query());
    let len =
        head.headers.get(header::CONTENT_LENGTH).map_or(Some(0), |len| len.to_str().ok()?.parse().ok())?;
    let stream = Box::pin(body.into_data_stream().map_err(io::Error::other));
    Some(Request {
        method: head.method,
        url,
        headers: head.headers,
        body: RequestBody::Stream { len, stream },
        idle_limit: Duration::MAX,
        body_limit: u64::MAX,
        channel: Channel::Api,
    })
}
