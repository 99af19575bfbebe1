#![cfg(test)]
//! Local files as proof of what files of the cloud hold: every key of their content is proven by one reading, and no other.

use megapane::crypto::fingerprint::Fingerprint;
use megapane::crypto::key::FileKey;
use megapane::crypto::mac;
use megapane::transfer::Limits;
use megapane::transfer::local_copy::{Claim, Shown, read};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

fn key(seed: u8, plain: &[u8]) -> FileKey {
    let (aes, nonce) = ([seed; 16], [seed; 8]);
    let macs = mac::encrypt_chunks(&aes, &nonce, 0, &mut plain.to_vec());
    FileKey::new(aes, nonce, mac::meta_mac(&aes, &macs))
}

fn samples(plain: &[u8]) -> [u8; 16] {
    let read = |offset: u64, bytes: &mut [u8]| {
        let at = usize::try_from(offset).unwrap();
        bytes.copy_from_slice(&plain[at..at + bytes.len()]);
        Ok::<(), ()>(())
    };
    Fingerprint::compute(plain.len() as u64, 0, read).unwrap().crc
}

async fn shown(plain: &[u8], claims: &[Claim]) -> Option<Shown> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), plain).unwrap();
    let (limits, cancel) = (Limits::default(), CancellationToken::new());
    read(file.path(), plain.len() as u64, claims, &limits, &cancel).await.unwrap()
}

#[tokio::test]
async fn one_reading_proves_every_key_of_the_content_and_no_other() {
    for size in [1, 17, 131_073, 9_000_001] {
        let plain: Vec<u8> = (0..size).map(|at: usize| (at % 251).to_le_bytes()[0]).collect();
        let mut other = plain.clone();
        other[size / 2] ^= 1;
        // The wrong one has the samples of the right one: they prove nothing.
        let claims = [
            Claim { key: key(1, &plain), samples: None },
            Claim { key: key(2, &other), samples: Some(samples(&plain)) },
            Claim { key: key(3, &plain), samples: Some(samples(&plain)) },
        ];
        let shown = shown(&plain, &claims).await.unwrap();
        assert_eq!((&shown.proven[..], &shown.refuted[..]), (&[0, 2][..], &[1][..]), "{size}");
        assert_eq!(shown.digest, <[u8; 32]>::from(Sha256::digest(&plain)));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_a_copy_is_not_read() {
    let (plain, other) = (vec![1; 20_000], vec![2; 20_000]);
    let claims = [Claim { key: key(1, &plain), samples: Some(samples(&other)) }];
    assert_eq!(shown(&plain, &claims).await, None);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &plain).unwrap();
    let (limits, cancel) = (Limits::default(), CancellationToken::new());
    assert_eq!(read(file.path(), 19_999, &claims, &limits, &cancel).await.unwrap(), None);
}
