//! `u`: a URL to upload a file of a given size to. The bytes are announced, not reserved: quota is checked again by
//! `p`.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;
use crate::emulator::share::Access;
use crate::emulator::upload::{TokenForm, Upload};
use crate::emulator::world::World;

pub(super) fn run(call: &mut Call) -> Outcome {
    let size = call.number("s").and_then(|size| u64::try_from(size).ok()).ok_or(Refusal::Arguments)?;
    if size > LARGEST_FILE {
        return Err(Refusal::Arguments);
    }
    // Who pays: the owner of the target, where one is named.
    let target = call.body.get("t").and_then(|targets| targets.get(0)).and_then(serde_json::Value::as_str);
    let payer = match target.and_then(|target| target.parse().ok()) {
        Some(target) => call.world.permitted(call.caller, target, Access::Write)?.owner,
        None => call.user()?,
    };
    call.world.check_storage(payer, size)?;
    let token_form =
        if call.number("v").is_some_and(|v| v >= 2) { TokenForm::Binary } else { TokenForm::Text };
    let content = call.world.next_content();
    let sink = call.world.store.sink(content, size).map_err(|_io| Refusal::Other(-18))?;
    let name = World::next_token();
    let url = call.url(&format!("ul/{name}"));
    call.world.uploads.insert(name, Upload::new(content, size, sink, token_form));
    Ok(json!({ "p": url }).into())
}

/// A petabyte: larger files do not exist, and a temporary file of that length could not be made.
const LARGEST_FILE: u64 = 1 << 50;
