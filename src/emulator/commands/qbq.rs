//! `qbq`: would a download of `s` bytes exceed the transfer allowance? 1 yes, 0 no. Asked before a download starts;
//! nothing is used up by asking.

use serde_json::json;

use super::{Call, Outcome};
use crate::emulator::refusal::Refusal;

pub(super) fn run(call: &mut Call) -> Outcome {
    let size = call.number("s").and_then(|size| u64::try_from(size).ok()).ok_or(Refusal::Arguments)?;
    let user = call.user()?;
    let account = call.world.accounts.edit(&user).ok_or(Refusal::Session)?;
    let exceeds = account.transfer.as_mut().is_some_and(|allowance| {
        allowance.seconds_to_wait();
        size > allowance.left
    });
    Ok(json!(u8::from(exceeds)).into())
}
