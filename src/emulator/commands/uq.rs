//! `uq`: storage and transfer, allowed and used. `cstrgn` counts each root, and each inbound share, apart. Counted anew at
//! each call; nothing is used up by asking.

use serde_json::{Map, Value, json};

use super::{Call, Outcome};
use crate::emulator::node::NodeKind;
use crate::emulator::refusal::Refusal;
use crate::emulator::world::World;
use crate::handle::NodeHandle;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let account = call.world.accounts.get(&user).ok_or(Refusal::Session)?;
    let shared = call.world.shares.iter().filter(|(_, share)| share.members.contains_key(&user));
    let tops = account.roots.into_iter().chain(shared.map(|(folder, _)| *folder));
    let by_root: Map<String, Value> = tops.map(|top| (top.to_string(), totals(call.world, top))).collect();
    let is_paid = account.is_paid;
    let (full, left) = account.transfer.map_or((0, 0), |allowance| (allowance.full, allowance.left));
    Ok(json!({
        "mstrg": account.storage,
        "cstrg": call.world.storage_used(user),
        "cstrgn": by_root,
        "mxfer": full,
        "caxfer": full - left,
        "usl": 0,
        "uslw": 9000,
        "utype": u8::from(is_paid),
        "bt": 0,
        "tah": [0, 0, 0, 0, 0, 0],
        "tar": 0,
    })
    .into())
}

/// Bytes, files, folders, bytes of versions, versions.
fn totals(world: &World, top: NodeHandle) -> Value {
    let mut sums = [0u64; 5];
    for handle in world.subtree(top) {
        let Some(node) = world.nodes.get(&handle) else { continue };
        match node.kind {
            NodeKind::File { size, .. } if world.is_version(node) => {
                sums[3] += size;
                sums[4] += 1;
            }
            NodeKind::File { size, .. } => {
                sums[0] += size;
                sums[1] += 1;
            }
            NodeKind::Folder if handle != top => sums[2] += 1,
            NodeKind::Folder | NodeKind::Root | NodeKind::Vault | NodeKind::Rubbish => {}
        }
    }
    json!(sums)
}
