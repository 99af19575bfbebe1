//! `ug`: the account's own data; with `v:1` its attributes as well. Clients take keys and addresses from it after a
//! login.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::account::Scheme;
use crate::emulator::refusal::Refusal;
use crate::handle::base64_encode;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let account = call.world.accounts.get(&user).ok_or(Refusal::Session)?;
    let mut answer = json!({
        "u": user,
        "s": 2,
        "email": account.email,
        "name": account.name,
        "k": base64_encode(&account.wrapped_master),
        "c": 1,
        "since": account.created,
        "ts": base64_encode(&account.created.to_be_bytes()),
        "flags": {},
    });
    if account.rsa_slot.is_some() {
        answer["privk"] = json!(base64_encode(&account.sealed_private_key));
        answer["pubk"] = json!(account.public_key());
    }
    match &account.scheme {
        Scheme::One { .. } => answer["aav"] = json!(1),
        Scheme::Two { salt, .. } => {
            answer["aav"] = json!(2);
            answer["aas"] = json!(base64_encode(salt));
        }
    }
    if call.number("v") == Some(1) {
        for (name, (value, version)) in &account.attributes {
            answer[name] = json!({ "av": value, "v": version });
        }
    }
    Ok(answer.into())
}
