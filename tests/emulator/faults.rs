//! Faults on order: each does what it says, to the requests it names.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use megapane::api::transport::{RequestBody, TransportError};
use megapane::crypto::hashcash::Challenge;
use megapane::emulator::{Emulator, NewAccount, Owner};
use serde_json::json;

use super::line::{Line, outcome};

async fn ann() -> (Emulator, Owner, Line) {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let line = Line::login(&emulator, "ann@example.org").await;
    (emulator, ann, line)
}

async fn download_url(line: &mut Line, owner: &Owner) -> String {
    let file = owner.file("f", &[9; 1000], 1);
    line.one(json!({"a": "g", "g": 1, "n": file})).await["g"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn numbers_hit_a_batch_a_command_or_a_storage_url() {
    let (emulator, ann, mut line) = ann().await;
    emulator.fault("-3@cs#1").unwrap();
    emulator.fault("-3@ug#1").unwrap();
    emulator.fault("-17:30@g#1").unwrap();
    emulator.fault("-4@ul#1").unwrap();
    emulator.fault("-6@sc#1").unwrap();
    assert_eq!(line.batch(json!([{"a": "uq"}])).await, -3);
    let answer = line.batch(json!([{"a": "log"}, {"a": "ug"}])).await;
    assert_eq!(answer, json!([0, -3]));
    assert!(line.one(json!({"a": "ug"})).await.is_object());
    let file = ann.file("f", b"1", 1);
    assert_eq!(line.one(json!({"a": "g", "g": 1, "n": file})).await, json!({"e": -17, "tl": 30}));
    let url = line.one(json!({"a": "u", "s": 1, "v": 2})).await["p"].as_str().unwrap().to_owned();
    assert_eq!(outcome(line.post_to(&format!("{url}/0"), "x".into()).await).await.1, b"-4");
    assert_eq!(outcome(line.post_to(&format!("{url}/0"), "x".into()).await).await.1.len(), 36);
    assert_eq!(line.events("sc", "AAAAAAAAAAA").await, -6);
}

#[tokio::test]
async fn a_single_part_of_a_file_can_be_hit() {
    let (emulator, ann, mut line) = ann().await;
    emulator.serve_in_parts(1);
    let file = ann.file("f", &[9; 1000], 1);
    let answer = line.one(json!({"a": "g", "g": 1, "n": file, "v": 2})).await;
    emulator.fault("404@dl3").unwrap();
    emulator.fault("short:10@dl5").unwrap();
    emulator.fault("429@dl#6").unwrap();
    let mut seen = Vec::new();
    for part in [0, 1, 2, 3, 4, 4, 5] {
        let (status, bytes, _) = outcome(line.get(answer["g"][part].as_str().unwrap()).await).await;
        seen.push((part, status.unwrap().as_u16(), bytes.len()));
    }
    assert_eq!(
        seen,
        [(0, 200, 208), (1, 200, 208), (2, 200, 208), (3, 404, 0), (4, 200, 192), (4, 429, 0), (5, 200, 182)]
    );
}

#[tokio::test]
async fn statuses_come_with_their_headers() {
    let (emulator, ann, mut line) = ann().await;
    let url = download_url(&mut line, &ann).await;
    emulator.fault("509:77@dl#1").unwrap();
    emulator.fault("403@dl#2").unwrap();
    emulator.fault("503@cs#1").unwrap();
    let answer = line.get(&url).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.headers["x-mega-time-left"]), (509, &"77".parse().unwrap()));
    assert_eq!(line.get(&url).await.unwrap().status, StatusCode::FORBIDDEN);
    assert_eq!(line.get(&url).await.unwrap().status, StatusCode::OK);
    assert_eq!(line.raw(5, "[]".to_owned()).await.unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn proof_of_work_is_asked_until_it_is_done() {
    let (emulator, _ann, mut line) = ann().await;
    emulator.fault("402@uq").unwrap();
    let body = json!([{"a": "uq"}]).to_string();
    let asked = line.raw(1, body.clone()).await.unwrap();
    assert_eq!(asked.status, StatusCode::PAYMENT_REQUIRED);
    let challenge = Challenge::parse(asked.headers["x-hashcash"].to_str().unwrap()).unwrap();
    let proof = challenge.solve(1, &AtomicBool::new(false)).unwrap();
    for (proof, status) in [(proof.as_str(), 200), ("1:AAAA:AAAAAA", 402)] {
        let headers = HeaderMap::from_iter([("x-hashcash".parse().unwrap(), proof.parse().unwrap())]);
        let url = emulator.url().join(&format!("cs?id=1&{}", line.session)).unwrap();
        let body = RequestBody::Bytes(body.clone().into());
        let answer = line.send(Method::POST, url, body, headers).await.unwrap();
        assert_eq!(answer.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_line_breaks_before_after_or_in_the_middle() {
    let (emulator, ann, mut line) = ann().await;
    let url = download_url(&mut line, &ann).await;
    let folder = line.new_folder("cut", "xxxxxxxx");
    let mkdir = json!([{"a": "p", "t": ann.roots()[0], "n": [folder]}]).to_string();
    emulator.fault("cut@p#1").unwrap();
    assert!(matches!(line.raw(70, mkdir.clone()).await, Err(TransportError::Broken { .. })));
    assert_eq!(ann.paths(), ["f"], "nothing was done");
    emulator.clear_faults();
    emulator.fault("lost@p#1").unwrap();
    assert!(matches!(line.raw(70, mkdir.clone()).await, Err(TransportError::Broken { .. })));
    assert_eq!(ann.paths(), ["cut/", "f"], "it was done");
    assert!(line.raw(70, mkdir).await.is_ok());
    assert_eq!(ann.paths(), ["cut/", "f"], "and is not done again");
    emulator.fault("cut:600@dl#1").unwrap();
    let (status, body, broke) = outcome(line.get(&url).await).await;
    assert_eq!((status, body.len(), broke), (Some(StatusCode::OK), 600, true));
    emulator.fault("cut:10@ul#1").unwrap();
    let upload = line.one(json!({"a": "u", "s": 100, "v": 2})).await["p"].as_str().unwrap().to_owned();
    assert!(line.post_to(&format!("{upload}/0"), vec![0; 100].into()).await.is_err());
    assert_eq!(outcome(line.post_to(&format!("{upload}/0"), vec![0; 100].into()).await).await.1.len(), 36);
}

#[tokio::test]
async fn bodies_are_falsified() {
    let (emulator, ann, mut line) = ann().await;
    let url = download_url(&mut line, &ann).await;
    let right = outcome(line.get(&url).await).await.1;
    emulator.fault("flip:321@dl#1").unwrap();
    let wrong = outcome(line.get(&url).await).await.1;
    let different: Vec<usize> = (0..1000).filter(|at| right[*at] != wrong[*at]).collect();
    assert_eq!(different, [321]);
    emulator.clear_faults();
    emulator.fault("short:1@dl#1").unwrap();
    emulator.fault("short@ug#1").unwrap();
    emulator.fault("garbage@ug#2").unwrap();
    let (_, body, broke) = outcome(line.get(&url).await).await;
    assert_eq!((body.len(), broke), (999, false));
    for start in ["[{", "<html>"] {
        let body = line.raw(1, json!([{"a": "ug"}]).to_string()).await.unwrap().bytes().await.unwrap();
        assert!(body.starts_with(start.as_bytes()));
        assert!(serde_json::from_slice::<serde_json::Value>(&body).is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn slowness_is_counted_on_the_pausable_clock() {
    let (emulator, ann, mut line) = ann().await;
    let url = download_url(&mut line, &ann).await;
    emulator.fault("slow:2s@ug#1").unwrap();
    let began = tokio::time::Instant::now();
    line.one(json!({"a": "ug"})).await;
    assert_eq!(began.elapsed().as_secs(), 2);
    emulator.fault("rate:100@dl").unwrap();
    let began = tokio::time::Instant::now();
    line.get(&url).await.unwrap().bytes().await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 10);
    emulator.fault("slow:70s@ug").unwrap();
    let answer = line.raw(1, json!([{"a": "ug"}]).to_string()).await;
    assert!(matches!(answer, Err(TransportError::Idle { limit, .. }) if limit == Duration::from_mins(1)));
}

#[tokio::test]
async fn a_session_that_expires_stays_expired() {
    let (emulator, ann, mut line) = ann().await;
    emulator.fault("expire@cs#2").unwrap();
    assert!(line.one(json!({"a": "ug"})).await.is_object());
    assert_eq!(line.one(json!({"a": "ug"})).await, -15);
    assert_eq!(line.one(json!({"a": "ug"})).await, -15);
    assert_eq!(ann.session_count(), 0);
}

#[tokio::test]
async fn requests_are_recorded() {
    let (emulator, _ann, mut line) = ann().await;
    emulator.clear_seen();
    line.batch(json!([{"a": "ug"}, {"a": "uq"}])).await;
    let seen = emulator.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].path.as_str(), &seen[0].commands[..]),
        ("/cs", &["ug".to_owned(), "uq".to_owned()][..])
    );
}
