//! `sml`: end this session. The session id is dead for the requests that follow: −15. Other sessions of the account
//! live on.

use super::{Call, Outcome, Reply};
use crate::emulator::refusal::Refusal;
use crate::emulator::world::Caller;

pub(super) fn run(call: &mut Call) -> Outcome {
    let Caller::User { sid, .. } = call.caller else { return Err(Refusal::Session) };
    call.world.sessions.remove(sid);
    Ok(Reply::done())
}
