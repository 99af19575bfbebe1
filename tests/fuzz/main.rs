#![cfg(test)]
//! Every parser of bytes that come from the network, or from files that are read back, on bytes that nobody meant.
//! `cargo test` takes the stored inputs (`corpus/`, a folder for each target) and some hundred changes of each;
//! `MEGAPANE_FUZZ_SECONDS` gives the time for more, `MEGAPANE_FUZZ_SEED` another row of changes, and
//! `MEGAPANE_FUZZ_TARGET` one target alone. What makes a target panic is put beside its inputs, and fails from then on.

mod mutation;
mod seeds;
mod stage;
mod targets;
#[path = "../wire/mod.rs"]
#[expect(dead_code, reason = "made for the tests of the tree")]
mod wire;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutation::Mutator;
use targets::{TARGETS, Target};

#[test]
fn no_input_makes_a_parser_panic_or_take_memory_without_bound() {
    let seed = variable("MEGAPANE_FUZZ_SEED").unwrap_or(1);
    let seconds = variable("MEGAPANE_FUZZ_SECONDS");
    let only = text("MEGAPANE_FUZZ_TARGET");
    let wanted: Vec<&Target> =
        TARGETS.iter().filter(|target| only.as_ref().is_none_or(|name| name == target.name)).collect();
    assert!(!wanted.is_empty(), "there is no target {only:?}");
    println!("seed {seed}");
    for target in &wanted {
        let share = seconds.map(|all| Duration::from_secs(all) / u32::try_from(wanted.len()).unwrap());
        let count = run(target, seed, share);
        println!("{:20} {count} inputs", target.name);
    }
    if let Some(most) = most_memory() {
        assert!(most < MOST_MEMORY, "{most} KiB were asked for at once");
    }
}

/// The stored inputs as they are, and then changes of them: so many of each, or for so long.
fn run(target: &Target, seed: u64, time: Option<Duration>) -> u64 {
    let corpus = inputs(target.name);
    assert!(!corpus.is_empty(), "{} has no inputs: see `seeds`", target.name);
    for input in &corpus {
        feed(target, input);
    }
    let mut mutator = Mutator::new(seed);
    let began = Instant::now();
    let mut count = 0;
    while time.map_or(count < CHANGES, |time| began.elapsed() < time) {
        feed(target, &mutator.change(&corpus));
        count += 1;
    }
    count + corpus.len() as u64
}

fn feed(target: &Target, input: &[u8]) {
    let began = Instant::now();
    let ended = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    if ended.is_err() {
        let path = folder(target.name).join(format!("found-{:08x}", crc32fast::hash(input)));
        fs::write(&path, input).unwrap();
        panic!("{} panics on {}", target.name, path.display());
    }
    if began.elapsed() > SLOW {
        let path = std::env::temp_dir().join(format!("slow-{}-{:08x}", target.name, crc32fast::hash(input)));
        fs::write(&path, input).unwrap();
        println!("slow: {:?} for {}", began.elapsed(), path.display());
    }
}

fn inputs(name: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder(name)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name)
}

fn variable(name: &str) -> Option<u64> {
    text(name)?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "what a run is given is no configuration of the program")]
fn text(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The most memory that the process ever asked for, touched or not, in KiB.
fn most_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Changes of the stored inputs, where no time is given.
const CHANGES: u64 = 300;

/// An input that takes longer is told.
const SLOW: Duration = Duration::from_secs(2);

/// KiB of address space: threads alone reserve some hundred MiB.
const MOST_MEMORY: u64 = 4 << 20;
