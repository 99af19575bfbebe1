//! What others are given so that they can see something of ours: the text of a public link, with its key ([`link_of`]), and
//! with whom folders are shared ([`Receiver`]). Pure: asks the tree alone. Making and removing links and shares is a
//! change (`change::publish`).

use crate::api::listing::ShareReceiver;
use crate::crypto::key::NodeKey;
use crate::crypto::link::{Link, LinkKind};
use crate::handle::NodeHandle;
use crate::tree::{Access, Tree};

/// Why the public link of a node cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkUnknown {
    /// It has none.
    #[error("it has no public link")]
    None,
    /// It has one, but the server did not say its handle.
    #[error("its public link is not known yet")]
    Handle,
    /// It has one, but the key in it is known to the official client only.
    #[error("the key of its public link is kept where only the official client writes")]
    Key,
}

/// Returns the public link of a node, with its key.
pub fn link_of(tree: &Tree, node: NodeHandle) -> Result<Link, LinkUnknown> {
    let handle = tree.link(node).ok_or(LinkUnknown::None)?.handle.ok_or(LinkUnknown::Handle)?;
    match tree.node(node).and_then(|node| node.key()).ok_or(LinkUnknown::Key)? {
        NodeKey::File(key) => Ok(Link::to_file(handle, &key)),
        NodeKey::Folder(_) => Ok(Link::to_folder(handle, tree.share_key(node).ok_or(LinkUnknown::Key)?)),
    }
}

/// Returns what a link of this node would be.
#[must_use]
pub fn link_kind(tree: &Tree, node: NodeHandle) -> LinkKind {
    if tree.node(node).is_some_and(|node| node.is_file()) { LinkKind::File } else { LinkKind::Folder }
}

/// A folder that we share with somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The folder.
    pub folder: NodeHandle,
    /// Their e-mail, or what is known instead.
    pub who: String,
    /// What they may do.
    pub access: Access,
    /// They have not accepted yet.
    pub is_invited: bool,
}

/// Returns the folders that we share with users, links left out.
#[must_use]
pub fn receivers(tree: &Tree) -> Vec<Receiver> {
    let receiver = |(folder, receiver, access)| {
        let (who, is_invited) = match receiver {
            ShareReceiver::Everybody => return None,
            ShareReceiver::User(user) => {
                (tree.email(user).map_or_else(|| user.to_string(), str::to_owned), false)
            }
            ShareReceiver::Invited(invitation) => (format!("invitation {invitation}"), true),
            ShareReceiver::Unnamed => ("somebody".to_owned(), true),
        };
        Some(Receiver { folder, who, access, is_invited })
    };
    tree.given_shares().into_iter().filter_map(receiver).collect()
}
