//! A wait ([`Wait`]): why a request stands still, and until when. `api` and the transfers tell of it, the worker and the
//! command line show it. Plain data: nobody waits here.

use std::sync::Arc;

use tokio::time::Instant;

/// Why something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The server said to come back later: -3, -4, 429, 5xx, or an answer that is none.
    ServerBusy,
    /// The server wants a proof of work (HTTP 402).
    ProofOfWork,
    /// The transfer quota is used up: HTTP 509, or -17 from `g`.
    TransferQuota,
    /// The server cannot be reached.
    Offline,
}

/// A wait and its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// Why.
    pub reason: Reason,
    /// When it goes on by itself, where that is known.
    pub until: Option<Instant>,
}

/// Told of each wait, and `None` when it is over. Called on async threads: must not block.
pub type WaitSink = Arc<dyn Fn(Option<Wait>) + Send + Sync>;
