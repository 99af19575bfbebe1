//! `f`: the whole tree of a session: an account with what is shared with it, or a folder link. The flags `c`, `r` and
//! `ca` change nothing here: every answer is complete and fresh.

use super::{Call, Outcome, Reply};
use crate::emulator::listing;
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let viewer = call.caller.viewer().ok_or(Refusal::Access)?;
    Ok(Reply::Pieces(listing::whole_tree(call.world, viewer, call.version >= 3)))
}
