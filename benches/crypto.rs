//! Content cipher and chunk MACs, per thread: the fused pass in both directions, and beside it what it replaces (cipher,
//! then the MAC of one chunk after the other) and the cipher alone.

use std::hint::black_box;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use megapane::crypto::{checksum, chunk, mac};

const KEY: [u8; 16] = [0x42; 16];
const NONCE: [u8; 8] = [0x17; 8];

/// Where chunks are 1 MiB each, as in most of a large file.
const FULL_CHUNKS: u64 = 4608 << 10;

fn content(criterion: &mut Criterion) {
    let cases = [
        ("8 chunks of 1 MiB", FULL_CHUNKS, 8 << 20),
        ("32 chunks of 1 MiB", FULL_CHUNKS, 32 << 20),
        ("first 4.5 MiB of a file", 0, 4608 << 10),
        ("1 chunk of 1 MiB", FULL_CHUNKS, 1 << 20),
        ("a file of 64 KiB", 0, 64 << 10),
    ];
    for (name, offset, len) in cases {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::BytesDecimal(len as u64)).sample_size(20);
        let mut data = vec![0x5a; len];
        group.bench_function("fused encrypt", |bencher| {
            bencher.iter(|| mac::encrypt_chunks(&KEY, &NONCE, offset, black_box(&mut data)));
        });
        group.bench_function("fused decrypt", |bencher| {
            bencher.iter(|| mac::decrypt_chunks(&KEY, &NONCE, offset, black_box(&mut data)));
        });
        group.bench_function("serial", |bencher| {
            bencher.iter(|| serial(offset, black_box(&mut data)));
        });
        group.bench_function("plain CTR", |bencher| {
            bencher.iter(|| mac::apply_ctr(&KEY, &NONCE, offset, black_box(&mut data)));
        });
        group.finish();
    }
}

fn upload_checksum(criterion: &mut Criterion) {
    let data = vec![0x5a; 1 << 20];
    let mut group = criterion.benchmark_group("upload checksum of 1 MiB");
    group.throughput(Throughput::BytesDecimal(data.len() as u64)).sample_size(20);
    group.bench_function("columns", |bencher| bencher.iter(|| checksum::column_checksum(black_box(&data))));
    group.finish();
}

/// Cipher, then one MAC after the other, block by block.
fn serial(offset: u64, data: &mut [u8]) -> Vec<Block> {
    mac::apply_ctr(&KEY, &NONCE, offset, data);
    let cipher = Aes128::new(&KEY.into());
    let mut rest = &*data;
    let mac_of = |chunk: chunk::Chunk| {
        let (bytes, after) = rest.split_at(chunk.len as usize);
        rest = after;
        let mut state = Block::from([0x17; 16]);
        for block in bytes.as_chunks::<16>().0 {
            let sum = u128::from_ne_bytes(state.0) ^ u128::from_ne_bytes(*block);
            state.0 = sum.to_ne_bytes();
            cipher.encrypt_block(&mut state);
        }
        state
    };
    chunk::chunks_from(offset, offset + data.len() as u64).map(mac_of).collect()
}

criterion_group!(benches, content, upload_checksum);
criterion_main!(benches);
