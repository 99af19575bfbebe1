//! Login and the commands on nodes, shares and links.

use std::time::Duration;

use megapane::emulator::{Access, Emulator, NewAccount, PASSWORD, Standing};
use megapane::handle::base64_encode;
use serde_json::{Value, json};
use sha2::Digest;

use super::line::{Line, node};

#[tokio::test]
async fn each_kind_of_account_logs_in() {
    let emulator = Emulator::new();
    for (index, account) in [
        NewAccount::new("two@example.org"),
        NewAccount::new("one@example.org").version_one(),
        NewAccount::new("two-own@example.org").password("pässwörd"),
        NewAccount::new("one-own@example.org").version_one().password("pässwörd"),
        NewAccount::new("ephemeral@example.org").without_rsa_key(),
    ]
    .into_iter()
    .enumerate()
    {
        let password = if index == 2 || index == 3 { "pässwörd" } else { PASSWORD };
        let owner = emulator.add_account(account);
        let mut line = Line::new(&emulator);
        let email = line.one(json!({"a": "ug"})).await; // not logged in
        assert_eq!(email, -11);
        let emails = ["two", "one", "two-own", "one-own", "ephemeral"];
        let email = format!("{}@example.org", emails[index]);
        assert_eq!(line.log_in(&email, "wrong", json!({})).await, Err(-9));
        line.log_in(&email, password, json!({})).await.unwrap();
        assert_eq!(&line.master, owner.master_key());
        let account = line.one(json!({"a": "ug"})).await;
        assert_eq!(account["email"], email);
        assert_eq!(account["u"], owner.user().to_string());
    }
}

#[tokio::test]
async fn a_session_id_that_begins_with_zero_is_sent_in_full() {
    let emulator = Emulator::new();
    let _ann = emulator.add_account(NewAccount::new("ann@example.org"));
    emulator.begin_next_session_with_zero();
    let mut line = Line::login(&emulator, "ann@example.org").await;
    assert!(line.session.starts_with("sid=A"));
    assert!(line.tree().await["f"].is_array());
}

#[tokio::test]
async fn refused_logins_say_why() {
    let emulator = Emulator::new();
    let _ann = emulator.add_account(NewAccount::new("ann@example.org").second_factor(&["123456"]));
    let mut line = Line::new(&emulator);
    let wrong = ("ann@example.org", "wrong", json!({"mfa": "123456"}), -9);
    let unknown = ("bob@example.org", PASSWORD, json!({}), -9);
    let no_code = ("ann@example.org", PASSWORD, json!({}), -26);
    let wrong_code = ("ann@example.org", PASSWORD, json!({"mfa": "000000"}), -5);
    for (email, password, more, number) in [wrong, unknown, no_code, wrong_code] {
        assert_eq!(line.log_in(email, password, more).await, Err(number), "{number}");
    }
    line.log_in("ann@example.org", PASSWORD, json!({"mfa": "123456"})).await.unwrap();

    let cy = emulator.add_account(NewAccount::new("cy@example.org"));
    cy.set_standing(Standing::Unconfirmed);
    assert_eq!(line.log_in("cy@example.org", PASSWORD, json!({})).await, Err(-13));
    cy.set_standing(Standing::Good);
    let mut inside = Line::login(&emulator, "cy@example.org").await;
    cy.set_standing(Standing::Suspended);
    assert_eq!(inside.batch(json!([{"a": "ug"}])).await, -16);
    assert_eq!(inside.batch(json!([{"a": "whyamiblocked"}])).await, json!([200]));
    assert_eq!(line.log_in("cy@example.org", PASSWORD, json!({})).await, Err(-16));
}

#[tokio::test]
async fn a_session_is_resumed_with_the_sek_it_began_with_and_ends() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::new(&emulator);
    let sek = base64_encode(&[7; 16]);
    line.log_in("ann@example.org", PASSWORD, json!({"sek": sek})).await.unwrap();
    let resumed = line.one(json!({"a": "us", "sek": base64_encode(&[8; 16])})).await;
    assert_eq!(resumed["sek"], sek);
    assert!(resumed["csid"].is_null() && resumed["k"].is_null() && resumed["privk"].is_string());

    let mut other = Line::login(&emulator, "ann@example.org").await;
    let sessions = line.one(json!({"a": "usl", "x": 1, "d": 1})).await;
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    assert_eq!(line.one(json!({"a": "usr", "ko": 1})).await, 0);
    assert_eq!(other.one(json!({"a": "ug"})).await, -15);
    assert_eq!(line.one(json!({"a": "sml"})).await, 0);
    assert_eq!(line.one(json!({"a": "ug"})).await, -15);
    assert_eq!(ann.session_count(), 0);
}

#[tokio::test]
async fn the_tree_has_roots_and_both_names_for_share_keys() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let file = ann.file("a/b.txt", b"hello", 1_700_000_000);
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let tree = line.tree().await;
    let types: Vec<i64> =
        tree["f"].as_array().unwrap().iter().map(|node| node["t"].as_i64().unwrap()).collect();
    assert_eq!(types, [2, 1, 0, 3, 4]);
    let found = node(&tree, &file.to_string()).unwrap();
    assert_eq!(found["s"], 5);
    assert!(found["k"].as_str().unwrap().starts_with(&format!("{}:", ann.user())));
    for list in ["ok", "ok0", "s", "ph", "u"] {
        assert!(tree[list].is_array(), "{list}");
    }
    assert_eq!(tree["sn"].as_str().unwrap().len(), 11);
}

#[tokio::test]
async fn a_folder_tree_is_made_in_one_request() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let outer = line.new_folder("outer", "aaaaaaaa");
    let mut inner = line.new_folder("inner", "bbbbbbbb");
    inner["p"] = json!("aaaaaaaa");
    let answer = line.one(json!({"a": "p", "t": ann.roots()[0], "n": [outer, inner]})).await;
    assert_eq!(answer["f"][1]["p"], answer["f"][0]["h"]);
    assert_eq!(ann.paths(), ["outer/", "outer/inner/"]);
}

#[tokio::test]
async fn nodes_are_renamed_moved_and_deleted() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let (a, b) = (ann.folder("a"), ann.folder("a/b"));
    let file = ann.file("a/f", b"1", 5);
    let mut line = Line::login(&emulator, "ann@example.org").await;
    assert_eq!(line.one(json!({"a": "m", "n": a, "t": b})).await, -10);
    assert_eq!(line.one(json!({"a": "m", "n": a, "t": a})).await, -10);
    assert_eq!(line.one(json!({"a": "m", "n": a, "t": "xxxxxxxx"})).await, -9);
    assert_eq!(line.one(json!({"a": "m", "n": ann.roots()[0], "t": a})).await, -11);
    assert_eq!(line.one(json!({"a": "m", "n": file, "t": b})).await, 0);
    assert_eq!(ann.paths(), ["a/", "a/b/", "a/b/f"]);
    assert_eq!(line.one(json!({"a": "d", "n": a})).await, 0);
    assert_eq!(line.one(json!({"a": "d", "n": a})).await, -9);
    assert_eq!(ann.paths(), [""; 0]);
    ann.file("x", b"2", 5);
    ann.trash("x").unwrap();
    assert_eq!(ann.rubbish_paths(), ["x"]);
    assert_eq!(line.one(json!({"a": "dr"})).await, 0);
    assert_eq!(ann.rubbish_paths(), [""; 0]);
}

#[tokio::test]
async fn another_session_hears_of_changes_in_order() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let (from, to) = (ann.folder("from"), ann.folder("to"));
    let file = ann.file("from/f", b"1", 5);
    let mut reader = Line::login(&emulator, "ann@example.org").await;
    let position = reader.tree().await["sn"].as_str().unwrap().to_owned();
    assert!(reader.events("sc", &position).await["w"].is_string());

    let mut writer = Line::login(&emulator, "ann@example.org").await;
    writer.tagged = true;
    let tag = writer.one(json!({"a": "m", "n": file, "t": to, "i": "mine"})).await;
    let news = reader.events("sc", &position).await;
    let packets = news["a"].as_array().unwrap();
    assert_eq!(packets.len(), 2);
    assert_eq!(
        (&packets[0]["a"], &packets[0]["m"], &packets[0]["i"]),
        (&json!("d"), &json!(1), &json!("mine"))
    );
    assert_eq!(packets[0]["st"], tag);
    assert_eq!(packets[1]["t"]["f"][0]["p"], to.to_string());
    assert_eq!((&packets[1]["i"], &packets[1]["st"]), (&json!("mine"), &Value::Null));

    let position = news["sn"].as_str().unwrap().to_owned();
    writer.one(json!({"a": "d", "n": from})).await;
    let news = reader.events("sc", &position).await;
    assert_eq!(news["a"][0]["n"], from.to_string());
    assert!(news["a"][0]["m"].is_null());
    // The order that the official client relies on.
    let path = format!("sc?sn={position}&{}", reader.session);
    let text = reader.post(&path, "".into()).await.unwrap().bytes().await.unwrap();
    assert!(text.starts_with(b"{\"a\":[{\"a\":\"d\",\"st\":\""), "{text:?}");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_when_something_happens_and_rests_when_not() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let position = line.tree().await["sn"].as_str().unwrap().to_owned();
    let began = tokio::time::Instant::now();
    assert_eq!(line.events("wsc/poll", &position).await, 0);
    assert!(began.elapsed() >= Duration::from_secs(25));

    let wait = line.events("sc", &position).await["w"].as_str().unwrap().to_owned();
    let began = tokio::time::Instant::now();
    let change = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        ann.folder("new");
    };
    let poll = line.events("wsc/poll", &position);
    let (news, old_style, ()) = tokio::join!(poll, line.get(&wait), change);
    assert_eq!(news["a"][0]["a"], "t");
    assert_eq!(old_style.unwrap().bytes().await.unwrap().len(), 0);
    assert_eq!(began.elapsed().as_secs(), 3);

    ann.end_sessions();
    assert_eq!(line.events("wsc/poll", &position).await, -15);
}

#[tokio::test]
async fn an_old_or_foreign_position_is_refused() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let position = line.tree().await["sn"].as_str().unwrap().to_owned();
    assert_eq!(line.events("sc", "AAAAAAAAAAA").await, -6);
    ann.folder("new");
    emulator.forget_packets();
    assert_eq!(line.events("wsc", &position).await, -6);
    let position = line.tree().await["sn"].as_str().unwrap().to_owned();
    assert!(line.events("wsc", &position).await["w"].is_string());
}

#[tokio::test]
async fn many_packets_come_in_several_answers() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let mut position = line.tree().await["sn"].as_str().unwrap().to_owned();
    let root = ann.roots()[0];
    for index in 0..700 {
        ann.folder_in(root, &index.to_string());
    }
    let (mut count, mut answers) = (0, 0);
    loop {
        let news = line.events("sc", &position).await;
        count += news["a"].as_array().unwrap().len();
        answers += 1;
        news["sn"].as_str().unwrap().clone_into(&mut position);
        if news["ir"].is_null() {
            break;
        }
    }
    assert_eq!((count, answers), (700, 2));
}

#[tokio::test]
async fn a_repeated_request_is_answered_but_not_repeated() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let batch = json!([{"a": "p", "t": ann.roots()[0], "n": [line.new_folder("once", "xxxxxxxx")]}]);
    let first = line.batch_with_id(900, batch.clone()).await;
    assert_eq!(line.batch_with_id(900, batch.clone()).await, first);
    assert_eq!(ann.paths(), ["once/"]);
    line.batch_with_id(901, batch).await;
    assert_eq!(ann.paths(), ["once/", "once/"]);
}

#[tokio::test]
async fn sequence_tags_wrap_answers_of_what_changes_something() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let file = ann.file("f", b"x", 1);
    let mut line = Line::login(&emulator, "ann@example.org").await;
    line.tagged = true;
    let folder = line.new_folder("d", "AAAAAAAA");
    let answer = line.one(json!({"a": "p", "v": 4, "t": ann.roots()[0], "sm": 1, "n": [folder]})).await;
    assert!(answer[0].as_str().is_some_and(|tag| tag.len() == 8), "{answer}");
    assert_eq!(answer[1], json!({"e": [], "fh": []}));
    let public = line.one(json!({"a": "l", "n": file})).await;
    assert!(public[0].is_string() && public[1].is_string(), "{public}");
    assert!(line.one(json!({"a": "d", "n": file})).await.is_string());
    assert_eq!(line.one(json!({"a": "d", "n": file})).await, -9);
    assert!(line.one(json!({"a": "uq", "strg": 1})).await.is_object());
    assert!(line.tree().await["st"].is_string());
    let attribute = line.one(json!({"a": "upv", "^!dv": ["MQ"]})).await;
    assert!(attribute[0].is_string() && attribute[1]["^!dv"].is_string(), "{attribute}");
}

#[tokio::test]
async fn user_attributes_refuse_a_stale_version() {
    let emulator = Emulator::new();
    let _ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    assert_eq!(line.one(json!({"a": "uga", "ua": "^!keys", "v": 1})).await, -9);
    let first = line.one(json!({"a": "upv", "^!keys": ["AAAA"]})).await["^!keys"].clone();
    let second = line.one(json!({"a": "upv", "^!keys": ["BBBB", first]})).await["^!keys"].clone();
    assert_eq!(line.one(json!({"a": "upv", "^!keys": ["CCCC", first]})).await, -8);
    let read = line.one(json!({"a": "uga", "ua": "^!keys", "v": 1})).await;
    assert_eq!(read, json!({"av": "BBBB", "v": second}));
    assert_eq!(line.one(json!({"a": "ug", "v": 1})).await["^!keys"]["av"], "BBBB");
}

#[tokio::test]
async fn a_share_lets_in_as_far_as_its_level() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let bob = emulator.add_account(NewAccount::new("bob@example.org"));
    ann.file("shared/in/f", b"secret", 1);
    ann.file("private", b"p", 1);
    let (file, private) = (ann.node("shared/in/f").unwrap(), ann.node("private").unwrap());
    ann.share("shared", &bob, Access::Read).unwrap();
    assert_eq!(bob.content("shared/in/f").unwrap(), b"secret");

    let mut line = Line::login(&emulator, "bob@example.org").await;
    let tree = line.tree().await;
    let top = node(&tree, &ann.node("shared").unwrap().to_string()).unwrap();
    assert_eq!((top["r"].as_i64(), &top["su"]), (Some(0), &json!(ann.user())));
    assert!(node(&tree, &private.to_string()).is_none());
    assert_eq!(line.one(json!({"a": "g", "g": 1, "n": private})).await, -9);
    assert!(line.one(json!({"a": "g", "g": 1, "n": file})).await["g"].is_string());
    let folder = ann.node("shared/in").unwrap();
    let put = json!({"a": "p", "t": folder, "n": [line.new_folder("new", "xxxxxxxx")]});
    assert_eq!(line.one(put.clone()).await, -11);
    assert_eq!(line.one(json!({"a": "d", "n": file})).await, -11);

    ann.share("shared", &bob, Access::Write).unwrap();
    assert!(line.one(put).await["f"].is_array());
    assert_eq!(line.one(json!({"a": "d", "n": file})).await, -11);
    ann.share("shared", &bob, Access::Full).unwrap();
    assert_eq!(line.one(json!({"a": "d", "n": file})).await, 0);
    // Out of the share is into another account: not a move.
    assert_eq!(line.one(json!({"a": "m", "n": folder, "t": bob.roots()[0]})).await, -11);
}

#[tokio::test]
async fn ending_a_share_is_told_to_both_sides() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let bob = emulator.add_account(NewAccount::new("bob@example.org"));
    ann.file("shared/f", b"1", 1);
    let folder = ann.node("shared").unwrap();
    let mut hers = Line::login(&emulator, "ann@example.org").await;
    let mut his = Line::login(&emulator, "bob@example.org").await;
    let position = his.tree().await["sn"].as_str().unwrap().to_owned();
    let share =
        json!({"a": "s2", "n": folder, "s": [{"u": "bob@example.org", "r": 1}], "ok": "x", "ha": "y"});
    assert_eq!(hers.one(share).await, json!({"r": [0]}));
    let news = his.events("sc", &position).await;
    assert_eq!((&news["a"][0]["a"], &news["a"][0]["r"]), (&json!("s2"), &json!(1)));
    assert_eq!((&news["a"][1]["a"], &news["a"][1]["u"][0]["m"]), (&json!("c"), &json!("ann@example.org")));
    assert_eq!(news["a"][2]["t"]["f"].as_array().unwrap().len(), 2);
    let position = news["sn"].as_str().unwrap().to_owned();
    let end = json!({"a": "s2", "n": folder, "s": [{"u": bob.user(), "r": ""}]});
    assert_eq!(hers.one(end).await, json!({"r": [0]}));
    let news = his.events("sc", &position).await;
    assert_eq!((&news["a"][0]["a"], &news["a"][0]["r"]), (&json!("s2"), &Value::Null));
    assert_eq!(his.tree().await["f"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn keys_for_a_share_come_in_both_forms() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let folder = ann.folder("shared");
    ann.publish("shared").unwrap();
    let mut line = Line::login(&emulator, "ann@example.org").await;
    for (name, items) in [("listed", json!(["xxxxxxxx"])), ("unlisted", json!([]))] {
        let new = line.new_folder(name, "xxxxxxxx");
        let cr = json!([[folder], items, [0, 0, "AAAAAAAAAAAAAAAAAAAAAA"]]);
        let answer = line.one(json!({"a": "p", "t": folder, "n": [new], "cr": cr})).await;
        let key = answer["f"][0]["k"].as_str().unwrap();
        assert!(key.ends_with(&format!("/{folder}:AAAAAAAAAAAAAAAAAAAAAA")), "{key}");
    }
}

#[tokio::test]
async fn old_files_become_versions_or_go() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let first = ann.file("f", b"one", 1);
    let second = ann.replace("f", b"two", 2).unwrap();
    let third = ann.replace("f", b"three", 3).unwrap();
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let tree = line.tree().await;
    assert_eq!(tree["f2"].as_array().unwrap().len(), 2);
    assert_eq!(node(&tree, &first.to_string()).unwrap()["p"], second.to_string());
    let used = line.one(json!({"a": "uq", "strg": 1})).await;
    assert_eq!(used["cstrgn"][ann.roots()[0].to_string()], json!([5, 1, 0, 6, 2]));

    assert_eq!(line.one(json!({"a": "d", "n": second, "v": 1})).await, 0);
    assert_eq!(node(&line.tree().await, &first.to_string()).unwrap()["p"], third.to_string());
    assert_eq!(line.one(json!({"a": "d", "n": third, "v": 1})).await, 0);
    assert_eq!(ann.content("f").unwrap(), b"one");
    ann.replace("f", b"again", 4).unwrap();
    assert_eq!(line.one(json!({"a": "dv"})).await, 0);
    assert!(line.tree().await["f2"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_known_or_not_well_formed_is_refused() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let mut line = Line::login(&emulator, "ann@example.org").await;
    for body in ["", "{}", "[{", "hello"] {
        let answer = line.raw(5, body.to_owned()).await.unwrap().bytes().await.unwrap();
        assert_eq!(answer, "-2", "{body:?}");
    }
    let batch = json!([{"a": "nonsense"}, {"a": "pk"}, {"a": "stp"}, {}, {"a": "ftz"}, {"a": "log", "e": 1}, {"a": "m"}]);
    assert_eq!(line.batch(batch).await, json!([-9, -9, -9, -2, 0, 0, -2]));
    let root = ann.roots()[0];
    let short_key = json!({"h": "xxxxxxxx", "t": 1, "a": "AAAA", "k": "AAAA"});
    let no_attributes = json!({"h": "xxxxxxxx", "t": 1, "k": base64_encode(&[0; 16])});
    let no_token = json!({"h": "xxxxxxxx", "t": 0, "a": "AAAA", "k": base64_encode(&[0; 32])});
    for (element, number) in [(short_key, -2), (no_attributes, -2), (no_token, -9)] {
        assert_eq!(line.one(json!({"a": "p", "t": root, "n": [element]})).await, number);
    }
    assert_eq!(line.one(json!({"a": "p", "t": root, "n": []})).await, -2);
    assert!(ann.paths().is_empty());
}

#[tokio::test]
async fn an_old_account_is_upgraded_and_its_old_hash_no_longer_works() {
    let emulator = Emulator::new();
    let _ann = emulator.add_account(NewAccount::new("ann@example.org").version_one());
    let mut line = Line::login(&emulator, "ann@example.org").await;
    let master = line.master;
    let random = [4u8; 16];
    let salt = megapane::crypto::password::v2_salt(&random);
    let (key, hash) = megapane::crypto::password::v2_keys(PASSWORD, &salt);
    let proof = sha2::Sha256::digest(megapane::handle::base64_decode(&hash));
    let master_key = megapane::crypto::key::MasterKey::from_bytes(master);
    let wrapped = megapane::crypto::password::wrap_master_key(&master_key, &key);
    let upgrade = json!({
        "a": "avu", "emk": base64_encode(&wrapped), "hak": base64_encode(&proof[..16]), "crv": base64_encode(&random),
    });
    assert_eq!(line.one(upgrade.clone()).await, 0);
    assert_eq!(line.one(upgrade).await, -2, "it is of version 2 now");
    let mut again = Line::new(&emulator);
    assert_eq!(again.one(json!({"a": "us0", "user": "ann@example.org"})).await["v"], 2);
    again.log_in("ann@example.org", PASSWORD, json!({})).await.unwrap();
    assert_eq!(again.master, master);
    assert_eq!(again.one(json!({"a": "whyamiblocked"})).await, 0);
}

#[tokio::test]
async fn the_other_endpoints_answer_at_once() {
    let emulator = Emulator::new();
    let _ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let line = Line::login(&emulator, "ann@example.org").await;
    let alerts =
        line.post(&format!("sc?c=50&{}", line.session), "".into()).await.unwrap().bytes().await.unwrap();
    let alerts: Value = serde_json::from_slice(&alerts).unwrap();
    assert!(alerts["c"].is_array() && alerts["lsn"].is_string());
    let progress = line.post(&format!("cs/rs?{}", line.session), "".into()).await.unwrap();
    assert_eq!(progress.bytes().await.unwrap().len(), 0);
    assert_eq!(line.post("nowhere", "".into()).await.unwrap().status.as_u16(), 404);
}

#[tokio::test]
async fn a_folder_shared_inside_a_shared_folder_is_listed_once() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new("ann@example.org"));
    let bob = emulator.add_account(NewAccount::new("bob@example.org"));
    ann.folder("outer/inner");
    ann.share("outer", &bob, Access::Read).unwrap();
    ann.share("outer/inner", &bob, Access::Full).unwrap();
    let mut line = Line::login(&emulator, "bob@example.org").await;
    assert_eq!(line.tree().await["f"].as_array().unwrap().len(), 5);
    let inner = ann.node("outer/inner").unwrap();
    assert_eq!(line.one(json!({"a": "d", "n": inner})).await, 0, "the stronger right counts");
}
