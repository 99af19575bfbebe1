//! `pli`: what a public link shows, before it is opened. Needs no session; the key in it is of use only to those who
//! have the link's key.

use serde_json::json;

use super::{Call, Outcome, g};
use crate::emulator::node::{KeyFor, NodeKind};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let link = call.handle("ph")?;
    let handle = g::linked_file(call.world, link)?;
    let node = call.world.nodes.get(&handle).ok_or(Refusal::NotFound)?;
    let own_key = node.keys.iter().find(|(reader, _)| *reader == KeyFor::Share(handle));
    let mut sums = [0u64; 5];
    for inside in call.world.subtree(handle) {
        let Some(inside) = call.world.nodes.get(&inside) else { continue };
        match inside.kind {
            NodeKind::File { size, .. } if call.world.is_version(inside) => {
                sums[3] += size;
                sums[4] += 1;
            }
            NodeKind::File { size, .. } => {
                sums[0] += size;
                sums[1] += 1;
            }
            NodeKind::Folder | NodeKind::Root | NodeKind::Vault | NodeKind::Rubbish => sums[2] += 1,
        }
    }
    let mut answer = json!({ "u": node.owner, "ph": link, "attrs": node.attributes, "s": sums });
    if let Some((_, key)) = own_key {
        answer["k"] = json!(key);
    }
    Ok(answer.into())
}
