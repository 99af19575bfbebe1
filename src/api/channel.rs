//! The event channel: what has happened in an account since a position ([`News`]), and the wait for more. The session
//! follows it and hands the news to the tree; nothing here knows what a packet does to anything.
//!
//! A round is `sc?sn=POSITION`, which answers at once: with packets, or with a URL that answers when there are some.
//! Source: meganz/sdk `src/megaclient.cpp`, `MegaClient::handleScChannel`, `procsc`. The official client asks `wsc`, whose
//! URLs answer with packets themselves; `sc` is the form that clients without the SDK use, and costs a request more.

mod packet;

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::batch;
use super::client::Client;
use super::error::{ApiError, Context, ErrorCode};
use super::exchange::{Failure, Fatal};
use super::listing::{Number, Text, elements};
use super::transport::{Request, RequestBody, Response, TransportError};
pub use packet::{Action, Packet, SharePacket};

/// What happened between two positions.
#[derive(Clone, Debug)]
pub struct News {
    /// The position that was asked from.
    pub from: String,
    /// The position after the last packet.
    pub to: String,
    /// What happened, in order; packets that mean nothing to us are left out.
    pub packets: Vec<Action>,
    /// Whether there is more already.
    pub more: bool,
    /// Where to wait for more.
    pub place: Option<Url>,
}

/// Why there are no news.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChannelError {
    /// The position is too old, of another server, or more has happened than can be told: only a new listing helps.
    #[error("the changes since the last look cannot be told one by one")]
    TooOld,
    /// Anything else.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl Client {
    /// Asks what has happened since `position`. Answers at once, also when that is nothing; the line is tried again as
    /// for any command.
    pub async fn news(&self, position: &str) -> Result<News, ChannelError> {
        let request = self.line().event_request(position, NEWS_LIMIT);
        let answered = self.line().persist(&request, |response| read(response, position)).await;
        answered.map_err(|fatal| match fatal {
            Fatal::Code(ErrorCode::TOO_MANY) | Fatal::Malformed => ChannelError::TooOld,
            Fatal::Transport(error) if matches!(*error, TransportError::TooLong { .. }) => {
                ChannelError::TooOld
            }
            fatal @ (Fatal::Transport(_) | Fatal::Status(_) | Fatal::Code(_) | Fatal::GaveUp(_)) => {
                fatal.into_error(COMMAND, Context::Events).into()
            }
        })
    }

    /// Waits at a place of [`News`] until there is something to ask for, or [`Self::retry_now`] is called. Returns whether
    /// the wait ended as it should; after any other end the line or the place is no good.
    pub async fn wait_for_news(&self, place: &Url) -> bool {
        let nothing = RequestBody::Bytes(Bytes::new());
        let request = Request {
            method: Method::POST,
            ..Request::post(place.clone(), nothing, WAIT_LIMIT, WAIT_BODY_LIMIT)
        };
        let waited = async {
            let mut response = self.transport().send(request).await?;
            let is_fine = response.status == StatusCode::OK;
            while let Some(piece) = response.body.next().await {
                piece?; // only its end says anything
            }
            Ok::<bool, TransportError>(is_fine)
        };
        tokio::select! {
            ended = waited => match ended {
                Ok(is_fine) => is_fine,
                Err(error) => matches!(error, TransportError::Idle { .. } | TransportError::TooLong { .. }),
            },
            () = self.retry_signal().notified() => true,
        }
    }
}

/// Reads an answer of `sc`.
async fn read(response: Response, from: &str) -> Result<News, Failure> {
    let body = response.bytes().await.map_err(Failure::Transport)?;
    let text = std::str::from_utf8(&body).map_err(|_not_text| Failure::Garbage)?.trim_ascii();
    if let Some(code) = batch::batch_error(text) {
        return Err(Failure::Code(code));
    }
    News::parse(text, from).ok_or(Failure::Garbage)
}

impl News {
    /// Reads an answer; `None` where it is none.
    fn parse(text: &str, from: &str) -> Option<Self> {
        // A list would be read too, as fields in their order; nothing of the channel is one.
        let object = Some(text).filter(|text| text.starts_with('{'))?;
        let fields: Fields<'_> = serde_json::from_str(object).ok()?;
        let position = fields.sn.as_str();
        Some(Self {
            from: from.to_owned(),
            to: if position.is_empty() { from } else { position }.to_owned(),
            packets: elements(fields.a, packet::read),
            more: fields.ir.0 == Some(1),
            place: fields.w.as_str().parse().ok(),
        })
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    a: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sn: Text<'a>,
    #[serde(borrow, default)]
    w: Text<'a>,
    #[serde(default)]
    ir: Number,
}

const COMMAND: &str = "sc";

/// Bytes of one answer. A folder of some hundred thousand nodes that moves comes as one packet; beyond this a new listing
/// is as cheap.
const NEWS_LIMIT: u64 = 32 << 20;

/// As the official client: after that long without a byte the channel is opened anew.
const WAIT_LIMIT: Duration = Duration::from_secs(40);

/// What a wait answers is not looked at.
const WAIT_BODY_LIMIT: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_with_packets_and_one_with_a_place_to_wait_are_read() {
        let news = News::parse(
            r#"{"a":[{"a":"d","i":"me","st":"q1","n":"AbCd-_12","m":1,"ou":"x"},{"a":"mcc"},7],"ir":1,"sn":"BBBBBBBBBBB"}"#,
            "AAAAAAAAAAA",
        )
        .unwrap();
        assert_eq!((news.from.as_str(), news.to.as_str(), news.more), ("AAAAAAAAAAA", "BBBBBBBBBBB", true));
        assert_eq!(news.packets.len(), 1, "what means nothing to us is left out");
        assert_eq!(news.packets[0].cause.as_deref(), Some("me"));
        let quiet = News::parse(r#"{"w":"https://w.example/x","sn":""}"#, "AAAAAAAAAAA").unwrap();
        assert_eq!(quiet.to, "AAAAAAAAAAA");
        assert_eq!(quiet.place.unwrap().as_str(), "https://w.example/x");
        assert!(News::parse("[]", "").is_none() && News::parse("", "").is_none());
    }

    proptest! {
        #[test]
        fn no_answer_panics(text in r#"\{"a":\[(\{"a":"(t|d|u|s2|ph|ua|c)","[nthu]":[\[\]{}"a-z0-9:,]{0,20}\},?){0,3}\]\}"#) {
            let _ = News::parse(&text, "");
        }
    }
}
