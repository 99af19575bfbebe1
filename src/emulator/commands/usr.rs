//! `usr`: end other sessions: those named in `s`, or with `ko:1` all but this one. They are named by the label that
//! `usl` shows, not by session id.

use serde_json::Value;

use super::{Call, Outcome, Reply};
use crate::emulator::world::Caller;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let all_others = call.number("ko") == Some(1);
    let named: Vec<&str> = call
        .body
        .get("s")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let current = match call.caller {
        Caller::User { sid, .. } => Some(sid.clone()),
        Caller::Nobody | Caller::Link { .. } => None,
    };
    let ended: Vec<String> = call
        .world
        .sessions
        .iter()
        .filter(|(_, session)| session.user == user)
        .filter(|(sid, session)| {
            let is_named = named.contains(&session.label.to_string().as_str());
            is_named || (all_others && Some(*sid) != current.as_ref())
        })
        .map(|(sid, _)| sid.clone())
        .collect();
    for sid in ended {
        call.world.sessions.remove(&sid);
    }
    Ok(Reply::done())
}
