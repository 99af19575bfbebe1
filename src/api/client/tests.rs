//! The client above a scripted line: each row of the retry table, batching, proof of work, cancelling. The clock is
//! paused, so back-off costs no time.

use std::sync::Mutex as StdMutex;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::*;
use crate::api::error::ErrorKind;
use crate::api::scripted::{Reply, Scripted};
use crate::api::transport::TransportError;
use crate::api::wait::Wait;
use crate::api::wire::{
    AskDownload, AskQuota, AskScheme, AskUser, CloseSession, DeleteNode, MoveNode, QuotaAnswer, SetAttributes,
};
use crate::crypto::hashcash::Challenge;

/// A client, its line, and what it told of waits.
struct Rig {
    client: Client,
    line: Arc<Scripted>,
    waits: Arc<StdMutex<Vec<Option<Wait>>>>,
}

fn rig(script: impl IntoIterator<Item = Reply>) -> Rig {
    rig_with(script, Some(Duration::from_mins(10)))
}

fn rig_with(script: impl IntoIterator<Item = Reply>, give_up: Option<Duration>) -> Rig {
    let line = Scripted::new(script);
    let waits: Arc<StdMutex<Vec<Option<Wait>>>> = Arc::default();
    let sink = Arc::clone(&waits);
    let options = ClientOptions {
        base: Url::parse("https://api.example").unwrap(),
        waits: Arc::new(move |wait| sink.lock().unwrap().push(wait)),
        give_up,
    };
    let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(&line);
    Rig { client: Client::new(transport, options), line, waits }
}

impl Rig {
    async fn quota(&self) -> Result<QuotaAnswer, ApiError> {
        self.client.call(&AskQuota::all()).await
    }

    fn ids(&self) -> Vec<String> {
        self.line.seen().iter().map(|seen| seen.parameter("id").unwrap()).collect()
    }

    fn reasons(&self) -> Vec<Option<Reason>> {
        self.waits.lock().unwrap().iter().map(|wait| wait.map(|wait| wait.reason)).collect()
    }
}

const QUOTA: &str = r#"[{"cstrg":5,"mstrg":10}]"#;

fn node(text: &str) -> NodeHandle {
    text.parse().unwrap()
}

fn refusal<T: fmt::Debug>(result: Result<T, ApiError>) -> i32 {
    match result.unwrap_err() {
        ApiError::Refused { code, .. } => code.0,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_a_post_of_a_batch_of_one() {
    let rig = rig([Reply::ok(QUOTA)]);
    assert_eq!(rig.quota().await.unwrap().storage_used, Some(5));
    let seen = &rig.line.seen()[0];
    assert_eq!(seen.method, http::Method::POST);
    assert_eq!(seen.url.path(), "/cs");
    assert_eq!(seen.body, r#"[{"a":"uq","strg":1,"xfer":1}]"#);
    assert_eq!(seen.headers["content-type"], "application/json");
    let id = seen.parameter("id").unwrap();
    assert!(id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_lowercase()), "{id}");
    assert!(rig.waits.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_identity_has_its_own_parameter_and_its_own_ids() {
    let rig = rig([Reply::ok("[0]"), Reply::ok("[0]")]);
    let session = SessionId::from_bytes([7; 43]);
    let link = rig.client.with_identity(Identity::FolderLink(node("AbCd-_12")));
    rig.client.with_identity(Identity::Session(session.clone())).call(&CloseSession {}).await.unwrap();
    link.call(&CloseSession {}).await.unwrap();
    let seen = rig.line.seen();
    assert_eq!((seen[0].parameter("sid"), seen[0].parameter("n")), (Some(session.text()), None));
    assert_eq!((seen[1].parameter("sid"), seen[1].parameter("n")), (None, Some("AbCd-_12".into())));
    assert!(!format!("{:?}", rig.client).contains(&session.text()));
}

/// What goes wrong, in words and as an answer.
type Fault = (&'static str, fn() -> Reply);

#[tokio::test(start_paused = true)]
async fn whatever_may_pass_is_tried_again_with_the_same_id_and_the_same_bytes() {
    let faults: [Fault; 18] = [
        ("no connection", Reply::cut),
        ("500", || Reply::status(500, "<html>")),
        ("502", || Reply::status(502, "")),
        ("503", || Reply::status(503, "")),
        ("504", || Reply::status(504, "")),
        ("429", || Reply::status(429, "")),
        ("404", || Reply::status(404, "nothing here")),
        ("302", || Reply::status(302, "")),
        ("402 without a challenge", || Reply::status(402, "")),
        ("402 with a broken challenge", || Reply::status(402, "").with("x-hashcash", "2:1:1:x")),
        ("empty", || Reply::ok("")),
        ("a web page", || Reply::ok("<html>log in to this network</html>")),
        ("cut JSON", || Reply::ok(r#"[{"cstrg":5"#)),
        ("cut body", || Reply::ok(r#"[{"cstrg""#).then_breaks()),
        ("not text", || Reply::ok(&b"\xff\xfe"[..])),
        ("-3 for the batch", || Reply::ok("-3")),
        ("-4 for the batch", || Reply::ok("-4")),
        ("-3 in the detailed form", || Reply::ok(r#"{"err":-3}"#)),
    ];
    for (name, fault) in faults {
        let rig = rig([fault(), fault(), Reply::ok(QUOTA)]);
        let start = Instant::now();
        assert!(rig.quota().await.is_ok(), "{name}");
        let (ids, bodies) = (rig.ids(), rig.line.bodies());
        assert_eq!(ids.len(), 3, "{name}");
        assert!(ids.iter().all(|id| *id == ids[0]) && bodies.iter().all(|body| *body == bodies[0]), "{name}");
        let waited = start.elapsed().as_millis();
        assert!(
            (750..=1125).contains(&waited),
            "{name}: waited {waited} ms for 250 + 500 ms and their jitter"
        );
        let reasons = rig.reasons();
        assert!(reasons.len() == 3 && reasons[0].is_some() && reasons[2].is_none(), "{name}: {reasons:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_gets_it() {
    for (status, asked, least) in [(429, "20", 20), (503, "3", 3), (429, "86400", 300), (429, "soon", 0)] {
        let rig = rig([Reply::status(status, "").with("retry-after", asked), Reply::ok(QUOTA)]);
        let start = Instant::now();
        assert!(rig.quota().await.is_ok());
        assert!((least..=least + 1).contains(&start.elapsed().as_secs()), "{status} {asked}");
    }
    let rig = rig_with([Reply::status(429, "").with("retry-after", "20")], Some(Duration::from_secs(10)));
    assert!(matches!(rig.quota().await, Err(ApiError::Status(429))), "longer than we may wait");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_came_too_early_goes_into_a_new_batch() {
    for early in ["[-3]", "[-4]", r#"[{"err":-3}]"#] {
        let rig = rig([Reply::ok(early), Reply::ok(QUOTA)]);
        assert!(rig.quota().await.is_ok());
        let ids = rig.ids();
        assert_ne!(ids[0], ids[1], "{early}");
        assert_eq!(rig.reasons(), [Some(Reason::ServerBusy), None]);
    }
    let rig = rig([Reply::ok(r#"[{"e":-3}]"#), Reply::ok(r#"[{"s":1,"g":"http://127.0.0.1/dl"}]"#)]);
    assert_eq!(rig.client.call(&AskDownload::new(node("AbCd-_12"))).await.unwrap().size, Some(1));
    assert_ne!(rig.ids()[0], rig.ids()[1], "g fails inside its object");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reached_for_the_moment_is_asked_for_again_slowly() {
    for early in ["[-18]", "-18"] {
        let rig = rig([Reply::ok(early), Reply::ok(early), Reply::ok(QUOTA)]);
        let start = Instant::now();
        assert!(rig.quota().await.is_ok(), "{early}");
        assert!(start.elapsed() >= Duration::from_secs(2), "{early}");
        assert_eq!(rig.reasons().first(), Some(&Some(Reason::ServerBusy)), "{early}");
        let never =
            rig_with(std::iter::repeat_with(|| Reply::ok(early)).take(50), Some(Duration::from_secs(20)));
        assert_eq!(refusal(never.quota().await), -18, "{early}: what was wrong, and not that we waited");
        assert!(never.line.seen().len() > 3, "{early}");
    }
    let rig = rig([Reply::ok("[-18]")]);
    assert_eq!(
        refusal(rig.client.call(&AskDownload::new(node("AbCd-_12"))).await),
        -18,
        "a transfer waits itself"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    for code in [-1, -2, -5, -6, -9, -11, -16, -17, -777] {
        let rig = rig([Reply::ok(format!("[{code}]"))]);
        assert_eq!(refusal(rig.quota().await), code);
        assert_eq!(rig.line.seen().len(), 1);
    }
    let rig = rig([Reply::ok("-2")]);
    assert_eq!(refusal(rig.quota().await), -2);
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_and_a_blocked_account_stop_at_once() {
    for answer in ["-15", "[-15]", r#"{"err":-15}"#] {
        let rig = rig([Reply::ok(answer)]);
        assert!(matches!(rig.quota().await, Err(ApiError::SessionEnded)), "{answer}");
    }
    let rig = rig([Reply::ok("-16")]);
    assert!(matches!(rig.quota().await, Err(ApiError::Blocked)));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_malformed_and_not_asked_for_again() {
    for answer in
        ["[]", "[{},{}]", r#"["text"]"#, r#"[{"mstrg":{}}]"#, r#"[{"mstrg":-1}]"#, "[null]", "[true]"]
    {
        let rig = rig([Reply::ok(answer)]);
        assert!(matches!(rig.quota().await, Err(ApiError::Malformed { command: "uq" })), "{answer}");
        assert_eq!(rig.line.seen().len(), 1, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_speaks_mega_is_given_up_soon() {
    let rig_of = |reply: fn() -> Reply| rig_with(std::iter::repeat_with(reply).take(10), None);
    let garbage = rig_of(|| Reply::ok("<html>"));
    assert!(matches!(garbage.quota().await, Err(ApiError::Malformed { .. })));
    assert_eq!(garbage.line.seen().len(), 6);
    let wrong_address = rig_of(|| Reply::status(404, ""));
    assert!(matches!(wrong_address.quota().await, Err(ApiError::Status(404))));
}

#[tokio::test(start_paused = true)]
async fn patience_ends_where_the_options_say_and_names_the_last_failure() {
    let limit = Some(Duration::from_secs(20));
    let busy = rig_with(std::iter::repeat_with(|| Reply::ok("-3")).take(50), limit);
    let start = Instant::now();
    assert!(matches!(busy.quota().await, Err(ApiError::GaveUp(Reason::ServerBusy))));
    assert!(start.elapsed() <= Duration::from_secs(20));
    let offline = rig_with(std::iter::repeat_with(Reply::cut).take(50), limit);
    assert!(matches!(offline.quota().await, Err(ApiError::Transport(_))));
    let broken = rig_with(std::iter::repeat_with(|| Reply::status(500, "")).take(50), limit);
    assert!(matches!(broken.quota().await, Err(ApiError::Status(500))));
    let alone = rig_with(std::iter::repeat_with(|| Reply::ok("[-3]")).take(50), limit);
    assert!(matches!(alone.quota().await, Err(ApiError::GaveUp(Reason::ServerBusy))));
    let none = rig_with([Reply::ok("-3")], Some(Duration::ZERO));
    assert!(none.quota().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_no_retry_can_mend_is_told_at_once() {
    let rig = rig([Reply::ok(vec![b' '; 65 << 20])]);
    let error = rig.quota().await.unwrap_err();
    assert!(matches!(&error, ApiError::Transport(line) if matches!(**line, TransportError::TooLong { .. })));
    assert_eq!(error.advice().kind, ErrorKind::Integrity);
}

#[tokio::test(start_paused = true)]
async fn commands_issued_while_a_batch_is_away_travel_together_in_order() {
    let gate = Arc::new(Notify::new());
    let rig = rig([Reply::ok(QUOTA).held(&gate), Reply::ok(r#"[0,{"email":"a@b.c"},-9]"#)]);
    let first = rig.quota();
    let later = async {
        tokio::task::yield_now().await;
        while rig.line.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        let (delete, gone) = (DeleteNode::whole(node("AbCd-_12")), DeleteNode::whole(node("gonegone")));
        let calls = async {
            tokio::join!(rig.client.call(&delete), rig.client.call(&AskUser {}), rig.client.call(&gone))
        };
        let release = async { gate.notify_one() };
        tokio::join!(calls, release).0
    };
    let (first, (delete, user, gone)) = tokio::join!(first, later);
    assert_eq!(first.unwrap().storage_total, Some(10));
    delete.unwrap();
    assert_eq!(user.unwrap().email.unwrap(), "a@b.c");
    assert_eq!(refusal(gone), -9);
    let bodies = rig.line.bodies();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[1], r#"[{"a":"d","n":"AbCd-_12"},{"a":"ug"},{"a":"d","n":"gonegone"}]"#);
}

#[tokio::test(start_paused = true)]
async fn commands_issued_at_the_same_moment_share_the_first_batch() {
    let rig = rig([Reply::ok("[0,0,0]")]);
    let delete = DeleteNode::whole(node("AbCd-_12"));
    let call = || rig.client.call(&delete);
    let answers = futures_util::future::join_all([call(), call(), call()]).await;
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn some_commands_travel_alone() {
    let rig = rig([Reply::ok("[0]"), Reply::ok("[0]"), Reply::ok(r#"[{"v":1}]"#), Reply::ok("[0]")]);
    let delete = DeleteNode::whole(node("AbCd-_12"));
    let (a, b, c, d) = tokio::join!(
        rig.client.call(&delete),
        rig.client.call(&CloseSession {}),
        rig.client.call(&AskScheme { email: "a@b.c" }),
        rig.client.call(&delete),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    assert_eq!(rig.line.bodies()[1..3], [r#"[{"a":"sml"}]"#, r#"[{"a":"us0","user":"a@b.c"}]"#]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_bounded() {
    let answers = |count: usize| Reply::ok(format!("[{}]", vec!["0"; count].join(",")));
    let gate = Arc::new(Notify::new());
    let rig = rig([Reply::ok(QUOTA).held(&gate), answers(500), answers(200)]);
    let mut first = Box::pin(rig.quota());
    while rig.line.seen().is_empty() {
        assert!(first.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    let delete = DeleteNode::whole(node("AbCd-_12"));
    let calls = futures_util::future::join_all((0..700).map(|_| rig.client.call(&delete)));
    let release = async {
        for _ in 0..20 {
            tokio::task::yield_now().await; // the runtime lets a task send only so many at a time
        }
        gate.notify_one();
    };
    let (_, answers, ()) = tokio::join!(first, calls, release);
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_pair_stays_together_and_only_the_early_one_is_repeated() {
    let rig = rig([Reply::ok("[0,-3]"), Reply::ok("[0]")]);
    let (bin, file) = (node("tttttttt"), node("AbCd-_12"));
    let set = SetAttributes { node: file, attributes: "x".into() };
    let put = MoveNode { node: file, target: bin, share_keys: None };
    let (first, second) = rig.client.call_both(&set, &put).await.unwrap();
    assert!(first.is_ok() && second.is_ok());
    let bodies = rig.line.bodies();
    assert_eq!(bodies[0], r#"[{"a":"a","n":"AbCd-_12","at":"x"},{"a":"m","n":"AbCd-_12","t":"tttttttt"}]"#);
    assert_eq!(bodies[1], r#"[{"a":"m","n":"AbCd-_12","t":"tttttttt"}]"#);
}

#[tokio::test(start_paused = true)]
async fn each_of_a_pair_has_an_outcome_of_its_own() {
    let (bin, file) = (node("tttttttt"), node("AbCd-_12"));
    let set = SetAttributes { node: file, attributes: "x".into() };
    let put = MoveNode { node: file, target: bin, share_keys: None };
    for (answers, outcomes) in [
        (vec!["[-11,0]"], [false, true]),
        (vec!["[0,-9]"], [true, false]),
        (vec!["[-3,-9]", "[0]"], [true, false]),
    ] {
        let rig = rig(answers.iter().map(|answer| Reply::ok(*answer)));
        let (first, second) = rig.client.call_both(&set, &put).await.unwrap();
        assert_eq!([first.is_ok(), second.is_ok()], outcomes, "{answers:?}");
        assert_eq!(rig.ids().len(), answers.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_takes_nothing_else_with_it() {
    let gate = Arc::new(Notify::new());
    let rig = rig([Reply::ok(QUOTA).held(&gate), Reply::ok("[0]")]);
    let (delete, unwanted) = (DeleteNode::whole(node("AbCd-_12")), DeleteNode::whole(node("unwanted")));
    let mut first = Box::pin(rig.quota());
    while rig.line.seen().is_empty() {
        assert!(first.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    let mut dropped = Box::pin(rig.client.call(&unwanted));
    let mut kept = Box::pin(rig.client.call(&delete));
    assert!(dropped.as_mut().now_or_never().is_none() && kept.as_mut().now_or_never().is_none());
    drop(dropped);
    gate.notify_one();
    assert!(first.await.is_ok());
    kept.await.unwrap();
    assert_eq!(rig.line.bodies()[1], r#"[{"a":"d","n":"AbCd-_12"}]"#);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_nobody_waits_for_does_not_hold_up_the_next() {
    let rig = rig_with([Reply::ok(QUOTA).held(&Arc::new(Notify::new())), Reply::ok("[0]")], None);
    {
        let mut stuck = Box::pin(rig.quota());
        while rig.line.seen().is_empty() {
            assert!(stuck.as_mut().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
    }
    rig.client.call(&CloseSession {}).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn try_now_ends_a_wait() {
    let rig = rig_with(std::iter::repeat_with(Reply::cut).take(12).chain([Reply::ok(QUOTA)]), None);
    let mut call = Box::pin(rig.quota());
    let start = Instant::now();
    while rig.line.seen().len() < 12 {
        assert!(call.as_mut().now_or_never().is_none());
        rig.client.retry_now();
        tokio::task::yield_now().await;
    }
    rig.client.retry_now();
    assert!(call.await.is_ok());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_told_with_its_reason_and_its_end() {
    let rig = rig([Reply::cut(), Reply::ok("-3"), Reply::ok(QUOTA)]);
    let start = Instant::now();
    rig.quota().await.unwrap();
    assert_eq!(rig.reasons(), [Some(Reason::Offline), Some(Reason::ServerBusy), None]);
    let until = rig.waits.lock().unwrap()[0].unwrap().until.unwrap();
    assert!((250..=375).contains(&(until - start).as_millis()));
    assert!(rig.line.seen()[1].at.duration_since(until) < Duration::from_millis(2));
}

/// A challenge that half of all prefixes solve.
const CHALLENGE: &str = "1:255:1700000000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test(start_paused = true)]
async fn a_proof_of_work_goes_with_the_same_request() {
    let asked = || Reply::status(402, "").with("x-hashcash", CHALLENGE);
    let rig = rig([asked(), Reply::ok(QUOTA)]);
    rig.quota().await.unwrap();
    let seen = rig.line.seen();
    assert_eq!((&seen[0].url, &seen[0].body), (&seen[1].url, &seen[1].body));
    assert!(!seen[0].headers.contains_key("x-hashcash"));
    let proof = seen[1].headers["x-hashcash"].to_str().unwrap();
    let prefix = proof.rsplit(':').next().unwrap();
    let prefix: [u8; 4] = crate::handle::base64_decode(prefix).try_into().unwrap();
    assert!(proof.starts_with("1:AAAA") && Challenge::parse(CHALLENGE).unwrap().accepts(prefix));
    assert_eq!(rig.reasons(), [Some(Reason::ProofOfWork), None]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_wants_proofs_is_given_up() {
    let asked = || Reply::status(402, "").with("x-hashcash", CHALLENGE);
    let rig = rig_with(std::iter::repeat_with(asked).take(40), Some(Duration::from_secs(5)));
    assert!(matches!(rig.quota().await, Err(ApiError::GaveUp(Reason::ProofOfWork))));
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_a_proof_is_found_again() {
    let asked = || Reply::status(402, "").with("x-hashcash", CHALLENGE);
    let rig = rig(std::iter::repeat_with(asked).take(6).chain([Reply::ok(QUOTA)]));
    rig.quota().await.unwrap();
    let proven: Vec<bool> =
        rig.line.seen().iter().map(|seen| seen.headers.contains_key("x-hashcash")).collect();
    assert_eq!(proven, [false, true, true, true, true, false, true]);
}

#[tokio::test]
async fn a_proof_that_nobody_waits_for_is_stopped() {
    // One prefix in half a billion: without the stop the runtime could not end.
    let hard = CHALLENGE.replace(":255:", ":0:");
    let rig = rig([Reply::status(402, "").with("x-hashcash", &hard)]);
    let mut call = Box::pin(rig.quota());
    while rig.waits.lock().unwrap().is_empty() {
        assert!(call.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_node_list_arrives_as_a_stream() {
    let rig = rig([Reply::ok("[").then("{\"f\":[").then("]}]").with("content-length", "10")]);
    let (body, len) = rig.client.listing().await.unwrap();
    assert_eq!(len, Some(10));
    let pieces: Vec<_> = futures_util::StreamExt::collect::<Vec<_>>(body).await;
    let text: Vec<u8> = pieces.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(text, b"[{\"f\":[]}]");
    assert_eq!(rig.line.bodies(), [r#"[{"a":"f","c":1,"r":1}]"#]);
}

#[tokio::test(start_paused = true)]
async fn the_node_list_is_retried_before_its_first_bytes_only() {
    let list = || Reply::ok("[{\"f\":[").then_breaks();
    let rig = rig([Reply::cut(), Reply::ok("-3"), Reply::ok("<html>"), Reply::ok("[").then_breaks(), list()]);
    let (body, _) = rig.client.listing().await.unwrap();
    assert!(futures_util::StreamExt::collect::<Vec<_>>(body).await.last().unwrap().is_err());
    let ids = rig.ids();
    assert!(ids.len() == 5 && ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test(start_paused = true)]
async fn the_node_list_can_be_refused() {
    let rig = rig([Reply::ok("[-3]"), Reply::ok("[-15]")]);
    assert!(matches!(rig.client.listing().await, Err(ApiError::SessionEnded)));
    assert_ne!(rig.ids()[0], rig.ids()[1]);
    for (answer, wanted) in [("[-9]", -9), ("-2", -2)] {
        let rig = self::rig([Reply::ok(answer)]);
        let error = rig.client.listing().await.err().unwrap();
        assert!(matches!(error, ApiError::Refused { code, .. } if code.0 == wanted), "{error:?}");
    }
}
