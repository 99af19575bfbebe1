//! Why a change cannot be made ([`ChangeError`]): found on the tree before anything was sent, or said by the server.
//! The worker turns it into what the user is told; no hints stand here.

use std::io;

use super::Outcome;
use crate::api::error::ApiError;
use crate::handle::NodeHandle;
use crate::tree::Access;

/// A change cannot be made, or was refused. Names in it are raw: escape them before drawing.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The node is not in the tree (any more).
    #[error("H:{0} is no longer there")]
    Gone(NodeHandle),
    /// What we may do there is less than that takes.
    #[error("\"{name}\" is {}", limit(*access))]
    ReadOnly {
        /// Which.
        name: String,
        /// What we may do there.
        access: Access,
    },
    /// Its attributes have to be written again, and cannot be read.
    #[error("H:{0} cannot be decrypted")]
    Undecryptable(NodeHandle),
    /// A folder would go into itself.
    #[error("\"{name}\" cannot move into itself")]
    Circular {
        /// Which.
        name: String,
    },
    /// A file was given where a folder is needed.
    #[error("\"{name}\" is not a folder")]
    NotAFolder {
        /// Which.
        name: String,
    },
    /// A folder, or a file somewhere else, was given as the file to replace.
    #[error("\"{name}\" is not a file of that folder")]
    NotReplaceable {
        /// Which.
        name: String,
    },
    /// Roots, tops of shares and old versions stay where they are.
    #[error("\"{name}\" cannot be moved or renamed")]
    Fixed {
        /// Which.
        name: String,
    },
    /// It belongs to somebody else: moving it to another owner is not possible.
    #[error("\"{name}\" belongs to another account")]
    Foreign {
        /// Which.
        name: String,
    },
    /// It belongs to somebody else, and goes into no bin of ours.
    #[error("\"{name}\" belongs to another account, and its bin is theirs")]
    NotForOurBin {
        /// Which.
        name: String,
    },
    /// It is in the rubbish bin already.
    #[error("\"{name}\" is in the rubbish bin already")]
    InBin {
        /// Which.
        name: String,
    },
    /// What is in the rubbish bin is shown to nobody.
    #[error("\"{name}\" is in the rubbish bin")]
    ThrownAway {
        /// Which.
        name: String,
    },
    /// The account has no rubbish bin (a folder link has none).
    #[error("there is no rubbish bin here")]
    NoBin,
    /// Empty, too long, or of no use anywhere.
    #[error("\"{name}\" is not a name")]
    BadName {
        /// Which.
        name: String,
    },
    /// A share above has no key that is known here: others could not read what we put there.
    #[error("\"{name}\" is shared with a key that is not known here")]
    ShareKeyUnknown {
        /// The folder to put into.
        name: String,
    },
    /// It is not as the change left it that is to be taken back.
    #[error("\"{name}\" has changed since")]
    ChangedSince {
        /// Which.
        name: String,
    },
    /// What the change did is not known well enough to take it back.
    #[error("it is not known what it did")]
    NothingKnown,
    /// A file needs an upload first.
    #[error("a file cannot be made without its content")]
    NoContent,
    /// Some of a large copy was made, then this came between.
    #[error("a part of it was made, then: {error}")]
    CutShort {
        /// What was made, for [`Tree::apply`](crate::tree::Tree::apply).
        made: Outcome,
        /// Why the rest was not.
        #[source]
        error: Box<Self>,
    },
    /// Only what is ours can be shown to others, and neither a root nor an old version.
    #[error("\"{name}\" cannot be shared or have a link")]
    NotOurs {
        /// Which.
        name: String,
    },
    /// It has no public link that could be removed.
    #[error("\"{name}\" has no public link")]
    NotLinked {
        /// Which.
        name: String,
    },
    /// A folder is not shared with whom it is to be taken from.
    #[error("\"{name}\" is not shared with {with}")]
    NotSharedWith {
        /// The folder.
        name: String,
        /// The e-mail.
        with: String,
    },
    /// Nobody has the address, or no key to share with.
    #[error("nobody at MEGA has the address {email}")]
    NoSuchUser {
        /// The e-mail.
        email: String,
    },
    /// A folder would be shared with its own account.
    #[error("that is the account itself")]
    Oneself,
    /// The account keeps share keys where only the official client writes (`^!keys`), and has none for the folder.
    #[error("\"{name}\": this account's share keys are kept where only MEGA's own programs can add one")]
    KeyStore {
        /// The folder.
        name: String,
    },
    /// The server takes an end of a link from accounts that pay only.
    #[error("only accounts that pay can have links that end")]
    ExpiryRefused,
    /// That a link is to go again could not be noted: none was made.
    #[error("cannot note on this machine that a link is to go again")]
    LoanNote(#[source] io::Error),
    /// The journal could not be written: nothing was sent.
    #[error("cannot write the undo journal")]
    Journal(#[source] io::Error),
    /// The server refused, or cannot be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// What stands in the way of a change where we may do no more than that.
const fn limit(access: Access) -> &'static str {
    match access {
        Access::Write => "shared with you for adding only",
        Access::Read | Access::Full | Access::Owner => "read-only",
    }
}
