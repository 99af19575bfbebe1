//! [`Editing`]: a change of the accounts in `config.toml`, one process at a time. The command line and the worker begin one
//! with [`Config::edit`], do what has to be done while nobody else may take or free a name, and write it in one step.
//! What the user wrote stays as it is: other settings, comments, the order. It knows nothing of logins.

use std::fs::File;
use std::path::PathBuf;

use toml_edit::{ArrayOfTables, Decor, DocumentMut, Item, Table, Value, value};

use super::{
    Account, Config, ConfigError, Folders, check_name, parse_file, private_file, read_file, read_text, syntax,
};

/// The file as it is to be, and the lock that keeps other processes from changing it. Dropped, nothing has happened.
#[derive(Debug)]
pub struct Editing {
    path: PathBuf,
    document: DocumentMut,
    /// What a file that is new begins with.
    header: &'static str,
    /// Names that are taken by accounts of the environment.
    of_environment: Vec<String>,
    lock: ConfigLock,
}

/// Nobody else changes the file while this lives.
#[derive(Debug)]
pub struct ConfigLock(#[expect(dead_code, reason = "it is locked for as long as it is open")] File);

impl Config {
    /// Begins a change; other processes wait with theirs until it is written or dropped. Blocks.
    pub fn edit(&self) -> Result<Editing, ConfigError> {
        let of_environment = self.accounts.iter().filter(|account| account.password.is_some());
        let names = of_environment.map(|account| account.name.clone()).collect();
        Editing::begin(&self.folders, names)
    }

    /// Takes the accounts as the file has them now: another process may have changed it. Blocks.
    pub fn read_again(&mut self) -> Result<(), ConfigError> {
        let stored = read_file(&self.folders.config_file())?.accounts;
        self.take_stored(stored);
        Ok(())
    }

    /// Checks that an account can get this name: another one has neither it nor one that differs in capitals only. Names
    /// are files' names, too, and macOS and Windows would take those two for one.
    pub fn require_free(&self, name: &str) -> Result<(), ConfigError> {
        let exact = self.account(name).ok().map(|account| account.name.as_str());
        let names = exact.into_iter().chain(self.accounts.iter().map(|account| account.name.as_str()));
        require_free(name, names)
    }

    /// Puts the accounts of the file behind those of the environment, which hide them.
    fn take_stored(&mut self, stored: Vec<Account>) {
        self.accounts.retain(|account| account.password.is_some());
        for account in stored {
            if !self.accounts.iter().any(|known| known.name == account.name) {
                self.accounts.push(account);
            }
        }
    }
}

#[cfg(test)]
impl Config {
    /// Writes a new account to the file, the rest of which stays as it is, and adds it here.
    pub(crate) fn add(&mut self, account: &Account) -> Result<(), ConfigError> {
        let mut editing = self.edit()?;
        editing.add(account)?;
        editing.save(self).map(drop)
    }

    /// Takes an account out of the file, the rest of which stays as it is.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), ConfigError> {
        let mut editing = self.edit()?;
        editing.remove(name)?;
        editing.save(self).map(drop)
    }
}

impl Editing {
    /// Begins a change of the file in these folders; the names are those of accounts that are not in the file. Blocks.
    pub fn begin(folders: &Folders, of_environment: Vec<String>) -> Result<Self, ConfigError> {
        let path = folders.config_file();
        let unwritten = |source| ConfigError::Disk { action: "write", path: path.clone(), source };
        let lock = private_file::lock(&path).map_err(unwritten)?;
        let old = read_text(&path)?;
        let header = if old.is_none() { HEADER } else { "" };
        let text = old.unwrap_or_default();
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            syntax(&path, &text, error.span().map_or(0, |span| span.start), error.message())
        })?;
        let accounts = document.entry(ACCOUNTS).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if !accounts.is_array_of_tables() {
            return Err(syntax(&path, &text, 0, "accounts are written as [[account]] blocks"));
        }
        Ok(Self { path, document, header, of_environment, lock: ConfigLock(lock) })
    }

    /// Returns the account as the file has it; `None` where there is none of that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<Account> {
        let table = self.tables()?.iter().find(|table| is_named(table, name))?;
        let text = |key| table.get(key).and_then(Item::as_str).map(str::to_owned);
        Some(Account {
            name: name.to_owned(),
            email: text("email").unwrap_or_default(),
            api_url: text("api_url"),
            passphrase: table.get("passphrase").and_then(Item::as_bool).unwrap_or_default(),
            password: None,
        })
    }

    /// Adds an account at the end.
    pub fn add(&mut self, account: &Account) -> Result<(), ConfigError> {
        self.require_free(&account.name)?;
        let mut table = Table::new();
        put(&mut table, account);
        if self.has_no_tables() {
            // What stands below all settings is a comment: it stays above what is new.
            let comment = self.document.trailing().as_str().unwrap_or_default().to_owned();
            if !comment.trim().is_empty() {
                self.document.set_trailing("");
                table.decor_mut().set_prefix(format!("{}\n\n", comment.trim_end_matches('\n')));
            }
        }
        if let Some(tables) = self.tables_mut() {
            tables.push(table);
        }
        Ok(())
    }

    /// Gives an account of this name other settings, where it stands.
    pub fn replace(&mut self, account: &Account) -> Result<(), ConfigError> {
        put(self.table(&account.name)?, account);
        Ok(())
    }

    /// Gives an account another name, where it stands.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), ConfigError> {
        self.require_free(to)?;
        set(self.table(from)?, "name", to.into());
        Ok(())
    }

    /// Takes an account out. Comments above it stay: they may be about all that follows.
    pub fn remove(&mut self, name: &str) -> Result<(), ConfigError> {
        let removed = self.table(name)?;
        let (above, position) = (prefix(removed.decor()), removed.position());
        if let Some(tables) = self.tables_mut() {
            tables.retain(|table| !is_named(table, name));
        }
        if above.trim().is_empty() {
            return Ok(());
        }
        if let Some(next) = table_behind(&mut self.document, position) {
            let joined = format!("{above}{}", prefix(next.decor()).trim_start_matches('\n'));
            next.decor_mut().set_prefix(joined);
        } else {
            let trailing = self.document.trailing().as_str().unwrap_or_default();
            self.document.set_trailing(format!("{above}{trailing}"));
        }
        Ok(())
    }

    /// Writes the file in one step. From then on `config` has the accounts that the file has. Until what is returned is
    /// dropped nobody else changes the file. Blocks.
    pub fn save(self, config: &mut Config) -> Result<ConfigLock, ConfigError> {
        let text = format!("{}{}", self.header, self.document);
        let stored = parse_file(&self.path, &text)?.accounts;
        private_file::write(&self.path, text.as_bytes()).map_err(|source| ConfigError::Disk {
            action: "write",
            path: self.path.clone(),
            source,
        })?;
        config.take_stored(stored);
        Ok(self.lock)
    }

    fn require_free(&self, name: &str) -> Result<(), ConfigError> {
        let tables = self.tables().into_iter().flatten();
        let stored = tables.filter_map(|table| table.get("name").and_then(Item::as_str));
        require_free(name, stored.chain(self.of_environment.iter().map(String::as_str)))
    }

    /// The block of an account.
    fn table(&mut self, name: &str) -> Result<&mut Table, ConfigError> {
        if self.of_environment.iter().any(|known| known == name) {
            return Err(ConfigError::FromEnvironment { name: name.to_owned() });
        }
        let found =
            self.tables_mut().and_then(|tables| tables.iter_mut().find(|table| is_named(table, name)));
        found.ok_or_else(|| ConfigError::UnknownAccount { name: name.to_owned() })
    }

    fn tables(&self) -> Option<&ArrayOfTables> {
        self.document.get(ACCOUNTS).and_then(Item::as_array_of_tables)
    }

    fn tables_mut(&mut self) -> Option<&mut ArrayOfTables> {
        self.document.get_mut(ACCOUNTS).and_then(Item::as_array_of_tables_mut)
    }

    fn has_no_tables(&self) -> bool {
        self.document.iter().all(|(_, item)| match item {
            Item::Table(_) => false,
            Item::ArrayOfTables(tables) => tables.is_empty(),
            Item::Value(_) | Item::None => true,
        })
    }
}

fn require_free<'a>(name: &str, mut known: impl Iterator<Item = &'a str>) -> Result<(), ConfigError> {
    check_name(name)?;
    let lower = name.to_lowercase();
    match known.find(|known| known.to_lowercase() == lower) {
        Some(taken) => Err(ConfigError::NameTaken { name: taken.to_owned() }),
        None => Ok(()),
    }
}

/// The first block behind a place of the file.
fn table_behind(document: &mut DocumentMut, position: Option<isize>) -> Option<&mut Table> {
    let tables = document.iter_mut().flat_map(|(_, item)| match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter_mut().collect(),
        Item::Value(_) | Item::None => Vec::new(),
    });
    tables.filter(|table| table.position() > position).min_by_key(|table| table.position())
}

fn is_named(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

fn prefix(decor: &Decor) -> String {
    decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// Writes all settings of an account into its block.
fn put(table: &mut Table, account: &Account) {
    set(table, "name", account.name.as_str().into());
    set(table, "email", account.email.as_str().into());
    match &account.api_url {
        Some(url) => set(table, "api_url", url.as_str().into()),
        None => drop(table.remove("api_url")),
    }
    if account.passphrase {
        set(table, "passphrase", true.into());
    } else {
        table.remove("passphrase");
    }
}

/// Sets one value; a comment behind the old one stays.
fn set(table: &mut Table, key: &str, mut new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => drop(table.insert(key, value(new))),
    }
}

/// The key of the account blocks in the file.
const ACCOUNTS: &str = "account";

/// What a new file begins with.
const HEADER: &str = "\
# megapane. No secrets here: logins are sealed in the folder credentials/ beside this file.

# Transfers of a screen whose terminal goes away: \"continue\" takes them to their end, \"stop\" keeps them for the next start.
# on_hangup = \"continue\"

# The screen begins with the folders and tabs of the last one.
# restore = true

# [screen]
# theme = \"auto\"       # dark, light, mono
# accent = \"cyan\"      # one of the sixteen: red, green, … bright-blue
# ascii = \"auto\"       # true, false
# mouse = false         # gm turns it on and off
# esc_timeout = 50      # milliseconds; 200 over ssh
# notify = \"off\"       # bell, osc9, osc777: when work of over 30 s ends and nobody types
# title = false         # the folders in the window's title
# sort = \"name\"        # size, time, uploaded, extension
# reversed = false
# hidden = false
# keys = \"auto\"        # letters: what the key bar shows. keymap.toml beside this file: `megapane keys`

";
