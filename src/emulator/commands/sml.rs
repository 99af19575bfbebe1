//! `sml`: end this session. The session id is dead from then on: −15.

use super::{Call, Outcome, Reply};
use crate::emulator::refusal::Refusal;
use crate::emulator::world::Caller;

pub(super) fn run(call: &mut Call) -> Outcome {
    let Caller::User { sid, .. } = call.caller else { return Err(Refusal::Session) };
    call.world.sessions.remove(sid);
    Ok(Reply::done())
}
