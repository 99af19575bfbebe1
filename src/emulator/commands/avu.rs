//! `avu`: upgrade a version 1 account to version 2, as the official client does right after a login. Accounts of
//! version 2 are refused; the master key stays what it was.

use super::{Call, Outcome, Reply};
use crate::crypto::key::KeyBytes;
use crate::crypto::password;
use crate::emulator::account::Scheme;
use crate::emulator::refusal::Refusal;
use crate::handle::base64_decode;

pub(super) fn run(call: &mut Call) -> Outcome {
    let user = call.user()?;
    let field = |name: &str| -> Result<KeyBytes, Refusal> {
        let bytes = base64_decode(call.text(name).ok_or(Refusal::Arguments)?);
        bytes.try_into().map_err(|_wrong_length: Vec<u8>| Refusal::Arguments)
    };
    let (wrapped_master, proof, client_random) = (field("emk")?, field("hak")?, field("crv")?);
    let account = call.world.accounts.edit(&user).ok_or(Refusal::Session)?;
    match account.scheme {
        Scheme::One { .. } => {}
        Scheme::Two { .. } => return Err(Refusal::Arguments),
    }
    account.scheme = Scheme::Two { salt: password::v2_salt(&client_random).to_vec(), proof };
    account.wrapped_master = wrapped_master;
    Ok(Reply::done())
}
