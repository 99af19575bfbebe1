//! `usl`: the account's sessions. The session that asks is marked. Named by their labels: no session id is ever given out
//! here.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::emulator::world::Caller;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let current = match call.caller {
        Caller::User { sid, .. } => Some(sid),
        Caller::Nobody | Caller::Link { .. } => None,
    };
    let mine = call.world.sessions.iter().filter(|(_, session)| session.user == user);
    // Start, last use, client, address, country, is it this one, name, does it live.
    let lines: Value = mine
        .map(|(sid, session)| {
            let is_current = u8::from(Some(sid) == current);
            let (start, name) = (session.created, session.label);
            json!([start, start, "megapane emulator", "127.0.0.1", "ZZ", is_current, name, 1])
        })
        .collect();
    Ok(lines.into())
}
