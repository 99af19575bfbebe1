//! Why a request waits, told to whoever shows it.
use std::sync::Arc;
use tokio::time::Instant;
/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// -3, -4, 5xx, 429.
    ServerBusy,
    /// HTTP 402.
    ProofOfWork,
    /// 509 or `e:-17`.
    TransferQuota,
    /// No connection.
    Offline,
}
/// A wait and its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// Why.
    pub reason: Reason,
    /// When it goes on.
    pub until: Option<Instant>,
}
/// Told of each wait, and `None` when it is over. Must not block.
pub type WaitSink = Arc<dyn Fn(Option<Wait>) + Send + Sync>;
