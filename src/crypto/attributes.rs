//! The attributes of a node: its name, fingerprint, label and whatever else clients put there. The tree reads them, every
//! change of a node writes them back whole, so unknown ones are kept as they are and in order.
//!
//! The text is JSON, but the official client reads it with a parser of its own that stops at what it does not expect:
//! what we write is compact, strings only and raw UTF-8; what we read may be anything (mega-protocol 3.6).

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
