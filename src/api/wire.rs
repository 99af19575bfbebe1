//! Commands and answers as they stand in JSON.
use serde::{Serialize, de::DeserializeOwned};
/// A command: its JSON (with `"a"`) and the type of its answer.
pub trait ApiCommand: Serialize + Send + Sync {
    /// Parsed from the element of the answer.
    type Answer: DeserializeOwned + Send;
    /// The `"a"`.
    const NAME: &'static str;
    /// Sent alone in its batch (`us`, `us0`, `sml`, `f`).
    const ALONE: bool = false;
}
