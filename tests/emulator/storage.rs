//! Uploads and downloads: pieces, tokens, ranges, quotas.

use std::time::Duration;

use http::StatusCode;
use megapane::crypto::attributes::Attributes;
use megapane::crypto::key::{FileKey, NodeKey, random};
use megapane::crypto::{mac, raid};
use megapane::emulator::{Emulator, Filling, NewAccount, Owner, Recipe};
use megapane::handle::base64_encode;
use serde_json::{Value, json};

use super::line::{Line, outcome};

/// Asks for an upload URL, with extra fields.
async fn upload_url(line: &mut Line, size: usize, more: &Value) -> String {
    let mut command = json!({"a": "u", "s": size});
    command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line.one(command).await["p"].as_str().unwrap().to_owned()
}

/// Uploads in one piece and puts the node.
async fn put(line: &mut Line, owner: &Owner, name: &str, plain: &[u8]) -> Value {
    let (aes, nonce) = (random(), random());
    let mut cipher = plain.to_vec();
    let macs = mac::encrypt_chunks(&aes, &nonce, 0, &mut cipher);
    let key = NodeKey::File(FileKey::new(aes, nonce, mac::meta_mac(&aes, &macs)));
    let url = upload_url(line, plain.len(), &json!({"v": 2})).await;
    let token = line.post_to(&format!("{url}/0"), cipher.into()).await.unwrap().bytes().await.unwrap();
    assert_eq!(token.len(), 36);
    let node = json!({
        "h": base64_encode(&token), "t": 0,
        "a": base64_encode(&Attributes::named(name).encrypt(&aes)),
        "k": base64_encode(&key.wrap(&line.master)),
    });
    line.one(json!({"a": "p", "t": owner.roots()[0], "n": [node]})).await
}

async fn ann() -> (Emulator, Owner, Line) {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let line = Line::login(&emulator, "ann@example.org").await;
    (emulator, ann, line)
}

#[tokio::test]
async fn files_of_all_boundary_sizes_come_and_go() {
    let (_emulator, ann, mut line) = ann().await;
    for size in [0, 1, 16, 131_071, 131_072, 131_073, 393_216, 5_000_000] {
        let plain: Vec<u8> = (0..=250).cycle().take(size).collect();
        let name = format!("size-{size}");
        let put = put(&mut line, &ann, &name, &plain).await;
        assert_eq!(put["f"][0]["s"], size);
        assert!(ann.content(&name).unwrap() == plain, "{size}");
        let got = line.one(json!({"a": "g", "g": 1, "n": put["f"][0]["h"], "v": 2})).await;
        let url = got["g"][0].as_str().unwrap();
        let whole = line.get(url).await.unwrap().bytes().await.unwrap();
        assert_eq!(whole.len(), size);
        if size > 16 {
            let (_, part, _) = outcome(line.post_to(&format!("{url}/5-9"), "".into()).await).await;
            assert_eq!(part, whole[5..10]);
        } else {
            let (status, _, _) = outcome(line.get(&format!("{url}/0-0")).await).await;
            assert_eq!(status, Some(StatusCode::OK));
        }
    }
}

#[tokio::test]
async fn pieces_come_in_any_order_and_the_last_gets_the_token() {
    let (_emulator, _ann, mut line) = ann().await;
    let size = 400_000;
    for (form, pause, token_len) in [(json!({"v": 3}), "0", 36), (json!({}), "0", 48)] {
        let url = upload_url(&mut line, size, &form).await;
        let piece = |offset: usize, len: usize| {
            let mut checksum = [0u8; 12];
            for at in 0..len {
                checksum[at % 12] ^= 7;
            }
            (format!("{url}/{offset}?d={}", base64_encode(&checksum)), vec![7u8; len])
        };
        let (to, bytes) = piece(131_072, 262_144);
        let (_, answer, _) = outcome(line.post_to(&to, bytes.into()).await).await;
        assert_eq!(answer, pause.as_bytes());
        let (to, bytes) = piece(0, 131_072);
        let without_checksum = to.split('?').next().unwrap();
        let (_, answer, _) = outcome(line.post_to(without_checksum, bytes.into()).await).await;
        assert_eq!(answer, b"");
        let (to, bytes) = piece(393_216, 6_784);
        let (_, token, _) = outcome(line.post_to(&to, bytes.clone().into()).await).await;
        assert_eq!(token.len(), token_len);
        let (_, again, _) = outcome(line.post_to(&to, bytes.into()).await).await;
        assert_eq!(again, token, "the answer to a piece that was sent again");
    }
}

#[tokio::test]
async fn pieces_that_cannot_be_right_are_refused() {
    let (emulator, _ann, mut line) = ann().await;
    let url = upload_url(&mut line, 200_000, &json!({"v": 2})).await;
    let wrong_sum = format!("{url}/0?c=AAAAAAAAAAAAAAAB");
    for (to, len, answer) in [
        (wrong_sum, 131_072, "-14"),
        (format!("{url}/5"), 100, "-2"),
        (format!("{url}/131072"), 131_072, "-7"),
    ] {
        let (_, body, _) = outcome(line.post_to(&to, vec![0; len].into()).await).await;
        assert_eq!(body, answer.as_bytes());
    }
    let (status, ..) = outcome(line.post_to(&url.replace("/ul/", "/ul/x"), "".into()).await).await;
    assert_eq!(status, Some(StatusCode::NOT_FOUND));
    emulator.expire_urls();
    let (status, ..) = outcome(line.post_to(&format!("{url}/0"), vec![0; 131_072].into()).await).await;
    assert_eq!(status, Some(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn a_full_account_takes_no_more() {
    let (_emulator, ann, mut line) = ann().await;
    let file = put(&mut line, &ann, "f", &[1; 600]).await["f"][0]["h"].clone();
    ann.set_storage(1000);
    assert_eq!(line.one(json!({"a": "u", "s": 401})).await, -17);
    assert!(line.one(json!({"a": "u", "s": 400})).await["p"].is_string());
    let key = base64_encode(&[0; 32]);
    let copy = json!({"a": "p", "t": ann.roots()[0], "n": [{"h": file, "t": 0, "a": "AAAA", "k": key}]});
    assert_eq!(line.one(copy).await, -17);
}

#[tokio::test]
async fn a_copy_shares_content_and_outlives_the_original() {
    let (_emulator, ann, mut line) = ann().await;
    ann.file("f", b"content", 9);
    ann.copy("f", "copies/f2").unwrap();
    assert_eq!(line.one(json!({"a": "d", "n": ann.node("f").unwrap()})).await, 0);
    assert_eq!(ann.content("copies/f2").unwrap(), b"content");
}

#[tokio::test]
async fn an_overwritten_file_becomes_a_version_unless_versions_are_off() {
    let (_emulator, ann, mut line) = ann().await;
    let old = ann.file("f", b"old", 1);
    for (more, kept) in [(json!({}), 1), (json!({"vb": 0}), 0)] {
        let newest = ann.node("f").unwrap();
        let before = ann.items(newest).len();
        let source = ann.file("source", b"new", 2);
        let node = json!({"h": source, "t": 0, "a": "AAAA", "k": base64_encode(&[1; 32]), "ov": newest});
        let mut command = json!({"a": "p", "t": ann.roots()[0], "n": [node]});
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = line.one(command).await["f"][0]["h"].as_str().unwrap().parse().unwrap();
        assert_eq!(ann.items(made).len(), if kept == 1 { before + 1 } else { 0 });
        ann.delete("source").unwrap();
        if kept == 1 {
            assert_eq!(ann.items(made)[0].handle, old);
            ann.file("f", b"next", 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn used_up_transfer_is_told_and_comes_back() {
    let (_emulator, ann, mut line) = ann().await;
    let file = ann.file("f", &[0; 1000], 1);
    let url = line.one(json!({"a": "g", "g": 1, "n": file})).await["g"].as_str().unwrap().to_owned();
    ann.set_transfer(1000, Duration::from_secs(90));
    assert_eq!(line.one(json!({"a": "qbq", "s": 1001})).await, 1);
    assert_eq!(outcome(line.get(&url).await).await.1.len(), 1000);
    let refused = line.get(&url).await.unwrap();
    assert_eq!(refused.status.as_u16(), 509);
    assert_eq!(refused.headers["x-mega-time-left"], "90");
    let answer = line.one(json!({"a": "g", "g": 1, "n": file})).await;
    assert_eq!((answer["e"].as_i64(), answer["tl"].as_i64()), (Some(-17), Some(90)));
    tokio::time::advance(Duration::from_secs(91)).await;
    assert_eq!(outcome(line.get(&url).await).await.1.len(), 1000);
}

#[tokio::test]
async fn a_made_file_of_a_gigabyte_is_read_where_it_is_wanted() {
    let (_emulator, ann, mut line) = ann().await;
    let recipe = Recipe::new(1 << 30, b"head", Filling::Noise, 1, 2);
    let file = ann.made_file_with_mac("big", &recipe, 1, [0; 8]);
    let url = line.one(json!({"a": "g", "g": 1, "n": file})).await["g"].as_str().unwrap().to_owned();
    let offset = (1 << 30) - 1000;
    let (_, mut end, _) = outcome(line.get(&format!("{url}/{offset}-{}", (1u64 << 30) - 1)).await).await;
    let Some(NodeKey::File(key)) = ann.node_key(file) else { panic!("a file has a file key") };
    mac::apply_ctr(key.aes(), key.nonce(), offset, &mut end);
    let mut plain = vec![0; 1000];
    recipe.plain(offset, &mut plain);
    assert_eq!(end, plain);
}

#[tokio::test]
async fn who_understands_parts_gets_six_of_which_five_suffice() {
    let (emulator, ann, mut line) = ann().await;
    emulator.serve_in_parts(100);
    for size in [100, 159, 160, 700_001] {
        let file = ann.file(&format!("size-{size}"), &vec![7; size], 1);
        let ask = |more: Value| {
            let mut command = json!({"a": "g", "g": 1, "n": file});
            command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            command
        };
        let url = line.one(ask(json!({}))).await["g"].as_str().unwrap().to_owned();
        let (_, whole, _) = outcome(line.get(&url).await).await;
        let answer = line.one(ask(json!({"v": 2}))).await;
        assert_eq!(answer["s"], size);
        let urls: Vec<&str> =
            answer["g"].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
        assert_eq!(urls.len(), raid::PARTS);
        let mut window = raid::Window::new(size);
        for (part, url) in urls.iter().enumerate() {
            let (_, bytes, _) = outcome(line.get(url).await).await;
            assert_eq!(bytes.len() as u64, raid::part_sizes(size as u64)[part]);
            let (_, some, _) = outcome(line.post_to(&format!("{url}/5-9"), "".into()).await).await;
            assert_eq!(some, bytes[5..10], "a range counts in the part");
            if part != 2 {
                window.put(part, &bytes);
            }
        }
        assert!(window.join().unwrap() == whole, "{size}");
    }
}

#[tokio::test]
async fn who_does_not_understand_parts_gets_one_address_and_so_does_a_small_file() {
    let (emulator, ann, mut line) = ann().await;
    emulator.serve_in_parts(100);
    let (small, large, empty) =
        (ann.file("s", &[1; 99], 1), ann.file("l", &[1; 100], 1), ann.file("e", b"", 1));
    for version in [json!(null), json!(1)] {
        let answer = line.one(json!({"a": "g", "g": 1, "n": large, "v": version})).await;
        assert!(answer["g"].is_string(), "{answer}");
    }
    for one in [small, empty] {
        let answer = line.one(json!({"a": "g", "g": 1, "n": one, "v": 2})).await;
        assert_eq!(answer["g"].as_array().map(Vec::len), Some(1), "{answer}");
    }
    let answer = line.one(json!({"a": "g", "g": 1, "n": large, "v": 2})).await;
    let part = answer["g"][5].as_str().unwrap();
    let whole = part.strip_suffix(".5").unwrap();
    for (url, status) in [(part, 200), (whole, 404), (&format!("{whole}.6"), 404)] {
        assert_eq!(line.get(url).await.unwrap().status.as_u16(), status, "{url}");
    }
    let beyond = line.get(&format!("{part}/99-100")).await.unwrap();
    assert_eq!(beyond.status.as_u16(), 416);
    emulator.expire_urls();
    assert_eq!(line.get(part).await.unwrap().status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn thumbnails_are_kept_and_attached() {
    let (_emulator, ann, mut line) = ann().await;
    let file = ann.file("f", b"1", 1);
    let url = line.one(json!({"a": "ufa", "s": 5, "ssl": 0, "v": 3})).await["p"].as_str().unwrap().to_owned();
    let (_, handle, _) = outcome(line.post_to(&url, "thumb".into()).await).await;
    let fa = format!("0*{}", base64_encode(&handle));
    let stored = line.one(json!({"a": "pfa", "n": file, "fa": fa})).await;
    assert!(stored.as_str().unwrap().ends_with(&format!(":{fa}")));
    let read = line.one(json!({"a": "ufa", "fah": base64_encode(&handle), "r": 1, "v": 3})).await;
    let (_, blob, _) = outcome(line.post_to(read["p"].as_str().unwrap(), handle.clone().into()).await).await;
    assert_eq!(blob, [&handle[..], &5u32.to_le_bytes(), b"thumb"].concat());
}

#[tokio::test]
async fn state_in_a_folder_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let big = vec![3u8; 2_000_000];
    let (session, position, paths) = {
        let emulator = Emulator::in_folder(folder.path()).unwrap();
        let owner = emulator.owner(megapane::emulator::SAMPLE_EMAIL).unwrap();
        let mut line = Line::login(&emulator, megapane::emulator::SAMPLE_EMAIL).await;
        put(&mut line, &owner, "kept", b"small").await;
        put(&mut line, &owner, "kept big", &big).await;
        let position = line.tree().await["sn"].as_str().unwrap().to_owned();
        (line.session, position, owner.paths())
    };
    // A crash in the middle of a line.
    let log = folder.path().join("log");
    let mut text = std::fs::read(&log).unwrap();
    text.extend_from_slice(b"{\"nodes\":{\"\\\"AAAAA");
    std::fs::write(&log, text).unwrap();

    let emulator = Emulator::in_folder(folder.path()).unwrap();
    let owner = emulator.owner(megapane::emulator::SAMPLE_EMAIL).unwrap();
    assert_eq!(owner.paths(), paths);
    assert_eq!(owner.content("kept").unwrap(), b"small");
    assert!(owner.content("kept big").unwrap() == big);
    let mut line = Line::new(&emulator);
    line.session = session;
    assert!(line.tree().await["f"].is_array(), "the session lives");
    assert!(line.events("wsc", &position).await["w"].is_string(), "and so does its place in the feed");
}
