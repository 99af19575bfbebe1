//! The logins of an account, on this machine and on all others ([`OwnSession`]): listed, and ended.
//! The command line asks. It never gives out a session id, which is a secret; a login is named by its user handle.

use super::Session;
use crate::api::error::ApiError;
use crate::api::wire::{AskSessions, EndSessions, SessionRow};
use crate::handle::UserHandle;

/// One login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Its name; not its id, which is a secret.
    pub name: UserHandle,
    /// When it began, Unix seconds.
    pub began: i64,
    /// When it was used last, Unix seconds.
    pub used: i64,
    /// What its program calls itself. Hostile text.
    pub client: String,
    /// Where it was used last: address and country. Hostile text.
    pub place: String,
    /// Whether it is this one.
    pub is_current: bool,
}

impl Session {
    /// Returns the logins that can still be used, the latest used first.
    pub async fn own_sessions(&self) -> Result<Vec<OwnSession>, ApiError> {
        let rows = self.client().call(&AskSessions::all()).await?.0;
        let mut sessions: Vec<OwnSession> =
            rows.into_iter().filter(|row| row.is_alive).map(OwnSession::from).collect();
        sessions.sort_by_key(|session| (!session.is_current, std::cmp::Reverse(session.used)));
        Ok(sessions)
    }

    /// Ends all logins but this one.
    pub async fn end_other_sessions(&self) -> Result<(), ApiError> {
        self.client().call(&EndSessions::all_others()).await.map(drop)
    }

    /// Ends the logins with these names.
    pub async fn end_sessions(&self, names: Vec<UserHandle>) -> Result<(), ApiError> {
        self.client().call(&EndSessions::named(names)).await.map(drop)
    }
}

impl From<SessionRow> for OwnSession {
    fn from(row: SessionRow) -> Self {
        let SessionRow { name, began, used, client, address, country, is_current, .. } = row;
        let place = if country.is_empty() { address } else { format!("{address} {country}") };
        Self { name, began, used, client, place, is_current }
    }
}
