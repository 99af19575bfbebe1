//! One request and its answer: finds the endpoint, asks the plan what is to go wrong, and lets it. Both ways into the
//! server, in process and over HTTP, come through here.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::batch::{self, Query};
use super::fault::Endpoint;
use super::plan::{Cut, Probe, Short, Verdict};
use super::refusal::Refusal;
use super::storage::{self, StorageAnswer};
use super::{Emulator, Seen, channel};
use crate::api::transport::{BodyStream, Request, RequestBody, Response, TransportError};

/// An answer while it is put together.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    len: u64,
    body: BoxStream<'static, io::Result<Bytes>>,
}

impl Emulator {
    /// Answers a request; `base` is where this server's own URLs begin.
    ///
    /// An error is a line that broke, as a fault wanted it or because the request's body did.
    pub(crate) async fn respond(&self, request: Request, base: &Url) -> Result<Response, TransportError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let broken = |why: io::Error| TransportError::Broken { host: host.clone(), source: Box::new(why) };
        let path = request.url.path().trim_start_matches('/').to_owned();
        let endpoint = endpoint(&path);
        let query = Query::of(&request.url);
        let len = request.body.len();
        let proof =
            request.headers.get("x-hashcash").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut seen = Seen {
            method: request.method,
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            commands: Vec::new(),
            batch: Value::Null,
            len,
        };
        let mut body = request.body;
        if endpoint == Endpoint::Commands {
            let bytes = collect(body, LONGEST_BATCH).await.map_err(&broken)?;
            seen.batch = serde_json::from_slice(&bytes).unwrap_or_default();
            seen.commands = command_names(&seen.batch);
            body = RequestBody::Bytes(bytes);
        }
        let part = path.strip_prefix("dl/").and_then(storage::part_of_path);
        let probe = Probe { endpoint, commands: &seen.commands, part, proof: proof.as_deref() };
        let verdict = self.plan().judge(&probe);
        self.note(seen);
        self.suffer(&verdict, &query, endpoint, &mut body).await.map_err(&broken)?;
        let answer = match instead(&verdict) {
            Some(answer) => answer,
            None => self.dispatch(&path, &query, base, body, &verdict).await.map_err(&broken)?,
        };
        if verdict.cut == Some(Cut::Answer) {
            return Err(broken(io::ErrorKind::ConnectionReset.into()));
        }
        Ok(shape(answer, &verdict, endpoint, host))
    }

    /// What goes wrong before the request is carried out.
    async fn suffer(
        &self,
        verdict: &Verdict,
        query: &Query,
        endpoint: Endpoint,
        body: &mut RequestBody,
    ) -> io::Result<()> {
        if !verdict.delay.is_zero() {
            tokio::time::sleep(verdict.delay).await;
        }
        if verdict.expire
            && let Some(sid) = query.value("sid")
        {
            self.world().sessions.remove(&sid.to_owned());
        }
        let after = match verdict.cut {
            Some(Cut::Before) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(Cut::After(bytes)) if endpoint == Endpoint::Upload => Some(bytes),
            Some(Cut::After(_) | Cut::Answer) | None => None,
        };
        if after.is_some() || verdict.rate.is_some() {
            let len = body.len();
            let whole = std::mem::replace(body, RequestBody::Bytes(Bytes::new())).into_stream();
            *body = RequestBody::Stream { len, stream: troubled(whole, after, verdict.rate, None) };
        }
        Ok(())
    }

    async fn dispatch(
        &self,
        path: &str,
        query: &Query,
        base: &Url,
        body: RequestBody,
        verdict: &Verdict,
    ) -> io::Result<Answer> {
        let world = &self.core.world;
        if let Some(path) = path.strip_prefix("ul/") {
            let len = body.len();
            return Ok(storage::upload(world, path, query, len, body.into_stream()).await?.into());
        }
        if let Some(path) = path.strip_prefix("dl/") {
            return Ok(storage::download(world, path).into());
        }
        if let Some(path) = path.strip_prefix("wait/") {
            let changes = self.core.changes.subscribe();
            channel::wait(changes, || channel::is_over(&self.world(), path).then_some(())).await;
            return Ok(Answer::of(Vec::new()));
        }
        let body = collect(body, LONGEST_BATCH).await?;
        if let Some(path) = path.strip_prefix("fa/") {
            return Ok(storage::thumbnails(world, path, &body).into());
        }
        Ok(match path {
            "cs" => {
                let pieces = batch::answer(&mut self.world(), base, query, &body, &verdict.commands);
                self.save()?;
                self.wake();
                Answer::of(pieces)
            }
            "cs/rs" => Answer::of(Vec::new()),
            "sc" => Answer::text(channel::catch_up(&self.world(), base, query)),
            "wsc" => Answer::text(channel::subscribe(&self.world(), base, query)),
            "wsc/poll" => {
                let changes = self.core.changes.subscribe();
                let news = channel::wait(changes, || channel::poll(&self.world(), base, query)).await;
                Answer::text(news.unwrap_or_else(|| "0".to_owned()))
            }
            _ => Answer::status(404, None),
        })
    }
}

/// The answer that a fault puts in place of the true one, which then is not even made.
fn instead(verdict: &Verdict) -> Option<Answer> {
    if let Some(challenge) = &verdict.challenge {
        let mut answer = Answer::status(402, None);
        if let Ok(value) = HeaderValue::from_str(challenge) {
            answer.headers.insert("x-hashcash", value);
        }
        return Some(answer);
    }
    if let Some((status, seconds)) = verdict.status {
        return Some(Answer::status(status, seconds));
    }
    if let Some(number) = verdict.number {
        return Some(Answer::of(batch::bare(Refusal::Other(number))));
    }
    verdict.garbage.then(|| Answer::text(GARBAGE.to_owned()))
}

/// Lets go wrong what concerns the answer's body, and makes the response.
fn shape(answer: Answer, verdict: &Verdict, endpoint: Endpoint, host: String) -> Response {
    let mut len = answer.len;
    let mut body = answer.body;
    if let Some(short) = verdict.short {
        len = match short {
            Short::By(missing) => len.saturating_sub(missing),
            Short::Half => len / 2,
        };
        body = first_bytes(body, len);
    }
    let cut = match verdict.cut {
        Some(Cut::After(bytes)) if endpoint != Endpoint::Upload => Some(bytes),
        Some(Cut::After(_) | Cut::Before | Cut::Answer) | None => None,
    };
    if cut.is_some() || verdict.rate.is_some() || verdict.flip.is_some() {
        body = troubled(body, cut, verdict.rate, verdict.flip);
    }
    let mut headers = answer.headers;
    headers.insert(header::CONTENT_LENGTH, len.into());
    let broken = move |why| TransportError::Broken { host: host.clone(), source: Box::new(why) };
    let body: BodyStream = body.map(move |piece| piece.map_err(&broken)).boxed();
    Response { status: answer.status, headers, body }
}

/// A body that breaks after `cut` bytes, moves at `rate` bytes a second, or has a wrong byte at `flip`.
fn troubled(
    body: BoxStream<'static, io::Result<Bytes>>,
    cut: Option<u64>,
    rate: Option<u64>,
    flip: Option<u64>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let state = Some((body, 0u64));
    stream::unfold(state, move |state| async move {
        let (mut body, at) = state?;
        if cut == Some(at) {
            return Some((Err(io::ErrorKind::ConnectionReset.into()), None));
        }
        let mut bytes = match body.next().await? {
            Ok(bytes) => bytes,
            Err(error) => return Some((Err(error), None)),
        };
        if let Some(left) = cut.and_then(|cut| usize::try_from(cut - at).ok()) {
            bytes.truncate(left);
        }
        if let Some(offset) = flip.and_then(|flip| usize::try_from(flip.checked_sub(at)?).ok())
            && offset < bytes.len()
        {
            let mut wrong = bytes.to_vec();
            wrong[offset] ^= 0x01;
            bytes = wrong.into();
        }
        if let Some(rate) = rate {
            let micros = (bytes.len() as u64).saturating_mul(1_000_000) / rate;
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
        let at = at + bytes.len() as u64;
        Some((Ok(bytes), Some((body, at))))
    })
    .boxed()
}

fn first_bytes(
    body: BoxStream<'static, io::Result<Bytes>>,
    len: u64,
) -> BoxStream<'static, io::Result<Bytes>> {
    let state = (body, len);
    stream::unfold(state, |(mut body, left)| async move {
        if left == 0 {
            return None;
        }
        let piece = body.next().await?.map(|mut bytes| {
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            bytes
        });
        let taken = piece.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Some((piece, (body, left - taken)))
    })
    .boxed()
}

impl Answer {
    fn of(pieces: Vec<Bytes>) -> Self {
        let len = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            len,
            body: stream::iter(pieces.into_iter().map(Ok)).boxed(),
        }
    }

    fn text(text: String) -> Self {
        Self::of(vec![text.into()])
    }

    fn status(status: u16, seconds: Option<u64>) -> Self {
        let mut answer = Self::of(Vec::new());
        answer.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(seconds) = seconds {
            answer.headers.insert("x-mega-time-left", seconds.into());
        }
        answer
    }
}

impl From<StorageAnswer> for Answer {
    fn from(answer: StorageAnswer) -> Self {
        match answer {
            StorageAnswer::Bytes(bytes) => Self::of(vec![bytes.into()]),
            StorageAnswer::Stream(len, body) => {
                Self { status: StatusCode::OK, headers: HeaderMap::new(), len, body }
            }
            StorageAnswer::Status(status, seconds) => Self::status(status, seconds),
        }
    }
}

fn endpoint(path: &str) -> Endpoint {
    match path {
        "cs" => Endpoint::Commands,
        "sc" | "wsc" => Endpoint::Events,
        "wsc/poll" => Endpoint::Wait,
        _ if path.starts_with("wait/") => Endpoint::Wait,
        _ if path.starts_with("ul/") => Endpoint::Upload,
        _ if path.starts_with("dl/") => Endpoint::Download,
        _ => Endpoint::Other,
    }
}

fn command_names(batch: &Value) -> Vec<String> {
    let name = |command: &Value| command.get("a").and_then(Value::as_str).unwrap_or_default().to_owned();
    batch.as_array().into_iter().flatten().map(name).collect()
}

async fn collect(body: RequestBody, limit: u64) -> io::Result<Bytes> {
    let bytes = match body {
        RequestBody::Bytes(bytes) => return Ok(bytes),
        RequestBody::Stream { mut stream, .. } => {
            let mut all = Vec::new();
            while let Some(piece) = stream.next().await.transpose()? {
                all.extend_from_slice(&piece);
                if all.len() as u64 > limit {
                    return Err(io::Error::other("the request is too long"));
                }
            }
            all
        }
    };
    Ok(bytes.into())
}

/// Bytes of the longest batch: 10,000 commands, some with the keys of many nodes.
const LONGEST_BATCH: u64 = 256 << 20;

const GARBAGE: &str = "<html><head><title>Please log in to the airport's network</title></head></html>";
