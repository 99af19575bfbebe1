//! The MAC chunks of a file: pure arithmetic on sizes. Transfers cut their pieces along these, `mac` its MACs.
//!
//! Chunk sizes are 128 KiB, 256 KiB, … 1 MiB, then 1 MiB for ever (meganz/sdk `src/utils.cpp`, `ChunkedHash::chunkceil`;
//! vectors `chunk_boundaries`).

/// One MAC chunk of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Bytes, 1 to 1 MiB; the last chunk of a file is cut at its end.
    pub len: u32,
}

impl Chunk {
    /// Offset of the first byte after the chunk.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.offset + self.len as u64
    }
}

/// The chunks of a file of `size` bytes, in order; none for an empty file.
pub fn chunks(size: u64) -> impl Iterator<Item = Chunk> {
    chunks_from(0, size)
}

/// The chunks from the boundary `offset` up to `end` (a boundary, or the end of the file).
/// An `offset` inside a chunk gives the rest of that chunk first.
pub fn chunks_from(offset: u64, end: u64) -> impl Iterator<Item = Chunk> {
    let mut offset = offset;
    std::iter::from_fn(move || {
        let stop = boundary_after(offset).min(end);
        if stop <= offset {
            return None;
        }
        let len = u32::try_from(stop - offset).unwrap_or(MAX_CHUNK);
        let chunk = Chunk { offset, len };
        offset = stop;
        Some(chunk)
    })
}

/// Groups the chunks of a file into pieces of at least `target` bytes, as `(offset, length)`; the last may be shorter.
/// Every piece starts and ends on a chunk boundary or at the end of the file, as uploads require.
pub fn pieces(size: u64, target: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        if offset >= size {
            return None;
        }
        let start = offset;
        offset = boundary_at_or_after(start.saturating_add(target.max(1))).min(size);
        Some((start, offset - start))
    })
}

/// Whether `offset` is where a chunk begins in every file that is long enough.
#[must_use]
pub const fn is_boundary(offset: u64) -> bool {
    if offset >= RAMP_END {
        return (offset - RAMP_END).is_multiple_of(MAX_CHUNK as u64);
    }
    let mut n = 0;
    while n < RAMP_CHUNKS {
        if ramp_start(n) == offset {
            return true;
        }
        n += 1;
    }
    false
}

/// Number of chunks of a file of `size` bytes, which is the number of its chunk MACs.
#[must_use]
pub fn count(size: u64) -> u64 {
    if size >= RAMP_END {
        return RAMP_CHUNKS + (size - RAMP_END).div_ceil(u64::from(MAX_CHUNK));
    }
    (0..RAMP_CHUNKS).take_while(|&n| ramp_start(n) < size).count() as u64
}

fn boundary_at_or_after(offset: u64) -> u64 {
    if is_boundary(offset) { offset } else { boundary_after(offset) }
}

/// The first boundary beyond `offset`.
fn boundary_after(offset: u64) -> u64 {
    if offset < RAMP_END {
        return (1..=RAMP_CHUNKS).map(ramp_start).find(|&start| start > offset).unwrap_or(RAMP_END);
    }
    let beyond = (offset - RAMP_END) / u64::from(MAX_CHUNK) + 1;
    beyond.saturating_mul(u64::from(MAX_CHUNK)).saturating_add(RAMP_END)
}

/// Start of chunk `n` of the first eight, whose sizes are 1 to 8 times 128 KiB.
const fn ramp_start(n: u64) -> u64 {
    n * (n + 1) / 2 * STEP
}

const STEP: u64 = 128 << 10;
const MAX_CHUNK: u32 = 1 << 20;
const RAMP_CHUNKS: u64 = 8;
const RAMP_END: u64 = ramp_start(RAMP_CHUNKS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_boundaries_are_those_of_the_protocol() {
        let starts: Vec<u64> = chunks(7 << 20).map(|chunk| chunk.offset >> 10).collect();
        assert_eq!(starts, [0, 128, 384, 768, 1280, 1920, 2688, 3584, 4608, 5632, 6656]);
    }

    #[test]
    fn chunks_cover_a_file_without_gap_and_are_counted() {
        let boundaries = (0..12).map(|n| if n < 9 { ramp_start(n) } else { RAMP_END + ((n - 8) << 20) });
        for size in boundaries.flat_map(|b| [b.saturating_sub(1), b, b + 1]).chain([(4 << 30) + 1]) {
            let mut next = 0;
            let mut seen = 0;
            for chunk in chunks(size) {
                assert_eq!(chunk.offset, next);
                assert!(is_boundary(chunk.offset) && chunk.len >= 1 && chunk.len <= MAX_CHUNK);
                next = chunk.end();
                seen += 1;
            }
            assert_eq!((next, seen), (size, count(size)));
        }
    }

    #[test]
    fn pieces_reach_their_target_and_lie_on_boundaries() {
        for target in [0, 1, 128 << 10, 1 << 20, (2 << 20) + 5, u64::MAX] {
            let size = (20 << 20) + 3;
            let mut next = 0;
            for (offset, len) in pieces(size, target) {
                assert_eq!(offset, next);
                assert!(is_boundary(offset) && len > 0);
                next = offset + len;
                assert!(next == size || (len >= target && is_boundary(next)));
            }
            assert_eq!(next, size);
        }
        assert_eq!(pieces(0, 1).count(), 0);
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        assert_eq!(chunks_from(u64::MAX - 1, u64::MAX).count(), 1);
        assert_eq!(pieces(u64::MAX, u64::MAX).count(), 1);
    }
}
