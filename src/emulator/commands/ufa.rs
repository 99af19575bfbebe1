//! `ufa`: URLs for thumbnails: one to send to (`s`), or one to read from (`fah`). What is sent there is opaque: the
//! client has encrypted it.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    call.caller.viewer().ok_or(Refusal::Access)?;
    let path = match (call.text("fah"), call.number("s")) {
        (Some(_), _) => "fa/read",
        (None, Some(_)) => "fa/keep",
        (None, None) => return Err(Refusal::Arguments),
    };
    Ok(json!({ "p": call.url(path) }).into())
}
