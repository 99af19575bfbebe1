//! A file that an account lends to another one ([`Loan`]), so that the server copies it without moving a byte: by its
//! public link, or one that exists only as long as that takes. The server never has the key that would be behind the `#`,
//! so nobody can read through it. It is in no undo journal: what is lent is as before once the loan has ended.

use super::{ChangeError, publish};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::wire::{Caused, MakeLink, RemoveLink};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::tree::Tree;

/// A file that can be lent.
#[derive(Clone, Copy, Debug)]
pub struct Loan {
    file: NodeHandle,
    link: Link,
}

/// The link through which it is lent.
#[derive(Clone, Copy, Debug)]
enum Link {
    /// It has one, which stays.
    Standing(NodeHandle),
    /// It has one with this end, whose handle is not known here; it stays.
    Unknown(Option<i64>),
    /// It gets one, which goes.
    Passing,
}

impl Loan {
    /// Checks that a file of an account can be lent: it is the account's own, and not in its rubbish bin.
    pub fn prepare(tree: &Tree, file: NodeHandle) -> Result<Self, ChangeError> {
        if !publish::publishable(tree, file)? {
            return Err(ChangeError::NoContent);
        }
        let link = match tree.link(file) {
            Some(link) => link.handle.map_or(Link::Unknown(link.expires), Link::Standing),
            None => Link::Passing,
        };
        Ok(Self { file, link })
    }

    /// Returns the handle of the link through which the file can be taken, once it has one.
    pub async fn begin(&self, owner: &Session) -> Result<NodeHandle, ChangeError> {
        let expires = match self.link {
            Link::Standing(link) => return Ok(link),
            Link::Unknown(expires) => expires,
            Link::Passing => None,
        };
        let (command, cause) = (MakeLink { node: self.file, expires }, owner.new_cause());
        let made = owner.client().call(&Caused { command: &command, cause: &cause.id }).await?;
        Ok(made.handle)
    }

    /// Removes the link, unless it was there before.
    pub async fn end(&self, owner: &Session) -> Result<(), ChangeError> {
        match self.link {
            Link::Standing(_) | Link::Unknown(_) => return Ok(()),
            Link::Passing => {}
        }
        let (command, cause) = (RemoveLink::new(self.file), owner.new_cause());
        match owner.client().call(&Caused { command: &command, cause: &cause.id }).await {
            Ok(_) | Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
