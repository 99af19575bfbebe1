//! One node as the server writes it ([`WireNode`]), borrowed from its text: in listings, in the answer of `p`, in
//! action packets. A field of the wrong type reads as missing, so that one odd field never hides a node.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::handle::NodeHandle;

/// A node's fields, nothing checked yet.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
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
        Self::parse_plain(json).or_else(|| serde_json::from_slice(json).ok())
    }

    /// Reads a node as servers write nearly all: no spaces, no escapes, each field once and of its type. `None` for any
    /// other, which may be as good.
    fn parse_plain(json: &'a [u8]) -> Option<Self> {
        let is_odd = |byte: u8| byte == b'\\' || !(0x20..0x80).contains(&byte);
        if json.iter().fold(false, |odd, &byte| odd | is_odd(byte)) {
            return None;
        }
        let mut left = std::str::from_utf8(json).ok()?.strip_prefix('{')?;
        let mut node = Self::default();
        let mut seen = 0_u32;
        loop {
            let (key, after) = plain_text(left)?;
            let (value, after) = PlainValue::read(after.strip_prefix(':')?)?;
            let bit = node.set_plain(key, value)?;
            if seen & bit != 0 {
                return None;
            }
            seen |= bit;
            left = match after.as_bytes() {
                b"}" => return Some(node),
                [b',', ..] => &after[1..],
                _ => return None,
            };
        }
    }

    /// Sets a field and returns its bit; 0 for one that nobody asks for, `None` where the value is of another type.
    fn set_plain(&mut self, key: &str, value: PlainValue<'a>) -> Option<u32> {
        let (text, number, bit) = match key {
            "h" => (Some(&mut self.handle), None, 1),
            "p" => (Some(&mut self.parent), None, 1 << 1),
            "t" => (None, Some(&mut self.kind), 1 << 2),
            "a" => (Some(&mut self.attributes), None, 1 << 3),
            "k" => (Some(&mut self.keys), None, 1 << 4),
            "s" => (None, Some(&mut self.size), 1 << 5),
            "ts" => (None, Some(&mut self.uploaded), 1 << 6),
            "su" => (Some(&mut self.sharer), None, 1 << 7),
            "r" => (None, Some(&mut self.access), 1 << 8),
            "sk" => (Some(&mut self.share_key), None, 1 << 9),
            _ => return Some(0),
        };
        match (text, number, value) {
            (Some(field), _, PlainValue::Text(text)) => *field = Text(Cow::Borrowed(text)),
            (_, Some(field), PlainValue::Number(number)) => *field = Number(Some(number)),
            _ => return None,
        }
        Some(bit)
    }
}

/// A value as most are.
#[derive(Clone, Copy)]
enum PlainValue<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> PlainValue<'a> {
    fn read(json: &'a str) -> Option<(Self, &'a str)> {
        if json.starts_with('"') {
            return plain_text(json).map(|(text, after)| (Self::Text(text), after));
        }
        let len = json.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = json.split_at(len);
        let is_json = len == 1 || !digits.starts_with('0');
        Some((Self::Number(digits.parse().ok().filter(|_| is_json)?), after))
    }
}

/// Reads a string without escapes, and what follows it.
fn plain_text(json: &str) -> Option<(&str, &str)> {
    let text = json.strip_prefix('"')?;
    let end = memchr(b'"', text.as_bytes())?;
    Some((text.get(..end)?, text.get(end + 1..)?))
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
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            "\"[a-zA-Z0-9_:/-]{0,12}\"",
            "[0-9]{1,20}",
            Just("0".to_owned()),
            "\"[a-z\\\\n\u{e9}\u{1}\"]{0,4}\"",
            "-?[0-9.e+]{1,5}",
            prop_oneof!["null", "true", "\\[1,2\\]", "\\{\"h\":1\\}", " 7", ""],
        ]
    }

    proptest! {
        #[test]
        fn the_quick_way_reads_what_the_thorough_one_reads(
            fields in prop::collection::vec(("h|p|t|a|k|s|ts|su|r|sk|u|fa|", value()), 0..8), end in "}?}| }|},"
        ) {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            let text = format!("{{{}{end}", fields.join(","));
            if let Some(node) = WireNode::parse_plain(text.as_bytes()) {
                prop_assert_eq!(Some(node), serde_json::from_str(&text).ok(), "{}", text);
            }
        }
    }

    #[test]
    fn a_node_as_servers_write_it_is_read_the_quick_way() {
        let text = br#"{"h":"AbCd-_12","p":"EfGh-_12","u":"AQIDBAUGBwg","t":0,"a":"xyz","k":"id:key","s":7,"ts":1700000000}"#;
        let node = WireNode::parse_plain(text).unwrap();
        assert_eq!((node.size, node.keys.as_str()), (Number(Some(7)), "id:key"));
        assert_eq!(Some(node), serde_json::from_slice(text).ok());
    }

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
