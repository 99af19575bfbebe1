//! Every change to an account: what it is ([`Change`]), how it is undone, how it is sent. The worker and the command line
//! make changes in three steps: [`Session::prepare`] checks it on the tree and collects keys, [`Session::commit`] writes
//! it to the undo journal and then sends it, [`Tree::apply_own`] takes the outcome in. An upload ends in the same way, by
//! [`Session::prepare_put`] and [`Session::put_file`]. Nothing else in the program may send a command that changes nodes.

mod address;
mod answered;
pub(crate) mod check;
mod duplicate;
mod error;
mod import;
mod left_loans;
mod lend;
mod publish;
mod put;
mod putter;
mod send;
mod share_keys;
mod time;
mod undo;

use serde::{Deserialize, Serialize};

use super::Session;
use crate::crypto::attributes::Attributes;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::store::undo::UndoJournal;
use crate::tree::{Access, OwnUpdate, Tree};
pub use address::DownloadUrlError;
use check::Checked;
pub use error::ChangeError;
pub use import::{Imported, Takeover};
pub(in crate::session) use left_loans::Loans;
pub use lend::{Lent, Loan};
pub use put::{Put, PutTarget, Uploaded};
pub(in crate::session) use putter::Puts;
use send::Steps;
use share_keys::ShareKeys;
pub use undo::{Lost, PreparedUndo, UndoPlan, is_deleted, lost, nodes_deleted};

/// A change to an account. It names nodes by handle and holds no keys: it is what the undo journal keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A new folder.
    CreateFolder {
        /// The folder that it is made in.
        parent: NodeHandle,
        /// Its name.
        name: String,
    },
    /// A new name.
    Rename {
        /// The file or folder.
        node: NodeHandle,
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Another parent.
    Move {
        /// The file or folder.
        node: NodeHandle,
        /// The old parent.
        from: NodeHandle,
        /// The new parent.
        to: NodeHandle,
    },
    /// Into the rubbish bin; the node remembers where it was.
    Trash {
        /// The file or folder.
        node: NodeHandle,
        /// Where it was.
        from: NodeHandle,
    },
    /// Out of the rubbish bin.
    Restore {
        /// The file or folder.
        node: NodeHandle,
        /// Where to; if that folder is gone or in the bin itself, the cloud drive.
        to: NodeHandle,
    },
    /// Gone for good, with all below it and with its versions, wherever it is: nothing takes that back.
    Delete {
        /// The file or folder.
        node: NodeHandle,
        /// Its name, for whoever asks later what is gone.
        name: String,
    },
    /// A finished upload became a file.
    PutFile {
        /// The folder.
        parent: NodeHandle,
        /// Its name.
        name: String,
        /// Bytes.
        size: u64,
        /// The file that became its version.
        replaces: Option<NodeHandle>,
    },
    /// A copy of a file, or of a folder with all below it, made in the cloud from the content that is there.
    Copy {
        /// The file or folder that is copied.
        node: NodeHandle,
        /// The folder that the copy goes into.
        to: NodeHandle,
        /// The name of the copy.
        name: String,
        /// The file that became its version.
        replaces: Option<NodeHandle>,
    },
    /// A copy of what a public link shows, or another account lent.
    Import {
        /// The folder that it went into.
        to: NodeHandle,
        /// Its name there.
        name: String,
        /// The file that became its version.
        #[serde(default)]
        replaces: Option<NodeHandle>,
    },
    /// A public link, so that whoever has it can read; or another end of the one that is there.
    Link {
        /// The file or folder.
        node: NodeHandle,
        /// When it ends, Unix seconds; `None` for never.
        expires: Option<i64>,
        /// When the one ended that was there before, 0 for never; `None` where there was none.
        before: Option<i64>,
    },
    /// No public link any more.
    Unlink {
        /// The file or folder.
        node: NodeHandle,
        /// When the link would have ended, Unix seconds; `None` for never.
        expires: Option<i64>,
    },
    /// Somebody else may look into a folder, or do more there.
    Share {
        /// The folder.
        folder: NodeHandle,
        /// Their e-mail.
        with: String,
        /// What they may do.
        access: Access,
        /// What they could do before.
        before: Option<Access>,
    },
    /// Somebody else may not look into a folder any more.
    Unshare {
        /// The folder.
        folder: NodeHandle,
        /// Their e-mail.
        with: String,
        /// What they could do.
        access: Access,
    },
    /// The content of an old version becomes current again, as a new version: nothing is lost on the way.
    Revert {
        /// The current file.
        file: NodeHandle,
        /// The version, one of those behind it.
        version: NodeHandle,
    },
    /// Another modification time of a file whose content is known; the content stays.
    SetTime {
        /// The file.
        node: NodeHandle,
        /// The old time, Unix seconds; `None` where it had none.
        from: Option<i64>,
        /// The new time, Unix seconds; `None` takes it away.
        to: Option<i64>,
    },
}

impl Change {
    /// Returns the change that takes this one back. `created` is the node that it made, if any.
    #[must_use]
    pub fn inverse(&self, created: Option<NodeHandle>) -> Option<Self> {
        match self.clone() {
            Self::CreateFolder { parent, .. } => created.map(|node| Self::Trash { node, from: parent }),
            Self::Rename { node, from, to } => Some(Self::Rename { node, from: to, to: from }),
            Self::Move { node, from, to } => Some(Self::Move { node, from: to, to: from }),
            Self::Trash { node, from } => Some(Self::Restore { node, to: from }),
            Self::Restore { node, to } => Some(Self::Trash { node, from: to }),
            Self::Delete { .. } => None,
            Self::PutFile { replaces: Some(version), .. }
            | Self::Copy { replaces: Some(version), .. }
            | Self::Import { replaces: Some(version), .. } => {
                created.map(|file| Self::Revert { file, version })
            }
            Self::PutFile { parent, replaces: None, .. }
            | Self::Copy { to: parent, replaces: None, .. }
            | Self::Import { to: parent, replaces: None, .. } => {
                created.map(|node| Self::Trash { node, from: parent })
            }
            Self::Link { node, expires, before: None } => Some(Self::Unlink { node, expires }),
            Self::Link { node, expires, before: Some(before) } => {
                let (expires, now) = (Some(before).filter(|at| *at > 0), expires.unwrap_or(0));
                Some(Self::Link { node, expires, before: Some(now) })
            }
            Self::Unlink { node, expires } => Some(Self::Link { node, expires, before: None }),
            Self::Share { folder, with, access, before: None } => {
                Some(Self::Unshare { folder, with, access })
            }
            Self::Share { folder, with, access, before: Some(before) } => {
                Some(Self::Share { folder, with, access: before, before: Some(access) })
            }
            Self::Unshare { folder, with, access } => {
                Some(Self::Share { folder, with, access, before: None })
            }
            Self::Revert { file, .. } => created.map(|created| Self::Revert { file: created, version: file }),
            Self::SetTime { node, from, to } => Some(Self::SetTime { node, from: to, to: from }),
        }
    }
}

/// A checked change, ready to be sent.
#[derive(Clone)]
pub struct Prepared {
    change: Change,
    steps: Steps,
}

impl Prepared {
    /// Returns the change as it will be journalled: names and parents are what the tree says, not what was asked with.
    #[must_use]
    pub const fn change(&self) -> &Change {
        &self.change
    }
}

/// What a change did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For [`Tree::apply_own`], in order.
    pub updates: Vec<OwnUpdate>,
    /// The node that was made, if any.
    pub created: Option<NodeHandle>,
}

impl Session {
    /// Checks a change on the tree and collects what is needed to send it. Quick, but for a move of a large folder into a
    /// share, which wraps the key of every node in it.
    pub fn prepare(&self, tree: &Tree, change: Change) -> Result<Prepared, ChangeError> {
        match change {
            Change::CreateFolder { parent, name } => prepare_folder(tree, parent, &name),
            Change::Rename { node, to, .. } => prepare_rename(tree, node, &to),
            Change::Move { node, to, .. } => prepare_move(tree, node, to),
            Change::Trash { node, .. } => prepare_trash(tree, node),
            Change::Restore { node, to } => prepare_restore(tree, node, to),
            Change::Delete { node, .. } => prepare_delete(tree, node),
            Change::PutFile { .. } | Change::Import { .. } => Err(ChangeError::NoContent),
            Change::Copy { node, to, name, replaces } => {
                duplicate::prepare(tree, (node, to), &name, replaces)
            }
            Change::Revert { file, version } => prepare_revert(tree, file, version),
            Change::Link { node, expires, .. } => publish::prepare_link(tree, node, expires),
            Change::Unlink { node, .. } => publish::prepare_unlink(tree, node),
            Change::Share { folder, with, access, .. } => publish::prepare_share(tree, folder, &with, access),
            Change::Unshare { folder, with, .. } => publish::prepare_unshare(tree, folder, &with),
            Change::SetTime { node, to, .. } => time::prepare(tree, node, to),
        }
    }

    /// Checks that a node can go from the rubbish bin to a folder, there under another name where one is given, and
    /// collects what is needed to send that: changes to be made in this order. It has its new name before it gets there.
    pub fn prepare_restore(
        &self,
        tree: &Tree,
        node: NodeHandle,
        to: NodeHandle,
        name: Option<&str>,
    ) -> Result<Vec<Prepared>, ChangeError> {
        let mut restored = prepare_restore(tree, node, to)?;
        let Some(name) = name else { return Ok(vec![restored]) };
        let renamed = prepare_rename(tree, node, name)?;
        if let (Steps::Move { attributes: Some((_, attributes)), .. }, Change::Rename { to, .. }) =
            (&mut restored.steps, &renamed.change)
        {
            attributes.set("n", to);
        }
        Ok(vec![renamed, restored])
    }

    /// Writes a change to the journal, then sends it. Once polled it should be driven to its end: when it is dropped, the
    /// server may have acted already, and the journal has the change as of unknown end.
    pub async fn commit(&self, prepared: Prepared, journal: &UndoJournal) -> Result<Outcome, ChangeError> {
        let Prepared { change, steps } = prepared;
        if let Steps::Duplicate(duplicate) = &steps
            && let Some(finished) = duplicate.single(&change, journal)
        {
            return self.put_with_others(finished).await;
        }
        self.journalled(&change, journal, self.send(steps)).await
    }
}

fn prepare_folder(tree: &Tree, parent: NodeHandle, name: &str) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    checked.target(parent)?;
    let name = check::name(name)?;
    let steps = Steps::CreateFolder {
        parent,
        attributes: Attributes::named(&name),
        shares: tree.share_keys_above(parent),
    };
    Ok(Prepared { change: Change::CreateFolder { parent, name }, steps })
}

fn prepare_rename(tree: &Tree, node: NodeHandle, to: &str) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let (_, from) = (checked.movable(node)?, checked.label(node));
    let (key, mut attributes) = checked.open(node)?;
    let to = check::name(to)?;
    attributes.set("n", &to);
    if !attributes.fits() {
        return Err(ChangeError::BadName { name: to });
    }
    Ok(Prepared {
        change: Change::Rename { node, from, to },
        steps: Steps::SetAttributes { node, key, attributes },
    })
}

fn prepare_move(tree: &Tree, node: NodeHandle, to: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let from = checked.movable(node)?;
    checked.target(to)?;
    checked.leads(node, to)?;
    let share_keys = ShareKeys::of_subtree(tree, node, to);
    let is_restored = checked.is_in_bin(node) && !checked.is_in_bin(to);
    let attributes = if is_restored { without_origin(tree, node) } else { None };
    Ok(Prepared {
        change: Change::Move { node, from, to },
        steps: Steps::Move { node, to, share_keys, attributes },
    })
}

fn prepare_trash(tree: &Tree, node: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let from = checked.movable(node)?;
    let bin = tree.rubbish().ok_or(ChangeError::NoBin)?;
    if checked.is_in_bin(node) {
        return Err(ChangeError::InBin { name: checked.label(node) });
    }
    if checked.is_foreign(node) {
        return Err(ChangeError::NotForOurBin { name: checked.label(node) });
    }
    // Where the attributes cannot be read they must not be written either: such a node goes without its origin.
    let attributes = checked.open(node).ok().map(|(key, mut attributes)| {
        attributes.set(ORIGIN, &from.to_string());
        (key, attributes)
    });
    let attributes = attributes.filter(|(_, attributes)| attributes.fits());
    Ok(Prepared { change: Change::Trash { node, from }, steps: Steps::Trash { node, bin, attributes } })
}

fn prepare_restore(tree: &Tree, node: NodeHandle, to: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    checked.movable(node)?;
    let is_fit = checked.target(to).is_ok() && !checked.is_in_bin(to) && checked.leads(node, to).is_ok();
    let to = if is_fit { to } else { tree.root().ok_or(ChangeError::Gone(to))? };
    let share_keys = ShareKeys::of_subtree(tree, node, to);
    let attributes = without_origin(tree, node);
    Ok(Prepared {
        change: Change::Restore { node, to },
        steps: Steps::Move { node, to, share_keys, attributes },
    })
}

fn prepare_delete(tree: &Tree, node: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let found = tree.node(node).ok_or(ChangeError::Gone(node))?;
    let newer = found.parent().filter(|_| found.is_version());
    let version = newer.map(|newer| (newer, tree.versions_behind(node)));
    if version.is_none() {
        checked.movable(node)?;
    } else if tree.access(node) < Access::Full {
        return Err(ChangeError::ReadOnly { name: checked.label(node), access: tree.access(node) });
    }
    let name = checked.label(node);
    Ok(Prepared { change: Change::Delete { node, name }, steps: Steps::Delete { node, version } })
}

fn prepare_revert(tree: &Tree, file: NodeHandle, version: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let parent = checked.movable(file)?;
    checked.target(parent)?;
    if !tree.versions(file).contains(&version) {
        return Err(ChangeError::Gone(version));
    }
    let (NodeKey::File(key), attributes) = checked.open(version)? else {
        return Err(ChangeError::Undecryptable(version));
    };
    let size = tree.node(version).map(|node| node.size()).unwrap_or_default();
    let shares = tree.share_keys_above(parent);
    let steps = Steps::Revert { parent, file, version, size, key, attributes, shares };
    Ok(Prepared { change: Change::Revert { file, version }, steps })
}

/// Returns the folder that a node of the rubbish bin was in: where it says itself or, of what is inside a folder there,
/// where that folder says. `None` where nothing is said, or where that folder is gone, in the bin, or not to be written to.
#[must_use]
pub fn origin(tree: &Tree, node: NodeHandle) -> Option<NodeHandle> {
    let told = |node: crate::tree::Node<'_>| node.attributes()?.value(ORIGIN)?.parse::<NodeHandle>().ok();
    let checked = Checked(tree);
    let folder = tree.ancestors(node).find_map(told)?;
    let is_fit = checked.target(folder).is_ok() && !checked.is_in_bin(folder);
    (is_fit && checked.leads(node, folder).is_ok()).then_some(folder)
}

/// The attributes to write when a node leaves the bin; `None` where there is nothing to take off.
fn without_origin(tree: &Tree, node: NodeHandle) -> Option<(NodeKey, Attributes)> {
    let (key, mut attributes) = Checked(tree).open(node).ok()?;
    attributes.value(ORIGIN)?;
    attributes.remove(ORIGIN);
    Some((key, attributes))
}

/// Attribute of a node in the rubbish bin: the handle of the folder that it came from.
pub(crate) const ORIGIN: &str = "rr";
