//! The same server through a socket.

use std::net::SocketAddr;

use megapane::emulator::{Emulator, Filling, NewAccount, Recipe, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Serves an emulator on a free port, for as long as the test runs.
async fn serve(emulator: &Emulator) -> SocketAddr {
    let server = Server::bind(emulator.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = format!("127.0.0.1:{}", server.url().port().unwrap()).parse().unwrap();
    tokio::spawn(server.run());
    address
}

/// Sends one request on a connection of its own and returns head and body; it is over when the server closes.
async fn exchange(address: SocketAddr, line: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has been read up to there.
    let _ = stream.read_to_end(&mut answer).await;
    match answer.windows(4).position(|window| window == b"\r\n\r\n") {
        Some(end) => (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec()),
        None => (String::new(), answer),
    }
}

/// A session of the account, and a URL to read a file of it.
async fn download_path(address: SocketAddr, emulator: &Emulator, file: &str) -> String {
    let mut line = super::line::Line::login(emulator, "ann@example.org").await;
    let target = format!("POST /cs?id=1&{}", line.session);
    let node = emulator.owner("ann@example.org").unwrap().node(file).unwrap();
    let (_, body) =
        exchange(address, &target, json!([{"a": "g", "g": 1, "n": node}]).to_string().as_bytes()).await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let url = answer[0]["g"].as_str().unwrap().to_owned();
    let path =
        url.strip_prefix(&format!("http://{address}")).expect("URLs lead to where it listens").to_owned();
    assert!(line.tree().await.is_object());
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_files_are_streamed() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let size = 40u64 << 20;
    let recipe = Recipe::new(size, b"", Filling::Noise, 1, 2);
    ann.made_file_with_mac("big", &recipe, 1, [0; 8]);
    let address = serve(&emulator).await;
    let path = download_path(address, &emulator, "big").await;
    let (head, body) = exchange(address, &format!("GET {path}"), b"").await;
    assert!(head.contains(&format!("content-length: {size}")), "{head}");
    assert_eq!(body.len() as u64, size);
    let (_, end) = exchange(address, &format!("POST {path}/{}-{}", size - 10, size - 1), b"").await;
    assert_eq!(end, body[body.len() - 10..]);
}

#[tokio::test]
async fn a_cut_line_is_a_body_that_never_ends() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let size = 10 << 20;
    ann.made_file_with_mac("f", &Recipe::new(size, b"", Filling::Noise, 1, 2), 1, [0; 8]);
    let address = serve(&emulator).await;
    let path = download_path(address, &emulator, "f").await;
    emulator.fault("cut@dl#1").unwrap();
    emulator.fault("cut:6MiB@dl#2").unwrap();
    let (_, body) = exchange(address, &format!("GET {path}"), b"").await;
    assert_eq!(body, b"");
    let (_, body) = exchange(address, &format!("GET {path}"), b"").await;
    assert!(!body.is_empty() && body.len() <= 6 << 20, "{}", body.len());
    let (_, body) = exchange(address, &format!("GET {path}"), b"").await;
    assert_eq!(body.len() as u64, size);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let emulator = Emulator::new();
    let address = serve(&emulator).await;
    let (head, _) = exchange(address, "DELETE /cs", b"").await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(emulator.seen().is_empty());
}
