//! The private key against a server that lies: blobs whose numbers do not belong together, ciphertexts of any length and
//! sign. Honest ones work. The key is a constant: making one takes seconds.

use proptest::prelude::*;

use super::*;

/// p, q, d, u of the throw-away key in the test vectors.
fn sample_parts() -> [Vec<u8>; 4] {
    let vectors = include_str!("../../../tests/vectors/mega-vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    ["p_hex", "q_hex", "d_hex", "u_hex"].map(|name| {
        let hex = vectors["rsa"][name].as_str().unwrap();
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    })
}

/// The throw-away key in the test vectors.
pub(crate) fn sample() -> PrivateKey {
    let [p, q, d, u] = sample_parts();
    PrivateKey::from_parts(&p, &q, &d, &u).unwrap()
}

fn refused(p: &[u8], q: &[u8], d: &[u8], u: &[u8]) -> bool {
    PrivateKey::from_parts(p, q, d, u).is_err()
}

/// The same number with one bit changed.
fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.len() - 1 - bit / 8;
    bytes[at] ^= 1 << (bit % 8);
    bytes
}

#[test]
fn a_changed_bit_in_any_number_is_refused() {
    let [p, q, d, u] = sample_parts();
    for bit in [0, 1, 7, 64, 500, 1000] {
        assert!(refused(&flipped(&p, bit), &q, &d, &u), "p bit {bit}");
        assert!(refused(&p, &flipped(&q, bit), &d, &u), "q bit {bit}");
        assert!(refused(&p, &q, &flipped(&d, bit), &u), "d bit {bit}");
        assert!(refused(&p, &q, &d, &flipped(&u, bit)), "u bit {bit}");
    }
}

#[test]
fn numbers_in_the_wrong_place_or_of_the_wrong_size_are_refused() {
    let [p, q, d, u] = sample_parts();
    assert!(refused(&q, &p, &d, &u), "u belongs to p and q in this order");
    assert!(refused(&p, &p, &d, &u));
    assert!(refused(&[], &[], &[], &[]));
    assert!(refused(&p[..100], &q, &d, &u));
    assert!(refused(&p, &q, &d[..200], &u));
    assert!(refused(&p, &q, &[], &u));
    assert!(refused(&p, &q, &[&[1], &d[..]].concat(), &u), "d above n");
    let above_q = &*number(&u) + &*number(&q);
    assert!(refused(&p, &q, &d, &above_q.to_bytes_be()), "u not reduced");
    let long = vec![0xff; 4096 / 8];
    assert!(refused(&long, &q, &d, &u));
    assert!(refused(&p, &long[..300], &d, &u), "primes of very different size");
}

#[test]
fn an_exponent_modulo_the_product_of_both_groups_is_accepted_too() {
    let [p, q, d, u] = sample_parts();
    let one = BigUint::from(1u8);
    let [p1, q1] = [&p, &q].map(|prime| &*number(prime) - &one);
    let lambda = &p1 / gcd(p1.clone(), q1.clone()) * &q1;
    let reduced = (&*number(&d) % &lambda).to_bytes_be();
    let larger = (&*number(&reduced) + &lambda).to_bytes_be();
    for d in [reduced, larger] {
        let key = PrivateKey::from_parts(&p, &q, &d, &u).unwrap();
        assert_eq!(key.public_blob(), sample().public_blob());
    }
}

#[test]
fn blob_with_absurd_bit_counts_or_much_padding_is_refused() {
    let [p, q, d, u] = sample_parts();
    let mut blob = Vec::new();
    for part in [&p, &q, &d, &u] {
        push_mpi(&mut blob, &number(part));
    }
    assert!(PrivateKey::from_clear_blob(&blob).is_ok());
    for count in [0u16, 1, 8, 4097, u16::MAX] {
        let mut changed = blob.clone();
        changed[..2].copy_from_slice(&count.to_be_bytes());
        assert!(PrivateKey::from_clear_blob(&changed).is_err(), "{count} bits");
    }
    let padded = |count| [&blob[..], &vec![0; count]].concat();
    assert!(PrivateKey::from_clear_blob(&padded(15)).is_ok());
    assert!(PrivateKey::from_clear_blob(&padded(16)).is_err());
    assert!(PrivateKey::from_clear_blob(&blob[..blob.len() - 1]).is_err());
    let exact = u16::try_from(number(&u).bits()).unwrap();
    let at = blob.len() - u.len() - 2;
    blob[at..at + 2].copy_from_slice(&exact.to_be_bytes());
    assert!(PrivateKey::from_clear_blob(&blob).is_ok(), "exact bit counts are as good as rounded ones");
}

#[test]
fn every_block_of_a_sealed_blob_counts() {
    let master = MasterKey::from_bytes([7; 16]);
    let blob = sample().seal(&master);
    assert!(PrivateKey::open(&blob, &master).is_ok());
    for block in [0, 1, 9, 17, 30, 39] {
        let mut changed = blob.clone();
        changed[block * 16] ^= 1;
        assert!(PrivateKey::open(&changed, &master).is_err(), "block {block}");
        let mut swapped = blob.clone();
        swapped.copy_within(block * 16..(block + 1) * 16, (block + 1) * 16 % 640);
        assert!(PrivateKey::open(&swapped, &master).is_err(), "block {block} copied on");
    }
    assert!(PrivateKey::open(&vec![0; 1 << 20], &master).is_err());
}

#[test]
fn session_of_another_user_is_refused_with_the_same_error() {
    let key = sample();
    let mut bytes = [9; 43];
    bytes[16..27].copy_from_slice(b"AQIDBAUGBwg");
    let sid = SessionId::from_bytes(bytes);
    let csid = key.encrypt_session_id(&sid);
    let user = sid.user().unwrap();
    assert_eq!(key.session_id(&csid, user), Ok(sid));
    let other = UserHandle::from_bytes([1; 8]);
    assert_eq!(key.session_id(&csid, other), Err(KeyMaterialError));
    assert_eq!(key.session_id(&[], user), Err(KeyMaterialError));
    assert_eq!(key.session_id(&flipped(&csid, 5), user), Err(KeyMaterialError));
    let above_modulus = [&[0x08, 0x00], &[0xff; 256][..]].concat();
    assert_eq!(key.session_id(&above_modulus, user), Err(KeyMaterialError));
    let endless = [&[0xff, 0xff], &[0xff; 8192][..]].concat();
    assert_eq!(key.session_id(&endless, user), Err(KeyMaterialError));
}

#[test]
fn keys_survive_encryption_to_the_account() {
    let key = sample();
    for len in [16, 32] {
        let node_key: Vec<u8> = (0..len).collect();
        assert_eq!(key.decrypt_key(&key.encrypt_key(&node_key), node_key.len()), Some(node_key));
    }
    let leading_zeros = [0; 16];
    assert_eq!(key.decrypt_key(&key.encrypt_key(&leading_zeros), 16), Some(leading_zeros.to_vec()));
    assert_eq!(key.decrypt_key(&key.encrypt_key(&[1]), 300), None, "more than a plaintext has");
}

#[test]
fn a_generated_key_passes_its_own_checks() {
    let master = MasterKey::from_bytes([7; 16]);
    let key = PrivateKey::generate();
    let opened = PrivateKey::open(&key.seal(&master), &master).unwrap();
    assert_eq!(opened.public_blob(), key.public_blob());
    assert_eq!(opened.plain_len, 254);
}

proptest! {
    #[test]
    fn any_blob_is_read_without_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..800), bits in 0u16..4200) {
        let _ = PrivateKey::from_clear_blob(&bytes);
        let _ = PrivateKey::from_short_blob(&bytes);
        if let Some(count) = bytes.first_chunk_mut::<2>() {
            *count = bits.to_be_bytes();
        }
        let _ = PrivateKey::from_clear_blob(&bytes);
    }

    #[test]
    fn any_ciphertext_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..8), len in 0usize..600) {
        let key = sample();
        let _ = key.decrypt_key(&bytes, len);
    }
}
