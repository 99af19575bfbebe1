//! What is asked and told about who sees what: the public link of an entry, the people whom a folder is shared with, links
//! of others that a pane shows or an account takes over. `worker::sharing` and `worker::visiting` answer.

use serde::{Deserialize, Serialize};

use super::command::Selection;
use super::problem::Problem;
use super::view::ViewId;
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::secret::Secret;

/// Something about who sees what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SharingCommand {
    /// Say who sees an entry of an account, now and whenever that changes: [`SharingEvent::Subject`]. Ends what was
    /// watched before.
    Watch {
        /// The folder that it is in.
        parent: Location,
        /// The entry.
        key: EntryKey,
    },
    /// Say which links an account has, now and whenever that changes: [`SharingEvent::Links`].
    WatchLinks {
        /// The account.
        account: String,
    },
    /// Watch nothing any more.
    Leave,
    /// Make a public link, or give the one that is there another end: `Event::Done` or `Event::Failed`.
    Link {
        /// What it leads to.
        subject: Shareable,
        /// When it ends, Unix seconds; `None` for never.
        expires: Option<i64>,
    },
    /// Say what the public link is under a password: [`SharingEvent::Protected`] or [`SharingEvent::NotProtected`]. Nothing in
    /// the account changes: the link without a password goes on to open.
    Protect {
        /// What it leads to.
        subject: Shareable,
        /// The password.
        password: Secret,
    },
    /// The user takes the public link that is there into use, as by copying it to the clipboard: it stays, also where a copy to
    /// another account made it for a moment. Answered by nothing, or by `Event::Failed`.
    HandOut(Shareable),
    /// Remove the public link: `Event::Done` or `Event::Failed`.
    Unlink(Shareable),
    /// Share a folder with somebody, or change what they may do: `Event::Done` or `Event::Failed`.
    Share {
        /// The folder.
        folder: Shareable,
        /// Their e-mail.
        with: String,
        /// What they may do.
        access: ShareAccess,
    },
    /// Share a folder with somebody no more: `Event::Done` or `Event::Failed`.
    Unshare {
        /// The folder.
        folder: Shareable,
        /// Their e-mail.
        with: String,
    },
    /// Show in a view what a public link leads to; nobody needs to be logged in. `Event::View`, [`SharingEvent::Locked`], or
    /// `Event::Failed`.
    OpenLink {
        /// The view.
        view: ViewId,
        /// The link, with its key.
        link: Secret,
        /// Its password, where it has one.
        password: Option<Secret>,
    },
    /// Put what a link shows into a folder of an account, without moving a byte: `Event::Done` or `Event::Failed`.
    Import {
        /// Entries of a link.
        selection: Selection,
        /// The folder.
        target: Location,
    },
}

/// A file or folder of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shareable {
    /// The account.
    pub account: String,
    /// The file or folder.
    pub node: NodeHandle,
}

/// What others may do in a folder, the least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareAccess {
    /// Look and download.
    #[default]
    Read,
    /// Also add.
    Write,
    /// Also rename, move and delete.
    Full,
}

/// What is told of who sees what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SharingEvent {
    /// Who sees the entry that is watched.
    Subject(SharedSubject),
    /// The entry that is watched, for who sees it or for its versions, is no longer in the account: no more is told of it.
    Gone(Shareable),
    /// The links of the account that is watched, by path.
    Links {
        /// The account.
        account: String,
        /// The links.
        links: Vec<LinkRow>,
    },
    /// The link of an entry under a password that was given for it.
    Protected {
        /// The entry.
        subject: Shareable,
        /// The link, which opens with that password alone.
        link: Secret,
    },
    /// A password could not be put on the link of an entry: it is as it was.
    NotProtected {
        /// The entry.
        subject: Shareable,
        /// Why.
        problem: Problem,
    },
    /// The link that a view is to show is under a password: ask for it, and send the command again with it.
    Locked {
        /// The view.
        view: ViewId,
        /// The link.
        link: Secret,
        /// The password that was given is not its.
        is_refused: bool,
    },
}

/// An entry, and who sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedSubject {
    /// Which.
    pub subject: Shareable,
    /// Its name, raw.
    pub name: String,
    /// Whether it is a folder: only those are shared with people.
    pub is_folder: bool,
    /// Its public link.
    pub link: PublicLink,
    /// Whom it is shared with.
    pub people: Vec<Person>,
}

/// The public link of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PublicLink {
    /// None.
    None,
    /// This one.
    Known {
        /// The link, with its key.
        link: Secret,
        /// When it ends, Unix seconds; `None` for never.
        expires: Option<i64>,
    },
    /// One that cannot be told, and why.
    Hidden(Problem),
    /// The entry is somebody else's: only they can show it to others. Their e-mail, or what is known instead.
    Foreign(String),
}

impl PublicLink {
    /// Returns the link, where it is known.
    #[must_use]
    pub const fn known(&self) -> Option<&Secret> {
        match self {
            Self::Known { link, .. } => Some(link),
            Self::None | Self::Hidden(_) | Self::Foreign(_) => None,
        }
    }
}

/// Somebody whom a folder is shared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their e-mail, or what is known instead.
    pub who: String,
    /// What they may do.
    pub access: ShareAccess,
    /// They have not accepted yet.
    pub is_invited: bool,
}

/// A link of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkRow {
    /// What it leads to.
    pub subject: Shareable,
    /// Its path in the account.
    pub path: String,
    /// The link, with its key; `None` where that is not known.
    pub link: Option<Secret>,
    /// When it ends, Unix seconds.
    pub expires: Option<i64>,
}
