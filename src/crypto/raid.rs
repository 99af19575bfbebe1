//! CloudRAID: how the ciphertext of a file is spread over six parts, any five of which rebuild it. Pure arithmetic: the
//! client joins parts while they arrive (`api::parts`), the emulator cuts them. No cipher is involved.
//!
//! The file is cut in lines of 80 bytes, five sectors of 16. Part 0 holds the XOR of the sectors of every line, parts 1
//! to 5 the sectors themselves; where the last line is short, its sectors count as filled up with zeros (meganz/sdk
//! `src/raid.cpp`, `RaidBufferManager::raidPartSize` and `combineRaidParts`; vectors `cloudraid`).
//!
//! ```text
//! file    1111 2222 3333 4444 5555  1111 2222 3333 4444 5555  1111 22
//! part 0  xxxx                      xxxx                      xxxx
//! part 2       2222                      2222                      22
//! ```

/// Number of parts.
pub const PARTS: usize = 6;

/// Parts that suffice.
pub const ENOUGH: usize = 5;

/// Bytes of a sector: what a line adds to each part, but for a short last line.
pub const SECTOR: usize = 16;

/// Bytes of a line.
pub const LINE: usize = ENOUGH * SECTOR;

/// Returns the bytes in each part of a file of `size` bytes; part 0 is the parity.
#[must_use]
pub fn part_sizes(size: u64) -> [u64; PARTS] {
    let (lines, rest) = (size / LINE as u64, size % LINE as u64);
    std::array::from_fn(|part| {
        let before = (part.max(1) - 1) as u64 * SECTOR as u64;
        lines * SECTOR as u64 + rest.saturating_sub(before).min(SECTOR as u64)
    })
}

/// Cuts one part, 0 to 5, out of consecutive lines of ciphertext. Only the last line of a file may be short.
#[must_use]
pub fn part_of(part: usize, lines: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(lines.len().div_ceil(LINE) * SECTOR);
    for line in lines.chunks(LINE) {
        if let Some(column) = part.checked_sub(1) {
            bytes.extend_from_slice(line.chunks(SECTOR).nth(column).unwrap_or_default());
            continue;
        }
        let mut sum = [0; SECTOR];
        line.chunks(SECTOR).for_each(|sector| xor_into(&mut sum, sector));
        bytes.extend_from_slice(&sum[..line.len().min(SECTOR)]);
    }
    bytes
}

/// Consecutive lines of a file while their parts arrive, in pieces of any length.
#[derive(Debug, Default)]
pub struct Window {
    /// Whole lines. What has not arrived is zero, and so is what lies beyond the end of the file.
    lines: Vec<u8>,
    /// The sectors of part 0, one for each line.
    parity: Vec<u8>,
    /// Bytes of the file in it.
    len: usize,
    /// Bytes that are still to come, of each part.
    lacking: [usize; PARTS],
}

impl Window {
    /// Makes a window for `len` bytes of a file that begin with a line; only at the end of the file may the last line be
    /// short.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let line_count = len.div_ceil(LINE);
        let shares = part_sizes(len as u64).map(|share| usize::try_from(share).unwrap_or(usize::MAX));
        Self { lines: vec![0; line_count * LINE], parity: vec![0; line_count * SECTOR], len, lacking: shares }
    }

    /// Returns how many bytes of a part, 0 to 5, are still to come.
    #[must_use]
    pub fn lacks(&self, part: usize) -> usize {
        self.lacking[part]
    }

    /// Takes the next bytes of a part, 0 to 5, and returns how many had room.
    pub fn put(&mut self, part: usize, bytes: &[u8]) -> usize {
        let (lines, row_len, column) = match part.checked_sub(1) {
            Some(column) => (&mut self.lines, LINE, column * SECTOR),
            None => (&mut self.parity, SECTOR, 0),
        };
        let share = usize::try_from(part_sizes(self.len as u64)[part]).unwrap_or(usize::MAX);
        let mut at = share - self.lacking[part];
        let taken = bytes.len().min(self.lacking[part]);
        self.lacking[part] -= taken;
        let mut rest = &bytes[..taken];
        while !rest.is_empty() {
            let (row, inside) = (at / SECTOR, at % SECTOR);
            let (next, later) = rest.split_at(rest.len().min(SECTOR - inside));
            let place = row * row_len + column + inside;
            lines[place..place + next.len()].copy_from_slice(next);
            (at, rest) = (at + next.len(), later);
        }
        taken
    }

    /// Returns the bytes of the file once at most one part is incomplete, and is empty from then on; `None` before.
    #[must_use]
    pub fn join(&mut self) -> Option<Vec<u8>> {
        let mut incomplete = (0..PARTS).filter(|&part| self.lacking[part] > 0);
        let absent = incomplete.next();
        if incomplete.next().is_some() {
            return None;
        }
        if let Some(column) = absent.and_then(|part| part.checked_sub(1)) {
            for (line, parity) in self.lines.chunks_exact_mut(LINE).zip(self.parity.chunks_exact(SECTOR)) {
                restore(line, parity, column);
            }
        }
        let Self { mut lines, len, .. } = std::mem::take(self);
        lines.truncate(len);
        Some(lines)
    }
}

/// Computes one sector of a line from the four others and the parity.
fn restore(line: &mut [u8], parity: &[u8], column: usize) {
    let mut sum = [0; SECTOR];
    xor_into(&mut sum, parity);
    for (_, sector) in line.chunks_exact(SECTOR).enumerate().filter(|(other, _)| *other != column) {
        xor_into(&mut sum, sector);
    }
    line[column * SECTOR..(column + 1) * SECTOR].copy_from_slice(&sum);
}

fn xor_into(sum: &mut [u8; SECTOR], bytes: &[u8]) {
    for (sum, byte) in sum.iter_mut().zip(bytes) {
        *sum ^= byte;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(data: &[u8]) -> [Vec<u8>; PARTS] {
        std::array::from_fn(|part| part_of(part, data))
    }

    /// Joins all parts but one, which arrive in turns in pieces of `piece` bytes.
    fn joined(len: usize, parts: &[Vec<u8>; PARTS], missing: usize, piece: usize) -> Option<Vec<u8>> {
        let mut window = Window::new(len);
        let mut rest: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        rest[missing] = &[];
        while rest.iter().any(|rest| !rest.is_empty()) {
            for (part, rest) in rest.iter_mut().enumerate() {
                let taken = window.put(part, &rest[..rest.len().min(piece)]);
                *rest = &rest[taken..];
            }
        }
        window.join()
    }

    proptest! {
        #[test]
        fn any_five_parts_rebuild_the_file(
            data in prop::collection::vec(any::<u8>(), 0..400), missing in 0..PARTS, piece in 1..50usize,
        ) {
            let parts = split(&data);
            let sizes = part_sizes(data.len() as u64);
            prop_assert!(parts.iter().zip(sizes).all(|(part, size)| part.len() as u64 == size));
            prop_assert_eq!(joined(data.len(), &parts, missing, piece), Some(data));
        }
    }

    #[test]
    fn four_parts_are_not_enough() {
        let parts = split(&[7; 200]);
        let mut window = Window::new(200);
        for part in [0, 2, 4, 5] {
            assert_eq!(window.put(part, &parts[part]), parts[part].len());
            assert_eq!(window.join(), None);
        }
        window.put(1, &parts[1][1..]);
        assert_eq!((window.lacks(1), window.join()), (1, None));
        window.put(1, &parts[1][..1]);
        assert_eq!(window.join().map(|joined| joined.len()), Some(200));
    }

    #[test]
    fn a_window_takes_no_more_than_it_has_room_for() {
        let mut window = Window::new(100);
        assert_eq!([0, 1, 2, 3].map(|part| window.lacks(part)), [32, 32, 20, 16]);
        assert_eq!([0, 1, 2, 3].map(|part| window.put(part, &[1; 90])), [32, 32, 20, 16]);
        assert_eq!(window.put(3, &[1; 90]), 0);
    }

    #[test]
    fn sizes_of_the_largest_file_do_not_overflow() {
        assert_eq!(
            part_sizes(u64::MAX).iter().skip(1).map(|&part| u128::from(part)).sum::<u128>(),
            u128::from(u64::MAX)
        );
    }
}
