//! The ways into an account: a stored login, or a password. Plain async functions that ask nobody; the worker runs them
//! as jobs and the command line calls them itself.

use std::sync::Arc;
use std::time::Duration;

use crate::api::client::{Client, ClientOptions};
use crate::api::transport::Transport;
use crate::api::wait::WaitSink;
use crate::config::{Account, Config, ConfigError, Folders};
use crate::secret::Secret;
use crate::session::{LoginError, Session, StoredSession};
use crate::store::credentials::{self, Credentials, CredentialsError, Opener};

/// Why a stored login does not lead in.
#[derive(Debug, thiserror::Error)]
pub enum StoredLoginError {
    /// The sealed file does not open.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The server does not take it.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// Makes the client for an account of the configuration.
pub fn client(
    config: &Config,
    account: &Account,
    transport: Arc<dyn Transport>,
    waits: WaitSink,
    give_up: Option<Duration>,
) -> Result<Client, ConfigError> {
    let base = config.server(account)?;
    Ok(Client::new(transport, ClientOptions { base, waits, give_up }))
}

/// Goes on with the session that is stored of an account.
///
/// Without a passphrase the key file is tried, and [`CredentialsError::PassphraseNeeded`] says that it was sealed with
/// one.
pub async fn resume(
    client: &Client,
    folders: &Folders,
    account: &str,
    passphrase: Option<&Secret>,
) -> Result<Session, StoredLoginError> {
    let (folders, account, passphrase) = (folders.clone(), account.to_owned(), passphrase.cloned());
    let loaded = tokio::task::spawn_blocking(move || {
        let path = folders.credentials(&account);
        match &passphrase {
            Some(passphrase) => credentials::load(&path, Opener::Passphrase(passphrase)),
            None => credentials::load(&path, Opener::KeyFile(&folders.key_file())),
        }
    });
    let credentials =
        loaded.await.map_err(|_stopped| LoginError::Api(crate::api::error::ApiError::Cancelled))??;
    let user = credentials.user.parse().map_err(|_not_a_handle| CredentialsError::Sealed)?;
    let stored = StoredSession { blob: credentials.session, user };
    Ok(Session::resume(client, &stored).await?)
}

/// Stores a session, sealed by the passphrase or else by the key file. Blocks.
pub fn store(
    session: &StoredSession,
    folders: &Folders,
    account: &str,
    passphrase: Option<&Secret>,
) -> Result<(), CredentialsError> {
    let credentials = Credentials { session: session.blob.clone(), user: session.user.to_string() };
    let path = folders.credentials(account);
    match passphrase {
        Some(passphrase) => credentials::save(&path, &credentials, Opener::Passphrase(passphrase)),
        None => credentials::save(&path, &credentials, Opener::KeyFile(&folders.key_file())),
    }
}
