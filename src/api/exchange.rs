//! One request of the command channel, sent again with the same id and the same bytes until there is an answer, with a
//! proof of work where the server wants one (meganz/sdk `src/megaclient.cpp`, `MegaClient::exec`; `src/hashcash.cpp`).
//! `queue` and the listing send through it; what the answer's body means is theirs.

use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;
use url::Url;

use super::backoff::{self, Patience};
use super::client::{ClientOptions, Identity};
use super::error::{ApiError, Context, ErrorCode, Pace};
use super::request_id::RequestIds;
use super::transport::{Request, RequestBody, Response, Transport, TransportError};
use super::wait::Reason;
use crate::crypto::hashcash::Challenge;

/// What one identity speaks with. The queue's task and all clones of a client share it.
pub(super) struct Line {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) options: ClientOptions,
    pub(super) identity: Identity,
    /// Ends the waits of all identities of one account.
    pub(super) retry_now: Arc<Notify>,
    pub(super) ids: Mutex<RequestIds>,
}

/// A request ready to be sent, and to be sent again: nothing in it changes.
pub(super) struct Outgoing {
    url: Url,
    body: Bytes,
    body_limit: u64,
}

/// One attempt failed.
pub(super) enum Failure {
    /// No answer, or half of one.
    Transport(TransportError),
    /// An answer that is not MEGA's, and how long the server asks to be left alone.
    Status(StatusCode, Option<Duration>),
    /// HTTP 402.
    Challenge(Challenge),
    /// Status 200, but the body is not an answer: empty, cut off, a web page.
    Garbage,
    /// The whole batch was refused.
    Code(ErrorCode),
}

/// A request failed for good.
#[derive(Clone, Debug)]
pub(super) enum Fatal {
    /// The line, the last time.
    Transport(Arc<TransportError>),
    /// The last answer's status.
    Status(StatusCode),
    /// The last answer's body was garbage, or has not one element per command.
    Malformed,
    /// The whole batch was refused with this number.
    Code(ErrorCode),
    /// Waited long enough.
    GaveUp(Reason),
}

impl Line {
    /// Makes a request with a new id.
    pub(super) fn outgoing(&self, body: String, body_limit: u64) -> Outgoing {
        let id = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
        Outgoing { url: self.address("cs", ("id", &id)), body: body.into(), body_limit }
    }

    /// Makes a request for what happened since a position.
    pub(super) fn event_request(&self, position: &str, body_limit: u64) -> Outgoing {
        Outgoing { url: self.address("sc", ("sn", position)), body: Bytes::new(), body_limit }
    }

    fn address(&self, endpoint: &str, (name, value): (&str, &str)) -> Url {
        let mut url = self.options.base.clone();
        url.set_path(&format!("{}/{endpoint}", url.path().trim_end_matches('/')));
        let mut query = url.query_pairs_mut();
        query.clear().append_pair(name, value);
        match &self.identity {
            Identity::Anonymous => {}
            Identity::Session(session) => drop(query.append_pair("sid", &session.text())),
            Identity::FolderLink(link) => drop(query.append_pair("n", &link.to_string())),
            Identity::Importer(link, session) => {
                query.append_pair("n", &link.to_string()).append_pair("sid", &session.text());
            }
        }
        drop(query);
        url
    }

    /// Returns a fresh counter of waits for one piece of work.
    pub(super) fn patience(&self) -> Patience<'_> {
        Patience::new(&self.options.waits, &self.retry_now, self.options.give_up)
    }

    /// Sends a request until `read` makes something of an answer with status 200, or until it is hopeless.
    pub(super) async fn persist<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        request: &Outgoing,
        read: impl Fn(Response) -> F,
    ) -> Result<T, Fatal> {
        let mut patience = self.patience();
        let mut garbage_count = 0;
        let mut proof = Proof::default();
        loop {
            let answer = match self.send_once(request, proof.take()).await {
                Ok(response) => read(response).await,
                Err(failure) => Err(failure),
            };
            let failure = match answer {
                Ok(done) => return Ok(done),
                Err(Failure::Challenge(challenge)) if proof.may_try_again() => {
                    patience.tell(Reason::ProofOfWork, None);
                    proof.solve(challenge).await;
                    continue;
                }
                Err(failure) => failure,
            };
            garbage_count += u32::from(failure.is_not_mega());
            if failure.is_hopeless() || garbage_count >= MAX_GARBAGE {
                return Err(failure.into());
            }
            if patience.wait(failure.reason(), failure.asked_wait()).await.is_err() {
                return Err(failure.into());
            }
            proof.allow_another();
        }
    }

    async fn send_once(&self, request: &Outgoing, proof: Option<HeaderValue>) -> Result<Response, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(proof) = proof {
            headers.insert(HASHCASH, proof);
        }
        let body = RequestBody::Bytes(request.body.clone());
        let request =
            Request { headers, ..Request::post(request.url.clone(), body, IDLE_LIMIT, request.body_limit) };
        let response = self.transport.send(request).await.map_err(Failure::Transport)?;
        match response.status {
            StatusCode::OK => Ok(response),
            StatusCode::PAYMENT_REQUIRED => Err(challenge(&response)),
            other => Err(Failure::Status(other, backoff::asked_wait(&response.headers))),
        }
    }
}

impl Failure {
    /// Returns whether another attempt can only end in the same way.
    fn is_hopeless(&self) -> bool {
        match self {
            Self::Transport(error) => match error {
                TransportError::Tls { .. }
                | TransportError::TooLong { .. }
                | TransportError::Refused { .. } => true,
                TransportError::Unreachable { .. }
                | TransportError::Broken { .. }
                | TransportError::Idle { .. } => false,
            },
            Self::Code(code) => code.pace(Context::Command).is_none(),
            Self::Status(..) | Self::Challenge(_) | Self::Garbage => false,
        }
    }

    /// Returns whether something else than MEGA's API may be answering: only so many such answers are borne.
    fn is_not_mega(&self) -> bool {
        match self {
            Self::Garbage => true,
            Self::Status(status, _) => !status.is_server_error() && *status != StatusCode::TOO_MANY_REQUESTS,
            Self::Transport(_) | Self::Challenge(_) | Self::Code(_) => false,
        }
    }

    fn reason(&self) -> Reason {
        match self {
            Self::Transport(_) => Reason::Offline,
            Self::Challenge(_) => Reason::ProofOfWork,
            Self::Status(..) | Self::Garbage | Self::Code(_) => Reason::ServerBusy,
        }
    }

    fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Status(_, wait) => *wait,
            Self::Code(code) => code.pace(Context::Command).and_then(backoff::least_delay),
            Self::Transport(_) | Self::Challenge(_) | Self::Garbage => None,
        }
    }
}

impl From<Failure> for Fatal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transport(error) => Self::Transport(Arc::new(error)),
            Failure::Status(status, _) => Self::Status(status),
            Failure::Challenge(_) => Self::GaveUp(Reason::ProofOfWork),
            Failure::Garbage => Self::Malformed,
            Failure::Code(code) if code.pace(Context::Command) == Some(Pace::Soon) => {
                Self::GaveUp(Reason::ServerBusy)
            }
            Failure::Code(code) => Self::Code(code),
        }
    }
}

impl Fatal {
    /// Returns the error of one command of the request.
    pub(super) fn into_error(self, command: &'static str, context: Context) -> ApiError {
        match self {
            Self::Transport(error) => ApiError::Transport(error),
            Self::Status(status) => ApiError::Status(status.as_u16()),
            Self::Malformed => ApiError::Malformed { command },
            Self::Code(ErrorCode::SESSION) => ApiError::SessionEnded,
            Self::Code(ErrorCode::BLOCKED) => ApiError::Blocked,
            Self::Code(code) => ApiError::Refused { code, command, context },
            Self::GaveUp(reason) => ApiError::GaveUp(reason),
        }
    }
}

fn challenge(response: &Response) -> Failure {
    let header = response.headers.get(HASHCASH).and_then(|value| value.to_str().ok());
    header.and_then(Challenge::parse).map_or(Failure::Status(response.status, None), Failure::Challenge)
}

/// Proofs of work of one request.
#[derive(Default)]
struct Proof {
    answer: Option<HeaderValue>,
    solved_count: u32,
}

impl Proof {
    fn take(&mut self) -> Option<HeaderValue> {
        self.answer.take()
    }

    /// A server that wants proof after proof is treated like a busy one.
    fn may_try_again(&self) -> bool {
        self.solved_count < MAX_PROOFS
    }

    /// After a wait a proof is worth its while again: the one before may have been lost with its request.
    const fn allow_another(&mut self) {
        self.solved_count = self.solved_count.saturating_sub(1);
    }

    /// Searches on threads of its own; dropping the future stops them. After [`PROOF_TIME`] there is no answer, and the
    /// request is sent without one to get another challenge.
    async fn solve(&mut self, challenge: Challenge) {
        self.solved_count += 1;
        let stop = Arc::new(AtomicBool::new(false));
        let _stop_on_drop = StopOnDrop(Arc::clone(&stop));
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_PROOF_THREADS);
        let search = tokio::task::spawn_blocking(move || challenge.solve(threads, &stop));
        let found = tokio::time::timeout(PROOF_TIME, search).await;
        self.answer =
            found.ok().and_then(Result::ok).flatten().and_then(|text| HeaderValue::try_from(text).ok());
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const HASHCASH: HeaderName = HeaderName::from_static("x-hashcash");

/// A command may think this long without sending a byte. As the official client.
const IDLE_LIMIT: Duration = Duration::from_mins(2);

/// Answers that are not MEGA's before it is called hopeless: about 8 seconds of them.
const MAX_GARBAGE: u32 = 6;

/// Proofs for one request without a wait between them; the official client has no limit, but an easy challenge for ever would keep a core busy.
const MAX_PROOFS: u32 = 4;

/// Threads of one search: as many as the official client uses at most.
const MAX_PROOF_THREADS: usize = 8;

/// A challenge that takes longer is dropped for another one. As the official client.
const PROOF_TIME: Duration = Duration::from_secs(100);
