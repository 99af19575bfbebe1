//! The commands that ask about the account itself: `ug`, `uga`, `uq`. `session::account` sends them; they change nothing.
//! Source: meganz/sdk `src/commands.cpp`, `CommandGetUserData`, `CommandGetUA`, `CommandGetUserQuota`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{ApiCommand, lenient};
use crate::handle::UserHandle;

/// `ug`: asks who the account is.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "ug")]
pub struct AskUser {}

/// The answer of `ug`, as far as it is used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserAnswer {
    /// The account's handle.
    #[serde(rename = "u", default)]
    pub user: Option<UserHandle>,
    /// The e-mail.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The display name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
}

impl ApiCommand for AskUser {
    type Answer = UserAnswer;
    const NAME: &'static str = "ug";
}

/// `uga`: asks for one attribute of a user. The server refuses with -9 when there is none.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "uga")]
pub struct AskUserAttribute<'a> {
    /// Whose.
    #[serde(rename = "u")]
    pub user: UserHandle,
    /// Its name, `^!keys` for instance.
    #[serde(rename = "ua")]
    pub name: &'a str,
    /// 1: answer with the attribute's version.
    #[serde(rename = "v")]
    pub with_version: u8,
}

/// The answer of `uga`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct UserAttribute {
    /// base64 of the value.
    #[serde(rename = "av", default, deserialize_with = "lenient::text")]
    pub value: Option<String>,
}

impl ApiCommand for AskUserAttribute<'_> {
    type Answer = UserAttribute;
    const NAME: &'static str = "uga";
}

/// `uq`: asks for storage and transfer, used and allowed.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "uq")]
pub struct AskQuota {
    #[serde(rename = "strg")]
    storage: u8,
    #[serde(rename = "xfer")]
    transfer: u8,
}

impl AskQuota {
    /// Asks for both.
    #[must_use]
    pub const fn all() -> Self {
        Self { storage: 1, transfer: 1 }
    }
}

/// The answer of `uq`. All counts are bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QuotaAnswer {
    /// Storage used.
    #[serde(rename = "cstrg", default, deserialize_with = "lenient::number")]
    pub storage_used: Option<u64>,
    /// Storage in all.
    #[serde(rename = "mstrg", default, deserialize_with = "lenient::number")]
    pub storage_total: Option<u64>,
    /// What each root and each incoming share takes.
    #[serde(rename = "cstrgn", default, deserialize_with = "version_bytes")]
    pub by_place: Option<VersionBytes>,
    /// Transfer allowance of the plan; 0 or absent where there is none.
    #[serde(rename = "mxfer", default, deserialize_with = "lenient::number")]
    pub transfer_total: Option<u64>,
    /// Transfer used by own downloads.
    #[serde(rename = "caxfer", default, deserialize_with = "lenient::number")]
    pub transfer_own: Option<u64>,
    /// Transfer used by others at this account's cost.
    #[serde(rename = "csxfer", default, deserialize_with = "lenient::number")]
    pub transfer_served: Option<u64>,
}

/// What old versions take, added up over all places. Each place is told as bytes, files, folders, bytes of versions,
/// versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionBytes(u64);

impl VersionBytes {
    /// Returns the sum.
    #[must_use]
    pub const fn sum(self) -> u64 {
        self.0
    }
}

fn version_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<VersionBytes>, D::Error> {
    let places = Value::deserialize(deserializer)?;
    let of_place = |sums: &Value| sums.get(3).and_then(Value::as_u64).unwrap_or(0);
    let all = places.as_object().map(|places| places.values().map(of_place).fold(0, u64::saturating_add));
    Ok(all.map(VersionBytes))
}

impl ApiCommand for AskQuota {
    type Answer = QuotaAnswer;
    const NAME: &'static str = "uq";
}
