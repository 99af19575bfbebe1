//! Action packets: one thing that happened in an account ([`Action`]), with the client that caused it where it said who
//! it is. Parsed here, taken in by the tree. Source: meganz/sdk `src/megaclient.cpp`, `sc_procActionPacketWithoutCommonTags`
//! and the `sc_…` functions that it calls.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::listing::{Number, PublicLink, ShareReceiver, Text, User, elements, read_user};
use crate::handle::{NodeHandle, UserHandle, base64_decode};

/// One packet.
#[derive(Clone, Debug)]
pub struct Action {
    /// The id that the command carried which caused it (`i`).
    pub cause: Option<String>,
    /// What happened.
    pub packet: Packet,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Packet {
    /// `t`: nodes are new, or are now as this says. Each is a node's JSON, as in listings; old versions stand at the end.
    Nodes {
        /// The nodes.
        nodes: Vec<Box<RawValue>>,
        /// Users that come with them.
        users: Vec<User>,
    },
    /// `d`: a node is gone with all below it.
    Removed {
        /// The node.
        node: NodeHandle,
        /// `m`: it comes back elsewhere in the `t` that follows.
        moves: bool,
    },
    /// `u`: attributes were replaced as a whole.
    Attributes {
        /// The node.
        node: NodeHandle,
        /// Encrypted, base64.
        attributes: String,
        /// Time of arrival, Unix seconds, where it changed.
        uploaded: Option<i64>,
    },
    /// `s`, `s2`: a share began, changed or ended.
    Share(SharePacket),
    /// `ph`: a public link was made, changed or removed.
    Link {
        /// What it leads to.
        node: NodeHandle,
        /// The link as it is now; `None` where it is gone.
        link: Option<PublicLink>,
    },
    /// `ua`, `pk`: the account's key store was written, or a share key waits to be put into it.
    KeyStore,
    /// `c`: users that we are in contact with.
    Users(Vec<User>),
    /// `sqac`: the storage or transfer allowance is another one.
    Quota,
}

/// A share that began, changed or ended.
#[derive(Clone, Debug)]
pub struct SharePacket {
    /// The shared folder.
    pub node: NodeHandle,
    /// Whose it is; missing in packets that only bring a key.
    pub owner: Option<UserHandle>,
    /// With whom it is shared.
    pub receiver: Option<ShareReceiver>,
    /// The invitation that this one takes the place of.
    pub upgrades: Option<ShareReceiver>,
    /// What they may do; `None` where the share has ended.
    pub access: Option<i64>,
    /// The share's key for its owner, with its proof, decoded; empty where it is kept elsewhere.
    pub own_key: (Vec<u8>, Vec<u8>),
    /// The share's key for its receiver, base64.
    pub key: String,
}

/// Reads a packet; `None` for those that change nothing for us.
#[expect(clippy::needless_pass_by_value, reason = "handed to `elements`, which reads it and is done with it")]
pub(super) fn read(fields: Fields<'_>) -> Option<Action> {
    let packet = match fields.a.as_str() {
        "t" => nodes(&fields),
        "d" => Packet::Removed { node: handle(fields.n)?, moves: number(fields.m) == Some(1) },
        "u" => Packet::Attributes {
            node: handle(fields.n)?,
            attributes: text(fields.at)?,
            uploaded: number(fields.ts),
        },
        "s" | "s2" => Packet::Share(share(&fields)?),
        "ph" => Packet::Link { node: handle(fields.h)?, link: link(&fields) },
        "ua" => {
            let names = elements(fields.ua, |name: Text<'_>| Some(name.as_str() == KEY_STORE));
            names.contains(&true).then_some(Packet::KeyStore)?
        }
        "pk" => Packet::KeyStore,
        "c" => Packet::Users(elements(fields.u, read_user)),
        "sqac" => Packet::Quota,
        other => {
            tracing::debug!(kind = other.get(..8).unwrap_or(other), "a packet that is not for us");
            return None;
        }
    };
    let cause = fields.i.as_str();
    let cause = (!cause.is_empty() && cause.len() <= LONGEST_CAUSE).then(|| cause.to_owned());
    Some(Action { cause, packet })
}

/// The wire names of all packets together. What a letter means depends on the packet, so all stay raw.
#[derive(Deserialize)]
pub(super) struct Fields<'a> {
    #[serde(borrow, default)]
    a: Text<'a>,
    #[serde(borrow, default)]
    i: Text<'a>,
    #[serde(borrow, default)]
    t: Option<&'a RawValue>,
    #[serde(borrow, default)]
    n: Option<&'a RawValue>,
    #[serde(borrow, default)]
    m: Option<&'a RawValue>,
    #[serde(borrow, default)]
    u: Option<&'a RawValue>,
    #[serde(borrow, default)]
    at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ts: Option<&'a RawValue>,
    #[serde(borrow, default)]
    o: Option<&'a RawValue>,
    #[serde(borrow, default)]
    p: Option<&'a RawValue>,
    #[serde(borrow, default)]
    op: Option<&'a RawValue>,
    #[serde(borrow, default)]
    r: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ok: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ha: Option<&'a RawValue>,
    #[serde(borrow, default)]
    k: Option<&'a RawValue>,
    #[serde(borrow, default)]
    h: Option<&'a RawValue>,
    #[serde(borrow, default)]
    d: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ph: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ets: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ua: Option<&'a RawValue>,
}

/// What `t` has inside.
#[derive(Default, Deserialize)]
struct Subtree<'a> {
    #[serde(borrow, default)]
    f: Option<&'a RawValue>,
    #[serde(borrow, default)]
    f2: Option<&'a RawValue>,
    #[serde(borrow, default)]
    u: Option<&'a RawValue>,
}

fn nodes(fields: &Fields<'_>) -> Packet {
    let subtree: Subtree<'_> =
        fields.t.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let keep = |node: Box<RawValue>| node.get().starts_with('{').then_some(node);
    let mut nodes = elements(subtree.f, keep);
    nodes.extend(elements(subtree.f2, keep));
    let mut users = elements(subtree.u, read_user);
    users.extend(elements(fields.u, read_user));
    Packet::Nodes { nodes, users }
}

fn share(fields: &Fields<'_>) -> Option<SharePacket> {
    let user = |raw| text(raw).and_then(|text| text.parse::<UserHandle>().ok());
    let invited = user(fields.p).map(ShareReceiver::Invited);
    let receiver = match text(fields.u).as_deref() {
        Some(ShareReceiver::EVERYBODY) => Some(ShareReceiver::Everybody),
        Some(text) => text.parse().ok().map(ShareReceiver::User),
        None => None,
    };
    let decoded = |raw| text(raw).map(|text| base64_decode(&text)).unwrap_or_default();
    let is_upgrade = number(fields.op) == Some(1);
    Some(SharePacket {
        node: handle(fields.n)?,
        owner: user(fields.o),
        upgrades: invited.filter(|_| is_upgrade),
        receiver: if is_upgrade { receiver } else { receiver.or(invited) },
        access: number(fields.r),
        own_key: (decoded(fields.ok), decoded(fields.ha)),
        key: text(fields.k).unwrap_or_default(),
    })
}

fn link(fields: &Fields<'_>) -> Option<PublicLink> {
    let expires = number(fields.ets).filter(|at| *at > 0);
    (number(fields.d) != Some(1)).then(|| PublicLink { handle: handle(fields.ph), expires })
}

fn handle(raw: Option<&RawValue>) -> Option<NodeHandle> {
    text(raw)?.parse().ok()
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    let text: Text<'_> = serde_json::from_str(raw?.get()).ok()?;
    (!text.as_str().is_empty()).then(|| text.as_str().to_owned())
}

fn number(raw: Option<&RawValue>) -> Option<i64> {
    serde_json::from_str::<Number>(raw?.get()).ok()?.0
}

/// Name of the user attribute that holds the key store.
const KEY_STORE: &str = "^!keys";

/// Ids of clients are shorter; a longer one is nobody's.
const LONGEST_CAUSE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(json: &str) -> Option<Packet> {
        read(serde_json::from_str(json).unwrap()).map(|action| action.packet)
    }

    #[test]
    fn nodes_come_with_versions_last_and_users_from_both_places() {
        let read = packet(concat!(
            r#"{"a":"t","t":{"f":[{"h":"a"},7,"x"],"f2":[{"h":"b"}],"u":[{"u":"AQIDBAUGBwg","m":"a@b"}]},"#,
            r#""u":[{"u":"CAcGBQQDAgE","m":"c@d"}],"ou":"AQIDBAUGBwg"}"#
        ));
        let Some(Packet::Nodes { nodes, users }) = read else { panic!("{read:?}") };
        assert_eq!(nodes.iter().map(|node| node.get()).collect::<Vec<_>>(), [r#"{"h":"a"}"#, r#"{"h":"b"}"#]);
        assert_eq!(users.iter().map(|user| &*user.email).collect::<Vec<_>>(), ["a@b", "c@d"]);
    }

    #[test]
    fn shares_say_who_whom_and_whether_they_ended() {
        let share = |json| match packet(json) {
            Some(Packet::Share(share)) => share,
            other => panic!("{other:?}"),
        };
        let public =
            share(r#"{"a":"s2","n":"AbCd-_12","o":"AQIDBAUGBwg","u":"EXP","r":0,"ok":"AAAA","ha":"AAAA"}"#);
        assert_eq!((public.receiver, public.access), (Some(ShareReceiver::Everybody), Some(0)));
        assert_eq!(public.own_key, (vec![0; 3], vec![0; 3]));
        let ended = share(r#"{"a":"s","n":"AbCd-_12","o":"AQIDBAUGBwg","u":"CAcGBQQDAgE"}"#);
        let other = "CAcGBQQDAgE".parse().unwrap();
        assert_eq!((ended.receiver, ended.access), (Some(ShareReceiver::User(other)), None));
        let joined = share(
            r#"{"a":"s2","n":"AbCd-_12","o":"AQIDBAUGBwg","u":"CAcGBQQDAgE","p":"AQIDBAUGBwg","op":1,"r":2}"#,
        );
        assert_eq!(joined.receiver, Some(ShareReceiver::User(other)));
        assert!(matches!(joined.upgrades, Some(ShareReceiver::Invited(_))));
    }

    #[test]
    fn what_changes_nothing_for_us_is_left_out() {
        for json in [
            r#"{"a":"mcc"}"#,
            r#"{"a":"d"}"#,
            r#"{"a":"d","n":"too long a handle"}"#,
            r#"{"a":"u","n":"AbCd-_12"}"#,
            r#"{"a":"ua","u":"AQIDBAUGBwg","ua":["^!prd"]}"#,
            r#"{"a":7}"#,
        ] {
            assert!(packet(json).is_none(), "{json}");
        }
        assert!(matches!(packet(r#"{"a":"ua","ua":["x","^!keys"]}"#), Some(Packet::KeyStore)));
        assert!(matches!(
            packet(r#"{"a":"ph","h":"AbCd-_12","d":1}"#),
            Some(Packet::Link { link: None, .. })
        ));
    }
}
