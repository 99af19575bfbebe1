//! The `cs` endpoint: who is calling, a batch of commands in, an array of answers out; repeated requests get the
//! answer they got before.

use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

use super::account::Standing;
use super::commands::{self, Call, Reply};
use super::fault::{CommandFault, CommandFaults};
use super::refusal::Refusal;
use super::share::Link;
use super::world::{Caller, World, unix_now};
use crate::handle::NodeHandle;

/// The query of a request, parameter by parameter.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(url: &Url) -> Self {
        Self(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value of a parameter.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Finds out who calls: −15 for a session that does not live, −9 for a link that does not.
pub(crate) fn caller(world: &World, query: &Query) -> Result<Caller, Refusal> {
    let sid = query.value("sid").filter(|sid| !sid.is_empty());
    let user = match sid {
        None => None,
        Some(sid) => Some(world.sessions.get(&sid.to_owned()).ok_or(Refusal::Session)?.user),
    };
    if let Some(name) = query.value("n") {
        let (handle, auth) = name.split_at_checked(8).ok_or(Refusal::NotFound)?;
        let link: NodeHandle = handle.parse().map_err(|_bad| Refusal::NotFound)?;
        let shown = world.links.get(&link).ok_or(Refusal::NotFound)?;
        let is_folder = world.nodes.get(&shown.node).is_some_and(|node| node.kind.is_container());
        if !is_folder || has_expired(shown) {
            return Err(Refusal::NotFound);
        }
        if shown.taken_down {
            return Err(Refusal::Blocked);
        }
        let writes = !auth.is_empty() && shown.write_auth.as_deref() == Some(auth);
        return Ok(Caller::Link { link, writes, user });
    }
    Ok(match (sid, user) {
        (Some(sid), Some(user)) => Caller::User { sid: sid.to_owned(), user },
        _ => Caller::Nobody,
    })
}

/// Answers a batch. The pieces together are the body.
pub(crate) fn answer(
    world: &mut World,
    base: &Url,
    query: &Query,
    body: &Bytes,
    faults: &CommandFaults,
) -> Vec<Bytes> {
    let caller = match caller(world, query) {
        Ok(caller) => caller,
        Err(refusal) => return bare(refusal),
    };
    // Without a session there is nothing to tell two clients apart by, and only a login, which may well be repeated.
    let session = query.value("sid").or_else(|| query.value("n")).filter(|session| !session.is_empty());
    let id = session.zip(query.value("id")).map(|(session, id)| (session.to_owned(), id.to_owned()));
    if let Some(id) = &id
        && let Some(answer) = world.replays.recall(id, body)
    {
        return answer;
    }
    let Ok(Value::Array(batch)) = serde_json::from_slice(body) else { return bare(Refusal::Arguments) };
    if is_suspended(world, &caller) && batch.iter().any(|command| command["a"] != "whyamiblocked") {
        return bare(Refusal::Blocked);
    }
    let version = query.value("v").and_then(|v| v.parse().ok()).unwrap_or(1);
    let mut pieces = vec![Bytes::from_static(b"[")];
    for (index, command) in batch.iter().enumerate() {
        if index > 0 {
            pieces.push(Bytes::from_static(b","));
        }
        let fault = faults.of(index);
        if let Some(CommandFault::Refused(refusal, seconds)) = fault {
            pieces.push(refused(command, (refusal, seconds)));
            continue;
        }
        let halved = matches!(fault, Some(CommandFault::Half(_))).then(|| half(command));
        world.begin_command(command.get("i").and_then(Value::as_str));
        let body = halved.as_ref().unwrap_or(command);
        let outcome = commands::run(&mut Call { world, caller: &caller, base, version, body });
        let outcome = match fault {
            Some(CommandFault::Half(refusal)) => Err(refusal),
            Some(CommandFault::Shuffled) => outcome.map(|reply| with_nodes(reply, |nodes| nodes.reverse())),
            Some(CommandFault::Terse) => outcome.map(|reply| with_nodes(reply, halve)),
            Some(CommandFault::Refused(..)) | None => outcome,
        };
        let tag = world.command_tag(caller.viewer()).filter(|_| version >= 3);
        pieces.extend(element(outcome, tag));
    }
    pieces.push(Bytes::from_static(b"]"));
    if let Some(id) = id {
        world.replays.remember(id, body.clone(), &pieces);
    }
    pieces
}

/// A body that is only an error number.
pub(crate) fn bare(refusal: Refusal) -> Vec<Bytes> {
    vec![refusal.number().to_string().into()]
}

/// One element; `tag` says that it changed something and how the packets for it are marked.
fn element(outcome: commands::Outcome, tag: Option<&str>) -> Vec<Bytes> {
    match (outcome, tag) {
        (Err(refusal), _) => bare(refusal),
        (Ok(Reply::Pieces(pieces)), _) => pieces,
        (Ok(Reply::Json(value)), None) => vec![value.to_string().into()],
        (Ok(Reply::Json(value)), Some(tag)) if value == 0 => vec![json!(tag).to_string().into()],
        (Ok(Reply::Json(value)), Some(tag)) => vec![json!([tag, value]).to_string().into()],
    }
}

/// A refusal that a fault asked for. Transfer quota is told inside the answer of `g`.
fn refused(command: &Value, (refusal, seconds): (Refusal, Option<u64>)) -> Bytes {
    match seconds {
        Some(seconds) if command.get("a") == Some(&json!("g")) => {
            json!({ "e": refusal.number(), "tl": seconds }).to_string().into()
        }
        _ => refusal.number().to_string().into(),
    }
}

/// A command with the first half of its nodes.
fn half(command: &Value) -> Value {
    let mut half = command.clone();
    if let Some(nodes) = half.get_mut("n").and_then(Value::as_array_mut) {
        halve(nodes);
    }
    half
}

fn halve(nodes: &mut Vec<Value>) {
    nodes.truncate(nodes.len() / 2);
}

/// An answer with its nodes changed.
fn with_nodes(reply: Reply, change: fn(&mut Vec<Value>)) -> Reply {
    match reply {
        Reply::Json(mut value) => {
            if let Some(nodes) = value.get_mut("f").and_then(Value::as_array_mut) {
                change(nodes);
            }
            Reply::Json(value)
        }
        Reply::Pieces(pieces) => Reply::Pieces(pieces),
    }
}

/// Whether the caller's account was suspended after the login: then it may only ask why.
fn is_suspended(world: &World, caller: &Caller) -> bool {
    let account = caller.user().and_then(|user| world.accounts.get(&user));
    account.is_some_and(|account| account.standing == Standing::Suspended)
}

fn has_expired(link: &Link) -> bool {
    link.expires != 0 && link.expires <= unix_now()
}
