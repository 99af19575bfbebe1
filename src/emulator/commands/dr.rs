//! `dr`: empty the rubbish bin of whoever calls. Each thing in it is announced as a deletion of its own; the bin itself
//! stays.

use super::{Call, Outcome, Reply, d};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let account = call.world.accounts.get(&user).ok_or(Refusal::Session)?;
    let rubbish = call.world.nodes.get(&account.roots[2]).ok_or(Refusal::NotFound)?;
    for handle in rubbish.children.clone() {
        d::remove(call.world, handle);
    }
    Ok(Reply::done())
}
