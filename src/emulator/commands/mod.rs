//! The API's commands, one file each: every command takes its JSON object apart, asks the world whether it may, does
//! it, publishes the packets and returns its element of the answer.

mod a;
mod avu;
mod d;
mod dr;
mod dv;
mod f;
mod g;
mod l;
mod m;
mod p;
mod pfa;
mod pk;
mod pli;
mod qbq;
mod s2;
mod share_keys;
mod sml;
mod u;
mod ufa;
mod ug;
mod uga;
mod uk;
mod upv;
mod uq;
mod us;
mod us0;
mod usl;
mod usr;
mod whyamiblocked;

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::refusal::Refusal;
use super::world::{Caller, World};
use crate::handle::{NodeHandle, UserHandle};

/// One command of a batch, and what it works on.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) caller: &'a Caller,
    /// Where this server's own URLs begin.
    pub(crate) base: &'a Url,
    /// `v` of the request's URL; 1 when absent.
    pub(crate) version: u64,
    /// The command object.
    pub(crate) body: &'a Value,
}

/// One element of the answer.
pub(crate) enum Reply {
    /// Of ordinary size.
    Json(Value),
    /// Large; already text.
    Pieces(Vec<Bytes>),
}

/// What a command comes to.
pub(crate) type Outcome = Result<Reply, Refusal>;

/// Carries out a command.
pub(crate) fn run(call: &mut Call) -> Outcome {
    match call.text("a").ok_or(Refusal::Arguments)? {
        "us0" => us0::run(call),
        "us" => us::run(call),
        "ug" => ug::run(call),
        "uga" => uga::run(call),
        "uk" => uk::run(call),
        "upv" => upv::run(call),
        "uq" => uq::run(call),
        "qbq" => qbq::run(call),
        "f" => f::run(call),
        "p" => p::run(call),
        "u" => u::run(call),
        "g" => g::run(call),
        "a" => a::run(call),
        "m" => m::run(call),
        "d" => d::run(call),
        "dr" => dr::run(call),
        "dv" => dv::run(call),
        "l" => l::run(call),
        "s2" => s2::run(call),
        "pk" => pk::run(call),
        "pli" => pli::run(call),
        "ufa" => ufa::run(call),
        "pfa" => pfa::run(call),
        "sml" => sml::run(call),
        "usl" => usl::run(call),
        "usr" => usr::run(call),
        "avu" => avu::run(call),
        "whyamiblocked" => whyamiblocked::run(call),
        // The time zone, and reports of the client to its maker: taken and dropped.
        "ftz" | "log" => Ok(Reply::done()),
        // `stp`, `utt`, `utp`: no such plans. All others are not known here.
        _ => Err(Refusal::NotFound),
    }
}

impl Reply {
    /// `0`.
    pub(crate) fn done() -> Self {
        Self::Json(0.into())
    }
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl<'a> Call<'a> {
    /// A text field.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A whole number, also when written as text.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        number(self.body.get(name)?)
    }

    /// A node handle that must be there.
    pub(crate) fn handle(&self, name: &str) -> Result<NodeHandle, Refusal> {
        parse(self.text(name))
    }

    /// The user who is logged in; −11 for nobody.
    pub(crate) fn user(&self) -> Result<UserHandle, Refusal> {
        self.caller.user().ok_or(Refusal::Access)
    }

    /// A URL of this server; `path` has no leading slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// Reads a handle.
pub(crate) fn parse(text: Option<&str>) -> Result<NodeHandle, Refusal> {
    text.and_then(|text| text.parse().ok()).ok_or(Refusal::Arguments)
}

/// Reads a whole number, also when written as text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
