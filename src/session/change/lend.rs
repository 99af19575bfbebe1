//! A file that an account lends to another one ([`Loan`]), so that the server copies it without moving a byte: by its
//! public link, or one that exists only as long as that takes. The server never has the key that would be behind the `#`,
//! so nobody can read through it. It is in no undo journal: what is lent is as before once the loan has ended. A note on
//! the disk sees to that where the process is killed before: the next one ends the loan (`left_loans`). Where the note is
//! gone, the user has taken the link into use meanwhile, and it stays.

use tokio::sync::OwnedRwLockReadGuard;
use tokio::task::spawn_blocking;

use super::send::own;
use super::{ChangeError, publish};
use crate::api::error::{ApiError, Context, ErrorCode, ErrorKind};
use crate::api::wire::{Caused, MakeLink, RemoveLink};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::loans::{LentFile, LoanNote};
use crate::tree::{NodeUpdate, OwnUpdate, Tree};

/// A file that can be lent.
#[derive(Clone, Debug)]
pub struct Loan {
    file: NodeHandle,
    path: String,
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
    /// Whoever leaves the account waits for this.
    _under_way: OwnedRwLockReadGuard<()>,
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
        Ok(Self { file, path: tree.path(file), link })
    }

    /// Sees to it that the file has a link through which it can be taken.
    pub async fn begin(self, owner: &Session) -> Result<Lent, ChangeError> {
        let under_way = owner.loans.begin_one().await;
        let Self { file, path, link } = self;
        let (link, then) = match link {
            Link::Standing(link) => (link, Then::Stays),
            Link::Unknown(expires) => (make_link(owner, file, expires).await?, Then::Stays),
            Link::Passing => {
                let note = note_down(owner, LentFile { file, owner: Some(owner.user()), path }).await?;
                match make_link(owner, file, None).await {
                    Ok(link) => (link, Then::Goes(note)),
                    Err(error) => {
                        if made_none(&error) {
                            forget(note).await;
                        }
                        return Err(error.into());
                    }
                }
            }
        };
        Ok(Lent { file, link, then, _under_way: under_way })
    }
}

impl Lent {
    /// Returns the handle of the link.
    #[must_use]
    pub const fn link(&self) -> NodeHandle {
        self.link
    }

    /// Removes the link, unless it was there before, or the user took it into use meanwhile.
    pub async fn end(self, owner: &Session) -> Result<(), ChangeError> {
        let Then::Goes(note) = self.then else { return Ok(()) };
        let note = match note {
            Some(note) => match still_there(note).await {
                Some(note) => Some(note),
                None => return Ok(()),
            },
            None => None,
        };
        remove_link(owner, self.file).await?;
        forget(note).await;
        Ok(())
    }
}

async fn note_down(owner: &Session, lent: LentFile) -> Result<Option<LoanNote>, ChangeError> {
    let notes = owner.loans.notes().clone();
    let written = spawn_blocking(move || notes.write(lent)).await;
    written.map_err(std::io::Error::other).flatten().map_err(ChangeError::LoanNote)
}

async fn make_link(owner: &Session, file: NodeHandle, expires: Option<i64>) -> Result<NodeHandle, ApiError> {
    let (command, cause) = (MakeLink { node: file, expires }, owner.new_cause());
    let made = owner.client().call(&Caused { command: &command, cause: &cause.id }).await?;
    Ok(made.handle)
}

/// Whether the answer to [`make_link`] proves that no link was made: else the note stays, and the next start looks. A server
/// that failed half way may have made one.
fn made_none(error: &ApiError) -> bool {
    let ApiError::Refused { code, .. } = error else { return false };
    !matches!(code.meaning(Context::Command).kind, ErrorKind::Other | ErrorKind::Temporary)
}

/// Removes the link of a file, or finds that there is none; either way the tree is as it says then.
pub(super) async fn remove_link(owner: &Session, file: NodeHandle) -> Result<OwnUpdate, ApiError> {
    let (command, cause) = (RemoveLink::new(file), owner.new_cause());
    match owner.client().call(&Caused { command: &command, cause: &cause.id }).await {
        Ok(_) | Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, .. }) => {
            Ok(own(NodeUpdate::Linked(file, None), &cause))
        }
        Err(error) => Err(error),
    }
}

/// Returns a note that is still on the disk.
pub(super) async fn still_there(note: LoanNote) -> Option<LoanNote> {
    spawn_blocking(move || note.is_there().then_some(note)).await.ok().flatten()
}

pub(super) async fn forget(note: Option<LoanNote>) {
    if let Some(note) = note {
        // Where the runtime is going the note stays, and the next start finds that there is no link.
        let _ = spawn_blocking(move || note.remove()).await;
    }
}
