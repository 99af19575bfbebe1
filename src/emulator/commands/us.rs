//! `us`: log in, or resume a session that the URL names. Wrong password or address −9, code missing −26, wrong code
//! −5, not confirmed −13, suspended −16.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::crypto::key::random;
use crate::emulator::account::{Account, Session, Standing, self_proving_session_id, session_id};
use crate::emulator::refusal::Refusal;
use crate::emulator::world::{Caller, unix_now};
use crate::handle::{UserHandle, base64_encode};

pub(super) fn run(call: &mut Call) -> Outcome {
    match call.text("user") {
        Some(email) => log_in(call, email),
        None => resume(call),
    }
}

fn log_in(call: &mut Call, email: &str) -> Outcome {
    let hash = call.text("uh").ok_or(Refusal::Arguments)?;
    let (user, account) = call.world.account_of(email).ok_or(Refusal::NotFound)?;
    if !account.scheme.accepts(hash) {
        return Err(Refusal::NotFound);
    }
    match account.standing {
        Standing::Good => {}
        Standing::Unconfirmed => return Err(Refusal::Incomplete),
        Standing::Suspended => return Err(Refusal::Blocked),
    }
    if !account.codes.is_empty() {
        let code = call.text("mfa").ok_or(Refusal::SecondFactor)?;
        if !account.codes.iter().any(|right| right == code) {
            return Err(Refusal::Failed);
        }
    }
    let account = account.clone();
    let sek = call.text("sek").map(str::to_owned);
    let mut answer = json!({ "u": user, "k": base64_encode(&account.wrapped_master), "ach": 1 });
    let sid = open_session(call, user, &account, &mut answer)?;
    if let Some(sek) = &sek {
        answer["sek"] = json!(sek);
    }
    let label = UserHandle::from_bytes(random());
    call.world.sessions.insert(sid, Session { user, sek, created: unix_now(), label });
    Ok(answer.into())
}

/// Draws a session id and puts it into the answer in the account's way. Returns its text.
fn open_session(
    call: &mut Call,
    user: UserHandle,
    account: &Account,
    answer: &mut Value,
) -> Result<String, Refusal> {
    if account.rsa_slot.is_none() {
        let sid = self_proving_session_id(user, account.master());
        answer["tsid"] = json!(base64_encode(sid.bytes()));
        return Ok(base64_encode(sid.bytes()));
    }
    let mut sid = session_id(user);
    if std::mem::take(&mut call.world.zero_session) {
        let mut bytes = *sid.bytes();
        bytes[0] = 0;
        sid = crate::crypto::session_id::SessionId::from_bytes(bytes);
    }
    let key = account.private_key().ok_or(Refusal::Other(-1))?;
    answer["csid"] = json!(base64_encode(&key.encrypt_session_id(&sid)));
    answer["privk"] = json!(base64_encode(&account.sealed_private_key));
    Ok(base64_encode(sid.bytes()))
}

fn resume(call: &mut Call) -> Outcome {
    let Caller::User { sid, user } = call.caller else { return Err(Refusal::Arguments) };
    let account = call.world.accounts.get(user).ok_or(Refusal::Session)?;
    let session = call.world.sessions.get(sid).ok_or(Refusal::Session)?;
    let mut answer = json!({ "u": user, "ach": 1 });
    if !account.sealed_private_key.is_empty() {
        answer["privk"] = json!(base64_encode(&account.sealed_private_key));
    }
    if let Some(sek) = &session.sek {
        answer["sek"] = json!(sek);
    }
    Ok(answer.into())
}
