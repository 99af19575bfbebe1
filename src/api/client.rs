//! The API client: commands go in, typed answers come out. Batching, retries, back-off, proof of work are below
//! (`queue`, `exchange`); what a command means for the user is above. Clone is cheap and shares the queue.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use url::Url;

use super::backoff::Patience;
use super::batch::Element;
use super::error::{ApiError, Context, ErrorCode, Pace};
use super::exchange::{Fatal, Line};
use super::listing_body;
use super::queue::{self, Issue};
use super::request_id::RequestIds;
use super::transport::{BodyStream, Transport};
use super::wait::{Reason, WaitSink};
use super::wire::ApiCommand;
use crate::crypto::session_id::SessionId;
use crate::handle::NodeHandle;

/// Speaks to the API as one identity.
///
/// All its methods but [`Client::new`] and [`Client::with_identity`] need a tokio runtime. A call is cancelled by
/// dropping its future; others of the same batch go on.
#[derive(Clone)]
pub struct Client {
    line: Arc<Line>,
    /// The queue's task is started by the first call and ends with the last clone.
    queue: Arc<OnceLock<mpsc::Sender<Issue>>>,
}

/// How a client behaves.
#[derive(Clone)]
pub struct ClientOptions {
    /// `https://g.api.mega.co.nz/` by default.
    pub base: Url,
    /// Told of waits.
    pub waits: WaitSink,
    /// Longest time to keep retrying one call after its first failure; `None` for ever.
    pub give_up: Option<Duration>,
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base, give_up, .. } = self;
        f.debug_struct("ClientOptions")
            .field("base", &base.as_str())
            .field("give_up", give_up)
            .finish_non_exhaustive()
    }
}

/// Who speaks.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Before login.
    Anonymous,
    /// `sid=`.
    Session(SessionId),
    /// `n=`.
    FolderLink(NodeHandle),
    /// `n=` and `sid=`: an account that takes over what a folder link shows.
    Importer(NodeHandle, SessionId),
}

impl Client {
    /// A client without a session.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, options: ClientOptions) -> Self {
        Self::on_line(transport, options, Identity::Anonymous, Arc::default())
    }

    /// Same transport and options, another identity, an own queue.
    #[must_use]
    pub fn with_identity(&self, identity: Identity) -> Self {
        let Line { transport, options, retry_now, .. } = &*self.line;
        Self::on_line(Arc::clone(transport), options.clone(), identity, Arc::clone(retry_now))
    }

    fn on_line(
        transport: Arc<dyn Transport>,
        options: ClientOptions,
        identity: Identity,
        retry_now: Arc<Notify>,
    ) -> Self {
        let ids = Mutex::new(RequestIds::new());
        Self { line: Arc::new(Line { transport, options, identity, retry_now, ids }), queue: Arc::default() }
    }

    /// Sends one command (batched with others that wait) and parses its answer.
    pub async fn call<C: ApiCommand>(&self, command: &C) -> Result<C::Answer, ApiError> {
        let mut call = Call::new(command)?;
        let mut patience = self.line.patience();
        loop {
            let elements = self.issue(vec![call.json.clone()], C::ALONE).await?;
            let elements = elements.map_err(|fatal| fatal.into_error(C::NAME, C::CONTEXT))?;
            call.take(elements.first());
            if let Some(answer) = call.answer.take() {
                return answer;
            }
            sit_out(&mut patience, call.put_off).await?;
        }
    }

    /// Sends two commands in one batch, in order (trash: `a` then `m`).
    ///
    /// When the server puts one of them off, only that one is repeated. Each has an outcome of its own: one may be
    /// refused and the other carried out. An error instead of the two says that nothing is known of at least one.
    pub async fn call_both<A: ApiCommand, B: ApiCommand>(
        &self,
        first: &A,
        second: &B,
    ) -> Result<Both<A, B>, ApiError> {
        let (mut first, mut second) = (Call::new(first)?, Call::new(second)?);
        let mut patience = self.line.patience();
        loop {
            let due = [first.due(), second.due()];
            let elements = self.issue(due.into_iter().flatten().cloned().collect(), false).await?;
            let mut elements = elements.map_err(|fatal| fatal.into_error(A::NAME, A::CONTEXT))?.into_iter();
            if first.answer.is_none() {
                first.take(elements.next().as_ref());
            }
            if second.answer.is_none() {
                second.take(elements.next().as_ref());
            }
            if let Some(answers) = take_both(&mut first.answer, &mut second.answer) {
                return Ok(answers);
            }
            sit_out(&mut patience, first.put_off.take().or(second.put_off.take())).await?;
        }
    }

    /// Asks for the node list (`f`) and returns its body as it arrives, with its length where the server says.
    ///
    /// It does not stand in the queue. It is retried before its first bytes; a body that breaks later is the caller's.
    pub async fn listing(&self) -> Result<(BodyStream, Option<u64>), ApiError> {
        let mut patience = self.line.patience();
        loop {
            let request = self.line.outgoing(listing_body::COMMAND.to_owned(), listing_body::LIMIT);
            let opened = self.line.persist(&request, listing_body::open).await;
            let opened =
                opened.map_err(|fatal| fatal.into_error(listing_body::NAME, listing_body::CONTEXT))?;
            let code = match opened {
                listing_body::Opened::Body(body, len) => return Ok((body, len)),
                listing_body::Opened::Refused(code) => code,
            };
            let put_off = PutOff::of(code, listing_body::NAME, listing_body::CONTEXT);
            if put_off.is_none() {
                return Err(refused(code, listing_body::NAME, listing_body::CONTEXT));
            }
            sit_out(&mut patience, put_off).await?;
        }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Where the API is.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.line.options.base
    }

    /// The transport, for storage servers.
    #[must_use]
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.line.transport
    }

    /// The sink of waits.
    #[must_use]
    pub fn waits(&self) -> &WaitSink {
        &self.line.options.waits
    }

    /// Ends every wait at once and tries again now: of this client, and of those that were made from it.
    pub fn retry_now(&self) {
        self.line.retry_now.notify_waiters();
    }

    /// Returns what is notified by [`Self::retry_now`], for those who wait for storage servers.
    #[must_use]
    pub fn retry_signal(&self) -> &Arc<Notify> {
        &self.line.retry_now
    }

    /// Puts commands into the queue and waits for their elements, one each.
    async fn issue(
        &self,
        commands: Vec<String>,
        alone: bool,
    ) -> Result<Result<Vec<Element>, Fatal>, ApiError> {
        let queue = self.queue.get_or_init(|| queue::start(Arc::clone(&self.line)));
        let (reply, answer) = oneshot::channel();
        // The task only goes away with the runtime: then everything is being stopped.
        queue.send(Issue { commands, alone, reply }).await.map_err(|_stopped| ApiError::Cancelled)?;
        answer.await.map_err(|_stopped| ApiError::Cancelled)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("identity", &self.line.identity).finish_non_exhaustive()
    }
}

/// How each of two commands that travelled together ended.
pub type Both<A, B> =
    (Result<<A as ApiCommand>::Answer, ApiError>, Result<<B as ApiCommand>::Answer, ApiError>);

/// A command on its way to an answer.
struct Call<C: ApiCommand> {
    json: String,
    answer: Option<Result<C::Answer, ApiError>>,
    /// How the server put it off the last time.
    put_off: Option<PutOff>,
}

/// A command that the server puts off.
#[derive(Clone, Copy)]
struct PutOff {
    pace: Pace,
    code: ErrorCode,
    command: &'static str,
    context: Context,
}

impl PutOff {
    /// Returns `None` where the number is a refusal for good.
    fn of(code: ErrorCode, command: &'static str, context: Context) -> Option<Self> {
        code.pace(context).map(|pace| Self { pace, code, command, context })
    }

    /// Returns what is told when it was put off for longer than we may wait.
    fn into_error(self) -> ApiError {
        match self.pace {
            Pace::Soon => ApiError::GaveUp(Reason::ServerBusy),
            Pace::Slowly => refused(self.code, self.command, self.context),
        }
    }
}

/// Waits until a command that was put off is due again.
async fn sit_out(patience: &mut Patience<'_>, put_off: Option<PutOff>) -> Result<(), ApiError> {
    let Some(put_off) = put_off else { return Ok(()) };
    patience.sit_out(put_off.pace).await.map_err(|_over| put_off.into_error())
}

impl<C: ApiCommand> Call<C> {
    fn new(command: &C) -> Result<Self, ApiError> {
        let json =
            serde_json::to_string(command).map_err(|_unwritable| ApiError::Malformed { command: C::NAME })?;
        Ok(Self { json, answer: None, put_off: None })
    }

    /// Returns the command if it has to be sent (again).
    const fn due(&self) -> Option<&String> {
        match self.answer {
            Some(_) => None,
            None => Some(&self.json),
        }
    }

    /// Takes the answer or the refusal over; leaves it empty when the server puts this command off.
    fn take(&mut self, element: Option<&Element>) {
        self.put_off = None;
        self.answer = match element.map(Element::read::<C>) {
            Some(Ok(Ok(answer))) => Some(Ok(answer)),
            Some(Ok(Err(code))) => {
                self.put_off = PutOff::of(code, C::NAME, C::CONTEXT);
                self.put_off.is_none().then(|| Err(refused(code, C::NAME, C::CONTEXT)))
            }
            Some(Err(_)) | None => Some(Err(ApiError::Malformed { command: C::NAME })),
        };
    }
}

/// Takes both values out when both are there.
fn take_both<A, B>(first: &mut Option<A>, second: &mut Option<B>) -> Option<(A, B)> {
    if first.is_none() || second.is_none() {
        return None;
    }
    first.take().zip(second.take())
}

/// Returns the error of one refused command. Unlike that of a whole batch, -16 may speak of a file.
fn refused(code: ErrorCode, command: &'static str, context: Context) -> ApiError {
    match code {
        ErrorCode::SESSION => ApiError::SessionEnded,
        code => ApiError::Refused { code, command, context },
    }
}

#[cfg(test)]
mod tests;
