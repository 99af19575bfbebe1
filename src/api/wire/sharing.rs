//! The commands that let others see nodes: `l` makes and removes public links, `s2` shares a folder, `uk` asks for the
//! public key of who is to get a share. `session::change` alone sends the first two, noted in the undo journal. And `pk`: the
//! share keys that others sent and that no client has put into the key store yet. Source: meganz/sdk `src/commands.cpp`,
//! `CommandSetPH`, `CommandSetShare`, `CommandPubKeyRequest`, `CommandPendingKeys`.

use serde::{Deserialize, Deserializer, Serialize};

use super::{ApiCommand, Done, ShareKeyTable, lenient};
use crate::handle::{NodeHandle, UserHandle, base64_decode};

/// `l`: makes the public link of a node, or returns the one that it has; either way the link then ends as said here.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "l")]
pub struct MakeLink {
    /// The file or folder; a folder has to be shared with everybody first ([`ShareFolder`]).
    #[serde(rename = "n")]
    pub node: NodeHandle,
    /// When it ends, Unix seconds; `None` for never. Accounts that pay may say so, others are refused (-11).
    #[serde(rename = "ets", skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
}

impl ApiCommand for MakeLink {
    type Answer = MadeLink;
    const NAME: &'static str = "l";
}

/// The answer of [`MakeLink`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeLink {
    /// The handle that the link has.
    pub handle: NodeHandle,
}

impl<'de> Deserialize<'de> for MadeLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Bare(NodeHandle),
            Details {
                #[serde(rename = "ph")]
                handle: NodeHandle,
            },
        }
        let (Raw::Bare(handle) | Raw::Details { handle }) = Raw::deserialize(deserializer)?;
        Ok(Self { handle })
    }
}

/// `l` with `d`: removes the public link of a node. The server refuses with -9 when there is none.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "l")]
pub struct RemoveLink {
    #[serde(rename = "n")]
    node: NodeHandle,
    #[serde(rename = "d")]
    removes: u8,
}

impl RemoveLink {
    /// Removes the link of this node.
    #[must_use]
    pub const fn new(node: NodeHandle) -> Self {
        Self { node, removes: 1 }
    }
}

impl ApiCommand for RemoveLink {
    type Answer = Done;
    const NAME: &'static str = "l";
}

/// `s2`: shares a folder, changes what somebody may do in it, or ends that.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "s2")]
pub struct ShareFolder {
    /// The folder.
    #[serde(rename = "n")]
    pub node: NodeHandle,
    /// With whom and how.
    #[serde(rename = "s")]
    pub terms: Vec<ShareTerm>,
    /// base64 of the share's key under the master key; the server keeps that of the first time.
    #[serde(rename = "ok", skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// base64 of the proof that it is ours.
    #[serde(rename = "ha", skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// The keys of the folder and of all below it under the share's key.
    #[serde(rename = "cr", skip_serializing_if = "Option::is_none")]
    pub share_keys: Option<ShareKeyTable>,
}

/// One receiver of [`ShareFolder`].
#[derive(Debug, Serialize)]
pub struct ShareTerm {
    /// A user's handle, an e-mail, or [`EVERYBODY`].
    #[serde(rename = "u")]
    pub receiver: String,
    /// 0 read, 1 write, 2 full; `None` ends it.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub access: Option<u8>,
    /// base64 of the share's key, encrypted to the user.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// `pk`: asks for the share keys that wait. The server refuses with -9 when there are none. With more fields the command
/// says that they are stored, or sends one: this client does neither.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "pk")]
pub struct AskWaitingKeys {}

impl ApiCommand for AskWaitingKeys {
    type Answer = WaitingKeys;
    const NAME: &'static str = "pk";
}

/// The answer of [`AskWaitingKeys`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingKeys {
    /// Who sent it, of which folder, and the key as it was sent, decoded; the first 10,000.
    pub keys: Vec<(UserHandle, NodeHandle, Vec<u8>)>,
}

impl<'de> Deserialize<'de> for WaitingKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is neither a user nor a folder is something else, `d` for one, which names the last of them.
        let users = serde_json::Map::deserialize(deserializer)?;
        let mut keys = Vec::new();
        for (user, folders) in &users {
            let (Ok(user), Some(folders)) = (user.parse::<UserHandle>(), folders.as_object()) else {
                continue;
            };
            let key = |(folder, key): (&String, &serde_json::Value)| {
                Some((user, folder.parse::<NodeHandle>().ok()?, base64_decode(key.as_str()?)))
            };
            keys.extend(folders.iter().filter_map(key).take(MOST_WAITING - keys.len()));
        }
        Ok(Self { keys })
    }
}

/// Share keys that are read at once: far more than anybody has waiting.
const MOST_WAITING: usize = 10_000;

/// Whoever has the link.
pub const EVERYBODY: &str = "EXP";

impl ApiCommand for ShareFolder {
    type Answer = Shared;
    const NAME: &'static str = "s2";

    fn refusal(answer: &Shared) -> Option<i32> {
        answer.results.iter().copied().find(|result| *result < 0)
    }
}

/// The answer of [`ShareFolder`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// One number for each receiver; negative where it was refused.
    pub results: Vec<i32>,
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Details {
                #[serde(rename = "r", default)]
                results: Vec<i32>,
            },
            Number(#[expect(dead_code, reason = "any number but an error is a success")] u64),
        }
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Details { results } => Self { results },
            Raw::Number(_) => Self::default(),
        })
    }
}

/// `uk`: asks for the public key of a user. The server refuses with -9 where nobody has the address.
#[derive(Debug, Serialize)]
#[serde(tag = "a", rename = "uk")]
pub struct AskPublicKey<'a> {
    /// A user's handle, or an e-mail.
    #[serde(rename = "u")]
    pub user: &'a str,
}

/// The answer of [`AskPublicKey`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicKeyAnswer {
    /// Whose it is.
    #[serde(rename = "u", default)]
    pub user: Option<UserHandle>,
    /// base64 of the key: modulus and exponent.
    #[serde(rename = "pubk", default, deserialize_with = "lenient::text")]
    pub key: Option<String>,
}

impl ApiCommand for AskPublicKey<'_> {
    type Answer = PublicKeyAnswer;
    const NAME: &'static str = "uk";
}
