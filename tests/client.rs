#![cfg(test)]
//! The client and the session against the emulator in this process: logins, resumed and revoked sessions, faults on the
//! line, storage servers. The clock is paused: waiting costs nothing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use megapane::api::client::{Client, ClientOptions};
use megapane::api::error::{ApiError, ErrorCode};
use megapane::api::http::HttpTransport;
use megapane::api::storage::{PieceAnswer, StorageError, download_range, upload_piece};
use megapane::api::transport::{RequestBody, Transport};
use megapane::api::wire::{AskDownload, AskUpload, AskUser, DeleteNode, NewNode, PutNodes};
use megapane::crypto::attributes::Attributes;
use megapane::crypto::key::{FolderKey, NodeKey, random};
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD, Server, Standing};
use megapane::handle::{NodeHandle, base64_encode};
use megapane::secret::Secret;
use megapane::session::account::StoredShareKeys;
use megapane::session::{LoginError, Session};
use url::Url;

const ANN: &str = "ann@example.org";

fn client_of(emulator: &Emulator) -> Client {
    client_on(Arc::new(emulator.transport()), emulator.url())
}

fn client_on(transport: Arc<dyn Transport>, base: Url) -> Client {
    let give_up = Some(Duration::from_mins(1));
    Client::new(transport, ClientOptions { base, waits: Arc::new(|_| {}), give_up })
}

async fn log_in(emulator: &Emulator) -> Session {
    Session::login(&client_of(emulator), ANN, &PASSWORD.into(), None).await.unwrap()
}

/// Ann's account, and Ann logged in.
async fn ann() -> (Emulator, Owner, Session) {
    let emulator = Emulator::new();
    let owner = emulator.add_account(NewAccount::new(ANN));
    let session = log_in(&emulator).await;
    (emulator, owner, session)
}

fn ids(emulator: &Emulator) -> Vec<String> {
    let id = |query: &str| query.split('&').find_map(|part| part.strip_prefix("id=")).unwrap().to_owned();
    emulator.seen().iter().map(|seen| id(&seen.query)).collect()
}

fn commands(emulator: &Emulator) -> Vec<String> {
    emulator.seen().into_iter().map(|seen| seen.commands.join("+")).collect()
}

// ------------------------------------------------------------------------------------------------ logging in

#[tokio::test(start_paused = true)]
async fn accounts_of_both_versions_log_in_and_tell_who_they_are() {
    let emulator = Emulator::new();
    let accounts = [
        NewAccount::new("two@example.org"),
        NewAccount::new("one@example.org").version_one(),
        NewAccount::new("wide@example.org").version_one().password("Gürkensalat€𝄞"),
        NewAccount::new("wide2@example.org").password("Gürkensalat€𝄞"),
        NewAccount::new("norsa@example.org").without_rsa_key(),
    ];
    for (account, password) in
        accounts.into_iter().zip([PASSWORD, PASSWORD, "Gürkensalat€𝄞", "Gürkensalat€𝄞", PASSWORD])
    {
        let email = format!("{account:?}").split('"').nth(1).unwrap().to_owned();
        let _owner = emulator.add_account(account.storage(5000));
        let session = Session::login(&client_of(&emulator), &email, &password.into(), None).await;
        let session = session.unwrap_or_else(|error| panic!("{email}: {error}"));
        assert_eq!(session.profile().await.unwrap().email, email);
        assert_eq!(session.quota().await.unwrap().total, 5000);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_id_may_begin_with_zero() {
    let emulator = Emulator::new();
    let _owner = emulator.add_account(NewAccount::new(ANN));
    emulator.begin_next_session_with_zero();
    let session = log_in(&emulator).await;
    assert!(session.profile().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_and_an_unknown_address_are_the_same_and_change_nothing() {
    let (emulator, owner, _session) = ann().await;
    emulator.clear_seen();
    for (email, password) in [(ANN, "wrong"), ("nobody@example.org", PASSWORD)] {
        let refused = Session::login(&client_of(&emulator), email, &password.into(), None).await;
        assert!(matches!(refused, Err(LoginError::WrongPassword)), "{refused:?}");
    }
    assert_eq!(owner.session_count(), 1);
    assert!(emulator.seen().len() <= 4, "one attempt each");
}

#[tokio::test(start_paused = true)]
async fn a_second_factor_is_asked_for_and_checked() {
    let emulator = Emulator::new();
    let _owner = emulator.add_account(NewAccount::new(ANN).second_factor(&["123456"]));
    let attempt = async |code: Option<&str>| {
        let code = code.map(Secret::from);
        Session::login(&client_of(&emulator), ANN, &PASSWORD.into(), code.as_ref()).await
    };
    assert!(matches!(attempt(None).await, Err(LoginError::CodeNeeded)));
    assert!(matches!(attempt(Some(" ")).await, Err(LoginError::CodeNeeded)));
    assert!(matches!(attempt(Some("654321")).await, Err(LoginError::WrongCode)));
    assert!(attempt(Some("123 456")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_in_order_says_so() {
    let (emulator, owner, _session) = ann().await;
    owner.set_standing(Standing::Unconfirmed);
    let refused = Session::login(&client_of(&emulator), ANN, &PASSWORD.into(), None).await;
    assert!(matches!(refused, Err(LoginError::Unconfirmed)));
    owner.set_standing(Standing::Suspended);
    let refused = Session::login(&client_of(&emulator), ANN, &PASSWORD.into(), None).await;
    assert!(matches!(refused, Err(LoginError::Suspended)));
}

#[tokio::test(start_paused = true)]
async fn a_login_gets_through_every_fault_that_may_pass() {
    for fault in [
        "-3@us#1",
        "-3@cs#1-3",
        "-4@us0#1",
        "402@us#1",
        "500@cs#2",
        "503@cs#1",
        "garbage@us#1",
        "short@us#1",
        "cut@us#1",
        "lost@us#1",
    ] {
        let emulator = Emulator::new();
        let _owner = emulator.add_account(NewAccount::new(ANN));
        emulator.fault(fault).unwrap();
        let session = Session::login(&client_of(&emulator), ANN, &PASSWORD.into(), None).await;
        assert!(session.is_ok(), "{fault}: {session:?}");
    }
}

// ------------------------------------------------------------------------------------------------ resuming

#[tokio::test(start_paused = true)]
async fn a_stored_session_goes_on_without_a_password() {
    let (emulator, owner, session) = ann().await;
    let stored = session.stored();
    emulator.clear_seen();
    let again = Session::resume(&client_of(&emulator), &stored).await.unwrap();
    assert_eq!(again.profile().await.unwrap().email, ANN);
    assert_eq!(commands(&emulator), ["us", "ug"]);
    assert!(again.master_key() == session.master_key() && again.private_key().is_some());
    assert_eq!(owner.session_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_is_told_once_and_never_tried_again() {
    let (emulator, owner, session) = ann().await;
    let stored = session.stored();
    owner.end_sessions();
    emulator.clear_seen();
    assert!(matches!(session.profile().await, Err(ApiError::SessionEnded)));
    let resumed = Session::resume(&client_of(&emulator), &stored).await;
    assert!(matches!(resumed, Err(LoginError::SessionEnded)), "{resumed:?}");
    assert_eq!(commands(&emulator), ["ug", "us"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_expires_between_two_calls_stops_them_all() {
    let (emulator, _owner, session) = ann().await;
    emulator.fault("expire@cs#2").unwrap();
    assert!(session.profile().await.is_ok());
    let (one, other) = tokio::join!(session.profile(), session.quota());
    assert!(matches!(one, Err(ApiError::SessionEnded)) && matches!(other, Err(ApiError::SessionEnded)));
}

#[tokio::test(start_paused = true)]
async fn logging_out_closes_what_is_stored() {
    let (emulator, owner, session) = ann().await;
    let stored = session.stored();
    session.logout().await.unwrap();
    assert_eq!(owner.session_count(), 0);
    assert!(session.logout().await.is_ok(), "ended already is fine");
    assert!(matches!(Session::resume(&client_of(&emulator), &stored).await, Err(LoginError::SessionEnded)));
}

#[tokio::test(start_paused = true)]
async fn a_key_store_is_optional_and_may_be_unreadable() {
    let (_emulator, owner, session) = ann().await;
    assert_eq!(session.stored_share_keys().await.unwrap(), StoredShareKeys::NoStore);
    owner.set_user_attribute("^!keys", "FAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(session.stored_share_keys().await.unwrap(), StoredShareKeys::Unreadable);
}

// ------------------------------------------------------------------------------------------------ the line

#[tokio::test(start_paused = true)]
async fn every_fault_that_may_pass_is_retried_with_the_same_id() {
    for fault in [
        "-3@cs#1-2",
        "-4@cs#1-2",
        "402@ug#1",
        "429@cs#1-2",
        "500@cs#1-2",
        "502@cs#1",
        "503@cs#1",
        "garbage@ug#1",
        "short@ug#1",
        "cut@ug#1-2",
        "cut:5@ug#1",
        "lost@ug#1",
        "slow:300s@ug#1",
    ] {
        let (emulator, _owner, session) = ann().await;
        emulator.clear_seen();
        emulator.fault(fault).unwrap();
        assert!(session.profile().await.is_ok(), "{fault}");
        let ids = ids(&emulator);
        assert!(ids.len() >= 2 && ids.iter().all(|id| *id == ids[0]), "{fault}: {ids:?}");
        let batches: Vec<_> = emulator.seen().into_iter().map(|seen| seen.batch).collect();
        assert!(batches.iter().all(|batch| *batch == batches[0]), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_came_too_early_gets_a_new_id() {
    let (emulator, _owner, session) = ann().await;
    emulator.clear_seen();
    emulator.fault("-3@ug#1").unwrap();
    assert!(session.profile().await.is_ok());
    let ids = ids(&emulator);
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

/// A command that makes a folder in the cloud drive.
fn new_folder(session: &Session, target: NodeHandle, name: &str) -> PutNodes {
    let key = NodeKey::Folder(FolderKey::from_bytes(random()));
    let node = NewNode {
        source: "xxxxxxxx".into(),
        link: None,
        parent: None,
        kind: 1,
        attributes: base64_encode(&Attributes::named(name).encrypt(key.attribute_key())),
        key: base64_encode(&key.wrap(session.master_key().bytes())),
        replaces: None,
    };
    PutNodes::new(target, vec![node], None)
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_made_once() {
    for fault in ["lost@p#1", "lost@p#1-3", "short@p#1", "cut:3@p#1"] {
        let (emulator, owner, session) = ann().await;
        emulator.fault(fault).unwrap();
        let command = new_folder(&session, owner.roots()[0], "Photos");
        let answer = session.client().call(&command).await.unwrap();
        assert_eq!(owner.paths(), ["Photos/"], "{fault}");
        assert_eq!(owner.node("Photos"), Some(answer.nodes[0].handle));
        assert_eq!(answer.nodes[0].parent, owner.roots()[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_keep_their_number() {
    let (_emulator, owner, session) = ann().await;
    let gone: NodeHandle = "gonegone".parse().unwrap();
    let refused = session.client().call(&DeleteNode::whole(gone)).await;
    assert!(matches!(refused, Err(ApiError::Refused { code: ErrorCode::NOT_FOUND, command: "d", .. })));
    owner.set_storage(10);
    let refused = session.client().call(&AskUpload::new(11, owner.roots()[0])).await;
    assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::OVER_QUOTA));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_is_given_up_with_its_host() {
    let (emulator, _owner, session) = ann().await;
    emulator.fault("cut@cs").unwrap();
    let error = session.profile().await.unwrap_err();
    assert!(matches!(error, ApiError::Transport(_)), "{error:?}");
    assert!(error.to_string().contains("localhost"));
}

#[tokio::test]
async fn all_of_it_works_over_http() {
    let emulator = Emulator::new();
    let owner = emulator.add_account(NewAccount::new(ANN));
    owner.file("a.txt", b"0123456789", 1_700_000_000);
    let server = Server::bind(emulator.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base: Url = server.lines()[0].strip_prefix("url: ").unwrap().parse().unwrap();
    let _server = tokio::spawn(server.run());
    let client = client_on(Arc::new(HttpTransport::new()), base);
    let session = Session::login(&client, ANN, &PASSWORD.into(), None).await.unwrap();
    assert_eq!(session.profile().await.unwrap().email, ANN);
    let url = download_address(&session, owner.node("a.txt").unwrap()).await;
    let body = download_range(&**client.transport(), &url, 2, 5).await.unwrap();
    assert_eq!(collected(body).await.len(), 4);
    session.logout().await.unwrap();
}

// ------------------------------------------------------------------------------------------------ storage servers

async fn download_address(session: &Session, node: NodeHandle) -> Url {
    let answer = session.client().call(&AskDownload::new(node)).await.unwrap();
    answer.addresses[0].parse().unwrap()
}

async fn collected(body: megapane::api::transport::BodyStream) -> Vec<u8> {
    body.map(|piece| piece.unwrap().to_vec()).concat().await
}

#[tokio::test(start_paused = true)]
async fn what_a_storage_server_says_to_a_download_is_told_apart() {
    let (emulator, owner, session) = ann().await;
    let node = owner.file("a.bin", &[7; 1000], 1_700_000_000);
    let url = download_address(&session, node).await;
    let transport = session.client().transport();
    let range = async |first, last| download_range(&**transport, &url, first, last).await;
    assert_eq!(collected(range(10, 19).await.unwrap()).await.len(), 10);
    let all = collected(range(0, 999).await.unwrap()).await;
    assert_eq!(collected(range(990, 999).await.unwrap()).await, all[990..]);

    let faulty = async |fault: &str| {
        emulator.clear_faults();
        emulator.fault(fault).unwrap();
        range(0, 9).await.err().unwrap()
    };
    assert!(matches!(faulty("509:77@dl").await, StorageError::Quota { seconds: 77 }));
    assert!(matches!(faulty("509@dl").await, StorageError::Quota { seconds: 3600 }));
    assert!(matches!(faulty("403@dl").await, StorageError::UrlExpired));
    assert!(matches!(faulty("404@dl").await, StorageError::UrlExpired));
    assert!(matches!(faulty("429@dl").await, StorageError::TooManyConnections));
    assert!(matches!(faulty("503@dl").await, StorageError::Busy));
    assert!(matches!(faulty("500@dl").await, StorageError::Busy));
    assert!(matches!(faulty("cut@dl").await, StorageError::Transport(_)));
    emulator.clear_faults();
    emulator.expire_urls();
    assert!(matches!(range(0, 9).await, Err(StorageError::UrlExpired)));
}

#[tokio::test(start_paused = true)]
async fn a_used_up_transfer_quota_comes_with_its_time() {
    let (emulator, owner, session) = ann().await;
    let node = owner.file("a.bin", &[7; 1000], 1_700_000_000);
    emulator.fault("-17:30@g#1").unwrap();
    let answer = session.client().call(&AskDownload::new(node)).await.unwrap();
    assert_eq!((answer.error, answer.seconds_left, answer.addresses), (Some(-17), Some(30), vec![]));
    for (fault, code) in [("-9@g#1", -9), ("-16@g#1", -16), ("-18@g#1", -18)] {
        emulator.clear_faults();
        emulator.fault(fault).unwrap();
        let refused = session.client().call(&AskDownload::new(node)).await;
        assert_eq!(refused.unwrap_err().code(), Some(ErrorCode(code)), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn pieces_go_up_until_the_last_brings_the_token() {
    let (emulator, owner, session) = ann().await;
    let size = 131_072 + 5;
    let answer = session.client().call(&AskUpload::new(size, owner.roots()[0])).await.unwrap();
    let url: Url = answer.address.unwrap().parse().unwrap();
    let transport = session.client().transport();
    let piece = async |offset, len, checksum| {
        let body = RequestBody::Bytes(Bytes::from(vec![0; len]));
        upload_piece(&**transport, &url, offset, body, checksum).await
    };
    emulator.fault("-4@ul#1").unwrap();
    assert!(matches!(piece(0, 131_072, None).await, Err(StorageError::StartOver)));
    emulator.clear_faults();
    assert!(
        matches!(piece(131_072, 5, Some([1; 12])).await, Err(StorageError::PieceDamaged)),
        "a wrong checksum"
    );
    assert_eq!(piece(131_072, 5, Some([0; 12])).await.unwrap(), PieceAnswer::Accepted);
    match piece(0, 131_072, None).await.unwrap() {
        PieceAnswer::Complete(token) => assert_eq!(token.len(), 36),
        PieceAnswer::Accepted => panic!("all pieces are there"),
    }
}

#[tokio::test(start_paused = true)]
async fn calls_of_many_tasks_share_batches() {
    let (emulator, _owner, session) = ann().await;
    emulator.clear_seen();
    let calls = (0..40).map(|_| session.client().call(&AskUser {}));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(emulator.seen().len() <= 2, "{:?}", commands(&emulator));
}
