//! Files on their way, as the worker drives them. Pure machines decide: `filter` and `plan` what is copied, `conflict`
//! what is done about a name that is taken, `queue` which file moves now. Movers do: `upload`, `download` and `across`
//! carry one file each, with `compare` and `local_copy` for proofs that need no moving, `reader` and `lines` for a look at
//! the difference, `ranges` and `proof` for a look here and there. How far they are outlives the program in the journals
//! of `store` (`claim`, `recheck`, `leftover`). Nothing here asks the user.

pub mod across;
pub mod bandwidth;
mod buffer;
mod claim;
pub mod compare;
pub mod conflict;
pub(crate) mod disk;
pub mod download;
pub mod error;
pub mod filter;
mod jobs;
pub mod leftover;
pub mod limits;
pub(crate) mod lines;
pub mod local_copy;
mod patience;
pub mod plan;
pub mod progress;
pub mod proof;
pub mod queue;
pub mod ranges;
pub mod reader;
mod recheck;
mod remaining;
mod small_pool;
pub(crate) mod speed;
pub mod spending;
pub mod upload;

pub use claim::Keep;
pub use error::TransferError;
pub use limits::Limits;
pub use progress::Progress;
