//! A file that an account lends to another one ([`Loan`]), so that the server copies it without moving a byte: by its
//! public link, or one that exists only as long as that takes. The server never has the key that would be behind the `#`,
//! so nobody can read through it. It is in no undo journal: what is lent is as before once the loan has ended. A note on
//! the disk sees to that where the process is killed before: the next one ends the loan.

use tokio::task::spawn_blocking;

use super::send::own;
use super::{ChangeError, publish};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::wire::{Caused, MakeLink, RemoveLink};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::loans::{LoanNote, LoanNotes};
use crate::tree::{NodeUpdate, OwnUpdate, Tree};

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

/// A file that is lent.
#[derive(Debug)]
pub struct Lent {
    file: NodeHandle,
    link: NodeHandle,
    then: Then,
}

/// What is to be done once it is taken.
#[derive(Debug)]
enum Then {
    /// Nothing: the link was there before.
    Stays,
    /// The link goes, and then its note.
    Goes(Option<LoanNote>),
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

    /// Sees to it that the file has a link through which it can be taken.
    pub async fn begin(&self, owner: &Session, notes: &LoanNotes) -> Result<Lent, ChangeError> {
        let Self { file, link } = *self;
        match link {
            Link::Standing(link) => Ok(Lent { file, link, then: Then::Stays }),
            Link::Unknown(expires) => {
                let link = make_link(owner, file, expires).await?;
                Ok(Lent { file, link, then: Then::Stays })
            }
            Link::Passing => {
                let notes = notes.clone();
                let written = spawn_blocking(move || notes.write(file)).await;
                let note = written.map_err(std::io::Error::other).flatten().map_err(ChangeError::LoanNote)?;
                match make_link(owner, file, None).await {
                    Ok(link) => Ok(Lent { file, link, then: Then::Goes(note) }),
                    Err(error) => {
                        if matches!(error, ApiError::Refused { .. }) {
                            forget(note).await;
                        }
                        Err(error.into())
                    }
                }
            }
        }
    }
}

impl Lent {
    /// Returns the handle of the link.
    #[must_use]
    pub const fn link(&self) -> NodeHandle {
        self.link
    }

    /// Removes the link, unless it was there before.
    pub async fn end(self, owner: &Session) -> Result<(), ChangeError> {
        match self.then {
            Then::Stays => Ok(()),
            Then::Goes(note) => {
                remove_link(owner, self.file).await?;
                forget(note).await;
                Ok(())
            }
        }
    }
}

impl Session {
    /// Ends the loans of this account whose processes were killed: removes their links, and returns what that does to the
    /// tree. What cannot be removed now keeps its note for the next time.
    pub async fn end_left_loans(&self, notes: LoanNotes) -> Vec<OwnUpdate> {
        let left =
            match spawn_blocking(move || notes.take_left()).await.map_err(std::io::Error::other).flatten() {
                Ok(left) => left,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for loans that were left");
                    return Vec::new();
                }
            };
        let mut updates = Vec::with_capacity(left.len());
        for note in left {
            let file = note.file();
            match remove_link(self, file).await {
                Ok(update) => {
                    tracing::info!(%file, "removed the link of a copy that was cut off");
                    updates.push(update);
                }
                // It will not be another time either: the file is gone, or another account's.
                Err(error @ ApiError::Refused { .. }) => {
                    tracing::warn!(%file, %error, "a loan that cannot be ended");
                }
                Err(error) => {
                    tracing::warn!(%file, %error, "the link of a copy that was cut off stays for now");
                    continue;
                }
            }
            forget(Some(note)).await;
        }
        updates
    }
}

async fn make_link(owner: &Session, file: NodeHandle, expires: Option<i64>) -> Result<NodeHandle, ApiError> {
    let (command, cause) = (MakeLink { node: file, expires }, owner.new_cause());
    let made = owner.client().call(&Caused { command: &command, cause: &cause.id }).await?;
    Ok(made.handle)
}

async fn remove_link(owner: &Session, file: NodeHandle) -> Result<OwnUpdate, ApiError> {
    let (command, cause) = (RemoveLink::new(file), owner.new_cause());
    match owner.client().call(&Caused { command: &command, cause: &cause.id }).await {
        Ok(_) | Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => {
            Ok(own(NodeUpdate::Linked(file, None), &cause))
        }
        Err(error) => Err(error),
    }
}

async fn forget(note: Option<LoanNote>) {
    if let Some(note) = note {
        // Where the runtime is going the note stays, and the next start finds that there is no link.
        let _ = spawn_blocking(move || note.remove()).await;
    }
}
