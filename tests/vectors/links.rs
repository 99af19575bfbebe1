//! Vectors of public links, open and under a password.

use megapane::crypto::link::{Link, LinkKind, ProtectedLink, WrongPassword};

use crate::reader::{Entry, unhex};

fn kind_of(word: &str) -> LinkKind {
    match word {
        "file" => LinkKind::File,
        "folder" => LinkKind::Folder,
        other => panic!("kind {other}"),
    }
}

pub(crate) fn links(section: &Entry) {
    for entry in section.each() {
        let (url, expect) = (entry.text("url"), entry.field("expect"));
        let parsed = Link::parse(&url);
        if expect.maybe("error").is_some() {
            assert!(parsed.is_err(), "{} gave {parsed:?}", entry.place());
            continue;
        }
        let link = parsed.unwrap_or_else(|error| panic!("{}: {error}", entry.place()));
        assert_eq!(link.kind, kind_of(&expect.text("type")), "{}", entry.place());
        assert_eq!(link.handle.to_string(), expect.text("handle"), "{}", entry.place());
        let key = expect.maybe("key_hex").map(|key| unhex(key.string()));
        assert_eq!(link.key.as_deref(), key.as_ref(), "{}", entry.place());
        let inside = expect
            .maybe("sub_handle")
            .map(|handle| (kind_of(&expect.text("sub_type")), handle.string().parse().unwrap()));
        assert_eq!(link.inside, inside, "{}", entry.place());
        assert_eq!(Link::parse(&link.text()), Ok(link.clone()), "rewritten {}", entry.place());
        let shown = format!("{link:?}");
        let secret = url.split(['#', '!']).next_back().filter(|text| text.len() >= 22);
        assert!(secret.is_none_or(|secret| !shown.contains(secret)), "{shown}");
    }
}

pub(crate) fn password_links(section: &Entry) {
    for entry in section.each() {
        let text = entry.text("link");
        let password = entry.text("password");
        let locked = ProtectedLink::parse(&text).unwrap();
        assert_eq!(locked.text(), text, "{}", entry.place());
        let link = locked.open(&password).unwrap();
        assert_eq!(link.kind, kind_of(&entry.text("type")), "{}", entry.place());
        assert_eq!(link.handle.to_string(), entry.text("handle"), "{}", entry.place());
        assert_eq!(link.key.as_deref(), Some(&entry.hex("key_hex")), "{}", entry.place());
        assert_eq!(entry.signed("wrong_password_error"), -14, "{}", entry.place());
        assert_eq!(locked.open(&format!("{password}x")), Err(WrongPassword), "{}", entry.place());
        assert!(Link::parse(&text).is_err(), "{}", entry.place());

        let salt = entry.hex_array("salt_hex");
        let again = ProtectedLink::lock_with_salt(&link, &password, salt).unwrap();
        assert_eq!(again.text() == text, entry.number("algorithm") == 2, "{}", entry.place());
        assert_eq!(again.open(&password), Ok(link), "{}", entry.place());
    }
}
