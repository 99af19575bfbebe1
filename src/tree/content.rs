//! Key and attributes of a node before and in the store: readable ([`ClearAttributes`], in the form that is kept) or not
//! yet ([`Sealed`]). `build` opens them, `store` keeps them.

use std::borrow::Cow;

use serde::Deserialize;

use super::path::nfc;
use crate::crypto::attributes::Attributes;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::NodeKey;

/// Key and attributes of a node.
pub(super) enum Content {
    /// Roots have none.
    Nothing,
    /// Both are readable.
    Clear { key: NodeKey, attributes: ClearAttributes },
    /// The attributes are not; the key may be.
    Sealed { key: Option<NodeKey>, sealed: Sealed },
}

/// What came for a node that cannot be decrypted, to be tried again when more keys are known.
#[derive(Clone)]
pub(super) struct Sealed {
    pub(super) keys: Box<str>,
    pub(super) attributes: Box<str>,
}

/// Attributes in the form that is stored.
#[derive(Default)]
pub(super) struct ClearAttributes {
    pub(super) name: Option<String>,
    pub(super) fingerprint: Option<Fingerprint>,
    /// The JSON, where name and fingerprint are not all, or do not give back the same text.
    pub(super) others: Option<Box<str>>,
}

/// Attributes as nearly all files have them: a name, perhaps a fingerprint, nothing that needs unescaping.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainAttributes<'a> {
    n: &'a str,
    #[serde(default)]
    c: Option<&'a str>,
}

impl ClearAttributes {
    /// Reads the JSON of attributes that are nothing but a plain name and fingerprint, without the cost of keeping
    /// others apart; `None` for all that is not so plain.
    pub(super) fn read_plain(json: &[u8]) -> Option<Self> {
        let PlainAttributes { n, c } = serde_json::from_slice(json).ok()?;
        let fingerprint = match c {
            Some(text) => Some(Fingerprint::parse(text).filter(|fingerprint| fingerprint.is_written(text))?),
            None => None,
        };
        matches!(nfc(n), Cow::Borrowed(_)).then(|| Self {
            name: Some(n.to_owned()),
            fingerprint,
            others: None,
        })
    }
}

impl From<&Attributes> for ClearAttributes {
    fn from(attributes: &Attributes) -> Self {
        let name = attributes.name().map(str::to_owned);
        let fingerprint = attributes.fingerprint();
        let json = attributes.json();
        let is_plain = rebuild(name.as_deref().unwrap_or_default(), fingerprint).json() == json;
        Self { name, fingerprint, others: (!is_plain).then(|| json.into_boxed_str()) }
    }
}

/// Makes the attributes of a name and a fingerprint.
pub(super) fn rebuild(name: &str, fingerprint: Option<Fingerprint>) -> Attributes {
    let mut attributes = Attributes::named(name);
    if let Some(fingerprint) = fingerprint {
        attributes.set("c", &fingerprint.text());
    }
    attributes
}
