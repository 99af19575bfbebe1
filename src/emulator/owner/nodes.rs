//! What an owner makes and changes: folders, files, copies, versions, the rubbish bin. Every change is announced to
//! whoever listens, as one of another client would be.

use serde_json::json;

use super::{Owner, blank_node};
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::{FileKey, FolderKey, NodeKey, random};
use crate::crypto::mac;
use crate::emulator::content::{Content, ContentId};
use crate::emulator::node::{KeyFor, NodeKind};
use crate::emulator::recipe::Recipe;
use crate::handle::{NodeHandle, base64_encode};

#[expect(clippy::must_use_candidate, reason = "tests call these for what they do; the handle is an extra")]
impl Owner {
    /// Finds or makes a folder and all above it. `""` is the cloud drive.
    pub fn folder(&self, path: &str) -> NodeHandle {
        let mut at = self.roots()[0];
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.folder_named(at, name).unwrap_or_else(|| self.folder_in(at, name));
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
        self.made_file_in(self.folder(folder), name, recipe, (modified, meta_mac))
    }

    /// Adds a computed file to a folder, given its modification time and meta-MAC.
    pub(in crate::emulator) fn made_file_in(
        &self,
        parent: NodeHandle,
        name: &str,
        recipe: &Recipe,
        (modified, meta_mac): (i64, [u8; 8]),
    ) -> NodeHandle {
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
    pub(in crate::emulator) fn make_version(&self, old: NodeHandle, new: NodeHandle) {
        self.change(|world| {
            world.reparent(old, new);
            let viewers = world.viewers(new);
            let row = world.subtree(new);
            world.publish_nodes(&viewers, &row, &[]);
        });
    }

    /// Adds a copy of a file: another node with the same content and key.
    pub fn copy(&self, from: &str, to: &str) -> Option<NodeHandle> {
        let (folder, name) = split(to);
        self.copy_in(self.node(from)?, self.folder(folder), name)
    }

    /// Adds a copy of a file to a folder.
    pub(in crate::emulator) fn copy_in(
        &self,
        source: NodeHandle,
        parent: NodeHandle,
        name: &str,
    ) -> Option<NodeHandle> {
        let kind = self.read(|world| world.nodes.get(&source).map(|node| node.kind))?;
        let mut attributes = self.item(source)?.attributes;
        let key = self.node_key(source)?;
        attributes.set("n", name);
        Some(self.add(parent, kind, &key, &attributes))
    }

    /// Sets when a node came to the cloud, Unix seconds.
    pub(in crate::emulator) fn set_created(&self, handle: NodeHandle, created: i64) {
        self.change(|world| {
            if let Some(node) = world.nodes.edit(&handle) {
                node.created = created;
            }
        });
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
            world.publish_nodes(&viewers, &[handle], &[]);
            handle
        })
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
