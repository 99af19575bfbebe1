//! Node attributes.
use super::key::KeyBytes;
/// The attributes of a node; unknown ones are kept, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Attributes {
    _p: (),
}
impl Attributes {
    /// With a name only. NFC-normalised.
    #[must_use]
    pub fn named(_name: &str) -> Self {
        todo!()
    }
    /// Decrypts; `None` when the key is wrong or the text is broken beyond reading.
    #[must_use]
    pub fn decrypt(_bytes: &[u8], _key: &KeyBytes) -> Option<Self> {
        todo!()
    }
    /// Encrypts for `a`/`at`.
    #[must_use]
    pub fn encrypt(&self, _key: &KeyBytes) -> Vec<u8> {
        todo!()
    }
    /// The name (`n`), if any.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        todo!()
    }
    /// The text of an attribute.
    #[must_use]
    pub fn value(&self, _name: &str) -> Option<&str> {
        todo!()
    }
    /// Sets one (name is `n`, `c`, `rr`…).
    pub fn set(&mut self, _name: &str, _value: &str) {
        todo!()
    }
    /// Removes one.
    pub fn remove(&mut self, _name: &str) {
        todo!()
    }
    /// The clear JSON, as written.
    #[must_use]
    pub fn json(&self) -> String {
        todo!()
    }
    /// Reads the clear JSON leniently.
    #[must_use]
    pub fn from_json(_text: &str) -> Option<Self> {
        todo!()
    }
}
