//! The commands that open, resume and close a session: `us0`, `us`, `sml`. `session` sends them and opens what comes back;
//! nothing here is decrypted, or shown by `Debug`. Source: meganz/sdk `src/commands.cpp`, `CommandPrelogin`,
//! `CommandLogin`, `CommandLogout`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ApiCommand, Done, lenient};
use crate::api::error::Context;
use crate::handle::UserHandle;

/// `us0`: asks by which scheme an account turns its password into keys.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "us0")]
pub struct AskScheme<'a> {
    /// The e-mail, trimmed and in lower case.
    #[serde(rename = "user")]
    pub email: &'a str,
}

/// The answer of `us0`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Scheme {
    /// 1 or 2; missing is wrong, above is newer than this program.
    #[serde(rename = "v", default, deserialize_with = "lenient::number")]
    pub version: Option<u64>,
    /// base64 of the salt, for version 2.
    #[serde(rename = "s", default, deserialize_with = "lenient::text")]
    pub salt: Option<String>,
}

impl ApiCommand for AskScheme<'_> {
    type Answer = Scheme;
    const NAME: &'static str = "us0";
    const ALONE: bool = true;
    const CONTEXT: Context = Context::Login;
}

/// `us` with a password: opens a session.
#[derive(Serialize)]
#[serde(tag = "a", rename = "us")]
pub struct OpenSession<'a> {
    /// The e-mail, trimmed and in lower case.
    #[serde(rename = "user")]
    pub email: &'a str,
    /// What proves the password: 11 characters in version 1, 22 in version 2.
    #[serde(rename = "uh")]
    pub user_hash: &'a str,
    /// base64 of 16 random bytes that the server keeps with the session and gives back on resume.
    #[serde(rename = "sek")]
    pub session_key: String,
    /// The one-time code.
    #[serde(rename = "mfa", skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
}

/// `us` with a session id in the address: goes on with a session.
#[derive(Serialize)]
#[serde(tag = "a", rename = "us")]
pub struct ResumeSession {
    /// base64 of 16 fresh random bytes; the answer has those of the login.
    #[serde(rename = "sek")]
    pub session_key: String,
}

/// The answer of both forms of `us`. All texts are base64.
#[derive(Clone, Default, Deserialize)]
pub struct LoginAnswer {
    /// Whose account it is.
    #[serde(rename = "u", default)]
    pub user: Option<UserHandle>,
    /// The master key under the password key; absent on resume.
    #[serde(rename = "k", default, deserialize_with = "lenient::text")]
    pub master_key: Option<String>,
    /// The session id, encrypted to the account's RSA key; absent on resume.
    #[serde(rename = "csid", default, deserialize_with = "lenient::text")]
    pub encrypted_session_id: Option<String>,
    /// The session id of an account without an RSA key.
    #[serde(rename = "tsid", default, deserialize_with = "lenient::text")]
    pub plain_session_id: Option<String>,
    /// The RSA key under the master key.
    #[serde(rename = "privk", default, deserialize_with = "lenient::text")]
    pub private_key: Option<String>,
    /// The session's key as given at login.
    #[serde(rename = "sek", default, deserialize_with = "lenient::text")]
    pub session_key: Option<String>,
}

impl ApiCommand for OpenSession<'_> {
    type Answer = LoginAnswer;
    const NAME: &'static str = "us";
    const ALONE: bool = true;
    const CONTEXT: Context = Context::Login;
}

impl ApiCommand for ResumeSession {
    type Answer = LoginAnswer;
    const NAME: &'static str = "us";
    const ALONE: bool = true;
    const CONTEXT: Context = Context::Login;
}

/// `sml`: ends the session on the server.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "sml")]
pub struct CloseSession {}

impl ApiCommand for CloseSession {
    type Answer = Done;
    const NAME: &'static str = "sml";
    const ALONE: bool = true;
}

macro_rules! secret_debug {
    ($($name:ident $(<$life:lifetime>)?),*) => { $(
        impl fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )* };
}
secret_debug!(OpenSession<'_>, ResumeSession, LoginAnswer);
