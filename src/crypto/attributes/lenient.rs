//! Reading attribute JSON as it occurs: first as real JSON of any shape, and where that fails by scanning for pairs.
//! Only `attributes` calls it. Work and memory are linear in the text, which is at most 64 KiB.

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Attributes, Value};

/// Reads attributes from JSON text that may be broken.
pub(super) fn read(text: &[u8]) -> Option<Attributes> {
    let strict = std::str::from_utf8(text).ok().and_then(read_json);
    strict.or_else(|| scan(&String::from_utf8_lossy(text)))
}

fn read_json(text: &str) -> Option<Attributes> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let attributes = reader.deserialize_map(Members).ok()?;
    // Whatever follows the object was never read by anyone.
    Some(attributes)
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Attributes;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
        let mut attributes = Attributes::default();
        while let Some(name) = map.next_key::<String>()? {
            if attributes.entries.len() >= MAX_ENTRIES {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw: &RawValue = map.next_value()?;
            if let Some(value) = value_of(raw.get()) {
                attributes.put(&name, value);
            }
        }
        Ok(attributes)
    }
}

/// The value of a JSON text: strings as they are, numbers as their digits, `true` as 1 and `false` as 0 (what clients
/// mean by them), `null` as nothing, objects and arrays as their own text without spaces.
fn value_of(raw: &str) -> Option<Value> {
    match raw.as_bytes().first()? {
        b'"' => Some(Value::Text(serde_json::from_str(raw).unwrap_or_else(|_| unescape(raw).0))),
        b'{' | b'[' => Some(Value::Nested(compact(raw))),
        b'n' => None,
        b't' => Some(Value::Text("1".to_owned())),
        b'f' => Some(Value::Text("0".to_owned())),
        _ => Some(Value::Text(raw.to_owned())),
    }
}

fn compact(raw: &str) -> String {
    let mut inside_string = false;
    let mut escaped = false;
    let keep = |letter: &char| {
        let space = !inside_string && letter.is_ascii_whitespace();
        if *letter == '"' && !escaped {
            inside_string = !inside_string;
        }
        escaped = inside_string && *letter == '\\' && !escaped;
        !space
    };
    raw.chars().filter(keep).collect()
}

/// Takes every `"name":"value"` up to where the text makes no sense any more.
fn scan(text: &str) -> Option<Attributes> {
    let mut attributes = Attributes::default();
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (name, after) = unescape(&rest[start..]);
        let Some(after) = after.trim_start().strip_prefix(':') else { break };
        let after = after.trim_start();
        let (value, after) = if after.starts_with('"') { unescape(after) } else { bare(after) };
        attributes.put(&name, Value::Text(value));
        rest = after;
        if attributes.entries.len() >= MAX_ENTRIES {
            break;
        }
    }
    (!attributes.entries.is_empty()).then_some(attributes)
}

/// A value without quotes ends at the next comma or brace.
fn bare(text: &str) -> (String, &str) {
    let end = text.find([',', '}']).unwrap_or(text.len());
    (text[..end].trim_end().to_owned(), &text[end..])
}

/// Reads a string literal from its opening quote on; gives the text and what follows the closing quote. A missing end is
/// the end of the text; an escape that JSON does not know is the letter itself.
fn unescape(literal: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = literal.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &literal[at + 1..]),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, 't')) => text.push('\t'),
                Some((_, 'b')) => text.push('\u{8}'),
                Some((_, 'f')) => text.push('\u{c}'),
                Some((at, 'u')) => {
                    let digits =
                        literal.get(at + 1..at + 5).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    text.push(digits.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                    if digits.is_some() {
                        letters.nth(3);
                    }
                }
                Some((_, other)) => text.push(other),
                None => break,
            },
            _ => text.push(letter),
        }
    }
    (text, "")
}

/// More than any client writes; keeps a hostile text from making the search for duplicates quadratic.
const MAX_ENTRIES: usize = 256;
