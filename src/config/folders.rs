//! The folders of our own files and what lies where in them. Everyone who stores something asks here for its place.
//! It names paths and makes nothing: whoever writes makes the folder, for the user alone.

use std::path::PathBuf;

use directories::ProjectDirs;
use jiff::civil::Date;

use super::{ConfigError, Environment};

/// Where our files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml` and the sealed credentials.
    pub config: PathBuf,
    /// What can be fetched again: the tree cache.
    pub cache: PathBuf,
    /// What belongs to this machine: the key file, journals, the log.
    pub state: PathBuf,
}

impl Folders {
    /// Finds them: `MEGAPANE_CONFIG_DIR`, `MEGAPANE_CACHE_DIR` and `MEGAPANE_STATE_DIR`, else the system's places.
    pub fn find(environment: &Environment) -> Result<Self, ConfigError> {
        let system = ProjectDirs::from("", "", "megapane");
        let choose = |variable: &str, of_system: fn(&ProjectDirs) -> PathBuf| {
            environment.path(variable).or_else(|| system.as_ref().map(of_system)).ok_or(ConfigError::NoHome)
        };
        Ok(Self {
            config: choose("MEGAPANE_CONFIG_DIR", |system| system.config_dir().to_owned())?,
            cache: choose("MEGAPANE_CACHE_DIR", |system| system.cache_dir().to_owned())?,
            state: choose("MEGAPANE_STATE_DIR", |system| {
                system.state_dir().unwrap_or_else(|| system.data_local_dir()).to_owned()
            })?,
        })
    }

    /// The configuration file.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The keymap of the screen.
    #[must_use]
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// The bookmarks.
    #[must_use]
    pub fn bookmarks(&self) -> PathBuf {
        self.config.join("bookmarks.json")
    }

    /// Sealed credentials of an account.
    #[must_use]
    pub fn credentials(&self, account: &str) -> PathBuf {
        self.config.join("credentials").join(format!("{account}.sealed"))
    }

    /// The key file that opens them by default: apart from them, so that a copied configuration opens nothing.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.state.join("key")
    }

    /// The sealed copy of an account's tree.
    #[must_use]
    pub fn tree_cache(&self, account: &str) -> PathBuf {
        self.cache.join("trees").join(format!("{account}.sealed"))
    }

    /// What was decided about an account's duplicates, sealed.
    #[must_use]
    pub fn review(&self, account: &str) -> PathBuf {
        self.state.join("reviews").join(format!("{account}.sealed"))
    }

    /// The undo journal of an account.
    #[must_use]
    pub fn undo_journal(&self, account: &str) -> PathBuf {
        self.state.join("undo").join(format!("{account}.jsonl"))
    }

    /// The undo journal of changes on the disk.
    #[must_use]
    pub fn disk_undo_journal(&self) -> PathBuf {
        self.state.join("undo-disk.jsonl")
    }

    /// The folder of the journals of an account's transfers.
    #[must_use]
    pub fn transfer_journals(&self, account: &str) -> PathBuf {
        self.all_transfer_journals().join(account)
    }

    /// The folder that has one such folder for each account.
    #[must_use]
    pub fn all_transfer_journals(&self) -> PathBuf {
        self.state.join("transfers")
    }

    /// The folder of the notes of files that an account lends.
    #[must_use]
    pub fn loans(&self, account: &str) -> PathBuf {
        self.state.join("loans").join(account)
    }

    /// The folder of the records of copies that are not over.
    #[must_use]
    pub fn copy_journals(&self) -> PathBuf {
        self.state.join("copies")
    }

    /// The note of a change of a remote that is under way.
    #[must_use]
    pub fn account_change(&self) -> PathBuf {
        self.state.join("account-change.json")
    }

    /// The folder of what says which copies of the command line are under way.
    #[must_use]
    pub fn running_copies(&self) -> PathBuf {
        self.state.join("running")
    }

    /// The folders of the last screen.
    #[must_use]
    pub fn screen(&self) -> PathBuf {
        self.state.join("screen.json")
    }

    /// The folder of private copies that the user's programs work on.
    #[must_use]
    pub fn edits(&self) -> PathBuf {
        self.state.join("edits")
    }

    /// The folder of the log files.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.state.join("log")
    }

    /// The name of the log file of a day.
    #[must_use]
    pub fn log_name(day: Date) -> String {
        format!("{LOG_PREFIX}{day}.log")
    }
}

/// How the name of a log file begins.
pub(crate) const LOG_PREFIX: &str = "megapane-";
