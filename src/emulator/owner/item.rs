//! What an owner reads: nodes by path, their names and times, contents checked against their keys. For tests, which see
//! with it what a client really left behind; it changes nothing.

use super::Owner;
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::NodeKey;
use crate::crypto::mac;
use crate::emulator::node::{KeyFor, Node, NodeKind};
use crate::handle::{NodeHandle, base64_decode};

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
    /// The node at a path; also inside folders that others share, by the shared folder's name.
    #[must_use]
    pub fn node(&self, path: &str) -> Option<NodeHandle> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let (first, rest) = names.split_first()?;
        let own = self.below(self.roots()[0], &names);
        own.or_else(|| {
            let shared = self.read(|world| {
                let mine = world.shares.iter().filter(|(_, share)| share.members.contains_key(&self.user));
                mine.map(|(folder, _)| *folder).collect::<Vec<_>>()
            });
            let mut tops = shared.into_iter().filter(|folder| self.name(*folder).as_deref() == Some(first));
            tops.find_map(|top| self.below(top, rest))
        })
    }

    /// Goes down by names; where several nodes have one, each is tried.
    fn below(&self, at: NodeHandle, names: &[&str]) -> Option<NodeHandle> {
        let Some((first, rest)) = names.split_first() else { return Some(at) };
        let fits = |item: &Item| item.name.as_deref() == Some(first);
        self.items(at).iter().filter(|item| fits(item)).find_map(|item| self.below(item.handle, rest))
    }

    /// A node, decrypted.
    #[must_use]
    pub fn item(&self, handle: NodeHandle) -> Option<Item> {
        let node = self.read(|world| world.nodes.get(&handle).cloned())?;
        let attributes = self.attributes(&node);
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

    fn attributes(&self, node: &Node) -> Option<Attributes> {
        let sealed = base64_decode(&node.attributes);
        self.keys_of(node).find_map(|key| Attributes::decrypt(&sealed, key.attribute_key()))
    }

    fn name(&self, handle: NodeHandle) -> Option<String> {
        self.item(handle)?.name
    }

    /// The first folder of that name in a folder.
    pub(super) fn folder_named(&self, parent: NodeHandle, name: &str) -> Option<NodeHandle> {
        let fits = |item: &Item| item.name.as_deref() == Some(name) && item.size.is_none();
        self.items(parent).into_iter().find(fits).map(|item| item.handle)
    }
}
