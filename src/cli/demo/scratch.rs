//! The sample files of this machine's side: a few folders and sizes, the same each time.
//! Called by `demo` for a folder that is removed at the end. Nothing in it is worth asking about.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// Makes them in `folder`, which is made too.
pub(super) fn fill(folder: &Path) -> io::Result<()> {
    for (at, (path, size)) in FILES.iter().enumerate() {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        write(&file, *size, at as u64)?;
    }
    fs::create_dir_all(folder.join("Empty"))
}

/// Writes `size` bytes that depend on `seed`, with a time that does too.
fn write(path: &Path, size: usize, seed: u64) -> io::Result<()> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size);
    while bytes.len() < size {
        // xorshift64: looks like anything but a pattern, and needs no crate.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    let mut file = File::create(path)?;
    file.write_all(&bytes)?;
    file.set_modified(UNIX_EPOCH + Duration::from_secs(FIRST_TIME + seed * 86_400))
}

/// Files that are made.
pub(super) const COUNT: u64 = FILES.len() as u64;

/// Path and bytes; the sizes lie around the borders of MEGA's chunks, where mistakes would show.
const FILES: [(&str, usize); 9] = [
    ("Lisbon/beach-morning.jpg", 424_242),
    ("Lisbon/castle.jpg", 131_072),
    ("Lisbon/tram 28 🚋.mov", 3_333_333),
    ("Lisbon/notes/day one.md", 2_049),
    ("Lisbon/notes/day two.md", 1_911),
    ("Papers/report.pdf", 131_073),
    ("Papers/empty.txt", 0),
    ("日本の桜.heic", 131_071),
    ("to do.txt", 1),
];

/// 13 August 2024.
const FIRST_TIME: u64 = 1_723_507_200;
