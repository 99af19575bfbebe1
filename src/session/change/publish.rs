//! Letting others see something: public links ([`Publishing`]) and shares with users. `session::change` prepares and sends
//! them. A folder is shared under a key of its own, which all below it is wrapped with; the link of a folder carries that
//! key, that of a file the file's own.
//!
//! An account with a key store (`^!keys`) knows share keys from there alone, and nobody but the official client writes it:
//! what it has no key for is refused here, or its owner could not read the share any more. Source: meganz/sdk
//! `src/megaclient.cpp`, `MegaClient::exportnode`, `setshare`, `requestPublicLink`.

use super::check::Checked;
use super::send::own;
use super::{Change, ChangeError, Outcome, Prepared, ShareKeys, Steps};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::listing::{PublicLink, ShareReceiver};
use crate::api::wire::sharing::EVERYBODY;
use crate::api::wire::{AskPublicKey, Caused, MakeLink, RemoveLink, ShareFolder, ShareTerm};
use crate::crypto::key::{KeyCipher, ShareKey, random};
use crate::crypto::rsa::PublicKey;
use crate::crypto::share;
use crate::handle::{NodeHandle, base64_decode, base64_encode};
use crate::session::Session;
use crate::tree::{Access, NodeKind, NodeUpdate, Tree};

/// A change of who sees a node, checked.
#[derive(Clone)]
pub(super) enum Publishing {
    /// A public link. A folder that everybody cannot read yet is shared first.
    Link { node: NodeHandle, expires: Option<i64>, share: Option<Sharing> },
    /// No public link, and a folder is not shared with everybody any more.
    Unlink { node: NodeHandle, is_shared: bool },
    /// A folder is shared with a user.
    Share { sharing: Sharing, with: String, access: Access },
    /// A folder is shared with a user no more.
    Unshare { folder: NodeHandle, with: String, receiver: ShareReceiver },
}

/// A folder, and what a share of it needs.
#[derive(Clone)]
pub(super) struct Sharing {
    folder: NodeHandle,
    key: ShareKey,
    /// The keys of all in it under that key; nothing where they have been given already.
    share_keys: Option<ShareKeys>,
}

/// Checks that a node can have a public link that ends then.
pub(super) fn prepare_link(
    tree: &Tree,
    node: NodeHandle,
    expires: Option<i64>,
) -> Result<Prepared, ChangeError> {
    let is_file = publishable(tree, node)?;
    let is_public = tree.given_to(node, ShareReceiver::Everybody).is_some();
    let share = match is_file {
        true => None,
        false if is_public && tree.share_key(node).is_some() => None,
        false => Some(sharing(tree, node)?),
    };
    let before = tree.link(node).map(|link| link.expires.unwrap_or(0));
    Ok(Prepared {
        change: Change::Link { node, expires, before },
        steps: Steps::Publish(Publishing::Link { node, expires, share }),
    })
}

/// Checks that a node's public link can be removed.
pub(super) fn prepare_unlink(tree: &Tree, node: NodeHandle) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    let link = tree.link(node);
    let is_shared = tree.given_to(node, ShareReceiver::Everybody).is_some();
    if link.is_none() && !is_shared {
        return Err(ChangeError::NotLinked { name: checked.label(node) });
    }
    let expires = link.and_then(|link| link.expires);
    Ok(Prepared {
        change: Change::Unlink { node, expires },
        steps: Steps::Publish(Publishing::Unlink { node, is_shared }),
    })
}

/// Checks that a folder can be shared with whoever has this e-mail.
pub(super) fn prepare_share(
    tree: &Tree,
    folder: NodeHandle,
    with: &str,
    access: Access,
) -> Result<Prepared, ChangeError> {
    let name = || Checked(tree).label(folder);
    if publishable(tree, folder)? {
        return Err(ChangeError::NotAFolder { name: name() });
    }
    if tree.keeps_share_keys() {
        return Err(ChangeError::KeyStore { name: name() });
    }
    let (with, receiver) = named(tree, with);
    let before = receiver.and_then(|receiver| tree.given_to(folder, receiver));
    let sharing = sharing(tree, folder)?;
    Ok(Prepared {
        change: Change::Share { folder, with: with.clone(), access, before },
        steps: Steps::Publish(Publishing::Share { sharing, with, access }),
    })
}

/// Checks that a folder is shared with somebody, by e-mail.
pub(super) fn prepare_unshare(tree: &Tree, folder: NodeHandle, with: &str) -> Result<Prepared, ChangeError> {
    let (with, receiver) = named(tree, with);
    let shared = receiver.and_then(|receiver| Some((receiver, tree.given_to(folder, receiver)?)));
    let (receiver, access) = shared.ok_or_else(|| ChangeError::NotSharedWith {
        name: Checked(tree).label(folder),
        with: with.clone(),
    })?;
    Ok(Prepared {
        change: Change::Unshare { folder, with: with.clone(), access },
        steps: Steps::Publish(Publishing::Unshare { folder, with, receiver }),
    })
}

/// Reads who is meant: an e-mail, or the handle of a user whose e-mail is not known.
fn named(tree: &Tree, with: &str) -> (String, Option<ShareReceiver>) {
    let with = with.trim();
    if let Ok(user) = with.parse() {
        return (with.to_owned(), Some(ShareReceiver::User(user)));
    }
    let with = with.to_lowercase();
    let receiver = tree.user_with(&with).map(ShareReceiver::User);
    (with, receiver)
}

/// Checks that a node is ours to show to others; returns whether it is a file.
pub(super) fn publishable(tree: &Tree, handle: NodeHandle) -> Result<bool, ChangeError> {
    let checked = Checked(tree);
    let node = tree.node(handle).ok_or(ChangeError::Gone(handle))?;
    let is_kind = matches!(node.kind(), NodeKind::File | NodeKind::Folder);
    if !is_kind || node.is_version() || tree.access(handle) < Access::Owner {
        return Err(ChangeError::NotOurs { name: node.label() });
    }
    if checked.is_in_bin(handle) {
        return Err(ChangeError::ThrownAway { name: node.label() });
    }
    checked.open(handle)?;
    Ok(node.is_file())
}

/// Returns what sharing a folder needs: its key, a new one where it has none yet.
fn sharing(tree: &Tree, folder: NodeHandle) -> Result<Sharing, ChangeError> {
    let key = match tree.share_key(folder) {
        Some(key) => key.clone(),
        None if tree.keeps_share_keys() || tree.is_given(folder) => {
            return Err(ChangeError::KeyStore { name: Checked(tree).label(folder) });
        }
        None => ShareKey::from_bytes(random()),
    };
    let share_keys = ShareKeys::of_share(tree, folder, &key);
    Ok(Sharing { folder, key, share_keys })
}

impl Sharing {
    fn command(self, master: &KeyCipher, term: ShareTerm) -> ShareFolder {
        ShareFolder {
            node: self.folder,
            terms: vec![term],
            key: Some(base64_encode(&share::wrap(&self.key, master))),
            proof: Some(base64_encode(&share::proof(self.folder, master))),
            share_keys: self.share_keys.map(ShareKeys::into_table),
        }
    }
}

impl Session {
    /// Sends it.
    pub(super) async fn send_publishing(&self, publishing: Publishing) -> Result<Outcome, ChangeError> {
        match publishing {
            Publishing::Link { node, expires, share } => self.send_link(node, expires, share).await,
            Publishing::Unlink { node, is_shared } => self.send_unlink(node, is_shared).await,
            Publishing::Share { sharing, with, access } => self.send_share(sharing, with, access).await,
            Publishing::Unshare { folder, with, receiver } => {
                let cause = &self.new_cause();
                let term = ShareTerm { receiver: with, access: None, key: None };
                self.end_sharing(folder, term, &cause.id).await?;
                let updates = vec![own(NodeUpdate::Unshared(folder, receiver), cause)];
                Ok(Outcome { updates, created: None })
            }
        }
    }

    async fn send_link(
        &self,
        node: NodeHandle,
        expires: Option<i64>,
        share: Option<Sharing>,
    ) -> Result<Outcome, ChangeError> {
        let cause = &self.new_cause();
        let mut updates = Vec::new();
        let is_new_share = share.is_some();
        if let Some(sharing) = share {
            let key = sharing.key.clone();
            let term = ShareTerm { receiver: EVERYBODY.to_owned(), access: Some(0), key: None };
            let command = &sharing.command(&KeyCipher::new(self.master_key().bytes()), term);
            self.client().call(&Caused { command, cause: &cause.id }).await?;
            let update = NodeUpdate::Shared(node, key, ShareReceiver::Everybody, Access::Read);
            updates.push(own(update, cause));
        }
        let made =
            self.client().call(&Caused { command: &MakeLink { node, expires }, cause: &cause.id }).await;
        let made = match made {
            Ok(made) => made,
            Err(ApiError::Refused { code, command, context }) => {
                if is_new_share {
                    self.take_back_sharing(node).await;
                }
                return Err(match code {
                    ErrorCode::ACCESS if expires.is_some() => ChangeError::ExpiryRefused,
                    code => ApiError::Refused { code, command, context }.into(),
                });
            }
            Err(error) => return Err(error.into()),
        };
        self.no_loan_any_more(node).await;
        let link = PublicLink { handle: Some(made.handle), expires };
        updates.push(own(NodeUpdate::Linked(node, Some(link)), cause));
        Ok(Outcome { updates, created: None })
    }

    /// Ends the sharing that was to go before a link, where the link was refused: the folder is as before.
    async fn take_back_sharing(&self, folder: NodeHandle) {
        let term = ShareTerm { receiver: EVERYBODY.to_owned(), access: None, key: None };
        if let Err(error) = self.end_sharing(folder, term, &self.new_cause().id).await {
            tracing::warn!(%error, %folder, "the link was refused, but its share is still noted");
        }
    }

    /// Removes the link before the share: from then on nobody gets in, whatever becomes of the rest.
    async fn send_unlink(&self, node: NodeHandle, is_shared: bool) -> Result<Outcome, ChangeError> {
        let cause = &self.new_cause();
        let removed = self.client().call(&Caused { command: &RemoveLink::new(node), cause: &cause.id }).await;
        match removed {
            Ok(_) | Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.no_loan_any_more(node).await;
        let mut updates = vec![own(NodeUpdate::Linked(node, None), cause)];
        if is_shared {
            let term = ShareTerm { receiver: EVERYBODY.to_owned(), access: None, key: None };
            match self.end_sharing(node, term, &cause.id).await {
                Ok(()) => updates.push(own(NodeUpdate::Unshared(node, ShareReceiver::Everybody), cause)),
                Err(error) => tracing::warn!(%error, %node, "the link is gone, but its share is still noted"),
            }
        }
        Ok(Outcome { updates, created: None })
    }

    async fn send_share(
        &self,
        sharing: Sharing,
        with: String,
        access: Access,
    ) -> Result<Outcome, ChangeError> {
        let unknown = || ChangeError::NoSuchUser { email: with.clone() };
        let told = self.client().call(&AskPublicKey { user: &with }).await;
        let told = told.map_err(|error| match error {
            ApiError::Refused { code: ErrorCode::NOT_FOUND, .. } => unknown(),
            error => error.into(),
        })?;
        let public = told.key.as_deref().and_then(|key| PublicKey::parse(&base64_decode(key)));
        let (public, user) = public.zip(told.user).ok_or_else(unknown)?;
        if user == self.user() {
            return Err(ChangeError::Oneself);
        }
        let (folder, key) = (sharing.folder, sharing.key.clone());
        let term = ShareTerm {
            receiver: with.clone(),
            access: Some(access.to_wire()),
            key: Some(base64_encode(&public.encrypt_key(key.bytes()))),
        };
        let cause = &self.new_cause();
        let command = &sharing.command(&KeyCipher::new(self.master_key().bytes()), term);
        self.client().call(&Caused { command, cause: &cause.id }).await?;
        let updates = vec![
            own(NodeUpdate::Shared(folder, key, ShareReceiver::User(user), access), cause),
            own(NodeUpdate::Known(user, with), cause),
        ];
        Ok(Outcome { updates, created: None })
    }

    async fn end_sharing(&self, folder: NodeHandle, term: ShareTerm, cause: &str) -> Result<(), ApiError> {
        let command =
            &ShareFolder { node: folder, terms: vec![term], key: None, proof: None, share_keys: None };
        self.client().call(&Caused { command, cause }).await.map(drop)
    }
}
