//! An account as its owner sees it, without a client: makes, changes and reads nodes with the keys that the emulator
//! keeps in escrow. Tests set trees up with it and look at what a client left; the sample account is made with it.

mod item;
mod nodes;
mod sharing;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::Emulator;
use super::account::{Account, NewAccount, Standing, TransferAllowance, sealed_private_key, wrap_master};
use super::commands::{self, Call, Reply};
use super::node::{Node, NodeKind};
use super::refusal::Refusal;
use super::world::{Caller, Viewer, World, unix_now};
use crate::crypto::key::{KeyBytes, ecb_encrypt, random};
use crate::handle::{NodeHandle, UserHandle, base64_encode};

pub use item::Item;

/// One account of an emulator, in the hands of its owner. Paths are names joined by `/`, below the cloud drive; where
/// several nodes fit, the one with the smallest handle is meant.
#[derive(Clone)]
pub struct Owner {
    emulator: Emulator,
    user: UserHandle,
    master: KeyBytes,
}

impl Owner {
    pub(super) fn create(emulator: &Emulator, new: NewAccount) -> Self {
        let (scheme, password_key) = new.credentials();
        let mut world = emulator.world();
        let slot = world.accounts.len();
        let fixed = world.fixed_handles.is_some();
        let mut id = [0; 16];
        id[8..].copy_from_slice(&(slot as u64 + 1).to_be_bytes());
        ecb_encrypt(&[0x17; 16], &mut id);
        let (user, master) =
            if fixed { (std::array::from_fn(|index| id[index]), id) } else { (random(), random()) };
        let user = UserHandle::from_bytes(user);
        let kinds = [NodeKind::Root, NodeKind::Vault, NodeKind::Rubbish];
        let roots = kinds.map(|kind| {
            let handle = world.next_handle();
            world.add_node(handle, blank_node(user, None, kind));
            handle
        });
        let account = Account {
            email: new.email,
            name: new.name,
            scheme,
            wrapped_master: wrap_master(master, &password_key),
            escrow: master,
            sealed_private_key: if new.has_rsa_key { sealed_private_key(slot, &master) } else { Vec::new() },
            rsa_slot: new.has_rsa_key.then_some(slot),
            codes: new.codes,
            roots,
            storage: new.storage,
            is_paid: new.is_paid,
            created: unix_now(),
            attributes: BTreeMap::new(),
            waiting_keys: Vec::new(),
            standing: Standing::Good,
            transfer: None,
        };
        world.accounts.insert(user, account);
        Self { emulator: emulator.clone(), user, master }
    }

    pub(super) fn of(emulator: &Emulator, email: &str) -> Option<Self> {
        let world = emulator.world();
        let (user, account) = world.account_of(email)?;
        Some(Self { emulator: emulator.clone(), user, master: *account.master() })
    }

    /// The user's handle.
    #[must_use]
    pub const fn user(&self) -> UserHandle {
        self.user
    }

    /// The master key.
    #[must_use]
    pub const fn master_key(&self) -> &KeyBytes {
        &self.master
    }

    /// Cloud drive, vault and rubbish bin.
    #[must_use]
    pub fn roots(&self) -> [NodeHandle; 3] {
        self.read(|world| world.accounts.get(&self.user).map(|account| account.roots))
            .unwrap_or([NodeHandle::from_bytes([0; 6]); 3])
    }

    /// Sets the storage allowance in bytes.
    pub fn set_storage(&self, bytes: u64) {
        self.edit_account(|account| account.storage = bytes);
    }

    /// Allows only so many bytes to be downloaded; then there is nothing for `wait`, and after it as much again.
    pub fn set_transfer(&self, bytes: u64, wait: Duration) {
        let allowance = TransferAllowance { left: bytes, wait, until: None, full: bytes };
        self.edit_account(|account| account.transfer = Some(allowance));
    }

    /// Lets the account in, or not.
    pub fn set_standing(&self, standing: Standing) {
        self.edit_account(|account| account.standing = standing);
    }

    /// Sets a user attribute, as sent (`^!dv`, `^!keys`).
    pub fn set_user_attribute(&self, name: &str, value: &str) {
        let version = base64_encode(&random::<8>());
        self.change(|world| {
            if let Some(account) = world.accounts.edit(&self.user) {
                account.attributes.insert(name.to_owned(), (value.to_owned(), version.clone()));
            }
            let packet = json!({ "u": self.user, "ua": [name], "v": [version] });
            world.publish(Viewer::User(self.user), "ua", &packet);
        });
    }

    /// Ends all sessions of the account: −15 for whoever goes on using one.
    pub fn end_sessions(&self) {
        self.change(|world| {
            let mine = world.sessions.iter().filter(|(_, session)| session.user == self.user);
            for sid in mine.map(|(sid, _)| sid.clone()).collect::<Vec<_>>() {
                world.sessions.remove(&sid);
            }
        });
    }

    /// Number of sessions that live.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.read(|world| world.sessions.iter().filter(|(_, session)| session.user == self.user).count())
    }

    /// Carries out one command as this user would send it; an error is the error number.
    pub fn command(&self, body: &Value) -> Result<Value, i64> {
        let caller = Caller::User { sid: String::new(), user: self.user };
        let base = super::transport::customary_url();
        self.change(|world| {
            let mut call = Call { world, caller: &caller, base: &base, version: 1, body };
            match commands::run(&mut call) {
                Ok(Reply::Json(value)) => Ok(value),
                Ok(Reply::Pieces(pieces)) => serde_json::from_slice(&pieces.concat())
                    .map_err(|_unreadable| Refusal::Other(-1).number()),
                Err(refusal) => Err(refusal.number()),
            }
        })
    }

    /// A key: random, or from a fixed row while the sample is made.
    fn draw(&self) -> KeyBytes {
        let fixed = self.change(|world| world.fixed_handles.is_some().then(|| world.next_handle()));
        let Some(handle) = fixed else { return random() };
        let mut key: KeyBytes = [0x77; 16];
        key[..6].copy_from_slice(&handle.bytes());
        ecb_encrypt(&[0x51; 16], &mut key);
        key
    }

    fn edit_account(&self, edit: impl FnOnce(&mut Account)) {
        self.change(|world| {
            if let Some(account) = world.accounts.edit(&self.user) {
                edit(account);
            }
        });
    }

    fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.emulator.world())
    }

    /// Changes the world as one command would, and wakes those who wait.
    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = {
            let mut world = self.emulator.world();
            world.begin_command(None);
            change(&mut world)
        };
        self.emulator.wake();
        result
    }
}

/// The address as a test may want to show it; the owner is named by handle only.
impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Owner({})", self.user)
    }
}

fn blank_node(owner: UserHandle, parent: Option<NodeHandle>, kind: NodeKind) -> Node {
    Node {
        owner,
        parent,
        kind,
        attributes: Box::default(),
        keys: Vec::new(),
        created: unix_now(),
        thumbnails: Box::default(),
        children: BTreeSet::new(),
    }
}
