//! Vectors of file content: chunks, cipher, MACs, fingerprints, CloudRAID.

use megapane::crypto::chunk::{self, Chunk};
use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::key::FileKey;
use megapane::crypto::{checksum, mac, raid};
use megapane::handle::{base64_decode, base64_encode};
use sha2::{Digest, Sha256};

use crate::reader::{Entry, unhex};

pub(crate) fn chunk_boundaries(section: &Entry) {
    for entry in section.each() {
        let size = entry.number("size");
        let chunks: Vec<Vec<u64>> =
            chunk::chunks(size).map(|chunk| vec![chunk.offset, u64::from(chunk.len)]).collect();
        let expected: Vec<Vec<u64>> = entry.field("chunks").each().iter().map(Entry::numbers).collect();
        assert_eq!(chunks, expected, "{}", entry.place());
        assert_eq!(chunks.len() as u64, entry.number("count"), "{}", entry.place());
        assert_eq!(chunk::count(size), entry.number("count"), "{}", entry.place());
    }
}

pub(crate) fn file_crypto(section: &Entry) {
    for entry in section.each() {
        let size = entry.number("size");
        let plain = content(&entry.field("content"), size);
        assert_eq!(sha256(&plain), entry.hex("plain_sha256"), "{}", entry.place());
        let (key, nonce) = (entry.hex_array("aes_key_hex"), entry.hex_array("nonce_hex"));

        let mut data = plain.clone();
        let macs = mac::encrypt_chunks(&key, &nonce, 0, &mut data);
        assert_eq!(sha256(&data), entry.hex("cipher_sha256"), "{}", entry.place());
        let expected = entry.field("chunk_macs").each();
        assert_eq!(macs.len(), expected.len(), "{}", entry.place());
        for ((mac, chunk), expected) in macs.iter().zip(chunk::chunks(size)).zip(&expected) {
            let Chunk { offset, len } = chunk;
            assert_eq!((offset, u64::from(len)), (expected.number("offset"), expected.number("length")));
            assert_eq!(mac.0.as_slice(), expected.hex("mac_hex"), "{}", expected.place());
        }
        for sample in entry.field("cipher_samples").each() {
            let (offset, cipher) =
                (usize::try_from(sample.number("offset")).unwrap(), sample.hex("cipher_hex"));
            assert_eq!(data[offset..offset + cipher.len()], cipher, "{}", sample.place());
            assert_eq!(plain[offset..offset + cipher.len()], sample.hex("plain_hex"), "{}", sample.place());
        }
        for request in entry.field("upload_requests").each() {
            upload_request(&request, &data);
        }

        let meta_mac = mac::meta_mac(&key, &macs);
        assert_eq!(meta_mac.as_slice(), entry.hex("meta_mac_hex"), "{}", entry.place());
        let file = FileKey::new(key, nonce, meta_mac);
        assert_eq!(file.node_key().as_slice(), entry.hex("node_key_hex"), "{}", entry.place());
        assert_eq!(base64_encode(&file.node_key()), entry.text("node_key_b64"), "{}", entry.place());
        assert_eq!(mac::decrypt_chunks(&key, &nonce, 0, &mut data), macs, "{}", entry.place());
        assert!(data == plain, "{} does not decrypt", entry.place());
        verification(&entry, &file, &macs);
    }
}

/// What is accepted as the meta-MAC of a file: see `mac::verify`.
fn verification(entry: &Entry, file: &FileKey, macs: &[mac::ChunkMac]) {
    let size = entry.number("size");
    let verifies = |meta_mac| mac::verify(&FileKey::new(*file.aes(), *file.nonce(), meta_mac), size, macs);
    assert!(verifies(*file.meta_mac()), "{}", entry.place());
    let mut wrong = *file.meta_mac();
    wrong[3] ^= 0x10;
    assert_eq!(verifies(wrong), size == 0, "{}", entry.place());
    let others = entry.maybe("disagree").map(|others| others.members()).unwrap_or_default();
    let tolerated = others.iter().find(|other| other.0 == "megajs").map(|other| other.1.hex("meta_mac_hex"));
    for (_, theirs) in &others {
        let accepted = size == 0 || tolerated == Some(theirs.hex("meta_mac_hex"));
        assert_eq!(verifies(theirs.hex_array("meta_mac_hex")), accepted, "{}", theirs.place());
    }
    if size > 0 {
        let short = &macs[..macs.len() - 1];
        assert!(!mac::verify(file, size, short), "{}", entry.place());
    }
}

fn upload_request(request: &Entry, cipher: &[u8]) {
    let [offset, length] = ["offset", "length"].map(|name| usize::try_from(request.number(name)).unwrap());
    let sum = checksum::column_checksum(&cipher[offset..offset + length]);
    let suffix = format!("/{offset}?d={}", base64_encode(&sum));
    assert_eq!(suffix, request.text("url_suffix"), "{}", request.place());
}

pub(crate) fn aes_ctr_at_offset(section: &Entry) {
    for entry in section.each() {
        let (key, nonce) = (entry.hex_array("aes_key_hex"), entry.hex_array("nonce_hex"));
        let offset = entry.number("offset");
        let counter: [u8; 16] = entry.hex_array("counter_block_hex");
        assert_eq!(counter[..8], nonce, "{}", entry.place());
        assert_eq!(counter[8..], (offset / 16).to_be_bytes(), "{}", entry.place());
        let mut data = entry.hex("plain_hex");
        mac::apply_ctr(&key, &nonce, offset, &mut data);
        assert_eq!(data, entry.hex("cipher_hex"), "{}", entry.place());
        mac::apply_ctr(&key, &nonce, offset, &mut data);
        assert_eq!(data, entry.hex("plain_hex"), "{}", entry.place());
    }
}

pub(crate) fn fingerprint(section: &Entry) {
    for entry in section.each() {
        let (size, modified) = (entry.number("size"), entry.signed("mtime"));
        let data = content(&entry.field("content"), size);
        let fingerprint = Fingerprint::compute(size, modified, reader(&data)).unwrap();
        assert_eq!(fingerprint.crc.as_slice(), entry.hex("crc_hex"), "{}", entry.place());
        assert_eq!(fingerprint.text(), entry.text("c"), "{}", entry.place());
        assert_eq!(
            base64_decode(&fingerprint.text())[16..],
            entry.hex("mtime_serialized_hex"),
            "{}",
            entry.place()
        );
        assert_eq!(Fingerprint::parse(&entry.text("c")), Some(fingerprint), "{}", entry.place());
    }
}

pub(crate) fn fingerprint_from_sdk_unit_tests(section: &Entry) {
    let formula = section.text("content");
    let seed =
        formula.strip_prefix("xorshift32 from seed 0x").and_then(|rest| rest.split(' ').next()).unwrap();
    let seed = u32::from_str_radix(seed, 16).unwrap();
    for entry in section.field("cases").each() {
        let size = entry.number("size");
        let data = xorshift(size, seed);
        let fingerprint = Fingerprint::compute(size, 0, reader(&data)).unwrap();
        assert_eq!(base64_encode(&fingerprint.crc), entry.text("good"), "{}", entry.place());
        let legacy = Fingerprint::compute_legacy(size, 0, reader(&data)).unwrap();
        assert_eq!(base64_encode(&legacy.crc), entry.text("bug"), "{}", entry.place());
    }
}

pub(crate) fn cloudraid(section: &Entry) {
    for entry in section.each() {
        let size = entry.number("size");
        let sizes = raid::part_sizes(size);
        assert_eq!(sizes.as_slice(), entry.field("part_sizes").numbers(), "{}", entry.place());
        let data = content(&entry.field("content"), size);
        let parts: [Vec<u8>; raid::PARTS] = std::array::from_fn(|part| raid::part_of(part, &data));
        for (part, expected) in
            parts.iter().zip(entry.maybe("parts_hex").map(|parts| parts.each()).unwrap_or_default())
        {
            assert_eq!(*part, unhex(expected.string()), "{}", expected.place());
        }
        for missing in 0..raid::PARTS {
            let mut window = raid::Window::new(data.len());
            for (part, bytes) in parts.iter().enumerate().filter(|(part, _)| *part != missing) {
                window.put(part, bytes);
            }
            assert!(window.join().as_ref() == Some(&data), "{} without part {missing}", entry.place());
        }
    }
}

/// The bytes that a formula of `content_formulas` describes.
fn content(formula: &Entry, size: u64) -> Vec<u8> {
    let low = |number: u64| number.to_le_bytes()[0];
    match formula.text("formula").as_str() {
        "quad" => {
            let [a, b, c] = ["a", "b", "c"].map(|name| formula.number(name));
            (0..size)
                .map(|i| {
                    low(i.wrapping_mul(i).wrapping_mul(a).wrapping_add(i.wrapping_mul(b)).wrapping_add(c))
                })
                .collect()
        }
        "mix" => {
            let m = formula.number("m");
            let byte = |i: u64| {
                let x = i.wrapping_mul(m) & 0xffff_ffff;
                low(x ^ (x >> 8) ^ (x >> 16) ^ (x >> 24))
            };
            (0..size).map(byte).collect()
        }
        other => panic!("{}: formula {other}", formula.place()),
    }
}

fn xorshift(size: u64, seed: u32) -> Vec<u8> {
    let mut x = seed;
    let step = |_| {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x.to_le_bytes()[0]
    };
    (0..size).map(step).collect()
}

fn reader(data: &[u8]) -> impl FnMut(u64, &mut [u8]) -> Result<(), std::convert::Infallible> {
    |offset, buffer| {
        let start = usize::try_from(offset).unwrap();
        buffer.copy_from_slice(&data[start..start + buffer.len()]);
        Ok(())
    }
}

fn sha256(data: &[u8]) -> Vec<u8> {
    Sha256::digest(data).to_vec()
}
