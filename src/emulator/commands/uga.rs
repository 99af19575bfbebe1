//! `uga`: one attribute of a user: everything of one's own, of others only what is public (`+…`, `firstname`). −9 for
//! what does not exist, −11 for what is not for the caller.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let name = call.text("ua").ok_or(Refusal::Arguments)?;
    let whose = call.text("u").and_then(|user| call.world.user_named(user));
    let user = whose.or(call.caller.user()).ok_or(Refusal::NotFound)?;
    let is_public = name.starts_with('+') || name == "firstname" || name == "lastname";
    if call.caller.user() != Some(user) && !is_public {
        return Err(Refusal::Access);
    }
    let account = call.world.accounts.get(&user).ok_or(Refusal::NotFound)?;
    let (value, version) = account.attributes.get(name).ok_or(Refusal::NotFound)?;
    if call.number("v") == Some(1) {
        Ok(json!({ "av": value, "v": version }).into())
    } else {
        Ok(json!(value).into())
    }
}
