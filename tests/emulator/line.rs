//! A client of a few lines: sends JSON, logs in by hand, moves bytes. It retries nothing.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};
use megapane::api::transport::{Channel, Request, RequestBody, Response, Transport, TransportError};
use megapane::crypto::key::{KeyBytes, MasterKey, NodeKey};
use megapane::crypto::password;
use megapane::crypto::rsa::PrivateKey;
use megapane::emulator::{Emulator, EmulatorTransport};
use megapane::handle::{base64_decode, base64_encode};
use serde_json::{Value, json};
use url::Url;

/// One client of one emulator.
pub(crate) struct Line {
    transport: EmulatorTransport,
    base: Url,
    /// What goes before everything in the query: `sid=…` or `n=…`.
    pub(crate) session: String,
    pub(crate) master: KeyBytes,
    next_id: u64,
    /// `v=3` is sent.
    pub(crate) tagged: bool,
}

impl Line {
    pub(crate) fn new(emulator: &Emulator) -> Self {
        Self {
            transport: emulator.transport(),
            base: emulator.url(),
            session: String::new(),
            master: [0; 16],
            next_id: 1,
            tagged: false,
        }
    }

    /// Logs in with the usual password.
    pub(crate) async fn login(emulator: &Emulator, email: &str) -> Self {
        let mut line = Self::new(emulator);
        line.log_in(email, megapane::emulator::PASSWORD, json!({})).await.unwrap();
        line
    }

    /// `us0` and `us`; `more` goes into the `us` object. An error is that of `us`.
    pub(crate) async fn log_in(&mut self, email: &str, password: &str, more: Value) -> Result<Value, i64> {
        let scheme = self.one(json!({"a": "us0", "user": email})).await;
        let (key, hash) = match scheme["v"].as_i64() {
            Some(1) => {
                let key = password::v1_key(password);
                let hash = password::v1_user_hash(email, &key);
                (key, hash)
            }
            Some(2) => password::v2_keys(password, &base64_decode(scheme["s"].as_str().unwrap())),
            other => panic!("scheme {other:?}"),
        };
        let mut command = json!({"a": "us", "user": email, "uh": hash});
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.one(command).await;
        if let Some(number) = answer.as_i64() {
            return Err(number);
        }
        let text = |name: &str| base64_decode(answer[name].as_str().unwrap());
        let master = password::unwrap_master_key(&text("k"), &key).unwrap();
        self.master = *master.bytes();
        let sid = if answer["tsid"].is_string() {
            megapane::crypto::session_id::SessionId::from_tsid(&text("tsid"), &master).unwrap()
        } else {
            let key = PrivateKey::open(&text("privk"), &MasterKey::from_bytes(self.master)).unwrap();
            key.session_id(&text("csid"), answer["u"].as_str().unwrap().parse().unwrap()).unwrap()
        };
        self.session = format!("sid={}", sid.text());
        Ok(answer)
    }

    /// Sends a batch with a fresh id.
    pub(crate) async fn batch(&mut self, batch: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.batch_with_id(id, batch).await
    }

    pub(crate) async fn batch_with_id(&mut self, id: u64, batch: Value) -> Value {
        let answer = self.raw(id, batch.to_string()).await.unwrap().bytes().await.unwrap();
        serde_json::from_slice(&answer).unwrap_or_else(|_| panic!("not JSON: {answer:?}"))
    }

    /// Sends a body to `cs` as it is.
    pub(crate) async fn raw(&mut self, id: u64, body: String) -> Result<Response, TransportError> {
        let tagged = if self.tagged { "&v=3" } else { "" };
        let path = format!("cs?id={id}{tagged}&{}", self.session);
        self.post(&path, body.into()).await
    }

    /// Sends one command and returns its element, or the error that the whole batch got.
    pub(crate) async fn one(&mut self, command: Value) -> Value {
        match self.batch(json!([command])).await {
            Value::Array(mut elements) => {
                assert_eq!(elements.len(), 1);
                elements.remove(0)
            }
            other => other,
        }
    }

    pub(crate) async fn tree(&mut self) -> Value {
        self.one(json!({"a": "f", "c": 1, "r": 1})).await
    }

    pub(crate) async fn post(&self, path: &str, body: Bytes) -> Result<Response, TransportError> {
        self.send(Method::POST, self.base.join(path).unwrap(), RequestBody::Bytes(body), HeaderMap::new())
            .await
    }

    pub(crate) async fn post_to(&self, url: &str, body: Bytes) -> Result<Response, TransportError> {
        self.send(Method::POST, url.parse().unwrap(), RequestBody::Bytes(body), HeaderMap::new()).await
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Response, TransportError> {
        self.send(Method::GET, url.parse().unwrap(), RequestBody::Bytes(Bytes::new()), HeaderMap::new()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        body: RequestBody,
        headers: HeaderMap,
    ) -> Result<Response, TransportError> {
        let idle_limit = Duration::from_mins(1);
        self.transport
            .send(Request {
                method,
                url,
                headers,
                body,
                idle_limit,
                body_limit: 1 << 30,
                channel: Channel::Api,
            })
            .await
    }

    /// Asks `sc` or `wsc` for what happened since a position.
    pub(crate) async fn events(&self, endpoint: &str, position: &str) -> Value {
        let path = format!("{endpoint}?sn={position}&{}", self.session);
        let answer = self.post(&path, Bytes::new()).await.unwrap().bytes().await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    /// A folder's line for `p`, and its key.
    pub(crate) fn new_folder(&self, name: &str, placeholder: &str) -> Value {
        let key: KeyBytes = megapane::crypto::key::random();
        let attributes = megapane::crypto::attributes::Attributes::named(name);
        let node_key = NodeKey::from_clear(&key).unwrap();
        json!({
            "h": placeholder, "t": 1,
            "a": base64_encode(&attributes.encrypt(&key)),
            "k": base64_encode(&node_key.wrap(&self.master)),
        })
    }
}

/// The node of a tree's answer whose handle is given.
pub(crate) fn node<'a>(tree: &'a Value, handle: &str) -> Option<&'a Value> {
    let lists = ["f", "f2"].map(|list| tree[list].as_array().into_iter().flatten());
    lists.into_iter().flatten().find(|node| node["h"] == handle)
}

/// Status and body, and whether the body ended in an error.
pub(crate) async fn outcome(
    response: Result<Response, TransportError>,
) -> (Option<StatusCode>, Vec<u8>, bool) {
    let Ok(mut response) = response else { return (None, Vec::new(), true) };
    let mut all = Vec::new();
    while let Some(piece) = response.body.next().await {
        match piece {
            Ok(bytes) => all.extend_from_slice(&bytes),
            Err(_) => return (Some(response.status), all, true),
        }
    }
    (Some(response.status), all, false)
}
