//! Reads vector files: JSON whose fields are named for what they hold (`…_hex`, `…_b64`). Panics name file and field.

use std::path::{Path, PathBuf};

use megapane::handle::base64_decode;
use serde_json::Value;

/// One vector file.
pub(crate) struct Vectors {
    pub(crate) path: String,
    root: Value,
}

/// A section or one entry of it, with its place for messages.
#[derive(Clone)]
pub(crate) struct Entry {
    place: String,
    value: Value,
}

impl Vectors {
    /// All files of the folder; there must be one.
    pub(crate) fn all() -> Vec<Self> {
        let default = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
        #[expect(clippy::disallowed_methods, reason = "the switch to other vectors is for tests alone")]
        let folder =
            std::env::var_os("MEGAPANE_VECTORS").map_or_else(|| PathBuf::from(default), PathBuf::from);
        let files =
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        assert!(!paths.is_empty(), "no vectors in {}", folder.display());
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let path = path.display().to_string();
        let root = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path, root }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.root.as_object().unwrap().keys().map(String::as_str).collect()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.root[name].as_str().unwrap()
    }

    pub(crate) fn section(&self, name: &str) -> Option<Entry> {
        let value = self.root.get(name)?.clone();
        Some(Entry { place: format!("{} {name}", self.path), value })
    }
}

impl Entry {
    /// Where it stands, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The field, `None` when it is absent or null.
    pub(crate) fn maybe(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?.clone();
        Some(Self { place: format!("{}.{name}", self.place), value })
    }

    /// The field, which must be there.
    pub(crate) fn field(&self, name: &str) -> Self {
        self.maybe(name).unwrap_or_else(|| panic!("{} has no {name}", self.place))
    }

    /// Elements of an array.
    pub(crate) fn each(&self) -> Vec<Self> {
        let elements = self.value.as_array().unwrap_or_else(|| panic!("{} is no array", self.place));
        let entry = |(index, value): (usize, &Value)| Self {
            place: format!("{}[{index}]", self.place),
            value: value.clone(),
        };
        elements.iter().enumerate().map(entry).collect()
    }

    /// Names and values of an object.
    pub(crate) fn members(&self) -> Vec<(String, Self)> {
        let members = self.value.as_object().unwrap_or_else(|| panic!("{} is no object", self.place));
        let member = |(name, value): (&String, &Value)| {
            (name.clone(), Self { place: format!("{}.{name}", self.place), value: value.clone() })
        };
        members.iter().map(member).collect()
    }

    pub(crate) fn string(&self) -> &str {
        self.value.as_str().unwrap_or_else(|| panic!("{} is no string", self.place))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.field(name).string().to_owned()
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        let field = self.field(name);
        field.value.as_u64().unwrap_or_else(|| panic!("{} is no number", field.place))
    }

    pub(crate) fn signed(&self, name: &str) -> i64 {
        let field = self.field(name);
        field.value.as_i64().unwrap_or_else(|| panic!("{} is no number", field.place))
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        let field = self.field(name);
        field.value.as_bool().unwrap_or_else(|| panic!("{} is no truth value", field.place))
    }

    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.each().iter().map(|entry| entry.value.as_u64().unwrap()).collect()
    }

    pub(crate) fn hex(&self, name: &str) -> Vec<u8> {
        unhex(self.field(name).string())
    }

    pub(crate) fn hex_array<const N: usize>(&self, name: &str) -> [u8; N] {
        let bytes = self.hex(name);
        let length = bytes.len();
        bytes.try_into().unwrap_or_else(|_| panic!("{}.{name} has {length} bytes, not {N}", self.place))
    }

    pub(crate) fn b64(&self, name: &str) -> Vec<u8> {
        base64_decode(self.field(name).string())
    }
}

/// Decodes hex.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2) && text.is_ascii(), "not hex: {text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
