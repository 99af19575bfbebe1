//! What a logged-in account can do: log in and resume (`login`), ask about itself (`account`), fetch its
//! nodes (`listing`) with the share keys that wait for it (`waiting_keys`), look at a public link without one (`visit`), hand
//! out links (`sharing`), end its sessions (`sessions`), follow what happens to them (`channel`), change them (`change`).
//! The worker and the command line own sessions. A session holds keys and a client; the tree is not part of it.

pub mod account;
mod causes;
pub mod change;
mod channel;
mod listing;
pub mod login;
mod onlooker;
mod sessions;
pub mod sharing;
mod visit;
mod waiting_keys;

use std::fmt;
use std::sync::Arc;

use crate::api::client::Client;
use crate::crypto::key::{KeyBytes, MasterKey};
use crate::crypto::rsa::PrivateKey;
use crate::crypto::session_id::{self, SessionId};
use crate::handle::UserHandle;

pub use account::{Profile, Quota};
use causes::Causes;
use change::{Loans, Puts};
pub use channel::{FollowEnd, Stretch};
pub use login::LoginError;
pub use onlooker::Onlooker;
pub use sessions::OwnSession;
use visit::Visit;

/// A session; cheap to clone.
#[derive(Clone)]
pub struct Session {
    client: Client,
    keys: Arc<Keys>,
    puts: Puts,
    causes: Arc<Causes>,
    loans: Loans,
}

/// What the login brought.
struct Keys {
    user: UserHandle,
    master: MasterKey,
    private: Option<Arc<PrivateKey>>,
    id: SessionId,
    /// What the server gives back on resume, and what the stored form is sealed with.
    session_key: KeyBytes,
    /// The public link that it looks at, where nobody is logged in.
    visit: Option<Visit>,
}

/// What is kept of a session: opens nothing without the server's `sek` (see [`session_id::seal`]).
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The 60-byte blob.
    pub blob: Vec<u8>,
    /// Whose.
    pub user: UserHandle,
}

impl Session {
    /// Makes one of what a login brought.
    fn begun(client: Client, keys: Keys) -> Self {
        let (keys, causes) = (Arc::new(keys), Arc::default());
        Self { client, keys, puts: Puts::default(), causes, loans: Loans::default() }
    }

    /// What to store.
    #[must_use]
    pub fn stored(&self) -> StoredSession {
        let Keys { user, master, id, session_key, .. } = &*self.keys;
        StoredSession { blob: session_id::seal(session_key, master, id).to_vec(), user: *user }
    }

    /// Our handle.
    #[must_use]
    pub fn user(&self) -> UserHandle {
        self.keys.user
    }

    /// The client that speaks for it.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The master key.
    #[must_use]
    pub fn master_key(&self) -> &MasterKey {
        &self.keys.master
    }

    /// The private key, which old shares need; accounts that were never completed have none.
    #[must_use]
    pub fn private_key(&self) -> Option<&Arc<PrivateKey>> {
        self.keys.private.as_ref()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.keys.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession").field("user", &self.user).finish_non_exhaustive()
    }
}
