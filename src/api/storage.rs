//! Storage servers: one range of ciphertext down, one piece up. One attempt each; the transfers above decide what comes
//! after a failure. Source of statuses and answers: meganz/sdk `src/transferslot.cpp`, `TransferSlot::doio`.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::error::{Advice, Context, ErrorCode, ErrorKind, Retry};
use super::transport::{BodyStream, Channel, Request, RequestBody, Response, Transport, TransportError};
use crate::handle::base64_encode;

/// What a piece's answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceAnswer {
    /// The piece is there, others are missing.
    Accepted,
    /// All pieces are there: the completion token (36 bytes, or a text that goes on as it is).
    Complete(Bytes),
}

/// A storage request failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// 403, 404: ask for a new address.
    #[error("the transfer address has expired")]
    UrlExpired,
    /// 429, -6, -19: the same piece again over fewer connections.
    #[error("too many connections to the storage server")]
    TooManyConnections,
    /// 500, 503, any other status, an answer that makes no sense: the same piece again after a pause.
    #[error("the storage server is busy")]
    Busy,
    /// 509: no downloads until the quota is back.
    #[error("the transfer quota is used up")]
    Quota {
        /// Seconds until then.
        seconds: u64,
    },
    /// -14: the same piece again.
    #[error("the piece arrived damaged")]
    PieceDamaged,
    /// -3, -4, -7, -8 and other numbers: the upload starts over with a new address.
    #[error("the upload must start over")]
    StartOver,
    /// Shorter or longer than asked for.
    #[error("the server sent {sent} of {asked} bytes")]
    WrongLength {
        /// Bytes asked for.
        asked: u64,
        /// Bytes sent, or announced.
        sent: u64,
    },
    /// The line.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl StorageError {
    /// Returns what the user is told when nothing helps any more.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let (kind, hint) = match self {
            Self::TooManyConnections => return ErrorCode::TOO_MANY.advice(Context::Storage),
            Self::Quota { .. } => return ErrorCode::OVER_QUOTA.advice(Context::Download),
            Self::Transport(error) => return error.advice(),
            Self::UrlExpired | Self::Busy | Self::StartOver => (ErrorKind::Temporary, "Try again later."),
            Self::PieceDamaged | Self::WrongLength { .. } => {
                (ErrorKind::Integrity, "Check the network connection.")
            }
        };
        Advice { kind, reason: self.to_string().into(), hint }
    }
}

/// The bytes of a range of a file while they arrive. It may end early, or bring a few too many: the reader has to check.
pub type RangeBody = BoxStream<'static, Result<Bytes, StorageError>>;

/// Opens the body of bytes `first ..= last`. It is never longer than that; that it is not shorter is the caller's check.
pub async fn download_range(
    transport: &dyn Transport,
    url: &Url,
    first: u64,
    last: u64,
) -> Result<BodyStream, StorageError> {
    let asked = last.saturating_sub(first).saturating_add(1);
    let request = Request {
        method: Method::GET,
        url: below(url, &format!("{first}-{last}")),
        headers: HeaderMap::new(),
        body: RequestBody::Bytes(Bytes::new()),
        idle_limit: IDLE_LIMIT,
        body_limit: asked,
        channel: Channel::Storage,
    };
    let response = good(transport.send(request).await?)?;
    match announced(&response) {
        Some(sent) if sent != asked => Err(StorageError::WrongLength { asked, sent }),
        Some(_) | None => Ok(response.body),
    }
}

/// Sends the piece that begins at byte `offset`. `checksum` is that of the ciphertext in columns of 12 bytes, where the
/// server shall check it.
pub async fn upload_piece(
    transport: &dyn Transport,
    url: &Url,
    offset: u64,
    body: RequestBody,
    checksum: Option<[u8; 12]>,
) -> Result<PieceAnswer, StorageError> {
    let mut url = below(url, &offset.to_string());
    if let Some(checksum) = checksum {
        url.query_pairs_mut().append_pair("d", &base64_encode(&checksum));
    }
    let mut request = Request::post(url, body, IDLE_LIMIT, ANSWER_LIMIT);
    request.channel = Channel::Storage;
    request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let response = good(transport.send(request).await?)?;
    piece_answer(response.bytes().await?)
}

/// Returns the answer if its status says that it is one.
fn good(response: Response) -> Result<Response, StorageError> {
    match response.status.as_u16() {
        200 | 206 => Ok(response),
        403 | 404 => Err(StorageError::UrlExpired),
        429 => Err(StorageError::TooManyConnections),
        509 => Err(StorageError::Quota { seconds: seconds_left(&response.headers) }),
        _ => Err(StorageError::Busy),
    }
}

/// Returns the length that the server announces for a body of status 200 or 206.
fn announced(response: &Response) -> Option<u64> {
    debug_assert!(matches!(response.status, StatusCode::OK | StatusCode::PARTIAL_CONTENT));
    response.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Returns the seconds until the transfer quota is back; an hour where the server does not say.
fn seconds_left(headers: &HeaderMap) -> u64 {
    let told =
        headers.get("x-mega-time-left").and_then(|value| value.to_str().ok()?.trim().parse::<i64>().ok());
    quota_wait(told)
}

/// Returns the wait for a used-up transfer quota, in seconds, from what the server says of it (also `tl` of `g`).
#[must_use]
pub fn quota_wait(told: Option<i64>) -> u64 {
    let told = told.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
    told.unwrap_or(DEFAULT_QUOTA_WAIT).min(LONGEST_QUOTA_WAIT)
}

/// Reads the body of an upload's answer. Length comes first: a token may begin like a number.
fn piece_answer(body: Bytes) -> Result<PieceAnswer, StorageError> {
    if body.len() == TOKEN_LEN {
        return Ok(PieceAnswer::Complete(body));
    }
    let Ok(text) = std::str::from_utf8(&body) else {
        return Err(StorageError::Busy);
    };
    match text {
        "" | "0" => Ok(PieceAnswer::Accepted),
        number if number.starts_with('-') => match number.parse::<i32>() {
            Ok(number) => Err(refused(ErrorCode(number))),
            Err(_not_a_number) => Err(StorageError::Busy),
        },
        token if is_text_token(token) => Ok(PieceAnswer::Complete(body)),
        _ => Err(StorageError::Busy),
    }
}

fn refused(code: ErrorCode) -> StorageError {
    match code.retry(Context::Storage) {
        Retry::ResendPiece => StorageError::PieceDamaged,
        Retry::FewerConnections => StorageError::TooManyConnections,
        Retry::NewAddress | Retry::Never | Retry::BackOff | Retry::Later | Retry::Quota | Retry::Refetch => {
            StorageError::StartOver
        }
    }
}

/// Returns whether a text can be a completion token: base64, and longer than any number of a status page.
fn is_text_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (SHORTEST_TEXT_TOKEN..=LONGEST_TEXT_TOKEN).contains(&text.len()) && text.bytes().all(is_letter)
}

/// Appends one part to the path of an address.
fn below(url: &Url, part: &str) -> Url {
    let mut url = url.clone();
    let path = format!("{}/{part}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// No byte for this long, in either direction, ends an exchange. As the official client.
const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// The longest answer to a piece, in bytes; a token has 36.
const ANSWER_LIMIT: u64 = 4096;

/// Bytes of a completion token in the binary form.
const TOKEN_LEN: usize = 36;

/// The text form's length is not documented: 36 bytes would be 48 characters.
const SHORTEST_TEXT_TOKEN: usize = 16;
const LONGEST_TEXT_TOKEN: usize = 256;

/// Seconds to wait where the server does not say. As the official client.
const DEFAULT_QUOTA_WAIT: u64 = 3600;

/// Seconds; whatever the server says, nobody waits longer than a week without being asked again.
const LONGEST_QUOTA_WAIT: u64 = 7 * 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &[u8]) -> Result<PieceAnswer, StorageError> {
        piece_answer(Bytes::copy_from_slice(body))
    }

    #[test]
    fn a_token_is_told_by_its_length_even_when_it_begins_like_a_number() {
        for first in [b'-', b'0', b'x', 0xff] {
            let mut token = [b'4'; 36];
            token[0] = first;
            assert_eq!(answer(&token).unwrap(), PieceAnswer::Complete(token.to_vec().into()));
        }
    }

    #[test]
    fn empty_and_zero_mean_that_the_piece_arrived() {
        assert_eq!(answer(b"").unwrap(), PieceAnswer::Accepted);
        assert_eq!(answer(b"0").unwrap(), PieceAnswer::Accepted);
    }

    #[test]
    fn a_text_token_goes_on_as_it_is() {
        let token = b"MzfNPxyl7Pjof34PZJJZ4q0sX8SjeCJ3PHIjRcoVHUbqKcKL";
        assert_eq!(answer(token).unwrap(), PieceAnswer::Complete(token.to_vec().into()));
    }

    #[test]
    fn numbers_say_how_to_go_on() {
        assert!(matches!(answer(b"-14"), Err(StorageError::PieceDamaged)));
        for number in ["-3", "-4", "-7", "-8", "-9", "-17", "-777"] {
            assert!(matches!(answer(number.as_bytes()), Err(StorageError::StartOver)), "{number}");
        }
        for number in ["-6", "-19"] {
            assert!(matches!(answer(number.as_bytes()), Err(StorageError::TooManyConnections)), "{number}");
        }
        for garbage in ["<html></html>", "7", "-", "-99999999999", "ok"] {
            assert!(matches!(answer(garbage.as_bytes()), Err(StorageError::Busy)), "{garbage}");
        }
    }

    #[test]
    fn a_quota_without_a_believable_time_waits_an_hour() {
        assert_eq!([None, Some(0), Some(-5), Some(90)].map(quota_wait), [3600, 3600, 3600, 90]);
        assert_eq!(quota_wait(Some(i64::MAX)), 7 * 24 * 3600);
    }

    #[test]
    fn an_address_grows_by_one_part() {
        let url = Url::parse("http://127.0.0.1:1/ul/abc").unwrap();
        assert_eq!(below(&url, "0").as_str(), "http://127.0.0.1:1/ul/abc/0");
        let url = Url::parse("http://127.0.0.1:1/ul/abc/").unwrap();
        assert_eq!(below(&url, "5-9").as_str(), "http://127.0.0.1:1/ul/abc/5-9");
    }
}
