//! One node as the server writes it ([`WireNode`]), borrowed from its text: in listings, in the answer of `p`, in
//! action packets. A field of the wrong type reads as missing, so that one odd field never hides a node.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::handle::NodeHandle;

/// A node's fields, nothing checked yet.
#[derive(Debug, Default, Deserialize)]
pub struct WireNode<'a> {
    /// Its handle.
    #[serde(borrow, default, rename = "h")]
    pub handle: Text<'a>,
    /// Its parent; empty for roots.
    #[serde(borrow, default, rename = "p")]
    pub parent: Text<'a>,
    /// 0 file, 1 folder, 2 cloud drive, 3 inbox, 4 rubbish bin.
    #[serde(default, rename = "t")]
    pub kind: Number,
    /// Encrypted attributes, base64.
    #[serde(borrow, default, rename = "a")]
    pub attributes: Text<'a>,
    /// Its key, once for each of those who may read it: `id:key/id:key`.
    #[serde(borrow, default, rename = "k")]
    pub keys: Text<'a>,
    /// Bytes, files only.
    #[serde(default, rename = "s")]
    pub size: Number,
    /// Time of arrival in the cloud, Unix seconds.
    #[serde(default, rename = "ts")]
    pub uploaded: Number,
    /// Who shares it with us, on the top of an incoming share only.
    #[serde(borrow, default, rename = "su")]
    pub sharer: Text<'a>,
    /// What we may do there: 0 read, 1 write, 2 full.
    #[serde(default, rename = "r")]
    pub access: Number,
    /// The share's key, under our master key or our public key.
    #[serde(borrow, default, rename = "sk")]
    pub share_key: Text<'a>,
}

impl<'a> WireNode<'a> {
    /// Reads a node; `None` where the text is not a JSON object.
    #[must_use]
    pub fn parse(json: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

/// A text field; anything else reads as the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// Lends the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text as a handle, if it is one.
    #[must_use]
    pub fn handle(&self) -> Option<NodeHandle> {
        self.0.parse().ok()
    }
}

/// A whole-number field; numbers beyond `i64` stop at its ends, anything else reads as missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number(pub Option<i64>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Scalar)? {
            ScalarValue::Text(text) => Ok(Self(text)),
            ScalarValue::Number(_) | ScalarValue::Other => Ok(Self::default()),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Scalar)? {
            ScalarValue::Number(number) => Ok(Self(Some(number))),
            ScalarValue::Text(text) => Ok(Self(text.parse().ok())),
            ScalarValue::Other => Ok(Self(None)),
        }
    }
}

enum ScalarValue<'de> {
    Text(Cow<'de, str>),
    Number(i64),
    Other,
}

/// Takes any JSON value and refuses none.
struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = ScalarValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(ScalarValue::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(ScalarValue::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(ScalarValue::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(ScalarValue::Number(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_possible_truncation, reason = "a cast from f64 stops at the ends of i64")]
        Ok(ScalarValue::Number(number as i64))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(ScalarValue::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(ScalarValue::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ScalarValue::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(ScalarValue::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_borrowed_and_odd_ones_read_as_missing() {
        let node = WireNode::parse(
            br#"{"h":"AbCd-_12","p":null,"t":"1","a":["x",{}],"k":"id:key\/id2:key2","s":1e30,"ts":true,"zz":{}}"#,
        )
        .unwrap();
        assert_eq!(node.handle.0, Cow::Borrowed("AbCd-_12"));
        assert!(matches!(node.handle.0, Cow::Borrowed(_)));
        assert_eq!(node.parent.as_str(), "");
        assert_eq!(node.kind, Number(Some(1)));
        assert_eq!(node.attributes.as_str(), "");
        assert_eq!(node.keys.as_str(), "id:key/id2:key2");
        assert_eq!(node.size, Number(Some(i64::MAX)));
        assert_eq!(node.uploaded, Number(None));
    }
}
