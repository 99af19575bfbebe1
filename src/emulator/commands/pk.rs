//! `pk`: share keys between clients that keep theirs in `^!keys`. With `u`, `h` and `k` the owner of a share sends its key to
//! somebody who is in it; with nothing that one asks what waits, −9 for nothing; with `d` they say that all up to there is
//! stored, and it is forgotten. The keys are sealed: nothing here can read them.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, Reply};
use crate::emulator::refusal::Refusal;
use crate::emulator::world::Viewer;
use crate::handle::{NodeHandle, UserHandle, base64_encode};

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    match (call.text("u"), call.text("k"), call.text("d")) {
        (Some(receiver), Some(key), _) => send(call, user, receiver, key),
        (None, None, Some(until)) => forget(call, user, until),
        (None, None, None) => tell(call, user),
        (Some(_), None, _) | (None, Some(_), _) => Err(Refusal::Arguments),
    }
}

fn send(call: &mut Call, sender: UserHandle, receiver: &str, key: &str) -> Outcome {
    let folder = call.handle("h")?;
    let receiver = call.world.user_named(receiver).ok_or(Refusal::NotFound)?;
    let share = call.world.shares.get(&folder).ok_or(Refusal::NotFound)?;
    if share.owner != sender || !share.members.contains_key(&receiver) {
        return Err(Refusal::Access);
    }
    let account = call.world.accounts.edit(&receiver).ok_or(Refusal::NotFound)?;
    account.waiting_keys.retain(|(by, of, _)| (*by, *of) != (sender, folder));
    account.waiting_keys.push((sender, folder, key.to_owned()));
    call.world.publish(Viewer::User(receiver), "pk", &json!({}));
    Ok(Reply::done())
}

fn tell(call: &Call, user: UserHandle) -> Outcome {
    let account = call.world.accounts.get(&user).ok_or(Refusal::Session)?;
    let mut answer: Map<String, Value> = Map::new();
    for (sender, folder, key) in &account.waiting_keys {
        let keys = answer.entry(sender.to_string()).or_insert_with(|| json!({}));
        keys[folder.to_string()] = json!(key);
    }
    if answer.is_empty() {
        return Err(Refusal::NotFound);
    }
    answer.insert("d".to_owned(), json!(last(&account.waiting_keys)));
    Ok(Value::Object(answer).into())
}

fn forget(call: &mut Call, user: UserHandle, until: &str) -> Outcome {
    let account = call.world.accounts.edit(&user).ok_or(Refusal::Session)?;
    let count = (1..=account.waiting_keys.len()).find(|&count| last(&account.waiting_keys[..count]) == until);
    account.waiting_keys.drain(..count.ok_or(Refusal::NotFound)?);
    Ok(Reply::done())
}

/// Names the last one.
fn last(waiting: &[(UserHandle, NodeHandle, String)]) -> String {
    let folder = waiting.last().map(|(_, folder, _)| folder.to_string()).unwrap_or_default();
    base64_encode(folder.as_bytes())
}
