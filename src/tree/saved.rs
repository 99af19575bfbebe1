//! A whole tree as bytes, to be kept between runs ([`Tree::save`], [`Tree::restore`]). The bytes hold every key of the
//! account: whoever keeps them seals them. They are for this version of the program only; a change of what is written here
//! needs another version in the file's head.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use super::Tree;
use super::placement::Tops;
use super::share::{Access, Inbound, Shares};
use super::store::{Index, Place, Store};
use super::words::{bytes, len, put_len, put_text, senseless, text};
use crate::api::listing::{PublicLink, ShareReceiver};
use crate::crypto::key::ShareKey;
use crate::crypto::node_key::Trust;
use crate::handle::{NodeHandle, UserHandle};

impl Tree {
    /// Writes the tree: its nodes, its shares, and the position from which it goes on. Not while a node is on its way
    /// from one place to another ([`Self::is_settled`]): that would be lost.
    pub fn save(&self, out: &mut impl Write) -> io::Result<()> {
        put_text(out, &self.sequence)?;
        self.shares.save(out)?;
        let mut order: Vec<Index> = self.all_tops().collect();
        let tops = order.len();
        self.with_all_below(&mut order);
        if order.len() != self.len() {
            return Err(senseless()); // better no file than one that lacks a node
        }
        self.store.save(&order, tops, out)
    }

    /// Reads what [`Self::save`] wrote. An error where it was written by another program, or ends early.
    pub fn restore(from: &mut impl Read) -> io::Result<Self> {
        let sequence = text(from)?;
        let shares = Shares::restore(from)?;
        let (store, tops) = Store::restore(from)?;
        let mut tree = Self { store, shares, sequence, ..Self::default() };
        for index in 0..tops {
            tree.restore_top(index)?;
        }
        Ok(tree)
    }

    fn restore_top(&mut self, index: Index) -> io::Result<()> {
        let record = self.store.record(index);
        match (record.place, Tops::root_slot(record.kind)) {
            (Place::Root, Some(slot)) if self.tops.roots[slot].is_none() => {
                self.tops.roots[slot] = Some(index);
            }
            (Place::InShare, _) => self.tops.in_shares.push(index),
            (Place::Orphan, _) => self.tops.orphans.push(index),
            (Place::Root | Place::Child | Place::Version | Place::Nowhere, _) => return Err(senseless()),
        }
        Ok(())
    }
}

impl Shares {
    fn save(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&[u8::from(self.source == Trust::Store)])?;
        put_len(out, self.keys.len())?;
        for (folder, key) in &self.keys {
            out.write_all(&folder.bytes())?;
            out.write_all(key.bytes())?;
        }
        put_len(out, self.given.values().map(HashMap::len).sum())?;
        for (folder, (receiver, access)) in self
            .given
            .iter()
            .flat_map(|(folder, receivers)| receivers.iter().map(move |receiver| (folder, receiver)))
        {
            let (kind, id) = match receiver {
                ShareReceiver::Everybody => (0, [0; 8]),
                ShareReceiver::User(user) => (1, user.bytes()),
                ShareReceiver::Invited(invitation) => (2, invitation.bytes()),
                ShareReceiver::Unnamed => (3, [0; 8]),
            };
            out.write_all(&folder.bytes())?;
            out.write_all(&[kind, access.to_wire()])?;
            out.write_all(&id)?;
        }
        put_len(out, self.linked.len())?;
        for (node, link) in &self.linked {
            out.write_all(&node.bytes())?;
            out.write_all(&[u8::from(link.handle.is_some())])?;
            out.write_all(&link.handle.unwrap_or(*node).bytes())?;
            out.write_all(&link.expires.unwrap_or(0).to_be_bytes())?;
        }
        put_len(out, self.inbound.len())?;
        for (folder, Inbound { sharer, access }) in &self.inbound {
            out.write_all(&folder.bytes())?;
            out.write_all(&sharer.bytes())?;
            out.write_all(&[access.to_wire()])?;
        }
        put_len(out, self.emails.len())?;
        for (user, email) in &self.emails {
            out.write_all(&user.bytes())?;
            put_text(out, email)?;
        }
        Ok(())
    }

    fn restore(from: &mut impl Read) -> io::Result<Self> {
        let mut shares = Self { source: source(from)?, ..Self::default() };
        for _ in 0..len(from)? {
            shares.keys.insert(node(from)?, ShareKey::from_bytes(bytes(from)?));
        }
        for _ in 0..len(from)? {
            let folder = node(from)?;
            let (receiver, access) = receiver(from)?;
            shares.given.entry(folder).or_default().insert(receiver, access);
        }
        for _ in 0..len(from)? {
            let (node, [has_handle], handle) = (node(from)?, bytes(from)?, node(from)?);
            let expires = i64::from_be_bytes(bytes(from)?);
            let (handle, expires) = ((has_handle == 1).then_some(handle), Some(expires).filter(|at| *at > 0));
            shares.linked.insert(node, PublicLink { handle, expires });
        }
        for _ in 0..len(from)? {
            let (folder, owner) = (node(from)?, user(from)?);
            let [access] = bytes(from)?;
            shares
                .inbound
                .insert(folder, Inbound { sharer: owner, access: Access::from_wire(Some(access.into())) });
        }
        let mut emails = HashMap::new();
        for _ in 0..len(from)? {
            emails.insert(user(from)?, text(from)?);
        }
        Ok(Self { emails, ..shares })
    }
}

fn node(from: &mut impl Read) -> io::Result<NodeHandle> {
    bytes(from).map(NodeHandle::from_bytes)
}

fn user(from: &mut impl Read) -> io::Result<UserHandle> {
    bytes(from).map(UserHandle::from_bytes)
}

fn source(from: &mut impl Read) -> io::Result<Trust> {
    match bytes(from)? {
        [0] => Ok(Trust::Listing),
        [1] => Ok(Trust::Store),
        _ => Err(senseless()),
    }
}

fn receiver(from: &mut impl Read) -> io::Result<(ShareReceiver, Access)> {
    let ([kind, access], id) = (bytes(from)?, user(from)?);
    let receiver = match kind {
        0 => ShareReceiver::Everybody,
        1 => ShareReceiver::User(id),
        2 => ShareReceiver::Invited(id),
        3 => ShareReceiver::Unnamed,
        _ => return Err(senseless()),
    };
    Ok((receiver, Access::from_wire(Some(access.into()))))
}
