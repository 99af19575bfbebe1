//! The record of requests: what a test may look at to see how a client behaved. The exchange writes it before anything is
//! answered, faults included; nothing in the server reads it.

use http::Method;
use serde_json::Value;

/// One request that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// GET or POST.
    pub method: Method,
    /// The path, without query: `/cs`, `/sc`, `/dl/…`.
    pub path: String,
    /// The query as sent.
    pub query: String,
    /// Names of the commands in a batch, in order.
    pub commands: Vec<String>,
    /// The batch itself, as sent; `Null` for other requests.
    pub batch: Value,
    /// Length of the body in bytes.
    pub len: u64,
}
