//! Logging in against a scripted line: the order of attempts, and what a wrong or lying answer comes to. Whole logins
//! are in `tests/client.rs`.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::client::ClientOptions;
use crate::api::scripted::{Reply, Scripted};
use crate::api::transport::Transport;
use crate::crypto::key::ecb_encrypt;
use crate::crypto::password::wrap_master_key;

const MASTER: MasterKey = MasterKey::from_bytes([9; 16]);
const USER: &str = "AQIDBAUGBwg";

fn client_on(line: &Arc<Scripted>) -> Client {
    let options = ClientOptions {
        base: url::Url::parse("https://api.example/").unwrap(),
        waits: Arc::new(|_| {}),
        give_up: Some(std::time::Duration::ZERO),
    };
    let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(line);
    Client::new(transport, options)
}

fn answer(value: &Value) -> Reply {
    Reply::ok(format!("[{value}]"))
}

/// A session id that proves itself by the master key.
fn plain_session_id() -> [u8; 43] {
    let mut id = [5; 43];
    let mut proof: KeyBytes = [5; 16];
    ecb_encrypt(MASTER.bytes(), &mut proof);
    id[27..].copy_from_slice(&proof);
    id
}

/// What `us` answers to the right password of an account without an RSA key.
fn opened(key: &PasswordKey) -> Value {
    json!({
        "u": USER,
        "k": base64_encode(&wrap_master_key(&MASTER, key)),
        "tsid": base64_encode(&plain_session_id()),
    })
}

fn hashes(line: &Scripted) -> Vec<String> {
    let bodies = line.bodies();
    let batches = bodies.iter().map(|body| serde_json::from_str::<Value>(body).unwrap());
    batches.filter_map(|batch| batch[0]["uh"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_password_that_is_not_ascii_is_tried_as_official_clients_and_then_as_others_pack_it() {
    let (email, password) = ("ann@example.org", "pässwörd");
    let (official, other) = (v1_key(password), v1_key_utf8(password));
    let line = Scripted::new([answer(&json!({"v": 1})), answer(&json!(-9)), answer(&opened(&other))]);
    let session =
        Session::login(&client_on(&line), " Ann@Example.org ", &password.into(), None).await.unwrap();
    assert_eq!(session.user().to_string(), USER);
    assert_eq!(session.master_key(), &MASTER);
    assert_eq!(hashes(&line), [v1_user_hash(email, &official), v1_user_hash(email, &other)]);
    assert!(line.bodies()[0].contains(r#""user":"ann@example.org""#));
}

#[tokio::test]
async fn a_wrong_ascii_password_is_tried_once() {
    let line = Scripted::new([answer(&json!({"v": "1", "s": null})), answer(&json!(-9))]);
    let refused = Session::login(&client_on(&line), "ann@example.org", &"wrong".into(), None).await;
    assert!(matches!(refused, Err(LoginError::WrongPassword)));
    assert_eq!(line.bodies().len(), 2);
}

#[tokio::test]
async fn an_account_of_an_unknown_version_is_refused_with_its_number() {
    let line = Scripted::new([answer(&json!({"v": 3, "s": "AAAA"}))]);
    let refused = Session::login(&client_on(&line), "ann@example.org", &"x".into(), None).await;
    assert!(matches!(&refused, Err(LoginError::UnknownVersion(3))), "{refused:?}");
    assert!(refused.unwrap_err().advice().reason.contains("version 3"));
}

#[tokio::test]
async fn a_scheme_that_lacks_its_parts_is_malformed() {
    for scheme in
        [json!({}), json!({"v": 2}), json!({"v": -1}), json!({"v": "two"}), json!(0), json!("x"), json!(null)]
    {
        let line = Scripted::new([answer(&scheme)]);
        let refused = Session::login(&client_on(&line), "ann@example.org", &"x".into(), None).await;
        let malformed = matches!(refused, Err(LoginError::Api(ApiError::Malformed { command: "us0" })));
        assert!(malformed, "{scheme}: {refused:?}");
    }
}

#[tokio::test]
async fn each_refusal_of_a_login_has_its_own_error() {
    let refused = async |code: i32, with_code: Option<&str>| {
        let line = Scripted::new([answer(&json!({"v": 1})), answer(&json!(code))]);
        let one_time = with_code.map(Secret::from);
        Session::login(&client_on(&line), "ann@example.org", &"x".into(), one_time.as_ref())
            .await
            .unwrap_err()
    };
    assert!(matches!(refused(-26, None).await, LoginError::CodeNeeded));
    assert!(matches!(refused(-5, Some("123 456")).await, LoginError::WrongCode));
    let without_code = refused(-5, None).await;
    assert!(matches!(without_code, LoginError::Api(_)));
    assert!(!without_code.advice().reason.contains("code is wrong"), "none was sent");
    assert!(matches!(refused(-6, None).await, LoginError::TooManyAttempts));
    assert!(matches!(refused(-13, None).await, LoginError::Unconfirmed));
    assert!(matches!(refused(-16, None).await, LoginError::Suspended));
    assert!(matches!(refused(-15, None).await, LoginError::SessionEnded));
    assert!(matches!(refused(-2, None).await, LoginError::Api(_)));
    for code in [-5, -6, -9, -13, -15, -16, -26] {
        let advice = refused(code, Some("1")).await.advice();
        assert!(!advice.reason.is_empty() && !advice.hint.is_empty(), "{code}");
    }
}

#[test]
fn keys_that_do_not_fit_together_are_refused() {
    let key = PasswordKey::from_bytes([1; 16]);
    let good = opened(&key);
    let open = |change: &dyn Fn(&mut Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        opened_keys(&serde_json::from_value(answer).unwrap(), &key, [0; 16]).map(|keys| keys.user)
    };
    assert!(open(&|_| {}).is_ok());
    let malformed = |result| matches!(result, Err(LoginError::Api(ApiError::Malformed { command: "us" })));
    assert!(malformed(open(&|answer| answer["u"] = Value::Null)));
    assert!(malformed(open(&|answer| answer["k"] = json!("AAAA"))));
    assert!(malformed(open(&|answer| answer["k"] = json!(7))));
    assert!(malformed(open(&|answer| answer["tsid"] = json!(null))));
    let lying = |result| matches!(result, Err(LoginError::KeyMaterial(_)));
    assert!(lying(open(&|answer| answer["tsid"] = json!("AAAA"))));
    assert!(lying(open(&|answer| answer["k"] = json!("AAAAAAAAAAAAAAAAAAAAAA"))));
    assert!(lying(open(&|answer| answer["privk"] = json!("AAAA"))));
    assert!(lying(open(&|answer| answer["csid"] = json!("AAAA"))));
}

#[tokio::test]
async fn a_stored_session_opens_only_with_the_key_that_the_server_kept() {
    let (session_key, user): (KeyBytes, UserHandle) = ([3; 16], USER.parse().unwrap());
    let id = SessionId::from_bytes(plain_session_id());
    let stored = StoredSession { blob: session_id::seal(&session_key, &MASTER, &id).to_vec(), user };
    let resume = async |reply: Value, stored: &StoredSession| {
        let line = Scripted::new([answer(&reply)]);
        let result = Session::resume(&client_on(&line), stored).await;
        assert_eq!(line.seen()[0].parameter("sid").unwrap(), id.text());
        result
    };
    let sek = base64_encode(&session_key);
    let session = resume(json!({"u": USER, "sek": sek}), &stored).await.unwrap();
    assert_eq!(session.master_key(), &MASTER);
    assert!(session.stored() == stored, "it stays as it is on disk");
    for ended in [json!({"u": USER}), json!({"u": USER, "sek": "AAAA"}), json!(-15), json!(-9)] {
        let result = resume(ended.clone(), &stored).await;
        assert!(matches!(result, Err(LoginError::SessionEnded)), "{ended}: {result:?}");
    }
    let another = resume(json!({"u": "CAgICAgICAg", "sek": sek}), &stored).await;
    assert!(matches!(another, Err(LoginError::KeyMaterial(_))));
    let short = StoredSession { blob: vec![1; 59], user };
    let unread = Session::resume(&client_on(&Scripted::new([])), &short).await;
    assert!(matches!(unread, Err(LoginError::SessionEnded)));
}

/// What a server may put into a field.
fn field() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
        "[A-Za-z0-9_-]{0,64}".prop_map(|text| json!(text)),
        ".{0,12}".prop_map(|text| json!(text)),
        Just(json!(USER)),
        Just(json!(base64_encode(&plain_session_id()))),
        Just(json!(base64_encode(&wrap_master_key(&MASTER, &PasswordKey::from_bytes([1; 16]))))),
        Just(json!([{}])),
    ]
}

proptest! {
    #[test]
    fn no_answer_of_a_login_panics(u in field(), k in field(), csid in field(), privk in field(), tsid in field(), sek in field()) {
        let answer = json!({"u": u, "k": k, "csid": csid, "privk": privk, "tsid": tsid, "sek": sek});
        if let Ok(answer) = serde_json::from_value::<LoginAnswer>(answer) {
            let _ = opened_keys(&answer, &PasswordKey::from_bytes([1; 16]), [0; 16]);
            let user = USER.parse().unwrap();
            let _ = resumed_keys(&answer, &StoredSession { blob: vec![1; 60], user });
        }
    }
}
