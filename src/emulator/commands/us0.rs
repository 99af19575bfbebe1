//! `us0`: which password scheme an account has. A version 1 answer is also what an address without an account gets: the
//! two cannot be told apart here.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::account::Scheme;
use crate::emulator::refusal::Refusal;
use crate::handle::base64_encode;

pub(super) fn run(call: &mut Call) -> Outcome {
    let email = call.text("user").ok_or(Refusal::Arguments)?;
    match call.world.account_of(email).map(|(_, account)| &account.scheme) {
        Some(Scheme::Two { salt, .. }) => Ok(json!({ "v": 2, "s": base64_encode(salt) }).into()),
        // Nothing tells whether an address has an account.
        Some(Scheme::One { .. }) | None => Ok(json!({ "v": 1 }).into()),
    }
}
