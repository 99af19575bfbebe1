//! The commands about an account's own sessions: `usl` lists them, `usr` ends some. `session::account` sends them. Source:
//! meganz/sdk `src/commands.cpp`, `CommandGetUserSessions`, `CommandKillSessions`.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{ApiCommand, Done};
use crate::handle::UserHandle;

/// `usl`: asks for the sessions of the account, ended ones too.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "usl")]
pub struct AskSessions {
    /// 1: with their ids, and whether they live.
    #[serde(rename = "x")]
    with_ids: u8,
}

impl AskSessions {
    /// Asks for all that is told of them.
    #[must_use]
    pub const fn all() -> Self {
        Self { with_ids: 1 }
    }
}

impl ApiCommand for AskSessions {
    type Answer = SessionRows;
    const NAME: &'static str = "usl";
}

/// The answer of [`AskSessions`]; rows that make no sense are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionRows(pub Vec<SessionRow>);

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// When it began, Unix seconds.
    pub began: i64,
    /// When it was used last, Unix seconds.
    pub used: i64,
    /// What the client calls itself. Hostile text.
    pub client: String,
    /// The address that it was used from last. Hostile text.
    pub address: String,
    /// Country of that address, two letters. Hostile text.
    pub country: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
    /// Its name; not the session id, which is a secret.
    pub name: UserHandle,
    /// Whether it can still be used.
    pub is_alive: bool,
}

impl SessionRow {
    fn read(row: &Value) -> Option<Self> {
        let number = |at: usize| row.get(at).and_then(Value::as_i64);
        let text = |at: usize| row.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self {
            began: number(0)?,
            used: number(1)?,
            client: text(2),
            address: text(3),
            country: text(4),
            is_current: number(5) == Some(1),
            name: row.get(6)?.as_str()?.parse().ok()?,
            is_alive: number(7) == Some(1),
        })
    }
}

impl<'de> Deserialize<'de> for SessionRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = SessionRows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of sessions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<SessionRows, A::Error> {
                let mut rows = Vec::new();
                while rows.len() < MOST {
                    match list.next_element::<Value>()? {
                        Some(row) => rows.extend(SessionRow::read(&row)),
                        None => return Ok(SessionRows(rows)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(SessionRows(rows))
            }
        }
        deserializer.deserialize_seq(Rows)
    }
}

/// `usr`: ends sessions of the account.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "usr")]
pub struct EndSessions {
    /// 1: all but the one that asks.
    #[serde(rename = "ko", skip_serializing_if = "Option::is_none")]
    all_others: Option<u8>,
    #[serde(rename = "s", skip_serializing_if = "Vec::is_empty")]
    names: Vec<UserHandle>,
}

impl EndSessions {
    /// Ends all but the one that asks.
    #[must_use]
    pub const fn all_others() -> Self {
        Self { all_others: Some(1), names: Vec::new() }
    }

    /// Ends those with these names.
    #[must_use]
    pub const fn named(names: Vec<UserHandle>) -> Self {
        Self { all_others: None, names }
    }
}

impl ApiCommand for EndSessions {
    type Answer = Done;
    const NAME: &'static str = "usr";
}

/// More rows than any account has; the rest is passed over.
const MOST: usize = 10_000;
