//! The commands that give addresses on storage servers: `g` to read a file, `u` to send one. `session::change` sends them.
//! They say nothing of what is done there: see `storage`. Source: meganz/sdk `src/commands.cpp`, `CommandGetFile`,
//! `CommandPutFile`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ApiCommand, lenient};
use crate::api::error::Context;
use crate::handle::NodeHandle;

/// `g`: asks where the content of a file can be read.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "g")]
pub struct AskDownload {
    /// The file, where it is one of the account or of a folder link.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    node: Option<NodeHandle>,
    /// The file, where it is that of a file link.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    link: Option<NodeHandle>,
    #[serde(rename = "g")]
    with_address: u8,
    #[serde(rename = "ssl")]
    secure: u8,
    #[serde(rename = "v")]
    form: u8,
}

impl AskDownload {
    /// Asks for a file of the account, over TLS, in parts where the server keeps it so.
    ///
    /// The official client asks so for every transfer (meganz/sdk `src/commands.cpp` `CommandGetFile`): without it the
    /// server puts a split file together on its side, at one more machine that can be slow or away.
    #[must_use]
    pub const fn new(node: NodeHandle) -> Self {
        Self { node: Some(node), link: None, with_address: 1, secure: SECURE, form: IN_PARTS }
    }

    /// Asks for the file that a public link leads to, in the same way; no session is needed.
    #[must_use]
    pub const fn of_link(link: NodeHandle) -> Self {
        Self { node: None, link: Some(link), with_address: 1, secure: SECURE, form: IN_PARTS }
    }
}

/// `g` without an address: asks what a file link leads to. No session is needed, and nothing of a quota is used.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "g")]
pub struct AskLinkedFile {
    /// The handle of the link.
    #[serde(rename = "p")]
    pub link: NodeHandle,
}

/// The answer of [`AskLinkedFile`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LinkedFile {
    /// Bytes.
    #[serde(rename = "s", default, deserialize_with = "lenient::number")]
    pub size: Option<u64>,
    /// base64 of the attributes, encrypted with the key of the link.
    #[serde(rename = "at", default, deserialize_with = "lenient::text")]
    pub attributes: Option<String>,
    /// An error number: this command fails inside its object.
    #[serde(rename = "e", default, deserialize_with = "lenient::number")]
    pub error: Option<i32>,
}

impl ApiCommand for AskLinkedFile {
    type Answer = LinkedFile;
    const NAME: &'static str = "g";
    const CONTEXT: Context = Context::Link;

    fn refusal(answer: &LinkedFile) -> Option<i32> {
        answer.error.filter(|number| *number < 0)
    }
}

/// The answer of `g`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct DownloadAddress {
    /// Bytes of the file.
    #[serde(rename = "s", default, deserialize_with = "lenient::number")]
    pub size: Option<u64>,
    /// One address, or those of the six parts in order; none with an error. They are the permission to read, so they are
    /// as secret as the (encrypted) content.
    #[serde(rename = "g", default, deserialize_with = "lenient::texts")]
    pub addresses: Vec<String>,
    /// An error number: this command fails inside its object.
    #[serde(rename = "e", default, deserialize_with = "lenient::number")]
    pub error: Option<i32>,
    /// With error -17: seconds until the transfer quota is back.
    #[serde(rename = "tl", default, deserialize_with = "lenient::number")]
    pub seconds_left: Option<i64>,
}

impl ApiCommand for AskDownload {
    type Answer = DownloadAddress;
    const NAME: &'static str = "g";
    const CONTEXT: Context = Context::Download;

    /// Leaves -17 to the caller, who needs the time that comes with it.
    fn refusal(answer: &DownloadAddress) -> Option<i32> {
        answer.error.filter(|number| *number < 0 && *number != -17)
    }
}

/// `u`: asks where a file can be sent.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "u")]
pub struct AskUpload {
    /// Bytes of the file.
    #[serde(rename = "s")]
    pub size: u64,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    target: Option<[NodeHandle; 1]>,
    #[serde(rename = "ssl")]
    secure: u8,
    #[serde(rename = "v")]
    token_form: u8,
}

impl AskUpload {
    /// Asks for a file of `size` bytes that will go into `target`: the quota of the folder's owner counts.
    #[must_use]
    pub const fn new(size: u64, target: NodeHandle) -> Self {
        Self { size, target: Some([target]), secure: SECURE, token_form: BINARY_TOKEN }
    }
}

/// The answer of `u`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct UploadAddress {
    /// The address; it is the permission to write.
    #[serde(rename = "p", default, deserialize_with = "lenient::text")]
    pub address: Option<String>,
}

impl ApiCommand for AskUpload {
    type Answer = UploadAddress;
    const NAME: &'static str = "u";
    const CONTEXT: Context = Context::Upload;
}

impl fmt::Debug for DownloadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadAddress")
            .field("size", &self.size)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UploadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadAddress(***)")
    }
}

/// `ssl`: addresses come as https, which the transport insists on. The official client sends this and nothing else, and
/// says of it that it enforces https (meganz/sdk `include/megaapi.h`, `forceSSL`).
const SECURE: u8 = 2;

/// `v` of `g`: the client can put split files together.
const IN_PARTS: u8 = 2;

/// `v` of `u`: the completion token comes as 36 raw bytes.
const BINARY_TOKEN: u8 = 2;
