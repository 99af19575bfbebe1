//! `whyamiblocked`: 0 for an account in good standing, 200 for one that is suspended. Asked by clients that were told
//! −16.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::account::Standing;
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    match call.world.accounts.get(&user).ok_or(Refusal::Session)?.standing {
        Standing::Good | Standing::Unconfirmed => Ok(json!(0).into()),
        Standing::Suspended => Ok(json!(200).into()),
    }
}
