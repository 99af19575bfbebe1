//! The attributes of a node: its name, fingerprint, label and whatever else clients put there. The tree reads them, every
//! change of a node writes them back whole, so unknown ones are kept as they are and in order.
//!
//! The text is JSON, but the official client reads it with a parser of its own that stops at what it does not expect:
//! what we write is compact, strings only and raw UTF-8; what we read may be anything (meganz/sdk `src/json.cpp`,
//! `JSON::storeobject`, `JSON::unescape`; vectors `attributes_what_the_sdk_reads`).

mod lenient;

use std::fmt::Write as _;

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes::{Aes128, Block};
use unicode_normalization::UnicodeNormalization;

use super::fingerprint::Fingerprint;
use super::key::KeyBytes;

/// The attributes of a node; unknown ones are kept, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Attributes {
    entries: Vec<(String, Value)>,
}

/// Values are strings; nested JSON that other clients store is kept as its text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Nested(String),
}

impl Attributes {
    /// With a name only, which is brought to Unicode's NFC as the official client does.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let mut attributes = Self::default();
        attributes.set(NAME, name);
        attributes
    }

    /// Decrypts `a` or `at`; `None` when the key is wrong or the text is broken beyond reading.
    #[must_use]
    pub fn decrypt(bytes: &[u8], key: &KeyBytes) -> Option<Self> {
        let mut clear = Vec::new();
        lenient::read(decrypt_text(bytes, key, &mut clear)?)
    }

    /// Encrypts for `a` or `at`.
    #[must_use]
    pub fn encrypt(&self, key: &KeyBytes) -> Vec<u8> {
        let mut text = PREFIX.to_vec();
        text.extend_from_slice(self.json().as_bytes());
        text.resize(text.len().next_multiple_of(16), 0);
        let mut cipher = cbc::Encryptor::<Aes128>::new(key.into(), &Block::default());
        cipher.encrypt_blocks(Block::slice_as_chunks_mut(&mut text).0);
        text
    }

    /// The name (`n`), if any. Hostile: may be `..`, hold separators, NUL or escape sequences.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.value(NAME)
    }

    /// The fingerprint (`c`), if there is a readable one.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.value("c").and_then(Fingerprint::parse)
    }

    /// The text of an attribute.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.0 == name).map(|entry| entry.1.text())
    }

    /// Names and texts of all attributes, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.text()))
    }

    /// Sets one (`n`, `c`, `rr`…), in its place or at the end; a name is brought to NFC.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = if name == NAME { value.nfc().collect() } else { value.to_owned() };
        self.put(name, Value::Text(value));
    }

    /// Removes one; no effect when there is none.
    pub fn remove(&mut self, name: &str) {
        self.entries.retain(|entry| entry.0 != name);
    }

    /// The clear JSON, as it is written.
    #[must_use]
    pub fn json(&self) -> String {
        let mut json = String::from("{");
        for (name, value) in &self.entries {
            if json.len() > 1 {
                json.push(',');
            }
            push_string(&mut json, name);
            json.push(':');
            match value {
                Value::Text(text) => push_string(&mut json, text),
                Value::Nested(raw) => json.push_str(raw),
            }
        }
        json.push('}');
        json
    }

    /// Reads the clear JSON leniently: any JSON object, and of a broken one what can be read before the break.
    /// `None` when not even one attribute can be made out of a broken text.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        lenient::read(text.as_bytes())
    }

    /// Whether the encrypted form is within the 64 KiB that the server takes.
    #[must_use]
    pub fn fits(&self) -> bool {
        PREFIX.len() + self.json().len() <= MAX_LENGTH
    }

    fn put(&mut self, name: &str, value: Value) {
        match self.entries.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((name.to_owned(), value)),
        }
    }
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Nested(text) => text,
        }
    }
}

/// Decrypts into `clear` and gives the JSON in it, without prefix and padding. `None` when the length is not a multiple
/// of 16 or above 64 KiB, or the prefix says that the key is wrong. For readers that need no [`Attributes`].
pub(crate) fn decrypt_text<'a>(bytes: &[u8], key: &KeyBytes, clear: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(16) || bytes.len() > MAX_LENGTH {
        return None;
    }
    clear.clear();
    clear.extend_from_slice(bytes);
    let mut cipher = cbc::Decryptor::<Aes128>::new(key.into(), &Block::default());
    cipher.decrypt_blocks(Block::slice_as_chunks_mut(clear).0);
    let text = clear.strip_prefix(PREFIX).filter(|text| text.starts_with(b"{\""))?;
    let end = text.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    text.get(..end)
}

/// Writes a JSON string with the fewest escapes: the official client keeps only the low byte of `\uXXXX`, so that form
/// is for control characters alone.
fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\x08' => json.push_str("\\b"),
            '\x0c' => json.push_str("\\f"),
            '\0'..='\x1f' => {
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            _ => json.push(letter),
        }
    }
    json.push('"');
}

const NAME: &str = "n";
const PREFIX: &[u8] = b"MEGA";
const MAX_LENGTH: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: KeyBytes = [0x3c; 16];

    /// Encrypts any text as if a client had written it.
    fn encrypted(text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        bytes.resize(text.len().next_multiple_of(16), 0);
        let mut cipher = cbc::Encryptor::<Aes128>::new(&KEY.into(), &Block::default());
        cipher.encrypt_blocks(Block::slice_as_chunks_mut(&mut bytes).0);
        bytes
    }

    #[test]
    fn names_are_written_in_composed_form() {
        let attributes = Attributes::named("cafe\u{301}");
        assert_eq!(attributes.json(), r#"{"n":"café"}"#);
        let mut renamed = attributes;
        renamed.set("des", "e\u{301}");
        assert_eq!(renamed.value("des"), Some("e\u{301}"), "other values stay as they are");
    }

    #[test]
    fn hostile_names_survive_unchanged() {
        for name in
            ["..", "a/b\\c", "nul\0", "\x1b[31m", "\"quoted\"", "line\nbreak", "🎉", "\u{202e}gpj.exe", ""]
        {
            let bytes = Attributes::named(name).encrypt(&KEY);
            assert_eq!(Attributes::decrypt(&bytes, &KEY).unwrap().name(), Some(name));
        }
    }

    #[test]
    fn a_change_keeps_unknown_attributes_and_their_order() {
        let text = r#"{"zz":"1","n":"old","pwm":{"u":"me, too","p":[1,2]},"c":"x"}"#;
        let mut attributes = Attributes::from_json(text).unwrap();
        attributes.set("n", "new");
        attributes.set("fav", "1");
        attributes.remove("c");
        attributes.remove("absent");
        assert_eq!(attributes.json(), r#"{"zz":"1","n":"new","pwm":{"u":"me, too","p":[1,2]},"fav":"1"}"#);
    }

    #[test]
    fn values_that_are_no_strings_become_strings() {
        let text = r#"{"n":"x", "fav": true, "lbl": 3, "big": -1.5e3, "off": false, "none": null}"#;
        let attributes = Attributes::from_json(text).unwrap();
        assert_eq!(attributes.json(), r#"{"n":"x","fav":"1","lbl":"3","big":"-1.5e3","off":"0"}"#);
    }

    #[test]
    fn broken_texts_give_what_can_be_read() {
        for (text, name) in [
            (&br#"{"n":"caf\xe9.txt"}"#[..], "cafxe9.txt"),
            (b"{\"n\":\"caf\xe9\"}", "caf\u{fffd}"),
            (br#"{"n":"a","c":"#, "a"),
            (br#"{"n":"a" "c":"b"}"#, "a"),
            (br#"{"n":"cut off"#, "cut off"),
            (br#"{"c":"x",,"n":"a"}"#, "a"),
            (br#"{"n":"lone \ud800 half"}"#, "lone \u{fffd} half"),
            (br#"{"n":"a"}trailing"#, "a"),
        ] {
            let bytes = encrypted(&[b"MEGA", text].concat());
            let read = Attributes::decrypt(&bytes, &KEY);
            let shown = String::from_utf8_lossy(text);
            assert_eq!(read.as_ref().and_then(Attributes::name), Some(name), "{shown}");
        }
    }

    #[test]
    fn wrong_keys_prefixes_and_lengths_are_refused() {
        let bytes = Attributes::named("x").encrypt(&KEY);
        assert_eq!(Attributes::decrypt(&bytes, &[0; 16]), None);
        assert_eq!(Attributes::decrypt(&bytes[..15], &KEY), None);
        assert_eq!(Attributes::decrypt(&[], &KEY), None);
        for text in [&b"MEGA{}"[..], b"mega{\"n\":\"x\"}", b"MEGA[\"n\"]", b"MEGA", b""] {
            assert_eq!(Attributes::decrypt(&encrypted(text), &KEY), None, "{text:?}");
        }
    }

    #[test]
    fn the_limit_is_64_kib_of_text() {
        let overhead = r#"MEGA{"n":""}"#.len();
        let longest = Attributes::named(&"a".repeat(MAX_LENGTH - overhead));
        assert!(longest.fits());
        assert_eq!(Attributes::decrypt(&longest.encrypt(&KEY), &KEY), Some(longest));
        let too_long = Attributes::named(&"a".repeat(MAX_LENGTH - overhead + 1));
        assert!(!too_long.fits());
        assert_eq!(Attributes::decrypt(&too_long.encrypt(&KEY), &KEY), None);
    }

    #[test]
    fn fingerprint_is_read_from_its_attribute() {
        let attributes = Attributes::from_json(r#"{"n":"x","c":"DQAAAAAAAAAAAAAAAAAAAAEB"}"#).unwrap();
        assert_eq!(attributes.fingerprint().map(|found| found.modified), Some(1));
        assert_eq!(Attributes::from_json(r#"{"n":"x","c":"?"}"#).unwrap().fingerprint(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in prop::collection::vec(("[a-z]{1,8}", any::<String>()), 1..6)) {
            let mut attributes = Attributes::default();
            for (name, value) in &values {
                attributes.set(name, value);
            }
            prop_assert_eq!(Attributes::from_json(&attributes.json()), Some(attributes.clone()));
            prop_assert_eq!(Attributes::decrypt(&attributes.encrypt(&KEY), &KEY), Some(attributes));
        }

        #[test]
        fn any_text_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), text in "[{}\":,a-z\\\\u0-9 ]{0,60}") {
            let _ = Attributes::decrypt(&bytes, &KEY);
            let _ = Attributes::from_json(&text);
            let _ = Attributes::decrypt(&encrypted(&[b"MEGA{\"", &bytes[..]].concat()), &KEY);
            let _ = Attributes::decrypt(&encrypted(format!("MEGA{{\"{text}").as_bytes()), &KEY);
        }
    }
}
