//! Configuration: folders, accounts, settings. The only reader of the environment.
use std::path::PathBuf;
/// Everything that is set.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Folders.
    pub folders: Folders,
    /// Accounts by name, in file order.
    pub accounts: Vec<Account>,
    /// `MEGAPANE_API_URL` or `--api-url`.
    pub api_url: Option<String>,
}
/// Where things are.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// config.toml, sealed credentials.
    pub config: PathBuf,
    /// Tree cache.
    pub cache: PathBuf,
    /// Key file, journals, log.
    pub state: PathBuf,
}
/// One account (remote).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `work` in `work:/Photos`.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Own server.
    pub api_url: Option<String>,
    /// Sealed by a passphrase rather than the key file.
    pub passphrase: bool,
    /// From the environment only: password to log in with, never stored.
    pub password: Option<crate::secret::Secret>,
}

impl Folders {
    /// Sealed credentials of an account.
    #[must_use]
    pub fn credentials(&self, account: &str) -> PathBuf {
        self.config.join("credentials").join(format!("{account}.sealed"))
    }
    /// The key file that opens them by default.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.state.join("key")
    }
    /// The undo journal of an account.
    #[must_use]
    pub fn undo_journal(&self, account: &str) -> PathBuf {
        self.state.join("undo").join(format!("{account}.jsonl"))
    }
}
