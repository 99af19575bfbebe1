//! Numbers and texts as servers write them: a number may come as a text or as `null`, a text as `null`. For the serde
//! fields of this folder only. What is of another kind altogether stays an error.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{self, SeqAccess, Visitor};

/// Reads an integer of type `N`, also from text; `None` for `null` and for empty text.
///
/// A number that does not fit `N` (negative for an unsigned one, a fraction) is an error.
pub(super) fn number<'de, D, N>(deserializer: D) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<i128>,
{
    deserializer.deserialize_any(NumberVisitor(PhantomData))
}

/// Reads a text; `None` for `null`, for empty text, and for a number (some answers write `0` for nothing).
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(TextVisitor)
}

/// Reads a list of texts; one text alone is a list of one, and what [`text`] takes for nothing an empty list.
///
/// More than [`MOST_TEXTS`] are an error: no list of the protocol has more, and a server could send millions.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(TextsVisitor)
}

struct NumberVisitor<N>(PhantomData<N>);

impl<N: TryFrom<i128>> NumberVisitor<N> {
    fn fit<E: de::Error>(value: i128) -> Result<Option<N>, E> {
        N::try_from(value).map(Some).map_err(|_out_of_range| E::custom("the number is out of range"))
    }
}

impl<N: TryFrom<i128>> Visitor<'_> for NumberVisitor<N> {
    type Value = Option<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Self::fit(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Self::fit(value.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim() {
            "" => Ok(None),
            digits => digits
                .parse::<i64>()
                .map_err(|_not_a_number| E::custom("the text is not an integer"))
                .and_then(|value| Self::fit(value.into())),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, _value: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _value: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            if texts.len() == MOST_TEXTS {
                return Err(de::Error::custom("the list is too long"));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(TextVisitor.visit_str(text)?.into_iter().collect())
    }

    fn visit_u64<E: de::Error>(self, _value: u64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E: de::Error>(self, _value: i64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// As many as a file has parts.
const MOST_TEXTS: usize = 6;
