//! The members of a JSON array that a server sent, raw, as many as were asked for ([`first_members`]). `batch` and `listing`
//! take answers apart with it. It must never hold more than that: an array of millions of `0` is cheap to send.

use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Returns the first members of an array, at most `most`, and how many it has in all. An error where the text is not
/// exactly one array.
pub(super) fn first_members(text: &str, most: usize) -> serde_json::Result<(Vec<&RawValue>, usize)> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_seq(First { most })?;
    reader.end()?;
    Ok(members)
}

struct First {
    most: usize,
}

impl<'de> Visitor<'de> for First {
    type Value = (Vec<&'de RawValue>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let (mut first, mut count) = (Vec::new(), 0);
        while count < self.most
            && let Some(member) = array.next_element()?
        {
            first.push(member);
            count += 1;
        }
        while array.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok((first, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_asked_for_is_held_and_all_are_counted() {
        let texts = |text, most| {
            let (first, count) = first_members(text, most).unwrap();
            (first.into_iter().map(RawValue::get).collect::<Vec<_>>(), count)
        };
        assert_eq!(texts("[]", 2), (vec![], 0));
        assert_eq!(texts(r#" [1, {"a":[]}] "#, 2), (vec!["1", r#"{"a":[]}"#], 2));
        assert_eq!(texts("[1,2,3]", 2), (vec!["1", "2"], 3));
        assert_eq!(texts("[1]", 0), (vec![], 1));
        for broken in ["", "{}", "7", "[1", "[1]]", "[1,]", "[1] x"] {
            assert!(first_members(broken, 2).is_err(), "{broken}");
        }
    }
}
