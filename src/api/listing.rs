//! The answer of `f`, read while it arrives: [`ListingReader`] takes the body in pieces of any length, hands out the
//! text of each node as soon as it is whole, and keeps only the small rest (shares, links, users, event position),
//! which is parsed at the end. `session::listing` calls it; it knows no keys and decrypts nothing.

mod node;
mod splitter;

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error::ErrorCode;
use super::members::first_members;
use crate::handle::{NodeHandle, UserHandle, base64_decode};
pub use node::{Number, Text, WireNode};
use splitter::Splitter;

/// Reads a listing in pieces. The body as a whole is never held.
#[derive(Debug, Default)]
pub struct ListingReader {
    splitter: Splitter,
}

impl ListingReader {
    /// Makes a reader for one answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the body and calls `take` with the JSON text of each node that became whole, current
    /// ones and old versions alike. The text has balanced braces; whether it is JSON otherwise, its parser finds out.
    pub fn feed(&mut self, piece: &[u8], take: &mut impl FnMut(&[u8])) -> Result<(), ListingError> {
        self.splitter.feed(piece, take)
    }

    /// Ends the body and returns all that is not a node.
    pub fn finish(self) -> Result<ListingRest, ListingError> {
        ListingRest::parse(&self.splitter.finish()?)
    }
}

/// Why an answer is not a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// The answer is an error number: `-3`, `[-15]` or `{"err":-16}`.
    #[error("the server refused the listing: {0:?}")]
    Refused(ErrorCode),
    /// It is not JSON, ends too early, or is nested beyond reason.
    #[error("the listing makes no sense")]
    Malformed,
    /// One node, or the rest, is larger than any honest one.
    #[error("the listing is larger than any honest one")]
    TooLarge,
}

/// All of a listing that is not a node. Elements that make no sense are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingRest {
    /// Share keys of folders that we share (`ok0`, `ok`); the two may name the same folder.
    pub share_keys: Vec<OwnShareKey>,
    /// Folders that we share (`s`, `ps`), each with whom and how (`r`); a folder appears once for each receiver.
    pub shares: Vec<(NodeHandle, ShareReceiver, Option<i64>)>,
    /// Nodes with a public link (`ph`).
    pub links: Vec<(NodeHandle, PublicLink)>,
    /// Users that appear anywhere (`u`).
    pub users: Vec<User>,
    /// Event position that the listing corresponds to (`sn`); empty where the server gives none.
    pub sequence: String,
}

/// A public link that a node has. It leads there for whoever has the key, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicLink {
    /// The handle in the link; `None` where the server did not say.
    pub handle: Option<NodeHandle>,
    /// When it ends, Unix seconds; `None` for never.
    pub expires: Option<i64>,
}

/// Key of a share that we give, under our master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnShareKey {
    /// The shared folder.
    pub node: NodeHandle,
    /// `ha`: shows that we made the entry. All zero where the key is kept elsewhere.
    pub proof: Vec<u8>,
    /// `k`: the encrypted key. All zero where the key is kept elsewhere.
    pub key: Vec<u8>,
}

/// With whom a folder is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShareReceiver {
    /// Whoever has its link.
    Everybody,
    /// A user.
    User(UserHandle),
    /// Somebody who has not accepted yet, by the id of the invitation.
    Invited(UserHandle),
    /// The server does not say.
    Unnamed,
}

impl ShareReceiver {
    /// How the wire writes [`Self::Everybody`].
    pub(super) const EVERYBODY: &'static str = "EXP";
}

/// Another user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their handle.
    pub handle: UserHandle,
    /// Their e-mail.
    pub email: String,
}

impl ListingRest {
    fn parse(text: &[u8]) -> Result<Self, ListingError> {
        let answer: &RawValue = serde_json::from_slice(text).map_err(malformed)?;
        let element = match first_members(answer.get(), 1) {
            Ok((elements, _)) => *elements.first().ok_or(ListingError::Malformed)?,
            Err(_) => answer,
        };
        if let Ok(code) = serde_json::from_str::<i32>(element.get()) {
            return Err(refused(code));
        }
        let fields: RestFields<'_> = serde_json::from_str(element.get()).map_err(malformed)?;
        if let Some(code) = fields.err {
            return Err(refused(code));
        }
        Ok(fields.into_rest())
    }
}

/// The wire names of the rest. Lists stay raw until each element is read on its own.
#[derive(Deserialize)]
struct RestFields<'a> {
    #[serde(default)]
    err: Option<i32>,
    #[serde(borrow, default)]
    ok: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ok0: Option<&'a RawValue>,
    #[serde(borrow, default)]
    s: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ps: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ph: Option<&'a RawValue>,
    #[serde(borrow, default)]
    u: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sn: Text<'a>,
}

impl RestFields<'_> {
    fn into_rest(self) -> ListingRest {
        let keys = |list| elements(list, KeyFields::read);
        ListingRest {
            share_keys: [keys(self.ok0), keys(self.ok)].concat(),
            shares: [self.s, self.ps].map(|list| elements(list, ShareFields::read)).concat(),
            links: elements(self.ph, LinkFields::read),
            users: elements(self.u, read_user),
            sequence: self.sn.as_str().to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct KeyFields<'a> {
    #[serde(borrow, default)]
    h: Text<'a>,
    #[serde(borrow, default)]
    ha: Text<'a>,
    #[serde(borrow, default)]
    k: Text<'a>,
}

impl KeyFields<'_> {
    fn read(self) -> Option<OwnShareKey> {
        let (proof, key) = (base64_decode(self.ha.as_str()), base64_decode(self.k.as_str()));
        Some(OwnShareKey { node: self.h.handle()?, proof, key })
    }
}

#[derive(Deserialize)]
struct LinkFields<'a> {
    #[serde(borrow, default)]
    h: Text<'a>,
    #[serde(borrow, default)]
    ph: Text<'a>,
    #[serde(default)]
    ets: Number,
}

impl LinkFields<'_> {
    fn read(self) -> Option<(NodeHandle, PublicLink)> {
        let expires = self.ets.0.filter(|at| *at > 0);
        Some((self.h.handle()?, PublicLink { handle: self.ph.handle(), expires }))
    }
}

#[derive(Deserialize)]
struct ShareFields<'a> {
    #[serde(borrow, default)]
    h: Text<'a>,
    #[serde(borrow, default)]
    u: Text<'a>,
    #[serde(borrow, default)]
    p: Text<'a>,
    #[serde(default)]
    r: Number,
}

impl ShareFields<'_> {
    fn read(self) -> Option<(NodeHandle, ShareReceiver, Option<i64>)> {
        let receiver = match (self.u.as_str(), self.u.as_str().parse(), self.p.as_str().parse()) {
            (ShareReceiver::EVERYBODY, ..) => ShareReceiver::Everybody,
            (_, Ok(user), _) => ShareReceiver::User(user),
            (_, Err(_), Ok(invitation)) => ShareReceiver::Invited(invitation),
            (_, Err(_), Err(_)) => ShareReceiver::Unnamed,
        };
        Some((self.h.handle()?, receiver, self.r.0))
    }
}

/// The wire names of a user.
#[derive(Deserialize)]
pub(super) struct UserFields<'a> {
    #[serde(borrow, default)]
    u: Text<'a>,
    #[serde(borrow, default)]
    m: Text<'a>,
}

/// Reads a user; `None` without a handle.
#[expect(clippy::needless_pass_by_value, reason = "handed to `elements`, which reads it and is done with it")]
pub(super) fn read_user(fields: UserFields<'_>) -> Option<User> {
    let handle = fields.u.as_str().parse().ok()?;
    Some(User { handle, email: fields.m.as_str().to_owned() })
}

/// Reads a list element by element and keeps what `read` makes something of; a list of another type is empty. Of the
/// others nothing is held: a list of millions of `0` costs no memory.
pub(super) fn elements<'a, T: Deserialize<'a>, R>(
    list: Option<&'a RawValue>,
    read: impl Fn(T) -> Option<R>,
) -> Vec<R> {
    let Some(list) = list else { return Vec::new() };
    let visitor = Elements { read, kept: Vec::new(), wire: PhantomData };
    serde_json::Deserializer::from_str(list.get()).deserialize_seq(visitor).unwrap_or_default()
}

struct Elements<T, R, F> {
    read: F,
    kept: Vec<R>,
    wire: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, R, F: Fn(T) -> Option<R>> Visitor<'de> for Elements<T, R, F> {
    type Value = Vec<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Vec<R>, A::Error> {
        while let Some(element) = list.next_element::<&RawValue>()? {
            self.kept.extend(serde_json::from_str(element.get()).ok().and_then(&self.read));
        }
        Ok(self.kept)
    }
}

/// An error of 0 where a listing belongs is an internal error, as the official client has it.
fn refused(code: i32) -> ListingError {
    ListingError::Refused(ErrorCode(if code == 0 { -1 } else { code }))
}

fn malformed(_error: serde_json::Error) -> ListingError {
    ListingError::Malformed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Read = Result<(Vec<String>, ListingRest), ListingError>;

    fn read(pieces: &[&[u8]]) -> Read {
        let mut reader = ListingReader::new();
        let mut nodes = Vec::new();
        for piece in pieces {
            reader.feed(piece, &mut |node| nodes.push(String::from_utf8_lossy(node).into_owned()))?;
        }
        Ok((nodes, reader.finish()?))
    }

    const LISTING: &str = concat!(
        r#"[ {"ok0":[{"h":"AAAAAAAB","ha":"AAAAAAAAAAAAAAAAAAAAAA","k":"AAAAAAAAAAAAAAAAAAAAAA"}, 7],"#,
        r#""f":[{"h":"a","x":"}\"{"} , null,[{"h":"inner"}], "}]", {"h":"b","y":{"z":[1,{}]}}],"#,
        r#""f2":[{"h":"c"}],"g":{"f":[{"h":"not a node"}]},"u":[{"u":"AQIDBAUGBwg","m":"a@b"}],"#,
        r#""s":[{"h":"AAAAAAAB","u":"EXP","r":0}],"ph":[{"h":"AAAAAAAC","ph":"AAAAAAAD","ets":0},8],"#,
        r#""sn":"AAAAAAAAAAA"}]"#
    );

    #[test]
    fn nodes_come_out_whole_and_the_rest_is_parsed() {
        let (nodes, rest) = read(&[LISTING.as_bytes()]).unwrap();
        assert_eq!(nodes, [r#"{"h":"a","x":"}\"{"}"#, r#"{"h":"b","y":{"z":[1,{}]}}"#, r#"{"h":"c"}"#]);
        assert_eq!(rest.share_keys.len(), 1);
        assert_eq!(rest.shares, [("AAAAAAAB".parse().unwrap(), ShareReceiver::Everybody, Some(0))]);
        let link = PublicLink { handle: "AAAAAAAD".parse().ok(), expires: None };
        assert_eq!(rest.links, [("AAAAAAAC".parse().unwrap(), link)]);
        assert_eq!(rest.users[0].email, "a@b");
        assert_eq!(rest.sequence, "AAAAAAAAAAA");
    }

    #[test]
    fn error_answers_of_every_form_are_understood() {
        for (body, code) in
            [("-3", -3), ("[-15]", -15), (r#"{"err":-16}"#, -16), (r#"[{"err":-9}]"#, -9), ("0", -1)]
        {
            assert_eq!(read(&[body.as_bytes()]), Err(ListingError::Refused(ErrorCode(code))), "{body}");
        }
    }

    #[test]
    fn broken_bodies_are_malformed() {
        for body in [
            "",
            "<html>",
            "[",
            "[]",
            r#"[{"f":[{"h":"a""#,
            r#"[{"f":[]}"#,
            "[{]}",
            "\"x\"",
            r#"[{"f":[]}] x"#,
        ] {
            assert_eq!(read(&[body.as_bytes()]).map(|_| ()), Err(ListingError::Malformed), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(read(&[deep.as_bytes()]).map(|_| ()), Err(ListingError::Malformed));
        let deep = format!(r#"[{{"f":[{{"a":{}"#, "{\"a\":".repeat(100_000));
        assert_eq!(read(&[deep.as_bytes()]).map(|_| ()), Err(ListingError::Malformed));
    }

    #[test]
    fn a_node_beyond_every_limit_is_refused_and_not_collected() {
        let mut reader = ListingReader::new();
        reader.feed(br#"[{"f":[{"a":""#, &mut |_| {}).unwrap();
        let piece = vec![b'A'; 64 << 10];
        let refused = (0..1000).find_map(|_| reader.feed(&piece, &mut |_| {}).err());
        assert_eq!(refused, Some(ListingError::TooLarge));
    }

    proptest! {
        #[test]
        fn any_cut_into_pieces_gives_the_same_as_the_whole(cuts in prop::collection::vec(0..LISTING.len(), 0..12)) {
            let mut cuts = cuts;
            cuts.extend([0, LISTING.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &LISTING.as_bytes()[w[0]..w[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[LISTING.as_bytes()]));
        }

        #[test]
        fn no_bytes_panic_and_cuts_never_matter(body in r#"[\[\]{}",:\\f2ok0-9a ]{0,80}"#, cut in 0usize..80) {
            let body = body.as_bytes();
            let cut = cut.min(body.len());
            prop_assert_eq!(read(&[&body[..cut], &body[cut..]]), read(&[body]));
        }
    }
}
