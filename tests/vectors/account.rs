//! Vectors of logging in: base64, passwords, master key, RSA, session, key store, proof of work.

use megapane::crypto::hashcash::Challenge;
use megapane::crypto::key::{MasterKey, PasswordKey};
use megapane::crypto::rsa::{KeyMaterialError, PrivateKey};
use megapane::crypto::session_id::{self, SessionId};
use megapane::crypto::{keystore, password};
use megapane::handle::{UserHandle, base64_decode, base64_encode};

use crate::reader::{Entry, unhex};

pub(crate) fn base64url(section: &Entry) {
    for entry in section.each() {
        assert_eq!(base64_encode(&entry.hex("hex")), entry.text("b64"), "{}", entry.place());
        assert_eq!(base64_decode(&entry.text("b64")), entry.hex("hex"), "{}", entry.place());
    }
}

pub(crate) fn base64url_lenient_decode(section: &Entry) {
    for entry in section.each() {
        assert_eq!(base64_decode(&entry.text("text")), entry.hex("hex"), "{}", entry.place());
    }
}

pub(crate) fn login_v1(section: &Entry) {
    for entry in section.each() {
        let (text, email) = (entry.text("password"), entry.text("email"));
        assert_eq!(text.as_bytes(), entry.hex("password_utf8_hex"), "{}", entry.place());
        let key = password::v1_key(&text);
        assert_eq!(key.bytes().as_slice(), entry.hex("password_key_hex"), "{}", entry.place());
        let hash = password::v1_user_hash(&email, &key);
        assert_eq!(hash, entry.text("uh_b64"), "{}", entry.place());
        assert_eq!(base64_decode(&hash), entry.hex("uh_hex"), "{}", entry.place());

        let other = password::v1_key_utf8(&text);
        if entry.maybe("password_key_utf8_variant_hex").is_some() {
            assert_eq!(
                other.bytes().as_slice(),
                entry.hex("password_key_utf8_variant_hex"),
                "{}",
                entry.place()
            );
            let hash = password::v1_user_hash(&email, &other);
            assert_eq!(hash, entry.text("uh_utf8_variant_b64"), "{}", entry.place());
        } else {
            assert_eq!(other, key, "{}", entry.place());
        }
        for (_, theirs) in entry.maybe("disagree").map(|d| d.members()).unwrap_or_default() {
            assert_eq!(
                other.bytes().as_slice(),
                unhex(theirs.string()),
                "the second try of {}",
                theirs.place()
            );
        }
    }
}

pub(crate) fn login_v2(section: &Entry) {
    for entry in section.each() {
        let text = entry.text("password");
        assert_eq!(text.as_bytes(), entry.hex("password_utf8_hex"), "{}", entry.place());
        let salt = entry.b64("salt_b64");
        assert_eq!(salt, entry.hex("salt_hex"), "{}", entry.place());
        let (key, hash) = password::v2_keys(&text, &salt);
        assert_eq!(key.bytes().as_slice(), entry.hex("password_key_hex"), "{}", entry.place());
        assert_eq!(hash, entry.text("uh_b64"), "{}", entry.place());
        assert_eq!(base64_decode(&hash), entry.hex("auth_key_hex"), "{}", entry.place());
        assert_eq!([key.bytes(), &base64_decode(&hash)[..]].concat(), entry.hex("derived_key_hex"));
    }
}

pub(crate) fn v2_salt(section: &Entry) {
    for entry in section.each() {
        let salt = password::v2_salt(&entry.hex_array("client_random_value_hex"));
        assert_eq!(salt.as_slice(), entry.hex("salt_hex"), "{}", entry.place());
    }
}

pub(crate) fn master_key(section: &Entry) {
    for entry in section.each() {
        let key = PasswordKey::from_bytes(entry.hex_array("password_key_hex"));
        let master = MasterKey::from_bytes(entry.hex_array("master_key_hex"));
        assert_eq!(
            password::unwrap_master_key(&entry.b64("k_b64"), &key),
            Some(master.clone()),
            "{}",
            entry.place()
        );
        assert_eq!(
            password::wrap_master_key(&master, &key).as_slice(),
            entry.b64("k_b64"),
            "{}",
            entry.place()
        );
    }
}

pub(crate) fn rsa(section: &Entry) {
    let master = MasterKey::from_bytes(section.hex_array("master_key_hex"));
    let blob = section.b64("privk_b64");
    let key = PrivateKey::open(&blob, &master).unwrap();
    assert_eq!(key.public_blob(), section.b64("pubk_b64"));
    for broken in [&blob[..blob.len() - 16], &blob[..blob.len() - 1], &blob[16..], &[]] {
        assert_eq!(PrivateKey::open(broken, &master).err(), Some(KeyMaterialError), "{} bytes", broken.len());
    }
    let other = MasterKey::from_bytes([0x5a; 16]);
    assert_eq!(PrivateKey::open(&blob, &other).err(), Some(KeyMaterialError));

    let plain = section.hex("privk_plain_hex");
    let padding = plain.len() as u64 - section.number("privk_plain_mpi_length");
    assert_eq!(padding, section.number("privk_trailing_padding"));
    let [p, q, d, u] = ["p_hex", "q_hex", "d_hex", "u_hex"].map(|name| section.hex(name));
    let forms = [
        PrivateKey::from_clear_blob(&plain).unwrap(),
        PrivateKey::from_parts(&p, &q, &d, &u).unwrap(),
        PrivateKey::from_short_blob(&section.hex("privk_short_pqd_hex")).unwrap(),
        PrivateKey::open(&key.seal(&master), &master).unwrap(),
    ];
    for form in &forms {
        assert_eq!(form.public_blob(), key.public_blob());
    }
    let exponent = section.number("e").to_be_bytes();
    let significant = &exponent[exponent.iter().take_while(|&&byte| byte == 0).count()..];
    assert_eq!(key.public_blob(), [mpi(&section.hex("n_hex")), mpi(significant)].concat());

    for entry in section.field("csid").each() {
        csid(&entry, &key);
    }
}

/// As the official client writes numbers: the bit count rounded up to whole bytes.
fn mpi(bytes: &[u8]) -> Vec<u8> {
    let bits = u16::try_from(bytes.len() * 8).unwrap();
    [&bits.to_be_bytes(), bytes].concat()
}

fn csid(entry: &Entry, key: &PrivateKey) {
    let csid = entry.b64("csid_b64");
    let length = usize::try_from(entry.number("plaintext_length")).unwrap();
    assert_eq!(key.decrypt_key(&csid, length), Some(entry.hex("plaintext_hex")), "{}", entry.place());
    assert_eq!(key.decrypt_key(&csid, length + 1), None, "{}", entry.place());

    let user: UserHandle = entry.text("user_handle_inside").parse().unwrap();
    let sid = key.session_id(&csid, user).unwrap();
    assert_eq!(sid.bytes().as_slice(), entry.hex("sid_raw_hex"), "{}", entry.place());
    assert_eq!(sid.text(), entry.text("sid_b64"), "{}", entry.place());
    assert_eq!(sid.user(), Some(user), "{}", entry.place());
    for (_, theirs) in entry.maybe("disagree").map(|d| d.members()).unwrap_or_default() {
        assert_ne!(sid.bytes().as_slice(), unhex(theirs.string()), "the mistake of {}", theirs.place());
    }

    let mut other = user.bytes();
    other[0] ^= 1;
    assert!(key.session_id(&csid, UserHandle::from_bytes(other)).is_err(), "{}", entry.place());
    assert_eq!(key.session_id(&key.encrypt_session_id(&sid), user), Ok(sid), "{}", entry.place());
}

pub(crate) fn tsid(section: &Entry) {
    for entry in section.each() {
        let master = MasterKey::from_bytes(entry.hex_array("master_key_hex"));
        let tsid = entry.b64("tsid_b64");
        let sid = SessionId::from_tsid(&tsid, &master);
        assert_eq!(sid.is_some(), entry.flag("valid"), "{}", entry.place());
        if let Some(sid) = sid {
            assert_eq!(sid.bytes().as_slice(), tsid, "{}", entry.place());
        }
    }
}

pub(crate) fn session_blob(section: &Entry) {
    for entry in section.each() {
        let master = MasterKey::from_bytes(entry.hex_array("master_key_hex"));
        let sid = SessionId::from_bytes(entry.hex_array("sid_hex"));
        let sek = entry.hex_array("sek_hex");
        let blob = entry.b64("blob_b64");
        assert_eq!(session_id::seal(&sek, &master, &sid).as_slice(), blob, "{}", entry.place());
        assert_eq!(session_id::sealed_session_id(&blob), Some(sid.clone()), "{}", entry.place());
        assert_eq!(session_id::open(&sek, &blob), Some((master, sid)), "{}", entry.place());
    }
}

pub(crate) fn keys_attribute(section: &Entry) {
    for entry in section.each() {
        let master = MasterKey::from_bytes(entry.hex_array("master_key_hex"));
        let value = entry.b64("value_b64");
        let records = keystore::clear_records(&value, &master).unwrap();
        assert_eq!(*records, entry.hex("plain_hex"), "{}", entry.place());

        let store = keystore::KeyStore::open(&value, &master).unwrap();
        assert_eq!(u64::from(store.generation), entry.number("generation"), "{}", entry.place());
        let expected = entry.field("share_keys").each();
        assert_eq!(store.shares.len(), expected.len(), "{}", entry.place());
        for (share, expected) in store.shares.iter().zip(&expected) {
            assert_eq!(share.handle.to_string(), expected.text("handle"), "{}", expected.place());
            assert_eq!(share.key.bytes().as_slice(), expected.hex("key_hex"), "{}", expected.place());
            assert_eq!(u64::from(share.flags), expected.number("flags"), "{}", expected.place());
        }
        assert_eq!(store.share_keys().len(), expected.len());
        assert!(keystore::clear_records(&value, &MasterKey::from_bytes([0; 16])).is_none());
        for at in [0, 2, 14, value.len() - 1] {
            let mut broken = value.clone();
            broken[at] ^= 1;
            assert!(keystore::KeyStore::open(&broken, &master).is_none(), "byte {at} of {}", entry.place());
        }
    }
}

pub(crate) fn hashcash(section: &Entry) {
    for entry in section.each() {
        let easiness = u8::try_from(entry.number("easiness")).unwrap();
        let challenge = Challenge { easiness, token: entry.text("token") };
        assert_eq!(u64::from(challenge.threshold()), entry.number("threshold"), "{}", entry.place());
        let valid = challenge.accepts_header(&entry.text("request_header"));
        assert_eq!(valid, entry.flag("valid"), "{}", entry.place());
        if let Ok(prefix) = <[u8; 4]>::try_from(entry.b64("answer_prefix_b64")) {
            if entry.maybe("first_32_bits").is_some() {
                let word = challenge.first_word(prefix).map(u64::from);
                assert_eq!(word, Some(entry.number("first_32_bits")), "{}", entry.place());
            }
            assert_eq!(challenge.accepts(prefix), valid, "{}", entry.place());
            assert_eq!(challenge.header(prefix), entry.text("request_header"), "{}", entry.place());
        } else {
            assert!(!valid, "{}", entry.place());
        }
    }
}

pub(crate) fn hashcash_thresholds(section: &Entry) {
    for entry in section.each() {
        let easiness = u8::try_from(entry.number("easiness")).unwrap();
        let challenge = Challenge { easiness, token: String::new() };
        assert_eq!(u64::from(challenge.threshold()), entry.number("threshold"), "{}", entry.place());
    }
}

pub(crate) fn hashcash_header_parse(section: &Entry) {
    for entry in section.each() {
        let parsed = Challenge::parse(&entry.text("header_value"));
        let expected = entry.maybe("parsed").map(|expected| Challenge {
            easiness: u8::try_from(expected.number("easiness")).unwrap(),
            token: expected.text("token"),
        });
        assert_eq!(parsed, expected, "{}", entry.place());
    }
}
