//! `g`: a file's size and attributes, and a URL to read it from, or those of its six parts; of the caller's own tree, of a
//! folder link, or of a file link. The bytes themselves are the storage endpoint's.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{Call, Outcome};
use crate::crypto::raid::PARTS;
use crate::emulator::account::TransferAllowance;
use crate::emulator::node::NodeKind;
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;
use crate::emulator::storage::part_path;
use crate::emulator::world::{Download, World, unix_now};
use crate::handle::NodeHandle;

pub(super) fn run(call: &mut Call) -> Outcome {
    let handle = if call.text("p").is_some() {
        linked_file(call.world, call.handle("p")?)?
    } else {
        let handle = call.handle("n")?;
        call.world.permitted(call.caller, handle, Access::Read)?;
        handle
    };
    let node = call.world.nodes.get(&handle).ok_or(Refusal::NotFound)?;
    let NodeKind::File { content, size } = node.kind else { return Err(Refusal::NotFound) };
    let mut answer = json!({ "s": size, "at": node.attributes, "msd": 1, "tl": 0 });
    if !node.thumbnails.is_empty() {
        answer["fa"] = json!(node.thumbnails);
    }
    if call.number("g") != Some(1) {
        return Ok(answer.into());
    }
    let payer = call.caller.user().unwrap_or(node.owner);
    let allowance = call.world.accounts.edit(&payer).and_then(|account| account.transfer.as_mut());
    if let Some(wait) = allowance.and_then(TransferAllowance::seconds_to_wait) {
        answer["e"] = json!(Refusal::OverQuota.number());
        answer["tl"] = json!(wait);
        return Ok(answer.into());
    }
    // A client that says it understands split files gets a list, also where there is one address only.
    let understands_parts = call.number("v") == Some(2);
    let in_parts = understands_parts && size > 0 && call.world.parts_from.is_some_and(|from| size >= from);
    let token = World::next_token();
    answer["g"] = if in_parts {
        (0..PARTS).map(|part| call.url(&format!("dl/{}", part_path(&token, part)))).collect()
    } else {
        let url = call.url(&format!("dl/{token}"));
        if understands_parts { json!([url]) } else { json!(url) }
    };
    let expires = Instant::now() + URL_LIFE;
    call.world.downloads.insert(token, Download { content, payer, in_parts, expires });
    Ok(answer.into())
}

/// The file that a public link shows: −9 when there is none or it has expired, −16 when it was taken down.
pub(super) fn linked_file(world: &World, link: NodeHandle) -> Result<NodeHandle, Refusal> {
    let link = world.links.get(&link).ok_or(Refusal::NotFound)?;
    if link.taken_down {
        return Err(Refusal::Blocked);
    }
    if link.expires != 0 && link.expires <= unix_now() {
        return Err(Refusal::NotFound);
    }
    Ok(link.node)
}

/// How long a download URL works; the official client forgets one a little earlier.
const URL_LIFE: Duration = Duration::from_hours(48);
