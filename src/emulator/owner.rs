//! An account as its owner sees it, without a client: makes, changes and reads nodes with the keys that the emulator
//! keeps in escrow. Tests set trees up with it and look at what a client left; the sample account is made with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::Emulator;
use super::account::{
    Account, NewAccount, Standing, TransferAllowance, sealed_private_key, unwrap_key, wrap_key, wrap_master,
};
use super::commands::{self, Call, Reply};
use super::content::{Content, ContentId};
use super::node::{KeyFor, Node, NodeKind};
use super::recipe::Recipe;
use super::refusal::Refusal;
use super::share::{Access, Link, Membership, Share};
use super::world::{Caller, Viewer, World, unix_now};
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::{FileKey, FolderKey, KeyBytes, NodeKey, ecb_encrypt, random};
use crate::crypto::mac;
use crate::handle::{NodeHandle, UserHandle, base64_decode, base64_encode};

/// One account of an emulator, in the hands of its owner. Paths are names joined by `/`, below the cloud drive; where
/// several nodes fit, the one with the smallest handle is meant.
#[derive(Clone)]
pub struct Owner {
    emulator: Emulator,
    user: UserHandle,
    master: KeyBytes,
}

/// One node, decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its handle.
    pub handle: NodeHandle,
    /// Its name; `None` when it cannot be decrypted.
    pub name: Option<String>,
    /// Bytes of a file; `None` for a folder.
    pub size: Option<u64>,
    /// Modification time from the fingerprint, Unix seconds.
    pub modified: Option<i64>,
    /// The whole attributes.
    pub attributes: Attributes,
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
            created: unix_now(),
            attributes: BTreeMap::new(),
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

    /// Finds or makes a folder and all above it. `""` is the cloud drive.
    pub fn folder(&self, path: &str) -> NodeHandle {
        let mut at = self.roots()[0];
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.child(at, name, false).unwrap_or_else(|| self.folder_in(at, name));
        }
        at
    }

    /// Makes a folder, also where there is one of that name. The name may contain anything.
    pub fn folder_in(&self, parent: NodeHandle, name: &str) -> NodeHandle {
        let key = NodeKey::Folder(FolderKey::from_bytes(self.draw()));
        self.add(parent, NodeKind::Folder, &key, &Attributes::named(name))
    }

    /// Adds a file; missing folders are made. A file of that name that is there stays, beside the new one.
    pub fn file(&self, path: &str, bytes: &[u8], modified: i64) -> NodeHandle {
        let (folder, name) = split(path);
        self.file_in(self.folder(folder), name, bytes, Some(modified))
    }

    /// Adds a file to a folder. Its name may contain anything; without `modified` it gets no fingerprint, like the
    /// uploads of several other clients.
    pub fn file_in(&self, parent: NodeHandle, name: &str, bytes: &[u8], modified: Option<i64>) -> NodeHandle {
        let (aes, nonce) = (random(), random());
        let mut cipher = bytes.to_vec();
        let macs = mac::encrypt_chunks(&aes, &nonce, 0, &mut cipher);
        let key = FileKey::new(aes, nonce, mac::meta_mac(&aes, &macs));
        let fingerprint = modified.map(|modified| {
            let read = |offset: u64, out: &mut [u8]| -> Result<(), std::convert::Infallible> {
                let start = usize::try_from(offset).unwrap_or_default();
                out.copy_from_slice(&bytes[start..start + out.len()]);
                Ok(())
            };
            match Fingerprint::compute(bytes.len() as u64, modified, read) {
                Ok(fingerprint) => fingerprint,
                Err(never) => match never {},
            }
        });
        let content = Content::Memory(cipher.into());
        self.add_file(parent, name, content, key, fingerprint)
    }

    /// Adds a file that is computed while it is read. Its MAC is computed here, which reads it once.
    pub fn made_file(&self, path: &str, recipe: &Recipe, modified: i64) -> NodeHandle {
        self.made_file_with_mac(path, recipe, modified, recipe.meta_mac())
    }

    /// The same with a meta-MAC that is known already: [`Recipe::meta_mac`] of that very recipe.
    pub fn made_file_with_mac(
        &self,
        path: &str,
        recipe: &Recipe,
        modified: i64,
        meta_mac: [u8; 8],
    ) -> NodeHandle {
        let (folder, name) = split(path);
        let parent = self.folder(folder);
        let fingerprint = Some(recipe.fingerprint(modified));
        let content = Content::Made(std::sync::Arc::new(recipe.clone()));
        self.add_file(parent, name, content, recipe.key(meta_mac), fingerprint)
    }

    /// Puts a file in the place of the one at `path`, which becomes its older version.
    pub fn replace(&self, path: &str, bytes: &[u8], modified: i64) -> Option<NodeHandle> {
        let old = self.node(path)?;
        let new = self.file(path, bytes, modified);
        self.make_version(old, new);
        Some(new)
    }

    /// Hangs `old` below `new`, as its older version.
    pub(super) fn make_version(&self, old: NodeHandle, new: NodeHandle) {
        self.change(|world| {
            world.reparent(old, new);
            let viewers = world.viewers(new);
            let row = world.subtree(new);
            world.publish_nodes(&viewers, &row, false);
        });
    }

    /// Adds a copy of a file: another node with the same content and key.
    pub fn copy(&self, from: &str, to: &str) -> Option<NodeHandle> {
        let source = self.node(from)?;
        let kind = self.read(|world| world.nodes.get(&source).map(|node| node.kind))?;
        let mut attributes = self.item(source)?.attributes;
        let key = self.node_key(source)?;
        let (folder, name) = split(to);
        attributes.set("n", name);
        Some(self.add(self.folder(folder), kind, &key, &attributes))
    }

    /// Adds a node whose key nobody has.
    pub fn undecryptable(&self, folder: &str, size: u64) -> NodeHandle {
        let parent = self.folder(folder);
        let lost = NodeKey::Folder(FolderKey::from_bytes(random()));
        let content = self.keep(Content::Memory(vec![0; usize::try_from(size).unwrap_or_default()].into()));
        let handle = self.add(parent, NodeKind::File { content, size }, &lost, &Attributes::named("lost"));
        self.change(|world| {
            if let Some(node) = world.nodes.edit(&handle) {
                node.set_key(KeyFor::User(self.user), &base64_encode(&random::<32>()));
            }
        });
        handle
    }

    /// Renames a node, as another client would.
    pub fn rename(&self, path: &str, name: &str) -> Option<()> {
        self.set_attribute(path, "n", Some(name))
    }

    /// Sets or removes one attribute, as another client would.
    pub fn set_attribute(&self, path: &str, name: &str, value: Option<&str>) -> Option<()> {
        let handle = self.node(path)?;
        let mut attributes = self.item(handle)?.attributes;
        match value {
            Some(value) => attributes.set(name, value),
            None => attributes.remove(name),
        }
        let text = base64_encode(&attributes.encrypt(self.node_key(handle)?.attribute_key()));
        self.command(&json!({ "a": "a", "n": handle, "at": text })).ok().map(drop)
    }

    /// Moves a node into a folder, as another client would.
    pub fn move_to(&self, path: &str, folder: &str) -> Option<()> {
        let (handle, target) = (self.node(path)?, self.folder(folder));
        self.command(&json!({ "a": "m", "n": handle, "t": target })).ok().map(drop)
    }

    /// Moves a node to the rubbish bin and notes where it was.
    pub fn trash(&self, path: &str) -> Option<()> {
        let handle = self.node(path)?;
        let parent = self.read(|world| world.nodes.get(&handle).and_then(|node| node.parent))?;
        self.set_attribute(path, "rr", Some(&parent.to_string()))?;
        self.command(&json!({ "a": "m", "n": handle, "t": self.roots()[2] })).ok().map(drop)
    }

    /// Deletes a node for ever.
    pub fn delete(&self, path: &str) -> Option<()> {
        let handle = self.node(path)?;
        self.command(&json!({ "a": "d", "n": handle })).ok().map(drop)
    }

    /// Shares a folder with another account of this server.
    pub fn share(&self, path: &str, with: &Self, access: Access) -> Option<()> {
        let folder = self.node(path)?;
        let key = self.share_key_for(folder)?;
        self.change(|world| {
            let since = unix_now();
            let sealed_key = Some(wrap_key(key, &with.master));
            if let Some(share) = world.shares.edit(&folder) {
                share.members.insert(with.user, Membership { access, since, sealed_key });
            }
            let packet =
                json!({ "n": folder, "o": self.user, "u": with.user, "r": access.number(), "ts": since });
            world.publish(Viewer::User(self.user), "s2", &packet);
            world.publish(Viewer::User(with.user), "s2", &packet);
            let subtree = world.subtree(folder);
            world.publish_nodes(&[Viewer::User(with.user)], &subtree, false);
        });
        Some(())
    }

    /// Makes a public link and returns its address with the key.
    pub fn publish(&self, path: &str) -> Option<String> {
        let node = self.node(path)?;
        let (kind, key) = match self.node_key(node)? {
            NodeKey::File(key) => ("file", key.node_key().to_vec()),
            NodeKey::Folder(_) => ("folder", self.share_key_for(node)?.to_vec()),
        };
        let handle = self.change(|world| {
            if let Some(share) = world.shares.edit(&node) {
                share.public_since = Some(unix_now());
            }
            let handle = world.next_handle();
            let link = Link { node, created: unix_now(), expires: 0, write_auth: None, taken_down: false };
            world.links.insert(handle, link);
            let packet = json!({ "h": node, "ph": handle, "n": 1, "ts": unix_now() });
            world.publish(Viewer::User(self.user), "ph", &packet);
            handle
        });
        Some(format!("https://mega.nz/{kind}/{handle}#{}", base64_encode(&key)))
    }

    /// Takes the public links of a node down, as for a violation, or puts them up again.
    pub fn take_down(&self, path: &str, down: bool) -> Option<()> {
        let node = self.node(path)?;
        self.change(|world| {
            let of_node = world.links.iter().filter(|(_, link)| link.node == node);
            for handle in of_node.map(|(handle, _)| *handle).collect::<Vec<_>>() {
                if let Some(link) = world.links.edit(&handle) {
                    link.taken_down = down;
                }
                let packet = json!({ "h": node, "ph": handle, "down": u8::from(down) });
                world.publish(Viewer::User(self.user), "ph", &packet);
            }
        });
        Some(())
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

    /// The node at a path; also inside folders that others share, by the shared folder's name.
    #[must_use]
    pub fn node(&self, path: &str) -> Option<NodeHandle> {
        let mut names = path.split('/').filter(|name| !name.is_empty()).peekable();
        let first = *names.peek()?;
        let below = |at: NodeHandle| {
            let mut at = at;
            for name in path.split('/').filter(|name| !name.is_empty()) {
                at = self.child(at, name, true)?;
            }
            Some(at)
        };
        if let Some(found) = below(self.roots()[0]) {
            return Some(found);
        }
        names.next();
        let shared = self.read(|world| {
            let mine = world.shares.iter().filter(|(_, share)| share.members.contains_key(&self.user));
            mine.map(|(folder, _)| *folder).collect::<Vec<_>>()
        });
        let top = shared.into_iter().find(|folder| self.name(*folder).as_deref() == Some(first))?;
        names.try_fold(top, |at, name| self.child(at, name, true))
    }

    /// A node, decrypted.
    #[must_use]
    pub fn item(&self, handle: NodeHandle) -> Option<Item> {
        let node = self.read(|world| world.nodes.get(&handle).cloned())?;
        let attributes = self.attributes(handle, &node);
        let size = match node.kind {
            NodeKind::File { size, .. } => Some(size),
            NodeKind::Folder | NodeKind::Root | NodeKind::Vault | NodeKind::Rubbish => None,
        };
        let fingerprint = attributes.as_ref().and_then(|attributes| attributes.value("c"));
        Some(Item {
            handle,
            name: attributes.as_ref().and_then(Attributes::name).map(str::to_owned),
            size,
            modified: fingerprint.and_then(Fingerprint::parse).map(|fingerprint| fingerprint.modified),
            attributes: attributes.unwrap_or_default(),
        })
    }

    /// What is in a node: of a folder its nodes, of a file its next older version.
    #[must_use]
    pub fn items(&self, folder: NodeHandle) -> Vec<Item> {
        let children = self.read(|world| world.nodes.get(&folder).map(|node| node.children.clone()));
        children.into_iter().flatten().filter_map(|handle| self.item(handle)).collect()
    }

    /// The content of the file at a path, decrypted; it is collected, so not for large ones.
    #[must_use]
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.content_of(self.node(path)?)
    }

    /// The content of a file, decrypted and checked against the MAC of its key; `None` when that fails.
    #[must_use]
    pub fn content_of(&self, handle: NodeHandle) -> Option<Vec<u8>> {
        let NodeKey::File(key) = self.node_key(handle)? else { return None };
        let mut bytes = self.read(|world| {
            let NodeKind::File { content, size } = world.nodes.get(&handle)?.kind else { return None };
            let content = world.contents.get(&content)?.content.clone();
            content.piece(0, size).ok().map(|piece| piece.to_vec())
        })?;
        let macs = mac::decrypt_chunks(key.aes(), key.nonce(), 0, &mut bytes);
        mac::verify(&key, bytes.len() as u64, &macs).then_some(bytes)
    }

    /// Everything in the cloud drive, sorted; folders end in `/`, names that cannot be read are `?`.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.paths_below(self.roots()[0])
    }

    /// Everything in the rubbish bin, in the same way.
    #[must_use]
    pub fn rubbish_paths(&self) -> Vec<String> {
        self.paths_below(self.roots()[2])
    }

    fn paths_below(&self, top: NodeHandle) -> Vec<String> {
        let mut paths = Vec::new();
        let mut next = vec![(top, String::new())];
        while let Some((folder, prefix)) = next.pop() {
            for item in self.items(folder) {
                let path = format!("{prefix}{}", item.name.as_deref().unwrap_or("?"));
                if item.size.is_none() {
                    next.push((item.handle, format!("{path}/")));
                    paths.push(format!("{path}/"));
                } else {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        paths
    }

    /// The key of a node by whichever way this user has.
    #[must_use]
    pub fn node_key(&self, handle: NodeHandle) -> Option<NodeKey> {
        let node = self.read(|world| world.nodes.get(&handle).cloned())?;
        self.keys_of(&node).next()
    }

    /// The keys that some part of `k` gives; a wrong part gives a wrong key.
    fn keys_of<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = NodeKey> + 'a {
        node.keys.iter().filter_map(|(reader, wrapped)| {
            let under = match reader {
                KeyFor::User(user) => (*user == self.user).then_some(self.master)?,
                KeyFor::Share(folder) => self.share_key(*folder)?,
            };
            NodeKey::unwrap(&base64_decode(wrapped), &under)
        })
    }

    fn attributes(&self, handle: NodeHandle, node: &Node) -> Option<Attributes> {
        let _ = handle;
        let sealed = base64_decode(&node.attributes);
        self.keys_of(node).find_map(|key| Attributes::decrypt(&sealed, key.attribute_key()))
    }

    fn name(&self, handle: NodeHandle) -> Option<String> {
        self.item(handle)?.name
    }

    /// The first child of that name; a file only where files will do.
    fn child(&self, parent: NodeHandle, name: &str, files_too: bool) -> Option<NodeHandle> {
        let fits = |item: &Item| item.name.as_deref() == Some(name) && (files_too || item.size.is_none());
        self.items(parent).into_iter().find(fits).map(|item| item.handle)
    }

    /// The key of a share that this user gave or got.
    fn share_key(&self, folder: NodeHandle) -> Option<KeyBytes> {
        self.read(|world| {
            let share = world.shares.get(&folder)?;
            let sealed = if share.owner == self.user {
                Some(&share.sealed_key)
            } else {
                share.members.get(&self.user)?.sealed_key.as_ref()
            };
            unwrap_key(sealed?, &self.master)
        })
    }

    /// The key of a share of ours, which is made when the folder has none, and given to all that is inside.
    fn share_key_for(&self, folder: NodeHandle) -> Option<KeyBytes> {
        if let Some(key) = self.share_key(folder) {
            return Some(key);
        }
        let key: KeyBytes = self.draw();
        let mut proof: KeyBytes = [0; 16];
        let text = folder.to_string();
        proof[..8].copy_from_slice(text.as_bytes());
        proof[8..].copy_from_slice(text.as_bytes());
        let share = Share {
            owner: self.user,
            sealed_key: wrap_key(key, &self.master),
            proof: wrap_key(proof, &self.master),
            public_since: None,
            members: BTreeMap::new(),
        };
        let subtree = self.change(|world| {
            world.shares.insert(folder, share);
            world.subtree(folder)
        });
        for handle in subtree {
            let Some(node_key) = self.node_key(handle) else { continue };
            let wrapped = base64_encode(&node_key.wrap(&key));
            self.change(|world| {
                if let Some(node) = world.nodes.edit(&handle) {
                    node.set_key(KeyFor::Share(folder), &wrapped);
                }
            });
        }
        Some(key)
    }

    fn keep(&self, content: Content) -> ContentId {
        self.change(|world| {
            let id = world.next_content();
            world.keep(id, content);
            id
        })
    }

    fn add_file(
        &self,
        parent: NodeHandle,
        name: &str,
        content: Content,
        key: FileKey,
        fingerprint: Option<Fingerprint>,
    ) -> NodeHandle {
        let mut attributes = Attributes::named(name);
        if let Some(fingerprint) = fingerprint {
            attributes.set("c", &fingerprint.text());
        }
        let size = content.len();
        let content = self.keep(content);
        self.add(parent, NodeKind::File { content, size }, &NodeKey::File(key), &attributes)
    }

    /// Adds a node with keys for everybody who shares the folder, and announces it.
    fn add(&self, parent: NodeHandle, kind: NodeKind, key: &NodeKey, attributes: &Attributes) -> NodeHandle {
        let shares = self.read(|world| {
            world
                .ancestry(parent)
                .map(|(above, _)| above)
                .filter(|above| world.shares.get(above).is_some())
                .collect()
        });
        let shares: Vec<NodeHandle> = shares;
        let mut keys =
            vec![(KeyFor::User(self.user), base64_encode(&key.wrap(&self.master)).into_boxed_str())];
        for folder in shares {
            if let Some(share_key) = self.share_key(folder) {
                keys.push((KeyFor::Share(folder), base64_encode(&key.wrap(&share_key)).into_boxed_str()));
            }
        }
        let sealed = base64_encode(&attributes.encrypt(key.attribute_key()));
        self.change(|world| {
            let owner = world.nodes.get(&parent).map_or(self.user, |folder| folder.owner);
            let handle = world.next_handle();
            let mut node = blank_node(owner, Some(parent), kind);
            node.attributes = sealed.into();
            node.keys = keys;
            world.add_node(handle, node);
            let viewers = world.viewers(handle);
            world.publish_nodes(&viewers, &[handle], false);
            handle
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

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
