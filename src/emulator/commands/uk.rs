//! `uk`: a user's public key, by handle or e-mail: what a share's key is encrypted with for them. −9 for nobody, and for
//! accounts that have none.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    call.user()?;
    let user = call.text("u").and_then(|name| call.world.user_named(name)).ok_or(Refusal::NotFound)?;
    let account = call.world.accounts.get(&user).filter(|account| account.rsa_slot.is_some());
    let account = account.ok_or(Refusal::NotFound)?;
    Ok(json!({ "u": user, "pubk": account.public_key() }).into())
}
