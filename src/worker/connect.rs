//! The ways into an account: a stored login, or a password; and from there to its nodes: the tree that was kept, or a
//! listing. Plain async functions that ask nobody; the worker runs them as jobs and the command line calls them itself.

use std::sync::Arc;
use std::time::Duration;

use crate::api::channel::ChannelError;
use crate::api::client::{Client, ClientOptions};
use crate::api::error::ApiError;
use crate::api::transport::Transport;
use crate::api::wait::WaitSink;
use crate::config::{Account, Config, ConfigError, Folders};
use crate::entry::LINK_MARK;
use crate::handle::NodeHandle;
use crate::secret::Secret;
use crate::session::{LoginError, Onlooker, Session, StoredSession};
use crate::store::credentials::{self, Credentials, CredentialsError, Opener};
use crate::store::tree_cache::TreeCache;
use crate::tree::Tree;

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

/// Returns the name under which a public link is shown, as an account has one.
#[must_use]
pub fn link_name(link: NodeHandle) -> String {
    format!("{LINK_MARK}{link}")
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
    let credentials = loaded.await.map_err(|_stopped| LoginError::Api(ApiError::Cancelled))??;
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

/// The nodes of an account as they are now.
pub struct Current {
    /// The nodes.
    pub tree: Tree,
    /// Whether what is kept of them is so old, or missing, that they should be kept anew.
    pub is_worth_keeping: bool,
}

/// Returns where the tree of an account is kept; `None` for accounts of which nothing is written down.
#[must_use]
pub fn tree_cache(folders: &Folders, account: &Account, session: &Session) -> Option<TreeCache> {
    let path = folders.tree_cache(&account.name);
    account.password.is_none().then(|| TreeCache::new(path, session.master_key().clone(), session.user()))
}

/// Returns the nodes of an account as they are now: those that were kept, with all that has happened since; or a listing,
/// where none were kept or the server cannot tell what happened. `progress` and `onlooker` are those of
/// [`Session::fetch_tree_before`].
pub async fn current_tree(
    session: &Session,
    cache: Option<TreeCache>,
    progress: impl FnMut(u64, Option<u64>) + Send,
    onlooker: Option<Onlooker>,
) -> Result<Current, ApiError> {
    let load = tokio::task::spawn_blocking(move || cache.as_ref().and_then(TreeCache::load));
    if let Some(mut tree) = load.await.map_err(|_stopped| ApiError::Cancelled)? {
        match session.catch_up(&mut tree).await {
            Ok(count) => {
                let is_worth_keeping = is_much(count, tree.len());
                return Ok(Current { tree, is_worth_keeping });
            }
            Err(ChannelError::TooOld) => tracing::info!("too much has changed: the account is listed anew"),
            Err(ChannelError::Api(error @ ApiError::Refused { .. })) => {
                tracing::warn!(%error, "nothing can go on from the kept file list: the account is listed anew");
            }
            Err(ChannelError::Api(error)) => return Err(error),
        }
    }
    let tree = session.fetch_tree_before(progress, onlooker).await?;
    Ok(Current { tree, is_worth_keeping: true })
}

/// Whether so many packets are worth writing all nodes again: to ask for them once more costs less than that.
#[must_use]
pub const fn is_much(packets: usize, nodes: usize) -> bool {
    packets > 0 && packets.saturating_mul(PACKET_WORTH) >= nodes
}

/// Nodes that are written in the time in which one packet is asked for and taken in.
const PACKET_WORTH: usize = 200;
