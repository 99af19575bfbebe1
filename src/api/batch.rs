//! A batch of commands as text, and its answer taken apart into one [`Element`] per command. Pure: `queue` sends it.
//! Both forms of answers are read, with and without sequence tags (meganz/sdk `src/request.cpp`, `Request::processSeqTag`;
//! `src/command.cpp`, `Command::checkError`).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::ErrorCode;
use super::members::first_members;
use super::wire::ApiCommand;

/// The answer to one command.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// An error number.
    Refused(ErrorCode),
    /// Anything else, as JSON.
    Value(Box<RawValue>),
}

/// Why a body is not an answer to the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// An error number for the whole batch.
    Code(ErrorCode),
    /// Empty, cut off, or not JSON: the line or something in between spoilt it.
    Garbage,
    /// Whole JSON, but not one element per command.
    Mismatch,
}

impl Element {
    /// Reads the answer of a command. An error number may also stand inside the answer.
    pub(super) fn read<C: ApiCommand>(&self) -> Result<Result<C::Answer, ErrorCode>, serde_json::Error> {
        let value = match self {
            Self::Refused(code) => return Ok(Err(*code)),
            Self::Value(value) => value,
        };
        let answer = serde_json::from_str::<C::Answer>(value.get())?;
        Ok(match C::refusal(&answer) {
            Some(number) => Err(ErrorCode(number)),
            None => Ok(answer),
        })
    }

    fn new(raw: &RawValue) -> Self {
        let text = raw.get();
        if let Some(code) = error_number(text) {
            return Self::Refused(code);
        }
        match text.as_bytes().first() {
            Some(b'[') => Self::untagged(raw),
            Some(b'{') if text.len() <= LONGEST_ERROR => match error_object(text) {
                Some(code) => Self::Refused(code),
                None => Self::Value(raw.to_owned()),
            },
            _ => Self::Value(raw.to_owned()),
        }
    }

    /// Takes the result out of `["tag", result]`; `0` in the tag's place means that nothing changed.
    fn untagged(raw: &RawValue) -> Self {
        let whole = || Self::Value(raw.to_owned());
        let Ok((members, len)) = first_members(raw.get(), 2) else {
            return whole();
        };
        match members[..] {
            [tag, result] if len == 2 && is_tag(tag) => {
                match error_number(result.get()).or_else(|| error_object(result.get())) {
                    Some(code) => Self::Refused(code),
                    None => Self::Value(result.to_owned()),
                }
            }
            [tag] if is_tag(tag) => Self::Value(tag.to_owned()),
            _ => whole(),
        }
    }
}

/// Takes a whole body apart: `count` elements, for as many commands.
pub(super) fn parse(body: &[u8], count: usize) -> Result<Vec<Element>, BodyFault> {
    let text = std::str::from_utf8(body).map_err(|_not_text| BodyFault::Garbage)?.trim_ascii();
    if let Some(code) = batch_error(text) {
        return Err(BodyFault::Code(code));
    }
    let (members, len) = first_members(text, count.max(1)).map_err(|_not_an_array| BodyFault::Garbage)?;
    if len == count {
        return Ok(members.into_iter().map(Element::new).collect());
    }
    match members[..] {
        [only] if len == 1 => Err(error_number(only.get()).map_or(BodyFault::Mismatch, BodyFault::Code)),
        _ => Err(BodyFault::Mismatch),
    }
}

/// Returns the error number of a whole batch: bare, or as an object. `0` counts as a failure of the server.
pub(super) fn batch_error(text: &str) -> Option<ErrorCode> {
    match text {
        "0" => Some(ErrorCode::INTERNAL),
        _ if text.len() > LONGEST_ERROR => None,
        _ => error_number(text).or_else(|| error_object(text)),
    }
}

/// Joins commands, each JSON already, into the body of a batch.
pub(super) fn join<'a>(commands: impl Iterator<Item = &'a str>) -> String {
    let mut body = String::from("[");
    for (index, command) in commands.enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(command);
    }
    body.push(']');
    body
}

/// Reads a negative integer; one that is out of range becomes the lowest number, which no table knows.
fn error_number(text: &str) -> Option<ErrorCode> {
    let digits = text.strip_prefix('-')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(ErrorCode(text.parse().unwrap_or(i32::MIN))).filter(|code| code.0 != 0)
}

fn error_object(text: &str) -> Option<ErrorCode> {
    #[derive(Deserialize)]
    struct Detailed<'a> {
        #[serde(borrow)]
        err: &'a RawValue,
    }
    if !text.starts_with('{') {
        return None;
    }
    let detailed: Detailed<'_> = serde_json::from_str(text).ok()?;
    error_number(detailed.err.get())
}

fn is_tag(member: &RawValue) -> bool {
    member.get().starts_with('"') || member.get() == "0"
}

/// No error answer is longer than this, in bytes; longer objects are not searched for one.
const LONGEST_ERROR: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(body: &str, count: usize) -> Result<Vec<String>, BodyFault> {
        let show = |element: Element| match element {
            Element::Refused(code) => format!("E{}", code.0),
            Element::Value(value) => value.get().to_owned(),
        };
        parse(body.as_bytes(), count).map(|elements| elements.into_iter().map(show).collect())
    }

    #[test]
    fn elements_keep_their_order_and_kind() {
        let body = r#" [0, -9, {"a":1}, "link", [[1],[2]], {"err":-11,"u":7}] "#;
        assert_eq!(shown(body, 6).unwrap(), ["0", "E-9", r#"{"a":1}"#, r#""link""#, "[[1],[2]]", "E-11"]);
    }

    #[test]
    fn sequence_tags_are_taken_off() {
        let body = r#"[["q1",{"f":[]}],["q2"],[0,"x"],["q3",-3],["q4",{"err":-5}]]"#;
        assert_eq!(shown(body, 5).unwrap(), [r#"{"f":[]}"#, r#""q2""#, r#""x""#, "E-3", "E-5"]);
    }

    #[test]
    fn an_error_for_the_whole_batch_is_read_in_all_its_forms() {
        let code = |number| Err(BodyFault::Code(ErrorCode(number)));
        assert_eq!(shown("-3", 2), code(-3));
        assert_eq!(shown("[-3]", 2), code(-3));
        assert_eq!(shown(r#"{"err":-15}"#, 2), code(-15));
        assert_eq!(shown("0", 1), code(-1));
        assert_eq!(shown("-99999999999999999999", 1), code(i32::MIN));
    }

    #[test]
    fn what_is_no_answer_is_told_from_a_wrong_answer() {
        for garbage in ["", "<html>", r#"[{"u":"#, "[0", "-", "--3", "{}", "7", "\u{feff}[0]"] {
            assert_eq!(shown(garbage, 1), Err(BodyFault::Garbage), "{garbage}");
        }
        assert_eq!(parse(b"\xff\xfe", 1).unwrap_err(), BodyFault::Garbage);
        assert_eq!(shown("[]", 1), Err(BodyFault::Mismatch));
        assert_eq!(shown("[0,0,0]", 2), Err(BodyFault::Mismatch));
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..64), count in 0_usize..4) {
            let _ = parse(&body, count);
        }

        #[test]
        fn no_text_of_json_letters_panics(body in r#"[\[\]{}",:0-9a-z\\ -]{0,40}"#, count in 0_usize..4) {
            let _ = parse(body.as_bytes(), count);
        }
    }
}
