//! Batches commands, retries, backs off, proves work. Clone is cheap and shares the queue.
use super::{
    error::ApiError,
    transport::{BodyStream, Transport},
    wait::WaitSink,
    wire::ApiCommand,
};
use crate::crypto::session_id::SessionId;
use crate::handle::NodeHandle;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
/// See module.
#[derive(Clone)]
pub struct Client {
    _p: (),
}
/// How a client behaves.
#[derive(Clone)]
pub struct ClientOptions {
    /// `https://g.api.mega.co.nz/` by default.
    pub base: Url,
    /// Told of waits.
    pub waits: WaitSink,
    /// Longest time to keep retrying one call; `None` for ever.
    pub give_up: Option<Duration>,
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
}
impl Client {
    /// A client without a session.
    #[must_use]
    pub fn new(_transport: Arc<dyn Transport>, _options: ClientOptions) -> Self {
        todo!()
    }
    /// Same transport and options, another identity, an own queue.
    #[must_use]
    pub fn with_identity(&self, _identity: Identity) -> Self {
        todo!()
    }
    /// Sends one command (batched with others that wait) and parses its answer.
    pub async fn call<C: ApiCommand>(&self, _command: &C) -> Result<C::Answer, ApiError> {
        todo!()
    }
    /// Two commands in one batch, in order (trash: `a` then `m`).
    pub async fn call_both<A: ApiCommand, B: ApiCommand>(
        &self,
        _first: &A,
        _second: &B,
    ) -> Result<(A::Answer, B::Answer), ApiError> {
        todo!()
    }
    /// The body of `f` as it arrives (retried before the first byte), with its length where the server says.
    pub async fn listing(&self) -> Result<(BodyStream, Option<u64>), ApiError> {
        todo!()
    }
    /// The transport, for storage servers.
    #[must_use]
    pub fn transport(&self) -> &Arc<dyn Transport> {
        todo!()
    }
    /// The sink of waits.
    #[must_use]
    pub fn waits(&self) -> &WaitSink {
        todo!()
    }
    /// Ends every wait at once and tries again now.
    pub fn retry_now(&self) {
        todo!()
    }
}
