//! What an owner lets others see: shares with other accounts, public links, and the keys for both. For tests and for the
//! sample account; clients come through `s2` and `l`.

use std::collections::BTreeMap;

use serde_json::json;

use super::Owner;
use crate::crypto::key::{KeyBytes, NodeKey};
use crate::emulator::account::{unwrap_key, wrap_key};
use crate::emulator::node::KeyFor;
use crate::emulator::share::{Access, Link, Membership, Share};
use crate::emulator::world::{Viewer, unix_now};
use crate::handle::{NodeHandle, base64_encode};

#[expect(clippy::must_use_candidate, reason = "tests call these for what they do; the address is an extra")]
impl Owner {
    /// Shares a folder with another account of this server.
    pub fn share(&self, path: &str, with: &Self, access: Access) -> Option<()> {
        let folder = self.node(path)?;
        let key = self.share_key_for(folder);
        self.change(|world| {
            let since = unix_now();
            let sealed_key = wrap_key(key, &with.master);
            let mut theirs =
                json!({ "n": folder, "o": self.user, "u": with.user, "r": access.number(), "ts": since });
            let mut own = theirs.clone();
            theirs["k"] = json!(sealed_key);
            if let Some(share) = world.shares.edit(&folder) {
                let membership = Membership { access, since, sealed_key: Some(sealed_key) };
                share.members.insert(with.user, membership);
                own["ok"] = json!(share.sealed_key);
                own["ha"] = json!(share.proof);
            }
            world.publish(Viewer::User(self.user), "s2", &own);
            world.publish(Viewer::User(with.user), "s2", &theirs);
            world.introduce(self.user, with.user);
            let subtree = world.subtree(folder);
            world.publish_nodes(&[Viewer::User(with.user)], &subtree, &[]);
        });
        Some(())
    }

    /// Makes a public link and returns its address with the key.
    pub fn publish(&self, path: &str) -> Option<String> {
        let node = self.node(path)?;
        let (kind, key) = match self.node_key(node)? {
            NodeKey::File(key) => ("file", key.node_key().to_vec()),
            NodeKey::Folder(_) => ("folder", self.share_key_for(node).to_vec()),
        };
        let handle = self.change(|world| {
            if let Some(share) = world.shares.edit(&node) {
                share.public_since = Some(unix_now());
                let packet = json!({ "n": node, "o": self.user, "u": "EXP", "r": 0, "ts": unix_now(),
                    "ok": share.sealed_key, "ha": share.proof });
                world.publish(Viewer::User(self.user), "s2", &packet);
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

    /// The key of a share that this user gave or got.
    pub(super) fn share_key(&self, folder: NodeHandle) -> Option<KeyBytes> {
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
    fn share_key_for(&self, folder: NodeHandle) -> KeyBytes {
        if let Some(key) = self.share_key(folder) {
            return key;
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
        key
    }
}
