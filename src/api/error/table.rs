//! The table of MEGA's error numbers: what each means where, in words for the user, and what can be done about it.
//! Rows only, for [`super::ErrorCode`] alone; what is done with them stands there.

use super::Context::{self, Download, Events, Link, Login, Storage, Upload};
use super::Retry::{self, BackOff, FewerConnections, Later, Never, NewAddress, Quota, Refetch, ResendPiece};
use super::{ASK_FOR_REPORT, ErrorKind as Kind, Meaning};

/// Every number of MEGA, with its meaning where that depends on the place. Source: meganz/sdk `include/mega/types.h`
/// (`ErrorCodes`); for the places, who handles them: `src/megaclient.cpp`, `src/transferslot.cpp`, `src/commands.cpp`.
#[rustfmt::skip]
pub(super) const TABLE: &[Meaning] = &[
    row(-1, "EINTERNAL", None, (Never, Kind::Other), ("the server failed", "Try again; it is not your doing.")),
    row(-2, "EARGS", None, (Never, Kind::Permanent), ("the server does not understand the request", ASK_FOR_REPORT)),
    row(-3, "EAGAIN", Some(Storage), (NewAddress, Kind::Temporary), ("the storage server is busy", "Try again later.")),
    row(-3, "EAGAIN", None, (BackOff, Kind::Temporary), ("the server is busy", "Try again later.")),
    row(-4, "EFAILED", Some(Storage), (NewAddress, Kind::Temporary), ("the storage server gave up on this upload", "Start the upload again.")),
    row(-4, "ERATELIMIT", None, (BackOff, Kind::Temporary), ("the server asks to slow down", "Try again later.")),
    row(-5, "EFAILED", Some(Login), (Never, Kind::Login), ("the one-time code is wrong", "Type the code that your authenticator shows now; check the clock of its device.")),
    row(-5, "EFAILED", Some(Storage), (NewAddress, Kind::Temporary), ("the upload failed", "Start the upload again.")),
    row(-5, "EFAILED", None, (Never, Kind::Permanent), ("the request failed for good", ASK_FOR_REPORT)),
    row(-6, "ETOOMANY", Some(Login), (Never, Kind::Login), ("too many attempts to log in", "Wait an hour before the next attempt.")),
    row(-6, "ETOOMANY", Some(Download), (Never, Kind::Permanent), ("the file was taken down for breaking the terms of service", "")),
    row(-6, "ETOOMANY", Some(Link), (Never, Kind::Permanent), ("what the link leads to was taken down for breaking the terms of service", "")),
    row(-6, "ETOOMANY", Some(Storage), (FewerConnections, Kind::Temporary), ("too many connections to the storage server", "Use fewer transfers at a time.")),
    row(-6, "ETOOMANY", Some(Events), (Refetch, Kind::Temporary), ("too much has changed since the last look", "")),
    row(-6, "ETOOMANY", None, (Never, Kind::Temporary), ("too many requests", "Try again later.")),
    row(-7, "ERANGE", Some(Storage), (NewAddress, Kind::Temporary), ("the storage server lost its place in the upload", "Start the upload again.")),
    row(-7, "ERANGE", None, (Never, Kind::Permanent), ("a value is out of range", ASK_FOR_REPORT)),
    row(-8, "EEXPIRED", Some(Storage), (NewAddress, Kind::Temporary), ("the transfer's address has expired", "Start the transfer again.")),
    row(-8, "EEXPIRED", None, (Never, Kind::Permanent), ("it has expired", "Load the folder again.")),
    row(-9, "ENOENT", Some(Login), (Never, Kind::Login), ("the e-mail address or the password is wrong", "Check both; passwords distinguish capitals.")),
    row(-9, "ENOENT", Some(Storage), (NewAddress, Kind::Temporary), ("the storage server does not know the transfer", "Start the transfer again.")),
    row(-9, "ENOENT", Some(Upload), (Never, Kind::NotFound), ("the target folder is no longer there", "Load the folder again.")),
    row(-9, "ENOENT", Some(Events), (Never, Kind::NotFound), ("the link is gone", "")),
    row(-9, "ENOENT", Some(Link), (Never, Kind::NotFound), ("the link leads nowhere: it was removed, or has expired", "Ask for a new one.")),
    row(-9, "ENOENT", None, (Never, Kind::NotFound), ("it is no longer there", "Load the folder again.")),
    row(-10, "ECIRCULAR", None, (Never, Kind::Permanent), ("a folder cannot be moved into itself", "Choose another target.")),
    row(-11, "EACCESS", Some(Link), (Never, Kind::Permanent), ("the link does not allow it", "")),
    row(-11, "EACCESS", None, (Never, Kind::Permanent), ("not permitted", "The folder may be shared with you for reading or adding only: ask its owner.")),
    row(-12, "EEXIST", None, (Never, Kind::Permanent), ("it is there already", "")),
    row(-13, "EINCOMPLETE", Some(Login), (Never, Kind::Login), ("the account is not confirmed", "Open the link in the e-mail that MEGA sent when the account was made.")),
    row(-13, "EINCOMPLETE", None, (Never, Kind::Permanent), ("something is missing: the link lacks its key, or the account is not confirmed", "Check the whole link.")),
    row(-14, "EKEY", Some(Storage), (ResendPiece, Kind::Integrity), ("a piece arrived damaged", "Check the network connection.")),
    row(-14, "EKEY", Some(Link), (Never, Kind::Integrity), ("the key in the link does not fit", "Check that the link is whole.")),
    row(-14, "EKEY", None, (Never, Kind::Integrity), ("it cannot be decrypted", "")),
    row(-15, "ESID", None, (Never, Kind::Login), ("the session was ended elsewhere", "Log in again; if you did not end it yourself, change your password.")),
    row(-16, "EBLOCKED", Some(Download), (Never, Kind::Permanent), ("the file was taken down", "")),
    row(-16, "EBLOCKED", Some(Link), (Never, Kind::Permanent), ("what the link leads to was taken down", "")),
    row(-16, "EBLOCKED", None, (Never, Kind::Account), ("the account is suspended", "Log in at https://mega.nz to see why.")),
    row(-17, "EOVERQUOTA", Some(Download), (Quota, Kind::Quota), ("the transfer quota is used up", "It comes back by itself; downloads go on then.")),
    row(-17, "EOVERQUOTA", Some(Storage), (NewAddress, Kind::Quota), ("the storage quota is used up", "Empty the rubbish bin, or delete what you do not need.")),
    row(-17, "EOVERQUOTA", None, (Never, Kind::Quota), ("the storage quota is used up", "Empty the rubbish bin, or delete what you do not need.")),
    row(-18, "ETEMPUNAVAIL", None, (Later, Kind::Temporary), ("the data cannot be reached for the moment", "Try again in some minutes.")),
    row(-19, "ETOOMANYCONNECTIONS", None, (FewerConnections, Kind::Temporary), ("too many connections to this file", "Use fewer transfers at a time.")),
    row(-20, "EWRITE", None, (Never, Kind::Other), ("the storage server cannot write", "Try again later.")),
    row(-21, "EREAD", None, (Never, Kind::Other), ("the storage server cannot read", "Try again later.")),
    row(-22, "EAPPKEY", None, (Never, Kind::Permanent), ("the server refuses this program", ASK_FOR_REPORT)),
    row(-23, "ESSL", None, (Never, Kind::Permanent), ("the secure connection cannot be trusted", "Check the clock and the network of this machine.")),
    row(-24, "EGOINGOVERQUOTA", None, (Never, Kind::Quota), ("this would go over the storage quota", "Empty the rubbish bin, or delete what you do not need.")),
    row(-25, "EROLLEDBACK", None, (Never, Kind::Other), ("the request was undone together with others", "Try again.")),
    row(-26, "EMFAREQUIRED", None, (Never, Kind::Login), ("a one-time code is needed", "Type the code that your authenticator shows.")),
    row(-27, "EMASTERONLY", None, (Never, Kind::Permanent), ("only the administrator of the business account may do this", "Ask your administrator.")),
    row(-28, "EBUSINESSPASTDUE", None, (Never, Kind::Account), ("the business account is not paid for", "Ask your administrator.")),
    row(-29, "EPAYWALL", None, (Never, Kind::Account), ("the account is frozen: it has been over its storage quota for too long", "Log in at https://mega.nz to see what can be done.")),
    row(-30, "ESUBUSERKEYMISSING", None, (Never, Kind::Account), ("the business account has keys missing", "Log in once at https://mega.nz, which completes them.")),
    row(-400, "ETOOERR", None, (Later, Kind::Temporary), ("too many errors", "Try again later.")),
    row(-401, "ESHAREROVERQUOTA", None, (Never, Kind::Quota), ("the owner of the shared folder is over quota", "Ask the owner of the folder.")),
];

/// One row, in the table's own order of columns.
const fn row(
    code: i32,
    name: &'static str,
    context: Option<Context>,
    (retry, kind): (Retry, Kind),
    (reason, hint): (&'static str, &'static str),
) -> Meaning {
    Meaning { code, name, context, retry, kind, reason, hint }
}

/// What a number that is not in the table means.
pub(super) const UNKNOWN: Meaning = row(
    0,
    "unknown",
    None,
    (Never, Kind::Other),
    ("the server reports an error that this version does not know", ASK_FOR_REPORT),
);
