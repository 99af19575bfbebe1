//! `--verify`: has files that may have one content read to their ends, and tells of each. How that is done, and what it
//! proves, is `worker::proving`'s to say.

use super::{Context, Evidence, Failure, Group, Opened, problem, quantity};
use crate::transfer::Limits;
use crate::worker::proving::{Proven, candidates};

/// Reads the members of all groups that are not proven equal already.
pub(super) async fn read_candidates(
    context: &Context,
    opened: &Opened,
    groups: Vec<Group>,
    evidence: &mut Evidence,
) -> Result<(), Failure> {
    let limits = Limits::new(context.options.max_wait);
    for group in &groups {
        for candidate in candidates(&opened.tree, evidence, group) {
            let path = &candidate.path;
            let size = quantity::size_with_unit(candidate.size);
            context.messages.info(&format!("{path}: reading, {size}"));
            let what = format!("read \"{path}\"");
            let read = candidate.read(&opened.session, &limits, |_| {}).await;
            match candidate.note(evidence, read) {
                Ok(Proven::Content) => {}
                Ok(Proven::Unreadable(error)) => {
                    context.messages.problem(&problem::of_transfer(&what, &error));
                }
                Err(error) => return Err(problem::of_transfer(&what, &error).into()),
            }
        }
    }
    Ok(())
}
