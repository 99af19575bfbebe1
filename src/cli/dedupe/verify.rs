//! `--verify`: reads files that may have one content to their ends, checks each against its key, and hands what was found
//! to the evidence. Nothing is kept of what is downloaded.

use sha2::{Digest as _, Sha256};

use super::{Context, Evidence, Failure, Group, Opened, is_judged, problem, quantity};
use crate::crypto::key::NodeKey;
use crate::dedupe::Digest;
use crate::handle::NodeHandle;
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError};

/// Reads the members of all groups that are not proven equal already: of each class one, for it speaks for the others.
pub(super) async fn read_candidates(
    context: &Context,
    opened: &Opened,
    groups: Vec<Group>,
    evidence: &mut Evidence,
) -> Result<(), Failure> {
    let limits = Limits::new(context.options.max_wait);
    for group in groups.iter().filter(|group| is_judged(group)) {
        let classes = evidence.classes(&opened.tree, &group.members);
        if classes.len() < 2 {
            continue; // all are one already
        }
        for class in classes {
            let Some(&first) = class.first().filter(|first| is_candidate(opened, &group.members, **first))
            else {
                continue;
            };
            let label = opened.tree.path(first);
            context
                .messages
                .info(&format!("{label}: reading, {}", quantity::size_with_unit(size(opened, first))));
            match read(opened, first, &limits).await {
                Ok(digest) => class.iter().for_each(|&member| evidence.add(member, digest)),
                Err(error @ TransferError::Damaged { .. }) => {
                    context.messages.problem(&problem::of_transfer(&format!("read \"{label}\""), &error));
                    evidence.add_unreadable(first);
                }
                Err(error) => return Err(problem::of_transfer(&format!("read \"{label}\""), &error).into()),
            }
        }
    }
    Ok(())
}

/// Only what has the size of another can be equal to it.
fn is_candidate(opened: &Opened, members: &[NodeHandle], one: NodeHandle) -> bool {
    members.iter().any(|&other| other != one && size(opened, other) == size(opened, one))
}

fn size(opened: &Opened, node: NodeHandle) -> u64 {
    opened.tree.node(node).map(|node| node.size()).unwrap_or_default()
}

async fn read(opened: &Opened, node: NodeHandle, limits: &Limits) -> Result<Digest, TransferError> {
    let damaged = || TransferError::Damaged { name: opened.tree.path(node) };
    let found = opened.tree.node(node).and_then(|found| Some((found.key()?, found.size())));
    let Some((NodeKey::File(key), size)) = found else { return Err(damaged()) };
    let mut reader = Reader::new(opened.session.clone(), node, key, size, limits.clone());
    let mut hasher = Sha256::new();
    while let Some(piece) = reader.next().await? {
        hasher.update(&piece);
    }
    if reader.is_intact() { Ok(hasher.finalize().into()) } else { Err(damaged()) }
}
