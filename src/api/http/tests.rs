//! The transport against servers of a few lines, on loopback. Where time matters the clock is stopped once the request
//! has arrived, so that nothing waits.

use http::{HeaderMap, Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// Serves one connection with `serve` and returns the address of the server.
async fn server<F: Future<Output = ()> + Send + 'static>(
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (Url, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/cs?sid=topsecret", listener.local_addr().unwrap())).unwrap();
    (url, tokio::spawn(async move { serve(listener.accept().await.unwrap().0).await }))
}

/// Answers every request head with `answer` and closes.
async fn answering(answer: &'static str) -> Url {
    server(move |mut stream| async move {
        let _ = head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await
    .0
}

/// Reads up to the end of a request's head.
async fn head(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        text.push(char::from(stream.read_u8().await.unwrap()));
    }
    text
}

fn get(url: &Url) -> Request {
    Request {
        method: Method::GET,
        url: url.clone(),
        headers: HeaderMap::new(),
        body: RequestBody::Bytes(Bytes::new()),
        idle_limit: Duration::from_secs(30),
        body_limit: 1000,
        channel: Channel::Api,
    }
}

async fn send(request: Request) -> Result<Response, TransportError> {
    HttpTransport::new().send(request).await
}

async fn body_of(request: Request) -> Result<Bytes, TransportError> {
    send(request).await?.bytes().await
}

/// A message with all its causes.
fn whole(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_stream_goes_up_with_its_length_and_the_answer_comes_back() {
    let (url, served) = server(|mut stream| async move {
        let head = head(&mut stream).await.to_lowercase();
        assert!(head.contains("content-length: 200000\r\n") && !head.contains("chunked"), "{head}");
        let mut body = vec![0; 200_000];
        stream.read_exact(&mut body).await.unwrap();
        assert!(
            body[..100_000].iter().all(|byte| *byte == 1) && body[100_000..].iter().all(|byte| *byte == 2)
        );
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
    })
    .await;
    let halves = [1, 2].map(|byte| Ok(Bytes::from(vec![byte; 100_000])));
    let body = RequestBody::Stream { len: 200_000, stream: Box::pin(stream::iter(halves)) };
    let request =
        Request { channel: Channel::Storage, ..Request::post(url, body, Duration::from_secs(30), 2) };
    assert_eq!(body_of(request).await.unwrap(), "ok");
    served.await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let url =
        answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n").await;
    let response = send(get(&url)).await.unwrap();
    assert_eq!(response.status, StatusCode::FOUND);
}

#[tokio::test]
async fn an_answer_longer_than_the_limit_is_cut_off() {
    let announced = answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").await;
    assert!(matches!(send(get(&announced)).await, Err(TransportError::TooLong { limit: 1000, .. })));
    let (endless, served) = server(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await.unwrap();
        while stream.write_all(&[b'x'; 500]).await.is_ok() {}
    })
    .await;
    assert!(matches!(body_of(get(&endless)).await, Err(TransportError::TooLong { limit: 1000, .. })));
    served.await.unwrap();
}

#[tokio::test]
async fn a_body_that_ends_early_is_a_broken_line() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this").await;
    assert!(matches!(body_of(get(&url)).await, Err(TransportError::Broken { .. })));
}

#[tokio::test]
async fn a_silent_server_is_given_up_before_and_within_its_answer() {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nso far"] {
        let (url, _served) = server(move |mut stream| async move {
            head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            tokio::time::pause();
            std::future::pending::<()>().await;
        })
        .await;
        let error = body_of(get(&url)).await.unwrap_err();
        tokio::time::resume();
        assert!(
            matches!(error, TransportError::Idle { limit, .. } if limit == Duration::from_secs(30)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_upload_that_nobody_takes_is_given_up() {
    let (url, _served) = server(|mut stream| async move {
        head(&mut stream).await;
        tokio::time::pause();
        std::future::pending::<()>().await;
    })
    .await;
    let endless = stream::repeat_with(|| Ok(Bytes::from(vec![0; 100_000])));
    let body = RequestBody::Stream { len: u64::MAX, stream: Box::pin(endless) };
    let error = send(Request::post(url, body, Duration::from_secs(30), 2)).await.unwrap_err();
    assert!(matches!(error, TransportError::Idle { .. }), "{error}");
}

#[tokio::test]
async fn an_upload_that_moves_is_not_idle() {
    let (url, served) = server(|mut stream| async move {
        head(&mut stream).await;
        let mut body = vec![0; 10 * 64 * 1024];
        stream.read_exact(&mut body).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    })
    .await;
    // Each piece takes 20 s of the clock, the limit is 30 s, the whole takes 200 s.
    let pieces = stream::unfold(0, |count| async move {
        if count == 0 {
            tokio::time::pause();
        }
        tokio::time::advance(Duration::from_secs(20)).await;
        (count < 10).then(|| (Ok(Bytes::from(vec![0; 64 * 1024])), count + 1))
    });
    let body = RequestBody::Stream { len: 10 * 64 * 1024, stream: Box::pin(pieces) };
    send(Request::post(url, body, Duration::from_secs(30), 2)).await.unwrap();
    served.await.unwrap();
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_only() {
    for address in
        ["http://example.org/cs", "http://10.0.0.1/", "http://localhost.example.org/", "ftp://127.0.0.1/"]
    {
        let error = send(get(&Url::parse(address).unwrap())).await.unwrap_err();
        assert!(matches!(error, TransportError::Refused { .. }), "{address}: {error}");
    }
    for address in ["http://localhost/", "http://127.3.2.1/", "http://[::1]/", "https://localhost/"] {
        assert!(Route::of(&Url::parse(address).unwrap(), Channel::Api).is_ok(), "{address}");
    }
}

#[tokio::test]
async fn a_dead_address_is_told_without_its_secrets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/cs?sid=topsecret", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = send(get(&url)).await.unwrap_err();
    assert!(matches!(error, TransportError::Unreachable { .. }), "{error}");
    assert!(!whole(&error).contains("topsecret") && !format!("{error:?}").contains("topsecret"));
    let broken =
        body_of(get(&answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").await)).await.unwrap_err();
    assert!(!whole(&broken).contains("topsecret") && !format!("{broken:?}").contains("topsecret"));
}

#[tokio::test]
async fn a_server_without_tls_behind_an_https_address_is_not_trusted() {
    let (mut url, _served) = server(|mut stream| async move {
        let _ = stream.read_u8().await;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    })
    .await;
    url.set_scheme("https").unwrap();
    let error = send(get(&url)).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls { .. }), "{}", whole(&error));
}

#[test]
fn a_machine_without_root_certificates_and_with_a_proxy_still_reaches_itself() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "api::http::tests::on_a_bare_machine", "--ignored"])
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent")
        .envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, "http://127.0.0.1:1")))
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && report.contains("1 passed"), "{report}");
}

#[tokio::test]
#[ignore = "needs the environment that the test above gives it"]
async fn on_a_bare_machine() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    assert_eq!(body_of(get(&url)).await.unwrap(), "ok");
    for route in [Route::Api, Route::Storage, Route::Loopback, Route::PlainLoopback] {
        assert!(route.build().is_ok(), "{route:?}");
    }
}
