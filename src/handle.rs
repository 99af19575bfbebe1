//! Handles: the short opaque ids that MEGA gives to nodes and users, and the base64 text they travel as.
//! Every layer may use them. They are compared, never interpreted as numbers.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Handle of a node (file, folder or root), of a public link, or of a share: 6 bytes, 8 characters as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeHandle([u8; 6]);

/// Handle of a user: 8 bytes, 11 characters as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserHandle([u8; 8]);

/// The text is not a handle: wrong length or not base64url.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a handle: {length} characters, expected {expected} of base64url")]
pub struct HandleError {
    /// Characters in the text that was refused.
    pub length: usize,
    /// Characters that a handle of this kind has.
    pub expected: usize,
}

macro_rules! handle {
    ($name:ident, $bytes:literal, $chars:literal) => {
        impl $name {
            /// Makes a handle from its raw bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Returns the raw bytes.
            #[must_use]
            pub const fn bytes(self) -> [u8; $bytes] {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = HandleError;

            fn from_str(text: &str) -> Result<Self, HandleError> {
                let refused = || HandleError { length: text.len(), expected: $chars };
                if text.len() != $chars {
                    return Err(refused());
                }
                let mut bytes = [0; 9]; // what the decoder asks for at most, so that nothing is allocated
                let strict = ENGINE.decode_slice(text, &mut bytes);
                if strict != Ok($bytes) {
                    let lenient = base64_decode(text);
                    bytes.get_mut(..lenient.len()).ok_or_else(refused)?.copy_from_slice(&lenient);
                    if lenient.len() != $bytes {
                        return Err(refused());
                    }
                }
                let mut handle = [0; $bytes];
                handle.copy_from_slice(&bytes[..$bytes]);
                Ok(Self(handle))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base64_encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

handle!(NodeHandle, 6, 8);
handle!(UserHandle, 8, 11);

/// Encodes bytes as MEGA's base64: URL alphabet, no padding.
#[must_use]
pub fn base64_encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Decodes MEGA's base64 as the official client does: both alphabets, and everything from the first other
/// character on (a `=` for instance) is ignored, as are spare bits of the last character.
///
/// Source: meganz/sdk `src/base64.cpp`; vectors `base64url`, `base64url_lenient_decode`.
#[must_use]
pub fn base64_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    base64_decode_into(text, &mut bytes);
    bytes
}

/// Decodes as [`base64_decode`] does, into a buffer that is emptied first and can be used again and again.
pub fn base64_decode_into(text: &str, bytes: &mut Vec<u8>) {
    bytes.clear();
    if ENGINE.decode_vec(text, bytes).is_err() {
        *bytes = lenient_decode(text);
    }
}

/// Decodes as [`base64_decode`] does, into a buffer of fixed length; returns how many bytes, `None` where they do not fit.
/// The buffer must be three quarters of the longest text, rounded up to a multiple of three.
pub(crate) fn base64_decode_slice(text: &str, bytes: &mut [u8]) -> Option<usize> {
    ENGINE.decode_slice(text, bytes).ok().or_else(|| {
        let lenient = base64_decode(text);
        bytes.get_mut(..lenient.len())?.copy_from_slice(&lenient);
        Some(lenient.len())
    })
}

/// Returns whether bytes, at most 30 of them, are written as this text by [`base64_encode`].
pub(crate) fn is_base64_of(text: &str, bytes: &[u8]) -> bool {
    let mut written = [0; 40];
    ENGINE.encode_slice(bytes, &mut written).is_ok_and(|len| written[..len] == *text.as_bytes())
}

fn lenient_decode(text: &str) -> Vec<u8> {
    let mut clean: Vec<u8> = text
        .bytes()
        .map_while(|byte| match byte {
            b'+' => Some(b'-'),
            b'/' => Some(b'_'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => Some(byte),
            _ => None,
        })
        .collect();
    if clean.len() % 4 == 1 {
        clean.pop(); // six bits do not make a byte
    }
    ENGINE.decode(&clean).unwrap_or_default()
}

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let handle: NodeHandle = "AbCd-_12".parse().unwrap();
        assert_eq!(handle.to_string(), "AbCd-_12");
        assert_eq!(NodeHandle::from_bytes(handle.bytes()), handle);
        let user: UserHandle = "AQIDBAUGBwg".parse().unwrap();
        assert_eq!(user.bytes(), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn wrong_length_or_letters_are_refused() {
        assert!("AbCd-_1".parse::<NodeHandle>().is_err());
        assert!("AbCd *12".parse::<NodeHandle>().is_err());
        assert!("AbCd-_12".parse::<UserHandle>().is_err());
    }

    #[test]
    fn decoding_stops_at_the_first_foreign_character() {
        assert_eq!(base64_decode("+/+/"), [0xfb, 0xff, 0xbf]);
        assert_eq!(base64_decode("AAA="), [0, 0]);
        assert_eq!(base64_decode("A"), [0u8; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,20}", letters in "[A-Za-z0-9+/=_-]{7,12}") {
            for text in [text, letters] {
                let bytes = base64_decode(&text);
                prop_assert_eq!(base64_decode(&base64_encode(&bytes)), bytes);
                if let Ok(handle) = text.parse::<NodeHandle>() {
                    prop_assert_eq!(handle.to_string().parse(), Ok(handle));
                }
                if let Ok(user) = text.parse::<UserHandle>() {
                    prop_assert_eq!(user.to_string().parse(), Ok(user));
                }
            }
        }
    }
}
