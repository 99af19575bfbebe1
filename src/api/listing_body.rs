//! The body of `f` while it arrives: `client` asks for it, `listing` parses it. Only its first bytes are looked at here,
//! to tell a list from a refusal.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::header::CONTENT_LENGTH;

use super::batch;
use super::error::{Context, ErrorCode};
use super::exchange::Failure;
use super::transport::{BodyStream, Response};

/// What an answer to `f` is.
pub(super) enum Opened {
    /// A list, from its first byte, and its length where the server says.
    Body(BodyStream, Option<u64>),
    /// `[-9]`: the command was refused.
    Refused(ErrorCode),
}

/// Reads as much of the answer as tells a list from an error.
pub(super) async fn open(mut response: Response) -> Result<Opened, Failure> {
    let len = response.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut start = BytesMut::new();
    while look(&start) == Start::Unclear {
        match response.body.next().await {
            Some(piece) => start.extend_from_slice(&piece.map_err(Failure::Transport)?),
            None => break,
        }
    }
    if look(&start) == Start::List {
        let first = stream::once(async { Ok::<Bytes, _>(start.freeze()) });
        return Ok(Opened::Body(first.chain(response.body).boxed(), len));
    }
    while start.len() <= LONGEST_REFUSAL {
        match response.body.next().await {
            Some(piece) => start.extend_from_slice(&piece.map_err(Failure::Transport)?),
            None => return refusal(&start),
        }
    }
    Err(Failure::Garbage)
}

/// Reads a whole body that is not a list.
fn refusal(body: &[u8]) -> Result<Opened, Failure> {
    let text = std::str::from_utf8(body).map_err(|_not_text| Failure::Garbage)?.trim_ascii();
    if let Some(code) = batch::batch_error(text) {
        return Err(Failure::Code(code));
    }
    match batch::parse(body, 1).map(|elements| elements.into_iter().next()) {
        Ok(Some(batch::Element::Refused(code))) => Ok(Opened::Refused(code)),
        Ok(_) | Err(_) => Err(Failure::Garbage),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// Too short to tell.
    Unclear,
    /// `[{`, and what follows is not `"err"`.
    List,
    /// An error, or garbage.
    Other,
}

/// Looks at the first bytes of a body.
fn look(start: &[u8]) -> Start {
    let rest = strip(b"[", start).and_then(|rest| strip(b"{", rest));
    match rest.map(|rest| strip(b"\"err\"", rest)) {
        Err(other) => other,
        Ok(Ok(_)) => Start::Other,
        Ok(Err(Start::Unclear)) => Start::Unclear,
        Ok(Err(Start::List | Start::Other)) => Start::List,
    }
}

/// Takes spaces and then `wanted` off `text`; what stands there instead is something else, or too short to tell.
fn strip<'a>(wanted: &[u8], text: &'a [u8]) -> Result<&'a [u8], Start> {
    let text = text.trim_ascii_start();
    let len = text.len().min(wanted.len());
    if text[..len] != wanted[..len] {
        return Err(Start::Other);
    }
    text.strip_prefix(wanted).ok_or(Start::Unclear)
}

/// The batch that asks for everything.
pub(super) const COMMAND: &str = r#"[{"a":"f","c":1,"r":1}]"#;

/// Its name in errors.
pub(super) const NAME: &str = "f";

/// In which sense its error numbers are read.
pub(super) const CONTEXT: Context = Context::Command;

/// The longest list, in bytes: some 60 million nodes. What is kept of it is the tree's to bound.
pub(super) const LIMIT: u64 = 16 << 30;

/// A refusal is not longer than this, in bytes.
const LONGEST_REFUSAL: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_a_list_from_a_refusal() {
        for list in [&b"[{\"f\":["[..], b" [ {\"ok", b"[{\"e\"", b"[{}"] {
            assert_eq!(look(list), Start::List, "{list:?}");
        }
        for other in [&b"-3"[..], b"[-9]", b"{\"err\":-15}", b"<html>", b"[{\"err\":-3}]", b"[[", b"\"x"] {
            assert_eq!(look(other), Start::Other, "{other:?}");
        }
        for unclear in [&b""[..], b"  ", b"[", b"[ {", b"[{\"er"] {
            assert_eq!(look(unclear), Start::Unclear, "{unclear:?}");
        }
    }
}
